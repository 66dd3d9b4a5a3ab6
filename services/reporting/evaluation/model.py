"""The formula's versions; and which facts the evaluation cites beside the assignments (periodic.model.Cited)."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from kit import db
from kit.clock import local_date
from kit.errors import InvalidArgument, stale_version
from kit.identity import Actor
from kit.law import article
from services.reporting.evaluation.scoring import DEDUCTIONS, Deduction, Parameters
from services.reporting.model import Base

NUMBERS = ("completion_weight", "on_time_weight", "verification_working_days")


class Kind:
    """Of Cited, after periodic.model.Kind. No texts, numbers and names: days, people, units, states."""

    ENTRY, VERIFICATION, INSPECTION, INQUIRY, UNIT_REGULATION, SECRET_REFUSAL = range(21, 27)


class EvaluationFormula(Base):
    """Đ12.2. A version never changes, whether it was used or not: what is to be otherwise is a new one. The migration makes version 1."""

    __tablename__ = "evaluation_formula"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    # The aggregate that its event tells of.
    id: Mapped[UUID]
    effective_from: Mapped[date]
    completion_weight: Mapped[int]
    on_time_weight: Mapped[int]
    late_update_each: Mapped[int]
    late_update_cap: Mapped[int]
    notice_each: Mapped[int]
    notice_cap: Mapped[int]
    missed_obligation_each: Mapped[int]
    missed_obligation_cap: Mapped[int]
    escalation_each: Mapped[int]
    escalation_cap: Mapped[int]
    verification_working_days: Mapped[int]
    reason: Mapped[str]
    created_by_id: Mapped[UUID | None]
    created_by_name: Mapped[str]
    create_time: Mapped[datetime]

    @property
    def parameters(self) -> Parameters:
        """Its numbers."""
        numbers = {name: getattr(self, name) for name in NUMBERS}
        taken = {name: Deduction(getattr(self, f"{name}_each"), getattr(self, f"{name}_cap")) for name, _ in DEDUCTIONS.values()}
        return Parameters(**numbers, **taken)

    @article("Đ12.2", "Đ8.1.d")
    def followed_by(
        self, actor: Actor, now: datetime, *, expected_version: int, parameters: Parameters, effective_from: date, reason: str
    ) -> Self:
        """The next version, after this newest one: what is past is never judged anew by it."""
        if self.version != expected_version:
            raise stale_version(self.version)
        parameters.require_sound()
        if effective_from < local_date(now):
            raise InvalidArgument.field("effective_from", "EFFECT_IN_PAST", "Ngày hiệu lực không được trước ngày hôm nay.")
        if not reason:
            raise InvalidArgument.field("reason", "REASON_MISSING", "Bắt buộc nhập.")
        taken = {name: getattr(parameters, name) for name, _ in DEDUCTIONS.values()}
        return type(self)(
            version=self.version + 1,
            id=db.new_id(),
            effective_from=effective_from,
            reason=reason,
            created_by_id=actor.person_id,
            created_by_name=actor.name,
            create_time=now,
            **{name: getattr(parameters, name) for name in NUMBERS},
            **{f"{name}_each": each.each for name, each in taken.items()},
            **{f"{name}_cap": each.cap for name, each in taken.items()},
        )
