"""What happens because time passes, not because somebody asks."""

import asyncio

import structlog
from ykcd.event.v1.envelope_pb2 import ActorRef

from kit import db
from kit.clock import local_date
from kit.runtime import Runtime
from services.deadline import service

log = structlog.get_logger()
TICK_SECONDS = 30.0


async def keep_time(runtime: Runtime) -> None:
    """Ticks for ever. A tick reads what is due from the database, so one that never came is made up for by the next."""
    day = None
    while True:
        today = local_date(runtime.clock())
        if day != today:
            # Each year brings the next one's days; nothing is published when nothing changed.
            await publish_calendar(runtime)
            day = today
        await tell_all_missed(runtime)
        await asyncio.sleep(TICK_SECONDS)


async def publish_calendar(runtime: Runtime) -> int:
    """In a transaction of its own; the version in force."""
    async with db.transaction(runtime.worker) as session:
        now = runtime.clock()
        db.begin_work(session, runtime.name, now, ActorRef())
        return await service.publish_calendar(session, now=now)


async def tell_all_missed(runtime: Runtime) -> int:
    """Batch by batch until nothing is left."""
    told = 0
    while True:
        async with db.transaction(runtime.worker) as session:
            now = runtime.clock()
            db.begin_work(session, runtime.name, now, ActorRef())
            count = await service.tell_missed(session, now=now)
        if not count:
            return told
        told += count
        log.info("deadlines_missed", count=count)
