"""The end of a unit (D12)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from ykcd.directive.v1.people_pb2 import DissolutionState

from kit.errors import FailedPrecondition, InvalidArgument, PermissionDenied, Violation, stale_version
from kit.identity import Actor
from kit.law import article
from kit.workdays import ONE_DAY
from services.directive.model.base import Base
from services.directive.model.registry import OFFICE, Unit

PROPOSED = DissolutionState.DISSOLUTION_STATE_PROPOSED
CONFIRMED = DissolutionState.DISSOLUTION_STATE_CONFIRMED
WITHDRAWN = DissolutionState.DISSOLUTION_STATE_WITHDRAWN


@dataclass(frozen=True)
class Successor:
    """Who takes over: one field, or (field_id absent) all that nobody else takes."""

    unit_id: UUID
    field_id: UUID | None


class Dissolution(Base):
    """Proposed by the administrator, put in force by an Office leader once the unit's last day is over."""

    __tablename__ = "dissolution"
    __table_args__ = (Index("dissolution_open_key", "unit_id", unique=True, postgresql_where=text(f"state = {PROPOSED}")),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()
    state: Mapped[int]
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"))
    valid_to: Mapped[date]
    # As in Unit.
    successors: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    decision_number: Mapped[str]
    proposed_by: Mapped[UUID]
    proposed_by_name: Mapped[str]
    confirmed_by_name: Mapped[str]
    create_time: Mapped[datetime]
    confirm_time: Mapped[datetime | None]

    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}

    @article("D12")
    def propose(self, actor: Actor, unit: Unit, units: Mapping[UUID, Unit], fields: Collection[UUID], *, is_open: bool) -> None:
        """D12: by the administrator. `units`: those that exist of the successors; `fields`: all; `is_open`: another proposal waits."""
        actor.require("administrator")
        if unit.kind == OFFICE:
            raise FailedPrecondition(reason="OFFICE_STAYS", message="Văn phòng UBND tỉnh không giải thể trên hệ thống.")
        if unit.valid_to is not None or is_open:
            message = "Đơn vị đã giải thể, sáp nhập hoặc đang có đề nghị chờ xác nhận."
            raise FailedPrecondition(reason="DISSOLUTION_EXISTS", message=message)
        if self.valid_to < unit.valid_from:
            raise InvalidArgument.field("valid_to", "UNIT_ENDS_BEFORE", "Ngày cuối không thể trước ngày thành lập đơn vị.")
        self._require_sound(units, fields, self.valid_to + ONE_DAY)

    def _require_sound(self, units: Mapping[UUID, Unit], fields: Collection[UUID], day: date) -> None:
        found = []
        chosen = self.heirs
        for place, heir in enumerate(chosen):
            unit = units.get(heir.unit_id)
            if heir.unit_id == self.unit_id or unit is None or not unit.exists_on(day):
                message = "Đơn vị kế thừa không có hoặc không còn hoạt động."
                found.append(Violation(f"successors[{place}].unit_id", "UNIT_UNKNOWN", message))
            if heir.field_id and heir.field_id not in fields:
                found.append(Violation(f"successors[{place}].field_id", "FIELD_UNKNOWN", "Lĩnh vực không có trong danh mục."))
        if len({heir.field_id for heir in chosen}) < len(chosen):
            found.append(Violation("successors", "FIELD_REPEATED", "Mỗi lĩnh vực chỉ một đơn vị kế thừa."))
        if not any(heir.field_id is None for heir in chosen):
            # Else tasks of a field that nobody thought of would stay with a unit that is no more.
            message = "Phải có một đơn vị kế thừa các lĩnh vực còn lại."
            found.append(Violation("successors", "SUCCESSOR_MISSING", message))
        if found:
            raise InvalidArgument.fields(found)

    @property
    def heirs(self) -> list[Successor]:
        """The successors, with their ids."""
        return [Successor(UUID(row["unit_id"]), UUID(row["field_id"]) if row["field_id"] else None) for row in self.successors]

    @article("D12")
    def confirm(self, actor: Actor, unit: Unit, units: Mapping[UUID, Unit], fields: Collection[UUID], now: datetime, today: date) -> None:
        """D12: by another person than who proposed it, and not before the unit's last day is over: what follows (memberships end, tasks
        move) then follows at once, and nothing has to be remembered for a day to come."""
        actor.require("office_leader")
        if actor.person_id == self.proposed_by:
            raise PermissionDenied(reason="SAME_PERSON", message="Người xác nhận phải khác người đề nghị.")
        if today <= self.valid_to:
            message = f"Chỉ xác nhận được sau ngày hoạt động cuối cùng của đơn vị ({self.valid_to:%d/%m/%Y})."
            raise FailedPrecondition(reason="DISSOLUTION_EARLY", message=message)
        # Later than planned, an heir may have ended meanwhile.
        self._require_sound(units, fields, max(self.valid_to + ONE_DAY, today))
        unit.dissolve(self.valid_to, self.successors)
        self.state, self.confirmed_by_name, self.confirm_time = CONFIRMED, actor.name, now
        self.version += 1

    @article("D12")
    def withdraw(self, actor: Actor) -> None:
        """Nothing happens."""
        actor.require("administrator", "office_leader")
        self.state = WITHDRAWN
        self.version += 1

    def require_proposed(self, expected_version: int) -> None:
        """Decided once."""
        if self.version != expected_version:
            raise stale_version(self.version)
        if self.state != PROPOSED:
            raise FailedPrecondition(reason="DISSOLUTION_DECIDED", message="Đề nghị này đã được xác nhận hoặc rút.")
