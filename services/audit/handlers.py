"""Every event of every service, and every denial."""

from google.protobuf.message import Message
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.directive.v1.event_pb2 import AbsenceChanged, MembershipChanged
from ykcd.event.v1.envelope_pb2 import Envelope

from kit import copies
from kit.events import Handlers
from services.audit import service


async def on_event(session: AsyncSession, event: Message | None, envelope: Envelope) -> None:
    """Logged; a change of membership or an absence also tells who may read the log."""
    if isinstance(event, MembershipChanged):
        await copies.on_membership_changed(session, event, envelope)
    if isinstance(event, AbsenceChanged):
        await copies.on_absence_changed(session, event, envelope)
    await service.append(session, event, envelope)


HANDLERS: Handlers = {None: on_event}
