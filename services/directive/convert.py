"""Between the protos and the model."""

from typing import Any
from uuid import UUID

from ykcd.directive.v1 import directive_pb2, registry_pb2

from kit import dates
from kit.clock import start_of_day
from kit.dates import from_date, from_time
from kit.text import nfc
from services.directive.model import Directive, Field, PlannedAssignment, Task, TaskContent, Unit, UnitPart, last_day


def optional_uuid(text: str) -> UUID | None:
    """Empty means none."""
    return UUID(text) if text else None


def facts_from_proto(entered: directive_pb2.DirectiveInput) -> dict[str, Any]:
    """The columns of Directive that a person enters."""
    issue_date = dates.to_date(entered.issue_date, "directive.issue_date")
    return {
        "number": nfc(entered.number),
        "symbol": nfc(entered.symbol).upper().replace(" ", ""),
        "issue_year": issue_date.year,
        "document_type": entered.document_type,
        "abstract": nfc(entered.abstract),
        "issue_date": issue_date,
        "issue_time": dates.to_time(entered.issue_time) if entered.HasField("issue_time") else start_of_day(issue_date),
        "signer": nfc(entered.signer),
        "signer_position": nfc(entered.signer_position),
        "issuing_authority": entered.issuing_authority,
        "submitting_unit": nfc(entered.submitting_unit),
        "urgency": entered.urgency,
        "regime": entered.regime or directive_pb2.REGIME_PROVINCIAL,
    }


def task_from_proto(entered: directive_pb2.TaskInput, path: str) -> TaskContent:
    """`path` names the task in error messages."""
    chosen = entered.task_class
    default = last_day(dates.optional_date(entered, "due_date", f"{path}.due_date"), exclusive=entered.due_exclusive)
    return TaskContent(
        content=entered.content.strip(),
        has_deadline=chosen.has_deadline if chosen.HasField("has_deadline") else None,
        must_report=chosen.must_report if chosen.HasField("must_report") else None,
        deadline_kind=entered.deadline_kind,
        deliverable=nfc(entered.deliverable),
        field_id=optional_uuid(entered.field_id),
        paper_report_required=entered.paper_report_required,
        parts=[_part_from_proto(part, default, f"{path}.assignments[{index}]") for index, part in enumerate(entered.assignments)],
    )


def _part_from_proto(entered: directive_pb2.PlannedAssignmentInput, default: tuple[Any, bool], path: str) -> UnitPart:
    own = last_day(dates.optional_date(entered, "due_date", f"{path}.due_date"), exclusive=entered.due_exclusive)
    due_date, due_exact = own if own[0] else default
    return UnitPart(UUID(entered.unit_id), entered.role, due_date, due_exact, optional_uuid(entered.specialist_id))


def directive_to_proto(directive: Directive) -> directive_pb2.Directive:
    """With the tasks that were loaded, which are those that the reader may see."""
    return directive_pb2.Directive(
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
    )


def _task_to_proto(task: Task) -> directive_pb2.Task:
    return directive_pb2.Task(
        id=str(task.id),
        ordinal=task.ordinal,
        content=task.content,
        task_class=directive_pb2.TaskClass(has_deadline=task.has_deadline, must_report=task.must_report),
        deadline_kind=task.deadline_kind,
        deliverable=task.deliverable,
        field_id=str(task.field_id or ""),
        specialist_id=str(task.specialist_id or ""),
        paper_report_required=task.paper_report_required,
        assignments=[_part_to_proto(part) for part in task.parts],
    )


def _part_to_proto(part: PlannedAssignment) -> directive_pb2.PlannedAssignment:
    return directive_pb2.PlannedAssignment(
        id=str(part.id),
        unit_id=str(part.unit_id),
        role=part.role,
        due_date=from_date(part.due_date),
        due_exact=part.due_exact,
        specialist_id=str(part.specialist_id or ""),
    )


def unit_to_proto(unit: Unit) -> registry_pb2.Unit:
    """One unit."""
    return registry_pb2.Unit(
        id=str(unit.id),
        code=unit.code,
        name=unit.name,
        kind=unit.kind,
        abbreviations=unit.abbreviations,
        valid_from=from_date(unit.valid_from),
        valid_to=from_date(unit.valid_to),
        version=unit.version,
    )


def field_to_proto(field: Field) -> registry_pb2.Field:
    """One field of work."""
    return registry_pb2.Field(id=str(field.id), code=field.code, name=field.name)


def member_to_proto(row: Any) -> registry_pb2.Member:
    """From a row of `member`."""
    return registry_pb2.Member(
        id=str(row.id),
        person_id=str(row.person_id),
        name=row.name,
        email=row.email,
        kind=row.kind,
        unit_id=str(row.unit_id),
        roles=row.roles,
    )
