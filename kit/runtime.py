"""What the parts of one running service share."""

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from kit import db
from kit.clock import Clock
from kit.config import Settings
from kit.events.broker import Broker
from kit.identity import TokenVerifier
from kit.quiet import Quiet

# A simulated time jumps, and isn't to be slept through.
SIMULATED_PAUSE_SECONDS = 0.2


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

    async def pause(self, seconds: float) -> None:
        """Between two rounds of a schedule."""
        await asyncio.sleep(min(seconds, SIMULATED_PAUSE_SECONDS) if self.settings.clock_file else seconds)
