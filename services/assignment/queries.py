"""Every SELECT of the service. What belongs to somebody starts from visible_to(actor)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, exists, false, func, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload
from ykcd.assignment.v1 import assignment_pb2 as pb

from kit.clock import local_date
from kit.copies import working_calendar
from kit.errors import not_found
from kit.identity import OFFICE_ROLES, UNIT_ROLES, Actor
from kit.tables import member
from services.assignment.convert import View
from services.assignment.model import Assignment
from services.assignment.records import Delegation, Evidence, Participation, Report, Transition, Upload

# For what only the owning unit and the Office may see (Annex III is never another unit's, example 29).
INNER = (
    (Assignment.delegation, Delegation),
    (Assignment.reports, Report),
    (Assignment.evidence, Evidence),
    (Assignment.history, Transition),
)


def visible_to(actor: Actor) -> Select[tuple[Assignment]]:
    """D13: the Office sees all; a unit every part of the tasks in which it takes part."""
    if actor.has(*OFFICE_ROLES):
        return select(Assignment)
    mine = Participation.unit_id == actor.unit_id if actor.has(*UNIT_ROLES) else false()
    return select(Assignment).where(exists().where(Participation.task_id == Assignment.task_id, mine))


def own_to(actor: Actor) -> Any:
    """A condition on Assignment: those that the actor may see whole."""
    if actor.has(*OFFICE_ROLES):
        return Assignment.id.is_not(None)
    return Assignment.unit_id == actor.unit_id if actor.has(*UNIT_ROLES) else false()


def _inner(actor: Actor) -> list[Any]:
    if actor.has(*OFFICE_ROLES):
        return [selectinload(relation) for relation, _table in INNER]
    return [selectinload(relation.and_(table.unit_id == actor.unit_id)) for relation, table in INNER]


async def assignment(session: AsyncSession, actor: Actor, id: UUID, *, lock: bool = False) -> Assignment:
    """NotFound for the missing and the foreign alike."""
    statement = visible_to(actor).where(Assignment.id == id).options(*_inner(actor))
    found = await session.scalar(statement.with_for_update(of=Assignment) if lock else statement)
    if found is None:
        raise not_found("Không tìm thấy nhiệm vụ.")
    return found


async def task_parts(session: AsyncSession, actor: Actor, task_id: UUID) -> Sequence[Assignment]:
    """All parts of a task, leads first."""
    statement = visible_to(actor).where(Assignment.task_id == task_id).options(*_inner(actor)).order_by(Assignment.role, Assignment.id)
    found = (await session.scalars(statement)).all()
    if not found:
        raise not_found("Không tìm thấy nhiệm vụ.")
    return found


async def assignments(
    session: AsyncSession, actor: Actor, *, states: Sequence[int], after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Assignment]:
    """Oldest change first; of the history only what a summary cites, the reasons of returns."""
    returns = Assignment.history.and_(Transition.action == pb.ACTION_REQUEST_RETURN)
    statement = visible_to(actor).where(own_to(actor)).options(selectinload(Assignment.delegation), selectinload(returns))
    if states:
        statement = statement.where(Assignment.state.in_(states))
    if after:
        statement = statement.where(tuple_(Assignment.update_time, Assignment.id) > tuple_(literal(after[0]), literal(after[1])))
    return (await session.scalars(statement.order_by(Assignment.update_time, Assignment.id).limit(limit))).all()


async def view(session: AsyncSession, shown: Iterable[Assignment], now: datetime, actor: Actor | None = None) -> View:
    """What it takes to show these assignments: the calendar of now, and the names of the people delegated to."""
    people: set[UUID] = set()
    for item in shown:
        if item.delegation:
            people |= {item.delegation.leader_id, *item.delegation.officer_ids}
    return View(await working_calendar(session), local_date(now), await _names(session, people), actor)


async def _names(session: AsyncSession, people: set[UUID]) -> dict[UUID, str]:
    if not people:
        return {}
    rows = await session.execute(select(member.c.person_id, member.c.name).where(member.c.person_id.in_(people)))
    return {row.person_id: row.name for row in rows}


async def colleagues(session: AsyncSession, unit_id: UUID, ids: Iterable[UUID]) -> dict[UUID, Any]:
    """Which of these people are active members of the unit."""
    wanted = (member.c.unit_id == unit_id) & member.c.person_id.in_(set(ids)) & member.c.active
    rows = await session.execute(select(member.c.person_id, member.c.kind, member.c.roles).where(wanted))
    return {row.person_id: row for row in rows}


async def evidence(session: AsyncSession, actor: Actor, *, assignment_id: UUID, id: UUID) -> Evidence:
    """The Office opens what was handed in; the unit all its files. NotFound for the rest."""
    mine = Evidence.unit_id == actor.unit_id if actor.has(*UNIT_ROLES) else false()
    if actor.has(*OFFICE_ROLES):
        mine = or_(mine, Evidence.attached)
    found = await session.scalar(select(Evidence).where(Evidence.id == id, Evidence.assignment_id == assignment_id, mine))
    if found is None:
        raise not_found("Không tìm thấy tệp.")
    return found


async def evidence_of_request(session: AsyncSession, actor: Actor, request_id: UUID) -> Evidence | None:
    """What an earlier upload with this request_id has stored."""
    return await session.scalar(select(Evidence).where(Evidence.uploaded_by == actor.person_id, Evidence.request_id == request_id))


async def evidence_count(session: AsyncSession, assignment_id: UUID) -> int:
    """How many files an assignment has."""
    return await session.scalar(select(func.count()).select_from(Evidence).where(Evidence.assignment_id == assignment_id)) or 0


async def end_upload(session: AsyncSession, id: UUID) -> bool:
    """Whether the upload was still awaited."""
    return await session.scalar(delete(Upload).where(Upload.id == id).returning(Upload.id)) is not None


async def cut_uploads(session: AsyncSession, before: datetime) -> Sequence[Upload]:
    """Uploads that nobody finished, locked; for the sweeper, which acts for nobody."""
    statement = select(Upload).where(Upload.create_time < before).limit(100).with_for_update(skip_locked=True)
    return (await session.scalars(statement)).all()


async def known_ids(session: AsyncSession, directive_id: UUID) -> set[UUID]:
    """The assignments that were made from this document already; for the handler, which acts for nobody."""
    return set((await session.scalars(select(Assignment.id).where(Assignment.directive_id == directive_id))).all())
