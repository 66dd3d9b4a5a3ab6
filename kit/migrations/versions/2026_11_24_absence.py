"""Who stands in for whom (Đ8.1.đ)."""

from alembic import op

from kit.migrations.base import protect

revision = "2026_11_24_absence"
down_revision = "2026_11_24_kit"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE absence (
            id UUID NOT NULL,
            version BIGINT NOT NULL,
            unit_id UUID NOT NULL,
            person_id UUID NOT NULL,
            person_name TEXT NOT NULL,
            deputy_id UUID NOT NULL,
            deputy_name TEXT NOT NULL,
            first_day DATE NOT NULL,
            last_day DATE NOT NULL,
            reason TEXT NOT NULL,
            cancelled BOOLEAN NOT NULL,
            PRIMARY KEY (id)
        )
    """)
    op.execute("CREATE INDEX absence_deputy_idx ON absence (deputy_id, last_day)")
    # Read, like member, before anybody is known.
    protect("absence", api="SELECT", using="true")
