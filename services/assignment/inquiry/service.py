"""Use cases: a unit asks, the Office answers; a unit puts its regulation in force."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.assignment.v1 import event_pb2

from kit.errors import Aborted, InvalidArgument, NotFound
from kit.events import emit
from kit.identity import UNIT_ROLES, Actor
from kit.law import article
from services.assignment import queries as assignments
from services.assignment.inquiry import convert, queries
from services.assignment.inquiry.model import Inquiry, UnitRegulation
from services.assignment.matter import opened
from services.assignment.records import Upload


async def ask(
    session: AsyncSession, actor: Actor, *, kind: int, subject: str, body: str, assignment_id: UUID | None, now: datetime
) -> Inquiry:
    """Đ8.1.d, Đ9.1, Đ13; about a task, only one in which the unit takes part."""
    actor.require(*UNIT_ROLES)
    if assignment_id:
        try:
            await assignments.assignment(session, actor, assignment_id)
        except NotFound:
            raise InvalidArgument.field("assignment_id", "ASSIGNMENT_UNKNOWN", "Không tìm thấy nhiệm vụ này.") from None
    made = Inquiry.asked(actor, now, kind=kind, subject=subject, body=body, assignment_id=assignment_id)
    session.add(made)
    return await _told(session, made)


async def answer(session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, answer: str, now: datetime) -> Inquiry:
    """Đ8.1.d, Đ9.1, Đ13."""
    inquiry = await _opened(session, actor, "answer", id, expected_version)
    inquiry.reply(actor, now, answer=answer)
    return await _told(session, inquiry)


async def solve(session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, note: str, now: datetime) -> Inquiry:
    """Đ8.1.d."""
    inquiry = await _opened(session, actor, "solve", id, expected_version)
    inquiry.solve(actor, now, note=note)
    return await _told(session, inquiry)


async def reopen(session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, reason: str, now: datetime) -> Inquiry:
    """The one who asked isn't content."""
    inquiry = await _opened(session, actor, "reopen", id, expected_version)
    inquiry.reopen(actor, now, reason=reason)
    return await _told(session, inquiry)


async def _opened(session: AsyncSession, actor: Actor, verb: str, id: UUID, expected_version: int) -> Inquiry:
    return await opened(queries.inquiry, Inquiry, session, actor, verb=verb, id=id, expected_version=expected_version)


async def _told(session: AsyncSession, inquiry: Inquiry) -> Inquiry:
    await emit(session, inquiry.id, inquiry.version, event_pb2.InquiryChanged(inquiry=convert.snapshot(inquiry)))
    return inquiry


@article("Đ11.2")
async def put_regulation(session: AsyncSession, actor: Actor, *, made: UnitRegulation, now: datetime) -> UnitRegulation:
    """Đ11.2: in force from now on; the one that it replaces stays as a record. Its file is in the store, under its upload's id."""
    earlier = await queries.regulation_in_force(session, actor)
    if earlier is not None:
        earlier.replace_time = now
        await _told_regulation(session, earlier)
        # Before the new one comes: only one is ever in force.
        await session.flush()
    if await session.scalar(delete(Upload).where(Upload.id == made.id).returning(Upload.id)) is None:
        raise Aborted(reason="UPLOAD_TIMED_OUT", message="Tải tệp quá lâu. Vui lòng tải lại.")
    values = {column.key: getattr(made, column.key) for column in UnitRegulation.__table__.columns}
    kept = await session.scalar(upsert(UnitRegulation).values(**values).on_conflict_do_nothing().returning(UnitRegulation.id))
    if kept is None:
        # A colleague put one in force at the same moment.
        raise Aborted(reason="STALE_VERSION", message="Nội dung đã được người khác cập nhật. Vui lòng tải lại.")
    await _told_regulation(session, made)
    return made


async def _told_regulation(session: AsyncSession, regulation: UnitRegulation) -> None:
    told = event_pb2.UnitRegulationChanged(unit_regulation=convert.regulation_to_proto(regulation))
    await emit(session, regulation.id, regulation.version, told)
