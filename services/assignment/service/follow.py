"""What follows from decisions made elsewhere: documents, dissolved units, escalations, a corrected aggregator. Nobody asks for it here; the
history names who decided."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.event.v1.envelope_pb2 import ActorRef

from kit.clock import local_date
from kit.errors import Error
from kit.law import article
from services.assignment import queries
from services.assignment.actions import OPEN
from services.assignment.model import Assignment
from services.assignment.model.succession import Successors, successor
from services.assignment.records import Decision
from services.assignment.service.told import sent, told

log = structlog.get_logger()


@article("Đ3.4", "Đ7.2.a")
async def send(session: AsyncSession, *, assignments: Sequence[Assignment], by: ActorRef, now: datetime) -> None:
    """Đ7.2.a: makes the assignments of a published document, each with its first line of history and its event."""
    directives = {assignment.directive_id for assignment in assignments}
    known = set().union(*[await queries.known_ids(session, id) for id in directives])
    new = [item.begin(pb.ACTION_UNSPECIFIED, by) for item in assignments if item.id not in known]
    if new:
        await sent(session, new, now)


@article("Đ2.7")
async def amend(
    session: AsyncSession,
    *,
    planned: Sequence[Assignment],
    withdrawn: set[UUID],
    by: ActorRef,
    reason: str,
    decision: Decision | None,
    now: datetime,
) -> None:
    """Đ2.7: what a document says now of all its parts, against what is under way of them. Verified ones stay as they are."""
    known = {item.id: item for item in await queries.of_directive(session, planned[0].directive_id)} if planned else {}
    new = []
    for plan in planned:
        item = _last(known, plan.id)
        if item is None and plan.id not in withdrawn:
            new.append(plan.begin(pb.ACTION_AMEND, by, reason=reason, decision=decision))
        elif item is None or item.state not in OPEN:
            continue
        elif plan.id in withdrawn:
            await _end(session, item, by=by, reason=reason, decision=decision, now=now)
        elif item.amend(by, now, planned=plan.planned, reason=reason, decision=decision):
            await told(session, item, pb.ACTION_AMEND, now)
    if new:
        await sent(session, new, now)


def _last(known: Mapping[UUID, Assignment], id: UUID) -> Assignment | None:
    """Who has it now, however often it was handed on."""
    item = known.get(id)
    while item and item.forwarded_to_id:
        item = known[item.forwarded_to_id]
    return item


@article("Đ2.7")
async def end(session: AsyncSession, *, directive_id: UUID, by: ActorRef, reason: str, decision: Decision | None, now: datetime) -> None:
    """Đ2.7: a document that binds no more cancels what is still open of it."""
    for item in await queries.of_directive(session, directive_id):
        if item.state in OPEN:
            await _end(session, item, by=by, reason=reason, decision=decision, now=now)


async def _end(
    session: AsyncSession, item: Assignment, *, by: ActorRef, reason: str, decision: Decision | None, now: datetime
) -> Assignment:
    item.cancel(by, now, reason=reason, decision=decision)
    return await told(session, item, pb.ACTION_CANCEL, now)


@article("D12")
async def succeed(session: AsyncSession, *, unit_id: UUID, successors: Successors, by: ActorRef, decision: Decision, now: datetime) -> None:
    """D12: what a dissolved unit still has goes to its successors; its history keeps the old name."""
    for item in await queries.left_open(session, unit_id):
        heir = successor(successors, item.field_id)
        if heir is None:
            # Never dropped: it stays where the Office finds it, and can be forwarded.
            log.error("no_successor", assignment=str(item.id))
            continue
        made = item.succeed(by, now, unit_id=heir, decision=decision)
        await told(session, item, pb.ACTION_SUCCEED, now)
        await sent(session, [made], now)


@article("Đ6.1.h")
async def move_aggregating_part(session: AsyncSession, *, lead: pb.Assignment, by: ActorRef, now: datetime) -> None:
    """Đ6.1.h: the lead named another unit than the proposed one; the part goes to it."""
    line = lead.history[-1]
    corrected = next((item for item in line.changes if item.field == "aggregating_unit_id"), None)
    if corrected is None:
        return
    item = await queries.aggregating(session, UUID(lead.task_id), lead.phase, UUID(corrected.before))
    if item is None:
        return
    reason = "Đơn vị chủ trì xác định lại cơ quan tổng hợp báo cáo kết quả (Điều 6 khoản 1 điểm h)."
    await _hand_on(session, item, unit_id=UUID(corrected.after), specialist_id=item.specialist_id, by=by, reason=reason, now=now)


@article("Đ8.1.e")
async def extend(
    session: AsyncSession, *, id: UUID, new_due_date: date, by: ActorRef, reason: str, decision: Decision, now: datetime
) -> None:
    """Đ8.1.e: the Chairman directed a later day."""
    item = await _awaited(session, id)
    if item is None:
        return
    try:
        item.approve_extension(by, now, decision=decision, new_due_date=new_due_date, reason=reason)
    except Error as error:
        _leave_it(item.id, error.reason)
    else:
        await told(session, item, pb.ACTION_DECIDE_EXTENSION, now)


@article("Đ8.1.e")
async def reassign(
    session: AsyncSession,
    *,
    id: UUID,
    unit_id: UUID,
    specialist_id: UUID | None,
    by: ActorRef,
    reason: str,
    decision: Decision,
    now: datetime,
) -> None:
    """Đ8.1.e: the Chairman directed another unit."""
    item = await _awaited(session, id)
    if item is None:
        return
    if not await queries.in_force(session, unit_id, local_date(now)):
        _leave_it(item.id, "UNIT_UNKNOWN")
        return
    await _hand_on(session, item, unit_id=unit_id, specialist_id=specialist_id, by=by, reason=reason, decision=decision, now=now)


@article("Đ8.1.e")
async def close(session: AsyncSession, *, id: UUID, by: ActorRef, reason: str, decision: Decision, now: datetime) -> None:
    """Đ8.1.e: the Chairman directed that it ends."""
    item = await _awaited(session, id)
    if item is not None:
        await _end(session, item, by=by, reason=reason, decision=decision, now=now)


async def _hand_on(
    session: AsyncSession,
    item: Assignment,
    *,
    unit_id: UUID,
    specialist_id: UUID | None,
    by: ActorRef,
    reason: str,
    now: datetime,
    decision: Decision | None = None,
) -> None:
    try:
        made = item.forward(by, now, unit_id=unit_id, specialist_id=specialist_id, reason=reason, decision=decision)
    except Error as error:
        _leave_it(item.id, error.reason)
        return
    await told(session, item, pb.ACTION_FORWARD, now)
    await sent(session, [made], now)


async def _awaited(session: AsyncSession, id: UUID) -> Assignment | None:
    """What a direction is about, if it can still take one."""
    item = await queries.whole(session, id)
    if item is None or item.state not in OPEN:
        _leave_it(id, "NOT_OPEN")
        return None
    return item


def _leave_it(id: UUID, why: str) -> None:
    log.warning("direction_left", assignment=str(id), why=why)
