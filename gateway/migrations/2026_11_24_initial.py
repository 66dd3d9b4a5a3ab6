"""Web sessions."""

from alembic import op
import sqlalchemy as sa

from kit.migrations.base import protect

revision = '2026_11_24_initial'
down_revision = None


def upgrade() -> None:
    op.create_table('web_session',
    sa.Column('id_hash', sa.LargeBinary(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=True),
    sa.Column('tokens', sa.Text(), nullable=False),
    sa.Column('token_expire_time', sa.DateTime(timezone=True), nullable=False),
    sa.Column('csrf_token', sa.Text(), nullable=False),
    sa.Column('create_time', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_seen_time', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id_hash', name=op.f('web_session_pkey'))
    )
    # A request reaches the one session whose cookie it shows.
    protect('web_session', using="id_hash = decode(nullif(current_setting('ykcd.session', true), ''), 'hex')")
