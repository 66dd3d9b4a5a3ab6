"""Phases (Đ3.4); amending, superseding and revoking what is published (Đ2.7); the count of refused secret documents (Đ6.2)."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from kit.migrations.base import protect

revision = "2026_11_24_amendments"
down_revision = "2026_11_24_no_unit_identifier"


def upgrade() -> None:
    op.add_column("directive", sa.Column("superseded_by_id", sa.Uuid(), nullable=True))
    # Defaults for the rows that there are.
    op.add_column("planned_assignment", sa.Column("phase", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("planned_assignment", sa.Column("phase_name", sa.Text(), nullable=False, server_default=""))
    op.add_column("planned_assignment", sa.Column("withdrawn", sa.Boolean(), nullable=False, server_default="false"))
    # The index below takes its place: one part for each phase, and none counts that was withdrawn.
    op.execute("-- squawk-ignore ban-drop-constraint\nALTER TABLE planned_assignment DROP CONSTRAINT planned_assignment_unit_key")
    op.create_index(
        "planned_assignment_live_key",
        "planned_assignment",
        ["task_id", "unit_id", "phase"],
        unique=True,
        postgresql_where=sa.text("NOT withdrawn"),
    )
    op.create_table(
        "directive_change",
        sa.Column("directive_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("document_code", sa.Text(), nullable=False),
        sa.Column("document_issue_date", sa.Date(), nullable=False),
        sa.Column("document_signer", sa.Text(), nullable=False),
        sa.Column("assignment_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["directive_id"], ["directive.id"], name="directive_change_directive_id_fkey", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("directive_id", "version", name="directive_change_pkey"),
    )
    op.create_table(
        "secret_refusal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sender_id", sa.Uuid(), nullable=True),
        sa.Column("sender_name", sa.Text(), nullable=False),
        sa.Column("sender_unit_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="secret_refusal_pkey"),
    )
    office = "(SELECT actor_has('specialist', 'office_leader', 'chairman', 'clerk'))"
    unit_member = "(SELECT actor_has('focal_point', 'unit_leader', 'officer'))"
    takes_part = (
        "EXISTS (SELECT FROM participation p WHERE p.directive_id = directive_change.directive_id AND p.unit_id = (SELECT actor_unit()))"
    )
    # Written once.
    protect("directive_change", api="SELECT, INSERT", using=f"{office} OR ({unit_member} AND {takes_part})", check=office)
    protect(
        "secret_refusal",
        api="SELECT, INSERT",
        using="(SELECT actor_has('office_leader', 'administrator', 'chairman'))",
        check="sender_id IS NOT DISTINCT FROM (SELECT actor_person())",
    )
