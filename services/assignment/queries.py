"""Every SELECT of the service. What belongs to somebody starts from visible_to(actor)."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, inspect, literal, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, selectinload
from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.directive.v1.directive_pb2 import AssignmentRole

from kit.clock import local_date
from kit.copies import working_calendar
from kit.errors import not_found
from kit.identity import OFFICE_ROLES, UNIT_ROLES, Actor
from kit.ids import optional_uuid
from kit.law import article
from kit.tables import member
from services.assignment.actions import GONE, OPEN
from services.assignment.convert import View
from services.assignment.model import Assignment
from services.assignment.model.succession import Successors
from services.assignment.records import Delegation, Evidence, Extension, Participation, Plan, Report, Transition, Unit, Upload

AGGREGATING = AssignmentRole.ASSIGNMENT_ROLE_AGGREGATING
# Unit, task, role, phase.
PartKey = tuple[UUID, UUID, int, int]

# For what only the owning unit and the Office may see (Annex III is never another unit's, example 29).
INNER = (
    (Assignment.delegation, Delegation),
    (Assignment.plan, Plan),
    (Assignment.reports, Report),
    (Assignment.extensions, Extension),
    (Assignment.evidence, Evidence),
    (Assignment.history, Transition),
)
# Of a dissolved unit's part its successor reads these, as far as they were handed in.
HANDED_IN: dict[Any, ColumnElement[bool]] = {Report: Report.state != pb.REPORT_STATE_DRAFT, Evidence: Evidence.attached.is_(True)}


@article("D13")
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
    return [selectinload(relation.and_(_owned(actor, table))) for relation, table in INNER]


@article("D12")
def _owned(actor: Actor, table: Any) -> ColumnElement[bool]:
    """D12: the unit's rows, and what was handed in for parts that it took over from a dissolved one."""
    own = table.unit_id == actor.unit_id
    if table not in HANDED_IN:
        return own
    part = aliased(Assignment)
    taken_over = select(part.id).where(part.successor_unit_id == actor.unit_id)
    return or_(own, and_(HANDED_IN[table], table.assignment_id.in_(taken_over)))


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
    """Oldest change first; with what a summary cites (the reasons of returns) and what allows an act: what waits for the Office's word."""
    returns = Assignment.history.and_(Transition.action == pb.ACTION_REQUEST_RETURN)
    asked = Assignment.extensions.and_(Extension.state == pb.EXTENSION_STATE_REQUESTED)
    told = Assignment.reports.and_(Report.state == pb.REPORT_STATE_SUBMITTED)
    loads = [selectinload(Assignment.delegation), selectinload(returns), selectinload(asked)]
    loads.append(selectinload(told).load_only(Report.kind, Report.state))
    statement = visible_to(actor).where(own_to(actor)).options(*loads)
    if states:
        statement = statement.where(Assignment.state.in_(states))
    if after:
        statement = statement.where(tuple_(Assignment.update_time, Assignment.id) > tuple_(literal(after[0]), literal(after[1])))
    return (await session.scalars(statement.order_by(Assignment.update_time, Assignment.id).limit(limit))).all()


async def view(session: AsyncSession, shown: Iterable[Assignment], now: datetime, actor: Actor | None = None) -> View:
    """What it takes to show these assignments: the calendar of now, and the names of their people."""
    people: set[UUID] = set()
    for item in shown:
        if item.delegation:
            people |= {item.delegation.leader_id, *item.delegation.officer_ids}
        if "plan" not in inspect(item).unloaded and item.plan:
            people |= {UUID(step["person_id"]) for step in item.plan.steps if step["person_id"]}
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
    """The Office and a successor open what was handed in; the unit all its files. NotFound for the rest."""
    mine = _owned(actor, Evidence) if actor.has(*UNIT_ROLES) else false()
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


async def cut_uploads(session: AsyncSession, before: datetime) -> Sequence[Upload]:
    """Uploads that nobody finished, locked; for the sweeper, which acts for nobody."""
    statement = select(Upload).where(Upload.create_time < before).limit(100).with_for_update(skip_locked=True)
    return (await session.scalars(statement)).all()


async def is_specialist(session: AsyncSession, id: UUID) -> bool:
    """Whether this person follows tasks for the Office today."""
    found = select(member.c.id).where(member.c.person_id == id, member.c.active, member.c.roles.contains(["specialist"]))
    return await session.scalar(found.limit(1)) is not None


@article("D12")
async def in_force(session: AsyncSession, unit_id: UUID, today: date) -> bool:
    """D12: whether the unit exists on this day."""
    lives = (Unit.valid_from <= today) & (Unit.valid_to.is_(None) | (Unit.valid_to >= today))
    return await session.scalar(select(Unit.id).where(Unit.id == unit_id, lives)) is not None


@article("D12")
async def has_ended(session: AsyncSession, unit_id: UUID, today: date) -> bool:
    """D12: whether the unit is known to exist no more."""
    return await session.scalar(select(Unit.id).where(Unit.id == unit_id, Unit.valid_to < today)) is not None


@article("D12")
async def ended_units(session: AsyncSession, ids: Collection[UUID], today: date) -> dict[UUID, Successors]:
    """D12: who takes over from each unit that exists no more. None of `ids` ends until this transaction does; for handlers."""
    ended = Unit.valid_to < today
    found = await session.scalars(select(Unit).where(or_(ended, Unit.id.in_(ids))).order_by(Unit.id).with_for_update(read=True))
    gone = [unit for unit in found if unit.valid_to and unit.valid_to < today]
    return {unit.id: {optional_uuid(row["field_id"] or ""): UUID(row["unit_id"]) for row in unit.successors} for unit in gone}


async def has_part(session: AsyncSession, unit_id: UUID, like: Assignment) -> bool:
    """Whether a unit takes part in this phase of the task already, in whatever role, and hasn't handed it on."""
    same = (Assignment.task_id == like.task_id, Assignment.phase == like.phase)
    found = select(Assignment.id).where(*same, Assignment.unit_id == unit_id, Assignment.state.not_in(GONE))
    return await session.scalar(found.limit(1)) is not None


async def open_by_field(session: AsyncSession, actor: Actor, unit_id: UUID) -> Sequence[Any]:
    """How many open assignments a unit has in each field; (field_id, count) rows. For who prepares its dissolution: counts, no content."""
    actor.require("administrator", "office_leader")
    statement = select(Assignment.field_id, func.count().label("count")).where(Assignment.unit_id == unit_id, Assignment.state.in_(OPEN))
    return (await session.execute(statement.group_by(Assignment.field_id))).all()


async def open_of_unit(session: AsyncSession, actor: Actor, unit_id: UUID, limit: int) -> Sequence[Assignment]:
    """The first of them, for a list."""
    statement = visible_to(actor).where(Assignment.unit_id == unit_id, Assignment.state.in_(OPEN))
    return (await session.scalars(statement.options(*_inner(actor)).order_by(Assignment.id).limit(limit))).all()


# For handlers, which act for nobody: whole, and locked in one order.
def _whole() -> Select[tuple[Assignment]]:
    loads = [selectinload(relation) for relation, _table in INNER]
    return select(Assignment).options(*loads).order_by(Assignment.id).with_for_update(of=Assignment)


async def whole(session: AsyncSession, id: UUID) -> Assignment | None:
    """One of them."""
    return await session.scalar(_whole().where(Assignment.id == id))


async def of_directive(session: AsyncSession, directive_id: UUID) -> Sequence[Assignment]:
    """All that came of a document, with those that follow them."""
    return (await session.scalars(_whole().where(Assignment.directive_id == directive_id))).all()


async def left_open(session: AsyncSession, unit_id: UUID) -> Sequence[Assignment]:
    """What a dissolved unit still has."""
    return (await session.scalars(_whole().where(Assignment.unit_id == unit_id, Assignment.state.in_(OPEN)))).all()


async def open_parts(session: AsyncSession, unit_ids: Collection[UUID], task_ids: Collection[UUID]) -> dict[PartKey, UUID]:
    """What these units have of these tasks: ids by unit, task, role and phase."""
    key = (Assignment.unit_id, Assignment.task_id, Assignment.role, Assignment.phase)
    theirs = (Assignment.unit_id.in_(unit_ids), Assignment.task_id.in_(task_ids), Assignment.state.in_(OPEN))
    return {(row[1], row[2], row[3], row[4]): row[0] for row in await session.execute(select(Assignment.id, *key).where(*theirs))}


def _gathering(task_id: UUID, phase: int) -> ColumnElement[bool]:
    ours = (Assignment.task_id == task_id) & (Assignment.phase == phase)
    return ours & (Assignment.role == AGGREGATING) & Assignment.state.in_(OPEN)


async def aggregating(session: AsyncSession, task_id: UUID, phase: int) -> Assignment | None:
    """The part that gathers the results, whichever unit has it, while it's open."""
    return await session.scalar(_whole().where(_gathering(task_id, phase)).limit(1))


@article("Đ6.1.h")
async def is_gathered(session: AsyncSession, actor: Actor, lead: Assignment) -> bool:
    """Đ6.1.h: whether anybody has the part that gathers the results of this lead's."""
    found = visible_to(actor).where(_gathering(lead.task_id, lead.phase)).with_only_columns(Assignment.id)
    return await session.scalar(found.limit(1)) is not None


@article("D12")
async def pass_on_sight(session: AsyncSession, ids: Collection[UUID]) -> None:
    """D12: what a dissolved unit had taken over itself is read by whoever takes over from it now; for handlers."""
    earlier, later = aliased(Assignment), aliased(Assignment)
    same = [getattr(earlier, name) == getattr(later, name) for name in ("task_id", "role", "phase")]
    theirs = update(earlier).values(successor_unit_id=later.successor_unit_id)
    theirs = theirs.where(later.id.in_(ids), earlier.successor_unit_id == later.unit_id, *same)
    await session.execute(theirs, execution_options={"synchronize_session": False})


async def known_ids(session: AsyncSession, directive_id: UUID) -> set[UUID]:
    """The assignments that were made from this document already; for the handler, which acts for nobody."""
    return set((await session.scalars(select(Assignment.id).where(Assignment.directive_id == directive_id))).all())


@article("D14")
async def to_purge(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Of these documents every assignment, handed on ones too, locked, with its document's id; for the platform itself."""
    ours = or_(Assignment.directive_id.in_(ids), Assignment.id.in_(ids))
    statement = select(Assignment.id, Assignment.directive_id).where(ours).order_by(Assignment.id).with_for_update()
    return {row.id: row.directive_id for row in await session.execute(statement)}


@article("D14")
async def decided_by(session: AsyncSession, ids: Collection[UUID]) -> Sequence[Assignment]:
    """Those that one of these documents, superseding their own, ended; for the platform itself."""
    cited = exists().where(Transition.assignment_id == Assignment.id, Transition.deciding_directive_id.in_(ids))
    return (await session.scalars(_whole().where(cited))).all()


@article("D14")
async def files_of(session: AsyncSession, assignment_ids: Collection[UUID]) -> set[UUID]:
    """The evidence handed in for them; for the platform itself."""
    return set((await session.scalars(select(Evidence.id).where(Evidence.assignment_id.in_(assignment_ids)))).all())
