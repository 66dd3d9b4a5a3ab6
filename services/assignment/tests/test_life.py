"""What happens to an assignment from the day it is sent to its verdict, and what of it each unit is shown."""

from uuid import uuid4

import grpc
import pytest
from sqlalchemy import update
from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.assignment.v1 import assignment_pb2_grpc

from kit.tables import member
from kit.testing.stack import Person, Stack
from services.assignment.__main__ import app
from services.assignment.tests import factories as make
from services.assignment.tests.acts import EVENTS, RIGHT, bring, writes
from services.assignment.tests.factories import AN, FOCAL, LEADER, OFFICER, SYT_LEADER, ask


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
