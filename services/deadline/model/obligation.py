"""What a task without a deadline owes: an update per quarter (Đ7.2.c, D17)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from ykcd.deadline.v1 import urging_pb2 as pb

from kit import db
from kit.law import article
from services.deadline.model.assignment_copy import AssignmentCopy
from services.deadline.model.base import Base
from services.deadline.model.periods import Quarter

OPEN = pb.OBLIGATION_STATE_OPEN
FULFILLED = pb.OBLIGATION_STATE_FULFILLED
MISSED = pb.OBLIGATION_STATE_MISSED
ENDED = pb.OBLIGATION_STATE_ENDED


@dataclass(frozen=True)
class Part:
    """One unit's part in a task, in one role; the phases of a phased task are one part together, and so is what came back to the unit."""

    copies: Sequence[AssignmentCopy]

    @property
    def anchor(self) -> AssignmentCopy:
        """The assignment that stands for the part: its first phase; of what went away and came back, the later."""
        return min(self.copies, key=lambda copy: (copy.phase, -copy.assigned_on.toordinal(), copy.assignment_id))

    @property
    def owing(self) -> bool:
        """Whether it owes updates now."""
        return any(copy.owing for copy in self.copies)

    @property
    def assigned_on(self) -> date:
        """Of what is open."""
        return min(copy.assigned_on for copy in self.copies if copy.owing)

    @property
    def ended_on(self) -> date | None:
        """Since when nothing more is owed."""
        return None if self.owing else max(copy.changed_on for copy in self.copies)

    @property
    def updated_on(self) -> list[date]:
        """An update on any phase is one of the part."""
        return sorted(day for copy in self.copies for day in copy.updated_on)


class Obligation(Base):
    """One quarter of one part; derived from the updates, and kept so that what was missed stays on record."""

    __tablename__ = "obligation"
    __table_args__ = (
        UniqueConstraint("task_id", "unit_id", "role", "year", "quarter"),
        # What the scheduler looks for.
        Index("obligation_open_idx", "period_end", postgresql_where=text("state = 1")),
        Index("obligation_list_idx", "period_end", "id"),
        Index("obligation_assignment_idx", "assignment_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    state: Mapped[int]
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignment_copy.assignment_id"))
    task_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    role: Mapped[int]
    year: Mapped[int]
    quarter: Mapped[int]
    period_end: Mapped[date]
    fulfilled_on: Mapped[date | None]
    copy: Mapped[AssignmentCopy] = relationship(lazy="raise_on_sql")

    @classmethod
    def open(cls, part: Part, quarter: Quarter) -> Self:
        """Version 0: `judge` makes it the first."""
        of = part.anchor
        about = {"assignment_id": of.assignment_id, "task_id": of.task_id, "unit_id": of.unit_id, "role": of.role, "copy": of}
        period = {"year": quarter.year, "quarter": quarter.number, "period_end": quarter.last_day}
        return cls(id=db.new_id(), version=0, state=OPEN, **about, **period)

    @property
    @article("Đ7.2.c.2")
    def half_year(self) -> bool:
        """The second quarter's update is the half-year's too."""
        return self.quarter == 2

    @property
    @article("Đ7.2.c.2")
    def full_year(self) -> bool:
        """The fourth's is the year's."""
        return self.quarter == 4

    def judge(self, part: Part, today: date) -> bool:
        """By what is known of the part on that day. Whether there is something to tell."""
        before = (self.state, self.fulfilled_on, self.assignment_id)
        self.fulfilled_on = min(self._within(part.updated_on), default=None)
        self.state = self._state(part, today)
        self.copy, self.assignment_id = part.anchor, part.anchor.assignment_id
        if self.version and (self.state, self.fulfilled_on, self.assignment_id) == before:
            return False
        self.version += 1
        return True

    @article("Đ7.2.c.2", "D17", "§6.23")
    def _state(self, part: Part, today: date) -> int:
        """An update dated within the period fulfils it, whenever it is heard of (D17); without one it is missed the day after."""
        past = today > self.period_end
        if self.fulfilled_on:
            return FULFILLED
        if past and self.state in (MISSED, ENDED):
            return self.state
        if part.ended_on and part.ended_on <= self.period_end:
            return ENDED
        return MISSED if past else OPEN

    def _within(self, days: Iterable[date]) -> list[date]:
        first = Quarter(self.year, self.quarter).first_day
        return [day for day in days if first <= day <= self.period_end]
