"""A PostgreSQL of the tests' own, and a fresh copy of a migrated database for each test."""

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from infra.postgres import bootstrap, cluster
from kit.config import Settings

SUPERUSER_PASSWORD = "superuser"
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": 300}
START_SECONDS = 30
PASSWORDS = {"owner": "owner", "api": "api", "worker": "worker"}


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class PostgresServer:
    """Starts in a second, forgets everything at its end; durability is switched off for speed."""

    def __init__(self) -> None:
        self.port = free_port()
        self.home = Path(tempfile.mkdtemp(prefix="ykcd-pg-"))
        self._templates: set[str] = set()

    def start(self) -> None:
        """A new cluster of the same kind as `make up`'s; returns when it answers."""
        cluster.prepare(self.home, SUPERUSER_PASSWORD)
        options = (f"-c{name}={value}" for name, value in FAST.items())
        # Ends with the tests, however they end.
        command = ["setpriv", "--pdeathsig=QUIT", *cluster.account(self.home), "--", *cluster.command(self.home, self.port), *options]
        with (self.home / "log").open("wb") as log:
            self._process = subprocess.Popen(command, cwd="/", stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.home / "log").read_text())
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.dsn()).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """At once: nothing here is worth keeping."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(10)
        shutil.rmtree(self.home, ignore_errors=True)

    def dsn(self, database: str = "postgres") -> str:
        """As superuser."""
        return f"postgresql://postgres:{SUPERUSER_PASSWORD}@127.0.0.1:{self.port}/{database}"

    def settings(self, settings: type[Settings], **more: object) -> Settings:
        """As a service on this server would have them."""
        passwords = {f"db_{role}_password": password for role, password in PASSWORDS.items()}
        return settings(db_host="127.0.0.1", db_port=self.port, db_pool_size=4, **passwords, **more)

    def bootstrap(self, service: str) -> None:
        """The service's roles and its empty database."""
        bootstrap.bootstrap(self.dsn(), service, PASSWORDS)

    def fresh(self, service: str, migrate: Callable[[], None]) -> None:
        """The service's database as its migrations leave it, empty. The migrations themselves run once per test session."""
        template = f"{service}_template"
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            if service not in self._templates:
                self.bootstrap(service)
                migrate()
                connection.execute(f'ALTER DATABASE "{service}" RENAME TO "{template}"')
                self._templates.add(service)
            connection.execute(f'DROP DATABASE IF EXISTS "{service}" WITH (FORCE)')
            connection.execute(f'CREATE DATABASE "{service}" TEMPLATE "{template}" OWNER "{service}_owner" STRATEGY FILE_COPY')
            connection.execute(f'REVOKE ALL ON DATABASE "{service}" FROM PUBLIC')
            connection.execute(f'GRANT CONNECT ON DATABASE "{service}" TO "{service}_owner", "{service}_api", "{service}_worker"')
