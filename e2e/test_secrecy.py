"""Secret documents leave nothing, wherever one looks (Đ5, Đ6.2, D14); and looking finds what is there."""

import base64
import gzip
import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from pathlib import Path

import psycopg
import pytest

from e2e.harness.platform import Platform
from e2e.secrecy.proof import prove
from e2e.secrecy.words import LETTERS, RUN, Search, new_words
from infra.postgres.scrub import scrub
from kit.testing.postgres import PostgresServer

WORD, OTHER = new_words(2)


def packed(data: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", data)
    return held.getvalue()


def mail() -> bytes:
    message = EmailMessage()
    message["Subject"] = f"Nhiệm vụ {WORD} được giao"
    message.set_content(f"Kính gửi: {'ế' * 300}", cte="base64")
    return message.as_bytes()


TEXT = f"Về việc {WORD}, báo cáo".encode()
HIDDEN = {
    "text": TEXT,
    "small letters": TEXT.lower(),
    "utf-16": TEXT.decode().encode("utf-16-le"),
    "utf-16, the other way": TEXT.decode().encode("utf-16-be"),
    "hexadecimal": TEXT.hex().encode(),
    "hexadecimal in capitals": TEXT.hex().upper().encode(),
    **{f"base64 at {shift}": base64.b64encode(b"x" * shift + TEXT) for shift in range(3)},
    **{f"base64url at {shift}": base64.urlsafe_b64encode(b"\xff" * shift + WORD.encode()) for shift in range(3)},
    "gzip": gzip.compress(TEXT),
    "zip": packed(TEXT),
    "a zip in a gzip": gzip.compress(packed(TEXT)),
    "a mail's subject": mail(),
    **{
        f"with a byte of PostgreSQL's compression after {first}": f"{WORD[:first]}\1{WORD[first : first + 8]}\1{WORD[first + 8 :]}".encode()
        for first in range(9)
    },
}


@pytest.mark.parametrize("data", HIDDEN.values(), ids=HIDDEN.keys())
def test_a_word_is_found_in_whatever_clothes(data: bytes) -> None:
    assert Search([WORD, OTHER]).in_bytes(b"\0" * 99 + data + b"\0" * 99 if data[:2] not in (b"PK", b"\x1f\x8b", b"Su") else data) == {WORD}


def test_no_word_is_found_where_none_is() -> None:
    search = Search([WORD])
    assert search.in_bytes((OTHER + LETTERS * 9 + WORD[: RUN - 1]).encode()) == set()
    assert search.in_bytes(bytes(range(256)) * 999) == set()


def everywhere(server: PostgresServer) -> set[str]:
    search = Search([WORD])
    return {file.parts[-2] for file in (server.home / "data").rglob("*") if file.is_file() and search.in_bytes(file.read_bytes())}


def scrub_when_read(server: PostgresServer, reader: psycopg.Connection) -> None:
    """`reader`: in a transaction, which ends when the scrubbing waits for it."""
    waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
    with ThreadPoolExecutor() as pool:
        scrubbing = pool.submit(scrub, server.dsn(), ["scrubbed"])
        while reader.execute(waits).fetchone() == (0,):
            assert not scrubbing.done()
            reader.execute("SELECT pg_stat_clear_snapshot()")
        reader.rollback()
        scrubbing.result()


@pytest.mark.article("D14")
def test_what_was_deleted_is_in_no_file_of_postgresql_after_scrubbing() -> None:
    """Rows, TOAST, indexes, statistics and the log; before it, it is in most of them. Somebody who reads meanwhile is outwaited."""
    server = PostgresServer()
    server.start()
    try:
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE scrubbed")
        with psycopg.connect(server.dsn("scrubbed"), autocommit=True) as connection:
            connection.execute("CREATE TABLE t (short text, long text)")
            connection.execute("CREATE INDEX ON t (short)")
            filling = "SELECT 'x' || i, repeat(md5(i::text), 200) FROM generate_series(1, 200) i"
            for statement in (f"INSERT INTO t {filling}", f"INSERT INTO t SELECT '{WORD}', '{WORD}' || long FROM t", "ANALYZE t"):
                connection.execute(statement.encode())
            connection.execute("CHECKPOINT")
            held = connection.execute("SELECT count(*) FROM pg_stats WHERE most_common_vals::text LIKE %s", [f"%{WORD}%"]).fetchone()
            reader = psycopg.connect(server.dsn("scrubbed"))
            reader.execute("SELECT txid_current()")
            connection.execute("DELETE FROM t")
            connection.execute("VACUUM t")
            connection.execute("CHECKPOINT")
        assert held == (1,)
        assert "pg_wal" in everywhere(server)
        assert len(everywhere(server)) > 1
        scrub_when_read(server, reader)
        assert everywhere(server) == set()
    finally:
        server.stop()


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.article("Đ5", "Đ6.2", "D14", "§6.11")
async def test_of_secret_documents_nothing_is_left_anywhere(platform: Platform, spans, tmp_path: Path) -> None:
    """`make canary` also restores a backup and looks into that."""
    report = await prove(platform, spans[1], lambda: spans[0].data, tmp_path, drill=False)
    assert report["ok"], report
