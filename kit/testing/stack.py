"""One service, whole, in this process: its gRPC door on a free port, its handlers, its database."""

from collections.abc import Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

import grpc
from google.protobuf.message import Message
from sqlalchemy import insert, select, text
from ykcd.event.v1.envelope_pb2 import ActorRef, Envelope

from kit import db
from kit.app import App
from kit.clock import Clock
from kit.dates import from_time
from kit.errors import Error, from_rpc
from kit.events import Consumer, open_envelope
from kit.events.broker import stream_name
from kit.events.outbox import subject_of
from kit.rpc import channel
from kit.runtime import Runtime
from kit.tables import absence, member, outbox
from kit.testing import tokens

_READABLE = """
    SELECT relname FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND has_table_privilege(oid, 'SELECT')
"""


@dataclass
class Person:
    """A member of a unit, as tests know one."""

    unit_id: UUID
    roles: Sequence[str]
    name: str = "Nguyễn Văn A"
    id: UUID = field(default_factory=uuid4)

    @property
    def metadata(self) -> list[tuple[str, str]]:
        """Call metadata that proves who it is."""
        return [("authorization", f"Bearer {tokens.token(self.id)}")]


class Refused(Exception):
    """What a call was answered with, when not with a response."""

    def __init__(self, error: Error, code: grpc.StatusCode) -> None:
        super().__init__(f"{code.name} {error.reason} {[v.path for v in error.violations]}")
        self.error, self.code, self.reason = error, code, error.reason
        self.fields = [violation.path for violation in error.violations]


@dataclass
class Stack:
    """`call(stub.Method, request, person)` as a client; `deliver(event, …)` as the broker."""

    app: App
    runtime: Runtime
    channel: grpc.aio.Channel
    address: str = ""

    async def call(self, method: Any, request: Message, person: Person | None = None, **metadata: str) -> Any:
        """The response, or Refused."""
        proof = (person.metadata if person else []) + [(key.replace("_", "-"), value) for key, value in metadata.items()]
        try:
            return await method(request, metadata=proof)
        except grpc.RpcError as error:
            raise Refused(from_rpc(error), error.code()) from None

    async def refused(self, method: Any, request: Message, person: Person | None = None) -> Refused:
        """The refusal that the call must meet."""
        try:
            answer = await self.call(method, request, person)
        except Refused as refusal:
            return refusal
        raise AssertionError(f"answered: {answer}")

    async def add(self, *people: Person) -> None:
        """Makes members of them, as MembershipChanged would."""
        async with self.session() as session:
            for person in people:
                row = {
                    "person_id": person.id,
                    "issuer": tokens.ISSUER,
                    "subject": str(person.id),
                    "name": person.name,
                    "unit_id": person.unit_id,
                }
                more = {"email": f"{person.id}@ykcd.example", "kind": 1, "roles": list(person.roles), "active": True, "version": 1}
                # The same in every service, as an event would bring it.
                id = uuid5(person.id, str(person.unit_id))
                await session.execute(insert(member).values(id=id, **row, **more))

    async def stand_in(self, person: Person, deputy: Person, first_day: date, last_day: date) -> None:
        """The deputy acts for the person on these days, as AbsenceChanged would have it."""
        row = {"unit_id": person.unit_id, "person_id": person.id, "person_name": person.name, "deputy_id": deputy.id}
        more = {"deputy_name": deputy.name, "first_day": first_day, "last_day": last_day, "reason": "", "cancelled": False}
        async with self.session() as session:
            await session.execute(insert(absence).values(id=db.new_id(), version=1, **row, **more))

    async def deliver(
        self, event: Message, aggregate_id: UUID | str, version: int = 1, *, event_id: UUID | None = None, source: str = ""
    ) -> UUID:
        """Applies the event through the service's consumer, as told by its owner; returns its id, to deliver it again."""
        event_id = event_id or db.new_id()
        source = source or event.DESCRIPTOR.full_name.split(".")[1]
        envelope = Envelope(event_id=str(event_id), aggregate_id=str(aggregate_id), aggregate_version=version, source=source)
        envelope.time.CopyFrom(from_time(self.runtime.clock()))
        envelope.payload.Pack(event)
        await self.apply(envelope)
        return event_id

    async def apply(self, envelope: Envelope) -> None:
        """Through the service's consumer, as if it came by its source's stream."""
        handlers = self.app.hearing(self.runtime)
        consumer = Consumer(self.app.name, self.runtime.worker, self.runtime.broker, handlers, self.runtime.clock)
        subject = subject_of(envelope.payload.TypeName(), envelope.source, envelope.aggregate_id)
        async with consumer.transaction() as session:
            await consumer.apply(session, envelope.SerializeToString(), subject=subject, stream=stream_name(envelope.source))

    @asynccontextmanager
    async def session(self, now: datetime | None = None) -> Any:
        """A transaction of the worker role, which sees everything."""
        async with db.transaction(self.runtime.worker) as session:
            db.begin_work(session, self.app.name, now or self.runtime.clock(), ActorRef())
            yield session

    async def events(self, kind: type[Message] | None = None) -> list[tuple[Envelope, Any]]:
        """What the outbox holds, in order, of one type or of all."""
        async with self.session() as session:
            rows = (await session.scalars(select(outbox.c.envelope).order_by(outbox.c.seq))).all()
        opened = [open_envelope(row) for row in rows]
        return [(envelope, event) for envelope, event in opened if kind is None or isinstance(event, kind)]

    async def tables_holding(self, words: str) -> set[str]:
        """The tables of its database, the kit's too, that have these words in some column of some row: as text, or in bytes."""
        forms = {"text": f"%{words}%", "hex": f"%{words.encode().hex()}%"}
        async with self.session() as session:
            tables = (await session.scalars(text(_READABLE))).all()
            query = 'SELECT EXISTS (SELECT FROM "{}" t WHERE t::text LIKE :text OR t::text LIKE :hex)'
            seen = {table: await session.scalar(text(query.format(table)), forms) for table in tables}
        return {table for table, found in seen.items() if found}


async def start(app: App, settings: Any, clock: Clock) -> tuple[Stack, grpc.aio.Server]:
    """The service's server on a free port, in this process."""
    runtime = app.runtime(settings, clock)
    runtime.tokens = tokens.TestVerifier()
    server, _status, port = app.server(runtime, "127.0.0.1:0")
    await server.start()
    address = f"127.0.0.1:{port}"
    return Stack(app, runtime, channel(address), address), server


async def stop(stack: Stack, server: grpc.aio.Server) -> None:
    """Gives everything back."""
    await stack.channel.close()
    await server.stop(None)
    await stack.runtime.api.dispose()
    await stack.runtime.worker.dispose()
