"""Use cases: an inspection is planned, made, concluded, closed."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.assignment.v1 import event_pb2

from kit.clock import local_date
from kit.errors import InvalidArgument
from kit.events import emit
from kit.identity import Actor
from kit.law import article
from services.assignment import queries as assignments
from services.assignment.inspection import convert, queries
from services.assignment.inspection.model import Inspection, require_known
from services.assignment.matter import opened
from services.assignment.records import Decision


async def plan(
    session: AsyncSession,
    actor: Actor,
    *,
    kind: int,
    unit_id: UUID,
    title: str,
    plan: str,
    visit: tuple[date, date],
    decision: Decision | None,
    assignment_ids: Sequence[UUID],
    now: datetime,
) -> Inspection:
    """Đ8.1.c, Đ8.2.2; of what the inspected unit has."""
    Inspection.require_planner(actor, kind=kind, unit_id=unit_id)
    if not await assignments.in_force(session, unit_id, local_date(now)):
        raise InvalidArgument.field("unit_id", "UNIT_UNKNOWN", "Không tìm thấy đơn vị đang hoạt động này.")
    known = await queries.assignments_of(session, actor, unit_id, assignment_ids)
    require_known(assignment_ids, known, field="assignment_ids", reason="ASSIGNMENT_UNKNOWN")
    told = {"title": title, "plan": plan, "visit": visit, "decision": decision, "assignment_ids": assignment_ids}
    made = Inspection.planned(actor, now, kind=kind, unit_id=unit_id, **told)
    session.add(made)
    return await _told(session, made)


async def record(
    session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, visited_on: date, findings: str, now: datetime
) -> Inspection:
    """What the visit found."""
    inspection = await _opened(session, actor, "record", id, expected_version)
    inspection.record(actor, now, visited_on=visited_on, findings=findings)
    return await _told(session, inspection)


async def conclude(
    session: AsyncSession,
    actor: Actor,
    *,
    id: UUID,
    expected_version: int,
    conclusions: str,
    evaluation: int,
    decision: Decision | None,
    now: datetime,
) -> Inspection:
    """Đ8.1.c: conclusions and evaluation."""
    inspection = await _opened(session, actor, "conclude", id, expected_version)
    inspection.conclude(actor, now, conclusions=conclusions, evaluation=evaluation, decision=decision)
    return await _told(session, inspection)


async def close(
    session: AsyncSession,
    actor: Actor,
    *,
    id: UUID,
    expected_version: int,
    follow_up_task_ids: Sequence[UUID],
    note: str,
    now: datetime,
) -> Inspection:
    """Đ8.1.c: with the tasks that follow from it."""
    inspection = await _opened(session, actor, "close", id, expected_version)
    known = await queries.known_tasks(session, actor, follow_up_task_ids)
    inspection.close(actor, now, follow_up_task_ids=follow_up_task_ids, known=known, note=note)
    return await _told(session, inspection)


async def cancel(session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, reason: str, now: datetime) -> Inspection:
    """It won't take place, or isn't carried on."""
    inspection = await _opened(session, actor, "cancel", id, expected_version)
    inspection.cancel(actor, now, reason=reason)
    return await _told(session, inspection)


async def _opened(session: AsyncSession, actor: Actor, verb: str, id: UUID, expected_version: int) -> Inspection:
    return await opened(queries.inspection, Inspection, session, actor, verb=verb, id=id, expected_version=expected_version)


async def _told(session: AsyncSession, inspection: Inspection) -> Inspection:
    await emit(session, inspection.id, inspection.version, event_pb2.InspectionChanged(inspection=convert.snapshot(inspection)))
    return inspection


@article("D14")
async def forget(session: AsyncSession, ids: frozenset[UUID]) -> set[UUID]:
    """D14: the ids of those inspections that were about nothing else and go with what is purged; the others name it no more."""
    going = set()
    for inspection in await queries.around(session, ids):
        if inspection.assignment_ids and ids.issuperset(inspection.assignment_ids):
            going.add(inspection.id)
            continue
        inspection.forget(ids)
        await session.flush()
        await _told(session, inspection)
    return going
