"""Sở Nội vụ reads the year's figures and changes nothing; a unit's own division of work is its own (example 29)."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import grpc
import protovalidate
import pytest
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.text_format import MessageToString
from google.type.date_pb2 import Date
from ykcd.assignment.v1 import assignment_pb2_grpc
from ykcd.assignment.v1.assignment_pb2 import GetAssignmentRequest, GetTaskRequest, ListAssignmentsRequest
from ykcd.assignment.v1.event_pb2 import EvidenceDownloaded
from ykcd.directive.v1 import people_pb2, people_pb2_grpc, programme_pb2, programme_pb2_grpc
from ykcd.directive.v1.directive_pb2 import SECRECY_NORMAL
from ykcd.reporting.v1.report_pb2 import PERIOD_KIND_MONTH, ReportPeriod

from gateway.tests.test_flow import act, publish, report
from gateway.tests.world import AN, EVALUATOR, OFFICER, SNV, STNMT_LEADER, SYT, SYT_LEADER, World
from kit.testing.stack import Person, Stack

# His own inbox, and that he was here: no affair of the platform's.
OWN = {"MarkRead", "NoteAccess"}
DATE = Date(year=2025, month=4, day=24)
MARCH = ReportPeriod(kind=PERIOD_KIND_MONTH, year=2025, number=3)
MANY = 60


def writes(stack: Stack) -> Iterator[tuple[str, MethodDescriptor]]:
    """Every RPC of the service that changes something, as its request says: it carries a request_id, or is a stream."""
    for _, _, name in stack.app.servicers:
        for method in descriptor_pool.Default().FindServiceByName(name).methods:
            if (method.client_streaming or "request_id" in method.input_type.fields_by_name) and method.name not in OWN:
                yield f"/{name}/{method.name}", method


def well_formed(kind: type[Message]) -> Message:
    """The least that the rules in its .proto let through."""
    made: Any = kind()
    if "header" in kind.DESCRIPTOR.fields_by_name:
        made.header.SetInParent()
    while violations := protovalidate.collect_violations(made):
        for violation in violations:
            *above, last = violation.proto.field.elements
            part = made
            for element in above:
                part = getattr(part, element.field_name)
                part = part if element.subscript is None else part[element.subscript.value]
            _mend(part, last.field_name, violation.proto.rule_id, violation.rule_value)
    return made


def _mend(part: Any, name: str, rule: str, value: Any) -> None:
    given = getattr(part, name)
    if rule == "repeated.min_items":
        given.add()
    elif isinstance(given, Message):
        given.CopyFrom(DATE if isinstance(given, Date) else type(given)())
    elif rule == "enum.defined_only":
        setattr(part, name, part.DESCRIPTOR.fields_by_name[name].enum_type.values[-1].number)
    elif "uuid" in rule:
        setattr(part, name, str(uuid4()))
    elif isinstance(given, str | bytes):
        setattr(part, name, type(given)(b"1" * 64) if isinstance(given, bytes) else "1" * (1 if rule == "string.min_len" else 64))
    else:
        setattr(part, name, value[0] if rule == "enum.in" else max(value, 1) if isinstance(value, int) else 1)


async def targets(world: World) -> dict[str, str]:
    """What is looked up before anybody's role is: ids by the RPC's name."""
    stack = world.stacks["directive"]
    leader, away, here = (Person(SNV, [role]) for role in ("unit_leader", "officer", "officer"))
    await stack.add(leader, away, here)
    item = well_formed(programme_pb2.PutProgrammeItemRequest)
    item.lead_unit_id = str(SNV)
    item = await stack.call(programme_pb2_grpc.ProgrammeServiceStub(stack.channel).PutProgrammeItem, item, AN)
    absence = well_formed(people_pb2.PutAbsenceRequest)
    absence.person_id, absence.deputy_id = str(away.id), str(here.id)
    absence = await stack.call(people_pb2_grpc.PeopleServiceStub(stack.channel).PutAbsence, absence, leader)
    return {"RecordProgrammeResult": item.id, "CancelAbsence": absence.id}


@pytest.mark.article("Đ12.3", "§6.29")
async def test_the_evaluator_changes_nothing_anywhere(world: World) -> None:
    """Đ12.3, example 29: every write of every service is PERMISSION_DENIED, by the services' own doors."""
    found, met = await targets(world), {}
    for stack in world.stacks.values():
        for path, method in writes(stack):
            kind, answer = GetMessageClass(method.input_type), GetMessageClass(method.output_type)
            request: Any = well_formed(kind)
            if "directive" in kind.DESCRIPTOR.fields_by_name:
                request.directive.secrecy = SECRECY_NORMAL
            if "period" in kind.DESCRIPTOR.fields_by_name:
                request.period.CopyFrom(MARCH)
            if method.name in found:
                request.id = found[method.name]
            make = stack.channel.stream_unary if method.client_streaming else stack.channel.unary_unary
            rpc = make(path, kind.SerializeToString, answer.FromString)
            refused = await stack.refused(rpc, iter([request]) if method.client_streaming else request, EVALUATOR)  # type: ignore[arg-type]
            met[method.name] = refused.code, refused.reason
    assert len(met) > MANY
    assert {name: answer for name, answer in met.items() if answer != (grpc.StatusCode.PERMISSION_DENIED, "ROLE_REQUIRED")} == {}


@pytest.mark.article("Đ12.3", "§6.29")
async def test_the_evaluator_reads_figures_and_opens_no_file(world: World) -> None:
    """Đ12.3, example 29."""
    _, assignment = await publish(world)
    await act(world, STNMT_LEADER, assignment, "accept")
    await report(world, assignment)
    file = (await (await world.browser(AN)).get(f"/assignments/{assignment}")).text.split(f"{assignment}/evidence/")[1].split('"')[0]
    evaluator = await world.browser(EVALUATOR)
    figures = (await evaluator.get("/summary")).text
    assert "Sở Tài nguyên và Môi trường" in figures
    assert (await evaluator.get(f"/assignments/{assignment}")).status_code == 404
    assert (await evaluator.get(f"/assignments/{assignment}/evidence/{file}")).status_code == 404
    assert not await world.stacks["assignment"].events(EvidenceDownloaded)


@pytest.mark.article("Đ8.2.1", "D13", "§6.29")
async def test_no_unit_reads_how_another_divides_its_work(world: World) -> None:
    """Annex III, example 29: not even a unit of the same task."""
    directive, assignment = await publish(world, **{"tasks-0-coordinating": str(SYT)})
    await act(world, STNMT_LEADER, assignment, "accept")
    given = {"leader_id": str(STNMT_LEADER.id), "officer_ids": [str(OFFICER.id)], "note": "Ưu tiên hồ sơ ở Phú Lộc"}
    assert (await act(world, STNMT_LEADER, assignment, "delegate", given)).status_code == 303
    stack = world.stacks["assignment"]
    stub = assignment_pb2_grpc.AssignmentServiceStub(stack.channel)
    own = await stack.call(stub.GetAssignment, GetAssignmentRequest(id=assignment), STNMT_LEADER)
    assert (own.delegation.leader_id, own.delegation.note) == (given["leader_id"], given["note"])
    foreign = await stack.call(stub.GetAssignment, GetAssignmentRequest(id=assignment), SYT_LEADER)
    assert not foreign.HasField("delegation")
    task = await stack.call(stub.GetTask, GetTaskRequest(task_id=own.task_id), SYT_LEADER)
    listed = await stack.call(stub.ListAssignments, ListAssignmentsRequest(), SYT_LEADER)
    browser = await world.browser(SYT_LEADER)
    pages = [(await browser.get(page)).text for page in (f"/directives/{directive}", f"/assignments/{assignment}", "/tasks")]
    for seen in (*(MessageToString(answer, as_utf8=True) for answer in (foreign, task, listed)), *pages):
        assert OFFICER.name not in seen
        assert given["note"] not in seen
        assert str(OFFICER.id) not in seen
    assert [part.id for part in task.assignments if part.HasField("delegation")] == []
