"""What other services' events do here."""

from collections import Counter
from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import event as sql_event
from sqlalchemy import func, select
from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.assignment.v1 import event_pb2
from ykcd.directive.v1 import registry_pb2
from ykcd.directive.v1.event_pb2 import MembershipChanged, UnitChanged

from kit.tables import member as table
from kit.testing import tokens
from kit.testing.stack import Person, Stack
from services.assignment.__main__ import app
from services.assignment.model import Assignment
from services.assignment.records import Participation, Transition, Unit
from services.assignment.tests import factories as make


@pytest.fixture
async def stack(serve) -> Stack:
    return await serve(app)


async def counts(stack: Stack) -> tuple[int, ...]:
    async with stack.session() as session:
        tables = (Assignment, Participation, Transition)
        rows = [await session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]
    return (*rows, len(await stack.events()))


@pytest.mark.article("Đ3.4", "Đ7.2.a")
async def test_a_published_document_becomes_one_assignment_for_each_planned_one(stack: Stack) -> None:
    """Đ3.4, Đ7.2.a: under the ids that the document minted."""
    event = make.published(make.task(make.part(), make.part(make.SYT, "COORDINATING")), make.task(make.part(), has_deadline=False))
    await stack.deliver(event, event.directive.id, 2)
    told = await stack.events()
    assert all(isinstance(sent, event_pb2.AssignmentSent) for _, sent in told)
    assert [sent.assignment.id for _, sent in told] == [part.id for task in event.directive.tasks for part in task.assignments]
    envelope, first = told[0]
    assert (envelope.aggregate_id, envelope.aggregate_version) == (first.assignment.id, 1)
    assert (first.assignment.state, first.assignment.version) == (pb.ASSIGNMENT_STATE_SENT, 1)
    assert (first.assignment.directive_code, first.assignment.content) == ("5425/UBND-KGVX", event.directive.tasks[0].content)
    assert [(line.action, line.to_state, line.version) for line in first.assignment.history] == [(0, pb.ASSIGNMENT_STATE_SENT, 1)]


async def test_a_second_delivery_changes_nothing(stack: Stack) -> None:
    """Neither of the same message nor of the same document under another event id (a rebuilt stream)."""
    event = make.published(make.task(make.part(), make.part(make.SYT)))
    event_id = await stack.deliver(event, event.directive.id, 2)
    before = await counts(stack)
    await stack.deliver(event, event.directive.id, 2, event_id=event_id)
    await stack.deliver(event, event.directive.id, 2)
    assert await counts(stack) == before == (2, 2, 2, 2)


async def test_six_hundred_assignments_in_one_event_are_written_together(stack: Stack) -> None:
    """One statement for each table, but for the outbox, where each event has its own."""
    statements: Counter = Counter()

    def count(_connection, _cursor, statement: str, *_: object) -> None:
        statements["outbox" if "INTO outbox" in statement else "other"] += 1

    sql_event.listen(stack.runtime.worker.sync_engine, "before_cursor_execute", count)
    event = make.published(*(make.task(*(make.part(uuid4()) for _ in range(200))) for _ in range(3)))
    await stack.deliver(event, event.directive.id, 2)
    assert (statements["outbox"], statements["other"] <= 15) == (600, True)
    assert await counts(stack) == (600, 600, 600, 600)


async def test_a_membership_is_kept_at_its_highest_version(stack: Stack) -> None:
    person = Person(make.STNMT, ["unit_leader"])
    member = registry_pb2.Member(
        id=str(uuid4()), person_id=str(person.id), name="Lê Quang", kind=1, unit_id=str(make.STNMT), roles=["unit_leader"]
    )
    joined = MembershipChanged(member=member, active=True, issuer=tokens.ISSUER, subject=str(person.id))
    left = MembershipChanged(member=member, active=False, issuer=tokens.ISSUER, subject=str(person.id))
    await stack.deliver(left, member.id, 2)
    await stack.deliver(joined, member.id, 1)
    async with stack.session() as session:
        assert (await session.execute(select(table.c.active, table.c.version))).all() == [(False, 2)]


@pytest.mark.article("D12")
async def test_a_unit_is_kept_at_its_highest_version(stack: Stack) -> None:
    unit = registry_pb2.Unit(id=str(uuid4()), version=2, name="Sở NNMT", valid_from=make.day(2010, 1, 1), valid_to=make.day(2025, 6, 30))
    older = registry_pb2.Unit(id=unit.id, version=1, name="Sở TNMT", valid_from=make.day(2010, 1, 1))
    for told in (unit, older):
        await stack.deliver(UnitChanged(unit=told), told.id, told.version)
    async with stack.session() as session:
        (kept,) = (await session.scalars(select(Unit).where(Unit.id == unit.id))).all()
    assert (kept.name, kept.version, kept.valid_to) == ("Sở NNMT", 2, date(2025, 6, 30))
