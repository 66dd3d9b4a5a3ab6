"""Values as people read them in Vietnamese."""

import re
from datetime import date
from fractions import Fraction

from services.reporting.forms.paper import Kind, Value

# Neither XML nor a sheet can hold them.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# NĐ 30/2020, phụ lục I: below it a day, and a month, has a zero before it.
TWO_FIGURES, FEBRUARY = 10, 2


def clean(text: str) -> str:
    """Without what can't be printed; a line feed and a tab stay."""
    return _UNPRINTABLE.sub("", text)


def shown(value: Value, kind: Kind) -> str:
    """A cell's value on paper: 16.051, 24/04/2025, 87,50 %."""
    if kind is Kind.PERCENT:
        return percent(value)
    if kind is Kind.POINTS:
        return points(value)
    if value is None:
        return ""
    if isinstance(value, date):
        return shown_day(value)
    return grouped(value) if isinstance(value, int) else clean(str(value))


def shown_day(day: date | None) -> str:
    """24/04/2025; nothing for none."""
    return f"{day:%d/%m/%Y}" if day else ""


def grouped(number: int) -> str:
    """16.051"""
    return f"{number:,}".replace(",", ".")


def percent(value: Value) -> str:
    """Two decimals, halves up; "–" where nothing was due (§6.27)."""
    return f"{points(value * 100)} %" if isinstance(value, Fraction | int) else "–"


def points(value: Value) -> str:
    """The same without the sign: 87,50, or −0,50."""
    if not isinstance(value, Fraction | int):
        return "–"
    hundredths = (abs(value) * 200 + 1) // 2
    return f"{'−' if value < 0 else ''}{grouped(hundredths // 100)},{hundredths % 100:02}"


def long_day(day: date) -> str:
    """ "ngày 05 tháng 02 năm 2026"; "ngày 24 tháng 4 năm 2026"."""
    number = f"{day.day:02}" if day.day < TWO_FIGURES else str(day.day)
    month = f"{day.month:02}" if day.month <= FEBRUARY else str(day.month)
    return f"ngày {number} tháng {month} năm {day.year}"


def listed(lines: tuple[str, ...]) -> list[str]:
    """ "- A;", "- B." as NĐ 30/2020 lists agencies."""
    return [f"- {clean(line)}{';' if place < len(lines) else '.'}" for place, line in enumerate(lines, 1)]
