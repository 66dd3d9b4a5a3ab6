"""Use cases: searching, counting, what waits for whom."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.reporting.v1 import reporting_pb2

from kit.clock import local_date
from kit.copies import working_calendar
from kit.identity import UNIT_ROLES, Actor
from services.reporting import queries, worklist
from services.reporting.model import READER_ROLES
from services.reporting.timeliness import Today

# Five looks in 300 ms.
PAUSES = (0.02, 0.04, 0.08, 0.16)
_SUMS = {
    "total": ("done", "doing", "not_started"),
    "done": ("done_on_time", "done_late"),
    "doing": ("doing_in_time", "doing_overdue"),
    "not_started": ("not_started_in_time", "not_started_overdue"),
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


async def counts(
    session: AsyncSession, *, now: datetime, issue_from: date | None, issue_to: date | None
) -> tuple[Sequence[Row[Any]], Row[Any]]:
    """Each unit's counts and the province's. `session` is the worker's: see queries.counts."""
    *units, province = await queries.counts(session, today=await today(session, now), issue_from=issue_from, issue_to=issue_to)
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
