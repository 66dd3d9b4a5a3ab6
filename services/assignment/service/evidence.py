"""Files that a unit hands in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.assignment.v1 import event_pb2

from kit import db
from kit.errors import Aborted, InvalidArgument, ResourceExhausted
from kit.events import emit
from kit.identity import Actor
from services.assignment import queries
from services.assignment.actions import ACTIONS
from services.assignment.convert import evidence_to_proto
from services.assignment.records import Evidence, Upload

# A result takes twenty; this leaves room for mistakes and stops a disk from being filled.
MAX_FILES = 100


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
    ended = delete(Upload).where(Upload.id == file.id).returning(Upload.id)
    if await session.scalar(ended) is None:
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
