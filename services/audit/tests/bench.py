"""make bench-audit: how fast a log is appended to and verified, on a PostgreSQL of its own; one JSON line. N=entries."""

import asyncio
import os
import time
from collections.abc import Iterator
from itertools import islice
from typing import Any
from uuid import uuid4

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncEngine
from ykcd.event.v1.envelope_pb2 import ActorRef, Envelope

from kit import db
from kit.clock import system_clock
from kit.dates import from_time
from kit.testing.bench import database, report
from services.audit import gaps, service
from services.audit.__main__ import app
from services.audit.model import FIRST_CHAIN_HASH, Entry, EntryContent, Head, make_entry
from services.audit.tests import factories as make

# As many events as the broker hands over at once; rows written at once; versions of an aggregate.
BATCH, ROWS, VERSIONS = 64, 5000, 5
APPENDED = 2048


def envelopes(count: int) -> Iterator[Envelope]:
    """Aggregates of five versions each."""
    actor = ActorRef(person_id=str(make.AN.id), unit_id=str(make.OFFICE), name=make.AN.name)
    aggregate = uuid4()
    for number in range(count):
        version = number % VERSIONS + 1
        aggregate = uuid4() if version == 1 else aggregate
        told = Envelope(
            event_id=str(db.new_id()),
            aggregate_id=str(aggregate),
            aggregate_version=version,
            source="directive",
            actor=actor,
            time=from_time(system_clock()),
        )
        told.payload.Pack(make.unit_changed())
        yield told


async def fill(engine: AsyncEngine, count: int) -> None:
    """Writes rows as service.append would, many at once."""
    made, previous, size = envelopes(count), FIRST_CHAIN_HASH, 0
    while batch := list(islice(made, ROWS)):
        entries, contents = [], []
        for envelope in batch:
            size += 1
            entry, content = make_entry(size, previous, envelope, None, system_clock())
            previous = entry.chain_hash
            entries.append(values(entry))
            contents.append(values(content))
        async with db.transaction(engine) as session:
            await session.execute(insert(Entry), entries)
            await session.execute(insert(EntryContent), contents)
            await session.execute(update(Head).values(size=size, chain_hash=previous))


def values(row: Any) -> dict[str, Any]:
    """By column."""
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}


async def append(engine: AsyncEngine, count: int) -> None:
    """As the consumer does."""
    made = envelopes(count)
    while batch := list(islice(made, BATCH)):
        async with db.transaction(engine) as session:
            db.begin_work(session, "audit", system_clock(), ActorRef())
            for envelope in batch:
                await service.append(session, None, envelope)


async def main(count: int) -> None:
    """Appends, verifies, looks for gaps."""
    async with database(app) as engine:
        await fill(engine, count)
        begun = time.perf_counter()
        await append(engine, APPENDED)
        appended = time.perf_counter()
        async with db.transaction(engine) as session:
            verdict = await service.verify(session)
        verified = time.perf_counter()
        async with db.transaction(engine) as session:
            found = await gaps.find(session, system_clock() + gaps.PATIENCE)
        done = time.perf_counter()
    total = count + APPENDED
    assert (verdict.intact, verdict.entries, list(found)) == (True, total, [])
    report(
        entries=total,
        appended_per_s=round(APPENDED / (appended - begun)),
        entries_per_s=round(total / (verified - appended)),
        s_per_million=round((verified - appended) / total * 1e6, 1),
        gaps_s=round(done - verified, 3),
    )


if __name__ == "__main__":
    asyncio.run(main(int(os.environ.get("N", "200000"))))
