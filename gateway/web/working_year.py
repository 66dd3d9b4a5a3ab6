"""The working calendar: a year month by month, and what was typed to change it."""

import calendar
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from ykcd.deadline.v1 import deadline_pb2 as pb

from . import labels, words
from .forms import Form, parse_date

WEEKEND = (5, 6)
# How officials write what isn't a day off any more.
ORDINARY = "Ngày thường"
_KINDS = {label.casefold(): labels.number(name, "DayKind") for name, label in labels.LABELS["DayKind"].items()}
KINDS = [*labels.LABELS["DayKind"].values(), ORDINARY]


@dataclass(frozen=True)
class Day:
    """One day as the calendar has it; `kind`: a DayKind, 0 for an ordinary one."""

    date: dt.date
    kind: int = 0
    name: str = ""

    @property
    def look(self) -> str:
        """Of its cell."""
        if self.kind == pb.DAY_KIND_SWAP_WORK:
            return "is-worked"
        if self.kind:
            return "is-off"
        return "is-weekend" if self.date.weekday() in WEEKEND else ""


Month = list[list[Day | None]]


def months(year: int, found: pb.Calendar) -> list[Month]:
    """Twelve, each in weeks from Monday on; None where a week reaches into another month."""
    special = {words.to_date(day.date): day for day in found.days}

    def cell(month: int, number: int) -> Day | None:
        if not number:
            return None
        date = dt.date(year, month, number)
        known = special.get(date)
        return Day(date, known.kind, known.name) if known else Day(date)

    weeks = calendar.Calendar()
    return [[[cell(month, day) for day in week] for week in weeks.monthdayscalendar(year, month)] for month in range(1, 13)]


def changes(form: Form, errors: dict[str, str]) -> list[pb.DayChange]:
    """The field `days`: a line per day, "30/04/2026; Nghỉ lễ; Ngày Chiến thắng"; tabs, as from a spreadsheet, do too."""
    found, wrong = [], []
    for number, line in enumerate(form.value("days").splitlines(), 1):
        if not line.strip():
            continue
        date, kind, name, *_ = [part.strip() for part in line.replace("\t", ";").split(";")] + ["", ""]
        try:
            day = parse_date(date)
        except ValueError:
            day = None
        if day is None or kind.casefold() not in (*_KINDS, ORDINARY.casefold()):
            wrong.append(str(number))
            continue
        found.append(pb.DayChange(date=day, kind=_KINDS.get(kind.casefold(), 0), name=name))
    if wrong:
        errors["days"] = f"Dòng {', '.join(wrong)} chưa đọc được. Mỗi dòng: ngày; loại ngày; tên."
    return found


def years(form: Form, errors: dict[str, str]) -> list[int]:
    """The field `settled_years`: "2026, 2027"."""
    texts = form.value("settled_years").replace(",", " ").split()
    if not all(text.isdecimal() and len(text) == 4 for text in texts):
        errors["settled_years"] = "Năm chưa đúng. Nhập ví dụ: 2026, 2027."
        return []
    return [int(text) for text in texts]


def by_unit(moves: Iterable[pb.UnitMoves]) -> list[pb.UnitMoves]:
    """Most first."""
    return sorted(moves, key=lambda each: -each.count)
