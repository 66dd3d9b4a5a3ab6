"""One assignment, and what people do to it."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.responses import Response
from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.assignment.v1.obstacle_pb2 import ListObstaclesRequest
from ykcd.deadline.v1.deadline_pb2 import Deadline, DueDatePreview, GetDeadlineRequest
from ykcd.deadline.v1.urging_pb2 import ListEscalationsRequest, ListObligationsRequest, ListUrgingNoticesRequest

from gateway.again import REFUSALS, again, as_it_is
from gateway.bodies import Posted, texts, with_files
from gateway.routes.evidence import upload
from gateway.routes.tasks import as_written, preview_of
from gateway.visit import SignedInVisit, Visit
from gateway.web.forms import Form
from gateway.web.kinds.obstacle import may_raise
from gateway.web.verbs import VERBS, Verb
from kit.errors import Error, InvalidArgument, NotFound, Violation

router = APIRouter()
QUARTERS = 4


@router.get("/assignments/{id}")
async def assignment(visit: SignedInVisit, id: UUID) -> Response:
    """Straight from its owner: the reader's own writes are in it."""
    return await _show(visit, await _get(visit, id))


async def _get(visit: Visit, id: UUID) -> pb.Assignment:
    return await visit.call(visit.services.assignment.GetAssignment, pb.GetAssignmentRequest(id=str(id)))


async def _show(
    visit: Visit, found: pb.Assignment, *, forms: dict[int, Form] | None = None, conflict: int = 0, status: int = 200
) -> Response:
    task, deadline, preview, beside, frame = await asyncio.gather(
        visit.optional(visit.services.assignment.GetTask, pb.GetTaskRequest(task_id=found.task_id)),
        _deadline(visit, found),
        _preview(visit, found),
        _beside(visit, found),
        visit.frame(),
    )
    context = {
        "assignment": found,
        "task": task,
        "deadline": deadline,
        "preview": preview,
        "may_raise": may_raise(found, frame.me),
        "members": frame.members,
        "office": frame.office,
        "units": frame.units,
        "fields": frame.fields,
        "forms": forms or {},
        "conflict_action": conflict,
    }
    return await visit.page("task.html", context | beside, status=status)


async def _deadline(visit: Visit, found: pb.Assignment) -> Deadline | None:
    """Only where the page says until when the unit owes its report."""
    if found.timeliness != pb.TIMELINESS_AWAITING_UPDATE:
        return None
    try:
        return await visit.optional(visit.services.deadline.GetDeadline, GetDeadlineRequest(assignment_id=found.id))
    except NotFound:
        return None


async def _beside(visit: Visit, found: pb.Assignment) -> dict[str, Sequence[Any]]:
    """The records about it that the reader sees; none where their owner is away. Only what has a deadline comes before the Chairman
    (Đ8.1.e), only what has none owes updates (Đ7.2.c), of which the last year's are shown."""
    urging, timed = visit.services.urging, found.HasField("due_date")
    if timed:
        asked = visit.optional(urging.ListEscalations, ListEscalationsRequest(assignment_id=found.id))
    else:
        asked = visit.optional(urging.ListObligations, ListObligationsRequest(assignment_id=found.id, page_size=QUARTERS))
    notices, others, obstacles = await asyncio.gather(
        visit.optional(urging.ListUrgingNotices, ListUrgingNoticesRequest(assignment_id=found.id)),
        asked,
        visit.optional(visit.services.obstacle.ListObstacles, ListObstaclesRequest(assignment_id=found.id)),
    )
    return {
        "notices": notices.notices if notices else [],
        "escalations": others.escalations if others and timed else [],
        "obligations": others.obligations if others and not timed else [],
        "obstacles": obstacles.obstacles if obstacles else [],
    }


async def _preview(visit: Visit, found: pb.Assignment) -> DueDatePreview | None:
    if not found.HasField("effective_due_date") or found.execution == pb.EXECUTION_DONE:
        return None
    return await preview_of(visit, as_written(found.effective_due_date, exact=found.due_exact), exclusive=found.due_exact)


def _add_route(verb: Verb) -> None:
    async def act(visit: SignedInVisit, id: UUID, posted: Posted = Depends(with_files if verb.takes_files else texts)) -> Response:
        return await _act(visit, id, verb, posted)

    router.add_api_route(f"/assignments/{{id}}/{verb.slug}", act, methods=["POST"], name=verb.slug)


for _verb in VERBS.values():
    _add_route(_verb)


async def _act(visit: Visit, id: UUID, verb: Verb, posted: Posted) -> Response:
    """Files first, each by itself; those that arrived needn't be sent again when the act is refused."""
    posted, not_uploaded = await _upload_all(visit, id, Posted(verb.tidied(posted.values), posted.files))
    known = {"request_id": posted.text("request_id"), "id": str(id), "expected_version": posted.version}
    request, unread = verb.request(Form(posted.values), **known)
    if not_uploaded or unread:
        return await _show_again(visit, id, verb, posted, not_uploaded or InvalidArgument.fields([]), unread)
    try:
        if verb.complete:
            await verb.complete(visit, request)
        written = await visit.call(getattr(visit.services.assignment, verb.rpc), request)
    except REFUSALS as error:
        return await _show_again(visit, id, verb, posted, error, unread)
    return visit.redirect(f"/assignments/{id}", written=written, done=verb.slug)


async def _upload_all(visit: Visit, id: UUID, posted: Posted) -> tuple[Posted, Error | None]:
    """With the ids of what arrived and the files that didn't; and why not, in words about each of these."""
    values, refused = dict(posted.values), dict[str, Error]()
    for file in posted.files:
        try:
            kept = await upload(visit, id, file, posted.text("request_id"))
        except Error as error:
            refused[file.filename or ""] = error
            continue
        values["evidence_ids"] = [*values.get("evidence_ids", []), kept.id]
        values["evidence_names"] = [*values.get("evidence_names", []), kept.file_name]
    posted = Posted(values, [file for file in posted.files if file.filename in refused])
    visit.request.state.posted = posted
    why = next(iter(refused.values()), None)
    if why:
        words = (f"{name}: {error.violations[0].message if error.violations else error.message}" for name, error in refused.items())
        why.violations = [Violation("evidence_ids", why.reason, " ".join(words))]
    return posted, why


async def _show_again(visit: Visit, id: UUID, verb: Verb, posted: Posted, error: Error, unread: dict[str, str]) -> Response:
    """What was typed stays: in its form, or beside the news that somebody was faster."""
    found = await as_it_is(_get(visit, id), error)
    errors = unread | {verb.field_of(violation.path): violation.message for violation in error.violations}
    shown = again(error, posted, errors, version=found.version, allowed=verb.action in found.allowed_actions)
    conflict = verb.action if shown.conflict else 0
    return await _show(visit, found, forms={verb.action: shown.form}, conflict=conflict, status=shown.status)
