"""Removes from PostgreSQL's files what was deleted: until then its bytes lie in dead rows, free space, old statistics and the log.

Run after each purge of a secret document (docs/runbooks/secret-document.md), as superuser. Every table is rewritten, and locked meanwhile.
"""

import time
from collections.abc import Iterable

import psycopg
from psycopg.conninfo import make_conninfo

POLL_SECONDS = 0.2


def scrub(superuser: str, databases: Iterable[str]) -> None:
    """`superuser`: a DSN. Returns when nothing that was deleted before is in tables, TOAST, indexes, statistics or the write-ahead log."""
    with psycopg.connect(superuser, autocommit=True) as connection:
        _outwait(connection)
    for database in databases:
        with psycopg.connect(make_conninfo(superuser, dbname=database), autocommit=True) as connection:
            # The commonest values of each column are here too, and stay where a table has become empty.
            connection.execute("DELETE FROM pg_statistic")
            connection.execute("VACUUM (FULL, ANALYZE)")
    with psycopg.connect(superuser, autocommit=True) as connection:
        # The files of before the rewriting go with the first checkpoint, the log that was written until then with the second.
        connection.execute("CHECKPOINT")
        connection.execute("SELECT pg_switch_wal()")
        connection.execute("CHECKPOINT")


def _outwait(connection: psycopg.Connection) -> None:
    """Whoever began before may still see what was deleted, which the rewriting would then keep. Nobody takes longer than a minute."""
    older = """
        SELECT count(*) FROM pg_stat_activity
         WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND xact_start < %s
    """
    row = connection.execute("SELECT clock_timestamp()").fetchone()
    while row and _count(connection, older, row):
        time.sleep(POLL_SECONDS)


def _count(connection: psycopg.Connection, query: str, values: tuple[object, ...]) -> int:
    row = connection.execute(query, values).fetchone()  # type: ignore[arg-type]
    return row[0] if row else 0
