"""What the parts of one running service share."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from kit import db
from kit.clock import Clock
from kit.config import Settings
from kit.events.broker import Broker
from kit.identity import TokenVerifier
from kit.quiet import Quiet


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
