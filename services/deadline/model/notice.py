"""Phiếu báo: the Office's numbered urging papers (Đ8.1.e, Annex II)."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from ykcd.assignment.v1.assignment_pb2 import Assignment
from ykcd.deadline.v1 import urging_pb2 as pb

from kit.clock import local_date
from kit.errors import FailedPrecondition, PermissionDenied
from kit.identity import Actor
from kit.law import article
from services.deadline.model.assignment_copy import AssignmentCopy, cited
from services.deadline.model.base import Base

PROPOSED = pb.URGING_NOTICE_STATE_PROPOSED
ISSUED = pb.URGING_NOTICE_STATE_ISSUED
ACKNOWLEDGED = pb.URGING_NOTICE_STATE_ACKNOWLEDGED
SATISFIED = pb.URGING_NOTICE_STATE_SATISFIED
ELAPSED = pb.URGING_NOTICE_STATE_ELAPSED
DROPPED = pb.URGING_NOTICE_STATE_DROPPED
# Out, and its three days run.
PENDING = (ISSUED, ACKNOWLEDGED)
ISSUERS = ("specialist", "office_leader")
ANSWERERS = ("focal_point", "unit_leader")
# Of "12/PB-VPUB".
SERIES = "PB-VPUB"


class UrgingNumber(Base):
    """The last number given in a year; its row is updated in the transaction that gives the next, so that none is lost or given twice."""

    __tablename__ = "urging_number"

    series: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class UrgingNotice(Base):
    """From the scheduler's proposal to its end; the rules of when are Series's."""

    __tablename__ = "urging_notice"
    __table_args__ = (
        # One of each ordinal in a cycle; those dropped (state 6) don't count.
        Index("urging_notice_ordinal_key", "assignment_id", "deadline_cycle", "ordinal", unique=True, postgresql_where=text("state <> 6")),
        Index("urging_notice_number_key", "year", "number", unique=True),
        # What the scheduler looks for.
        Index("urging_notice_pending_idx", "answer_due_date", postgresql_where=text("state IN (2, 3)")),
        Index("urging_notice_unit_idx", "unit_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()
    state: Mapped[int]
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignment_copy.assignment_id"))
    unit_id: Mapped[UUID]
    # Which notice of the cycle.
    ordinal: Mapped[int]
    deadline_cycle: Mapped[int]
    propose_date: Mapped[date]
    # Of the cycle's earlier notices.
    earlier_numbers: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    # From here on None until issued.
    number: Mapped[int | None]
    year: Mapped[int | None]
    issue_time: Mapped[datetime | None]
    issued_by_name: Mapped[str] = mapped_column(default="")
    # The unit answers before this day; the next notice, or the report to the Chairman, isn't due sooner.
    answer_due_date: Mapped[date | None]
    days_overdue: Mapped[int | None]
    working_days_overdue: Mapped[int | None]
    # The Assignment as it was then, serialized.
    cited: Mapped[bytes | None]
    counts: Mapped[bool] = mapped_column(default=False)
    acknowledge_time: Mapped[datetime | None]
    acknowledged_by_name: Mapped[str] = mapped_column(default="")
    answer: Mapped[str] = mapped_column(default="")
    copy: Mapped[AssignmentCopy] = relationship(lazy="raise_on_sql")

    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}

    @article("Đ8.1.e")
    def issue(self, actor: Actor, now: datetime, *, number: int, answer_due: date, overdue: tuple[int, int], told: Assignment) -> None:
        """Series.require_issuable has looked at when. `overdue`: calendar and working days; `told`: what it is about, of this moment."""
        self.state, self.number, self.year = ISSUED, number, local_date(now).year
        self.issue_time, self.issued_by_name, self.answer_due_date = now, actor.name, answer_due
        self.days_overdue, self.working_days_overdue = overdue
        self.cited = cited(told).SerializeToString(deterministic=True)
        self.counts = True
        self.version += 1

    @article("Đ8.1.e")
    def acknowledge(self, actor: Actor, now: datetime, *, answer: str) -> None:
        """The unit has it, and answers."""
        actor.require(*ANSWERERS)
        if not self._is_answered_by(actor):
            raise PermissionDenied(reason="OTHER_UNIT", message="Phiếu báo này được gửi cho đơn vị khác.")
        if self.state != ISSUED:
            raise FailedPrecondition(
                reason="WRONG_STATE",
                message="Phiếu báo không còn chờ đơn vị phúc đáp.",
                metadata={"state": pb.UrgingNoticeState.Name(self.state).removeprefix("URGING_NOTICE_STATE_")},
            )
        self.state = ACKNOWLEDGED
        self.acknowledge_time, self.acknowledged_by_name, self.answer = now, actor.name, answer
        self.version += 1

    def become(self, state: int, *, counts: bool) -> bool:
        """Whether anything is new."""
        if (self.state, self.counts) == (state, counts):
            return False
        self.state, self.counts = state, counts
        self.version += 1
        return True

    def allowed_verbs(self, actor: Actor) -> list[str]:
        """What the actor may do now."""
        if self.state == PROPOSED and follows(actor, self.copy.specialist_id):
            return ["issue"]
        if self.state == ISSUED and self._is_answered_by(actor):
            return ["acknowledge"]
        return []

    def _is_answered_by(self, actor: Actor) -> bool:
        return self.unit_id == actor.unit_id and actor.has(*ANSWERERS)


@article("Đ8.1.e", "Đ8.1.đ")
def follows(actor: Actor, specialist_id: UUID | None) -> bool:
    """Whether it is the actor who urges: the specialist of this part or who stands in for him, or an Office leader."""
    return actor.has("office_leader") or (actor.has("specialist") and actor.is_or_stands_for(specialist_id))


def require_follows(actor: Actor, specialist_id: UUID | None) -> None:
    """PermissionDenied for whoever may see it but isn't the one who urges."""
    actor.require(*ISSUERS)
    if not follows(actor, specialist_id):
        raise PermissionDenied(reason="OTHER_SPECIALIST", message="Nhiệm vụ này do chuyên viên khác theo dõi.")
