"""How long it takes to make the projections anew from events in real streams, old rows of the bench included."""

import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from google.protobuf.message import Message
from pydantic import SecretStr
from sqlalchemy import text
from ykcd.assignment.v1 import assignment_pb2 as a
from ykcd.assignment.v1 import event_pb2 as told
from ykcd.directive.v1 import directive_pb2 as d
from ykcd.directive.v1 import event_pb2 as published
from ykcd.event.v1.envelope_pb2 import Envelope

from kit.dates import from_date, from_time
from kit.events import Broker
from kit.events.outbox import subject_of
from kit.testing.fixtures import NATS_SERVER
from kit.testing.postgres import free_port
from kit.testing.stack import Stack
from services.reporting.__main__ import app, hearing
from services.reporting.rebuild import rebuild

# A document with four tasks of one part, and of each part what happens to one: published, then sent, begun, reported, verified.
TASKS, STATES = (
    4,
    (
        (told.AssignmentSent, a.ASSIGNMENT_STATE_SENT, a.EXECUTION_NOT_STARTED),
        (told.AssignmentDelegated, a.ASSIGNMENT_STATE_IN_PROGRESS, a.EXECUTION_IN_PROGRESS),
        (told.AssignmentReported, a.ASSIGNMENT_STATE_REPORTED, a.EXECUTION_DONE),
        (told.AssignmentVerified, a.ASSIGNMENT_STATE_VERIFIED, a.EXECUTION_DONE),
    ),
)
START, UNITS, IN_FLIGHT = datetime(2016, 11, 1, tzinfo=UTC), 200, 2000


def _envelope(event: Message, aggregate: str, version: int, time_: datetime, number: int) -> Envelope:
    source = event.DESCRIPTOR.full_name.split(".")[1]
    envelope = Envelope(event_id=str(UUID(int=number)), aggregate_id=aggregate, aggregate_version=version, source=source)
    envelope.time.CopyFrom(from_time(time_))
    envelope.payload.Pack(event)
    return envelope


def events(count: int) -> Iterator[Envelope]:
    """At least `count`, whole documents."""
    number = 0
    content = "Rà soát quỹ đất công, báo cáo UBND tỉnh kết quả thực hiện. " * 4
    for document in range(10**9):
        if number >= count:
            return
        time_ = START + timedelta(minutes=4 * document)
        day, due = from_date(time_.date()), from_date(date(2017, 1, 31) + timedelta(days=document % 3000))
        letter = d.Directive(
            id=str(UUID(int=document + (1 << 100))), state=d.DIRECTIVE_STATE_PUBLISHED, number=str(document), symbol="UBND-TH"
        )
        letter.issue_date.CopyFrom(day)
        letter.abstract = "V/v rà soát quỹ đất công trên địa bàn tỉnh"
        for place in range(TASKS):
            id, unit = (document * TASKS + place), str(UUID(int=(document + place) % UNITS + (1 << 90)))
            part = d.PlannedAssignment(id=str(UUID(int=id + (1 << 101))), unit_id=unit, role=d.ASSIGNMENT_ROLE_LEAD, due_date=due)
            task = letter.tasks.add(id=str(UUID(int=id + (1 << 102))), content=content, assignments=[part])
            task.task_class.has_deadline = True
        number += 1
        yield _envelope(published.DirectivePublished(directive=letter), letter.id, 2, time_, number)
        for task in letter.tasks:
            (part,) = task.assignments
            for version, (event, state, execution) in enumerate(STATES, 1):
                snapshot = a.Assignment(
                    id=part.id, version=version, state=state, execution=execution, task_id=task.id, directive_id=letter.id,
                    unit_id=part.unit_id, role=part.role, content=content, directive_code=f"{letter.number}/{letter.symbol}",
                    directive_abstract=letter.abstract, directive_issue_date=day, due_date=due, effective_due_date=due,
                )  # fmt: skip
                if execution == a.EXECUTION_DONE:
                    snapshot.completed_on.CopyFrom(due)
                number += 1
                yield _envelope(event(assignment=snapshot), part.id, version, time_ + timedelta(days=version), number)


@asynccontextmanager
async def broker_at(url: str, service: str) -> AsyncIterator[Broker]:
    broker = Broker(service, url, SecretStr(""))
    await broker.connect()
    await broker.ensure_stream()
    yield broker
    await broker.close()


async def publish(url: str, count: int) -> int:
    """How many there were."""
    async with broker_at(url, "directive") as directive, broker_at(url, "assignment") as assignment, broker_at(url, "deadline"):
        streams = {"directive": await directive.jetstream(), "assignment": await assignment.jetstream()}
        number, waiting = 0, []
        for envelope in events(count):
            number += 1
            subject = subject_of(envelope.payload.TypeName(), envelope.source, envelope.aggregate_id)
            waiting.append(await streams[envelope.source].publish_async(subject, envelope.SerializeToString()))
            if len(waiting) >= IN_FLIGHT:
                for acknowledged in waiting:
                    await acknowledged
                waiting.clear()
        for acknowledged in waiting:
            await acknowledged
        return number


@contextmanager
def nats() -> Iterator[str]:
    """A server of its own; its address."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="ykcd-nats-") as store:
        process = subprocess.Popen([str(NATS_SERVER), "-a", "127.0.0.1", "-p", str(port), "-js", "-sd", store], stderr=subprocess.DEVNULL)
        try:
            yield f"nats://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(10)


async def measure_rebuild(stack: Stack, count: int) -> dict[str, float]:
    """Seconds, of that many events and per million; RuntimeError where the projection isn't what the events say."""
    with nats() as url:
        told_ = await publish(url, count)
        begun = time.perf_counter()
        runtime = app.runtime(stack.runtime.settings.model_copy(update={"nats_url": url}), stack.runtime.clock)
        made = await rebuild(app, runtime, hearing)
        seconds = time.perf_counter() - begun
    async with stack.session() as session:
        verified = await session.scalar(text("SELECT count(*) FROM assignment WHERE state = 5 AND version = 4 AND directive_version = 2"))
        versions = await session.scalar(text("SELECT count(*) FROM assignment_told WHERE until_time < '9999-01-01'"))
    parts = told_ * TASKS // (1 + TASKS * len(STATES))
    if (made, verified, versions) != (told_, parts, parts * len(STATES)):
        raise RuntimeError(f"{made} of {told_} events, {verified} of {parts} parts, {versions} past versions")
    sys.stderr.write(f"{'rebuild':<28} {seconds:9.1f} s    {told_} events\n")
    return {"rebuild_events": told_, "rebuild_s": round(seconds, 1), "rebuild_s_per_million": round(seconds / told_ * 1e6)}
