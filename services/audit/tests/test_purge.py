"""D14: what was found to be secret leaves the log, which holds as before."""

from uuid import uuid4

import pytest
from sqlalchemy import select
from ykcd.assignment.v1 import obstacle_pb2
from ykcd.assignment.v1.event_pb2 import ObstacleChanged
from ykcd.directive.v1.directive_pb2 import Directive
from ykcd.directive.v1.event_pb2 import DirectiveDrafted, DirectivePurged
from ykcd.event.v1.envelope_pb2 import AccessDenied, Purged

from kit.testing.stack import Stack
from services.audit import gaps, purge, service
from services.audit.__main__ import app
from services.audit.model import Entry, EntryContent
from services.audit.tests import factories as make

CANARY = "chimhoangyen"
pytestmark = pytest.mark.article("D14")


@pytest.fixture
async def stack(serve) -> Stack:
    return await serve(app)


async def verdict(stack: Stack) -> service.Verdict:
    async with stack.session() as session:
        return await service.verify(session)


async def kept(stack: Stack) -> list[str]:
    """The types of the events whose content is there."""
    async with stack.session() as session:
        rows = await session.scalars(
            select(Entry.event_type).join(EntryContent, EntryContent.sequence == Entry.sequence).order_by("sequence")
        )
        return [name.rpartition(".")[2] for name in rows]


async def test_the_content_goes_and_every_hash_holds(stack: Stack) -> None:
    document, part = uuid4(), uuid4()
    drafted = DirectiveDrafted(directive=Directive(id=str(document), abstract=CANARY))
    hindered = ObstacleChanged(obstacle=obstacle_pb2.Obstacle(assignment_id=str(part), difficulty=CANARY))
    await make.log(stack, make.unit_changed(), make.AN)
    await make.log(stack, drafted, make.AN, document)
    await make.log(stack, hindered, make.STNMT_LEADER, source="assignment")
    await make.log(stack, AccessDenied(target_id=str(document)), make.SYT_LEADER)
    before = await verdict(stack)
    assert await stack.tables_holding(CANARY) == {"entry_content"}
    purged = DirectivePurged(directive_id=str(document), assignment_ids=[str(part)])
    event_id = await make.log(stack, purged, make.OFFICE_LEADER, document, aggregate_version=2)
    assert await stack.tables_holding(CANARY) == set()
    assert await kept(stack) == ["UnitChanged", "AccessDenied", "DirectivePurged"]
    after = await verdict(stack)
    assert (after.intact, after.entries) == (True, before.entries + 1)
    await make.log(stack, purged, make.OFFICE_LEADER, document, aggregate_version=2, event_id=event_id)
    assert await verdict(stack) == after


async def test_what_comes_late_is_logged_without_content_and_no_version_is_missing(stack: Stack, clock) -> None:
    document = uuid4()
    await make.log(stack, DirectivePurged(directive_id=str(document)), make.OFFICE_LEADER, document, aggregate_version=2)
    await make.log(stack, DirectiveDrafted(directive=Directive(id=str(document), abstract=CANARY)), make.AN, document)
    assert await stack.tables_holding(CANARY) == set()
    async with stack.session() as session:
        (entry,) = (await session.scalars(select(Entry).where(Entry.event_type == Purged.DESCRIPTOR.full_name))).all()
        assert (entry.aggregate_id, entry.aggregate_version, entry.actor_id) == (document, 1, make.AN.id)
        clock.advance(hours=1)
        assert await gaps.find(session, clock()) == []
    assert (await verdict(stack)).intact


def test_every_table_is_thought_of() -> None:
    assert set(app.metadata.tables) == purge.ERASED | purge.FREE
