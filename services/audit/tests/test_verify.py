"""Whoever changes the log behind its back, with all rights of the database, is found, and the first bad entry is named."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from kit import db
from kit.testing.stack import Stack
from services.audit import service
from services.audit.__main__ import app
from services.audit.model import EntryContent, chain
from services.audit.tests import factories as make

ROOT = Path(__file__).parents[3]
Connection = psycopg.Connection


@pytest.fixture
async def stack(serve) -> Stack:
    """A log of seven entries."""
    made = await serve(app)
    for number in range(7):
        await make.log(made, make.unit_changed(f"Đơn vị {number}"), make.AN)
    return made


@pytest.fixture
def intruder(postgres) -> Callable[[Callable[[Connection], object]], None]:
    """A superuser, whom no trigger and no foreign key stops."""

    def act(change: Callable[[Connection], object]) -> None:
        with psycopg.connect(postgres.dsn("audit")) as connection:
            connection.execute("SET session_replication_role = replica")
            change(connection)

    return act


async def verify(stack: Stack) -> service.Verdict:
    async with db.transaction(stack.runtime.worker) as session:
        return await service.verify(session)


def edit_and_rehash(connection: Connection) -> None:
    """The leaf is made to fit; the chain isn't."""
    row = connection.execute("SELECT leaf_hash FROM entry WHERE sequence = 3").fetchone()
    forged = bytes(reversed(row[0]))
    connection.execute("UPDATE entry SET leaf_hash = %s WHERE sequence = 4", [forged])


def chain_anew(connection: Connection) -> None:
    """Leaf and chain of one entry fit; the next one's don't."""
    (leaf,) = connection.execute("SELECT leaf_hash FROM entry WHERE sequence = 4").fetchone()
    connection.execute("UPDATE entry SET chain_hash = %s WHERE sequence = 4", [chain(b"x" * 32, leaf)])


def swap(connection: Connection) -> None:
    """Entries 3 and 5 change places, their contents with them."""
    for table in ("entry", "entry_content"):
        for old, new in ((3, -1), (5, 3), (-1, 5)):
            connection.execute(f"UPDATE {table} SET sequence = %s WHERE sequence = %s", [new, old])


def insert_between(connection: Connection) -> None:
    """A copy of entry 2 becomes entry 4; the others move up."""
    for table in ("entry", "entry_content"):
        for sequence in range(7, 3, -1):
            connection.execute(f"UPDATE {table} SET sequence = %s WHERE sequence = %s", [sequence + 1, sequence])
    _copy(connection, 2, 4)
    connection.execute("UPDATE head SET size = 8")


def _copy(connection: Connection, source: int, place: int) -> None:
    connection.execute("CREATE TEMP TABLE forged AS SELECT * FROM entry WHERE sequence = %s", [source])
    connection.execute("UPDATE forged SET sequence = %s, event_id = %s", [place, uuid4()])
    connection.execute("INSERT INTO entry SELECT * FROM forged")


def drop(connection: Connection) -> None:
    connection.execute("DELETE FROM entry WHERE sequence = 4")


def drop_and_close_the_gap(connection: Connection) -> None:
    drop(connection)
    for sequence in (5, 6, 7):
        connection.execute("UPDATE entry SET sequence = %s WHERE sequence = %s", [sequence - 1, sequence])
    connection.execute("UPDATE head SET size = 6")


TAMPERINGS = {
    "an edited column": (lambda c: c.execute("UPDATE entry SET actor_id = NULL WHERE sequence = 4"), 4, "ENTRY_CHANGED"),
    "an edited time": (
        lambda c: c.execute("UPDATE entry SET event_time = event_time - interval '1 us' WHERE sequence = 4"),
        4,
        "ENTRY_CHANGED",
    ),
    "an edited leaf": (edit_and_rehash, 4, "ENTRY_CHANGED"),
    "an edited chain": (chain_anew, 4, "CHAIN_BROKEN"),
    "an edited content": (lambda c: c.execute("UPDATE entry_content SET content = '' WHERE sequence = 4"), 4, "CONTENT_CHANGED"),
    "an edited name": (lambda c: c.execute("UPDATE entry_content SET actor_name = 'Ai đó' WHERE sequence = 4"), 4, "CONTENT_CHANGED"),
    "a dropped entry": (drop, 4, "ENTRY_MISSING"),
    "a dropped entry, gap closed": (drop_and_close_the_gap, 4, "ENTRY_CHANGED"),
    "a dropped first entry": (lambda c: c.execute("DELETE FROM entry WHERE sequence = 1"), 1, "ENTRY_MISSING"),
    "a cut tail": (lambda c: c.execute("DELETE FROM entry WHERE sequence > 5"), 6, "ENTRY_MISSING"),
    "an emptied log": (lambda c: c.execute("DELETE FROM entry"), 1, "ENTRY_MISSING"),
    "an inserted entry": (insert_between, 4, "ENTRY_CHANGED"),
    "an appended entry": (lambda c: _copy(c, 7, 8), 8, "ENTRY_BEYOND_HEAD"),
    "two swapped entries": (swap, 3, "ENTRY_CHANGED"),
    "another head": (lambda c: c.execute("UPDATE head SET chain_hash = ''"), 7, "HEAD_DIFFERS"),
}


async def test_an_untouched_log_is_intact(stack: Stack) -> None:
    verdict = await verify(stack)
    assert (verdict.intact, verdict.entries, verdict.first_bad, verdict.problem) == (True, 7, 0, "")
    assert len(verdict.root_hash) == len(verdict.chain_hash) == 64


@pytest.mark.parametrize("name", TAMPERINGS)
async def test_each_tampering_is_found_and_the_first_bad_entry_named(stack: Stack, intruder, name: str) -> None:
    change, first_bad, problem = TAMPERINGS[name]
    intruder(change)
    verdict = await verify(stack)
    assert (verdict.intact, verdict.first_bad, verdict.problem) == (False, first_bad, problem)


async def test_erased_content_and_names_break_nothing(stack: Stack) -> None:
    """D14: what must go goes; the log goes on and still verifies."""
    before = await verify(stack)
    async with stack.session() as session:
        await session.execute(EntryContent.__table__.delete())
    assert await verify(stack) == before
    await make.log(stack, make.unit_changed(), make.AN)
    assert (await verify(stack)).entries == 8


async def test_an_empty_log_is_intact(serve) -> None:
    verdict = await verify(await serve(app))
    assert (verdict.intact, verdict.entries, verdict.chain_hash) == (True, 0, "00" * 32)


async def test_more_entries_than_are_held_at_once(stack: Stack, monkeypatch) -> None:
    monkeypatch.setattr(service.queries, "BATCH", 3)
    assert (await verify(stack)).entries == 7


def run(stack: Stack) -> tuple[int, dict[str, object]]:
    settings = stack.runtime.settings
    environment = {
        **os.environ,
        "PYTHONPATH": f"{ROOT}:{ROOT / 'proto'}",
        "YKCD_DB_PORT": str(settings.db_port),
        "YKCD_DB_WORKER_PASSWORD": settings.db_worker_password.get_secret_value(),
    }
    done = subprocess.run(
        [sys.executable, "-m", "services.audit", "verify"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, json.loads(done.stdout)


async def test_the_command_prints_one_line_and_fails_when_the_log_is_broken(stack: Stack, intruder) -> None:
    status, line = run(stack)
    assert (status, line["intact"], line["entries"]) == (0, True, 7)
    intruder(drop)
    status, line = run(stack)
    assert (status, line["intact"], line["first_bad"], line["problem"]) == (1, False, 4, "ENTRY_MISSING")
    assert set(line) == {"intact", "entries", "root_hash", "chain_hash", "first_bad", "problem", "gap_count", "gaps"}


async def test_the_command_names_what_never_came_and_fails(stack: Stack) -> None:
    aggregate = uuid4()
    for version in (1, 4):
        await make.log(stack, make.unit_changed(), make.AN, aggregate, aggregate_version=version)
    status, line = run(stack)
    gap = {"source": "directive", "aggregate_id": str(aggregate), "first": 2, "last": 3}
    assert (status, line["intact"], line["gap_count"], line["gaps"]) == (1, True, 1, [gap])
