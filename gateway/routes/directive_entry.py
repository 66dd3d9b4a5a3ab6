"""Entering a document: the form, check answers, publication. Nothing is kept on this side, least of all what is secret (Đ5)."""

import asyncio
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from google.type.date_pb2 import Date
from starlette.responses import HTMLResponse, Response
from ykcd.deadline.v1.deadline_pb2 import DueDatePreview, DueDateSuggestion, SuggestDueDateRequest
from ykcd.directive.v1 import directive_pb2 as pb

from gateway import web
from gateway.again import form_again
from gateway.bodies import Posted, PostedForm
from gateway.errors import status_of
from gateway.refusals import BadRequest
from gateway.routes.directives import get, is_draft, page_of
from gateway.routes.tasks import as_written, preview_of
from gateway.visit import SignedInVisit, Visit
from gateway.web import directive_form, words
from gateway.web.forms import Form, parse_date
from kit.dates import from_date
from kit.errors import Aborted, AlreadyExists, Error, FailedPrecondition, InvalidArgument, PermissionDenied, ResourceExhausted, Unavailable
from kit.rpc.validation import validate

router = APIRouter()
STALE_DRAFT = "Người khác vừa lưu bản nháp này. Mở lại trang ở cửa sổ khác để xem; nếu gửi tiếp, nội dung dưới đây thay bản của họ."
# A due date by its ISO text, and whether it is exact or "trước ngày" (D7).
_Due = tuple[str, bool]
_DUE_DATE = re.compile(r"tasks-\d+-due_date")
_CONTENT = re.compile(r"tasks-\d+-content")


@dataclass(frozen=True)
class Draft:
    """What the form is about; all empty for a new document."""

    id: str = ""
    version: int = 0
    code: str = ""


def _draft(found: pb.Directive) -> Draft:
    return Draft(found.id, found.version, f"{found.number}/{found.symbol}")


@router.get("/directives/new")
async def new(visit: SignedInVisit) -> Response:
    """An empty document with one empty task, for those who may send it (Đ7.1)."""
    if not web.may_enter((await visit.frame()).me):
        raise PermissionDenied(reason="ROLE_REQUIRED", message="Bạn không có quyền nhập văn bản.")
    return await _show(visit, Form(directive_form.new_values()), Draft())


@router.post("/directives/new")
async def create(visit: SignedInVisit, posted: PostedForm) -> Response:
    """Keeps the draft, or changes the number of its tasks on screen."""
    return await _submit(visit, posted, Draft())


@router.post("/due-date-suggestion")
async def due_date_suggestion(visit: SignedInVisit, posted: PostedForm) -> HTMLResponse:
    """What stands below a task's content (D8). By POST, so that no address holds it; of what is secret nothing is asked (Đ5)."""
    found = None if directive_form.is_secret(posted.values) else await _suggestion(visit, Form(posted.values), posted.text("content"))
    return HTMLResponse(web.environment().get_template("due_date_suggestion.html").render(suggestion=found))


@router.get("/directives/{id}/edit")
async def edit(visit: SignedInVisit, id: UUID) -> Response:
    """Of a draft; what is published isn't changed (Đ2.7)."""
    found = await get(visit, id)
    if not is_draft(found):
        return page_of(id)
    return await _show(visit, Form(directive_form.from_directive(found)), _draft(found))


@router.post("/directives/{id}/edit")
async def update(visit: SignedInVisit, id: UUID, posted: PostedForm) -> Response:
    """As create."""
    return await _submit(visit, posted, _draft(await get(visit, id)))


@router.get("/directives/{id}/check")
async def check(visit: SignedInVisit, id: UUID) -> Response:
    """Everything once more, before the units see it."""
    found = await get(visit, id)
    return await _show_check(visit, found, Form()) if is_draft(found) else page_of(id)


@router.post("/directives/{id}/publish")
async def publish(visit: SignedInVisit, id: UUID, posted: PostedForm) -> Response:
    """From now on the tasks bind (Đ2.7)."""
    request = pb.PublishDirectiveRequest(request_id=posted.text("request_id"), id=str(id), expected_version=posted.version)
    try:
        published = await visit.call(visit.services.directive.PublishDirective, request)
    except (FailedPrecondition, Aborted) as error:
        draft = await get(visit, id)
        if not is_draft(draft):
            raise
        return await _show_check(visit, draft, Form(errors=_incomplete(error)), status_of(error))
    return visit.redirect(f"/directives/{id}", written=published, done="publish")


async def _submit(visit: Visit, posted: Posted, draft: Draft) -> Response:
    posted, action = Posted(directive_form.tidied(posted.values), posted.files), posted.text("action") or "check"
    if action not in ("check", "save"):
        return await _change_tasks(visit, posted, draft, action)
    content, unread = directive_form.to_input(posted.values)
    try:
        stored = await _store(visit, posted, draft, content, unread)
    except (InvalidArgument, AlreadyExists, Aborted, ResourceExhausted, Unavailable) as error:
        return await _show_again(visit, posted, draft, error, unread)
    # Đ7.1: what was entered is looked at once more before it goes out.
    return visit.redirect(f"/directives/{stored.id}{'/check' if action == 'check' else ''}", written=stored, done="save")


async def _change_tasks(visit: Visit, posted: Posted, draft: Draft, action: str) -> Response:
    refuse_secret(posted)
    if action != "add_task" and not re.fullmatch(r"remove_task:\d{1,4}", action):
        raise BadRequest(reason="ACTION_UNKNOWN", message="Thao tác không có.")
    values, focus = directive_form.change_tasks(posted.values, action)
    return await _show(visit, Form(values), Draft(draft.id, posted.version, draft.code), focus=focus)


async def _store(visit: Visit, posted: Posted, draft: Draft, content: pb.DirectiveInput, unread: dict[str, str]) -> pb.Directive:
    request_id, services = posted.text("request_id"), visit.services
    if draft.id:
        request: Any = pb.UpdateDirectiveRequest(request_id=request_id, id=draft.id, expected_version=posted.version, directive=content)
        method = services.directive.UpdateDirective
    else:
        request, method = pb.CreateDirectiveRequest(request_id=request_id, directive=content), services.directive.CreateDirective
    if unread and not directive_form.is_secret(posted.values):
        # All that is wrong at once: what we can't read, and what the service would say of the rest.
        validate(request)
        raise InvalidArgument.fields([])
    return await visit.call(method, request)


async def _show_again(visit: Visit, posted: Posted, draft: Draft, error: Error, unread: dict[str, str]) -> Response:
    """What was typed stays, unless it is secret: then it is shown nowhere."""
    errors = {directive_form.field_of(violation.path): violation.message for violation in error.violations} | unread
    version = posted.version
    if error.reason == "STALE_VERSION":
        errors, version = {"": STALE_DRAFT}, (await get(visit, UUID(draft.id))).version
    form = form_again(error, posted, errors, allowed=True)
    refuse_secret(posted)
    return await _show(visit, form, Draft(draft.id, version, draft.code), status=status_of(error))


def refuse_secret(posted: Posted) -> None:
    """Such a form is shown to nobody again (Đ5)."""
    if directive_form.is_secret(posted.values):
        raise InvalidArgument(reason="SECRET_DOCUMENT_REFUSED", message="Không nhập văn bản mật vào hệ thống (Điều 5).")


async def _show(visit: Visit, form: Form, draft: Draft, *, status: int = 200, focus: str = "") -> Response:
    frame = await visit.frame()
    context = {
        "form": form,
        "directive_id": draft.id,
        "version": draft.version,
        "code": draft.code,
        "units": frame.units,
        "fields": frame.fields,
        "previews": await previews_by_field(visit, form),
        "focus": focus,
        "task_count": directive_form.task_count(form.values),
    }
    return await visit.page("directive_edit.html", context, status=status)


async def _show_check(visit: Visit, draft: pb.Directive, form: Form, status: int = 200) -> Response:
    dated = [part for task in draft.tasks for part in task.assignments if part.HasField("due_date")]
    parts = {(words.iso_date(part.due_date), part.due_exact): part for part in dated}
    written = {key: (as_written(part.due_date, exact=part.due_exact), part.due_exact) for key, part in parts.items()}
    previews = await _previews(visit, written)
    return await visit.page("directive_check.html", {"directive": draft, "previews": previews, "form": form}, status=status)


async def previews_by_field(visit: Visit, form: Form) -> dict[str, DueDatePreview | DueDateSuggestion]:
    """What the working calendar makes of each task's due date, and what its content seems to say of it (D8), by the field's name."""
    fields = {}
    for name in filter(_DUE_DATE.fullmatch, form.values):
        try:
            day = parse_date(form.value(name))
        except ValueError:
            continue
        if day:
            fields[name] = (day, form.value(name.replace("due_date", "due_before")) == "1")
    previews = await _previews(visit, {(words.iso_date(day), before): (day, before) for day, before in fields.values()})
    found = {name: previews.get((words.iso_date(day), before)) for name, (day, before) in fields.items()}
    contents = list(filter(_CONTENT.fullmatch, form.values))
    suggestions = await asyncio.gather(*(_suggestion(visit, form, form.value(name)) for name in contents))
    return {name: shown for name, shown in (*found.items(), *zip(contents, suggestions, strict=True)) if shown}


async def _suggestion(visit: Visit, form: Form, content: str) -> DueDateSuggestion | None:
    """By the form's date of issue, or today's where it has none. None where the service can't be asked, or makes nothing of the text."""
    try:
        issued = parse_date(form.value("issue_date"))
    except ValueError:
        issued = None
    request = SuggestDueDateRequest(text=content, issue_date=issued or from_date(visit.today))
    try:
        return await visit.optional(visit.services.deadline.SuggestDueDate, request) if content.strip() else None
    except InvalidArgument:
        return None


async def _previews(visit: Visit, days: dict[_Due, tuple[Date, bool]]) -> dict[_Due, DueDatePreview]:
    """Of each (date, whether "trước ngày") once; one of which the calendar can't be asked is left out."""
    found = await asyncio.gather(*(preview_of(visit, day, exclusive=before) for day, before in days.values()))
    return {key: preview for key, preview in zip(days, found, strict=True) if preview}


def _incomplete(error: Error) -> dict[str, str]:
    """One line per task, leading to it."""
    lines: dict[str, list[str]] = {}
    for violation in error.violations:
        place = re.match(r"(?:directive\.)?tasks\[(\d+)\]", violation.path)
        lines.setdefault(f"task-{int(place[1]) + 1}" if place else "", []).append(violation.message)
    prefixes = {name: f"Nhiệm vụ {name.removeprefix('task-')}: " if name else "" for name in lines}
    return {name: prefixes[name] + " ".join(messages) for name, messages in lines.items()} or {"": error.message}
