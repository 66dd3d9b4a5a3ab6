"""Every SELECT of the service."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, exists, false, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from kit.events.erasure import CONTENT_FREE, Ids, naming
from kit.identity import Actor
from kit.law import article
from services.audit.model import HEAD_ROW, LOG_READERS, UNIT_READERS, Entry, EntryContent, Head

# Entries held at once while verifying; between two batches others get their turn.
BATCH = 2000


def visible_to(actor: Actor) -> Select[tuple[Entry]]:
    """The Office's leaders and administrators see all, others what their own unit's people did."""
    if actor.has(*LOG_READERS):
        return select(Entry)
    return select(Entry).where(Entry.actor_unit_id == actor.unit_id if actor.has(*UNIT_READERS) else false())


async def entries(
    session: AsyncSession, actor: Actor, *, aggregate_id: UUID | None, denials_only: bool, before: int | None, limit: int
) -> Sequence[Row[Any]]:
    """Rows (Entry, actor_name), newest first; the name is None where it was erased."""
    statement = visible_to(actor).add_columns(EntryContent.actor_name).outerjoin(EntryContent, EntryContent.sequence == Entry.sequence)
    if aggregate_id:
        statement = statement.where(Entry.aggregate_id == aggregate_id)
    if denials_only:
        statement = statement.where(Entry.denied_method != "")
    if before is not None:
        statement = statement.where(Entry.sequence < before)
    return (await session.execute(statement.order_by(Entry.sequence.desc()).limit(limit))).all()


async def head(session: AsyncSession, *, lock: bool = False) -> Head:
    """Where the log ends."""
    statement = select(Head).where(Head.id == HEAD_ROW).execution_options(populate_existing=True)
    return (await session.scalars(statement.with_for_update() if lock else statement)).one()


async def whole_log(session: AsyncSession) -> AsyncIterator[Row[Any]]:
    """From the first entry to the last, for verification alone: as the worker role, and in flat memory.

    Rows have Entry's columns and `content_holds`: what lies beside the entry matches its commitments, or was erased. Content is hashed
    where it lies, so that none of it travels.
    """
    content = func.sha256(EntryContent.content_salt.concat(EntryContent.content))
    name = func.sha256(EntryContent.name_salt.concat(func.convert_to(EntryContent.actor_name, "UTF8")))
    holds = (content == Entry.content_commitment) & (name == Entry.name_commitment)
    statement = (
        select(*Entry.__table__.columns, func.coalesce(holds, EntryContent.sequence.is_(None)).label("content_holds"))
        .outerjoin(EntryContent, EntryContent.sequence == Entry.sequence)
        .order_by(Entry.sequence)
    )
    async for batch in (await session.stream(statement, execution_options={"yield_per": BATCH})).partitions():
        for row in batch:
            yield row


async def length(session: AsyncSession) -> int:
    """How many entries there are."""
    return await session.scalar(select(func.count()).select_from(Entry)) or 0


async def gaps(session: AsyncSession, *, before: datetime) -> Sequence[Row[Any]]:
    """Versions that nothing was logged of, though something was of the next one, before `before`: (source, aggregate_id, first, last).

    Each owner tells every version of an aggregate, from 1. As the worker role: of all, and without content.
    """
    earlier = aliased(Entry)
    same = (earlier.aggregate_id == Entry.aggregate_id) & (earlier.source == Entry.source)
    adjoining = exists().where(same, earlier.aggregate_version == Entry.aggregate_version - 1)
    known = select(func.max(earlier.aggregate_version)).where(same, earlier.aggregate_version < Entry.aggregate_version)
    statement = (
        select(
            Entry.source,
            Entry.aggregate_id,
            (func.coalesce(known.scalar_subquery(), 0) + 1).label("first"),
            (Entry.aggregate_version - 1).label("last"),
        )
        .where(Entry.aggregate_version > 1, Entry.log_time < before, ~adjoining)
        .distinct()
        .order_by("source", "aggregate_id", "first")
    )
    return (await session.execute(statement)).all()


@article("D14")
async def contents_naming(session: AsyncSession, ids: Ids) -> list[int]:
    """The entries whose content names one of these ids, for purging; not those that only say that it was purged or refused."""
    content = EntryContent.__table__
    free = exists().where(Entry.sequence == content.c.sequence, Entry.event_type.in_(CONTENT_FREE))
    return [row.sequence for row in await naming(session, content, content.c.content, ids, ~free)]
