"""What was typed into a form, and what is wrong with it."""

import datetime as dt
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from google.type.date_pb2 import Date

REQUIRED = "Chưa nhập nội dung này."
BAD_DATE = "Ngày chưa đúng. Nhập theo dạng ngày/tháng/năm, ví dụ 05/04/2025."


@dataclass(frozen=True)
class Form:
    """`errors` maps a field's name to its message; "" holds what concerns the whole form.

    Give the first `request_id` back when a form is shown again because the answer of the service was lost (503): the
    second try is then the same request. After a refusal (422) leave it out: another body needs another id.
    """

    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def value(self, name: str, default: str = "") -> str:
        given = self.values.get(name)
        return given[0] if given else default

    def many(self, name: str) -> list[str]:
        return list(self.values.get(name, ()))

    def has(self, name: str) -> bool:
        return name in self.values

    def error(self, name: str) -> str:
        return self.errors.get(name, "")

    def rows(self, name: str) -> list[str]:
        """What the names of each row's fields begin with: "steps-0-", "steps-1-"."""
        places = (_ROW.fullmatch(given.removeprefix(f"{name}-")) for given in self.values if given.startswith(f"{name}-"))
        return [f"{name}-{place}-" for place in sorted({int(found[1]) for found in places if found})]


def gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """All values of each name, as a Form wants them."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


# "0-content"; what stands before it is the list's name.
_ROW = re.compile(r"(\d{1,4})-(.+)")


def without_empty_rows(values: Mapping[str, Sequence[str]], name: str) -> dict[str, list[str]]:
    """Rows of the list `name` in which nothing was typed are gone, the others numbered from 0: as the request counts them."""
    kept, number = {given: list(texts) for given, texts in values.items()}, 0
    for row in Form(values).rows(name):
        typed = {given.removeprefix(row): kept.pop(given) for given in values if given.startswith(row)}
        if any(text.strip() for texts in typed.values() for text in texts):
            kept |= {f"{name}-{number}-{part}": texts for part, texts in typed.items()}
            number += 1
    return kept


def read_date(form: Form, name: str, errors: dict[str, str]) -> Date | None:
    """What was typed into the field `name`; what is no date is named in `errors`."""
    try:
        return parse_date(form.value(name))
    except ValueError:
        errors[name] = BAD_DATE
        return None


def parse_date(text: str) -> Date | None:
    """From "05/04/2025" (also with - or .) or "2025-04-05"; None when empty; ValueError when it is no date."""
    text = text.strip()
    if not text:
        return None
    typed = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", text)
    value = dt.date(int(typed[3]), int(typed[2]), int(typed[1])) if typed else dt.date.fromisoformat(text)
    return Date(year=value.year, month=value.month, day=value.day)
