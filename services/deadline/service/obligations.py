"""What tasks without a deadline owe, quarter by quarter (Đ7.2.c, D17)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from google.protobuf.message import Message
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.deadline.v1 import event_pb2

from kit import db
from kit.clock import local_date
from kit.copies import working_calendar
from kit.events import emit
from kit.law import article
from kit.workdays import WorkingCalendar
from services.deadline.convert import obligation_to_proto
from services.deadline.model import AssignmentCopy, Obligation, obligation
from services.deadline.model.assignment_copy import ANSWERING
from services.deadline.model.base import NEVER
from services.deadline.model.obligation import Part
from services.deadline.model.periods import Quarter, first_quarter
from services.deadline.queries import obligations as queries
from services.deadline.queries.obligations import PartKey
from services.deadline.service import jobs

OBLIGATIONS_JOB = "obligations"
EVENTS: dict[int, type[Message]] = {
    obligation.OPEN: event_pb2.ObligationOpened,
    obligation.FULFILLED: event_pb2.ObligationFulfilled,
    obligation.MISSED: event_pb2.ObligationMissed,
    obligation.ENDED: event_pb2.ObligationEnded,
}


async def follow(session: AsyncSession, copy: AssignmentCopy, *, since: date, calendar: WorkingCalendar) -> None:
    """After a snapshot of one of the part's assignments, which may be heard of late: opens the quarters from that of `since`, the day of
    what it tells, to the present one; judges all anew.
    """
    if copy.role not in ANSWERING:
        return
    today = local_date(db.work(session).now)
    opening = Quarter.of(since).until(Quarter.of(today))
    await _settle(session, (copy.task_id, copy.unit_id, copy.role), opening, calendar=calendar, today=today)


@article("Đ7.2.c.2", "D17")
async def keep(session: AsyncSession, *, now: datetime) -> int:
    """Opens the quarters that have begun since this was last done, and tells of those that ended without an update, batch by batch.

    How many changed; 0 also when another replica is at it.
    """
    mark = await jobs.begin(session, OBLIGATIONS_JOB)
    if mark is None:
        return 0
    today = local_date(now)
    current = Quarter.of(today)
    since = Quarter.of(local_date(mark.last_processed)) if mark.last_processed > NEVER else current
    wanted: dict[PartKey, list[Quarter]] = defaultdict(list)
    for quarter in since.until(current):
        for row in await queries.parts_without(session, quarter, limit=jobs.BATCH):
            wanted[row.task_id, row.unit_id, row.role].append(quarter)
    for row in await queries.parts_past(session, today, limit=jobs.BATCH):
        wanted.setdefault((row.task_id, row.unit_id, row.role), [])
    calendar = await working_calendar(session)
    changed = sum([await _settle(session, key, opening, calendar=calendar, today=today) for key, opening in wanted.items()])
    if not changed:
        mark.last_processed = max(mark.last_processed, now)
    return changed


async def _settle(session: AsyncSession, key: PartKey, opening: Iterable[Quarter], *, calendar: WorkingCalendar, today: date) -> int:
    await queries.hold_part(session, key)
    part = Part(await queries.part_of(session, key))
    its = list(await queries.obligations_of(session, key))
    if part.owing:
        first = first_quarter(part.assigned_on, calendar)
        known = {Quarter(each.year, each.quarter) for each in its}
        new = [Obligation.open(part, quarter) for quarter in opening if quarter >= first and quarter not in known]
        session.add_all(new)
        its += new
    changed = [each for each in its if each.judge(part, today)]
    await session.flush()
    for each in changed:
        await emit(session, each.id, each.version, EVENTS[each.state](obligation=obligation_to_proto(each)))
    return len(changed)
