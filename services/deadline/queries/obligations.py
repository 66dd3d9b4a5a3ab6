"""What tasks without a deadline owe."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, exists, false, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from kit.identity import OFFICE_ROLES, UNIT_ROLES, Actor
from kit.law import article
from services.deadline.model import AssignmentCopy, Obligation, obligation
from services.deadline.model.periods import Quarter

PartKey = tuple[UUID, UUID, int]


@article("D13")
def visible_obligations(actor: Actor) -> Select[tuple[Obligation]]:
    """D13: the Office sees all, a unit its own."""
    if actor.has(*OFFICE_ROLES):
        return select(Obligation)
    return select(Obligation).where(Obligation.unit_id == actor.unit_id if actor.has(*UNIT_ROLES) else false())


async def obligations(
    session: AsyncSession, actor: Actor, *where: ColumnElement[bool], after: tuple[date, UUID] | None, limit: int
) -> Sequence[Obligation]:
    """Newest period first."""
    statement = visible_obligations(actor).where(*where).options(joinedload(Obligation.copy))
    if after:
        statement = statement.where(tuple_(Obligation.period_end, Obligation.id) < tuple_(literal(after[0]), literal(after[1])))
    return (await session.scalars(statement.order_by(Obligation.period_end.desc(), Obligation.id.desc()).limit(limit))).all()


async def hold_part(session: AsyncSession, key: PartKey) -> None:
    """Until the end of the transaction: one at a time judges what the part owes."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("|".join(map(str, key)), 0))))


async def part_of(session: AsyncSession, key: PartKey) -> Sequence[AssignmentCopy]:
    """Every assignment of this task, unit and role."""
    statement = select(AssignmentCopy).filter_by(**_named(key))
    return (await session.scalars(statement, execution_options={"populate_existing": True})).all()


async def obligations_of(session: AsyncSession, key: PartKey) -> Sequence[Obligation]:
    """All that this part ever owed; for the platform itself."""
    statement = select(Obligation).filter_by(**_named(key)).order_by(Obligation.period_end)
    return (await session.scalars(statement, execution_options={"populate_existing": True})).all()


def _named(key: PartKey) -> dict[str, UUID | int]:
    return dict(zip(("task_id", "unit_id", "role"), key, strict=True))


async def parts_without(session: AsyncSession, quarter: Quarter, *, limit: int) -> Sequence[Row[tuple[UUID, UUID, int]]]:
    """Those that owe for the quarter since before it began, and have no obligation yet."""
    key = (AssignmentCopy.task_id, AssignmentCopy.unit_id, AssignmentCopy.role)
    same = tuple_(Obligation.task_id, Obligation.unit_id, Obligation.role) == tuple_(*key)
    known = exists().where(same, Obligation.year == quarter.year, Obligation.quarter == quarter.number)
    owing = select(*key).where(AssignmentCopy.owing, AssignmentCopy.assigned_on < quarter.first_day, ~known)
    return (await session.execute(owing.distinct().limit(limit))).all()


async def parts_past(session: AsyncSession, today: date, *, limit: int) -> Sequence[Row[tuple[UUID, UUID, int]]]:
    """Those whose period has ended without an update."""
    past = (Obligation.state == obligation.OPEN) & (Obligation.period_end < today)
    return (
        await session.execute(select(Obligation.task_id, Obligation.unit_id, Obligation.role).where(past).distinct().limit(limit))
    ).all()
