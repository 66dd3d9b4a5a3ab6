"""Others' events that this service applies."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.assignment.v1 import event_pb2
from ykcd.directive.v1.event_pb2 import AbsenceChanged, MembershipChanged
from ykcd.event.v1.envelope_pb2 import Envelope

from kit import copies
from kit.events import Handlers, carrying
from services.deadline.service import clocks


async def on_assignment(session: AsyncSession, event: Any, _envelope: Envelope) -> None:
    """Each carries the whole assignment, so one handler follows them all."""
    await clocks.follow(session, event.assignment)


HANDLERS: Handlers = {
    **dict.fromkeys(carrying(event_pb2, "assignment"), on_assignment),
    MembershipChanged: copies.on_membership_changed,
    AbsenceChanged: copies.on_absence_changed,
}
