"""For measurements outside pytest."""

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine

from kit import db, migrations
from kit.app import App
from kit.testing.postgres import PostgresServer


@asynccontextmanager
async def database(app: App) -> AsyncIterator[AsyncEngine]:
    """The service's database, empty, on a PostgreSQL of its own; as the worker role."""
    server = PostgresServer()
    server.start()
    settings = server.settings(app.settings)
    server.fresh(app.name, lambda: migrations.upgrade(app.package, settings.database_url(app.name, "owner"), app.metadata))
    engine = db.create_engine(settings, app.name, "worker")
    try:
        yield engine
    finally:
        await engine.dispose()
        server.stop()


def report(**figures: float) -> None:
    """One JSON line."""
    sys.stdout.write(json.dumps(figures) + "\n")
