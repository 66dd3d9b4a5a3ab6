"""Others' events, each applied once: its id enters the inbox in the transaction of its effect, so a second delivery changes nothing."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from types import ModuleType
from typing import Any

import structlog
from google.protobuf.message import Message
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError
from opentelemetry import trace
from opentelemetry.propagate import extract
from opentelemetry.trace import SpanKind
from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from ykcd.event.v1.envelope_pb2 import Envelope, Purged

from kit import db, telemetry
from kit.clock import Clock
from kit.events import erasure
from kit.events.broker import RETRY_SECONDS, Broker, stream_name
from kit.events.outbox import open_envelope, subject_of, tells
from kit.loops import forever
from kit.tables import dead_letter, inbox

log = structlog.get_logger()
tracer = trace.get_tracer(__name__)

Handler = Callable[[AsyncSession, Any, Envelope], Awaitable[None]]
# The event type that each handler is for. The key None means: every event of every service; its handler gets None for an event of a type
# that this version doesn't know (a newer sender's).
Handlers = dict[type[Message] | None, Handler]

BATCH = 64
IDLE_SECONDS = 5.0
# How long a started batch waits for more; also the price of its first message.
GATHER_SECONDS = 0.02
ACK_WAIT_SECONDS = 30.0
# After the last of these a message goes to the dead letters; a database that is away doesn't count.
BACK_OFF_SECONDS = (0.2, 1.0, 5.0, 15.0, 30.0)
# Retries of an event that waits for another: about a day.
PATIENCE = 3000
# How soon a consumer of everything finds a new service's stream.
DISCOVERY_SECONDS = 5.0


class Retry(Exception):
    """Raised by a handler that can't apply its event before another one has come."""


class Poison(Exception):
    """No event of ours, or one that didn't come from where it says: no retry mends it."""


def carrying(module: ModuleType, field: str) -> list[type[Message]]:
    """The event types of an event_pb2 that tell a whole state in the message field `field`, those added later included."""
    kinds = module.DESCRIPTOR.message_types_by_name.items()
    return [getattr(module, name) for name, kind in kinds if field in kind.fields_by_name and kind.fields_by_name[field].message_type]


def sources(handlers: Handlers) -> dict[str, list[str]]:
    """For each sending service the subjects of the event types that are handled."""
    wanted: dict[str, list[str]] = defaultdict(list)
    for event in handlers:
        full_name = event.DESCRIPTOR.full_name  # type: ignore[union-attr]
        wanted[full_name.split(".")[1]].append(f"{full_name}.>")
    return dict(wanted)


class Consumer:
    """One durable pull consumer on each stream that a handler needs, named after the service."""

    def __init__(self, service: str, engine: AsyncEngine, broker: Broker, handlers: Handlers, clock: Clock) -> None:
        self._service, self._engine, self._broker, self._handlers, self._clock = service, engine, broker, handlers, clock
        # By (stream, place in it): how often applying it failed for a reason of its own. Deliveries would count outages too.
        self._failures: dict[tuple[str, int], int] = {}

    async def run(self) -> None:
        """Hears all sources for ever, each in a loop of its own, so that one that fails holds up no other."""
        loops: dict[str, asyncio.Task[None]] = {}
        try:
            await forever("discover", partial(self._hear_more, loops))
        finally:
            for loop in loops.values():
                loop.cancel()
            await asyncio.gather(*loops.values(), return_exceptions=True)

    async def _hear_more(self, loops: dict[str, asyncio.Task[None]]) -> None:
        for source, subjects in (await self._sources()).items():
            if source not in loops:
                loops[source] = asyncio.create_task(forever(f"consume_{source}", partial(self.consume, source, subjects)))
        await asyncio.sleep(DISCOVERY_SECONDS)

    async def _sources(self) -> dict[str, list[str]]:
        """For each sending service the subjects to hear; who hears everything asks the broker which there are."""
        if None in self._handlers:
            return {service: [f"ykcd.{service}.>"] for service in await self._broker.senders()}
        return sources(self._handlers)

    async def consume(self, source: str, subjects: list[str]) -> None:
        """Hears one stream for ever. Returns (to be started anew) when the broker has lost the stream or the consumer."""
        js = await self._broker.jetstream()
        config = ConsumerConfig(
            durable_name=self._service,
            ack_policy=AckPolicy.EXPLICIT,
            deliver_policy=DeliverPolicy.ALL,
            ack_wait=ACK_WAIT_SECONDS,
            filter_subjects=subjects,
            max_ack_pending=BATCH * 4,
        )
        try:
            await js.add_consumer(stream_name(source), config)
        except NotFoundError:
            # The sender hasn't been up yet.
            await asyncio.sleep(RETRY_SECONDS)
            return
        subscription = await js.pull_subscribe_bind(consumer=self._service, stream=stream_name(source))
        try:
            while True:
                batch = await self._fetch(subscription)
                if batch:
                    await self.handle(batch)
                elif not await self._stands(js, source):
                    return
        finally:
            await subscription.unsubscribe()

    async def _stands(self, js: Any, source: str) -> bool:
        """A wiped broker knows the consumer no more, and says nothing by itself."""
        try:
            await js.consumer_info(stream_name(source), self._service)
        except NotFoundError:
            return False
        return True

    async def _fetch(self, subscription: Any) -> list[Msg]:
        # The client raises its own TimeoutError or asyncio's, whose base is the built-in one.
        try:
            first = await subscription.fetch(1, timeout=IDLE_SECONDS)
        except TimeoutError:
            return []
        try:
            return first + await subscription.fetch(BATCH - 1, timeout=GATHER_SECONDS)
        except TimeoutError:
            return first

    async def handle(self, batch: Sequence[Msg]) -> None:
        """All in one transaction; if that fails, each in its own, so that one bad event holds up no other."""
        try:
            async with self.transaction() as session:
                for message in batch:
                    await self.apply(session, message.data, subject=message.subject, stream=message.metadata.stream)
        except Exception:  # sorted out one by one below
            for message in batch:
                await self._handle_alone(message)
            return
        await asyncio.gather(*(message.ack() for message in batch))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """One in which events are applied."""
        async with db.transaction(self._engine) as session:
            await erasure.hold_off(session)
            yield session

    async def _handle_alone(self, message: Msg) -> None:
        try:
            async with self.transaction() as session:
                await self.apply(session, message.data, subject=message.subject, stream=message.metadata.stream)
        except Exception as error:  # whatever a handler raises: retried, then laid aside
            await self._retry_or_bury(message, error)
        else:
            await message.ack()
            self._failures.pop((message.metadata.stream, message.metadata.sequence.stream), None)

    async def _retry_or_bury(self, message: Msg, error: Exception) -> None:
        if db.is_disconnect(error):
            await message.nak(delay=BACK_OFF_SECONDS[1])
            return
        place = (message.metadata.stream, message.metadata.sequence.stream)
        failures = self._failures[place] = self._failures.get(place, 0) + 1
        # What waits for an earlier event may wait as long as that one's stream lags.
        patience = PATIENCE if isinstance(error, Retry) else len(BACK_OFF_SECONDS)
        if not isinstance(error, Poison) and failures <= patience:
            log.warning("event_retried", subject=message.subject, failures=failures, why=type(error).__name__)
            await message.nak(delay=BACK_OFF_SECONDS[min(failures, len(BACK_OFF_SECONDS)) - 1])
            return
        await self.bury(message.subject, message.data, repr(error), failures)
        await message.term()
        del self._failures[place]

    async def bury(self, subject: str, data: bytes, problem: str, deliveries: int) -> None:
        """Keeps what can't be applied, for a person to look at."""
        # Why stands in the row only: it may quote the event.
        log.error("event_buried", subject=subject)
        telemetry.DEAD_LETTERS.inc()
        async with self.transaction() as session:
            row = {"subject": subject, "event_id": _event_id(data), "payload": data, "problem": problem, "deliveries": deliveries}
            if await session.scalar(select(erasure.are_purged(erasure.named(data)))):
                row |= {"payload": b"", "problem": "purged"}
            await session.execute(insert(dead_letter).values(create_time=self._clock(), **row))

    async def apply(self, session: AsyncSession, data: bytes, *, subject: str, stream: str) -> None:
        """Does once what the event asks for; Poison for what didn't come by its owner's subject and stream."""
        envelope, event = opened(data, subject, stream)
        names = erasure.named(data) if envelope.payload.TypeName() not in erasure.CONTENT_FREE else ()
        entered = upsert(inbox).values(event_id=envelope.event_id, receive_time=self._clock())
        was_purged = await session.scalar(entered.on_conflict_do_nothing().returning(erasure.are_purged(names)))
        if was_purged is None:
            return
        if was_purged:
            # Late: it was on its way when what it tells of was purged (D14).
            envelope, event = erasure.emptied(envelope), Purged()
        handler = self._handlers.get(type(event)) or self._handlers.get(None)
        if handler is None and was_purged:
            return
        if handler is None:
            raise ValueError(f"no handler for {envelope.payload.TypeName()}")
        db.begin_work(session, self._service, self._clock(), envelope.actor)
        name = envelope.payload.TypeName().rpartition(".")[2]
        parent = extract({"traceparent": envelope.traceparent})
        with tracer.start_as_current_span(f"process {name}", context=parent, kind=SpanKind.CONSUMER), telemetry.handling(name):
            await handler(session, event, envelope)


def opened(data: bytes, subject: str, stream: str) -> tuple[Envelope, Message | None]:
    """The broker lets each service publish under its own prefix only, so that the subject proves who told the event."""
    try:
        envelope, event = open_envelope(data)
    except ValueError as error:
        raise Poison(str(error)) from error
    kind, source = envelope.payload.TypeName(), envelope.source
    if not tells(source, kind) or (subject, stream) != (subject_of(kind, source, envelope.aggregate_id), stream_name(source)):
        raise Poison(f"{kind} of {source or 'nobody'} came by {subject} of {stream}")
    return envelope, event


def _event_id(data: bytes) -> str | None:
    try:
        return open_envelope(data)[0].event_id
    except ValueError:
        return None
