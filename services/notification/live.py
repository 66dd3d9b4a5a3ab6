"""Who watches an inbox hears of its changes: one listening connection per process, shared by all its streams."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import structlog

from kit import db
from kit.errors import unavailable
from kit.runtime import Runtime

log = structlog.get_logger()
CHANNEL = "inbox"
RECONNECT_SECONDS = 1.0
# A connection that died without a word is found within this.
PROBE_SECONDS = 10.0
START_SECONDS = 5.0
# A watcher that can't keep up is shown the newest; the count is right in any case.
KEPT = 50


class Watcher:
    """One stream's ear."""

    def __init__(self) -> None:
        self._woken = asyncio.Event()
        self._new: list[UUID] = []

    def wake(self, notification_id: UUID | None = None) -> None:
        """Something changed; a new notification is named."""
        if notification_id is not None:
            self._new = [*self._new[1 - KEPT :], notification_id]
        self._woken.set()

    async def changes(self, timeout: float) -> list[UUID]:
        """New notifications; empty when only the count may have changed, or nothing did within `timeout`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._woken.wait()
        self._woken.clear()
        new, self._new = self._new, []
        return new


class Hub:
    """Listens while anybody watches."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._watchers: dict[UUID, set[Watcher]] = defaultdict(set)
        self._listening = asyncio.Event()
        self._listener: asyncio.Task[None] | None = None

    @property
    def idle(self) -> bool:
        """Nobody watches, nothing is held."""
        return not self._watchers and self._listener is None

    @asynccontextmanager
    async def watch(self, person_id: UUID) -> AsyncIterator[Watcher]:
        """What changes after this has been entered is heard. Unavailable while the database can't be listened to."""
        watcher = Watcher()
        self._watchers[person_id].add(watcher)
        if self._listener is None:
            self._listener = asyncio.create_task(self._listen())
        try:
            try:
                await asyncio.wait_for(self._listening.wait(), START_SECONDS)
            except TimeoutError:
                raise unavailable("database") from None
            yield watcher
        finally:
            self._leave(person_id, watcher)

    def _leave(self, person_id: UUID, watcher: Watcher) -> None:
        self._watchers[person_id].discard(watcher)
        if not self._watchers[person_id]:
            del self._watchers[person_id]
        if not self._watchers and self._listener is not None:
            self._listener.cancel()
            self._listener = None
            self._listening.clear()

    async def _listen(self) -> None:
        while True:
            try:
                async with await db.connect(self._runtime.worker) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self._listening.set()
                    # After a silence nobody knows what was missed.
                    self._wake_all()
                    while True:
                        async for heard in connection.notifies(timeout=PROBE_SECONDS):
                            self._dispatch(heard.payload)
                        await connection.execute("SELECT 1")
            except Exception as error:  # whatever ended it, those who watch are still there
                log.warning("listener_lost", why=type(error).__name__)
            self._listening.clear()
            await asyncio.sleep(RECONNECT_SECONDS)

    def _dispatch(self, payload: str) -> None:
        """`payload`: a person, and the new notification where there is one."""
        person, _, notification = payload.partition(" ")
        for watcher in self._watchers.get(UUID(person), ()):
            watcher.wake(UUID(notification) if notification else None)

    def _wake_all(self) -> None:
        for watchers in self._watchers.values():
            for watcher in watchers:
                watcher.wake()
