"""What every service has beside its own tables, whose first version follows this one."""

from kit.migrations import base

revision = "2026_11_24_kit"
down_revision = None


def upgrade() -> None:
    base.create_kit_tables()
