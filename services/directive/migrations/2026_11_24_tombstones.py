"""Tombstones of what was found to be secret, and the record of their purge (D14)."""

from alembic import op
import sqlalchemy as sa

revision = "2026_11_24_tombstones"
down_revision = "2026_11_24_programme"


def upgrade() -> None:
    op.add_column("secret_refusal", sa.Column("directive_id", sa.Uuid(), nullable=True))
    op.add_column("secret_refusal", sa.Column("backup_end_time", sa.DateTime(timezone=True), nullable=True))
    # A tombstone has no number: the index below takes its place.
    op.execute("-- squawk-ignore ban-drop-constraint\nALTER TABLE directive DROP CONSTRAINT directive_code_key")
    op.create_index(
        "directive_code_key", "directive", ["number", "symbol", "issue_year"], unique=True, postgresql_where=sa.text("state <> 6")
    )
    leader = "(SELECT actor_has('office_leader'))"
    # Who entered what is purged is its sender.
    own = "sender_id IS NOT DISTINCT FROM (SELECT actor_person()) AND directive_id IS NULL"
    op.execute(f"ALTER POLICY api ON secret_refusal WITH CHECK (({own}) OR (directive_id IS NOT NULL AND {leader}))")
    # What was written once goes with its document, and only so.
    _for_api("GRANT DELETE ON directive_change TO %I")
    _for_api(f"CREATE POLICY purged ON directive_change AS RESTRICTIVE FOR DELETE TO %I USING ({leader})")


def _for_api(statement: str) -> None:
    """%I stands for the role of requests."""
    op.execute(f"DO $$ BEGIN EXECUTE format($f$ {statement} $f$, regexp_replace(current_user, '_owner$', '_api')); END $$")
