"""Puts the working calendar in force."""

import asyncio

import typer
from ykcd.event.v1.envelope_pb2 import ActorRef

from kit import db
from kit.clock import system_clock
from kit.config import Settings
from services.deadline import service


def seed_calendar() -> None:
    """Publish the official days, from 2016 to the end of next year, where they differ from those in force."""
    typer.echo(f"calendar version {asyncio.run(_seed(Settings()))}")


async def _seed(settings: Settings) -> int:
    engine = db.create_engine(settings, "deadline", "worker")
    try:
        async with db.transaction(engine) as session:
            db.begin_work(session, "deadline", system_clock(), ActorRef())
            return await service.publish_calendar(session, now=system_clock())
    finally:
        await engine.dispose()
