"""Đ6.1.g: two independent axes, computed from facts and never stored as one list; and what a task's parts make of the task."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.directive.v1.directive_pb2 import AssignmentRole

from kit.law import article
from kit.workdays import REPORT_WORKING_DAYS, WorkingCalendar

LEAD = AssignmentRole.ASSIGNMENT_ROLE_LEAD
COORDINATING = AssignmentRole.ASSIGNMENT_ROLE_COORDINATING

# A return that is asked for hasn't begun, as far as the Office knows; its clock runs on (Đ7.2.d).
_EXECUTION = {
    pb.ASSIGNMENT_STATE_SENT: pb.EXECUTION_NOT_STARTED,
    pb.ASSIGNMENT_STATE_ACCEPTED: pb.EXECUTION_NOT_STARTED,
    pb.ASSIGNMENT_STATE_RETURN_REQUESTED: pb.EXECUTION_NOT_STARTED,
    pb.ASSIGNMENT_STATE_IN_PROGRESS: pb.EXECUTION_IN_PROGRESS,
    pb.ASSIGNMENT_STATE_REPORTED: pb.EXECUTION_DONE,
    pb.ASSIGNMENT_STATE_VERIFIED: pb.EXECUTION_DONE,
    # Another unit has it, or nobody.
    pb.ASSIGNMENT_STATE_FORWARDED: pb.EXECUTION_UNSPECIFIED,
    pb.ASSIGNMENT_STATE_CANCELLED: pb.EXECUTION_UNSPECIFIED,
    pb.ASSIGNMENT_STATE_SUCCEEDED: pb.EXECUTION_UNSPECIFIED,
}

# The leads' worst decides for the task; what is still open weighs more than what is done.
_WORST_FIRST = (
    pb.TIMELINESS_OVERDUE,
    pb.TIMELINESS_AWAITING_UPDATE,
    pb.TIMELINESS_IN_TIME,
    pb.TIMELINESS_DONE_LATE,
    pb.TIMELINESS_DONE_ON_TIME,
)


@dataclass(frozen=True)
class Verdict:
    """What the calendar says of one assignment on one day."""

    effective_due: date | None
    timeliness: int
    working_days_late: int
    # Đ7.2.c; None where nothing is reported or nothing was due.
    late_update: bool | None


@article("Đ6.1.g")
def execution(state: int) -> int:
    """The first axis."""
    return _EXECUTION[state]


@article("D6", "D7")
def effective_due(due: date | None, calendar: WorkingCalendar, *, exact: bool) -> date | None:
    """D6, D7; a task without a deadline has none."""
    return None if due is None else calendar.effective(due, exact=exact)


@article("Đ6.1.g", "D5", "D15")
def timeliness(due: date | None, calendar: WorkingCalendar, *, today: date, completed_on: date | None, last_report_on: date | None) -> int:
    """The second axis, against the effective due date. D5: by the day of completion, whenever it was reported."""
    if due is None:
        return pb.TIMELINESS_UNSPECIFIED
    if completed_on is not None:
        return pb.TIMELINESS_DONE_ON_TIME if completed_on <= due else pb.TIMELINESS_DONE_LATE
    if today <= due:
        return pb.TIMELINESS_IN_TIME
    told = last_report_on is not None and last_report_on > due
    if not told and today <= calendar.add(due, REPORT_WORKING_DAYS):
        return pb.TIMELINESS_AWAITING_UPDATE
    return pb.TIMELINESS_OVERDUE


def working_days_late(due: date | None, calendar: WorkingCalendar, *, today: date, completed_on: date | None) -> int:
    """Of the completion, or of today while there is none; 0 when in time."""
    return 0 if due is None else max(0, calendar.between(due, completed_on or today))


@article("Đ7.2.c.1")
def is_late_update(completed_on: date, reported_on: date, calendar: WorkingCalendar) -> bool:
    """Đ7.2.c: reported after the third working day from completion."""
    return reported_on > calendar.add(completed_on, REPORT_WORKING_DAYS)


class Part(Protocol):
    """What a task's roll-up needs to know of each assignment."""

    unit_id: UUID
    role: int
    state: int


@article("Đ3.4")
def counting(parts: Iterable[Part], role: int) -> list[Part]:
    """The parts of this role that somebody has."""
    return [part for part in parts if part.role == role and execution(part.state) != pb.EXECUTION_UNSPECIFIED]


@article("Đ3.4")
def task_state(parts: Iterable[Part]) -> int:
    """Completed when every lead, in every phase, is verified; coordinators don't hold it back. Cancelled when no lead is left."""
    led = [part for part in parts if part.role == LEAD]
    leads = counting(led, LEAD)
    if led and not leads:
        return pb.TASK_STATE_CANCELLED
    done = bool(leads) and all(part.state == pb.ASSIGNMENT_STATE_VERIFIED for part in leads)
    return pb.TASK_STATE_COMPLETED if done else pb.TASK_STATE_ACTIVE


def task_timeliness(leads: Iterable[int]) -> int:
    """From the leads' timeliness."""
    found = set(leads)
    return next((value for value in _WORST_FIRST if value in found), pb.TIMELINESS_UNSPECIFIED)


@article("Đ3.4")
def silent_coordinators(parts: Iterable[Part]) -> list[UUID]:
    """Of a completed task: "phối hợp – chưa cập nhật"."""
    parts = list(parts)
    if task_state(parts) != pb.TASK_STATE_COMPLETED:
        return []
    silent = [part.unit_id for part in counting(parts, COORDINATING) if execution(part.state) != pb.EXECUTION_DONE]
    return list(dict.fromkeys(silent))
