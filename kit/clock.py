"""The clock is passed in, so that tests and simulations choose the time."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from kit.law import article

Clock = Callable[[], datetime]

# D10: every date is a day in Huế; every time is stored in UTC.
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def system_clock() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


@article("D10")
def local_date(moment: datetime) -> date:
    """The day in Huế on which `moment` falls (D10)."""
    return moment.astimezone(ZONE).date()


def start_of_day(day: date) -> datetime:
    """00:00 of `day` in Huế, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(UTC)
