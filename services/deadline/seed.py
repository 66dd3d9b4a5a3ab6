"""Puts the working calendar in force."""

import asyncio

import typer

from kit import db
from kit.config import Settings
from services.deadline.service import calendars


def seed_calendar() -> None:
    """Publish the official days, from 2016 to the end of next year, where they differ from those in force."""
    typer.echo(f"calendar version {asyncio.run(_seed(Settings()))}")


async def _seed(settings: Settings) -> int:
    async with db.command(settings, "deadline") as session:
        await calendars.publish_official(session, now=db.work(session).now)
        return await calendars.put_in_force(session)
