"""Others' events that this service applies."""

from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.assignment.v1 import event_pb2
from ykcd.directive.v1.event_pb2 import AbsenceChanged, MembershipChanged, UnitChanged
from ykcd.event.v1.envelope_pb2 import Envelope

from kit import copies
from kit.dates import optional_date, to_date
from kit.events import Handlers, carrying
from services.deadline.model import Unit
from services.deadline.service import clocks


async def on_assignment(session: AsyncSession, event: Any, _envelope: Envelope) -> None:
    """Each carries the whole assignment, so one handler follows them all."""
    await clocks.follow(session, event.assignment)


async def on_unit_changed(session: AsyncSession, event: UnitChanged, _envelope: Envelope) -> None:
    """Keeps the highest version of each unit."""
    unit = event.unit
    days = {"valid_from": to_date(unit.valid_from, "valid_from"), "valid_to": optional_date(unit, "valid_to")}
    values = {"id": UUID(unit.id), "version": unit.version, **days}
    statement = upsert(Unit).values(values)
    await session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values, where=Unit.version < unit.version))


HANDLERS: Handlers = {
    **dict.fromkeys(carrying(event_pb2, "assignment"), on_assignment),
    MembershipChanged: copies.on_membership_changed,
    AbsenceChanged: copies.on_absence_changed,
    UnitChanged: on_unit_changed,
}
