"""Inspections by their own door: the Office's of units, and a unit's own."""

from uuid import uuid4

import grpc
import pytest
from ykcd.assignment.v1 import assignment_pb2, assignment_pb2_grpc, event_pb2, inspection_pb2_grpc
from ykcd.assignment.v1 import inspection_pb2 as pb

from kit.testing.stack import Person, Stack
from services.assignment.tests import factories as make
from services.assignment.tests.beside import ADMINISTRATOR, CHAIRMAN, denied, forbidden, lines, refused_elsewhere, rows_seen
from services.assignment.tests.factories import (
    AN,
    BINH,
    CLERK,
    EVALUATOR,
    FOCAL,
    LEADER,
    OFFICE_LEADER,
    OFFICER,
    OPERATOR,
    SYT_LEADER,
    ask,
    day,
)

PERIODIC, AD_HOC, INTERNAL = pb.INSPECTION_KIND_PERIODIC, pb.INSPECTION_KIND_AD_HOC, pb.INSPECTION_KIND_INTERNAL
PLANNED, VISITED, CONCLUDED, CLOSED, CANCELLED = (
    pb.INSPECTION_STATE_PLANNED,
    pb.INSPECTION_STATE_VISITED,
    pb.INSPECTION_STATE_CONCLUDED,
    pb.INSPECTION_STATE_CLOSED,
    pb.INSPECTION_STATE_CANCELLED,
)
DECISION = assignment_pb2.Decision(number="812/QĐ-UBND", signer="Nguyễn Văn Chủ")
WAYS = {
    PLANNED: [],
    VISITED: ["RecordFindings"],
    CONCLUDED: ["RecordFindings", "ConcludeInspection"],
    CLOSED: ["RecordFindings", "ConcludeInspection", "CloseInspection"],
    CANCELLED: ["CancelInspection"],
}
FROM = {
    "RecordFindings": {PLANNED, VISITED},
    "ConcludeInspection": {VISITED},
    "CloseInspection": {CONCLUDED},
    "CancelInspection": {PLANNED, VISITED},
}


@pytest.fixture
def stub(stack: Stack) -> inspection_pb2_grpc.InspectionServiceStub:
    return inspection_pb2_grpc.InspectionServiceStub(stack.channel)


def plan(kind: int = PERIODIC, **more: object) -> pb.PlanInspectionRequest:
    """Of Sở TNMT, Monday to Tuesday next."""
    values = {
        "unit_id": str(make.STNMT),
        "title": "Kiểm tra việc thực hiện nhiệm vụ quý II",
        "plan": "Làm việc tại sở, xem hồ sơ.",
        "visit_from": day(2025, 4, 28),
        "visit_to": day(2025, 4, 29),
        "decision": None if kind == INTERNAL else DECISION,
    }
    return pb.PlanInspectionRequest(request_id=str(uuid4()), kind=kind, **{**values, **more})


def writes(id: str, version: int = 1) -> dict[str, object]:
    concluding = {"conclusions": "Thực hiện tốt.", "evaluation": pb.EVALUATION_GOOD, "decision": DECISION}
    return {
        "RecordFindings": ask(pb.RecordFindingsRequest, id, version, visited_on=day(2025, 4, 24), findings="Hồ sơ đầy đủ."),
        "ConcludeInspection": ask(pb.ConcludeInspectionRequest, id, version, **concluding),
        "CloseInspection": ask(pb.CloseInspectionRequest, id, version, note="Đã xong."),
        "CancelInspection": ask(pb.CancelInspectionRequest, id, version, reason="Trùng lịch."),
    }


def all_requests(id: str) -> dict[str, object]:
    reads = {"GetInspection": pb.GetInspectionRequest(id=id), "ListInspections": pb.ListInspectionsRequest()}
    return {"PlanInspection": plan(), **writes(id), **reads}


async def planned(stack: Stack, stub, *names: str, kind: int = PERIODIC, person: Person = AN) -> pb.Inspection:
    """A new inspection after these acts of its planner's."""
    current = await stack.call(stub.PlanInspection, plan(kind), person)
    for name in names:
        current = await stack.call(getattr(stub, name), writes(current.id, current.version)[name], person)
    return current


def test_every_rpc_is_tried() -> None:
    methods = pb.DESCRIPTOR.services_by_name["InspectionService"].methods
    assert sorted(method.name for method in methods) == sorted(all_requests(""))


@pytest.mark.parametrize("name", all_requests(""))
async def test_a_stranger_is_refused(stack: Stack, stub, name: str) -> None:
    await denied(stack, getattr(stub, name), all_requests(str(uuid4()))[name], None, "TOKEN_MISSING")


@pytest.mark.article("Đ8.1.c")
async def test_from_the_plan_to_the_tasks_that_follow(stack: Stack, stub, clock) -> None:
    """Đ8.1.c: plan, visit, findings, conclusions with evaluation, follow-up tasks; each step one version and one full snapshot."""
    id = await make.sent(stack)
    assignments = assignment_pb2_grpc.AssignmentServiceStub(stack.channel)
    task_id = (await stack.call(assignments.GetAssignment, assignment_pb2.GetAssignmentRequest(id=id), AN)).task_id
    current = await stack.call(stub.PlanInspection, plan(AD_HOC, assignment_ids=[id]), AN)
    assert (current.state, current.kind, list(current.assignment_ids)) == (PLANNED, AD_HOC, [id])
    assert (current.owner_unit_id, current.unit_id, current.decision) == (str(make.OFFICE), str(make.STNMT), DECISION)
    assert (current.visit_from, current.visit_to) == (day(2025, 4, 28), day(2025, 4, 29))
    clock.advance(days=4)
    current = await stack.call(stub.RecordFindings, writes(current.id, 1)["RecordFindings"], AN)
    better = ask(pb.RecordFindingsRequest, current.id, 2, visited_on=day(2025, 4, 28), findings="Thiếu một hồ sơ.")
    current = await stack.call(stub.RecordFindings, better, AN)
    assert (current.findings, current.visited_on, current.state) == ("Thiếu một hồ sơ.", day(2025, 4, 28), VISITED)
    current = await stack.call(stub.ConcludeInspection, writes(current.id, 3)["ConcludeInspection"], OFFICE_LEADER)
    assert (current.conclusions, current.evaluation) == ("Thực hiện tốt.", pb.EVALUATION_GOOD)
    assert current.conclusion_decision == DECISION
    closing = ask(pb.CloseInspectionRequest, current.id, 4, follow_up_task_ids=[task_id], note="Đã giao việc.")
    current = await stack.call(stub.CloseInspection, closing, AN)
    assert (current.state, list(current.follow_up_task_ids), current.closing_note) == (CLOSED, [task_id], "Đã giao việc.")
    assert not current.allowed_verbs
    assert lines(current) == [
        ("plan", "Làm việc tại sở, xem hồ sơ.", AN.name, 1),
        ("record", "Hồ sơ đầy đủ.", AN.name, 2),
        ("record", "Thiếu một hồ sơ.", AN.name, 3),
        ("conclude", "Thực hiện tốt.", OFFICE_LEADER.name, 4),
        ("close", "Đã giao việc.", AN.name, 5),
    ]
    told = await stack.events(event_pb2.InspectionChanged)
    assert [(envelope.aggregate_id, envelope.aggregate_version) for envelope, _ in told] == [(current.id, v) for v in range(1, 6)]
    assert told[-1][1].inspection == current


@pytest.mark.article("Đ8.1.c")
async def test_the_office_inspects_by_its_specialists_and_leaders(stack: Stack, stub) -> None:
    for person in (LEADER, FOCAL, CHAIRMAN, CLERK, EVALUATOR, OPERATOR, ADMINISTRATOR):
        await denied(stack, stub.PlanInspection, plan(), person, "ROLE_REQUIRED")
    inspection = await planned(stack, stub)
    assert inspection.allowed_verbs == ["record", "cancel"]
    for name, request in writes(inspection.id).items():
        await denied(stack, getattr(stub, name), request, SYT_LEADER, "NOT_FOUND")
        await denied(stack, getattr(stub, name), request, LEADER, "OFFICE_INSPECTION")
        for person in (FOCAL, CHAIRMAN, CLERK, EVALUATOR, OPERATOR, ADMINISTRATOR):
            await denied(stack, getattr(stub, name), request, person, "ROLE_REQUIRED")
    assert (await stack.call(stub.RecordFindings, writes(inspection.id)["RecordFindings"], BINH)).state == VISITED


@pytest.mark.article("Đ8.2.2")
async def test_a_unit_inspects_itself_and_the_office_isnt_shown(stack: Stack, stub) -> None:
    """Đ8.2: without a decision of the province, by the unit's leader, for the own unit."""
    for person in (OFFICER, FOCAL, AN, OFFICE_LEADER):
        await denied(stack, stub.PlanInspection, plan(INTERNAL), person, "ROLE_REQUIRED")
    await denied(stack, stub.PlanInspection, plan(INTERNAL), SYT_LEADER, "OTHER_UNIT")
    current = await planned(stack, stub, kind=INTERNAL, person=LEADER)
    assert (current.owner_unit_id, current.unit_id, current.HasField("decision")) == (str(make.STNMT), str(make.STNMT), False)
    get = pb.GetInspectionRequest(id=current.id)
    for person in (AN, OFFICE_LEADER, CHAIRMAN, CLERK, SYT_LEADER, EVALUATOR):
        await denied(stack, stub.GetInspection, get, person, "NOT_FOUND")
        assert not (await stack.call(stub.ListInspections, pb.ListInspectionsRequest(), person)).inspections
    assert (await stack.call(stub.GetInspection, get, OFFICER)).allowed_verbs == []
    for name in ("RecordFindings", "ConcludeInspection", "CloseInspection"):
        request = writes(current.id, current.version)[name]
        await denied(stack, getattr(stub, name), request, OFFICE_LEADER, "NOT_FOUND")
        if name == "ConcludeInspection":
            request.ClearField("decision")
        current = await stack.call(getattr(stub, name), request, LEADER)
    assert (current.state, current.HasField("conclusion_decision")) == (CLOSED, False)


@pytest.mark.parametrize("state", WAYS)
async def test_in_each_state_what_isnt_allowed_is_refused(stack: Stack, stub, state: int) -> None:
    current = await planned(stack, stub, *WAYS[state])
    assert current.state == state
    await refused_elsewhere(stack, stub, current, FROM, writes, dict.fromkeys(FROM, AN))


@pytest.mark.parametrize("name", FROM)
async def test_a_stale_version_is_refused_and_a_repeated_request_has_one_effect(stack: Stack, stub, name: str) -> None:
    way = {"ConcludeInspection": WAYS[VISITED], "CloseInspection": WAYS[CONCLUDED]}.get(name, [])
    current = await planned(stack, stub, *way)
    error = await stack.refused(getattr(stub, name), writes(current.id, current.version + 1)[name], AN)
    assert (error.code, error.reason) == (grpc.StatusCode.ABORTED, "STALE_VERSION")
    request = writes(current.id, current.version)[name]
    first, second = [await stack.call(getattr(stub, name), request, AN) for _ in range(2)]
    assert first == second
    assert len(await stack.events(event_pb2.InspectionChanged)) == current.version + 1


async def test_the_same_plan_sent_twice_is_one(stack: Stack, stub) -> None:
    request = plan()
    first, second = [await stack.call(stub.PlanInspection, request, AN) for _ in range(2)]
    assert first == second
    assert len(await stack.events(event_pb2.InspectionChanged)) == 1


@pytest.mark.article("Đ8.1.c")
@pytest.mark.parametrize(
    ("more", "fields"),
    [
        ({"decision": None}, ["decision"]),
        ({"visit_to": day(2025, 4, 27)}, ["visit_to"]),
        ({"visit_from": day(2025, 2, 30)}, ["visit_from"]),
        ({"title": " "}, ["title"]),
        ({"kind": 0}, ["kind"]),
        ({"assignment_ids": [str(uuid4())]}, ["assignment_ids[0]"]),
        ({"unit_id": str(uuid4())}, ["unit_id"]),
    ],
    ids=lambda value: str(next(iter(value))),
)
async def test_wrong_fields_of_a_plan_are_named(stack: Stack, stub, more: dict[str, object], fields: list[str]) -> None:
    error = await stack.refused(stub.PlanInspection, plan(**{"kind": PERIODIC, **more}), AN)
    assert (error.code, error.fields) == (grpc.StatusCode.INVALID_ARGUMENT, fields)
    assert not await stack.events(event_pb2.InspectionChanged)


@pytest.mark.article("Đ8.1.c")
async def test_an_inspection_looks_at_the_units_own_tasks_and_follows_known_ones(stack: Stack, stub) -> None:
    others = await make.sent(stack, make.part(make.SYT))
    error = await stack.refused(stub.PlanInspection, plan(assignment_ids=[others]), AN)
    assert error.fields == ["assignment_ids[0]"]
    concluded = await planned(stack, stub, *WAYS[CONCLUDED])
    closing = ask(pb.CloseInspectionRequest, concluded.id, concluded.version, follow_up_task_ids=[str(uuid4())])
    assert (await stack.refused(stub.CloseInspection, closing, AN)).fields == ["follow_up_task_ids[0]"]


async def test_a_visit_in_the_future_and_a_conclusion_without_its_decision_are_refused(stack: Stack, stub) -> None:
    """Today is 24/04/2025."""
    current = await planned(stack, stub)
    early = ask(pb.RecordFindingsRequest, current.id, 1, visited_on=day(2025, 4, 25), findings="Tốt.")
    assert (await stack.refused(stub.RecordFindings, early, AN)).fields == ["visited_on"]
    await stack.call(stub.RecordFindings, writes(current.id)["RecordFindings"], AN)
    bare = ask(pb.ConcludeInspectionRequest, current.id, 2, conclusions="Tốt.", evaluation=pb.EVALUATION_GOOD)
    assert (await stack.refused(stub.ConcludeInspection, bare, AN)).fields == ["decision"]
    unjudged = ask(pb.ConcludeInspectionRequest, current.id, 2, conclusions="Tốt.", decision=DECISION)
    assert (await stack.refused(stub.ConcludeInspection, unjudged, AN)).fields == ["evaluation"]


async def test_however_much_is_written_it_goes_on_and_the_oldest_lines_are_left_out_of_the_event(stack: Stack, stub) -> None:
    current = await planned(stack, stub)
    for version in range(1, 19):
        findings = ask(pb.RecordFindingsRequest, current.id, version, visited_on=day(2025, 4, 24), findings="ờ" * 10_000)
        current = await stack.call(stub.RecordFindings, findings, AN)
    told = (await stack.events(event_pb2.InspectionChanged))[-1][1].inspection
    assert (len(current.history), current.version, told.history[-1].version) == (19, 19, 19)
    assert 0 < len(told.history) < 19


@pytest.mark.article("D13")
async def test_a_unit_sees_those_of_itself(stack: Stack, stub) -> None:
    mine = await planned(stack, stub)
    for person in (LEADER, OFFICER, CLERK, CHAIRMAN, OFFICE_LEADER):
        assert (await stack.call(stub.GetInspection, pb.GetInspectionRequest(id=mine.id), person)).history == mine.history
        (listed,) = (await stack.call(stub.ListInspections, pb.ListInspectionsRequest(), person)).inspections
        assert (listed.id, len(listed.history)) == (mine.id, 0)
    for person in (SYT_LEADER, EVALUATOR, OPERATOR, ADMINISTRATOR):
        await denied(stack, stub.GetInspection, pb.GetInspectionRequest(id=mine.id), person, "NOT_FOUND")
        assert not (await stack.call(stub.ListInspections, pb.ListInspectionsRequest(), person)).inspections


async def test_lists_are_paged_newest_change_first_and_filters_hold(stack: Stack, stub, clock) -> None:
    made = []
    for _ in range(3):
        made.append(await planned(stack, stub))
        clock.advance(seconds=1)
    await stack.call(stub.CancelInspection, writes(made[0].id)["CancelInspection"], AN)
    first = await stack.call(stub.ListInspections, pb.ListInspectionsRequest(page_size=2), AN)
    again = pb.ListInspectionsRequest(page_size=2, page_token=first.next_page_token)
    second = await stack.call(stub.ListInspections, again, AN)
    assert [item.id for item in (*first.inspections, *second.inspections)] == [made[0].id, made[2].id, made[1].id]
    assert not second.next_page_token
    for query, ids in (
        (pb.ListInspectionsRequest(states=[CANCELLED]), [made[0].id]),
        (pb.ListInspectionsRequest(unit_id=str(make.SYT)), []),
    ):
        assert [item.id for item in (await stack.call(stub.ListInspections, query, AN)).inspections] == ids


@pytest.mark.article("D13", "Đ8.2.2")
async def test_the_database_alone_gives_each_his_own(stack: Stack, stub) -> None:
    await planned(stack, stub)
    await planned(stack, stub, kind=INTERNAL, person=LEADER)
    for person, count in ((AN, 1), (OFFICER, 2), (SYT_LEADER, 0), (EVALUATOR, 0), (ADMINISTRATOR, 0)):
        assert (person.name, await rows_seen(stack, person, "inspection", "act")) == (person.name, [count, count])
    await forbidden(stack, LEADER, "UPDATE inspection SET findings = 'Tốt' WHERE kind <> 3", "row-level security")
