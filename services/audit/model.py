"""The log: one entry for each event of the platform, chained by hashes; what may have to be erased lies beside it."""

import hashlib
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from json.encoder import encode_basestring_ascii
from operator import attrgetter
from types import NoneType
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from ykcd.event.v1.envelope_pb2 import AccessDenied, Envelope

from kit import db
from kit.dates import to_time
from kit.ids import optional_uuid
from services.audit.merkle import HASH_BYTES, leaf_hash

# Who reads what: the leaders and the administrator of the Office everything, others what their own unit's people did.
LOG_READERS = ("office_leader", "administrator")
UNIT_READERS = ("specialist", "chairman", "clerk", "focal_point", "unit_leader", "officer")
# Whether the log holds is no business data.
VERIFIERS = (*LOG_READERS, "operator")

FIRST_CHAIN_HASH = bytes(HASH_BYTES)
HEAD_ROW = 1


class Base(DeclarativeBase):
    metadata = db.metadata()
    type_annotation_map = {**db.TYPES, int: BigInteger}


class Head(Base):
    """One row: how long the log is and where its chain ends. Its lock puts appends one after the other."""

    __tablename__ = "head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int]
    chain_hash: Mapped[bytes]


class Entry(Base):
    """What happened, without its content: only salted commitments stand here, so that erasing content or a name breaks nothing."""

    __tablename__ = "entry"
    __table_args__ = (
        Index("entry_aggregate_idx", "aggregate_id", "sequence"),
        Index("entry_unit_idx", "actor_unit_id", "sequence"),
        Index("entry_denial_idx", "sequence", postgresql_where=text("denied_method <> ''")),
    )

    # 1-based, gapless.
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_id: Mapped[UUID] = mapped_column(unique=True)
    event_type: Mapped[str]
    source: Mapped[str]
    aggregate_id: Mapped[UUID]
    aggregate_version: Mapped[int]
    event_time: Mapped[datetime]
    log_time: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    actor_unit_id: Mapped[UUID | None]
    on_behalf_of: Mapped[UUID | None]
    traceparent: Mapped[str]
    denied_method: Mapped[str]
    denied_reason: Mapped[str]
    content_commitment: Mapped[bytes]
    name_commitment: Mapped[bytes]
    leaf_hash: Mapped[bytes]
    chain_hash: Mapped[bytes]


LEAF_COLUMNS = sorted(set(Entry.__table__.columns.keys()) - {"leaf_hash", "chain_hash"})


def leaf_of(entry: Any) -> bytes:
    """The leaf hash of an Entry or a row of its columns: over all of them above the hashes, as JSON with sorted keys, no blanks, ASCII,
    times in UTC to the microsecond, bytes as hex."""
    return leaf_hash((_CANONICAL % tuple(_WRITE[type(value)](value) for value in _values(entry))).encode("ascii"))


# Written out by hand: verifying a long log is mostly this.
_CANONICAL = "{" + ",".join(f'"{name}":%s' for name in LEAF_COLUMNS) + "}"
_values = attrgetter(*LEAF_COLUMNS)
_WRITE: dict[type, Callable[[Any], str]] = {
    NoneType: lambda _: "null",
    int: str,
    str: encode_basestring_ascii,
    UUID: lambda uuid: f'"{uuid}"',
    bytes: lambda data: f'"{data.hex()}"',
    datetime: lambda time: f'"{time.astimezone(UTC).isoformat(timespec="microseconds")}"',
}


class EntryContent(Base):
    """The event and the actor's name. A row may be erased; what is there must match the entry's commitments.

    Each has a salt of its own: whoever is shown the one can't find the other by guessing.
    """

    __tablename__ = "entry_content"

    sequence: Mapped[int] = mapped_column(ForeignKey("entry.sequence"), primary_key=True, autoincrement=False)
    content_salt: Mapped[bytes]
    # The serialized event.
    content: Mapped[bytes]
    name_salt: Mapped[bytes]
    actor_name: Mapped[str]

    @classmethod
    def of(cls, envelope: Envelope) -> "EntryContent":
        """With fresh salts."""
        return cls(
            content_salt=secrets.token_bytes(HASH_BYTES),
            content=envelope.payload.value,
            name_salt=secrets.token_bytes(HASH_BYTES),
            actor_name=envelope.actor.name,
        )

    def commitments(self) -> tuple[bytes, bytes]:
        """(content's, name's)."""
        return commitment(self.content_salt, self.content), commitment(self.name_salt, self.actor_name.encode())


def commitment(salt: bytes, data: bytes) -> bytes:
    """Says nothing of `data` to whoever hasn't got the salt, and can't be kept with other data."""
    return hashlib.sha256(salt + data).digest()


def chain(previous: bytes, leaf: bytes) -> bytes:
    """The chain up to and including this leaf."""
    return hashlib.sha256(previous + leaf).digest()


def make_entry(
    sequence: int, previous: bytes, envelope: Envelope, denied: AccessDenied | None, now: datetime
) -> tuple[Entry, EntryContent]:
    """The entry that follows the one whose chain hash is `previous`."""
    actor = envelope.actor
    content = EntryContent.of(envelope)
    content.sequence = sequence
    content_commitment, name_commitment = content.commitments()
    entry = Entry(
        sequence=sequence,
        event_id=UUID(envelope.event_id),
        event_type=envelope.payload.TypeName(),
        source=envelope.source,
        aggregate_id=UUID(envelope.aggregate_id),
        aggregate_version=envelope.aggregate_version,
        event_time=to_time(envelope.time),
        log_time=now,
        actor_id=optional_uuid(actor.person_id),
        actor_unit_id=optional_uuid(actor.unit_id),
        on_behalf_of=optional_uuid(actor.on_behalf_of),
        traceparent=envelope.traceparent,
        denied_method=denied.method if denied else "",
        denied_reason=denied.reason if denied else "",
        content_commitment=content_commitment,
        name_commitment=name_commitment,
    )
    entry.leaf_hash = leaf_of(entry)
    entry.chain_hash = chain(previous, entry.leaf_hash)
    return entry, content
