"""Figures at a glance (Đ2.1, Đ9.1): the province, one unit, a specialist's desk; and for a screen on the wall."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response
from ykcd.reporting.v1.reporting_pb2 import Dashboard, GetDashboardRequest, GetWorklistRequest

from gateway.errors import status_of
from gateway.visit import SignedInVisit, Visit
from gateway.web.forms import BAD_DATE, Form, parse_date, read_date
from kit.clock import start_of_day
from kit.dates import from_time, to_date
from kit.errors import InvalidArgument, not_found
from kit.law import article
from kit.workdays import ONE_DAY

router = APIRouter()
# The form's names: the period of the documents, and the day whose figures are shown.
NAMES = ("issue_from", "issue_to", "as_of")


@router.get("/tong-quan")
@article("Đ2.1", "D13")
async def province(visit: SignedInVisit) -> Response:
    """Đ2.1: the figures of all units, for all. `man-hinh=1`: for a screen on the wall, which asks anew by itself."""
    found, form, status = await _ask(visit)
    wall = visit.request.query_params.get("man-hinh") == "1"
    context = {"found": found, "form": form, "address": "/tong-quan"}
    return await visit.page("wall.html" if wall else "dashboard.html", context, status=status, block="figures" if wall else "")


@router.get("/tong-quan/chuyen-vien")
async def desk(visit: SignedInVisit) -> Response:
    """What one specialist follows: the reader, or another one of the Office."""
    frame = await visit.frame()
    own = frame.me.member.person_id
    chosen = visit.request.query_params.get("specialist", "") or own
    found, form, status = await _ask(visit, specialist_id=chosen)
    waiting = chosen == own and await visit.call(visit.services.reporting.GetWorklist, GetWorklistRequest(rows_per_section=1))
    context = {
        "found": found,
        "form": form,
        "specialist_id": chosen,
        "sections": waiting.sections if waiting else [],
        "office": frame.office,
    }
    return await visit.page("desk.html", context, status=status)


@router.get("/tong-quan/don-vi/{id}")
@article("Đ2.1", "D13")
async def unit(visit: SignedInVisit, id: UUID) -> Response:
    """One unit beside the whole province."""
    frame = await visit.frame()
    shown = next((unit for unit in frame.units if unit.id == str(id)), None)
    if shown is None:
        raise not_found()
    (found, form, status), (whole, _, _) = await asyncio.gather(_ask(visit, unit_id=shown.id), _ask(visit))
    place = next((each for each in whole.units if each.unit_id == shown.id), None)
    context = {"found": found, "form": form, "unit": shown, "whole": whole, "place": place}
    return await visit.page("dashboard_unit.html", context, status=status)


async def _ask(visit: Visit, **of: str) -> tuple[Dashboard, Form, int]:
    """The figures, their form with what is wrong in it, and the page's status."""
    errors: dict[str, str] = {}
    form = Form({name: [visit.request.query_params.get(name, "")] for name in NAMES}, errors)
    asked: dict[str, Any] = {name: read_date(form, name, errors) for name in ("issue_from", "issue_to")}
    try:
        asked["as_of_time"] = _end_of(parse_date(form.value("as_of")), visit.today)
    except ValueError:
        errors["as_of"] = BAD_DATE
    if errors:
        return Dashboard(), form, 422
    try:
        return await visit.call(visit.services.reporting.GetDashboard, GetDashboardRequest(**of, **asked)), form, 200
    except InvalidArgument as error:
        if {each.path for each in error.violations}.isdisjoint((*NAMES, "as_of_time")):
            raise
        errors |= {each.path.removesuffix("_time"): each.message for each in error.violations}
        return Dashboard(), form, status_of(error)


def _end_of(given: Any, today: date) -> Any:
    """The day's last moment; None, which is now, for today."""
    day = to_date(given, "as_of") if given else today
    return None if day == today else from_time(start_of_day(day + ONE_DAY) - timedelta(microseconds=1))
