"""Laws that hold for any calendar; the official days themselves are tested where they live, with their examples."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.workdays import WorkingCalendar

DAYS = st.dates(date(2016, 1, 1), date(2030, 12, 31))
CALENDARS = st.builds(WorkingCalendar, off=st.frozensets(DAYS, max_size=30), worked=st.frozensets(DAYS, max_size=30))


@pytest.mark.article("D6")
@given(CALENDARS, DAYS)
def test_rolling_gives_the_first_working_day_and_only_once(calendar: WorkingCalendar, day: date) -> None:
    """D6."""
    rolled = calendar.roll(day)
    assert calendar.is_working(rolled)
    assert not any(calendar.is_working(day + timedelta(days=n)) for n in range((rolled - day).days))
    assert calendar.roll(rolled) == rolled


@given(CALENDARS, DAYS, st.integers(0, 40))
def test_adding_and_counting_are_each_others_reverse(calendar: WorkingCalendar, day: date, count: int) -> None:
    later = calendar.add(day, count)
    assert calendar.between(day, later) == count
    assert calendar.between(later, day) == -count


@given(CALENDARS, DAYS, st.integers(1, 20))
def test_the_nth_working_day_is_a_working_day_strictly_later(calendar: WorkingCalendar, day: date, count: int) -> None:
    assert calendar.is_working(calendar.add(day, count))
    assert calendar.add(day, count) > day
