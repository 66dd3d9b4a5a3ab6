"""Copies of what other services own: each service answers from its own database."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.deadline.v1.deadline_pb2 import DayKind
from ykcd.deadline.v1.event_pb2 import CalendarPublished
from ykcd.directive.v1.event_pb2 import AbsenceChanged, MembershipChanged
from ykcd.event.v1.envelope_pb2 import Envelope

from kit.dates import to_date
from kit.errors import unavailable
from kit.tables import absence, calendar_day, calendar_version, member
from kit.workdays import WorkingCalendar

_CALENDAR_ROW = 1


async def on_membership_changed(session: AsyncSession, event: MembershipChanged, envelope: Envelope) -> None:
    """Keeps the highest version of each membership."""
    told = event.member
    values = {
        "id": UUID(told.id),
        "person_id": UUID(told.person_id),
        "issuer": event.issuer,
        "subject": event.subject,
        "name": told.name,
        "email": told.email,
        "kind": told.kind,
        "unit_id": UUID(told.unit_id),
        "roles": list(told.roles),
        "active": event.active,
        "version": envelope.aggregate_version,
    }
    statement = upsert(member).values(values)
    await session.execute(
        statement.on_conflict_do_update(index_elements=["id"], set_=values, where=member.c.version < envelope.aggregate_version)
    )


async def on_absence_changed(session: AsyncSession, event: AbsenceChanged, _envelope: Envelope) -> None:
    """Keeps the highest version of each absence: who may act for whom (kit.identity), and who is told beside whom."""
    told = event.absence
    values = {
        "id": UUID(told.id),
        "version": told.version,
        "unit_id": UUID(told.unit_id),
        "person_id": UUID(told.person_id),
        "person_name": told.person_name,
        "deputy_id": UUID(told.deputy_id),
        "deputy_name": told.deputy_name,
        "first_day": to_date(told.first_day, "first_day"),
        "last_day": to_date(told.last_day, "last_day"),
        "reason": told.reason,
        "cancelled": told.cancelled,
    }
    statement = upsert(absence).values(values)
    await session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values, where=absence.c.version < told.version))


async def on_calendar_published(session: AsyncSession, event: CalendarPublished, _envelope: Envelope) -> None:
    """Keeps the highest version of the working calendar."""
    current = await session.scalar(select(calendar_version.c.version).with_for_update())
    if current is not None and current >= event.calendar.version:
        return
    await session.execute(delete(calendar_version))
    await session.execute(delete(calendar_day))
    await session.execute(insert(calendar_version).values(id=_CALENDAR_ROW, version=event.calendar.version))
    days = [{"day": to_date(day.date, "date"), "kind": day.kind, "name": day.name} for day in event.calendar.days]
    if days:
        await session.execute(insert(calendar_day), days)


async def working_calendar(session: AsyncSession) -> WorkingCalendar:
    """The calendar in force, as this service knows it; before it is told of one, plain Monday to Friday."""
    version = await session.scalar(select(calendar_version.c.version))
    rows = (await session.execute(select(calendar_day.c.day, calendar_day.c.kind))).all()
    return make_calendar(((row.day, row.kind) for row in rows), version or 0)


async def calendar_for_verdicts(session: AsyncSession) -> WorkingCalendar:
    """As working_calendar, for what is written once and stays: Unavailable before this service is told of a calendar."""
    calendar = await working_calendar(session)
    if not calendar.version:
        raise unavailable("calendar")
    return calendar


def make_calendar(days: Iterable[tuple[date, int]], version: int) -> WorkingCalendar:
    """From (day, DayKind) pairs."""
    off: set[date] = set()
    worked: set[date] = set()
    for day, kind in days:
        (worked if kind == DayKind.DAY_KIND_SWAP_WORK else off).add(day)
    return WorkingCalendar(frozenset(off), frozenset(worked), version)
