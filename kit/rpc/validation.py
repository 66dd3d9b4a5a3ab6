"""Requests are checked against the rules in the .proto before anything else happens; each wrong field is named, in Vietnamese."""

import unicodedata

import protovalidate
from google.protobuf.message import Message

from kit.errors import InvalidArgument, Violation

FIRST_PRINTABLE = 32

# By protovalidate's rule id; what isn't listed gets the general sentence.
_SENTENCES = {
    "required": "Bắt buộc nhập.",
    "string.min_len": "Bắt buộc nhập.",
    "string.max_len": "Nội dung quá dài.",
    "bytes.min_len": "Bắt buộc chọn tệp.",
    "bytes.max_len": "Tệp quá lớn.",
    "string.uuid": "Mã không hợp lệ.",
    "string.uuid_empty": "Bắt buộc chọn.",
    "enum.defined_only": "Giá trị không có trong danh mục.",
    "enum.not_in": "Bắt buộc chọn.",
    "repeated.max_items": "Quá nhiều mục.",
    "repeated.unique": "Có mục bị lặp lại.",
    "int64.gt": "Giá trị không hợp lệ.",
}


def validate(request: Message) -> None:
    """InvalidArgument naming every wrong field. Texts are brought to NFC first, so that what looks the same is the same."""
    found = [Violation(path, "TEXT_INVALID", "Có ký tự không hợp lệ.") for path in _tidy(request, "")]
    found += [_violation(violation.proto) for violation in protovalidate.collect_violations(request)]
    if found:
        raise InvalidArgument.fields(found)


def _violation(proto: object) -> Violation:
    rule = proto.rule_id  # type: ignore[attr-defined]
    return Violation(_path(proto.field), rule.upper().replace(".", "_"), _SENTENCES.get(rule, "Giá trị không hợp lệ."))  # type: ignore[attr-defined]


def _path(field: object) -> str:
    """directive.tasks[0].content"""
    path = ""
    for element in field.elements if field is not None else ():  # type: ignore[attr-defined]
        path += ("." if path else "") + element.field_name
        which = element.subscript
        if which is not None:
            path += f"[{which.value}]"
    return path


def _tidy(message: Message, prefix: str) -> list[str]:
    """Normalises all texts in place; the paths of those with NUL and the like, which PostgreSQL can't hold and nobody types."""
    bad: list[str] = []
    for field, value in message.ListFields():
        path = f"{prefix}{field.name}"
        if field.type == field.TYPE_MESSAGE:
            items = list(value) if field.is_repeated else [value]
            for index, item in enumerate(items):
                bad += _tidy(item, f"{path}[{index}]." if field.is_repeated else f"{path}.")
        elif field.type == field.TYPE_STRING:
            texts = [unicodedata.normalize("NFC", text) for text in (value if field.is_repeated else [value])]
            if field.is_repeated:
                value[:] = texts
            else:
                setattr(message, field.name, texts[0])
            if any(ord(c) < FIRST_PRINTABLE and c not in "\t\n\r" for text in texts for c in text):
                bad.append(path)
    return bad
