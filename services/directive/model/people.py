"""Who follows what (Annex I, Đ8.1.đ), who stands in for whom, who keeps an eye on the system (Đ8.2)."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kit import tables
from kit.errors import FailedPrecondition, InvalidArgument, PermissionDenied, Violation, stale_version
from kit.identity import Actor
from kit.law import article
from kit.workdays import ONE_DAY
from services.directive.model.base import Base

# Who leads a unit's people.
LEADERS = ("unit_leader", "office_leader")
# Whose rights a leader of their unit can't hand to others; they themselves and the administrator can.
LENT_BY_THEMSELVES = frozenset({"chairman", "administrator"})
ANNEX_KEEPERS = ("office_leader", "administrator")
ACCESS_KEPT_EVERY = timedelta(minutes=5)


class SpecialistRule(Base):
    """A row of Annex I (Đ8.1.đ): who follows a field, for one unit or (unit_id absent) for all."""

    __tablename__ = "specialist_rule"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column()
    field_id: Mapped[UUID] = mapped_column(ForeignKey("field.id"), index=True)
    unit_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))
    specialist_id: Mapped[UUID]
    office_leader_id: Mapped[UUID | None]
    deputy_id: Mapped[UUID | None]
    valid_from: Mapped[date]
    # The last day; before valid_from: replaced before it was ever in force.
    valid_to: Mapped[date | None]
    note: Mapped[str]
    # Who put or ended it on the screens; None while it is as the seed's files say, which then may change it.
    changed_by: Mapped[UUID | None]

    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}

    @article("Đ8.1.đ")
    def put(self, actor: Actor, others: Sequence["SpecialistRule"], today: date) -> "SpecialistRule | None":
        """Đ8.1.đ: from its first day on this row stands; it ends the day before the next one. The row that it replaces, ended.

        `others`: the rows of the same field and unit.
        """
        actor.require(*ANNEX_KEEPERS)
        if self.valid_from < today:
            raise InvalidArgument.field("valid_from", "RULE_IN_PAST", "Phân công theo Phụ lục I chỉ thay đổi từ hôm nay trở đi.")
        standing = [rule for rule in others if rule.valid_to is None or rule.valid_to >= rule.valid_from]
        later = [rule.valid_from for rule in standing if rule.valid_from > self.valid_from]
        self.valid_to = min(later) - ONE_DAY if later else None
        self.changed_by = actor.person_id
        before = [rule for rule in standing if rule.covers(self.valid_from)]
        if not before:
            return None
        before[0]._end(actor, self.valid_from - ONE_DAY)
        return before[0]

    def covers(self, day: date) -> bool:
        """Whether it is in force on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    @article("Đ8.1.đ")
    def end(self, actor: Actor, *, expected_version: int, valid_to: date, today: date) -> None:
        """Đ8.1.đ: what was in force stays known, with its last day."""
        actor.require(*ANNEX_KEEPERS)
        if self.version != expected_version:
            raise stale_version(self.version)
        if valid_to < today:
            raise InvalidArgument.field("valid_to", "RULE_IN_PAST", "Phân công theo Phụ lục I chỉ kết thúc từ hôm nay trở đi.")
        if self.valid_to is not None and self.valid_to < valid_to:
            raise InvalidArgument.field("valid_to", "RULE_ENDED", "Phân công này đã kết thúc sớm hơn.")
        self._end(actor, valid_to)

    @article("D12")
    def end_with_unit(self, actor: Actor, valid_to: date) -> None:
        """D12: nobody follows a unit that is no more."""
        self._end(actor, valid_to)

    def _end(self, actor: Actor, valid_to: date) -> None:
        self.valid_to, self.changed_by = valid_to, actor.person_id
        self.version += 1

    @article("Đ8.1.đ")
    def problems(self, specialists: Collection[UUID], leaders: Collection[UUID]) -> list[Violation]:
        """Đ8.1.đ: whom the row names serve today in the role that it names them for."""
        found = []
        if self.specialist_id not in specialists:
            found.append(Violation("specialist_id", "SPECIALIST_UNKNOWN", "Người theo dõi không phải là chuyên viên đang công tác."))
        if self.deputy_id and (self.deputy_id not in specialists or self.deputy_id == self.specialist_id):
            found.append(Violation("deputy_id", "DEPUTY_UNKNOWN", "Người dự phòng phải là một chuyên viên khác đang công tác."))
        if self.office_leader_id and self.office_leader_id not in leaders:
            found.append(Violation("office_leader_id", "OFFICE_LEADER_UNKNOWN", "Không phải là lãnh đạo Văn phòng đang công tác."))
        return found


class Absence(Base):
    """For these days, both included, the deputy has the absent person's rights in this unit too (kit.identity).

    The owner of what he follows stays the owner.
    """

    if TYPE_CHECKING:
        id: Mapped[UUID]
        version: Mapped[int]
        unit_id: Mapped[UUID]
        person_id: Mapped[UUID]
        person_name: Mapped[str]
        deputy_id: Mapped[UUID]
        deputy_name: Mapped[str]
        first_day: Mapped[date]
        last_day: Mapped[date]
        reason: Mapped[str]
        cancelled: Mapped[bool]

    __table__ = tables.absence
    __mapper_args__ = {"version_id_col": tables.absence.c.version, "version_id_generator": False}

    @article("Đ8.1.đ")
    def put(self, actor: Actor, *, roles: Collection[str], overlaps: bool, today: date) -> None:
        """Given by the absent person himself, a leader of his unit or the administrator, and taken by nobody for himself.

        `roles`: the absent person's; `overlaps`: another absence of his holds on one of these days.
        """
        self._require_giver(actor, roles)
        if self.deputy_id == self.person_id or (self.deputy_id == actor.person_id and self.person_id != actor.person_id):
            message = "Người thay thế phải là người khác; không tự nhận thay quyền của người khác."
            raise InvalidArgument.field("deputy_id", "DEPUTY_UNFIT", message)
        if self.last_day < self.first_day:
            raise InvalidArgument.field("last_day", "ABSENCE_ENDS_BEFORE", "Ngày cuối không thể trước ngày đầu.")
        if self.last_day < today:
            raise InvalidArgument.field("last_day", "ABSENCE_OVER", "Thời gian vắng mặt đã qua.")
        if overlaps:
            raise InvalidArgument.field("first_day", "ABSENCE_OVERLAPS", "Trong thời gian này đã có người thay thế.")

    def cancel(self, actor: Actor, *, roles: Collection[str], expected_version: int, today: date) -> None:
        """The deputy's rights end at once."""
        self._require_giver(actor, roles)
        if self.version != expected_version:
            raise stale_version(self.version)
        if self.cancelled or self.last_day < today:
            raise FailedPrecondition(reason="ABSENCE_OVER", message="Việc thay thế này đã kết thúc hoặc đã hủy.")
        self.cancelled = True
        self.version += 1

    def _require_giver(self, actor: Actor, roles: Collection[str]) -> None:
        """What somebody has as a deputy himself he can't give on."""
        own = actor.own_roles
        leads = actor.unit_id == self.unit_id and not own.isdisjoint(LEADERS) and LENT_BY_THEMSELVES.isdisjoint(roles)
        himself = (actor.person_id, actor.unit_id) == (self.person_id, self.unit_id)
        if not (himself or leads or "administrator" in own):
            message = "Chỉ người vắng mặt, lãnh đạo đơn vị hoặc quản trị hệ thống giao được người thay thế."
            raise PermissionDenied(reason="ROLE_REQUIRED", message=message)


class Follower(Base):
    """Đ8.2.2: the one leader of a unit who follows the system."""

    __tablename__ = "follower"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), unique=True)
    version: Mapped[int] = mapped_column()
    person_id: Mapped[UUID]
    person_name: Mapped[str]
    since: Mapped[date]

    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}


class Access(Base):
    """When somebody last used the system, in which unit; of no legal weight, hence neither versioned nor told."""

    __tablename__ = "access"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    last_access_time: Mapped[datetime]
