"""What happens because time passes, not because somebody asks. Each loop ticks for ever, and one that fails holds up no other; a tick reads
what is due from the database, so that one that never came is made up for by the next."""

from collections.abc import Awaitable, Callable

import structlog

from kit import db
from kit.clock import local_date
from kit.runtime import Runtime
from services.deadline.service import calendars, clocks, obligations, reminders, urging

log = structlog.get_logger()
TICK_SECONDS = 30.0


async def keep_calendar(runtime: Runtime) -> None:
    """Each year brings the next one's days, and an import is put in force; nothing happens when nothing changed."""
    day = None
    async for now in runtime.ticks(TICK_SECONDS):
        if day != local_date(now):
            await publish_calendar(runtime)
            day = local_date(now)
        await put_in_force(runtime)


async def keep_deadlines(runtime: Runtime) -> None:
    """Who missed one."""
    async for _ in runtime.ticks(TICK_SECONDS, judging=True):
        await tell_all_missed(runtime)


async def keep_urging(runtime: Runtime) -> None:
    """Notices to propose, windows that end, matters for the Chairman."""
    async for _ in runtime.ticks(TICK_SECONDS, judging=True):
        await urge(runtime)


async def keep_obligations(runtime: Runtime) -> None:
    """Quarters that begin and end."""
    async for _ in runtime.ticks(TICK_SECONDS, judging=True):
        await settle_obligations(runtime)


async def keep_reminders(runtime: Runtime) -> None:
    """Reports on paper."""
    async for _ in runtime.ticks(TICK_SECONDS):
        await remind(runtime)


async def publish_calendar(runtime: Runtime) -> int:
    """The official days and what was imported over them, put in force; the version."""
    async with runtime.unattended() as session:
        await calendars.publish_official(session, now=db.work(session).now)
        return await calendars.put_in_force(session)


async def put_in_force(runtime: Runtime) -> int:
    """What was published last; its version."""
    async with runtime.unattended() as session:
        return await calendars.put_in_force(session)


async def tell_all_missed(runtime: Runtime) -> int:
    """How many."""
    return await _in_batches(runtime, "deadlines_missed", clocks.tell_missed)


async def urge(runtime: Runtime) -> int:
    """How many assignments this day brings something for."""
    return await _in_batches(runtime, "urging_advanced", urging.advance)


async def settle_obligations(runtime: Runtime) -> int:
    """How many were opened or missed."""
    return await _in_batches(runtime, "obligations_settled", obligations.keep)


async def remind(runtime: Runtime) -> int:
    """How many periods have ended."""
    async with runtime.unattended() as session:
        return await reminders.tell_secret_reports(session, now=db.work(session).now)


async def _in_batches(runtime: Runtime, name: str, job: Callable[..., Awaitable[int]]) -> int:
    """A transaction for each batch until nothing is left."""
    done = 0
    while True:
        async with runtime.unattended() as session:
            count = await job(session, now=db.work(session).now)
        if not count:
            return done
        done += count
        log.info(name, count=count)
