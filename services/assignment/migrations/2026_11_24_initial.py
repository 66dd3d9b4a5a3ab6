"""Assignments, and what is told, handed in and decided about them."""

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
    sa.Column('state', sa.Integer(), nullable=False),
    sa.Column('task_id', sa.Uuid(), nullable=False),
    sa.Column('directive_id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Integer(), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('has_deadline', sa.Boolean(), nullable=False),
    sa.Column('must_report', sa.Boolean(), nullable=False),
    sa.Column('field_id', sa.Uuid(), nullable=True),
    sa.Column('specialist_id', sa.Uuid(), nullable=True),
    sa.Column('directive_code', sa.Text(), nullable=False),
    sa.Column('directive_abstract', sa.Text(), nullable=False),
    sa.Column('directive_issue_date', sa.Date(), nullable=False),
    sa.Column('due_date', sa.Date(), nullable=True),
    sa.Column('due_exact', sa.Boolean(), nullable=False),
    sa.Column('completed_on', sa.Date(), nullable=True),
    sa.Column('report_time', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_report_time', sa.DateTime(timezone=True), nullable=True),
    sa.Column('verified_due_date', sa.Date(), nullable=True),
    sa.Column('verified_days_late', sa.Integer(), nullable=True),
    sa.Column('verified_late_update', sa.Boolean(), nullable=True),
    sa.Column('create_time', sa.DateTime(timezone=True), nullable=False),
    sa.Column('update_time', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('assignment_pkey'))
    )
    op.create_index(op.f('assignment_directive_id_idx'), 'assignment', ['directive_id'], unique=False)
    op.create_index('assignment_list_idx', 'assignment', ['update_time', 'id'], unique=False)
    op.create_index(op.f('assignment_task_id_idx'), 'assignment', ['task_id'], unique=False)
    op.create_index('assignment_unit_list_idx', 'assignment', ['unit_id', 'update_time', 'id'], unique=False)
    op.create_table('participation',
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('task_id', sa.Uuid(), nullable=False),
    sa.PrimaryKeyConstraint('unit_id', 'task_id', name=op.f('participation_pkey'))
    )
    op.create_table('upload',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('create_time', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('upload_pkey'))
    )
    op.create_table('delegation',
    sa.Column('assignment_id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('leader_id', sa.Uuid(), nullable=False),
    sa.Column('officer_ids', postgresql.ARRAY(sa.Uuid()), nullable=False),
    sa.Column('internal_due_date', sa.Date(), nullable=True),
    sa.Column('note', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], name=op.f('delegation_assignment_id_fkey')),
    sa.PrimaryKeyConstraint('assignment_id', name=op.f('delegation_pkey'))
    )
    op.create_table('evidence',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('assignment_id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('request_id', sa.Uuid(), nullable=False),
    sa.Column('file_name', sa.Text(), nullable=False),
    sa.Column('content_type', sa.Text(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('attached', sa.Boolean(), nullable=False),
    sa.Column('upload_time', sa.DateTime(timezone=True), nullable=False),
    sa.Column('uploaded_by', sa.Uuid(), nullable=False),
    sa.Column('uploaded_by_name', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], name=op.f('evidence_assignment_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('evidence_pkey'))
    )
    op.create_index(op.f('evidence_assignment_id_idx'), 'evidence', ['assignment_id'], unique=False)
    op.create_index('evidence_request_key', 'evidence', ['uploaded_by', 'request_id'], unique=True)
    op.create_table('report',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('assignment_id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Integer(), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('completed_on', sa.Date(), nullable=True),
    sa.Column('document_number', sa.Text(), nullable=False),
    sa.Column('document_date', sa.Date(), nullable=True),
    sa.Column('evidence_ids', postgresql.ARRAY(sa.Uuid()), nullable=False),
    sa.Column('create_time', sa.DateTime(timezone=True), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=False),
    sa.Column('author_name', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], name=op.f('report_assignment_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('report_pkey'))
    )
    op.create_index(op.f('report_assignment_id_idx'), 'report', ['assignment_id'], unique=False)
    op.create_table('transition',
    sa.Column('assignment_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('action', sa.Integer(), nullable=False),
    sa.Column('from_state', sa.Integer(), nullable=False),
    sa.Column('to_state', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('actor_id', sa.Uuid(), nullable=True),
    sa.Column('actor_name', sa.Text(), nullable=False),
    sa.Column('actor_unit_id', sa.Uuid(), nullable=True),
    sa.Column('time', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], name=op.f('transition_assignment_id_fkey')),
    sa.PrimaryKeyConstraint('assignment_id', 'version', name=op.f('transition_pkey'))
    )

    office = "(SELECT actor_has('specialist', 'office_leader', 'chairman', 'clerk'))"
    my_unit = "(SELECT actor_has('focal_point', 'unit_leader', 'officer')) AND unit_id = (SELECT actor_unit())"
    takes_part = "EXISTS (SELECT FROM participation p WHERE p.task_id = assignment.task_id AND p.unit_id = (SELECT actor_unit()))"
    # The anchor of the sight on assignments, so it refers to no other table.
    protect("participation", api="SELECT", using=f"{office} OR ({my_unit})")
    # Co-units see each other's parts (D13); nobody's part is changed but by its unit and the Office, and of it only what moves with its state.
    moving = "version, state, completed_on, report_time, last_report_time, verified_due_date, verified_days_late, verified_late_update, update_time"
    protect("assignment", api=f"SELECT, UPDATE ({moving})", using=f"{office} OR {takes_part}", check=f"{office} OR ({my_unit})")
    # Annex III, reports, files and history are the unit's and the Office's (example 29). What was told stays as it was told.
    protect("delegation", api="SELECT, INSERT, UPDATE", using=f"{office} OR ({my_unit})", check=my_unit)
    protect("report", api="SELECT, INSERT", using=f"{office} OR ({my_unit})", check=my_unit)
    protect("evidence", api="SELECT, INSERT, UPDATE (attached)", using=f"{office} OR ({my_unit})", check=my_unit)
    protect("transition", api="SELECT, INSERT", using=f"{office} OR ({my_unit})")
    protect("upload", api="SELECT, INSERT, DELETE", using="person_id = (SELECT actor_person())")
