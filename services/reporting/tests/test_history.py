"""What was known when (Đ9.2, Đ9.4): a report of a past time says what it said then, in whatever order things came to be known."""

import random
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from google.protobuf.message import Message
from sqlalchemy import delete, select
from ykcd.assignment.v1 import assignment_pb2 as a
from ykcd.assignment.v1 import event_pb2 as told
from ykcd.assignment.v1 import obstacle_pb2
from ykcd.deadline.v1 import deadline_pb2, urging_pb2
from ykcd.deadline.v1 import event_pb2 as clock_events
from ykcd.directive.v1 import directive_pb2 as d
from ykcd.directive.v1 import event_pb2 as published
from ykcd.directive.v1 import registry_pb2
from ykcd.reporting.v1 import reporting_pb2 as pb

from kit.dates import from_time
from kit.tables import inbox
from kit.testing.fixtures import FakeClock
from kit.testing.stack import Stack
from services.reporting import annex, history, service, tally
from services.reporting.__main__ import app
from services.reporting.model import Assignment
from services.reporting.rebuild import PROJECTIONS
from services.reporting.tests import factories as make
from services.reporting.tests.factories import EVALUATOR, SYT_LEADER

START = datetime(2025, 4, 21, 2, tzinfo=UTC)
HOLIDAYS = [date(2025, 4, 30), date(2025, 5, 1), date(2025, 5, 2)]
DONE = {"state": a.ASSIGNMENT_STATE_VERIFIED, "execution": a.EXECUTION_DONE}
Told = tuple[Message, str, int]


@pytest.fixture
async def stack(serve, clock: FakeClock) -> Stack:
    clock.set(START - timedelta(days=1))
    made = await serve(app)
    await make.fill(made)
    return made


def at(number: int) -> datetime:
    """When the number-th event of story() was told."""
    return START + timedelta(hours=number)


def story() -> list[Told]:
    """A document with a part of every kind of history: planned before the calendar was known, amended, urged, extended, done, undone."""
    late, owing = make.part(make.STNMT, due=make.day(2025, 4, 30)), make.part(make.SYT)
    letter = make.directive(make.task(late), make.task(owing))
    amended = d.Directive()
    amended.CopyFrom(letter)
    amended.version, amended.state = 3, d.DIRECTIVE_STATE_AMENDED
    amended.tasks[0].content = "Rà soát quỹ đất công, lần hai."
    added = make.part(make.PHU_LOC, "COORDINATING")
    amended.tasks[0].assignments.append(added)
    about = {"id": str(uuid4()), "assignment_id": late.id}
    first, second = ({**about, "id": str(uuid4()), "deadline_cycle": 1, "counts": True} for _ in range(2))
    issued = from_time(at(9))
    versions = iter(range(1, 99))

    def part(event: type[Message], **more: Any) -> Told:
        version = next(versions)
        return event(assignment=make.snapshot(letter, letter.tasks[0], late, version=version, **more)), late.id, version

    def clock(effective: Any, version: int, due: Any) -> Told:
        deadline = deadline_pb2.Deadline(assignment_id=late.id, due_date=due, effective_due_date=effective)
        return clock_events.DeadlineSet(deadline=deadline), late.id, version

    def notice(event: type[Message], version: int, values: dict[str, Any]) -> Told:
        return event(notice=urging_pb2.UrgingNotice(**values)), values["id"], version

    def obstacle(state: int, version: int) -> Told:
        return told.ObstacleChanged(obstacle=obstacle_pb2.Obstacle(state=state, **about)), about["id"], version

    def escalation(event: type[Message], state: int, version: int) -> Told:
        row = urging_pb2.Escalation(id=first["id"], assignment_id=late.id, state=state, due_on=make.day(2025, 4, 22))
        return event(escalation=row), first["id"], version

    def obligation(event: type[Message], state: int, version: int) -> Told:
        row = urging_pb2.Obligation(id=second["id"], assignment_id=owing.id, state=state, period_end=make.day(2025, 6, 30))
        return event(obligation=row), second["id"], version

    days = [deadline_pb2.CalendarDay(date=make.day(it.year, it.month, it.day), kind=deadline_pb2.DAY_KIND_HOLIDAY) for it in HOLIDAYS]
    later = {"due_date": make.day(2025, 5, 30), "effective_due_date": make.day(2025, 5, 30), "deadline_cycle": 2}
    begun = {"state": a.ASSIGNMENT_STATE_IN_PROGRESS, "execution": a.EXECUTION_IN_PROGRESS}
    calendar = str(uuid4())
    return [
        (published.DirectivePublished(directive=letter), letter.id, 2),
        (clock_events.CalendarPublished(calendar=deadline_pb2.Calendar(version=1, days=days)), calendar, 1),
        part(told.AssignmentSent),
        clock(make.day(2025, 5, 5), 1, make.day(2025, 4, 30)),
        obstacle(obstacle_pb2.OBSTACLE_STATE_RAISED, 1),
        part(told.AssignmentDelegated, **begun),
        (published.DirectiveAmended(directive=amended), letter.id, 3),
        obligation(clock_events.ObligationOpened, urging_pb2.OBLIGATION_STATE_OPEN, 1),
        notice(clock_events.UrgingNoticeProposed, 1, first),
        notice(clock_events.UrgingNoticeIssued, 2, first | {"issue_time": issued}),
        escalation(clock_events.EscalationDue, urging_pb2.ESCALATION_STATE_DUE, 1),
        part(told.AssignmentExtensionApproved, **begun, **later),
        clock(make.day(2025, 6, 2), 2, make.day(2025, 5, 30)),
        notice(clock_events.UrgingNoticeIssued, 1, second | {"issue_time": issued, "deadline_cycle": 2}),
        notice(clock_events.UrgingNoticeEnded, 3, first | {"issue_time": issued, "counts": False}),
        obstacle(obstacle_pb2.OBSTACLE_STATE_CLOSED, 2),
        part(told.AssignmentReported, **later, execution=a.EXECUTION_DONE, state=a.ASSIGNMENT_STATE_REPORTED, late_update=True),
        part(told.AssignmentSentBack, **begun, **later),
        obligation(clock_events.ObligationFulfilled, urging_pb2.OBLIGATION_STATE_FULFILLED, 2),
        escalation(clock_events.EscalationClosed, urging_pb2.ESCALATION_STATE_DONE, 2),
        part(told.AssignmentVerified, **DONE, **later, completed_on=make.day(2025, 4, 21)),
        clock(make.day(2025, 6, 3), 3, make.day(2025, 5, 30)),
    ]


COLUMNS = [column.name for column in Assignment.__table__.c]


async def rows_of(stack: Stack, source: type[Assignment]) -> list[Any]:
    async with stack.session() as session:
        columns = [getattr(source, name) for name in COLUMNS]
        return [tuple(row) for row in await session.execute(select(*columns).order_by(source.id))]


async def deliver(stack: Stack, clock: FakeClock, events: list[Told], number: int) -> None:
    event, aggregate, version = events[number]
    clock.set(at(number))
    await stack.deliver(event, aggregate, version)


@pytest.mark.article("Đ9.2", "Đ9.4")
async def test_a_past_time_is_as_it_was_after_each_kind_of_event_in_whatever_order_they_came(stack: Stack, clock: FakeClock) -> None:
    events = story()
    then = []
    for number in range(len(events)):
        await deliver(stack, clock, events, number)
        then.append(await rows_of(stack, Assignment))
    # A notice that is only proposed, and a clock set after the verdict, change nothing.
    assert [number for number, (before, after) in enumerate(pairwise(then), 1) if before == after] == [8, len(events) - 1]
    for seed in range(6):
        if seed:
            async with stack.session() as session:
                for table in (*PROJECTIONS, tally.tally, tally.tally_due, inbox):
                    await session.execute(delete(table))
            for number in random.Random(seed).sample(range(len(events)), len(events)):
                await deliver(stack, clock, events, number)
        for number, expected in enumerate(then):
            assert await rows_of(stack, history.as_of(at(number))) == expected, (seed, number)
            assert await rows_of(stack, history.as_of(at(number) + timedelta(minutes=59))) == expected, (seed, number)
        assert await rows_of(stack, history.as_of(START - timedelta(seconds=1))) == []
        assert await rows_of(stack, Assignment) == await rows_of(stack, history.as_of(history.EVER)) == then[-1]


async def summary(stack: Stack, stub, time: datetime | None = None, **period: date) -> pb.Summary:
    days = {name: make.day(day.year, day.month, day.day) for name, day in period.items()}
    return await stack.call(stub.GetSummary, pb.GetSummaryRequest(as_of_time=from_time(time), **days), EVALUATOR)


def figures(counts: pb.UnitCounts) -> dict[str, int]:
    """Those that aren't 0, without what follows from them."""
    derived = ("unit_id", "unit_name", "open_in_time", "open_overdue", "completion", "on_time", "rank")
    return {field.name: value for field, value in counts.ListFields() if field.name not in derived}


@pytest.mark.article("D15", "Đ8.1.e")
async def test_a_notice_counts_until_it_is_known_to_have_been_needless(stack: Stack, stub, clock: FakeClock) -> None:
    """D15: issued, and satisfied by a result that was on time."""
    clock.set(START)
    late = await make.assign(stack, state="IN_PROGRESS", due=date(2025, 4, 18))
    clock.set(at(1))
    notice = await make.tell_notice(stack, late)
    clock.set(at(2))
    await make.tell_notice(stack, late, 2, id=notice, counts=False)
    seen = [(await summary(stack, stub, time)).province.urging_notices for time in (at(0), at(1), at(2), None)]
    assert seen == [0, 1, 0, 0]


@pytest.mark.article("Đ8.1.e", "Đ9.2")
async def test_notices_and_escalations_count_in_the_period_of_their_day(stack: Stack, stub, clock: FakeClock) -> None:
    clock.set(START)
    late = await make.assign(stack, state="IN_PROGRESS", due=date(2025, 4, 18))
    for month in (4, 5):
        clock.set(datetime(2025, month, 25, 2, tzinfo=UTC))
        await make.tell_notice(stack, late)
    april = {"period_first": date(2025, 4, 1), "period_last": date(2025, 4, 30)}
    assert (await summary(stack, stub, **april)).province.urging_notices == 1
    assert (await summary(stack, stub)).province.urging_notices == 2


@pytest.mark.article("Đ3.4", "§6.12", "§6.14")
async def test_what_a_report_said_then_it_says_now(stack: Stack, stub, clock: FakeClock) -> None:
    """Examples 12 and 14: on 01/07/2025 phase 2 was overdue, and a coordinator silent; since then all is done."""
    phases = [
        make.part(make.STNMT, due=make.day(2025, month, day), phase=n) for n, (month, day) in enumerate(((4, 30), (6, 30), (12, 31)), 1)
    ]
    lead, silent = make.part(make.SYT, due=make.day(2025, 4, 30)), make.part(make.PHU_LOC, "COORDINATING", make.day(2025, 4, 30))
    letter = make.directive(make.task(*phases), make.task(lead, silent))
    letter.tasks[0].task_class.has_deadline = False
    clock.set(START)
    await make.publish(stack, letter)

    async def done(part: d.PlannedAssignment, on: Any) -> None:
        task = letter.tasks[1 if part in (lead, silent) else 0]
        await make.tell(stack, told.AssignmentVerified, make.snapshot(letter, task, part, completed_on=on, **DONE), 5)

    clock.set(datetime(2025, 4, 29, 3, tzinfo=UTC))
    await done(phases[0], make.day(2025, 4, 28))
    await done(lead, make.day(2025, 4, 28))
    then = datetime(2025, 7, 1, 2, tzinfo=UTC)
    clock.set(then)
    before = await summary(stack, stub)
    assert figures(before.province) == {"total": 2, "done": 1, "done_on_time": 1, "doing": 1, "doing_overdue": 1, "coordinating": 1}
    clock.set(datetime(2025, 7, 9, 2, tzinfo=UTC))
    for part in (*phases[1:], silent):
        await done(part, make.day(2025, 7, 8))
    renamed = registry_pb2.Unit(id=str(make.SYT), code="syt", name="Sở Y tế thành phố Huế", version=2)
    await stack.deliver(published.UnitChanged(unit=renamed), make.SYT, 2)
    assert figures((await summary(stack, stub)).province) == {"total": 2, "done": 2, "done_on_time": 1, "done_late": 1, "coordinating": 1}
    # D12: with the names of that time.
    assert await summary(stack, stub, then) == before


@pytest.mark.article("Đ9.2")
async def test_days_are_reckoned_by_the_calendar_that_was_known_then(stack: Stack, clock: FakeClock) -> None:
    """Regulation §3: 02/05/2025 was made a day off afterwards."""
    seen = []
    for number, off in enumerate((HOLIDAYS[:2], HOLIDAYS), 1):
        clock.set(at(number))
        days = [deadline_pb2.CalendarDay(date=make.day(it.year, it.month, it.day), kind=deadline_pb2.DAY_KIND_HOLIDAY) for it in off]
        calendar = deadline_pb2.Calendar(version=number, days=days)
        await stack.deliver(clock_events.CalendarPublished(calendar=calendar), make.OFFICE, number)
    clock.set(datetime(2025, 5, 6, 2, tzinfo=UTC))
    async with stack.session() as session:
        for time in (at(1), at(2)):
            scope = await service.known(session, now=clock(), as_of=time, last=date(2025, 4, 21))
            seen.append(scope.today.soon_until)
    assert seen == [date(2025, 4, 28)] * 2
    async with stack.session() as session:
        calendars = [await service.queries.calendar_as_of(session, time) for time in (at(0), at(1), at(2))]
    assert [calendar.add(date(2025, 4, 29), 1) for calendar in calendars] == [date(2025, 4, 30), date(2025, 5, 2), date(2025, 5, 5)]


@pytest.mark.article("Đ9.2", "Đ10.1")
async def test_a_period_holds_what_was_carried_over_and_what_came_and_not_what_was_done_before(stack: Stack, stub, clock) -> None:
    """In May: done in April is out; completed in June was open at the end of May; issued in June isn't there yet."""
    clock.set(datetime(2025, 6, 20, 2, tzinfo=UTC))
    april, may, june = make.day(2025, 4, 1), make.day(2025, 5, 12), make.day(2025, 6, 2)
    await make.assign(stack, state="VERIFIED", issued=april, due=date(2025, 4, 25), completed=date(2025, 4, 24))
    await make.assign(stack, state="VERIFIED", issued=april, due=date(2025, 5, 5), completed=date(2025, 5, 6))
    await make.assign(stack, state="VERIFIED", issued=may, due=date(2025, 5, 30), completed=date(2025, 6, 3))
    await make.assign(stack, state="SENT", issued=may, due=date(2025, 7, 30))
    await make.assign(stack, state="SENT", issued=june, due=date(2025, 7, 30))
    # Done in April in its first phase only: the part goes on, with both.
    phases = [make.part(make.STNMT, due=make.day(2025, month, 15), phase=number) for number, month in ((1, 4), (2, 5))]
    letter = await make.publish(stack, make.directive(make.task(*phases), issue_date=april))
    for phase, on in zip(phases, (make.day(2025, 4, 16), make.day(2025, 5, 14)), strict=True):
        await make.tell(stack, told.AssignmentVerified, make.snapshot(letter, letter.tasks[0], phase, completed_on=on, **DONE), 3)
    found = await summary(stack, stub, period_first=date(2025, 5, 1), period_last=date(2025, 5, 31))
    late = {"done": 2, "done_late": 2}
    opened = {"doing": 1, "doing_overdue": 1, "not_started": 1, "not_started_in_time": 1}
    assert figures(found.province) == {"total": 4, **late, **opened}
    then = clock()
    clock.advance(days=1)
    for phase in phases:
        gone = make.snapshot(letter, letter.tasks[0], phase, state=a.ASSIGNMENT_STATE_CANCELLED, execution=a.EXECUTION_UNSPECIFIED)
        await make.tell(stack, told.AssignmentCancelled, gone, 4)
    assert await summary(stack, stub, then, period_first=date(2025, 5, 1), period_last=date(2025, 5, 31)) == found


@pytest.mark.article("Đ9.2")
@pytest.mark.parametrize(
    ("asked", "field", "reason"),
    [
        ({"as_of_time": START + timedelta(days=9)}, "as_of_time", "AS_OF_IN_FUTURE"),
        ({"as_of_time": START - timedelta(days=9)}, "as_of_time", "AS_OF_BEFORE_DATA"),
        ({"period_first": date(2025, 4, 22)}, "period_first", "PERIOD_IN_FUTURE"),
        ({"period_first": date(2025, 4, 21), "as_of_time": START - timedelta(days=1)}, "period_first", "PERIOD_IN_FUTURE"),
        ({"period_first": date(2025, 4, 2), "period_last": date(2025, 4, 1)}, "period_first", "PERIOD_REVERSED"),
    ],
    ids=str,
)
async def test_a_time_or_a_period_of_which_nothing_can_be_known_is_refused(stack: Stack, stub, clock, asked, field, reason) -> None:
    clock.set(START)
    request = pb.GetSummaryRequest(
        **{
            name: from_time(value) if isinstance(value, datetime) else make.day(value.year, value.month, value.day)
            for name, value in asked.items()
        }
    )
    refusal = await stack.refused(stub.GetSummary, request, SYT_LEADER)
    assert (refusal.reason, refusal.fields) == (reason, [field])


@pytest.mark.article("Đ9.2", "Đ12.2", "§6.25")
async def test_completion_and_what_was_on_time_are_of_what_was_due(stack: Stack, stub, clock: FakeClock) -> None:
    """Example 25: 6 on time, 1 late, 1 overdue, 2 in time; example 27: a unit with nothing due has no rate and no rank."""
    clock.set(datetime(2025, 6, 20, 2, tzinfo=UTC))
    due = date(2025, 6, 2)
    for completed in [due] * 6 + [date(2025, 6, 3)]:
        await make.assign(stack, state="VERIFIED", due=due, completed=completed)
    await make.assign(stack, state="IN_PROGRESS", due=due)
    for unit in (make.STNMT, make.STNMT, make.SYT):
        await make.assign(stack, unit, due=date(2025, 7, 30))
    worst, idle = (await summary(stack, stub)).units
    assert (worst.total, worst.completion, worst.on_time, worst.rank) == (10, pb.Rate(part=7, whole=8), pb.Rate(part=6, whole=8), 1)
    assert (idle.total, idle.HasField("completion"), idle.HasField("on_time"), idle.rank) == (1, False, False, 0)


def row(done: int, on_time: int, overdue: int) -> dict[str, int]:
    return {"done": done, "done_on_time": on_time, "doing_overdue": overdue, "not_started_overdue": 0}


@pytest.mark.article("§6.25", "§6.26", "§6.27")
@pytest.mark.parametrize(
    ("counts", "printed"),
    [
        (row(7, 6, 1), ("87,50 %", "75,00 %")),
        (row(16_051, 14_068, 223), ("98,63 %", "86,44 %")),
        (row(1, 0, 0), ("100,00 %", "0,00 %")),
        (row(0, 0, 0), ("–", "–")),
        # A half goes up: 1/800 = 0,125 %.
        (row(1, 1, 799), ("0,13 %", "0,13 %")),
    ],
)
def test_rates_are_printed_with_two_decimals(counts: dict[str, int], printed: tuple[str, str]) -> None:
    assert tuple(map(str, annex.rates(counts))) == printed


@pytest.mark.article("Đ12.2", "§6.27")
def test_equal_rates_share_a_rank_the_next_is_skipped_and_nothing_due_has_none() -> None:
    """Example 27; among equal completion the one with more on time comes first."""
    assert annex.ranks([row(2, 2, 0), row(7, 6, 1), row(0, 0, 0), row(4, 4, 0), row(14, 13, 2)]) == [1, 4, 0, 1, 3]
