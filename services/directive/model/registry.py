"""Units and fields of work."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from ykcd.directive.v1.registry_pb2 import UnitKind

from kit.errors import FailedPrecondition, InvalidArgument, stale_version
from kit.law import article
from kit.text import collation_key
from services.directive.model.base import Base

OFFICE = UnitKind.UNIT_KIND_OFFICE


class Unit(Base):
    """A unit in its time (D12)."""

    __tablename__ = "unit"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    sort_key: Mapped[str] = mapped_column(index=True)
    kind: Mapped[int]
    abbreviations: Mapped[list[str]]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    # D12: [{"unit_id": …, "field_id": … or None}], once it is dissolved.
    successors: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    # Who changed it on the screens; None while it is as the seed's files say, which then may change it.
    changed_by: Mapped[UUID | None]

    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}

    @article("D12")
    def exists_on(self, day: date) -> bool:
        """Whether it can be given a task on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    @article("Đ8.1.d", "D12")
    def change(self, expected_version: int, facts: dict[str, Any]) -> None:
        """Đ8.1.d: as the administrator enters it. There is one Office, and it stays what it is."""
        if self.version != expected_version:
            raise stale_version(self.version)
        self._require_in_force()
        if (facts["kind"] == OFFICE) != (self.kind == OFFICE):
            raise InvalidArgument.field("kind", "OFFICE_KIND", "Không đổi loại đơn vị thành hoặc từ Văn phòng UBND tỉnh.")
        self.fill(facts)

    @article("D12")
    def fill(self, facts: dict[str, Any]) -> None:
        """The columns that a person or a file says; the next version."""
        for name, value in facts.items():
            setattr(self, name, value)
        if self.valid_to is not None and self.valid_from > self.valid_to:
            raise InvalidArgument.field("valid_from", "UNIT_ENDS_BEFORE", "Đơn vị không thể bắt đầu sau ngày giải thể.")
        self.sort_key = collation_key(self.name)
        self.version += 1

    @article("D12")
    def dissolve(self, valid_to: date, successors: list[dict[str, Any]]) -> None:
        """D12: its last day, and who takes over; its name stays for its history."""
        self._require_in_force()
        self.valid_to, self.successors = valid_to, successors
        self.version += 1

    def _require_in_force(self) -> None:
        if self.valid_to is not None:
            raise FailedPrecondition(reason="UNIT_DISSOLVED", message="Đơn vị đã giải thể, sáp nhập.")


class Field(Base):
    """A field of the province's work (lĩnh vực)."""

    __tablename__ = "field"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    sort_key: Mapped[str]
