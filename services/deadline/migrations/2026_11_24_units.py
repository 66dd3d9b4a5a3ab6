"""Which units exist on a day."""

from alembic import op
import sqlalchemy as sa

from kit.migrations.base import protect

revision = '2026_11_24_units'
down_revision = '2026_11_24_urging'


def upgrade() -> None:
    op.create_table('unit',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('unit_pkey'))
    )
    protect("unit", api="SELECT", using="true")
