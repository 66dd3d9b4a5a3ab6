"""Sending a task back and what the Office answers (Đ7.2.d); and what ends a unit's part or changes it from outside."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.event.v1.envelope_pb2 import ActorRef

from kit.errors import InvalidArgument, PermissionDenied
from kit.identity import Actor
from kit.ids import optional_uuid
from kit.law import article
from services.assignment.model.extending import lapse
from services.assignment.model.given import decided, given
from services.assignment.records import Decision

if TYPE_CHECKING:
    from services.assignment.model.assignment import Assignment

By = Actor | ActorRef
_FORGOTTEN = "Văn bản thay thế được xác định là văn bản mật và đã xóa khỏi hệ thống."


@article("Đ7.2.d")
def request_return(self: "Assignment", actor: Actor, now: datetime, *, reason: str) -> None:
    """Đ7.2.d: never without a reason; the clock runs on."""
    self.require(pb.ACTION_REQUEST_RETURN, actor)
    self.record(pb.ACTION_REQUEST_RETURN, actor, now, reason=given(reason))


@article("Đ7.2.d", "D4", "D7")
def adjust(
    self: "Assignment",
    actor: Actor,
    now: datetime,
    *,
    reason: str,
    content: str = "",
    due_date: date | None = None,
    due_exclusive: bool = False,
) -> None:
    """Đ7.2.d: the content or the day was wrong; the unit takes it on anew. D7: an exclusive day is the one after the last.

    D4: a later day is an extension, which a leader decides.
    """
    self.require(pb.ACTION_ADJUST, actor)
    reason = given(reason)
    after: dict[str, Any] = {"content": content.strip()} if content.strip() else {}
    if due_date is not None:
        after |= {"due_date": due_date - timedelta(days=due_exclusive), "due_exact": due_exclusive}
        _require_possible(self, after["due_date"])
        _require_decider(self, actor, after["due_date"], after["due_exact"])
    changes = self.change(**after)
    if not changes:
        message = "Chưa có gì được điều chỉnh; nếu nhiệm vụ đúng như đã giao, hãy không chấp nhận trả lại."
        raise InvalidArgument.field("content", "NOTHING_CHANGED", message)
    self.record(pb.ACTION_ADJUST, actor, now, reason=reason, changes=changes)


def _require_possible(self: "Assignment", due_date: date) -> None:
    if self.due_date is None:
        raise InvalidArgument.field("due_date", "DUE_NOT_APPLICABLE", "Nhiệm vụ này không có thời hạn.")
    if due_date < self.directive_issue_date:
        raise InvalidArgument.field("due_date", "DUE_BEFORE_ISSUE", "Thời hạn không được trước ngày ban hành văn bản giao.")


@article("D4")
def _require_decider(self: "Assignment", actor: Actor, due_date: date, due_exact: bool) -> None:
    """D4. Of the same day the one that moves to a working day is the later."""
    assert self.due_date is not None
    if (due_date, not due_exact) > (self.due_date, not self.due_exact) and not actor.has("office_leader"):
        message = "Thời hạn muộn hơn là gia hạn, do lãnh đạo Văn phòng UBND tỉnh quyết định."
        raise PermissionDenied(reason="DUE_DATE_LATER_NEEDS_EXTENSION", message=message)


@article("Đ7.2.d")
def deny_return(self: "Assignment", actor: Actor, now: datetime, *, reason: str) -> None:
    """Đ7.2.d: it stays the unit's, where it was before."""
    self.require(pb.ACTION_DENY_RETURN, actor)
    returns = [line for line in self.history if line.action == pb.ACTION_REQUEST_RETURN]
    self.record(pb.ACTION_DENY_RETURN, actor, now, reason=given(reason), to=returns[-1].from_state)


@article("Đ7.2.d", "§6.15")
def forward(
    self: "Assignment",
    by: By,
    now: datetime,
    *,
    unit_id: UUID,
    specialist_id: UUID | None,
    reason: str,
    field_id: UUID | None = None,
    decision: Decision | None = None,
) -> "Assignment":
    """Đ7.2.d: another unit has it from now on, with the same last day; into another field by the Office's leaders only. The new part."""
    self.require(pb.ACTION_FORWARD, by)
    reason, field_id = given(reason), field_id or self.field_id
    if isinstance(by, Actor) and field_id != self.field_id and not by.has("office_leader"):
        message = "Chuyển sang lĩnh vực khác do lãnh đạo Văn phòng UBND tỉnh quyết định."
        raise PermissionDenied(reason="OTHER_FIELD", message=message)
    if unit_id == self.unit_id:
        raise InvalidArgument.field("unit_id", "SAME_UNIT", "Nhiệm vụ đang được giao cho chính đơn vị này.")
    more = {"specialist_id": specialist_id, "field_id": field_id, "deadline_cycle": 1, "original_due_date": self.due_date}
    made = self.heir(unit_id, now, **more)
    _leave(self, pb.ACTION_FORWARD, by, now, reason=reason, decision=decision)
    return made.begin(pb.ACTION_FORWARD, by, reason=reason, decision=decision)


@article("Đ2.7")
def cancel(self: "Assignment", by: By, now: datetime, *, reason: str, decision: Decision | None) -> None:
    """Nobody owes it any more. A person needs a decision for it."""
    self.require(pb.ACTION_CANCEL, by)
    decision = decided(decision) if isinstance(by, Actor) else decision
    _leave(self, pb.ACTION_CANCEL, by, now, reason=given(reason), decision=decision)


@article("D12")
def succeed(
    self: "Assignment", by: By, now: datetime, *, unit_id: UUID, decision: Decision | None, into: UUID | None = None
) -> "Assignment | None":
    """D12: the successor of a dissolved unit has it, with its days; the plan, the people and what was told stay behind, where it reads
    the reports and their files. The new part; none where the successor has the same one (`into`) already."""
    self.require(pb.ACTION_SUCCEED, by)
    self.successor_unit_id = unit_id
    if into:
        self.forwarded_to_id = into
        _leave(self, pb.ACTION_SUCCEED, by, now, decision=decision)
        return None
    made = self.heir(unit_id, now, aggregator_confirmed=self.aggregator_confirmed)
    _leave(self, pb.ACTION_SUCCEED, by, now, decision=decision)
    return made.begin(pb.ACTION_SUCCEED, by, decision=decision)


def _leave(self: "Assignment", action: int, by: By, now: datetime, *, reason: str = "", decision: Decision | None = None) -> None:
    changes = self.change(completed_on=None)
    self.report_time = None
    if self.forwarded_to_id:
        changes = [*changes, {"field": "forwarded_to_id", "before": "", "after": str(self.forwarded_to_id)}]
    self.record(action, by, now, reason=reason, decision=decision, changes=changes)
    lapse(self, now, reason)


@article("Đ2.7")
def amend(self: "Assignment", by: By, now: datetime, *, planned: dict[str, Any], reason: str, decision: Decision | None) -> bool:
    """Đ2.7: takes over what its document says otherwise than before, openly; what was adjusted or extended here and isn't touched by the
    amendment stays. Whether anything changed."""
    self.require(pb.ACTION_AMEND, by)
    changes = take_over(self, planned)
    if changes:
        self.record(pb.ACTION_AMEND, by, now, reason=reason, decision=decision, changes=changes)
    return bool(changes)


@article("Đ2.7")
def keep_amendment(self: "Assignment", *, planned: dict[str, Any], withdrawn: bool) -> None:
    """Đ2.7: a verified part stays as it is; what its document says since holds once it's reopened."""
    self.amended = planned
    self.directive_ended = self.directive_ended or withdrawn


def take_over(self: "Assignment", planned: dict[str, Any]) -> list[dict[str, str]]:
    """What the document says otherwise than before; what of it was different here."""
    told = {name: value for name, value in planned.items() if value != self.planned.get(name)}
    self.planned = planned
    if "due_date" in told or "due_exact" in told:
        day = planned["due_date"]
        told |= {"due_date": date.fromisoformat(day) if day else None, "due_exact": planned["due_exact"]}
    if "aggregating_unit_id" in told:
        told |= {"aggregating_unit_id": optional_uuid(told["aggregating_unit_id"]), "aggregator_confirmed": False}
    return self.change(**told)


@article("D14")
def forget_decider(self: "Assignment", ids: Collection[UUID], now: datetime) -> None:
    """D14: a document that ended this one's own was purged: neither its number nor what was said of it is kept here."""
    for line in self.history:
        if line.deciding_directive_id not in ids:
            continue
        for extension in self.extensions:
            # It lapsed with the same words.
            if extension.decision_reason == line.reason:
                extension.decision_reason = _FORGOTTEN
        line.decision_number, line.decision_signer, line.deciding_directive_id, line.reason = "", "", None, _FORGOTTEN
    self.version += 1
    self.update_time = now
