"""The gRPC door: proto in, use case, proto out."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

from ykcd.notification.v1 import notification_pb2 as pb
from ykcd.notification.v1 import notification_pb2_grpc

from kit.page import Page
from kit.rpc import Call, Servicer, read, watch, write
from kit.rpc.method import Entrance
from kit.runtime import Runtime
from services.notification import queries, service
from services.notification.convert import notification_to_proto
from services.notification.live import Hub

HEARTBEAT_SECONDS = 15.0
# A stream then ends, and is asked for anew with a fresh token.
LIFE_SECONDS = 600.0


class NotificationService(Servicer, notification_pb2_grpc.NotificationServiceServicer):
    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime)
        self.hub = Hub(runtime)

    @read
    async def ListNotifications(self, call: Call, request: pb.ListNotificationsRequest) -> pb.ListNotificationsResponse:
        page = Page(call, request, request.unread_only, key=(datetime.fromisoformat, UUID))
        rows = await queries.notifications(call.session, call.actor, unread_only=request.unread_only, after=page.after, limit=page.limit)
        shown, token = page.cut(rows, lambda row: (row.create_time, row.id))
        return pb.ListNotificationsResponse(
            notifications=[notification_to_proto(row) for row in shown],
            next_page_token=token,
            unread_count=await queries.unread_count(call.session, call.actor),
        )

    @write
    async def MarkRead(self, call: Call, request: pb.MarkReadRequest) -> pb.MarkReadResponse:
        ids = [UUID(id) for id in request.ids]
        return pb.MarkReadResponse(unread_count=await service.mark_read(call.session, call.actor, ids=ids, now=call.now))

    @watch
    async def WatchNotifications(
        self, entrance: Entrance, _request: pb.WatchNotificationsRequest
    ) -> AsyncIterator[pb.WatchNotificationsResponse]:
        clock = asyncio.get_running_loop().time
        end = clock() + LIFE_SECONDS
        async with entrance.transaction() as call:
            person_id = call.actor.person_id
        async with self.hub.watch(person_id) as watcher:
            new: list[UUID] = []
            while True:
                # Each look finds the caller's rights anew; whoever lost them is refused here, and the stream ends.
                for message in await _look(entrance, new):
                    yield message
                left = end - clock()
                if left <= 0:
                    return
                new = await watcher.changes(min(HEARTBEAT_SECONDS, left))


async def _look(entrance: Entrance, new: list[UUID]) -> list[pb.WatchNotificationsResponse]:
    """One message for each new notification; without any, one with the count."""
    async with entrance.transaction() as call:
        count = await queries.unread_count(call.session, call.actor)
        rows = await queries.notifications_by_id(call.session, call.actor, new) if new else []
    told = [pb.WatchNotificationsResponse(unread_count=count, notification=notification_to_proto(row)) for row in rows]
    return told or [pb.WatchNotificationsResponse(unread_count=count)]
