"""The outbox, for what the gateway refuses by itself; and the claim on renewing a session's token."""

from alembic import op
import sqlalchemy as sa

from kit.migrations.base import protect

revision = '2026_11_24_denials'
down_revision = '2026_11_24_initial'


def upgrade() -> None:
    op.add_column('web_session', sa.Column('renewing_until', sa.DateTime(timezone=True), nullable=True))
    op.create_table('outbox',
    sa.Column('seq', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('aggregate_id', sa.Uuid(), nullable=False),
    sa.Column('aggregate_version', sa.BigInteger(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('envelope', sa.LargeBinary(), nullable=False),
    sa.Column('create_time', sa.DateTime(timezone=True), nullable=False),
    sa.Column('publish_time', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('seq', name=op.f('outbox_pkey')),
    sa.UniqueConstraint('event_id', name=op.f('outbox_event_id_key'))
    )
    op.create_index('outbox_unpublished_idx', 'outbox', ['seq'], unique=False, postgresql_where=sa.text('publish_time IS NULL'))
    op.execute("CREATE FUNCTION wake_relay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_notify('outbox', ''); RETURN NULL; END $$")
    op.execute("CREATE TRIGGER outbox_wake AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION wake_relay()")
    # Requests may add events and never read or change them.
    protect('outbox', api='INSERT', using='false', check='true')
