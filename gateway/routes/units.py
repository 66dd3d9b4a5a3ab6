"""In which of his units a person of several works now."""

from dataclasses import replace
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response
from ykcd.directive.v1.registry_pb2 import ListMyMembershipsRequest, Me

from gateway.addresses import is_local
from gateway.bodies import PostedForm
from gateway.errors import CHOOSE_UNIT
from gateway.refusals import BadRequest
from gateway.routes.sign_in import HOME
from gateway.visit import SignedInVisit, Visit, page_as_known
from kit.identity import not_a_member

router = APIRouter()


@router.get(CHOOSE_UNIT)
async def choose(visit: SignedInVisit, return_to: str = HOME) -> Response:
    """His own units, whether or not he has chosen one before."""
    context = {"memberships": await _memberships(visit), "return_to": return_to if is_local(return_to) else HOME}
    return await page_as_known(visit.request, "choose_unit.html", context)


@router.post(CHOOSE_UNIT)
async def chosen(visit: SignedInVisit, posted: PostedForm) -> Response:
    """Kept with the session. What may be done there each service decides anew with every call."""
    onwards = posted.text("return_to") or HOME
    if not is_local(onwards):
        raise BadRequest(reason="RETURN_TO_INVALID", message="Địa chỉ quay lại không hợp lệ.")
    wanted = posted.text("unit_id")
    mine = next((each.unit.id for each in await _memberships(visit) if each.unit.id == wanted), None)
    if mine is None:
        raise not_a_member()
    await visit.parts.sessions.choose(visit.session.cookie, UUID(mine))
    return RedirectResponse(onwards, 303)


async def _memberships(visit: Visit) -> list[Me]:
    # Whoever is in no unit any more is told so; with the one chosen he would be sent here again, for ever.
    anywhere = replace(visit.caller, unit_id=None)
    found = await anywhere.call(visit.services.registry.ListMyMemberships, ListMyMembershipsRequest())
    return list(found.memberships)
