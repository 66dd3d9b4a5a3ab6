"""Everywhere that a platform keeps something."""

import os
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import psycopg

from e2e.harness.platform import Platform
from e2e.secrecy.words import Search
from infra.postgres.cluster import PROGRAMS

Found = dict[str, set[str]]
# Of PostgreSQL's folder: rows, TOAST and indexes; the write-ahead log; the rest.
_POSTGRES = {"base": "postgres rows", "global": "postgres rows", "pg_wal": "postgres log"}
# The maildir of the SMTP server stands for people's own mailboxes.
MAILBOXES = "mail"
_NAMES = {"nats": "stream", "files": "file store", "logs": "logs", "mail": MAILBOXES, "purge-list": "purge list"}


def look(platform: Platform, search: Search, *, traces: bytes, backup: Path) -> Found:
    """The words of each place; places without any are left out."""
    with psycopg.connect(platform.superuser(), autocommit=True) as connection:
        # What was written lately is in the log alone, and in memory.
        connection.execute("CHECKPOINT")
    found: Found = defaultdict(set)
    for place, data in _everything(platform, traces, backup):
        words = search.in_bytes(data)
        if words:
            found[place] |= words
    return dict(found)


def _everything(platform: Platform, traces: bytes, backup: Path) -> Iterator[tuple[str, bytes]]:
    yield "traces", traces
    yield from files(platform.home, _place)
    yield from files(backup, lambda _parts: "backup")
    for database in (*platform.databases, "keycloak", "postgres"):
        yield f"database {database}", dump(platform.superuser(database))
    for service in platform.services:
        with psycopg.connect(platform.superuser(service)) as connection:
            for row in connection.execute("SELECT payload, problem FROM dead_letter"):
                payload, problem = row
                yield "dead letters", payload + problem.encode()
    with psycopg.connect(platform.superuser("gateway")) as connection:
        for row in connection.execute("SELECT * FROM web_session"):
            yield "sessions", repr(row).encode()


def files(folder: Path, place: Callable[[tuple[str, ...]], str]) -> Iterator[tuple[str, bytes]]:
    """(its place, its bytes) of each file below; of one that vanishes meanwhile nothing."""
    for name, _, names in os.walk(folder):
        for file in (Path(name) / each for each in names):
            try:
                if file.is_file() and not file.is_symlink():
                    yield place(file.relative_to(folder).parts), file.read_bytes()
            except FileNotFoundError:
                continue


def _place(parts: tuple[str, ...]) -> str:
    top, *below = parts
    if top == "postgres" and below[0] == "data":
        return _POSTGRES.get(below[1], top)
    return _NAMES.get(top, top)


def dump(dsn: str) -> bytes:
    """The database as SQL: each value as it is read, whatever compression it lies in."""
    return subprocess.run([str(PROGRAMS / "pg_dump"), "--dbname", dsn], check=True, capture_output=True, env=_bare()).stdout


def _bare() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def back_up(platform: Platform, folder: Path) -> None:
    """One file for each service's database."""
    folder.mkdir()
    for database in platform.databases:
        (folder / f"{database}.sql").write_bytes(dump(platform.superuser(database)))


def named(found: Found, words: dict[str, str]) -> dict[str, list[str]]:
    """For a report: by what the words stand for; never the words."""
    return {place: sorted(words[word] for word in here) for place, here in sorted(found.items())}


def only(found: Found, words: Iterable[str]) -> Found:
    """Of these words."""
    wanted = set(words)
    return {place: here & wanted for place, here in found.items() if here & wanted}
