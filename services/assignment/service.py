"""Use cases: what a unit and the Office do with an assignment."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from google.protobuf.message import Message
from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.assignment.v1 import event_pb2
from ykcd.directive.v1.registry_pb2 import PERSON_KIND_PERSON
from ykcd.event.v1.envelope_pb2 import ActorRef

from kit import db
from kit.copies import working_calendar
from kit.errors import Aborted, InvalidArgument, ResourceExhausted, Violation
from kit.events import emit
from kit.identity import Actor
from services.assignment import queries
from services.assignment.actions import ACTIONS, SENT
from services.assignment.convert import SNAPSHOT_BYTES, evidence_to_proto
from services.assignment.model import Assignment, Result
from services.assignment.records import Delegation, Evidence, Participation, Transition, Upload

EVENTS: dict[int, type[Message]] = {
    pb.ACTION_ACCEPT: event_pb2.AssignmentAccepted,
    pb.ACTION_REQUEST_RETURN: event_pb2.AssignmentReturnRequested,
    pb.ACTION_DELEGATE: event_pb2.AssignmentDelegated,
    pb.ACTION_REPORT_PROGRESS: event_pb2.AssignmentProgressed,
    pb.ACTION_REPORT_DONE: event_pb2.AssignmentReported,
    pb.ACTION_VERIFY: event_pb2.AssignmentVerified,
    pb.ACTION_SEND_BACK: event_pb2.AssignmentSentBack,
}
# A result takes twenty; this leaves room for mistakes and stops a disk from being filled.
MAX_FILES = 100


async def send(session: AsyncSession, *, assignments: Sequence[Assignment], by: ActorRef, now: datetime) -> None:
    """Đ7.2.a: makes the assignments of a published document, each with its first line of history and its event."""
    directives = {assignment.directive_id for assignment in assignments}
    known = set().union(*[await queries.known_ids(session, id) for id in directives])
    new = [assignment for assignment in assignments if assignment.id not in known]
    if not new:
        return
    for assignment in new:
        assignment.history = [_sent(assignment, by)]
        assignment.reports, assignment.evidence, assignment.delegation = [], [], None
    session.add_all(new)
    places = [{"unit_id": item.unit_id, "task_id": item.task_id} for item in new]
    await session.execute(upsert(Participation).on_conflict_do_nothing(), places)
    await session.flush()
    view = await queries.view(session, new, now)
    for item in new:
        await emit(session, item.id, item.version, event_pb2.AssignmentSent(assignment=view.whole(item, SNAPSHOT_BYTES)))


def _sent(assignment: Assignment, by: ActorRef) -> Transition:
    return Transition(
        version=assignment.version,
        unit_id=assignment.unit_id,
        action=pb.ACTION_UNSPECIFIED,
        from_state=pb.ASSIGNMENT_STATE_UNSPECIFIED,
        to_state=SENT,
        reason="",
        actor_id=UUID(by.person_id) if by.person_id else None,
        actor_name=by.name,
        actor_unit_id=UUID(by.unit_id) if by.unit_id else None,
        time=assignment.create_time,
    )


async def accept(session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, now: datetime) -> Assignment:
    """Đ7.2.a."""
    assignment = await _opened(session, actor, pb.ACTION_ACCEPT, id, expected_version)
    assignment.accept(actor, now)
    return await _told(session, assignment, pb.ACTION_ACCEPT, now)


async def request_return(session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, reason: str, now: datetime) -> Assignment:
    """Đ7.2.d."""
    assignment = await _opened(session, actor, pb.ACTION_REQUEST_RETURN, id, expected_version)
    assignment.request_return(actor, now, reason=reason)
    return await _told(session, assignment, pb.ACTION_REQUEST_RETURN, now)


async def delegate(session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, to: Delegation, now: datetime) -> Assignment:
    """Đ8.2."""
    assignment = await _opened(session, actor, pb.ACTION_DELEGATE, id, expected_version)
    await _require_colleagues(session, assignment.unit_id, to)
    to.unit_id = assignment.unit_id
    assignment.delegate(actor, now, to=to)
    return await _told(session, assignment, pb.ACTION_DELEGATE, now)


async def report_progress(
    session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, content: str, now: datetime
) -> Assignment:
    """Đ7.2.b."""
    assignment = await _opened(session, actor, pb.ACTION_REPORT_PROGRESS, id, expected_version)
    assignment.report_progress(actor, now, content=content)
    return await _told(session, assignment, pb.ACTION_REPORT_PROGRESS, now)


async def report_done(
    session: AsyncSession,
    actor: Actor,
    *,
    id: UUID,
    expected_version: int,
    result: Result,
    evidence_ids: Sequence[UUID],
    now: datetime,
) -> Assignment:
    """Đ7.2.c."""
    assignment = await _opened(session, actor, pb.ACTION_REPORT_DONE, id, expected_version)
    result.evidence = _chosen(assignment, evidence_ids)
    assignment.report_done(actor, now, result=result)
    return await _told(session, assignment, pb.ACTION_REPORT_DONE, now)


async def verify(
    session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, completed_on: date | None, reason: str, now: datetime
) -> Assignment:
    """Đ8.1.a."""
    assignment = await _opened(session, actor, pb.ACTION_VERIFY, id, expected_version)
    assignment.verify(actor, now, await working_calendar(session), completed_on=completed_on, reason=reason)
    return await _told(session, assignment, pb.ACTION_VERIFY, now)


async def send_back(session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, reason: str, now: datetime) -> Assignment:
    """The result isn't accepted."""
    assignment = await _opened(session, actor, pb.ACTION_SEND_BACK, id, expected_version)
    assignment.send_back(actor, now, reason=reason)
    return await _told(session, assignment, pb.ACTION_SEND_BACK, now)


async def _opened(session: AsyncSession, actor: Actor, action: int, id: UUID, expected_version: int) -> Assignment:
    """Locked, and refused in this order: the role, the sight, the unit or field, the version. The state comes with the act itself."""
    actor.require(*ACTIONS[action].roles)
    assignment = await queries.assignment(session, actor, id, lock=True)
    assignment.require_permitted(actor, action)
    assignment.require_version(expected_version)
    return assignment


async def _told(session: AsyncSession, assignment: Assignment, action: int, now: datetime) -> Assignment:
    view = await queries.view(session, [assignment], now)
    await emit(session, assignment.id, assignment.version, EVENTS[action](assignment=view.whole(assignment, SNAPSHOT_BYTES)))
    return assignment


async def _require_colleagues(session: AsyncSession, unit_id: UUID, to: Delegation) -> None:
    """Đ8.2: one leader of this unit, and people of this unit."""
    known = await queries.colleagues(session, unit_id, [to.leader_id, *to.officer_ids])
    people = {id: row for id, row in known.items() if row.kind == PERSON_KIND_PERSON}
    problems = []
    if to.leader_id not in people or "unit_leader" not in people[to.leader_id].roles:
        problems.append(Violation("leader_id", "LEADER_UNKNOWN", "Người phụ trách phải là lãnh đạo của đơn vị."))
    for index, id in enumerate(to.officer_ids):
        if id not in people:
            problems.append(Violation(f"officer_ids[{index}]", "OFFICER_UNKNOWN", "Người được giao phải thuộc đơn vị."))
    if problems:
        raise InvalidArgument.fields(problems)


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


async def earlier_upload(session: AsyncSession, actor: Actor, *, file: Evidence) -> Evidence | None:
    """Before any byte is taken: may this person hand in a file here, and wasn't this very file handed in already."""
    actor.require(*ACTIONS[pb.ACTION_REPORT_PROGRESS].roles)
    earlier = await queries.evidence_of_request(session, actor, file.request_id)
    if earlier is not None:
        return _same(earlier, file)
    assignment = await queries.assignment(session, actor, file.assignment_id)
    assignment.require_open_for_evidence(actor)
    if await queries.evidence_count(session, assignment.id) >= MAX_FILES:
        raise ResourceExhausted(reason="EVIDENCE_LIMIT", message=f"Một nhiệm vụ chỉ lưu tối đa {MAX_FILES} tệp.")
    return None


async def begin_upload(session: AsyncSession, actor: Actor, *, id: UUID, now: datetime) -> None:
    """Notes that a file is about to enter the store, so that one cut off there is found and swept."""
    await session.execute(insert(Upload).inline().values(id=id, person_id=actor.person_id, create_time=now))


async def keep_upload(session: AsyncSession, actor: Actor, *, file: Evidence, now: datetime) -> Evidence:
    """The file is in the store: from now on it is seen. Rights and state are looked up anew, since an upload takes its time."""
    assignment = await queries.assignment(session, actor, file.assignment_id)
    assignment.require_open_for_evidence(actor)
    values = {column.key: getattr(file, column.key) for column in Evidence.__table__.columns}
    values |= {
        "unit_id": assignment.unit_id,
        "attached": False,
        "upload_time": now,
        "uploaded_by": actor.person_id,
        "uploaded_by_name": actor.name,
    }
    stored = await session.scalar(upsert(Evidence).values(**values).on_conflict_do_nothing().returning(Evidence))
    if stored is None:
        # A twin of this upload was faster; our copy in the store is left to the sweeper.
        twin = await queries.evidence_of_request(session, actor, file.request_id)
        assert twin is not None
        return _same(twin, file)
    if not await queries.end_upload(session, file.id):
        raise Aborted(reason="UPLOAD_TIMED_OUT", message="Tải tệp quá lâu. Vui lòng tải lại.")
    event = event_pb2.EvidenceUploaded(assignment_id=str(assignment.id), evidence=evidence_to_proto(stored))
    await emit(session, stored.id, 1, event)
    return stored


def _same(earlier: Evidence, file: Evidence) -> Evidence:
    names = ("assignment_id", "file_name", "size", "sha256")
    if any(getattr(earlier, name) != getattr(file, name) for name in names):
        raise InvalidArgument.field("header.request_id", "REQUEST_ID_REUSED", "Mã yêu cầu này đã được dùng cho một nội dung khác.")
    return earlier


async def open_evidence(session: AsyncSession, actor: Actor, *, assignment_id: UUID, id: UUID) -> Evidence:
    """Whoever opens a file is noted in the audit log."""
    file = await queries.evidence(session, actor, assignment_id=assignment_id, id=id)
    event = event_pb2.EvidenceDownloaded(assignment_id=str(assignment_id), evidence_id=str(id), file_name=file.file_name)
    # An aggregate of its own: opening a file isn't a change of the assignment.
    await emit(session, db.new_id(), 1, event)
    return file
