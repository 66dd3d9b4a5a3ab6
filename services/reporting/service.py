"""Use cases: searching, counting, what waits for whom."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.reporting.v1 import reporting_pb2

from kit.clock import ZONE, local_date
from kit.copies import working_calendar
from kit.errors import InvalidArgument
from kit.identity import UNIT_ROLES, Actor
from kit.law import article
from services.reporting import annex, filters, history, queries, worklist
from services.reporting.model import READER_ROLES
from services.reporting.queries import Scope
from services.reporting.timeliness import Today

# Five looks in 300 ms.
PAUSES = (0.02, 0.04, 0.08, 0.16)
_SUMS = {
    "total": ("done", "doing", "not_started"),
    "done": ("done_on_time", "done_late"),
    "doing": ("doing_in_time", "doing_overdue"),
    "not_started": ("not_started_in_time", "not_started_overdue"),
    "open_in_time": ("doing_in_time", "not_started_in_time"),
    "open_overdue": ("doing_overdue", "not_started_overdue"),
    "without_deadline": ("without_deadline_done", "obligations_fulfilled", "obligations_missed", "obligations_open"),
}


def require_reader(actor: Actor) -> None:
    """Whoever has to do with tasks; the operator and the administrator have not (regulation §4)."""
    actor.require(*READER_ROLES, *UNIT_ROLES)


async def today(session: AsyncSession, now: datetime) -> Today:
    """By the calendar in force."""
    return Today.of(local_date(now), await working_calendar(session))


async def caught_up(session: AsyncSession, awaited: Iterable[reporting_pb2.ReadAfter]) -> bool:
    """Waits up to 300 ms until the caller's own writes are projected.

    A foreign or unknown aggregate looks like one that is still to come.
    """
    wanted = {UUID(item.aggregate_id): item.version for item in awaited}
    if not wanted:
        return True
    for pause in (*PAUSES, None):
        known = await queries.versions(session, wanted)
        if all(known.get(id, -1) >= version for id, version in wanted.items()):
            return True
        if pause is not None:
            await asyncio.sleep(pause)
    return False


@article("Đ9.2", "Đ9.4")
async def known(
    session: AsyncSession, *, now: datetime, as_of: datetime | None = None, first: date | None = None, last: date | None = None
) -> Scope:
    """What was known at `as_of` (None: now) of the period from `first` to `last`; without any of them the present. Reckoned by the period's
    last day, or by as_of's where it is earlier. `session` is the worker's.

    InvalidArgument: AS_OF_IN_FUTURE, AS_OF_BEFORE_DATA (as_of_time), PERIOD_REVERSED, PERIOD_IN_FUTURE (period_first).
    """
    if as_of is None and first is None and last is None:
        return Scope(await today(session, now))
    time = await _told_by(session, as_of, now) if as_of else now
    _require_begun(first, last, local_date(time))
    day = min(last or local_date(time), local_date(time))
    source = history.as_of(time, first, last)
    reckoned = Today.of(day, await queries.calendar_as_of(session, time))
    return Scope(reckoned, source, history.units_as_of(time), (annex.in_period(source, first, last or day),))


async def _told_by(session: AsyncSession, as_of: datetime, now: datetime) -> datetime:
    if as_of > now:
        raise InvalidArgument.field("as_of_time", "AS_OF_IN_FUTURE", "Thời điểm chốt số liệu không được sau thời điểm hiện tại.")
    begin = await queries.data_begin(session)
    if begin is None or as_of < begin:
        since = f" Số liệu có từ {begin.astimezone(ZONE):%H:%M ngày %d/%m/%Y}." if begin else ""
        raise InvalidArgument.field("as_of_time", "AS_OF_BEFORE_DATA", f"Hệ thống chưa có số liệu tại thời điểm này.{since}")
    return as_of


def _require_begun(first: date | None, last: date | None, day: date) -> None:
    if first and last and first > last:
        raise InvalidArgument.field("period_first", "PERIOD_REVERSED", "Ngày đầu kỳ không được sau ngày cuối kỳ.")
    if first and first > day:
        raise InvalidArgument.field("period_first", "PERIOD_IN_FUTURE", "Kỳ báo cáo chưa bắt đầu tại thời điểm chốt số liệu.")


async def counts(
    session: AsyncSession, scope: Scope, *, issue_from: date | None = None, issue_to: date | None = None
) -> tuple[Sequence[Row[Any]], Row[Any]]:
    """Each unit's counts and the province's, of documents issued in these days. `session` is the worker's: see queries.counts."""
    issued = filters.issued(issue_from, issue_to, scope.source)
    *units, province = await queries.counts(session, scope, *issued, months=(issue_from, issue_to))
    for row in (*units, province):
        check_sums(row._mapping)
    return units, province


def check_sums(row: Any) -> None:
    """A table whose columns don't add up is a defect, and isn't shown to anybody."""
    for whole, parts in _SUMS.items():
        if row[whole] != sum(row[part] for part in parts):
            raise RuntimeError(f"{whole} isn't the sum of {', '.join(parts)}")


async def waiting_for(
    session: AsyncSession, actor: Actor, *, now: datetime, rows_per_section: int
) -> list[tuple[worklist.Heading, int, Sequence[Row[Any]]]]:
    """Each heading with its count and its first rows: two statements a heading, whatever it holds."""
    day = await today(session, now)
    found = []
    for section, filter in worklist.headings(actor):
        rows = await queries.assignments(session, actor, filter=filter, today=day, limit=rows_per_section)
        total = await queries.count(session, actor, filter=filter, today=day)
        found.append(((section, filter), total, rows))
    return found
