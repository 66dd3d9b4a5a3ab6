"""Dates that a document says in words."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from kit.law import article
from kit.text import fold, nfc

_DAY, _MONTH, _YEAR = r"(0?[1-9]|[12]\d|3[01])", r"(0?[1-9]|1[0-2])", r"(20\d\d)"
_DAY_IN_MONTH = {"dau": 1, "giua": 15, "cuoi": None}
_MONTH_IN_YEAR = {"giua": 6, "cuoi": 12}
_QUARTER_ENDS = {"1": 3, "2": 6, "3": 9, "4": 12, "i": 3, "ii": 6, "iii": 9, "iv": 12}
_ALWAYS = r"\bthường xuyên\b"


@dataclass(frozen=True)
class Suggestion:
    """What a text's words seem to say; `due_date` None: that there is no deadline. `exclusive`: "trước ngày due_date" (D7)."""

    words: str
    due_date: date | None = None
    exclusive: bool = False


@article("D7", "D8")
def suggest(text: str, issued: date) -> Suggestion | None:
    """D8: a date written out before loose words, and these before "thường xuyên"; never one before the document's. For people to decide.

    A text without a single diacritic is read as if typed without them; in any other they tell words apart ("tháng", "thắng").
    """
    text = nfc(text)
    for pattern, days in _READINGS:
        for found in _find(pattern, text):
            exclusive = "truoc" in fold(found[0])
            due = next((day for day in days(found, issued) if day - timedelta(days=exclusive) >= issued), None)
            if due:
                return Suggestion(found[0], due, exclusive)
    always = next(_find(_ALWAYS, text), None)
    return Suggestion(always[0]) if always else None


def _find(pattern: str, text: str) -> Iterator[re.Match[str]]:
    return re.finditer(fold(pattern) if text.isascii() else pattern, text, re.IGNORECASE)


def _written(found: re.Match[str], issued: date) -> Iterator[date]:
    return _days(found[3], int(found[2]), int(found[1]), issued)


def _of_month(found: re.Match[str], issued: date) -> Iterator[date]:
    day = _DAY_IN_MONTH[fold(found[1])]
    if found[2]:
        yield from _days(found[3], int(found[2]), day, issued)
    else:
        next_month = issued.replace(day=1) + timedelta(days=31)
        for month in (issued, next_month):
            yield from _days(str(month.year), month.month, day, issued)


def _of_year(found: re.Match[str], issued: date) -> Iterator[date]:
    return _days(found[2], _MONTH_IN_YEAR[fold(found[1])], None, issued)


def _of_quarter(found: re.Match[str], issued: date) -> Iterator[date]:
    return _days(found[2], _QUARTER_ENDS[found[1].lower()], None, issued)


def _days(year: str | None, month: int, day: int | None, issued: date) -> Iterator[date]:
    """In that year, else in the document's and the next; `day` None: the month's last."""
    for number in [int(year)] if year else [issued.year, issued.year + 1]:
        last = monthrange(number, month)[1]
        if (day or last) <= last:
            yield date(number, month, day or last)


_WRITTEN = (
    # "tính đến ngày" says as of when, not until when.
    rf"\b(?:trước|chậm nhất|(?<!tính )đến)(?: (?:là|vào|đến|trước|hết))* ngày {_DAY}(?:[/.-]| tháng ){_MONTH}"
    rf"(?:(?:[/.-]| năm ){_YEAR})?(?!\d)"
)
_READINGS: tuple[tuple[str, Callable[[re.Match[str], date], Iterator[date]]], ...] = (
    (_WRITTEN, _written),
    (rf"\b(đầu|giữa|cuối) tháng\b(?! (?:sau|tới|trước))(?: {_MONTH}(?:(?:[/-]| năm ){_YEAR})?)?(?! ?\d)", _of_month),
    (rf"\btrong qu[ýí] ([1-4]|i{{1,3}}|iv)\b(?:(?:[/-]| năm ){_YEAR}(?!\d))?", _of_quarter),
    (rf"\b(?<!tháng )(giữa|cuối) năm\b(?! (?:sau|tới|trước))(?: {_YEAR})?(?! ?\d)", _of_year),
)
