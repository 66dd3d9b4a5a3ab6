"""What every service has beside its own tables."""

from kit.migrations import base

revision = "2026_11_24_kit"
down_revision = None


def upgrade() -> None:
    base.create_kit_tables()
