"""Every SELECT of the service. What belongs to somebody starts from visible_to(actor)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, exists, false, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload
from ykcd.directive.v1.registry_pb2 import UnitKind

from kit.errors import NotFound, not_found
from kit.identity import OFFICE_ROLES, UNIT_ROLES, Actor
from kit.tables import member
from services.directive.model import Directive, Field, Participation, SpecialistRule, Task, Unit


def visible_to(actor: Actor) -> Select[tuple[Directive]]:
    """D13: the Office sees all; a unit the published documents in which it takes part, and of them its own tasks."""
    if actor.has(*OFFICE_ROLES):
        return select(Directive).options(selectinload(Directive.tasks).selectinload(Task.parts))
    mine = Participation.unit_id == actor.unit_id if actor.has(*UNIT_ROLES) else false()
    my_tasks = exists().where(Participation.task_id == Task.id, mine)
    return (
        select(Directive)
        .where(exists().where(Participation.directive_id == Directive.id, mine))
        .options(selectinload(Directive.tasks.and_(my_tasks)).selectinload(Task.parts))
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


async def units(session: AsyncSession, *, after: tuple[str, UUID] | None, limit: int) -> Sequence[Unit]:
    """Public inside the platform (Đ2.1), in the order of a Vietnamese dictionary."""
    statement = select(Unit).order_by(Unit.sort_key, Unit.id).limit(limit)
    if after:
        statement = statement.where(tuple_(Unit.sort_key, Unit.id) > tuple_(literal(after[0]), literal(after[1])))
    return (await session.scalars(statement)).all()


async def units_by_id(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, Unit]:
    """Those that exist."""
    found = (await session.scalars(select(Unit).where(Unit.id.in_(set(ids))))).all()
    return {unit.id: unit for unit in found}


async def is_office(session: AsyncSession, id: UUID) -> bool:
    """Whether the unit is the Office, whose people everybody deals with."""
    return bool(await session.scalar(select(exists().where(Unit.id == id, Unit.kind == UnitKind.UNIT_KIND_OFFICE))))


async def fields(session: AsyncSession) -> Sequence[Field]:
    """All, in the order of a Vietnamese dictionary."""
    return (await session.scalars(select(Field).order_by(Field.sort_key))).all()


async def specialist_rules(session: AsyncSession, day: date) -> Sequence[SpecialistRule]:
    """Annex I as it stands on `day`."""
    in_force = and_(SpecialistRule.valid_from <= day, or_(SpecialistRule.valid_to.is_(None), SpecialistRule.valid_to >= day))
    return (await session.scalars(select(SpecialistRule).where(in_force))).all()


async def members(session: AsyncSession, *, unit_id: UUID, after: tuple[str, UUID] | None, limit: int) -> Sequence[Any]:
    """Active members of one unit, by name."""
    statement = select(member).where(member.c.unit_id == unit_id, member.c.active).order_by(member.c.name, member.c.id).limit(limit)
    if after:
        statement = statement.where(tuple_(member.c.name, member.c.id) > tuple_(literal(after[0]), literal(after[1])))
    return (await session.execute(statement)).all()


async def member_of(session: AsyncSession, actor: Actor) -> Any:
    """The actor's own membership."""
    mine = (member.c.person_id == actor.person_id) & (member.c.unit_id == actor.unit_id)
    return (await session.execute(select(member).where(mine))).one()


async def people_with_role(session: AsyncSession, ids: Iterable[UUID], role: str) -> set[UUID]:
    """Which of the people hold the role."""
    wanted = member.c.person_id.in_(set(ids)) & member.c.active & (func.array_position(member.c.roles, role).is_not(None))
    return set((await session.scalars(select(member.c.person_id).where(wanted))).all())


async def unit(session: AsyncSession, id: UUID) -> Unit:
    """NotFound where there is none."""
    found = await session.get(Unit, id)
    if found is None:
        raise NotFound(reason="UNIT_NOT_FOUND", message="Không tìm thấy đơn vị.")
    return found


async def name_of(session: AsyncSession, person_id: UUID) -> str:
    """A person's name; empty where nobody is known by this id."""
    return await session.scalar(select(member.c.name).where(member.c.person_id == person_id).limit(1)) or ""
