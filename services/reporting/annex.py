"""Annex V (regulation §5): what each of its columns counts. The summary counts by it, and the lists behind its figures are found by it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Subquery, and_, func, inspect, or_, select, true, tuple_
from sqlalchemy.orm import aliased
from ykcd.assignment.v1.assignment_pb2 import AssignmentState, Execution, Timeliness
from ykcd.deadline.v1.urging_pb2 import ObligationState
from ykcd.directive.v1.directive_pb2 import AssignmentRole
from ykcd.reporting.v1.reporting_pb2 import SummaryColumn

from kit.law import article
from services.reporting.model import Assignment
from services.reporting.timeliness import Source, Today, conditions, counted, done

# Which way of counting this is; kept beside whatever was counted by it.
FORMULA = "1"


def key(source: Source = Assignment) -> tuple[Any, ...]:
    """What Annex V counts once: a task's one unit in one role, whatever its phases (Đ3.4)."""
    return (source.task_id, source.unit_id, source.role)


@article("Đ3.4", "D15", "§6.14")
def parts(today: Today, *conditions_: ColumnElement[bool], source: Source = Assignment) -> Select[Any]:
    """One row a part: its phases are done when all are, late when one was, overdue when one is. Gone ones count nowhere."""
    when = conditions(today, source)
    finished = done(today, source)
    # Annex V knows no "chờ cập nhật": past its date and not done is overdue.
    overdue = or_(when[Timeliness.TIMELINESS_OVERDUE], when[Timeliness.TIMELINESS_AWAITING_UPDATE])
    any_phase = {
        "dated": source.effective_due_date.is_not(None),
        "begun": source.execution != Execution.EXECUTION_NOT_STARTED,
        "late": when[Timeliness.TIMELINESS_DONE_LATE],
        "overdue": overdue,
        "returned": source.state == AssignmentState.ASSIGNMENT_STATE_RETURN_REQUESTED,
        "late_update": source.late_update.is_(True) & func.coalesce(source.completed_on <= today.day, true()),
        "escalated": source.escalations > 0,
        "missed": source.obligation_state == ObligationState.OBLIGATION_STATE_MISSED,
        "fulfilled": source.obligation_state == ObligationState.OBLIGATION_STATE_FULFILLED,
    }
    return (
        select(
            *key(source),
            func.bool_and(finished).label("done"),
            *(func.coalesce(func.bool_or(condition), False).label(name) for name, condition in any_phase.items()),
            func.sum(source.urging_notices).label("urging_notices"),
            func.min(source.effective_due_date).filter(overdue).label("overdue_since"),
            func.max(source.completed_on).label("done_on"),
            func.min(source.directive_issue_date).label("issued_on"),
        )
        .where(counted(source), *conditions_)
        .group_by(*key(source))
    )


@article("Đ9.2", "Đ10.1")
def in_period(source: Source, first: date | None, last: date) -> ColumnElement[bool]:
    """For parts(): of documents issued until `last` (what was issued before `first` is carried over), and not done before `first`, a phased
    part in all its phases (None: whenever). What was completed after `last` is open: give parts() a day not after it.
    """
    issued = source.directive_issue_date <= last
    if first is None:
        return issued
    same = again(source)
    # In this form each side of the OR has an index, and what was done years ago isn't read.
    going = select(*key(same)).where(same.phase > 0, counted(same), _not_done_before(first, same))
    return issued & or_(_not_done_before(first, source), (source.phase > 0) & tuple_(*key(source)).in_(going))


def _not_done_before(first: date, source: Source) -> ColumnElement[bool]:
    """Only what is done has a day of completion."""
    return source.completed_on.is_(None) | (source.completed_on >= first)


def again(source: Source) -> Source:
    """The same rows once more, to be compared with."""
    rows = inspect(source).selectable
    return aliased(Assignment, rows.element.subquery(), adapt_on_names=True) if isinstance(rows, Subquery) else aliased(Assignment)


@article("D15", "§6.12")
def columns(part: FromClause) -> dict[int, ColumnElement[bool]]:
    """Which of parts() each column counts. Coordinators are in a block of their own, never in the total."""
    c = part.c
    lead = c.role == AssignmentRole.ASSIGNMENT_ROLE_LEAD
    total, undated = and_(lead, c.dated), and_(lead, ~c.dated)
    finished, doing, not_started = and_(total, c.done), and_(total, ~c.done, c.begun), and_(total, ~c.done, ~c.begun)
    owing = and_(undated, ~c.done)
    return {
        SummaryColumn.SUMMARY_COLUMN_TOTAL: total,
        SummaryColumn.SUMMARY_COLUMN_DONE: finished,
        SummaryColumn.SUMMARY_COLUMN_DONE_ON_TIME: and_(finished, ~c.late),
        SummaryColumn.SUMMARY_COLUMN_DONE_LATE: and_(finished, c.late),
        SummaryColumn.SUMMARY_COLUMN_DOING: doing,
        SummaryColumn.SUMMARY_COLUMN_DOING_IN_TIME: and_(doing, ~c.overdue),
        SummaryColumn.SUMMARY_COLUMN_DOING_OVERDUE: and_(doing, c.overdue),
        SummaryColumn.SUMMARY_COLUMN_NOT_STARTED: not_started,
        SummaryColumn.SUMMARY_COLUMN_NOT_STARTED_IN_TIME: and_(not_started, ~c.overdue),
        SummaryColumn.SUMMARY_COLUMN_NOT_STARTED_OVERDUE: and_(not_started, c.overdue),
        SummaryColumn.SUMMARY_COLUMN_OPEN_IN_TIME: and_(total, ~c.done, ~c.overdue),
        SummaryColumn.SUMMARY_COLUMN_OPEN_OVERDUE: and_(total, ~c.done, c.overdue),
        SummaryColumn.SUMMARY_COLUMN_WITHOUT_DEADLINE: undated,
        SummaryColumn.SUMMARY_COLUMN_WITHOUT_DEADLINE_DONE: and_(undated, c.done),
        SummaryColumn.SUMMARY_COLUMN_OBLIGATIONS_FULFILLED: and_(owing, c.fulfilled, ~c.missed),
        SummaryColumn.SUMMARY_COLUMN_OBLIGATIONS_MISSED: and_(owing, c.missed),
        SummaryColumn.SUMMARY_COLUMN_OBLIGATIONS_OPEN: and_(owing, ~c.fulfilled, ~c.missed),
        SummaryColumn.SUMMARY_COLUMN_ESCALATED: c.escalated,
        SummaryColumn.SUMMARY_COLUMN_LATE_UPDATES: and_(total, c.late_update),
        SummaryColumn.SUMMARY_COLUMN_RETURN_REQUESTED: and_(total, c.returned),
        SummaryColumn.SUMMARY_COLUMN_COORDINATING: ~lead,
    }


def overdue_for(part: FromClause, today: Today, days_from: int, days_to: int) -> Iterator[ColumnElement[bool]]:
    """Of parts(): overdue for so many calendar days, by the phase that is so longest. 0: no bound."""
    if days_from:
        yield part.c.overdue_since <= today.day - timedelta(days=days_from)
    if days_to:
        yield part.c.overdue_since >= today.day - timedelta(days=days_to)


def field(column: int) -> str:
    """The column's field in UnitCounts."""
    return SummaryColumn.Name(column).removeprefix("SUMMARY_COLUMN_").lower()


@dataclass(frozen=True)
class Rate:
    """part of whole; whole 0: nothing was due, and there is no rate."""

    part: int
    whole: int

    def __str__(self) -> str:
        """As printed: two decimals, a half upwards; "–" where nothing was due."""
        if not self.whole:
            return "–"
        hundredths = (20000 * self.part + self.whole) // (2 * self.whole)
        return f"{hundredths // 100},{hundredths % 100:02} %"


@article("Đ9.2", "Đ12.2", "§6.25", "§6.26")
def rates(row: Mapping[str, Any]) -> tuple[Rate, Rate]:
    """(14) completion and (15) on time, of what was done or overdue."""
    whole = row["done"] + row["doing_overdue"] + row["not_started_overdue"]
    return Rate(row["done"], whole), Rate(row["done_on_time"], whole)


@article("Đ12.2", "§6.27")
def ranks(rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Each row's place by completion, then by what was on time: equal ones share it and the next is skipped. 0: nothing was due."""
    return places([tuple(Fraction(rate.part, rate.whole) for rate in rates(row) if rate.whole) for row in rows])


@article("§6.27")
def places(marks: Sequence[tuple[Any, ...]]) -> list[int]:
    """Each mark's place, the highest first, as ranks() shares them; 0: there is none."""
    return [1 + sum(other > mark for other in marks) if mark else 0 for mark in marks]
