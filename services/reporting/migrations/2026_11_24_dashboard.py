"""Who issued the document, for figures by authority."""

from alembic import op
import sqlalchemy as sa

revision = "reporting_dashboard"
down_revision = "reporting_evaluation"


def upgrade() -> None:
    # With a default: the code before this writes rows without it.
    op.add_column("assignment", sa.Column("issuing_authority", sa.Integer(), server_default=sa.text("0"), nullable=False))
