"""What follows three notices without a result: the report to the Chairman and his decision (Đ8.1.e)."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from ykcd.deadline.v1 import urging_pb2 as pb

from kit.clock import local_date
from kit.errors import FailedPrecondition, InvalidArgument
from kit.identity import Actor
from kit.law import article
from services.deadline.model import assignment_copy
from services.deadline.model.assignment_copy import AssignmentCopy
from services.deadline.model.base import Base
from services.deadline.model.notice import follows, require_follows

DUE = pb.ESCALATION_STATE_DUE
REPORTED = pb.ESCALATION_STATE_REPORTED
DIRECTED = pb.ESCALATION_STATE_DIRECTED
DONE = pb.ESCALATION_STATE_DONE
DIRECTORS = ("office_leader", "chairman")
EXTEND = pb.ESCALATION_DIRECTION_EXTEND
# `assignment` carries these out; the others are people's to do, and to say that they are done.
CARRIED_OUT = frozenset((EXTEND, pb.ESCALATION_DIRECTION_REASSIGN, pb.ESCALATION_DIRECTION_CLOSE))


@dataclass(frozen=True)
class Direction:
    """What the Chairman directs: `number` and `signer` of his decision; `new_due_date` to extend, `new_unit_id` to reassign."""

    kind: int
    text: str
    number: str
    signer: str
    new_due_date: date | None = None
    new_unit_id: UUID | None = None


class Escalation(Base):
    """One per deadline cycle at most. While it is open no notice is proposed or issued."""

    __tablename__ = "escalation"
    __table_args__ = (
        Index("escalation_cycle_key", "assignment_id", "deadline_cycle", unique=True),
        Index("escalation_open_idx", "assignment_id", postgresql_where=text("state <> 4")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()
    state: Mapped[int]
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignment_copy.assignment_id"))
    unit_id: Mapped[UUID]
    deadline_cycle: Mapped[int]
    due_on: Mapped[date]
    notice_numbers: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    report_number: Mapped[str] = mapped_column(default="")
    report_date: Mapped[date | None]
    report_note: Mapped[str] = mapped_column(default="")
    direction: Mapped[int] = mapped_column(default=pb.ESCALATION_DIRECTION_UNSPECIFIED)
    direction_text: Mapped[str] = mapped_column(default="")
    decision_number: Mapped[str] = mapped_column(default="")
    decision_signer: Mapped[str] = mapped_column(default="")
    new_due_date: Mapped[date | None]
    new_unit_id: Mapped[UUID | None]
    direct_time: Mapped[datetime | None]
    # The assignment's cycle then, 0 before: what is directed in view of one deadline isn't carried out on another (D4).
    directed_cycle: Mapped[int] = mapped_column(default=0)
    closing_note: Mapped[str] = mapped_column(default="")
    create_time: Mapped[datetime]
    update_time: Mapped[datetime]
    copy: Mapped[AssignmentCopy] = relationship(lazy="raise_on_sql")

    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}

    @article("Đ8.1.e")
    def report(self, actor: Actor, now: datetime, *, number: str, day: date, note: str) -> None:
        """The report to the Chairman has gone out."""
        require_follows(actor, self.copy.specialist_id)
        self._require(DUE)
        if day > local_date(now):
            raise InvalidArgument.field("report_date", "REPORT_IN_FUTURE", "Ngày báo cáo không được sau ngày hôm nay.")
        self.report_number, self.report_date, self.report_note = number, day, note
        self._move(REPORTED, now)

    @article("Đ8.1.e")
    def direct(self, actor: Actor, now: datetime, *, direction: Direction) -> None:
        """The Chairman's decision; what it means for the task is carried out by `assignment`. Again where that couldn't."""
        actor.require(*DIRECTORS)
        if not self.pending:
            self._require(REPORTED)
        if direction.kind in CARRIED_OUT and self.copy.state == assignment_copy.REPORTED:
            raise FailedPrecondition(reason="RESULT_PENDING", message="Đơn vị đã báo cáo kết quả, đang chờ xác nhận.")
        self._require_sound(direction, local_date(now))
        self.direction, self.direction_text = direction.kind, direction.text
        self.decision_number, self.decision_signer = direction.number, direction.signer
        self.new_due_date, self.new_unit_id = direction.new_due_date, direction.new_unit_id
        self.direct_time, self.directed_cycle = now, max(self.deadline_cycle, self.copy.assignment.deadline_cycle)
        self._move(DIRECTED, now)

    @article("Đ8.1.e")
    def close(self, actor: Actor, now: datetime, *, note: str) -> None:
        """What was directed has happened. Of what `assignment` carries out it says so itself (`settles`)."""
        require_follows(actor, self.copy.specialist_id)
        self._require(DIRECTED)
        if self.pending:
            message = "Ý kiến chỉ đạo chưa được thực hiện trên nhiệm vụ; khi đã thực hiện thì việc này tự kết thúc."
            raise FailedPrecondition(reason="DIRECTION_PENDING", message=message)
        self.closing_note = note
        self._move(DONE, now)

    def lapse(self, now: datetime, *, note: str) -> None:
        """As `settles` found."""
        self.closing_note = note
        self._move(DONE, now)

    @property
    def pending(self) -> bool:
        """Directed, and `assignment` hasn't carried it out: it is about to, or could not."""
        return self.state == DIRECTED and self.direction in CARRIED_OUT

    @article("Đ8.1.e", "D4")
    def settles(self, *, over: bool, cycle: int) -> bool:
        """Whether it ends by what became of the task, now in that cycle: nothing is left to decide, or what was directed has happened."""
        if self.state in (DUE, REPORTED):
            return over or self.deadline_cycle < cycle
        return self.pending and (over or (self.direction == EXTEND and self.directed_cycle < cycle))

    def allowed_verbs(self, actor: Actor) -> list[str]:
        """What the actor may do now."""
        mine = follows(actor, self.copy.specialist_id)
        steps = (
            ("report", mine, self.state == DUE),
            ("direct", actor.has(*DIRECTORS), self.state == REPORTED or self.pending),
            ("close", mine, self.state == DIRECTED and not self.pending),
        )
        return [verb for verb, may, now in steps if may and now]

    def _move(self, state: int, now: datetime) -> None:
        self.state, self.update_time = state, now
        self.version += 1

    def _require(self, state: int) -> None:
        if self.state != state:
            raise FailedPrecondition(
                reason="WRONG_STATE",
                message="Báo cáo Chủ tịch đang ở bước không cho phép thao tác này.",
                metadata={"state": pb.EscalationState.Name(self.state).removeprefix("ESCALATION_STATE_")},
            )

    def _require_sound(self, direction: Direction, today: date) -> None:
        extends = direction.kind == EXTEND
        if extends != (direction.new_due_date is not None):
            raise InvalidArgument.field("new_due_date", "NEW_DUE_DATE_MISPLACED", "Thời hạn mới đi cùng (và chỉ cùng) ý kiến cho gia hạn.")
        if direction.new_due_date and direction.new_due_date <= today:
            raise InvalidArgument.field("new_due_date", "EXTENSION_NOT_LATER", "Thời hạn mới phải sau ngày hôm nay.")
        reassigns = direction.kind == pb.ESCALATION_DIRECTION_REASSIGN
        if reassigns != (direction.new_unit_id is not None):
            raise InvalidArgument.field("new_unit_id", "NEW_UNIT_MISPLACED", "Đơn vị mới đi cùng (và chỉ cùng) ý kiến giao đơn vị khác.")
        if direction.new_unit_id == self.unit_id:
            raise InvalidArgument.field("new_unit_id", "SAME_UNIT", "Đơn vị này đang thực hiện nhiệm vụ.")
