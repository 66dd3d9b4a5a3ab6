"""What may be done to an assignment, by whom, in which state: the one table that the guards and `allowed_actions` both read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.directive.v1.directive_pb2 import AssignmentRole

from kit.errors import FailedPrecondition
from kit.identity import UNIT_ROLES, Actor
from kit.law import article

SENT, ACCEPTED, IN_PROGRESS, REPORTED, VERIFIED, RETURN_REQUESTED, FORWARDED, CANCELLED, SUCCEEDED = (
    pb.ASSIGNMENT_STATE_SENT,
    pb.ASSIGNMENT_STATE_ACCEPTED,
    pb.ASSIGNMENT_STATE_IN_PROGRESS,
    pb.ASSIGNMENT_STATE_REPORTED,
    pb.ASSIGNMENT_STATE_VERIFIED,
    pb.ASSIGNMENT_STATE_RETURN_REQUESTED,
    pb.ASSIGNMENT_STATE_FORWARDED,
    pb.ASSIGNMENT_STATE_CANCELLED,
    pb.ASSIGNMENT_STATE_SUCCEEDED,
)
OPEN = (SENT, ACCEPTED, IN_PROGRESS, REPORTED, RETURN_REQUESTED)
UNDONE = (SENT, ACCEPTED, IN_PROGRESS, RETURN_REQUESTED)
WORKING = (ACCEPTED, IN_PROGRESS)
# Another unit has it, or nobody: counts nowhere.
GONE = (FORWARDED, CANCELLED, SUCCEEDED)


class Facts(Protocol):
    """What the conditions below look at."""

    state: int
    role: int
    has_deadline: bool
    due_date: date | None
    paper_report_required: bool
    paper_report_date: date | None
    aggregating_unit_id: UUID | None
    aggregator_confirmed: bool
    directive_ended: bool

    @property
    def pending_extension(self) -> Any:
        """The one that waits for its decision."""

    @property
    def reports_in_review(self) -> list[Any]:
        """What was told on the way and nobody has accepted or rejected."""


Condition = Callable[[Facts, Actor], FailedPrecondition | None]


def refused(reason: str, message: str) -> FailedPrecondition:
    """In a right state, for another reason."""
    return FailedPrecondition(reason=reason, message=message)


def wrong_state(state: int) -> FailedPrecondition:
    """It isn't in a state that allows this."""
    name = pb.AssignmentState.Name(state).removeprefix("ASSIGNMENT_STATE_")
    message = "Nhiệm vụ đang ở trạng thái không cho phép thao tác này."
    return FailedPrecondition(reason="WRONG_STATE", message=message, metadata={"state": name})


@article("Đ6.1.1")
def _papers_and_days_are_settled(item: Facts, _actor: Actor) -> FailedPrecondition | None:
    """Đ6.1.1; and a verdict that stays isn't written while a later day is still asked for."""
    if item.paper_report_required and item.paper_report_date is None:
        return refused("PAPER_REPORT_MISSING", "Nhiệm vụ phải báo cáo thêm bằng văn bản giấy (Điều 6 khoản 1): chưa ghi nhận văn bản.")
    if item.pending_extension:
        return refused("EXTENSION_PENDING", "Đề nghị gia hạn chưa được quyết định.")
    return None


def _a_later_day_may_be_asked_for(item: Facts, _actor: Actor) -> FailedPrecondition | None:
    if item.due_date is None:
        return refused("NO_DUE_DATE", "Nhiệm vụ không có thời hạn.")
    if item.pending_extension:
        return refused("EXTENSION_PENDING", "Đã có một đề nghị gia hạn đang chờ quyết định.")
    return None


def _a_later_day_is_asked_for(item: Facts, _actor: Actor) -> FailedPrecondition | None:
    return None if item.pending_extension else refused("NO_EXTENSION_PENDING", "Không có đề nghị gia hạn nào đang chờ.")


@article("Đ7.2.d")
def _specialists_forward_what_is_returned(item: Facts, actor: Actor) -> FailedPrecondition | None:
    """Đ7.2.d: as an answer to a return; the Office's leaders whenever it's open."""
    return None if item.state == RETURN_REQUESTED or actor.has("office_leader") else wrong_state(item.state)


@article("Đ6.1.1")
def _paper_is_asked_for(item: Facts, _actor: Actor) -> FailedPrecondition | None:
    if item.paper_report_required:
        return None
    return refused("PAPER_REPORT_NOT_REQUIRED", "Nhiệm vụ không yêu cầu báo cáo bằng văn bản giấy.")


def _a_report_waits(item: Facts, _actor: Actor) -> FailedPrecondition | None:
    return None if item.reports_in_review else refused("NO_REPORT_WAITING", "Không có báo cáo nào đang chờ xem xét.")


@article("Đ7.2.c.2")
def _a_return_stops_all_but_the_quarters_update(item: Facts, _actor: Actor) -> FailedPrecondition | None:
    """Đ7.2.c: a task without a deadline owes it, whatever the Office answers to the return (Đ7.2.d)."""
    return wrong_state(item.state) if item.state == RETURN_REQUESTED and item.has_deadline else None


@article("Đ2.7")
def _its_document_binds(item: Facts, _actor: Actor) -> FailedPrecondition | None:
    """Đ2.7: nobody owes again what is given no more."""
    if item.directive_ended:
        return refused("DIRECTIVE_NOT_BINDING", "Văn bản giao đã bị thay thế, bãi bỏ hoặc không còn giao phần việc này.")
    return None


@article("Đ6.1.h")
def _an_aggregator_is_proposed(item: Facts, _actor: Actor) -> FailedPrecondition | None:
    """Đ6.1.h: once, by the lead, where the Office proposed one."""
    if item.role == AssignmentRole.ASSIGNMENT_ROLE_LEAD and item.aggregating_unit_id and not item.aggregator_confirmed:
        return None
    return refused("NO_AGGREGATOR_TO_CONFIRM", "Không có đơn vị tổng hợp cần xác nhận.")


@dataclass(frozen=True)
class Rule:
    """One row. `to_state` None: it stays, or where the act itself says (back where it was, begun by a first report). `by_unit` says whose
    act it is, the assigned unit's or the Office's. `provided` says what else must hold. No roles: nobody asks for it, it follows from what
    was decided elsewhere."""

    roles: tuple[str, ...]
    from_states: tuple[int, ...]
    to_state: int | None = None
    by_unit: bool = True
    provided: Condition | None = None

    @property
    def leading(self) -> tuple[str, ...]:
        """The roles that don't rest on following this very assignment."""
        return tuple(role for role in self.roles if role != "specialist")


_LEADER, _FOCAL = ("unit_leader",), ("focal_point", "unit_leader")
_OFFICE, _FOLLOWING = ("office_leader",), ("specialist", "office_leader")

ACTIONS: dict[int, Rule] = {
    pb.ACTION_ACCEPT: Rule(_FOCAL, (SENT,), ACCEPTED),
    pb.ACTION_REQUEST_RETURN: Rule(_LEADER, (SENT, ACCEPTED, IN_PROGRESS), RETURN_REQUESTED),
    pb.ACTION_DELEGATE: Rule(_LEADER, WORKING, IN_PROGRESS),
    pb.ACTION_SET_PLAN: Rule(UNIT_ROLES, WORKING),
    pb.ACTION_CONFIRM_AGGREGATOR: Rule(_FOCAL, (SENT, ACCEPTED, IN_PROGRESS), provided=_an_aggregator_is_proposed),
    pb.ACTION_REPORT_PROGRESS: Rule(UNIT_ROLES, (*WORKING, RETURN_REQUESTED), provided=_a_return_stops_all_but_the_quarters_update),
    pb.ACTION_DRAFT_REPORT: Rule(UNIT_ROLES, WORKING),
    pb.ACTION_REPORT_DONE: Rule(_LEADER, WORKING, REPORTED),
    pb.ACTION_WITHDRAW_REPORT: Rule(_LEADER, (REPORTED,), IN_PROGRESS),
    pb.ACTION_RECORD_PAPER_REPORT: Rule(UNIT_ROLES, (ACCEPTED, IN_PROGRESS, REPORTED), provided=_paper_is_asked_for),
    pb.ACTION_REQUEST_EXTENSION: Rule(_LEADER, (SENT, ACCEPTED, IN_PROGRESS), provided=_a_later_day_may_be_asked_for),
    pb.ACTION_WITHDRAW_EXTENSION: Rule(_LEADER, OPEN, provided=_a_later_day_is_asked_for),
    pb.ACTION_REVIEW_REPORT: Rule(_FOLLOWING, OPEN, by_unit=False, provided=_a_report_waits),
    pb.ACTION_VERIFY: Rule(_FOLLOWING, (REPORTED,), VERIFIED, by_unit=False, provided=_papers_and_days_are_settled),
    pb.ACTION_SEND_BACK: Rule(_FOLLOWING, (REPORTED,), IN_PROGRESS, by_unit=False),
    pb.ACTION_ADJUST: Rule(_FOLLOWING, (RETURN_REQUESTED,), SENT, by_unit=False),
    pb.ACTION_FORWARD: Rule(_FOLLOWING, OPEN, FORWARDED, by_unit=False, provided=_specialists_forward_what_is_returned),
    pb.ACTION_DENY_RETURN: Rule(_FOLLOWING, (RETURN_REQUESTED,), by_unit=False),
    pb.ACTION_DECIDE_EXTENSION: Rule(("office_leader", "chairman"), OPEN, by_unit=False, provided=_a_later_day_is_asked_for),
    pb.ACTION_NAME_SPECIALIST: Rule(_OFFICE, OPEN, by_unit=False),
    pb.ACTION_CANCEL: Rule(_OFFICE, OPEN, CANCELLED, by_unit=False),
    pb.ACTION_REOPEN: Rule(_OFFICE, (VERIFIED,), IN_PROGRESS, by_unit=False, provided=_its_document_binds),
    pb.ACTION_AMEND: Rule((), OPEN, by_unit=False),
    pb.ACTION_SUCCEED: Rule((), OPEN, SUCCEEDED, by_unit=False),
}
# No act, since it changes nothing: what `deadline` asks before a phiếu báo is issued (Đ8.1.e).
URGE = Rule(_FOLLOWING, UNDONE, by_unit=False)
