"""Every SELECT of the service. What belongs to somebody starts from visible_to(actor)."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Select, false, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.errors import not_found
from kit.identity import OFFICE_ROLES, UNIT_ROLES, Actor
from services.deadline.model import CalendarRelease, Deadline, ScheduleWatermark

# Any fixed number: shared by those who measure by the calendar, held alone by who changes it.
_CALENDAR_LOCK = 7_120_161_020


def visible_to(actor: Actor) -> Select[tuple[Deadline]]:
    """D13: the Office sees every clock, a unit its own."""
    if actor.has(*OFFICE_ROLES):
        return select(Deadline)
    return select(Deadline).where(Deadline.unit_id == actor.unit_id if actor.has(*UNIT_ROLES) else false())


async def deadline(session: AsyncSession, actor: Actor, assignment_id: UUID) -> Deadline:
    """NotFound for the missing and the foreign alike."""
    found = await session.scalar(visible_to(actor).where(Deadline.assignment_id == assignment_id))
    if found is None:
        raise not_found("Không tìm thấy thời hạn.")
    return found


async def clock_of(session: AsyncSession, assignment_id: UUID) -> Deadline | None:
    """For the platform itself, locked."""
    return await session.get(Deadline, assignment_id, with_for_update=True)


async def open_clocks(session: AsyncSession) -> Sequence[Deadline]:
    """Those that a new calendar may still move."""
    return (await session.scalars(select(Deadline).where(~Deadline.verified).order_by(Deadline.assignment_id).with_for_update())).all()


async def overdue_clocks(session: AsyncSession, *, today: date, limit: int) -> Sequence[Deadline]:
    """Running, past their effective due date, not yet told. Those that somebody changes at this moment wait for the next tick."""
    late = Deadline.running & Deadline.miss_time.is_(None) & (Deadline.effective_due_date < today)
    statement = select(Deadline).where(late).order_by(Deadline.effective_due_date, Deadline.assignment_id).limit(limit)
    return (await session.scalars(statement.with_for_update(skip_locked=True))).all()


async def latest_release(session: AsyncSession) -> CalendarRelease | None:
    """The calendar in force; None before the first."""
    return await session.scalar(select(CalendarRelease).order_by(CalendarRelease.version.desc()).limit(1))


async def hold_calendar(session: AsyncSession, *, alone: bool) -> None:
    """Until the end of the transaction: nobody starts a clock by a calendar that is being replaced."""
    lock = func.pg_advisory_xact_lock if alone else func.pg_advisory_xact_lock_shared
    await session.execute(select(lock(_CALENDAR_LOCK)))


async def watermark(session: AsyncSession, job: str) -> ScheduleWatermark | None:
    """Locked for this transaction; None while another replica holds it."""
    return await session.get(ScheduleWatermark, job, with_for_update={"skip_locked": True})
