"""Clocks, and the snapshots of their assignments."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Select, false, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.errors import not_found
from kit.identity import OFFICE_ROLES, UNIT_ROLES, Actor
from kit.law import article
from services.deadline.model import AssignmentCopy, Deadline


@article("D13")
def visible_to(actor: Actor) -> Select[tuple[Deadline]]:
    """D13: the Office sees every clock, a unit its own."""
    if actor.has(*OFFICE_ROLES):
        return select(Deadline)
    return select(Deadline).where(Deadline.unit_id == actor.unit_id if actor.has(*UNIT_ROLES) else false())


def movable_by(actor: Actor) -> Select[tuple[Deadline]]:
    """The clocks that a calendar of the administrator's may still move; of their assignments he sees nothing."""
    return select(Deadline).where(~Deadline.over if actor.has("administrator") else false())


async def deadline(session: AsyncSession, actor: Actor, assignment_id: UUID) -> Deadline:
    """NotFound for the missing and the foreign alike."""
    found = await session.scalar(visible_to(actor).where(Deadline.assignment_id == assignment_id))
    if found is None:
        raise not_found("Không tìm thấy thời hạn.")
    return found


async def movable(session: AsyncSession, actor: Actor) -> Sequence[Deadline]:
    """For a preview; nothing is locked."""
    return (await session.scalars(movable_by(actor).order_by(Deadline.unit_id, Deadline.due_date, Deadline.assignment_id))).all()


async def clock_of(session: AsyncSession, assignment_id: UUID) -> Deadline | None:
    """For the platform itself, locked."""
    return await session.get(Deadline, assignment_id, with_for_update=True)


async def copy_of(session: AsyncSession, assignment_id: UUID) -> AssignmentCopy | None:
    """For the platform itself, locked; the scheduler, which holds the clock that is locked next, may still refer to it."""
    return await session.get(AssignmentCopy, assignment_id, with_for_update={"key_share": True})


async def open_clocks(session: AsyncSession) -> Sequence[Deadline]:
    """Those that a new calendar may still move; for the platform itself, locked."""
    return (await session.scalars(select(Deadline).where(~Deadline.over).order_by(Deadline.assignment_id).with_for_update())).all()


async def overdue_clocks(session: AsyncSession, *, today: date, limit: int) -> Sequence[Deadline]:
    """Running, past their effective due date, not yet told. Those that somebody changes at this moment wait for the next tick."""
    late = Deadline.running & Deadline.miss_time.is_(None) & (Deadline.effective_due_date < today)
    statement = select(Deadline).where(late).order_by(Deadline.effective_due_date, Deadline.assignment_id).limit(limit)
    return (await session.scalars(statement.with_for_update(skip_locked=True))).all()


@article("D14")
async def copies_of(session: AsyncSession, ids: Collection[UUID]) -> set[UUID]:
    """The assignments of these documents or tasks, for purging; locked as by `copy_of`."""
    mine = AssignmentCopy.directive_id.in_(ids) | AssignmentCopy.task_id.in_(ids) | AssignmentCopy.assignment_id.in_(ids)
    found = select(AssignmentCopy.assignment_id).where(mine).order_by(AssignmentCopy.assignment_id).with_for_update(key_share=True)
    return set((await session.scalars(found)).all())
