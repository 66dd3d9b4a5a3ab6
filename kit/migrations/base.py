"""The kit's own tables as each service's first migration finds them, and how any table is protected.

Every table has row-level security, forced, with explicit policies for the service's `_api` role (by actor) and its `_worker` role. A table
without them fails the tests.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import op
from sqlalchemy import text


def _roles() -> tuple[str, str]:
    """api and worker, as the owner `X_owner` names them (a test's copy of the database has another name)."""
    owner = op.get_bind().execute(text("SELECT current_user")).scalar_one()
    stem = owner.removesuffix("_owner")
    return f"{stem}_api", f"{stem}_worker"


ALL = "SELECT, INSERT, UPDATE, DELETE"


def protect(table: str, *, api: str = ALL, using: str, check: str | None = None, worker: str = ALL) -> None:
    """Row-level security for `table`: `api` acts on rows where `using` holds (writes: where `check`, else `using`, holds), `worker` on all.

    Both name what the role is granted; empty: nothing.
    """
    api_role, worker_role = _roles()
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    if api:
        op.execute(f"GRANT {api} ON {table} TO {api_role}")
        op.execute(f"CREATE POLICY api ON {table} TO {api_role} USING ({using}) WITH CHECK ({check or using})")
    if worker:
        op.execute(f"GRANT {worker} ON {table} TO {worker_role}")
        op.execute(f"CREATE POLICY worker ON {table} TO {worker_role} USING (true) WITH CHECK (true)")


def widen(table: str, *, api: str, check: str) -> None:
    """For a table of the kit's in the database of the service that owns its rows: `api` is granted more, and what requests write there must
    pass `check`."""
    api_role, _ = _roles()
    op.execute(f"GRANT {api} ON {table} TO {api_role}")
    op.execute(f"ALTER POLICY api ON {table} WITH CHECK ({check})")


@contextmanager
def as_owner(table: str) -> Iterator[None]:
    """Around what changes rows of `table`: forced row-level security has no policy for the owner, as whom migrations run, so that outside
    of this he sees and changes none, without any error."""
    # A failure needs no undoing: it rolls the migration back.
    op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    yield
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def create_kit_tables() -> None:
    """The tables of kit.tables with their policies."""
    op.get_bind().exec_driver_sql((Path(__file__).parent / "base.sql").read_text("utf-8"))
    # Requests may add events and never read or change them.
    protect("outbox", api="INSERT", using="false", check="true")
    protect("inbox", api="", using="false")
    protect("dead_letter", api="", using="false")
    protect("idempotency", api="SELECT, INSERT, UPDATE", using="person_id = actor_person()")
    # Read before anybody is known: this is where the actor is looked up. Names of colleagues are no secret inside the platform.
    protect("member", api="SELECT", using="true")
    protect("calendar_day", api="SELECT", using="true")
    protect("calendar_version", api="SELECT", using="true")
