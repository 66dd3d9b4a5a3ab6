"""What the unit tells and hands in, and the Office's verdict on it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from ykcd.assignment.v1 import assignment_pb2 as pb

from kit import db
from kit.clock import local_date
from kit.errors import FailedPrecondition, InvalidArgument, Violation
from kit.identity import Actor
from kit.law import article
from kit.workdays import WorkingCalendar
from services.assignment.actions import IN_PROGRESS, RETURN_REQUESTED, wrong_state
from services.assignment.model import returns
from services.assignment.model.given import completion_problems, decided, document_problems, given
from services.assignment.records import Decision, Evidence, Report

if TYPE_CHECKING:
    from services.assignment.model.assignment import Assignment

# Đ7.2.c: what a task without a deadline owes each quarter.
PERIODIC = (pb.REPORT_KIND_PERIODIC, pb.REPORT_KIND_NO_CHANGE)


@dataclass
class Result:
    """What a unit says it has done (Đ7.2.c), and the document it handed in (Đ4); in a draft the day may be missing."""

    completed_on: date | None
    content: str
    document_number: str = ""
    document_date: date | None = None
    evidence: list[Evidence] = field(default_factory=list)


@article("Đ7.2.b", "Đ7.2.c.2")
def report_progress(self: "Assignment", actor: Actor, now: datetime, *, content: str, kind: int = pb.REPORT_KIND_PROGRESS) -> None:
    """Đ7.2.b; Đ7.2.c: the update of a quarter is for tasks without a deadline, those in phases included, while a return waits too."""
    self.require(pb.ACTION_REPORT_PROGRESS, actor)
    if kind != pb.REPORT_KIND_PROGRESS and (kind not in PERIODIC or self.has_deadline):
        raise InvalidArgument.field("kind", "KIND_NOT_APPLICABLE", "Loại báo cáo này không áp dụng cho nhiệm vụ.")
    if not content.strip() and kind != pb.REPORT_KIND_NO_CHANGE:
        raise InvalidArgument.field("content", "CONTENT_MISSING", "Bắt buộc nhập.")
    returning = self.state == RETURN_REQUESTED
    if returning and kind not in PERIODIC:
        raise wrong_state(self.state)
    self.record(pb.ACTION_REPORT_PROGRESS, actor, now, to=RETURN_REQUESTED if returning else IN_PROGRESS)
    _add(self, actor, now, kind, content=content.strip())


def draft_report(self: "Assignment", actor: Actor, now: datetime, *, result: Result) -> None:
    """For the unit's leader to hand in; it replaces the draft before."""
    self.require(pb.ACTION_DRAFT_REPORT, actor)
    self.record(pb.ACTION_DRAFT_REPORT, actor, now)
    _drop_draft(self)
    _add(self, actor, now, pb.REPORT_KIND_DONE, state=pb.REPORT_STATE_DRAFT, **_told(result))


@article("Đ7.2.c.1")
def report_done(self: "Assignment", actor: Actor, now: datetime, *, result: Result) -> None:
    """Đ7.2.c; where the task must be submitted or reported (Đ4), with the document's number, date and file."""
    self.require(pb.ACTION_REPORT_DONE, actor)
    assert result.completed_on is not None
    problems = completion_problems(result.completed_on, self.directive_issue_date, now) + _result_problems(self, result, now)
    if problems:
        raise InvalidArgument.fields(problems)
    self.record(pb.ACTION_REPORT_DONE, actor, now)
    self.completed_on, self.report_time = result.completed_on, now
    for file in result.evidence:
        file.attached = True
    _drop_draft(self)
    _add(self, actor, now, pb.REPORT_KIND_DONE, **_told(result))


@article("Đ4.1", "Đ4.2")
def _result_problems(self: "Assignment", result: Result, now: datetime) -> list[Violation]:
    """Đ4: what must be submitted or reported is done only with its number, date and file."""
    found = document_problems(result.document_number, result.document_date, now, required=self.must_report)
    if self.must_report and not result.evidence:
        found.append(Violation("evidence_ids", "EVIDENCE_MISSING", "Đính kèm ít nhất một tệp văn bản đã trình hoặc báo cáo (Điều 4)."))
    return found


@article("Đ7.2.c.1")
def withdraw_report(self: "Assignment", actor: Actor, now: datetime, *, reason: str) -> None:
    """The unit takes its result back before the Office has judged it; what was claimed stays in the report."""
    self.require(pb.ACTION_WITHDRAW_REPORT, actor)
    reason = given(reason)
    self.record(pb.ACTION_WITHDRAW_REPORT, actor, now, reason=reason)
    for report in _handed_in(self):
        report.state = pb.REPORT_STATE_WITHDRAWN
    _undo_completion(self)


@article("Đ6.1.1")
def record_paper_report(self: "Assignment", actor: Actor, now: datetime, *, number: str, issue_date: date | None) -> None:
    """Đ6.1, last paragraph: the paper document that was sent beside; a later one replaces it."""
    self.require(pb.ACTION_RECORD_PAPER_REPORT, actor)
    problems = document_problems(number, issue_date, now, required=True)
    if problems:
        raise InvalidArgument.fields(problems)
    changes = self.change(paper_report_number=number, paper_report_date=issue_date)
    self.record(pb.ACTION_RECORD_PAPER_REPORT, actor, now, changes=changes)


@article("Đ7.2.c.2", "Đ8.1.a")
def review_report(self: "Assignment", actor: Actor, now: datetime, *, report_id: UUID, accepted: bool, reason: str) -> None:
    """Đ8.1.a: a rejected one was no update (Đ7.2.c)."""
    self.require(pb.ACTION_REVIEW_REPORT, actor)
    report = next((item for item in self.reports_in_review if item.id == report_id), None)
    if report is None:
        raise FailedPrecondition(reason="REPORT_NOT_WAITING", message="Báo cáo này không chờ xem xét.")
    reason = reason.strip() if accepted else given(reason)
    self.record(pb.ACTION_REVIEW_REPORT, actor, now, reason=reason)
    state = pb.REPORT_STATE_ACCEPTED if accepted else pb.REPORT_STATE_REJECTED
    report.review(state, now, by=actor.name, reason=reason)
    _recall_last_report(self)


@article("Đ8.1.a", "D5")
def verify(
    self: "Assignment", actor: Actor, now: datetime, calendar: WorkingCalendar, *, completed_on: date | None = None, reason: str = ""
) -> None:
    """Đ8.1.a, D5: the day may be corrected, with a reason."""
    self.require(pb.ACTION_VERIFY, actor)
    reason = reason.strip()
    corrected = completed_on is not None and completed_on != self.completed_on
    if corrected:
        problems = completion_problems(completed_on, self.directive_issue_date, now)
        if not reason:
            problems.append(Violation("reason", "REASON_REQUIRED", "Điều chỉnh ngày hoàn thành thì phải nêu lý do."))
        if problems:
            raise InvalidArgument.fields(problems)
    changes = self.change(completed_on=completed_on) if corrected else []
    self.record(pb.ACTION_VERIFY, actor, now, reason=reason, changes=changes)
    for report in _handed_in(self):
        report.review(pb.REPORT_STATE_ACCEPTED, now, by=actor.name, reason=reason)
    verdict = self.judge(calendar, local_date(now))
    self.verified_due_date, self.verified_days_late = verdict.effective_due, verdict.working_days_late
    self.verified_late_update = verdict.late_update


@article("Đ8.1.a")
def send_back(self: "Assignment", actor: Actor, now: datetime, *, reason: str) -> None:
    """The result isn't accepted. The completion is cleared here and stays in the report that claimed it."""
    self.require(pb.ACTION_SEND_BACK, actor)
    reason = given(reason)
    self.record(pb.ACTION_SEND_BACK, actor, now, reason=reason)
    _reject_result(self, actor, now, reason)


@article("Đ8.1.a", "Đ2.7")
def reopen(self: "Assignment", actor: Actor, now: datetime, *, reason: str, decision: Decision | None) -> None:
    """A verified result proved wrong: openly, by a decision; the verdict is given anew, by what the document says since."""
    self.require(pb.ACTION_REOPEN, actor)
    reason, decision = given(reason), decided(decision)
    changes = self.change(completed_on=None)
    if self.amended:
        changes += returns.take_over(self, self.amended)
        self.amended = None
    self.record(pb.ACTION_REOPEN, actor, now, reason=reason, decision=decision, changes=changes)
    self.verified_due_date = self.verified_days_late = self.verified_late_update = None
    _reject_result(self, actor, now, reason)


def _reject_result(self: "Assignment", actor: Actor, now: datetime, reason: str) -> None:
    for report in _handed_in(self):
        report.review(pb.REPORT_STATE_REJECTED, now, by=actor.name, reason=reason)
    _undo_completion(self)


def _undo_completion(self: "Assignment") -> None:
    self.completed_on = self.report_time = None
    _recall_last_report(self)


def _handed_in(self: "Assignment") -> list[Report]:
    """The result that stands: at most one."""
    return [report for report in self.reports if report.kind == pb.REPORT_KIND_DONE and report.counts]


def _recall_last_report(self: "Assignment") -> None:
    self.last_report_time = max((report.create_time for report in self.reports if report.counts), default=None)


def _drop_draft(self: "Assignment") -> None:
    for report in [report for report in self.reports if report.state == pb.REPORT_STATE_DRAFT]:
        self.reports.remove(report)


def _told(result: Result) -> dict[str, object]:
    return {
        "content": result.content,
        "completed_on": result.completed_on,
        "document_number": result.document_number,
        "document_date": result.document_date,
        "evidence_ids": [file.id for file in result.evidence],
    }


def _add(self: "Assignment", actor: Actor, now: datetime, kind: int, **more: object) -> None:
    about = {"id": db.new_id(), "unit_id": self.unit_id, "kind": kind, "create_time": now, "state": pb.REPORT_STATE_SUBMITTED}
    about |= {"author_id": actor.person_id, "author_name": actor.name, "document_number": "", "evidence_ids": []}
    about |= {"review_reason": "", "reviewer_name": "", "review_time": None}
    self.reports.append(Report(**{**about, **more}))
    _recall_last_report(self)
