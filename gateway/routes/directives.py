"""Documents: the list, and one of them."""

import asyncio
from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response
from ykcd.assignment.v1.assignment_pb2 import GetTaskRequest, TaskStatus
from ykcd.directive.v1 import directive_pb2 as pb

from gateway.visit import SignedInVisit, Visit
from gateway.web.enums import number_or_zero
from kit.dates import to_time
from kit.errors import NotFound

router = APIRouter()
PER_PAGE = 50
# A task that `assignment` doesn't know yet so soon after publication isn't asked for: each "not found" is kept as a denial.
SETTLING = timedelta(seconds=5)
AT_ONCE = 16


@router.get("/directives")
async def directives(visit: SignedInVisit, page_token: str = "", state: str = "") -> Response:
    """Newest first."""
    wanted = number_or_zero(state, "DirectiveState")
    request = pb.ListDirectivesRequest(page_size=PER_PAGE, page_token=page_token, state=wanted)
    found = await visit.call(visit.services.directive.ListDirectives, request)
    context = {
        "directives": found.directives,
        "next_page_token": found.next_page_token,
        "first_page": not page_token,
        "state": wanted,
    }
    return await visit.page("directives.html", context)


@router.get("/directives/{id}")
async def directive(visit: SignedInVisit, id: UUID) -> Response:
    """A unit gets the tasks that it takes part in."""
    found = await get(visit, id)
    return await visit.page("directive.html", {"directive": found, "statuses": await _statuses(visit, found)})


async def get(visit: Visit, id: UUID) -> pb.Directive:
    """NotFound for the missing and the foreign."""
    return await visit.call(visit.services.directive.GetDirective, pb.GetDirectiveRequest(id=str(id)))


def page_of(id: UUID) -> Response:
    """To where it is shown."""
    return RedirectResponse(f"/directives/{id}", 303)


def is_draft(found: pb.Directive) -> bool:
    """Still to be changed."""
    return found.state == pb.DIRECTIVE_STATE_SPLITTING


def binds(found: pb.Directive) -> bool:
    """Published, perhaps amended, and neither replaced nor revoked."""
    return found.state in (pb.DIRECTIVE_STATE_PUBLISHED, pb.DIRECTIVE_STATE_AMENDED)


async def _statuses(visit: Visit, found: pb.Directive) -> dict[str, TaskStatus]:
    if not found.HasField("publish_time") or visit.parts.clock() - to_time(found.publish_time) < SETTLING:
        return {}
    room = asyncio.Semaphore(AT_ONCE)

    async def ask(task_id: str) -> TaskStatus | None:
        async with room:
            try:
                return await visit.optional(visit.services.assignment.GetTask, GetTaskRequest(task_id=task_id))
            except NotFound:
                return None

    statuses = await asyncio.gather(*(ask(task.id) for task in found.tasks))
    return {status.task_id: status for status in statuses if status}
