"""One installation of the platform: its folder, ports, secrets and processes."""

import asyncio
import json
import os
import signal
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from e2e.harness import secretfiles
from e2e.harness.layout import SERVICES, TOOLS, Options, default_ports, refuse_busy
from e2e.harness.process import ROOT, Process
from e2e.harness.processes import processes
from e2e.harness.supervisor import Supervisor
from infra.keycloak.install import install
from infra.keycloak.realm import REALM, realm
from infra.nats.config import config as nats_config
from infra.postgres import cluster

LOG_BYTES = 20 << 20


@dataclass(frozen=True)
class Urls:
    web: str
    grpc: str
    issuer: str
    token_base: str  # the realm by the back door: http://127.0.0.1:…
    nats: str
    smtp_port: int
    mail: Path


class Platform:
    """`async with Platform(folder, ports=unused_ports()) as platform:` in a test; `make up` has one in .run."""

    def __init__(
        self,
        home: Path,
        *,
        ports: Mapping[str, int] | None = None,
        options: Options | None = None,
        say: Callable[[str], None] = print,
        only: Collection[str] | None = None,
    ) -> None:
        """`only`: the names of the processes to start, where a test needs a part."""
        self._only = only
        self.home, self.options, self.say = home.resolve(), options or Options(), say
        self.ports = dict(ports or default_ports())
        self.services = SERVICES
        self.has_gateway = (ROOT / "gateway" / "__main__.py").exists()
        self.supervisor: Supervisor | None = None

    @property
    def urls(self) -> Urls:
        scheme = "https" if self.options.tls else "http"
        web = (self.options.public_url or f"{scheme}://localhost:{self.ports['web']}").rstrip("/")
        return Urls(
            web=web,
            grpc=f"localhost:{self.ports['grpc']}",
            issuer=f"{web}/auth/realms/{REALM}",
            token_base=f"http://127.0.0.1:{self.ports['keycloak']}/auth/realms/{REALM}",
            nats=f"nats://127.0.0.1:{self.ports['nats']}",
            smtp_port=self.ports["smtp"],
            mail=self.home / "mail",
        )

    @property
    def databases(self) -> tuple[str, ...]:
        return (*self.services, "gateway") if self.has_gateway else self.services

    @property
    def password(self) -> str:
        """Of every seed account."""
        return self.secret("people", "password")

    def secret(self, owner: str, name: str) -> str:
        return (self.secrets / owner / name).read_text()

    @property
    def secrets(self) -> Path:
        return self.home / "secrets"

    @property
    def purge_list(self) -> Path:
        """What is purged anew in databases that are restored (D14); in no backup."""
        return self.home / "purge-list"

    def superuser(self, database: str = "postgres") -> str:
        """DSN."""
        password = self.secret("postgres", "password")
        return f"postgresql://postgres:{password}@127.0.0.1:{self.ports['postgres']}/{database}"

    @property
    def realm_document(self) -> Path:
        return self.home / "keycloak" / "data" / "import" / f"{REALM}-realm.json"

    def people(self) -> list[dict[str, Any]]:
        return json.loads((self.options.seed / "people.json").read_text())

    def units(self) -> list[dict[str, Any]]:
        return json.loads((self.options.seed / "units.json").read_text())

    async def start(self) -> None:
        """Returns when everything is healthy. Raises StartFailed or PortBusy, and leaves nothing running."""
        refuse_busy(self.ports)
        await asyncio.to_thread(self.prepare)
        self.supervisor = Supervisor(self._processes(), logs=self.home / "logs", state_file=self.home / "state.json", say=self.say)
        try:
            await self.supervisor.start()
        except BaseException:
            await self.stop()
            raise

    def _processes(self) -> list[Process]:
        listed = processes(self)
        if self._only is None:
            return listed
        kept = [process for process in listed if process.name in self._only]
        return [replace(process, after=[name for name in process.after if name in self._only]) for process in kept]

    async def stop(self) -> None:
        if self.supervisor:
            await self.supervisor.stop()
            self.supervisor = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """A crash (or SIGSTOP, SIGCONT): after SIGKILL the supervisor starts it again; see `healthy`."""
        self._running.children[name].signal(number)

    async def healthy(self, name: str, seconds: float = 60) -> None:
        async with asyncio.timeout(seconds):
            await self._running.children[name].ready.wait()

    async def halt(self, name: str) -> None:
        """An outage: it stays down until `resume`."""
        await self._running.children[name].stop()

    async def resume(self, name: str) -> None:
        await self._running.children[name].start()

    @property
    def _running(self) -> Supervisor:
        if self.supervisor is None:
            raise RuntimeError("the platform isn't started")
        return self.supervisor

    def prepare(self) -> None:
        # Others may pass through to what is theirs (PostgreSQL's account), and list nothing.
        self.home.mkdir(parents=True, exist_ok=True)
        self.home.chmod(0o711)
        for name in ("logs", "keycloak", "nats", "edge", "files", "purge-list"):
            (self.home / name).mkdir(exist_ok=True, mode=0o700)
        for log in (self.home / "logs").glob("*.log"):
            if log.stat().st_size > LOG_BYTES:
                log.replace(log.with_suffix(".log.1"))
        secretfiles.ensure(self.secrets, services=SERVICES, units=[unit["code"] for unit in self.units()])
        install(TOOLS)
        cluster.prepare(self.home / "postgres", self.secret("postgres", "password"))
        self.write_nats_configuration({name: self.secret(name, "ykcd_nats_password") for name in (*SERVICES, "gateway")})
        self._write_realm()

    def write_nats_configuration(self, passwords: Mapping[str, str]) -> None:
        folder, ports = self.home / "nats", self.ports
        folder.mkdir(exist_ok=True, mode=0o700)
        text = nats_config(port=ports["nats"], monitor_port=ports["nats_monitor"], store=folder / "store", passwords=passwords)
        _write_private(folder / "nats.conf", text)

    def _write_realm(self) -> None:
        document = realm(
            seed=self.options.seed,
            public_url=self.urls.web,
            smtp_port=self.ports["smtp"],
            password=self.password,
            web_secret=self.secret("gateway", "ykcd_oidc_client_secret"),
            provisioner_secret=self.secret("provisioner", "client_secret"),
            unit_secrets={unit["code"]: self.secret("units", unit["code"]) for unit in self.units()},
        )
        self.realm_document.parent.mkdir(parents=True, exist_ok=True)
        _write_private(self.realm_document, json.dumps(document, ensure_ascii=False, indent=1))


def _write_private(file: Path, text: str) -> None:
    with open(file, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as output:
        output.write(text)
