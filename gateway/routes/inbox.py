"""What one was told."""

from fastapi import APIRouter
from starlette.responses import Response
from ykcd.notification.v1.notification_pb2 import ListNotificationsRequest, MarkReadRequest

from gateway.addresses import is_local
from gateway.bodies import PostedForm
from gateway.refusals import BadRequest
from gateway.visit import SignedInVisit

router = APIRouter()
PER_PAGE = 50


@router.get("/inbox")
async def inbox(visit: SignedInVisit, page_token: str = "", unread: str = "") -> Response:
    """Newest first."""
    unread_only = unread == "1"
    request = ListNotificationsRequest(page_size=PER_PAGE, page_token=page_token, unread_only=unread_only)
    found = await visit.call(visit.services.notification.ListNotifications, request)
    context = {
        "notifications": found.notifications,
        "unread_count": found.unread_count,
        "unread_only": unread_only,
        "next_page_token": found.next_page_token,
        "first_page": not page_token,
    }
    return await visit.page("inbox.html", context, block="messages")


@router.post("/inbox/read")
async def mark_read(visit: SignedInVisit, posted: PostedForm) -> Response:
    """Some, or all where none is named; then on to what the message is about."""
    onwards = posted.text("next") or "/inbox"
    if not is_local(onwards):
        raise BadRequest(reason="NEXT_INVALID", message="Địa chỉ tiếp theo không hợp lệ.")
    request = MarkReadRequest(request_id=posted.text("request_id"), ids=posted.values.get("ids", []))
    await visit.call(visit.services.notification.MarkRead, request)
    return visit.redirect(onwards, done="read" if onwards.startswith("/inbox") else "")
