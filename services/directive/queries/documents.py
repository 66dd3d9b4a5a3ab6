"""Documents, and the refusals of secret ones."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, exists, false, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from kit.errors import not_found
from kit.identity import OFFICE_ROLES, UNIT_ROLES, Actor
from kit.law import article
from services.directive.model import DRAFT, PURGED, Directive, Participation, SecretRefusal, Task, Unit


@article("D13")
def visible_to(actor: Actor) -> Select[tuple[Directive]]:
    """D13: the Office sees all; a unit the published documents in which it takes part, and of them its own tasks."""
    changes = selectinload(Directive.changes)
    if actor.has(*OFFICE_ROLES):
        return select(Directive).options(selectinload(Directive.tasks).selectinload(Task.parts), changes)
    mine = Participation.unit_id == actor.unit_id if actor.has(*UNIT_ROLES) else false()
    my_tasks = exists().where(Participation.task_id == Task.id, mine)
    return (
        select(Directive)
        .where(exists().where(Participation.directive_id == Directive.id, mine))
        .options(selectinload(Directive.tasks.and_(my_tasks)).selectinload(Task.parts), changes)
    )


async def directive(session: AsyncSession, actor: Actor, id: UUID, *, lock: bool = False) -> Directive:
    """NotFound for the missing and the foreign alike."""
    statement = visible_to(actor).where(Directive.id == id)
    found = await session.scalar(statement.with_for_update(of=Directive) if lock else statement)
    if found is None:
        raise not_found("Không tìm thấy văn bản.")
    return found


async def directives(
    session: AsyncSession, actor: Actor, *, state: int, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Directive]:
    """Newest first."""
    statement = visible_to(actor).order_by(Directive.create_time.desc(), Directive.id.desc()).limit(limit)
    # A tombstone is no document, and listed for whoever asks for tombstones.
    statement = statement.where(Directive.state == state if state else Directive.state != PURGED)
    if after:
        statement = statement.where(tuple_(Directive.create_time, Directive.id) < tuple_(literal(after[0]), literal(after[1])))
    return (await session.scalars(statement)).all()


@article("D13")
def participation(unit_id: UUID, task_id: UUID) -> Select[tuple[UUID, UUID, UUID]]:
    """D13: the row of Participation that opens the task to the unit, where both are known; for the platform itself."""
    known = exists().where(Unit.id == unit_id)
    return select(literal(unit_id), Task.id, Task.directive_id).where(Task.id == task_id, known)


async def id_of_code(session: AsyncSession, *, number: str, symbol: str, year: int) -> UUID | None:
    """The document that bears this number and symbol in this year, for the Office, which sees all."""
    statement = select(Directive.id).where(Directive.number == number, Directive.symbol == symbol, Directive.issue_year == year)
    return await session.scalar(statement)


async def published_tasks(session: AsyncSession, ids: Collection[UUID]) -> set[UUID]:
    """Which of the tasks stand in a document that was published, for the Office, which sees all."""
    wanted = Task.id.in_(ids) & (Directive.state != DRAFT)
    return set((await session.scalars(select(Task.id).join(Directive, Directive.id == Task.directive_id).where(wanted))).all())


@article("Đ6.2")
async def secret_refusals(session: AsyncSession, *, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[SecretRefusal]:
    """Newest first; row-level security opens them to the Office's leaders and the administrator."""
    statement = select(SecretRefusal).order_by(SecretRefusal.time.desc(), SecretRefusal.id.desc()).limit(limit)
    if after:
        statement = statement.where(tuple_(SecretRefusal.time, SecretRefusal.id) < tuple_(literal(after[0]), literal(after[1])))
    return (await session.scalars(statement)).all()


async def secret_refusal_count(session: AsyncSession) -> int:
    """How many there were."""
    return await session.scalar(select(func.count()).select_from(SecretRefusal)) or 0


# For the platform itself: whole, and locked in one order.
def _whole() -> Select[tuple[Directive]]:
    loads = (selectinload(Directive.tasks).selectinload(Task.parts), selectinload(Directive.changes))
    return select(Directive).options(*loads).order_by(Directive.id).with_for_update(of=Directive)


@article("D14")
async def to_purge(session: AsyncSession, ids: Collection[UUID]) -> Sequence[Directive]:
    """Those of them that aren't tombstones."""
    return (await session.scalars(_whole().where(Directive.id.in_(ids), Directive.state != PURGED))).all()


@article("D14")
async def superseded_by(session: AsyncSession, ids: Collection[UUID]) -> Sequence[Directive]:
    """Those whose place one of them took."""
    return (await session.scalars(_whole().where(Directive.superseded_by_id.in_(ids)))).all()
