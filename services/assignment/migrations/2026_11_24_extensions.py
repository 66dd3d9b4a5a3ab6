"""Phases, extensions, plans, drafts and reviews of reports, the chain of units, and the units themselves."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from kit.migrations.base import as_owner, protect

revision = '2026_11_24_extensions'
down_revision = '2026_11_24_beside'

OFFICE = "(SELECT actor_has('specialist', 'office_leader', 'chairman', 'clerk'))"
MY_UNIT = "(SELECT actor_has('focal_point', 'unit_leader', 'officer')) AND unit_id = (SELECT actor_unit())"
DRAFT = 1


def _for_api(statement: str) -> None:
    """%I stands for the role of requests."""
    op.execute(f"DO $$ BEGIN EXECUTE format($f$ {statement} $f$, regexp_replace(current_user, '_owner$', '_api')); END $$")


def upgrade() -> None:
    # Defaults, so that a version that doesn't know these columns yet can still write.
    for column in (
        sa.Column('phase', sa.Integer(), nullable=False, server_default='0'),
        sa.Column('phase_name', sa.Text(), nullable=False, server_default=''),
        sa.Column('deliverable', sa.Text(), nullable=False, server_default=''),
        sa.Column('deadline_kind', sa.Integer(), nullable=False, server_default='0'),
        sa.Column('regime', sa.Integer(), nullable=False, server_default='1'),
        sa.Column('planned', postgresql.JSONB(), nullable=False, server_default='{}'),
        sa.Column('original_due_date', sa.Date(), nullable=True),
        sa.Column('deadline_cycle', sa.Integer(), nullable=False, server_default='1'),
        sa.Column('forwarded_from_id', sa.Uuid(), nullable=True),
        sa.Column('forwarded_to_id', sa.Uuid(), nullable=True),
        sa.Column('paper_report_required', sa.Boolean(), nullable=False, server_default='false'),
        sa.Column('paper_report_number', sa.Text(), nullable=False, server_default=''),
        sa.Column('paper_report_date', sa.Date(), nullable=True),
        sa.Column('aggregating_unit_id', sa.Uuid(), nullable=True),
        sa.Column('aggregator_confirmed', sa.Boolean(), nullable=False, server_default='false'),
    ):
        op.add_column('assignment', column)
    for column in (
        sa.Column('state', sa.Integer(), nullable=False, server_default='2'),
        sa.Column('review_reason', sa.Text(), nullable=False, server_default=''),
        sa.Column('reviewer_name', sa.Text(), nullable=False, server_default=''),
        sa.Column('review_time', sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column('report', column)
    for column in (
        sa.Column('on_behalf_of_name', sa.Text(), nullable=False, server_default=''),
        sa.Column('decision_number', sa.Text(), nullable=False, server_default=''),
        sa.Column('decision_signer', sa.Text(), nullable=False, server_default=''),
        sa.Column('changes', postgresql.JSONB(), nullable=False, server_default='[]'),
    ):
        op.add_column('transition', column)
    op.create_table('unit',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Integer(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('unit_pkey'))
    )
    op.create_table('plan',
    sa.Column('assignment_id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('steps', postgresql.JSONB(), nullable=False),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], name=op.f('plan_assignment_id_fkey')),
    sa.PrimaryKeyConstraint('assignment_id', name=op.f('plan_pkey'))
    )
    op.create_table('extension',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('assignment_id', sa.Uuid(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.Integer(), nullable=False),
    sa.Column('previous_due_date', sa.Date(), nullable=False),
    sa.Column('new_due_date', sa.Date(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('late', sa.Boolean(), nullable=False),
    sa.Column('requested_by_name', sa.Text(), nullable=False),
    sa.Column('request_time', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decision_number', sa.Text(), nullable=False),
    sa.Column('decision_signer', sa.Text(), nullable=False),
    sa.Column('decision_reason', sa.Text(), nullable=False),
    sa.Column('decide_time', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], name=op.f('extension_assignment_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('extension_pkey'))
    )
    op.create_index(op.f('extension_assignment_id_idx'), 'extension', ['assignment_id'], unique=False)
    # What was sent before knows its first due date, and what its document said.
    with as_owner("assignment"):
        op.execute("""
            UPDATE assignment
               SET original_due_date = due_date,
                   planned = jsonb_build_object('content', content, 'deliverable', '', 'directive_abstract', directive_abstract,
                                                'due_date', due_date, 'due_exact', due_exact, 'aggregating_unit_id', '')
        """)

    # Names of units are no secret inside the platform.
    protect("unit", api="SELECT", using="true")
    protect("plan", api="SELECT, INSERT, UPDATE", using=f"{OFFICE} OR ({MY_UNIT})", check=MY_UNIT)
    asked = "state, new_due_date, decision_number, decision_signer, decision_reason, decide_time"
    protect("extension", api=f"SELECT, INSERT, UPDATE ({asked})", using=f"{OFFICE} OR ({MY_UNIT})")
    _for_api(f"CREATE POLICY asked_for ON extension AS RESTRICTIVE FOR INSERT TO %I WITH CHECK ({MY_UNIT})")

    # The Office moves days and hands parts on; units make none.
    moving = "content, due_date, due_exact, original_due_date, deadline_cycle, specialist_id, forwarded_to_id"
    moving += ", paper_report_number, paper_report_date, aggregating_unit_id, aggregator_confirmed"
    _for_api(f"GRANT INSERT, UPDATE ({moving}) ON assignment TO %I")
    _for_api(f"CREATE POLICY made ON assignment AS RESTRICTIVE FOR INSERT TO %I WITH CHECK ({OFFICE})")
    _for_api("GRANT INSERT ON participation TO %I")
    _for_api(f"CREATE POLICY made ON participation AS RESTRICTIVE FOR INSERT TO %I WITH CHECK ({OFFICE})")
    # Who prepares a dissolution counts what it moves (D12).
    _for_api("CREATE POLICY counted ON assignment FOR SELECT TO %I USING ((SELECT actor_has('administrator')))")

    # Of a report only its review is added later; a draft is its unit's alone, and the one thing that is thrown away.
    seen = f"({OFFICE} AND state <> {DRAFT}) OR ({MY_UNIT})"
    op.execute(f"ALTER POLICY api ON report USING ({seen}) WITH CHECK ({seen})")
    _for_api("GRANT UPDATE (state, review_reason, reviewer_name, review_time), DELETE ON report TO %I")
    _for_api(f"CREATE POLICY told ON report AS RESTRICTIVE FOR INSERT TO %I WITH CHECK ({MY_UNIT})")
    _for_api(f"CREATE POLICY draft ON report AS RESTRICTIVE FOR DELETE TO %I USING (state = {DRAFT})")
