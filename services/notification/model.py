"""What is told to whom, and how far its mail has come."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from uuid import UUID

from google.protobuf.message import Message
from sqlalchemy import Index, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from ykcd.assignment.v1 import event_pb2
from ykcd.assignment.v1.assignment_pb2 import Assignment
from ykcd.deadline.v1.event_pb2 import DeadlineMissed
from ykcd.notification.v1.notification_pb2 import NotificationKind

from kit import db

# So much of a task's content goes into a notification, and so into a mail, and no more.
EXCERPT = 120
# While mail can't be handed over: 1, 2, 4, … seconds. A server that is away is asked soon again; one that says "later" has longer peace.
FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT_AWAY = timedelta(seconds=8)
LONGEST_WAIT_REFUSED = timedelta(minutes=5)


class Base(DeclarativeBase):
    metadata = db.metadata()
    type_annotation_map = db.TYPES


class Audience(Enum):
    """Groups of people around an assignment."""

    # The unit's focal points and leaders.
    UNIT_DESK = auto()
    UNIT_LEADERS = auto()
    # The leader and the officers to whom the unit gave it (Đ8.2).
    DELEGATES = auto()
    SPECIALIST = auto()
    # Where there is no specialist, the Office leaders' queue (Đ8.1.đ): nothing is dropped.
    SPECIALIST_OR_OFFICE_LEADERS = auto()


@dataclass(frozen=True)
class Rule:
    """What an event says, and to whom."""

    kind: int
    title: str
    audiences: tuple[Audience, ...]


_DONE_TO_UNIT = (Audience.UNIT_LEADERS, Audience.DELEGATES)
RULES: Mapping[type[Message], Rule] = {
    event_pb2.AssignmentSent: Rule(NotificationKind.NOTIFICATION_KIND_TASK_ASSIGNED, "Nhiệm vụ mới theo {code}", (Audience.UNIT_DESK,)),
    event_pb2.AssignmentAccepted: Rule(
        NotificationKind.NOTIFICATION_KIND_ACCEPTED, "Đơn vị đã tiếp nhận nhiệm vụ theo {code}", (Audience.SPECIALIST,)
    ),
    event_pb2.AssignmentReturnRequested: Rule(
        NotificationKind.NOTIFICATION_KIND_RETURN_REQUESTED,
        "Đơn vị đề nghị trả lại nhiệm vụ theo {code}",
        (Audience.SPECIALIST_OR_OFFICE_LEADERS,),
    ),
    event_pb2.AssignmentDelegated: Rule(
        NotificationKind.NOTIFICATION_KIND_DELEGATED, "Bạn được phân công nhiệm vụ theo {code}", (Audience.DELEGATES,)
    ),
    event_pb2.AssignmentReported: Rule(
        NotificationKind.NOTIFICATION_KIND_REPORTED,
        "Đơn vị báo cáo kết quả nhiệm vụ theo {code}",
        (Audience.SPECIALIST_OR_OFFICE_LEADERS,),
    ),
    event_pb2.AssignmentVerified: Rule(
        NotificationKind.NOTIFICATION_KIND_VERIFIED, "Kết quả nhiệm vụ theo {code} đã được xác nhận", _DONE_TO_UNIT
    ),
    event_pb2.AssignmentSentBack: Rule(
        NotificationKind.NOTIFICATION_KIND_SENT_BACK, "Kết quả nhiệm vụ theo {code} chưa được chấp nhận", _DONE_TO_UNIT
    ),
    DeadlineMissed: Rule(
        NotificationKind.NOTIFICATION_KIND_OVERDUE,
        "Quá hạn nhiệm vụ theo {code}",
        (Audience.UNIT_DESK, Audience.DELEGATES, Audience.SPECIALIST_OR_OFFICE_LEADERS),
    ),
}


def excerpt(content: str) -> str:
    """The beginning of a task, on one line."""
    line = " ".join(content.split())
    return line if len(line) <= EXCERPT else line[: EXCERPT - 1] + "…"


def optional_uuid(value: str) -> UUID | None:
    """Empty means none."""
    return UUID(value) if value else None


class AssignmentCopy(Base):
    """Of each assignment what a notification needs, since DeadlineMissed tells of the clock alone."""

    __tablename__ = "assignment_copy"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    unit_id: Mapped[UUID]
    specialist_id: Mapped[UUID | None]
    directive_code: Mapped[str]
    excerpt: Mapped[str]
    delegate_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))

    @classmethod
    def of(cls, told: Assignment) -> "AssignmentCopy":
        """The snapshot's."""
        delegates = [told.delegation.leader_id, *told.delegation.officer_ids]
        return cls(
            id=UUID(told.id),
            version=told.version,
            unit_id=UUID(told.unit_id),
            specialist_id=optional_uuid(told.specialist_id),
            directive_code=told.directive_code,
            excerpt=excerpt(told.content),
            delegate_ids=[UUID(person) for person in delegates if person],
        )


class Notification(Base):
    """One person's, of one event."""

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint("event_id", "person_id", name="notification_event_key"),
        Index("notification_list_idx", "person_id", "create_time", "id"),
        Index("notification_unread_idx", "person_id", postgresql_where=text("read_time IS NULL")),
        Index("notification_unmailed_idx", "person_id", "id", postgresql_where=text("mail_time IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID]
    person_id: Mapped[UUID]
    kind: Mapped[int]
    title: Mapped[str]
    body: Mapped[str]
    assignment_id: Mapped[UUID]
    create_time: Mapped[datetime]
    read_time: Mapped[datetime | None]
    # The mail that lists it: the id of the first notification in it. Settled before the first attempt, so that a repetition is the same.
    mail_id: Mapped[UUID | None]
    # When it was handed over, or given up.
    mail_time: Mapped[datetime | None]
    # Why it was given up.
    mail_problem: Mapped[str | None]


class MailPace(Base):
    """When a person may be sent the next mail. Its row is locked while one is being sent."""

    __tablename__ = "mail_pace"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    not_before: Mapped[datetime]
    failures: Mapped[int]

    def sent(self, now: datetime, window: timedelta) -> None:
        """What comes within the window waits for its end and then goes in one mail."""
        self.failures, self.not_before = 0, now + window

    def failed(self, now: datetime, longest: timedelta) -> None:
        """Wait twice as long as last time."""
        self.not_before = now + min(FIRST_WAIT * 2 ** min(self.failures, 16), longest)
        self.failures += 1
