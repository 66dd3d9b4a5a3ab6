"""Every SELECT of the service. An inbox starts from visible_to(actor)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, false, func, literal, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.directive.v1.registry_pb2 import PersonKind

from kit.identity import Actor
from kit.tables import member
from services.notification.model import AssignmentCopy, Audience, MailPace, Notification

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


async def people(session: AsyncSession, about: AssignmentCopy, audiences: Collection[Audience]) -> set[UUID]:
    """Everybody in these groups around the assignment."""
    found: set[UUID] = set()
    for audience in audiences:
        chosen = await _people(session, _condition(about, audience))
        if not chosen and audience is Audience.SPECIALIST_OR_OFFICE_LEADERS:
            chosen = await _people(session, _holds("office_leader"))
        found |= chosen
    return found


def _condition(about: AssignmentCopy, audience: Audience) -> ColumnElement[bool]:
    own_unit = member.c.unit_id == about.unit_id
    match audience:
        case Audience.UNIT_DESK:
            return own_unit & _holds("focal_point", "unit_leader")
        case Audience.UNIT_LEADERS:
            return own_unit & _holds("unit_leader")
        case Audience.DELEGATES:
            return own_unit & member.c.person_id.in_(about.delegate_ids)
        case Audience.SPECIALIST | Audience.SPECIALIST_OR_OFFICE_LEADERS:
            return member.c.person_id == about.specialist_id if about.specialist_id else false()


def _holds(*roles: str) -> ColumnElement[bool]:
    return member.c.roles.overlap(list(roles))


async def _people(session: AsyncSession, condition: ColumnElement[bool]) -> set[UUID]:
    return set((await session.scalars(select(member.c.person_id).where(_PERSON, condition))).all())


async def address(session: AsyncSession, person_id: UUID) -> Any:
    """The person's (name, email); None for one who has left or has no address."""
    statement = select(member.c.name, member.c.email).where(_PERSON, member.c.person_id == person_id, member.c.email != "")
    return (await session.execute(statement.order_by(member.c.id).limit(1))).one_or_none()


async def pace(session: AsyncSession, person_id: UUID, now: datetime) -> MailPace | None:
    """Locked; None while another process mails this person."""
    first = insert(MailPace).values(person_id=person_id, not_before=now, failures=0)
    await session.execute(first.on_conflict_do_nothing())
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


async def forget_stalled_jobs(session: AsyncSession) -> None:
    """Jobs of workers that died in the middle; what they owed is still in the table of notifications."""
    await session.execute(
        text("""
        DELETE FROM procrastinate_jobs j
         WHERE j.status = 'doing' AND NOT EXISTS
               (SELECT FROM procrastinate_workers w WHERE w.id = j.worker_id AND w.last_heartbeat > now() - interval '1 minute')
        """)
    )
