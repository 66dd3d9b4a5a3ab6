"""Others' events that this service applies."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.assignment.v1.event_pb2 import AssignmentSent
from ykcd.deadline.v1.event_pb2 import CalendarPublished
from ykcd.event.v1.envelope_pb2 import Envelope

from kit import copies
from kit.events import Handlers
from services.directive.service import entry


async def on_assignment_sent(session: AsyncSession, event: AssignmentSent, _envelope: Envelope) -> None:
    """Who gets a part later (Đ7.2.d, D12) reads its document from then on."""
    part = event.assignment
    if part.forwarded_from_id:
        await entry.open_to_unit(session, unit_id=UUID(part.unit_id), task_id=UUID(part.task_id))


# Members need no handler here: this service owns them.
HANDLERS: Handlers = {AssignmentSent: on_assignment_sent, CalendarPublished: copies.on_calendar_published}
