"""A published document is changed openly (Đ2.7): amended, replaced, revoked. Who is affected is shown before anything is done."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response
from ykcd.directive.v1 import directive_pb2 as pb
from ykcd.reporting.v1.reporting_pb2 import AssignmentFilter, AssignmentRow, SearchAssignmentsRequest

from gateway import web
from gateway.again import REFUSALS, again
from gateway.bodies import Posted, PostedForm
from gateway.errors import status_of
from gateway.routes.directive_entry import previews_by_field
from gateway.routes.directives import binds, get, page_of
from gateway.visit import SignedInVisit, Visit
from gateway.web import amend_form, directive_form
from gateway.web.forms import Form, read_date
from gateway.web.records import May
from gateway.web.tasks_found import OPEN
from kit.errors import Error, InvalidArgument, PermissionDenied
from kit.rpc.validation import validate

router = APIRouter()
STALE = "Văn bản vừa được người khác thay đổi. Xem lại nội dung mới rồi gửi lại nếu vẫn cần."
PER_PAGE = 200


@router.get("/directives/{id}/amend")
async def amend(visit: SignedInVisit, id: UUID) -> Response:
    """The document as it stands, to be changed."""
    found = await _changeable(visit, id, web.may_enter)
    return await _show_amend(visit, found, Form(amend_form.from_directive(found))) if binds(found) else page_of(id)


@router.post("/directives/{id}/amend")
async def submit_amend(visit: SignedInVisit, id: UUID, posted: PostedForm) -> Response:
    """Changes the number of added tasks on screen; shows what would change, and for whom; does it."""
    found = await _changeable(visit, id, web.may_enter)
    if not binds(found):
        return page_of(id)
    posted, action = Posted(directive_form.tidied(posted.values), posted.files), posted.text("action") or "check"
    if action not in ("check", "confirm"):
        values, focus = posted.values, ""
        if action == "add_task" or (action.startswith("remove_task:") and action.removeprefix("remove_task:").isdecimal()):
            values, focus = directive_form.change_tasks(posted.values, action)
        return await _show_amend(visit, found, Form(values), focus=focus)
    request, unread = amend_form.to_request(found, Form(posted.values))
    request.request_id, request.expected_version = posted.text("request_id"), posted.version
    try:
        validate(request)
        if unread:
            raise InvalidArgument.fields([])
        if action == "check":
            return await _show_check(visit, found, request, Form(posted.values, request_id=posted.text("request_id")))
        written = await visit.call(visit.services.directive.AmendDirective, request)
    except REFUSALS as error:
        errors = {amend_form.field_of(found, request, violation.path): violation.message for violation in error.violations}
        return await _show_amend(visit, *await _again(visit, id, posted, error, errors | unread), status=status_of(error))
    return visit.redirect(f"/directives/{id}", written=written, done="amend")


@router.get("/directives/{id}/supersede")
async def supersede(visit: SignedInVisit, id: UUID, q: str = "") -> Response:
    """Which document takes its place; `q` finds one by its number or words."""
    found = await _changeable(visit, id, web.may_end)
    return await _show_end(visit, found, Form(), "supersede", q) if binds(found) else page_of(id)


@router.post("/directives/{id}/supersede")
async def submit_supersede(visit: SignedInVisit, id: UUID, posted: PostedForm) -> Response:
    """Its open assignments are cancelled."""
    request = pb.SupersedeDirectiveRequest(reason=posted.text("reason").strip(), superseding_id=posted.text("superseding_id"))
    return await _end(visit, id, posted, "supersede", request, {})


@router.get("/directives/{id}/revoke")
async def revoke(visit: SignedInVisit, id: UUID) -> Response:
    """By which document, and why."""
    found = await _changeable(visit, id, web.may_end)
    return await _show_end(visit, found, Form(), "revoke") if binds(found) else page_of(id)


@router.post("/directives/{id}/revoke")
async def submit_revoke(visit: SignedInVisit, id: UUID, posted: PostedForm) -> Response:
    """Its open assignments are cancelled."""
    form, unread = Form(posted.values), dict[str, str]()
    document = pb.ChangingDocument(
        code=form.value("changing_code").strip(),
        issue_date=read_date(form, "changing_date", unread),
        signer=form.value("changing_signer").strip(),
    )
    request = pb.RevokeDirectiveRequest(reason=form.value("reason").strip(), document=document)
    return await _end(visit, id, posted, "revoke", request, unread)


async def _end(visit: Visit, id: UUID, posted: Posted, verb: str, request: Any, unread: dict[str, str]) -> Response:
    await _require(visit, web.may_end)
    request.request_id, request.id, request.expected_version = posted.text("request_id"), str(id), posted.version
    services = visit.services.directive
    try:
        if unread:
            validate(request)
            raise InvalidArgument.fields([])
        written = await visit.call(services.SupersedeDirective if verb == "supersede" else services.RevokeDirective, request)
    except REFUSALS as error:
        errors = {amend_form.NAMES.get(violation.path, ""): violation.message for violation in error.violations}
        shown, form = await _again(visit, id, posted, error, errors | unread)
        return await _show_end(visit, shown, form, verb, status=status_of(error))
    return visit.redirect(f"/directives/{id}", written=written, done=verb)


async def _changeable(visit: Visit, id: UUID, may: May) -> pb.Directive:
    """NotFound for the missing and the foreign."""
    found = await get(visit, id)
    await _require(visit, may)
    return found


async def _require(visit: Visit, may: May) -> None:
    if not may((await visit.frame()).me):
        raise PermissionDenied(reason="ROLE_REQUIRED", message="Bạn không có quyền thay đổi văn bản đã ban hành.")


async def _again(visit: Visit, id: UUID, posted: Posted, error: Error, errors: dict[str, str]) -> tuple[pb.Directive, Form]:
    """What was typed stays, on the newest version; what is secret is shown nowhere."""
    newest = await get(visit, id)
    if not binds(newest):
        raise error
    shown = again(error, posted, errors, version=newest.version, allowed=True)
    return newest, Form(posted.values, {"": STALE}) if shown.conflict else shown.form


async def _show_amend(visit: Visit, found: pb.Directive, form: Form, *, status: int = 200, focus: str = "") -> Response:
    frame = await visit.frame()
    context = {
        "directive": found,
        "form": form,
        "units": frame.units,
        "fields": frame.fields,
        "previews": await previews_by_field(visit, form),
        "focus": focus,
        "task_count": directive_form.task_count(form.values),
    }
    return await visit.page("directive_amend.html", context, status=status)


async def _show_check(visit: Visit, found: pb.Directive, request: pb.AmendDirectiveRequest, form: Form) -> Response:
    rows = await _assignments(visit, found.id)
    affected = amend_form.touched(found, request)
    context = {"directive": found, "amendment": request, "form": form, "rows": [row for row in rows if row.id in affected]}
    return await visit.page("directive_amend_check.html", context)


async def _show_end(visit: Visit, found: pb.Directive, form: Form, verb: str, q: str = "", *, status: int = 200) -> Response:
    context = {
        "directive": found,
        "form": form,
        "verb": verb,
        "rows": await _assignments(visit, found.id),
        "candidates": await _candidates(visit, found.id, q) if verb == "supersede" else [],
        "q": q,
    }
    return await visit.page("directive_end.html", context, status=status)


async def _assignments(visit: Visit, directive_id: str) -> Sequence[AssignmentRow]:
    """The open ones: what is verified stays as it is."""
    request = SearchAssignmentsRequest(filter=AssignmentFilter(directive_id=directive_id, states=OPEN), page_size=PER_PAGE)
    rows: list[AssignmentRow] = []
    while True:
        found = await visit.call(visit.services.reporting.SearchAssignments, request)
        rows += found.rows
        if not found.next_page_token:
            return rows
        request.page_token = found.next_page_token


async def _candidates(visit: Visit, directive_id: str, q: str) -> list[tuple[str, str]]:
    """(id, words) of documents that may take its place: what `q` finds, else the newest."""
    if q.strip():
        request = SearchAssignmentsRequest(filter=AssignmentFilter(query=q.strip()[:200]), page_size=PER_PAGE)
        rows = (await visit.call(visit.services.reporting.SearchAssignments, request)).rows
        found = {row.directive_id: f"{row.directive_code}: {row.directive_abstract}" for row in rows}
    else:
        newest = pb.ListDirectivesRequest(page_size=PER_PAGE)
        listed = (await visit.call(visit.services.directive.ListDirectives, newest)).directives
        found = {each.id: f"{each.number}/{each.symbol}: {each.abstract}" for each in listed if binds(each)}
    return [(id, words) for id, words in found.items() if id != directive_id]
