"""Documents and their tasks."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ykcd.directive.v1 import directive_pb2 as pb

from kit import dates
from kit.clock import start_of_day
from kit.dates import from_date, from_time
from kit.errors import InvalidArgument
from kit.ids import optional_uuid
from kit.text import nfc
from services.directive.model import (
    PURGED,
    Amendment,
    ChangingDocument,
    Directive,
    DirectiveChange,
    PartChange,
    Phase,
    PlannedAssignment,
    SecretRefusal,
    Task,
    TaskChange,
    TaskContent,
    UnitPart,
    last_day,
)


def facts_from_proto(entered: pb.DirectiveInput) -> dict[str, Any]:
    """The columns of Directive that a person enters."""
    issue_date = dates.to_date(entered.issue_date, "directive.issue_date")
    return {
        "number": nfc(entered.number),
        "symbol": nfc(entered.symbol).upper().replace(" ", ""),
        "issue_year": issue_date.year,
        "document_type": entered.document_type,
        "abstract": nfc(entered.abstract),
        "issue_date": issue_date,
        "issue_time": _issue_time(entered, issue_date),
        "signer": nfc(entered.signer),
        "signer_position": nfc(entered.signer_position),
        "issuing_authority": entered.issuing_authority,
        "submitting_unit": nfc(entered.submitting_unit),
        "urgency": entered.urgency,
        "regime": entered.regime or pb.REGIME_PROVINCIAL,
    }


def _issue_time(entered: pb.DirectiveInput, issue_date: date) -> datetime:
    if not entered.HasField("issue_time"):
        return start_of_day(issue_date)
    try:
        return dates.to_time(entered.issue_time)
    except ValueError:
        raise InvalidArgument.field("directive.issue_time", "TIME_INVALID", "Thời điểm không hợp lệ.") from None


def task_from_proto(entered: pb.TaskInput, path: str) -> TaskContent:
    """`path` names the task in error messages."""
    chosen = entered.task_class
    return TaskContent(
        content=entered.content.strip(),
        has_deadline=chosen.has_deadline if chosen.HasField("has_deadline") else None,
        must_report=chosen.must_report if chosen.HasField("must_report") else None,
        deadline_kind=entered.deadline_kind,
        deliverable=nfc(entered.deliverable),
        field_id=optional_uuid(entered.field_id),
        paper_report_required=entered.paper_report_required,
        note=entered.note.strip(),
        parts=_parts_from_proto(entered.assignments, f"{path}.assignments", _last_day(entered, path)),
        phases=[_phase_from_proto(phase, f"{path}.phases[{index}]") for index, phase in enumerate(entered.phases)],
    )


def _phase_from_proto(entered: pb.PhaseInput, path: str) -> Phase:
    return Phase(nfc(entered.name), *_last_day(entered, path))


def _parts_from_proto(entered: Any, path: str, default: tuple[date | None, bool] = (None, False)) -> list[UnitPart]:
    return [_part_from_proto(part, default, f"{path}[{index}]") for index, part in enumerate(entered)]


def _part_from_proto(entered: pb.PlannedAssignmentInput, default: tuple[date | None, bool], path: str) -> UnitPart:
    own = _last_day(entered, path)
    due_date, due_exact = own if own[0] else default
    return UnitPart(UUID(entered.unit_id), entered.role, due_date, due_exact, optional_uuid(entered.specialist_id))


def _last_day(entered: Any, path: str) -> tuple[date | None, bool]:
    """Of anything with due_date and due_exclusive."""
    return last_day(dates.optional_date(entered, "due_date", f"{path}.due_date"), exclusive=entered.due_exclusive)


def amendment_from_proto(request: pb.AmendDirectiveRequest) -> Amendment:
    """What it changes."""
    return Amendment(
        reason=nfc(request.reason),
        document=changing_document_from_proto(request.document),
        tasks=[_task_change(task, f"tasks[{index}]") for index, task in enumerate(request.tasks)],
        added_tasks=[task_from_proto(task, f"added_tasks[{index}]") for index, task in enumerate(request.added_tasks)],
        abstract=nfc(request.abstract),
    )


def changing_document_from_proto(entered: pb.ChangingDocument) -> ChangingDocument:
    """By which document."""
    return ChangingDocument(nfc(entered.code), dates.to_date(entered.issue_date, "document.issue_date"), nfc(entered.signer))


def _task_change(entered: pb.TaskAmendment, path: str) -> TaskChange:
    parts = [
        PartChange(UUID(part.assignment_id), *_last_day(part, f"{path}.assignments[{place}]"), part.withdrawn)
        for place, part in enumerate(entered.assignments)
    ]
    added = _parts_from_proto(entered.added, f"{path}.added")
    return TaskChange(UUID(entered.task_id), entered.content.strip(), nfc(entered.deliverable), parts, added)


def directive_to_proto(directive: Directive) -> pb.Directive:
    """With the tasks that were loaded, which are those that the reader may see. Which assignments a change touched is told of the last one
    only, else a document that is amended often would outgrow its event."""
    if directive.state == PURGED:
        times = {"create_time": from_time(directive.create_time), "publish_time": from_time(directive.publish_time)}
        return pb.Directive(id=str(directive.id), version=directive.version, state=directive.state, **times)
    changes = [_change_to_proto(change) for change in directive.changes]
    if changes:
        shown = {part.id for task in directive.tasks for part in task.parts}
        changes[-1].assignment_ids.extend(str(id) for id in directive.changes[-1].assignment_ids if id in shown)
    return pb.Directive(
        id=str(directive.id),
        version=directive.version,
        state=directive.state,
        number=directive.number,
        symbol=directive.symbol,
        document_type=directive.document_type,
        abstract=directive.abstract,
        issue_date=from_date(directive.issue_date),
        issue_time=from_time(directive.issue_time),
        signer=directive.signer,
        signer_position=directive.signer_position,
        issuing_authority=directive.issuing_authority,
        submitting_unit=directive.submitting_unit,
        urgency=directive.urgency,
        regime=directive.regime,
        tasks=[_task_to_proto(task) for task in directive.tasks],
        entered_by=str(directive.entered_by),
        entered_by_name=directive.entered_by_name,
        create_time=from_time(directive.create_time),
        publish_time=from_time(directive.publish_time),
        entry_due_date=from_date(directive.entry_due_date),
        entry_working_days_late=directive.entry_working_days_late,
        changes=changes,
        superseded_by_id=str(directive.superseded_by_id or ""),
    )


def _change_to_proto(change: DirectiveChange) -> pb.DirectiveChange:
    return pb.DirectiveChange(
        state=change.state,
        reason=change.reason,
        document=pb.ChangingDocument(
            code=change.document_code, issue_date=from_date(change.document_issue_date), signer=change.document_signer
        ),
        actor_name=change.actor_name,
        time=from_time(change.time),
        version=change.version,
    )


def _task_to_proto(task: Task) -> pb.Task:
    return pb.Task(
        id=str(task.id),
        ordinal=task.ordinal,
        content=task.content,
        task_class=pb.TaskClass(has_deadline=task.has_deadline, must_report=task.must_report),
        deadline_kind=task.deadline_kind,
        deliverable=task.deliverable,
        field_id=str(task.field_id or ""),
        specialist_id=str(task.specialist_id or ""),
        paper_report_required=task.paper_report_required,
        note=task.note,
        assignments=[_part_to_proto(part) for part in task.parts],
    )


def _part_to_proto(part: PlannedAssignment) -> pb.PlannedAssignment:
    return pb.PlannedAssignment(
        id=str(part.id),
        unit_id=str(part.unit_id),
        role=part.role,
        due_date=from_date(part.due_date),
        due_exact=part.due_exact,
        specialist_id=str(part.specialist_id or ""),
        phase=part.phase,
        phase_name=part.phase_name,
        withdrawn=part.withdrawn,
    )


def refusal_to_proto(refusal: SecretRefusal) -> pb.SecretRefusal:
    """That, when and who."""
    return pb.SecretRefusal(
        id=str(refusal.id),
        time=from_time(refusal.time),
        sender_name=refusal.sender_name,
        sender_unit_id=str(refusal.sender_unit_id or ""),
        directive_id=str(refusal.directive_id or ""),
        backup_end_time=from_time(refusal.backup_end_time),
    )
