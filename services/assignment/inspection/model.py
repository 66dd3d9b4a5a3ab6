"""A visit to a unit to see how it carries its tasks out, from PLANNED to CLOSED."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Self
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column
from ykcd.assignment.v1 import inspection_pb2 as pb

from kit.clock import local_date
from kit.errors import InvalidArgument, PermissionDenied, Violation
from kit.identity import Actor
from kit.law import article
from services.assignment.matter import Matter, Party, Step
from services.assignment.records import Decision

PLANNED, VISITED, CONCLUDED, CLOSED, CANCELLED = (
    pb.INSPECTION_STATE_PLANNED,
    pb.INSPECTION_STATE_VISITED,
    pb.INSPECTION_STATE_CONCLUDED,
    pb.INSPECTION_STATE_CLOSED,
    pb.INSPECTION_STATE_CANCELLED,
)
INTERNAL = pb.INSPECTION_KIND_INTERNAL

OFFICE = Party(("specialist", "office_leader"), lambda inspection, _actor: inspection.kind != INTERNAL, "OTHER_UNIT")
OWN_LEADER = Party(
    ("unit_leader",), lambda inspection, actor: inspection.kind == INTERNAL and inspection.unit_id == actor.unit_id, "OFFICE_INSPECTION"
)


def _steps(verb: str, states: tuple[int, ...], to: int) -> tuple[Step, Step]:
    return Step(verb, OFFICE, states, to), Step(verb, OWN_LEADER, states, to)


@article("Đ8.1.c", "Đ8.2.2")
class Inspection(Matter):
    """The Office inspects units by decision (Đ8.1.c), a unit inspects itself (Đ8.2.2); whoever planned it carries it to its end."""

    __tablename__ = "inspection"
    __table_args__ = (Index("inspection_list_idx", "update_time", "id"),)

    STATES = pb.InspectionState
    STEPS = (
        *_steps("record", (PLANNED, VISITED), VISITED),
        *_steps("conclude", (VISITED,), CONCLUDED),
        *_steps("close", (CONCLUDED,), CLOSED),
        *_steps("cancel", (PLANNED, VISITED), CANCELLED),
    )

    kind: Mapped[int]
    owner_unit_id: Mapped[UUID]
    unit_id: Mapped[UUID] = mapped_column(index=True)
    title: Mapped[str]
    plan: Mapped[str]
    visit_from: Mapped[date]
    visit_to: Mapped[date]
    decision_number: Mapped[str]
    decision_signer: Mapped[str]
    assignment_ids: Mapped[list[UUID]]
    findings: Mapped[str]
    visited_on: Mapped[date | None]
    conclusions: Mapped[str]
    evaluation: Mapped[int]
    conclusion_number: Mapped[str]
    conclusion_signer: Mapped[str]
    follow_up_task_ids: Mapped[list[UUID]]
    closing_note: Mapped[str]

    @classmethod
    @article("Đ8.1.c", "Đ8.2.2")
    def planned(
        cls,
        actor: Actor,
        now: datetime,
        *,
        kind: int,
        unit_id: UUID,
        title: str,
        plan: str,
        visit: tuple[date, date],
        decision: Decision | None,
        assignment_ids: Sequence[UUID],
    ) -> Self:
        """Đ8.1.c: periodic or ad hoc, by the Office on a decision. Đ8.2.2: internal, by the unit's leader for the own unit."""
        cls.require_planner(actor, kind=kind, unit_id=unit_id)
        if visit[1] < visit[0]:
            raise InvalidArgument.field("visit_to", "VISIT_DAYS_REVERSED", "Ngày kết thúc không được trước ngày bắt đầu.")
        decision = _decided(kind, decision)
        empty = dict.fromkeys(("findings", "conclusions", "conclusion_number", "conclusion_signer", "closing_note"), "")
        return cls._begin(
            "plan",
            actor,
            now,
            text=plan,
            state=PLANNED,
            kind=kind,
            owner_unit_id=actor.unit_id,
            unit_id=unit_id,
            title=title,
            plan=plan,
            visit_from=visit[0],
            visit_to=visit[1],
            decision_number=decision.number,
            decision_signer=decision.signer,
            assignment_ids=list(assignment_ids),
            evaluation=pb.EVALUATION_UNSPECIFIED,
            follow_up_task_ids=[],
            **empty,
        )

    @staticmethod
    @article("Đ8.1.c", "Đ8.2.2")
    def require_planner(actor: Actor, *, kind: int, unit_id: UUID) -> None:
        """PermissionDenied for whoever mustn't plan this kind for this unit."""
        if kind != INTERNAL:
            return actor.require(*OFFICE.roles)
        actor.require(*OWN_LEADER.roles)
        if unit_id != actor.unit_id:
            raise PermissionDenied(reason="OTHER_UNIT", message="Chỉ lập kế hoạch kiểm tra nội bộ cho đơn vị mình.")
        return None

    @article("Đ8.1.c", "Đ8.2.2")
    def record(self, actor: Actor, now: datetime, *, visited_on: date, findings: str) -> None:
        """What was found; may be said again, better, until it's concluded."""
        self.require_permitted(actor, "record")
        if visited_on > local_date(now):
            raise InvalidArgument.field("visited_on", "VISITED_IN_FUTURE", "Ngày kiểm tra không được sau ngày hôm nay.")
        self._move("record", actor, now, text=findings)
        self.visited_on, self.findings = visited_on, findings

    @article("Đ8.1.c", "Đ8.2.2")
    def conclude(self, actor: Actor, now: datetime, *, conclusions: str, evaluation: int, decision: Decision | None) -> None:
        """With an evaluation; the Office's by a decision too."""
        self.require_permitted(actor, "conclude")
        decision = _decided(self.kind, decision)
        self._move("conclude", actor, now, text=conclusions)
        self.conclusions, self.evaluation = conclusions, evaluation
        self.conclusion_number, self.conclusion_signer = decision.number, decision.signer

    @article("Đ8.1.c")
    def close(self, actor: Actor, now: datetime, *, follow_up_task_ids: Sequence[UUID], known: set[UUID], note: str) -> None:
        """With the tasks given because of it, which must be known (`known`) here."""
        self.require_permitted(actor, "close")
        require_known(follow_up_task_ids, known, field="follow_up_task_ids", reason="TASK_UNKNOWN")
        self._move("close", actor, now, text=note)
        self.follow_up_task_ids, self.closing_note = list(follow_up_task_ids), note

    @article("Đ8.1.c", "Đ8.2.2")
    def cancel(self, actor: Actor, now: datetime, *, reason: str) -> None:
        """Until it's concluded."""
        self._move("cancel", actor, now, text=reason)

    @article("D14")
    def forget(self, ids: Collection[UUID]) -> None:
        """It was about other tasks too: what was purged is named no more."""
        self.assignment_ids = [id for id in self.assignment_ids if id not in ids]
        self.follow_up_task_ids = [id for id in self.follow_up_task_ids if id not in ids]
        self.version += 1


def require_known(ids: Sequence[UUID], known: set[UUID], *, field: str, reason: str) -> None:
    """InvalidArgument naming each of `ids` that isn't in `known`."""
    problems = [Violation(f"{field}[{index}]", reason, "Không tìm thấy nhiệm vụ này.") for index, id in enumerate(ids) if id not in known]
    if problems:
        raise InvalidArgument.fields(problems)


def _decided(kind: int, decision: Decision | None) -> Decision:
    if decision is None and kind != INTERNAL:
        raise InvalidArgument.field("decision", "DECISION_MISSING", "Nhập số và người ký quyết định.")
    return decision or Decision("", "")
