"""Assignments as the lists show them, who may see them, units, deadlines."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from kit.migrations.base import protect

revision = '2026_11_24_initial'
down_revision = '2026_11_24_kit'


def upgrade() -> None:
    op.create_table('assignment',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Integer(), nullable=False),
    sa.Column('state', sa.Integer(), nullable=False),
    sa.Column('execution', sa.Integer(), nullable=False),
    sa.Column('specialist_id', sa.Uuid(), nullable=True),
    sa.Column('due_date', sa.Date(), nullable=True),
    sa.Column('effective_due_date', sa.Date(), nullable=True),
    sa.Column('due_order', sa.Date(), sa.Computed("COALESCE(effective_due_date, '9999-12-31'::date)", persisted=True), nullable=False),
    sa.Column('completed_on', sa.Date(), nullable=True),
    sa.Column('last_report_on', sa.Date(), nullable=True),
    sa.Column('late_update', sa.Boolean(), nullable=True),
    sa.Column('delegates', postgresql.ARRAY(sa.Uuid()), nullable=False),
    sa.Column('update_time', sa.DateTime(timezone=True), nullable=False),
    sa.Column('directive_version', sa.Integer(), nullable=False),
    sa.Column('directive_id', sa.Uuid(), nullable=False),
    sa.Column('task_id', sa.Uuid(), nullable=False),
    sa.Column('directive_code', sa.Text(), nullable=False),
    sa.Column('directive_abstract', sa.Text(), nullable=False),
    sa.Column('directive_issue_date', sa.Date(), nullable=False),
    sa.Column('document_type', sa.Integer(), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('field_id', sa.Uuid(), nullable=True),
    sa.Column('has_deadline', sa.Boolean(), nullable=False),
    sa.Column('must_report', sa.Boolean(), nullable=False),
    sa.Column('search_text', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('assignment_pkey'))
    )
    op.create_index(op.f('assignment_directive_id_idx'), 'assignment', ['directive_id'], unique=False)
    op.create_index('assignment_due_idx', 'assignment', ['due_order', 'id'], unique=False)
    op.create_index('assignment_issue_idx', 'assignment', ['directive_issue_date', 'id'], unique=False)
    op.create_index('assignment_specialist_idx', 'assignment', ['specialist_id', 'state'], unique=False)
    op.create_index(op.f('assignment_task_id_idx'), 'assignment', ['task_id'], unique=False)
    op.create_index('assignment_unit_idx', 'assignment', ['unit_id', 'state', 'effective_due_date'], unique=False)
    op.create_index('assignment_update_idx', 'assignment', ['update_time', 'id'], unique=False)
    op.create_table('deadline',
    sa.Column('assignment_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('due_date', sa.Date(), nullable=True),
    sa.Column('effective_due_date', sa.Date(), nullable=True),
    sa.PrimaryKeyConstraint('assignment_id', name=op.f('deadline_pkey'))
    )
    op.create_table('unit',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('sort_key', sa.Text(), nullable=False),
    sa.Column('search_text', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('unit_pkey'))
    )
    op.create_table('participation',
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('task_id', sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint('unit_id', 'task_id', name=op.f('participation_pkey'))
    )

    readers = "(SELECT actor_has('specialist', 'office_leader', 'chairman', 'clerk', 'evaluator'))"
    my_unit = "(SELECT actor_unit())"
    unit_member = "(SELECT actor_has('focal_point', 'unit_leader', 'officer'))"
    # Requests only read here; all writing is the projection's.
    protect("participation", api="SELECT", using=f"{readers} OR ({unit_member} AND unit_id = {my_unit})")
    protect(
        "assignment",
        api="SELECT",
        using=f"{readers} OR EXISTS (SELECT FROM participation p WHERE p.task_id = assignment.task_id AND p.unit_id = {my_unit})",
    )
    protect("deadline", api="", using="false")
    # Đ2.1: who the units are is public inside the platform.
    protect("unit", api="SELECT", using="true")
