"""Readiness: does a process answer as it should. Each probe asks once and says yes or no."""

import asyncio
import contextlib
import socket

import grpc
import httpx
import psycopg
from grpc_health.v1 import health_pb2, health_pb2_grpc

from e2e.harness.process import Probe

SECONDS = 2.0


def tcp(port: int) -> Probe:
    async def ask() -> bool:
        with contextlib.suppress(OSError, TimeoutError):
            _, writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", port), SECONDS)
            writer.close()
            return True
        return False

    return ask


def http(url: str) -> Probe:
    async def ask() -> bool:
        async with httpx.AsyncClient(trust_env=False, timeout=SECONDS) as client:
            with contextlib.suppress(httpx.HTTPError):
                return (await client.get(url)).status_code == httpx.codes.OK
        return False

    return ask


def grpc_health(port: int) -> Probe:
    async def ask() -> bool:
        options = [("grpc.enable_http_proxy", 0), ("grpc.use_local_subchannel_pool", 1)]
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=options) as channel:
            with contextlib.suppress(grpc.aio.AioRpcError):
                check = health_pb2_grpc.HealthStub(channel).Check  # pyright: ignore[reportAttributeAccessIssue]
                answer = await check(health_pb2.HealthCheckRequest(), timeout=SECONDS)
                return answer.status == health_pb2.HealthCheckResponse.SERVING
        return False

    return ask


def postgres(port: int, password: str) -> Probe:
    async def ask() -> bool:
        with contextlib.suppress(psycopg.OperationalError):
            connection = await psycopg.AsyncConnection.connect(
                host="127.0.0.1",
                port=port,
                user="postgres",
                password=password,
                dbname="postgres",
                connect_timeout=2,
            )
            await connection.close()
            return True
        return False

    return ask


def both(first: Probe, second: Probe) -> Probe:
    async def ask() -> bool:
        return await first() and await second()

    return ask


def busy(port: int, address: str = "127.0.0.1") -> bool:
    """Whether somebody else listens there. A port that just closed (TIME_WAIT) counts as free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return True
    return False


def free_ports(count: int) -> list[int]:
    """Ports that nobody uses now, all different."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in sockets:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in sockets]
