"""Others' events that this service applies."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.assignment.v1 import event_pb2
from ykcd.deadline.v1.event_pb2 import DeadlineMissed
from ykcd.directive.v1.event_pb2 import MembershipChanged
from ykcd.event.v1.envelope_pb2 import Envelope

from kit import copies
from kit.events import Handlers
from services.notification import service
from services.notification.live import CHANNEL


async def on_assignment(session: AsyncSession, event: Any, envelope: Envelope) -> None:
    """Each carries the whole assignment; model.RULES says whom it concerns."""
    about = await service.follow(session, event.assignment)
    await service.tell(session, about, event=type(event), envelope=envelope)


async def on_deadline_missed(session: AsyncSession, event: DeadlineMissed, envelope: Envelope) -> None:
    """Tells of the clock alone: who is concerned is known from the assignment."""
    about = await service.known(session, UUID(event.deadline.assignment_id))
    await service.tell(session, about, event=DeadlineMissed, envelope=envelope)


async def on_membership_changed(session: AsyncSession, event: MembershipChanged, envelope: Envelope) -> None:
    """Also wakes the person's streams, which look at their rights anew."""
    await copies.on_membership_changed(session, event, envelope)
    await session.execute(select(func.pg_notify(CHANNEL, event.member.person_id)))


HANDLERS: Handlers = {
    event_pb2.AssignmentSent: on_assignment,
    event_pb2.AssignmentAccepted: on_assignment,
    event_pb2.AssignmentReturnRequested: on_assignment,
    event_pb2.AssignmentDelegated: on_assignment,
    event_pb2.AssignmentReported: on_assignment,
    event_pb2.AssignmentVerified: on_assignment,
    event_pb2.AssignmentSentBack: on_assignment,
    DeadlineMissed: on_deadline_missed,
    MembershipChanged: on_membership_changed,
}
