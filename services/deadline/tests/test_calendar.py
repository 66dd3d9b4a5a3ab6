"""The official days, and counting by them: regulation §6, "Calendar" and the calendar's part of "Entry"."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ykcd.deadline.v1.deadline_pb2 import Calendar, DayKind

from kit.clock import local_date
from kit.copies import make_calendar
from kit.dates import to_date
from kit.workdays import WorkingCalendar
from services.deadline.official_days import official_calendar

OFFICIAL = official_calendar(2027)


def working(calendar: Calendar) -> WorkingCalendar:
    return make_calendar(((to_date(day.date, "date"), day.kind) for day in calendar.days), calendar.version)


CALENDAR = working(OFFICIAL)
DAYS = st.dates(date(2016, 1, 1), date(2027, 12, 31))


@pytest.mark.article("Đ7.1", "§6.1", "§6.2", "§6.3", "§6.4")
@pytest.mark.parametrize(
    ("day", "second"),
    [
        pytest.param(date(2016, 11, 4), date(2016, 11, 8), id="example 1: over a weekend"),
        pytest.param(date(2016, 2, 4), date(2016, 2, 15), id="example 1: over Tết 2016"),
        pytest.param(date(2024, 2, 7), date(2024, 2, 16), id="example 2: over Tết 2024"),
        pytest.param(date(2024, 4, 25), date(2024, 5, 2), id="example 2: 29/4/2024 is swapped off"),
        pytest.param(date(2025, 4, 24), date(2025, 4, 26), id="example 3: 26/4/2025 is swapped in"),
        pytest.param(date(2025, 1, 23), date(2025, 2, 3), id="example 3: over Tết 2025"),
        pytest.param(date(2025, 12, 31), date(2026, 1, 6), id="example 4: 02/01/2026 is swapped off"),
    ],
)
def test_the_second_working_day(day: date, second: date) -> None:
    """Đ7.1, examples 1 to 4."""
    assert CALENDAR.add(day, 2) == second


@pytest.mark.article("§6.4")
def test_without_the_late_announcement_the_answer_would_be_another() -> None:
    """Example 4: the package alone doesn't know the swap of 02/01/2026 and 10/01/2026."""
    late = {date(2026, 1, 2), date(2026, 1, 10)}
    known = ((to_date(day.date, "date"), day.kind) for day in OFFICIAL.days)
    assert make_calendar(((day, kind) for day, kind in known if day not in late), 0).add(date(2025, 12, 31), 2) == date(2026, 1, 5)
    assert CALENDAR.is_working(date(2026, 1, 10))


@pytest.mark.article("§6.5")
@pytest.mark.parametrize(("month", "count"), [(date(2025, 4, 1), 21), (date(2026, 2, 1), 15)], ids=["04/2025", "02/2026"])
def test_working_days_of_a_month(month: date, count: int) -> None:
    """Example 5."""
    next_month = (month + timedelta(days=31)).replace(day=1)
    assert CALENDAR.between(month - timedelta(days=1), next_month - timedelta(days=1)) == count


@pytest.mark.article("D6", "D7", "§6.6")
@pytest.mark.parametrize(
    ("due", "exact", "effective"),
    [
        (date(2025, 4, 30), False, date(2025, 5, 5)),
        (date(2024, 5, 4), False, date(2024, 5, 4)),
        (date(2025, 5, 1), True, date(2025, 5, 1)),
    ],
    ids=["a day off rolls", "a Saturday swapped in stays", "before 02/05/2025 is 01/05/2025, not rolled"],
)
def test_the_effective_due_date(due: date, exact: bool, effective: date) -> None:
    """D6, D7, example 6."""
    assert CALENDAR.effective(due, exact=exact) == effective


@pytest.mark.article("D10", "§6.7")
def test_a_report_late_in_the_utc_evening_is_of_the_next_day_in_hue() -> None:
    """D10, example 7."""
    assert local_date(datetime(2025, 4, 29, 17, 30, tzinfo=UTC)) == date(2025, 4, 30)


@pytest.mark.article("Đ7.1", "§6.8")
@pytest.mark.parametrize(("published", "late"), [(date(2025, 4, 26), 0), (date(2025, 4, 28), 1)])
def test_entry_counts_by_the_swapped_saturday(published: date, late: int) -> None:
    """Đ7.1, example 8, by the calendar alone: issued on Thursday 24/04/2025."""
    due = CALENDAR.add(date(2025, 4, 24), 2)
    assert CALENDAR.between(due, published) == late


def test_every_official_swap_is_in() -> None:
    """Regulation §3."""
    kinds = {to_date(day.date, "date"): day.kind for day in OFFICIAL.days}
    swaps = {date(2024, 4, 29): date(2024, 5, 4), date(2025, 5, 2): date(2025, 4, 26), date(2026, 8, 31): date(2026, 8, 22)}
    for off, worked in {**swaps, date(2026, 1, 2): date(2026, 1, 10), date(2018, 12, 31): date(2019, 1, 5)}.items():
        assert (kinds[off], kinds[worked]) == (DayKind.DAY_KIND_SWAP_OFF, DayKind.DAY_KIND_SWAP_WORK)
    assert kinds[date(2017, 9, 4)] == DayKind.DAY_KIND_COMPENSATORY
    assert kinds[date(2017, 9, 2)] == DayKind.DAY_KIND_HOLIDAY


def test_a_year_without_an_announcement_is_provisional() -> None:
    """Regulation §3: "lịch dự kiến"."""
    assert list(OFFICIAL.provisional_years) == [2027]
    assert all(day.name for day in OFFICIAL.days)
    assert "12729/VPCP-KGVX" in OFFICIAL.source


@pytest.mark.article("D6")
@given(DAYS)
def test_a_rolled_day_is_the_first_working_day_not_before(day: date) -> None:
    rolled = CALENDAR.roll(day)
    assert CALENDAR.is_working(rolled)
    assert CALENDAR.roll(rolled) == rolled
    assert not any(CALENDAR.is_working(day + timedelta(days=n)) for n in range((rolled - day).days))


@given(DAYS, st.integers(1, 60), st.integers(1, 60))
def test_adding_in_two_steps_is_adding_at_once(day: date, first: int, second: int) -> None:
    assert CALENDAR.add(CALENDAR.add(day, first), second) == CALENDAR.add(day, first + second)


@given(DAYS, st.integers(1, 60))
def test_between_undoes_add(day: date, count: int) -> None:
    reached = CALENDAR.add(day, count)
    assert CALENDAR.is_working(reached)
    assert CALENDAR.between(day, reached) == count
    assert CALENDAR.between(reached, day) == -count


@given(DAYS, DAYS, DAYS)
def test_stretches_of_days_add_up(one: date, two: date, three: date) -> None:
    one, two, three = sorted((one, two, three))
    assert CALENDAR.between(one, two) + CALENDAR.between(two, three) == CALENDAR.between(one, three)
