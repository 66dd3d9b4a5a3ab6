"""The services' doors: one channel each, every call in the name of the person who asked."""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import grpc
from google.protobuf.message import Message
from ykcd.assignment.v1.assignment_pb2_grpc import AssignmentServiceStub
from ykcd.assignment.v1.inquiry_pb2_grpc import InquiryServiceStub
from ykcd.assignment.v1.inspection_pb2_grpc import InspectionServiceStub
from ykcd.assignment.v1.obstacle_pb2_grpc import ObstacleServiceStub
from ykcd.deadline.v1.deadline_pb2_grpc import DeadlineServiceStub
from ykcd.deadline.v1.urging_pb2_grpc import UrgingServiceStub
from ykcd.directive.v1.directive_pb2_grpc import DirectiveServiceStub
from ykcd.directive.v1.people_pb2_grpc import PeopleServiceStub
from ykcd.directive.v1.programme_pb2_grpc import ProgrammeServiceStub
from ykcd.directive.v1.registry_pb2_grpc import RegistryServiceStub
from ykcd.notification.v1.notification_pb2_grpc import NotificationServiceStub
from ykcd.reporting.v1.form_pb2_grpc import FormServiceStub
from ykcd.reporting.v1.report_pb2_grpc import ReportServiceStub
from ykcd.reporting.v1.reporting_pb2_grpc import ReportingServiceStub

from gateway.refusals import UnitRequired
from gateway.settings import GatewaySettings
from kit.errors import Error, Unavailable, from_rpc
from kit.rpc import channel
from kit.rpc.caller import UNIT_KEY

# Seconds. A page that waits longer than this had better say so.
TIMEOUT = 5.0
# For what a page can do without.
SHORT_TIMEOUT = 1.0
# Who didn't answer isn't asked again for so long, lest one service that is away make every page wait.
REST_SECONDS = 5.0


class Services:
    """One channel per service and process; nothing is contacted before the first call."""

    def __init__(self, settings: GatewaySettings) -> None:
        names = ("directive", "assignment", "deadline", "notification", "reporting")
        self._channels = {name: channel(getattr(settings, f"{name}_address")) for name in names}
        self.directive = DirectiveServiceStub(self._channels["directive"])
        self.registry = RegistryServiceStub(self._channels["directive"])
        self.people = PeopleServiceStub(self._channels["directive"])
        self.programme = ProgrammeServiceStub(self._channels["directive"])
        self.assignment = AssignmentServiceStub(self._channels["assignment"])
        self.obstacle = ObstacleServiceStub(self._channels["assignment"])
        self.inspection = InspectionServiceStub(self._channels["assignment"])
        self.inquiry = InquiryServiceStub(self._channels["assignment"])
        self.deadline = DeadlineServiceStub(self._channels["deadline"])
        self.urging = UrgingServiceStub(self._channels["deadline"])
        self.notification = NotificationServiceStub(self._channels["notification"])
        self.reporting = ReportingServiceStub(self._channels["reporting"])
        self.form = FormServiceStub(self._channels["reporting"])
        self.report = ReportServiceStub(self._channels["reporting"])
        # Methods that didn't answer lately, and until when they are left alone.
        self.resting: dict[Any, float] = {}

    async def close(self) -> None:
        """Ends all calls."""
        for each in self._channels.values():
            await each.close()


@dataclass(frozen=True)
class Caller:
    """Calls as one person: with the token that proves who it is, in the unit chosen."""

    access_token: str
    unit_id: UUID | None
    resting: dict[Any, float]

    @property
    def metadata(self) -> list[tuple[str, str]]:
        """Of every call; the trace context is added by the channel."""
        return [("authorization", f"Bearer {self.access_token}")] + ([(UNIT_KEY, str(self.unit_id))] if self.unit_id else [])

    async def call(self, method: Any, request: Any, timeout: float = TIMEOUT) -> Any:
        """The response, or the kit.errors.Error that the service raised. `request` may be an iterator of messages."""
        try:
            return await method(request, metadata=self.metadata, timeout=timeout)
        except grpc.RpcError as error:
            raise self._told(error) from None

    async def optional(self, method: Any, request: Message) -> Any | None:
        """None where the service is away; for what a page can do without."""
        if time.monotonic() < self.resting.get(method, 0):
            return None
        try:
            return await self.call(method, request, SHORT_TIMEOUT)
        except Unavailable:
            self.resting[method] = time.monotonic() + REST_SECONDS
            return None

    async def stream(self, method: Any, request: Message, timeout: float) -> AsyncIterator[Any]:
        """A server stream. Close the iterator (aclosing) to end the call before its end."""
        call = method(request, metadata=self.metadata, timeout=timeout)
        try:
            async for message in call:
                yield message
        except grpc.RpcError as error:
            raise self._told(error) from None
        finally:
            call.cancel()

    def _told(self, error: grpc.RpcError) -> Error:
        """As the service raised it. What it denied, it has noted itself."""
        found = from_rpc(error)
        found.denial = False
        if found.reason == "UNIT_REQUIRED" or (found.reason == "NOT_A_MEMBER" and self.unit_id):
            return UnitRequired(reason="UNIT_REQUIRED", message="Vui lòng chọn đơn vị làm việc.")
        return found
