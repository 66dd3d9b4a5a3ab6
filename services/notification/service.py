"""Use cases: telling people of an event, reading one's inbox."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.assignment.v1.assignment_pb2 import Assignment
from ykcd.event.v1.envelope_pb2 import Envelope
from ykcd.notification.v1.notification_pb2 import NotificationSubject

from kit import db
from kit.clock import local_date
from kit.events import Retry
from kit.identity import Actor
from kit.ids import optional_uuid
from services.notification import jobs, queries
from services.notification.live import CHANNEL
from services.notification.model import AssignmentCopy, Notification
from services.notification.rules import About, Rule


async def follow(session: AsyncSession, told: Assignment) -> AssignmentCopy:
    """Keeps the highest version of what notifications need of an assignment; returns that of this very snapshot."""
    copy = AssignmentCopy.of(told)
    values = {column.key: getattr(copy, column.key) for column in AssignmentCopy.__table__.columns}
    statement = insert(AssignmentCopy).values(values)
    newer = AssignmentCopy.version < copy.version
    await session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values, where=newer))
    return copy


async def known(session: AsyncSession, assignment_id: UUID) -> AssignmentCopy:
    """Retry when the assignment itself hasn't been heard of yet."""
    copy = await queries.assignment_copy(session, assignment_id)
    if copy is None:
        raise Retry(f"assignment {assignment_id}")
    return copy


async def tell(session: AsyncSession, rule: Rule, about: About, envelope: Envelope, *, digest: UUID | None = None) -> None:
    """One notification for each person whom it concerns, except who caused it; and a mail (both in this transaction).

    Events of one `digest` are told once, by the first of them.
    """
    now = db.work(session).now
    causer = optional_uuid(envelope.actor.person_id)
    chosen = await queries.people(session, about, rule.audiences, today=local_date(now)) - {causer}
    if not chosen:
        return
    subject_kind, subject_id = about.subject or (NotificationSubject.NOTIFICATION_SUBJECT_UNSPECIFIED, None)
    same = {
        "event_id": digest or UUID(envelope.event_id),
        "kind": rule.kind,
        "title": rule.title.format(**about.words),
        "body": about.body,
        "assignment_id": about.assignment_id,
        "subject_kind": subject_kind,
        "subject_id": subject_id,
        "create_time": now,
    }
    rows = [{"id": db.new_id(), "person_id": person, **same} for person in sorted(chosen)]
    statement = insert(Notification).values(rows).on_conflict_do_nothing(constraint="notification_event_key")
    told = (await session.scalars(statement.returning(Notification.person_id))).all()
    for person in sorted(told):
        await jobs.mail_soon(session, person, now=now)


async def wake(session: AsyncSession, person_id: str) -> None:
    """The person's streams look at their rights anew, once this is committed."""
    await session.execute(func.pg_notify(CHANNEL, person_id).select())


async def mark_read(session: AsyncSession, actor: Actor, *, ids: Collection[UUID], now: datetime) -> int:
    """The actor's own of `ids`, or all. How many remain unread."""
    for row in await queries.unread(session, actor, ids):
        row.read_time = now
    await session.flush()
    return await queries.unread_count(session, actor)
