"""Migrations run as the owner, whom forced row-level security shows nothing."""

from contextlib import contextmanager
from uuid import uuid4

import psycopg
import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import create_engine, insert, text

from kit import migrations
from kit.migrations.base import as_owner
from kit.tables import inbox
from kit.testing.stack import Stack
from kit.tests.toy import app

CHANGE = text("UPDATE inbox SET receive_time = receive_time + interval '1 day'")
FORCED = text("SELECT relforcerowsecurity FROM pg_class WHERE relname = 'inbox'")


def owners_url(stack: Stack) -> str:
    return stack.runtime.settings.database_url(app.name, "owner")


@contextmanager
def migrating(stack: Stack):
    """A connection as a migration has it."""
    engine = create_engine(owners_url(stack))
    with engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        yield connection
    engine.dispose()


@pytest.fixture
async def filled(stack: Stack) -> Stack:
    async with stack.session() as session:
        await session.execute(insert(inbox), [{"event_id": uuid4(), "receive_time": stack.runtime.clock()} for _ in range(3)])
    return stack


async def test_as_owner_a_data_migration_changes_the_rows_and_the_table_is_protected_again(filled: Stack) -> None:
    with migrating(filled) as connection:
        with as_owner("inbox"):
            assert connection.execute(CHANGE).rowcount == 3
        assert connection.execute(FORCED).scalar_one()
    with migrating(filled) as connection:
        assert connection.execute(CHANGE).rowcount == 0


async def test_a_data_migration_that_fails_leaves_the_table_protected(filled: Stack) -> None:
    with pytest.raises(ZeroDivisionError), migrating(filled), as_owner("inbox"):
        raise ZeroDivisionError
    with migrating(filled) as connection:
        assert connection.execute(FORCED).scalar_one()


async def test_every_service_has_the_kits_tables_without_a_migration_of_its_own(stack: Stack) -> None:
    migrations.check(app.package, owners_url(stack), app.metadata)
    with psycopg.connect(owners_url(stack).replace("+psycopg", "")) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("2026_11_24_purge",)]
