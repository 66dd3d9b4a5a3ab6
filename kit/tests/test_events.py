"""The way of an event: outbox, relay, JetStream, consumer, inbox; with real PostgreSQL and real NATS."""

import asyncio
from uuid import uuid4

import psycopg
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pydantic import SecretStr
from sqlalchemy import func, select
from structlog.testing import capture_logs
from ykcd.directive.v1.event_pb2 import UnitChanged
from ykcd.directive.v1.registry_pb2 import Unit
from ykcd.event.v1.envelope_pb2 import ActorRef

from kit import db
from kit.errors import FailedPrecondition
from kit.events import Broker, Consumer, Relay, Retry, consumer, emit
from kit.loops import forever
from kit.tables import dead_letter, inbox, outbox
from kit.testing.stack import Stack
from kit.tests.events import WAIT, Heard, all_published, eventually, running, tell


async def count(stack: Stack, table) -> int:
    async with stack.session() as session:
        return await session.scalar(select(func.count()).select_from(table))


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
        await eventually(lambda: all_published(stack))
    assert await count(stack, outbox) == 1


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


async def test_what_failed_is_quoted_beside_the_dead_letter_and_in_no_log(stack: Stack, broker: Broker, monkeypatch) -> None:
    """Đ5: a failure may quote what the event holds."""
    monkeypatch.setattr(consumer, "BACK_OFF_SECONDS", (0.01,))
    heard = Heard()
    heard.fail = lambda name: ValueError(f"no such unit: {name}")
    await tell(stack, "chim-hoàng-yến")
    with capture_logs() as lines:
        async with running(stack, broker, heard):
            await eventually(lambda: _buried(stack, 1))
    async with stack.session() as session:
        assert "no such unit: chim-hoàng-yến" in (await session.scalars(select(dead_letter.c.problem))).one()
    assert {line["event"] for line in lines} >= {"event_retried", "event_buried"}
    assert "chim-hoàng-yến" not in str(lines)


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
        await eventually(lambda: all_published(stack))
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


async def test_who_judges_waits_until_everything_told_before_has_been_heard(stack: Stack, broker: Broker, nats_url: str) -> None:
    """§6.22: after days of standing still."""
    listener = Broker("toy", nats_url, SecretStr(""))
    await listener.connect()
    await listener.heard()  # nobody has told anything
    heard = Heard()
    await tell(stack, "before")
    async with running(stack, broker, heard):
        await heard.until(1)
        await listener.heard()
    await tell(stack, "meanwhile")
    async with running(stack, broker):
        await eventually(lambda: all_published(stack))
        judging = asyncio.create_task(listener.heard())
        done, _ = await asyncio.wait([judging], timeout=0.5)
        assert not done
    async with running(stack, broker, heard):
        await asyncio.wait_for(judging, WAIT)
    assert heard.names == ["before", "meanwhile"]
    await listener.close()


async def test_what_waits_for_another_try_holds_up_no_judgement(stack: Stack, broker: Broker, nats_url: str, monkeypatch) -> None:
    monkeypatch.setattr(consumer, "BACK_OFF_SECONDS", (0.2,) * 5)
    listener = Broker("toy", nats_url, SecretStr(""))
    await listener.connect()
    heard = Heard()
    heard.fail = lambda name: Retry("another event is missing") if name == "early" else None
    await tell(stack, "early")
    async with running(stack, broker, heard):
        await eventually(lambda: _tried(heard, 3))
        await asyncio.wait_for(listener.heard(), WAIT)
    assert heard.names == []
    await listener.close()


async def _tried(heard: Heard, times: int) -> bool:
    return heard.attempts >= times


async def test_only_one_relay_publishes_and_the_other_takes_over(stack: Stack, broker: Broker) -> None:
    heard = Heard()
    async with running(stack, broker, heard):
        second = asyncio.create_task(forever("relay", Relay(stack.runtime.worker, broker).run))
        await tell(stack, "one")
        await heard.until(1)
    await tell(stack, "two")
    again = Consumer("toy", stack.runtime.worker, broker, {UnitChanged: heard}, stack.runtime.clock)
    task = asyncio.create_task(forever("consume", again.run))
    await heard.until(2)
    for running_task in (second, task):
        running_task.cancel()
    await asyncio.gather(second, task, return_exceptions=True)
    assert heard.names == ["one", "two"]


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
