"""Between the protos and the model."""

from datetime import date

from ykcd.deadline.v1 import deadline_pb2

from kit.dates import from_date, from_time
from kit.workdays import WorkingCalendar
from services.deadline.model import Deadline


def deadline_to_proto(clock: Deadline) -> deadline_pb2.Deadline:
    """The whole clock."""
    return deadline_pb2.Deadline(
        assignment_id=str(clock.assignment_id),
        version=clock.version,
        due_date=from_date(clock.due_date),
        due_exact=clock.due_exact,
        effective_due_date=from_date(clock.effective_due_date),
        report_due_date=from_date(clock.report_due_date),
        running=clock.running,
        miss_time=from_time(clock.miss_time),
        unit_id=str(clock.unit_id),
    )


def preview(due_date: date, *, due_exact: bool, calendar: WorkingCalendar, today: date) -> deadline_pb2.DueDatePreview:
    """What a due date means when seen `today`."""
    effective = calendar.effective(due_date, exact=due_exact)
    return deadline_pb2.DueDatePreview(
        due_date=from_date(due_date),
        effective_due_date=from_date(effective),
        working_days_left=calendar.between(today, effective),
        days_left=(effective - today).days,
    )
