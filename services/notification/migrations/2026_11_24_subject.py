"""Notifications about no assignment, and those that lead to something around one."""

from alembic import op
import sqlalchemy as sa

revision = '2026_11_24_subject'
down_revision = '2026_11_24_queue'


def upgrade() -> None:
    # The code before this only shows it: its link of such a notification leads nowhere.
    op.execute("-- squawk-ignore ban-drop-not-null\nALTER TABLE notification ALTER COLUMN assignment_id DROP NOT NULL")
    op.add_column('notification', sa.Column('subject_kind', sa.Integer(), server_default=sa.text('0'), nullable=False))
    op.add_column('notification', sa.Column('subject_id', sa.Uuid(), nullable=True))
