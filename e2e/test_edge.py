"""The edge's own promises, with the real Caddy in front of a server that shows what arrived."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import httpx
import pytest
import pytest_asyncio

from e2e.harness import Platform, unused_ports
from e2e.harness.processes import edge
from e2e.harness.supervisor import Supervisor

CLAIMS = {
    "X-Forwarded-User": "chairman",
    "X-Unit-Id": "vpub",
    "X-User-Roles": "chairman",
    "X-Client-Cert-Hash": "00",
    "X-Forwarded-Client-Cert": "Hash=00",
    "Remote-User": "chairman",
    "X-Forwarded-For": "10.0.0.1",
}


async def show_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers with the request's head, as one server-sent event, and keeps the stream open."""
    head = await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nServer: upstream\r\n\r\n" + head)
    await writer.drain()
    await reader.read()
    writer.close()


@pytest_asyncio.fixture
async def platform(tmp_path: Path) -> AsyncIterator[Platform]:
    platform = Platform(tmp_path, ports=unused_ports())
    running = Supervisor([edge(platform, after=())], logs=tmp_path, state_file=tmp_path / "state.json")
    await running.start()
    yield platform
    running.children["edge"].signal(signal.SIGKILL)  # it would wait for the open streams
    await running.stop()


@pytest_asyncio.fixture
async def gateway(platform: Platform) -> AsyncIterator[None]:
    server = await asyncio.start_server(show_request, "127.0.0.1", platform.ports["gateway"])
    yield
    server.close()


async def first_event(platform: Platform, path: str, headers: dict[str, str]) -> str:
    url = f"http://127.0.0.1:{platform.ports['web']}{path}"
    async with httpx.AsyncClient(timeout=5) as client, client.stream("GET", url, headers=headers) as response:
        assert "server" not in response.headers
        return (await anext(response.aiter_bytes())).decode().lower()


@pytest.mark.asyncio
@pytest.mark.usefixtures("gateway")
async def test_what_the_caller_claims_to_be_is_stripped(platform: Platform) -> None:
    arrived = await first_event(platform, "/tasks", {**CLAIMS, "Authorization": "Bearer kept"})
    assert "authorization: bearer kept" in arrived
    assert "x-forwarded-for: 127.0.0.1" in arrived
    for name, value in CLAIMS.items():
        assert f"{name.lower()}: {value.lower()}" not in arrived


@pytest.mark.asyncio
@pytest.mark.usefixtures("gateway")
async def test_an_event_arrives_while_its_stream_is_still_open(platform: Platform) -> None:
    assert await asyncio.wait_for(first_event(platform, "/live", {}), 5)


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["/auth/admin/", "/auth/realms/master", "/auth/metrics", "/auth/health/ready"])
async def test_keycloaks_inside_is_not_served(platform: Platform, path: str) -> None:
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"http://127.0.0.1:{platform.ports['web']}{path}")).status_code == 404


@pytest.mark.asyncio
async def test_a_gateway_that_is_down_is_a_clear_503(platform: Platform) -> None:
    url = f"http://127.0.0.1:{platform.ports['web']}/"
    async with httpx.AsyncClient(timeout=10) as client:
        page, problem = await client.get(url), await client.get(url, headers={"Accept": "application/json"})
    assert (page.status_code, problem.status_code, page.headers["retry-after"]) == (503, 503, "5")
    assert "tạm thời gián đoạn" in page.text
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json()["reason"] == "UNAVAILABLE"


async def refuse(_: bytes, context: grpc.aio.ServicerContext) -> bytes:
    await context.abort(grpc.StatusCode.UNAUTHENTICATED, "who are you?")
    return b""


@pytest.mark.asyncio
async def test_a_refusal_by_a_service_keeps_its_status(platform: Platform) -> None:
    service = grpc.aio.server()
    method = grpc.unary_unary_rpc_method_handler(refuse)
    handler = grpc.method_handlers_generic_handler("ykcd.directive.v1.DirectiveService", {"Get": method})
    service.add_generic_rpc_handlers((handler,))
    service.add_insecure_port(f"127.0.0.1:{platform.ports['directive']}")
    await service.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{platform.ports['grpc']}") as channel:
        get = channel.unary_unary("/ykcd.directive.v1.DirectiveService/Get")
        answers = await asyncio.gather(*(get(b"", timeout=10) for _ in range(200)), return_exceptions=True)
    await service.stop(None)
    codes = {answer.code() for answer in answers if isinstance(answer, grpc.aio.AioRpcError)}
    assert (len(answers), codes) == (200, {grpc.StatusCode.UNAUTHENTICATED})


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("method", "code"),
    [
        ("/ykcd.audit.v1.AuditService/List", grpc.StatusCode.UNAVAILABLE),  # known, and down here
        ("/other.v1.Service/Get", grpc.StatusCode.UNIMPLEMENTED),
    ],
)
async def test_grpc_is_routed_by_package(platform: Platform, method: str, code: grpc.StatusCode) -> None:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{platform.ports['grpc']}") as channel:
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            await channel.unary_unary(method)(b"", timeout=10)
    assert refusal.value.code() == code
