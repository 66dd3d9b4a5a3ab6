"""Others' events: once each, in any order, the highest version stays."""

import asyncio
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from ykcd.assignment.v1 import assignment_pb2 as a
from ykcd.assignment.v1 import event_pb2 as told
from ykcd.deadline.v1 import deadline_pb2
from ykcd.deadline.v1 import event_pb2 as clock
from ykcd.directive.v1 import directive_pb2 as d
from ykcd.directive.v1 import event_pb2 as published
from ykcd.directive.v1 import registry_pb2

from kit.tables import calendar_version, member
from kit.testing.stack import Stack
from services.reporting.__main__ import app
from services.reporting.model import Assignment, Deadline, Participation, Unit
from services.reporting.tests import factories as make

TABLES = (Assignment.__table__, Participation.__table__, Deadline.__table__, Unit.__table__, member, calendar_version)


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
    assignment_events = [event for event in app.handlers if event and event.DESCRIPTOR.full_name.startswith("ykcd.assignment.")]
    return {
        "DirectivePublished": published.DirectivePublished(directive=letter),
        "UnitChanged": published.UnitChanged(unit=unit),
        "MembershipChanged": published.MembershipChanged(member=person, active=True, issuer="i", subject="s"),
        "DeadlineSet": clock.DeadlineSet(deadline=deadline),
        "DeadlineMissed": clock.DeadlineMissed(deadline=deadline),
        "CalendarPublished": clock.CalendarPublished(calendar=deadline_pb2.Calendar(version=3)),
        **{event.DESCRIPTOR.name: event(assignment=sent) for event in assignment_events},
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
    tables = await contents(stack)
    assert (len(tables[0]), len(tables[1])) == (600, 600)
