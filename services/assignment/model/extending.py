"""A later due date: asked for by the unit, decided by whoever set the first one (D4)."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.event.v1.envelope_pb2 import ActorRef

from kit import db
from kit.clock import local_date
from kit.errors import InvalidArgument
from kit.identity import Actor
from kit.law import article
from kit.workdays import WorkingCalendar
from services.assignment.model.given import decided, given
from services.assignment.records import Decision, Extension

if TYPE_CHECKING:
    from services.assignment.model.assignment import Assignment


@article("D4")
def request_extension(
    self: "Assignment", actor: Actor, now: datetime, calendar: WorkingCalendar, *, new_due_date: date, reason: str, late: bool
) -> None:
    """Before the effective due date has passed, unless marked late. The clock runs on."""
    self.require(pb.ACTION_REQUEST_EXTENSION, actor)
    reason = given(reason)
    _require_later(self, new_due_date)
    assert self.due_date is not None
    passed = local_date(now) > calendar.effective(self.due_date, exact=self.due_exact)
    if passed and not late:
        message = "Thời hạn đã qua. Nếu vẫn đề nghị gia hạn, hãy xác nhận là đề nghị muộn."
        raise InvalidArgument.field("late", "EXTENSION_LATE", message)
    self.record(pb.ACTION_REQUEST_EXTENSION, actor, now, reason=reason)
    self.extensions.append(_extension(self, now, new_due_date=new_due_date, reason=reason, late=passed, requested_by_name=actor.name))


def withdraw_extension(self: "Assignment", actor: Actor, now: datetime, *, reason: str) -> None:
    """Not needed any more."""
    self.require(pb.ACTION_WITHDRAW_EXTENSION, actor)
    self.record(pb.ACTION_WITHDRAW_EXTENSION, actor, now, reason=reason.strip())
    lapse(self, now, reason.strip())


@article("D4")
def approve_extension(
    self: "Assignment",
    by: Actor | ActorRef,
    now: datetime,
    *,
    decision: Decision | None,
    new_due_date: date | None = None,
    reason: str = "",
) -> None:
    """D4: the due date moves to the day decided, and a new cycle begins; the first due date is kept. A decision that nobody had asked for
    (Đ8.1.e) stands in the same list."""
    self.require(pb.ACTION_DECIDE_EXTENSION, by)
    decision, reason = decided(decision), reason.strip()
    pending = self.pending_extension
    day = new_due_date or (pending.new_due_date if pending else None)
    _require_later(self, day)
    assert day is not None
    if pending is None:
        pending = _extension(self, now, new_due_date=day, reason=reason, late=False, requested_by_name=by.name)
        self.extensions.append(pending)
    pending.close(pb.EXTENSION_STATE_APPROVED, now, reason)
    pending.new_due_date, pending.decision_number, pending.decision_signer = day, decision.number, decision.signer
    changes = self.change(due_date=day, due_exact=False)
    self.record(pb.ACTION_DECIDE_EXTENSION, by, now, reason=reason, decision=decision, changes=changes)


def reject_extension(self: "Assignment", actor: Actor, now: datetime, *, reason: str) -> None:
    """The due date stays."""
    self.require(pb.ACTION_DECIDE_EXTENSION, actor)
    reason = given(reason)
    self.record(pb.ACTION_DECIDE_EXTENSION, actor, now, reason=reason)
    assert self.pending_extension is not None
    self.pending_extension.close(pb.EXTENSION_STATE_REJECTED, now, reason)


def lapse(self: "Assignment", now: datetime, reason: str) -> None:
    """Whoever asked needs no answer any more."""
    if self.pending_extension:
        self.pending_extension.close(pb.EXTENSION_STATE_WITHDRAWN, now, reason)


def _require_later(self: "Assignment", day: date | None) -> None:
    if day is None or self.due_date is None or day <= self.due_date:
        raise InvalidArgument.field("new_due_date", "EXTENSION_NOT_LATER", "Thời hạn mới phải sau thời hạn hiện tại.")


def _extension(self: "Assignment", now: datetime, **asked: object) -> Extension:
    about = {"id": db.new_id(), "unit_id": self.unit_id, "state": pb.EXTENSION_STATE_REQUESTED, "previous_due_date": self.due_date}
    undecided = {"decision_number": "", "decision_signer": "", "decision_reason": "", "decide_time": None}
    return Extension(request_time=now, **about, **undecided, **asked)
