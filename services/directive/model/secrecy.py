"""Secret documents stay outside (Đ5, Đ6.2)."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column
from ykcd.directive.v1.directive_pb2 import Secrecy

from kit.errors import InvalidArgument
from kit.law import article
from kit.stamps import refusal, stamped
from services.directive.model.base import Base


@article("Đ5", "Đ6.2")
def refuse_secret(secrecy: int, texts: Iterable[str]) -> None:
    """Đ5, Đ6.2: before anything is stored. The level must be stated; a stamp says it too."""
    if secrecy == Secrecy.SECRECY_UNSPECIFIED:
        raise InvalidArgument.field("directive.secrecy", "SECRECY_MISSING", "Phải xác định độ mật của văn bản.")
    if secrecy != Secrecy.SECRECY_NORMAL or stamped(texts):
        raise refusal("directive.secrecy")


class SecretRefusal(Base):
    """Đ6.2: that a secret document was refused or purged, when, and who sent it; nothing of the document. Absent: somebody of no unit."""

    __tablename__ = "secret_refusal"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    time: Mapped[datetime]
    sender_id: Mapped[UUID | None]
    sender_name: Mapped[str]
    sender_unit_id: Mapped[UUID | None]
    # Where it was found secret after entry (D14): its tombstone, and until when immutable backups may hold it.
    directive_id: Mapped[UUID | None]
    backup_end_time: Mapped[datetime | None]
