"""The yearly work programme (Đ2.4, Đ9.2)."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.directive.v1 import event_pb2

from kit import db
from kit.errors import InvalidArgument, Violation, stale_version
from kit.events import emit
from kit.identity import Actor
from kit.law import article
from services.directive.convert.people import item_to_proto
from services.directive.model import ENTRY_ROLES, OPEN, ProgrammeItem
from services.directive.queries import documents, programme, registry


@article("Đ2.4")
async def put(
    session: AsyncSession, actor: Actor, *, id: UUID | None, expected_version: int, facts: dict[str, Any], today: date
) -> ProgrammeItem:
    """Đ2.4: a new item, or one changed."""
    actor.require(*ENTRY_ROLES)
    await _require_units(session, facts, today)
    if id is None:
        if expected_version:
            raise stale_version(0)
        item = ProgrammeItem(id=db.new_id(), version=0, state=OPEN, result="", task_ids=[])
    else:
        item = await programme.item(session, id, lock=True)
        item.require_version(expected_version)
    item.put(actor, facts)
    session.add(item)
    await _tell(session, item)
    return item


@article("Đ2.4")
async def link(session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, task_ids: list[UUID]) -> ProgrammeItem:
    """Tasks of published documents."""
    actor.require(*ENTRY_ROLES)
    item = await programme.item(session, id, lock=True)
    item.require_version(expected_version)
    known = await documents.published_tasks(session, task_ids)
    message = "Nhiệm vụ không có trong văn bản đã phát hành nào."
    unknown = [Violation(f"task_ids[{place}]", "TASK_UNKNOWN", message) for place, task in enumerate(task_ids) if task not in known]
    if unknown:
        raise InvalidArgument.fields(unknown)
    item.link(actor, task_ids)
    await _tell(session, item)
    return item


@article("Đ2.4", "Đ9.2")
async def record(session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, today: date, **result: Any) -> ProgrammeItem:
    """`result`: state, result, completed_on."""
    item = await programme.item(session, id, lock=True)
    item.record(actor, today=today, expected_version=expected_version, **result)
    await _tell(session, item)
    return item


async def _require_units(session: AsyncSession, facts: dict[str, Any], today: date) -> None:
    named = {"lead_unit_id": facts["lead_unit_id"]}
    named |= {f"coordinating_unit_ids[{place}]": id for place, id in enumerate(facts["coordinating_unit_ids"])}
    units = await registry.units_by_id(session, named.values())
    missing = [path for path, id in named.items() if id not in units or not units[id].exists_on(today)]
    if missing:
        message = "Đơn vị không có hoặc không còn hoạt động."
        raise InvalidArgument.fields([Violation(path, "UNIT_UNKNOWN", message) for path in missing])


async def _tell(session: AsyncSession, item: ProgrammeItem) -> None:
    await session.flush()
    await emit(session, item.id, item.version, event_pb2.ProgrammeItemChanged(item=item_to_proto(item)))
