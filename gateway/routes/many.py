"""Acts on many assignments at once, chosen in the task list: a unit accepts, the Office confirms results."""

from fastapi import APIRouter
from starlette.responses import Response
from ykcd.assignment.v1 import assignment_pb2 as pb

from gateway.addresses import is_local
from gateway.bodies import PostedForm
from gateway.bulk import do_each
from gateway.visit import SignedInVisit
from gateway.web.forms import Form
from gateway.web.many import MANY
from gateway.web.verbs import Verb

router = APIRouter()


def _add_route(verb: Verb) -> None:
    async def act(visit: SignedInVisit, posted: PostedForm) -> Response:
        """Says which succeeded, and which didn't and why."""
        assignments = visit.services.assignment

        async def do(id: str, version: int, request_id: str) -> pb.Assignment:
            request, _ = verb.request(Form(), id=id, expected_version=version, request_id=request_id)
            return await visit.call(getattr(assignments, verb.rpc), request)

        async def find(id: str) -> pb.Assignment:
            return await visit.call(assignments.GetAssignment, pb.GetAssignmentRequest(id=id))

        outcome = await do_each(posted, do, find)
        back = posted.text("back")
        context = {"verb": verb, "outcome": outcome, "request_id": posted.text("request_id"), "back": back if is_local(back) else "/tasks"}
        return await visit.page("tasks_done.html", context)

    router.add_api_route(f"/tasks/{verb.slug}", act, methods=["POST"], name=f"many-{verb.slug}")


for _verb in MANY:
    _add_route(_verb)
