"""Removes from PostgreSQL's files what was deleted: until then its bytes lie in dead rows, free space, old statistics and the log.

Run after each purge of a secret document (docs/runbooks/secret-document.md), as superuser. Every table is rewritten, and locked meanwhile.
"""

from collections.abc import Iterable

import psycopg
from psycopg.conninfo import make_conninfo

# Nobody's transaction takes longer than a minute; one that does is a fault to look for.
OUTWAIT = "2min"
# Whoever began before may still see what was deleted, which the rewriting would then keep. PostgreSQL has no lock to wait on for that.
_OUTWAIT = """
    DO $$
    DECLARE
        begin_time timestamptz := clock_timestamp();
    BEGIN
        WHILE EXISTS (
            SELECT FROM pg_stat_activity
             WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND xact_start < begin_time
        ) LOOP
            PERFORM pg_sleep(0.2), pg_stat_clear_snapshot();
        END LOOP;
    END $$
"""


def scrub(superuser: str, databases: Iterable[str]) -> None:
    """`superuser`: a DSN. Returns when nothing that was deleted before is in tables, TOAST, indexes, statistics or the write-ahead log.

    QueryCanceled where somebody's transaction doesn't end.
    """
    with psycopg.connect(superuser, autocommit=True, options=f"-c statement_timeout={OUTWAIT}") as connection:
        connection.execute(_OUTWAIT)
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
