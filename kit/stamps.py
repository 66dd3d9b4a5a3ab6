"""Secret documents stay outside (Đ5, Đ6.2): how one shows itself by its own words, at whatever door."""

import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from kit.errors import InvalidArgument, Violation
from kit.law import article

STAMPS = frozenset({"MẬT", "TỐI MẬT", "TUYỆT MẬT"})
REFUSED = "SECRET_DOCUMENT_REFUSED"


@article("Đ5", "§6.11")
def stamped(texts: Iterable[str]) -> bool:
    """A stamp alone on its line counts as a level, a word in a sentence doesn't."""
    lines = (line.strip(" .,:*-") for text in texts for line in unicodedata.normalize("NFC", text).splitlines())
    return any(line in STAMPS for line in lines)


@article("Đ5", "Đ6.2")
def refusal(field: str) -> InvalidArgument:
    """What a secret document is answered with; its words are in no part of it."""
    return InvalidArgument(
        reason=REFUSED,
        message="Văn bản mật không được cập nhật vào hệ thống (Điều 5, khoản 2 Điều 6); nội dung vừa nhập không được lưu lại.",
        violations=[Violation(field, REFUSED, "Văn bản mật không được cập nhật vào hệ thống.")],
        denial=True,
    )


@article("Đ5", "Đ6.2")
def refuse_stamped(request: Message) -> None:
    """Looks at every text of a request that writes."""
    for field, value in request.ListFields():
        if stamped(_texts(field, value)):
            raise refusal(field.name)


def texts(message: Message) -> Iterator[str]:
    """Everything in it that is text."""
    for field, value in message.ListFields():
        yield from _texts(field, value)


def _texts(field: FieldDescriptor, value: Any) -> Iterator[str]:
    for each in value if field.is_repeated else [value]:
        if isinstance(each, str):
            yield each
        elif isinstance(each, Message):
            yield from texts(each)
