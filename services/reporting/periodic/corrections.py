"""What was back-dated since the report before."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from kit.law import article
from services.reporting import history
from services.reporting.periodic import sources
from services.reporting.periodic.known import Data, Known, Question, iso
from services.reporting.periodic.periods import Period

# What a correction compares.
COMPARED = (
    *("total", "done", "done_on_time", "done_late", "doing", "doing_in_time", "doing_overdue"),
    *("not_started", "not_started_in_time", "not_started_overdue"),
    *("without_deadline", "without_deadline_done", "late_updates"),
)


@article("Đ9.2")
async def corrections(session: AsyncSession, known: Known, question: Question) -> Data | None:
    """What was back-dated into the report before: its figures then and now, and the assignments behind the difference."""
    if question.corrects is None:
        return None
    report_id, period, then = question.corrects
    was, now = [await Known.at(session, time, period) for time in (then, question.as_of)]
    whole = was
    asked: dict[str, Any] = {"period": period, "unit_id": question.unit_id}
    rows = await sources.redated(session, was.source, now.source, was=was.today, now=now.today, **asked)
    around = await sources.parts_around(session, [row.id for row in rows])
    was, now = [replace(each, source=history.as_of(each.time, period.first, period.last, ids=around)) for each in (was, now)]
    before, after = [await _by_unit(session, each, **asked) for each in (was, now)]
    changes = {id: change for id in {*before, *after} if (change := _change(before.get(id), after.get(id)))}
    printed = await _by_unit(session, whole, **asked) if changes else {}
    return {
        "report_id": str(report_id),
        "period": {"kind": period.kind, "first_day": iso(period.first), "last_day": iso(period.last)},
        "as_of_time": then.astimezone(UTC).isoformat(timespec="microseconds"),
        "figures": [line for id in known.ordered(changes) for line in _figure_lines(known, id, changes[id], printed.get(id))],
        "rows": [_corrected(known, row) for row in rows],
    }


async def _by_unit(session: AsyncSession, known: Known, *, period: Period, unit_id: UUID | None) -> dict[UUID, Row[Any]]:
    rows, _whole = await sources.figures(session, known.source, today=known.today, period=period, unit_id=unit_id)
    return {row.unit_id: row for row in rows}


def _change(before: Row[Any] | None, after: Row[Any] | None) -> dict[str, int]:
    """By column, where it isn't 0."""
    changes = {name: getattr(after, name, 0) - getattr(before, name, 0) for name in COMPARED}
    return {name: change for name, change in changes.items() if change}


def _figure_lines(known: Known, id: UUID, changes: Mapping[str, int], printed: Row[Any] | None) -> list[Data]:
    lines = ((name, getattr(printed, name, 0), change) for name, change in changes.items())
    about = {"unit_id": str(id), "unit_name": known.name(id)}
    return [{**about, "column": name, "before": before, "after": before + change} for name, before, change in lines]


def _corrected(known: Known, row: Row[Any]) -> Data:
    return {
        "assignment_id": str(row.id),
        "unit_name": known.name(row.unit_id),
        "directive_code": row.directive_code,
        "content": row.content,
        "completed_before": iso(row.completed_before),
        "completed_after": iso(row.completed_after),
    }
