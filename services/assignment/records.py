"""What was told, handed in, decided about an assignment, and who takes part in its task."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from ykcd.assignment.v1 import assignment_pb2 as pb

from kit import db


class Base(DeclarativeBase):
    metadata = db.metadata()
    type_annotation_map = {**db.TYPES, list[UUID]: ARRAY(Uuid), list[dict[str, Any]]: JSONB, dict[str, Any]: JSONB}


@dataclass(frozen=True)
class Decision:
    """The leaders' decision on paper, as the Office recorded it; or the document that says so, with its id where it's known here."""

    number: str
    signer: str
    directive_id: UUID | None = None


class Unit(Base):
    """A copy of what `directive` tells: whether a unit exists on a day (D12)."""

    __tablename__ = "unit"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    # A UnitKind: which units must have a regulation of their own (Đ11.2).
    kind: Mapped[int]
    name: Mapped[str]
    valid_from: Mapped[date]
    # Its last day.
    valid_to: Mapped[date | None]
    # Once it is dissolved: [{"unit_id": …, "field_id": … or None}].
    successors: Mapped[list[dict[str, Any]]]


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


class Plan(Base):
    """Đ2.2: the unit's own steps, each {content, due_date, person_id, done_on}; days in ISO form, None where there is none."""

    __tablename__ = "plan"

    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignment.id"), primary_key=True)
    unit_id: Mapped[UUID]
    steps: Mapped[list[dict[str, Any]]]


class Extension(Base):
    """A later due date: asked for by the unit, or directed."""

    __tablename__ = "extension"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    assignment_id: Mapped[UUID] = mapped_column(ForeignKey("assignment.id"), index=True)
    unit_id: Mapped[UUID]
    state: Mapped[int]
    previous_due_date: Mapped[date]
    # As asked for; once approved, as decided.
    new_due_date: Mapped[date]
    reason: Mapped[str]
    late: Mapped[bool]
    requested_by_name: Mapped[str]
    request_time: Mapped[datetime]
    decision_number: Mapped[str]
    decision_signer: Mapped[str]
    decision_reason: Mapped[str]
    decide_time: Mapped[datetime | None]

    def close(self, state: int, now: datetime, reason: str = "") -> None:
        """It waits no longer."""
        self.state, self.decide_time, self.decision_reason = state, now, reason


class Report(Base):
    """What the unit told, as it told it; later only its review is added. A draft is the unit's alone, and is thrown away."""

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
    state: Mapped[int]
    review_reason: Mapped[str]
    reviewer_name: Mapped[str]
    review_time: Mapped[datetime | None]

    @property
    def counts(self) -> bool:
        """Whether it is an update (Đ7.2.c): handed in, and neither taken back nor rejected."""
        return self.state in (pb.REPORT_STATE_SUBMITTED, pb.REPORT_STATE_ACCEPTED)

    def review(self, state: int, now: datetime, *, by: str, reason: str) -> None:
        """What the Office says of it."""
        self.state, self.review_time, self.reviewer_name, self.review_reason = state, now, by, reason


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
    # Whose rights a deputy used; empty for his own.
    on_behalf_of_name: Mapped[str]
    decision_number: Mapped[str]
    decision_signer: Mapped[str]
    # The document that superseded the assignment's own; what names it is found when it is purged (D14).
    deciding_directive_id: Mapped[UUID | None]
    # Each {field, before, after}.
    changes: Mapped[list[dict[str, Any]]]
    time: Mapped[datetime]
