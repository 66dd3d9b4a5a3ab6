"""The clock is passed in, so that tests and simulations choose the time."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog

from kit.law import article

log = structlog.get_logger()

Clock = Callable[[], datetime]

# D10: every date is a day in Huế; every time is stored in UTC.
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def system_clock() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)


def clock_from(file: Path | None) -> Clock:
    """The system's, or where a file is named (simulations only) the ISO time with an offset from UTC that stands in it at each moment."""
    if file is None:
        return system_clock

    def simulated_clock() -> datetime:
        moment = datetime.fromisoformat(file.read_text().strip())
        if moment.tzinfo is None:
            raise ValueError(f"{file}: without an offset from UTC")
        return moment.astimezone(UTC)

    log.warning("time_is_simulated", clock_file=str(file), now=simulated_clock().isoformat())
    return simulated_clock


@article("D10")
def local_date(moment: datetime) -> date:
    """The day in Huế on which `moment` falls (D10)."""
    return moment.astimezone(ZONE).date()


def start_of_day(day: date) -> datetime:
    """00:00 of `day` in Huế, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(UTC)
