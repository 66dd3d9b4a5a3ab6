"""Secret documents stay outside (Đ5, Đ6.2)."""

import unicodedata
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column
from ykcd.directive.v1.directive_pb2 import Secrecy

from kit.errors import InvalidArgument, Violation
from kit.law import article
from services.directive.model.base import Base

STAMPS = frozenset({"MẬT", "TỐI MẬT", "TUYỆT MẬT"})
REFUSED = "SECRET_DOCUMENT_REFUSED"


@article("Đ5", "Đ6.2")
def refuse_secret(secrecy: int, texts: list[str]) -> None:
    """Đ5, Đ6.2: before anything is stored. The level must be stated.

    A stamp alone on its line counts as a level, a word in a sentence doesn't.
    """
    if secrecy == Secrecy.SECRECY_UNSPECIFIED:
        raise InvalidArgument.field("directive.secrecy", "SECRECY_MISSING", "Phải xác định độ mật của văn bản.")
    lines = (line.strip(" .,:*-") for text in texts for line in unicodedata.normalize("NFC", text).splitlines())
    stamped = any(line in STAMPS for line in lines)
    if secrecy != Secrecy.SECRECY_NORMAL or stamped:
        raise InvalidArgument(
            reason=REFUSED,
            message="Văn bản mật không được cập nhật vào hệ thống (Điều 5, khoản 2 Điều 6); nội dung vừa nhập không được lưu lại.",
            violations=[Violation("directive.secrecy", REFUSED, "Văn bản mật không được cập nhật vào hệ thống.")],
            denial=True,
        )


class SecretRefusal(Base):
    """Đ6.2: that a secret document was refused, when, and who sent it; nothing of the document. Absent: somebody of no unit."""

    __tablename__ = "secret_refusal"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    time: Mapped[datetime]
    sender_id: Mapped[UUID | None]
    sender_name: Mapped[str]
    sender_unit_id: Mapped[UUID | None]
