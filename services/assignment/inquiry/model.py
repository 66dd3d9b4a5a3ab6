"""What a unit asks of the Office, and the regulation that it has for itself."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column
from ykcd.assignment.v1 import inquiry_pb2 as pb
from ykcd.directive.v1.registry_pb2 import UnitKind

from kit import db
from kit.clock import local_date
from kit.errors import InvalidArgument
from kit.identity import UNIT_ROLES, Actor
from kit.law import article
from services.assignment.matter import Matter, Party, Step
from services.assignment.records import Base

OPEN, ANSWERED, SOLVED = pb.INQUIRY_STATE_OPEN, pb.INQUIRY_STATE_ANSWERED, pb.INQUIRY_STATE_SOLVED
KINDS = tuple(kind for kind in pb.InquiryKind.values() if kind != pb.INQUIRY_KIND_UNSPECIFIED)
# Đ8.1.d: what the administrator answers; the other kinds are the Office's business with the unit.
TECHNICAL = (pb.INQUIRY_KIND_SUPPORT, pb.INQUIRY_KIND_SOFTWARE_FEEDBACK)
# Đ11.2: whom it tells to have a regulation.
REGULATED_KINDS = (
    UnitKind.UNIT_KIND_DEPARTMENT,
    UnitKind.UNIT_KIND_AGENCY,
    UnitKind.UNIT_KIND_SECTORAL,
    UnitKind.UNIT_KIND_DISTRICT,
)


@article("Đ8.1.d", "Đ9.1", "Đ13")
def _answers(inquiry: "Inquiry", actor: Actor) -> bool:
    return actor.has("specialist", "office_leader") or inquiry.kind in TECHNICAL


OFFICE = Party(("specialist", "office_leader", "administrator"), _answers, "OTHER_KIND")
ASKER = Party(
    UNIT_ROLES, lambda inquiry, actor: actor.unit_id == inquiry.unit_id and actor.is_or_stands_for(inquiry.author_id), "OTHER_AUTHOR"
)


class Inquiry(Matter):
    """From OPEN to SOLVED. The times of the first answer and of the solution are what the Office is measured by."""

    __tablename__ = "inquiry"
    __table_args__ = (Index("inquiry_list_idx", "update_time", "id"), Index("inquiry_create_idx", "create_time"))

    STATES = pb.InquiryState
    STEPS = (
        Step("answer", OFFICE, (OPEN,), ANSWERED),
        Step("solve", ASKER, (OPEN, ANSWERED), SOLVED),
        # Not without an answer: what is fed back is answered (Đ8.1.d, Đ13).
        Step("solve", OFFICE, (ANSWERED,), SOLVED),
        Step("reopen", ASKER, (ANSWERED, SOLVED), OPEN),
    )

    kind: Mapped[int]
    unit_id: Mapped[UUID] = mapped_column(index=True)
    author_id: Mapped[UUID]
    author_name: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    assignment_id: Mapped[UUID | None] = mapped_column(ForeignKey("assignment.id"), index=True)
    answer: Mapped[str]
    answered_by_name: Mapped[str]
    # Of the first answer, whatever follows.
    answer_time: Mapped[datetime | None]
    solve_time: Mapped[datetime | None]

    @classmethod
    @article("Đ8.1.d", "Đ9.1", "Đ13")
    def asked(cls, actor: Actor, now: datetime, *, kind: int, subject: str, body: str, assignment_id: UUID | None) -> Self:
        """Đ8.1.d, Đ9.1, Đ13: by anybody of a unit."""
        actor.require(*UNIT_ROLES)
        told = {"kind": kind, "subject": subject, "body": body, "assignment_id": assignment_id}
        by = {"unit_id": actor.unit_id, "author_id": actor.person_id, "author_name": actor.name}
        return cls._begin("open", actor, now, text=body, state=OPEN, answer="", answered_by_name="", **told, **by)

    @article("Đ8.1.d", "Đ9.1", "Đ13")
    def reply(self, actor: Actor, now: datetime, *, answer: str) -> None:
        """By the Office, and what is technical by the administrator too."""
        self._move("answer", actor, now, text=answer)
        self.answer, self.answered_by_name = answer, actor.name
        self.answer_time = self.answer_time or now

    @article("Đ8.1.d")
    def solve(self, actor: Actor, now: datetime, *, note: str) -> None:
        """By the one who asked, at any time; by the Office once it has answered."""
        self._move("solve", actor, now, text=note)
        self.solve_time = now

    @article("Đ8.1.d")
    def reopen(self, actor: Actor, now: datetime, *, reason: str) -> None:
        """The one who asked isn't content."""
        self._move("reopen", actor, now, text=reason)
        self.solve_time = None


class UnitRegulation(Base):
    """Đ11.2: a unit's own regulation. One is in force; those that it replaced stay, with their files."""

    __tablename__ = "unit_regulation"
    __table_args__ = (
        Index("unit_regulation_in_force_key", "unit_id", unique=True, postgresql_where=text("replace_time IS NULL")),
        Index("unit_regulation_list_idx", "create_time", "id"),
    )

    # Also its file's name in the file store.
    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[UUID]
    number: Mapped[str]
    issue_date: Mapped[date]
    title: Mapped[str]
    file_name: Mapped[str]
    content_type: Mapped[str]
    sha256: Mapped[str]
    create_time: Mapped[datetime]
    replace_time: Mapped[datetime | None]

    @property
    def version(self) -> int:
        """1 while in force, 2 once replaced: nothing else ever happens to it."""
        return 1 if self.replace_time is None else 2

    @classmethod
    @article("Đ11.2")
    def issued(cls, actor: Actor, now: datetime, *, number: str, issue_date: date, title: str, **file: str) -> Self:
        """Đ11.2: by the unit's leader or focal point, of the own unit. `file`: file_name, content_type, sha256."""
        cls.require_keeper(actor)
        if issue_date > local_date(now):
            raise InvalidArgument.field("issue_date", "DOCUMENT_IN_FUTURE", "Ngày ban hành không được sau ngày hôm nay.")
        about = {"number": number, "issue_date": issue_date, "title": title}
        return cls(id=db.new_id(), unit_id=actor.unit_id, create_time=now, replace_time=None, **about, **file)

    @staticmethod
    @article("Đ11.2")
    def require_keeper(actor: Actor) -> None:
        """Who speaks for a unit."""
        actor.require("unit_leader", "focal_point")
