"""Which units exist on a day (D12)."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from services.deadline.model.base import Base


class Unit(Base):
    """A copy of what `directive` tells."""

    __tablename__ = "unit"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    valid_from: Mapped[date]
    # Its last day.
    valid_to: Mapped[date | None]
