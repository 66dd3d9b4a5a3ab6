"""Đ6.1.g, D15: timeliness as comparisons of dates in SQL, computed on reading and never stored.

`source` is the present assignments, or what was known of them at a time (history.as_of).
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, case, false, func, true
from ykcd.assignment.v1.assignment_pb2 import Execution, Timeliness

from kit.law import article
from kit.workdays import ONE_DAY, REPORT_WORKING_DAYS, WorkingCalendar
from services.reporting.model import Assignment

SOON_WORKING_DAYS = 5
Source = type[Assignment]


@dataclass(frozen=True)
class Today:
    """The dates that decide, worked out once a request from the working calendar."""

    day: date
    # The earliest due date whose working days for the report aren't over: from here to yesterday, "chờ cập nhật".
    awaiting_from: date
    soon_until: date

    @classmethod
    @article("Đ7.2.c.1", "D15")
    def of(cls, day: date, calendar: WorkingCalendar) -> "Today":
        """On `day`."""
        earliest = day
        while calendar.add(earliest - ONE_DAY, REPORT_WORKING_DAYS) >= day:
            earliest -= ONE_DAY
        return cls(day, earliest, calendar.add(day, SOON_WORKING_DAYS))


def counted(source: Source = Assignment) -> ColumnElement[bool]:
    """What was forwarded, cancelled or succeeded has no execution: it is read, and counts nowhere."""
    return source.execution != Execution.EXECUTION_UNSPECIFIED


def done(today: Today, source: Source = Assignment) -> ColumnElement[bool]:
    """By that day: what was completed later was open on it. (At present nothing was, and that has an index.)"""
    if source is Assignment:
        return source.execution == Execution.EXECUTION_DONE
    return (source.execution == Execution.EXECUTION_DONE) & func.coalesce(source.completed_on <= today.day, true())


def still_open(today: Today, source: Source = Assignment) -> ColumnElement[bool]:
    """Counted and not done."""
    under_way = source.execution.in_((Execution.EXECUTION_NOT_STARTED, Execution.EXECUTION_IN_PROGRESS))
    if source is Assignment:
        return under_way
    return under_way | ((source.execution == Execution.EXECUTION_DONE) & (source.completed_on > today.day))


@article("Đ6.1.g", "D5", "D15")
def conditions(today: Today, source: Source = Assignment) -> dict[int, ColumnElement[bool]]:
    """When an assignment has each value. They exclude each other and leave none out."""
    due, completed = source.effective_due_date, source.completed_on
    finished, unfinished = done(today, source), still_open(today, source)
    # A unit that has said after its due date that it isn't done owes no more word: it is overdue.
    told = func.coalesce(source.last_report_on > due, false())
    return {
        Timeliness.TIMELINESS_UNSPECIFIED: due.is_(None) | ~counted(source),
        Timeliness.TIMELINESS_DONE_ON_TIME: finished & (completed <= due),
        Timeliness.TIMELINESS_DONE_LATE: finished & due.is_not(None) & (completed.is_(None) | (completed > due)),
        Timeliness.TIMELINESS_IN_TIME: unfinished & (due >= today.day),
        Timeliness.TIMELINESS_AWAITING_UPDATE: unfinished & (due < today.day) & (due >= today.awaiting_from) & ~told,
        Timeliness.TIMELINESS_OVERDUE: unfinished & (due < today.day) & ((due < today.awaiting_from) | told),
    }


def timeliness(today: Today, source: Source = Assignment) -> ColumnElement[int]:
    """The value itself, as a column."""
    return case(*((condition, value) for value, condition in conditions(today, source).items()))


def due_soon(today: Today, source: Source = Assignment) -> ColumnElement[bool]:
    """Open, and due within the next working days."""
    return still_open(today, source) & source.effective_due_date.between(today.day, today.soon_until)
