"""Who is signed in; and the outbox, since what the gateway refuses by itself is told to the audit log."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kit import db, tables

IDLE = timedelta(hours=8)
LIFETIME = timedelta(hours=12)
# As long as asking Keycloak may take, and some.
CLAIM = timedelta(seconds=10)
# How often a session that is in use is noted as such.
TOUCH = timedelta(minutes=1)


class Base(DeclarativeBase):
    # Of the tables of kit.tables only the outbox is needed.
    metadata = db.metadata()
    metadata.info["bare"] = True
    type_annotation_map = db.TYPES


tables.outbox.to_metadata(Base.metadata)


class WebSession(Base):
    """A signed-in browser. The cookie's value is nowhere: whoever reads this table can't become anybody."""

    __tablename__ = "web_session"

    # SHA-256 of the cookie's value.
    id_hash: Mapped[bytes] = mapped_column(primary_key=True)
    # The token's `sub`.
    subject: Mapped[str]
    # The unit chosen by a person of several; absent for everybody else.
    unit_id: Mapped[UUID | None]
    # Encrypted with the session key (gateway.sealing).
    tokens: Mapped[str]
    token_expire_time: Mapped[datetime]
    # Somebody asks Keycloak for the next token now; after this time he is thought to have died over it.
    renewing_until: Mapped[datetime | None]
    csrf_token: Mapped[str]
    create_time: Mapped[datetime]
    last_seen_time: Mapped[datetime]

    def over(self, now: datetime) -> bool:
        """Unused for 8 hours, or 12 hours old."""
        return now >= self.last_seen_time + IDLE or now >= self.create_time + LIFETIME
