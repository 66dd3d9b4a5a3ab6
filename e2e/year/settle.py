"""When is everything applied that was told? Asked of the databases and the broker, never slept for."""

import asyncio
import time
from datetime import datetime
from typing import Any

import httpx
import psycopg

from e2e.harness.layout import SERVICES
from e2e.harness.platform import Platform

LOOK_SECONDS, LONGEST_SECONDS = 0.03, 120.0
# The one job that rests on days off.
URGING = "urging"


class Settling:
    """`without`: services that are halted and whose consumers therefore lag."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._owners = (*SERVICES, "gateway")
        self._connections: dict[str, psycopg.AsyncConnection[Any]] = {}
        self._client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{platform.ports['nats_monitor']}", timeout=30)
        self.without: set[str] = set()
        # The highest event of each outbox up to which all are published.
        self._seen: dict[str, int] = {}
        self.seconds = 0.0

    async def close(self) -> None:
        await self._client.aclose()
        for connection in self._connections.values():
            await connection.close()

    async def rows(self, service: str, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Of a service's database, past its row-level security."""
        if service not in self._connections:
            self._connections[service] = await psycopg.AsyncConnection.connect(
                host="127.0.0.1",
                port=self._platform.ports["postgres"],
                user="postgres",
                password=self._platform.secret("postgres", "password"),
                dbname=service,
                autocommit=True,
            )
        return await (await self._connections[service].execute(query, values)).fetchall()

    async def events(self) -> None:
        """Every outbox is published, every consumer has acknowledged all, and nothing new was told meanwhile."""
        await self._until(self._events_are_applied, "events")

    async def schedule(self, now: datetime, *, working: bool) -> None:
        """The scheduled jobs have come to `now`; on a day off nobody is urged."""

        async def have_come() -> bool:
            marks = await self.rows("deadline", "SELECT job, last_processed FROM schedule_watermark")
            return bool(marks) and all(mark >= now for job, mark in marks if working or job != URGING)

        await self._until(have_come, f"jobs of {now}")

    async def _events_are_applied(self) -> bool:
        before = await self._told()
        if before is None or not await self._consumed():
            return False
        return await self._told() == before

    async def _told(self) -> list[int] | None:
        """The last event of each outbox; None while one isn't published."""
        query = "SELECT coalesce(max(seq), 0), count(*) FILTER (WHERE publish_time IS NULL) FROM outbox WHERE seq > %s"
        found = []
        for owner in self._owners:
            [(last, waiting)] = await self.rows(owner, query, self._seen.get(owner, 0))
            if waiting:
                return None
            self._seen[owner] = max(self._seen.get(owner, 0), last)
            found.append(self._seen[owner])
        return found

    async def _consumed(self) -> bool:
        answer = (await self._client.get("/jsz", params={"consumers": "true", "limit": 1000})).json()
        streams = [stream for account in answer.get("account_details", ()) for stream in account.get("stream_detail", ())]
        consumers = [consumer for stream in streams for consumer in stream.get("consumer_detail") or ()]
        return all(
            not consumer["num_pending"] and not consumer["num_ack_pending"]
            for consumer in consumers
            if consumer["name"] not in self.without
        )

    async def _until(self, holds: Any, what: str) -> None:
        began = time.monotonic()
        while not await holds():
            if time.monotonic() - began > LONGEST_SECONDS:
                raise TimeoutError(f"still waiting for {what}")
            await asyncio.sleep(LOOK_SECONDS)
        self.seconds += time.monotonic() - began
