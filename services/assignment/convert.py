"""Between the protos and the model."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from google.type.date_pb2 import Date
from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.directive.v1.directive_pb2 import TaskClass
from ykcd.directive.v1.registry_pb2 import Successor

from kit.clock import local_date
from kit.dates import from_date, from_time, optional_date
from kit.identity import OFFICE_ROLES, UNIT_ROLES, Actor
from kit.ids import optional_uuid
from kit.law import article
from kit.workdays import WorkingCalendar
from services.assignment import timeliness
from services.assignment.actions import RETURN_REQUESTED
from services.assignment.model import Assignment
from services.assignment.model.succession import Successors, successor
from services.assignment.records import Delegation, Evidence, Extension, Plan, Report, Transition
from services.assignment.timeliness import Verdict

# Below the 512 KB of an event; a row of an ordinary assignment takes 2.
SNAPSHOT_BYTES = 400 * 1024
# Below gRPC's 4 MB.
ANSWER_BYTES = 3 * 1024 * 1024


@dataclass(frozen=True)
class View:
    """How assignments look on a day, to a reader; actor None stands for an event, which tells everything but drafts and allows nothing."""

    calendar: WorkingCalendar
    today: date
    names: Mapping[UUID, str]
    actor: Actor | None = None

    def whole(self, assignment: Assignment, limit: int = ANSWER_BYTES) -> pb.Assignment:
        """With reports, plan, extensions and history, where the reader may see them."""
        shown = self.summary(assignment)
        if self._opens(assignment) or self._inherits(assignment):
            files = {file.id: file for file in assignment.evidence}
            told = [report for report in assignment.reports if self._drafts(assignment) or report.state != pb.REPORT_STATE_DRAFT]
            shown.reports.extend(_report_to_proto(report, files) for report in told)
        if self._opens(assignment):
            shown.extensions.extend(_extension_to_proto(extension) for extension in assignment.extensions)
            shown.plan.extend(self._plan(assignment.plan))
            if assignment.paper_report_date:
                paper = pb.ResultDocument(number=assignment.paper_report_number, issue_date=from_date(assignment.paper_report_date))
                shown.paper_report.CopyFrom(paper)
            shown.history.extend(_transition_to_proto(line) for line in assignment.history)
        fit(shown, limit)
        return shown

    def summary(self, assignment: Assignment) -> pb.Assignment:
        """Without these; of another unit's part also without its people."""
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

    @article("D12")
    def _inherits(self, assignment: Assignment) -> bool:
        """D12: the unit goes on with what a dissolved one began."""
        return self.actor is not None and self.actor.has(*UNIT_ROLES) and self.actor.unit_id == assignment.successor_unit_id

    def _drafts(self, assignment: Assignment) -> bool:
        """What the unit is still writing is the unit's alone."""
        return self.actor is not None and self.actor.has(*UNIT_ROLES) and self.actor.unit_id == assignment.unit_id

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
            phase=assignment.phase,
            phase_name=assignment.phase_name,
            original_due_date=from_date(assignment.original_due_date),
            deadline_cycle=assignment.deadline_cycle,
            forwarded_from_id=str(assignment.forwarded_from_id or ""),
            forwarded_to_id=str(assignment.forwarded_to_id or ""),
            paper_report_required=assignment.paper_report_required,
            aggregating_unit_id=str(assignment.aggregating_unit_id or ""),
            aggregator_confirmed=assignment.aggregator_confirmed,
            regime=assignment.regime,
            deadline_kind=assignment.deadline_kind,
            deliverable=assignment.deliverable,
            note=assignment.note,
            last_report_on=from_date(local_date(assignment.last_report_time) if assignment.last_report_time else None),
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

    def _plan(self, plan: Plan | None) -> Iterator[pb.PlanStep]:
        for step in plan.steps if plan else []:
            person, days = step["person_id"], {name: _day(step[name]) for name in ("due_date", "done_on")}
            name = self.names.get(UUID(person), "") if person else ""
            yield pb.PlanStep(content=step["content"], person_id=person or "", person_name=name, **days)


def _day(text: str | None) -> Date | None:
    return from_date(date.fromisoformat(text)) if text else None


def fit(shown: pb.Assignment, limit: int) -> None:
    """Leaves out the oldest reports, then the oldest history and so on, until it fits: who writes much can't block the task."""
    while shown.ByteSize() > limit and (long := shown.reports or shown.history or shown.extensions or shown.plan):
        del long[0]


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


def successors_of(successors: Iterable[Successor]) -> Successors:
    """As the rule takes them; of two that take the same, the last."""
    return {optional_uuid(item.field_id): UUID(item.unit_id) for item in successors}


def succession_to_proto(rows: Iterable[Any], successors: Successors, shown: Sequence[pb.Assignment]) -> pb.PreviewSuccessionResponse:
    """What would go where; rows are (field_id, count)."""
    counts: Counter[UUID | None] = Counter()
    uncovered = []
    for row in rows:
        heir = successor(successors, row.field_id)
        counts[heir] += row.count
        if heir is None and row.field_id:
            uncovered.append(str(row.field_id))
    taken = [pb.SuccessionCount(unit_id=str(heir), count=count) for heir, count in counts.items() if heir]
    return pb.PreviewSuccessionResponse(counts=taken, uncovered_field_ids=uncovered, assignments=shown)


def plan_step(step: pb.PlanStep, path: str) -> dict[str, Any]:
    """A step as Plan keeps it."""
    days = {name: optional_date(step, name, f"{path}.{name}") for name in ("due_date", "done_on")}
    told = {name: day.isoformat() if day else None for name, day in days.items()}
    return {"content": step.content.strip(), "person_id": step.person_id or None, **told}


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
        state=report.state,
        review_reason=report.review_reason,
        reviewer_name=report.reviewer_name,
        review_time=from_time(report.review_time),
    )
    if report.document_number or report.document_date:
        shown.document.CopyFrom(pb.ResultDocument(number=report.document_number, issue_date=from_date(report.document_date)))
    return shown


def _extension_to_proto(extension: Extension) -> pb.Extension:
    return pb.Extension(
        id=str(extension.id),
        state=extension.state,
        previous_due_date=from_date(extension.previous_due_date),
        new_due_date=from_date(extension.new_due_date),
        reason=extension.reason,
        late=extension.late,
        requested_by_name=extension.requested_by_name,
        request_time=from_time(extension.request_time),
        decision=_decision(extension),
        decision_reason=extension.decision_reason,
        decide_time=from_time(extension.decide_time),
    )


def _decision(of: Extension | Transition) -> pb.Decision | None:
    return pb.Decision(number=of.decision_number, signer=of.decision_signer) if of.decision_number else None


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
        on_behalf_of_name=line.on_behalf_of_name,
        decision=_decision(line),
        deciding_directive_id=str(line.deciding_directive_id or ""),
        changes=[pb.Change(**change) for change in line.changes],
    )
