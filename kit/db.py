"""One transaction per request or event; the edge (kit.rpc, kit.events) opens and commits it, nobody else does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from sqlalchemy import DateTime, MetaData, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from uuid_utils.compat import uuid7
from ykcd.event.v1.envelope_pb2 import ActorRef

from kit.clock import clock_from
from kit.config import Settings

# For the DeclarativeBase of each service.
TYPES: dict[Any, Any] = {datetime: DateTime(timezone=True), str: Text, list[str]: ARRAY(Text)}
NAMING = {
    "ix": "%(column_0_label)s_idx",
    "uq": "%(table_name)s_%(column_0_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s_check",
    "fk": "%(table_name)s_%(column_0_name)s_fkey",
    "pk": "%(table_name)s_pkey",
}

new_id = uuid7


def metadata() -> MetaData:
    """A service's own, with one way of naming constraints."""
    return MetaData(naming_convention=NAMING)


@dataclass(frozen=True)
class Work:
    """What emit() needs to know of the transaction it's in."""

    service: str
    now: datetime
    actor: ActorRef


def create_engine(settings: Settings, service: str, role: str) -> AsyncEngine:
    """A pool for one database role; `api` acts under row-level security, `worker` by its own policies."""
    return create_async_engine(
        settings.database_url(service, role),
        pool_size=settings.db_pool_size,
        max_overflow=0,
        pool_timeout=5,
        # Finds connections that died with their server before a request meets them.
        pool_pre_ping=True,
        # Errors end in logs, and logs hold no content (Đ5).
        hide_parameters=True,
        # No server-side prepared statements: a transaction pooler may stand between.
        connect_args={"prepare_threshold": None, "connect_timeout": 5, "options": "-c statement_timeout=30000 -c lock_timeout=10000"},
    )


@asynccontextmanager
async def transaction(engine: AsyncEngine, *, one_moment: bool = False) -> AsyncIterator[AsyncSession]:
    """Commits at the end, rolls back on any exception (a cancelled request included). `one_moment`: all statements see the same rows."""
    if one_moment:
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
        yield session


@asynccontextmanager
async def unattended(engine: AsyncEngine, service: str, now: datetime) -> AsyncIterator[AsyncSession]:
    """A transaction of the platform's own work: nobody acts. For the worker's engine."""
    async with transaction(engine) as session:
        begin_work(session, service, now, ActorRef())
        yield session


@asynccontextmanager
async def command(settings: Settings, service: str) -> AsyncIterator[AsyncSession]:
    """All of a command's work, in one transaction of the worker role on a connection of its own."""
    engine = create_engine(settings, service, "worker")
    try:
        async with unattended(engine, service, clock_from(settings.clock_file)()) as session:
            yield session
    finally:
        await engine.dispose()


def direct_url(engine: AsyncEngine) -> str:
    """For connections outside the pool and any pooler: LISTEN and session locks belong to the connection."""
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


async def connect(engine: AsyncEngine) -> psycopg.AsyncConnection:
    """One such connection, each statement for itself."""
    return await psycopg.AsyncConnection.connect(direct_url(engine), autocommit=True)


def begin_work(session: AsyncSession, service: str, now: datetime, actor: ActorRef) -> None:
    """Notes who acts and when, for the events of this transaction."""
    session.info["work"] = Work(service, now, actor)


def work(session: AsyncSession) -> Work:
    """What begin_work noted."""
    return session.info["work"]


def is_disconnect(error: BaseException) -> bool:
    """The database is away, not wrong: retry later."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, psycopg.errors.QueryCanceled):
        # Too slow is a fault of the statement's, and stays one.
        return False
    if isinstance(error, PoolTimeoutError | psycopg.OperationalError | ConnectionError):
        return True
    return isinstance(error, OperationalError | InterfaceError) or (isinstance(error, DBAPIError) and error.connection_invalidated)
