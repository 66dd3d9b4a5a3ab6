"""One act, one event: which event tells which act, and how it is told."""

from collections.abc import Sequence
from datetime import datetime

from google.protobuf.message import Message
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.assignment.v1 import event_pb2

from kit.events import emit
from services.assignment import queries
from services.assignment.convert import SNAPSHOT_BYTES
from services.assignment.model import Assignment
from services.assignment.records import Participation

EVENTS: dict[int, type[Message]] = {
    pb.ACTION_ACCEPT: event_pb2.AssignmentAccepted,
    pb.ACTION_REQUEST_RETURN: event_pb2.AssignmentReturnRequested,
    pb.ACTION_DELEGATE: event_pb2.AssignmentDelegated,
    pb.ACTION_SET_PLAN: event_pb2.AssignmentPlanSet,
    pb.ACTION_CONFIRM_AGGREGATOR: event_pb2.AssignmentAggregatorConfirmed,
    pb.ACTION_REPORT_PROGRESS: event_pb2.AssignmentProgressed,
    pb.ACTION_DRAFT_REPORT: event_pb2.AssignmentReportDrafted,
    pb.ACTION_REPORT_DONE: event_pb2.AssignmentReported,
    pb.ACTION_WITHDRAW_REPORT: event_pb2.AssignmentReportWithdrawn,
    pb.ACTION_RECORD_PAPER_REPORT: event_pb2.AssignmentPaperReportRecorded,
    pb.ACTION_REQUEST_EXTENSION: event_pb2.AssignmentExtensionRequested,
    pb.ACTION_WITHDRAW_EXTENSION: event_pb2.AssignmentExtensionWithdrawn,
    # A rejection is told by AssignmentExtensionRejected.
    pb.ACTION_DECIDE_EXTENSION: event_pb2.AssignmentExtensionApproved,
    pb.ACTION_REVIEW_REPORT: event_pb2.AssignmentReportReviewed,
    pb.ACTION_VERIFY: event_pb2.AssignmentVerified,
    pb.ACTION_SEND_BACK: event_pb2.AssignmentSentBack,
    pb.ACTION_ADJUST: event_pb2.AssignmentAdjusted,
    pb.ACTION_FORWARD: event_pb2.AssignmentForwarded,
    pb.ACTION_DENY_RETURN: event_pb2.AssignmentReturnDenied,
    pb.ACTION_NAME_SPECIALIST: event_pb2.AssignmentSpecialistNamed,
    pb.ACTION_CANCEL: event_pb2.AssignmentCancelled,
    pb.ACTION_REOPEN: event_pb2.AssignmentReopened,
    pb.ACTION_AMEND: event_pb2.AssignmentAmended,
    pb.ACTION_SUCCEED: event_pb2.AssignmentSucceeded,
}


async def told(session: AsyncSession, assignment: Assignment, action: int, now: datetime) -> Assignment:
    """Emits the act with the whole state after it."""
    await tell(session, [assignment], EVENTS[action], now)
    return assignment


async def sent(session: AsyncSession, new: Sequence[Assignment], now: datetime) -> None:
    """Stores new ones, opens their tasks to their units, and tells each."""
    for item in new:
        # Given at publication (Đ2.7), but new to whoever asks what changed since he last looked.
        item.update_time = now
    session.add_all(new)
    places = [{"unit_id": item.unit_id, "task_id": item.task_id} for item in new]
    await session.execute(upsert(Participation).on_conflict_do_nothing(), places)
    await session.flush()
    await tell(session, new, event_pb2.AssignmentSent, now)


async def tell(session: AsyncSession, assignments: Sequence[Assignment], kind: type[Message], now: datetime) -> None:
    """One event for each."""
    view = await queries.view(session, assignments, now)
    for item in assignments:
        await emit(session, item.id, item.version, kind(assignment=view.whole(item, SNAPSHOT_BYTES)))
