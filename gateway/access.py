"""Who last used the system (Đ8.2.2), told to `directive` beside what people do: no page waits for it, and none fails with it."""

import asyncio
import time
from contextlib import suppress
from uuid import UUID, uuid4

from ykcd.directive.v1.people_pb2 import NoteAccessRequest

from gateway.channels import Caller, Services
from kit.errors import Error
from kit.law import article

# How often at most for one session in one unit.
EVERY_SECONDS = 300


class Accesses:
    """Of one process."""

    def __init__(self, services: Services) -> None:
        self._services = services
        # When each session in its unit was last told of, in the order of these times.
        self._told: dict[tuple[str, UUID | None], float] = {}
        # Else nothing would keep them from being collected.
        self._under_way: set[asyncio.Task] = set()

    @article("Đ8.2.2")
    def note(self, cookie: str, caller: Caller) -> None:
        """Đ8.2.2: this person does something now."""
        key, now = (cookie, caller.unit_id), time.monotonic()
        self._forget(now)
        if key in self._told:
            return
        self._told[key] = now
        task = asyncio.create_task(self._tell(caller))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def _forget(self, now: float) -> None:
        while self._told and now - (oldest := next(iter(self._told.items())))[1] >= EVERY_SECONDS:
            del self._told[oldest[0]]

    async def _tell(self, caller: Caller) -> None:
        # Whoever is in no unit (yet) is told so by his page.
        with suppress(Error):
            await caller.optional(self._services.people.NoteAccess, NoteAccessRequest(request_id=str(uuid4())))

    async def settled(self) -> None:
        """What was noted so far has been told, or couldn't be."""
        await asyncio.gather(*self._under_way, return_exceptions=True)
