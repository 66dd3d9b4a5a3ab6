"""Logs (JSON with the trace id), metrics (Prometheus) and traces (OpenTelemetry), set up once per process."""

import logging
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

import structlog
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from prometheus_client import Counter, Gauge, Histogram, start_http_server

from kit.config import Settings

# The names of go-grpc-prometheus, so that stock dashboards work.
RPC_STARTED = Counter("grpc_server_started_total", "RPCs begun.", ["grpc_type", "grpc_service", "grpc_method"])
RPC_HANDLED = Counter("grpc_server_handled_total", "RPCs ended.", ["grpc_type", "grpc_service", "grpc_method", "grpc_code"])
RPC_SECONDS = Histogram(
    "grpc_server_handling_seconds", "Seconds from an RPC's begin to its end.", ["grpc_type", "grpc_service", "grpc_method"]
)
OUTBOX_WAITING = Gauge("ykcd_outbox_waiting", "Events not yet acknowledged by the broker.")
OUTBOX_PUBLISHED = Counter("ykcd_outbox_published_total", "Events acknowledged by the broker.")
EVENTS_HANDLED = Counter("ykcd_events_handled_total", "Events applied.", ["event"])
EVENT_SECONDS = Histogram("ykcd_event_handling_seconds", "Seconds that applying an event took.", ["event"])
DEAD_LETTERS = Counter("ykcd_dead_letters_total", "Events laid aside because they can't be applied.")
LOOP_FAILURES = Counter("ykcd_loop_failures_total", "Background loops that failed and were started anew.", ["loop"])


def set_up(service: str, settings: Settings) -> None:
    """Call first in a process. Traces are exported only where an endpoint is configured."""
    _set_up_logs(settings.log_level)
    provider = TracerProvider(resource=Resource.create({"service.name": service, "service.namespace": "ykcd"}))
    if settings.otlp_endpoint:
        exporter = OTLPSpanExporter(endpoint=settings.otlp_endpoint, insecure=settings.otlp_endpoint.startswith("http://"))
        provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=500))
    trace.set_tracer_provider(provider)
    # Statements only, never their parameters (Đ5: content stays out of traces).
    PsycopgInstrumentor().instrument(capture_parameters=False)
    start_http_server(settings.metrics_port, settings.metrics_host)


def shut_down() -> None:
    """Sends the spans that wait."""
    provider = trace.get_tracer_provider()
    if isinstance(provider, TracerProvider):
        provider.shutdown()


def _set_up_logs(level: str) -> None:
    logging.basicConfig(level=level, handlers=[logging.StreamHandler()], force=True)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_log_level, structlog.stdlib.add_logger_name, _add_trace],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    logging.getLogger().handlers[0].setFormatter(formatter)
    for noisy in ("httpx", "httpcore", "alembic.runtime.plugins"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            _add_trace,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _add_trace(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = format(context.trace_id, "032x")
    return event


def trace_id() -> str:
    """For error pages and support; empty where nothing is traced."""
    context = trace.get_current_span().get_span_context()
    return format(context.trace_id, "032x") if context.is_valid else ""


@contextmanager
def handling(event: str) -> Iterator[None]:
    """Counts and times the application of one event."""
    with EVENT_SECONDS.labels(event).time():
        yield
    EVENTS_HANDLED.labels(event).inc()
