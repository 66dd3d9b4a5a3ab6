"""Clocks of assignments, the calendars that were published, the scheduler's watermark."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from ykcd.assignment.v1.assignment_pb2 import Assignment, AssignmentState

from kit import db
from kit.dates import optional_date
from kit.workdays import REPORT_WORKING_DAYS, WorkingCalendar


class Base(DeclarativeBase):
    metadata = db.metadata()
    type_annotation_map = db.TYPES


class Deadline(Base):
    """One assignment's clock. It runs until the result is reported, and again when that is sent back.

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
    due_date: Mapped[date]
    due_exact: Mapped[bool]
    effective_due_date: Mapped[date]
    report_due_date: Mapped[date]
    running: Mapped[bool]
    # Verified: no calendar moves it any more (regulation §3).
    verified: Mapped[bool]
    miss_time: Mapped[datetime | None]

    @classmethod
    def start(cls, told: Assignment, calendar: WorkingCalendar) -> "Deadline | None":
        """The clock of an assignment in whatever state it is first heard of; None where it has no deadline."""
        due = optional_date(told, "due_date")
        if due is None:
            return None
        clock = cls(assignment_id=UUID(told.id), version=1, unit_id=UUID(told.unit_id), due_date=due, due_exact=told.due_exact)
        clock._follow(told)
        clock._measure(calendar)
        return clock

    def apply(self, told: Assignment) -> None:
        """The highest version of the assignment wins, in whatever order they come."""
        if told.version > self.assignment_version:
            self._follow(told)

    def _follow(self, told: Assignment) -> None:
        self.assignment_version = told.version
        self.verified = told.state == AssignmentState.ASSIGNMENT_STATE_VERIFIED
        self.running = not self.verified and told.state != AssignmentState.ASSIGNMENT_STATE_REPORTED

    def recompute(self, calendar: WorkingCalendar, today: date) -> bool:
        """By a new calendar. Whether it moved; a miss that the new calendar undoes is forgotten, and may come again."""
        before = (self.effective_due_date, self.report_due_date)
        self._measure(calendar)
        if (self.effective_due_date, self.report_due_date) == before:
            return False
        if self.effective_due_date >= today:
            self.miss_time = None
        self.version += 1
        return True

    def miss(self, now: datetime) -> None:
        """The effective due date has passed without a result."""
        self.miss_time = now
        self.version += 1

    def _measure(self, calendar: WorkingCalendar) -> None:
        self.effective_due_date = calendar.effective(self.due_date, exact=self.due_exact)
        self.report_due_date = calendar.add(self.effective_due_date, REPORT_WORKING_DAYS)


class CalendarRelease(Base):
    """A calendar as it was published; the days in force are also in kit's calendar_day, for counting."""

    __tablename__ = "calendar_release"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    # A serialized ykcd.deadline.v1.Calendar.
    calendar: Mapped[bytes]
    create_time: Mapped[datetime]


class ScheduleWatermark(Base):
    """How far a scheduled job has come. Whoever holds its row does the job; a tick only wakes it."""

    __tablename__ = "schedule_watermark"

    job: Mapped[str] = mapped_column(primary_key=True)
    last_processed: Mapped[datetime]
