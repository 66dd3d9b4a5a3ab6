"""Đ6.2: what is reported on paper falls due, though nothing of it is here."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.deadline.v1.event_pb2 import SecretReportDue

from kit import db
from kit.clock import local_date
from kit.dates import from_date
from kit.events import emit
from kit.law import article
from services.deadline.model.base import NEVER
from services.deadline.model.periods import ended_periods
from services.deadline.queries import calendars

PAPER_JOB = "paper_reports"


@article("Đ6.2")
async def tell_secret_reports(session: AsyncSession, *, now: datetime) -> int:
    """Once for each period's end since this was last done, of several of a kind the last; none before the first start. How many."""
    mark = await calendars.watermark(session, PAPER_JOB)
    if mark is None:
        return 0
    since = local_date(now if mark.last_processed == NEVER else mark.last_processed)
    ended = [(period, last_day) for period, last_day in ended_periods(local_date(now)) if last_day >= since]
    for period, last_day in ended:
        await emit(session, db.new_id(), 1, SecretReportDue(period=period, period_end=from_date(last_day)))
    mark.last_processed = max(mark.last_processed, now)
    return len(ended)
