"""What was told, handed in, decided about an assignment, and who takes part in its task."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kit import db


class Base(DeclarativeBase):
    metadata = db.metadata()
    type_annotation_map = {**db.TYPES, list[UUID]: ARRAY(Uuid)}


class Participation(Base):
    """Which unit takes part in which task: what a unit's sight rests on (D13)."""

    __tablename__ = "participation"

    unit_id: Mapped[UUID] = mapped_column(primary_key=True)
    task_id: Mapped[UUID] = mapped_column(primary_key=True)


class Delegation(Base):
    """Annex III (Đ8.2): exactly one leader is responsible, with officers."""

    __tablename__ = "delegation"

    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignment.id"), primary_key=True)
    unit_id: Mapped[UUID]
    leader_id: Mapped[UUID]
    officer_ids: Mapped[list[UUID]]
    internal_due_date: Mapped[date | None]
    note: Mapped[str]

    def replace(self, other: "Delegation") -> None:
        """By the people, day and note of another."""
        self.leader_id, self.officer_ids = other.leader_id, other.officer_ids
        self.internal_due_date, self.note = other.internal_due_date, other.note


class Report(Base):
    """What the unit told, as it told it; nothing here is changed later."""

    __tablename__ = "report"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignment.id"), index=True)
    unit_id: Mapped[UUID]
    kind: Mapped[int]
    content: Mapped[str]
    completed_on: Mapped[date | None]
    document_number: Mapped[str]
    document_date: Mapped[date | None]
    evidence_ids: Mapped[list[UUID]]
    create_time: Mapped[datetime]
    author_id: Mapped[UUID]
    author_name: Mapped[str]


class Evidence(Base):
    """A file, whole and checked. Until a result names it, it is the unit's alone; after a send_back it may be named again."""

    __tablename__ = "evidence"
    __table_args__ = (Index("evidence_request_key", "uploaded_by", "request_id", unique=True),)

    # Also its name in the file store.
    id: Mapped[UUID] = mapped_column(primary_key=True)
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignment.id"), index=True)
    unit_id: Mapped[UUID]
    request_id: Mapped[UUID]
    file_name: Mapped[str]
    content_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    attached: Mapped[bool]
    upload_time: Mapped[datetime]
    uploaded_by: Mapped[UUID]
    uploaded_by_name: Mapped[str]


class Upload(Base):
    """A file that is on its way into the store. What stays here was cut off, and is swept."""

    __tablename__ = "upload"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID]
    create_time: Mapped[datetime]


class Transition(Base):
    """One line of an assignment's history."""

    __tablename__ = "transition"

    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignment.id"), primary_key=True)
    # The assignment's version after it.
    version: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[UUID]
    action: Mapped[int]
    from_state: Mapped[int]
    to_state: Mapped[int]
    reason: Mapped[str]
    # None: the platform itself.
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str]
    actor_unit_id: Mapped[UUID | None]
    time: Mapped[datetime]
