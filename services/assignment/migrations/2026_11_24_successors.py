"""Who takes over from a unit that ended (D12); what a document said of a verified part, for when it is reopened (Đ2.7)."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = "2026_11_24_successors"
down_revision = "2026_11_24_note"


def upgrade() -> None:
    # Defaults, so that a version that doesn't know these columns yet can still write.
    op.add_column("unit", sa.Column("successors", postgresql.JSONB(), nullable=False, server_default="[]"))
    op.add_column("assignment", sa.Column("directive_ended", sa.Boolean(), nullable=False, server_default="false"))
    op.add_column("assignment", sa.Column("amended", postgresql.JSONB(), nullable=True))
    # Who reopens a part takes over what its document says since.
    grant = "GRANT UPDATE (planned, amended, deliverable, directive_abstract) ON assignment TO %I"
    op.execute(f"DO $$ BEGIN EXECUTE format($f$ {grant} $f$, regexp_replace(current_user, '_owner$', '_api')); END $$")
