"""Periodic reports with their history, and what they cite as it was told."""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from kit.migrations.base import protect

revision = "reporting_periodic"
down_revision = "reporting_forms"


def upgrade() -> None:
    op.create_table(
        "cited_told",
        sa.Column("kind", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("told_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("around", sa.Uuid(), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("kind", "id", "version", name=op.f("cited_told_pkey")),
    )
    op.create_index("cited_told_around_idx", "cited_told", ["around"], unique=False)
    op.create_table(
        "report_watermark",
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("last_processed", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("job", name=op.f("report_watermark_pkey")),
    )
    # Made here, so that two replicas that wake for the first time meet on one row.
    op.execute("INSERT INTO report_watermark VALUES ('periodic_reports', '2016-11-01T00:00:00+07:00')")
    op.create_table(
        "report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("form", sa.Integer(), nullable=False),
        sa.Column("period_kind", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Integer(), nullable=False),
        sa.Column("as_of_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("formula", sa.Text(), nullable=False),
        sa.Column("snapshot", sa.LargeBinary(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("corrects_id", sa.Uuid(), nullable=True),
        sa.Column("corrects_as_of_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("general_text", sa.Text(), nullable=False),
        sa.Column("assignment_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("notes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("issue_date", sa.Date(), nullable=True),
        sa.Column("signer_name", sa.Text(), nullable=False),
        sa.Column("sign_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("send_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.Column("urge_count", sa.Integer(), nullable=False),
        sa.Column("urge_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("purge_count", sa.Integer(), nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("update_time", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("report_pkey")),
        sa.UniqueConstraint(
            "form", "period_kind", "first_day", "last_day", "unit_id", name=op.f("report_form_key"), postgresql_nulls_not_distinct=True
        ),
    )
    op.create_index("report_assignments_idx", "report", ["assignment_ids"], unique=False, postgresql_using="gin")
    op.create_index("report_list_idx", "report", ["last_day", "id"], unique=False)
    op.create_index(op.f("report_unit_id_idx"), "report", ["unit_id"], unique=False)
    op.create_table(
        "report_act",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("verb", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("actor_unit_id", sa.Uuid(), nullable=True),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["report.id"], name=op.f("report_act_report_id_fkey")),
        sa.PrimaryKeyConstraint("report_id", "version", name=op.f("report_act_pkey")),
    )

    office = "(SELECT actor_has('specialist', 'office_leader', 'chairman', 'clerk'))"
    own = "(SELECT actor_has('focal_point', 'unit_leader', 'officer')) AND unit_id = (SELECT actor_unit())"
    # The Office may know of a unit's draft that it is one, to urge; queries keep its contents from it. Sent and issued: 3, 4.
    using = f"{office} OR ({own}) OR ((SELECT actor_has('evaluator')) AND state IN (3, 4))"
    protect("report", api="SELECT, INSERT, UPDATE", using=using, check=f"{office} OR ({own})")
    # An act's report is seen under the policy above.
    protect("report_act", api="SELECT, INSERT", using="EXISTS (SELECT FROM report r WHERE r.id = report_act.report_id)")
    # Read for all by the platform itself alone.
    protect("cited_told", api="", using="false")
    protect("report_watermark", api="", using="false")
