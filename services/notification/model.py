"""What was told to whom, and how far its mail has come."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from ykcd.assignment.v1.assignment_pb2 import Assignment

from kit import db
from kit.ids import optional_uuid
from services.notification.rules import About, excerpt

# While mail can't be handed over: 1, 2, 4, … seconds. A server that is away is asked soon again; one that says "later" has longer peace.
FIRST_WAIT = timedelta(seconds=1)
LONGEST_WAIT_AWAY = timedelta(seconds=8)
LONGEST_WAIT_REFUSED = timedelta(minutes=5)


class Base(DeclarativeBase):
    metadata = db.metadata()
    type_annotation_map = db.TYPES


class AssignmentCopy(Base):
    """Of each assignment what a notification needs: the clock and others tell of something around it alone."""

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
            excerpt=excerpt(f"Giai đoạn {told.phase} ({told.phase_name}): {told.content}" if told.phase else told.content),
            delegate_ids=[UUID(person) for person in delegates if person],
        )

    def about(self, *, subject: tuple[int, UUID] | None = None, **words: object) -> About:
        """What is told of it, in the document's name; `words`: more of the title's."""
        return About(
            body=self.excerpt,
            words={"code": self.directive_code, **words},
            unit_id=self.unit_id,
            specialist_id=self.specialist_id,
            delegate_ids=tuple(self.delegate_ids),
            assignment_id=self.id,
            subject=subject,
        )


class Notification(Base):
    """One person's, of one event; or of a digest, under an id made from what it sums up."""

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
    assignment_id: Mapped[UUID | None]
    # A NotificationSubject and its id; 0 and none: it leads to the assignment.
    subject_kind: Mapped[int] = mapped_column(server_default=text("0"))
    subject_id: Mapped[UUID | None]
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
