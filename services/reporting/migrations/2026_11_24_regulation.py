"""Phases, extensions, obstacles, notices, escalations and obligations beside each assignment."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from kit.migrations.base import protect

revision = '2026_11_24_regulation'
down_revision = '2026_11_24_initial'


def upgrade() -> None:
    # With defaults: the code before this writes rows without them.
    for column in (
        sa.Column('phase', sa.Integer(), server_default=sa.text('0'), nullable=False),
        sa.Column('phase_name', sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column('original_due_date', sa.Date(), nullable=True),
        sa.Column('deadline_cycle', sa.Integer(), server_default=sa.text('1'), nullable=False),
        sa.Column('extension_pending', sa.Boolean(), server_default=sa.text('false'), nullable=False),
        sa.Column('report_to_review', sa.Boolean(), server_default=sa.text('false'), nullable=False),
        sa.Column('forwarded_from_id', sa.Uuid(), nullable=True),
        sa.Column('regime', sa.Integer(), server_default=sa.text('0'), nullable=False),
        sa.Column('directive_state', sa.Integer(), server_default=sa.text('0'), nullable=False),
        sa.Column('obstacle_states', postgresql.ARRAY(sa.Integer()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column('cycle_notices', sa.Integer(), server_default=sa.text('0'), nullable=False),
        sa.Column('urging_notices', sa.Integer(), server_default=sa.text('0'), nullable=False),
        sa.Column('escalations', sa.Integer(), server_default=sa.text('0'), nullable=False),
        sa.Column('escalation_open', sa.Boolean(), server_default=sa.text('false'), nullable=False),
        sa.Column('obligation_state', sa.Integer(), server_default=sa.text('0'), nullable=False),
        sa.Column('obligation_period_end', sa.Date(), nullable=True),
    ):
        op.add_column('assignment', column)

    more = {
        'obstacle': [sa.Column('state', sa.Integer(), nullable=False)],
        'urging_notice': [
            sa.Column('deadline_cycle', sa.Integer(), nullable=False),
            sa.Column('issued', sa.Boolean(), nullable=False),
            sa.Column('counts', sa.Boolean(), nullable=False),
        ],
        'escalation': [sa.Column('open', sa.Boolean(), nullable=False)],
        'obligation': [sa.Column('period_end', sa.Date(), nullable=False), sa.Column('state', sa.Integer(), nullable=False)],
    }
    for table, columns in more.items():
        op.create_table(table,
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('assignment_id', sa.Uuid(), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint('id', name=op.f(f'{table}_pkey'))
        )
        op.create_index(op.f(f'{table}_assignment_id_idx'), table, ['assignment_id'], unique=False)
        # Summed up on the assignment, which requests read.
        protect(table, api="", using="false")
