"""Đ6.1.g, D15: timeliness as comparisons of dates in SQL, computed on reading and never stored."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, case, false, func
from ykcd.assignment.v1.assignment_pb2 import Execution, Timeliness

from kit.law import article
from kit.workdays import ONE_DAY, REPORT_WORKING_DAYS, WorkingCalendar
from services.reporting.model import Assignment

SOON_WORKING_DAYS = 5


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


DONE = Assignment.execution == Execution.EXECUTION_DONE
OPEN = Assignment.execution.in_((Execution.EXECUTION_NOT_STARTED, Execution.EXECUTION_IN_PROGRESS))
# What was forwarded, cancelled or succeeded has no execution: it is read, and counts nowhere.
COUNTED = Assignment.execution != Execution.EXECUTION_UNSPECIFIED


@article("Đ6.1.g", "D5", "D15")
def conditions(today: Today) -> dict[int, ColumnElement[bool]]:
    """When an assignment has each value. They exclude each other and leave none out."""
    due, completed = Assignment.effective_due_date, Assignment.completed_on
    # A unit that has said after its due date that it isn't done owes no more word: it is overdue.
    told = func.coalesce(Assignment.last_report_on > due, false())
    return {
        Timeliness.TIMELINESS_UNSPECIFIED: due.is_(None) | ~COUNTED,
        Timeliness.TIMELINESS_DONE_ON_TIME: DONE & (completed <= due),
        Timeliness.TIMELINESS_DONE_LATE: DONE & due.is_not(None) & (completed.is_(None) | (completed > due)),
        Timeliness.TIMELINESS_IN_TIME: OPEN & (due >= today.day),
        Timeliness.TIMELINESS_AWAITING_UPDATE: OPEN & (due < today.day) & (due >= today.awaiting_from) & ~told,
        Timeliness.TIMELINESS_OVERDUE: OPEN & (due < today.day) & ((due < today.awaiting_from) | told),
    }


def timeliness(today: Today) -> ColumnElement[int]:
    """The value itself, as a column."""
    return case(*((condition, value) for value, condition in conditions(today).items()))


def due_soon(today: Today) -> ColumnElement[bool]:
    """Open, and due within the next working days."""
    return OPEN & Assignment.effective_due_date.between(today.day, today.soon_until)
