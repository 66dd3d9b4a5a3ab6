"""The way of an event: outbox, relay, JetStream, consumer, inbox; with real PostgreSQL and real NATS."""

import asyncio
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import psycopg
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pydantic import SecretStr
from sqlalchemy import func, select
from ykcd.directive.v1.event_pb2 import UnitChanged
from ykcd.directive.v1.registry_pb2 import Unit
from ykcd.event.v1.envelope_pb2 import ActorRef, Envelope

from kit import db
from kit.app import forever
from kit.errors import FailedPrecondition
from kit.events import Broker, Consumer, Relay, Retry, consumer, emit
from kit.tables import dead_letter, inbox, outbox
from kit.testing.stack import Stack
from kit.tests.toy import app

WAIT = 20


@pytest.fixture
async def stack(serve) -> Stack:
    return await serve(app)


@pytest.fixture
async def broker(nats_url):
    made = Broker("directive", nats_url, SecretStr(""))
    await made.connect()
    js = await made.jetstream()
    yield made
    for info in await js.streams_info():
        await js.delete_stream(info.config.name)
    await made.close()


async def tell(stack: Stack, name: str, aggregate: UUID | None = None, version: int = 1) -> None:
    async with db.transaction(stack.runtime.worker) as session:
        db.begin_work(session, "directive", stack.runtime.clock(), ActorRef())
        await emit(session, aggregate or uuid4(), version, UnitChanged(unit=Unit(name=name)))


class Heard:
    """A handler that notes what it applied, in the order of application."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.attempts = 0
        self.fail = lambda _name: None
        self._changed = asyncio.Event()

    async def __call__(self, _session, event: UnitChanged, _envelope) -> None:
        self.attempts += 1
        problem = self.fail(event.unit.name)
        if problem:
            raise problem
        self.names.append(event.unit.name)
        self._changed.set()

    async def until(self, count: int) -> None:
        async with asyncio.timeout(WAIT):
            while len(self.names) < count:
                self._changed.clear()
                await self._changed.wait()


@asynccontextmanager
async def running(stack: Stack, broker: Broker, heard: Heard | None = None):
    """The relay, and a consumer where `heard` is given."""
    tasks = [asyncio.create_task(forever("relay", Relay(stack.runtime.worker, broker).run))]
    if heard is not None:
        consumer = Consumer("toy", stack.runtime.worker, broker, {UnitChanged: heard}, stack.runtime.clock)
        for source, subjects in consumer.sources().items():
            tasks.append(asyncio.create_task(forever("consume", lambda s=source, t=subjects: consumer.consume(s, t))))
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def count(stack: Stack, table) -> int:
    async with stack.session() as session:
        return await session.scalar(select(func.count()).select_from(table))


async def eventually(condition) -> None:
    async with asyncio.timeout(WAIT):
        while not await condition():
            await asyncio.sleep(0.02)


async def test_events_arrive_in_the_order_of_their_aggregate(stack: Stack, broker: Broker) -> None:
    heard, one, two = Heard(), uuid4(), uuid4()
    for version in range(1, 41):
        await tell(stack, f"a{version}", one, version)
        await tell(stack, f"b{version}", two, version)
    async with running(stack, broker, heard):
        await heard.until(80)
    for letter in "ab":
        assert [name for name in heard.names if name[0] == letter] == [f"{letter}{version}" for version in range(1, 41)]


async def test_a_rolled_back_change_tells_nothing(stack: Stack, broker: Broker) -> None:
    heard = Heard()
    with pytest.raises(ZeroDivisionError):
        async with db.transaction(stack.runtime.worker) as session:
            db.begin_work(session, "directive", stack.runtime.clock(), ActorRef())
            await emit(session, uuid4(), 1, UnitChanged(unit=Unit(name="never")))
            raise ZeroDivisionError
    await tell(stack, "after")
    async with running(stack, broker, heard):
        await heard.until(1)
    assert heard.names == ["after"]


async def test_published_events_are_marked_and_kept(stack: Stack, broker: Broker) -> None:
    await tell(stack, "kept")
    async with running(stack, broker):
        await eventually(lambda: _all_published(stack))
    assert await count(stack, outbox) == 1


async def _all_published(stack: Stack) -> bool:
    async with stack.session() as session:
        return not await session.scalar(select(func.count()).where(outbox.c.publish_time.is_(None)))


async def test_a_second_delivery_changes_nothing_beyond_the_brokers_window_too(stack: Stack, broker: Broker) -> None:
    heard = Heard()
    await tell(stack, "once")
    async with running(stack, broker, heard):
        await heard.until(1)
        js = await broker.jetstream()
        async with stack.session() as session:
            row = (await session.execute(select(outbox))).one()
        # Without the message id the broker takes it for a new one, as it would after its window.
        await js.publish(row.subject, row.envelope)
        await tell(stack, "next")
        await heard.until(2)
    assert heard.names == ["once", "next"]
    assert await count(stack, inbox) == 2


async def test_poison_goes_to_the_dead_letters_and_the_rest_flows(stack: Stack, broker: Broker) -> None:
    heard = Heard()
    await broker.ensure_stream()
    js = await broker.jetstream()
    await js.publish(f"ykcd.directive.v1.UnitChanged.{uuid4()}", b"\xff not an envelope")
    await tell(stack, "healthy")
    async with running(stack, broker, heard):
        await heard.until(1)
        await eventually(lambda: _buried(stack, 1))


async def _buried(stack: Stack, wanted: int) -> bool:
    return await count(stack, dead_letter) == wanted


async def test_what_always_fails_is_retried_then_buried_and_holds_up_nobody(stack: Stack, broker: Broker, monkeypatch) -> None:
    monkeypatch.setattr(consumer, "BACK_OFF_SECONDS", (0.01, 0.01))
    heard = Heard()
    heard.fail = lambda name: KeyError(name) if name == "bad" else None
    for name in ("bad", "good"):
        await tell(stack, name)
    async with running(stack, broker, heard):
        await heard.until(1)
        await eventually(lambda: _buried(stack, 1))
    assert heard.names == ["good"]


@pytest.mark.parametrize("problem", [Retry("earlier event missing"), psycopg.OperationalError("server closed the connection")])
async def test_what_fails_for_a_while_is_applied_in_the_end(stack: Stack, broker: Broker, monkeypatch, problem) -> None:
    monkeypatch.setattr(consumer, "BACK_OFF_SECONDS", (0.01,) * 5)
    heard = Heard()
    heard.fail = lambda _name: problem if heard.attempts <= 4 else None
    await tell(stack, "late")
    async with running(stack, broker, heard):
        await heard.until(1)
    assert await count(stack, dead_letter) == 0


async def test_a_wiped_broker_gets_its_stream_back_and_new_events_flow(stack: Stack, broker: Broker, monkeypatch) -> None:
    monkeypatch.setattr(consumer, "IDLE_SECONDS", 0.2)
    heard = Heard()
    await tell(stack, "before")
    async with running(stack, broker, heard):
        await heard.until(1)
        js = await broker.jetstream()
        await js.delete_stream("YKCD_DIRECTIVE")
        await tell(stack, "after")
        await heard.until(2)
    assert heard.names == ["before", "after"]


async def test_what_a_wiped_broker_had_acknowledged_reaches_those_who_had_not_heard_it(stack: Stack, broker: Broker) -> None:
    heard = Heard()
    await tell(stack, "unheard")
    async with running(stack, broker):
        await eventually(lambda: _all_published(stack))
    js = await broker.jetstream()
    await js.delete_stream("YKCD_DIRECTIVE")
    async with running(stack, broker, heard):
        await heard.until(1)
    assert heard.names == ["unheard"]


async def test_an_outage_uses_up_no_retry(stack: Stack, broker: Broker, monkeypatch) -> None:
    monkeypatch.setattr(consumer, "BACK_OFF_SECONDS", (0.01,) * 2)
    heard = Heard()
    away, slow = psycopg.OperationalError("server closed the connection"), KeyError("not yet")
    heard.fail = lambda _name: away if heard.attempts <= 7 else slow if heard.attempts == 8 else None
    await tell(stack, "late")
    async with running(stack, broker, heard):
        await heard.until(1)
    assert await count(stack, dead_letter) == 0


async def test_only_one_relay_publishes_and_the_other_takes_over(stack: Stack, broker: Broker) -> None:
    heard = Heard()
    async with running(stack, broker, heard):
        second = asyncio.create_task(forever("relay", Relay(stack.runtime.worker, broker).run))
        await tell(stack, "one")
        await heard.until(1)
    await tell(stack, "two")
    consumer_of_all = Consumer("toy", stack.runtime.worker, broker, {UnitChanged: heard}, stack.runtime.clock)
    task = asyncio.create_task(forever("consume", lambda: consumer_of_all.consume("directive", ["ykcd.directive.v1.UnitChanged.>"])))
    await heard.until(2)
    for running_task in (second, task):
        running_task.cancel()
    await asyncio.gather(second, task, return_exceptions=True)
    assert heard.names == ["one", "two"]


async def test_an_event_of_a_type_yet_unknown_reaches_whoever_hears_everything(stack: Stack, broker: Broker) -> None:
    heard: list[tuple[object, str]] = []

    async def on_event(_session, event, envelope) -> None:
        heard.append((event, envelope.payload.TypeName()))

    envelope = Envelope(event_id=str(uuid4()), aggregate_id=str(uuid4()), aggregate_version=1)
    envelope.payload.type_url = "type.googleapis.com/ykcd.directive.v9.SomethingNew"
    every = Consumer("toy", stack.runtime.worker, broker, {None: on_event}, stack.runtime.clock)
    async with db.transaction(stack.runtime.worker) as session:
        await every._apply(session, envelope.SerializeToString())
    assert heard == [(None, "ykcd.directive.v9.SomethingNew")]


async def test_one_trace_spans_writing_publishing_and_applying(stack: Stack, broker: Broker) -> None:
    spans = InMemorySpanExporter()
    if not isinstance(trace.get_tracer_provider(), TracerProvider):
        trace.set_tracer_provider(TracerProvider())
    trace.get_tracer_provider().add_span_processor(SimpleSpanProcessor(spans))
    heard = Heard()
    with trace.get_tracer("test").start_as_current_span("request") as request:
        await tell(stack, "traced")
    async with running(stack, broker, heard):
        await heard.until(1)
    names = {s.name for s in spans.get_finished_spans() if s.context.trace_id == request.get_span_context().trace_id}
    assert {"request", "publish ykcd.directive.v1.UnitChanged", "process UnitChanged"} <= names


async def test_an_event_too_large_for_one_message_is_refused(stack: Stack) -> None:
    with pytest.raises(FailedPrecondition, match="TOO_LARGE"):
        await tell(stack, "x" * 600_000)
