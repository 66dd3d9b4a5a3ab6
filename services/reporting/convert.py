"""From the owners' events to rows, from rows to protos."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from ykcd.assignment.v1 import assignment_pb2
from ykcd.assignment.v1.assignment_pb2 import EXTENSION_STATE_REQUESTED, AssignmentState, Execution
from ykcd.directive.v1 import directive_pb2, registry_pb2
from ykcd.event.v1.envelope_pb2 import Envelope
from ykcd.reporting.v1 import reporting_pb2

from kit.dates import from_date, from_time, optional_date, to_date, to_time
from kit.ids import optional_uuid
from kit.text import collation_key
from services.reporting import annex
from services.reporting.model import OPEN_STATES, Assignment, searchable


def task_facts(directive: directive_pb2.Directive, task: directive_pb2.Task) -> dict[str, Any]:
    """The columns of which `directive` is the owner."""
    code = f"{directive.number}/{directive.symbol}"
    issue_date = to_date(directive.issue_date, "issue_date")
    return {
        "directive_id": UUID(directive.id),
        "task_id": UUID(task.id),
        "directive_code": code,
        "directive_abstract": directive.abstract,
        "directive_issue_date": issue_date,
        "directive_state": directive.state,
        "document_type": directive.document_type,
        "regime": directive.regime,
        "issuing_authority": directive.issuing_authority,
        "content": task.content,
        "field_id": optional_uuid(task.field_id),
        "has_deadline": task.task_class.has_deadline,
        "must_report": task.task_class.must_report,
        "search_text": _search_text(code, issue_date.year, directive.abstract, task.content),
    }


def planned_rows(task: directive_pb2.Task, envelope: Envelope) -> Iterator[dict[str, Any]]:
    """The assignments that a published task makes, as they stand before `assignment` has told of them; without its facts."""
    for part in task.assignments:
        if not part.withdrawn:
            yield {**_planned_part(part), "task_id": UUID(task.id), "update_time": to_time(envelope.time)}


def _planned_part(part: directive_pb2.PlannedAssignment) -> dict[str, Any]:
    due_date = optional_date(part, "due_date")
    return {
        "id": UUID(part.id),
        "unit_id": UUID(part.unit_id),
        "role": part.role,
        "state": AssignmentState.ASSIGNMENT_STATE_SENT,
        "execution": Execution.EXECUTION_NOT_STARTED,
        "specialist_id": optional_uuid(part.specialist_id),
        "due_date": due_date,
        # D6, D7: else it follows from the calendar.
        "effective_due_date": due_date if part.due_exact else None,
        "due_exact": part.due_exact,
        "completed_on": None,
        "last_report_on": None,
        "late_update": None,
        "delegates": [],
        "phase": part.phase,
        "phase_name": part.phase_name,
        "original_due_date": due_date,
        "deadline_cycle": 1,
        "extension_pending": False,
        "report_to_review": False,
        "forwarded_from_id": None,
    }


def assignment_state(told: assignment_pb2.Assignment, envelope: Envelope) -> dict[str, Any]:
    """The columns of which `assignment` is the owner."""
    due_date = optional_date(told, "due_date")
    delegation = told.delegation
    return {
        "id": UUID(told.id),
        "task_id": UUID(told.task_id),
        "unit_id": UUID(told.unit_id),
        "role": told.role,
        "state": told.state,
        "execution": told.execution,
        "specialist_id": optional_uuid(told.specialist_id),
        "due_date": due_date,
        "effective_due_date": optional_date(told, "effective_due_date") or due_date,
        "due_exact": False,
        "completed_on": optional_date(told, "completed_on"),
        "last_report_on": optional_date(told, "last_report_on"),
        "late_update": told.late_update if told.HasField("late_update") else None,
        "delegates": [UUID(id) for id in (delegation.leader_id, *delegation.officer_ids) if id],
        "phase": told.phase,
        "phase_name": told.phase_name,
        "original_due_date": optional_date(told, "original_due_date") or due_date,
        "deadline_cycle": told.deadline_cycle or 1,
        "extension_pending": told.state in OPEN_STATES and any(asked.state == EXTENSION_STATE_REQUESTED for asked in told.extensions),
        "report_to_review": told.state in OPEN_STATES and any(_to_review(report) for report in told.reports),
        "forwarded_from_id": optional_uuid(told.forwarded_from_id),
        "update_time": to_time(told.update_time if told.HasField("update_time") else envelope.time),
    }


def _to_review(report: assignment_pb2.Report) -> bool:
    """Đ8.1.a; a result waits to be verified instead."""
    return report.state == assignment_pb2.REPORT_STATE_SUBMITTED and report.kind != assignment_pb2.REPORT_KIND_DONE


def assignment_facts(told: assignment_pb2.Assignment) -> dict[str, Any]:
    """The columns of which `directive` is the owner, as `assignment` repeats them: enough until an event of the document comes."""
    return {
        "directive_id": UUID(told.directive_id),
        "task_id": UUID(told.task_id),
        "directive_code": told.directive_code,
        "directive_abstract": told.directive_abstract,
        "directive_issue_date": to_date(told.directive_issue_date, "directive_issue_date"),
        "directive_state": directive_pb2.DIRECTIVE_STATE_PUBLISHED,
        "document_type": directive_pb2.DOCUMENT_TYPE_UNSPECIFIED,
        "regime": told.regime,
        "issuing_authority": directive_pb2.ISSUING_AUTHORITY_UNSPECIFIED,
        "content": told.content,
        "field_id": optional_uuid(told.field_id),
        "has_deadline": told.task_class.has_deadline,
        "must_report": told.task_class.must_report,
        # Dear to work out with every event, and the document itself is told at once: until then it isn't found by words.
        "search_text": "",
    }


def _search_text(code: str, year: int, *texts: str) -> str:
    """A document is also asked for as number/year."""
    return searchable(code, f"{code.partition('/')[0]}/{year}", *texts)


def unit_row(told: registry_pb2.Unit, envelope: Envelope) -> dict[str, Any]:
    """One unit."""
    return {
        "id": UUID(told.id),
        "version": envelope.aggregate_version,
        "name": told.name,
        "sort_key": collation_key(told.name),
        "search_text": searchable(told.name, told.code, *told.abbreviations),
    }


def row_to_proto(row: Row[Any]) -> reporting_pb2.AssignmentRow:
    """From a row of queries.page: the assignment, its unit's name, its timeliness."""
    found: Assignment = row.Assignment
    return reporting_pb2.AssignmentRow(
        id=str(found.id),
        version=found.version,
        task_id=str(found.task_id),
        directive_id=str(found.directive_id),
        directive_code=found.directive_code,
        directive_abstract=found.directive_abstract,
        directive_issue_date=from_date(found.directive_issue_date),
        content=found.content,
        unit_id=str(found.unit_id),
        unit_name=row.unit_name or "",
        role=found.role,
        field_id=str(found.field_id or ""),
        specialist_id=str(found.specialist_id or ""),
        state=found.state,
        execution=found.execution,
        timeliness=row.timeliness,
        due_date=from_date(found.due_date),
        effective_due_date=from_date(found.effective_due_date),
        completed_on=from_date(found.completed_on),
        update_time=from_time(found.update_time),
        task_class=directive_pb2.TaskClass(has_deadline=found.has_deadline, must_report=found.must_report),
        phase=found.phase,
        phase_name=found.phase_name,
        regime=found.regime,
        directive_state=found.directive_state,
        original_due_date=from_date(found.original_due_date),
        deadline_cycle=found.deadline_cycle,
        extension_pending=found.extension_pending,
        forwarded_from_id=str(found.forwarded_from_id or ""),
        obstacle_open=bool(found.obstacle_states),
        report_to_review=found.report_to_review,
        cycle_notices=found.cycle_notices,
        urging_notices=found.urging_notices,
        escalated=found.escalations > 0,
        escalation_open=found.escalation_open,
        obligation_state=found.obligation_state,
        obligation_period_end=from_date(found.obligation_period_end),
        late_update=found.late_update,
    )


def rate_to_proto(rate: annex.Rate) -> reporting_pb2.Rate | None:
    """Absent where nothing was due."""
    return reporting_pb2.Rate(part=rate.part, whole=rate.whole) if rate.whole else None
