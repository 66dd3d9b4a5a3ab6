"""What each owner told of assignments, tasks and all around them, version by version."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from kit.migrations.base import protect

revision = 'reporting_history'
down_revision = '2026_11_24_regulation'


def upgrade() -> None:
    kept = {
        'assignment_told': [
            *('id',),
            sa.Column('task_id', sa.Uuid(), nullable=False),
            sa.Column('unit_id', sa.Uuid(), nullable=False),
            sa.Column('role', sa.Integer(), nullable=False),
            sa.Column('state', sa.Integer(), nullable=False),
            sa.Column('execution', sa.Integer(), nullable=False),
            sa.Column('specialist_id', sa.Uuid(), nullable=True),
            sa.Column('due_date', sa.Date(), nullable=True),
            sa.Column('effective_due_date', sa.Date(), nullable=True),
            sa.Column('completed_on', sa.Date(), nullable=True),
            sa.Column('last_report_on', sa.Date(), nullable=True),
            sa.Column('late_update', sa.Boolean(), nullable=True),
            sa.Column('delegates', postgresql.ARRAY(sa.Uuid()), nullable=False),
            sa.Column('phase', sa.Integer(), nullable=False),
            sa.Column('phase_name', sa.Text(), nullable=False),
            sa.Column('original_due_date', sa.Date(), nullable=True),
            sa.Column('deadline_cycle', sa.Integer(), nullable=False),
            sa.Column('extension_pending', sa.Boolean(), nullable=False),
            sa.Column('report_to_review', sa.Boolean(), nullable=False),
            sa.Column('forwarded_from_id', sa.Uuid(), nullable=True),
            sa.Column('update_time', sa.DateTime(timezone=True), nullable=False),
            sa.Column('due_exact', sa.Boolean(), nullable=False),
        ],
        'task_told': [
            *('task_id',),
            sa.Column('directive_id', sa.Uuid(), nullable=False),
            sa.Column('directive_code', sa.Text(), nullable=False),
            sa.Column('directive_abstract', sa.Text(), nullable=False),
            sa.Column('directive_issue_date', sa.Date(), nullable=False),
            sa.Column('directive_state', sa.Integer(), nullable=False),
            sa.Column('document_type', sa.Integer(), nullable=False),
            sa.Column('regime', sa.Integer(), nullable=False),
            sa.Column('issuing_authority', sa.Integer(), nullable=False),
            sa.Column('content', sa.Text(), nullable=False),
            sa.Column('field_id', sa.Uuid(), nullable=True),
            sa.Column('has_deadline', sa.Boolean(), nullable=False),
            sa.Column('must_report', sa.Boolean(), nullable=False),
            sa.Column('search_text', sa.Text(), nullable=False),
        ],
        'deadline_told': [
            *('assignment_id',),
            sa.Column('due_date', sa.Date(), nullable=True),
            sa.Column('effective_due_date', sa.Date(), nullable=True),
        ],
        'obstacle_told': ['id', sa.Column('assignment_id', sa.Uuid(), nullable=False), sa.Column('state', sa.Integer(), nullable=False)],
        'urging_notice_told': [
            *('id',),
            sa.Column('assignment_id', sa.Uuid(), nullable=False),
            sa.Column('deadline_cycle', sa.Integer(), nullable=False),
            sa.Column('issued_on', sa.Date(), nullable=True),
            sa.Column('counts', sa.Boolean(), nullable=False),
        ],
        'escalation_told': [
            *('id',),
            sa.Column('assignment_id', sa.Uuid(), nullable=False),
            sa.Column('open', sa.Boolean(), nullable=False),
            sa.Column('due_on', sa.Date(), nullable=True),
        ],
        'obligation_told': [
            *('id',),
            sa.Column('assignment_id', sa.Uuid(), nullable=False),
            sa.Column('period_end', sa.Date(), nullable=False),
            sa.Column('state', sa.Integer(), nullable=False),
        ],
        'unit_told': [
            *('id',),
            sa.Column('name', sa.Text(), nullable=False),
            sa.Column('sort_key', sa.Text(), nullable=False),
            sa.Column('search_text', sa.Text(), nullable=False),
        ],
        'member_told': [
            *('id',),
            sa.Column('person_id', sa.Uuid(), nullable=False),
            sa.Column('unit_id', sa.Uuid(), nullable=False),
            sa.Column('name', sa.Text(), nullable=False),
            sa.Column('roles', postgresql.ARRAY(sa.Text()), nullable=False),
            sa.Column('active', sa.Boolean(), nullable=False),
        ],
        'calendar_told': [
            *('id',),
            sa.Column('off', postgresql.ARRAY(sa.Date()), nullable=False),
            sa.Column('worked', postgresql.ARRAY(sa.Date()), nullable=False),
        ],
    }
    for table, (key, *columns) in kept.items():
        op.create_table(table,
        sa.Column(key, sa.Uuid(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('told_time', sa.DateTime(timezone=True), nullable=False),
        sa.Column('until_time', sa.DateTime(timezone=True), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint(key, 'version', name=op.f(f'{table}_pkey'))
        )
        # Requests read what is summed up on the assignment; counts and reports are reckoned by the worker.
        protect(table, api="", using="false")
    op.create_index('assignment_told_task_idx', 'assignment_told', ['task_id', 'until_time'])
    op.create_index('assignment_told_period_idx', 'assignment_told', ['completed_on', 'until_time'])
    op.create_index('assignment_told_phased_idx', 'assignment_told', ['task_id'], postgresql_where=sa.text('phase > 0'))
    op.create_index('task_told_directive_idx', 'task_told', ['directive_id'])
    op.create_index('member_told_person_id_idx', 'member_told', ['person_id'])
    for matter in ('obstacle', 'urging_notice', 'escalation', 'obligation'):
        op.create_index(f'{matter}_told_assignment_id_idx', f'{matter}_told', ['assignment_id'])
    for name, columns, where in (
        ('field', ['field_id', 'due_order', 'id'], None),
        ('open', ['due_order', 'id'], "execution IN (1, 2)"),
        ('late', ['due_order', 'id'],
         "execution = 3 AND effective_due_date IS NOT NULL AND (completed_on IS NULL OR completed_on > effective_due_date)"),
        ('urged', ['due_order', 'id'], "urging_notices > 0"),
    ):
        op.create_index(
            f'assignment_{name}_idx', 'assignment', columns, postgresql_include=['task_id'],
            postgresql_where=sa.text(where) if where else None,
        )
    _make_tallies()
    _keep_the_present()
    for table in ('deadline', 'obstacle', 'urging_notice', 'escalation', 'obligation'):
        op.drop_table(table)


def _make_tallies() -> None:
    counts = (
        *('total', 'done', 'done_on_time', 'done_late', 'doing', 'not_started', 'without_deadline', 'without_deadline_done'),
        *('obligations_fulfilled', 'obligations_missed', 'obligations_open', 'escalated', 'late_updates', 'return_requested'),
        *('coordinating', 'urging_notices', 'part_count', 'task_count'),
    )
    op.create_table('tally',
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('level', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Uuid(), nullable=True),
    sa.Column('field_id', sa.Uuid(), nullable=True),
    sa.Column('issuing_authority', sa.Integer(), nullable=True),
    sa.Column('done_on_month', sa.Date(), nullable=True),
    sa.Column('due', sa.Date(), nullable=True),
    *(sa.Column(name, sa.Integer(), nullable=False) for name in counts),
    )
    op.create_index('tally_month_idx', 'tally', ['month'])
    op.create_table('tally_due',
    sa.Column('seq', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint('seq', name=op.f('tally_due_pkey'))
    )
    protect('tally', api="", using="false")
    protect('tally_due', api="", using="false")
    for table in ('assignment', 'tally_due'):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute("INSERT INTO tally_due (month) SELECT DISTINCT date_trunc('month', directive_issue_date)::date FROM assignment")
    for table in ('assignment', 'tally_due'):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


# What was told before today isn't known here until `rebuild` has read it: the last version stands, as of the row's own time.
_PRESENT = {
    'assignment_told': (
        "id, version, update_time, {endless}, task_id, unit_id, role, state, execution, specialist_id, due_date, effective_due_date,"
        " completed_on, last_report_on, late_update, delegates, phase, phase_name, original_due_date, deadline_cycle, extension_pending,"
        " report_to_review, forwarded_from_id, update_time, true FROM assignment"
    ),
    'task_told': (
        "DISTINCT ON (task_id) task_id, directive_version, update_time, {endless}, directive_id, directive_code, directive_abstract,"
        " directive_issue_date, directive_state, document_type, regime, 0, content, field_id, has_deadline, must_report, search_text"
        " FROM assignment ORDER BY task_id, update_time"
    ),
    'deadline_told': "d.assignment_id, d.version, {at}, {endless}, d.due_date, d.effective_due_date FROM deadline d {known}",
    'obstacle_told': "d.id, d.version, {at}, {endless}, d.assignment_id, d.state FROM obstacle d {known}",
    'urging_notice_told': (
        "d.id, d.version, {at}, {endless}, d.assignment_id, d.deadline_cycle, CASE WHEN d.issued THEN {at}::date END, d.counts"
        " FROM urging_notice d {known}"
    ),
    'escalation_told': "d.id, d.version, {at}, {endless}, d.assignment_id, d.open, NULL FROM escalation d {known}",
    'obligation_told': "d.id, d.version, {at}, {endless}, d.assignment_id, d.period_end, d.state FROM obligation d {known}",
    'unit_told': "id, version, now(), {endless}, name, sort_key, search_text FROM unit",
    'member_told': "id, version, now(), {endless}, person_id, unit_id, name, roles, active FROM member",
    'calendar_told': (
        "gen_random_uuid(), version, now(), {endless}, ARRAY(SELECT day FROM calendar_day WHERE kind <> 4),"
        " ARRAY(SELECT day FROM calendar_day WHERE kind = 4) FROM calendar_version"
    ),
}


def _keep_the_present() -> None:
    read = ('assignment', 'deadline', 'obstacle', 'urging_notice', 'escalation', 'obligation', 'unit', 'member', 'calendar_day')
    words = {
        'endless': "'9999-12-30 00:00+00'",
        'at': "coalesce(a.update_time, now())",
        'known': "LEFT JOIN assignment a ON a.id = d.assignment_id",
    }
    for table in (*read, 'calendar_version', *_PRESENT):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    for table, present in _PRESENT.items():
        op.execute(f"INSERT INTO {table} SELECT {present.format(**words)}")
    for table in (*read, 'calendar_version', *_PRESENT):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
