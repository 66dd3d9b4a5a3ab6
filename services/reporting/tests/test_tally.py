"""What is kept of counts says the same as counting, and says nothing of what has changed since."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select, update
from ykcd.assignment.v1 import assignment_pb2 as a
from ykcd.assignment.v1 import event_pb2 as told
from ykcd.directive.v1.event_pb2 import DirectivePurged
from ykcd.reporting.v1 import reporting_pb2 as pb

from kit.testing.fixtures import FakeClock
from kit.testing.stack import Stack
from services.reporting import queries, service, tally
from services.reporting.model import Assignment
from services.reporting.tests import factories as make
from services.reporting.tests.factories import EVALUATOR

AGES = ((1, 7), (8, 30), (31, 0))
PAST, LATER = date(2025, 4, 14), date(2025, 12, 31)


async def fill(stack: Stack) -> None:
    """Of three months of issue, in every state, phases and matters among them."""
    for issued in (make.day(2025, 2, 28), make.day(2025, 3, 1), make.day(2025, 4, 1)):
        for unit, state in ((make.STNMT, "VERIFIED"), (make.STNMT, "IN_PROGRESS"), (make.SYT, "SENT"), (make.SYT, "CANCELLED")):
            for due in (PAST, LATER, None):
                completed = date(2025, 4, 16) if state == "VERIFIED" else None
                await make.assign(
                    stack, unit, state=state, due=due, issued=issued, completed=completed, late_update=bool(completed) or None
                )
    urged = await make.assign(stack, state="IN_PROGRESS", due=date(2025, 3, 3), issued=make.day(2025, 2, 3))
    await make.tell_notice(stack, urged)
    await make.tell_escalation(stack, urged)
    await make.tell_obligation(stack, await make.assign(stack, due=None), "MISSED", make.day(2025, 3, 31))
    phases = [make.part(make.SYT, due=make.day(2025, month, 10), phase=number) for number, month in ((1, 3), (2, 4), (3, 5))]
    helper = make.part(make.PHU_LOC, "COORDINATING")
    letter = await make.publish(stack, make.directive(make.task(*phases, helper), issue_date=make.day(2025, 2, 3)))
    done = {"state": a.ASSIGNMENT_STATE_VERIFIED, "execution": a.EXECUTION_DONE, "completed_on": make.day(2025, 3, 7)}
    await make.tell(stack, told.AssignmentVerified, make.snapshot(letter, letter.tasks[0], phases[0], **done), 3)


async def keep(stack: Stack) -> int:
    """Everything that is due."""
    count = 0
    while True:
        async with stack.session() as session:
            found = await tally.fill(session, await service.today(session, stack.runtime.clock()))
        count += found
        if not found:
            return count


async def answers(stack: Stack, months: tally.Range | None) -> list[Any]:
    """Figures of both kinds; None: all counted one by one."""
    async with stack.session() as session:
        scope = queries.Scope(await service.today(session, stack.runtime.clock()))
        first, last = months or (None, None)
        bounds = [
            *([Assignment.directive_issue_date >= first] if first else []),
            *([Assignment.directive_issue_date <= last] if last else []),
        ]
        units = await queries.counts(session, scope, *bounds, months=months)
        figures = await queries.figures(session, scope, *bounds, ages=AGES, months=months)
    return [[tuple(row) for row in units], sorted(map(str, figures))]


async def due(stack: Stack) -> int:
    async with stack.session() as session:
        return await session.scalar(select(func.count(tally.tally_due.c.month.distinct()))) or 0


@pytest.mark.article("Đ2.1", "Đ9.2")
async def test_what_is_kept_says_what_counting_says_today_and_later_and_after_a_change(stack: Stack, clock: FakeClock) -> None:
    await fill(stack)
    counted = await answers(stack, None)
    assert (len(counted[0]), await due(stack)) == (4, 3)
    assert await answers(stack, (None, None)) == counted
    assert (await keep(stack), await due(stack)) == (3, 0)
    assert await answers(stack, (None, None)) == counted
    # In time becomes overdue by itself, and older.
    clock.advance(days=19)
    assert await answers(stack, (None, None)) == await answers(stack, None) != counted
    clock.advance(days=200)
    await make.assign(stack, issued=make.day(2025, 2, 3))
    await keep(stack)
    assert await answers(stack, (None, None)) == await answers(stack, None)
    changed = await make.assign(stack, state="REPORTED", issued=make.day(2025, 3, 31), due=PAST, completed=PAST)
    assert changed
    assert await due(stack) == 1
    assert await answers(stack, (None, None)) == await answers(stack, None)
    await keep(stack)
    assert await answers(stack, (None, None)) == await answers(stack, None)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2025, 3, 1), date(2025, 3, 31)),
        (date(2025, 2, 1), None),
        (None, date(2025, 2, 28)),
        # Not whole months: counted one by one.
        (date(2025, 3, 1), date(2025, 3, 30)),
        (date(2025, 2, 4), None),
    ],
    ids=str,
)
async def test_ranges_of_issue(stack: Stack, first: date | None, last: date | None) -> None:
    await fill(stack)
    await keep(stack)
    async with stack.session() as session:
        # What is kept is read: the rows themselves lie.
        whole = await tally.asked(session, (first, last)) is not None
        before = await answers(stack, (first, last))
        await session.execute(update(Assignment).values(execution=a.EXECUTION_NOT_STARTED))
    assert (await answers(stack, (first, last)) == before) is whole


async def test_a_change_that_is_committed_while_its_month_is_tallied_is_tallied_again(stack: Stack) -> None:
    await fill(stack)
    await keep(stack)
    async with stack.session() as session:
        ids = (await session.scalars(select(Assignment.id).where(Assignment.execution == a.EXECUTION_IN_PROGRESS))).all()
        await tally.mark(session, ids)
        await session.execute(update(Assignment).where(Assignment.id.in_(ids)).values(execution=a.EXECUTION_NOT_STARTED))
        await make.assign(stack)
        await keep(stack)
    assert await answers(stack, (None, None)) == await answers(stack, None)
    await keep(stack)
    assert await answers(stack, (None, None)) == await answers(stack, None)


@pytest.mark.article("D14")
async def test_what_is_purged_is_counted_no_more(stack: Stack, stub) -> None:
    letter = await make.publish(stack, make.directive(make.task(make.part(make.STNMT))))
    await keep(stack)
    assert (await stack.call(stub.GetSummary, pb.GetSummaryRequest(), EVALUATOR)).part_count == 1
    await stack.deliver(DirectivePurged(directive_id=letter.id, task_ids=[letter.tasks[0].id]), letter.id, 3)
    assert (await stack.call(stub.GetSummary, pb.GetSummaryRequest(), EVALUATOR)).part_count == 0
    await keep(stack)
    assert (await stack.call(stub.GetSummary, pb.GetSummaryRequest(), EVALUATOR)).part_count == 0
