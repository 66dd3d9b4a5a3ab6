"""Appending: once each, gapless, one after the other; and what nobody may do to the log."""

import asyncio
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError
from ykcd.directive.v1 import registry_pb2
from ykcd.directive.v1.event_pb2 import MembershipChanged
from ykcd.event.v1.envelope_pb2 import Envelope

from kit import db
from kit.events.consumer import Poison
from kit.tables import member
from kit.testing.stack import Stack
from services.audit import service
from services.audit.__main__ import app
from services.audit.merkle import leaf_hash, root
from services.audit.model import FIRST_CHAIN_HASH, Entry, EntryContent, chain
from services.audit.tests import factories as make


@pytest.fixture
async def stack(serve) -> Stack:
    return await serve(app)


async def entries(stack: Stack) -> list[Entry]:
    async with stack.session() as session:
        return list((await session.scalars(select(Entry).order_by(Entry.sequence))).all())


async def test_an_event_becomes_one_entry_with_its_content_beside_it(stack: Stack) -> None:
    told, aggregate = make.unit_changed(), uuid4()
    event_id = await make.log(stack, told, make.STNMT_LEADER, aggregate, traceparent="00-ab-cd-01")
    (entry,) = await entries(stack)
    assert (entry.sequence, entry.event_id, entry.event_type) == (1, event_id, "ykcd.directive.v1.UnitChanged")
    assert (entry.aggregate_id, entry.actor_id, entry.actor_unit_id) == (aggregate, make.STNMT_LEADER.id, make.STNMT)
    assert (entry.source, entry.traceparent, entry.log_time) == ("directive", "00-ab-cd-01", stack.runtime.clock())
    async with stack.session() as session:
        content = (await session.scalars(select(EntryContent))).one()
    assert (content.content, content.actor_name) == (told.SerializeToString(), "Lê Quang")


async def test_a_second_delivery_changes_nothing(stack: Stack) -> None:
    told = make.unit_changed()
    event_id = await make.log(stack, told, make.AN)
    before = [(entry.sequence, entry.chain_hash) for entry in await entries(stack)]
    await make.log(stack, told, make.AN, event_id=event_id)
    assert [(entry.sequence, entry.chain_hash) for entry in await entries(stack)] == before


async def test_what_the_platform_does_by_itself_is_logged_without_an_actor(stack: Stack) -> None:
    await make.log(stack, make.unit_changed())
    (entry,) = await entries(stack)
    assert (entry.actor_id, entry.actor_unit_id, entry.on_behalf_of) == (None, None, None)


async def test_a_denial_says_what_was_refused_and_why(stack: Stack) -> None:
    await make.log(stack, make.denied(), make.SYT_LEADER)
    (entry,) = await entries(stack)
    assert (entry.denied_method, entry.denied_reason) == ("GetDirective", "NOT_FOUND")


async def test_a_membership_is_logged_and_applied(stack: Stack) -> None:
    """Its own copy of the members: who may read the log follows at once."""
    told = registry_pb2.Member(id=str(uuid4()), person_id=str(uuid4()), unit_id=str(make.SYT), name="Đỗ Hà", roles=["officer"])
    await make.log(stack, MembershipChanged(member=told, active=True, issuer="i", subject="s"))
    async with stack.session() as session:
        row = (await session.execute(select(member))).one()
    assert (row.id, row.roles, len(await entries(stack))) == (UUID(told.id), ["officer"], 1)


async def test_nobody_but_its_owner_can_tell_of_a_membership(stack: Stack) -> None:
    """Whoever could would decide who reads the log."""
    told = registry_pb2.Member(id=str(uuid4()), person_id=str(uuid4()), unit_id=str(make.SYT), name="Đỗ Hà", roles=["administrator"])
    with pytest.raises(Poison):
        await make.log(stack, MembershipChanged(member=told, active=True, issuer="i", subject="s"), source="assignment")
    async with stack.session() as session:
        assert (await session.execute(select(member))).all() == []
    assert await entries(stack) == []


async def test_events_appended_at_the_same_moment_are_gapless_and_chained(stack: Stack) -> None:
    await asyncio.gather(*(make.log(stack, make.unit_changed(), make.AN) for _ in range(20)))
    log = await entries(stack)
    assert [entry.sequence for entry in log] == list(range(1, 21))
    previous = FIRST_CHAIN_HASH
    for entry in log:
        previous = chain(previous, entry.leaf_hash)
        assert entry.chain_hash == previous
    async with db.transaction(stack.runtime.worker) as session:
        verdict = await service.verify(session)
    assert (verdict.intact, verdict.entries, verdict.chain_hash) == (True, 20, previous.hex())
    assert verdict.root_hash == root(entry.leaf_hash for entry in log).hex()


async def test_a_rolled_back_batch_leaves_no_gap(stack: Stack) -> None:
    await make.log(stack, make.unit_changed())
    told = make.unit_changed()
    envelope = Envelope(event_id=str(db.new_id()), aggregate_id=str(uuid4()))
    envelope.payload.Pack(told)
    with pytest.raises(RuntimeError, match="the next event fails"):
        async with stack.session() as session:
            await service.append(session, told, envelope)
            raise RuntimeError("the next event fails")
    await make.log(stack, make.unit_changed())
    assert [entry.sequence for entry in await entries(stack)] == [1, 2]


async def test_a_leaf_can_be_recomputed_by_anybody(stack: Stack) -> None:
    """The canonical form, spelled out: who keeps a leaf must be able to check it years later."""
    await make.log(stack, make.denied(), make.AN)
    (entry,) = await entries(stack)
    canonical = (
        f'{{"actor_id":"{make.AN.id}","actor_unit_id":"{make.OFFICE}","aggregate_id":"{entry.aggregate_id}","aggregate_version":1,'
        f'"content_commitment":"{entry.content_commitment.hex()}","denied_method":"GetDirective","denied_reason":"NOT_FOUND",'
        f'"event_id":"{entry.event_id}","event_time":"2025-04-24T02:00:00.000000+00:00","event_type":"ykcd.event.v1.AccessDenied",'
        f'"log_time":"2025-04-24T02:00:00.000000+00:00","name_commitment":"{entry.name_commitment.hex()}","on_behalf_of":null,'
        '"sequence":1,"source":"directive","traceparent":""}'
    )
    assert entry.leaf_hash == leaf_hash(canonical.encode("ascii"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET source = 'x'",
        "DELETE FROM entry",
        "TRUNCATE entry CASCADE",
        "UPDATE entry_content SET actor_name = 'x'",
        "DELETE FROM head",
        "INSERT INTO head VALUES (2, 0, '')",
    ],
)
async def test_the_service_itself_cant_change_the_log(stack: Stack, statement: str) -> None:
    await make.log(stack, make.unit_changed())
    for engine in (stack.runtime.worker, stack.runtime.api):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with db.transaction(engine) as session:
                await session.execute(text(statement))


@pytest.mark.parametrize("statement", ["UPDATE entry SET source = 'x'", "DELETE FROM entry", "TRUNCATE entry CASCADE"])
async def test_the_superuser_stumbles_over_the_trigger(stack: Stack, postgres, statement: str) -> None:
    await make.log(stack, make.unit_changed())
    with psycopg.connect(postgres.dsn("audit")) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
        connection.execute(statement)
