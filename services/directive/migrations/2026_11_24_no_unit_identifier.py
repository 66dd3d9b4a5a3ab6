"""Codes of units at partners: nothing reads them as long as no documents are exchanged."""

from alembic import op

revision = "2026_11_24_no_unit_identifier"
down_revision = "2026_11_24_initial"


def upgrade() -> None:
    op.drop_table("unit_identifier")
