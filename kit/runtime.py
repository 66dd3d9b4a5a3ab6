"""What the parts of one running service share."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from kit import db
from kit.clock import Clock
from kit.config import Settings
from kit.events.broker import Broker
from kit.identity import TokenVerifier
from kit.quiet import Quiet

# Where the time is simulated: how often it is looked at, and after how many looks a round comes though it stands still.
SIMULATED_LOOK_SECONDS, SIMULATED_LOOKS = 0.05, 20


@dataclass
class Runtime:
    """`api`: pool of the role that acts for callers, under row-level security.
    `worker`: pool of the role that applies events and runs schedules."""

    name: str
    settings: Settings
    api: AsyncEngine
    worker: AsyncEngine
    broker: Broker
    tokens: TokenVerifier
    clock: Clock
    # Of callers who proved nothing, which refusals were written down in this minute (kit.rpc.denial).
    strangers: Quiet = field(default_factory=Quiet)

    def unattended(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A transaction of the worker role in which nobody acts."""
        return db.unattended(self.worker, self.name, self.clock())

    async def ticks(self, seconds: float, *, judging: bool = False) -> AsyncIterator[datetime]:
        """The present moment, now and after each round and pause; a simulated time isn't slept through but looked at for its next jump.

        `judging`: each only after everything told before has been heard, so that nobody is judged by how things stood before an outage.
        """
        while True:
            if judging:
                await self.broker.heard()
            now = self.clock()
            yield now
            if self.settings.clock_file is None:
                await asyncio.sleep(seconds)
            for _ in range(SIMULATED_LOOKS if self.settings.clock_file else 0):
                if self.clock() != now:
                    break
                await asyncio.sleep(SIMULATED_LOOK_SECONDS)
