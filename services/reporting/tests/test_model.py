"""Rules that need no database."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ykcd.reporting.v1.reporting_pb2 import UnitCounts

from kit.workdays import WorkingCalendar
from services.reporting.model import searchable, words
from services.reporting.service import check_sums
from services.reporting.timeliness import Today

DAYS = st.dates(date(2025, 1, 1), date(2025, 12, 31))
CALENDARS = st.builds(WorkingCalendar, st.frozensets(DAYS, max_size=60), st.frozensets(DAYS, max_size=10))


@pytest.mark.article("Đ7.2.c.1", "D15")
@given(CALENDARS, DAYS, st.integers(-40, 40))
def test_awaiting_an_update_lasts_until_the_third_working_day(calendar: WorkingCalendar, day: date, distance: int) -> None:
    """Đ7.2.c, D15: comparing with one date a day says the same as reckoning from each due date."""
    due = day + timedelta(days=distance)
    assert (due >= Today.of(day, calendar).awaiting_from) == (calendar.add(due, 3) >= day)


@pytest.mark.article("D15")
def test_awaiting_an_update_over_a_weekend() -> None:
    """D15, example 16: due Thursday 24/04/2025 with the Saturday swapped in: awaited until Monday, overdue from Tuesday."""
    calendar = WorkingCalendar(worked=frozenset({date(2025, 4, 26)}))
    assert Today.of(date(2025, 4, 28), calendar).awaiting_from <= date(2025, 4, 24)
    assert Today.of(date(2025, 4, 29), calendar).awaiting_from > date(2025, 4, 24)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("don doc", True),
        ("ĐỐC ĐÔN", True),
        ("5425/ubnd", True),
        ("ubnd-kgvx", True),
        ("kgvx", True),
        ("5425/2025", True),
        ("425/ubnd", False),
        ("oc", False),
        ("don doc kiem tra", False),
    ],
)
def test_words_are_found_from_their_beginning_in_any_order(query: str, found: bool) -> None:
    text = searchable("5425/UBND-KGVX", "5425/2025", "Đôn đốc, rà soát (lần 2)")
    assert all(f" {word}" in text for word in words(query)) is found


def test_a_search_holds_no_wildcards() -> None:
    assert words("100% _a_ \\") == ["100", "a"]


def test_a_table_that_does_not_add_up_is_not_shown() -> None:
    """Regulation §5, form V: total = done + doing + not started."""
    row = dict.fromkeys(UnitCounts.DESCRIPTOR.fields_by_name, 0)
    check_sums(row)
    for whole in ("total", "done", "doing", "not_started", "without_deadline"):
        with pytest.raises(RuntimeError, match=whole):
            check_sums({**row, whole: 1})
