"""What the lists and counts are read from: a copy of what the owners told, in the shape in which it is asked for."""

import re
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Computed, Index, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kit import db
from kit.identity import OFFICE_ROLES
from kit.text import fold

# The evaluator (Đ12) reads lists and counts, no attachments.
READER_ROLES = (*OFFICE_ROLES, "evaluator")


class Base(DeclarativeBase):
    metadata = db.metadata()
    type_annotation_map = db.TYPES


class Assignment(Base):
    """One unit's part in a task.

    Three owners tell of it, in any order, and each has its own columns and its own version: `directive` (the facts of the document and the
    task), `assignment` (state, people, dates), `deadline` (effective_due_date). What is overdue follows from the dates on reading, so that
    nothing is rewritten at midnight.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        Index("assignment_due_idx", "due_order", "id"),
        Index("assignment_issue_idx", "directive_issue_date", "id"),
        Index("assignment_update_idx", "update_time", "id"),
        Index("assignment_unit_idx", "unit_id", "state", "effective_due_date"),
        Index("assignment_specialist_idx", "specialist_id", "state"),
        # None on search_text or delegates: under row-level security PostgreSQL may not look into an index with LIKE or @>, which aren't
        # leakproof. See README.md.
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    # 0 until the first event of `assignment`; the row then stands as it was planned: sent (Đ2.7: a task binds from publication).
    version: Mapped[int]
    unit_id: Mapped[UUID]
    role: Mapped[int]
    state: Mapped[int]
    execution: Mapped[int]
    specialist_id: Mapped[UUID | None]
    due_date: Mapped[date | None]
    effective_due_date: Mapped[date | None]
    # Without a deadline last.
    due_order: Mapped[date] = mapped_column(Computed("COALESCE(effective_due_date, '9999-12-31'::date)", persisted=True))
    completed_on: Mapped[date | None]
    last_report_on: Mapped[date | None]
    late_update: Mapped[bool | None]
    # The responsible leader and the officers named in the delegation (Đ8.2).
    delegates: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    update_time: Mapped[datetime]

    # 0 until DirectivePublished; the facts below then stand as `assignment` told them.
    directive_version: Mapped[int]
    directive_id: Mapped[UUID] = mapped_column(index=True)
    task_id: Mapped[UUID] = mapped_column(index=True)
    directive_code: Mapped[str]
    directive_abstract: Mapped[str]
    directive_issue_date: Mapped[date]
    document_type: Mapped[int]
    content: Mapped[str]
    field_id: Mapped[UUID | None]
    has_deadline: Mapped[bool]
    must_report: Mapped[bool]
    # searchable() of the above.
    search_text: Mapped[str]


class Participation(Base):
    """D13: a unit that takes part in a task sees every unit's part in it. Kept by task: a task of 300 units has 300 rows, not 90,000."""

    __tablename__ = "participation"

    unit_id: Mapped[UUID] = mapped_column(primary_key=True)
    task_id: Mapped[UUID] = mapped_column(primary_key=True)


class Deadline(Base):
    """The clock that `deadline` gave an assignment; it may come before the assignment itself, and is kept until then."""

    __tablename__ = "deadline"

    assignment_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    # The due date that it was reckoned from: after an extension an older clock no longer counts.
    due_date: Mapped[date | None]
    effective_due_date: Mapped[date | None]


class Unit(Base):
    """A unit's name, and its place in a Vietnamese dictionary."""

    __tablename__ = "unit"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    name: Mapped[str]
    sort_key: Mapped[str]
    search_text: Mapped[str]


_WORD = re.compile(r"[^\W_]+(?:[/.-][^\W_]+)*")
_JOINT = re.compile(r"[/.-]")


def words(text: str) -> list[str]:
    """Without diacritics, and without LIKE's wildcards; a document's code stays one word."""
    return _WORD.findall(fold(text))


def searchable(*texts: str) -> str:
    """Each word once after a blank, and of a joined word each tail, so that a search for ` ubnd` finds "5425/UBND-KGVX"."""
    found = dict.fromkeys(
        word[start:] for text in texts for word in words(text) for start in (0, *(joint.end() for joint in _JOINT.finditer(word)))
    )
    return "".join(f" {word}" for word in found)
