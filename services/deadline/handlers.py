"""Others' events that this service applies."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.assignment.v1 import event_pb2
from ykcd.directive.v1.event_pb2 import MembershipChanged
from ykcd.event.v1.envelope_pb2 import Envelope

from kit import copies
from kit.events import Handlers
from services.deadline import service


async def on_assignment(session: AsyncSession, event: Any, _envelope: Envelope) -> None:
    """Each carries the whole assignment, so one handler follows them all."""
    await service.follow(session, event.assignment)


HANDLERS: Handlers = {
    event_pb2.AssignmentSent: on_assignment,
    event_pb2.AssignmentReturnRequested: on_assignment,
    event_pb2.AssignmentReported: on_assignment,
    event_pb2.AssignmentVerified: on_assignment,
    event_pb2.AssignmentSentBack: on_assignment,
    MembershipChanged: copies.on_membership_changed,
}
