"""Purging what was found to be secret (D14)."""

from alembic import op

from kit.migrations.base import protect

revision = "2026_11_24_purge"
down_revision = "2026_11_24_absence"


def upgrade() -> None:
    op.execute("ALTER TABLE outbox ADD COLUMN erase_subject TEXT")
    op.execute("CREATE INDEX outbox_erase_idx ON outbox (seq) WHERE erase_subject IS NOT NULL")
    op.execute("CREATE TABLE purged (id UUID NOT NULL, purge_time TIMESTAMP WITH TIME ZONE NOT NULL, PRIMARY KEY (id))")
    protect("purged", api="", using="false")
