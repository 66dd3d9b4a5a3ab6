"""A grpc.aio server with limits, health, reflection, metrics and traces."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from opentelemetry.instrumentation.grpc import aio_server_interceptor

from kit import telemetry

MAX_MESSAGE_BYTES = 4 * 1024 * 1024
OPTIONS = [
    ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
    ("grpc.max_metadata_size", 16 * 1024),
    ("grpc.max_concurrent_streams", 256),
    # Connections are renewed so that new replicas get their share.
    ("grpc.max_connection_age_ms", 10 * 60 * 1000),
    ("grpc.max_connection_age_grace_ms", 30 * 1000),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 10_000),
    ("grpc.so_reuseport", 0),
]


class MetricsInterceptor(grpc.aio.ServerInterceptor):
    """Counts and times each RPC, under go-grpc-prometheus's names."""

    async def intercept_service(
        self, continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler]], details: grpc.HandlerCallDetails
    ) -> grpc.RpcMethodHandler:
        handler = await continuation(details)
        if handler is None or details.method.startswith("/grpc."):
            return handler
        service, method = details.method.lstrip("/").split("/", 1)
        kind = _kind(handler)
        field = ("stream" if handler.request_streaming else "unary") + "_" + ("stream" if handler.response_streaming else "unary")
        inner = getattr(handler, field)
        observe = _Observed(kind, service, method)
        outer = observe.stream(inner) if handler.response_streaming else observe.unary(inner)
        make = getattr(grpc, f"{field}_rpc_method_handler")
        return make(outer, request_deserializer=handler.request_deserializer, response_serializer=handler.response_serializer)


class _Observed:
    def __init__(self, *labels: str) -> None:
        self._labels = labels

    def unary(self, inner: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def serve(request: Any, context: grpc.aio.ServicerContext) -> Any:
            begun = self._begin()
            try:
                return await inner(request, context)
            finally:
                self._end(begun, context)

        return serve

    def stream(self, inner: Callable[..., Any]) -> Callable[..., Any]:
        async def serve(request: Any, context: grpc.aio.ServicerContext) -> Any:
            begun = self._begin()
            try:
                async for message in inner(request, context):
                    yield message
            finally:
                self._end(begun, context)

        return serve

    def _begin(self) -> float:
        telemetry.RPC_STARTED.labels(*self._labels).inc()
        return time.perf_counter()

    def _end(self, begun: float, context: grpc.aio.ServicerContext) -> None:
        telemetry.RPC_SECONDS.labels(*self._labels).observe(time.perf_counter() - begun)
        telemetry.RPC_HANDLED.labels(*self._labels, _code(context)).inc()


def _code(context: grpc.aio.ServicerContext) -> str:
    number = context.code() or 0
    value = number.value[0] if isinstance(number, grpc.StatusCode) else number
    name = next(code.name for code in grpc.StatusCode if code.value[0] == value)
    return "".join(word.capitalize() for word in name.split("_")) if name != "OK" else "OK"


def _kind(handler: grpc.RpcMethodHandler) -> str:
    if handler.request_streaming:
        return "bidi_stream" if handler.response_streaming else "client_stream"
    return "server_stream" if handler.response_streaming else "unary"


def build_server(
    servicers: list[tuple[Any, Callable[[Any, grpc.aio.Server], None], str]], address: str
) -> tuple[grpc.aio.Server, Any, int]:
    """`servicers`: (object, its add_…_to_server, its full service name). The server, its health, the port bound; not started."""
    server = grpc.aio.server(interceptors=[aio_server_interceptor(), MetricsInterceptor()], options=OPTIONS)
    for servicer, add, _ in servicers:
        add(servicer, server)
    status = health.aio.HealthServicer()  # pyright: ignore[reportAttributeAccessIssue] - the stubs forget it
    health_pb2_grpc.add_HealthServicer_to_server(status, server)
    names = [name for _, _, name in servicers]
    reflection.enable_server_reflection((*names, health.SERVICE_NAME, reflection.SERVICE_NAME), server)
    return server, status, server.add_insecure_port(address)
