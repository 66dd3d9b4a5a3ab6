"""Fixtures for every test folder: `clock`, `postgres`, `nats_url`, and `serve(app)` that starts a service on a fresh database."""

import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kit import migrations
from kit.app import App
from kit.testing import stack as stacks
from kit.testing.postgres import PostgresServer, free_port
from kit.testing.stack import Stack

NATS_SERVER = Path(sys.executable).parent / "nats-server"


@dataclass
class FakeClock:
    """Stands still until told to move. Starts on a working Thursday at 09:00 in Huế."""

    now: datetime = datetime(2025, 4, 24, 2, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def set(self, now: datetime) -> None:
        """Jump."""
        self.now = now

    def advance(self, **parts: float) -> None:
        """advance(days=1, hours=2)."""
        self.now += timedelta(**parts)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    server = PostgresServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def nats_url() -> Iterator[str]:
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="ykcd-nats-") as store:
        process = subprocess.Popen([str(NATS_SERVER), "-a", "127.0.0.1", "-p", str(port), "-js", "-sd", store], stderr=subprocess.DEVNULL)
        yield f"nats://127.0.0.1:{port}"
        process.terminate()
        process.wait(10)


Serve = Callable[..., Awaitable[Stack]]


@pytest.fixture
async def serve(postgres: PostgresServer, clock: FakeClock, tmp_path: Path) -> AsyncIterator[Serve]:
    """await serve(app, **settings): the service on a database as its migrations leave it."""
    running = []

    async def start(app: App, **settings: Any) -> Stack:
        made = postgres.settings(app.settings, **settings)
        postgres.fresh(app.name, lambda: migrations.upgrade(app.package, made.database_url(app.name, "owner"), app.metadata))
        stack, server = await stacks.start(app, made, clock)
        running.append((stack, server))
        return stack

    yield start
    for stack, server in running:
        await stacks.stop(stack, server)
