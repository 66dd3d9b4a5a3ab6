"""The service by its own door: each RPC as a stranger, as another unit, as the right role."""

from datetime import date
from uuid import uuid4

import grpc
import pytest
from ykcd.assignment.v1.assignment_pb2 import Decision
from ykcd.deadline.v1 import deadline_pb2 as pb
from ykcd.deadline.v1 import deadline_pb2_grpc, urging_pb2
from ykcd.event.v1.envelope_pb2 import AccessDenied

from kit.dates import from_date
from kit.testing.stack import Stack
from services.deadline.__main__ import app
from services.deadline.tests import factories as make
from services.deadline.tests.factories import AN, EVALUATOR, OPERATOR, STNMT_ADMIN, STNMT_LEADER, SYT_LEADER

ID = str(uuid4())
DAY = from_date(date(2025, 4, 30))
ACT = {"request_id": str(uuid4()), "id": ID, "expected_version": 1}
DECISION = Decision(number="12/QĐ-UBND", signer="Nguyễn Văn Phương")
REQUESTS = {
    "GetCalendar": pb.GetCalendarRequest(year=2025),
    "PreviewDueDate": pb.PreviewDueDateRequest(due_date=DAY),
    "SuggestDueDate": pb.SuggestDueDateRequest(text="Báo cáo trước ngày 02/05/2025.", issue_date=DAY),
    "GetDeadline": pb.GetDeadlineRequest(assignment_id=ID),
    "PreviewCalendar": pb.PreviewCalendarRequest(days=[pb.DayChange(date=DAY)]),
    "ImportCalendar": make.storm(date(2025, 4, 24)),
    "ListCalendarReleases": pb.ListCalendarReleasesRequest(),
    "ListUrgingNotices": urging_pb2.ListUrgingNoticesRequest(),
    "GetUrgingNotice": urging_pb2.GetUrgingNoticeRequest(id=ID),
    "IssueUrgingNotice": urging_pb2.IssueUrgingNoticeRequest(**ACT),
    "AcknowledgeUrgingNotice": urging_pb2.AcknowledgeUrgingNoticeRequest(**ACT),
    "ListEscalations": urging_pb2.ListEscalationsRequest(),
    "GetEscalation": urging_pb2.GetEscalationRequest(id=ID),
    "ReportEscalation": urging_pb2.ReportEscalationRequest(**ACT, report_number="5/BC-VPUB", report_date=DAY),
    "DirectEscalation": urging_pb2.DirectEscalationRequest(**ACT, direction="ESCALATION_DIRECTION_CLOSE", text="Dừng", decision=DECISION),
    "CloseEscalation": urging_pb2.CloseEscalationRequest(**ACT, note="Đã xong"),
    "ListObligations": urging_pb2.ListObligationsRequest(),
}


def test_every_rpc_is_tried_as_a_stranger() -> None:
    services = [*pb.DESCRIPTOR.services_by_name.values(), *urging_pb2.DESCRIPTOR.services_by_name.values()]
    assert sorted(method.name for service in services for method in service.methods) == sorted(REQUESTS)


@pytest.mark.parametrize("name", REQUESTS)
async def test_a_stranger_is_refused(stack: Stack, deadlines, urgings, name: str) -> None:
    error = await stack.refused(getattr(deadlines, name, None) or getattr(urgings, name), REQUESTS[name])
    assert (error.code, error.reason) == (grpc.StatusCode.UNAUTHENTICATED, "TOKEN_MISSING")


@pytest.mark.parametrize("person", [AN, SYT_LEADER, EVALUATOR, OPERATOR], ids=["office", "unit", "evaluator", "operator"])
async def test_every_member_reads_the_calendar_of_a_year(stack: Stack, deadlines, person) -> None:
    seen = await stack.call(deadlines.GetCalendar, pb.GetCalendarRequest(year=2026), person)
    assert (seen.version, list(seen.provisional_years)) == (1, [])
    assert {day.date.year for day in seen.days} == {2026}
    swapped = [(day.date.month, day.date.day) for day in seen.days if day.kind == pb.DAY_KIND_SWAP_WORK]
    assert swapped == [(1, 10), (8, 22)]
    assert {day.date.year for day in (await stack.call(deadlines.GetCalendar, pb.GetCalendarRequest(), person)).days} == set(
        range(2016, 2027)
    )


async def test_before_any_calendar_there_are_no_days(serve) -> None:
    bare = await serve(app)
    await bare.add(AN)
    seen = await bare.call(deadline_pb2_grpc.DeadlineServiceStub(bare.channel).GetCalendar, pb.GetCalendarRequest(), AN)
    assert (seen.version, list(seen.days)) == (0, [])


@pytest.mark.article("D6", "D7", "§6.6")
@pytest.mark.parametrize(
    ("due", "exclusive", "effective", "working_days", "days"),
    [
        (date(2025, 4, 30), False, date(2025, 5, 5), 5, 11),
        (date(2025, 5, 2), True, date(2025, 5, 1), 4, 7),
        (date(2025, 4, 23), False, date(2025, 4, 23), -1, -1),
    ],
    ids=["rolls", "before a day", "passed"],
)
async def test_a_due_date_is_shown_before_it_is_entered(
    stack: Stack, deadlines, due: date, exclusive: bool, effective: date, working_days: int, days: int
) -> None:
    """D6, D7, example 6, on Thursday 24/04/2025: the Saturday after it is worked."""
    request = pb.PreviewDueDateRequest(due_date=from_date(due), exclusive=exclusive)
    seen = await stack.call(deadlines.PreviewDueDate, request, SYT_LEADER)
    assert seen.effective_due_date == from_date(effective)
    assert (seen.working_days_left, seen.days_left) == (working_days, days)


@pytest.mark.article("D7", "D8")
@pytest.mark.parametrize("person", [AN, SYT_LEADER, EVALUATOR, OPERATOR], ids=["office", "unit", "evaluator", "operator"])
async def test_a_texts_words_suggest_a_due_date(stack: Stack, deadlines, person) -> None:
    """D7, D8: as written; what it means is previewed as any other date."""
    seen = await stack.call(deadlines.SuggestDueDate, REQUESTS["SuggestDueDate"], person)
    assert seen == pb.DueDateSuggestion(words="trước ngày 02/05/2025", due_date=from_date(date(2025, 5, 2)), exclusive=True)
    always = pb.SuggestDueDateRequest(text="Thường xuyên kiểm tra.", issue_date=DAY)
    assert await stack.call(deadlines.SuggestDueDate, always, person) == pb.DueDateSuggestion(words="Thường xuyên", no_deadline=True)
    silent = pb.SuggestDueDateRequest(text="Kiểm tra.", issue_date=DAY)
    assert await stack.call(deadlines.SuggestDueDate, silent, person) == pb.DueDateSuggestion()


async def test_wrong_dates_are_named(stack: Stack, deadlines) -> None:
    missing = await stack.refused(deadlines.PreviewDueDate, pb.PreviewDueDateRequest(), AN)
    assert (missing.code, missing.fields) == (grpc.StatusCode.INVALID_ARGUMENT, ["due_date"])
    impossible = pb.PreviewDueDateRequest(due_date={"year": 2025, "month": 2, "day": 30})
    assert (await stack.refused(deadlines.PreviewDueDate, impossible, AN)).fields == ["due_date"]
    undated = pb.SuggestDueDateRequest(text="cuối tháng", issue_date={"year": 2025, "month": 2, "day": 30})
    assert (await stack.refused(deadlines.SuggestDueDate, undated, AN)).fields == ["issue_date"]
    assert (await stack.refused(deadlines.GetCalendar, pb.GetCalendarRequest(year=9999), AN)).fields == ["year"]
    assert (await stack.refused(deadlines.GetDeadline, pb.GetDeadlineRequest(assignment_id="1"), AN)).fields == ["assignment_id"]


@pytest.mark.article("D13")
@pytest.mark.parametrize("person", [AN, STNMT_LEADER], ids=["office", "own unit"])
async def test_the_office_and_the_unit_see_the_clock(stack: Stack, deadlines, person) -> None:
    """D13."""
    told = make.assignment()
    await stack.deliver(make.sent(told), told.id)
    seen = await stack.call(deadlines.GetDeadline, pb.GetDeadlineRequest(assignment_id=told.id), person)
    assert (seen.due_date, seen.effective_due_date, seen.running) == (from_date(date(2025, 4, 30)), from_date(date(2025, 5, 5)), True)


@pytest.mark.parametrize(
    "person", [SYT_LEADER, STNMT_ADMIN, EVALUATOR, OPERATOR], ids=["another unit", "administrator", "evaluator", "operator"]
)
async def test_a_foreign_clock_looks_like_a_missing_one(stack: Stack, deadlines, person) -> None:
    told = make.assignment()
    await stack.deliver(make.sent(told), told.id)
    foreign = await stack.refused(deadlines.GetDeadline, pb.GetDeadlineRequest(assignment_id=told.id), person)
    missing = await stack.refused(deadlines.GetDeadline, pb.GetDeadlineRequest(assignment_id=str(uuid4())), person)
    assert foreign.reason == "NOT_FOUND"
    assert str(foreign.error.to_status()) == str(missing.error.to_status())
    assert [event.method for _, event in await stack.events(AccessDenied)] == ["GetDeadline", "GetDeadline"]
