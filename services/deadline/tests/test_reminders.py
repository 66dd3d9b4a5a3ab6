"""Đ6.2: reports on paper, of which nothing is here, fall due at the ends of periods."""

from datetime import date

import pytest
from ykcd.deadline.v1.event_pb2 import SecretReportDue

from kit.dates import to_date
from kit.testing.stack import Stack
from services.deadline import schedule
from services.deadline.model.periods import ended_periods
from services.deadline.tests import factories as make


async def told(stack: Stack) -> list[tuple[str, date]]:
    return [(event.period, to_date(event.period_end, "day")) for _, event in await stack.events(SecretReportDue)]


async def tick(stack: Stack, clock, *day: int) -> int:
    clock.set(make.morning(*day))
    return await schedule.remind(stack.runtime)


@pytest.mark.article("Đ6.2")
def test_the_periods_that_ended_last() -> None:
    assert ended_periods(date(2026, 12, 1))[0] == ("tháng 11/2026", date(2026, 11, 30))
    assert ended_periods(date(2026, 7, 1)) == [
        ("tháng 6/2026", date(2026, 6, 30)),
        ("quý II/2026", date(2026, 6, 30)),
        ("6 tháng đầu năm 2026", date(2026, 6, 30)),
        ("năm 2025", date(2025, 12, 31)),
    ]
    assert [last for _, last in ended_periods(date(2026, 6, 30))][1:3] == [date(2026, 3, 31), date(2025, 6, 30)]
    assert ended_periods(date(2027, 1, 1))[1] == ("quý IV/2026", date(2026, 12, 31))


@pytest.mark.article("Đ6.2")
async def test_each_end_is_told_once_on_the_day_after(stack: Stack, clock) -> None:
    assert await tick(stack, clock, 2025, 4, 24) == 0, "nothing from before the first start"
    assert await tick(stack, clock, 2025, 4, 30) == 0
    assert await tick(stack, clock, 2025, 5, 1) == 1
    assert await tick(stack, clock, 2025, 5, 1) == 0
    assert await told(stack) == [("tháng 4/2025", date(2025, 4, 30))]
    assert await tick(stack, clock, 2025, 7, 1) == 3


@pytest.mark.article("Đ6.2")
async def test_after_a_long_stop_only_the_last_of_each_kind_is_told(stack: Stack, clock) -> None:
    await tick(stack, clock, 2023, 4, 24)
    assert await tick(stack, clock, 2026, 1, 15) == 4
    assert [period for period, _ in await told(stack)] == ["tháng 12/2025", "quý IV/2025", "6 tháng đầu năm 2025", "năm 2025"]
