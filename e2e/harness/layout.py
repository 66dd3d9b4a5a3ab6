"""Where an installation keeps things, on which ports it listens and what may be set from outside."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from e2e.harness.probes import busy, free_ports
from e2e.harness.process import ROOT

# The one list of services: their folders.
SERVICES = tuple(sorted(path.parent.name for path in (ROOT / "services").glob("*/__main__.py")))
DOORS = ("web", "grpc")
PORTS = (
    *DOORS,
    *("postgres", "nats", "nats_monitor", "keycloak", "keycloak_management", "smtp", "gateway", "gateway_metrics"),
    *(name for service in SERVICES for name in (service, f"{service}_metrics")),
)
TOOLS = ROOT / ".run" / "tools"


class PortBusy(RuntimeError):
    """Somebody else listens on a port that is needed."""


@dataclass(frozen=True)
class Options:
    """What the surroundings decide. Empty `public_url`: this machine, by the web port."""

    public_url: str = ""
    bind: str = "127.0.0.1"
    tls: str = ""  # "", "internal" (a certificate of the edge's own) or "CERTIFICATE KEY" (two paths)
    otlp_endpoint: str = ""
    log_level: str = "INFO"
    seed: Path = ROOT / "infra" / "seed"
    environment: Mapping[str, str] = field(default_factory=dict)  # for every service and the gateway


def options_from_environment() -> Options:
    get = os.environ.get
    pair = f"{get('YKCD_TLS_CERT', '')} {get('YKCD_TLS_KEY', '')}".strip()
    return Options(
        public_url=get("YKCD_PUBLIC_URL", ""),
        bind=get("YKCD_BIND", "127.0.0.1"),
        tls=pair or get("YKCD_TLS", ""),
        otlp_endpoint=get("YKCD_OTLP_ENDPOINT", ""),
        log_level=get("YKCD_LOG_LEVEL", "INFO"),
    )


def default_ports() -> dict[str, int]:
    """Two doors that people know by heart and a block behind them; the environment may move each."""
    base = int(os.environ.get("YKCD_BASE_PORT", "18100"))
    ports = {name: base + index for index, name in enumerate(PORTS)}
    ports["web"] = int(os.environ.get("YKCD_WEB_PORT", "8080"))
    ports["grpc"] = int(os.environ.get("YKCD_GRPC_EDGE_PORT", "8443"))
    return ports


def unused_ports() -> dict[str, int]:
    return dict(zip(PORTS, free_ports(len(PORTS)), strict=True))


def refuse_busy(ports: Mapping[str, int]) -> None:
    variables = {"web": "YKCD_WEB_PORT", "grpc": "YKCD_GRPC_EDGE_PORT"}
    taken = [
        f"port {port} ({name}) is in use by another program: stop that, or set another by {variables.get(name, 'YKCD_BASE_PORT')}"
        for name, port in ports.items()
        if busy(port)
    ]
    if taken:
        raise PortBusy("\n".join(taken))
