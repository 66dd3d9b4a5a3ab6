"""Units, fields and members: public inside the platform (Đ2.1)."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.directive.v1.registry_pb2 import PersonKind, UnitKind

from kit.errors import NotFound
from kit.identity import Actor, Claims
from kit.tables import member
from services.directive.model import Dissolution, Field, Unit


async def units(session: AsyncSession, *, after: tuple[str, UUID] | None, limit: int) -> Sequence[Unit]:
    """In the order of a Vietnamese dictionary."""
    statement = select(Unit).order_by(Unit.sort_key, Unit.id).limit(limit)
    if after:
        statement = statement.where(tuple_(Unit.sort_key, Unit.id) > tuple_(literal(after[0]), literal(after[1])))
    return (await session.scalars(statement)).all()


async def units_by_id(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, Unit]:
    """Those that exist."""
    found = (await session.scalars(select(Unit).where(Unit.id.in_(set(ids))))).all()
    return {unit.id: unit for unit in found}


async def unit(session: AsyncSession, id: UUID, *, lock: bool = False) -> Unit:
    """NotFound where there is none."""
    statement = select(Unit).where(Unit.id == id)
    found = await session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NotFound(reason="UNIT_NOT_FOUND", message="Không tìm thấy đơn vị.")
    return found


async def is_office(session: AsyncSession, id: UUID) -> bool:
    """Whether the unit is the Office, whose people everybody deals with."""
    return bool(await session.scalar(select(exists().where(Unit.id == id, Unit.kind == UnitKind.UNIT_KIND_OFFICE))))


async def fields(session: AsyncSession) -> Sequence[Field]:
    """All, in the order of a Vietnamese dictionary."""
    return (await session.scalars(select(Field).order_by(Field.sort_key))).all()


async def dissolutions(session: AsyncSession) -> Sequence[Dissolution]:
    """Newest first; row-level security opens them to the Office."""
    return (await session.scalars(select(Dissolution).order_by(Dissolution.create_time.desc(), Dissolution.id.desc()))).all()


async def dissolution(session: AsyncSession, id: UUID) -> Dissolution:
    """Locked."""
    found = await session.scalar(select(Dissolution).where(Dissolution.id == id).with_for_update())
    if found is None:
        raise NotFound(reason="NOT_FOUND", message="Không tìm thấy đề nghị giải thể, sáp nhập.")
    return found


async def has_open_dissolution(session: AsyncSession, unit_id: UUID, state: int) -> bool:
    """Whether one of the unit's is in this state."""
    return bool(await session.scalar(select(exists().where(Dissolution.unit_id == unit_id, Dissolution.state == state))))


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


async def colleagues(session: AsyncSession, unit_id: UUID, person_ids: Iterable[UUID]) -> dict[UUID, Any]:
    """Rows of the people (no software) who are active members of the unit, by person."""
    wanted = (member.c.unit_id == unit_id) & member.c.person_id.in_(set(person_ids)) & member.c.active
    rows = await session.execute(select(member).where(wanted, member.c.kind == PersonKind.PERSON_KIND_PERSON))
    return {row.person_id: row for row in rows}


async def memberships(session: AsyncSession, claims: Claims) -> Sequence[tuple[Any, Unit]]:
    """All in which this person may act, in the order of the units' names: (row of member, unit)."""
    mine = (member.c.issuer == claims.issuer) & (member.c.subject == claims.subject) & member.c.active
    statement = select(member, Unit).join(Unit, Unit.id == member.c.unit_id).where(mine).order_by(Unit.sort_key, Unit.id)
    return [(row, row.Unit) for row in (await session.execute(statement)).all()]


async def active_members(session: AsyncSession, unit_id: UUID | None = None) -> Sequence[Any]:
    """Of one unit or of all."""
    statement = select(member).where(member.c.active)
    return (await session.execute(statement if unit_id is None else statement.where(member.c.unit_id == unit_id))).all()


async def membership(session: AsyncSession, id: UUID) -> Any:
    """None where there is none; for the seed, which acts for nobody."""
    return (await session.execute(select(member).where(member.c.id == id))).one_or_none()


async def people_with_role(session: AsyncSession, ids: Iterable[UUID], role: str) -> set[UUID]:
    """Which of the people hold the role."""
    wanted = member.c.person_id.in_(set(ids)) & holds(role)
    return set((await session.scalars(select(member.c.person_id).where(wanted))).all())


def holds(role: str) -> ColumnElement[bool]:
    """Of a row of member."""
    return member.c.active & func.array_position(member.c.roles, role).is_not(None)


async def names(session: AsyncSession, person_ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Of the people who are or were members."""
    wanted = member.c.person_id.in_({id for id in person_ids if id})
    return {row.person_id: row.name for row in await session.execute(select(member.c.person_id, member.c.name).where(wanted))}


async def unit_of(session: AsyncSession, person_id: UUID, roles: Sequence[str]) -> UUID | None:
    """The unit in which this person holds, or held, one of the roles."""
    mine = (member.c.person_id == person_id) & member.c.roles.overlap(list(roles))
    return await session.scalar(select(member.c.unit_id).where(mine).order_by(member.c.id).limit(1))
