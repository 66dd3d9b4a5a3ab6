"""Clocks, calendars, the scheduler's watermark."""

from alembic import op
import sqlalchemy as sa

from kit.migrations.base import protect

revision = '2026_11_24_initial'
down_revision = '2026_11_24_kit'


def upgrade() -> None:
    op.create_table('calendar_release',
    sa.Column('version', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('calendar', sa.LargeBinary(), nullable=False),
    sa.Column('create_time', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('version', name=op.f('calendar_release_pkey'))
    )
    op.create_table('deadline',
    sa.Column('assignment_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('assignment_version', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('due_date', sa.Date(), nullable=False),
    sa.Column('due_exact', sa.Boolean(), nullable=False),
    sa.Column('effective_due_date', sa.Date(), nullable=False),
    sa.Column('report_due_date', sa.Date(), nullable=False),
    sa.Column('running', sa.Boolean(), nullable=False),
    sa.Column('verified', sa.Boolean(), nullable=False),
    sa.Column('miss_time', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('assignment_id', name=op.f('deadline_pkey'))
    )
    op.create_index('deadline_unmissed_idx', 'deadline', ['effective_due_date'], unique=False, postgresql_where=sa.text('running AND miss_time IS NULL'))
    op.create_table('schedule_watermark',
    sa.Column('job', sa.Text(), nullable=False),
    sa.Column('last_processed', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('job', name=op.f('schedule_watermark_pkey'))
    )
    # Made here, so that two replicas that wake for the first time meet on one row.
    op.execute("INSERT INTO schedule_watermark VALUES ('missed', '2016-11-01T00:00:00+07:00')")

    office = "(SELECT actor_has('specialist', 'office_leader', 'chairman', 'clerk'))"
    unit_member = "(SELECT actor_has('focal_point', 'unit_leader', 'officer'))"
    protect("deadline", api="SELECT", using=f"{office} OR ({unit_member} AND unit_id = (SELECT actor_unit()))")
    # Which days are worked is no secret.
    protect("calendar_release", api="SELECT", using="true")
    protect("schedule_watermark", api="", using="false")
