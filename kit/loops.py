"""Loops that run for ever beside a server."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from kit import db, telemetry

log = structlog.get_logger()
RESTART_SECONDS = 1.0


async def forever(name: str, run: Callable[[], Awaitable[None]]) -> None:
    """Starts `run` anew whenever it ends; a failure costs a second, never the process."""
    while True:
        try:
            await run()
        except Exception as error:  # a loop must outlive whatever it meets
            telemetry.LOOP_FAILURES.labels(name).inc()
            if db.is_disconnect(error):
                log.warning("loop_waits_for_database", loop=name)
            else:
                log.error("loop_failed", loop=name, exc_info=error)
            await asyncio.sleep(RESTART_SECONDS)
