"""Periodic reports by the service's own door: each RPC as a stranger, as another unit, as the right role."""

from datetime import date

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy import select
from ykcd.event.v1.envelope_pb2 import AccessDenied
from ykcd.reporting.v1 import form_pb2, report_pb2_grpc
from ykcd.reporting.v1 import report_pb2 as pb
from ykcd.reporting.v1.event_pb2 import PeriodicReportChanged

from kit.dates import from_time
from kit.testing.stack import Stack
from services.reporting.periodic import queries
from services.reporting.periodic.model import Report
from services.reporting.tests import factories as make
from services.reporting.tests import reports
from services.reporting.tests.factories import (
    ADMINISTRATOR,
    AN,
    CLERK,
    EVALUATOR,
    OFFICE_LEADER,
    OPERATOR,
    STNMT_LEADER,
    STNMT_OFFICER,
    SYT_LEADER,
)
from services.reporting.tests.reports import APRIL, MARCH, STNMT_POINT, YEAR, act, at, compose, rid

ID = rid()
WHICH = {"request_id": rid(), "id": ID, "expected_version": 1}
REQUESTS = {
    "ComposeReport": pb.ComposeReportRequest(request_id=rid(), form=pb.REPORT_FORM_IV, period=APRIL),
    "RecomposeReport": pb.RecomposeReportRequest(**WHICH),
    "EditReport": pb.EditReportRequest(**WHICH, general_text="x"),
    "SignReport": pb.SignReportRequest(**WHICH),
    "SendReport": pb.SendReportRequest(**WHICH),
    "GiveBackReport": pb.GiveBackReportRequest(**WHICH, reason="x"),
    "IssueReport": pb.IssueReportRequest(**WHICH, number=1, issue_date=make.day(2025, 5, 5)),
    "GetReport": pb.GetReportRequest(id=ID),
    "ListReports": pb.ListReportsRequest(),
    "ListReportRows": pb.ListReportRowsRequest(id=ID),
    "ListUnitReports": pb.ListUnitReportsRequest(period=APRIL),
    "OpenUnitReports": pb.OpenUnitReportsRequest(request_id=rid(), period=APRIL),
    "UrgeUnitReport": pb.UrgeUnitReportRequest(request_id=rid(), report_id=ID, expected_version=1),
    "GetReportFile": pb.GetReportFileRequest(id=ID, format=form_pb2.FILE_FORMAT_PDF),
}
STREAMS = {"GetReportFile"}
UNARY = sorted(set(REQUESTS) - STREAMS)


@pytest.fixture
async def stub(stack: Stack, clock) -> report_pb2_grpc.ReportServiceStub:
    """It is Monday 05/05/2025; Sở TNMT has one assignment, overdue since March."""
    made = await reports.fill(stack)
    await make.assign(stack, make.STNMT, state="IN_PROGRESS", due=date(2025, 3, 31), issued=make.day(2025, 3, 3))
    clock.set(at(5, 5))
    return made


async def failed(stub, name: str, request, person=None) -> grpc.StatusCode:
    try:
        async for _ in getattr(stub, name)(request, metadata=person.metadata if person else []):
            pass
    except grpc.RpcError as error:
        return error.code()
    raise AssertionError("answered")


def test_every_rpc_is_tried_as_a_stranger() -> None:
    assert sorted(REQUESTS) == sorted(m.name for m in pb.DESCRIPTOR.services_by_name["ReportService"].methods)


async def test_a_stranger_is_refused(stack: Stack, stub) -> None:
    for name in UNARY:
        assert (await stack.refused(getattr(stub, name), REQUESTS[name])).reason == "TOKEN_MISSING"
    assert await failed(stub, "GetReportFile", REQUESTS["GetReportFile"]) is grpc.StatusCode.UNAUTHENTICATED


@pytest.mark.parametrize("person", [OPERATOR, ADMINISTRATOR], ids=["operator", "administrator"])
async def test_who_runs_the_platform_sees_no_report_and_the_denial_is_told(stack: Stack, stub, person) -> None:
    """Regulation §4."""
    for name in UNARY:
        assert (await stack.refused(getattr(stub, name), REQUESTS[name], person)).reason == "ROLE_REQUIRED", name
    assert await failed(stub, "GetReportFile", REQUESTS["GetReportFile"], person) is grpc.StatusCode.PERMISSION_DENIED
    assert {denied.method for _, denied in await stack.events(AccessDenied)} == set(REQUESTS)


@pytest.mark.article("Đ10.1", "D13", "§6.29")
async def test_another_units_report_is_as_if_missing(stack: Stack, stub) -> None:
    draft = await compose(stack, stub, STNMT_LEADER)
    which = {"id": draft.id, "expected_version": draft.version}
    for name in ("RecomposeReport", "EditReport", "SignReport", "SendReport", "GetReport", "ListReportRows"):
        request = type(REQUESTS[name])()
        request.CopyFrom(REQUESTS[name])
        request.id = draft.id
        missing = await stack.refused(getattr(stub, name), REQUESTS[name], SYT_LEADER)
        foreign = await stack.refused(getattr(stub, name), request, SYT_LEADER)
        assert (foreign.code, foreign.reason, foreign.error.message) == (missing.code, "NOT_FOUND", missing.error.message), name
    request = pb.GetReportFileRequest(id=draft.id, format=form_pb2.FILE_FORMAT_PDF)
    assert await failed(stub, "GetReportFile", request, SYT_LEADER) is grpc.StatusCode.NOT_FOUND
    assert not (await stack.call(stub.ListReports, pb.ListReportsRequest(), SYT_LEADER)).reports
    for name, more in (("UrgeUnitReport", {"report_id": draft.id, "expected_version": 1}), ("OpenUnitReports", {"period": APRIL})):
        request = getattr(pb, f"{name}Request")(request_id=rid(), **more)
        assert (await stack.refused(getattr(stub, name), request, SYT_LEADER)).reason == "ROLE_REQUIRED"
    refused = await stack.refused(stub.ListUnitReports, pb.ListUnitReportsRequest(period=APRIL), SYT_LEADER)
    assert refused.reason == "ROLE_REQUIRED"
    given = pb.GiveBackReportRequest(request_id=rid(), reason="x", **which)
    assert (await stack.refused(stub.GiveBackReport, given, SYT_LEADER)).reason == "NOT_FOUND"


@pytest.mark.article("Đ10.1")
async def test_a_units_report_goes_from_its_officer_over_its_leader_to_the_office(stack: Stack, stub) -> None:
    """Đ10.1: filled in beforehand, what is missing written, signed by the leader, sent; until then the Office doesn't read it."""
    draft = await compose(stack, stub, STNMT_OFFICER)
    (row,) = await reports.rows(stack, stub, draft, STNMT_OFFICER)
    note = pb.ReportNote(assignment_id=row.assignment_id, difficulty="Thiếu kinh phí", cause="Chưa bố trí", proposal="Bổ sung")
    edited = await act(stack, stub, "Edit", draft, STNMT_OFFICER, general_text="Đã cố gắng", notes=[note])
    assert (edited.general_text, edited.sha256 != draft.sha256) == ("Đã cố gắng", True)
    assert (await reports.rows(stack, stub, edited, STNMT_POINT))[0].note == note
    assert (await stack.refused(stub.SignReport, _sign(edited), STNMT_OFFICER)).reason == "ROLE_REQUIRED"
    assert (await stack.refused(stub.GetReport, pb.GetReportRequest(id=draft.id), AN)).reason == "NOT_FOUND"
    signed = await act(stack, stub, "Sign", edited, STNMT_LEADER)
    sent = await act(stack, stub, "Send", signed, STNMT_POINT, number=12)
    assert (sent.state, sent.number, sent.signer_name, sent.sha256) == (pb.REPORT_STATE_SENT, 12, STNMT_LEADER.name, edited.sha256)
    for reader in (AN, OFFICE_LEADER, EVALUATOR):
        read = await stack.call(stub.GetReport, pb.GetReportRequest(id=sent.id), reader)
        assert (read.version, read.unit_name, read.allowed_verbs == []) == (
            4,
            "Sở Tài nguyên và Môi trường",
            reader is EVALUATOR,
        )
    told = await stack.events(PeriodicReportChanged)
    assert [(envelope.aggregate_version, event.verb) for envelope, event in told] == [
        (1, pb.REPORT_VERB_COMPOSE),
        (2, pb.REPORT_VERB_EDIT),
        (3, pb.REPORT_VERB_SIGN),
        (4, pb.REPORT_VERB_SEND),
    ]
    assert (told[-1][1].report.notes[0], told[-1][1].report.general_text) == (note, "Đã cố gắng")


async def test_the_database_itself_keeps_units_reports_apart(stack: Stack, stub, monkeypatch) -> None:
    """Architecture, tenancy: also where a query forgets its condition."""
    await compose(stack, stub, STNMT_LEADER)
    monkeypatch.setattr(queries, "visible_to", lambda _actor: select(Report))
    readers = (STNMT_LEADER, SYT_LEADER, EVALUATOR)
    seen = [len((await stack.call(stub.ListReports, pb.ListReportsRequest(), reader)).reports) for reader in readers]
    assert seen == [1, 0, 0]


def _sign(report: pb.Report) -> pb.SignReportRequest:
    return pb.SignReportRequest(request_id=rid(), id=report.id, expected_version=report.version)


@pytest.mark.article("Đ10.1", "Đ9.4")
async def test_what_the_office_gives_back_is_mended_and_sent_again(stack: Stack, stub, clock) -> None:
    sent = await reports.send(stack, stub)
    blank = pb.GiveBackReportRequest(request_id=rid(), id=sent.id, expected_version=sent.version, reason=" ")
    assert (await stack.refused(stub.GiveBackReport, blank, AN)).fields == ["reason"]
    given = await act(stack, stub, "GiveBack", sent, AN, reason="Thiếu nguyên nhân")
    assert (given.state, given.general_text, len(given.units)) == (pb.REPORT_STATE_DRAFT, "", 0)
    again = await stack.call(stub.GetReport, pb.GetReportRequest(id=sent.id), STNMT_LEADER)
    assert (again.signer_name, again.number, again.history[-1].text) == ("", 0, "Thiếu nguyên nhân")
    clock.set(at(5, 6))
    fresh = await act(stack, stub, "Recompose", again, STNMT_POINT)
    assert fresh.as_of_time == from_time(at(5, 6))
    resent = await act(stack, stub, "Send", await act(stack, stub, "Sign", fresh, STNMT_LEADER), STNMT_LEADER)
    assert resent.state == pb.REPORT_STATE_SENT


@pytest.mark.article("Đ10.1")
async def test_a_leader_may_take_a_signature_back_before_it_has_gone_out(stack: Stack, stub) -> None:
    signed = await act(stack, stub, "Sign", await compose(stack, stub, STNMT_LEADER), STNMT_LEADER)
    edit = pb.EditReportRequest(request_id=rid(), id=signed.id, expected_version=signed.version, general_text="x")
    assert (await stack.refused(stub.EditReport, edit, STNMT_LEADER)).reason == "WRONG_STATE"
    draft = await act(stack, stub, "GiveBack", signed, STNMT_LEADER, reason="Nhầm")
    assert (draft.state, draft.signer_name, len(draft.units)) == (pb.REPORT_STATE_DRAFT, "", 1)


@pytest.mark.article("Đ9.2")
@pytest.mark.parametrize("form", ["V", "VI"])
async def test_the_offices_report_is_composed_signed_and_issued_with_number_and_date(stack: Stack, stub, clock, form: str) -> None:
    assert (await _compose_refused(stack, stub, STNMT_LEADER, form)).reason == "ROLE_REQUIRED"
    assert (await _compose_refused(stack, stub, EVALUATOR, form)).reason == "ROLE_REQUIRED"
    draft = await compose(stack, stub, AN, form)
    assert (await stack.refused(stub.SignReport, _sign(draft), AN)).reason == "ROLE_REQUIRED"
    assert (await stack.refused(stub.GetReport, pb.GetReportRequest(id=draft.id), EVALUATOR)).reason == "NOT_FOUND"
    signed = await act(stack, stub, "Sign", draft, OFFICE_LEADER)
    clock.set(at(5, 6))
    for day in (make.day(2025, 5, 4), make.day(2025, 5, 7)):
        request = pb.IssueReportRequest(request_id=rid(), id=draft.id, expected_version=2, number=7, issue_date=day)
        assert (await stack.refused(stub.IssueReport, request, CLERK)).fields == ["issue_date"]
    issued = await act(stack, stub, "Issue", signed, CLERK, number=7, issue_date=make.day(2025, 5, 6))
    assert (issued.state, issued.number, issued.signer_name) == (pb.REPORT_STATE_ISSUED, 7, OFFICE_LEADER.name)
    assert (await stack.call(stub.GetReport, pb.GetReportRequest(id=draft.id), EVALUATOR)).number == 7
    for reader in (STNMT_LEADER, STNMT_OFFICER):
        assert (await stack.refused(stub.GetReport, pb.GetReportRequest(id=draft.id), reader)).reason == "NOT_FOUND"


async def _compose_refused(stack: Stack, stub, person, form: str = "IV", period: pb.ReportPeriod = APRIL, **more):
    request = pb.ComposeReportRequest(request_id=rid(), form=pb.ReportForm.Value(f"REPORT_FORM_{form}"), period=period, **more)
    return await stack.refused(stub.ComposeReport, request, person)


@pytest.mark.article("Đ9.2")
async def test_a_period_of_the_future_and_one_that_is_none_are_refused_and_named(stack: Stack, stub) -> None:
    days = {"first_day": make.day(2025, 5, 1), "last_day": make.day(2025, 5, 6)}
    future = [
        pb.ReportPeriod(kind=pb.PERIOD_KIND_MONTH, year=2025, number=6),
        pb.ReportPeriod(kind=pb.PERIOD_KIND_YEAR, year=2026),
        pb.ReportPeriod(kind=pb.PERIOD_KIND_AD_HOC, **days),
    ]
    for period in future:
        refused = await _compose_refused(stack, stub, AN, "V", period)
        assert (refused.reason, refused.fields) == ("PERIOD_IN_FUTURE", ["period"])
    wrong = {
        "period.number": pb.ReportPeriod(kind=pb.PERIOD_KIND_QUARTER, year=2025, number=5),
        "period.year": pb.ReportPeriod(kind=pb.PERIOD_KIND_YEAR, year=1900),
        "period.last_day": pb.ReportPeriod(kind=pb.PERIOD_KIND_AD_HOC, first_day=make.day(2025, 5, 2), last_day=make.day(2025, 5, 1)),
        "period.kind": pb.ReportPeriod(year=2025, number=1),
    }
    for field, period in wrong.items():
        refused = await _compose_refused(stack, stub, AN, "V", period)
        assert (refused.code, refused.fields) == (grpc.StatusCode.INVALID_ARGUMENT, [field])


@pytest.mark.article("Đ9.2")
@pytest.mark.parametrize(
    ("time", "reason"),
    [(at(5, 5, 10), "AS_OF_IN_FUTURE"), (at(3, 31), "AS_OF_BEFORE_PERIOD"), (at(4, 2), "AS_OF_BEFORE_DATA")],
)
async def test_a_time_of_which_nothing_can_be_said_is_refused(stack: Stack, stub, time, reason: str) -> None:
    refused = await _compose_refused(stack, stub, AN, "V", as_of_time=from_time(time))
    assert (refused.reason, refused.fields) == (reason, ["as_of_time"])


@pytest.mark.article("Đ9.2")
async def test_before_a_period_is_over_its_report_is_a_preview_that_nobody_signs(stack: Stack, stub) -> None:
    draft = await compose(stack, stub, AN, "V", YEAR)
    assert (draft.day, draft.state) == (make.day(2025, 5, 5), pb.REPORT_STATE_DRAFT)
    assert (await stack.refused(stub.SignReport, _sign(draft), OFFICE_LEADER)).reason == "PERIOD_NOT_OVER"


async def test_a_period_has_one_report_and_the_same_request_one_answer(stack: Stack, stub) -> None:
    request = pb.ComposeReportRequest(request_id=rid(), form=pb.REPORT_FORM_V, period=APRIL)
    first, again = [await stack.call(stub.ComposeReport, request, AN) for _ in range(2)]
    assert (first.id, first.version) == (again.id, again.version)
    refused = await _compose_refused(stack, stub, OFFICE_LEADER, "V")
    assert (refused.code, refused.error.metadata) == (grpc.StatusCode.ALREADY_EXISTS, {"id": first.id})
    assert len(await stack.events(PeriodicReportChanged)) == 1


async def test_who_decided_on_an_older_version_is_refused(stack: Stack, stub) -> None:
    draft = await compose(stack, stub, STNMT_LEADER)
    await act(stack, stub, "Edit", draft, STNMT_LEADER, general_text="mới")
    refused = await stack.refused(stub.SignReport, _sign(draft), STNMT_LEADER)
    assert (refused.reason, refused.error.metadata) == ("STALE_VERSION", {"version": "2"})


async def test_a_note_beside_no_row_of_the_list_is_refused(stack: Stack, stub) -> None:
    draft = await compose(stack, stub, STNMT_LEADER)
    request = pb.EditReportRequest(request_id=rid(), id=draft.id, expected_version=1, notes=[pb.ReportNote(assignment_id=rid(), cause="x")])
    assert (await stack.refused(stub.EditReport, request, STNMT_LEADER)).fields == ["notes[0].assignment_id"]


@pytest.mark.article("Đ5")
async def test_a_stamp_of_secrecy_comes_into_no_report(stack: Stack, stub) -> None:
    draft = await compose(stack, stub, STNMT_LEADER)
    request = pb.EditReportRequest(request_id=rid(), id=draft.id, expected_version=1, general_text="MẬT\nnội dung")
    assert (await stack.refused(stub.EditReport, request, STNMT_LEADER)).reason == "SECRET_DOCUMENT_REFUSED"


@pytest.mark.article("Đ9.4", "Đ10.1")
async def test_the_office_sees_who_hasnt_sent_and_who_was_late_and_urges_once_a_day(stack: Stack, stub, clock) -> None:
    await reports.send(stack, stub)
    opened = await stack.call(stub.OpenUnitReports, pb.OpenUnitReportsRequest(request_id=rid(), period=APRIL, unit_ids=[str(make.SYT)]), AN)
    assert [each.unit_id for each in opened.opened] == [str(make.SYT)]
    clock.set(at(5, 9))
    states = await _standings(stack, stub, AN)
    # Five working days after Wednesday 30/04: 01, 02, 05, 06, 07 without a calendar that tells of holidays.
    assert {unit.due_date.day for unit in states.values()} == {7}
    assert {unit: (each.state, each.late) for unit, each in states.items()} == {
        make.STNMT: (pb.REPORT_STATE_SENT, False),
        make.SYT: (pb.REPORT_STATE_DRAFT, True),
        make.PHU_LOC: (pb.REPORT_STATE_UNSPECIFIED, True),
        make.SNV: (pb.REPORT_STATE_UNSPECIFIED, True),
    }
    assert (await _standings(stack, stub, EVALUATOR)).keys() == states.keys()
    waiting = states[make.SYT]
    urge = {"report_id": waiting.report_id, "text": "Khẩn trương gửi."}
    urged = await stack.call(stub.UrgeUnitReport, pb.UrgeUnitReportRequest(request_id=rid(), expected_version=1, **urge), AN)
    assert (urged.urge_count, urged.version, urged.unit_name) == (1, 2, "Sở Y tế")
    again = pb.UrgeUnitReportRequest(request_id=rid(), expected_version=2, **urge)
    assert (await stack.refused(stub.UrgeUnitReport, again, AN)).reason == "ALREADY_URGED"
    assert (await stack.refused(stub.UrgeUnitReport, again, EVALUATOR)).reason == "ROLE_REQUIRED"
    sent = pb.UrgeUnitReportRequest(request_id=rid(), report_id=states[make.STNMT].report_id, expected_version=3)
    assert (await stack.refused(stub.UrgeUnitReport, sent, AN)).reason == "WRONG_STATE"


async def _standings(stack: Stack, stub, person, period: pb.ReportPeriod = APRIL):
    found = await stack.call(stub.ListUnitReports, pb.ListUnitReportsRequest(period=period), person)
    return {make_id(each.unit_id): each for each in found.units}


def make_id(id: str):
    return next(unit for unit in make.NAMES if str(unit) == id)


@pytest.mark.article("Đ10.1")
async def test_an_opened_report_is_composed_by_its_unit_and_sent_late_stays_late(stack: Stack, stub, clock) -> None:
    await stack.call(stub.OpenUnitReports, pb.OpenUnitReportsRequest(request_id=rid(), period=APRIL), AN)
    mine = (await stack.call(stub.ListReports, pb.ListReportsRequest(), STNMT_LEADER)).reports
    assert [(report.state, report.as_of_time == Timestamp(), report.version) for report in mine] == [(pb.REPORT_STATE_DRAFT, True, 1)]
    assert (await stack.refused(stub.SignReport, _sign(mine[0]), STNMT_LEADER)).reason == "WRONG_STATE"
    empty = await stack.call(stub.GetReport, pb.GetReportRequest(id=mine[0].id), STNMT_LEADER)
    assert (list(empty.allowed_verbs), len(empty.units)) == ([pb.REPORT_VERB_RECOMPOSE], 0)
    clock.set(at(5, 9))
    filled = await compose(stack, stub, STNMT_LEADER)
    assert (filled.id, filled.version, len(filled.units)) == (mine[0].id, 2, 1)
    sent = await act(stack, stub, "Send", await act(stack, stub, "Sign", filled, STNMT_LEADER), STNMT_LEADER)
    assert sent.due_date == make.day(2025, 5, 7)
    assert (await _standings(stack, stub, AN))[make.STNMT].late


@pytest.mark.article("Đ9.4", "Đ10.1")
async def test_the_office_may_ask_for_an_ad_hoc_report_with_a_day_of_its_own(stack: Stack, stub) -> None:
    period = pb.ReportPeriod(kind=pb.PERIOD_KIND_AD_HOC, first_day=make.day(2025, 2, 1), last_day=make.day(2025, 4, 20))
    asked = {"period": period, "unit_ids": [str(make.STNMT)]}
    past = pb.OpenUnitReportsRequest(request_id=rid(), due_date=make.day(2025, 5, 4), **asked)
    assert (await stack.refused(stub.OpenUnitReports, past, AN)).fields == ["due_date"]
    unknown = pb.OpenUnitReportsRequest(request_id=rid(), period=period, unit_ids=[str(make.OFFICE)])
    assert (await stack.refused(stub.OpenUnitReports, unknown, AN)).fields == ["unit_ids[0]"]
    request = pb.OpenUnitReportsRequest(request_id=rid(), due_date=make.day(2025, 5, 8), **asked)
    (opened,) = (await stack.call(stub.OpenUnitReports, request, OFFICE_LEADER)).opened
    assert (opened.due_date, opened.late) == (make.day(2025, 5, 8), False)
    again = pb.OpenUnitReportsRequest(request_id=rid(), **asked)
    assert not (await stack.call(stub.OpenUnitReports, again, AN)).opened
    (told,) = [event for _, event in await stack.events(PeriodicReportChanged)]
    assert (told.verb, told.report.period_name) == (pb.REPORT_VERB_OPEN, "từ ngày 01/02/2025 đến ngày 20/04/2025")


async def test_the_list_is_paged_latest_period_first(stack: Stack, stub) -> None:
    for period in (MARCH, APRIL, YEAR):
        await compose(stack, stub, AN, "V", period)
    names, token = [], ""
    for _ in range(3):
        page = await stack.call(stub.ListReports, pb.ListReportsRequest(page_size=1, page_token=token), AN)
        names += [report.period_name for report in page.reports]
        token = page.next_page_token
    assert (names, token) == (["năm 2025", "tháng 4/2025", "tháng 3/2025"], "")
    signed = pb.ListReportsRequest(states=[pb.REPORT_STATE_SIGNED])
    assert not (await stack.call(stub.ListReports, signed, AN)).reports
