"""The yearly work programme (Đ2.4, Đ9.2)."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from kit.migrations.base import protect

revision = "2026_11_24_programme"
down_revision = "2026_11_24_people"


def upgrade() -> None:
    op.create_table(
        "programme_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("lead_unit_id", sa.Uuid(), nullable=False),
        sa.Column("coordinating_unit_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("submitted_to", sa.Text(), nullable=False),
        sa.Column("state", sa.Integer(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=True),
        sa.Column("task_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.ForeignKeyConstraint(["lead_unit_id"], ["unit.id"], name="programme_item_lead_unit_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="programme_item_pkey"),
    )
    op.create_index("programme_item_lead_unit_id_idx", "programme_item", ["lead_unit_id"])
    op.create_index("programme_item_list_idx", "programme_item", ["year", "month", "ordinal", "id"])
    # Đ2.1: the programme is open to all.
    entered = "(SELECT actor_has('specialist', 'office_leader', 'clerk'))"
    led = "((SELECT actor_has('unit_leader')) AND lead_unit_id = (SELECT actor_unit()))"
    protect("programme_item", api="SELECT, INSERT, UPDATE", using="true", check=f"{entered} OR {led}")
