"""The queue of jobs: procrastinate's own SQL, kept from requests."""

from pathlib import Path

from alembic import op
from procrastinate.schema import SchemaManager

from kit.migrations.base import protect

revision = '2026_11_24_queue'
down_revision = '2026_11_24_initial'

# Its scripts up to here; a release that brings more of them needs a migration of ours that runs those.
LAST = "03.04.00_50"


def upgrade() -> None:
    for script in sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql")):
        if script.name[: len(LAST)] <= LAST:
            # Sent without parameters, yet the driver reads % as the beginning of one.
            op.get_bind().exec_driver_sql(script.read_text("utf-8").replace("%", "%%"))
    for table in ("procrastinate_workers", "procrastinate_jobs", "procrastinate_periodic_defers", "procrastinate_events"):
        protect(table, api="", using="false")
    op.execute("""
        DO $$ BEGIN
            EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO %I', regexp_replace(current_user, '_owner$', '_worker'));
        END $$
    """)
