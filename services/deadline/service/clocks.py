"""An assignment's snapshot as it comes: its copy, its clock, and what follows for urging and obligations."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.assignment.v1.assignment_pb2 import Assignment
from ykcd.deadline.v1.event_pb2 import DeadlineMissed, DeadlineSet

from kit import db
from kit.clock import local_date
from kit.copies import working_calendar
from kit.events import emit
from kit.workdays import WorkingCalendar
from services.deadline.convert import deadline_to_proto
from services.deadline.model import AssignmentCopy, Deadline
from services.deadline.queries import calendars, clocks
from services.deadline.service import jobs, obligations, urging

MISSED_JOB = "missed"


async def follow(session: AsyncSession, told: Assignment) -> None:
    """Takes over a snapshot; one that is older than what is known changes nothing."""
    await calendars.hold_calendar(session, alone=False)
    copy = await clocks.copy_of(session, UUID(told.id))
    first = copy is None
    if copy is None:
        copy = AssignmentCopy.of(told)
        session.add(copy)
        await session.flush()
    elif not copy.take(told):
        return
    calendar = await working_calendar(session)
    clock = await _follow_clock(session, told, calendar)
    if clock is not None:
        await urging.settle(session, clock, calendar=calendar)
    await obligations.follow(session, copy, since=copy.assigned_on if first else copy.changed_on, calendar=calendar)


async def _follow_clock(session: AsyncSession, told: Assignment, calendar: WorkingCalendar) -> Deadline | None:
    clock = await clocks.clock_of(session, UUID(told.id))
    if clock is not None:
        tell = clock.apply(told, calendar, local_date(db.work(session).now))
    else:
        clock = Deadline.start(told, calendar)
        if clock is None:
            return None
        session.add(clock)
        tell = True
    await session.flush()
    if tell:
        await emit(session, clock.assignment_id, clock.version, DeadlineSet(deadline=deadline_to_proto(clock)))
    return clock


async def tell_missed(session: AsyncSession, *, now: datetime) -> int:
    """Tells of up to a batch of clocks that ran out before today in Huế (D10). How many; 0 also when another replica is at it."""
    mark = await jobs.begin(session, MISSED_JOB)
    if mark is None:
        return 0
    late = await clocks.overdue_clocks(session, today=local_date(now), limit=jobs.BATCH)
    for clock in late:
        clock.miss(now)
        await emit(session, clock.assignment_id, clock.version, DeadlineMissed(deadline=deadline_to_proto(clock)))
    if not late:
        mark.last_processed = max(mark.last_processed, now)
    return len(late)
