"""The time of a simulation stands in a file; without one it's the system's."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from kit.clock import clock_from, system_clock
from kit.config import Settings
from kit.runtime import Runtime


def test_without_a_file_the_time_is_the_systems() -> None:
    assert clock_from(None) is system_clock


def test_the_time_follows_its_file(tmp_path: Path) -> None:
    file = tmp_path / "now"
    file.write_text("2025-01-02T08:00:00+07:00\n")
    clock = clock_from(file)
    assert clock() == datetime(2025, 1, 2, 1, tzinfo=UTC)
    file.write_text("2025-01-03T00:30:00+07:00")
    assert clock() == datetime(2025, 1, 2, 17, 30, tzinfo=UTC)


@pytest.mark.parametrize("written", ["2025-01-02T08:00:00", "tomorrow", ""])
def test_nothing_starts_by_a_time_that_is_none(tmp_path: Path, written: str) -> None:
    file = tmp_path / "now"
    file.write_text(written)
    with pytest.raises(ValueError):  # noqa: PT011 - what it says is Python's
        clock_from(file)


async def test_a_schedule_follows_a_simulated_time_when_it_jumps(tmp_path: Path) -> None:
    """However long its pause is otherwise."""
    file = tmp_path / "now"
    file.write_text("2025-01-02T08:00:00+07:00")
    runtime = Runtime(
        name="toy",
        settings=Settings(clock_file=file),
        clock=clock_from(file),
        **dict.fromkeys(("api", "worker", "broker", "tokens")),  # type: ignore[arg-type]
    )
    ticks = runtime.ticks(3600)
    first = await anext(ticks)
    file.write_text("2025-01-03T08:00:00+07:00")
    assert (first, await anext(ticks)) == (datetime(2025, 1, 2, 1, tzinfo=UTC), datetime(2025, 1, 3, 1, tzinfo=UTC))
