"""The tasks of a document, as entered and as stored: one class of Đ4, one or many units, perhaps in phases (Đ3.4)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby, pairwise
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from ykcd.directive.v1.directive_pb2 import AssignmentRole

from kit import db
from kit.errors import Violation
from kit.law import article
from services.directive.model.base import Base

if TYPE_CHECKING:
    from services.directive.model.directive import Directive


@article("D7")
def last_day(due_date: date | None, *, exclusive: bool) -> tuple[date | None, bool]:
    """D7: "trước ngày X" means X-1, as it stands. The last day, and whether it is exact."""
    if due_date is None or not exclusive:
        return due_date, False
    return due_date - timedelta(days=1), True


@dataclass
class UnitPart:
    """One unit's part in a task, as entered."""

    unit_id: UUID
    role: int
    due_date: date | None = None
    due_exact: bool = False
    specialist_id: UUID | None = None


@dataclass
class Phase:
    """One dated phase of a task (Đ3.4)."""

    name: str
    due_date: date | None
    due_exact: bool = False
    # 1-based; 0: by its place in the list.
    number: int = 0


@dataclass
class TaskContent:
    """One task, as entered."""

    content: str
    has_deadline: bool | None = None
    must_report: bool | None = None
    deadline_kind: int = 0
    deliverable: str = ""
    field_id: UUID | None = None
    paper_report_required: bool = False
    note: str = ""
    parts: list[UnitPart] = field(default_factory=list)
    phases: list[Phase] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many assignments it makes."""
        return len(self.parts) * max(1, len(self.phases))


@dataclass
class PartChange:
    """What an amendment changes of one assignment."""

    assignment_id: UUID
    due_date: date | None = None
    due_exact: bool = False
    withdrawn: bool = False


@dataclass
class TaskChange:
    """What an amendment changes of one task; what is empty stays."""

    task_id: UUID
    content: str = ""
    deliverable: str = ""
    parts: list[PartChange] = field(default_factory=list)
    added: list[UnitPart] = field(default_factory=list)


class Task(Base):
    """One duty in a document (Đ3.1), of one class of Đ4, for one or many units (Đ3.4)."""

    __tablename__ = "task"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    directive_id: Mapped[UUID] = mapped_column(ForeignKey("directive.id", ondelete="CASCADE"), index=True)
    ordinal: Mapped[int]
    content: Mapped[str]
    has_deadline: Mapped[bool | None]
    must_report: Mapped[bool | None]
    deadline_kind: Mapped[int]
    deliverable: Mapped[str]
    field_id: Mapped[UUID | None] = mapped_column(ForeignKey("field.id"))
    paper_report_required: Mapped[bool]
    # Đ6.1.i.
    note: Mapped[str]
    directive: Mapped["Directive"] = relationship(back_populates="tasks", lazy="raise")
    parts: Mapped[list["PlannedAssignment"]] = relationship(
        order_by="PlannedAssignment.ordinal", cascade="all, delete-orphan", lazy="raise", passive_deletes=True
    )

    @classmethod
    def make(cls, ordinal: int, entered: TaskContent) -> "Task":
        """With the ids that its assignments will bear everywhere."""
        task = cls(
            id=db.new_id(),
            ordinal=ordinal,
            content=entered.content,
            has_deadline=entered.has_deadline,
            must_report=entered.must_report,
            deadline_kind=entered.deadline_kind,
            deliverable=entered.deliverable,
            field_id=entered.field_id,
            paper_report_required=entered.paper_report_required,
            note=entered.note,
            parts=[],
        )
        task.add(entered.parts, entered.phases)
        return task

    @article("Đ3.4", "§6.14")
    def add(self, parts: Iterable[UnitPart], phases: list[Phase]) -> list[UUID]:
        """Đ3.4: one assignment for each unit, or one for each phase of its part. The new ids."""
        rows = [row for part in parts for row in _rows(part, phases)]
        first = len(self.parts)
        self.parts += [PlannedAssignment(id=db.new_id(), ordinal=first + index, withdrawn=False, **row) for index, row in enumerate(rows)]
        return [part.id for part in self.parts[first:]]

    @property
    def live(self) -> list["PlannedAssignment"]:
        """What no amendment took away."""
        return [part for part in self.parts if not part.withdrawn]

    @property
    def phases(self) -> list[Phase]:
        """Each as its first unit has it, of what no amendment took away; empty: not phased."""
        first: dict[int, Phase] = {}
        for part in self.live or self.parts:
            if part.phase:
                first.setdefault(part.phase, Phase(part.phase_name, part.due_date, part.due_exact, part.phase))
        return [first[number] for number in sorted(first)]

    @property
    @article("D16")
    def specialist_id(self) -> UUID | None:
        """D16: the lead unit's specialist owns the task."""
        leads = [part for part in self.live if part.role == AssignmentRole.ASSIGNMENT_ROLE_LEAD]
        return leads[0].specialist_id if leads else None

    @article("Đ4.1", "Đ4.2", "Đ6.1.c", "Đ6.1.đ")
    def gaps(self, path: str) -> list[Violation]:
        """What keeps it from being published (Đ4, Đ6.1)."""
        found = []
        if self.has_deadline is None or self.must_report is None:
            found.append(Violation(f"{path}.task_class", "CLASS_MISSING", "Chưa phân loại nhiệm vụ theo Điều 4."))
        if self.field_id is None:
            found.append(Violation(f"{path}.field_id", "FIELD_MISSING", "Chưa chọn lĩnh vực."))
        if not any(part.role == AssignmentRole.ASSIGNMENT_ROLE_LEAD for part in self.parts):
            found.append(Violation(f"{path}.assignments", "LEAD_MISSING", "Chưa có đơn vị chủ trì."))
        if self.has_deadline and any(part.due_date is None for part in self.parts):
            found.append(Violation(f"{path}.due_date", "DUE_DATE_MISSING", "Nhiệm vụ có thời hạn phải có ngày hết hạn."))
        return found

    @article("Đ3.4", "Đ6.1.c")
    def leaderless(self, path: str) -> list[Violation]:
        """Đ3.4: units that only help, with nobody left who leads them; of a phased task in one of its phases."""
        led = {part.phase for part in self.live if part.role == AssignmentRole.ASSIGNMENT_ROLE_LEAD}
        if all(part.phase in led for part in self.live):
            return []
        return [Violation(f"{path}.assignments", "LEAD_MISSING", "Không rút được đơn vị chủ trì cuối cùng khi còn đơn vị khác tham gia.")]

    @article("Đ6.1.c", "Đ6.1.đ", "Đ6.1.h")
    def contradictions(self, path: str, issue_date: date) -> list[Violation]:
        """What can't be so, already in a draft."""
        live = self.live
        found = []
        if len({(part.unit_id, part.phase) for part in live}) < len(live):
            found.append(Violation(f"{path}.assignments", "UNIT_REPEATED", "Một đơn vị chỉ giữ một vai trò trong nhiệm vụ."))
        if len({part.unit_id for part in live if part.role == AssignmentRole.ASSIGNMENT_ROLE_AGGREGATING}) > 1:
            found.append(Violation(f"{path}.assignments", "AGGREGATING_REPEATED", "Chỉ một đơn vị tổng hợp báo cáo (Đ6.1.h)."))
        if self.has_deadline is False and any(part.due_date and not part.phase for part in live):
            found.append(Violation(f"{path}.due_date", "DUE_DATE_UNEXPECTED", "Nhiệm vụ không thời hạn thì không nhập ngày hết hạn."))
        if any(part.due_date < issue_date for part in live if part.due_date):
            found.append(Violation(f"{path}.due_date", "DUE_DATE_BEFORE_ISSUE", "Hạn không thể trước ngày ban hành văn bản."))
        return found + list(self._phase_problems(path))

    @article("Đ3.4")
    def _phase_problems(self, path: str) -> Iterator[Violation]:
        """Đ3.4: phases belong to a task without one deadline, and follow each other."""
        if self.has_deadline and any(part.phase for part in self.live):
            message = "Nhiệm vụ chia giai đoạn thuộc loại không có thời hạn chung; mỗi giai đoạn có hạn riêng (khoản 4 Điều 3)."
            yield Violation(f"{path}.phases", "PHASES_WITH_DEADLINE", message)
        ordered = sorted((part for part in self.live if part.phase), key=lambda part: (part.unit_id, part.phase))
        dates = ([part.due_date for part in phases if part.due_date] for _, phases in groupby(ordered, lambda part: part.unit_id))
        if any(later <= earlier for unit in dates for earlier, later in pairwise(unit)):
            yield Violation(f"{path}.phases", "PHASES_OUT_OF_ORDER", "Hạn của giai đoạn sau phải sau hạn của giai đoạn trước.")

    @article("Đ2.7")
    def amend(self, change: TaskChange, path: str, found: list[Violation]) -> list[UUID]:
        """Đ2.7: as the amendment says. The ids of the assignments that it changed, took away or added; `found` gets what is wrong."""
        touched: list[UUID] = []
        wording = (change.content or self.content, change.deliverable or self.deliverable)
        if wording != (self.content, self.deliverable):
            self.content, self.deliverable = wording
            touched += [part.id for part in self.live]
        known = {part.id: part for part in self.live}
        for place, asked in enumerate(change.parts):
            part = known.get(asked.assignment_id)
            if part is None:
                message = "Phần việc này không có hoặc đã được rút khỏi văn bản."
                found.append(Violation(f"{path}.assignments[{place}].assignment_id", "ASSIGNMENT_UNKNOWN", message))
            elif part.amend(asked, f"{path}.assignments[{place}]", found):
                touched.append(part.id)
        touched += self._join(change.added, path, found)
        return touched

    def _join(self, added: list[UnitPart], path: str, found: list[Violation]) -> list[UUID]:
        phases = self.phases
        for place, part in enumerate(added):
            if not phases and self.has_deadline and part.due_date is None:
                message = "Nhiệm vụ có thời hạn phải có ngày hết hạn."
                found.append(Violation(f"{path}.added[{place}].due_date", "DUE_DATE_MISSING", message))
        found += unexpected_dates(added, phases, f"{path}.added")
        return self.add(added, phases)


def _rows(part: UnitPart, phases: list[Phase]) -> Iterator[dict]:
    same = {"unit_id": part.unit_id, "role": part.role, "specialist_id": part.specialist_id}
    if not phases:
        yield {**same, "due_date": part.due_date, "due_exact": part.due_exact, "phase": 0, "phase_name": ""}
    for number, phase in enumerate(phases, start=1):
        own = {"due_date": phase.due_date, "due_exact": phase.due_exact, "phase": phase.number or number, "phase_name": phase.name}
        yield {**same, **own}


@article("Đ3.4")
def unexpected_dates(parts: list[UnitPart], phases: list[Phase], path: str) -> list[Violation]:
    """Đ3.4: in a phased task the phases have the dates, not the units."""
    message = "Nhiệm vụ chia giai đoạn thì nhập hạn theo giai đoạn, không nhập hạn riêng của đơn vị."
    dated = [place for place, part in enumerate(parts) if phases and part.due_date]
    return [Violation(f"{path}[{place}].due_date", "DUE_DATE_UNEXPECTED", message) for place in dated]


class PlannedAssignment(Base):
    """One unit's part in a task, or one phase of it; `assignment` materialises it under the same id when the document is published."""

    __tablename__ = "planned_assignment"
    __table_args__ = (
        # Who was taken away may come again.
        Index("planned_assignment_live_key", "task_id", "unit_id", "phase", unique=True, postgresql_where=text("NOT withdrawn")),
        CheckConstraint("due_date IS NOT NULL OR NOT due_exact", name="exact"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.id", ondelete="CASCADE"), index=True)
    ordinal: Mapped[int]
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    role: Mapped[int]
    due_date: Mapped[date | None]
    # From "trước ngày X": never moved to a working day (D7).
    due_exact: Mapped[bool]
    specialist_id: Mapped[UUID | None]
    # 1-based; 0: the task isn't phased.
    phase: Mapped[int]
    phase_name: Mapped[str]
    # By an amendment.
    withdrawn: Mapped[bool]

    def amend(self, asked: PartChange, path: str, found: list[Violation]) -> bool:
        """Whether anything changed."""
        if asked.withdrawn and asked.due_date:
            found.append(Violation(f"{path}.due_date", "WITHDRAWN_WITH_DATE", "Phần việc được rút thì không nhập hạn mới."))
        elif asked.due_date and self.due_date is None:
            found.append(Violation(f"{path}.due_date", "DUE_DATE_UNEXPECTED", "Nhiệm vụ không thời hạn thì không nhập ngày hết hạn."))
        elif asked.withdrawn:
            self.withdrawn = True
        elif asked.due_date and (asked.due_date, asked.due_exact) != (self.due_date, self.due_exact):
            self.due_date, self.due_exact = asked.due_date, asked.due_exact
        else:
            return False
        return True
