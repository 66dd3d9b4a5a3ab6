"""Annex V (regulation §5): what each of its columns counts. The summary counts by it, and the lists behind its figures are found by it."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, func, or_, select
from ykcd.assignment.v1.assignment_pb2 import AssignmentState, Execution, Timeliness
from ykcd.deadline.v1.urging_pb2 import ObligationState
from ykcd.directive.v1.directive_pb2 import AssignmentRole
from ykcd.reporting.v1.reporting_pb2 import SummaryColumn

from kit.law import article
from services.reporting.model import Assignment
from services.reporting.timeliness import COUNTED, DONE, Today, conditions

# What Annex V counts once: a task's one unit in one role, whatever its phases (Đ3.4).
PART = (Assignment.task_id, Assignment.unit_id, Assignment.role)


@article("Đ3.4", "D15", "§6.14")
def parts(today: Today, *conditions_: ColumnElement[bool]) -> Select[Any]:
    """One row a part: its phases are done when all are, late when one was, overdue when one is. Gone ones count nowhere."""
    when = conditions(today)
    # Annex V knows no "chờ cập nhật": past its date and not done is overdue.
    overdue = or_(when[Timeliness.TIMELINESS_OVERDUE], when[Timeliness.TIMELINESS_AWAITING_UPDATE])
    any_phase = {
        "dated": Assignment.effective_due_date.is_not(None),
        "begun": Assignment.execution != Execution.EXECUTION_NOT_STARTED,
        "late": when[Timeliness.TIMELINESS_DONE_LATE],
        "overdue": overdue,
        "returned": Assignment.state == AssignmentState.ASSIGNMENT_STATE_RETURN_REQUESTED,
        "late_update": Assignment.late_update.is_(True),
        "escalated": Assignment.escalations > 0,
        "missed": Assignment.obligation_state == ObligationState.OBLIGATION_STATE_MISSED,
        "fulfilled": Assignment.obligation_state == ObligationState.OBLIGATION_STATE_FULFILLED,
    }
    return (
        select(
            *PART,
            func.bool_and(DONE).label("done"),
            *(func.coalesce(func.bool_or(condition), False).label(name) for name, condition in any_phase.items()),
            func.sum(Assignment.urging_notices).label("urging_notices"),
        )
        .where(COUNTED, *conditions_)
        .group_by(*PART)
    )


@article("D15", "§6.12")
def columns(part: FromClause) -> dict[int, ColumnElement[bool]]:
    """Which of parts() each column counts. Coordinators are in a block of their own, never in the total."""
    c = part.c
    lead = c.role == AssignmentRole.ASSIGNMENT_ROLE_LEAD
    total, undated = and_(lead, c.dated), and_(lead, ~c.dated)
    done, doing, not_started = and_(total, c.done), and_(total, ~c.done, c.begun), and_(total, ~c.done, ~c.begun)
    owing = and_(undated, ~c.done)
    return {
        SummaryColumn.SUMMARY_COLUMN_TOTAL: total,
        SummaryColumn.SUMMARY_COLUMN_DONE: done,
        SummaryColumn.SUMMARY_COLUMN_DONE_ON_TIME: and_(done, ~c.late),
        SummaryColumn.SUMMARY_COLUMN_DONE_LATE: and_(done, c.late),
        SummaryColumn.SUMMARY_COLUMN_DOING: doing,
        SummaryColumn.SUMMARY_COLUMN_DOING_IN_TIME: and_(doing, ~c.overdue),
        SummaryColumn.SUMMARY_COLUMN_DOING_OVERDUE: and_(doing, c.overdue),
        SummaryColumn.SUMMARY_COLUMN_NOT_STARTED: not_started,
        SummaryColumn.SUMMARY_COLUMN_NOT_STARTED_IN_TIME: and_(not_started, ~c.overdue),
        SummaryColumn.SUMMARY_COLUMN_NOT_STARTED_OVERDUE: and_(not_started, c.overdue),
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


def field(column: int) -> str:
    """The column's field in UnitCounts."""
    return SummaryColumn.Name(column).removeprefix("SUMMARY_COLUMN_").lower()
