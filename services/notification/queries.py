"""Every SELECT of the service. An inbox starts from visible_to(actor)."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, literal, select, text, tuple_, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.directive.v1.registry_pb2 import PersonKind

from kit.identity import Actor
from kit.law import article
from kit.tables import absence, member
from services.notification.model import AssignmentCopy, MailPace, Notification
from services.notification.rules import About, Audience

# People who can read; a unit's own software asks by itself.
_PERSON = member.c.active & (member.c.kind == PersonKind.PERSON_KIND_PERSON)


def visible_to(actor: Actor) -> Select[tuple[Notification]]:
    """An inbox is its owner's alone, in whichever unit he acts."""
    return select(Notification).where(Notification.person_id == actor.person_id)


async def notifications(
    session: AsyncSession, actor: Actor, *, unread_only: bool, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Notification]:
    """Newest first."""
    statement = visible_to(actor).order_by(Notification.create_time.desc(), Notification.id.desc()).limit(limit)
    if unread_only:
        statement = statement.where(Notification.read_time.is_(None))
    if after:
        statement = statement.where(tuple_(Notification.create_time, Notification.id) < tuple_(literal(after[0]), literal(after[1])))
    return (await session.scalars(statement)).all()


async def notifications_by_id(session: AsyncSession, actor: Actor, ids: Collection[UUID]) -> Sequence[Notification]:
    """Those of them that are the actor's, oldest first."""
    return (await session.scalars(visible_to(actor).where(Notification.id.in_(ids)).order_by(Notification.id))).all()


async def unread(session: AsyncSession, actor: Actor, ids: Collection[UUID]) -> Sequence[Notification]:
    """The actor's unread ones, locked; of `ids`, or all when there are none."""
    statement = visible_to(actor).where(Notification.read_time.is_(None)).order_by(Notification.id).with_for_update()
    return (await session.scalars(statement.where(Notification.id.in_(ids)) if ids else statement)).all()


async def unread_count(session: AsyncSession, actor: Actor) -> int:
    """How many the actor hasn't read."""
    mine = visible_to(actor).where(Notification.read_time.is_(None)).subquery()
    return await session.scalar(select(func.count()).select_from(mine)) or 0


async def people(session: AsyncSession, about: About, audiences: Collection[Audience], *, today: date) -> set[UUID]:
    """Everybody in these groups around what is told, and who stands in for them today."""
    found: set[UUID] = set()
    for audience in audiences:
        chosen = await _people(session, _condition(about, audience), None if audience is Audience.DEPUTY else today)
        if not chosen and audience is Audience.SPECIALIST_OR_OFFICE_LEADERS:
            chosen = await _people(session, _holds("office_leader"), today)
        found |= chosen
    return found


def _condition(about: About, audience: Audience) -> ColumnElement[bool]:
    own_unit = member.c.unit_id == about.unit_id
    match audience:
        case Audience.UNIT_DESK:
            return own_unit & _holds("focal_point", "unit_leader")
        case Audience.UNIT_LEADERS:
            return own_unit & _holds("unit_leader")
        case Audience.DELEGATES:
            return own_unit & member.c.person_id.in_(about.delegate_ids)
        case Audience.SPECIALIST | Audience.SPECIALIST_OR_OFFICE_LEADERS:
            return member.c.person_id == about.specialist_id
        case Audience.AUTHOR | Audience.DEPUTY:
            return member.c.person_id == about.person_id
        case _:
            return _holds(*_ROLES[audience])


_ROLES = {
    Audience.OFFICE_LEADERS: ("office_leader",),
    Audience.OFFICE: ("office_leader", "specialist", "clerk"),
    Audience.CHAIRMAN: ("chairman",),
    Audience.ADMINISTRATORS: ("administrator",),
    Audience.ALL_DESKS: ("focal_point", "unit_leader"),
}


def _holds(*roles: str) -> ColumnElement[bool]:
    return member.c.roles.overlap(list(roles))


@article("Đ8.1.đ", "§6.9")
async def _people(session: AsyncSession, condition: ColumnElement[bool], today: date | None) -> set[UUID]:
    """Đ8.1.đ: the owner stays the owner; who stands in for him in that unit today is told too. `today` None: his deputy isn't."""
    chosen = select(member.c.person_id, member.c.unit_id).where(_PERSON, condition).cte()
    told = select(chosen.c.person_id)
    if today:
        away = (absence.c.person_id == chosen.c.person_id) & (absence.c.unit_id == chosen.c.unit_id)
        present = (member.c.person_id == absence.c.deputy_id) & (member.c.unit_id == absence.c.unit_id)
        stands_in = ~absence.c.cancelled & literal(today).between(absence.c.first_day, absence.c.last_day)
        deputies = select(member.c.person_id).select_from(chosen).join(absence, away).join(member, present)
        told = union_all(told, deputies.where(_PERSON, stands_in))  # type: ignore[assignment]
    return set((await session.scalars(told)).all())


async def address(session: AsyncSession, person_id: UUID) -> Any:
    """The person's (name, email); None for one who has left or has no address."""
    statement = select(member.c.name, member.c.email).where(_PERSON, member.c.person_id == person_id, member.c.email != "")
    return (await session.execute(statement.order_by(member.c.id).limit(1))).one_or_none()


async def assignment_copy(session: AsyncSession, id: UUID) -> AssignmentCopy | None:
    """What is known of the assignment, for the handlers, which act for nobody."""
    return await session.get(AssignmentCopy, id)


async def pace(session: AsyncSession, person_id: UUID) -> MailPace | None:
    """Locked; None while another process mails this person."""
    return await session.get(MailPace, person_id, with_for_update={"skip_locked": True}, populate_existing=True)


async def not_before(session: AsyncSession, person_id: UUID) -> datetime | None:
    """When the person may be sent the next mail; None: at once."""
    return await session.scalar(select(MailPace.not_before).where(MailPace.person_id == person_id))


async def unmailed(session: AsyncSession, person_id: UUID) -> Sequence[Notification]:
    """Oldest first."""
    mine = (Notification.person_id == person_id) & Notification.mail_time.is_(None)
    return (await session.scalars(select(Notification).where(mine).order_by(Notification.id))).all()


async def people_unmailed(session: AsyncSession) -> Sequence[UUID]:
    """Those for whom a mail is owed."""
    statement = select(Notification.person_id).where(Notification.mail_time.is_(None)).distinct().order_by(Notification.person_id)
    return (await session.scalars(statement)).all()


async def hold_waiting_job(session: AsyncSession, key: str) -> bool:
    """Whether a job under this key waits. It is kept from starting until this transaction ends, so that it sees what this one wrote."""
    statement = text("SELECT 1 FROM procrastinate_jobs WHERE queueing_lock = :key AND status = 'todo' FOR SHARE")
    return bool(await session.scalar(statement, {"key": key}))
