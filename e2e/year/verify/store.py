"""The databases, read-only, and every event that any service told."""

import importlib
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

import psycopg
from google.protobuf import symbol_database
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from google.type.date_pb2 import Date
from psycopg.rows import dict_row
from ykcd.event.v1.envelope_pb2 import ActorRef, Envelope

from e2e.year.days import IMPORTS, Days

HUE = ZoneInfo("Asia/Ho_Chi_Minh")
SERVICES = ("assignment", "audit", "deadline", "directive", "notification", "reporting")
Row = dict[str, Any]


@dataclass(frozen=True)
class Event:
    """One row of an outbox. `name`: of its type, without the package."""

    id: str
    source: str
    aggregate: str
    version: int
    time: datetime
    actor: ActorRef
    name: str
    told: Message

    @property
    def day(self) -> date:
        """In Huế (D10)."""
        return self.time.date()


class Store:
    def __init__(self, connections: dict[str, psycopg.Connection[Row]]) -> None:
        self._connections = connections
        self.events = [event for service in connections for event in self._events(service)]
        self.by_type: dict[str, list[Event]] = defaultdict(list)
        for event in self.events:
            self.by_type[event.name].append(event)
        # Which versions of the calendar were imported, in their order, and when; the others are the official one.
        imported = self.rows("deadline", "SELECT version FROM calendar_release WHERE imported IS NOT NULL ORDER BY version")
        self.imports = [row["version"] for row in imported]
        self.import_times = [event.time for event in self.by_type["CalendarPublished"] if event.version in self.imports]
        self._calendars = [Days(IMPORTS[:known]) for known in range(len(IMPORTS) + 1)]
        self.end = max(event.time for event in self.events)
        self.last_day = self.end.date()

    @classmethod
    @contextmanager
    def opened(cls, port: int, password: str) -> Iterator[Self]:
        connections: dict[str, psycopg.Connection[Row]] = {}
        try:
            for name in (*SERVICES, "gateway"):
                connections[name] = psycopg.connect(
                    host="127.0.0.1", port=port, user="postgres", password=password, dbname=name, row_factory=dict_row
                )
                connections[name].read_only = True
            yield cls(connections)
        finally:
            for connection in connections.values():
                connection.close()

    def rows(self, service: str, query: str) -> list[Row]:
        return self._connections[service].execute(query).fetchall()

    def _events(self, service: str) -> list[Event]:
        return [_opened(row) for row in self.rows(service, "SELECT event_id, envelope FROM outbox ORDER BY seq")]

    def of(self, *names: str) -> dict[str, list[Event]]:
        """By aggregate, each in the order of its versions."""
        found: dict[str, list[Event]] = defaultdict(list)
        for name in names:
            for event in self.by_type[name]:
                found[event.aggregate].append(event)
        return {aggregate: sorted(events, key=lambda event: event.version) for aggregate, events in found.items()}

    def carrying(self, field: str, source: str) -> dict[str, list[Event]]:
        """The events of a service that carry a whole state in this field, by aggregate and version."""
        names = {event.name for event in self.events if event.source == source and field in event.told.DESCRIPTOR.fields_by_name}
        return self.of(*sorted(names))

    def days_at(self, moment: datetime) -> Days:
        """The calendar as it stood then: what was imported before, in the order of the imports."""
        return self._calendars[sum(time < moment for time in self.import_times)]


def _opened(row: Row) -> Event:
    envelope = Envelope.FromString(row["envelope"])
    name = envelope.payload.TypeName()
    package = name.rpartition(".")[0]
    importlib.import_module(f"{package}.envelope_pb2" if package == "ykcd.event.v1" else f"{package}.event_pb2")
    told = symbol_database.Default().GetSymbol(name)()
    envelope.payload.Unpack(told)
    return Event(
        id=str(row["event_id"]),
        source=envelope.source,
        aggregate=envelope.aggregate_id,
        version=envelope.aggregate_version,
        time=moment(envelope.time),
        actor=envelope.actor,
        name=name.rpartition(".")[2],
        told=told,
    )


def moment(value: Timestamp) -> datetime:
    return value.ToDatetime(tzinfo=ZoneInfo("UTC")).astimezone(HUE)


def day(message: Any, field: str) -> date | None:
    """A date field, None where it is absent."""
    if not message.HasField(field):
        return None
    value: Date = getattr(message, field)
    return date(value.year, value.month, value.day)
