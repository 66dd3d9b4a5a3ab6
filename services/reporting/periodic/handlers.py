"""What owners tell of things that reports cite, kept as it was told (Cited), beside what the projections make of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from google.type.date_pb2 import Date
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.assignment.v1 import assignment_pb2
from ykcd.assignment.v1 import event_pb2 as assignment
from ykcd.deadline.v1 import event_pb2 as deadline
from ykcd.directive.v1 import event_pb2 as directive
from ykcd.event.v1.envelope_pb2 import Envelope

from kit.clock import local_date
from kit.dates import to_date, to_time
from kit.events import Handler, Handlers, carrying
from kit.ids import optional_uuid
from services.reporting.periodic.model import Cited, Kind


async def keep(session: AsyncSession, envelope: Envelope, *, kind: int, id: str, facts: Mapping[str, Any], around: str = "") -> None:
    """Each version once."""
    row = {"kind": kind, "id": UUID(id), "version": envelope.aggregate_version, "told_time": to_time(envelope.time)}
    statement = insert(Cited).values(around=optional_uuid(around), facts=dict(facts), **row)
    await session.execute(statement.on_conflict_do_nothing())


async def on_obstacle(session: AsyncSession, event: Any, envelope: Envelope) -> None:
    """Đ8.1.b: difficulty, cause and proposals."""
    told = event.obstacle
    facts = {name: getattr(told, name) for name in ("state", "difficulty", "cause", "proposal", "office_proposal", "direction")}
    await keep(session, envelope, kind=Kind.OBSTACLE, id=told.id, around=told.assignment_id, facts=facts)


async def on_notice(session: AsyncSession, event: Any, envelope: Envelope) -> None:
    """Đ8.1.e: its number and day; a proposal has none."""
    told = event.notice
    facts = {
        "deadline_cycle": told.deadline_cycle,
        "ordinal": told.ordinal,
        "number": told.number,
        "issue_date": day_of(told.issue_time) if told.HasField("issue_time") else None,
    }
    await keep(session, envelope, kind=Kind.NOTICE, id=told.id, around=told.assignment_id, facts=facts)


async def on_escalation(session: AsyncSession, event: Any, envelope: Envelope) -> None:
    """Đ8.1.e: the report to the Chairman and what he directed."""
    told = event.escalation
    facts = {"report_date": date_in(told, "report_date"), "direction_text": told.direction_text}
    await keep(session, envelope, kind=Kind.ESCALATION, id=told.id, around=told.assignment_id, facts=facts)


async def on_programme_item(session: AsyncSession, event: directive.ProgrammeItemChanged, envelope: Envelope) -> None:
    """Đ9.2."""
    told = event.item
    names = ("year", "month", "ordinal", "content", "lead_unit_id", "submitted_to", "state", "result")
    facts = {**{name: getattr(told, name) for name in names}, "completed_on": date_in(told, "completed_on")}
    await keep(session, envelope, kind=Kind.PROGRAMME_ITEM, id=told.id, facts=facts)


async def on_unit(session: AsyncSession, event: directive.UnitChanged, envelope: Envelope) -> None:
    """D12: what it is, from when to when."""
    told = event.unit
    facts = {"kind": told.kind, "valid_from": date_in(told, "valid_from"), "valid_to": date_in(told, "valid_to"), "code": told.code}
    await keep(session, envelope, kind=Kind.UNIT, id=told.id, facts=facts)


async def on_assignment(session: AsyncSession, event: Any, envelope: Envelope) -> None:
    """The days of its approved extensions and requested returns; most assignments have none."""
    told = event.assignment
    approved = assignment_pb2.EXTENSION_STATE_APPROVED
    facts = {
        "extensions": [day_of(asked.decide_time) for asked in told.extensions if asked.state == approved],
        "returns": [day_of(act.time) for act in told.history if act.action == assignment_pb2.ACTION_REQUEST_RETURN],
    }
    if any(facts.values()):
        await keep(session, envelope, kind=Kind.HANDLING, id=told.id, around=told.id, facts=facts)


def date_in(message: Message, field: str) -> str | None:
    """As JSON has it; None where it's absent."""
    value: Date = getattr(message, field)
    return to_date(value, field).isoformat() if message.HasField(field) else None


def day_of(time: Timestamp) -> str:
    """In Huế."""
    moment: datetime = to_time(time)
    return local_date(moment).isoformat()


_OWN: Handlers = {
    assignment.ObstacleChanged: on_obstacle,
    **dict.fromkeys(carrying(deadline, "notice"), on_notice),
    **dict.fromkeys(carrying(deadline, "escalation"), on_escalation),
    directive.ProgrammeItemChanged: on_programme_item,
    directive.UnitChanged: on_unit,
    **dict.fromkeys(carrying(assignment, "assignment"), on_assignment),
}


def beside(projections: Handlers) -> Handlers:
    """The projections' handlers, and these after them."""
    return {**projections, **{kind: chained(projections.get(kind), own) for kind, own in _OWN.items()}}


def chained(first: Handler | None, then: Handler) -> Handler:
    """One after the other."""
    if first is None:
        return then

    async def both(session: AsyncSession, event: Any, envelope: Envelope) -> None:
        await first(session, event, envelope)
        await then(session, event, envelope)

    return both
