"""On the first working day after a period's end the units' reports fall due and the Office's are composed; whatever day that tick comes."""

from datetime import UTC, date, datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from kit import db
from kit.clock import local_date
from kit.copies import working_calendar
from kit.law import article
from kit.runtime import Runtime
from kit.workdays import WorkingCalendar
from services.reporting.periodic import queries, service, sources
from services.reporting.periodic.model import VI, V
from services.reporting.periodic.periods import Period, ended_within
from services.reporting.queries import data_begin

log = structlog.get_logger()
TICK_SECONDS = 30.0
JOB = "periodic_reports"
# No working day may be farther than this from a period's end (Tết).
LOOK_BACK = timedelta(days=30)
# As the migration made the watermark.
NEVER = datetime(2016, 10, 31, 17, tzinfo=UTC)


async def keep_reports(runtime: Runtime) -> None:
    """For ever."""
    async for _ in runtime.ticks(TICK_SECONDS):
        await open_due(runtime)


@article("Đ9.2", "Đ10.1")
async def open_due(runtime: Runtime) -> int:
    """What has fallen due since this was last done; nothing of before the first start. How many periods; 0 also when another replica is
    at it."""
    async with runtime.unattended() as session:
        now = db.work(session).now
        mark = await queries.watermark(session, JOB)
        if mark is None:
            return 0
        since = mark.last_processed if mark.last_processed > NEVER else now
        periods = due_between(local_date(since), local_date(now), await working_calendar(session))
        for period in periods:
            await _open(runtime, session, period, now=now)
        mark.last_processed = max(mark.last_processed, now)
    return len(periods)


async def _open(runtime: Runtime, session: AsyncSession, period: Period, *, now: datetime) -> None:
    units = [unit for unit in await sources.units(session, now, period) if unit.owes]
    due = await service.due_date(session, runtime, period)
    opened = await service.open_for(session, units, actor=None, period=period, due=due, now=now)
    if await data_begin(session):
        for form in (V, VI):
            await service.open_for_office(runtime, session, form=form, period=period, now=now)
    log.info("reports_opened", period=period.name, units=len(opened))


@article("Đ9.2", "Đ10.1")
def due_between(since: date, today: date, calendar: WorkingCalendar) -> list[Period]:
    """The periods whose first working day after their end is after `since` and not after `today`."""
    ended = ended_within(since - LOOK_BACK, today)
    return [period for period in ended if since < calendar.add(period.last, 1) <= today]
