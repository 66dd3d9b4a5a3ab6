"""Between the protos and the model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.directive.v1.directive_pb2 import TaskClass

from kit.dates import from_date, from_time
from kit.identity import OFFICE_ROLES, Actor
from kit.workdays import WorkingCalendar
from services.assignment import timeliness
from services.assignment.actions import RETURN_REQUESTED
from services.assignment.model import Assignment
from services.assignment.records import Delegation, Evidence, Report, Transition
from services.assignment.timeliness import Verdict

# Below the 512 KB of an event; a row of an ordinary assignment takes 2.
SNAPSHOT_BYTES = 400 * 1024
# Below gRPC's 4 MB.
ANSWER_BYTES = 3 * 1024 * 1024


@dataclass(frozen=True)
class View:
    """How assignments look on a day, to a reader; actor None stands for an event, which tells everything and allows nothing."""

    calendar: WorkingCalendar
    today: date
    names: Mapping[UUID, str]
    actor: Actor | None = None

    def whole(self, assignment: Assignment, limit: int = ANSWER_BYTES) -> pb.Assignment:
        """With reports and history, where the reader may see them."""
        shown = self.summary(assignment)
        if self._opens(assignment):
            files = {file.id: file for file in assignment.evidence}
            shown.reports.extend(_report_to_proto(report, files) for report in assignment.reports)
            shown.history.extend(_transition_to_proto(line) for line in assignment.history)
            fit(shown, limit)
        return shown

    def summary(self, assignment: Assignment) -> pb.Assignment:
        """Without reports and history; of another unit's part also without its people."""
        verdict = assignment.verdict(self.calendar, self.today)
        shown = self._facts(assignment, verdict)
        if self._opens(assignment):
            if assignment.delegation:
                shown.delegation.CopyFrom(self._delegation(assignment.delegation))
            shown.return_reason = _return_reason(assignment)
            shown.allowed_actions.extend(assignment.allowed_actions(self.actor) if self.actor else [])
        return shown

    def _opens(self, assignment: Assignment) -> bool:
        return self.actor is None or self.actor.has(*OFFICE_ROLES) or self.actor.unit_id == assignment.unit_id

    def _facts(self, assignment: Assignment, verdict: Verdict) -> pb.Assignment:
        return pb.Assignment(
            id=str(assignment.id),
            version=assignment.version,
            state=assignment.state,
            task_id=str(assignment.task_id),
            directive_id=str(assignment.directive_id),
            unit_id=str(assignment.unit_id),
            role=assignment.role,
            content=assignment.content,
            task_class=TaskClass(has_deadline=assignment.has_deadline, must_report=assignment.must_report),
            field_id=str(assignment.field_id or ""),
            specialist_id=str(assignment.specialist_id or ""),
            directive_code=assignment.directive_code,
            directive_abstract=assignment.directive_abstract,
            directive_issue_date=from_date(assignment.directive_issue_date),
            due_date=from_date(assignment.due_date),
            due_exact=assignment.due_exact,
            effective_due_date=from_date(verdict.effective_due),
            execution=timeliness.execution(assignment.state),
            timeliness=verdict.timeliness,
            working_days_late=verdict.working_days_late,
            late_update=verdict.late_update,
            completed_on=from_date(assignment.completed_on),
            report_time=from_time(assignment.report_time),
            create_time=from_time(assignment.create_time),
            update_time=from_time(assignment.update_time),
        )

    def _delegation(self, delegation: Delegation) -> pb.Delegation:
        return pb.Delegation(
            leader_id=str(delegation.leader_id),
            leader_name=self.names.get(delegation.leader_id, ""),
            officer_ids=[str(id) for id in delegation.officer_ids],
            officer_names=[self.names.get(id, "") for id in delegation.officer_ids],
            internal_due_date=from_date(delegation.internal_due_date),
            note=delegation.note,
        )


def fit(shown: pb.Assignment, limit: int) -> None:
    """Leaves out the oldest reports, then the oldest history, until the message fits: who writes much can't block the task."""
    while shown.ByteSize() > limit and (shown.reports or shown.history):
        del (shown.reports or shown.history)[0]


def task_to_proto(task_id: UUID, parts: Sequence[Assignment], view: View) -> pb.TaskStatus:
    """A task with what follows from its parts."""
    shown = [view.whole(part, ANSWER_BYTES // len(parts)) for part in parts]
    leads = [part.timeliness for part in shown if part.role == timeliness.LEAD]
    return pb.TaskStatus(
        task_id=str(task_id),
        state=timeliness.task_state(parts),
        timeliness=timeliness.task_timeliness(leads),
        assignments=shown,
        silent_coordinator_unit_ids=[str(id) for id in timeliness.silent_coordinators(parts)],
    )


def evidence_to_proto(file: Evidence) -> pb.Evidence:
    """A file's particulars."""
    return pb.Evidence(
        id=str(file.id),
        file_name=file.file_name,
        content_type=file.content_type,
        size=file.size,
        sha256=file.sha256,
        upload_time=from_time(file.upload_time),
        uploaded_by_name=file.uploaded_by_name,
    )


def _return_reason(assignment: Assignment) -> str:
    reasons = [line.reason for line in assignment.history if line.action == pb.ACTION_REQUEST_RETURN]
    return reasons[-1] if reasons and assignment.state == RETURN_REQUESTED else ""


def _report_to_proto(report: Report, files: Mapping[UUID, Evidence]) -> pb.Report:
    shown = pb.Report(
        id=str(report.id),
        kind=report.kind,
        content=report.content,
        completed_on=from_date(report.completed_on),
        evidence=[evidence_to_proto(files[id]) for id in report.evidence_ids if id in files],
        create_time=from_time(report.create_time),
        author_id=str(report.author_id),
        author_name=report.author_name,
    )
    if report.document_number or report.document_date:
        shown.document.CopyFrom(pb.ResultDocument(number=report.document_number, issue_date=from_date(report.document_date)))
    return shown


def _transition_to_proto(line: Transition) -> pb.Transition:
    return pb.Transition(
        action=line.action,
        from_state=line.from_state,
        to_state=line.to_state,
        reason=line.reason,
        actor_id=str(line.actor_id or ""),
        actor_name=line.actor_name,
        actor_unit_id=str(line.actor_unit_id or ""),
        time=from_time(line.time),
        version=line.version,
    )
