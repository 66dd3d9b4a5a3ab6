"""Every SELECT of obstacles, from visible_to(actor)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, false, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload

from kit.errors import not_found
from kit.identity import OFFICE_ROLES, UNIT_ROLES, Actor
from kit.law import article
from services.assignment.obstacle.model import Obstacle


@article("D13")
def visible_to(actor: Actor) -> Select[tuple[Obstacle]]:
    """D13: the Office sees all, a unit its own."""
    statement = select(Obstacle).options(joinedload(Obstacle.assignment, innerjoin=True))
    if actor.has(*OFFICE_ROLES):
        return statement
    return statement.where(Obstacle.unit_id == actor.unit_id if actor.has(*UNIT_ROLES) else false())


async def obstacle(session: AsyncSession, actor: Actor, id: UUID, *, lock: bool = False) -> Obstacle:
    """NotFound for the missing and the foreign alike."""
    statement = visible_to(actor).where(Obstacle.id == id).options(selectinload(Obstacle.history))
    found = await session.scalar(statement.with_for_update(of=Obstacle) if lock else statement)
    if found is None:
        raise not_found("Không tìm thấy vướng mắc.")
    return found


async def obstacles(
    session: AsyncSession,
    actor: Actor,
    *,
    assignment_id: UUID | None,
    unit_id: UUID | None,
    states: Sequence[int],
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Obstacle]:
    """Newest change first, without history."""
    statement = visible_to(actor).order_by(Obstacle.update_time.desc(), Obstacle.id.desc()).limit(limit)
    if assignment_id:
        statement = statement.where(Obstacle.assignment_id == assignment_id)
    if unit_id:
        statement = statement.where(Obstacle.unit_id == unit_id)
    if states:
        statement = statement.where(Obstacle.state.in_(states))
    if after:
        statement = statement.where(tuple_(Obstacle.update_time, Obstacle.id) < tuple_(literal(after[0]), literal(after[1])))
    return (await session.scalars(statement)).all()


@article("D14")
async def around(session: AsyncSession, assignment_ids: Collection[UUID]) -> set[UUID]:
    """Ids of what is about these assignments; for the platform itself."""
    return set((await session.scalars(select(Obstacle.id).where(Obstacle.assignment_id.in_(assignment_ids)))).all())
