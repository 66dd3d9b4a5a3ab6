"""One whole platform for the tests that need one: real parts, its own folder, ports and secrets, so that it runs beside `make up`."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest
import pytest_asyncio
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc

from e2e.harness.layout import Options, unused_ports
from e2e.harness.platform import Platform
from kit.testing.postgres import free_port


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker runs them all: they share one platform."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.xdist_group("platform"))


class Spans(trace_service_pb2_grpc.TraceServiceServicer):
    """Where the processes send their spans: (service, name) by trace."""

    def __init__(self) -> None:
        self.by_trace: dict[str, set[tuple[str, str]]] = {}
        # As it came.
        self.data = b""
        self._came = asyncio.Event()

    async def Export(self, request, _context):
        self.data += request.SerializeToString()
        for group in request.resource_spans:
            service = next(a.value.string_value for a in group.resource.attributes if a.key == "service.name")
            for scope in group.scope_spans:
                for span in scope.spans:
                    self.by_trace.setdefault(span.trace_id.hex(), set()).add((service, span.name))
        self._came.set()
        return trace_service_pb2.ExportTraceServiceResponse()

    async def until(self, fits, seconds: float = 30) -> set[tuple[str, str]]:
        """The first trace that `fits`."""
        async with asyncio.timeout(seconds):
            while True:
                found = next((spans for spans in self.by_trace.values() if fits(spans)), None)
                if found:
                    return found
                self._came.clear()
                await self._came.wait()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def spans() -> AsyncIterator[tuple[Spans, str]]:
    sink, port = Spans(), free_port()
    server = grpc.aio.server()
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(sink, server)
    server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    yield sink, f"http://127.0.0.1:{port}"
    await server.stop(None)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def platform(tmp_path_factory, spans) -> AsyncIterator[Platform]:
    home: Path = tmp_path_factory.mktemp("platform")
    # PostgreSQL's own account must be able to reach its folder.
    for folder in (home, *home.parents[:2]):
        folder.chmod(0o711)
    async with Platform(home, ports=unused_ports(), options=Options(otlp_endpoint=spans[1])) as running:
        yield running
