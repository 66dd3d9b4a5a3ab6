"""The log, append-only for every role; its content and names beside it."""

from alembic import op
import sqlalchemy as sa

from kit.migrations.base import protect

revision = '2026_11_24_initial'
down_revision = '2026_11_24_kit'


def upgrade() -> None:
    op.create_table('entry',
    sa.Column('sequence', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('event_type', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('aggregate_id', sa.Uuid(), nullable=False),
    sa.Column('aggregate_version', sa.BigInteger(), nullable=False),
    sa.Column('event_time', sa.DateTime(timezone=True), nullable=False),
    sa.Column('log_time', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor_id', sa.Uuid(), nullable=True),
    sa.Column('actor_unit_id', sa.Uuid(), nullable=True),
    sa.Column('on_behalf_of', sa.Uuid(), nullable=True),
    sa.Column('traceparent', sa.Text(), nullable=False),
    sa.Column('denied_method', sa.Text(), nullable=False),
    sa.Column('denied_reason', sa.Text(), nullable=False),
    sa.Column('content_commitment', sa.LargeBinary(), nullable=False),
    sa.Column('name_commitment', sa.LargeBinary(), nullable=False),
    sa.Column('leaf_hash', sa.LargeBinary(), nullable=False),
    sa.Column('chain_hash', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('sequence', name=op.f('entry_pkey')),
    sa.UniqueConstraint('event_id', name=op.f('entry_event_id_key'))
    )
    op.create_index('entry_aggregate_idx', 'entry', ['aggregate_id', 'sequence'], unique=False)
    op.create_index('entry_denial_idx', 'entry', ['sequence'], unique=False, postgresql_where=sa.text("denied_method <> ''"))
    op.create_index('entry_unit_idx', 'entry', ['actor_unit_id', 'sequence'], unique=False)
    op.create_table('head',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('chain_hash', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('head_pkey'))
    )
    op.create_table('entry_content',
    sa.Column('sequence', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('content_salt', sa.LargeBinary(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('name_salt', sa.LargeBinary(), nullable=False),
    sa.Column('actor_name', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['sequence'], ['entry.sequence'], name=op.f('entry_content_sequence_fkey')),
    sa.PrimaryKeyConstraint('sequence', name=op.f('entry_content_pkey'))
    )
    # The chain begins with 32 zero bytes.
    op.execute("INSERT INTO head (id, size, chain_hash) VALUES (1, 0, decode(repeat('00', 32), 'hex'))")
    op.execute("""
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the log is append-only' USING ERRCODE = 'insufficient_privilege'; END $$
    """)
    # For the owner and whoever is granted more by mistake; the roles of the service can't even ask.
    op.execute("""
        CREATE TRIGGER entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON entry
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """)

    own_unit = (
        "(SELECT actor_has('specialist', 'chairman', 'clerk', 'focal_point', 'unit_leader', 'officer'))"
        " AND actor_unit_id = (SELECT actor_unit())"
    )
    protect(
        "entry",
        api="SELECT",
        using=f"(SELECT actor_has('office_leader', 'administrator')) OR ({own_unit})",
        worker="SELECT, INSERT",
    )
    # Requests may read the name of whose action they see, and never the event itself. The worker may erase.
    protect(
        "entry_content",
        api="SELECT (sequence, actor_name)",
        using="EXISTS (SELECT FROM entry e WHERE e.sequence = entry_content.sequence)",
        worker="SELECT, INSERT, DELETE",
    )
    protect("head", api="", using="false", worker="SELECT, UPDATE")
