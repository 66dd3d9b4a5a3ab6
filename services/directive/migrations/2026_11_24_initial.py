"""Documents, tasks, Annex I, the registry."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from kit.migrations.base import protect

revision = '2026_11_24_initial'
down_revision = '2026_11_24_kit'


def upgrade() -> None:
    op.create_table('directive',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('state', sa.Integer(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('symbol', sa.Text(), nullable=False),
    sa.Column('issue_year', sa.Integer(), nullable=False),
    sa.Column('document_type', sa.Integer(), nullable=False),
    sa.Column('abstract', sa.Text(), nullable=False),
    sa.Column('issue_date', sa.Date(), nullable=False),
    sa.Column('issue_time', sa.DateTime(timezone=True), nullable=False),
    sa.Column('signer', sa.Text(), nullable=False),
    sa.Column('signer_position', sa.Text(), nullable=False),
    sa.Column('issuing_authority', sa.Integer(), nullable=False),
    sa.Column('submitting_unit', sa.Text(), nullable=False),
    sa.Column('urgency', sa.Integer(), nullable=False),
    sa.Column('regime', sa.Integer(), nullable=False),
    sa.Column('entered_by', sa.Uuid(), nullable=False),
    sa.Column('entered_by_name', sa.Text(), nullable=False),
    sa.Column('create_time', sa.DateTime(timezone=True), nullable=False),
    sa.Column('publish_time', sa.DateTime(timezone=True), nullable=True),
    sa.Column('entry_due_date', sa.Date(), nullable=True),
    sa.Column('entry_working_days_late', sa.Integer(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('directive_pkey')),
    sa.UniqueConstraint('number', 'symbol', 'issue_year', name='directive_code_key')
    )
    op.create_index('directive_list_idx', 'directive', ['create_time', 'id'], unique=False)
    op.create_table('field',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('sort_key', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('field_pkey')),
    sa.UniqueConstraint('code', name=op.f('field_code_key'))
    )
    op.create_table('unit',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('sort_key', sa.Text(), nullable=False),
    sa.Column('kind', sa.Integer(), nullable=False),
    sa.Column('abbreviations', postgresql.ARRAY(sa.Text()), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('unit_pkey')),
    sa.UniqueConstraint('code', name=op.f('unit_code_key'))
    )
    op.create_index(op.f('unit_sort_key_idx'), 'unit', ['sort_key'], unique=False)
    op.create_table('specialist_rule',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('field_id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=True),
    sa.Column('specialist_id', sa.Uuid(), nullable=False),
    sa.Column('office_leader_id', sa.Uuid(), nullable=True),
    sa.Column('deputy_id', sa.Uuid(), nullable=True),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['field_id'], ['field.id'], name=op.f('specialist_rule_field_id_fkey')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('specialist_rule_unit_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('specialist_rule_pkey'))
    )
    op.create_index(op.f('specialist_rule_field_id_idx'), 'specialist_rule', ['field_id'], unique=False)
    op.create_table('task',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('directive_id', sa.Uuid(), nullable=False),
    sa.Column('ordinal', sa.Integer(), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('has_deadline', sa.Boolean(), nullable=True),
    sa.Column('must_report', sa.Boolean(), nullable=True),
    sa.Column('deadline_kind', sa.Integer(), nullable=False),
    sa.Column('deliverable', sa.Text(), nullable=False),
    sa.Column('field_id', sa.Uuid(), nullable=True),
    sa.Column('paper_report_required', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['directive_id'], ['directive.id'], name=op.f('task_directive_id_fkey'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['field_id'], ['field.id'], name=op.f('task_field_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('task_pkey'))
    )
    op.create_index(op.f('task_directive_id_idx'), 'task', ['directive_id'], unique=False)
    op.create_table('unit_identifier',
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('scheme', sa.Text(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('unit_identifier_unit_id_fkey')),
    sa.PrimaryKeyConstraint('unit_id', 'scheme', 'code', name=op.f('unit_identifier_pkey'))
    )
    op.create_table('participation',
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('task_id', sa.Uuid(), nullable=False),
    sa.Column('directive_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['directive_id'], ['directive.id'], name=op.f('participation_directive_id_fkey')),
    sa.ForeignKeyConstraint(['task_id'], ['task.id'], name=op.f('participation_task_id_fkey')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('participation_unit_id_fkey')),
    sa.PrimaryKeyConstraint('unit_id', 'task_id', name=op.f('participation_pkey'))
    )
    op.create_index(op.f('participation_directive_id_idx'), 'participation', ['directive_id'], unique=False)
    op.create_table('planned_assignment',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('task_id', sa.Uuid(), nullable=False),
    sa.Column('ordinal', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Integer(), nullable=False),
    sa.Column('due_date', sa.Date(), nullable=True),
    sa.Column('due_exact', sa.Boolean(), nullable=False),
    sa.Column('specialist_id', sa.Uuid(), nullable=True),
    sa.CheckConstraint('due_date IS NOT NULL OR NOT due_exact', name=op.f('planned_assignment_exact_check')),
    sa.ForeignKeyConstraint(['task_id'], ['task.id'], name=op.f('planned_assignment_task_id_fkey'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('planned_assignment_unit_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('planned_assignment_pkey')),
    sa.UniqueConstraint('task_id', 'unit_id', name='planned_assignment_unit_key')
    )
    op.create_index(op.f('planned_assignment_task_id_idx'), 'planned_assignment', ['task_id'], unique=False)
    op.create_index(op.f('planned_assignment_unit_id_idx'), 'planned_assignment', ['unit_id'], unique=False)

    office = "(SELECT actor_has('specialist', 'office_leader', 'chairman', 'clerk'))"
    my_unit = "(SELECT actor_unit())"
    unit_member = "(SELECT actor_has('focal_point', 'unit_leader', 'officer'))"
    takes_part = "EXISTS (SELECT FROM participation p WHERE p.{column} = {table}.{key} AND p.unit_id = " + my_unit + ")"
    # The anchor of all the others, so it refers to no other table.
    protect("participation", using=f"{office} OR ({unit_member} AND unit_id = {my_unit})", check=office)
    protect("directive", using=f"{office} OR {takes_part.format(column='directive_id', table='directive', key='id')}", check=office)
    protect("task", using=f"{office} OR {takes_part.format(column='task_id', table='task', key='id')}", check=office)
    protect(
        "planned_assignment",
        using=f"{office} OR {takes_part.format(column='task_id', table='planned_assignment', key='task_id')}",
        check=office,
    )
    # Đ2.1: who the units are and what they are called is public inside the platform; Annex I is the Office's.
    for table in ("unit", "unit_identifier", "field"):
        protect(table, api="SELECT", using="true")
    protect("specialist_rule", api="SELECT", using=office)
