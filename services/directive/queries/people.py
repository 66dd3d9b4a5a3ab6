"""Annex I, absences, followers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, exists, func, literal, or_, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from kit.errors import not_found
from kit.identity import OFFICE_ROLES, Actor
from kit.law import article
from kit.tables import member
from services.directive.model import Absence, Access, Field, Follower, SpecialistRule, Unit
from services.directive.queries.registry import holds

_IN_FORCE = or_(SpecialistRule.valid_to.is_(None), SpecialistRule.valid_to >= SpecialistRule.valid_from)


@article("Đ8.1.đ")
async def rules_on(session: AsyncSession, day: date) -> Sequence[SpecialistRule]:
    """Annex I as it stands on `day`; the row of somebody who is a specialist no more names nobody."""
    ended = SpecialistRule.valid_to < day
    serving = exists().where(member.c.person_id == SpecialistRule.specialist_id, holds("specialist"))
    statement = select(SpecialistRule).where(SpecialistRule.valid_from <= day, ended.is_not(True), serving)
    return (await session.scalars(statement)).all()


RulePlace = tuple[str, str, date, UUID]


async def rules(
    session: AsyncSession, *, day: date | None, field_id: UUID | None, after: RulePlace | None, limit: int
) -> Sequence[tuple[SpecialistRule, RulePlace]]:
    """Annex I with each row's place: by field, unit and first day. `day`: without those that ended before it.

    Row-level security opens it to the Office and the administrator.
    """
    everybody_first = func.coalesce(Unit.sort_key, "")
    place = (Field.sort_key, everybody_first, SpecialistRule.valid_from, SpecialistRule.id)
    statement = (
        select(SpecialistRule, *place)
        .join(Field, Field.id == SpecialistRule.field_id)
        .outerjoin(Unit, Unit.id == SpecialistRule.unit_id)
        .where(_IN_FORCE)
        .order_by(*place)
        .limit(limit)
    )
    if day:
        statement = statement.where((SpecialistRule.valid_to < day).is_not(True))
    if field_id:
        statement = statement.where(SpecialistRule.field_id == field_id)
    if after:
        statement = statement.where(tuple_(*place) > tuple_(*map(literal, after)))
    return [(row[0], (row[1], row[2], row[3], row[4])) for row in (await session.execute(statement)).all()]


async def rules_of_place(session: AsyncSession, field_id: UUID, unit_id: UUID | None) -> Sequence[SpecialistRule]:
    """All rows of one field and unit; nobody else changes them until this transaction ends."""
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:place, 0))")
    await session.execute(lock, {"place": f"annex1/{field_id}/{unit_id}"})
    statement = select(SpecialistRule).where(SpecialistRule.field_id == field_id, SpecialistRule.unit_id.is_not_distinct_from(unit_id))
    return (await session.scalars(statement.with_for_update())).all()


async def rule(session: AsyncSession, id: UUID) -> SpecialistRule:
    """Locked."""
    found = await session.scalar(select(SpecialistRule).where(SpecialistRule.id == id).with_for_update())
    if found is None:
        raise not_found("Không tìm thấy dòng này của Phụ lục I.")
    return found


async def rules_of_unit(session: AsyncSession, unit_id: UUID, day: date) -> Sequence[SpecialistRule]:
    """Rows for this unit alone that go on after `day`."""
    goes_on = (SpecialistRule.valid_to <= day).is_not(True)
    return (await session.scalars(select(SpecialistRule).where(SpecialistRule.unit_id == unit_id, goes_on).with_for_update())).all()


async def rules_of_files(session: AsyncSession, day: date) -> Sequence[SpecialistRule]:
    """Rows that nobody changed on the screens and that go on on `day`; for the seed, which acts for nobody."""
    ended = SpecialistRule.valid_to < day
    return (await session.scalars(select(SpecialistRule).where(SpecialistRule.changed_by.is_(None), ended.is_not(True)))).all()


def absences_visible_to(actor: Actor) -> Select[tuple[Absence]]:
    """Those of the own unit; all for the administrator."""
    statement = select(Absence)
    return statement if actor.has("administrator") else statement.where(Absence.unit_id == actor.unit_id)


async def absences(session: AsyncSession, actor: Actor, *, day: date | None, after: tuple[UUID] | None, limit: int) -> Sequence[Absence]:
    """Newest first. `day`: only those that aren't over on it, nor cancelled."""
    # Ids are minted in the order of time.
    statement = absences_visible_to(actor).order_by(Absence.id.desc()).limit(limit)
    if day:
        statement = statement.where(Absence.last_day >= day, ~Absence.cancelled)
    if after:
        statement = statement.where(Absence.id < after[0])
    return (await session.scalars(statement)).all()


async def absence(session: AsyncSession, actor: Actor, id: UUID) -> Absence:
    """Locked; NotFound for the missing and the foreign alike."""
    found = await session.scalar(absences_visible_to(actor).where(Absence.id == id).with_for_update())
    if found is None:
        raise not_found("Không tìm thấy việc thay thế này.")
    return found


async def is_absent(session: AsyncSession, *, unit_id: UUID, person_id: UUID, first_day: date, last_day: date) -> bool:
    """Whether somebody stands in for the person on one of these days; nobody else changes that until this transaction ends."""
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:person, 0))")
    await session.execute(lock, {"person": f"absence/{unit_id}/{person_id}"})
    his = (Absence.unit_id == unit_id) & (Absence.person_id == person_id) & ~Absence.cancelled
    return bool(await session.scalar(select(exists().where(his, Absence.first_day <= last_day, Absence.last_day >= first_day))))


@dataclass
class Following:
    """A unit, who follows the system for it, and when he last used it."""

    unit: Unit
    follower: Follower | None
    last_access_time: datetime | None


@article("Đ8.2.2")
async def followers(session: AsyncSession, actor: Actor, day: date) -> Sequence[Following]:
    """Of the units that exist on `day`: the own one, or all for the Office."""
    seen = (Access.person_id == Follower.person_id) & (Access.unit_id == Follower.unit_id)
    exists_still = (Unit.valid_from <= day) & (Unit.valid_to < day).is_not(True)
    statement = (
        select(Unit, Follower, Access.last_access_time)
        .outerjoin(Follower, Follower.unit_id == Unit.id)
        .outerjoin(Access, seen)
        .where(exists_still)
        .order_by(Unit.sort_key, Unit.id)
    )
    if not actor.has(*OFFICE_ROLES, "administrator"):
        statement = statement.where(Unit.id == actor.unit_id)
    return [Following(*row) for row in (await session.execute(statement)).all()]


async def follower(session: AsyncSession, unit_id: UUID) -> Follower | None:
    """Locked; None while nobody was ever named, and then nobody else names one until this transaction ends."""
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:unit, 0))")
    await session.execute(lock, {"unit": f"follower/{unit_id}"})
    return await session.scalar(select(Follower).where(Follower.unit_id == unit_id).with_for_update())
