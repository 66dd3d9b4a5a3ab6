"""A unit's difficulty with its part of a task, from RAISED to CLOSED."""

from datetime import datetime
from typing import Self
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship
from ykcd.assignment.v1 import obstacle_pb2

from kit.errors import FailedPrecondition, PermissionDenied
from kit.identity import UNIT_ROLES, Actor
from kit.law import article
from services.assignment.actions import OPEN
from services.assignment.matter import OWN_UNIT, Matter, Party, Step
from services.assignment.model import Assignment
from services.assignment.records import Decision

RAISED, PROPOSED, DIRECTED, CLOSED, WITHDRAWN = (
    obstacle_pb2.OBSTACLE_STATE_RAISED,
    obstacle_pb2.OBSTACLE_STATE_PROPOSED,
    obstacle_pb2.OBSTACLE_STATE_DIRECTED,
    obstacle_pb2.OBSTACLE_STATE_CLOSED,
    obstacle_pb2.OBSTACLE_STATE_WITHDRAWN,
)


@article("Đ8.1.đ", "D16")
def _follows(obstacle: "Obstacle", actor: Actor) -> bool:
    """The specialist of this part, or the Office's leaders."""
    return actor.has("office_leader") or actor.is_or_stands_for(obstacle.assignment.specialist_id)


SPECIALIST = Party(("specialist", "office_leader"), _follows, "OTHER_SPECIALIST")


class Obstacle(Matter):
    """What hinders, why, and what the unit, the Office and the leaders say to it. What it hinders is read from the assignment."""

    __tablename__ = "obstacle"
    __table_args__ = (Index("obstacle_list_idx", "update_time", "id"),)

    STATES = obstacle_pb2.ObstacleState
    STEPS = (
        Step("propose", SPECIALIST, (RAISED,), PROPOSED),
        Step("direct", Party(("office_leader",)), (PROPOSED,), DIRECTED),
        # Before a direction too: it solved itself, or the task is gone.
        Step("close", OWN_UNIT, (RAISED, PROPOSED, DIRECTED), CLOSED),
        Step("close", SPECIALIST, (RAISED, PROPOSED, DIRECTED), CLOSED),
        Step("withdraw", OWN_UNIT, (RAISED, PROPOSED), WITHDRAWN),
    )

    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignment.id"), index=True)
    unit_id: Mapped[UUID] = mapped_column(index=True)
    difficulty: Mapped[str]
    cause: Mapped[str]
    proposal: Mapped[str]
    office_proposal: Mapped[str]
    direction: Mapped[str]
    decision_number: Mapped[str]
    decision_signer: Mapped[str]
    closing_note: Mapped[str]
    assignment: Mapped[Assignment] = relationship(lazy="raise")

    @classmethod
    @article("Đ10.2")
    def raised(cls, actor: Actor, now: datetime, assignment: Assignment, *, difficulty: str, cause: str, proposal: str) -> Self:
        """Đ10.2: difficulty, cause and proposal, by the unit, while it has the task."""
        actor.require(*UNIT_ROLES)
        if actor.unit_id != assignment.unit_id:
            raise PermissionDenied(reason="OTHER_UNIT", message="Nhiệm vụ này không thuộc phạm vi bạn được giao.")
        if assignment.state not in OPEN:
            raise FailedPrecondition(
                reason="ASSIGNMENT_CLOSED", message="Nhiệm vụ đã kết thúc đối với đơn vị, không còn vướng mắc để báo cáo."
            )
        told = {"difficulty": difficulty, "cause": cause, "proposal": proposal}
        empty = dict.fromkeys(("office_proposal", "direction", "decision_number", "decision_signer", "closing_note"), "")
        about = {"assignment": assignment, "unit_id": assignment.unit_id}
        return cls._begin("raise", actor, now, text=difficulty, state=RAISED, **about, **told, **empty)

    @article("Đ8.1.b")
    def propose(self, actor: Actor, now: datetime, *, office_proposal: str) -> None:
        """Đ8.1.b: what the Office puts to the leaders."""
        self._move("propose", actor, now, text=office_proposal)
        self.office_proposal = office_proposal

    @article("Đ9.3")
    def direct(self, actor: Actor, now: datetime, *, direction: str, decision: Decision) -> None:
        """Đ9.3: what the leaders decided, by which paper."""
        self._move("direct", actor, now, text=direction)
        self.direction, self.decision_number, self.decision_signer = direction, decision.number, decision.signer

    @article("Đ10.2")
    def close(self, actor: Actor, now: datetime, *, note: str) -> None:
        """Solved, or nothing is left to do."""
        self._move("close", actor, now, text=note)
        self.closing_note = note

    @article("Đ10.2")
    def withdraw(self, actor: Actor, now: datetime, *, reason: str) -> None:
        """Only before the leaders have directed."""
        self._move("withdraw", actor, now, text=reason)
