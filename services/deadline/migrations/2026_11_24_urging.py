"""Snapshots of assignments, urging, obligations; clocks of several cycles; calendars that people changed."""

from alembic import op
import sqlalchemy as sa

from kit.migrations.base import as_owner, protect

revision = '2026_11_24_urging'
down_revision = '2026_11_24_initial'


def upgrade() -> None:
    op.create_table('assignment_copy',
    sa.Column('assignment_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('directive_id', sa.Uuid(), nullable=False),
    sa.Column('task_id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Integer(), nullable=False),
    sa.Column('phase', sa.Integer(), nullable=False),
    sa.Column('state', sa.Integer(), nullable=False),
    sa.Column('specialist_id', sa.Uuid(), nullable=True),
    sa.Column('owing', sa.Boolean(), nullable=False),
    sa.Column('assigned_on', sa.Date(), nullable=False),
    sa.Column('changed_on', sa.Date(), nullable=False),
    sa.Column('updated_on', sa.ARRAY(sa.Date()), nullable=False),
    sa.Column('snapshot', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('assignment_id', name=op.f('assignment_copy_pkey'))
    )
    op.create_index('assignment_copy_owing_idx', 'assignment_copy', ['assigned_on'], unique=False, postgresql_where=sa.text('owing'))
    op.create_index('assignment_copy_part_idx', 'assignment_copy', ['task_id', 'unit_id', 'role'], unique=False)
    op.create_index(op.f('assignment_copy_specialist_id_idx'), 'assignment_copy', ['specialist_id'], unique=False)
    op.create_table('urging_number',
    sa.Column('series', sa.Text(), nullable=False),
    sa.Column('year', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('last', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('series', 'year', name=op.f('urging_number_pkey'))
    )
    op.create_table('escalation',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('state', sa.Integer(), nullable=False),
    sa.Column('assignment_id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('deadline_cycle', sa.Integer(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('notice_numbers', sa.ARRAY(sa.Integer()), nullable=False),
    sa.Column('report_number', sa.Text(), nullable=False),
    sa.Column('report_date', sa.Date(), nullable=True),
    sa.Column('report_note', sa.Text(), nullable=False),
    sa.Column('direction', sa.Integer(), nullable=False),
    sa.Column('direction_text', sa.Text(), nullable=False),
    sa.Column('decision_number', sa.Text(), nullable=False),
    sa.Column('decision_signer', sa.Text(), nullable=False),
    sa.Column('new_due_date', sa.Date(), nullable=True),
    sa.Column('new_unit_id', sa.Uuid(), nullable=True),
    sa.Column('direct_time', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closing_note', sa.Text(), nullable=False),
    sa.Column('create_time', sa.DateTime(timezone=True), nullable=False),
    sa.Column('update_time', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment_copy.assignment_id'], name=op.f('escalation_assignment_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('escalation_pkey'))
    )
    op.create_index('escalation_cycle_key', 'escalation', ['assignment_id', 'deadline_cycle'], unique=True)
    op.create_index('escalation_open_idx', 'escalation', ['assignment_id'], unique=False, postgresql_where=sa.text('state <> 4'))
    op.create_table('obligation',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('state', sa.Integer(), nullable=False),
    sa.Column('assignment_id', sa.Uuid(), nullable=False),
    sa.Column('task_id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Integer(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('quarter', sa.Integer(), nullable=False),
    sa.Column('period_end', sa.Date(), nullable=False),
    sa.Column('fulfilled_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment_copy.assignment_id'], name=op.f('obligation_assignment_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('obligation_pkey')),
    sa.UniqueConstraint('task_id', 'unit_id', 'role', 'year', 'quarter', name=op.f('obligation_task_id_key'))
    )
    op.create_index('obligation_assignment_idx', 'obligation', ['assignment_id'], unique=False)
    op.create_index('obligation_list_idx', 'obligation', ['period_end', 'id'], unique=False)
    op.create_index('obligation_open_idx', 'obligation', ['period_end'], unique=False, postgresql_where=sa.text('state = 1'))
    op.create_table('urging_notice',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('state', sa.Integer(), nullable=False),
    sa.Column('assignment_id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('ordinal', sa.Integer(), nullable=False),
    sa.Column('deadline_cycle', sa.Integer(), nullable=False),
    sa.Column('propose_date', sa.Date(), nullable=False),
    sa.Column('earlier_numbers', sa.ARRAY(sa.Integer()), nullable=False),
    sa.Column('number', sa.Integer(), nullable=True),
    sa.Column('year', sa.Integer(), nullable=True),
    sa.Column('issue_time', sa.DateTime(timezone=True), nullable=True),
    sa.Column('issued_by_name', sa.Text(), nullable=False),
    sa.Column('answer_due_date', sa.Date(), nullable=True),
    sa.Column('days_overdue', sa.Integer(), nullable=True),
    sa.Column('working_days_overdue', sa.Integer(), nullable=True),
    sa.Column('cited', sa.LargeBinary(), nullable=True),
    sa.Column('counts', sa.Boolean(), nullable=False),
    sa.Column('acknowledge_time', sa.DateTime(timezone=True), nullable=True),
    sa.Column('acknowledged_by_name', sa.Text(), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment_copy.assignment_id'], name=op.f('urging_notice_assignment_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('urging_notice_pkey'))
    )
    op.create_index('urging_notice_number_key', 'urging_notice', ['year', 'number'], unique=True)
    op.create_index('urging_notice_ordinal_key', 'urging_notice', ['assignment_id', 'deadline_cycle', 'ordinal'], unique=True, postgresql_where=sa.text('state <> 6'))
    op.create_index('urging_notice_pending_idx', 'urging_notice', ['answer_due_date'], unique=False, postgresql_where=sa.text('state IN (2, 3)'))
    op.create_index('urging_notice_unit_idx', 'urging_notice', ['unit_id', 'id'], unique=False)
    op.add_column('calendar_release', sa.Column('imported', sa.LargeBinary(), nullable=True))
    op.add_column('calendar_release', sa.Column('author_name', sa.Text(), server_default='', nullable=False))
    op.add_column('deadline', sa.Column('phase', sa.Integer(), server_default='0', nullable=False))
    op.add_column('deadline', sa.Column('deadline_cycle', sa.Integer(), server_default='1', nullable=False))
    with as_owner("schedule_watermark"):
        op.execute("""
            INSERT INTO schedule_watermark
            SELECT job, '2016-11-01T00:00:00+07:00' FROM unnest(ARRAY['urging', 'obligations', 'paper_reports']) job
        """)

    office = "(SELECT actor_has('specialist', 'office_leader', 'chairman', 'clerk'))"
    urging = "(SELECT actor_has('specialist', 'office_leader', 'chairman'))"
    own = "(SELECT actor_has('focal_point', 'unit_leader', 'officer')) AND unit_id = (SELECT actor_unit())"
    administrator = "(SELECT actor_has('administrator'))"
    protect("assignment_copy", api="SELECT", using=f"{office} OR ({own})")
    # A unit sees a notice from its issue on.
    protect("urging_notice", api="SELECT, UPDATE", using=f"{urging} OR ({own} AND number IS NOT NULL)")
    protect("urging_number", api="SELECT, INSERT, UPDATE", using="(SELECT actor_has('specialist', 'office_leader'))")
    protect("escalation", api="SELECT, UPDATE", using=urging)
    protect("obligation", api="SELECT", using=f"{office} OR ({own})")
    # Whoever keeps the calendar measures what it would move; dates only, nothing of the tasks.
    _again("deadline", api="SELECT", using=f"{office} OR {administrator} OR ({own})")
    _again("calendar_release", api="SELECT, INSERT", using="true", check=administrator)


def _again(table: str, **policies: str) -> None:
    op.execute(f"DROP POLICY api ON {table}")
    op.execute(f"DROP POLICY worker ON {table}")
    protect(table, **policies)
