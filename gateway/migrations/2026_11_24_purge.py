"""The outbox as the relay knows it. Nothing is ever purged here: the gateway tells of denials, which hold no content."""

from alembic import op

revision = '2026_11_24_purge'
down_revision = '2026_11_24_denials'


def upgrade() -> None:
    op.execute("ALTER TABLE outbox ADD COLUMN erase_subject TEXT")
    op.execute("CREATE INDEX outbox_erase_idx ON outbox (seq) WHERE erase_subject IS NOT NULL")
