"""python -m services.audit verify"""

import asyncio
import json
from typing import Any

import typer

from kit import db
from kit.config import Settings
from services.audit import gaps, service

# The report names so many gaps; how many there are it says too.
LISTED = 100


def verify() -> None:
    """Recompute the whole log, look for events that never came; one JSON line, and exit status 1 when anything is wrong."""
    report = asyncio.run(_verify(Settings()))
    typer.echo(json.dumps(report))
    if not report["intact"] or report["gap_count"]:
        raise typer.Exit(1)


async def _verify(settings: Settings) -> dict[str, Any]:
    async with db.command(settings, "audit") as session:
        verdict = await service.verify(session)
        # Of the same moment.
        found = await gaps.find(session, db.work(session).now)
    listed = [gap._asdict() | {"aggregate_id": str(gap.aggregate_id)} for gap in found[:LISTED]]
    return verdict.as_dict() | {"gap_count": len(found), "gaps": listed}
