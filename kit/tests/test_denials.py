"""Who is refused, and what mustn't come in at all, is seen before anything else happens; strangers fill no log."""

from collections.abc import AsyncIterator
from uuid import uuid4

import grpc
import pytest
from google.protobuf.message import Message
from prometheus_client import REGISTRY
from sqlalchemy import MetaData
from ykcd.assignment.v1 import assignment_pb2, assignment_pb2_grpc
from ykcd.event.v1.envelope_pb2 import AccessDenied

from kit import quiet
from kit.app import App
from kit.clock import system_clock
from kit.errors import InvalidArgument
from kit.quiet import Quiet
from kit.rpc import Call, Servicer, read, receive, watch
from kit.testing.stack import Person, Refused, Stack

SECRET = str(uuid4())
CHAIRMAN, OFFICER = Person(uuid4(), ["chairman"]), Person(uuid4(), ["officer"])


class Door(Servicer, assignment_pb2_grpc.AssignmentServiceServicer):
    """One method of each kind."""

    def screen(self, request: Message) -> None:
        ids = (getattr(request, "assignment_id", ""), getattr(getattr(request, "header", None), "assignment_id", ""))
        if SECRET in ids:
            raise InvalidArgument.field("assignment_id", "SECRET_REFUSED", "Không tiếp nhận.")

    @read
    async def GetAssignment(self, call: Call, request: assignment_pb2.GetAssignmentRequest) -> assignment_pb2.Assignment:
        call.actor.require("chairman")
        return assignment_pb2.Assignment(id=request.id)

    @read
    async def GetTask(self, _call: Call, request: assignment_pb2.GetTaskRequest) -> assignment_pb2.TaskStatus:
        return assignment_pb2.TaskStatus(task_id=request.task_id)

    @watch
    async def DownloadEvidence(self, _entrance, _request) -> AsyncIterator[assignment_pb2.DownloadEvidenceResponse]:
        yield assignment_pb2.DownloadEvidenceResponse(chunk=b"content")

    @receive
    async def UploadEvidence(self, _entrance, requests) -> assignment_pb2.Evidence:
        return assignment_pb2.Evidence(size=sum([len(request.chunk) async for request in requests]))


add = assignment_pb2_grpc.add_AssignmentServiceServicer_to_server
app = App("toy", MetaData(), servicers=[(Door, add, "ykcd.assignment.v1.AssignmentService")], package="kit/tests/toy")
GET = assignment_pb2.GetAssignmentRequest(id=str(uuid4()))


@pytest.fixture
async def stack(serve) -> Stack:
    made = await serve(app)
    await made.add(CHAIRMAN, OFFICER)
    return made


@pytest.fixture
def stub(stack: Stack) -> assignment_pb2_grpc.AssignmentServiceStub:
    return assignment_pb2_grpc.AssignmentServiceStub(stack.channel)


async def denied(stack: Stack) -> list[tuple[str, str, str, str]]:
    return [(event.method, event.reason, event.subject, envelope.actor.person_id) for envelope, event in await stack.events(AccessDenied)]


def counted(reason: str) -> float:
    return REGISTRY.get_sample_value("ykcd_denials_total", {"reason": reason}) or 0


async def knock(stack: Stack, method, request: Message) -> str:
    """With a token that proves nothing."""
    with pytest.raises(Refused) as caught:
        await stack.call(method, request, authorization="Bearer garbage")
    return caught.value.reason


async def test_a_stranger_who_repeats_himself_is_written_down_once_a_minute_and_counted_each_time(stack: Stack, stub, clock) -> None:
    before = counted("TOKEN_INVALID")
    for _ in range(3):
        assert await knock(stack, stub.GetAssignment, GET) == "TOKEN_INVALID"
    once = ("GetAssignment", "TOKEN_INVALID", "", "")
    assert await denied(stack) == [once]
    clock.advance(minutes=1)
    await knock(stack, stub.GetAssignment, GET)
    assert await denied(stack) == [once, once]
    assert counted("TOKEN_INVALID") == before + 4


async def test_a_strangers_other_attempt_is_written_down_too(stack: Stack, stub) -> None:
    await knock(stack, stub.GetAssignment, GET)
    await knock(stack, stub.GetTask, assignment_pb2.GetTaskRequest(task_id=str(uuid4())))
    assert [method for method, *_ in await denied(stack)] == ["GetAssignment", "GetTask"]


async def test_whoever_is_known_is_written_down_each_time(stack: Stack, stub) -> None:
    for _ in range(2):
        assert (await stack.refused(stub.GetAssignment, GET, OFFICER)).reason == "ROLE_REQUIRED"
    assert await denied(stack) == [("GetAssignment", "ROLE_REQUIRED", str(OFFICER.id), str(OFFICER.id))] * 2


async def test_whoever_is_proven_but_no_member_is_written_down_each_time(stack: Stack, stub) -> None:
    nobody = Person(uuid4(), [])
    for _ in range(2):
        assert (await stack.refused(stub.GetAssignment, GET, nobody)).reason == "NOT_A_MEMBER"
    assert await denied(stack) == [("GetAssignment", "NOT_A_MEMBER", str(nobody.id), "")] * 2


def test_ever_new_names_fill_no_memory(monkeypatch) -> None:
    monkeypatch.setattr(quiet, "LIMIT", 3)
    said, now = Quiet(), system_clock()
    assert [said.is_new(name, now) for name in "aabcde"] == [True, False, True, True, False, False]


async def test_what_a_download_asks_for_is_screened(stack: Stack, stub) -> None:
    async def download(id: str) -> list[bytes]:
        request = assignment_pb2.DownloadEvidenceRequest(assignment_id=id, evidence_id=str(uuid4()))
        return [message.chunk async for message in stub.DownloadEvidence(request, metadata=CHAIRMAN.metadata)]

    assert await download(str(uuid4())) == [b"content"]
    with pytest.raises(grpc.RpcError, match="Không tiếp nhận"):
        await download(SECRET)


async def test_the_first_message_of_an_upload_is_screened(stack: Stack, stub) -> None:
    def parts(id: str) -> list[assignment_pb2.UploadEvidenceRequest]:
        header = assignment_pb2.UploadEvidenceRequest(header=assignment_pb2.EvidenceHeader(assignment_id=id))
        return [header, assignment_pb2.UploadEvidenceRequest(chunk=b"12345"), assignment_pb2.UploadEvidenceRequest(chunk=b"678")]

    assert (await stack.call(stub.UploadEvidence, iter(parts(str(uuid4()))), CHAIRMAN)).size == 8
    assert (await stack.refused(stub.UploadEvidence, iter(parts(SECRET)), CHAIRMAN)).fields == ["assignment_id"]
