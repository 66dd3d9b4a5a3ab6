"""A periodic report, from DRAFT to SENT (IV) or ISSUED (V, VI); and what its rows cite beside the assignments, as it was told."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from sqlalchemy import Index, SmallInteger, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.schema import ForeignKey
from ykcd.reporting.v1 import report_pb2 as pb

from kit import db
from kit.clock import local_date
from kit.errors import FailedPrecondition, InvalidArgument, PermissionDenied, stale_version
from kit.identity import UNIT_ROLES, Actor
from kit.law import article
from services.reporting.model import Base
from services.reporting.periodic.periods import Period

IV, V, VI = pb.REPORT_FORM_IV, pb.REPORT_FORM_V, pb.REPORT_FORM_VI
DRAFT, SIGNED, SENT, ISSUED = pb.REPORT_STATE_DRAFT, pb.REPORT_STATE_SIGNED, pb.REPORT_STATE_SENT, pb.REPORT_STATE_ISSUED
FINAL = (SENT, ISSUED)
OPEN, COMPOSE, RECOMPOSE, EDIT, SIGN, SEND, GIVE_BACK, ISSUE, URGE, REDACT = (
    pb.REPORT_VERB_OPEN,
    pb.REPORT_VERB_COMPOSE,
    pb.REPORT_VERB_RECOMPOSE,
    pb.REPORT_VERB_EDIT,
    pb.REPORT_VERB_SIGN,
    pb.REPORT_VERB_SEND,
    pb.REPORT_VERB_GIVE_BACK,
    pb.REPORT_VERB_ISSUE,
    pb.REPORT_VERB_URGE,
    pb.REPORT_VERB_REDACT,
)
# Of a row's note, in the order in which they are kept.
NOTE_FIELDS = ("difficulty", "cause", "proposal")
MAX_NOTES = 2000


class Kind:
    """What a row of Cited is about."""

    OBSTACLE, NOTICE, ESCALATION, PROGRAMME_ITEM, UNIT, HANDLING = range(1, 7)


class Cited(Base):
    """What its owner told of something that reports cite, one row a version; only ever added to, so that it can be read as of any time.

    `facts` is what handlers put there: of a unit what it is and how long it exists, of an assignment (HANDLING) its extensions and returns.
    """

    __tablename__ = "cited_told"
    __table_args__ = (Index("cited_told_around_idx", "around"),)

    kind: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    told_time: Mapped[datetime]
    # The assignment that it is about, if it is about one.
    around: Mapped[UUID | None]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)


class ReportWatermark(Base):
    """How far a scheduled job has come. Whoever holds its row does the job; a tick only wakes it."""

    __tablename__ = "report_watermark"

    job: Mapped[str] = mapped_column(primary_key=True)
    last_processed: Mapped[datetime]


class ReportAct(Base):
    """One line of a report's history. Only ever added."""

    __tablename__ = "report_act"

    report_id: Mapped[UUID] = mapped_column(ForeignKey("report.id"), primary_key=True)
    # The report's version after it.
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    verb: Mapped[int]
    text: Mapped[str]
    actor_name: Mapped[str]
    actor_unit_id: Mapped[UUID | None]
    time: Mapped[datetime]


@dataclass(frozen=True)
class Step:
    """`verb`, by holders of `roles` whose step it is (`mine`), from one of `states`."""

    verb: int
    forms: tuple[int, ...]
    roles: tuple[str, ...]
    states: tuple[int, ...]
    mine: Callable[["Report", Actor], bool]


def _own(report: "Report", actor: Actor) -> bool:
    return report.unit_id == actor.unit_id


def _offices(_report: "Report", _actor: Actor) -> bool:
    return True


_DESK, _WRITERS, _LEADER = ("focal_point", "unit_leader"), UNIT_ROLES, ("unit_leader",)
_COMPOSERS, _ISSUERS = ("specialist", "office_leader"), ("specialist", "office_leader", "clerk")
_BOTH = (V, VI)
STEPS = (
    Step(RECOMPOSE, (IV,), _WRITERS, (DRAFT,), _own),
    Step(RECOMPOSE, _BOTH, _COMPOSERS, (DRAFT,), _offices),
    Step(EDIT, (IV,), _WRITERS, (DRAFT,), _own),
    Step(EDIT, _BOTH, _COMPOSERS, (DRAFT,), _offices),
    Step(SIGN, (IV,), _LEADER, (DRAFT,), _own),
    Step(SIGN, _BOTH, ("office_leader",), (DRAFT,), _offices),
    Step(SEND, (IV,), _DESK, (SIGNED,), _own),
    Step(GIVE_BACK, (IV,), _COMPOSERS, (SENT,), _offices),
    # Before it has gone out, whoever signed it may take that back.
    Step(GIVE_BACK, (IV,), _LEADER, (SIGNED,), _own),
    Step(GIVE_BACK, _BOTH, ("office_leader",), (SIGNED,), _offices),
    Step(ISSUE, _BOTH, _ISSUERS, (SIGNED,), _offices),
    Step(URGE, (IV,), _COMPOSERS, (DRAFT, SIGNED), _offices),
)
# Who may begin one.
BEGINNERS = {IV: _WRITERS, V: _COMPOSERS, VI: _COMPOSERS}
ASKERS = _COMPOSERS


@article("Đ9.2", "Đ9.4", "Đ10.1")
class Report(Base):
    """IV is a unit's (Đ10.1), V and VI the Office's (Đ9.2). State moves only by verbs, each of which raises the version and adds an act.

    `snapshot` holds the canonical JSON that was composed (compose.canonical), `sha256` its hash. It follows from period, as_of_time, notes,
    general_text and what it corrects by what history tells, and may be made anew from them.
    """

    __tablename__ = "report"
    __table_args__ = (
        UniqueConstraint("form", "period_kind", "first_day", "last_day", "unit_id", postgresql_nulls_not_distinct=True),
        Index("report_list_idx", "last_day", "id"),
        Index("report_assignments_idx", "assignment_ids", postgresql_using="gin"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    form: Mapped[int]
    period_kind: Mapped[int]
    first_day: Mapped[date]
    last_day: Mapped[date]
    unit_id: Mapped[UUID | None] = mapped_column(index=True)
    state: Mapped[int]
    # None: opened, and not composed yet.
    as_of_time: Mapped[datetime | None]
    formula: Mapped[str]
    snapshot: Mapped[bytes | None]
    sha256: Mapped[str]
    # The report issued before, in which this one looks for what was back-dated since; and as of when that one was composed.
    corrects_id: Mapped[UUID | None]
    corrects_as_of_time: Mapped[datetime | None]
    general_text: Mapped[str]
    # Of which its rows, corrections and notes speak.
    assignment_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    # {assignment id: [difficulty, cause, proposal]}
    notes: Mapped[dict[str, list[str]]] = mapped_column(JSONB)
    number: Mapped[int]
    issue_date: Mapped[date | None]
    signer_name: Mapped[str]
    sign_time: Mapped[datetime | None]
    send_time: Mapped[datetime | None]
    due_date: Mapped[date | None]
    urge_count: Mapped[int]
    urge_time: Mapped[datetime | None]
    purge_count: Mapped[int]
    create_time: Mapped[datetime]
    update_time: Mapped[datetime]
    history: Mapped[list[ReportAct]] = relationship(lazy="raise", order_by=ReportAct.version)

    @classmethod
    @article("Đ9.2", "Đ10.1")
    def begun(
        cls, verb: int, actor: Actor | None, now: datetime, *, form: int, period: Period, unit_id: UUID | None, due_date: date | None
    ) -> Self:
        """A draft, still to be filled; by nobody where time itself asks for it."""
        made = cls(
            id=db.new_id(),
            version=0,
            form=form,
            period_kind=period.kind,
            first_day=period.first,
            last_day=period.last,
            unit_id=unit_id,
            state=DRAFT,
            formula="",
            sha256="",
            assignment_ids=[],
            general_text="",
            notes={},
            number=0,
            signer_name="",
            due_date=due_date,
            urge_count=0,
            purge_count=0,
            create_time=now,
            history=[],
        )
        made._note(verb, actor, now, "")
        return made

    @property
    def period(self) -> Period:
        """What it tells of."""
        return Period(self.period_kind, self.first_day, self.last_day)

    def frozen(self, snapshot: bytes, sha256: str, named: Collection[str]) -> None:
        """What it says now, and of which assignments."""
        self.snapshot, self.sha256 = snapshot, sha256
        self.assignment_ids = sorted(UUID(id) for id in {*named, *self.notes})

    def allowed_verbs(self, actor: Actor) -> list[int]:
        """What the actor may do now."""
        return list(dict.fromkeys(step.verb for step in self._steps() if self._stands(step) and _has(step, self, actor)))

    def _stands(self, step: Step) -> bool:
        return self.state in step.states and (self.as_of_time is not None or step.verb in (RECOMPOSE, URGE))

    def require(self, actor: Actor, verb: int, expected_version: int) -> Step:
        """The step: refused in this order are the role, the version, the state."""
        steps = [step for step in self._steps() if step.verb == verb]
        mine = next((step for step in steps if _has(step, self, actor)), None)
        if mine is None:
            actor.require(*(role for step in steps for role in step.roles))
            raise PermissionDenied(reason="OTHER_UNIT", message="Báo cáo không thuộc phạm vi bạn được giao.")
        actor.on_behalf_of(*mine.roles)
        if self.version != expected_version:
            raise stale_version(self.version)
        if not self._stands(mine):
            raise FailedPrecondition(
                reason="WRONG_STATE",
                message="Báo cáo đang ở trạng thái không cho phép thao tác này.",
                metadata={"state": pb.ReportState.Name(self.state).removeprefix("REPORT_STATE_")},
            )
        return mine

    def recompose(self, actor: Actor, now: datetime) -> None:
        """For the first time or anew; the caller fills it."""
        self._note(RECOMPOSE, actor, now, "")

    @article("Đ10.1", "Đ9.3")
    def edit(
        self, actor: Actor, now: datetime, *, general_text: str | None, notes: Mapping[str, list[str]], known: Collection[str]
    ) -> None:
        """What people write; `known`: the assignments in the list."""
        for place, id in enumerate(notes):
            if id not in known:
                raise InvalidArgument.field(f"notes[{place}].assignment_id", "ROW_UNKNOWN", "Nhiệm vụ không có trong danh sách.")
        if general_text is not None:
            self.general_text = general_text
        self.notes = {**self.notes, **notes}
        if len(self.notes) > MAX_NOTES:
            raise InvalidArgument.field("notes", "TOO_MANY", "Quá nhiều nội dung ghi chú.")
        self._note(EDIT, actor, now, "")

    @article("Đ10.1", "Đ9.2")
    def sign(self, actor: Actor, now: datetime) -> None:
        """By the unit's leader, or an Office leader, once the period is over and the figures were taken after it."""
        if self.as_of_time is None or local_date(self.as_of_time) <= self.last_day:
            raise FailedPrecondition(
                reason="PERIOD_NOT_OVER", message="Chỉ ký báo cáo có số liệu lập sau ngày cuối kỳ. Vui lòng lập lại số liệu khi hết kỳ."
            )
        self.state, self.signer_name, self.sign_time = SIGNED, actor.name, now
        self._note(SIGN, actor, now, "")

    @article("Đ10.1")
    def send(self, actor: Actor, now: datetime, *, number: int) -> None:
        """To the Office, with the unit's own number where it has one."""
        self.state, self.send_time, self.number, self.issue_date = SENT, now, number, local_date(now)
        self._note(SEND, actor, now, "")

    def give_back(self, actor: Actor, now: datetime, *, reason: str) -> None:
        """To be mended: signature and number fall."""
        self.state, self.signer_name, self.sign_time, self.send_time = DRAFT, "", None, None
        self.number, self.issue_date = 0, None
        self._note(GIVE_BACK, actor, now, reason)

    @article("Đ9.2")
    def issue(self, actor: Actor, now: datetime, *, number: int, issue_date: date) -> None:
        """With number and date."""
        signed_on = local_date(self.sign_time) if self.sign_time else issue_date
        if not signed_on <= issue_date <= local_date(now):
            raise InvalidArgument.field("issue_date", "ISSUE_DATE_INVALID", "Ngày ban hành không được trước ngày ký hoặc sau ngày hôm nay.")
        self.state, self.number, self.issue_date, self.send_time = ISSUED, number, issue_date, now
        self._note(ISSUE, actor, now, "")

    @article("Đ9.4")
    def urge(self, actor: Actor, now: datetime, *, text: str) -> None:
        """Once a day."""
        if self.urge_time and local_date(self.urge_time) == local_date(now):
            raise FailedPrecondition(reason="ALREADY_URGED", message="Đơn vị đã được đôn đốc trong ngày hôm nay.")
        self.urge_count, self.urge_time = self.urge_count + 1, now
        self._note(URGE, actor, now, text)

    @article("D14")
    def redact(self, now: datetime, *, gone: Collection[str]) -> None:
        """What was purged is in it no more; its figures, which tell nothing of it, stay."""
        self.notes = {id: note for id, note in self.notes.items() if id not in gone}
        self.purge_count += 1
        self._note(REDACT, None, now, "")

    @article("Đ9.4", "Đ10.1")
    def late(self, today: date) -> bool:
        """Sent after the due date, or not sent though it has passed."""
        if self.due_date is None:
            return False
        return (local_date(self.send_time) if self.send_time else today) > self.due_date

    def _steps(self) -> list[Step]:
        return [step for step in STEPS if self.form in step.forms]

    def _note(self, verb: int, actor: Actor | None, now: datetime, text: str) -> None:
        self.version += 1
        self.update_time = now
        name, unit_id = (actor.name, actor.unit_id) if actor else ("", None)
        self.history.append(ReportAct(version=self.version, verb=verb, text=text, actor_name=name, actor_unit_id=unit_id, time=now))


def _has(step: Step, report: Report, actor: Actor) -> bool:
    return actor.has(*step.roles) and step.mine(report, actor)
