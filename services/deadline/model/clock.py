"""One assignment's clock."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column
from ykcd.assignment.v1.assignment_pb2 import Assignment

from kit.dates import optional_date
from kit.law import article
from kit.workdays import REPORT_WORKING_DAYS, WorkingCalendar
from services.deadline.model.assignment_copy import OPEN, OVER
from services.deadline.model.base import Base


class Deadline(Base):
    """It runs until the result is reported, and again when that is sent back; it stands, as it was, when its due date is taken away.

    A request to return doesn't stop it (Đ7.2.d).
    """

    __tablename__ = "deadline"
    __table_args__ = (
        # What the scheduler looks for.
        Index("deadline_unmissed_idx", "effective_due_date", postgresql_where=text("running AND miss_time IS NULL")),
    )

    assignment_id: Mapped[UUID] = mapped_column(primary_key=True)
    # Moves with each event about this clock; not the assignment's version.
    version: Mapped[int]
    assignment_version: Mapped[int]
    unit_id: Mapped[UUID]
    phase: Mapped[int]
    # Which deadline it measures: an extension opens the next (D4).
    deadline_cycle: Mapped[int]
    due_date: Mapped[date]
    due_exact: Mapped[bool]
    effective_due_date: Mapped[date]
    report_due_date: Mapped[date]
    running: Mapped[bool]
    # Verified, forwarded, cancelled, succeeded, without a due date now: no calendar moves it any more (regulation §3).
    over: Mapped[bool] = mapped_column("verified")
    miss_time: Mapped[datetime | None]

    @classmethod
    @article("Đ4.2", "Đ3.4")
    def start(cls, told: Assignment, calendar: WorkingCalendar) -> Self | None:
        """The clock of an assignment in whatever state it is first heard of; None where it has no due date. A phase has its own (Đ3.4)."""
        if not told.HasField("due_date"):
            return None
        clock = cls(assignment_id=UUID(told.id), version=1, unit_id=UUID(told.unit_id), phase=told.phase)
        clock._follow(told)
        clock._measure(calendar)
        return clock

    @article("Đ7.2.d", "D4")
    def apply(self, told: Assignment, calendar: WorkingCalendar, today: date) -> bool:
        """The highest version of the assignment wins, in whatever order they come. Whether another deadline is to be told of."""
        if told.version <= self.assignment_version:
            return False
        before, cycle = self._told(), self.deadline_cycle
        self._follow(told)
        if not self.over:
            self._measure(calendar)
        if self._told() == before:
            return False
        if self.deadline_cycle != cycle:
            # Each cycle may be missed once.
            self.miss_time = None
        self._changed(today)
        return True

    def _told(self) -> tuple[object, ...]:
        return (self.due_date, self.due_exact, self.deadline_cycle, self.effective_due_date, self.report_due_date)

    def _follow(self, told: Assignment) -> None:
        self.assignment_version = told.version
        # Those told before there were extensions don't say.
        self.deadline_cycle = told.deadline_cycle or 1
        due = optional_date(told, "due_date")
        if due is not None:
            self.due_date, self.due_exact = due, told.due_exact
        self.over = due is None or told.state in OVER
        self.running = due is not None and told.state in OPEN

    def recompute(self, calendar: WorkingCalendar, today: date) -> bool:
        """By a new calendar. Whether it moved; a miss that the new calendar undoes is forgotten, and may come again."""
        before = self._told()
        self._measure(calendar)
        if self._told() == before:
            return False
        self._changed(today)
        return True

    def _changed(self, today: date) -> None:
        if self.effective_due_date >= today:
            self.miss_time = None
        self.version += 1

    def miss(self, now: datetime) -> None:
        """The effective due date has passed without a result."""
        self.miss_time = now
        self.version += 1

    @article("Đ7.2.c.1", "D6", "D7")
    def _measure(self, calendar: WorkingCalendar) -> None:
        self.effective_due_date = calendar.effective(self.due_date, exact=self.due_exact)
        self.report_due_date = calendar.add(self.effective_due_date, REPORT_WORKING_DAYS)
