"""The service by its own door: each RPC as a stranger, as another unit, as the right role, in each wrong state."""

from collections import Counter
from uuid import uuid4

import grpc
import pytest
from sqlalchemy import event as sql_event
from sqlalchemy import update
from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.assignment.v1 import assignment_pb2_grpc, event_pb2
from ykcd.directive.v1.event_pb2 import AbsenceChanged
from ykcd.directive.v1.people_pb2 import Absence
from ykcd.directive.v1.registry_pb2 import Successor
from ykcd.event.v1.envelope_pb2 import AccessDenied

from kit.tables import member
from kit.testing.stack import Person, Stack
from services.assignment.__main__ import app
from services.assignment.actions import ACTIONS
from services.assignment.service import told
from services.assignment.tests import beside
from services.assignment.tests import factories as make
from services.assignment.tests.beside import ADMINISTRATOR
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
)

RPCS = {
    pb.ACTION_ACCEPT: "AcceptAssignment",
    pb.ACTION_REQUEST_RETURN: "RequestReturn",
    pb.ACTION_DELEGATE: "DelegateAssignment",
    pb.ACTION_SET_PLAN: "SetPlan",
    pb.ACTION_CONFIRM_AGGREGATOR: "ConfirmAggregator",
    pb.ACTION_REPORT_PROGRESS: "ReportProgress",
    pb.ACTION_DRAFT_REPORT: "DraftReport",
    pb.ACTION_REPORT_DONE: "ReportDone",
    pb.ACTION_WITHDRAW_REPORT: "WithdrawReport",
    pb.ACTION_RECORD_PAPER_REPORT: "RecordPaperReport",
    pb.ACTION_REQUEST_EXTENSION: "RequestExtension",
    pb.ACTION_WITHDRAW_EXTENSION: "WithdrawExtension",
    pb.ACTION_DECIDE_EXTENSION: "DecideExtension",
    pb.ACTION_REVIEW_REPORT: "ReviewReport",
    pb.ACTION_VERIFY: "VerifyAssignment",
    pb.ACTION_SEND_BACK: "SendBackAssignment",
    pb.ACTION_ADJUST: "AdjustAssignment",
    pb.ACTION_FORWARD: "ForwardAssignment",
    pb.ACTION_DENY_RETURN: "DenyReturn",
    pb.ACTION_NAME_SPECIALIST: "NameSpecialist",
    pb.ACTION_CANCEL: "CancelAssignment",
    pb.ACTION_REOPEN: "ReopenAssignment",
}
UNITS = [name for action, name in RPCS.items() if ACTIONS[action].by_unit]
FOLLOWING = [name for action, name in RPCS.items() if "specialist" in ACTIONS[action].roles]
LEADERS = [name for name in RPCS.values() if name not in (*UNITS, *FOLLOWING)]
# Somebody who holds a role of the right kind, for each act.
RIGHT = {**dict.fromkeys(UNITS, LEADER), **dict.fromkeys(FOLLOWING, AN), **dict.fromkeys(LEADERS, OFFICE_LEADER)}
EVENTS = {name: told.EVENTS[action] for action, name in RPCS.items()}
# The shortest way to each state.
WAYS = {
    pb.ASSIGNMENT_STATE_SENT: [],
    pb.ASSIGNMENT_STATE_ACCEPTED: ["AcceptAssignment"],
    pb.ASSIGNMENT_STATE_IN_PROGRESS: ["AcceptAssignment", "ReportProgress"],
    pb.ASSIGNMENT_STATE_REPORTED: ["AcceptAssignment", "ReportDone"],
    pb.ASSIGNMENT_STATE_VERIFIED: ["AcceptAssignment", "ReportDone", "VerifyAssignment"],
    pb.ASSIGNMENT_STATE_RETURN_REQUESTED: ["RequestReturn"],
    pb.ASSIGNMENT_STATE_FORWARDED: ["RequestReturn", "ForwardAssignment"],
    pb.ASSIGNMENT_STATE_CANCELLED: ["CancelAssignment"],
}
# What comes before an act so that it works, where that isn't an acceptance.
BEFORE = {
    "AcceptAssignment": [],
    "RequestReturn": [],
    "WithdrawReport": ["AcceptAssignment", "ReportDone"],
    "WithdrawExtension": ["RequestExtension"],
    "DecideExtension": ["RequestExtension"],
    "ReviewReport": ["AcceptAssignment", "ReportProgress"],
    "VerifyAssignment": ["AcceptAssignment", "ReportDone"],
    "SendBackAssignment": ["AcceptAssignment", "ReportDone"],
    "AdjustAssignment": ["RequestReturn"],
    "ForwardAssignment": ["RequestReturn"],
    "DenyReturn": ["RequestReturn"],
    "ReopenAssignment": ["AcceptAssignment", "ReportDone", "VerifyAssignment"],
}


@pytest.fixture
async def stack(serve, tmp_path) -> Stack:
    made = await serve(app, files_url=f"file://{tmp_path}/files")
    await beside.fill(made)
    return made


@pytest.fixture
def stub(stack: Stack) -> assignment_pb2_grpc.AssignmentServiceStub:
    return assignment_pb2_grpc.AssignmentServiceStub(stack.channel)


def writes(id: str, version: int = 1, report_id: str = "") -> dict[str, object]:
    """One well-formed request for each act."""
    reason, decision = "Theo chỉ đạo.", make.DECISION
    return {
        "AcceptAssignment": ask(pb.AcceptAssignmentRequest, id, version),
        "RequestReturn": ask(pb.RequestReturnRequest, id, version, reason="Không thuộc chức năng."),
        "DelegateAssignment": ask(pb.DelegateAssignmentRequest, id, version, leader_id=str(LEADER.id), officer_ids=[str(OFFICER.id)]),
        "SetPlan": ask(pb.SetPlanRequest, id, version, steps=[pb.PlanStep(content="Khảo sát", person_id=str(OFFICER.id))]),
        "ConfirmAggregator": ask(pb.ConfirmAggregatorRequest, id, version, aggregating_unit_id=str(make.SYT)),
        "ReportProgress": ask(pb.ReportProgressRequest, id, version, content="Đang rà soát."),
        "DraftReport": ask(pb.DraftReportRequest, id, version, content="Dự thảo."),
        "ReportDone": make.done(id, version),
        "WithdrawReport": ask(pb.WithdrawReportRequest, id, version, reason=reason),
        "RecordPaperReport": ask(pb.RecordPaperReportRequest, id, version, document=make.paper()),
        "RequestExtension": ask(pb.RequestExtensionRequest, id, version, new_due_date=make.day(2025, 5, 30), reason=reason),
        "WithdrawExtension": ask(pb.WithdrawExtensionRequest, id, version),
        "DecideExtension": ask(pb.DecideExtensionRequest, id, version, approved=True, decision=decision),
        "ReviewReport": ask(pb.ReviewReportRequest, id, version, report_id=report_id or str(uuid4()), accepted=True),
        "VerifyAssignment": ask(pb.VerifyAssignmentRequest, id, version),
        "SendBackAssignment": ask(pb.SendBackAssignmentRequest, id, version, reason="Thiếu phụ lục."),
        "AdjustAssignment": ask(pb.AdjustAssignmentRequest, id, version, content="Rà soát đất công ích.", reason=reason),
        "ForwardAssignment": ask(pb.ForwardAssignmentRequest, id, version, unit_id=str(make.SYT), reason=reason),
        "DenyReturn": ask(pb.DenyReturnRequest, id, version, reason=reason),
        "NameSpecialist": ask(pb.NameSpecialistRequest, id, version, specialist_id=str(BINH.id)),
        "CancelAssignment": ask(pb.CancelAssignmentRequest, id, version, reason=reason, decision=decision),
        "ReopenAssignment": ask(pb.ReopenAssignmentRequest, id, version, reason=reason, decision=decision),
    }


def reads(id: str) -> dict[str, object]:
    """One well-formed request for each unary read."""
    return {
        "GetAssignment": pb.GetAssignmentRequest(id=id),
        "GetTask": pb.GetTaskRequest(task_id=id),
        "ListAssignments": pb.ListAssignmentsRequest(),
        "PreviewSuccession": pb.PreviewSuccessionRequest(unit_id=id, successors=[Successor(unit_id=str(make.SYT))]),
        "CheckUrgeable": pb.CheckUrgeableRequest(id=id, expected_version=1),
    }


async def bring(stack: Stack, stub, *names: str, **more: object) -> pb.Assignment:
    """A new assignment after these acts."""
    id = await make.sent(stack, **more)
    current = await stack.call(stub.GetAssignment, pb.GetAssignmentRequest(id=id), LEADER)
    for name in names:
        current = await stack.call(getattr(stub, name), writes(id, current.version)[name], RIGHT[name])
    return current


async def ready(stack: Stack, stub, name: str) -> tuple[pb.Assignment, object]:
    """An assignment that this act can be done to, and the request."""
    current = await bring(stack, stub, *BEFORE.get(name, ["AcceptAssignment"]), paper=name == "RecordPaperReport")
    if name == "ConfirmAggregator":
        id = await make.sent(stack, make.part(), make.part(make.SYT, "AGGREGATING"))
        current = await stack.call(stub.GetAssignment, pb.GetAssignmentRequest(id=id), LEADER)
    report_id = current.reports[-1].id if current.reports else ""
    return current, writes(current.id, current.version, report_id)[name]


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


@pytest.mark.article("Đ7.2.a", "Đ7.2.b", "Đ7.2.c.1", "Đ8.1.a")
async def test_from_sent_to_verified_each_step_tells_one_full_snapshot(stack: Stack, stub, clock) -> None:
    """Đ7.2.a–c, Đ8.1.a."""
    steps = [
        "AcceptAssignment",
        "DelegateAssignment",
        "ReportProgress",
        "ReportDone",
        "SendBackAssignment",
        "ReportDone",
        "VerifyAssignment",
    ]
    id = await make.sent(stack)
    for version, name in enumerate(steps, start=1):
        clock.advance(minutes=5)
        answer = await stack.call(getattr(stub, name), writes(id, version)[name], RIGHT[name])
        envelope, told = (await stack.events())[-1]
        assert isinstance(told, EVENTS[name])
        assert (answer.version, envelope.aggregate_version, envelope.aggregate_id) == (version + 1, version + 1, id)
        assert not told.assignment.allowed_actions
        del answer.allowed_actions[:]
        assert told.assignment == answer
    assert len(await stack.events()) == len(steps) + 1
    assert [line.version for line in answer.history] == list(range(1, len(steps) + 2))
    assert [report.kind for report in answer.reports] == [pb.REPORT_KIND_PROGRESS, pb.REPORT_KIND_DONE, pb.REPORT_KIND_DONE]
    assert answer.state == pb.ASSIGNMENT_STATE_VERIFIED
    assert (answer.execution, answer.timeliness, answer.late_update) == (pb.EXECUTION_DONE, pb.TIMELINESS_DONE_ON_TIME, False)
    assert answer.effective_due_date == make.day(2025, 5, 5)


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


@pytest.mark.article("Đ7.2.d")
async def test_a_return_shows_its_reason(stack: Stack, stub) -> None:
    """Đ7.2.d, example 15."""
    id = await make.sent(stack)
    blank = ask(pb.RequestReturnRequest, id, reason="   ")
    assert (await stack.refused(stub.RequestReturn, blank, LEADER)).fields == ["reason"]
    returned = await stack.call(stub.RequestReturn, writes(id)["RequestReturn"], LEADER)
    assert (returned.return_reason, returned.execution) == ("Không thuộc chức năng.", pb.EXECUTION_NOT_STARTED)
    (listed,) = (await stack.call(stub.ListAssignments, pb.ListAssignmentsRequest(), AN)).assignments
    assert listed.return_reason == returned.return_reason


async def test_a_units_own_software_accepts_and_reports(stack: Stack, stub) -> None:
    """Regulation §4: the service account is a focal point, and nobody's leader or officer."""
    machine = Person(make.STNMT, ["focal_point"], "Phần mềm STNMT")
    await stack.add(machine)
    async with stack.session() as session:
        await session.execute(update(member).where(member.c.person_id == machine.id).values(kind=2))
    id = await make.sent(stack)
    await stack.call(stub.AcceptAssignment, writes(id)["AcceptAssignment"], machine)
    moved = await stack.call(stub.ReportProgress, writes(id, 2)["ReportProgress"], machine)
    assert (moved.state, moved.reports[0].author_name) == (pb.ASSIGNMENT_STATE_IN_PROGRESS, machine.name)
    assert moved.allowed_actions == [pb.ACTION_SET_PLAN, pb.ACTION_REPORT_PROGRESS, pb.ACTION_DRAFT_REPORT]
    request = ask(pb.DelegateAssignmentRequest, id, 3, leader_id=str(LEADER.id), officer_ids=[str(machine.id)])
    assert (await stack.refused(stub.DelegateAssignment, request, LEADER)).fields == ["officer_ids[0]"]


@pytest.mark.article("Đ8.2.1")
async def test_a_delegation_names_one_leader_and_people_of_the_unit(stack: Stack, stub) -> None:
    """Đ8.2."""
    accepted = await bring(stack, stub, "AcceptAssignment")

    def to(leader: Person, *officers: Person, **more: object) -> object:
        people = {"leader_id": str(leader.id), "officer_ids": [str(officer.id) for officer in officers]}
        return ask(pb.DelegateAssignmentRequest, accepted.id, accepted.version, **people, **more)

    assert (await stack.refused(stub.DelegateAssignment, to(FOCAL), LEADER)).fields == ["leader_id"]
    assert (await stack.refused(stub.DelegateAssignment, to(SYT_LEADER, SYT_LEADER), LEADER)).fields == ["leader_id", "officer_ids[0]"]
    late = to(LEADER, internal_due_date=make.day(2025, 5, 1))
    assert (await stack.refused(stub.DelegateAssignment, late, LEADER)).fields == ["internal_due_date"]
    request = to(LEADER, OFFICER, FOCAL, internal_due_date=make.day(2025, 4, 28), note="Báo cáo hằng tuần")
    made = await stack.call(stub.DelegateAssignment, request, LEADER)
    assert (made.delegation.leader_name, list(made.delegation.officer_names)) == (LEADER.name, [OFFICER.name, FOCAL.name])
    again = ask(pb.DelegateAssignmentRequest, made.id, made.version, leader_id=str(LEADER.id), note="Đổi người")
    changed = await stack.call(stub.DelegateAssignment, again, LEADER)
    assert (changed.delegation.note, list(changed.delegation.officer_ids)) == ("Đổi người", [])
    assert not changed.delegation.HasField("internal_due_date")


@pytest.mark.article("Đ7.2.c.1", "§6.17")
async def test_a_completion_in_the_future_or_before_the_document_is_refused(stack: Stack, stub) -> None:
    """Đ7.2.c, example 17: today is 24/04/2025 in Huế."""
    accepted = await bring(stack, stub, "AcceptAssignment")
    for day in (make.day(2025, 4, 25), make.day(2025, 4, 20)):
        error = await stack.refused(stub.ReportDone, make.done(accepted.id, on=day), LEADER)
        assert (error.code, error.fields) == (grpc.StatusCode.INVALID_ARGUMENT, ["completed_on"])


@pytest.mark.article("Đ7.2.c.1", "§6.16")
@pytest.mark.parametrize(
    ("completed", "report_day", "axis", "late"),
    [(24, 28, "DONE_ON_TIME", False), (24, 29, "DONE_ON_TIME", True), (25, 28, "DONE_LATE", False)],
)
async def test_a_report_is_judged_by_its_two_clocks(
    stack: Stack, stub, clock, completed: int, report_day: int, axis: str, late: bool
) -> None:
    """Đ7.2.c, example 16: due Thursday 24/04/2025."""
    id = await make.sent(stack, make.part(due=make.day(2025, 4, 24)))
    await stack.call(stub.AcceptAssignment, writes(id)["AcceptAssignment"], LEADER)
    clock.advance(days=report_day - 24)
    done = await stack.call(stub.ReportDone, make.done(id, on=make.day(2025, 4, completed)), LEADER)
    assert (pb.Timeliness.Name(done.timeliness), done.late_update) == (f"TIMELINESS_{axis}", late)
    assert done.working_days_late == (1 if completed == 25 else 0)


async def test_before_a_calendar_is_known_nothing_is_verified(serve) -> None:
    """Regulation §3: the verdict doesn't move later, so it isn't written by plain Monday to Friday."""
    stack = await serve(app)
    await stack.add(*make.PEOPLE)
    stub = assignment_pb2_grpc.AssignmentServiceStub(stack.channel)
    reported = await bring(stack, stub, "AcceptAssignment", "ReportDone")
    request = writes(reported.id, reported.version)["VerifyAssignment"]
    error = await stack.refused(stub.VerifyAssignment, request, AN)
    assert (error.code, error.error.metadata) == (grpc.StatusCode.UNAVAILABLE, {"dependency": "calendar"})
    await stack.deliver(make.calendar(), uuid4())
    assert (await stack.call(stub.VerifyAssignment, request, AN)).effective_due_date == make.day(2025, 5, 5)


@pytest.mark.article("Đ8.1.a", "D5")
async def test_the_specialist_corrects_the_day_with_a_reason(stack: Stack, stub) -> None:
    """D5, Đ8.1.a."""
    reported = await bring(stack, stub, "AcceptAssignment", "ReportDone")
    correction = {"completed_on": make.day(2025, 4, 22)}
    bare = ask(pb.VerifyAssignmentRequest, reported.id, reported.version, **correction)
    assert (await stack.refused(stub.VerifyAssignment, bare, AN)).fields == ["reason"]
    request = ask(pb.VerifyAssignmentRequest, reported.id, reported.version, **correction, reason="Theo ngày của văn bản.")
    verified = await stack.call(stub.VerifyAssignment, request, AN)
    assert (verified.completed_on.day, verified.reports[0].completed_on.day, verified.history[-1].reason) == (22, 23, request.reason)


@pytest.mark.article("Đ3.4", "§6.12")
async def test_a_silent_coordinator_is_listed_and_holds_nothing_back(stack: Stack, stub) -> None:
    """Đ3.4, example 12: lead A verified on time, coordinator B done, coordinator C silent."""
    lead, second, third = make.part(), make.part(make.SYT, "COORDINATING"), make.part(make.PHU_LOC, "COORDINATING")
    await make.sent(stack, lead, second, third)
    await stack.call(stub.AcceptAssignment, writes(second.id)["AcceptAssignment"], SYT_LEADER)
    await stack.call(stub.ReportDone, make.done(second.id), SYT_LEADER)
    for version, name in enumerate(("AcceptAssignment", "ReportDone", "VerifyAssignment"), start=1):
        current = await stack.call(getattr(stub, name), writes(lead.id, version)[name], RIGHT[name])
    task = await stack.call(stub.GetTask, pb.GetTaskRequest(task_id=current.task_id), AN)
    assert (task.state, task.timeliness) == (pb.TASK_STATE_COMPLETED, pb.TIMELINESS_DONE_ON_TIME)
    assert list(task.silent_coordinator_unit_ids) == [str(make.PHU_LOC)]
    assert task.assignments[0].unit_id == str(make.STNMT)


@pytest.mark.article("Đ8.2.1", "D13")
async def test_a_co_units_part_is_a_summary(stack: Stack, stub) -> None:
    """D13, example 29: unit A can't read unit B's Annex III."""
    lead, other = make.part(), make.part(make.SYT, "COORDINATING")
    await make.sent(stack, lead, other)
    for version, name in enumerate(("AcceptAssignment", "DelegateAssignment", "ReportProgress"), start=1):
        mine = await stack.call(getattr(stub, name), writes(lead.id, version)[name], LEADER)
    assert (len(mine.reports), len(mine.history), mine.delegation.leader_name) == (1, 4, LEADER.name)
    task = await stack.call(stub.GetTask, pb.GetTaskRequest(task_id=mine.task_id), SYT_LEADER)
    seen = await stack.call(stub.GetAssignment, pb.GetAssignmentRequest(id=lead.id), SYT_LEADER)
    for part in (seen, next(part for part in task.assignments if part.id == lead.id)):
        assert (part.state, part.content) == (pb.ASSIGNMENT_STATE_IN_PROGRESS, mine.content)
        assert not any((part.reports, part.history, part.HasField("delegation"), part.allowed_actions))
    own = next(part for part in task.assignments if part.id == other.id)
    assert (len(own.history), list(own.allowed_actions)[:2]) == (1, [pb.ACTION_ACCEPT, pb.ACTION_REQUEST_RETURN])
    listed = await stack.call(stub.ListAssignments, pb.ListAssignmentsRequest(), SYT_LEADER)
    assert [part.id for part in listed.assignments] == [other.id]


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
