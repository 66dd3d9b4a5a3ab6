"""Changing what is published, openly (Đ2.7)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.directive.v1 import event_pb2

from kit.clock import local_date
from kit.identity import Actor
from kit.law import article
from services.directive.model import ENTRY_ROLES, Amendment, ChangingDocument, Directive
from services.directive.queries import documents
from services.directive.service.entry import open_to_units, propose, unknown_in, unknown_parts
from services.directive.service.told import tell


@article("Đ2.7")
async def amend(session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, amendment: Amendment, now: datetime) -> Directive:
    """Đ2.7: units and tasks that join get their ids and their specialists here."""
    actor.require(*ENTRY_ROLES)
    published = await documents.directive(session, actor, id, lock=True)
    published.require_binding(expected_version)
    today = local_date(now)
    joining = {f"tasks[{index}].added": change.added for index, change in enumerate(amendment.tasks)}
    unknown = await unknown_parts(session, joining, today) + await unknown_in(session, amendment.added_tasks, "added_tasks", today)
    fields = {task.id: task.field_id for task in published.tasks}
    places = [(fields.get(change.task_id), change.added) for change in amendment.tasks]
    await propose(session, [*places, *((task.field_id, task.parts) for task in amendment.added_tasks)], today)
    published.amend(actor, amendment, now, unknown)
    await open_to_units(session, published)
    await tell(session, published, event_pb2.DirectiveAmended)
    return published


@article("Đ2.7")
async def supersede(
    session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, superseding_id: UUID, reason: str, now: datetime
) -> Directive:
    """Đ2.7."""
    actor.require("office_leader")
    published = await documents.directive(session, actor, id, lock=True)
    published.require_binding(expected_version)
    published.supersede(actor, await documents.directive(session, actor, superseding_id), reason, now)
    await tell(session, published, event_pb2.DirectiveSuperseded)
    return published


@article("Đ2.7")
async def revoke(
    session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, document: ChangingDocument, reason: str, now: datetime
) -> Directive:
    """Đ2.7."""
    actor.require("office_leader")
    published = await documents.directive(session, actor, id, lock=True)
    published.require_binding(expected_version)
    published.revoke(actor, document, reason, now)
    await tell(session, published, event_pb2.DirectiveRevoked)
    return published
