"""Telling and hearing, as the tests of events do it."""

import asyncio
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

from sqlalchemy import func, select
from ykcd.directive.v1.event_pb2 import UnitChanged
from ykcd.directive.v1.registry_pb2 import Unit
from ykcd.event.v1.envelope_pb2 import ActorRef

from kit import db
from kit.events import Broker, Consumer, Relay, emit
from kit.loops import forever
from kit.tables import outbox
from kit.testing.stack import Stack

WAIT = 20


async def tell(stack: Stack, name: str, aggregate: UUID | None = None, version: int = 1) -> None:
    async with db.transaction(stack.runtime.worker) as session:
        db.begin_work(session, "directive", stack.runtime.clock(), ActorRef())
        await emit(session, aggregate or uuid4(), version, UnitChanged(unit=Unit(name=name)))


class Heard:
    """A handler that notes what it applied, in the order of application."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.attempts = 0
        self.fail = lambda _name: None
        self._changed = asyncio.Event()

    async def __call__(self, _session, event: UnitChanged, _envelope) -> None:
        self.attempts += 1
        problem = self.fail(event.unit.name)
        if problem:
            raise problem
        self.names.append(event.unit.name)
        self._changed.set()

    async def until(self, count: int) -> None:
        async with asyncio.timeout(WAIT):
            while len(self.names) < count:
                self._changed.clear()
                await self._changed.wait()


@asynccontextmanager
async def running(stack: Stack, broker: Broker, heard: Heard | None = None):
    """The relay, and a consumer where `heard` is given."""
    tasks = [asyncio.create_task(forever("relay", Relay(stack.runtime.worker, broker).run))]
    if heard is not None:
        consumer = Consumer("toy", stack.runtime.worker, broker, {UnitChanged: heard}, stack.runtime.clock)
        tasks.append(asyncio.create_task(forever("consume", consumer.run)))
    yield
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def eventually(condition) -> None:
    async with asyncio.timeout(WAIT):
        while not await condition():
            await asyncio.sleep(0.02)


async def all_published(stack: Stack) -> bool:
    async with stack.session() as session:
        return not await session.scalar(select(func.count()).where(outbox.c.publish_time.is_(None)))
