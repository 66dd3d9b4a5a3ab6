"""The outbox: an event is written in the transaction of the change that it tells, or not at all."""

import importlib
from uuid import UUID

from google.protobuf import symbol_database
from google.protobuf.message import DecodeError, Message
from opentelemetry.propagate import inject
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.event.v1.envelope_pb2 import Envelope

from kit import db
from kit.dates import from_time
from kit.errors import FailedPrecondition
from kit.tables import outbox

# Half of the broker's default limit of a message, and plenty for 500 assignments.
MAX_BYTES = 512 * 1024


async def emit(session: AsyncSession, aggregate_id: UUID, version: int, event: Message, *, room: int = 0) -> None:
    """Tells `event`, the state of the aggregate at `version`, when this transaction commits.

    `room`: bytes by which the aggregate must still be able to grow.
    """
    work = db.work(session)
    event_id = db.new_id()
    envelope = Envelope(
        event_id=str(event_id),
        aggregate_id=str(aggregate_id),
        aggregate_version=version,
        time=from_time(work.now),
        actor=work.actor,
        traceparent=current_traceparent(),
        source=work.service,
    )
    envelope.payload.Pack(event)
    body = envelope.SerializeToString()
    if len(body) > MAX_BYTES - room:
        raise FailedPrecondition(reason="TOO_LARGE", message="Nội dung quá lớn để gửi trong một lần; vui lòng tách thành nhiều văn bản.")
    await session.execute(
        # inline(): requests may insert here and read nothing back.
        insert(outbox)
        .inline()
        .values(
            event_id=event_id,
            aggregate_id=aggregate_id,
            aggregate_version=version,
            subject=subject_of(event.DESCRIPTOR.full_name, work.service, str(aggregate_id)),
            envelope=body,
            create_time=work.now,
        )
    )


def subject_of(type_name: str, service: str, aggregate_id: str) -> str:
    """ykcd.<service>.v1.<Type>.<aggregate>: always under the sender's own prefix, also for the events of ykcd.event.v1."""
    return f"ykcd.{service}.{'.'.join(type_name.split('.')[2:])}.{aggregate_id}"


def tells(source: str, type_name: str) -> bool:
    """Whether events of this type are this service's to tell: each tells its own package's, and every one those of ykcd.event.v1."""
    return type_name.startswith((f"ykcd.{source}.", "ykcd.event."))


def current_traceparent() -> str:
    """W3C trace context of what runs now; empty where nothing is traced."""
    carrier: dict[str, str] = {}
    inject(carrier)
    return carrier.get("traceparent", "")


def open_envelope(data: bytes) -> tuple[Envelope, Message | None]:
    """The envelope and the event in it, None where its type isn't known here; ValueError for what isn't one of ours."""
    envelope = Envelope()
    try:
        envelope.ParseFromString(data)
        UUID(envelope.event_id), UUID(envelope.aggregate_id)
        kind = _event_type(envelope.payload.TypeName())
        event = kind() if kind else None
        if event is not None:
            envelope.payload.Unpack(event)
    except DecodeError as error:
        raise ValueError(str(error)) from error
    return envelope, event


def _event_type(name: str) -> type[Message] | None:
    """By its full name; a service's events stand in <package>.event_pb2, imported when the first one comes."""
    try:
        return symbol_database.Default().GetSymbol(name)
    except KeyError:
        if not name.startswith("ykcd."):
            return None
    try:
        return getattr(importlib.import_module(f"{name.rpartition('.')[0]}.event_pb2"), name.rpartition(".")[2], None)
    except ImportError:
        return None
