"""Others' events, the scheduler, a new calendar: each twice has the effect of once."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import select, text
from ykcd.assignment.v1 import event_pb2
from ykcd.deadline.v1.event_pb2 import CalendarPublished, DeadlineMissed, DeadlineSet
from ykcd.directive.v1.event_pb2 import MembershipChanged
from ykcd.directive.v1.registry_pb2 import Member

from kit import migrations
from kit.copies import working_calendar
from kit.dates import from_date, to_time
from kit.events import Broker
from kit.tables import member
from kit.testing.stack import Stack
from services.deadline import schedule
from services.deadline.__main__ import app
from services.deadline.model import Deadline, ScheduleWatermark
from services.deadline.queries import calendars as queries
from services.deadline.queries import clocks as clock_queries
from services.deadline.service import calendars, clocks, jobs
from services.deadline.tests import factories as make


async def clock_of(stack: Stack, id: str) -> Deadline | None:
    async with stack.session() as session:
        return await session.get(Deadline, UUID(id))


async def missed(stack: Stack) -> list[str]:
    return [event.deadline.assignment_id for _, event in await stack.events(DeadlineMissed)]


async def test_migrations_make_what_the_model_says(stack: Stack) -> None:
    migrations.check(app.package, stack.runtime.settings.database_url("deadline", "owner"), app.metadata)


@pytest.mark.article("D6")
async def test_an_assignment_gets_its_clock_once(stack: Stack) -> None:
    """D6, example 6."""
    told = make.assignment()
    first = await stack.deliver(make.sent(told), told.id)
    await stack.deliver(make.sent(told), told.id, event_id=first)
    await stack.deliver(make.sent(told), told.id)
    ((envelope, event),) = await stack.events(DeadlineSet)
    assert (envelope.aggregate_id, envelope.aggregate_version) == (told.id, 1)
    assert event.deadline.effective_due_date == from_date(date(2025, 5, 5))
    assert event.deadline.report_due_date == from_date(date(2025, 5, 8))


@pytest.mark.article("Đ4.2")
async def test_without_a_deadline_nothing_is_told(stack: Stack) -> None:
    told = make.assignment(None)
    await stack.deliver(make.sent(told), told.id)
    assert await clock_of(stack, told.id) is None
    assert not await stack.events(DeadlineSet)


@pytest.mark.article("Đ7.2.c.1")
async def test_a_result_stops_the_clock_and_sending_back_starts_it(stack: Stack) -> None:
    """Đ7.2.c."""
    sent = make.assignment()
    reported = make.later(sent, "REPORTED")
    back = make.later(reported, "IN_PROGRESS")
    verified = make.later(make.later(back, "REPORTED"), "VERIFIED")
    steps = [
        (make.sent(sent), True),
        (event_pb2.AssignmentReported(assignment=reported), False),
        (event_pb2.AssignmentSentBack(assignment=back), True),
        (event_pb2.AssignmentVerified(assignment=verified), False),
    ]
    for event, running in steps:
        await stack.deliver(event, sent.id, event.assignment.version)
        clock = await clock_of(stack, sent.id)
        assert clock is not None
        assert clock.running is running


@pytest.mark.article("Đ7.2.d")
async def test_a_request_to_return_lets_the_clock_run(stack: Stack) -> None:
    """Đ7.2.d, example 15."""
    sent = make.assignment()
    await stack.deliver(make.sent(sent), sent.id)
    await stack.deliver(event_pb2.AssignmentReturnRequested(assignment=make.later(sent, "RETURN_REQUESTED")), sent.id, 2)
    clock = await clock_of(stack, sent.id)
    assert clock is not None
    assert (clock.running, clock.assignment_version) == (True, 2)


@pytest.mark.article("D4", "Đ3.4")
async def test_an_extension_is_told_and_missed_once_more(stack: Stack, clock) -> None:
    """Each cycle once, also over a result that was sent back."""
    told = make.assignment(date(2025, 4, 23), phase=2)
    await stack.deliver(make.sent(told), told.id)
    assert await schedule.tell_all_missed(stack.runtime) == 1
    back = make.later(make.later(told, "REPORTED"), "IN_PROGRESS")
    await stack.deliver(event_pb2.AssignmentSentBack(assignment=back), told.id, 3)
    assert await schedule.tell_all_missed(stack.runtime) == 0
    extended = make.later(back, due_date=from_date(date(2025, 4, 28)), deadline_cycle=2)
    await stack.deliver(event_pb2.AssignmentExtensionApproved(assignment=extended), told.id, 4)
    clock.set(make.morning(2025, 4, 29))
    assert await schedule.tell_all_missed(stack.runtime) == 1
    events = [*await stack.events(DeadlineSet), *await stack.events(DeadlineMissed)]
    seen = sorted((envelope.aggregate_version, event.deadline.deadline_cycle, event.deadline.phase) for envelope, event in events)
    assert seen == [(1, 1, 2), (2, 1, 2), (3, 2, 2), (4, 2, 2)]


async def test_a_report_that_comes_before_the_sending_counts(stack: Stack) -> None:
    sent = make.assignment()
    reported = make.later(sent, "REPORTED")
    await stack.deliver(event_pb2.AssignmentReported(assignment=reported), sent.id, 2)
    await stack.deliver(make.sent(sent), sent.id)
    clock = await clock_of(stack, sent.id)
    assert clock is not None
    assert (clock.running, clock.assignment_version) == (False, 2)
    assert len(await stack.events(DeadlineSet)) == 1


async def test_membership_is_copied(stack: Stack) -> None:
    told = Member(id=str(uuid4()), person_id=str(uuid4()), name="Lê Quang", unit_id=str(make.STNMT), roles=["officer"])
    changed = MembershipChanged(member=told, active=True, issuer="i", subject="s")
    event_id = await stack.deliver(changed, told.id)
    await stack.deliver(changed, told.id, event_id=event_id)
    async with stack.session() as session:
        assert (await session.scalars(select(member.c.name).where(member.c.id == UUID(told.id)))).all() == ["Lê Quang"]


@pytest.mark.article("D6", "D10")
async def test_a_deadline_is_missed_the_day_after_and_once(stack: Stack, clock) -> None:
    """D3, D6, D10: due 30/04/2025, effective Monday 05/05/2025; the day ends in Huế, not in Greenwich."""
    told = make.assignment()
    await stack.deliver(make.sent(told), told.id)
    clock.set(datetime(2025, 5, 5, 16, 59, tzinfo=UTC))
    assert await schedule.tell_all_missed(stack.runtime) == 0
    clock.set(datetime(2025, 5, 5, 17, 1, tzinfo=UTC))
    assert await schedule.tell_all_missed(stack.runtime) == 1
    assert await schedule.tell_all_missed(stack.runtime) == 0
    ((envelope, event),) = await stack.events(DeadlineMissed)
    assert (envelope.aggregate_version, envelope.actor.person_id) == (2, "")
    assert to_time(event.deadline.miss_time) == clock.now


async def test_a_stopped_clock_is_never_missed(stack: Stack, clock) -> None:
    told = make.assignment()
    await stack.deliver(make.sent(told), told.id)
    await stack.deliver(event_pb2.AssignmentReported(assignment=make.later(told, "REPORTED")), told.id, 2)
    clock.advance(days=60)
    assert await schedule.tell_all_missed(stack.runtime) == 0
    back = make.later(make.later(told, "REPORTED"), "IN_PROGRESS")
    await stack.deliver(event_pb2.AssignmentSentBack(assignment=back), told.id, 3)
    assert await schedule.tell_all_missed(stack.runtime) == 1


async def test_after_days_of_silence_each_miss_is_told_once_by_whoever_wakes(stack: Stack, clock, monkeypatch) -> None:
    """As example 22: dated the day it is told. Two replicas wake at the same moment."""
    monkeypatch.setattr(jobs, "BATCH", 2)
    wanted = []
    for due in (date(2025, 4, 24), date(2025, 4, 25), date(2025, 4, 28), date(2025, 4, 29), date(2025, 6, 30)):
        told = make.assignment(due)
        wanted.append(told.id)
        await stack.deliver(make.sent(told), told.id)
    clock.advance(days=7)
    await asyncio.gather(schedule.tell_all_missed(stack.runtime), schedule.tell_all_missed(stack.runtime))
    await schedule.tell_all_missed(stack.runtime)
    assert sorted(await missed(stack)) == sorted(wanted[:-1])
    async with stack.session() as session:
        mark = await session.get(ScheduleWatermark, clocks.MISSED_JOB)
        assert mark is not None
        assert mark.last_processed == clock.now


async def test_while_another_replica_holds_the_watermark_nothing_is_told(stack: Stack, clock) -> None:
    told = make.assignment()
    await stack.deliver(make.sent(told), told.id)
    clock.advance(days=30)
    async with stack.session() as other:
        assert await queries.watermark(other, clocks.MISSED_JOB) is not None
        assert await schedule.tell_all_missed(stack.runtime) == 0
    assert await schedule.tell_all_missed(stack.runtime) == 1


async def test_a_tick_that_fails_tells_nothing(stack: Stack, clock) -> None:
    """Every emit: a rollback publishes nothing."""
    told = make.assignment()
    await stack.deliver(make.sent(told), told.id)
    clock.advance(days=30)

    async def fail() -> None:
        async with stack.session() as session:
            await clocks.tell_missed(session, now=clock.now)
            raise ConnectionError

    with pytest.raises(ConnectionError):
        await fail()
    assert not await missed(stack)
    assert await schedule.tell_all_missed(stack.runtime) == 1


async def test_the_same_days_are_published_once(stack: Stack, clock) -> None:
    assert await schedule.publish_calendar(stack.runtime) == 1
    ((envelope, event),) = await stack.events(CalendarPublished)
    assert (envelope.aggregate_id, event.calendar.version) == (str(calendars.CALENDAR_ID), 1)
    async with stack.session() as session:
        own = await working_calendar(session)
    assert (own.version, own.add(date(2025, 12, 31), 2)) == (1, date(2026, 1, 6))
    clock.set(datetime(2026, 1, 1, tzinfo=UTC))
    assert await schedule.publish_calendar(stack.runtime) == 2, "a new year brings the next one's days"


async def test_two_who_publish_together_publish_once(serve) -> None:
    bare = await serve(app)
    versions = await asyncio.gather(schedule.publish_calendar(bare.runtime), schedule.publish_calendar(bare.runtime))
    assert versions == [1, 1]
    assert len(await bare.events(CalendarPublished)) == 1


async def test_a_new_calendar_moves_open_clocks_only(stack: Stack, deadlines, clock) -> None:
    """Regulation §3: a storm on 24/04/2025 after one clock was missed and another verified."""
    due = date(2025, 4, 24)
    open_one, reported, done, far = make.assignment(due), make.assignment(due), make.assignment(due), make.assignment(date(2025, 6, 30))
    for told in (open_one, reported, done, far):
        await stack.deliver(make.sent(told), told.id)
    await stack.deliver(event_pb2.AssignmentReported(assignment=make.later(reported, "REPORTED")), reported.id, 2)
    await stack.deliver(event_pb2.AssignmentVerified(assignment=make.later(done, "VERIFIED")), done.id, 2)
    clock.advance(days=1)
    await schedule.tell_all_missed(stack.runtime)
    await stack.call(deadlines.ImportCalendar, make.storm(due), make.ADMINISTRATOR)
    assert await schedule.put_in_force(stack.runtime) == 2
    moved = (await stack.events(DeadlineSet))[4:]
    assert {event.deadline.assignment_id for _, event in moved} == {open_one.id, reported.id}
    assert all(event.deadline.effective_due_date == from_date(date(2025, 4, 25)) for _, event in moved)
    assert await schedule.tell_all_missed(stack.runtime) == 0
    clock.advance(days=1)
    await schedule.tell_all_missed(stack.runtime)
    versions = [(e.aggregate_version, event.deadline.assignment_id) for e, event in await stack.events(DeadlineMissed)]
    assert versions == [(2, open_one.id), (4, open_one.id)]


async def test_the_loops_publish_and_tell_until_they_are_stopped(serve, clock, monkeypatch, nats_url: str) -> None:
    monkeypatch.setattr(schedule, "TICK_SECONDS", 0.05)
    bare = await serve(app)
    bare.runtime.broker = Broker(app.name, nats_url, SecretStr(""))
    await bare.runtime.broker.connect()
    told = make.assignment(clock.now.date() - timedelta(days=3))
    await bare.deliver(make.sent(told), told.id)
    loops = [asyncio.create_task(loop(bare.runtime)) for loop in app.loops]
    try:
        async with asyncio.timeout(10):
            while not await missed(bare):
                assert not any(loop.done() for loop in loops)
    finally:
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
        await bare.runtime.broker.close()
    assert len(await bare.events(CalendarPublished)) == 1


async def test_requests_can_change_no_clock_and_read_no_other_units(stack: Stack) -> None:
    """Row-level security behind visible_to: the api role by itself, as a leader of Sở Y tế."""
    told = make.assignment()
    await stack.deliver(make.sent(told), told.id)
    enter = text("SELECT set_config('ykcd.unit', :unit, true), set_config('ykcd.roles', :roles, true)")

    async def count(unit: UUID | str, roles: str) -> int:
        async with stack.runtime.api.connect() as connection:
            await connection.execute(enter, {"unit": str(unit), "roles": roles})
            return (await connection.execute(text("SELECT count(*) FROM deadline"))).scalar_one()

    seen = [await count(*who) for who in ((make.STNMT, "officer"), (make.SYT, "unit_leader"), (make.STNMT, "operator"), ("", ""))]
    assert seen == [1, 0, 0, 0]
    async with stack.runtime.api.connect() as connection:
        for verb in ("UPDATE deadline SET running = false", "DELETE FROM deadline", "SELECT FROM schedule_watermark"):
            with pytest.raises(Exception, match="permission denied"):
                await connection.execute(text(verb))
            await connection.rollback()


async def test_a_snapshot_and_the_scheduler_dont_wait_for_each_other(stack: Stack, clock) -> None:
    """Whoever applies a snapshot holds the copy and then wants the clock; the scheduler holds the clock, and refers to the copy."""
    told = await make.hear(stack, make.assignment(date(2025, 4, 22)))
    clock.set(make.morning(2025, 4, 24))
    async with stack.session(now=clock()) as session:
        assert await clock_queries.copy_of(session, UUID(told.id))
        assert await schedule.urge(stack.runtime) == 1
        assert await clock_queries.clock_of(session, UUID(told.id))
