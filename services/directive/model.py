"""Documents that give tasks, and the tasks in them."""

import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from ykcd.directive.v1.directive_pb2 import AssignmentRole, DirectiveState, Secrecy, Urgency

from kit import db
from kit.clock import local_date
from kit.errors import FailedPrecondition, InvalidArgument, Violation, stale_version
from kit.identity import Actor
from kit.workdays import WorkingCalendar

# Who enters documents (Đ7.1).
ENTRY_ROLES = ("specialist", "office_leader", "clerk")
ENTRY_WORKING_DAYS = 2
STAMPS = frozenset({"MẬT", "TỐI MẬT", "TUYỆT MẬT"})


class Base(DeclarativeBase):
    metadata = db.metadata()
    type_annotation_map = db.TYPES


@dataclass
class UnitPart:
    """One unit's part in a task, as entered."""

    unit_id: UUID
    role: int
    due_date: date | None = None
    due_exact: bool = False
    specialist_id: UUID | None = None


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
    parts: list[UnitPart] = field(default_factory=list)


class Directive(Base):
    """A document (Đ3.2). Nothing published is changed in silence (Đ2.7): only a draft may be edited."""

    __tablename__ = "directive"
    __table_args__ = (
        # `71/QĐ-UBND` of 2016 and of 2017 are two documents.
        UniqueConstraint("number", "symbol", "issue_year", name="directive_code_key"),
        Index("directive_list_idx", "create_time", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    state: Mapped[int] = mapped_column(default=DirectiveState.DIRECTIVE_STATE_SPLITTING)
    number: Mapped[str]
    symbol: Mapped[str]
    issue_year: Mapped[int]
    document_type: Mapped[int]
    abstract: Mapped[str]
    issue_date: Mapped[date]
    issue_time: Mapped[datetime]
    signer: Mapped[str]
    signer_position: Mapped[str]
    issuing_authority: Mapped[int]
    submitting_unit: Mapped[str]
    urgency: Mapped[int]
    regime: Mapped[int]
    entered_by: Mapped[UUID]
    entered_by_name: Mapped[str]
    create_time: Mapped[datetime]
    publish_time: Mapped[datetime | None]
    # Đ7.1: written at publication, by the calendar of that day; a verdict doesn't move when the calendar does.
    entry_due_date: Mapped[date | None]
    entry_working_days_late: Mapped[int | None]
    tasks: Mapped[list["Task"]] = relationship(
        order_by="Task.ordinal", cascade="all, delete-orphan", lazy="raise", back_populates="directive", passive_deletes=True
    )

    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}

    @property
    def published(self) -> bool:
        """Whether its tasks bind."""
        return self.state == DirectiveState.DIRECTIVE_STATE_PUBLISHED

    def require_draft(self, expected_version: int) -> None:
        """Đ2.7: what is published stays."""
        if self.version != expected_version:
            raise stale_version(self.version)
        if self.published:
            raise FailedPrecondition(reason="DIRECTIVE_PUBLISHED", message="Văn bản đã phát hành trên hệ thống, không sửa trực tiếp được.")

    def set_tasks(self, tasks: list[TaskContent]) -> None:
        """Replaces the draft's tasks; mints the assignments' ids."""
        problems = [
            problem for index, task in enumerate(tasks) for problem in _task_problems(task, f"directive.tasks[{index}]", self.issue_date)
        ]
        if problems:
            raise InvalidArgument.fields(problems)
        self.tasks = [Task.make(ordinal, task) for ordinal, task in enumerate(tasks, start=1)]

    def entry_due(self, calendar: WorkingCalendar) -> date:
        """Đ7.1: two working days from issue; the same day when urgent (D9)."""
        if self.urgency != Urgency.URGENCY_NORMAL:
            return self.issue_date
        return calendar.add(self.issue_date, ENTRY_WORKING_DAYS)

    def publish(self, actor: Actor, now: datetime, calendar: WorkingCalendar) -> None:
        """Đ2.7, Đ7.1: the tasks go to their units and bind from now on."""
        actor.require(*ENTRY_ROLES)
        problems = [problem for index, task in enumerate(self.tasks) for problem in task.gaps(f"directive.tasks[{index}]")]
        if not self.tasks:
            problems.append(Violation("directive.tasks", "TASKS_MISSING", "Văn bản chưa có nhiệm vụ nào."))
        if problems:
            raise FailedPrecondition(reason="DIRECTIVE_INCOMPLETE", message="Văn bản chưa đủ thông tin để phát hành.", violations=problems)
        self.state = DirectiveState.DIRECTIVE_STATE_PUBLISHED
        self.publish_time = now
        self.entry_due_date = self.entry_due(calendar)
        self.entry_working_days_late = max(0, calendar.between(self.entry_due_date, local_date(now)))
        self.version += 1

    def participations(self) -> list["Participation"]:
        """What opens the published tasks to their units."""
        return [Participation(unit_id=part.unit_id, task_id=task.id, directive_id=self.id) for task in self.tasks for part in task.parts]


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
    directive: Mapped[Directive] = relationship(back_populates="tasks", lazy="raise")
    parts: Mapped[list["PlannedAssignment"]] = relationship(
        order_by="PlannedAssignment.ordinal", cascade="all, delete-orphan", lazy="raise", passive_deletes=True
    )

    @classmethod
    def make(cls, ordinal: int, entered: TaskContent) -> "Task":
        """A task of a draft, with the ids that its assignments will bear everywhere."""
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
        )
        task.parts = [PlannedAssignment(id=db.new_id(), ordinal=index, **vars(part)) for index, part in enumerate(entered.parts)]
        return task

    @property
    def specialist_id(self) -> UUID | None:
        """D16: the lead unit's specialist owns the task."""
        leads = [part for part in self.parts if part.role == AssignmentRole.ASSIGNMENT_ROLE_LEAD]
        return leads[0].specialist_id if leads else None

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


def _task_problems(task: TaskContent, path: str, issue_date: date) -> list[Violation]:
    """What contradicts itself, already in a draft."""
    found = []
    units = [part.unit_id for part in task.parts]
    if len(set(units)) < len(units):
        found.append(Violation(f"{path}.assignments", "UNIT_REPEATED", "Một đơn vị chỉ giữ một vai trò trong nhiệm vụ."))
    if sum(part.role == AssignmentRole.ASSIGNMENT_ROLE_AGGREGATING for part in task.parts) > 1:
        found.append(Violation(f"{path}.assignments", "AGGREGATING_REPEATED", "Chỉ một đơn vị tổng hợp báo cáo (Đ6.1.h)."))
    dues = [part.due_date for part in task.parts if part.due_date]
    if task.has_deadline is False and dues:
        found.append(Violation(f"{path}.due_date", "DUE_DATE_UNEXPECTED", "Nhiệm vụ không thời hạn thì không nhập ngày hết hạn."))
    if any(due < issue_date for due in dues):
        found.append(Violation(f"{path}.due_date", "DUE_DATE_BEFORE_ISSUE", "Hạn không thể trước ngày ban hành văn bản."))
    return found


class PlannedAssignment(Base):
    """One unit's part in a task; `assignment` materialises it under the same id when the document is published."""

    __tablename__ = "planned_assignment"
    __table_args__ = (
        UniqueConstraint("task_id", "unit_id", name="planned_assignment_unit_key"),
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


class Participation(Base):
    """Which unit takes part in which published task: written at publication, it is what a unit's sight rests on (D13)."""

    __tablename__ = "participation"

    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.id"), primary_key=True)
    directive_id: Mapped[UUID] = mapped_column(ForeignKey("directive.id"), index=True)


class Unit(Base):
    """A unit in its time (D12)."""

    __tablename__ = "unit"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    sort_key: Mapped[str] = mapped_column(index=True)
    kind: Mapped[int]
    abbreviations: Mapped[list[str]]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    def exists_on(self, day: date) -> bool:
        """Whether it can be given a task on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class UnitIdentifier(Base):
    """A unit's code in one of the schemes that partners use; compared through this table only."""

    __tablename__ = "unit_identifier"

    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    scheme: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class Field(Base):
    """A field of the province's work (lĩnh vực)."""

    __tablename__ = "field"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    sort_key: Mapped[str]


class SpecialistRule(Base):
    """A row of Annex I (Đ8.1.đ): who follows a field, for one unit or (unit_id absent) for all."""

    __tablename__ = "specialist_rule"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    field_id: Mapped[UUID] = mapped_column(ForeignKey("field.id"), index=True)
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))
    specialist_id: Mapped[UUID]
    office_leader_id: Mapped[UUID | None]
    deputy_id: Mapped[UUID | None]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


def refuse_secret(secrecy: int, texts: list[str]) -> None:
    """Đ5, Đ6.2: before anything is stored. The level must be stated.

    A stamp alone on its line counts as a level, a word in a sentence doesn't.
    """
    if secrecy == Secrecy.SECRECY_UNSPECIFIED:
        raise InvalidArgument.field("directive.secrecy", "SECRECY_MISSING", "Phải xác định độ mật của văn bản.")
    lines = (line.strip(" .,:*-") for text in texts for line in unicodedata.normalize("NFC", text).splitlines())
    stamped = any(line in STAMPS for line in lines)
    if secrecy != Secrecy.SECRECY_NORMAL or stamped:
        raise InvalidArgument(
            reason="SECRET_DOCUMENT_REFUSED",
            message="Văn bản mật không được cập nhật vào hệ thống (Điều 5, khoản 2 Điều 6); nội dung vừa nhập không được lưu lại.",
            violations=[Violation("directive.secrecy", "SECRET_DOCUMENT_REFUSED", "Văn bản mật không được cập nhật vào hệ thống.")],
            denial=True,
        )


def last_day(due_date: date | None, *, exclusive: bool) -> tuple[date | None, bool]:
    """D7: "trước ngày X" means X-1, as it stands. The last day, and whether it is exact."""
    if due_date is None or not exclusive:
        return due_date, False
    return due_date - timedelta(days=1), True
