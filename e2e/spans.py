"""Where a platform's processes send their spans while somebody looks at them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc


class Spans(trace_service_pb2_grpc.TraceServiceServicer):
    """(service, name) by trace."""

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


@asynccontextmanager
async def collected() -> AsyncIterator[tuple[Spans, str]]:
    """And the address to which they are sent."""
    sink, server = Spans(), grpc.aio.server()
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(sink, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield sink, f"http://127.0.0.1:{port}"
    await server.stop(None)
