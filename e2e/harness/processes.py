"""The one list of processes. What `make up` starts, in order, and what the tests kill."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from e2e.harness import probes
from e2e.harness.layout import SERVICES, TOOLS
from e2e.harness.process import ROOT, Process
from infra.keycloak import server as keycloak
from infra.keycloak.realm import AUDIENCE, WEB_CLIENT
from infra.postgres import cluster

if TYPE_CHECKING:
    from e2e.harness.platform import Platform

PROGRAMS = Path(sys.executable).parent
PYTHON = (sys.executable,)
CODE = {"PYTHONPATH": ".:proto", "PYTHONUNBUFFERED": "1"}


def processes(platform: Platform) -> list[Process]:
    services = platform.services
    last = ["gateway"] if platform.has_gateway else list(services)
    return [
        _postgres(platform),
        nats(platform),
        _smtp(platform),
        _databases(platform),
        *(_migrate(platform, name) for name in platform.databases),
        _seed(platform, "directive", "seed", str(platform.options.seed)),
        _seed(platform, "deadline", "seed-calendar"),
        _keycloak(platform),
        _provision(platform),
        *(_service(platform, name) for name in services),
        *([_gateway(platform)] if platform.has_gateway else []),
        edge(platform, after=("provision", *last)),
    ]


def _postgres(platform: Platform) -> Process:
    home, port = platform.home / "postgres", platform.ports["postgres"]
    return Process(
        name="postgres",
        command=cluster.command(home, port),
        prefix=cluster.account(home),
        ready=probes.postgres(port, platform.secret("postgres", "password")),
        port=port,
        stop_signal=signal.SIGINT,  # "fast": ends sessions; SIGTERM would wait for them
        stop_seconds=30,
    )


def nats(platform: Platform) -> Process:
    monitor = platform.ports["nats_monitor"]
    return Process(
        name="nats",
        command=(str(PROGRAMS / "nats-server"), "-c", str(platform.home / "nats" / "nats.conf")),
        ready=probes.http(f"http://127.0.0.1:{monitor}/healthz"),
        port=platform.ports["nats"],
    )


def _smtp(platform: Platform) -> Process:
    """Catches every mail into a maildir. Real SMTP, and nothing leaves this machine."""
    port = platform.ports["smtp"]
    catcher = ("-c", "aiosmtpd.handlers.Mailbox", str(platform.urls.mail))
    return Process(
        name="smtp",
        command=(*PYTHON, "-m", "aiosmtpd", "--nosetuid", "--smtputf8", "-l", f"127.0.0.1:{port}", *catcher),
        ready=probes.tcp(port),
        port=port,
        stop_signal=signal.SIGINT,
    )


def _databases(platform: Platform) -> Process:
    port, secrets = str(platform.ports["postgres"]), str(platform.secrets)
    return Process(
        name="databases",
        command=(*PYTHON, "-m", "infra.postgres.databases", "--port", port, "--secrets", secrets, *platform.databases),
        env=CODE,
        after=("postgres",),
    )


def _migrate(platform: Platform, name: str) -> Process:
    return Process(
        name=f"migrate-{name}",
        command=(*PYTHON, "-m", _module(name), "migrate"),
        env=service_environment(platform, name),
        after=("databases",),
    )


def _seed(platform: Platform, service: str, *command: str) -> Process:
    """Fills an empty database; changes nothing the second time."""
    return Process(
        name=f"seed-{service}",
        command=(*PYTHON, "-m", _module(service), *command),
        env=service_environment(platform, service),
        after=(f"migrate-{service}",),
    )


def _keycloak(platform: Platform) -> Process:
    ports, home = platform.ports, platform.home / "keycloak"
    keycloak.lay_out(home, TOOLS)
    return Process(
        name="keycloak",
        command=keycloak.command(
            home,
            port=ports["keycloak"],
            management_port=ports["keycloak_management"],
            database_port=ports["postgres"],
            public_url=platform.urls.web,
        ),
        env=keycloak.environment(
            database_password=platform.secret("keycloak", "database_password"),
            admin_password=platform.secret("keycloak", "admin_password"),
        ),
        after=("databases",),
        ready=probes.both(
            probes.http(f"http://127.0.0.1:{ports['keycloak_management']}/auth/health/ready"),
            probes.http(f"{platform.urls.token_base}/protocol/openid-connect/certs"),  # the realm is in
        ),
        port=ports["keycloak"],
        start_seconds=600,
    )


def _provision(platform: Platform) -> Process:
    """What changed in the seed or the settings since the realm was imported."""
    return Process(
        name="provision",
        command=(
            *(*PYTHON, "-m", "infra.keycloak.provision", "--url", f"http://127.0.0.1:{platform.ports['keycloak']}/auth"),
            *("--document", str(platform.realm_document)),
            *("--secret", str(platform.secrets / "provisioner" / "client_secret")),
        ),
        env=CODE,
        after=("keycloak",),
    )


def _service(platform: Platform, name: str) -> Process:
    seed = (f"seed-{name}",) if name in ("directive", "deadline") else ()
    return Process(
        name=name,
        command=(*PYTHON, "-m", _module(name)),
        env=service_environment(platform, name),
        after=(f"migrate-{name}", "nats", *seed),
        ready=probes.grpc_health(platform.ports[name]),
        port=platform.ports[name],
    )


def _gateway(platform: Platform) -> Process:
    port = platform.ports["gateway"]
    return Process(
        name="gateway",
        command=(*PYTHON, "-m", _module("gateway")),
        env=service_environment(platform, "gateway"),
        after=("migrate-gateway", "nats", *platform.services),
        ready=probes.http(f"http://127.0.0.1:{port}/readyz"),
        port=port,
    )


def edge(platform: Platform, after: tuple[str, ...]) -> Process:
    ports, options = platform.ports, platform.options
    # A certificate of the edge's own needs a name; a given one, and plain HTTP, serve whatever name is asked for.
    host = urlsplit(platform.urls.web).hostname if options.tls == "internal" else ""
    site = f"{'https' if options.tls else 'http'}://{host}"
    home = str(platform.home / "edge")
    environment = {
        "EDGE_BIND": options.bind,
        "EDGE_TLS": f"tls {options.tls}" if options.tls else "",
        "EDGE_WEB_ADDRESS": f"{site}:{ports['web']}",
        "EDGE_GRPC_ADDRESS": f"{site}:{ports['grpc']}",
        "EDGE_KEYCLOAK_PORT": str(ports["keycloak"]),
        "EDGE_GATEWAY_PORT": str(ports["gateway"]),
        "EDGE_SERVICES": "\n".join(f"import service {name} {ports[name]}" for name in SERVICES),
    }
    configuration = ("--adapter", "caddyfile", "--config", str(ROOT / "infra" / "edge" / "Caddyfile"))
    return Process(
        name="edge",
        command=(str(PROGRAMS / "caddy"), "run", *configuration),
        env=environment | {"XDG_DATA_HOME": home, "XDG_CONFIG_HOME": home},
        after=after,
        ready=probes.both(probes.tcp(ports["web"]), probes.tcp(ports["grpc"])),
        port=ports["web"],
    )


def _module(name: str) -> str:
    return name if name == "gateway" else f"services.{name}"


def service_environment(platform: Platform, name: str) -> dict[str, str]:
    """The contract with kit/config.py: every setting that a process of ours reads."""
    ports, urls, options = platform.ports, platform.urls, platform.options
    return {
        **CODE,
        "YKCD_SECRETS_DIR": str(platform.secrets / name),
        "YKCD_METRICS_PORT": str(ports[f"{name}_metrics"]),
        "YKCD_DB_HOST": "127.0.0.1",
        "YKCD_DB_PORT": str(ports["postgres"]),
        "YKCD_OIDC_ISSUER": urls.issuer,
        "YKCD_OIDC_JWKS_URL": f"{urls.token_base}/protocol/openid-connect/certs",
        "YKCD_OIDC_AUDIENCE": AUDIENCE,
        "YKCD_OTLP_ENDPOINT": options.otlp_endpoint,
        "YKCD_LOG_LEVEL": options.log_level,
        **(_of_gateway(platform) if name == "gateway" else _of_service(platform, name)),
        **options.environment,
    }


def _of_service(platform: Platform, name: str) -> dict[str, str]:
    ports, own = platform.ports, {}
    if name == "assignment":
        own = {"YKCD_FILES_URL": (platform.home / "files").as_uri(), "YKCD_DIRECTIVE_ADDRESS": f"127.0.0.1:{ports['directive']}"}
    if name == "deadline":
        own = {"YKCD_ASSIGNMENT_ADDRESS": f"127.0.0.1:{ports['assignment']}"}
    if name == "notification":
        own = {
            "YKCD_SMTP_HOST": "127.0.0.1",
            "YKCD_SMTP_PORT": str(ports["smtp"]),
            "YKCD_PUBLIC_URL": platform.urls.web,
        }
    if name == "reporting":
        own = {f"YKCD_{owner.upper()}_ADDRESS": f"127.0.0.1:{ports[owner]}" for owner in ("directive", "assignment", "deadline")}
        own["YKCD_PUBLIC_URL"] = platform.urls.web
    shared = {"YKCD_NATS_URL": platform.urls.nats, "YKCD_PURGE_LIST_URL": platform.purge_list.as_uri()}
    return {"YKCD_GRPC_PORT": str(ports[name]), **shared, **own}


def _of_gateway(platform: Platform) -> dict[str, str]:
    return {
        "YKCD_HTTP_PORT": str(platform.ports["gateway"]),
        "YKCD_NATS_URL": platform.urls.nats,
        "YKCD_PUBLIC_URL": platform.urls.web,
        "YKCD_OIDC_CLIENT_ID": WEB_CLIENT,
        "YKCD_OIDC_TOKEN_BASE": platform.urls.token_base,
        **{f"YKCD_{service.upper()}_ADDRESS": f"127.0.0.1:{platform.ports[service]}" for service in SERVICES},
    }
