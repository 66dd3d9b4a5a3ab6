"""What was found to be secret after it was entered is purged (D14)."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.directive.v1 import event_pb2

from kit import db
from kit.events import emit
from kit.events.erasure import Ids
from kit.identity import Actor
from kit.law import article
from services.directive.convert.documents import refusal_to_proto
from services.directive.convert.people import item_to_proto
from services.directive.model import ENTRY_ROLES, Directive, DirectiveChange, Participation, SecretRefusal
from services.directive.queries import documents, programme, registry
from services.directive.service.told import tell


@article("D14", "Đ5", "Đ6.2")
async def purge(
    session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, backup_retention: timedelta, now: datetime
) -> Directive:
    """By the Office's leader. Everybody else deletes what they hold of it as they hear of it."""
    actor.require("office_leader")
    found = await documents.directive(session, actor, id, lock=True)
    found.require_purgeable(actor, expected_version)
    await _bury(session, found, backup_retention, now)
    return found


@article("D14")
async def follow(session: AsyncSession, ids: Ids, *, backup_retention: timedelta) -> None:
    """What else here speaks of it; and, in a database restored from before its purge, the document itself."""
    now = db.work(session).now
    for found in await documents.to_purge(session, ids):
        await _bury(session, found, backup_retention, now)
    for superseded in await documents.superseded_by(session, ids):
        superseded.forget_successor(now)
        await tell(session, superseded, event_pb2.DirectiveSuperseded)
    for item in await programme.naming(session, ids):
        item.forget(ids)
        await session.flush()
        await emit(session, item.id, item.version, event_pb2.ProgrammeItemChanged(item=item_to_proto(item)))


async def _bury(session: AsyncSession, found: Directive, backup_retention: timedelta, now: datetime) -> None:
    """The tombstone, the record that is shown, and word to everybody."""
    refusal = SecretRefusal(
        id=db.new_id(),
        time=now,
        sender_id=found.entered_by,
        sender_name=found.entered_by_name,
        sender_unit_id=await registry.unit_of(session, found.entered_by, ENTRY_ROLES),
        directive_id=found.id,
        backup_end_time=now + backup_retention,
    )
    await session.execute(delete(Participation).where(Participation.directive_id == found.id))
    await session.execute(delete(DirectiveChange).where(DirectiveChange.directive_id == found.id))
    task_ids = sorted(str(task.id) for task in found.tasks)
    assignment_ids = sorted({str(id) for id in found.purge()} - set(task_ids))
    session.add(refusal)
    await session.flush()
    session.expire(found, ["changes"])
    purged = event_pb2.DirectivePurged(directive_id=str(found.id), task_ids=task_ids, assignment_ids=assignment_ids)
    await emit(session, found.id, found.version, purged)
    await emit(session, refusal.id, 1, event_pb2.SecretRefused(refusal=refusal_to_proto(refusal)))
