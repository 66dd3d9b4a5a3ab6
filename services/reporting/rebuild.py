"""python -m services.reporting rebuild: everything that was made of others' events is made anew from the first event on.

In one transaction: whoever reads meanwhile sees the old rows, and the consumers wait. What the service owns itself isn't touched.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from typing import Any
from uuid import UUID

import structlog
from google.protobuf.message import Message
from nats.aio.msg import Msg
from sqlalchemy import Table, delete, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.event.v1.envelope_pb2 import Envelope

from kit import purge as kit_purge
from kit.app import App, stop_all
from kit.errors import Error
from kit.events import Handlers, Poison, erasure, opened, past, sources
from kit.runtime import Runtime
from kit.tables import absence, calendar_day, calendar_version, inbox, member, purged
from services.reporting import handlers, history
from services.reporting.history import assignment_told
from services.reporting.model import Assignment, Participation, Unit
from services.reporting.periodic.model import Cited
from services.reporting.told import ROWS, Row

log = structlog.get_logger()
PROJECTIONS = (Assignment.__table__, Participation.__table__, Unit.__table__, Cited.__table__, *history.TABLES)
COPIES = (member, absence, calendar_day, calendar_version)


async def rebuild(app: App, runtime: Runtime, hearing: Callable[[Handlers], Handlers]) -> int:
    """How many events there were. `hearing`: what the service hears beside its projections' handlers. Gives the runtime back."""
    connecting = asyncio.create_task(runtime.broker.connect())
    try:
        async with runtime.unattended() as session:
            made = _Rebuild(session, runtime)
            gathering = {kind: made.gather if handler is handlers.on_told else handler for kind, handler in handlers.HANDLERS.items()}
            return await made.run(kit_purge.hearing(hearing(gathering), app.erase, runtime))
    finally:
        await stop_all([connecting], runtime)


class _Rebuild:
    """What is told of assignments is gathered and kept in bulk; everything else goes through its handler, purges last."""

    def __init__(self, session: AsyncSession, runtime: Runtime) -> None:
        self._session, self._runtime = session, runtime
        self._rows: dict[Table, list[Row]] = defaultdict(list)
        self._purged: frozenset[UUID] = frozenset()
        self._purges: list[tuple[Message, Envelope]] = []

    async def gather(self, _session: AsyncSession, event: Any, envelope: Envelope) -> None:
        """In the place of handlers.on_told."""
        for table, row in list(ROWS[type(event)](event, envelope)):
            self._rows[table].append(row)

    async def run(self, heard: Handlers) -> int:
        """In the order that the streams have; it changes nothing."""
        await self._session.execute(text("SET LOCAL statement_timeout = 0"))
        # Whoever applies an event holds it, shared.
        await self._session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": erasure.LOCK})
        for table in (*PROJECTIONS, *COPIES, inbox):
            await self._session.execute(delete(table))
        self._purged = frozenset((await self._session.scalars(select(purged.c.id))).all())
        count = 0
        for source, subjects in sources(heard).items():
            async for batch in past(self._runtime.broker, source, subjects):
                await self._take(batch, heard)
                count += len(batch)
        await self._sum_up()
        for event, envelope in self._purges:
            await heard[type(event)](self._session, event, envelope)
        return count

    async def _take(self, batch: list[Msg], heard: Handlers) -> None:
        entered: list[Row] = []
        for message in batch:
            try:
                envelope = await self._apply(message, heard)
            except (Poison, Error, ValueError) as error:
                # A consumer has buried it, or would.
                log.warning("event_skipped", subject=message.subject, why=type(error).__name__)
            else:
                entered.append({"event_id": envelope.event_id, "receive_time": self._runtime.clock()})
        for table in (inbox, *list(self._rows)):
            await handlers.put(self._session, table, entered if table is inbox else self._rows.pop(table))

    async def _apply(self, message: Msg, heard: Handlers) -> Envelope:
        envelope, event = opened(message.data, message.subject, message.metadata.stream)
        handler = heard.get(type(event))
        if isinstance(event, erasure.PURGES):
            self._purges.append((event, envelope))
        elif handler and (not self._purged or self._purged.isdisjoint(erasure.named(message.data))):
            await handler(self._session, event, envelope)
        return envelope

    async def _sum_up(self) -> None:
        """What the handlers do for each event."""
        for table in history.TABLES:
            await handlers.end_older(self._session, table)
        took_part = select(assignment_told.c.unit_id, assignment_told.c.task_id).distinct()
        await self._session.execute(upsert(Participation).from_select(["unit_id", "task_id"], took_part).on_conflict_do_nothing())
        await handlers.refresh(self._session, None)
