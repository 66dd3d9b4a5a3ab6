"""Đ6.1.i: what else the units need to know of a task."""

from alembic import op
import sqlalchemy as sa

revision = "2026_11_24_note"
down_revision = "2026_11_24_tombstones"


def upgrade() -> None:
    # A default, so that a version that doesn't know the column yet can still write.
    op.add_column("task", sa.Column("note", sa.Text(), nullable=False, server_default=""))
