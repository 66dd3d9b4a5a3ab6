"""Taking the task on and giving it to people: the unit's acts, and whom the Office names."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ykcd.assignment.v1 import assignment_pb2 as pb

from kit.clock import local_date
from kit.errors import InvalidArgument, Violation
from kit.identity import Actor
from kit.law import article
from services.assignment.records import Delegation, Plan

if TYPE_CHECKING:
    from services.assignment.model.assignment import Assignment


@article("Đ7.2.a")
def accept(self: "Assignment", actor: Actor, now: datetime) -> None:
    """Đ7.2.a."""
    self.require(pb.ACTION_ACCEPT, actor)
    self.record(pb.ACTION_ACCEPT, actor, now)


@article("Đ8.2.1")
def delegate(self: "Assignment", actor: Actor, now: datetime, *, to: Delegation) -> None:
    """Đ8.2: who is responsible inside the unit; a later delegation replaces it."""
    self.require(pb.ACTION_DELEGATE, actor)
    if to.internal_due_date and self.due_date and to.internal_due_date > self.due_date:
        raise InvalidArgument.field("internal_due_date", "INTERNAL_DUE_TOO_LATE", "Hạn nội bộ không được sau thời hạn của nhiệm vụ.")
    self.record(pb.ACTION_DELEGATE, actor, now)
    to.unit_id = self.unit_id
    if self.delegation is None:
        self.delegation = to
    else:
        self.delegation.replace(to)


@article("Đ2.2")
def set_plan(self: "Assignment", actor: Actor, now: datetime, *, steps: list[dict[str, Any]]) -> None:
    """Đ2.2: the steps replace those before; none of them ends after the task's due date. Days in ISO form, as in Plan."""
    self.require(pb.ACTION_SET_PLAN, actor)
    problems = [problem for index, step in enumerate(steps) for problem in _step_problems(self, step, f"steps[{index}]", now)]
    if problems:
        raise InvalidArgument.fields(problems)
    self.record(pb.ACTION_SET_PLAN, actor, now)
    if self.plan is None:
        self.plan = Plan(unit_id=self.unit_id, steps=steps)
    else:
        self.plan.steps = steps


def _step_problems(self: "Assignment", step: dict[str, Any], path: str, now: datetime) -> list[Violation]:
    found = []
    if not step["content"]:
        found.append(Violation(f"{path}.content", "CONTENT_MISSING", "Nhập nội dung bước thực hiện."))
    if step["due_date"] and self.due_date and date.fromisoformat(step["due_date"]) > self.due_date:
        found.append(Violation(f"{path}.due_date", "STEP_DUE_TOO_LATE", "Hạn của bước không được sau thời hạn của nhiệm vụ."))
    if step["done_on"] and date.fromisoformat(step["done_on"]) > local_date(now):
        found.append(Violation(f"{path}.done_on", "DONE_IN_FUTURE", "Ngày hoàn thành bước không được sau ngày hôm nay."))
    return found


@article("Đ6.1.h")
def confirm_aggregator(self: "Assignment", actor: Actor, now: datetime, *, unit_id: UUID) -> None:
    """Đ6.1.h: the lead unit says who gathers the results; another unit than the proposed one is a correction, which moves that part."""
    self.require(pb.ACTION_CONFIRM_AGGREGATOR, actor)
    changes = self.change(aggregating_unit_id=unit_id, aggregator_confirmed=True)
    self.record(pb.ACTION_CONFIRM_AGGREGATOR, actor, now, changes=changes)


@article("Đ8.1.đ")
def name_specialist(self: "Assignment", actor: Actor, now: datetime, *, specialist_id: UUID, reason: str) -> None:
    """Đ8.1.đ: out of the Office leaders' queue, or anew."""
    self.require(pb.ACTION_NAME_SPECIALIST, actor)
    changes = self.change(specialist_id=specialist_id)
    if not changes:
        raise InvalidArgument.field("specialist_id", "NOTHING_CHANGED", "Chuyên viên này đang theo dõi nhiệm vụ.")
    self.record(pb.ACTION_NAME_SPECIALIST, actor, now, reason=reason.strip(), changes=changes)
