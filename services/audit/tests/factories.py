"""Events and people for this service's tests."""

from typing import Any
from uuid import UUID, uuid4

from google.protobuf.message import Message
from ykcd.directive.v1 import registry_pb2
from ykcd.directive.v1.event_pb2 import UnitChanged
from ykcd.event.v1.envelope_pb2 import AccessDenied, ActorRef, Envelope

from kit import db
from kit.dates import from_time
from kit.testing.stack import Person, Stack

OFFICE, STNMT, SYT, SNV = (uuid4() for _ in range(4))

OFFICE_LEADER = Person(OFFICE, ["office_leader"], "Phan Đức Thuận")
ADMINISTRATOR = Person(OFFICE, ["administrator"], "Cao Quản")
AN = Person(OFFICE, ["specialist"], "Nguyễn Văn An")
STNMT_LEADER = Person(STNMT, ["unit_leader"], "Lê Quang")
STNMT_OFFICER = Person(STNMT, ["officer"], "Hồ Văn Bé")
SYT_LEADER = Person(SYT, ["unit_leader"], "Đỗ Hà")
EVALUATOR = Person(SNV, ["evaluator"], "Mai Hòa")
OPERATOR = Person(OFFICE, ["operator"], "Hồ Kỹ")
PEOPLE = (OFFICE_LEADER, ADMINISTRATOR, AN, STNMT_LEADER, STNMT_OFFICER, SYT_LEADER, EVALUATOR, OPERATOR)


def unit_changed(name: str = "Sở Y tế") -> UnitChanged:
    """Any event will do."""
    return UnitChanged(unit=registry_pb2.Unit(id=str(uuid4()), code="syt", name=name))


def denied() -> AccessDenied:
    """A refused access."""
    return AccessDenied(method="GetDirective", reason="NOT_FOUND", target_id=str(uuid4()))


async def log(stack: Stack, event: Message, actor: Person | None = None, aggregate_id: UUID | None = None, **more: Any) -> UUID:
    """Delivers `event` as done by `actor`; the event's id. Stack.deliver knows no actor."""
    event_id = more.pop("event_id", None) or db.new_id()
    who = ActorRef(person_id=str(actor.id), unit_id=str(actor.unit_id), roles=actor.roles, name=actor.name) if actor else ActorRef()
    values = {"aggregate_version": 1, "source": "directive", **more}
    envelope = Envelope(event_id=str(event_id), aggregate_id=str(aggregate_id or uuid4()), actor=who, **values)
    envelope.time.CopyFrom(from_time(stack.runtime.clock()))
    envelope.payload.Pack(event)
    await stack.apply(envelope)
    return event_id
