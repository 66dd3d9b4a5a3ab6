"""The tables that every service's database has beside its own: outbox, inbox, purged ids, idempotency, dead letters, and copies of what
`directive` and `deadline` tell everybody (members, absences, the calendar). Created by the versions of `kit.migrations`."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY

metadata = MetaData()
TIME = DateTime(timezone=True)

# Events in the order of their writing. Published rows are kept, to rebuild the stream from.
outbox = Table(
    "outbox",
    metadata,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    Column("event_id", Uuid, nullable=False, unique=True),
    Column("aggregate_id", Uuid, nullable=False),
    Column("aggregate_version", BigInteger, nullable=False),
    Column("subject", Text, nullable=False),
    # A serialized ykcd.event.v1.Envelope.
    Column("envelope", LargeBinary, nullable=False),
    Column("create_time", TIME, nullable=False),
    Column("publish_time", TIME),
    # Of a purged event: the subject under which the stream may still hold its content.
    Column("erase_subject", Text),
)
Index("outbox_unpublished_idx", outbox.c.seq, postgresql_where=outbox.c.publish_time.is_(None))
Index("outbox_erase_idx", outbox.c.seq, postgresql_where=outbox.c.erase_subject.is_not(None))

# Ids of the events that were applied: a second delivery changes nothing.
inbox = Table("inbox", metadata, Column("event_id", Uuid, primary_key=True), Column("receive_time", TIME, nullable=False))

# What was purged (D14): whatever names one of these and still comes is taken without its content.
purged = Table("purged", metadata, Column("id", Uuid, primary_key=True), Column("purge_time", TIME, nullable=False))

idempotency = Table(
    "idempotency",
    metadata,
    Column("person_id", Uuid, primary_key=True),
    Column("request_id", Uuid, primary_key=True),
    Column("method", Text, nullable=False),
    Column("body_hash", LargeBinary, nullable=False),
    # None: purged (D14).
    Column("response", LargeBinary),
    Column("create_time", TIME, nullable=False),
)

dead_letter = Table(
    "dead_letter",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("subject", Text, nullable=False),
    Column("event_id", Uuid),
    Column("payload", LargeBinary, nullable=False),
    Column("problem", Text, nullable=False),
    Column("deliveries", Integer, nullable=False),
    Column("create_time", TIME, nullable=False),
)

# One person in one unit. `directive` owns it; the others' copies follow its MembershipChanged.
member = Table(
    "member",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("unit_id", Uuid, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("version", BigInteger, nullable=False),
)
Index("member_identity_key", member.c.issuer, member.c.subject, member.c.unit_id, unique=True)

# Who stands in for whom, in which unit, from the first day to the last, both included (ủy quyền). `directive` owns it; the others' copies
# follow its AbsenceChanged.
absence = Table(
    "absence",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("unit_id", Uuid, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("person_name", Text, nullable=False),
    Column("deputy_id", Uuid, nullable=False),
    Column("deputy_name", Text, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("reason", Text, nullable=False),
    Column("cancelled", Boolean, nullable=False),
)
# Read at the beginning of every request.
Index("absence_deputy_idx", absence.c.deputy_id, absence.c.last_day)

# The calendar in force, one row a day; `deadline` owns it.
calendar_day = Table(
    "calendar_day",
    metadata,
    Column("day", Date, primary_key=True),
    Column("kind", SmallInteger, nullable=False),
    Column("name", Text, nullable=False),
)

calendar_version = Table(
    "calendar_version",
    metadata,
    # One row only.
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
)
