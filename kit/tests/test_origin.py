"""An event counts only when it came by the subject and stream of the one service that may tell it."""

import asyncio
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select
from ykcd.assignment.v1 import event_pb2 as assignment_events
from ykcd.event.v1.envelope_pb2 import Envelope

from kit import db
from kit.events import Broker, Consumer, carrying, consumer
from kit.loops import forever
from kit.tables import dead_letter, inbox
from kit.testing.stack import Stack

MEMBERSHIP = "ykcd.directive.v1.MembershipChanged"
DENIED = "ykcd.event.v1.AccessDenied"


class Everything:
    """Hears all that anybody tells."""

    def __init__(self, stack: Stack, broker: Broker) -> None:
        self.heard: list[tuple[object, str, str]] = []
        self.consumer = Consumer("toy", stack.runtime.worker, broker, {None: self._note}, stack.runtime.clock)
        self._stack, self._changed = stack, asyncio.Condition()

    async def _note(self, _session, event, envelope) -> None:
        async with self._changed:
            self.heard.append((event, envelope.payload.TypeName(), envelope.source))
            self._changed.notify_all()

    async def apply(self, envelope: Envelope, subject: str, stream: str) -> None:
        async with db.transaction(self._stack.runtime.worker) as session:
            await self.consumer.apply(session, envelope.SerializeToString(), subject=subject, stream=stream)

    async def until(self, source: str) -> None:
        async with asyncio.timeout(20), self._changed:
            await self._changed.wait_for(lambda: source in {told_by for _, _, told_by in self.heard})


@pytest.fixture
def everything(stack: Stack, broker: Broker) -> Everything:
    return Everything(stack, broker)


def envelope_of(kind: str, source: str) -> Envelope:
    envelope = Envelope(event_id=str(uuid4()), aggregate_id=str(uuid4()), aggregate_version=1, source=source)
    envelope.payload.type_url = f"type.googleapis.com/{kind}"
    return envelope


async def publish(broker: Broker, envelope: Envelope, prefix: str) -> None:
    await broker.ensure_stream()
    await (await broker.jetstream()).publish(f"{prefix}.{envelope.aggregate_id}", envelope.SerializeToString())


async def test_an_event_of_a_type_yet_unknown_reaches_whoever_hears_everything(everything: Everything) -> None:
    envelope = envelope_of("ykcd.directive.v9.SomethingNew", "directive")
    await everything.apply(envelope, f"ykcd.directive.v9.SomethingNew.{envelope.aggregate_id}", "YKCD_DIRECTIVE")
    assert everything.heard == [(None, "ykcd.directive.v9.SomethingNew", "directive")]


@pytest.mark.parametrize("source", ["directive", "gateway"])
async def test_any_service_may_tell_of_a_denial_by_its_own_stream(everything: Everything, source: str) -> None:
    envelope = envelope_of(DENIED, source)
    await everything.apply(envelope, f"ykcd.{source}.v1.AccessDenied.{envelope.aggregate_id}", f"YKCD_{source.upper()}")
    assert [(kind, told_by) for _, kind, told_by in everything.heard] == [(DENIED, source)]


FORGED = {
    "another's stream": (MEMBERSHIP, "directive", "ykcd.assignment.v1.MembershipChanged.{id}", "YKCD_ASSIGNMENT"),
    "another's event": (MEMBERSHIP, "assignment", "ykcd.assignment.v1.MembershipChanged.{id}", "YKCD_ASSIGNMENT"),
    "another type's subject": (MEMBERSHIP, "directive", "ykcd.directive.v1.UnitChanged.{id}", "YKCD_DIRECTIVE"),
    "another aggregate's subject": (MEMBERSHIP, "directive", f"{MEMBERSHIP}.0197", "YKCD_DIRECTIVE"),
    "no source": (MEMBERSHIP, "", f"{MEMBERSHIP}.{{id}}", "YKCD_DIRECTIVE"),
    "a denial in another's name": (DENIED, "directive", "ykcd.gateway.v1.AccessDenied.{id}", "YKCD_GATEWAY"),
    "not of the platform": ("google.protobuf.Empty", "directive", "ykcd.directive.Empty.{id}", "YKCD_DIRECTIVE"),
}


@pytest.mark.parametrize("forgery", FORGED)
async def test_an_event_that_isnt_its_owners_is_poison(everything: Everything, stack: Stack, forgery: str) -> None:
    kind, source, subject, stream = FORGED[forgery]
    envelope = envelope_of(kind, source)
    with pytest.raises(consumer.Poison):
        await everything.apply(envelope, subject.format(id=envelope.aggregate_id), stream)
    assert everything.heard == []
    async with stack.session() as session:
        assert await session.scalar(select(func.count()).select_from(inbox)) == 0


async def test_a_forged_event_is_laid_aside_at_once_and_the_rest_flows(everything: Everything, stack: Stack, broker: Broker) -> None:
    forged = envelope_of(MEMBERSHIP, "assignment")
    await publish(broker, forged, MEMBERSHIP)
    await publish(broker, envelope_of(MEMBERSHIP, "directive"), MEMBERSHIP)
    task = asyncio.create_task(forever("consume", everything.consumer.run))
    await everything.until("directive")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert [source for _, _, source in everything.heard] == ["directive"]
    async with stack.session() as session:
        buried = (await session.execute(select(dead_letter.c.event_id, dead_letter.c.deliveries))).all()
    assert buried == [(UUID(forged.event_id), 1)]


async def test_whoever_hears_everything_finds_a_service_that_comes_later(
    everything: Everything, broker: Broker, nats_url: str, monkeypatch
) -> None:
    monkeypatch.setattr(consumer, "DISCOVERY_SECONDS", 0.05)
    task = asyncio.create_task(forever("consume", everything.consumer.run))
    await publish(broker, envelope_of(MEMBERSHIP, "directive"), MEMBERSHIP)
    await everything.until("directive")
    late = Broker("newcomer", nats_url, SecretStr(""))
    await late.connect()
    await publish(late, envelope_of("ykcd.newcomer.v1.SomethingNew", "newcomer"), "ykcd.newcomer.v1.SomethingNew")
    await everything.until("newcomer")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await late.close()


def test_every_event_that_carries_a_state_is_found_by_its_field() -> None:
    states = carrying(assignment_events, "assignment")
    assert assignment_events.AssignmentSent in states
    # It names an assignment, and carries none.
    assert assignment_events.EvidenceUploaded not in states
