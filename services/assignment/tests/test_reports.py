"""What the unit tells: plans, drafts, updates, results taken back, papers; and what the Office says of it."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.assignment.v1 import event_pb2

from kit.errors import FailedPrecondition, InvalidArgument
from kit.testing.stack import Stack
from services.assignment.actions import ACCEPTED, IN_PROGRESS, REPORTED, VERIFIED
from services.assignment.tests import factories as make
from services.assignment.tests.factories import AN, FOCAL, LEADER, OFFICE_LEADER, OFFICER, SYT_LEADER, ask, day
from services.assignment.tests.parts import CALENDAR, DECISION, NOW, SPECIALIST, assignment, result, steps
from services.assignment.tests.parts import LEADER as UNIT_LEADER
from services.assignment.tests.parts import OFFICE_LEADER as DECIDER


async def accepted(stack: Stack, stub, **more: object) -> str:
    id = await make.sent(stack, make.part(), make.part(make.SYT, "COORDINATING"), **more)
    await stack.call(stub.AcceptAssignment, ask(pb.AcceptAssignmentRequest, id), LEADER)
    return id


@pytest.mark.article("Đ7.2.c.2", "§6.24")
def test_the_update_of_a_quarter_is_for_tasks_without_a_deadline() -> None:
    """Đ7.2.c; "không phát sinh" needs no words, all else does."""
    item = assignment(ACCEPTED, due_date=None, has_deadline=False)
    item.report_progress(UNIT_LEADER, NOW, content="", kind=pb.REPORT_KIND_NO_CHANGE)
    item.report_progress(UNIT_LEADER, NOW, content="Quý II.", kind=pb.REPORT_KIND_PERIODIC)
    assert [report.kind for report in item.reports] == [pb.REPORT_KIND_NO_CHANGE, pb.REPORT_KIND_PERIODIC]
    with pytest.raises(InvalidArgument) as caught:
        item.report_progress(UNIT_LEADER, NOW, content=" ", kind=pb.REPORT_KIND_PERIODIC)
    assert caught.value.reason == "CONTENT_MISSING"
    for kind, dated in ((pb.REPORT_KIND_PERIODIC, True), (pb.REPORT_KIND_NO_CHANGE, True), (pb.REPORT_KIND_DONE, False)):
        with pytest.raises(InvalidArgument) as caught:
            assignment(ACCEPTED, has_deadline=dated).report_progress(UNIT_LEADER, NOW, content="x", kind=kind)
        assert caught.value.violations[0].path == "kind"


@pytest.mark.article("Đ7.2.c.1", "Đ8.1.a")
def test_a_rejected_report_was_no_update() -> None:
    """Đ7.2.c, D15: the last one that counts tells whether the unit has spoken."""
    item = assignment(ACCEPTED)
    item.report_progress(UNIT_LEADER, NOW, content="Đang làm.")
    item.report_progress(UNIT_LEADER, NOW + timedelta(days=1), content="Chung chung.")
    second = item.reports[1]
    with pytest.raises(InvalidArgument):
        item.review_report(SPECIALIST, NOW, report_id=second.id, accepted=False, reason="")
    item.review_report(SPECIALIST, NOW, report_id=second.id, accepted=False, reason="Không nêu kết quả.")
    assert (second.state, second.review_reason, second.reviewer_name) == (pb.REPORT_STATE_REJECTED, "Không nêu kết quả.", SPECIALIST.name)
    assert item.last_report_time == NOW
    with pytest.raises(FailedPrecondition) as caught:
        item.review_report(SPECIALIST, NOW, report_id=second.id, accepted=True, reason="")
    assert caught.value.reason == "REPORT_NOT_WAITING"
    item.review_report(SPECIALIST, NOW, report_id=item.reports[0].id, accepted=True, reason="")
    assert (item.reports[0].state, item.last_report_time) == (pb.REPORT_STATE_ACCEPTED, NOW)
    with pytest.raises(FailedPrecondition) as caught:
        item.review_report(SPECIALIST, NOW, report_id=uuid4(), accepted=True, reason="")
    assert caught.value.reason == "NO_REPORT_WAITING"


@pytest.mark.article("Đ8.1.a", "Đ7.2.c.1")
def test_a_result_is_taken_back_sent_back_verified_and_reopened_and_each_stays_readable() -> None:
    item = assignment(ACCEPTED)
    item.report_done(UNIT_LEADER, NOW, result=result())
    item.withdraw_report(UNIT_LEADER, NOW, reason="Thiếu phụ lục.")
    assert (item.state, item.completed_on, item.report_time, item.last_report_time) == (IN_PROGRESS, None, None, None)
    item.report_done(UNIT_LEADER, NOW, result=result())
    item.send_back(SPECIALIST, NOW, reason="Sai số liệu.")
    item.report_done(UNIT_LEADER, NOW, result=result())
    item.verify(SPECIALIST, NOW, CALENDAR)
    assert (item.verified_days_late, item.reports[-1].state) == (0, pb.REPORT_STATE_ACCEPTED)
    item.reopen(DECIDER, NOW, reason="Kết quả không đúng.", decision=DECISION)
    assert (item.state, item.completed_on, item.verified_due_date, item.deadline_cycle) == (IN_PROGRESS, None, None, 1)
    assert item.history[-1].changes == [{"field": "completed_on", "before": "2025-04-23", "after": ""}]
    states = [pb.REPORT_STATE_WITHDRAWN, pb.REPORT_STATE_REJECTED, pb.REPORT_STATE_REJECTED]
    assert [report.state for report in item.reports] == states
    assert [report.completed_on for report in item.reports] == [date(2025, 4, 23)] * 3
    with pytest.raises(InvalidArgument):
        assignment(VERIFIED).reopen(DECIDER, NOW, reason="Sai.", decision=None)


def test_a_draft_is_replaced_by_the_next_and_by_the_result() -> None:
    item = assignment(ACCEPTED)
    item.draft_report(UNIT_LEADER, NOW, result=result())
    item.draft_report(UNIT_LEADER, NOW, result=result(date(2025, 4, 22)))
    assert [(report.state, report.completed_on.day) for report in item.reports] == [(pb.REPORT_STATE_DRAFT, 22)]
    assert (item.state, item.completed_on, item.last_report_time) == (ACCEPTED, None, None)
    item.report_done(UNIT_LEADER, NOW, result=result())
    assert [(report.state, report.completed_on.day) for report in item.reports] == [(pb.REPORT_STATE_SUBMITTED, 23)]


@pytest.mark.article("Đ6.1.1")
def test_where_paper_is_asked_for_nothing_is_verified_without_it() -> None:
    item = assignment(REPORTED, completed_on=date(2025, 4, 23), paper_report_required=True)
    with pytest.raises(FailedPrecondition) as caught:
        item.verify(SPECIALIST, NOW, CALENDAR)
    assert caught.value.reason == "PAPER_REPORT_MISSING"
    with pytest.raises(InvalidArgument) as wrong:
        item.record_paper_report(UNIT_LEADER, NOW, number="", issue_date=None)
    assert [violation.path for violation in wrong.value.violations] == ["document.number", "document.issue_date"]
    with pytest.raises(InvalidArgument):
        item.record_paper_report(UNIT_LEADER, NOW, number="12/BC", issue_date=date(2025, 4, 25))
    item.record_paper_report(UNIT_LEADER, NOW, number="12/BC", issue_date=date(2025, 4, 23))
    item.verify(SPECIALIST, NOW, CALENDAR)
    assert item.state == VERIFIED
    with pytest.raises(FailedPrecondition) as caught:
        assignment(REPORTED).record_paper_report(UNIT_LEADER, NOW, number="12/BC", issue_date=date(2025, 4, 23))
    assert caught.value.reason == "PAPER_REPORT_NOT_REQUIRED"


@pytest.mark.article("Đ2.2")
@pytest.mark.parametrize(
    ("step", "reason"),
    [
        ({"content": ""}, "CONTENT_MISSING"),
        ({"due_date": "2025-04-25"}, "STEP_DUE_TOO_LATE"),
        ({"done_on": "2025-04-25"}, "DONE_IN_FUTURE"),
    ],
)
def test_a_step_ends_before_its_task_and_isnt_done_tomorrow(step: dict, reason: str) -> None:
    item = assignment(ACCEPTED)
    with pytest.raises(InvalidArgument) as caught:
        item.set_plan(UNIT_LEADER, NOW, steps=[*steps(), *steps(**step)])
    (problem,) = caught.value.violations
    assert (problem.path, problem.reason, item.plan) == (f"steps[1].{next(iter(step))}", reason, None)


@pytest.mark.article("Đ2.2", "D13")
async def test_a_plan_is_the_units_own_and_replaces_the_one_before(stack: Stack, stub) -> None:
    id = await accepted(stack, stub)
    step = pb.PlanStep(content="Khảo sát", due_date=day(2025, 4, 28), person_id=str(OFFICER.id), done_on=day(2025, 4, 24))
    foreign = ask(pb.SetPlanRequest, id, 2, steps=[step, pb.PlanStep(content="x", person_id=str(SYT_LEADER.id))])
    assert (await stack.refused(stub.SetPlan, foreign, LEADER)).fields == ["steps[1].person_id"]
    planned = await stack.call(stub.SetPlan, ask(pb.SetPlanRequest, id, 2, steps=[step, pb.PlanStep(content="Báo cáo")]), OFFICER)
    step.person_name = OFFICER.name
    assert (list(planned.plan), planned.state) == ([step, pb.PlanStep(content="Báo cáo")], pb.ASSIGNMENT_STATE_ACCEPTED)
    ((_, told),) = await stack.events(event_pb2.AssignmentPlanSet)
    assert told.assignment.plan == planned.plan
    again = await stack.call(stub.SetPlan, ask(pb.SetPlanRequest, id, 3, steps=[pb.PlanStep(content="Làm lại")]), FOCAL)
    assert [step.content for step in again.plan] == ["Làm lại"]
    assert not (await stack.call(stub.GetAssignment, pb.GetAssignmentRequest(id=id), SYT_LEADER)).plan
    assert (await stack.call(stub.GetAssignment, pb.GetAssignmentRequest(id=id), AN)).plan == again.plan


@pytest.mark.article("Đ8.2.1")
async def test_a_draft_is_seen_by_its_unit_alone(stack: Stack, stub) -> None:
    """An officer prepares; neither the Office nor any event has it before the leader hands it in."""
    id = await accepted(stack, stub)
    words = {"content": "Dự thảo kết quả.", "completed_on": day(2025, 4, 23), "document": make.paper()}
    drafted = await stack.call(stub.DraftReport, ask(pb.DraftReportRequest, id, 2, **words), OFFICER)
    assert [(report.state, report.content) for report in drafted.reports] == [(pb.REPORT_STATE_DRAFT, words["content"])]
    assert len((await stack.call(stub.GetAssignment, pb.GetAssignmentRequest(id=id), LEADER)).reports) == 1
    assert not (await stack.call(stub.GetAssignment, pb.GetAssignmentRequest(id=id), AN)).reports
    assert all(words["content"] not in str(told) for _, told in await stack.events())
    again = await stack.call(stub.DraftReport, ask(pb.DraftReportRequest, id, 3, content="Bản hai."), FOCAL)
    assert [report.content for report in again.reports] == ["Bản hai."]
    done = await stack.call(stub.ReportDone, make.done(id, 4), LEADER)
    assert [report.state for report in done.reports] == [pb.REPORT_STATE_SUBMITTED]
    assert len((await stack.call(stub.GetAssignment, pb.GetAssignmentRequest(id=id), AN)).reports) == 1


@pytest.mark.article("Đ7.2.c.2", "§6.24")
async def test_a_review_waits_where_a_report_does(stack: Stack, stub) -> None:
    """On the page and in the list alike."""
    id = await accepted(stack, stub, has_deadline=False)
    quarter = ask(pb.ReportProgressRequest, id, 2, kind=pb.REPORT_KIND_NO_CHANGE)
    told = await stack.call(stub.ReportProgress, quarter, FOCAL)
    assert (told.reports[0].kind, told.last_report_on) == (pb.REPORT_KIND_NO_CHANGE, day(2025, 4, 24))
    listed = {item.id: item for item in (await stack.call(stub.ListAssignments, pb.ListAssignmentsRequest(), AN)).assignments}
    assert pb.ACTION_REVIEW_REPORT in listed[id].allowed_actions
    verdict = {"report_id": told.reports[0].id, "reason": "Phải có số liệu."}
    rejected = await stack.call(stub.ReviewReport, ask(pb.ReviewReportRequest, id, 3, **verdict), AN)
    assert (rejected.reports[0].state, rejected.HasField("last_report_on")) == (pb.REPORT_STATE_REJECTED, False)
    assert pb.ACTION_REVIEW_REPORT not in rejected.allowed_actions


async def test_a_paper_report_is_kept_with_the_task(stack: Stack, stub) -> None:
    id = await accepted(stack, stub, paper=True)
    await stack.call(stub.ReportDone, make.done(id), LEADER)
    waiting = await stack.call(stub.GetAssignment, pb.GetAssignmentRequest(id=id), AN)
    assert (waiting.paper_report_required, pb.ACTION_VERIFY in waiting.allowed_actions) == (True, False)
    assert (await stack.refused(stub.VerifyAssignment, ask(pb.VerifyAssignmentRequest, id, 3), AN)).reason == "PAPER_REPORT_MISSING"
    kept = await stack.call(stub.RecordPaperReport, ask(pb.RecordPaperReportRequest, id, 3, document=make.paper()), OFFICER)
    assert kept.paper_report == make.paper()
    verified = await stack.call(stub.VerifyAssignment, ask(pb.VerifyAssignmentRequest, id, 4), AN)
    assert verified.state == pb.ASSIGNMENT_STATE_VERIFIED
    reopened = ask(pb.ReopenAssignmentRequest, id, 5, reason="Sai số liệu.", decision=make.DECISION)
    again = await stack.call(stub.ReopenAssignment, reopened, OFFICE_LEADER)
    assert (again.execution, again.history[-1].decision) == (pb.EXECUTION_IN_PROGRESS, make.DECISION)
