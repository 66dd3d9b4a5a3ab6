"""Every SELECT of inspections, from visible_to(actor)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, Uuid, false, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from kit.errors import not_found
from kit.identity import OFFICE_ROLES, UNIT_ROLES, Actor
from kit.law import article
from services.assignment import queries as assignments
from services.assignment.inspection.model import INTERNAL, Inspection
from services.assignment.model import Assignment


@article("D13", "Đ8.2.2")
def visible_to(actor: Actor) -> Select[tuple[Inspection]]:
    """A unit sees those of itself; the Office all but what units do within their walls."""
    if actor.has(*OFFICE_ROLES):
        return select(Inspection).where(or_(Inspection.kind != INTERNAL, Inspection.unit_id == actor.unit_id))
    return select(Inspection).where(Inspection.unit_id == actor.unit_id if actor.has(*UNIT_ROLES) else false())


async def inspection(session: AsyncSession, actor: Actor, id: UUID, *, lock: bool = False) -> Inspection:
    """NotFound for the missing and the foreign alike."""
    statement = visible_to(actor).where(Inspection.id == id).options(selectinload(Inspection.history))
    found = await session.scalar(statement.with_for_update(of=Inspection) if lock else statement)
    if found is None:
        raise not_found("Không tìm thấy cuộc kiểm tra.")
    return found


async def inspections(
    session: AsyncSession,
    actor: Actor,
    *,
    unit_id: UUID | None,
    states: Sequence[int],
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Inspection]:
    """Newest change first, without history."""
    statement = visible_to(actor).order_by(Inspection.update_time.desc(), Inspection.id.desc()).limit(limit)
    if unit_id:
        statement = statement.where(Inspection.unit_id == unit_id)
    if states:
        statement = statement.where(Inspection.state.in_(states))
    if after:
        statement = statement.where(tuple_(Inspection.update_time, Inspection.id) < tuple_(literal(after[0]), literal(after[1])))
    return (await session.scalars(statement)).all()


async def assignments_of(session: AsyncSession, actor: Actor, unit_id: UUID, ids: Sequence[UUID]) -> set[UUID]:
    """Which of these are assignments of the unit that the actor may see."""
    wanted = assignments.visible_to(actor).where(Assignment.unit_id == unit_id, Assignment.id.in_(ids))
    return set((await session.scalars(wanted.with_only_columns(Assignment.id))).all())


async def known_tasks(session: AsyncSession, actor: Actor, ids: Sequence[UUID]) -> set[UUID]:
    """Which of these are tasks that the actor may see."""
    wanted = assignments.visible_to(actor).where(Assignment.task_id.in_(ids))
    return set((await session.scalars(wanted.with_only_columns(Assignment.task_id))).all())


@article("D14")
async def around(session: AsyncSession, ids: Collection[UUID]) -> Sequence[Inspection]:
    """Those that name one of these assignments or tasks, whole and locked; for the platform itself."""
    wanted = literal(list(ids), ARRAY(Uuid))
    named = or_(Inspection.assignment_ids.overlap(wanted), Inspection.follow_up_task_ids.overlap(wanted))
    statement = select(Inspection).where(named).options(selectinload(Inspection.history)).order_by(Inspection.id)
    return (await session.scalars(statement.with_for_update(of=Inspection))).all()
