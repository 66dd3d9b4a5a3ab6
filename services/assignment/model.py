"""One unit's part in a task: its states, its rules, its verdicts."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column, relationship
from ykcd.assignment.v1 import assignment_pb2 as pb

from kit import db
from kit.clock import local_date
from kit.errors import FailedPrecondition, InvalidArgument, PermissionDenied, Violation, stale_version
from kit.identity import Actor
from kit.workdays import WorkingCalendar
from services.assignment import timeliness
from services.assignment.actions import ACCEPTED, ACTIONS, IN_PROGRESS, VERIFIED, Rule
from services.assignment.records import Base, Delegation, Evidence, Report, Transition
from services.assignment.timeliness import Verdict


@dataclass
class Result:
    """What a unit says it has done (Đ7.2.c), and the document it handed in (Đ4)."""

    completed_on: date
    content: str
    document_number: str = ""
    document_date: date | None = None
    evidence: list[Evidence] = field(default_factory=list)


class Assignment(Base):
    """From SENT to VERIFIED. State moves only by the methods below, and each of them writes one line of history."""

    __tablename__ = "assignment"
    __table_args__ = (Index("assignment_list_idx", "update_time", "id"), Index("assignment_unit_list_idx", "unit_id", "update_time", "id"))

    # Minted by `directive`.
    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()
    state: Mapped[int]
    task_id: Mapped[UUID] = mapped_column(index=True)
    directive_id: Mapped[UUID] = mapped_column(index=True)
    unit_id: Mapped[UUID]
    role: Mapped[int]
    content: Mapped[str]
    has_deadline: Mapped[bool]
    must_report: Mapped[bool]
    field_id: Mapped[UUID | None]
    # None: the Office leaders' queue (Đ8.1.đ).
    specialist_id: Mapped[UUID | None]
    directive_code: Mapped[str]
    directive_abstract: Mapped[str]
    directive_issue_date: Mapped[date]
    due_date: Mapped[date | None]
    due_exact: Mapped[bool]
    completed_on: Mapped[date | None]
    report_time: Mapped[datetime | None]
    # Of a progress report too: tells "has said nothing" from "has said it isn't done" (D15).
    last_report_time: Mapped[datetime | None]
    # The verdict of the day of verification, which a later calendar doesn't move (regulation §3).
    verified_due_date: Mapped[date | None]
    verified_days_late: Mapped[int | None]
    verified_late_update: Mapped[bool | None]
    create_time: Mapped[datetime]
    update_time: Mapped[datetime]
    delegation: Mapped[Delegation | None] = relationship(lazy="raise")
    reports: Mapped[list[Report]] = relationship(lazy="raise", order_by=(Report.create_time, Report.id))
    evidence: Mapped[list[Evidence]] = relationship(lazy="raise", order_by=(Evidence.upload_time, Evidence.id))
    history: Mapped[list[Transition]] = relationship(lazy="raise", order_by=Transition.version)

    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}

    def permits(self, actor: Actor, rule: Rule) -> bool:
        """Whether this person may do it to this assignment, in the right state."""
        if not actor.has(*rule.roles):
            return False
        if rule.by_unit:
            return actor.unit_id == self.unit_id
        # Đ8.1.đ, D16: the specialist who follows this part, or the Office's leaders.
        return actor.has("office_leader") or self.specialist_id == actor.person_id

    def allowed_actions(self, actor: Actor) -> list[int]:
        """What the actor may do now."""
        return [action for action, rule in ACTIONS.items() if self.state in rule.from_states and self.permits(actor, rule)]

    def require_permitted(self, actor: Actor, action: int) -> None:
        """PermissionDenied for another unit's people and another field's specialist."""
        rule = ACTIONS[action]
        if self.permits(actor, rule):
            return
        actor.require(*rule.roles)
        reason = "OTHER_UNIT" if rule.by_unit else "OTHER_SPECIALIST"
        raise PermissionDenied(reason=reason, message="Nhiệm vụ này không thuộc phạm vi bạn được giao.")

    def require_version(self, expected: int) -> None:
        """The caller must have decided on what stands."""
        if self.version != expected:
            raise stale_version(self.version)

    def accept(self, actor: Actor, now: datetime) -> None:
        """Đ7.2.a."""
        self._move(pb.ACTION_ACCEPT, actor, now)

    def request_return(self, actor: Actor, now: datetime, *, reason: str) -> None:
        """Đ7.2.d: never without a reason; the clock runs on."""
        self._move(pb.ACTION_REQUEST_RETURN, actor, now, reason=_given(reason))

    def delegate(self, actor: Actor, now: datetime, *, to: Delegation) -> None:
        """Đ8.2: who is responsible inside the unit; a later delegation replaces it."""
        if to.internal_due_date and self.due_date and to.internal_due_date > self.due_date:
            raise InvalidArgument.field("internal_due_date", "INTERNAL_DUE_TOO_LATE", "Hạn nội bộ không được sau thời hạn của nhiệm vụ.")
        self._move(pb.ACTION_DELEGATE, actor, now)
        if self.delegation is None:
            self.delegation = to
        else:
            self.delegation.replace(to)

    def report_progress(self, actor: Actor, now: datetime, *, content: str) -> None:
        """Đ7.2.b."""
        self._move(pb.ACTION_REPORT_PROGRESS, actor, now)
        self._report(actor, now, pb.REPORT_KIND_PROGRESS, content=content)

    def report_done(self, actor: Actor, now: datetime, *, result: Result) -> None:
        """Đ7.2.c; where the task must be submitted or reported (Đ4), with the document's number, date and file."""
        self.require_permitted(actor, pb.ACTION_REPORT_DONE)
        problems = self._day_problems(result.completed_on, now) + self._document_problems(result, now)
        if problems:
            raise InvalidArgument.fields(problems)
        self._move(pb.ACTION_REPORT_DONE, actor, now)
        self.completed_on, self.report_time = result.completed_on, now
        for file in result.evidence:
            file.attached = True
        self._report(
            actor,
            now,
            pb.REPORT_KIND_DONE,
            content=result.content,
            completed_on=result.completed_on,
            document_number=result.document_number,
            document_date=result.document_date,
            evidence_ids=[file.id for file in result.evidence],
        )

    def verify(self, actor: Actor, now: datetime, calendar: WorkingCalendar, *, completed_on: date | None = None, reason: str = "") -> None:
        """Đ8.1.a, D5: the day may be corrected, with a reason."""
        self.require_permitted(actor, pb.ACTION_VERIFY)
        if completed_on is not None and completed_on != self.completed_on:
            problems = self._day_problems(completed_on, now)
            if not reason.strip():
                problems.append(Violation("reason", "REASON_REQUIRED", "Điều chỉnh ngày hoàn thành thì phải nêu lý do."))
            if problems:
                raise InvalidArgument.fields(problems)
        self._move(pb.ACTION_VERIFY, actor, now, reason=reason.strip())
        self.completed_on = completed_on or self.completed_on
        verdict = self._judge(calendar, local_date(now))
        self.verified_due_date, self.verified_days_late = verdict.effective_due, verdict.working_days_late
        self.verified_late_update = verdict.late_update

    def send_back(self, actor: Actor, now: datetime, *, reason: str) -> None:
        """The result isn't accepted. The completion is cleared here and stays in the report that claimed it."""
        self._move(pb.ACTION_SEND_BACK, actor, now, reason=_given(reason))
        self.completed_on = self.report_time = None

    def require_open_for_evidence(self, actor: Actor) -> None:
        """Files are handed in by the unit's people while a result may still be reported."""
        self.require_permitted(actor, pb.ACTION_REPORT_PROGRESS)
        if self.state not in (ACCEPTED, IN_PROGRESS):
            raise _wrong_state(self.state)

    def verdict(self, calendar: WorkingCalendar, today: date) -> Verdict:
        """As of `today`; a verified one stays as it was judged."""
        if self.state != VERIFIED:
            return self._judge(calendar, today)
        due = self.verified_due_date
        axis = timeliness.timeliness(due, calendar, today=today, completed_on=self.completed_on, last_report_on=None)
        return Verdict(due, axis, self.verified_days_late or 0, self.verified_late_update)

    def _judge(self, calendar: WorkingCalendar, today: date) -> Verdict:
        due = timeliness.effective_due(self.due_date, calendar, exact=self.due_exact)
        told = local_date(self.last_report_time) if self.last_report_time else None
        late = None
        if due and self.completed_on and self.report_time:
            late = timeliness.is_late_update(self.completed_on, local_date(self.report_time), calendar)
        return Verdict(
            due,
            timeliness.timeliness(due, calendar, today=today, completed_on=self.completed_on, last_report_on=told),
            timeliness.working_days_late(due, calendar, today=today, completed_on=self.completed_on),
            late,
        )

    def _move(self, action: int, actor: Actor, now: datetime, *, reason: str = "") -> None:
        self.require_permitted(actor, action)
        rule = ACTIONS[action]
        if self.state not in rule.from_states:
            raise _wrong_state(self.state)
        before, self.state = self.state, rule.to_state
        self.version += 1
        self.update_time = now
        self.history.append(
            Transition(
                version=self.version,
                unit_id=self.unit_id,
                action=action,
                from_state=before,
                to_state=self.state,
                reason=reason,
                actor_id=actor.person_id,
                actor_name=actor.name,
                actor_unit_id=actor.unit_id,
                time=now,
            )
        )

    def _report(self, actor: Actor, now: datetime, kind: int, **more: object) -> None:
        self.last_report_time = now
        about = {"id": db.new_id(), "unit_id": self.unit_id, "kind": kind, "create_time": now}
        about |= {"author_id": actor.person_id, "author_name": actor.name, "document_number": "", "evidence_ids": []}
        self.reports.append(Report(**{**about, **more}))

    def _day_problems(self, completed_on: date, now: datetime) -> list[Violation]:
        """Example 17: neither in the future, nor before the document that gave the task."""
        if completed_on > local_date(now):
            return [Violation("completed_on", "COMPLETED_IN_FUTURE", "Ngày hoàn thành không được sau ngày hôm nay.")]
        if completed_on < self.directive_issue_date:
            return [Violation("completed_on", "COMPLETED_BEFORE_ISSUE", "Ngày hoàn thành không được trước ngày ban hành văn bản giao.")]
        return []

    def _document_problems(self, result: Result, now: datetime) -> list[Violation]:
        found = []
        if self.must_report and not result.document_number:
            found.append(Violation("document.number", "DOCUMENT_NUMBER_MISSING", "Nhập số, ký hiệu văn bản báo cáo (Điều 4)."))
        if self.must_report and result.document_date is None:
            found.append(Violation("document.issue_date", "DOCUMENT_DATE_MISSING", "Nhập ngày ban hành văn bản báo cáo (Điều 4)."))
        if result.document_date and result.document_date > local_date(now):
            found.append(Violation("document.issue_date", "DOCUMENT_IN_FUTURE", "Ngày văn bản không được sau ngày hôm nay."))
        if self.must_report and not result.evidence:
            found.append(Violation("evidence_ids", "EVIDENCE_MISSING", "Đính kèm ít nhất một tệp văn bản đã trình hoặc báo cáo (Điều 4)."))
        return found


def _given(reason: str) -> str:
    if not reason.strip():
        raise InvalidArgument.field("reason", "REASON_REQUIRED", "Bắt buộc nêu lý do.")
    return reason.strip()


def _wrong_state(state: int) -> FailedPrecondition:
    name = pb.AssignmentState.Name(state).removeprefix("ASSIGNMENT_STATE_")
    return FailedPrecondition(
        reason="WRONG_STATE", message="Nhiệm vụ đang ở trạng thái không cho phép thao tác này.", metadata={"state": name}
    )
