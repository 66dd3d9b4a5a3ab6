"""Quarters, and the ends of the periods that the regulation names."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from kit.law import article
from kit.workdays import WorkingCalendar

# Assigned later than so many working days before a quarter's end, the first update is the next quarter's (regulation §4).
START_WORKING_DAYS = 10
ROMAN = ("I", "II", "III", "IV")
MONTHS = 3
LAST_QUARTER = 4


@dataclass(frozen=True, order=True)
class Quarter:
    """`number` 1 to 4."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Self:
        """The one in which `day` lies."""
        return cls(day.year, (day.month - 1) // MONTHS + 1)

    @property
    def first_day(self) -> date:
        """1/1, 1/4, 1/7 or 1/10."""
        return date(self.year, MONTHS * (self.number - 1) + 1, 1)

    @property
    @article("D17")
    def last_day(self) -> date:
        """The calendar's; it doesn't roll (D17)."""
        return self.next.first_day - timedelta(days=1)

    @property
    def next(self) -> "Quarter":
        """The one after."""
        return Quarter(self.year + 1, 1) if self.number == LAST_QUARTER else Quarter(self.year, self.number + 1)

    def until(self, last: "Quarter") -> "list[Quarter]":
        """From this one to `last`, both included; empty when that lies before."""
        found, quarter = [], self
        while quarter <= last:
            found.append(quarter)
            quarter = quarter.next
        return found


@article("Đ7.2.c.2")
def first_quarter(assigned_on: date, calendar: WorkingCalendar) -> Quarter:
    """The first for which an update is owed."""
    quarter = Quarter.of(assigned_on)
    return quarter if calendar.between(assigned_on, quarter.last_day) >= START_WORKING_DAYS else quarter.next


@article("Đ6.2")
def ended_periods(today: date) -> list[tuple[str, date]]:
    """Đ6.2: the month, quarter, half-year and year that ended last before `today`, with their last days."""
    month_end = today.replace(day=1) - timedelta(days=1)
    quarter_end = Quarter.of(today).first_day - timedelta(days=1)
    quarter = Quarter.of(quarter_end)
    half = date(today.year if today > date(today.year, 6, 30) else today.year - 1, 6, 30)
    year = today.year - 1
    return [
        (f"tháng {month_end.month}/{month_end.year}", month_end),
        (f"quý {ROMAN[quarter.number - 1]}/{quarter.year}", quarter_end),
        (f"6 tháng đầu năm {half.year}", half),
        (f"năm {year}", date(year, 12, 31)),
    ]
