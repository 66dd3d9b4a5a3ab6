"""What a unit's end would move, before it is proposed (D12)."""

from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.responses import Response

from gateway.again import REFUSALS
from gateway.bodies import Posted, PostedForm
from gateway.routes.records import creation_again, page
from gateway.visit import SignedInVisit
from gateway.web.forms import Form
from gateway.web.kinds.unit import DISSOLUTIONS, succession
from kit.errors import InvalidArgument, PermissionDenied

router = APIRouter()


@router.post(f"{DISSOLUTIONS.address}/xem-truoc")
async def preview(visit: SignedInVisit, posted: PostedForm) -> Response:
    """Nothing is changed."""
    kind, act = DISSOLUTIONS, DISSOLUTIONS.create
    assert act
    if not kind.may_create((await visit.frame()).me):
        raise PermissionDenied(reason="ROLE_REQUIRED", message="Chỉ quản trị hệ thống của Văn phòng đề nghị sắp xếp đơn vị.")
    posted = Posted(act.tidied(posted.values), posted.files)
    request, unread = kind.request(act, Form(posted.values), request_id=posted.text("request_id"))
    try:
        if unread:
            raise InvalidArgument.fields([])
        found = await succession(visit, request)
    except REFUSALS as error:
        return await creation_again(visit, kind, act, posted, error, unread)
    kept = {name: given for name, given in posted.values.items() if name not in ("request_id", "csrf_token")}
    # The proposal itself is another request than the look at it.
    context = {"act": act, "request": request, "found": found, "form": Form(kept), "back": f"{kind.address}/moi?{urlencode(kept, True)}"}
    return await page(visit, kind, "dissolution_preview.html", context)
