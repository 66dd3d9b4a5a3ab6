"""Runs one service's migrations as its owner, alone, and without ever holding the users up for long."""

from alembic import context
from sqlalchemy import create_engine, pool, text

from kit import tables

# Any fixed number: two migrations of one database never run at the same time.
LOCK = 7_120_161_010

config = context.config
metadata = config.attributes["metadata"]
# The gateway handles no events and keeps no copies.
targets = [metadata] if metadata.info.get("bare") else [metadata, tables.metadata]


def include(_object: object, name: str | None, kind: str, _reflected: bool, _compare: object) -> bool:
    """procrastinate brings its own tables, which its own SQL makes."""
    return not (kind == "table" and name is not None and name.startswith("procrastinate"))


engine = create_engine(config.attributes["url"], poolclass=pool.NullPool)
with engine.connect() as connection:
    connection.execute(text("SET lock_timeout = '5s'"))
    connection.execute(text("SET statement_timeout = '5min'"))
    connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=targets,
        include_object=include,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
