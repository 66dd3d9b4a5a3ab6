"""What this service knows of an assignment: its latest snapshot, and what is asked of many of them at once."""

from collections.abc import Iterable
from datetime import date
from typing import Self
from uuid import UUID

from sqlalchemy import ARRAY, Date, Index, text
from sqlalchemy.orm import Mapped, mapped_column
from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.directive.v1 import directive_pb2

from kit.clock import local_date
from kit.dates import to_time
from kit.ids import optional_uuid
from kit.law import article
from services.deadline.model.base import Base

# The unit still has it to do: its clock runs, it may be urged, it owes updates.
OPEN = frozenset(
    (pb.ASSIGNMENT_STATE_SENT, pb.ASSIGNMENT_STATE_ACCEPTED, pb.ASSIGNMENT_STATE_IN_PROGRESS, pb.ASSIGNMENT_STATE_RETURN_REQUESTED)
)
REPORTED = pb.ASSIGNMENT_STATE_REPORTED
# The result is here, though it may be sent back.
DONE = frozenset((REPORTED, pb.ASSIGNMENT_STATE_VERIFIED))
OVER = frozenset(
    (pb.ASSIGNMENT_STATE_VERIFIED, pb.ASSIGNMENT_STATE_FORWARDED, pb.ASSIGNMENT_STATE_CANCELLED, pb.ASSIGNMENT_STATE_SUCCEEDED)
)
# Who is urged and who owes updates; who only helps isn't.
ANSWERING = frozenset((directive_pb2.ASSIGNMENT_ROLE_LEAD, directive_pb2.ASSIGNMENT_ROLE_AGGREGATING))
_UPDATES = frozenset((pb.REPORT_KIND_PROGRESS, pb.REPORT_KIND_DONE, pb.REPORT_KIND_PERIODIC, pb.REPORT_KIND_NO_CHANGE))
_VOID = frozenset((pb.REPORT_STATE_DRAFT, pb.REPORT_STATE_REJECTED, pb.REPORT_STATE_WITHDRAWN))


class AssignmentCopy(Base):
    """The highest version heard."""

    __tablename__ = "assignment_copy"
    __table_args__ = (
        Index("assignment_copy_part_idx", "task_id", "unit_id", "role"),
        Index("assignment_copy_owing_idx", "assigned_on", postgresql_where=text("owing")),
    )

    assignment_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    directive_id: Mapped[UUID]
    task_id: Mapped[UUID]
    unit_id: Mapped[UUID]
    role: Mapped[int]
    # 1-based; 0: not phased (Đ3.4).
    phase: Mapped[int]
    state: Mapped[int]
    # None: the Office leaders' queue.
    specialist_id: Mapped[UUID | None] = mapped_column(index=True)
    # Owes periodic updates now: open, its unit answers for it, its task has no deadline.
    owing: Mapped[bool]
    assigned_on: Mapped[date]
    # Of this version.
    changed_on: Mapped[date]
    # Days on which its unit said how it stands.
    updated_on: Mapped[list[date]] = mapped_column(ARRAY(Date))
    # A serialized Assignment as `cited` leaves it.
    snapshot: Mapped[bytes]

    @classmethod
    def of(cls, told: pb.Assignment) -> Self:
        """The first that is heard of it."""
        copy = cls(assignment_id=UUID(told.id), version=0, updated_on=[])
        copy.take(told)
        return copy

    @property
    def assignment(self) -> pb.Assignment:
        """As `cited` leaves it."""
        return pb.Assignment.FromString(self.snapshot)

    @property
    def open(self) -> bool:
        """Its unit still has it to do."""
        return self.state in OPEN

    def take(self, told: pb.Assignment) -> bool:
        """The highest version wins, in whatever order they come. Whether this is a higher one."""
        if told.version <= self.version:
            return False
        self.version, self.state, self.role, self.phase = told.version, told.state, told.role, told.phase
        self.directive_id, self.task_id, self.unit_id = UUID(told.directive_id), UUID(told.task_id), UUID(told.unit_id)
        self.specialist_id = optional_uuid(told.specialist_id)
        self.owing = self.open and owes_updates(told)
        self.assigned_on, self.changed_on = local_date(to_time(told.create_time)), local_date(to_time(told.update_time))
        self.updated_on = update_days(told.reports, self.updated_on)
        self.snapshot = cited(told).SerializeToString(deterministic=True)
        return True


@article("Đ4.2", "Đ7.2.c.2")
def owes_updates(told: pb.Assignment) -> bool:
    """A task without a deadline, long-term and phased ones among them, of the unit that leads or gathers."""
    return told.role in ANSWERING and not told.task_class.has_deadline


@article("Đ7.2.c.2", "D17", "§6.24")
def update_days(reports: Iterable[pb.Report], known: Iterable[date]) -> list[date]:
    """The days in Huế on which the unit handed in what counts as an update: "không phát sinh" does, a comment isn't a report."""
    listed = [(local_date(to_time(report.create_time)), report) for report in reports]
    # A large snapshot leaves out its oldest reports: what was known of those stands.
    first = min((day for day, _ in listed), default=date.max)
    kept = {day for day in known if day < first}
    return sorted(kept | {day for day, report in listed if report.kind in _UPDATES and report.state not in _VOID})


def cited(told: pb.Assignment) -> pb.Assignment:
    """What a notice cites of it: without its history and what the unit wrote."""
    short = pb.Assignment()
    short.CopyFrom(told)
    for field in ("reports", "history", "plan", "extensions", "allowed_actions"):
        short.ClearField(field)
    return short
