"""The days that differ from plain Monday to Friday (regulation §3): the `holidays` package as a seed, and over it what was announced.

An announcement (a swap, a storm's day off) is a line in calendar_data/announcements.json; it wins over the package, which learns late.
"""

import json
from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import holidays
from ykcd.deadline.v1.deadline_pb2 import Calendar, CalendarDay, DayKind

from kit.dates import from_date

ANNOUNCEMENTS = Path(__file__).parent / "calendar_data" / "announcements.json"
FIRST_YEAR = 2016
# How the package marks, in Vietnamese, a weekday off in lieu of a holiday on a weekend, and one made up for on another day.
_IN_LIEU = "(nghỉ bù)"
_SWAPPED = "Ngày nghỉ (thay cho ngày"

Days = dict[date, tuple[int, str]]


@cache
def _announced() -> dict[str, Any]:
    return json.loads(ANNOUNCEMENTS.read_text("utf-8"))


def official_calendar(last_year: int) -> Calendar:
    """From 2016 to `last_year`, without a version: whoever publishes it gives one."""
    announced = _announced()
    years = range(FIRST_YEAR, last_year + 1)
    days = _seed(years)
    for swap in announced["swaps"]:
        off, worked = date.fromisoformat(swap["off"]), date.fromisoformat(swap["worked"])
        days[off] = (DayKind.DAY_KIND_SWAP_OFF, f"Nghỉ hoán đổi, làm bù ngày {worked:%d/%m/%Y}")
        days[worked] = (DayKind.DAY_KIND_SWAP_WORK, f"Làm bù cho ngày {off:%d/%m/%Y}")
    for local in announced["local_off"]:
        days[date.fromisoformat(local["date"])] = (DayKind.DAY_KIND_LOCAL_OFF, local["name"])
    return Calendar(
        source=_source(announced["swaps"] + announced["local_off"]),
        days=[CalendarDay(date=from_date(day), kind=kind, name=name) for day, (kind, name) in sorted(days.items()) if day.year in years],
        provisional_years=[year for year in years if year not in announced["announced_years"]],
    )


def _seed(years: Iterable[int]) -> Days:
    days: Days = {}
    for year in years:
        package = holidays.country_holidays("VN", years=year, language="vi")
        days |= {day: (_kind(name), name) for day, name in package.items()}
        days |= {day: (DayKind.DAY_KIND_SWAP_WORK, "Ngày làm bù") for day in package.weekend_workdays if day.year == year}
    return days


def _kind(name: str) -> int:
    if name.startswith(_SWAPPED):
        return DayKind.DAY_KIND_SWAP_OFF
    return DayKind.DAY_KIND_COMPENSATORY if name.endswith(_IN_LIEU) else DayKind.DAY_KIND_HOLIDAY


def _source(announcements: list[dict[str, str]]) -> str:
    named = [line["source"] for line in announcements if line["source"]]
    return f"holidays {version('holidays')}; {'; '.join(named)}"
