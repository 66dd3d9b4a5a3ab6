"""What people do with an assignment. Each act names its assignment, the version it was decided on, and what its rule asks for."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.assignment.v1 import event_pb2
from ykcd.directive.v1.registry_pb2 import PERSON_KIND_PERSON, ListFieldsRequest
from ykcd.directive.v1.registry_pb2_grpc import RegistryServiceStub

from kit.clock import local_date
from kit.copies import calendar_for_verdicts, working_calendar
from kit.errors import InvalidArgument, Violation
from kit.identity import Actor
from kit.law import article
from kit.rpc import ask
from kit.rpc.caller import Proof
from services.assignment import queries
from services.assignment.actions import ACTIONS, URGE, refused
from services.assignment.model import Assignment, Result
from services.assignment.records import Decision, Delegation, Evidence
from services.assignment.service.told import sent, tell, told


@dataclass(frozen=True)
class Target:
    """What every act names."""

    id: UUID
    expected_version: int
    now: datetime


# Acts whose rules ask for nothing but the assignment and what was told: the method is the use case.
PLAIN: dict[int, Callable[..., None]] = {
    pb.ACTION_ACCEPT: Assignment.accept,
    pb.ACTION_REQUEST_RETURN: Assignment.request_return,
    pb.ACTION_REPORT_PROGRESS: Assignment.report_progress,
    pb.ACTION_WITHDRAW_REPORT: Assignment.withdraw_report,
    pb.ACTION_RECORD_PAPER_REPORT: Assignment.record_paper_report,
    pb.ACTION_WITHDRAW_EXTENSION: Assignment.withdraw_extension,
    pb.ACTION_REVIEW_REPORT: Assignment.review_report,
    pb.ACTION_SEND_BACK: Assignment.send_back,
    pb.ACTION_ADJUST: Assignment.adjust,
    pb.ACTION_DENY_RETURN: Assignment.deny_return,
    pb.ACTION_CANCEL: Assignment.cancel,
}


async def act(session: AsyncSession, actor: Actor, target: Target, *, action: int, **words: Any) -> Assignment:
    """One of PLAIN."""
    assignment = await _opened(session, actor, action, target)
    PLAIN[action](assignment, actor, target.now, **words)
    return await told(session, assignment, action, target.now)


@article("Đ8.2.1")
async def delegate(session: AsyncSession, actor: Actor, target: Target, *, to: Delegation) -> Assignment:
    """Đ8.2: one leader of this unit, and people of this unit."""
    assignment = await _opened(session, actor, pb.ACTION_DELEGATE, target)
    people = await _colleagues(session, assignment, [to.leader_id, *to.officer_ids])
    problems = []
    if "unit_leader" not in people.get(to.leader_id, ()):
        problems.append(Violation("leader_id", "LEADER_UNKNOWN", "Người phụ trách phải là lãnh đạo của đơn vị."))
    for index, id in enumerate(to.officer_ids):
        if id not in people:
            problems.append(Violation(f"officer_ids[{index}]", "OFFICER_UNKNOWN", "Người được giao phải thuộc đơn vị."))
    if problems:
        raise InvalidArgument.fields(problems)
    assignment.delegate(actor, target.now, to=to)
    return await told(session, assignment, pb.ACTION_DELEGATE, target.now)


@article("Đ2.2")
async def set_plan(session: AsyncSession, actor: Actor, target: Target, *, steps: list[dict[str, Any]]) -> Assignment:
    """Đ2.2: steps of the unit's own people."""
    assignment = await _opened(session, actor, pb.ACTION_SET_PLAN, target)
    people = await _colleagues(session, assignment, [UUID(step["person_id"]) for step in steps if step["person_id"]])
    problems = [
        Violation(f"steps[{index}].person_id", "PERSON_UNKNOWN", "Người thực hiện phải thuộc đơn vị.")
        for index, step in enumerate(steps)
        if step["person_id"] and UUID(step["person_id"]) not in people
    ]
    if problems:
        raise InvalidArgument.fields(problems)
    assignment.set_plan(actor, target.now, steps=steps)
    return await told(session, assignment, pb.ACTION_SET_PLAN, target.now)


@article("Đ6.1.h")
async def confirm_aggregator(session: AsyncSession, actor: Actor, target: Target, *, unit_id: UUID) -> Assignment:
    """Đ6.1.h: a correction moves the aggregating part, another unit's which the lead can't touch, when this event comes back to us."""
    assignment = await _opened(session, actor, pb.ACTION_CONFIRM_AGGREGATOR, target)
    await _require_in_force(session, unit_id, "aggregating_unit_id", target.now)
    if not await queries.is_gathered(session, actor, assignment):
        raise refused("NO_AGGREGATOR_TO_CONFIRM", "Không còn phần việc tổng hợp báo cáo nào đang thực hiện.")
    assignment.confirm_aggregator(actor, target.now, unit_id=unit_id)
    return await told(session, assignment, pb.ACTION_CONFIRM_AGGREGATOR, target.now)


async def draft_report(session: AsyncSession, actor: Actor, target: Target, *, result: Result, evidence_ids: Sequence[UUID]) -> Assignment:
    """For the unit's leader."""
    return await _with_files(session, actor, target, pb.ACTION_DRAFT_REPORT, result, evidence_ids)


@article("Đ7.2.c.1")
async def report_done(session: AsyncSession, actor: Actor, target: Target, *, result: Result, evidence_ids: Sequence[UUID]) -> Assignment:
    """Đ7.2.c."""
    return await _with_files(session, actor, target, pb.ACTION_REPORT_DONE, result, evidence_ids)


async def _with_files(
    session: AsyncSession, actor: Actor, target: Target, action: int, result: Result, evidence_ids: Sequence[UUID]
) -> Assignment:
    assignment = await _opened(session, actor, action, target)
    result.evidence = _chosen(assignment, evidence_ids)
    if action == pb.ACTION_DRAFT_REPORT:
        assignment.draft_report(actor, target.now, result=result)
    else:
        assignment.report_done(actor, target.now, result=result)
    return await told(session, assignment, action, target.now)


@article("Đ8.1.a")
async def verify(session: AsyncSession, actor: Actor, target: Target, *, completed_on: date | None, reason: str) -> Assignment:
    """Đ8.1.a."""
    assignment = await _opened(session, actor, pb.ACTION_VERIFY, target)
    assignment.verify(actor, target.now, await calendar_for_verdicts(session), completed_on=completed_on, reason=reason)
    return await told(session, assignment, pb.ACTION_VERIFY, target.now)


@article("Đ8.1.a", "Đ2.7")
async def reopen(session: AsyncSession, actor: Actor, target: Target, *, reason: str, decision: Decision | None) -> Assignment:
    """Đ2.7: of a unit that is there to do it."""
    assignment = await _opened(session, actor, pb.ACTION_REOPEN, target)
    if await queries.has_ended(session, assignment.unit_id, local_date(target.now)):
        raise refused("UNIT_ENDED", "Đơn vị đã giải thể, sáp nhập; không mở lại được nhiệm vụ của đơn vị này.")
    assignment.reopen(actor, target.now, reason=reason, decision=decision)
    return await told(session, assignment, pb.ACTION_REOPEN, target.now)


@article("D4")
async def request_extension(
    session: AsyncSession, actor: Actor, target: Target, *, new_due_date: date, reason: str, late: bool
) -> Assignment:
    """By the calendar as it is today."""
    assignment = await _opened(session, actor, pb.ACTION_REQUEST_EXTENSION, target)
    calendar = await working_calendar(session)
    assignment.request_extension(actor, target.now, calendar, new_due_date=new_due_date, reason=reason, late=late)
    return await told(session, assignment, pb.ACTION_REQUEST_EXTENSION, target.now)


@article("D4")
async def decide_extension(
    session: AsyncSession,
    actor: Actor,
    target: Target,
    *,
    approved: bool,
    decision: Decision | None,
    new_due_date: date | None,
    reason: str,
) -> Assignment:
    """D4."""
    assignment = await _opened(session, actor, pb.ACTION_DECIDE_EXTENSION, target)
    if approved:
        assignment.approve_extension(actor, target.now, decision=decision, new_due_date=new_due_date, reason=reason)
        return await told(session, assignment, pb.ACTION_DECIDE_EXTENSION, target.now)
    assignment.reject_extension(actor, target.now, reason=reason)
    await tell(session, [assignment], event_pb2.AssignmentExtensionRejected, target.now)
    return assignment


@article("Đ7.2.d", "§6.15")
async def forward(
    session: AsyncSession,
    actor: Actor,
    target: Target,
    *,
    unit_id: UUID,
    field_id: UUID | None,
    specialist_id: UUID | None,
    reason: str,
    registry: str,
    proof: Proof,
) -> Assignment:
    """Đ7.2.d: to a unit that exists today and takes no part in it yet. The old part, FORWARDED; the new one is told beside it.

    `registry`: the address of `directive`, which knows the fields; `proof`: the caller's own, for it.
    """
    assignment = await _opened(session, actor, pb.ACTION_FORWARD, target)
    await _require_in_force(session, unit_id, "unit_id", target.now)
    if specialist_id:
        await _require_specialist(session, specialist_id)
    if field_id and field_id != assignment.field_id:
        await _require_field(field_id, registry, proof)
    if unit_id != assignment.unit_id and await queries.has_part(session, unit_id, assignment):
        raise InvalidArgument.field("unit_id", "UNIT_TAKES_PART", "Đơn vị này đã tham gia nhiệm vụ này.")
    made = assignment.forward(actor, target.now, unit_id=unit_id, field_id=field_id, specialist_id=specialist_id, reason=reason)
    await told(session, assignment, pb.ACTION_FORWARD, target.now)
    await sent(session, [made], target.now)
    return assignment


@article("Đ8.1.đ")
async def name_specialist(session: AsyncSession, actor: Actor, target: Target, *, specialist_id: UUID, reason: str) -> Assignment:
    """Đ8.1.đ."""
    assignment = await _opened(session, actor, pb.ACTION_NAME_SPECIALIST, target)
    await _require_specialist(session, specialist_id)
    assignment.name_specialist(actor, target.now, specialist_id=specialist_id, reason=reason)
    return await told(session, assignment, pb.ACTION_NAME_SPECIALIST, target.now)


@article("Đ8.1.e")
async def check_urgeable(session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int) -> Assignment:
    """Đ8.1.e: what `deadline` asks before a phiếu báo is issued, as whoever issues it."""
    actor.require(*URGE.roles)
    assignment = await queries.assignment(session, actor, id)
    assignment.require_permitted(actor, URGE)
    assignment.require_version(expected_version)
    assignment.require_urgeable(actor)
    return assignment


async def _opened(session: AsyncSession, actor: Actor, action: int, target: Target) -> Assignment:
    """Locked, and refused in this order: the role, the sight, the unit or field, the version, the state; then what came with the act."""
    actor.require(*ACTIONS[action].roles)
    assignment = await queries.assignment(session, actor, target.id, lock=True)
    assignment.require_permitted(actor, ACTIONS[action])
    assignment.require_version(target.expected_version)
    assignment.require(action, actor)
    return assignment


async def _colleagues(session: AsyncSession, assignment: Assignment, ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    """The roles of those who are people of the unit."""
    known = await queries.colleagues(session, assignment.unit_id, ids)
    return {id: row.roles for id, row in known.items() if row.kind == PERSON_KIND_PERSON}


async def _require_in_force(session: AsyncSession, unit_id: UUID, field: str, now: datetime) -> None:
    if not await queries.in_force(session, unit_id, local_date(now)):
        raise InvalidArgument.field(field, "UNIT_UNKNOWN", "Đơn vị không tồn tại hoặc không còn hoạt động.")


async def _require_specialist(session: AsyncSession, id: UUID) -> None:
    if not await queries.is_specialist(session, id):
        raise InvalidArgument.field("specialist_id", "SPECIALIST_UNKNOWN", "Người được chọn không phải là chuyên viên theo dõi.")


async def _require_field(id: UUID, registry: str, proof: Proof) -> None:
    answer = await ask("directive", registry, lambda peer: RegistryServiceStub(peer).ListFields, ListFieldsRequest(), proof)
    if str(id) not in {field.id for field in answer.fields}:
        raise InvalidArgument.field("field_id", "FIELD_UNKNOWN", "Lĩnh vực không có trong danh mục.")


def _chosen(assignment: Assignment, ids: Sequence[UUID]) -> list[Evidence]:
    """The unit's files of this assignment; another's looks like a missing one."""
    files = {file.id: file for file in assignment.evidence}
    problems = [
        Violation(f"evidence_ids[{index}]", "EVIDENCE_UNKNOWN", "Không tìm thấy tệp đã tải lên.")
        for index, id in enumerate(ids)
        if id not in files
    ]
    if problems:
        raise InvalidArgument.fields(problems)
    return [files[id] for id in ids]
