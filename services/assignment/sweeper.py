"""Removes what cut uploads left in the file store."""

import asyncio
from datetime import timedelta

import structlog

from kit import db
from kit.runtime import Runtime
from services.assignment import files, queries

log = structlog.get_logger()
PATIENCE = timedelta(hours=1)
PAUSE_SECONDS = 600.0


async def sweep(runtime: Runtime) -> int:
    """One round; how many files it removed. Any replica may do it."""
    async with db.transaction(runtime.worker) as session:
        cut = await queries.cut_uploads(session, runtime.clock() - PATIENCE)
        for upload in cut:
            await files.remove(runtime.settings, upload.id)
            await session.delete(upload)
    if cut:
        log.info("uploads_swept", count=len(cut))
    return len(cut)


async def sweep_uploads(runtime: Runtime) -> None:
    """For ever."""
    while True:
        await sweep(runtime)
        await asyncio.sleep(PAUSE_SECONDS)
