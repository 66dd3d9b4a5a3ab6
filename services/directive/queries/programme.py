"""The work programme."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Uuid, literal, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from kit.errors import not_found
from kit.law import article
from services.directive.model import ProgrammeItem

Place = tuple[int, int, UUID]


@article("Đ2.4")
async def items(
    session: AsyncSession, *, year: int, month: int, lead_unit_id: UUID | None, after: Place | None, limit: int
) -> Sequence[ProgrammeItem]:
    """Open to everybody (Đ2.1), by month and place. `month`: 0 for the whole year."""
    place = (ProgrammeItem.month, ProgrammeItem.ordinal, ProgrammeItem.id)
    statement = select(ProgrammeItem).where(ProgrammeItem.year == year).order_by(*place).limit(limit)
    if month:
        statement = statement.where(ProgrammeItem.month == month)
    if lead_unit_id:
        statement = statement.where(ProgrammeItem.lead_unit_id == lead_unit_id)
    if after:
        statement = statement.where(tuple_(*place) > tuple_(*map(literal, after)))
    return (await session.scalars(statement)).all()


async def item(session: AsyncSession, id: UUID, *, lock: bool = False) -> ProgrammeItem:
    """Open to everybody (Đ2.1)."""
    statement = select(ProgrammeItem).where(ProgrammeItem.id == id)
    found = await session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise not_found("Không tìm thấy mục này của chương trình công tác.")
    return found


@article("D14")
async def naming(session: AsyncSession, task_ids: Collection[UUID]) -> Sequence[ProgrammeItem]:
    """The items that name one of these tasks, locked; for the platform itself."""
    wanted = ProgrammeItem.task_ids.overlap(literal(list(task_ids), ARRAY(Uuid)))
    return (await session.scalars(select(ProgrammeItem).where(wanted).order_by(ProgrammeItem.id).with_for_update())).all()
