"""What follows from decisions made elsewhere: documents, dissolved units, escalations, a corrected aggregator. Nobody asks for it here; the
history names who decided."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.assignment.v1 import event_pb2
from ykcd.event.v1.envelope_pb2 import ActorRef

from kit.clock import local_date
from kit.errors import Error
from kit.events import Retry
from kit.law import article
from services.assignment import queries
from services.assignment.actions import OPEN, REPORTED, VERIFIED
from services.assignment.model import Assignment
from services.assignment.model.succession import Successors, living, successor
from services.assignment.records import Decision
from services.assignment.service.told import EVENTS, sent, tell, told

log = structlog.get_logger()


@article("Đ3.4", "Đ7.2.a")
async def send(session: AsyncSession, *, assignments: Sequence[Assignment], by: ActorRef, now: datetime) -> None:
    """Đ7.2.a: makes the assignments of a published document, each with its first line of history and its event."""
    directives = {assignment.directive_id for assignment in assignments}
    known = set().union(*[await queries.known_ids(session, id) for id in directives])
    new = [item.begin(pb.ACTION_UNSPECIFIED, by) for item in assignments if item.id not in known]
    await _give(session, new, by=by, now=now)


@article("D12")
async def _give(session: AsyncSession, new: Sequence[Assignment], *, by: ActorRef, now: datetime) -> None:
    """D12: sends them; what would lie with a unit that has ended goes on to whoever took over from it."""
    if not new:
        return
    await sent(session, new, now)
    ended = await queries.ended_units(session, {item.unit_id for item in new}, local_date(now))
    heirs = [(item, living(item.unit_id, item.field_id, ended)) for item in new if item.unit_id in ended]
    await _pass_on(session, heirs, by=by, decision=None, now=now)


async def _pass_on(
    session: AsyncSession, heirs: Sequence[tuple[Assignment, UUID | None]], *, by: ActorRef, decision: Decision | None, now: datetime
) -> None:
    tasks = {item.task_id for item, _ in heirs}
    known = await queries.open_parts(session, {heir for _, heir in heirs if heir}, tasks) if heirs else {}
    left, made = [], []
    for item, heir in heirs:
        if heir is None:
            # Never dropped: it stays where the Office finds it, and can be forwarded.
            log.error("no_successor", assignment=str(item.id))
            continue
        into = known.get((heir, item.task_id, item.role, item.phase))
        new = item.succeed(by, now, unit_id=heir, decision=decision, into=into)
        left.append(item)
        made += [new] if new else []
    if left:
        await tell(session, left, EVENTS[pb.ACTION_SUCCEED], now)
        await queries.pass_on_sight(session, [item.id for item in left])
    if made:
        await sent(session, made, now)


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
    known = {item.id: item for item in await _sent_before(session, planned[0].directive_id)}
    new: list[Assignment] = []
    acts: defaultdict[int, list[Assignment]] = defaultdict(list)
    for plan in planned:
        item = _last(known, plan.id)
        if item is None and plan.id not in withdrawn:
            new.append(plan.begin(pb.ACTION_AMEND, by, reason=reason, decision=decision))
        elif item is not None and item.state == VERIFIED:
            item.keep_amendment(planned=plan.planned, withdrawn=plan.id in withdrawn)
        elif item is None or item.state not in OPEN:
            continue
        elif plan.id in withdrawn:
            item.cancel(by, now, reason=reason, decision=decision)
            acts[pb.ACTION_CANCEL].append(item)
        elif item.amend(by, now, planned=plan.planned, reason=reason, decision=decision):
            acts[pb.ACTION_AMEND].append(item)
    for action, items in acts.items():
        await tell(session, items, EVENTS[action], now)
    await _give(session, new, by=by, now=now)


async def _sent_before(session: AsyncSession, directive_id: UUID) -> Sequence[Assignment]:
    found = await queries.of_directive(session, directive_id)
    if not found:
        # Its publication hasn't come yet.
        raise Retry("DirectivePublished")
    return found


def _last(known: Mapping[UUID, Assignment], id: UUID) -> Assignment | None:
    """Who has it now, however often it was handed on. What was merged into a part that its unit had already ends there."""
    item = known.get(id)
    while item and item.forwarded_to_id and known[item.forwarded_to_id].forwarded_from_id == item.id:
        item = known[item.forwarded_to_id]
    return item


@article("Đ2.7")
async def end(session: AsyncSession, *, directive_id: UUID, by: ActorRef, reason: str, decision: Decision | None, now: datetime) -> None:
    """Đ2.7: a document that binds no more cancels what is still open of it."""
    items = await _sent_before(session, directive_id)
    cancelled = [item for item in items if item.state in OPEN]
    for item in items:
        item.directive_ended = True
    for item in cancelled:
        item.cancel(by, now, reason=reason, decision=decision)
    if cancelled:
        await tell(session, cancelled, EVENTS[pb.ACTION_CANCEL], now)


@article("D14")
async def forget_decider(session: AsyncSession, ids: Collection[UUID], *, now: datetime) -> None:
    """D14: what was told of those that a purged document ended is emptied everywhere, since it names that; so they are told anew."""
    items = await queries.decided_by(session, ids)
    for item in items:
        item.forget_decider(ids, now)
    if items:
        await session.flush()
        await tell(session, items, event_pb2.AssignmentRedacted, now)


@article("D12")
async def succeed(session: AsyncSession, *, unit_id: UUID, successors: Successors, by: ActorRef, decision: Decision, now: datetime) -> None:
    """D12: what a dissolved unit still has goes to its successors; its history keeps the old name."""
    items = await queries.left_open(session, unit_id)
    ended = await queries.ended_units(session, set(successors.values()), local_date(now))
    heirs = [(item, living(successor(successors, item.field_id), item.field_id, ended)) for item in items]
    await _pass_on(session, heirs, by=by, decision=decision, now=now)


@article("Đ6.1.h")
async def move_aggregating_part(session: AsyncSession, *, lead: pb.Assignment, by: ActorRef, now: datetime) -> None:
    """Đ6.1.h: the lead named another unit than the one that has the part; the part goes to it."""
    item = await queries.aggregating(session, UUID(lead.task_id), lead.phase)
    if item is None or str(item.unit_id) == lead.aggregating_unit_id:
        return
    reason = "Đơn vị chủ trì xác định lại cơ quan tổng hợp báo cáo kết quả (Điều 6 khoản 1 điểm h)."
    await _hand_on(session, item, unit_id=UUID(lead.aggregating_unit_id), specialist_id=item.specialist_id, by=by, reason=reason, now=now)


@article("Đ8.1.e")
async def extend(
    session: AsyncSession, *, id: UUID, cycle: int, new_due_date: date, by: ActorRef, reason: str, decision: Decision, now: datetime
) -> None:
    """Đ8.1.e: the Chairman directed a later day."""
    item = await _awaited(session, id, cycle)
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
    cycle: int,
    unit_id: UUID,
    specialist_id: UUID | None,
    by: ActorRef,
    reason: str,
    decision: Decision,
    now: datetime,
) -> None:
    """Đ8.1.e: the Chairman directed another unit. Whom he named and who is no specialist any more leaves it in the leaders' queue."""
    item = await _awaited(session, id, cycle)
    if item is None:
        return
    if not await queries.in_force(session, unit_id, local_date(now)):
        _leave_it(item.id, "UNIT_UNKNOWN")
        return
    if await queries.has_part(session, unit_id, item):
        _leave_it(item.id, "UNIT_TAKES_PART")
        return
    if specialist_id and not await queries.is_specialist(session, specialist_id):
        specialist_id = None
    await _hand_on(session, item, unit_id=unit_id, specialist_id=specialist_id, by=by, reason=reason, decision=decision, now=now)


@article("Đ8.1.e")
async def close(session: AsyncSession, *, id: UUID, cycle: int, by: ActorRef, reason: str, decision: Decision, now: datetime) -> None:
    """Đ8.1.e: the Chairman directed that it ends."""
    item = await _awaited(session, id, cycle)
    if item is not None:
        item.cancel(by, now, reason=reason, decision=decision)
        await told(session, item, pb.ACTION_CANCEL, now)


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
    await _give(session, [made], by=by, now=now)


async def _awaited(session: AsyncSession, id: UUID, cycle: int) -> Assignment | None:
    """What a direction is about, if it can still take one: of the cycle that it was given for (D4), and without a result to judge first."""
    item = await queries.whole(session, id)
    if item is None or item.state not in OPEN:
        _leave_it(id, "NOT_OPEN")
    elif item.state == REPORTED:
        _leave_it(id, "RESULT_PENDING")
    elif item.deadline_cycle != cycle:
        _leave_it(id, "OTHER_CYCLE")
    else:
        return item
    return None


def _leave_it(id: UUID, why: str) -> None:
    log.warning("direction_left", assignment=str(id), why=why)
