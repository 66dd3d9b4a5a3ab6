"""Annex I as people change it, absences, who follows the system, the end of units (Đ8.1.d, Đ8.1.đ, Đ8.2.2, D12)."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from kit.migrations.base import protect, widen

revision = "2026_11_24_people"
down_revision = "2026_11_24_amendments"
# Widens what the kit made.
depends_on = "2026_11_24_absence"

OFFICE = "(SELECT actor_has('specialist', 'office_leader', 'chairman', 'clerk', 'administrator'))"
KEEPERS = "(SELECT actor_has('office_leader', 'administrator'))"
MY_UNIT = "(SELECT actor_unit())"


def upgrade() -> None:
    # Defaults for the rows that there are.
    op.add_column("specialist_rule", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("specialist_rule", sa.Column("note", sa.Text(), nullable=False, server_default=""))
    op.add_column("specialist_rule", sa.Column("changed_by", sa.Uuid(), nullable=True))
    op.add_column("unit", sa.Column("successors", postgresql.JSONB(), nullable=False, server_default="[]"))
    op.add_column("unit", sa.Column("changed_by", sa.Uuid(), nullable=True))
    op.create_table(
        "dissolution",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("successors", postgresql.JSONB(), nullable=False),
        sa.Column("decision_number", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_by_name", sa.Text(), nullable=False),
        sa.Column("confirmed_by_name", sa.Text(), nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirm_time", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="dissolution_unit_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="dissolution_pkey"),
    )
    op.create_index("dissolution_open_key", "dissolution", ["unit_id"], unique=True, postgresql_where=sa.text("state = 1"))
    op.create_table(
        "follower",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("person_name", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="follower_unit_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="follower_pkey"),
        sa.UniqueConstraint("unit_id", name="follower_unit_id_key"),
    )
    op.create_table(
        "access",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("last_access_time", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name="access_unit_id_fkey"),
        sa.PrimaryKeyConstraint("person_id", "unit_id", name="access_pkey"),
    )
    _protect()


def _protect() -> None:
    widen("unit", api="INSERT, UPDATE", check=KEEPERS)
    # The end of a unit ends its memberships; everything else of a member is the seed's to say.
    widen("member", api="UPDATE (active, version)", check="(SELECT actor_has('office_leader'))")
    mine_or_ours = f"person_id = (SELECT actor_person()) OR unit_id = {MY_UNIT} OR (SELECT actor_has('administrator'))"
    widen("absence", api="INSERT, UPDATE", check=mine_or_ours)
    op.execute("DROP POLICY api ON specialist_rule")
    op.execute("DROP POLICY worker ON specialist_rule")
    protect("specialist_rule", api="SELECT, INSERT, UPDATE", using=OFFICE, check=KEEPERS)
    protect("dissolution", api="SELECT, INSERT, UPDATE", using=OFFICE, check=KEEPERS)
    protect("follower", api="SELECT, INSERT, UPDATE", using=f"{OFFICE} OR unit_id = {MY_UNIT}", check=f"unit_id = {MY_UNIT}")
    protect(
        "access",
        api="SELECT, INSERT, UPDATE",
        using=f"{OFFICE} OR unit_id = {MY_UNIT}",
        check=f"person_id = (SELECT actor_person()) AND unit_id = {MY_UNIT}",
    )
