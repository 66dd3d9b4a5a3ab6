"""What periodic reports have besides their list and pages (gateway/web/kinds/report.py): files, and which units have sent theirs."""

from contextlib import suppress
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response
from ykcd.reporting.v1 import report_pb2 as pb

from gateway.again import REFUSALS, form_again
from gateway.bodies import Posted, PostedForm
from gateway.downloads import streamed
from gateway.errors import status_of
from gateway.routes.papers import SECONDS, Ending
from gateway.visit import SignedInVisit, Visit
from gateway.web.forms import Form, read_date
from gateway.web.kinds.report import PERIOD, REPORTS, read_period
from gateway.web.records import having
from kit.errors import Error, InvalidArgument
from kit.law import article

router = APIRouter()
STANDINGS = f"{REPORTS.address}/tinh-hinh"
_asks = having("specialist", "office_leader")


@router.get(f"{REPORTS.address}/{{id}}/tep.{{ending}}")
async def report_file(visit: SignedInVisit, id: UUID, ending: Ending) -> Response:
    request = pb.GetReportFileRequest(id=str(id), format=ending.format)
    return await streamed(visit, visit.services.report.GetReportFile, request, SECONDS)


@router.get(STANDINGS)
@article("Đ9.4")
async def standings(visit: SignedInVisit) -> Response:
    """Query: the period; the month before this one where it names none."""
    query = visit.request.query_params
    before = visit.today.replace(day=1) - timedelta(days=1)
    usual = {"period_kind": "month", "year": str(before.year), "number": str(before.month)}
    given = {field.name: query[field.name] for field in PERIOD if field.name in query} or usual
    form = Form({name: [value] for name, value in given.items()})
    request = pb.ListUnitReportsRequest()
    errors = read_period(request, form)
    try:
        if errors:
            raise InvalidArgument.fields([])
        found = await _asked(visit, request)
    except InvalidArgument as error:
        return await _page(visit, pb.ListUnitReportsResponse(), Form(form.values, errors | _named(error)), status_of(error))
    return await _page(visit, found, form)


@router.post(f"{STANDINGS}/yeu-cau")
@article("Đ10.1")
async def ask_units(visit: SignedInVisit, posted: PostedForm) -> Response:
    """All units that owe one for the period."""
    form, request = Form(posted.values), pb.OpenUnitReportsRequest(request_id=posted.text("request_id"))
    errors = read_period(request, form)
    if due := read_date(form, "due_date", errors):
        request.due_date.CopyFrom(due)
    try:
        if errors:
            raise InvalidArgument.fields([])
        await visit.call(visit.services.report.OpenUnitReports, request)
    except REFUSALS as error:
        return await _again(visit, posted, error, errors)
    return visit.redirect(_address(posted), done="report-open")


@router.post(f"{REPORTS.address}/{{id}}/don-doc")
@article("Đ9.4")
async def urge(visit: SignedInVisit, id: UUID, posted: PostedForm) -> Response:
    """A unit that hasn't sent."""
    request = pb.UrgeUnitReportRequest(request_id=posted.text("request_id"), report_id=str(id), expected_version=posted.version)
    try:
        await visit.call(visit.services.report.UrgeUnitReport, request)
    except REFUSALS as error:
        return await _again(visit, posted, error, {})
    return visit.redirect(_address(posted), done="report-urge")


async def _asked(visit: Visit, request: pb.ListUnitReportsRequest) -> pb.ListUnitReportsResponse:
    return await visit.call(visit.services.report.ListUnitReports, request)


async def _again(visit: Visit, posted: Posted, error: Error, errors: dict[str, str]) -> Response:
    """The units of the same period, with what was refused."""
    form = form_again(error, posted, errors | _named(error), allowed=_asks((await visit.frame()).me))
    request, found = pb.ListUnitReportsRequest(), pb.ListUnitReportsResponse()
    if not read_period(request, Form(posted.values)) and request.HasField("period"):
        with suppress(InvalidArgument):
            found = await _asked(visit, request)
    return await _page(visit, found, form, status_of(error))


def _named(error: Error) -> dict[str, str]:
    """By the form's fields."""
    errors: dict[str, str] = {}
    for each in error.violations:
        errors[next(filter(None, (field.at(each.path) for field in PERIOD)), each.path)] = each.message
    return errors or ({"": error.message} if error.reason != "INVALID_FIELDS" else {})


def _address(posted: Posted) -> str:
    given = [(field.name, posted.text(field.name)) for field in PERIOD if posted.text(field.name)]
    return f"{STANDINGS}?{urlencode(given)}"


async def _page(visit: Visit, found: pb.ListUnitReportsResponse, form: Form, status: int = 200) -> Response:
    period: list[Any] = [(field.name, form.value(field.name)) for field in PERIOD if form.value(field.name)]
    context = {"found": found, "form": form, "period": period, "may_ask": _asks((await visit.frame()).me)}
    return await visit.page("report_standings.html", context, status=status)
