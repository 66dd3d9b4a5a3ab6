"""One assignment, and what people do to it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from google.type.date_pb2 import Date
from starlette.responses import Response
from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.deadline.v1.deadline_pb2 import Deadline, DueDatePreview, GetDeadlineRequest

from gateway.bodies import Posted, PostedFiles, PostedForm
from gateway.errors import status_of
from gateway.routes.evidence import upload
from gateway.routes.tasks import as_written, preview_of
from gateway.visit import SignedInVisit, Visit
from gateway.web.forms import BAD_DATE, Form, parse_date
from kit.errors import Aborted, Error, FailedPrecondition, InvalidArgument, NotFound

router = APIRouter()
# The form's name for what an error calls otherwise.
_NAMES = {
    "document.number": "document_number",
    "document.issue_date": "document_date",
    "evidence_ids": "evidence",
    "document": "document_number",
}


@dataclass(frozen=True)
class Verb:
    """One action: its name in the address, the RPC, and how the form's fields become its request."""

    action: int
    slug: str
    method: str
    request: type
    fill: Callable[[Any, Form, dict[str, str]], None]


@router.get("/assignments/{id}")
async def assignment(visit: SignedInVisit, id: UUID) -> Response:
    """Straight from its owner: the reader's own writes are in it."""
    return await _show(visit, await _get(visit, id))


async def _get(visit: Visit, id: UUID) -> pb.Assignment:
    return await visit.call(visit.services.assignment.GetAssignment, pb.GetAssignmentRequest(id=str(id)))


async def _show(
    visit: Visit, found: pb.Assignment, *, forms: dict[int, Form] | None = None, conflict: int = 0, status: int = 200
) -> Response:
    task, deadline, preview, frame = await asyncio.gather(
        visit.optional(visit.services.assignment.GetTask, pb.GetTaskRequest(task_id=found.task_id)),
        _deadline(visit, found),
        _preview(visit, found),
        visit.frame(),
    )
    may_delegate = pb.ACTION_DELEGATE in found.allowed_actions
    members = frame.members if may_delegate else []
    context = {"assignment": found, "task": task, "deadline": deadline, "preview": preview, "members": members}
    return await visit.page("task.html", context | {"forms": forms or {}, "conflict_action": conflict}, status=status)


async def _deadline(visit: Visit, found: pb.Assignment) -> Deadline | None:
    """Only where the page says until when the unit owes its report."""
    if found.timeliness != pb.TIMELINESS_AWAITING_UPDATE:
        return None
    try:
        return await visit.optional(visit.services.deadline.GetDeadline, GetDeadlineRequest(assignment_id=found.id))
    except NotFound:
        return None


async def _preview(visit: Visit, found: pb.Assignment) -> DueDatePreview | None:
    if not found.HasField("effective_due_date") or found.execution == pb.EXECUTION_DONE:
        return None
    return await preview_of(visit, as_written(found.effective_due_date, exact=found.due_exact), exclusive=found.due_exact)


def _text(*names: str) -> Callable[[Any, Form, dict[str, str]], None]:
    def fill(request: Any, form: Form, _errors: dict[str, str]) -> None:
        for name in names:
            setattr(request, name, form.value(name).strip())

    return fill


def _date(target: Date, form: Form, name: str, errors: dict[str, str]) -> None:
    try:
        day = parse_date(form.value(name))
    except ValueError:
        errors[name] = BAD_DATE
        return
    if day:
        target.CopyFrom(day)


def _delegation(request: pb.DelegateAssignmentRequest, form: Form, errors: dict[str, str]) -> None:
    request.leader_id, request.note = form.value("leader_id"), form.value("note").strip()
    # The leader may stand in both lists; he is in charge either way.
    request.officer_ids.extend(id for id in dict.fromkeys(form.many("officer_ids")) if id and id != request.leader_id)
    _date(request.internal_due_date, form, "internal_due_date", errors)


def _result(request: pb.ReportDoneRequest, form: Form, errors: dict[str, str]) -> None:
    request.content = form.value("content").strip()
    _date(request.completed_on, form, "completed_on", errors)
    number = form.value("document_number").strip()
    if number:
        request.document.number = number
    if form.value("document_date").strip():
        _date(request.document.issue_date, form, "document_date", errors)
    request.evidence_ids.extend(dict.fromkeys(form.many("evidence_ids")))


def _correction(request: pb.VerifyAssignmentRequest, form: Form, errors: dict[str, str]) -> None:
    request.reason = form.value("reason").strip()
    _date(request.completed_on, form, "completed_on", errors)


ACCEPT = Verb(pb.ACTION_ACCEPT, "accept", "AcceptAssignment", pb.AcceptAssignmentRequest, _text())
RETURN = Verb(pb.ACTION_REQUEST_RETURN, "request-return", "RequestReturn", pb.RequestReturnRequest, _text("reason"))
DELEGATE = Verb(pb.ACTION_DELEGATE, "delegate", "DelegateAssignment", pb.DelegateAssignmentRequest, _delegation)
PROGRESS = Verb(pb.ACTION_REPORT_PROGRESS, "report-progress", "ReportProgress", pb.ReportProgressRequest, _text("content"))
DONE = Verb(pb.ACTION_REPORT_DONE, "report-done", "ReportDone", pb.ReportDoneRequest, _result)
VERIFY = Verb(pb.ACTION_VERIFY, "verify", "VerifyAssignment", pb.VerifyAssignmentRequest, _correction)
SEND_BACK = Verb(pb.ACTION_SEND_BACK, "send-back", "SendBackAssignment", pb.SendBackAssignmentRequest, _text("reason"))


def _add_route(verb: Verb) -> None:
    async def act(visit: SignedInVisit, id: UUID, posted: PostedForm) -> Response:
        return await _act(visit, id, verb, posted)

    router.add_api_route(f"/assignments/{{id}}/{verb.slug}", act, methods=["POST"], name=verb.slug)


for _verb in (ACCEPT, RETURN, DELEGATE, PROGRESS, VERIFY, SEND_BACK):
    _add_route(_verb)


@router.post("/assignments/{id}/report-done")
async def report_done(visit: SignedInVisit, id: UUID, posted: PostedFiles) -> Response:
    """Files first, each by itself; those that arrived needn't be sent again when the report is refused."""
    posted, refused = await _upload_all(visit, id, posted)
    return await _act(visit, id, DONE, posted, refused)


async def _upload_all(visit: Visit, id: UUID, posted: Posted) -> tuple[Posted, dict[str, str]]:
    values, refused = dict(posted.values), {}
    request_id = posted.text("request_id")
    for file in posted.files:
        try:
            kept = await upload(visit, id, file, request_id)
        except InvalidArgument as error:
            refused["evidence"] = f"{file.filename}: {error.violations[0].message if error.violations else error.message}"
            continue
        values["evidence_ids"] = [*values.get("evidence_ids", []), kept.id]
        values["evidence_names"] = [*values.get("evidence_names", []), kept.file_name]
    return replace(posted, values=values), refused


async def _act(visit: Visit, id: UUID, verb: Verb, posted: Posted, refused: dict[str, str] | None = None) -> Response:
    form, errors = posted.form, dict(refused or {})
    request = verb.request(request_id=form.request_id, id=str(id), expected_version=posted.version)
    verb.fill(request, form, errors)
    if errors:
        return await _show(visit, await _get(visit, id), forms={verb.action: Form(form.values, errors)}, status=422)
    try:
        written = await visit.call(getattr(visit.services.assignment, verb.method), request)
    except (InvalidArgument, FailedPrecondition, Aborted) as error:
        return await _show_again(visit, id, verb, form, error)
    return visit.redirect(f"/assignments/{id}", written=written, done=verb.slug)


async def _show_again(visit: Visit, id: UUID, verb: Verb, form: Form, error: Error) -> Response:
    """What was typed stays: in its form, or beside the news that somebody was faster."""
    if error.reason == "REQUEST_ID_REUSED":
        raise error
    found, status = await _get(visit, id), status_of(error)
    if error.reason == "STALE_VERSION" or verb.action not in found.allowed_actions:
        return await _show(visit, found, forms={verb.action: Form(form.values)}, conflict=verb.action, status=status)
    errors = {_name(violation.path): violation.message for violation in error.violations} or {"": error.message}
    return await _show(visit, found, forms={verb.action: Form(form.values, errors)}, status=status)


def _name(path: str) -> str:
    name = path.split("[", maxsplit=1)[0]
    return _NAMES.get(name, name)
