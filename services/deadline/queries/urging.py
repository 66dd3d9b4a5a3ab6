"""Notices and escalations."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from kit.errors import not_found
from kit.identity import UNIT_ROLES, Actor
from kit.law import article
from kit.tables import member
from services.deadline.model import AssignmentCopy, Deadline, Escalation, Unit, UrgingNotice, escalation, notice
from services.deadline.model.assignment_copy import ANSWERING

# These see what is urged everywhere.
READERS = ("office_leader", "chairman")


@article("D13", "Đ8.1.e")
def visible_notices(actor: Actor) -> Select[tuple[UrgingNotice]]:
    """An Office leader sees all, a specialist those of the parts that he (or whom he stands in for) follows, a unit those issued to it."""
    sight = [_followed_by(actor, UrgingNotice.assignment_id)]
    if actor.has(*UNIT_ROLES):
        sight.append(and_(UrgingNotice.unit_id == actor.unit_id, UrgingNotice.number.is_not(None)))
    return select(UrgingNotice).where(or_(*sight))


@article("Đ8.1.e")
def visible_escalations(actor: Actor) -> Select[tuple[Escalation]]:
    """As for notices, but units don't see what is put before the Chairman."""
    return select(Escalation).where(_followed_by(actor, Escalation.assignment_id))


def _followed_by(actor: Actor, assignment_id: Any) -> ColumnElement[bool]:
    if actor.has(*READERS):
        return true()
    if not actor.has("specialist"):
        return false()
    followed = AssignmentCopy.specialist_id.in_([actor.person_id, *actor.stands_for])
    return assignment_id.in_(select(AssignmentCopy.assignment_id).where(followed))


async def urging_notice(session: AsyncSession, actor: Actor, id: UUID, *, lock: bool = False) -> UrgingNotice:
    """NotFound for the missing and the foreign alike. Who needs the others too locks them all by `series_of`, in its order."""
    wanted = visible_notices(actor).where(UrgingNotice.id == id).options(joinedload(UrgingNotice.copy))
    found = await session.scalar(wanted.with_for_update(of=UrgingNotice) if lock else wanted)
    if found is None:
        raise not_found("Không tìm thấy phiếu báo.")
    return found


async def escalation_of(session: AsyncSession, actor: Actor, id: UUID, *, lock: bool = False) -> Escalation:
    """NotFound for the missing and the foreign alike."""
    wanted = visible_escalations(actor).where(Escalation.id == id).options(joinedload(Escalation.copy))
    found = await session.scalar(wanted.with_for_update(of=Escalation) if lock else wanted)
    if found is None:
        raise not_found("Không tìm thấy báo cáo Chủ tịch.")
    return found


async def notices(
    session: AsyncSession, actor: Actor, *where: ColumnElement[bool], after: UUID | None, limit: int
) -> tuple[Sequence[UrgingNotice], int]:
    """Newest first (ids tell the time), and how many there are in all."""
    return await _listed(session, visible_notices(actor).where(*where), UrgingNotice, after, limit)


async def escalations(
    session: AsyncSession, actor: Actor, *where: ColumnElement[bool], after: UUID | None, limit: int
) -> tuple[Sequence[Escalation], int]:
    """Newest first, and how many there are in all."""
    return await _listed(session, visible_escalations(actor).where(*where), Escalation, after, limit)


async def _listed(session: AsyncSession, wanted: Select[Any], of: type[Any], after: UUID | None, limit: int) -> tuple[Sequence[Any], int]:
    total = await session.scalar(wanted.with_only_columns(func.count(), maintain_column_froms=True)) or 0
    following = wanted.where(of.id < after) if after else wanted
    rows = await session.scalars(following.options(joinedload(of.copy)).order_by(of.id.desc()).limit(limit))
    return rows.all(), total


def followed_by(specialist_id: UUID) -> ColumnElement[bool]:
    """A condition on UrgingNotice: of the parts that this person follows now."""
    return UrgingNotice.assignment_id.in_(select(AssignmentCopy.assignment_id).where(AssignmentCopy.specialist_id == specialist_id))


async def clock_to_urge(session: AsyncSession, assignment_id: UUID) -> Deadline:
    """For whoever may issue a notice of it; not locked: the lock on its notices settles who is first."""
    return await session.get_one(Deadline, assignment_id)


async def copy_to_urge(session: AsyncSession, assignment_id: UUID) -> AssignmentCopy:
    """Beside a clock that the caller holds."""
    return await session.get_one(AssignmentCopy, assignment_id)


async def series_of(session: AsyncSession, assignment_id: UUID) -> tuple[Sequence[UrgingNotice], Sequence[Escalation]]:
    """All notices and escalations of one assignment, locked, for who changes one."""
    found = []
    for table in (UrgingNotice, Escalation):
        its = select(table).where(table.assignment_id == assignment_id).options(joinedload(table.copy, innerjoin=True)).order_by(table.id)
        its = its.with_for_update(of=table)
        found.append((await session.scalars(its, execution_options={"populate_existing": True})).all())
    return found[0], found[1]


@article("D12")
async def in_force(session: AsyncSession, unit_id: UUID, today: date) -> bool:
    """D12: whether the unit exists on this day."""
    lives = (Unit.valid_from <= today) & (Unit.valid_to.is_(None) | (Unit.valid_to >= today))
    return await session.scalar(select(Unit.id).where(Unit.id == unit_id, lives)) is not None


async def is_specialist(session: AsyncSession, id: UUID) -> bool:
    """Whether this person follows tasks for the Office today."""
    found = select(member.c.id).where(member.c.person_id == id, member.c.active, member.c.roles.contains(["specialist"]))
    return await session.scalar(found.limit(1)) is not None


async def to_urge(session: AsyncSession, *, today: date, limit: int) -> Sequence[Deadline]:
    """The clocks, locked, for which this working day brings something: a window that ends, a notice to propose, the Chairman to tell.

    Those that somebody changes at this moment wait for the next tick.
    """
    own = UrgingNotice.assignment_id == Deadline.assignment_id
    current = and_(own, UrgingNotice.deadline_cycle == Deadline.deadline_cycle)
    elapsed = exists().where(own, UrgingNotice.state.in_(notice.PENDING), UrgingNotice.answer_due_date <= today)
    waiting = exists().where(own, UrgingNotice.state == notice.PROPOSED)
    running = exists().where(current, UrgingNotice.answer_due_date > today)
    closed = or_(Escalation.state != escalation.DONE, Escalation.deadline_cycle == Deadline.deadline_cycle)
    told = exists().where(Escalation.assignment_id == Deadline.assignment_id, closed)
    answering = exists().where(AssignmentCopy.assignment_id == Deadline.assignment_id, AssignmentCopy.role.in_(ANSWERING))
    overdue = and_(Deadline.running, Deadline.effective_due_date < today)
    statement = select(Deadline).where(or_(elapsed, and_(overdue, answering, ~waiting, ~running, ~told)))
    statement = statement.order_by(Deadline.effective_due_date, Deadline.assignment_id).limit(limit)
    return (await session.scalars(statement.with_for_update(skip_locked=True))).all()
