"""Erasing what was purged (D14) from the tables of the kit. Every event, answer and dead letter about something names its id, so that it is
found by its bytes, whatever its type."""

import re
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Row, Table, func, literal, select, update
from sqlalchemy import any_ as any_of
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql import ColumnElement
from sqlalchemy.types import Uuid
from ykcd.assignment.v1.event_pb2 import AssignmentsPurged
from ykcd.directive.v1.event_pb2 import DirectivePurged, SecretRefused
from ykcd.event.v1.envelope_pb2 import AccessDenied, Envelope, Purged

from kit.events.outbox import subject_of
from kit.tables import dead_letter, idempotency, outbox, purged

Ids = frozenset[UUID]

PURGES = (DirectivePurged, AssignmentsPurged)
# These name what was purged, and hold nothing of it.
CONTENT_FREE = frozenset(kind.DESCRIPTOR.full_name for kind in (*PURGES, SecretRefused, AccessDenied, Purged))
_SUBJECTS = "|".join(name.rpartition(".")[2] for name in sorted(CONTENT_FREE))
# Its answer is the tombstone.
_PURGING = "PurgeDirective"
_ID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# Rows held at once while searching.
BATCH = 500
# Any fixed number, the same in each service's own database.
LOCK = 7_120_161_012


def named(data: bytes) -> Ids:
    """Every id that stands in a serialized message."""
    return frozenset(UUID(id.decode()) for id in set(_ID.findall(data)))


async def hold_off(session: AsyncSession) -> None:
    """Whoever applies an event holds this: no purge ends between his look at what was purged and his commit."""
    await session.execute(select(func.pg_advisory_xact_lock_shared(LOCK)))


def are_purged(ids: Collection[UUID]) -> ColumnElement[bool]:
    """Whether any of them was purged."""
    return select(purged.c.id).where(purged.c.id == any_of(literal(list(ids), ARRAY(Uuid)))).exists()


def emptied(envelope: Envelope) -> Envelope:
    """The same event without what it told."""
    bare = Envelope()
    bare.CopyFrom(envelope)
    bare.payload.Pack(Purged())
    return bare


async def remember(session: AsyncSession, ids: Ids) -> None:
    """From here on nothing that names one of them comes in. Waits until whoever applies an event now has done so."""
    await session.execute(select(func.pg_advisory_xact_lock(LOCK)))
    rows = [{"id": id, "purge_time": func.now()} for id in sorted(ids)]
    if rows:
        await session.execute(insert(purged).values(rows).on_conflict_do_nothing())


async def erase(session: AsyncSession, ids: Ids) -> None:
    """Events keep their envelopes and are told once more without content; answers are given no more; dead letters are emptied."""
    told = await naming(session, outbox, outbox.c.envelope, ids, ~outbox.c.subject.regexp_match(rf"\.v1\.({_SUBJECTS})\."))
    for row in told:
        bare = emptied(Envelope.FromString(row.envelope))
        subject = subject_of(bare.payload.TypeName(), bare.source, bare.aggregate_id)
        values = {"envelope": bare.SerializeToString(), "subject": subject, "erase_subject": row.subject, "publish_time": None}
        await session.execute(update(outbox).where(outbox.c.seq == row.seq).values(values))
    for row in await naming(session, idempotency, idempotency.c.response, ids, idempotency.c.method != _PURGING):
        mine = (idempotency.c.person_id == row.person_id) & (idempotency.c.request_id == row.request_id)
        await session.execute(update(idempotency).where(mine).values(response=None, body_hash=b""))
    for row in await naming(session, dead_letter, dead_letter.c.payload, ids):
        await session.execute(update(dead_letter).where(dead_letter.c.id == row.id).values(payload=b"", problem="purged"))


async def naming(session: AsyncSession, table: Table, data: Column[Any], ids: Ids, *where: ColumnElement[bool]) -> Sequence[Row[Any]]:
    """The rows whose `data` names one of the ids."""
    wanted = {str(id).encode() for id in ids}
    statement = select(table).where(data.is_not(None), *where)
    found: list[Row[Any]] = []
    async for rows in (await session.stream(statement, execution_options={"yield_per": BATCH})).partitions():
        found += [row for row in rows if not wanted.isdisjoint(_ID.findall(row._mapping[data]))]
    return found
