"""Calendars, open to everybody; the scheduler's watermarks."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.deadline.v1.deadline_pb2 import ImportCalendarRequest

from kit.tables import calendar_version
from services.deadline.model import CalendarRelease, ScheduleWatermark

# Any fixed number: shared by those who measure by the calendar, held alone by who changes it.
_CALENDAR_LOCK = 7_120_161_020


async def latest_release(session: AsyncSession) -> CalendarRelease | None:
    """The calendar last published; None before the first."""
    return await session.scalar(select(CalendarRelease).order_by(CalendarRelease.version.desc()).limit(1))


async def imports(session: AsyncSession) -> list[ImportCalendarRequest]:
    """All that was ever changed by hand, the earliest first."""
    changed = select(CalendarRelease).where(CalendarRelease.imported.is_not(None)).order_by(CalendarRelease.version)
    return [release.changes for release in await session.scalars(changed)]


async def releases(session: AsyncSession, *, before: int | None, limit: int) -> Sequence[CalendarRelease]:
    """Newest first. `before`: a version."""
    statement = select(CalendarRelease).order_by(CalendarRelease.version.desc()).limit(limit)
    if before is not None:
        statement = statement.where(CalendarRelease.version < before)
    return (await session.scalars(statement)).all()


async def is_in_force(session: AsyncSession) -> bool:
    """Whether the clocks are measured by the calendar last published; False before the first."""
    published = await session.scalar(select(func.max(CalendarRelease.version)))
    return published is not None and published == await session.scalar(select(calendar_version.c.version))


async def hold_calendar(session: AsyncSession, *, alone: bool) -> None:
    """Until the end of the transaction: nobody starts a clock by a calendar that is being replaced."""
    lock = func.pg_advisory_xact_lock if alone else func.pg_advisory_xact_lock_shared
    await session.execute(select(lock(_CALENDAR_LOCK)))


async def watermark(session: AsyncSession, job: str) -> ScheduleWatermark | None:
    """Locked for this transaction; None while another replica holds it."""
    return await session.get(ScheduleWatermark, job, with_for_update={"skip_locked": True})
