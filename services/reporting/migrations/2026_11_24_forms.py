"""Templates of the forms."""

from alembic import op
import sqlalchemy as sa

from kit.migrations.base import protect

revision = 'reporting_forms'
down_revision = 'reporting_history'


def upgrade() -> None:
    op.create_table('form_choice',
    sa.Column('form', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('uploads', sa.Integer(), nullable=False),
    sa.Column('in_force', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('form', name=op.f('form_choice_pkey'))
    )
    op.create_table('form_template',
    sa.Column('form', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('version', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('upload_time', sa.DateTime(timezone=True), nullable=False),
    sa.Column('uploaded_by_id', sa.Uuid(), nullable=False),
    sa.Column('uploaded_by_name', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['form'], ['form_choice.form'], name=op.f('form_template_form_fkey')),
    sa.PrimaryKeyConstraint('form', 'version', name=op.f('form_template_pkey'))
    )
    # Whoever prints a form needs its template; the administrator keeps them (Đ8.1.d). A version never changes.
    administrator = "(SELECT actor_has('administrator'))"
    protect("form_choice", api="SELECT, INSERT, UPDATE", using="true", check=administrator)
    protect("form_template", api="SELECT, INSERT", using="true", check=administrator)
