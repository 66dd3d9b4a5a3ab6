"""A document that is found to be secret after it was entered is deleted everywhere (D14), by a leader of the Office who has said so."""

from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response
from ykcd.directive.v1 import directive_pb2 as pb

from gateway import web
from gateway.again import REFUSALS, again
from gateway.bodies import PostedForm
from gateway.errors import status_of
from gateway.routes.directives import get, page_of
from gateway.visit import SignedInVisit, Visit
from gateway.web.forms import Form
from kit.errors import PermissionDenied

router = APIRouter()
SURE = {"sure": "Đánh dấu để xác nhận."}


@router.get("/directives/{id}/purge")
async def ask(visit: SignedInVisit, id: UUID) -> Response:
    """What it means, before it is done."""
    found = await _purgeable(visit, id)
    return await _show(visit, found, Form()) if found.state != pb.DIRECTIVE_STATE_REFUSED_SECRET else page_of(id)


@router.post("/directives/{id}/purge")
async def purge(visit: SignedInVisit, id: UUID, posted: PostedForm) -> Response:
    """There is no way back."""
    found = await _purgeable(visit, id)
    if posted.text("sure") != "1":
        return await _show(visit, found, Form(posted.values, SURE), status=422)
    request = pb.PurgeDirectiveRequest(request_id=posted.text("request_id"), id=str(id), expected_version=posted.version)
    try:
        written = await visit.call(visit.services.directive.PurgeDirective, request)
    except REFUSALS as error:
        newest = await get(visit, id)
        if newest.state == pb.DIRECTIVE_STATE_REFUSED_SECRET:
            return page_of(id)
        shown = again(error, posted, {}, version=newest.version, allowed=True)
        return await _show(visit, newest, shown.form, status=status_of(error))
    return visit.redirect(f"/directives/{id}", written=written, done="purge")


async def _purgeable(visit: Visit, id: UUID) -> pb.Directive:
    """NotFound for the missing and the foreign."""
    found = await get(visit, id)
    if not web.may_end((await visit.frame()).me):
        raise PermissionDenied(reason="ROLE_REQUIRED", message="Chỉ lãnh đạo Văn phòng UBND tỉnh được xóa văn bản mật.")
    return found


async def _show(visit: Visit, found: pb.Directive, form: Form, *, status: int = 200) -> Response:
    return await visit.page("directive_purge.html", {"directive": found, "form": form}, status=status)
