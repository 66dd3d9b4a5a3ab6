"""D14: what was purged is in no table of the kit and in no message of the stream, and doesn't come back; with real PostgreSQL and NATS."""

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from google.protobuf.any_pb2 import Any
from nats.js.errors import NotFoundError
from sqlalchemy import func, insert, select, text
from ykcd.directive.v1.directive_pb2 import Directive, SecretRefusal
from ykcd.directive.v1.event_pb2 import DirectiveDrafted, DirectivePurged, SecretRefused
from ykcd.event.v1.envelope_pb2 import AccessDenied, ActorRef, Envelope, Purged

from kit import db, purge
from kit.events import Broker, Consumer, Relay, emit, erasure
from kit.events.broker import stream_name
from kit.loops import forever
from kit.tables import dead_letter, idempotency, outbox, purged
from kit.testing.stack import Stack
from kit.tests.events import all_published, eventually
from kit.tests.toy import app

CANARY = "chim-hoang-yen"
pytestmark = pytest.mark.article("D14")


async def tell(stack: Stack, event, aggregate: UUID | None = None, version: int = 1) -> None:
    async with db.transaction(stack.runtime.worker) as session:
        db.begin_work(session, "directive", stack.runtime.clock(), ActorRef(name="An"))
        await emit(session, aggregate or uuid4(), version, event)


async def draft(stack: Stack, id: UUID, version: int = 1) -> None:
    await tell(stack, DirectiveDrafted(directive=Directive(id=str(id), abstract=CANARY)), id, version)


async def purge_now(stack: Stack, *ids: UUID) -> None:
    async with stack.session() as session:
        await purge.purge(session, frozenset(ids), purge.nothing, stack.runtime)


@asynccontextmanager
async def relaying(stack: Stack, broker: Broker):
    task = asyncio.create_task(forever("relay", Relay(stack.runtime.worker, broker).run))
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def streamed(broker: Broker) -> list[Envelope]:
    """All that the stream holds."""
    js, found, place = await broker.jetstream(), [], 1
    while True:
        try:
            message = await js.get_msg(stream_name(broker.service), seq=place, subject="ykcd.>", next=True)
        except NotFoundError:
            return found
        found.append(Envelope.FromString(message.data or b""))
        place = message.seq + 1


async def test_an_event_keeps_its_envelope_and_loses_what_it_told(stack: Stack) -> None:
    gone, kept = uuid4(), uuid4()
    await draft(stack, gone)
    await draft(stack, gone, 2)
    await draft(stack, kept)
    before = [envelope for envelope, _ in await stack.events()]
    await purge_now(stack, gone)
    after = await stack.events()
    assert [event.DESCRIPTOR.name for _, event in after] == ["Purged", "Purged", "DirectiveDrafted"]
    for old, (new, _) in zip(before, after, strict=True):
        new.payload.CopyFrom(old.payload)
        assert new == old


async def test_what_names_it_goes_too_and_what_says_that_it_was_purged_or_refused_stays(stack: Stack) -> None:
    gone = uuid4()
    await tell(stack, DirectiveDrafted(directive=Directive(superseded_by_id=str(gone), abstract=CANARY)))
    told = [
        DirectivePurged(directive_id=str(gone)),
        SecretRefused(refusal=SecretRefusal(directive_id=str(gone))),
        AccessDenied(target_id=str(gone)),
    ]
    for event in told:
        await tell(stack, event)
    await purge_now(stack, gone)
    assert [event for _, event in await stack.events()] == [Purged(), *told]


async def test_the_stream_holds_it_no_more_and_gets_the_empty_envelope(stack: Stack, broker: Broker) -> None:
    gone, kept = uuid4(), uuid4()
    for id in (gone, kept, gone):
        await draft(stack, id)
    async with relaying(stack, broker):
        await eventually(lambda: all_published(stack))
        assert len(await streamed(broker)) == 3
        await purge_now(stack, gone)

        async def settled() -> bool:
            return await all_published(stack) and not await waits_for_erasing(stack)

        await eventually(settled)
    found = await streamed(broker)
    assert [(e.aggregate_id, e.payload.Is(Purged.DESCRIPTOR)) for e in found] == [(str(kept), False), (str(gone), True), (str(gone), True)]
    assert [envelope.event_id for envelope in found[1:]] == [e.event_id for e, event in await stack.events(Purged)]


async def waits_for_erasing(stack: Stack) -> int:
    async with stack.session() as session:
        return await session.scalar(select(func.count()).where(outbox.c.erase_subject.is_not(None))) or 0


async def test_what_is_purged_while_it_is_published_is_told_again_without_content(stack: Stack, broker: Broker) -> None:
    """The relay had read it before, and marks it as published after."""
    gone = uuid4()
    await draft(stack, gone)
    relay = Relay(stack.runtime.worker, broker)
    await broker.ensure_stream()
    js = await broker.jetstream()
    publish = relay._publish_chain

    async def interrupted(js, chain):
        done = await publish(js, chain)
        await purge_now(stack, gone)
        return done

    relay._publish_chain = interrupted
    await relay.publish_batch(js)
    relay._publish_chain = publish
    await relay.erase_batch(js)
    assert await streamed(broker) == []
    await relay.publish_batch(js)
    assert [envelope.payload.Is(Purged.DESCRIPTOR) for envelope in await streamed(broker)] == [True]


async def test_what_was_on_its_way_meanwhile_comes_without_its_content(stack: Stack) -> None:
    gone, heard = uuid4(), []

    async def hear(_session, event, _envelope) -> None:
        heard.append(event)

    await purge_now(stack, gone)
    envelope = Envelope(event_id=str(uuid4()), aggregate_id=str(gone), aggregate_version=1, source="directive")
    envelope.payload.Pack(DirectiveDrafted(directive=Directive(id=str(gone), abstract=CANARY)))
    # Whoever hears of everything hears that something was.
    for handlers, wanted in (({DirectiveDrafted: hear}, []), ({None: hear}, [Purged()])):
        envelope.event_id = str(uuid4())
        consumer = Consumer("toy", stack.runtime.worker, stack.runtime.broker, handlers, stack.runtime.clock)
        subject = f"ykcd.directive.v1.DirectiveDrafted.{gone}"
        async with consumer.transaction() as session:
            await consumer.apply(session, envelope.SerializeToString(), subject=subject, stream="YKCD_DIRECTIVE")
        assert heard == wanted


async def test_a_purge_waits_for_whoever_applies_an_event_and_then_finds_what_it_left(stack: Stack) -> None:
    gone = uuid4()
    consumer = Consumer("toy", stack.runtime.worker, stack.runtime.broker, {}, stack.runtime.clock)
    async with consumer.transaction() as session:
        purging = asyncio.create_task(purge_now(stack, gone))
        await eventually(lambda: somebody_waits(stack))
        row = {"subject": "x", "payload": f"{CANARY} {gone}".encode(), "problem": CANARY, "deliveries": 1}
        await session.execute(insert(dead_letter).values(create_time=stack.runtime.clock(), **row))
    await purging
    assert await dead_letters(stack) == [(b"", "purged")]


async def somebody_waits(stack: Stack) -> bool:
    async with stack.session() as session:
        return bool(await session.scalar(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")))


async def dead_letters(stack: Stack) -> list[tuple[bytes, str]]:
    async with stack.session() as session:
        return [tuple(row) for row in await session.execute(select(dead_letter.c.payload, dead_letter.c.problem))]


async def test_dead_letters_are_emptied_and_stay_empty(stack: Stack) -> None:
    gone = uuid4()
    consumer = Consumer("toy", stack.runtime.worker, stack.runtime.broker, {}, stack.runtime.clock)
    await consumer.bury("x", f"{CANARY} {gone}".encode(), CANARY, 1)
    await consumer.bury("x", CANARY.encode(), "another", 1)
    await purge_now(stack, gone)
    await consumer.bury("x", f"late {CANARY} {gone}".encode(), CANARY, 1)
    assert sorted(await dead_letters(stack)) == [(b"", "purged"), (b"", "purged"), (CANARY.encode(), "another")]


async def test_an_answer_is_given_no_more_but_the_tombstone(stack: Stack) -> None:
    gone = uuid4()
    packed = Any()
    packed.Pack(Directive(id=str(gone), abstract=CANARY))
    async with stack.session() as session:
        for method in ("CreateDirective", "PurgeDirective"):
            row = {
                "person_id": uuid4(),
                "request_id": uuid4(),
                "method": method,
                "body_hash": b"hash",
                "response": packed.SerializeToString(),
            }
            await session.execute(insert(idempotency).values(create_time=stack.runtime.clock(), **row))
    await purge_now(stack, gone)
    async with stack.session() as session:
        rows = await session.execute(select(idempotency.c.method, idempotency.c.body_hash, idempotency.c.response.is_(None)))
        assert sorted(tuple(row) for row in rows) == [("CreateDirective", b"", True), ("PurgeDirective", b"hash", False)]


async def test_who_told_it_enters_it_in_the_list_which_a_restored_database_applies(serve, tmp_path: Path) -> None:
    url = (tmp_path / "list").as_uri()
    stack = await serve(app, purge_list_url=url)
    stack.runtime.name = "directive"
    gone = uuid4()
    purging = DirectivePurged(directive_id=str(gone), assignment_ids=[str(uuid4())])
    for _ in range(2):
        await stack.deliver(purging, gone, 2)
    assert [ids async for ids in purge.listed(url)] == [erasure.named(purging.SerializeToString())] * 2
    assert len(list((tmp_path / "list").iterdir())) == 2
    stack = await serve(app, purge_list_url=url)
    await draft(stack, gone)
    async with stack.session() as session:
        assert await purge.apply_list(session, url, purge.nothing, stack.runtime) == 2
    assert len(await stack.events(Purged)) == 1
    async with stack.session() as session:
        assert await purge.apply_list(session, url, purge.nothing, stack.runtime) == 0


async def test_who_only_hears_of_it_enters_nothing(serve, tmp_path: Path) -> None:
    stack = await serve(app, purge_list_url=(tmp_path / "list").as_uri())
    await stack.deliver(DirectivePurged(directive_id=str(uuid4())), uuid4())
    assert not (tmp_path / "list").exists()
    async with stack.session() as session:
        assert await session.scalar(select(func.count()).select_from(purged)) == 1


async def test_without_a_list_that_takes_it_the_purge_is_tried_again(serve, tmp_path: Path) -> None:
    """What can't be written down isn't lost with the next restore."""
    blocked = tmp_path / "list"
    stack = await serve(app, purge_list_url=blocked.as_uri())
    stack.runtime.name = "directive"
    purge._store(blocked.as_uri())
    blocked.rmdir()
    blocked.write_text("no folder")
    with pytest.raises(purge.Retry):
        await stack.deliver(DirectivePurged(directive_id=str(uuid4())), uuid4())
    async with stack.session() as session:
        assert not await session.scalar(select(func.count()).select_from(purged))
