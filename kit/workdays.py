"""Working days: one pure function library that every service shares; the days themselves come from the calendar's owner (regulation §3)."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from kit.law import article

ONE_DAY = timedelta(days=1)
# Đ7.2.c: within so many working days a unit owes its report.
REPORT_WORKING_DAYS = 3
SATURDAY = 5


@dataclass(frozen=True)
class WorkingCalendar:
    """The days that differ from plain Monday to Friday."""

    off: frozenset[date] = field(default_factory=frozenset)
    # Weekend days that are worked in exchange (hoán đổi).
    worked: frozenset[date] = field(default_factory=frozenset)
    version: int = 0

    def is_working(self, day: date) -> bool:
        """A day is working when it is swapped in, or a weekday that is not off."""
        return day in self.worked or (day.weekday() < SATURDAY and day not in self.off)

    @article("D6")
    def roll(self, day: date) -> date:
        """`day` itself if it is working, else the next working day (D6)."""
        while not self.is_working(day):
            day += ONE_DAY
        return day

    @article("D6", "D7")
    def effective(self, due: date, *, exact: bool) -> date:
        """D6: a due date on a day off moves to the next working day; what came from "trước ngày X" stays (D7)."""
        return due if exact else self.roll(due)

    def add(self, day: date, count: int) -> date:
        """wd+count: the count-th working day strictly after `day`."""
        while count > 0:
            day += ONE_DAY
            count -= self.is_working(day)
        return day

    def between(self, start: date, end: date) -> int:
        """Working days strictly after `start`, up to and including `end`; negative when `end` lies before `start`."""
        if end < start:
            return -self.between(end, start)
        return sum(self.is_working(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))
