"""What the log doesn't hold: an event that was told and never came, found by its aggregate's next one."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from prometheus_client import Gauge
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from kit import db
from kit.runtime import Runtime
from services.audit import queries

log = structlog.get_logger()
GAPS = Gauge("ykcd_audit_gaps", "Gaps in the versions of the aggregates that the log tells of, older than 15 minutes.", ["source"])
# Events of one aggregate come in order, unless one is being retried. Longer than the broker remembers what it has, so that the owner
# can publish a missing one again at once.
PATIENCE = timedelta(minutes=15)
CHECK_SECONDS = 300.0


async def find(session: AsyncSession, now: datetime) -> Sequence[Row[Any]]:
    """Rows (source, aggregate_id, first, last), both versions included. `session` is the worker's."""
    return await queries.gaps(session, before=now - PATIENCE)


async def watch_gaps(runtime: Runtime) -> None:
    """For ever."""
    while True:
        await measure(runtime)
        await asyncio.sleep(CHECK_SECONDS)


async def measure(runtime: Runtime) -> None:
    """Sets the gauge."""
    async with db.transaction(runtime.worker) as session:
        counts = Counter(gap.source for gap in await find(session, runtime.clock()))
    GAPS.clear()
    for source, count in counts.items():
        GAPS.labels(source).set(count)
        log.error("events_missing", source=source, gaps=count)
