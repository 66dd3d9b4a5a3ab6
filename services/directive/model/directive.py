"""Documents that give tasks, and what became of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship
from ykcd.directive.v1.directive_pb2 import DirectiveState, IssuingAuthority, Regime, Urgency

from kit.clock import local_date, start_of_day
from kit.errors import FailedPrecondition, InvalidArgument, Violation, stale_version
from kit.identity import Actor
from kit.law import article, cited
from kit.workdays import ONE_DAY, WorkingCalendar
from services.directive.model import purging
from services.directive.model.base import Base
from services.directive.model.task import Task, TaskChange, TaskContent, unexpected_dates

# All of a document's assignments are told in one event and made in one transaction (docs/decisions/0010). Decision 71 has 584.
MAX_ASSIGNMENTS = 1000
# Who enters documents (Đ7.1).
ENTRY_ROLES = ("specialist", "office_leader", "clerk")
ENTRY_WORKING_DAYS = 2
DRAFT = DirectiveState.DIRECTIVE_STATE_SPLITTING
AMENDED = DirectiveState.DIRECTIVE_STATE_AMENDED
SUPERSEDED = DirectiveState.DIRECTIVE_STATE_SUPERSEDED
REVOKED = DirectiveState.DIRECTIVE_STATE_REVOKED
# Nothing changes it any more.
ENDED = (SUPERSEDED, REVOKED)
NATIONAL_AUTHORITIES = (IssuingAuthority.ISSUING_AUTHORITY_GOVERNMENT, IssuingAuthority.ISSUING_AUTHORITY_PRIME_MINISTER)


@dataclass
class ChangingDocument:
    """By which document a published one is changed."""

    code: str
    issue_date: date
    signer: str


@dataclass
class Amendment:
    """What an amendment changes; what is empty stays."""

    reason: str
    document: ChangingDocument
    tasks: list[TaskChange] = field(default_factory=list)
    added_tasks: list[TaskContent] = field(default_factory=list)
    abstract: str = ""


class Directive(Base):
    """A document (Đ3.2). Nothing published is changed in silence (Đ2.7): a draft is edited, the rest amended, superseded or revoked."""

    __tablename__ = "directive"
    __table_args__ = (
        # `71/QĐ-UBND` of 2016 and of 2017 are two documents; tombstones (state 6) have none.
        Index("directive_code_key", "number", "symbol", "issue_year", unique=True, postgresql_where=text("state <> 6")),
        Index("directive_list_idx", "create_time", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(default=1)
    state: Mapped[int] = mapped_column(default=DRAFT)
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
    superseded_by_id: Mapped[UUID | None]
    tasks: Mapped[list[Task]] = relationship(
        order_by="Task.ordinal", cascade="all, delete-orphan", lazy="raise", back_populates="directive", passive_deletes=True
    )
    changes: Mapped[list["DirectiveChange"]] = relationship(order_by="DirectiveChange.version", lazy="raise", passive_deletes=True)

    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}

    @property
    def code(self) -> str:
        """As it is cited: "5425/UBND-KGVX"."""
        return f"{self.number}/{self.symbol}"

    @property
    def draft(self) -> bool:
        """Whether only the Office knows it."""
        return self.state == DRAFT

    @article("Đ2.7")
    def require_draft(self, expected_version: int) -> None:
        """Đ2.7: what is published stays."""
        if self.version != expected_version:
            raise stale_version(self.version)
        if not self.draft:
            raise FailedPrecondition(reason="DIRECTIVE_PUBLISHED", message="Văn bản đã phát hành trên hệ thống, không sửa trực tiếp được.")

    @article("Đ2.7")
    def require_binding(self, expected_version: int) -> None:
        """Đ2.7: only what binds can be changed, openly."""
        if self.version != expected_version:
            raise stale_version(self.version)
        if not self.binds:
            message = "Chỉ sửa đổi, thay thế, bãi bỏ được văn bản đã phát hành trên hệ thống và còn hiệu lực."
            raise FailedPrecondition(reason="DIRECTIVE_NOT_BINDING", message=message)

    @property
    def binds(self) -> bool:
        """Whether its tasks bind."""
        return self.state in (DirectiveState.DIRECTIVE_STATE_PUBLISHED, AMENDED)

    @article("Đ2.7")
    def require_issued(self, today: date) -> None:
        """Đ2.7, Đ7.1: only what is issued is entered, and its clocks start on the printed date."""
        if self.issue_date > today:
            raise InvalidArgument.field("directive.issue_date", "ISSUE_DATE_IN_FUTURE", "Ngày ban hành không thể sau hôm nay.")
        if not start_of_day(self.issue_date) <= self.issue_time < start_of_day(self.issue_date + ONE_DAY):
            raise InvalidArgument.field("directive.issue_time", "ISSUE_TIME_OTHER_DAY", "Thời điểm phát hành phải trong ngày ban hành.")

    @article("Đ1.1", "Đ1.2.1")
    def require_authority(self) -> None:
        """Đ1.1, Đ1.2.1: what the Government or the Prime Minister gives lives under the national regime, and nothing else does."""
        if (self.issuing_authority in NATIONAL_AUTHORITIES) != (self.regime == Regime.REGIME_NATIONAL):
            message = f"Chỉ nhiệm vụ do Chính phủ, Thủ tướng Chính phủ giao mới theo dõi cả theo {cited('national')} (khoản 2 Điều 1)."
            raise InvalidArgument.field("directive.issuing_authority", "AUTHORITY_REGIME_MISMATCH", message)

    def set_tasks(self, tasks: list[TaskContent]) -> None:
        """Replaces the draft's tasks; mints the assignments' ids."""
        _require_size(sum(task.size for task in tasks), "directive.tasks")
        made = [Task.make(ordinal, task) for ordinal, task in enumerate(tasks, start=1)]
        problems = list(self._problems(made, tasks, "directive.tasks"))
        if problems:
            raise InvalidArgument.fields(problems)
        self.tasks = made

    def _problems(self, made: Iterable[Task], entered: Iterable[TaskContent], path: str) -> Iterable[Violation]:
        for index, (task, content) in enumerate(zip(made, entered, strict=True)):
            yield from unexpected_dates(content.parts, content.phases, f"{path}[{index}].assignments")
            yield from task.contradictions(f"{path}[{index}]", self.issue_date)

    @article("Đ7.1", "D9")
    def entry_due(self, calendar: WorkingCalendar) -> date:
        """Đ7.1: two working days from issue; the same day when urgent (D9)."""
        issued = local_date(self.issue_time)
        return issued if self.urgency != Urgency.URGENCY_NORMAL else calendar.add(issued, ENTRY_WORKING_DAYS)

    @article("Đ2.7", "Đ7.1")
    def publish(self, actor: Actor, now: datetime, calendar: WorkingCalendar, unknown: Sequence[Violation]) -> None:
        """Đ2.7, Đ7.1: the tasks go to their units and bind from now on. `unknown` is what the registry doesn't know, or no longer."""
        actor.require(*ENTRY_ROLES)
        gaps = (gap for index, task in enumerate(self.tasks) for gap in task.gaps(f"directive.tasks[{index}]"))
        problems = [*unknown, *gaps]
        if not self.tasks:
            problems.append(Violation("directive.tasks", "TASKS_MISSING", "Văn bản chưa có nhiệm vụ nào."))
        if problems:
            raise FailedPrecondition(reason="DIRECTIVE_INCOMPLETE", message="Văn bản chưa đủ thông tin để phát hành.", violations=problems)
        self.state = DirectiveState.DIRECTIVE_STATE_PUBLISHED
        self.publish_time = now
        self.entry_due_date = self.entry_due(calendar)
        self.entry_working_days_late = max(0, calendar.between(self.entry_due_date, local_date(now)))
        self.version += 1

    @article("D13")
    def participations(self) -> list[dict[str, UUID]]:
        """D13: rows of Participation, which open the published tasks to their units."""
        units = {(task.id, part.unit_id): None for task in self.tasks for part in task.parts}
        return [{"unit_id": unit_id, "task_id": task_id, "directive_id": self.id} for task_id, unit_id in units]

    @article("Đ2.7")
    def amend(self, actor: Actor, amendment: Amendment, now: datetime, unknown: Sequence[Violation]) -> None:
        """Đ2.7: what changes, why, and by which document; the new parts get their ids. `unknown` as for publish."""
        actor.require(*ENTRY_ROLES)
        found = [*unknown, *self._document_problems(amendment.document, local_date(now))]
        touched: list[UUID] = []
        if amendment.abstract not in ("", self.abstract):
            self.abstract = amendment.abstract
            touched += [part.id for task in self.tasks for part in task.live]
        touched += self._amend_tasks(amendment, found) + self._add_tasks(amendment.added_tasks, found)
        if found:
            raise InvalidArgument.fields(found)
        if not touched:
            raise InvalidArgument.field("tasks", "AMENDMENT_EMPTY", "Chưa có nội dung nào được sửa đổi.")
        _require_size(sum(len(task.parts) for task in self.tasks), "tasks")
        self._change(actor, AMENDED, amendment.reason, amendment.document, touched, now)

    def _amend_tasks(self, amendment: Amendment, found: list[Violation]) -> list[UUID]:
        touched: list[UUID] = []
        known = {task.id: task for task in self.tasks}
        for index, change in enumerate(amendment.tasks):
            path, task = f"tasks[{index}]", known.get(change.task_id)
            if task is None:
                found.append(Violation(f"{path}.task_id", "TASK_UNKNOWN", "Nhiệm vụ không có trong văn bản."))
                continue
            touched += task.amend(change, path, found)
            found += task.leaderless(path)
            found += task.contradictions(path, self.issue_date)
        return touched

    def _add_tasks(self, entered: list[TaskContent], found: list[Violation]) -> list[UUID]:
        added = [Task.make(ordinal, task) for ordinal, task in enumerate(entered, start=len(self.tasks) + 1)]
        found += self._problems(added, entered, "added_tasks")
        found += (gap for index, task in enumerate(added) for gap in task.gaps(f"added_tasks[{index}]"))
        self.tasks += added
        return [part.id for task in added for part in task.parts]

    @article("Đ2.7")
    def supersede(self, actor: Actor, by: "Directive", reason: str, now: datetime) -> None:
        """Đ2.7: another published document takes its place."""
        actor.require("office_leader")
        if by.id == self.id or not by.binds or by.issue_date < self.issue_date:
            message = "Văn bản thay thế phải là văn bản khác, đã phát hành trên hệ thống, còn hiệu lực và không ban hành trước."
            raise InvalidArgument.field("superseding_id", "SUPERSEDING_UNFIT", message)
        self.superseded_by_id = by.id
        self._change(actor, SUPERSEDED, reason, ChangingDocument(by.code, by.issue_date, by.signer), self._live_ids(), now)

    @article("Đ2.7")
    def revoke(self, actor: Actor, document: ChangingDocument, reason: str, now: datetime) -> None:
        """Đ2.7: it binds no longer."""
        actor.require("office_leader")
        problems = self._document_problems(document, local_date(now))
        if problems:
            raise InvalidArgument.fields(problems)
        self._change(actor, REVOKED, reason, document, self._live_ids(), now)

    require_purgeable = purging.require_purgeable
    purge = purging.purge
    forget_successor = purging.forget_successor

    def _live_ids(self) -> list[UUID]:
        return [part.id for task in self.tasks for part in task.live]

    @article("Đ2.7")
    def _document_problems(self, document: ChangingDocument, today: date) -> list[Violation]:
        """A later document that is issued changes an earlier one."""
        if self.issue_date <= document.issue_date <= today:
            return []
        message = "Văn bản sửa đổi, bãi bỏ phải ban hành từ ngày của văn bản này đến hôm nay."
        return [Violation("document.issue_date", "CHANGING_DOCUMENT_DATE", message)]

    def _change(self, actor: Actor, state: int, reason: str, document: ChangingDocument, touched: Iterable[UUID], now: datetime) -> None:
        self.state = state
        self.version += 1
        self.changes.append(
            DirectiveChange(
                version=self.version,
                state=state,
                reason=reason,
                document_code=document.code,
                document_issue_date=document.issue_date,
                document_signer=document.signer,
                assignment_ids=list(dict.fromkeys(touched)),
                actor_id=actor.person_id,
                actor_name=actor.name,
                time=now,
            )
        )


def _require_size(count: int, path: str) -> None:
    if count > MAX_ASSIGNMENTS:
        message = f"Một văn bản giao được tối đa {MAX_ASSIGNMENTS} lượt đơn vị; vui lòng tách thành nhiều văn bản."
        raise InvalidArgument.field(path, "TOO_MANY_ASSIGNMENTS", message)


class DirectiveChange(Base):
    """One change of a published document (Đ2.7), written once."""

    __tablename__ = "directive_change"

    directive_id: Mapped[UUID] = mapped_column(ForeignKey("directive.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[int]
    reason: Mapped[str]
    document_code: Mapped[str]
    document_issue_date: Mapped[date]
    document_signer: Mapped[str]
    assignment_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    actor_id: Mapped[UUID]
    actor_name: Mapped[str]
    time: Mapped[datetime]


class Participation(Base):
    """Which unit takes part in which published task: it is what a unit's sight rests on (D13). Who is taken away reads on."""

    __tablename__ = "participation"

    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    task_id: Mapped[UUID] = mapped_column(ForeignKey("task.id"), primary_key=True)
    directive_id: Mapped[UUID] = mapped_column(ForeignKey("directive.id"), index=True)
