"""Lists and counts, all from the read side: Việc của tôi, the task list, the summary, a due date's preview."""

from fastapi import APIRouter
from google.type.date_pb2 import Date
from starlette.responses import HTMLResponse, Response
from ykcd.deadline.v1.deadline_pb2 import DueDatePreview, PreviewDueDateRequest
from ykcd.reporting.v1.reporting_pb2 import (
    AssignmentFilter,
    GetSummaryRequest,
    GetWorklistRequest,
    SearchAssignmentsRequest,
    SearchAssignmentsResponse,
)

from gateway import web
from gateway.errors import status_of
from gateway.visit import SignedInVisit, Visit
from gateway.web import filters
from gateway.web.forms import Form, gathered, parse_date, read_date
from kit.dates import from_date, to_date
from kit.errors import InvalidArgument
from kit.workdays import ONE_DAY

router = APIRouter()
WITHOUT_TASKS = frozenset({"administrator", "operator"})
ROWS_PER_SECTION = 10
ROWS_PER_PAGE = 50
# The filter's fields by their names in the query.
_NAMES = {
    "query": "q",
    "states": "state",
    "unit_ids": "unit",
    "roles": "role",
    "field_id": "field",
    "specialist_id": "specialist",
    "directive_id": "directive",
}


@router.get("/my-work")
async def my_work(visit: SignedInVisit) -> Response:
    """What waits for the reader; who only runs the system has no tasks (regulation §4), and is told so."""
    if WITHOUT_TASKS.issuperset((await visit.frame()).me.member.roles):
        return await visit.page("home.html", {})
    request = GetWorklistRequest(rows_per_section=ROWS_PER_SECTION, read_after=visit.read_after)
    worklist = await visit.call(visit.services.reporting.GetWorklist, request)
    first_use = not any(entry.total_count for entry in worklist.sections) and await _has_none(visit)
    context = {"worklist": worklist, "first_use": first_use}
    return await visit.page("my_work.html", context, block="sections", stale=worklist.stale)


async def _has_none(visit: Visit) -> bool:
    found = await visit.call(visit.services.reporting.SearchAssignments, SearchAssignmentsRequest(page_size=1))
    return found.total_count == 0


@router.get("/tasks")
async def tasks(visit: SignedInVisit) -> Response:
    """The filter is the address. What can't be read in it is named, and nothing is listed."""
    pairs = visit.request.query_params.multi_items()
    chosen, order, errors = filters.parse(pairs)
    token = visit.request.query_params.get("page_token", "")
    found, status = SearchAssignmentsResponse(), 422
    if not errors:
        found, status, errors = await _search(visit, chosen, order, token)
    if errors and visit.is_htmx:
        raise InvalidArgument(reason="FILTER_INVALID", message=" ".join(errors.values()))
    frame = await visit.frame()
    context = {
        "rows": found.rows,
        "total_count": found.total_count,
        "next_page_token": found.next_page_token,
        "first_page": not token,
        "chosen": chosen,
        "order": order,
        "form": Form(gathered(pairs), errors),
        "units": frame.units,
        "fields": frame.fields,
    }
    return await visit.page("tasks.html", context, status=status, block="results", stale=found.stale)


async def _search(visit: Visit, chosen: AssignmentFilter, order: int, token: str) -> tuple[SearchAssignmentsResponse, int, dict[str, str]]:
    request = SearchAssignmentsRequest(filter=chosen, order=order, page_size=ROWS_PER_PAGE, page_token=token, read_after=visit.read_after)
    try:
        return await visit.call(visit.services.reporting.SearchAssignments, request), 200, {}
    except InvalidArgument as error:
        if status_of(error) == 400:
            raise
        return SearchAssignmentsResponse(), 422, {_name(v.path): v.message for v in error.violations} or {"": error.message}


def _name(path: str) -> str:
    name = path.removeprefix("filter.").split("[")[0]
    return _NAMES.get(name, name)


@router.get("/summary")
async def summary(visit: SignedInVisit) -> Response:
    """Đ2.1: the counts of all units, for all."""
    errors: dict[str, str] = {}
    form = Form({name: [visit.request.query_params.get(name, "")] for name in ("issue_from", "issue_to")}, errors)
    days = {name: read_date(form, name, errors) for name in form.values}
    found = await visit.call(visit.services.reporting.GetSummary, GetSummaryRequest(read_after=visit.read_after, **days))
    context = {"summary": found, "form": form}
    return await visit.page("summary.html", context, status=422 if errors else 200, stale=found.stale)


@router.get("/due-date-preview")
async def due_date_preview(visit: SignedInVisit, date: str = "", before: str = "") -> HTMLResponse:
    """What stands beside a date field; nothing where there is no date yet. `before` is "1" for "trước ngày" (D7)."""
    try:
        day = parse_date(date)
    except ValueError:
        day = None
    preview = await preview_of(visit, day, exclusive=before == "1") if day else None
    return HTMLResponse(web.environment().get_template("due_date_preview.html").render(preview=preview))


async def preview_of(visit: Visit, day: Date, *, exclusive: bool = False) -> DueDatePreview | None:
    """None where the calendar can't be asked, or makes nothing of the date."""
    try:
        return await visit.optional(visit.services.deadline.PreviewDueDate, PreviewDueDateRequest(due_date=day, exclusive=exclusive))
    except InvalidArgument:
        return None


def as_written(last_day: Date, *, exact: bool) -> Date:
    """The date in the document's words: an exact last day was the day before X (D7)."""
    return from_date(to_date(last_day, "due_date") + ONE_DAY) if exact else last_day
