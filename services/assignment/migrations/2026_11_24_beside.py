"""Beside the assignments: obstacles, inspections, inquiries, what was done about each, and the units' regulations."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from kit.migrations.base import protect

revision = '2026_11_24_beside'
down_revision = '2026_11_24_initial'


def upgrade() -> None:
    op.create_table('obstacle',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('state', sa.Integer(), nullable=False),
    sa.Column('create_time', sa.DateTime(timezone=True), nullable=False),
    sa.Column('update_time', sa.DateTime(timezone=True), nullable=False),
    sa.Column('assignment_id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('difficulty', sa.Text(), nullable=False),
    sa.Column('cause', sa.Text(), nullable=False),
    sa.Column('proposal', sa.Text(), nullable=False),
    sa.Column('office_proposal', sa.Text(), nullable=False),
    sa.Column('direction', sa.Text(), nullable=False),
    sa.Column('decision_number', sa.Text(), nullable=False),
    sa.Column('decision_signer', sa.Text(), nullable=False),
    sa.Column('closing_note', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], name=op.f('obstacle_assignment_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('obstacle_pkey'))
    )
    op.create_index(op.f('obstacle_assignment_id_idx'), 'obstacle', ['assignment_id'], unique=False)
    op.create_index('obstacle_list_idx', 'obstacle', ['update_time', 'id'], unique=False)
    op.create_index(op.f('obstacle_unit_id_idx'), 'obstacle', ['unit_id'], unique=False)
    op.create_table('inspection',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('state', sa.Integer(), nullable=False),
    sa.Column('create_time', sa.DateTime(timezone=True), nullable=False),
    sa.Column('update_time', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kind', sa.Integer(), nullable=False),
    sa.Column('owner_unit_id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('plan', sa.Text(), nullable=False),
    sa.Column('visit_from', sa.Date(), nullable=False),
    sa.Column('visit_to', sa.Date(), nullable=False),
    sa.Column('decision_number', sa.Text(), nullable=False),
    sa.Column('decision_signer', sa.Text(), nullable=False),
    sa.Column('assignment_ids', postgresql.ARRAY(sa.Uuid()), nullable=False),
    sa.Column('findings', sa.Text(), nullable=False),
    sa.Column('visited_on', sa.Date(), nullable=True),
    sa.Column('conclusions', sa.Text(), nullable=False),
    sa.Column('evaluation', sa.Integer(), nullable=False),
    sa.Column('conclusion_number', sa.Text(), nullable=False),
    sa.Column('conclusion_signer', sa.Text(), nullable=False),
    sa.Column('follow_up_task_ids', postgresql.ARRAY(sa.Uuid()), nullable=False),
    sa.Column('closing_note', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('inspection_pkey'))
    )
    op.create_index('inspection_list_idx', 'inspection', ['update_time', 'id'], unique=False)
    op.create_index(op.f('inspection_unit_id_idx'), 'inspection', ['unit_id'], unique=False)
    op.create_table('inquiry',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('state', sa.Integer(), nullable=False),
    sa.Column('create_time', sa.DateTime(timezone=True), nullable=False),
    sa.Column('update_time', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kind', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('author_id', sa.Uuid(), nullable=False),
    sa.Column('author_name', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('assignment_id', sa.Uuid(), nullable=True),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('answered_by_name', sa.Text(), nullable=False),
    sa.Column('answer_time', sa.DateTime(timezone=True), nullable=True),
    sa.Column('solve_time', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], name=op.f('inquiry_assignment_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('inquiry_pkey'))
    )
    op.create_index(op.f('inquiry_assignment_id_idx'), 'inquiry', ['assignment_id'], unique=False)
    op.create_index('inquiry_create_idx', 'inquiry', ['create_time'], unique=False)
    op.create_index('inquiry_list_idx', 'inquiry', ['update_time', 'id'], unique=False)
    op.create_index(op.f('inquiry_unit_id_idx'), 'inquiry', ['unit_id'], unique=False)
    op.create_table('act',
    sa.Column('matter_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('verb', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('actor_name', sa.Text(), nullable=False),
    sa.Column('actor_unit_id', sa.Uuid(), nullable=False),
    sa.Column('time', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('matter_id', 'version', name=op.f('act_pkey'))
    )
    op.create_table('unit_regulation',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('issue_date', sa.Date(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('file_name', sa.Text(), nullable=False),
    sa.Column('content_type', sa.Text(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('create_time', sa.DateTime(timezone=True), nullable=False),
    sa.Column('replace_time', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('unit_regulation_pkey'))
    )
    op.create_index('unit_regulation_in_force_key', 'unit_regulation', ['unit_id'], unique=True, postgresql_where=sa.text('replace_time IS NULL'))
    op.create_index('unit_regulation_list_idx', 'unit_regulation', ['create_time', 'id'], unique=False)

    office = "(SELECT actor_has('specialist', 'office_leader', 'chairman', 'clerk'))"
    my_unit = "(SELECT actor_has('focal_point', 'unit_leader', 'officer')) AND unit_id = (SELECT actor_unit())"
    # Who asked what, and how it began, stays; of each only what moves with its state is changed.
    moving = "version, state, office_proposal, direction, decision_number, decision_signer, closing_note, update_time"
    protect("obstacle", api=f"SELECT, INSERT, UPDATE ({moving})", using=f"{office} OR ({my_unit})")
    # Kind 3 is INTERNAL: what a unit does within its walls, which the Office neither sees nor writes (Đ8.2.2).
    moving = "version, state, findings, visited_on, conclusions, evaluation, conclusion_number, conclusion_signer, follow_up_task_ids, closing_note, update_time"
    protect(
        "inspection",
        api=f"SELECT, INSERT, UPDATE ({moving})",
        using=f"({office} AND (kind <> 3 OR unit_id = (SELECT actor_unit()))) OR ({my_unit})",
        check=f"({office} AND kind <> 3) OR ({my_unit} AND kind = 3 AND owner_unit_id = unit_id)",
    )
    moving = "version, state, answer, answered_by_name, answer_time, solve_time, update_time"
    protect("inquiry", api=f"SELECT, INSERT, UPDATE ({moving})", using=f"{office} OR (SELECT actor_has('administrator')) OR ({my_unit})")
    # Seen by whoever sees what it is about: the policies above apply within.
    about = " OR ".join(f"EXISTS (SELECT FROM {table} WHERE {table}.id = matter_id)" for table in ("obstacle", "inspection", "inquiry"))
    protect("act", api="SELECT, INSERT", using=about)
    protect("unit_regulation", api="SELECT, INSERT, UPDATE (replace_time)", using=f"{office} OR ({my_unit})", check=my_unit)
