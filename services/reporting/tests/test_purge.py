"""D14: of what was found to be secret no projection holds anything, and nothing comes back."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from ykcd.assignment.v1 import obstacle_pb2
from ykcd.assignment.v1.event_pb2 import AssignmentForwarded, AssignmentsPurged, ObstacleChanged
from ykcd.deadline.v1 import deadline_pb2, urging_pb2
from ykcd.deadline.v1 import event_pb2 as clock
from ykcd.directive.v1.event_pb2 import DirectivePublished, DirectivePurged

from kit.testing.stack import Stack
from services.reporting import model, purge, tally
from services.reporting.__main__ import app
from services.reporting.tests import factories as make

CANARY = "chimhoangyen"
# Which counts are due, and of what, goes its own way.
KEPT = [table for table in model.Base.metadata.sorted_tables if table is not tally.tally_due]
pytestmark = pytest.mark.article("D14")


@pytest.fixture
async def stack(serve) -> Stack:
    return await serve(app)


async def told(stack: Stack, words: str) -> tuple[DirectivePurged, AssignmentsPurged, list[tuple[Any, str]]]:
    """A document with a part that was handed on, and something of every kind around both; and how each came."""
    planned, id = make.part(make.STNMT, due=make.day(2025, 5, 30)), str(uuid4())
    work = make.task(planned, content=words)
    letter = make.directive(work, abstract=words, number=words)
    heir = make.snapshot(letter, work, planned, id=str(uuid4()), unit_id=str(make.SYT))
    came: list[tuple[Any, str]] = [(DirectivePublished(directive=letter), letter.id)]
    for part in (make.snapshot(letter, work, planned), heir):
        about = {"assignment_id": part.id, "id": str(uuid4())}
        due = {"due_date": planned.due_date, "effective_due_date": planned.due_date}
        came += [
            (AssignmentForwarded(assignment=part), part.id),
            (clock.DeadlineSet(deadline=deadline_pb2.Deadline(assignment_id=part.id, **due)), part.id),
            (ObstacleChanged(obstacle=obstacle_pb2.Obstacle(difficulty=words, **about)), about["id"]),
            (clock.UrgingNoticeProposed(notice=urging_pb2.UrgingNotice(**about)), about["id"]),
            (clock.EscalationDue(escalation=urging_pb2.Escalation(report_note=words, **about)), about["id"]),
            (clock.ObligationOpened(obligation=urging_pb2.Obligation(period_end=make.day(2025, 6, 30), **about)), about["id"]),
        ]
    for event, aggregate in came:
        await stack.deliver(event, aggregate)
    purged = DirectivePurged(directive_id=letter.id, task_ids=[work.id], assignment_ids=[planned.id])
    return purged, AssignmentsPurged(ids=[heir.id, id]), came


async def contents(stack: Stack) -> list[list[str]]:
    async with stack.session() as session:
        return [sorted(map(str, (await session.execute(select(table))).all())) for table in KEPT]


async def test_every_table_is_emptied_of_it_and_of_nothing_else(stack: Stack) -> None:
    await told(stack, "khác")
    before = await contents(stack)
    purged, more, _ = await told(stack, CANARY)
    assert await stack.tables_holding(CANARY) == {"assignment", "cited_told", "task_told"}
    await stack.deliver(purged, purged.directive_id, 3)
    assert await stack.tables_holding(CANARY) == set()
    assert await contents(stack) == before
    await stack.deliver(more, purged.directive_id)
    assert await contents(stack) == before


async def test_what_comes_late_or_once_more_brings_nothing_back(stack: Stack) -> None:
    purged, more, came = await told(stack, CANARY)
    for _ in range(2):
        await stack.deliver(purged, purged.directive_id, 3)
        await stack.deliver(more, purged.directive_id)
    empty = await contents(stack)
    for event, aggregate in came:
        await stack.deliver(event, aggregate, 9)
    assert await contents(stack) == empty


def test_every_table_is_thought_of() -> None:
    assert set(app.metadata.tables) == purge.ERASED | purge.FREE
