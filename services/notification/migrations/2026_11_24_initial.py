"""Inboxes, what they need to know of assignments, the pace of mail."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from kit.migrations.base import protect

revision = '2026_11_24_initial'
down_revision = '2026_11_24_kit'


def upgrade() -> None:
    op.create_table('assignment_copy',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('specialist_id', sa.Uuid(), nullable=True),
    sa.Column('directive_code', sa.Text(), nullable=False),
    sa.Column('excerpt', sa.Text(), nullable=False),
    sa.Column('delegate_ids', postgresql.ARRAY(sa.Uuid()), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('assignment_copy_pkey'))
    )
    op.create_table('mail_pace',
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('not_before', sa.DateTime(timezone=True), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('person_id', name=op.f('mail_pace_pkey'))
    )
    op.create_table('notification',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Integer(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('assignment_id', sa.Uuid(), nullable=False),
    sa.Column('create_time', sa.DateTime(timezone=True), nullable=False),
    sa.Column('read_time', sa.DateTime(timezone=True), nullable=True),
    sa.Column('mail_id', sa.Uuid(), nullable=True),
    sa.Column('mail_time', sa.DateTime(timezone=True), nullable=True),
    sa.Column('mail_problem', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('notification_pkey')),
    sa.UniqueConstraint('event_id', 'person_id', name='notification_event_key')
    )
    op.create_index('notification_list_idx', 'notification', ['person_id', 'create_time', 'id'], unique=False)
    op.create_index('notification_unmailed_idx', 'notification', ['person_id', 'id'], unique=False, postgresql_where=sa.text('mail_time IS NULL'))
    op.create_index('notification_unread_idx', 'notification', ['person_id'], unique=False, postgresql_where=sa.text('read_time IS NULL'))

    # Nobody but its owner reads an inbox, and all he can change is that he has read it.
    protect("notification", api="SELECT, UPDATE (read_time)", using="person_id = (SELECT actor_person())")
    protect("assignment_copy", api="", using="false")
    protect("mail_pace", api="", using="false")

    # Live updates: who, and (for a new one) which.
    op.execute("""
        CREATE FUNCTION wake_inbox() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('inbox', NEW.person_id::text || CASE TG_OP WHEN 'INSERT' THEN ' ' || NEW.id ELSE '' END);
            RETURN NULL;
        END $$
    """)
    op.execute("CREATE TRIGGER notification_new AFTER INSERT ON notification FOR EACH ROW EXECUTE FUNCTION wake_inbox()")
    op.execute("CREATE TRIGGER notification_read AFTER UPDATE OF read_time ON notification FOR EACH ROW EXECUTE FUNCTION wake_inbox()")
