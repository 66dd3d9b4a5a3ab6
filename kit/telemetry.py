"""Logs (JSON with the trace id), metrics (Prometheus) and traces (OpenTelemetry), set up once per process."""

import logging
import traceback
from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from typing import Any

import structlog
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Status
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
DENIALS = Counter("ykcd_denials_total", "Accesses refused, those of strangers included that aren't written down.", ["reason"])
LOOP_FAILURES = Counter("ykcd_loop_failures_total", "Background loops that failed and were started anew.", ["loop"])


def set_up(service: str, settings: Settings) -> None:
    """Call first in a process. Traces are exported only where an endpoint is configured."""
    _set_up_logs(settings.log_level)
    provider = TracerProvider(resource=Resource.create({"service.name": service, "service.namespace": "ykcd"}))
    if settings.otlp_endpoint:
        exporter = OTLPSpanExporter(endpoint=settings.otlp_endpoint, insecure=settings.otlp_endpoint.startswith("http://"))
        provider.add_span_processor(BatchSpanProcessor(Discreet(exporter), schedule_delay_millis=500))
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
            structlog.processors.ExceptionRenderer(where),
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


def where(failure: Any) -> str:
    """Of (type, exception, traceback), what led to it too: the types and the places. A message may quote what somebody wrote (Đ5)."""
    _type, error, _traceback = failure
    return "\nthen ".join(f"{type(cause).__qualname__}\n{''.join(traceback.format_tb(cause.__traceback__))}" for cause in _chain(error))


def _chain(error: BaseException | None) -> list[BaseException]:
    """The first cause first."""
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.insert(0, error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return found


class Discreet(SpanExporter):
    """Exports spans without the messages of exceptions, which every instrumentation records, and which may quote content (Đ5)."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Each span, of its exceptions the type alone."""
        return self._exporter.export([_without_messages(span) for span in spans])

    def shutdown(self) -> None:
        """The exporter's."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """The exporter's."""
        return self._exporter.force_flush(timeout_millis)


def _without_messages(span: ReadableSpan) -> ReadableSpan:
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=span.attributes,
        events=[Event(event.name, _types(event), event.timestamp) for event in span.events],
        links=span.links,
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _types(event: Event) -> dict[str, Any]:
    return {key: value for key, value in (event.attributes or {}).items() if key not in ("exception.message", "exception.stacktrace")}


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
