"""The whole platform, through its public doors."""

import asyncio
import email
import json
import signal
from contextlib import AsyncExitStack
from email.header import decode_header, make_header

import grpc
import httpx
import psycopg
import pytest
from ykcd.assignment.v1 import assignment_pb2, assignment_pb2_grpc
from ykcd.directive.v1 import registry_pb2, registry_pb2_grpc

from e2e.client import Browser
from e2e.demo.entry import enter_and_publish
from e2e.demo.run import Demo, run
from e2e.demo_data.real import passages_file
from e2e.harness.layout import SERVICES
from e2e.harness.platform import Platform

pytestmark = pytest.mark.asyncio(loop_scope="session")
BETWEEN_KILLS_SECONDS = 1


def letter(number: str, *units: str, **more: object) -> dict[str, object]:
    """A small document for one test."""
    task = {
        "content": f"Rà soát, báo cáo kết quả thực hiện văn bản số {number}.",
        "has_deadline": False,
        "must_report": False,
        "deadline_kind": None,
        "field": "y-te",
        "lead_units": list(units),
        "coordinating_units": [],
        "aggregating_unit": None,
        "due_date": None,
    }
    return {
        "number": number,
        "symbol": "UBND-KT",
        "document_type": "OFFICIAL_LETTER",
        "abstract": f"V/v kiểm thử {number}",
        "issue_date": "2026-01-12",
        "signer": "Nguyễn Văn Thử",
        "signer_position": "Phó Chủ tịch",
        "issuing_authority": "VICE_CHAIRMAN",
        "submitting_unit": "",
        "urgency": "NORMAL",
        "tasks": [task],
        **more,
    }


async def test_nothing_acknowledged_is_lost_when_each_service_is_killed_in_turn(platform: Platform, capsys) -> None:
    """The demonstration is given while kill -9 takes one service after another; then every count still agrees."""

    async def kill_one_after_another() -> None:
        for name in (*SERVICES, "gateway", "nats"):
            await asyncio.sleep(BETWEEN_KILLS_SECONDS)
            platform.kill(name, signal.SIGKILL)
            await platform.healthy(name)

    killer = asyncio.create_task(kill_one_after_another())
    code = await run(platform)
    await killer
    # The supervisor's lines on the last restarts may follow.
    counts = json.loads(next(line for line in capsys.readouterr().out.splitlines() if line.startswith("{")))
    assert (code, counts["ok"]) == (0, True)
    assert counts["source"] == ("real" if passages_file().exists() else "own")
    assert counts["assignments_counted"] == counts["assignments"] > 500
    assert min(counts[name] for name in ("accepted", "delegated", "reported", "verified", "returned", "late")) >= 1
    async with asyncio.timeout(120):
        while logged(platform) != told(platform):
            await asyncio.sleep(1)
    assert {name: rows(platform, name, "SELECT problem FROM dead_letter") for name in SERVICES} == {name: [] for name in SERVICES}


def rows(platform: Platform, service: str, query: str) -> list[tuple[object, ...]]:
    """Of a service's database, past its row-level security."""
    password = platform.secret("postgres", "password")
    dsn = f"postgresql://postgres:{password}@127.0.0.1:{platform.ports['postgres']}/{service}"
    with psycopg.connect(dsn) as connection:
        return connection.execute(query).fetchall()


def told(platform: Platform) -> set[object]:
    """Every event that any service committed."""
    return {id for name in SERVICES for (id,) in rows(platform, name, "SELECT event_id FROM outbox")}


def logged(platform: Platform) -> set[object]:
    """Every event in the audit log; its ids are unique there."""
    return {id for (id,) in rows(platform, "audit", "SELECT event_id FROM entry")}


async def test_one_trace_spans_gateway_service_event_and_audit(platform: Platform, spans) -> None:
    async with AsyncExitStack() as stack:
        demo = Demo(platform, stack)
        await enter_and_publish(await demo.person("chi.le"), letter("9001", "syt"), demo.unit_ids, demo.field_ids)

    def whole(trace: set[tuple[str, str]]) -> bool:
        services = {service for service, _ in trace}
        names = {name for _, name in trace}
        steps = {"publish ykcd.directive.v1.DirectivePublished", "process DirectivePublished", "process AssignmentSent"}
        statements = any(service == "directive" and name.startswith("INSERT") for service, name in trace)
        return {"gateway", "directive", "assignment", "audit", "reporting"} <= services and steps <= names and statements

    assert await spans[0].until(whole)


@pytest.mark.article("Đ7.2.a")
async def test_a_published_task_reaches_inbox_and_mailbox_of_the_unit(platform: Platform) -> None:
    async with AsyncExitStack() as stack:
        demo = Demo(platform, stack)
        await enter_and_publish(await demo.person("chi.le"), letter("9002", "sct"), demo.unit_ids, demo.field_ids)
        leader = demo.leader_of("sct")
        inbox = await demo.person(leader["username"])
        async with asyncio.timeout(60):
            while "9002/UBND-KT" not in (await inbox.get("/inbox")).text:
                await asyncio.sleep(0.5)
        async with asyncio.timeout(120):
            while not any(leader["email"] in mail for mail in mails(platform) if "9002" in mail):
                await asyncio.sleep(0.5)


def mails(platform: Platform) -> list[str]:
    """Every caught mail, its headers and text decoded."""
    found = []
    for file in platform.urls.mail.glob("new/*"):
        message = email.message_from_bytes(file.read_bytes())
        body = message.get_payload(decode=True)
        text = body.decode("utf-8") if isinstance(body, bytes) else ""
        found.append(f"{message['To']} {make_header(decode_header(message['Subject']))} {text}")
    return found


async def test_logout_ends_the_session_here_and_at_keycloak(platform: Platform) -> None:
    async with Browser(platform.urls.web, "binh.tran", platform.password) as person:
        await person.get("/my-work")
        cookies = dict(person.client.cookies)
        answer = await person.submit("/my-work", "/logout", {})
        ended = await person.client.get(answer.headers["location"], follow_redirects=False)
        assert ended.status_code in (200, 302, 303)
        async with httpx.AsyncClient(base_url=platform.urls.web, cookies=cookies) as thief:
            assert (await thief.get("/my-work")).status_code in (302, 303, 401)
        again = await person.client.get("/login", follow_redirects=False)
        keycloak = await person.client.get(again.headers["location"])
        assert 'name="username"' in keycloak.text, "Keycloak asks again: its own session is gone too"


async def test_a_service_that_is_down_gives_a_clear_503_and_comes_back_by_itself(platform: Platform) -> None:
    async with Browser(platform.urls.web, "an.nguyen", platform.password) as person:
        await platform.halt("reporting")
        answer = await person.client.get("/tasks")
        await platform.resume("reporting")
        await platform.healthy("reporting")
        assert answer.status_code == 503
        assert "Retry-After" in answer.headers
        assert "Traceback" not in answer.text
        await person.get("/tasks")


async def test_everything_works_again_after_the_database_was_away(platform: Platform) -> None:
    async with AsyncExitStack() as stack:
        demo = Demo(platform, stack)
        office = await demo.person("an.nguyen")
        await platform.halt("postgres")
        answer = await office.client.get("/directives")
        await platform.resume("postgres")
        await platform.healthy("postgres")
        assert answer.status_code == 503
        await enter_and_publish(office, letter("9003", "sct"), demo.unit_ids, demo.field_ids)


async def test_a_units_software_sees_its_own_and_a_stranger_nothing(platform: Platform) -> None:
    async with AsyncExitStack() as stack:
        demo = Demo(platform, stack)
        system = demo.system("sct")
        registry = registry_pb2_grpc.RegistryServiceStub(system.channel)
        me = await system.call(registry.GetMe, registry_pb2.GetMeRequest())
        assert (me.unit.code, me.member.kind) == ("sct", registry_pb2.PERSON_KIND_SERVICE)
        stub = assignment_pb2_grpc.AssignmentServiceStub(system.channel)
        listed = await system.call(stub.ListAssignments, assignment_pb2.ListAssignmentsRequest())
        assert {a.unit_id for a in listed.assignments} == {demo.unit_ids["sct"]}
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stub.ListAssignments(assignment_pb2.ListAssignmentsRequest())
        assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED
