"""The periods that are reported on (Đ9.2, Đ10.1): a month, a quarter, 6 months, 9 months, a year, or any range of days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Self

from ykcd.reporting.v1 import report_pb2 as pb

from kit.dates import FIRST_YEAR, LAST_YEAR, optional_date
from kit.errors import InvalidArgument
from kit.law import article
from kit.workdays import ONE_DAY

MONTH, QUARTER, HALF_YEAR, NINE_MONTHS, YEAR, AD_HOC = (
    pb.PERIOD_KIND_MONTH,
    pb.PERIOD_KIND_QUARTER,
    pb.PERIOD_KIND_HALF_YEAR,
    pb.PERIOD_KIND_NINE_MONTHS,
    pb.PERIOD_KIND_YEAR,
    pb.PERIOD_KIND_AD_HOC,
)
ROMAN = ("I", "II", "III", "IV")
LAST_MONTH = 12
# How many months each has, and how many periods of a kind a year has.
_MONTHS = {MONTH: 1, QUARTER: 3, HALF_YEAR: 6, NINE_MONTHS: 9, YEAR: 12}
_IN_A_YEAR = {MONTH: 12, QUARTER: 4, HALF_YEAR: 1, NINE_MONTHS: 1, YEAR: 1}


@dataclass(frozen=True)
class Period:
    """From `first` to `last`, both included."""

    kind: int
    first: date
    last: date

    @classmethod
    @article("Đ9.2", "Đ10.1")
    def of(cls, kind: int, year: int, number: int = 1) -> Self:
        """The `number`-th (1-based) of its kind in the year; of half-years, the first (6 tháng)."""
        months = _MONTHS[kind]
        first = date(year, months * (number - 1) + 1, 1)
        end = months * number
        after = date(year + 1, 1, 1) if end == LAST_MONTH else date(year, end + 1, 1)
        return cls(kind, first, after - ONE_DAY)

    @classmethod
    def read(cls, told: pb.ReportPeriod, *, field: str = "period") -> Self:
        """InvalidArgument names what is no period."""
        if told.kind == AD_HOC:
            first = optional_date(told, "first_day", f"{field}.first_day")
            last = optional_date(told, "last_day", f"{field}.last_day")
            if not first or not last or first > last:
                raise _invalid(f"{field}.last_day", "Nhập ngày đầu và ngày cuối của kỳ báo cáo.")
            return cls(AD_HOC, first, last)
        if not FIRST_YEAR <= told.year <= LAST_YEAR:
            raise _invalid(f"{field}.year", "Năm báo cáo không hợp lệ.")
        if _IN_A_YEAR[told.kind] == 1:
            return cls.of(told.kind, told.year)
        if not 1 <= told.number <= _IN_A_YEAR[told.kind]:
            raise _invalid(f"{field}.number", "Kỳ báo cáo không hợp lệ.")
        return cls.of(told.kind, told.year, told.number)

    @property
    def number(self) -> int:
        """Which month or quarter of the year; 0 of other kinds."""
        return self.last.month // _MONTHS[self.kind] if self.kind in (MONTH, QUARTER) else 0

    @property
    def name(self) -> str:
        """As titles say it, after "kỳ báo cáo" or "báo cáo"."""
        year = self.first.year
        return {
            MONTH: f"tháng {self.last.month}/{year}",
            QUARTER: f"quý {ROMAN[(self.last.month - 1) // 3]}/{year}",
            HALF_YEAR: f"6 tháng đầu năm {year}",
            NINE_MONTHS: f"9 tháng đầu năm {year}",
            YEAR: f"năm {year}",
            AD_HOC: f"từ ngày {self.first:%d/%m/%Y} đến ngày {self.last:%d/%m/%Y}",
        }[self.kind]

    def months(self) -> Iterator[tuple[int, int]]:
        """Each (year, month) that it touches."""
        year, month = self.first.year, self.first.month
        while (year, month) <= (self.last.year, self.last.month):
            yield year, month
            year, month = (year + 1, 1) if month == LAST_MONTH else (year, month + 1)

    @article("Đ9.2")
    def require_begun(self, today: date) -> None:
        """Nothing can be said of the future; an ad hoc range is over when it is asked for."""
        if self.first > today or (self.kind == AD_HOC and self.last > today):
            raise InvalidArgument.field("period", "PERIOD_IN_FUTURE", "Kỳ báo cáo chưa đến.")


def _invalid(path: str, message: str) -> InvalidArgument:
    return InvalidArgument.field(path, "PERIOD_INVALID", message)


@article("Đ9.2", "Đ10.1")
def ended_within(since: date, until: date) -> list[Period]:
    """The periods whose last day is from `since` to `until`, both included; of one day the shorter first."""
    wanted = (
        Period.of(kind, year, number + 1)
        for year in range(since.year, until.year + 1)
        for kind, count in _IN_A_YEAR.items()
        for number in range(count)
    )
    return sorted((period for period in wanted if since <= period.last <= until), key=lambda period: (period.last, period.kind))
