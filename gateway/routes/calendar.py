"""The working calendar: the year's days, where they come from, and the administrator's changes, shown first (regulation §3)."""

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response
from ykcd.deadline.v1 import deadline_pb2 as pb

from gateway.again import REFUSALS, form_again
from gateway.bodies import Posted, PostedForm
from gateway.errors import status_of
from gateway.visit import SignedInVisit, Visit
from gateway.web import working_year
from gateway.web.forms import Form
from gateway.web.records import having
from kit.clock import local_date
from kit.errors import Error, InvalidArgument, PermissionDenied

router = APIRouter()
ADDRESS = "/lich-lam-viec"
RELEASES = 20
FIRST_YEAR, LAST_YEAR = 2000, 2200
may_import = having("administrator")


@router.get(ADDRESS)
async def calendar(visit: SignedInVisit, nam: str = "", page_token: str = "") -> Response:
    """`nam`: the year; this one where none is named."""
    this_year = local_date(visit.parts.clock()).year
    year = int(nam) if nam.isdecimal() and FIRST_YEAR <= int(nam) <= LAST_YEAR else this_year
    found = await visit.call(visit.services.deadline.GetCalendar, pb.GetCalendarRequest(year=year))
    request = pb.ListCalendarReleasesRequest(page_size=RELEASES, page_token=page_token)
    releases = await visit.call(visit.services.deadline.ListCalendarReleases, request)
    context = {
        "year": year,
        "calendar": found,
        "months": working_year.months(year, found),
        "releases": releases.releases,
        "next_page_token": releases.next_page_token,
        "may_import": may_import((await visit.frame()).me),
    }
    return await visit.page("calendar.html", context)


@router.get(f"{ADDRESS}/nhap")
async def form(visit: SignedInVisit) -> Response:
    """An empty form, for the administrator."""
    await _require_administrator(visit)
    return await _form(visit, Form())


@router.post(f"{ADDRESS}/xem-truoc")
async def preview(visit: SignedInVisit, posted: PostedForm) -> Response:
    """What the change would move; nothing is changed."""
    await _require_administrator(visit)
    typed, errors = _read(posted)
    try:
        if errors:
            raise InvalidArgument.fields([])
        found = await visit.call(visit.services.deadline.PreviewCalendar, pb.PreviewCalendarRequest(days=typed.days))
    except REFUSALS as error:
        return await _again(visit, posted, error, errors)
    context = {"form": Form(posted.values), "typed": typed, "preview": found, "units_moved": working_year.by_unit(found.units)}
    return await visit.page("calendar_preview.html", context)


@router.post(f"{ADDRESS}/nhap")
async def bring_in(visit: SignedInVisit, posted: PostedForm) -> Response:
    """As it was shown; refused where the calendar was changed meanwhile."""
    typed, errors = _read(posted)
    request = pb.ImportCalendarRequest(
        request_id=posted.text("request_id"),
        expected_version=posted.version,
        source=typed.source,
        days=typed.days,
        settled_years=typed.settled_years,
    )
    try:
        if errors:
            raise InvalidArgument.fields([])
        await visit.call(visit.services.deadline.ImportCalendar, request)
    except REFUSALS as error:
        return await _again(visit, posted, error, errors)
    return visit.redirect(f"{ADDRESS}?nam={typed.days[0].date.year}", done="calendar")


@dataclass(frozen=True)
class Typed:
    """One announcement."""

    source: str
    days: list[pb.DayChange]
    settled_years: list[int]


def _read(posted: Posted) -> tuple[Typed, dict[str, str]]:
    form, errors = Form(posted.values), dict[str, str]()
    return Typed(form.value("source").strip(), working_year.changes(form, errors), working_year.years(form, errors)), errors


async def _require_administrator(visit: Visit) -> None:
    if not may_import((await visit.frame()).me):
        raise PermissionDenied(reason="ROLE_REQUIRED", message="Chỉ quản trị hệ thống của Văn phòng nhập lịch làm việc.")


async def _form(visit: Visit, form: Form, status: int = 200) -> Response:
    return await visit.page("calendar_import.html", {"form": form, "kinds": working_year.KINDS}, status=status)


async def _again(visit: Visit, posted: Posted, error: Error, unread: dict[str, str]) -> Response:
    errors = unread | {each.path.split("[")[0]: each.message for each in error.violations}
    form = form_again(error, posted, errors, allowed=may_import((await visit.frame()).me))
    return await _form(visit, form, status_of(error))
