"""D14: of what was found to be secret no clock, notice, escalation or obligation is left, and nothing comes back."""

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import insert, select
from ykcd.assignment.v1.event_pb2 import AssignmentsPurged
from ykcd.directive.v1.event_pb2 import DirectivePurged

from kit import db
from kit.testing.stack import Stack
from services.deadline import model, purge
from services.deadline.__main__ import app
from services.deadline.model import Escalation, UrgingNotice
from services.deadline.tests import factories as make

CANARY = "chimhoangyen"
pytestmark = pytest.mark.article("D14")


@pytest.fixture
async def stack(serve) -> Stack:
    return await serve(app)


async def told(stack: Stack, words: str) -> list[make.Assignment]:
    """Of one document a part with a due date, its notice and its escalation, and one without, which owes updates."""
    document = {"directive_id": str(uuid4()), "content": words, "directive_code": words}
    dated = await make.hear(stack, make.assignment(**document))
    owing = await make.hear(stack, make.assignment(None, **document))
    about = {"version": 1, "assignment_id": dated.id, "unit_id": dated.unit_id, "deadline_cycle": 1}
    async with stack.session() as session:
        notice = {"state": 3, "ordinal": 1, "propose_date": date(2025, 5, 6), "earlier_numbers": [], "counts": True}
        notice |= {"issued_by_name": "An", "acknowledged_by_name": "", "answer": words, "cited": words.encode()}
        await session.execute(insert(UrgingNotice).values(id=db.new_id(), **about, **notice))
        words_of = {"report_number": words, "report_note": words, "direction_text": words, "decision_number": "", "decision_signer": ""}
        times = {"create_time": stack.runtime.clock(), "update_time": stack.runtime.clock()}
        matter = {"state": 4, "due_on": date(2025, 5, 6), "notice_numbers": [1], "direction": 0, "closing_note": words}
        await session.execute(insert(Escalation).values(id=db.new_id(), **about, **matter, **words_of, **times))
    return [dated, owing]


async def contents(stack: Stack) -> list[list[str]]:
    async with stack.session() as session:
        tables = model.Base.metadata.sorted_tables
        return [sorted(map(str, (await session.execute(select(table))).all())) for table in tables]


async def test_every_table_is_emptied_of_it_and_of_nothing_else(stack: Stack) -> None:
    await told(stack, "khác")
    before = await contents(stack)
    parts = await told(stack, CANARY)
    assert await stack.tables_holding(CANARY) == {"assignment_copy", "urging_notice", "escalation", "outbox"}
    # One of the parts was handed on: the document doesn't know its id, and needn't here.
    await stack.deliver(DirectivePurged(directive_id=parts[0].directive_id, assignment_ids=[parts[0].id]), parts[0].directive_id, 3)
    assert (await stack.tables_holding(CANARY), await contents(stack)) == (set(), before)


async def test_what_comes_late_or_once_more_brings_nothing_back(stack: Stack) -> None:
    parts = await told(stack, CANARY)
    purged = DirectivePurged(directive_id=parts[0].directive_id)
    for _ in range(2):
        await stack.deliver(purged, purged.directive_id, 3)
        await stack.deliver(AssignmentsPurged(ids=[part.id for part in parts]), purged.directive_id)
    empty = await contents(stack)
    for part in parts:
        await make.hear(stack, make.later(part))
    assert await contents(stack) == empty


def test_every_table_is_thought_of() -> None:
    assert set(app.metadata.tables) == purge.ERASED | purge.FREE
