"""One table: who is signed in."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kit import db

IDLE = timedelta(hours=8)
LIFETIME = timedelta(hours=12)
# How often a session that is in use is noted as such.
TOUCH = timedelta(minutes=1)


class Base(DeclarativeBase):
    # Nothing happens here that others hear of, so the tables of kit.tables aren't needed.
    metadata = db.metadata()
    metadata.info["bare"] = True
    type_annotation_map = db.TYPES


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
    csrf_token: Mapped[str]
    create_time: Mapped[datetime]
    last_seen_time: Mapped[datetime]

    def over(self, now: datetime) -> bool:
        """Unused for 8 hours, or 12 hours old."""
        return now >= self.last_seen_time + IDLE or now >= self.create_time + LIFETIME
