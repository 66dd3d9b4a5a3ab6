"""Others' events: once each, in any order, the highest version stays."""

import asyncio
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from ykcd.assignment.v1 import assignment_pb2 as a
from ykcd.assignment.v1 import event_pb2 as told
from ykcd.assignment.v1 import obstacle_pb2
from ykcd.deadline.v1 import deadline_pb2, urging_pb2
from ykcd.deadline.v1 import event_pb2 as clock
from ykcd.directive.v1 import directive_pb2 as d
from ykcd.directive.v1 import event_pb2 as published
from ykcd.directive.v1 import people_pb2, programme_pb2, registry_pb2

from kit.events import carrying
from kit.tables import absence, calendar_version, member
from kit.testing.stack import Stack
from services.reporting import model
from services.reporting.__main__ import app
from services.reporting.model import Assignment, Participation
from services.reporting.tests import factories as make

TABLES = (*model.Base.metadata.sorted_tables, member, absence, calendar_version)


@pytest.fixture
async def stack(serve) -> Stack:
    return await serve(app)


async def contents(stack: Stack) -> list[list[Any]]:
    async with stack.session() as session:
        return [sorted(map(str, (await session.execute(select(table))).all())) for table in TABLES]


def document() -> tuple[d.Directive, d.Task, d.PlannedAssignment]:
    planned = make.part(make.STNMT, due=make.day(2025, 5, 31))
    return make.directive(make.task(planned)), make.task(planned), planned


def samples() -> dict[str, Any]:
    planned = make.part(make.STNMT, due=make.day(2025, 5, 30))
    work = make.task(planned)
    letter = make.directive(work)
    sent = make.snapshot(letter, work, planned)
    deadline = deadline_pb2.Deadline(assignment_id=planned.id, due_date=planned.due_date, effective_due_date=make.day(2025, 6, 2))
    unit = registry_pb2.Unit(id=str(make.SYT), code="syt", name="Sở Y tế")
    person = registry_pb2.Member(id=str(uuid4()), person_id=str(uuid4()), unit_id=str(make.SYT), name="Đỗ Hà", roles=["officer"])
    directive_events = [getattr(published, f"Directive{name}") for name in ("Published", "Amended", "Superseded", "Revoked")]
    ids = {"id": str(uuid4()), "assignment_id": planned.id}
    matters = {
        (clock, "notice"): urging_pb2.UrgingNotice(**ids),
        (clock, "escalation"): urging_pb2.Escalation(**ids),
        (clock, "obligation"): urging_pb2.Obligation(**ids, period_end=make.day(2025, 6, 30)),
        (told, "obstacle"): obstacle_pb2.Obstacle(**ids),
    }
    away = {"id": str(uuid4()), "version": 1, "unit_id": str(make.OFFICE), "person_id": str(make.AN.id), "deputy_id": str(make.BINH.id)}
    days = {"first_day": make.day(2025, 4, 1), "last_day": make.day(2025, 4, 30)}
    inquiry = told.InquiryChanged()
    inquiry.inquiry.id = inquiry.inquiry.assignment_id = planned.id
    inspection, regulation, secret = told.InspectionChanged(), told.UnitRegulationChanged(), published.SecretRefused()
    inspection.inspection.id = regulation.unit_regulation.id = secret.refusal.id = str(uuid4())
    regulation.unit_regulation.unit_id = str(make.SYT)
    return {
        **{event.DESCRIPTOR.name: event for event in (inquiry, inspection, regulation, secret)},
        "ProgrammeItemChanged": published.ProgrammeItemChanged(item=programme_pb2.ProgrammeItem(id=str(uuid4()), year=2025, month=4)),
        "AbsenceChanged": published.AbsenceChanged(absence=people_pb2.Absence(**away, **days)),
        **{event.DESCRIPTOR.name: event(directive=letter) for event in directive_events},
        **{event.DESCRIPTOR.name: event(**{name: row}) for (module, name), row in matters.items() for event in carrying(module, name)},
        "UnitChanged": published.UnitChanged(unit=unit),
        "MembershipChanged": published.MembershipChanged(member=person, active=True, issuer="i", subject="s"),
        "DeadlineSet": clock.DeadlineSet(deadline=deadline),
        "DeadlineMissed": clock.DeadlineMissed(deadline=deadline),
        "CalendarPublished": clock.CalendarPublished(calendar=deadline_pb2.Calendar(version=3)),
        **{event.DESCRIPTOR.name: event(assignment=sent) for event in carrying(told, "assignment")},
    }


def test_every_handler_is_tried_twice() -> None:
    assert sorted(samples()) == sorted(event.DESCRIPTOR.name for event in app.handlers)


@pytest.mark.parametrize("name", samples())
async def test_a_second_delivery_changes_nothing(stack: Stack, name: str) -> None:
    event, aggregate = samples()[name], uuid4()
    empty = await contents(stack)
    event_id = await stack.deliver(event, aggregate, 2)
    after_first = await contents(stack)
    assert after_first != empty
    await stack.deliver(event, aggregate, 2, event_id=event_id)
    assert await contents(stack) == after_first


async def test_an_older_snapshot_does_not_undo_a_newer_one(stack: Stack) -> None:
    letter, work, planned = document()
    accepted = make.snapshot(letter, work, planned, state=a.ASSIGNMENT_STATE_ACCEPTED)
    await make.tell(stack, told.AssignmentAccepted, accepted, 2)
    await make.tell(stack, told.AssignmentSent, make.snapshot(letter, work, planned), 1)
    async with stack.session() as session:
        row = await session.get(Assignment, UUID(planned.id))
    assert (row.version, row.state) == (2, a.ASSIGNMENT_STATE_ACCEPTED)


@pytest.mark.parametrize("order", list(permutations(range(4))), ids=str)
async def test_whatever_comes_first_the_row_is_the_same(stack: Stack, order: tuple[int, ...]) -> None:
    """Architecture, decision 3: a directive, its assignment's two versions and its deadline, in every order."""
    planned = make.part(make.STNMT, due=make.day(2025, 5, 31))
    work = make.task(planned)
    letter = make.directive(work)
    accepted = make.snapshot(letter, work, planned, state=a.ASSIGNMENT_STATE_ACCEPTED)
    steps = [
        lambda: make.publish(stack, letter),
        lambda: make.tell(stack, told.AssignmentSent, make.snapshot(letter, work, planned), 1),
        lambda: make.tell(stack, told.AssignmentAccepted, accepted, 2),
        lambda: make.set_deadline(stack, planned, make.day(2025, 6, 2)),
    ]
    for step in order:
        await steps[step]()
    async with stack.session() as session:
        row = (await session.scalars(select(Assignment))).one()
        opened = (await session.scalars(select(Participation.unit_id))).all()
    assert (row.version, row.directive_version, row.state) == (2, 2, a.ASSIGNMENT_STATE_ACCEPTED)
    assert (row.effective_due_date.day, row.document_type) == (2, d.DOCUMENT_TYPE_OFFICIAL_LETTER)
    assert opened == [make.STNMT]


async def test_a_deadline_and_its_assignment_told_at_the_same_moment_both_count(stack: Stack) -> None:
    for _ in range(10):
        letter, work, planned = document()
        await asyncio.gather(
            make.tell(stack, told.AssignmentSent, make.snapshot(letter, work, planned)),
            make.set_deadline(stack, planned, make.day(2025, 6, 2)),
        )
    async with stack.session() as session:
        dates = (await session.scalars(select(Assignment.effective_due_date))).all()
    assert [(day.month, day.day) for day in dates] == [(6, 2)] * 10


async def test_a_clock_reckoned_from_an_older_due_date_no_longer_counts(stack: Stack) -> None:
    """An extension arrives before the clock that follows from it."""
    letter, work, planned = document()
    await make.set_deadline(stack, planned, make.day(2025, 6, 2))
    later = make.day(2025, 7, 31)
    await make.tell(stack, told.AssignmentSent, make.snapshot(letter, work, planned, due_date=later, effective_due_date=later))
    async with stack.session() as session:
        row = await session.get(Assignment, UUID(planned.id))
    assert (row.effective_due_date.month, row.effective_due_date.day) == (7, 31)


async def test_a_verdict_does_not_move_with_the_calendar(stack: Stack) -> None:
    """Regulation §3: verdicts already verified don't change, whichever comes first."""
    for told_first in (True, False):
        letter, work, planned = document()
        verified = make.snapshot(letter, work, planned, state=a.ASSIGNMENT_STATE_VERIFIED, execution=a.EXECUTION_DONE)
        if told_first:
            await make.set_deadline(stack, planned, make.day(2025, 6, 2))
        await make.tell(stack, told.AssignmentVerified, verified, 5)
        if not told_first:
            await make.set_deadline(stack, planned, make.day(2025, 6, 2))
        async with stack.session() as session:
            row = await session.get(Assignment, UUID(planned.id))
        assert row.effective_due_date.isoformat() == "2025-05-31"


@pytest.mark.article("D6", "D7", "§6.6")
async def test_before_its_clock_is_told_the_due_date_rolls_by_our_own_calendar(stack: Stack) -> None:
    """D6, D7, example 6: 30/04/2025 is a holiday; "trước ngày 02/05/2025" stays 01/05/2025."""
    off = [make.day(2025, 4, 30), make.day(2025, 5, 1), make.day(2025, 5, 2)]
    days = [deadline_pb2.CalendarDay(date=day, kind=deadline_pb2.DAY_KIND_HOLIDAY) for day in off]
    await stack.deliver(clock.CalendarPublished(calendar=deadline_pb2.Calendar(version=1, days=days)), uuid4())
    rolled = make.part(make.STNMT, due=make.day(2025, 4, 30))
    exact = make.part(make.SYT, due=make.day(2025, 5, 1), due_exact=True)
    await make.publish(stack, make.directive(make.task(rolled), make.task(exact)))
    async with stack.session() as session:
        found = {str(row.id): row.effective_due_date for row in await session.scalars(select(Assignment))}
    assert (found[rolled.id].isoformat(), found[exact.id].isoformat()) == ("2025-05-05", "2025-05-01")


async def test_a_large_document_is_projected_whole(stack: Stack) -> None:
    parts = [make.part(uuid4(), due=make.day(2025, 6, 30)) for _ in range(300)]
    await make.publish(stack, make.directive(make.task(*parts), make.task(*(make.part(UUID(p.unit_id)) for p in parts))))
    async with stack.session() as session:
        found = [await session.scalar(select(func.count()).select_from(table)) for table in (Assignment, Participation)]
    assert found == [600, 600]


async def row_of(stack: Stack, id: str) -> Assignment:
    async with stack.session() as session:
        return await session.get_one(Assignment, UUID(id))


@pytest.mark.article("Đ2.7")
async def test_an_amendment_changes_the_facts_of_all_parts_adds_new_ones_and_leaves_states_to_their_owner(stack: Stack) -> None:
    """Đ2.7: open to see. A forwarded part has an id that the document doesn't know; it is of the task all the same."""
    letter, work, planned = document()
    letter.ClearField("tasks")
    letter.tasks.append(work)
    await make.publish(stack, letter)
    await make.tell(stack, told.AssignmentAccepted, make.snapshot(letter, work, planned, state=a.ASSIGNMENT_STATE_ACCEPTED), 2)
    forwarded = make.snapshot(letter, work, planned, id=str(uuid4()), unit_id=str(make.SYT))
    await make.tell(stack, told.AssignmentSent, forwarded)

    letter.version, letter.state = 3, d.DIRECTIVE_STATE_AMENDED
    added = make.part(make.PHU_LOC, "COORDINATING")
    letter.tasks[0].content = "Rà soát quỹ đất công, lần hai."
    letter.tasks[0].assignments.extend([added, make.part(make.SNV, withdrawn=True)])
    amended = published.DirectiveAmended(directive=letter)
    await stack.deliver(amended, letter.id, 3)
    async with stack.session() as session:
        rows = {str(row.id): row for row in await session.scalars(select(Assignment))}
    assert set(rows) == {planned.id, forwarded.id, added.id}
    assert {(row.content, row.directive_version, row.directive_state) for row in rows.values()} == {
        ("Rà soát quỹ đất công, lần hai.", 3, d.DIRECTIVE_STATE_AMENDED)
    }
    assert (rows[planned.id].state, rows[planned.id].version) == (a.ASSIGNMENT_STATE_ACCEPTED, 2)
    # An older one that comes late changes nothing.
    letter.tasks[0].content = "Cũ"
    await stack.deliver(published.DirectivePublished(directive=letter), letter.id, 2)
    assert (await row_of(stack, planned.id)).content == "Rà soát quỹ đất công, lần hai."


@pytest.mark.article("Đ2.7")
@pytest.mark.parametrize("event", [published.DirectiveSuperseded, published.DirectiveRevoked], ids=["superseded", "revoked"])
async def test_what_no_longer_binds_says_so(stack: Stack, event: Any) -> None:
    """Đ2.7."""
    letter, _work, planned = document()
    letter.tasks[0].assignments[0].id = planned.id
    await make.publish(stack, letter)
    letter.state = d.DIRECTIVE_STATE_REVOKED
    await stack.deliver(event(directive=letter), letter.id, 3)
    row = await row_of(stack, planned.id)
    assert (row.directive_state, row.state) == (d.DIRECTIVE_STATE_REVOKED, a.ASSIGNMENT_STATE_SENT)


@pytest.mark.article("Đ8.1.e", "D4", "D15")
@pytest.mark.parametrize("first", [True, False], ids=["the assignment first", "the notices first"])
async def test_notices_are_counted_by_cycle_and_those_satisfied_in_time_not_against_the_unit(stack: Stack, first: bool) -> None:
    """D4, D15: three issued, two of them in the second cycle, one of which proved needless; a proposal is none."""
    letter, work, planned = document()
    moved = make.snapshot(letter, work, planned, deadline_cycle=2)
    if first:
        await make.tell(stack, told.AssignmentExtensionApproved, moved, 4)
    await make.tell_notice(stack, planned.id)
    await make.tell_notice(stack, planned.id, deadline_cycle=2)
    needless = await make.tell_notice(stack, planned.id, deadline_cycle=2)
    await make.tell_notice(stack, planned.id, deadline_cycle=2, issue_time=None)
    await make.tell_notice(stack, planned.id, 3, id=needless, deadline_cycle=2, counts=False)
    # An older version that comes late.
    await make.tell_notice(stack, planned.id, 2, id=needless, deadline_cycle=2)
    if not first:
        await make.tell(stack, told.AssignmentExtensionApproved, moved, 4)
    row = await row_of(stack, planned.id)
    assert (row.cycle_notices, row.urging_notices) == (2, 2)


@pytest.mark.article("Đ8.1.e")
async def test_an_escalation_is_open_until_it_is_done_and_stays_counted(stack: Stack) -> None:
    letter, work, planned = document()
    await make.tell(stack, told.AssignmentSent, make.snapshot(letter, work, planned))
    id = await make.tell_escalation(stack, planned.id)
    row = await row_of(stack, planned.id)
    assert (row.escalations, row.escalation_open) == (1, True)
    await make.tell_escalation(stack, planned.id, "DONE", 2, id=id)
    row = await row_of(stack, planned.id)
    assert (row.escalations, row.escalation_open) == (1, False)


@pytest.mark.article("Đ7.2.c.2", "§6.23")
async def test_the_last_quarter_that_is_decided_speaks_for_the_obligation(stack: Stack) -> None:
    """Example 23: Q1 updated, Q2 missed; Q3 still open says nothing yet, and an obligation that ended never does."""
    letter, work, planned = document()
    await make.tell(stack, told.AssignmentSent, make.snapshot(letter, work, planned))
    seen = []
    quarters = ((3, 31, "OPEN"), (3, 31, "FULFILLED"), (6, 30, "MISSED"), (9, 30, "OPEN"), (9, 30, "FULFILLED"), (12, 31, "ENDED"))
    ids: dict[int, str] = {}
    for version, (month, day, state) in enumerate(quarters, 1):
        ids[month] = await make.tell_obligation(stack, planned.id, state, make.day(2025, month, day), version, id=ids.get(month, ""))
        row = await row_of(stack, planned.id)
        seen.append((row.obligation_period_end.month, urging_pb2.ObligationState.Name(row.obligation_state)[17:]))
    assert seen == [(3, "OPEN"), (3, "FULFILLED"), (6, "MISSED"), (6, "MISSED"), (9, "FULFILLED"), (9, "FULFILLED")]


@pytest.mark.article("Đ8.1.b")
async def test_obstacles_are_open_until_closed_or_withdrawn(stack: Stack) -> None:
    """Đ8.1.b."""
    letter, work, planned = document()
    first = await make.tell_obstacle(stack, planned.id)
    second = await make.tell_obstacle(stack, planned.id)
    await make.tell(stack, told.AssignmentSent, make.snapshot(letter, work, planned))
    assert (await row_of(stack, planned.id)).obstacle_states == [1]
    await make.tell_obstacle(stack, planned.id, "DIRECTED", 3, id=first)
    assert (await row_of(stack, planned.id)).obstacle_states == [1, 3]
    await make.tell_obstacle(stack, planned.id, "CLOSED", 4, id=first)
    await make.tell_obstacle(stack, planned.id, "WITHDRAWN", 2, id=second)
    assert (await row_of(stack, planned.id)).obstacle_states == []
