"""Events: emit() writes to the outbox, a Relay publishes to JetStream, a Consumer applies others' events once each."""

from kit.events.broker import Broker
from kit.events.consumer import Consumer, Handler, Handlers, Poison, Retry, carrying, opened, sources
from kit.events.outbox import emit, open_envelope
from kit.events.past import past
from kit.events.relay import Relay, replay

__all__ = [
    "Broker",
    "Consumer",
    "Handler",
    "Handlers",
    "Poison",
    "Relay",
    "Retry",
    "carrying",
    "emit",
    "open_envelope",
    "opened",
    "past",
    "replay",
    "sources",
]
