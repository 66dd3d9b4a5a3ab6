"""What the lists and counts are read from: a copy of what the owners told, in the shape in which it is asked for."""

import re
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Computed, Index, Integer, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from ykcd.assignment.v1.assignment_pb2 import AssignmentState

from kit import db
from kit.identity import OFFICE_ROLES
from kit.text import fold

# The evaluator (Đ12) reads lists and counts, no attachments.
READER_ROLES = (*OFFICE_ROLES, "evaluator")
# Neither verified nor gone (forwarded, cancelled, succeeded).
OPEN_STATES = (
    AssignmentState.ASSIGNMENT_STATE_SENT,
    AssignmentState.ASSIGNMENT_STATE_ACCEPTED,
    AssignmentState.ASSIGNMENT_STATE_IN_PROGRESS,
    AssignmentState.ASSIGNMENT_STATE_RETURN_REQUESTED,
    AssignmentState.ASSIGNMENT_STATE_REPORTED,
)


# As timeliness.conditions() has TIMELINESS_DONE_LATE.
LATE = "execution = 3 AND effective_due_date IS NOT NULL AND (completed_on IS NULL OR completed_on > effective_due_date)"


class Base(DeclarativeBase):
    metadata = db.metadata()
    type_annotation_map = db.TYPES


class Assignment(Base):
    """One unit's part in a task.

    What all that was told of it (`history`) says in the end: by `directive` (the facts of the document and the task), `assignment` (state,
    people, dates), `deadline` (effective_due_date), and of what happens around it, summed up. What is overdue follows from the dates on
    reading, so that nothing is rewritten at midnight.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        Index("assignment_due_idx", "due_order", "id"),
        Index("assignment_issue_idx", "directive_issue_date", "id"),
        Index("assignment_update_idx", "update_time", "id"),
        Index("assignment_unit_idx", "unit_id", "state", "effective_due_date"),
        Index("assignment_specialist_idx", "specialist_id", "state"),
        # With task_id, which row-level security asks for: so that a total is counted from the index alone.
        Index("assignment_field_idx", "field_id", "due_order", "id", postgresql_include=["task_id"]),
        Index("assignment_open_idx", "due_order", "id", postgresql_include=["task_id"], postgresql_where=text("execution IN (1, 2)")),
        Index("assignment_late_idx", "due_order", "id", postgresql_include=["task_id"], postgresql_where=text(LATE)),
        Index("assignment_urged_idx", "due_order", "id", postgresql_include=["task_id"], postgresql_where=text("urging_notices > 0")),
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
    # 1-based phase of a phased task (Đ3.4), each an assignment of its own; 0: not phased.
    phase: Mapped[int] = mapped_column(server_default=text("0"))
    phase_name: Mapped[str] = mapped_column(server_default=text("''"))
    original_due_date: Mapped[date | None]
    deadline_cycle: Mapped[int] = mapped_column(server_default=text("1"))
    extension_pending: Mapped[bool] = mapped_column(server_default=text("false"))
    report_to_review: Mapped[bool] = mapped_column(server_default=text("false"))
    forwarded_from_id: Mapped[UUID | None]
    # The responsible leader and the officers named in the delegation (Đ8.2).
    delegates: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    update_time: Mapped[datetime]

    # 0 until an event of the document; the facts below then stand as `assignment` told them.
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
    regime: Mapped[int] = mapped_column(server_default=text("0"))
    directive_state: Mapped[int] = mapped_column(server_default=text("0"))
    issuing_authority: Mapped[int] = mapped_column(server_default=text("0"))

    # Summed up. States of the obstacles that aren't closed.
    obstacle_states: Mapped[list[int]] = mapped_column(ARRAY(Integer), server_default=text("'{}'"))
    # Phiếu báo issued in this cycle; and those of all cycles that count against the unit (D15).
    cycle_notices: Mapped[int] = mapped_column(server_default=text("0"))
    urging_notices: Mapped[int] = mapped_column(server_default=text("0"))
    escalations: Mapped[int] = mapped_column(server_default=text("0"))
    escalation_open: Mapped[bool] = mapped_column(server_default=text("false"))
    # Of the last quarter that is decided, else of the present one; 0: it owes none (Đ7.2.c).
    obligation_state: Mapped[int] = mapped_column(server_default=text("0"))
    obligation_period_end: Mapped[date | None]


class Participation(Base):
    """D13: a unit that takes part in a task sees every unit's part in it. Kept by task: a task of 300 units has 300 rows, not 90,000."""

    __tablename__ = "participation"

    unit_id: Mapped[UUID] = mapped_column(primary_key=True)
    task_id: Mapped[UUID] = mapped_column(primary_key=True)


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
