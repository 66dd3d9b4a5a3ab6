"""Names for ids: units, fields and colleagues, kept for a minute."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ykcd.directive.v1 import registry_pb2 as pb

from gateway.channels import Caller, Services
from kit.errors import Unavailable

KEEP_SECONDS = 60
PAGE_SIZE = 1000


@dataclass
class _Kept:
    value: Any = None
    until: float = 0.0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Registry:
    """Of one process. Units, fields and the Office's people are the same for everybody; others are asked for by their own unit only."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._kept: dict[str, _Kept] = {}

    async def units(self, caller: Caller) -> Sequence[pb.Unit]:
        """All, in dictionary order."""

        async def ask() -> Sequence[pb.Unit]:
            return await self._all(caller, self._services.registry.ListUnits, pb.ListUnitsRequest(page_size=PAGE_SIZE), "units")

        return await self._get("units", ask)

    async def fields(self, caller: Caller) -> Sequence[pb.Field]:
        """All, in dictionary order."""

        async def ask() -> Sequence[pb.Field]:
            return (await caller.call(self._services.registry.ListFields, pb.ListFieldsRequest())).fields

        return await self._get("fields", ask)

    async def members(self, caller: Caller, unit_id: str) -> Sequence[pb.Member]:
        """The people of the caller's own unit or of the Office."""

        async def ask() -> Sequence[pb.Member]:
            request = pb.ListMembersRequest(unit_id=unit_id, page_size=PAGE_SIZE)
            return await self._all(caller, self._services.registry.ListMembers, request, "members")

        return await self._get(f"members {unit_id}", ask)

    async def _all(self, caller: Caller, method: Any, request: Any, name: str) -> list[Any]:
        found: list[Any] = []
        while True:
            response = await caller.call(method, request)
            found += getattr(response, name)
            if not response.next_page_token:
                return found
            request.page_token = response.next_page_token

    async def _get(self, key: str, ask: Callable[[], Awaitable[Any]]) -> Any:
        kept = self._kept.setdefault(key, _Kept())
        # One asks while the others wait, so that the minute's end doesn't become a burst.
        async with kept.lock:
            if time.monotonic() >= kept.until:
                try:
                    kept.value, kept.until = await ask(), time.monotonic() + KEEP_SECONDS
                except Unavailable:
                    # An old name is better than no page.
                    if kept.value is None:
                        raise
            return kept.value
