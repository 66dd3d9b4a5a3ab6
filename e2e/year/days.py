"""The working days of the simulated year, written down by hand from the announcements (regulation §3) and nothing imported: the generator
plans by them, the verifier judges by them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)
SATURDAY = 5


def span(first: str, last: str) -> set[date]:
    """All days from `first` to `last`, both included."""
    start = date.fromisoformat(first)
    return {start + timedelta(days=n) for n in range((date.fromisoformat(last) - start).days + 1)}


# 2025: New Year; Tết; Hùng Kings; 30/4, 1/5 and 2/5 (worked on 26/4); National Day with the day before. 2026: New Year and 2/1 (worked on
# 10/1); Tết; Hùng Kings' Sunday made up for; 30/4, 1/5; 31/8 (worked on 22/8), 1/9, 2/9; the Day of Culture.
OFF = frozenset().union(
    span("2025-01-01", "2025-01-01"),
    span("2025-01-27", "2025-01-31"),
    span("2025-04-07", "2025-04-07"),
    span("2025-04-30", "2025-05-02"),
    span("2025-09-01", "2025-09-02"),
    span("2026-01-01", "2026-01-02"),
    span("2026-02-16", "2026-02-20"),
    span("2026-04-27", "2026-04-27"),
    span("2026-04-30", "2026-05-01"),
    span("2026-08-31", "2026-09-02"),
    span("2026-11-24", "2026-11-24"),
)
WORKED = frozenset({date(2025, 4, 26), date(2026, 1, 10), date(2026, 8, 22)})


@dataclass(frozen=True)
class Import:
    """What the administrator imports on a day: days off by storm, or working again."""

    announced: date
    source: str
    off: frozenset[date] = frozenset()
    on_again: frozenset[date] = frozenset()


IMPORTS = (
    Import(date(2025, 8, 22), "Công điện 10/CĐ-UBND: nghỉ tránh bão số 5", off=frozenset(span("2025-08-25", "2025-08-26"))),
    Import(date(2025, 10, 27), "Công điện 15/CĐ-UBND: nghỉ do lũ lớn", off=frozenset(span("2025-10-28", "2025-10-30"))),
    Import(date(2025, 10, 29), "Công điện 16/CĐ-UBND: đi làm lại", on_again=frozenset({date(2025, 10, 30)})),
)


class Days:
    """Which days are worked, with some of the imports over the announced ones."""

    def __init__(self, imports: Iterable[Import] = ()) -> None:
        self.off = set(OFF)
        for each in imports:
            self.off |= each.off
            self.off -= each.on_again

    def working(self, day: date) -> bool:
        return day in WORKED or (day.weekday() < SATURDAY and day not in self.off)

    def rolled(self, day: date) -> date:
        """`day`, or the next working one (D6)."""
        while not self.working(day):
            day += ONE_DAY
        return day

    def after(self, day: date, count: int) -> date:
        """wd+count; for a negative count backwards."""
        step = ONE_DAY if count >= 0 else -ONE_DAY
        for _ in range(abs(count)):
            day += step
            while not self.working(day):
                day += step
        return day

    def between(self, start: date, end: date) -> int:
        """Working days strictly after `start`, up to and including `end`; 0 when `end` isn't later."""
        return sum(self.working(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))


def known_on(day: date) -> Days:
    """The calendar as it is known at the end of `day`."""
    return Days(each for each in IMPORTS if each.announced <= day)


# The schedule is down from the first to the last of these days.
OUTAGE = (date(2025, 5, 13), date(2025, 5, 15))


def scheduled(day: date) -> bool:
    """Whether the schedule runs on that day."""
    return not OUTAGE[0] <= day <= OUTAGE[1]
