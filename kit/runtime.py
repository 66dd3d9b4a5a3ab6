"""What the parts of one running service share."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from kit.clock import Clock
from kit.config import Settings
from kit.events.broker import Broker
from kit.identity import TokenVerifier


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
