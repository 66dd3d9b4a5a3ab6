"""The aggregate: its facts, who may do what to it, how each act is written down, and what the calendar says of it.

The acts themselves stand by topic in the files beside; the class names them all at its end.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship
from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.event.v1.envelope_pb2 import ActorRef

from kit import db
from kit.clock import local_date
from kit.errors import Error, PermissionDenied, stale_version
from kit.identity import Actor
from kit.ids import optional_uuid
from kit.law import article
from kit.workdays import WorkingCalendar
from services.assignment import timeliness
from services.assignment.actions import ACTIONS, GONE, SENT, URGE, VERIFIED, Rule, refused, wrong_state
from services.assignment.model import extending, results, returns, work
from services.assignment.records import Base, Decision, Delegation, Evidence, Extension, Plan, Report, Transition
from services.assignment.timeliness import Verdict

# Who acts: a person, whose rights are checked; or, by its name alone, who decided elsewhere what is carried out here.
By = Actor | ActorRef


class Assignment(Base):
    """From SENT to VERIFIED. State moves only by the acts, and each of them writes one line of history."""

    __tablename__ = "assignment"
    __table_args__ = (Index("assignment_list_idx", "update_time", "id"), Index("assignment_unit_list_idx", "unit_id", "update_time", "id"))

    # Minted by `directive`; a successor's by us.
    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()
    state: Mapped[int]
    task_id: Mapped[UUID] = mapped_column(index=True)
    directive_id: Mapped[UUID] = mapped_column(index=True)
    unit_id: Mapped[UUID]
    role: Mapped[int]
    # 0: not phased (Đ3.4).
    phase: Mapped[int]
    phase_name: Mapped[str]
    content: Mapped[str]
    deliverable: Mapped[str]
    # Đ6.1.i.
    note: Mapped[str]
    has_deadline: Mapped[bool]
    must_report: Mapped[bool]
    deadline_kind: Mapped[int]
    regime: Mapped[int]
    field_id: Mapped[UUID | None]
    # None: the Office leaders' queue (Đ8.1.đ).
    specialist_id: Mapped[UUID | None]
    directive_code: Mapped[str]
    directive_abstract: Mapped[str]
    directive_issue_date: Mapped[date]
    # What its document said last: an amendment changes what differs from this, and not what was adjusted or extended here.
    planned: Mapped[dict[str, Any]]
    # Of a verified part: what its document said since, for when it's reopened.
    amended: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    # Superseded, revoked, or gives this verified part no more: it isn't reopened.
    directive_ended: Mapped[bool] = mapped_column(default=False)
    due_date: Mapped[date | None]
    due_exact: Mapped[bool]
    original_due_date: Mapped[date | None]
    # D4.
    deadline_cycle: Mapped[int]
    forwarded_from_id: Mapped[UUID | None]
    forwarded_to_id: Mapped[UUID | None]
    # D12: the unit that has taken it over by now, which reads what was told of it.
    successor_unit_id: Mapped[UUID | None]
    paper_report_required: Mapped[bool]
    paper_report_number: Mapped[str]
    paper_report_date: Mapped[date | None]
    # Đ6.1.h; of a lead's part only.
    aggregating_unit_id: Mapped[UUID | None]
    aggregator_confirmed: Mapped[bool]
    completed_on: Mapped[date | None]
    report_time: Mapped[datetime | None]
    # Of the last report that counts: tells "has said nothing" from "has said it isn't done" (D15).
    last_report_time: Mapped[datetime | None]
    # The verdict of the day of verification, which a later calendar doesn't move (regulation §3).
    verified_due_date: Mapped[date | None]
    verified_days_late: Mapped[int | None]
    verified_late_update: Mapped[bool | None]
    create_time: Mapped[datetime]
    update_time: Mapped[datetime]
    delegation: Mapped[Delegation | None] = relationship(lazy="raise")
    plan: Mapped[Plan | None] = relationship(lazy="raise")
    # The cascade throws away a draft that is replaced.
    reports: Mapped[list[Report]] = relationship(lazy="raise", order_by=(Report.create_time, Report.id), cascade="all, delete-orphan")
    extensions: Mapped[list[Extension]] = relationship(lazy="raise", order_by=(Extension.request_time, Extension.id))
    evidence: Mapped[list[Evidence]] = relationship(lazy="raise", order_by=(Evidence.upload_time, Evidence.id))
    history: Mapped[list[Transition]] = relationship(lazy="raise", order_by=Transition.version)

    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}

    @property
    def pending_extension(self) -> Extension | None:
        """The one that waits for its decision; at most one does."""
        return next((item for item in self.extensions if item.state == pb.EXTENSION_STATE_REQUESTED), None)

    @property
    def reports_in_review(self) -> list[Report]:
        """What was told on the way and nobody has accepted or rejected; a result is verified instead."""
        return [item for item in self.reports if item.state == pb.REPORT_STATE_SUBMITTED and item.kind != pb.REPORT_KIND_DONE]

    @article("Đ8.1.đ", "D16")
    def permits(self, actor: Actor, rule: Rule) -> bool:
        """Whether this person may do it to this assignment, in the right state."""
        if not actor.has(*rule.roles):
            return False
        if rule.by_unit:
            return actor.unit_id == self.unit_id
        # Đ8.1.đ, D16: the specialist who follows this part, or his deputy; or the Office's leaders.
        return actor.has(*rule.leading) or actor.is_or_stands_for(self.specialist_id)

    def allowed_actions(self, actor: Actor) -> list[int]:
        """What the actor may do now."""
        return [action for action, rule in ACTIONS.items() if self.permits(actor, rule) and self._obstacle(actor, rule) is None]

    def require_permitted(self, actor: Actor, rule: Rule) -> None:
        """PermissionDenied for another unit's people and another field's specialist."""
        if self.permits(actor, rule):
            return
        actor.require(*rule.roles)
        reason = "OTHER_UNIT" if rule.by_unit else "OTHER_SPECIALIST"
        raise PermissionDenied(reason=reason, message="Nhiệm vụ này không thuộc phạm vi bạn được giao.")

    def require_version(self, expected: int) -> None:
        """The caller must have decided on what stands."""
        if self.version != expected:
            raise stale_version(self.version)

    def require_open_for_evidence(self, actor: Actor) -> None:
        """Files are handed in by the unit's people while a result may still be reported."""
        self.require(pb.ACTION_REPORT_PROGRESS, actor)

    @article("Đ8.1.e")
    def require_urgeable(self, actor: Actor) -> None:
        """Đ8.1.e: who gets it done or gathers the results, and hasn't said that it's done, may be urged by whoever follows it."""
        self.require_permitted(actor, URGE)
        if self.state == pb.ASSIGNMENT_STATE_REPORTED:
            raise refused("RESULT_PENDING", "Đơn vị đã báo cáo kết quả; cần xác nhận hoặc yêu cầu làm lại trước khi đôn đốc.")
        if self.state not in URGE.from_states or self.role == timeliness.COORDINATING or self.due_date is None:
            raise refused("NOT_URGEABLE", "Nhiệm vụ này không thuộc diện phát hành phiếu báo.")

    def require(self, action: int, by: By) -> None:
        """May it be done now? Of who carries out a decision made elsewhere only the state is asked."""
        rule = ACTIONS[action]
        if isinstance(by, Actor):
            self.require_permitted(by, rule)
        refusal = self._obstacle(by, rule)
        if refusal:
            raise refusal

    def _obstacle(self, by: By, rule: Rule) -> Error | None:
        if self.state not in rule.from_states:
            return wrong_state(self.state)
        return rule.provided(self, by) if rule.provided and isinstance(by, Actor) else None

    def record(
        self,
        action: int,
        by: By,
        now: datetime,
        *,
        to: int | None = None,
        reason: str = "",
        decision: Decision | None = None,
        changes: Sequence[dict[str, str]] = (),
    ) -> None:
        """One act: one version, one line of history, and the state that its row says (else `to`, else the same)."""
        rule = ACTIONS[action]
        before, self.state = self.state, to or rule.to_state or self.state
        self.version += 1
        self.update_time = now
        owner = None if rule.by_unit else self.specialist_id
        absent = by.on_behalf_of(*(rule.roles if rule.by_unit else rule.leading), owner=owner) if isinstance(by, Actor) else None
        line = self.line(action, by, now, before=before, reason=reason, decision=decision, changes=changes)
        line.on_behalf_of_name = absent.name if absent else ""
        self.history.append(line)

    def line(
        self,
        action: int,
        by: By,
        now: datetime,
        *,
        before: int = pb.ASSIGNMENT_STATE_UNSPECIFIED,
        reason: str = "",
        decision: Decision | None = None,
        changes: Sequence[dict[str, str]] = (),
    ) -> Transition:
        """A line of history to the state and version in which it is now."""
        who = by.ref if isinstance(by, Actor) else by
        return Transition(
            version=self.version,
            unit_id=self.unit_id,
            action=action,
            from_state=before,
            to_state=self.state,
            reason=reason,
            actor_id=optional_uuid(who.person_id),
            actor_name=who.name,
            actor_unit_id=optional_uuid(who.unit_id),
            on_behalf_of_name="",
            decision_number=decision.number if decision else "",
            decision_signer=decision.signer if decision else "",
            deciding_directive_id=decision.directive_id if decision else None,
            changes=list(changes),
            time=now,
        )

    def change(self, **values: Any) -> list[dict[str, str]]:
        """Sets these facts; what of them was different. Another last day opens another cycle of the deadline (D4)."""
        changes = []
        for field, after in values.items():
            before = getattr(self, field)
            if before != after:
                changes.append({"field": field, "before": _told(before), "after": _told(after)})
                setattr(self, field, after)
        if any(item["field"] in ("due_date", "due_exact") for item in changes):
            self.deadline_cycle += 1
            self.original_due_date = self.original_due_date or self.due_date
        return changes

    def begin(self, action: int, by: By, *, reason: str = "", decision: Decision | None = None) -> Self:
        """A new one, with its first line of history."""
        self.version, self.state, self.update_time = 1, SENT, self.create_time
        self.reports, self.extensions, self.evidence, self.delegation, self.plan = [], [], [], None, None
        self.history = [self.line(action, by, self.create_time, reason=reason, decision=decision)]
        return self

    def heir(self, unit_id: UUID, now: datetime, **more: Any) -> "Assignment":
        """The same part of the task for another unit, which follows this one."""
        kept = {name: getattr(self, name) for name in _HANDED_ON}
        blank = {"paper_report_number": "", "paper_report_date": None, "aggregator_confirmed": False}
        made = Assignment(id=db.new_id(), unit_id=unit_id, forwarded_from_id=self.id, create_time=now, **{**kept, **blank, **more})
        self.forwarded_to_id = made.id
        return made

    @article("Đ6.1.g")
    def verdict(self, calendar: WorkingCalendar, today: date) -> Verdict:
        """As of `today`; a verified one stays as it was judged, and who has it no more isn't judged."""
        if self.state in GONE:
            return Verdict(timeliness.effective_due(self.due_date, calendar, exact=self.due_exact), pb.TIMELINESS_UNSPECIFIED, 0, None)
        if self.state != VERIFIED:
            return self.judge(calendar, today)
        due = self.verified_due_date
        axis = timeliness.timeliness(due, calendar, today=today, completed_on=self.completed_on, last_report_on=None)
        return Verdict(due, axis, self.verified_days_late or 0, self.verified_late_update)

    def judge(self, calendar: WorkingCalendar, today: date) -> Verdict:
        """What the calendar says, verified or not."""
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

    accept = work.accept
    delegate = work.delegate
    set_plan = work.set_plan
    confirm_aggregator = work.confirm_aggregator
    report_progress = results.report_progress
    draft_report = results.draft_report
    report_done = results.report_done
    withdraw_report = results.withdraw_report
    record_paper_report = results.record_paper_report
    review_report = results.review_report
    verify = results.verify
    send_back = results.send_back
    reopen = results.reopen
    request_extension = extending.request_extension
    withdraw_extension = extending.withdraw_extension
    approve_extension = extending.approve_extension
    reject_extension = extending.reject_extension
    request_return = returns.request_return
    adjust = returns.adjust
    deny_return = returns.deny_return
    forward = returns.forward
    cancel = returns.cancel
    succeed = returns.succeed
    name_specialist = work.name_specialist
    amend = returns.amend
    keep_amendment = returns.keep_amendment
    forget_decider = returns.forget_decider


# Of one part of a task, whoever has it.
_HANDED_ON = (
    "task_id",
    "directive_id",
    "role",
    "phase",
    "phase_name",
    "content",
    "deliverable",
    "note",
    "has_deadline",
    "must_report",
    "deadline_kind",
    "regime",
    "field_id",
    "specialist_id",
    "directive_code",
    "directive_abstract",
    "directive_issue_date",
    "planned",
    "due_date",
    "due_exact",
    "original_due_date",
    "deadline_cycle",
    "paper_report_required",
    "aggregating_unit_id",
)


def _told(value: Any) -> str:
    """As a line of history says it."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
