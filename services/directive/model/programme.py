"""The yearly work programme (Đ2.4, Đ9.2)."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from ykcd.directive.v1.programme_pb2 import ProgrammeItemState

from kit.errors import FailedPrecondition, InvalidArgument, stale_version
from kit.identity import Actor
from kit.law import article
from services.directive.model.base import Base
from services.directive.model.directive import ENTRY_ROLES

OPEN = ProgrammeItemState.PROGRAMME_ITEM_STATE_OPEN
DONE = ProgrammeItemState.PROGRAMME_ITEM_STATE_DONE


class ProgrammeItem(Base):
    """What the People's Committee means to settle in a month of a year, and what became of it."""

    __tablename__ = "programme_item"
    __table_args__ = (Index("programme_item_list_idx", "year", "month", "ordinal", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()
    year: Mapped[int]
    month: Mapped[int]
    # Place within the month.
    ordinal: Mapped[int]
    content: Mapped[str]
    lead_unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    coordinating_unit_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    submitted_to: Mapped[str]
    state: Mapped[int]
    result: Mapped[str]
    completed_on: Mapped[date | None]
    task_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))

    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}

    @article("Đ2.4")
    def put(self, actor: Actor, facts: dict[str, Any]) -> None:
        """Đ2.4: as the Office enters it, as long as it is open."""
        actor.require(*ENTRY_ROLES)
        self._require_open()
        for name, value in facts.items():
            setattr(self, name, value)
        if self.lead_unit_id in self.coordinating_unit_ids:
            message = "Đơn vị chủ trì không đồng thời là đơn vị phối hợp."
            raise InvalidArgument.field("coordinating_unit_ids", "UNIT_REPEATED", message)
        self.version += 1

    @article("Đ2.4")
    def link(self, actor: Actor, task_ids: list[UUID]) -> None:
        """The tasks that carry it out; replaces those before."""
        actor.require(*ENTRY_ROLES)
        self._require_open()
        self.task_ids = task_ids
        self.version += 1

    @article("Đ2.4", "Đ9.2")
    def record(self, actor: Actor, *, expected_version: int, state: int, result: str, completed_on: date | None, today: date) -> None:
        """Đ9.2: what became of it, by the lead unit's leader or the Office, which also corrects what was recorded."""
        actor.require(*ENTRY_ROLES, *(["unit_leader"] if actor.unit_id == self.lead_unit_id else []))
        self.require_version(expected_version)
        if not actor.has(*ENTRY_ROLES):
            self._require_open()
        if (state == DONE) != (completed_on is not None):
            message = "Mục đã hoàn thành phải có ngày hoàn thành; mục đưa ra khỏi chương trình thì không."
            raise InvalidArgument.field("completed_on", "COMPLETED_ON_MISMATCH", message)
        if completed_on is not None and completed_on > today:
            raise InvalidArgument.field("completed_on", "COMPLETED_IN_FUTURE", "Ngày hoàn thành không thể sau hôm nay.")
        self.state, self.result, self.completed_on = state, result, completed_on
        self.version += 1

    @article("D14")
    def forget(self, ids: Collection[UUID]) -> None:
        """Tasks that were purged carry it out no more."""
        self.task_ids = [id for id in self.task_ids if id not in ids]
        self.version += 1

    def require_version(self, expected_version: int) -> None:
        """What the caller decided on is what stands."""
        if self.version != expected_version:
            raise stale_version(self.version)

    def _require_open(self) -> None:
        if self.state != OPEN:
            raise FailedPrecondition(reason="PROGRAMME_ITEM_CLOSED", message="Mục này đã có kết quả.")
