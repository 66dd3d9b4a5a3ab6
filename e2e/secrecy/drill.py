"""Restoring a backup of before a purge, and applying the purge list to it before it would open to anybody (D14)."""

import os
import subprocess
import sys
from pathlib import Path

from e2e.harness.platform import Platform
from e2e.harness.process import ROOT
from e2e.secrecy.places import Found, dump, files
from e2e.secrecy.words import Search
from infra.postgres.cluster import PROGRAMS
from infra.postgres.scrub import scrub
from kit.testing.postgres import PASSWORDS, PostgresServer


def restore(platform: Platform, backup: Path, search: Search) -> tuple[Found, Found]:
    """Into a PostgreSQL of its own: what is found there before the list is applied, and after. `platform`'s file store takes part."""
    server = PostgresServer()
    server.start()
    try:
        for service in platform.services:
            server.bootstrap(service)
            _load(server.dsn(service), backup / f"{service}.sql")
        before = _look(server, platform, search)
        for service in platform.services:
            _purge(server, platform, service)
        scrub(server.dsn(), platform.services)
        return before, _look(server, platform, search)
    finally:
        server.stop()


def _load(dsn: str, file: Path) -> None:
    command = [str(PROGRAMS / "psql"), "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--dbname", dsn, "--file", str(file)]
    subprocess.run(command, check=True, capture_output=True)


def _purge(server: PostgresServer, platform: Platform, service: str) -> None:
    """As the runbook has it: python -m services.<name> purge --list FOLDER"""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("YKCD_")},
        "PYTHONPATH": ".:proto",
        "YKCD_DB_PORT": str(server.port),
        **{f"YKCD_DB_{role.upper()}_PASSWORD": password for role, password in PASSWORDS.items()},
        "YKCD_FILES_URL": (platform.home / "files").as_uri(),
    }
    command = [sys.executable, "-m", f"services.{service}", "purge", "--list", str(platform.purge_list)]
    subprocess.run(command, check=True, cwd=ROOT, env=environment, capture_output=True)


def _look(server: PostgresServer, platform: Platform, search: Search) -> Found:
    found: Found = {"restored files": set()}
    for _, data in files(server.home, lambda _parts: ""):
        found["restored files"] |= search.in_bytes(data)
    for service in platform.services:
        found[f"restored {service}"] = search.in_bytes(dump(server.dsn(service)))
    return {place: words for place, words in found.items() if words}
