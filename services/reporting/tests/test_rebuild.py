"""Projections can be thrown away and made anew from the events: the same rows, to the hash."""

import hashlib
import random
from uuid import uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import delete, select, text
from ykcd.assignment.v1 import assignment_pb2 as a
from ykcd.assignment.v1 import event_pb2 as told
from ykcd.directive.v1 import event_pb2 as published
from ykcd.directive.v1 import registry_pb2
from ykcd.event.v1.envelope_pb2 import Envelope

from kit.dates import from_time
from kit.events import Broker
from kit.events.broker import stream_name
from kit.events.outbox import subject_of
from kit.tables import inbox
from kit.testing.fixtures import FakeClock
from kit.testing.stack import Stack
from services.reporting import history
from services.reporting.__main__ import app, hearing
from services.reporting.rebuild import COPIES, PROJECTIONS, rebuild
from services.reporting.tests import factories as make
from services.reporting.tests.test_history import START, Told, at, story

SENDERS = ("directive", "assignment", "deadline")


@pytest.fixture
async def stack(serve, nats_url: str, clock: FakeClock) -> Stack:
    clock.set(START)
    return await serve(app, nats_url=nats_url)


@pytest.fixture
async def brokers(nats_url: str):
    made = {name: Broker(name, nats_url, SecretStr("")) for name in SENDERS}
    for broker in made.values():
        await broker.connect()
        await broker.ensure_stream()
    yield made
    for name, broker in made.items():
        await (await broker.jetstream()).delete_stream(stream_name(name))
        await broker.close()


def envelopes() -> list[Envelope]:
    """A story, people and units."""
    unit = registry_pb2.Unit(id=str(make.STNMT), code="stnmt", name="Sở Tài nguyên và Môi trường")
    person = registry_pb2.Member(id=str(uuid4()), person_id=str(uuid4()), unit_id=str(make.STNMT), name="Lê Quang", roles=["unit_leader"])
    joined = published.MembershipChanged(member=person, active=True, issuer="i", subject="s")
    events: list[Told] = [(published.UnitChanged(unit=unit), unit.id, 1), (joined, person.id, 1), *story()]
    made = []
    for number, (event, aggregate, version) in enumerate(events):
        source = event.DESCRIPTOR.full_name.split(".")[1]
        envelope = Envelope(event_id=str(uuid4()), aggregate_id=aggregate, aggregate_version=version, source=source)
        envelope.time.CopyFrom(from_time(at(number)))
        envelope.payload.Pack(event)
        made.append(envelope)
    return made


async def publish(brokers: dict[str, Broker], envelope: Envelope) -> None:
    subject = subject_of(envelope.payload.TypeName(), envelope.source, envelope.aggregate_id)
    await (await brokers[envelope.source].jetstream()).publish(subject, envelope.SerializeToString())


async def hashes(stack: Stack) -> dict[str, str]:
    """Of each table's rows, whenever they were received."""
    async with stack.session() as session:
        found = {}
        for table in (*PROJECTIONS, *COPIES, inbox):
            columns = [column for column in table.c if column.name != "receive_time"]
            rows = sorted(map(str, (await session.execute(select(*columns))).all()))
            found[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


async def again(stack: Stack) -> int:
    return await rebuild(app, app.runtime(stack.runtime.settings, stack.runtime.clock), hearing)


@pytest.mark.article("Đ9.2")
async def test_after_a_rebuild_the_present_and_the_past_are_the_same_to_the_hash(stack: Stack, brokers) -> None:
    empty = await hashes(stack)
    events = envelopes()
    for envelope in random.Random(7).sample(events, len(events)):
        await stack.apply(envelope)
        await publish(brokers, envelope)
    # Published twice: once each all the same.
    await publish(brokers, events[5])
    live = await hashes(stack)
    assert all(live[name] != empty[name] for name in (*(table.name for table in history.TABLES), "assignment", "unit", "inbox"))
    assert await again(stack) == len(events) + 1
    assert await hashes(stack) == live
    async with stack.session() as session:
        # Whatever happened to the rows.
        await session.execute(text("UPDATE assignment SET state = 8"))
        await session.execute(delete(history.assignment_told))
        await session.execute(delete(inbox))
    assert await hashes(stack) != live
    await again(stack)
    assert await hashes(stack) == live
    # What comes afterwards goes on from there, and what was applied isn't again.
    for envelope in events:
        await stack.apply(envelope)
    assert await hashes(stack) == live


@pytest.mark.article("D14")
async def test_what_was_purged_does_not_come_back(stack: Stack, brokers) -> None:
    """Though the streams still had it."""
    part = make.part(make.STNMT)
    letter = make.directive(make.task(part, content="chimhoangyen"))
    sent = make.snapshot(letter, letter.tasks[0], part)
    purged = published.DirectivePurged(directive_id=letter.id, task_ids=[letter.tasks[0].id], assignment_ids=[part.id])
    heard: list[Told] = [(published.DirectivePublished(directive=letter), letter.id, 2), (told.AssignmentSent(assignment=sent), part.id, 1)]
    for event, aggregate, version in (*heard, (purged, letter.id, 3)):
        source = event.DESCRIPTOR.full_name.split(".")[1]
        envelope = Envelope(event_id=str(uuid4()), aggregate_id=aggregate, aggregate_version=version, source=source)
        envelope.time.CopyFrom(from_time(at(1)))
        envelope.payload.Pack(event)
        await publish(brokers, envelope)
    for _ in range(2):
        await again(stack)
        assert await stack.tables_holding("chimhoangyen") == set()


async def test_what_no_consumer_could_apply_is_left_out_and_holds_up_nothing(stack: Stack, brokers) -> None:
    part = make.part(make.STNMT)
    letter = make.directive(make.task(part))
    broken = a.Assignment(id=part.id, version=2, unit_id="keine", task_id=letter.tasks[0].id)
    js = await brokers["assignment"].jetstream()
    await js.publish(f"ykcd.assignment.v1.AssignmentSent.{uuid4()}", b"no envelope")
    for event, version in (
        (told.AssignmentAccepted(assignment=broken), 2),
        (told.AssignmentSent(assignment=make.snapshot(letter, letter.tasks[0], part)), 1),
    ):
        envelope = Envelope(event_id=str(uuid4()), aggregate_id=part.id, aggregate_version=version, source="assignment")
        envelope.time.CopyFrom(from_time(at(1)))
        envelope.payload.Pack(event)
        await publish(brokers, envelope)
    assert await again(stack) == 3
    async with stack.session() as session:
        assert (await session.execute(text("SELECT version FROM assignment"))).all() == [(1,)]


def test_every_table_of_what_was_told_is_made_anew() -> None:
    names = {table.name for table in PROJECTIONS}
    assert {name for name in app.metadata.tables if name.endswith("_told")} | {"assignment", "participation", "unit"} == names
