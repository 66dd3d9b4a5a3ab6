"""From the outbox to JetStream: one active relay per service, one event in flight per aggregate, IN_FLIGHT in all."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
import structlog
from nats.js import JetStreamContext
from opentelemetry import trace
from opentelemetry.propagate import extract
from opentelemetry.trace import SpanKind
from sqlalchemy import Row, Select, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from ykcd.event.v1.envelope_pb2 import Envelope

from kit import db, telemetry
from kit.events.broker import DUPLICATE_WINDOW_SECONDS, Broker
from kit.events.outbox import current_traceparent
from kit.tables import outbox

log = structlog.get_logger()
tracer = trace.get_tracer(__name__)
BATCH = 256
IN_FLIGHT = 64
# A wake-up that got lost costs at most this.
IDLE_SECONDS = 1.0
BACK_OFF_SECONDS = 1.0
# Any fixed number, the same in each service's own database.
LOCK = 7_120_161_011


class Relay:
    """Runs for ever; a second replica waits for the lock."""

    def __init__(self, engine: AsyncEngine, broker: Broker) -> None:
        self._engine, self._broker = engine, broker
        self._slots = asyncio.Semaphore(IN_FLIGHT)

    async def run(self) -> None:
        """Holds the lock on a connection of its own, which also hears the wake-ups."""
        js = await self._broker.jetstream()
        await self._ensure_stream()
        async with await db.connect(self._engine) as connection:
            # The lock is in the database and can't call us: ask again and again.
            while not await _locked(connection):
                await asyncio.sleep(IDLE_SECONDS)
            await connection.execute("LISTEN outbox")
            while True:
                # Between two batches, so that nothing that was purged is on its way meanwhile.
                await self.erase_batch(js)
                if not await self.publish_batch(js):
                    async for _ in connection.notifies(timeout=IDLE_SECONDS, stop_after=1):
                        pass

    async def publish_batch(self, js: JetStreamContext) -> int:
        """Publishes what waits, marks what the broker acknowledged. How many there were."""
        async with db.transaction(self._engine) as session:
            rows = (await session.execute(_waiting())).all()
            telemetry.OUTBOX_WAITING.set(await session.scalar(select(func.count()).where(outbox.c.publish_time.is_(None))) or 0)
        chains: dict[object, list[Row]] = defaultdict(list)
        for row in rows:
            chains[row.aggregate_id].append(row)
        published = await asyncio.gather(*(self._publish_chain(js, chain) for chain in chains.values()))
        done = [told for chain in published for told in chain]
        if done:
            # By subject too: what was purged meanwhile is still to be told, as such.
            mine = tuple_(outbox.c.event_id, outbox.c.subject).in_(done)
            async with db.transaction(self._engine) as session:
                await session.execute(update(outbox).where(mine).values(publish_time=func.now()))
            telemetry.OUTBOX_PUBLISHED.inc(len(done))
        if len(done) < len(rows):
            await self._ensure_stream()
            await asyncio.sleep(BACK_OFF_SECONDS)
        return len(rows)

    async def _ensure_stream(self) -> None:
        """A broker that lost its store gets every event again: what it had acknowledged may not have reached everybody."""
        if await self._broker.ensure_stream():
            async with db.transaction(self._engine) as session:
                await session.execute(update(outbox).where(outbox.c.publish_time.is_not(None)).values(publish_time=None))

    async def erase_batch(self, js: JetStreamContext) -> None:
        """Has the broker overwrite what its stream still holds of purged events (D14)."""
        async with db.transaction(self._engine) as session:
            rows = (await session.execute(_to_erase())).all()
        by_subject: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            by_subject[row.erase_subject].add(str(row.event_id))
        for subject, event_ids in by_subject.items():
            await self._broker.erase(subject, lambda data, ids=event_ids: _event_id(data) in ids)
        if rows:
            async with db.transaction(self._engine) as session:
                erased = outbox.c.seq.in_([row.seq for row in rows])
                await session.execute(update(outbox).where(erased).values(erase_subject=None))

    async def _publish_chain(self, js: JetStreamContext, chain: Sequence[Row]) -> list[tuple[UUID, str]]:
        """One aggregate's events, in order; the first failure ends it. What was published: (event id, subject)."""
        done: list[tuple[UUID, str]] = []
        for row in chain:
            async with self._slots:
                try:
                    await _publish(js, row)
                except Exception as error:  # whatever it was, the row stays and is tried again
                    log.warning("publish_failed", event_id=str(row.event_id), why=str(error) or type(error).__name__)
                    break
            done.append((row.event_id, row.subject))
        return done


async def replay(session: AsyncSession, *, aggregate_id: UUID | None, since: datetime | None) -> int:
    """Has the relay publish once more an aggregate's events, or all written since then; whoever applied them does nothing. How many.

    What was published in the last ten minutes is left out: the broker would drop it.
    """
    forgotten = func.now() - timedelta(seconds=DUPLICATE_WINDOW_SECONDS)
    again = update(outbox).where(outbox.c.publish_time < forgotten).values(publish_time=None)
    if aggregate_id is not None:
        again = again.where(outbox.c.aggregate_id == aggregate_id)
    if since is not None:
        again = again.where(outbox.c.create_time >= since)
    return len((await session.execute(again.returning(outbox.c.seq))).all())


async def _locked(connection: psycopg.AsyncConnection) -> bool:
    cursor = await connection.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
    row = await cursor.fetchone()
    return bool(row and row[0])


def _waiting() -> Select:
    columns = (outbox.c.event_id, outbox.c.aggregate_id, outbox.c.subject, outbox.c.envelope)
    return select(*columns).where(outbox.c.publish_time.is_(None)).order_by(outbox.c.seq).limit(BATCH)


def _to_erase() -> Select:
    columns = (outbox.c.seq, outbox.c.event_id, outbox.c.erase_subject)
    return select(*columns).where(outbox.c.erase_subject.is_not(None)).order_by(outbox.c.seq).limit(BATCH)


def _event_id(data: bytes) -> str:
    return Envelope.FromString(data).event_id


async def _publish(js: JetStreamContext, row: Row) -> None:
    envelope = Envelope.FromString(row.envelope)
    parent = extract({"traceparent": envelope.traceparent})
    with tracer.start_as_current_span(f"publish {row.subject.rsplit('.', 1)[0]}", context=parent, kind=SpanKind.PRODUCER):
        # With the type: told once more after a purge, it is no duplicate to the broker.
        message_id = f"{row.event_id}/{envelope.payload.TypeName()}"
        headers = {"Nats-Msg-Id": message_id, "traceparent": current_traceparent()}
        await js.publish(row.subject, row.envelope, timeout=5, headers=headers)
