"""Use cases: an assignment's clock, clocks that ran out, a new calendar."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.assignment.v1.assignment_pb2 import Assignment
from ykcd.deadline.v1.deadline_pb2 import Calendar
from ykcd.deadline.v1.event_pb2 import CalendarPublished, DeadlineMissed, DeadlineSet
from ykcd.event.v1.envelope_pb2 import Envelope

from kit import copies
from kit.clock import local_date
from kit.copies import working_calendar
from kit.events import emit
from services.deadline import queries
from services.deadline.convert import deadline_to_proto
from services.deadline.model import CalendarRelease, Deadline
from services.deadline.official_days import official_calendar

# The one calendar's id as an aggregate.
CALENDAR_ID = UUID("5b1f0c52-6d0e-5d3c-9a57-0d6a1c7a2016")
MISSED_JOB = "missed"
# One transaction's worth.
BATCH = 200


async def follow(session: AsyncSession, told: Assignment) -> None:
    """Starts, stops or restarts the assignment's clock, by a snapshot of any version."""
    await queries.hold_calendar(session, alone=False)
    clock = await queries.clock_of(session, UUID(told.id))
    if clock is not None:
        clock.apply(told)
        return
    clock = Deadline.start(told, await working_calendar(session))
    if clock is None:
        return
    session.add(clock)
    await session.flush()
    await emit(session, clock.assignment_id, clock.version, DeadlineSet(deadline=deadline_to_proto(clock)))


async def tell_missed(session: AsyncSession, *, now: datetime) -> int:
    """Tells of up to BATCH clocks that ran out before today in Huế (D10). How many; 0 also when another replica is at it."""
    mark = await queries.watermark(session, MISSED_JOB)
    if mark is None:
        return 0
    clocks = await queries.overdue_clocks(session, today=local_date(now), limit=BATCH)
    for clock in clocks:
        clock.miss(now)
        await emit(session, clock.assignment_id, clock.version, DeadlineMissed(deadline=deadline_to_proto(clock)))
    mark.last_processed = max(mark.last_processed, now)
    return len(clocks)


async def publish_calendar(session: AsyncSession, *, now: datetime) -> int:
    """Publishes the official days from 2016 to the end of next year, unless they are in force already. The version in force."""
    return await publish(session, official_calendar(local_date(now).year + 1), now=now)


async def publish(session: AsyncSession, calendar: Calendar, *, now: datetime) -> int:
    """A new full version, and the open clocks that it moves; nothing when the days are the same."""
    await queries.hold_calendar(session, alone=True)
    latest = await queries.latest_release(session)
    if latest is not None and _same_days(Calendar.FromString(latest.calendar), calendar):
        return latest.version
    calendar.version = latest.version + 1 if latest else 1
    session.add(CalendarRelease(version=calendar.version, calendar=calendar.SerializeToString(deterministic=True), create_time=now))
    published = CalendarPublished(calendar=calendar)
    await copies.on_calendar_published(session, published, Envelope())
    await emit(session, CALENDAR_ID, calendar.version, published)
    await _move_clocks(session, local_date(now))
    return calendar.version


def _same_days(one: Calendar, other: Calendar) -> bool:
    """Where the days come from may change without a new version: a new release of the package isn't one of the calendar."""
    return list(one.days) == list(other.days) and list(one.provisional_years) == list(other.provisional_years)


async def _move_clocks(session: AsyncSession, today: date) -> None:
    calendar = await working_calendar(session)
    for clock in await queries.open_clocks(session):
        if clock.recompute(calendar, today):
            await emit(session, clock.assignment_id, clock.version, DeadlineSet(deadline=deadline_to_proto(clock)))
