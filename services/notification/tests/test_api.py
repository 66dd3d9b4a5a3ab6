"""The service by its own door: each RPC as a stranger, as somebody else, as the inbox's owner."""

import asyncio
from contextlib import asynccontextmanager
from uuid import uuid4

import grpc
import pytest
from sqlalchemy import text
from ykcd.assignment.v1 import event_pb2
from ykcd.deadline.v1 import event_pb2 as clock_events
from ykcd.deadline.v1 import urging_pb2
from ykcd.directive.v1.event_pb2 import MembershipChanged
from ykcd.directive.v1.registry_pb2 import Member
from ykcd.notification.v1 import notification_pb2 as pb
from ykcd.notification.v1 import notification_pb2_grpc

from kit.errors import from_rpc
from kit.testing import tokens
from kit.testing.stack import Stack
from services.notification import api
from services.notification.tests import factories as make
from services.notification.tests.factories import AN, CHI, STNMT_FOCAL, STNMT_LEADER, SYT_LEADER

WAIT_SECONDS = 10.0


@pytest.fixture
def stub(stack: Stack) -> notification_pb2_grpc.NotificationServiceStub:
    return notification_pb2_grpc.NotificationServiceStub(stack.channel)


@pytest.fixture
def hubs(monkeypatch) -> list[api.Hub]:
    """Those that the service makes; ask for it before `stack`."""
    made: list[api.Hub] = []

    def make_hub(runtime) -> api.Hub:
        made.append(hub := original(runtime))
        return hub

    original = api.Hub
    monkeypatch.setattr(api, "Hub", make_hub)
    return made


def mark(*ids: str) -> pb.MarkReadRequest:
    return pb.MarkReadRequest(request_id=str(uuid4()), ids=ids)


REQUESTS = {"ListNotifications": pb.ListNotificationsRequest(), "MarkRead": mark(), "WatchNotifications": pb.WatchNotificationsRequest()}


def test_every_rpc_is_tried_as_a_stranger() -> None:
    assert sorted(m.name for s in pb.DESCRIPTOR.services_by_name.values() for m in s.methods) == sorted(REQUESTS)


@pytest.mark.parametrize("name", ["ListNotifications", "MarkRead"])
async def test_a_stranger_is_refused(stack: Stack, stub, name: str) -> None:
    error = await stack.refused(getattr(stub, name), REQUESTS[name])
    assert (error.code, error.reason) == (grpc.StatusCode.UNAUTHENTICATED, "TOKEN_MISSING")


async def test_a_stranger_watches_nothing(stack: Stack, stub) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        await anext(aiter(stub.WatchNotifications(REQUESTS["WatchNotifications"])))
    assert from_rpc(caught.value).reason == "TOKEN_MISSING"


@pytest.mark.article("Đ7.2.a")
async def test_the_unit_finds_its_new_task_in_its_inboxes(stack: Stack, stub) -> None:
    """Đ7.2.a."""
    await make.send(stack)
    for person in (STNMT_LEADER, STNMT_FOCAL):
        seen = await stack.call(stub.ListNotifications, pb.ListNotificationsRequest(), person)
        ((told,), unread) = seen.notifications, seen.unread_count
        assert (told.kind, told.title, unread) == (pb.NOTIFICATION_KIND_TASK_ASSIGNED, "Nhiệm vụ mới theo 5425/UBND-KGVX", 1)
        assert len(told.body) == 120
        assert not told.HasField("read_time")


@pytest.mark.article("Đ8.1.e")
async def test_a_notification_says_where_it_leads(stack: Stack, stub) -> None:
    """To the phiếu báo itself; of no assignment: to none."""
    about = make.assignment()
    await stack.deliver(event_pb2.AssignmentProgressed(assignment=about), about.id)
    notice = urging_pb2.UrgingNotice(id=str(uuid4()), assignment_id=about.id, ordinal=1, number=7)
    await stack.deliver(clock_events.UrgingNoticeIssued(notice=notice), notice.id)
    await stack.deliver(clock_events.DeadlinesMoved(unit_id=about.unit_id, source="Thông báo"), about.unit_id)
    moved, urged = (await stack.call(stub.ListNotifications, pb.ListNotificationsRequest(), STNMT_FOCAL)).notifications
    assert (urged.title, urged.kind) == ("Phiếu báo số 7/PB-VPUB (lần 1): nhiệm vụ theo 5425/UBND-KGVX", pb.NOTIFICATION_KIND_URGING_NOTICE)
    assert (urged.assignment_id, urged.subject_kind, urged.subject_id) == (about.id, pb.NOTIFICATION_SUBJECT_URGING_NOTICE, notice.id)
    assert (moved.assignment_id, moved.subject_kind, moved.subject_id) == ("", pb.NOTIFICATION_SUBJECT_UNSPECIFIED, "")


@pytest.mark.parametrize("person", [SYT_LEADER, CHI], ids=["another unit", "the office"])
async def test_nobody_reads_or_marks_anothers_inbox(stack: Stack, stub, person) -> None:
    await make.send(stack)
    seen = await stack.call(stub.ListNotifications, pb.ListNotificationsRequest(), STNMT_LEADER)
    assert await stack.call(stub.ListNotifications, pb.ListNotificationsRequest(), person) == pb.ListNotificationsResponse()
    foreign = await stack.call(stub.MarkRead, mark(seen.notifications[0].id), person)
    missing = await stack.call(stub.MarkRead, mark(str(uuid4())), person)
    assert foreign == missing
    again = await stack.call(stub.ListNotifications, pb.ListNotificationsRequest(), STNMT_LEADER)
    assert again.unread_count == 1


async def test_reading_some_then_all(stack: Stack, stub, clock) -> None:
    await make.send(stack, 3)
    seen = await stack.call(stub.ListNotifications, pb.ListNotificationsRequest(), STNMT_LEADER)
    request = mark(seen.notifications[0].id)
    assert [(await stack.call(stub.MarkRead, request, STNMT_LEADER)).unread_count for _ in range(2)] == [2, 2]
    unread = await stack.call(stub.ListNotifications, pb.ListNotificationsRequest(unread_only=True), STNMT_LEADER)
    assert [n.id for n in unread.notifications] == [n.id for n in seen.notifications[1:]]
    assert (await stack.call(stub.MarkRead, mark(), STNMT_LEADER)).unread_count == 0
    done = await stack.call(stub.ListNotifications, pb.ListNotificationsRequest(), STNMT_LEADER)
    assert all(n.HasField("read_time") for n in done.notifications)


async def test_wrong_requests_are_named(stack: Stack, stub) -> None:
    assert (await stack.refused(stub.MarkRead, mark("1"), AN)).fields == ["ids[0]"]
    assert (await stack.refused(stub.ListNotifications, pb.ListNotificationsRequest(page_size=201), AN)).fields == ["page_size"]
    bad = pb.ListNotificationsRequest(page_token="x")
    assert (await stack.refused(stub.ListNotifications, bad, AN)).reason == "PAGE_TOKEN_INVALID"


async def test_pages_follow_each_other_newest_first(stack: Stack, stub, clock) -> None:
    wanted = []
    for _ in range(3):
        told = make.assignment()
        await stack.deliver(event_pb2.AssignmentSent(assignment=told), told.id)
        wanted.insert(0, told.id)
        clock.advance(seconds=1)
    first = await stack.call(stub.ListNotifications, pb.ListNotificationsRequest(page_size=2), STNMT_LEADER)
    request = pb.ListNotificationsRequest(page_size=2, page_token=first.next_page_token)
    second = await stack.call(stub.ListNotifications, request, STNMT_LEADER)
    assert [n.assignment_id for n in (*first.notifications, *second.notifications)] == wanted
    assert not second.next_page_token
    assert (await stack.refused(stub.ListNotifications, request, STNMT_FOCAL)).reason == "PAGE_TOKEN_INVALID"


@asynccontextmanager
async def watching(stub, person):
    """The stream's messages, one await each."""
    call = stub.WatchNotifications(pb.WatchNotificationsRequest(), metadata=person.metadata)
    messages = aiter(call)

    async def following() -> pb.WatchNotificationsResponse:
        return await asyncio.wait_for(anext(messages), WAIT_SECONDS)

    yield following
    call.cancel()


async def test_a_watcher_hears_of_its_own_and_of_nobody_elses(stack: Stack, stub) -> None:
    async with watching(stub, STNMT_LEADER) as mine, watching(stub, SYT_LEADER) as other:
        assert [(await following()).unread_count for following in (mine, other)] == [0, 0]
        await make.send(stack)
        told = await mine()
        while not told.HasField("notification"):
            told = await mine()
        assert (told.unread_count, told.notification.title) == (1, "Nhiệm vụ mới theo 5425/UBND-KGVX")
        await stack.call(stub.MarkRead, mark(), STNMT_LEADER)
        assert await mine() == pb.WatchNotificationsResponse(unread_count=0)
        theirs = make.assignment(unit_id=str(make.SYT))
        await stack.deliver(event_pb2.AssignmentSent(assignment=theirs), theirs.id)
        heard = await other()
        while not heard.HasField("notification"):
            heard = await other()
        assert heard.notification.assignment_id == theirs.id


async def test_a_heartbeat_comes_and_the_stream_ends(stack: Stack, stub, monkeypatch) -> None:
    monkeypatch.setattr(api, "HEARTBEAT_SECONDS", 0.05)
    monkeypatch.setattr(api, "LIFE_SECONDS", 0.5)
    call = stub.WatchNotifications(pb.WatchNotificationsRequest(), metadata=STNMT_LEADER.metadata)
    async with asyncio.timeout(WAIT_SECONDS):
        told = [message async for message in call]
    assert len(told) > 3
    assert set(map(str, told)) == {""}
    assert await call.code() is grpc.StatusCode.OK


async def test_whoever_loses_the_membership_hears_no_more(stack: Stack, stub) -> None:
    """At once, not with the next heartbeat."""
    leaver = make.Person(make.STNMT, ["unit_leader"])
    told = Member(id=str(uuid4()), person_id=str(leaver.id), name="Người rời đi", kind=1, unit_id=str(make.STNMT), roles=["unit_leader"])
    identity = {"issuer": tokens.ISSUER, "subject": str(leaver.id)}
    await stack.deliver(MembershipChanged(member=told, active=True, **identity), told.id, 1)
    async with watching(stub, leaver) as following:
        await following()
        await stack.deliver(MembershipChanged(member=told, active=False, **identity), told.id, 2)
        with pytest.raises(grpc.RpcError) as caught:
            while True:
                await following()
    assert from_rpc(caught.value).reason == "NOT_A_MEMBER"


async def test_a_watcher_who_leaves_leaves_nothing_behind(hubs, stack: Stack, stub) -> None:
    (hub,) = hubs
    async with watching(stub, STNMT_LEADER) as one, watching(stub, STNMT_FOCAL) as two:
        await one()
        await two()
        assert not hub.idle
    async with asyncio.timeout(WAIT_SECONDS):
        while await listeners(stack) or not hub.idle:
            pass


LISTENERS = "SELECT pid FROM pg_stat_activity WHERE datname = 'notification' AND query LIKE 'LISTEN inbox%'"
ENDS = {
    "the connection": f"SELECT pg_terminate_backend(pid) FROM ({LISTENERS}) found",
    "nonsense on the channel": "SELECT pg_notify('inbox', 'nonsense')",
}


@pytest.mark.parametrize("end", ENDS)
async def test_whatever_ends_the_listening_it_begins_anew(hubs, stack: Stack, stub, monkeypatch, end: str) -> None:
    monkeypatch.setattr("services.notification.live.RECONNECT_SECONDS", 0.01)
    async with watching(stub, STNMT_LEADER) as following:
        await following()
        async with stack.session() as session:
            assert (await session.execute(text(ENDS[end]))).all()
        await make.send(stack)
        told = await following()
        while told.unread_count == 0:
            told = await following()
        assert told.unread_count == 1


async def listeners(stack: Stack) -> int:
    async with stack.session() as session:
        return len((await session.scalars(text(LISTENERS))).all())
