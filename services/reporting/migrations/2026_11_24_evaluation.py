"""The versions of the evaluation's formula."""

from alembic import op
import sqlalchemy as sa

from kit.migrations.base import protect

revision = 'reporting_evaluation'
down_revision = 'reporting_periodic'


def upgrade() -> None:
    op.create_table('evaluation_formula',
    sa.Column('version', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('effective_from', sa.Date(), nullable=False),
    sa.Column('completion_weight', sa.Integer(), nullable=False),
    sa.Column('on_time_weight', sa.Integer(), nullable=False),
    sa.Column('late_update_each', sa.Integer(), nullable=False),
    sa.Column('late_update_cap', sa.Integer(), nullable=False),
    sa.Column('notice_each', sa.Integer(), nullable=False),
    sa.Column('notice_cap', sa.Integer(), nullable=False),
    sa.Column('missed_obligation_each', sa.Integer(), nullable=False),
    sa.Column('missed_obligation_cap', sa.Integer(), nullable=False),
    sa.Column('escalation_each', sa.Integer(), nullable=False),
    sa.Column('escalation_cap', sa.Integer(), nullable=False),
    sa.Column('verification_working_days', sa.Integer(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('created_by_id', sa.Uuid(), nullable=True),
    sa.Column('created_by_name', sa.Text(), nullable=False),
    sa.Column('create_time', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('version', name=op.f('evaluation_formula_pkey'))
    )
    # Version 1, in hundredths of a point: 60 and 40 for the rates; half a point for each late update (5 at most) and phiếu báo (10 at
    # most), 1 for each missed quarter and 2 for each report to the Chairman (10 at most each); 3 working days to verify. In force since
    # the regulation was signed.
    op.execute("""
        INSERT INTO evaluation_formula VALUES (
            1, '01920000-0000-7000-8000-000000000071', '2016-10-10', 6000, 4000, 50, 500, 50, 1000, 100, 1000, 200, 1000, 3,
            'Công thức ban đầu của hệ thống (Quyết định số 71/2016/QĐ-UBND, Điều 12).', NULL, '', '2016-10-10T00:00:00+07:00')
    """)
    # How everybody is measured is no secret; a version never changes.
    protect('evaluation_formula', api="SELECT, INSERT", using="true", check="(SELECT actor_has('administrator'))", worker="SELECT")
