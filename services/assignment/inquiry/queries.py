"""Every SELECT of inquiries and units' regulations, from visible_to(actor) and regulations_visible_to(actor)."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, false, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from kit.errors import not_found
from kit.identity import OFFICE_ROLES, UNIT_ROLES, Actor
from kit.law import article
from services.assignment.inquiry.model import ANSWERED, OPEN, REGULATED_KINDS, SOLVED, Inquiry, UnitRegulation
from services.assignment.records import Unit


@article("D13", "Đ8.1.d")
def visible_to(actor: Actor) -> Select[tuple[Inquiry]]:
    """The Office and the administrator see all, a unit its own."""
    if actor.has(*OFFICE_ROLES, "administrator"):
        return select(Inquiry)
    return select(Inquiry).where(Inquiry.unit_id == actor.unit_id if actor.has(*UNIT_ROLES) else false())


async def inquiry(session: AsyncSession, actor: Actor, id: UUID, *, lock: bool = False) -> Inquiry:
    """NotFound for the missing and the foreign alike."""
    statement = visible_to(actor).where(Inquiry.id == id).options(selectinload(Inquiry.history))
    found = await session.scalar(statement.with_for_update(of=Inquiry) if lock else statement)
    if found is None:
        raise not_found("Không tìm thấy đề nghị.")
    return found


async def inquiries(
    session: AsyncSession,
    actor: Actor,
    *,
    kinds: Sequence[int],
    states: Sequence[int],
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Inquiry]:
    """Newest change first, without history."""
    statement = visible_to(actor).order_by(Inquiry.update_time.desc(), Inquiry.id.desc()).limit(limit)
    if kinds:
        statement = statement.where(Inquiry.kind.in_(kinds))
    if states:
        statement = statement.where(Inquiry.state.in_(states))
    if after:
        statement = statement.where(tuple_(Inquiry.update_time, Inquiry.id) < tuple_(literal(after[0]), literal(after[1])))
    return (await session.scalars(statement)).all()


@article("Đ8.1.d", "Đ13")
async def statistics(session: AsyncSession, actor: Actor, *, since: datetime | None, before: datetime | None) -> dict[int, Any]:
    """By kind, of those opened from `since` until just before `before`: (total, open, answered, solved, and the mean seconds to the first
    answer and to the solution, None where there was none)."""
    counts = [func.count().filter(Inquiry.state == state) for state in (OPEN, ANSWERED, SOLVED)]
    means = [func.avg(func.extract("epoch", time - Inquiry.create_time)) for time in (Inquiry.answer_time, Inquiry.solve_time)]
    statement = visible_to(actor).with_only_columns(Inquiry.kind, func.count(), *counts, *means).group_by(Inquiry.kind)
    if since:
        statement = statement.where(Inquiry.create_time >= since)
    if before:
        statement = statement.where(Inquiry.create_time < before)
    return {kind: figures for kind, *figures in (await session.execute(statement)).all()}


@article("Đ11.2")
def regulations_visible_to(actor: Actor) -> Select[tuple[UnitRegulation]]:
    """The Office sees all, a unit its own."""
    if actor.has(*OFFICE_ROLES):
        return select(UnitRegulation)
    return select(UnitRegulation).where(UnitRegulation.unit_id == actor.unit_id if actor.has(*UNIT_ROLES) else false())


async def regulation(session: AsyncSession, actor: Actor, id: UUID) -> UnitRegulation:
    """NotFound for the missing and the foreign alike."""
    found = await session.scalar(regulations_visible_to(actor).where(UnitRegulation.id == id))
    if found is None:
        raise not_found("Không tìm thấy quy chế.")
    return found


async def regulation_in_force(session: AsyncSession, actor: Actor) -> UnitRegulation | None:
    """The actor's own unit's, locked."""
    mine = UnitRegulation.unit_id == actor.unit_id, UnitRegulation.replace_time.is_(None)
    return await session.scalar(regulations_visible_to(actor).where(*mine).with_for_update())


async def regulations(session: AsyncSession, actor: Actor, *, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[UnitRegulation]:
    """Newest first, those replaced among them."""
    statement = regulations_visible_to(actor).order_by(UnitRegulation.create_time.desc(), UnitRegulation.id.desc()).limit(limit)
    if after:
        key = tuple_(UnitRegulation.create_time, UnitRegulation.id)
        statement = statement.where(key < tuple_(literal(after[0]), literal(after[1])))
    return (await session.scalars(statement)).all()


@article("Đ11.2")
async def units_without_regulation(session: AsyncSession, today: date) -> Sequence[UUID]:
    """Units of today that must have one and don't; for the Office, which sees all."""
    existing = Unit.valid_from <= today, or_(Unit.valid_to.is_(None), Unit.valid_to >= today), Unit.kind.in_(REGULATED_KINDS)
    has_one = exists().where(UnitRegulation.unit_id == Unit.id, UnitRegulation.replace_time.is_(None))
    return (await session.scalars(select(Unit.id).where(*existing, ~has_one).order_by(Unit.id))).all()


@article("D14")
async def around(session: AsyncSession, assignment_ids: Collection[UUID]) -> set[UUID]:
    """Ids of what is about these assignments; for the platform itself."""
    return set((await session.scalars(select(Inquiry.id).where(Inquiry.assignment_id.in_(assignment_ids)))).all())
