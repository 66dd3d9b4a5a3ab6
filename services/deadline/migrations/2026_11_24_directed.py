"""In which cycle an escalation was directed."""

from alembic import op
import sqlalchemy as sa

from kit.migrations.base import as_owner

revision = "2026_11_24_directed"
down_revision = "2026_11_24_units"


def upgrade() -> None:
    op.add_column("escalation", sa.Column("directed_cycle", sa.Integer(), nullable=False, server_default="0"))
    # 3: directed.
    with as_owner("escalation"):
        op.execute("UPDATE escalation SET directed_cycle = deadline_cycle WHERE state = 3")
