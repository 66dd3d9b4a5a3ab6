"""The count of unread messages as it changes, by server-sent events."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from ykcd.notification.v1.notification_pb2 import WatchNotificationsRequest, WatchNotificationsResponse

from gateway.refusals import sign_in_required
from gateway.visit import Visit, visitor
from kit.errors import Error

router = APIRouter()
# A heartbeat, and how soon a stream notices that its session was ended elsewhere.
CHECK_SECONDS = 5
# Milliseconds after which a browser asks again.
RETRY = b"retry: 5000\n\n"


@router.get("/live")
async def live(request: Request) -> Response:
    """An open page isn't work: it doesn't keep the session from running idle."""
    visit = await visitor(request, touch=False)
    if visit is None:
        raise sign_in_required()
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(visit), media_type="text/event-stream", headers=headers)


async def _events(visit: Visit) -> AsyncIterator[bytes]:
    """Ends with the access token (the browser then asks again, with a new one), the session, the process or the service."""
    yield RETRY
    parts = visit.parts
    seconds = (visit.session.tokens.expire_time - parts.clock()).total_seconds()
    watching = visit.caller.stream(visit.services.notification.WatchNotifications, WatchNotificationsRequest(), seconds)
    queue: asyncio.Queue[WatchNotificationsResponse | None] = asyncio.Queue()
    pump = asyncio.create_task(_pump(watching, queue))
    stopping = asyncio.create_task(parts.stopping.wait())
    checked = time.monotonic()
    try:
        while not parts.stopping.is_set():
            if time.monotonic() - checked >= CHECK_SECONDS:
                if await parts.sessions.find(visit.session.cookie, touch=False) is None:
                    return
                checked = time.monotonic()
                # Also tells a server whose browser has gone that it has.
                yield b": still here\n\n"
            arriving = asyncio.create_task(queue.get())
            await asyncio.wait({arriving, stopping}, timeout=CHECK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            if not arriving.done():
                arriving.cancel()
            elif (message := arriving.result()) is not None:
                yield _event(message)
            else:
                return
    finally:
        stopping.cancel()
        pump.cancel()


async def _pump(watching: AsyncIterator[WatchNotificationsResponse], queue: asyncio.Queue) -> None:
    """None at the end, whatever ended it."""
    try:
        # The service away or the token run out: the browser asks again in a few seconds.
        with suppress(Error):
            async with aclosing(watching):  # type: ignore[type-var]
                async for message in watching:
                    await queue.put(message)
    finally:
        queue.put_nowait(None)


def _event(message: WatchNotificationsResponse) -> bytes:
    data = {"unread_count": message.unread_count, "title": message.notification.title}
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
