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
from services.directive.model import DRAFT, Directive, Participation, SecretRefusal, Task


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
    if state:
        statement = statement.where(Directive.state == state)
    if after:
        statement = statement.where(tuple_(Directive.create_time, Directive.id) < tuple_(literal(after[0]), literal(after[1])))
    return (await session.scalars(statement)).all()


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
