"""Every row of a list, batch by batch, all from one moment."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.reporting.v1 import reporting_pb2

from kit.identity import Actor
from services.reporting import queries, service

# A statement's, and a message's: as many of the longest rows as 4 MB hold.
PAGE_ROWS, BATCH_ROWS = 1000, 200


async def listed(
    session: AsyncSession, actor: Actor, *, filter: reporting_pb2.AssignmentFilter, order: int, now: datetime
) -> tuple[int, AsyncIterator[Sequence[Row[Any]]]]:
    """How many rows, and then all of them in batches, as from queries.assignments. `session` sees one moment, so that both agree."""
    today = await service.today(session, now)
    total = await queries.count(session, actor, filter=filter, today=today)

    async def batches() -> AsyncIterator[Sequence[Row[Any]]]:
        asked, after = queries.ORDERS[order], None
        while True:
            rows = await queries.assignments(session, actor, filter=filter, order=asked, today=today, after=after, limit=PAGE_ROWS)
            for first in range(0, len(rows), BATCH_ROWS):
                yield rows[first : first + BATCH_ROWS]
            if len(rows) < PAGE_ROWS:
                return
            after = [getattr(rows[-1], f"key_{place}") for place in range(len(asked.key))]
            # What was sent is needed no more.
            session.expunge_all()

    return total, batches()
