"""The service by its own door: each RPC as a stranger, as another unit, as the right role, in each wrong state."""

from collections import Counter
from uuid import uuid4

import grpc
import pytest
from sqlalchemy import event as sql_event
from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.assignment.v1 import event_pb2
from ykcd.directive.v1.event_pb2 import AbsenceChanged
from ykcd.directive.v1.people_pb2 import Absence
from ykcd.event.v1.envelope_pb2 import AccessDenied

from kit.testing.stack import Person, Stack
from services.assignment.actions import ACTIONS
from services.assignment.service import told
from services.assignment.tests import factories as make
from services.assignment.tests.acts import EVENTS, FOLLOWING, LEADERS, RIGHT, RPCS, UNITS, WAYS, bring, reads, ready, writes
from services.assignment.tests.beside import ADMINISTRATOR
from services.assignment.tests.factories import AN, BINH, CLERK, EVALUATOR, FOCAL, LEADER, OFFICE_LEADER, OFFICER, OPERATOR, SYT_LEADER, ask


def test_every_rpc_is_tried() -> None:
    """The two streams are tried in test_evidence."""
    methods = [m.name for m in pb.DESCRIPTOR.services_by_name["AssignmentService"].methods]
    assert sorted(methods) == sorted([*writes(""), *reads(""), "UploadEvidence", "DownloadEvidence"])
    assert sorted(RPCS.values()) == sorted(writes(""))
    assert set(told.EVENTS) == set(ACTIONS)


async def test_a_stranger_is_refused(stack: Stack, stub) -> None:
    id = str(uuid4())
    for name, request in {**writes(id), **reads(id)}.items():
        error = await stack.refused(getattr(stub, name), request)
        assert (name, error.code, error.reason) == (name, grpc.StatusCode.UNAUTHENTICATED, "TOKEN_MISSING")


@pytest.mark.article("§6.29", "Đ8.1.d")
@pytest.mark.parametrize("person", [EVALUATOR, OPERATOR, CLERK, ADMINISTRATOR], ids=["evaluator", "operator", "clerk", "administrator"])
async def test_no_act_is_open_to_those_who_only_look(stack: Stack, stub, person: Person) -> None:
    """Example 29: the evaluator writes nothing, the administrator gives no verdicts; and each refusal is told to the audit log."""
    id = await make.sent(stack)
    for name, request in writes(id).items():
        error = await stack.refused(getattr(stub, name), request, person)
        assert (name, error.code, error.reason) == (name, grpc.StatusCode.PERMISSION_DENIED, "ROLE_REQUIRED")
        envelope, denied = (await stack.events())[-1]
        assert isinstance(denied, AccessDenied)
        assert (denied.method, denied.target_id, envelope.actor.person_id) == (name, id, str(person.id))


async def test_another_units_assignment_looks_like_a_missing_one(stack: Stack, stub) -> None:
    id, nobodys = await make.sent(stack), str(uuid4())
    for name in UNITS:
        foreign = await stack.refused(getattr(stub, name), writes(id)[name], SYT_LEADER)
        missing = await stack.refused(getattr(stub, name), writes(nobodys)[name], SYT_LEADER)
        assert (name, foreign.code, foreign.reason) == (name, grpc.StatusCode.NOT_FOUND, "NOT_FOUND")
        assert str(foreign.error.to_status()) == str(missing.error.to_status())


@pytest.mark.article("D13")
async def test_a_co_unit_sees_the_part_and_doesnt_touch_it(stack: Stack, stub) -> None:
    """D13."""
    id = await make.sent(stack, make.part(), make.part(make.SYT, "COORDINATING"))
    for name in UNITS:
        error = await stack.refused(getattr(stub, name), writes(id)[name], SYT_LEADER)
        assert (name, error.code, error.reason) == (name, grpc.StatusCode.PERMISSION_DENIED, "OTHER_UNIT")


@pytest.mark.article("Đ8.1.đ", "D16")
@pytest.mark.parametrize("name", FOLLOWING)
async def test_only_its_specialist_or_an_office_leader_answers_for_the_office(stack: Stack, stub, name: str) -> None:
    """Đ8.1.đ, D16."""
    current, request = await ready(stack, stub, name)
    assert (await stack.refused(getattr(stub, name), request, LEADER)).reason == "ROLE_REQUIRED"
    assert (await stack.refused(getattr(stub, name), request, BINH)).reason == "OTHER_SPECIALIST"
    assert (await stack.call(getattr(stub, name), request, OFFICE_LEADER)).version == current.version + 1


@pytest.mark.article("Đ8.1.đ", "§6.9")
async def test_the_deputy_of_an_absent_specialist_acts_for_him_and_the_owner_stays(stack: Stack, stub) -> None:
    """Đ8.1.đ, example 9; and only while the absence holds."""
    reported = await bring(stack, stub, "AcceptAssignment", "ReportDone")
    who = {"unit_id": str(make.OFFICE), "person_id": str(AN.id), "person_name": AN.name, "deputy_id": str(BINH.id)}
    days = {"first_day": make.day(2025, 4, 24), "last_day": make.day(2025, 4, 25)}
    absence = Absence(id=str(uuid4()), version=1, deputy_name=BINH.name, **who, **days)
    await stack.deliver(AbsenceChanged(absence=absence), absence.id)
    seen = await stack.call(stub.GetAssignment, pb.GetAssignmentRequest(id=reported.id), BINH)
    assert pb.ACTION_VERIFY in seen.allowed_actions
    verify = writes(reported.id, reported.version)["VerifyAssignment"]
    verified = await stack.call(stub.VerifyAssignment, verify, BINH)
    assert (verified.specialist_id, verified.history[-1].actor_name) == (str(AN.id), BINH.name)
    assert verified.history[-1].on_behalf_of_name == AN.name
    envelope, _ = (await stack.events())[-1]
    assert (envelope.actor.person_id, envelope.actor.on_behalf_of) == (str(BINH.id), str(AN.id))


@pytest.mark.parametrize("name", LEADERS)
async def test_above_the_specialist_the_offices_leaders_decide(stack: Stack, stub, name: str) -> None:
    """Regulation §4."""
    current, request = await ready(stack, stub, name)
    for person in (AN, LEADER):
        assert (await stack.refused(getattr(stub, name), request, person)).reason == "ROLE_REQUIRED"
    assert (await stack.call(getattr(stub, name), request, OFFICE_LEADER)).version == current.version + 1


@pytest.mark.parametrize("name", RPCS.values())
async def test_each_act_tells_one_event_for_each_aggregate_and_asked_twice_has_one_effect(stack: Stack, stub, name: str) -> None:
    current, request = await ready(stack, stub, name)
    action = next(action for action, rpc in RPCS.items() if rpc == name)
    assert action in (await stack.call(stub.GetAssignment, pb.GetAssignmentRequest(id=current.id), RIGHT[name])).allowed_actions
    before = len(await stack.events())
    answer = await stack.call(getattr(stub, name), request, RIGHT[name])
    assert await stack.call(getattr(stub, name), request, RIGHT[name]) == answer
    (envelope, event), *more = (await stack.events())[before:]
    assert isinstance(event, EVENTS[name])
    assert (envelope.aggregate_id, envelope.aggregate_version) == (current.id, current.version + 1) == (answer.id, answer.version)
    assert (answer.history[-1].action, answer.history[-1].version) == (action, answer.version)
    assert [type(event) for _, event in more] == ([event_pb2.AssignmentSent] if name == "ForwardAssignment" else [])
    assert all(envelope.aggregate_id != current.id for envelope, _ in more)
    request.id = await make.sent(stack)
    assert (await stack.refused(getattr(stub, name), request, RIGHT[name])).reason == "REQUEST_ID_REUSED"


@pytest.mark.parametrize(
    ("name", "person"), [("RequestReturn", FOCAL), ("DelegateAssignment", OFFICER), ("ReportDone", FOCAL), ("AcceptAssignment", OFFICER)]
)
async def test_inside_a_unit_each_role_has_its_own_acts(stack: Stack, stub, name: str, person: Person) -> None:
    """Regulation §4."""
    id = await make.sent(stack)
    assert (await stack.refused(getattr(stub, name), writes(id)[name], person)).reason == "ROLE_REQUIRED"


@pytest.mark.parametrize("state", WAYS)
async def test_in_each_state_what_isnt_allowed_is_refused_and_tells_nothing(stack: Stack, stub, state: int) -> None:
    current = await bring(stack, stub, *WAYS[state])
    assert current.state == state
    before = len(await stack.events())
    for action, name in RPCS.items():
        if state not in ACTIONS[action].from_states:
            error = await stack.refused(getattr(stub, name), writes(current.id, current.version)[name], RIGHT[name])
            assert (name, error.code, error.reason) == (name, grpc.StatusCode.FAILED_PRECONDITION, "WRONG_STATE")
    assert len(await stack.events()) == before
    again = await stack.call(stub.GetAssignment, pb.GetAssignmentRequest(id=current.id), LEADER)
    assert again.version == current.version


async def test_a_stale_version_is_refused(stack: Stack, stub) -> None:
    for name in RPCS.values():
        current, request = await ready(stack, stub, name)
        request.expected_version += 1
        error = await stack.refused(getattr(stub, name), request, RIGHT[name])
        assert (name, error.code, error.reason) == (name, grpc.StatusCode.ABORTED, "STALE_VERSION")
        assert error.error.metadata == {"version": str(current.version)}


@pytest.mark.article("Đ7.2.d")
@pytest.mark.parametrize(
    ("request_", "fields"),
    [
        (ask(pb.RequestReturnRequest, str(uuid4()), reason=""), ["reason"]),
        (ask(pb.SendBackAssignmentRequest, str(uuid4()), reason=""), ["reason"]),
        (ask(pb.ReportProgressRequest, "x", content="a" * 5001), ["id", "content"]),
        (pb.AcceptAssignmentRequest(request_id="x", id=str(uuid4())), ["request_id", "expected_version"]),
        (make.done(str(uuid4()), on=make.day(2025, 2, 30)), ["completed_on"]),
    ],
)
async def test_wrong_fields_are_named(stack: Stack, stub, request_, fields: list[str]) -> None:
    """Đ7.2.d: no return without a reason."""
    name = type(request_).__name__.removesuffix("Request")
    error = await stack.refused(getattr(stub, name), request_, LEADER)
    assert (error.code, error.fields) == (grpc.StatusCode.INVALID_ARGUMENT, fields)


@pytest.mark.parametrize("person", [EVALUATOR, OPERATOR, SYT_LEADER], ids=["evaluator", "operator", "another unit"])
async def test_a_foreign_task_looks_like_a_missing_one(stack: Stack, stub, person: Person) -> None:
    id = await make.sent(stack)
    task_id = (await stack.call(stub.GetAssignment, pb.GetAssignmentRequest(id=id), AN)).task_id
    for method, foreign, missing in (
        (stub.GetAssignment, pb.GetAssignmentRequest(id=id), pb.GetAssignmentRequest(id=str(uuid4()))),
        (stub.GetTask, pb.GetTaskRequest(task_id=task_id), pb.GetTaskRequest(task_id=str(uuid4()))),
    ):
        answers = [await stack.refused(method, request, person) for request in (foreign, missing)]
        assert str(answers[0].error.to_status()) == str(answers[1].error.to_status())
    assert not (await stack.call(stub.ListAssignments, pb.ListAssignmentsRequest(), person)).assignments


async def test_pages_follow_the_last_change_and_filters_hold(stack: Stack, stub, clock) -> None:
    ids = []
    for _ in range(3):
        ids.append(await make.sent(stack))
        clock.advance(seconds=1)
    await stack.call(stub.AcceptAssignment, writes(ids[0])["AcceptAssignment"], LEADER)
    first = await stack.call(stub.ListAssignments, pb.ListAssignmentsRequest(page_size=2), FOCAL)
    second = await stack.call(stub.ListAssignments, pb.ListAssignmentsRequest(page_size=2, page_token=first.next_page_token), FOCAL)
    assert [part.id for part in (*first.assignments, *second.assignments)] == [ids[1], ids[2], ids[0]]
    assert not second.next_page_token
    foreign = pb.ListAssignmentsRequest(page_size=2, page_token=first.next_page_token)
    assert (await stack.refused(stub.ListAssignments, foreign, AN)).reason == "PAGE_TOKEN_INVALID"
    sent_only = pb.ListAssignmentsRequest(states=[pb.ASSIGNMENT_STATE_SENT])
    assert len((await stack.call(stub.ListAssignments, sent_only, AN)).assignments) == 2


async def test_a_list_costs_the_same_number_of_queries_however_long(stack: Stack, stub) -> None:
    statements: Counter = Counter()

    def count(*_arguments: object) -> None:
        statements["now"] += 1

    sql_event.listen(stack.runtime.api.sync_engine, "before_cursor_execute", count)
    seen = []
    for size in (1, 12):
        for _ in range(size):
            await bring(stack, stub, "AcceptAssignment", "DelegateAssignment")
        statements.clear()
        await stack.call(stub.ListAssignments, pb.ListAssignmentsRequest(), LEADER)
        seen.append(statements["now"])
    assert seen[0] == seen[1] <= 9
