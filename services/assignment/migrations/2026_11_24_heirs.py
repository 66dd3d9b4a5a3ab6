"""What a successor reads of its predecessor (D12); which document ended a part by superseding its own (D14)."""

from alembic import op
import sqlalchemy as sa

revision = "2026_11_24_heirs"
down_revision = "2026_11_24_successors"

UNIT = "(SELECT actor_has('focal_point', 'unit_leader', 'officer'))"
DRAFT = 1


def upgrade() -> None:
    op.add_column("assignment", sa.Column("successor_unit_id", sa.Uuid(), nullable=True))
    op.add_column("transition", sa.Column("deciding_directive_id", sa.Uuid(), nullable=True))
    for table, handed_in in (("report", f"state <> {DRAFT}"), ("evidence", "attached")):
        part = f"SELECT FROM assignment a WHERE a.id = {table}.assignment_id AND a.successor_unit_id = (SELECT actor_unit())"
        policy = f"CREATE POLICY inherited ON {table} FOR SELECT TO %I USING ({UNIT} AND {handed_in} AND EXISTS ({part}))"
        op.execute(f"DO $$ BEGIN EXECUTE format($f$ {policy} $f$, regexp_replace(current_user, '_owner$', '_api')); END $$")
