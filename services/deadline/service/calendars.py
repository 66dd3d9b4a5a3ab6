"""A new calendar, and the open clocks that it moves (regulation §3)."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.deadline.v1.deadline_pb2 import Calendar, DayChange, ImportCalendarRequest, MovedDeadline
from ykcd.deadline.v1.event_pb2 import CalendarPublished, DeadlineSet, DeadlinesMoved
from ykcd.event.v1.envelope_pb2 import Envelope

from kit import copies, db
from kit.clock import local_date
from kit.copies import make_calendar, working_calendar
from kit.dates import to_date
from kit.errors import stale_version
from kit.events import emit
from kit.identity import Actor
from kit.law import article
from kit.workdays import WorkingCalendar
from services.deadline.convert import deadline_to_proto, moved_to_proto
from services.deadline.model import CalendarRelease, Deadline
from services.deadline.model.calendar import overlaid, require_sound, same_days, unchanged
from services.deadline.official_days import official_calendar
from services.deadline.queries import calendars, clocks
from services.deadline.service import urging

# The one calendar's id as an aggregate.
CALENDAR_ID = UUID("5b1f0c52-6d0e-5d3c-9a57-0d6a1c7a2016")
# A digest stays well below an event's 512 KB.
DIGEST = 2000


async def publish_official(session: AsyncSession, *, now: datetime) -> int:
    """Publishes the official days from 2016 to the end of next year, what was imported over them, unless they are in force already.

    The version in force.
    """
    await calendars.hold_calendar(session, alone=True)
    latest = await calendars.latest_release(session)
    calendar = overlaid(official_calendar(local_date(now).year + 1), await calendars.imports(session))
    if latest is not None and same_days(latest.days, calendar):
        return latest.version
    return (await _release(session, calendar, latest, now=now)).version


@article("Đ8.1.d")
async def import_calendar(session: AsyncSession, actor: Actor, *, asked: ImportCalendarRequest, now: datetime) -> Calendar:
    """Đ8.1.d: by the administrator. The scheduler puts it in force at its next tick."""
    actor.require("administrator")
    require_sound(asked.days)
    await calendars.hold_calendar(session, alone=True)
    latest = await calendars.latest_release(session)
    if latest is None or latest.version != asked.expected_version:
        raise stale_version(latest.version if latest else 0)
    calendar = overlaid(latest.days, [asked])
    if same_days(latest.days, calendar):
        raise unchanged()
    calendar.source = asked.source.strip()
    release = await _release(
        session, calendar, latest, now=now, imported=asked.SerializeToString(deterministic=True), author_name=actor.name
    )
    return release.days


async def _release(
    session: AsyncSession,
    calendar: Calendar,
    latest: CalendarRelease | None,
    *,
    now: datetime,
    imported: bytes | None = None,
    author_name: str = "",
) -> CalendarRelease:
    calendar.version = latest.version + 1 if latest else 1
    written = calendar.SerializeToString(deterministic=True)
    release = CalendarRelease(version=calendar.version, calendar=written, create_time=now, imported=imported, author_name=author_name)
    session.add(release)
    await session.flush()
    await emit(session, CALENDAR_ID, calendar.version, CalendarPublished(calendar=calendar))
    return release


async def preview(session: AsyncSession, actor: Actor, days: Sequence[DayChange]) -> tuple[int, list[MovedDeadline]]:
    """The version that it starts from, and every open due date that these days would move. Nothing is changed."""
    actor.require("administrator")
    require_sound(days)
    latest = await calendars.latest_release(session)
    base = latest.days if latest else Calendar()
    calendar = _working(overlaid(base, [ImportCalendarRequest(days=days)]))
    found = [(clock, clock.effective_due_date, _effective(clock, calendar)) for clock in await clocks.movable(session, actor)]
    return base.version, [moved_to_proto(*move) for move in found if move[1] != move[2]]


def _working(calendar: Calendar) -> WorkingCalendar:
    return make_calendar(((to_date(day.date, "date"), day.kind) for day in calendar.days), calendar.version)


def _effective(clock: Deadline, calendar: WorkingCalendar) -> date:
    return calendar.effective(clock.due_date, exact=clock.due_exact)


async def put_in_force(session: AsyncSession) -> int:
    """Measures by the calendar last published, if that isn't done yet: moves the open clocks and tells each unit once. Its version.

    By the worker: whoever publishes may change no clock.
    """
    if not await calendars.is_in_force(session):
        await calendars.hold_calendar(session, alone=True)
    release = await calendars.latest_release(session)
    # Asked again: another replica may have done it while we waited.
    if release is None or await calendars.is_in_force(session):
        return release.version if release else 0
    await copies.on_calendar_published(session, CalendarPublished(calendar=release.days), Envelope())
    moved = await _move_clocks(session)
    for unit_id, its in moved.items():
        digest = DeadlinesMoved(unit_id=str(unit_id), calendar_version=release.version, source=release.days.source, moved=its[:DIGEST])
        await emit(session, db.new_id(), 1, digest)
    return release.version


async def _move_clocks(session: AsyncSession) -> dict[UUID, list[MovedDeadline]]:
    calendar, now = await working_calendar(session), db.work(session).now
    moved: dict[UUID, list[MovedDeadline]] = defaultdict(list)
    for clock in await clocks.open_clocks(session):
        before = clock.effective_due_date
        if not clock.recompute(calendar, local_date(now)):
            continue
        await emit(session, clock.assignment_id, clock.version, DeadlineSet(deadline=deadline_to_proto(clock)))
        if clock.effective_due_date != before:
            moved[clock.unit_id].append(moved_to_proto(clock, before, clock.effective_due_date))
            # What was overdue may no longer be.
            await urging.settle(session, clock, calendar=calendar)
    return moved
