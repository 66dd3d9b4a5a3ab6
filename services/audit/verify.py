"""python -m services.audit verify"""

import asyncio
import json

import typer

from kit import db
from kit.config import Settings
from services.audit import service


def verify() -> None:
    """Recompute the whole log; one JSON line, and exit status 1 when it doesn't hold."""
    verdict = asyncio.run(_verify(Settings()))
    typer.echo(json.dumps(verdict.as_dict()))
    if not verdict.intact:
        raise typer.Exit(1)


async def _verify(settings: Settings) -> service.Verdict:
    engine = db.create_engine(settings, "audit", "worker")
    try:
        async with db.transaction(engine) as session:
            return await service.verify(session)
    finally:
        await engine.dispose()
