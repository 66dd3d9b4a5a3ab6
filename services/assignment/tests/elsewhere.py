"""Decisions made elsewhere, as they are told here: documents amended and ended, units dissolved, escalations directed."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from google.protobuf.message import Message
from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.deadline.v1 import event_pb2 as deadline
from ykcd.deadline.v1 import urging_pb2
from ykcd.directive.v1 import directive_pb2, people_pb2
from ykcd.directive.v1 import event_pb2 as directive
from ykcd.directive.v1.registry_pb2 import Successor

from kit.dates import from_time
from kit.testing.stack import Person, Stack
from services.assignment.tests import factories as make
from services.assignment.tests.factories import AN, LEADER, OFFICE_LEADER, ask, day

LATER = day(2025, 6, 16)
AMENDED = datetime(2025, 4, 24, 1, 30, tzinfo=UTC)


async def get(stack: Stack, stub, id: str, person: Person = OFFICE_LEADER) -> pb.Assignment:
    """As it stands."""
    return await stack.call(stub.GetAssignment, pb.GetAssignmentRequest(id=id), person)


async def published(stack: Stack, *tasks: directive_pb2.Task) -> directive_pb2.Directive:
    """Its assignments were sent."""
    event = make.published(*tasks)
    await stack.deliver(event, event.directive.id, 2)
    return event.directive


def changed(told: directive_pb2.Directive, kind: type[Message], reason: str = "Điều chỉnh nhiệm vụ.") -> Message:
    """The event that tells this change of the document."""
    document = directive_pb2.ChangingDocument(code="75/QĐ-UBND", issue_date=day(2025, 4, 23), signer="Nguyễn Văn Phương")
    told.version += 1
    told.changes.add(reason=reason, document=document, time=from_time(AMENDED))
    return kind(directive=told)


async def twice(stack: Stack, event: Message, id: str, version: int = 3) -> int:
    """Delivers it two times; how many events that told."""
    before = len(await stack.events())
    event_id = await stack.deliver(event, id, version)
    after = len(await stack.events())
    await stack.deliver(event, id, version, event_id=event_id)
    assert len(await stack.events()) == after
    return after - before


async def verified(stack: Stack, stub, id: str) -> None:
    """From SENT on."""
    await stack.call(stub.AcceptAssignment, ask(pb.AcceptAssignmentRequest, id), LEADER)
    await stack.call(stub.ReportDone, make.done(id), LEADER)
    await stack.call(stub.VerifyAssignment, ask(pb.VerifyAssignmentRequest, id, 3), AN)


async def extended(stack: Stack, stub, id: str, version: int = 1) -> None:
    """By a month."""
    wanted = ask(pb.RequestExtensionRequest, id, version, new_due_date=day(2025, 5, 30), reason="Chờ số liệu.")
    await stack.call(stub.RequestExtension, wanted, LEADER)
    approval = ask(pb.DecideExtensionRequest, id, version + 1, approved=True, decision=make.DECISION)
    await stack.call(stub.DecideExtension, approval, OFFICE_LEADER)


def dissolved(*successors: Successor, unit: UUID = make.STNMT) -> directive.UnitDissolved:
    """By a decision that an Office leader confirmed."""
    told = people_pb2.UnitDissolution(id=str(uuid4()), version=2, unit_id=str(unit), valid_to=day(2025, 6, 30), successors=successors)
    told.decision_number, told.confirmed_by_name = "1675/NQ-UBTVQH15", "Phan Đức Thuận"
    return directive.UnitDissolved(dissolution=told)


def successor(unit: UUID, field: str = "") -> Successor:
    """Of a field, or of all others."""
    return Successor(unit_id=str(unit), field_id=field)


def directed(id: str, name: str, *, new_specialist_id: str = "", **more: object) -> deadline.EscalationDirected:
    """By the Chairman, in the first cycle."""
    direction = urging_pb2.EscalationDirection.Value(f"ESCALATION_DIRECTION_{name}")
    about = {
        "id": str(uuid4()),
        "version": 3,
        "direction_text": "Theo chỉ đạo của Chủ tịch.",
        "deadline_cycle": 1,
        "directed_cycle": 1,
        "decision": make.DECISION,
    }
    escalation = urging_pb2.Escalation(assignment_id=id, direction=direction, **about, **more)
    return deadline.EscalationDirected(escalation=escalation, new_specialist_id=new_specialist_id)
