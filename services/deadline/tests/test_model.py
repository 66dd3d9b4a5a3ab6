"""Rules of a clock, without a database."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ykcd.deadline.v1.deadline_pb2 import CalendarDay, DayKind

from kit.dates import to_date
from kit.workdays import WorkingCalendar
from services.deadline.model import Deadline
from services.deadline.official_days import official_calendar
from services.deadline.tests import factories as make
from services.deadline.tests.test_calendar import CALENDAR, working

STATES = ("SENT", "ACCEPTED", "IN_PROGRESS", "REPORTED", "VERIFIED", "RETURN_REQUESTED")


def clock(**more: object) -> Deadline:
    made = Deadline.start(make.assignment(**more), CALENDAR)
    assert made is not None
    return made


def test_a_unit_owes_its_report_by_the_third_working_day() -> None:
    """Đ7.2.c, example 6: the day is a holiday, and the two that follow are off."""
    made = clock()
    assert (made.effective_due_date, made.report_due_date) == (date(2025, 5, 5), date(2025, 5, 8))


def test_a_due_date_before_a_day_stays_on_a_holiday() -> None:
    """D7, example 6."""
    made = clock(due=date(2025, 5, 1), due_exact=True)
    assert (made.effective_due_date, made.report_due_date) == (date(2025, 5, 1), date(2025, 5, 7))


def test_no_deadline_no_clock() -> None:
    assert Deadline.start(make.assignment(None), CALENDAR) is None


@pytest.mark.parametrize(("state", "running"), [(state, state not in ("REPORTED", "VERIFIED")) for state in STATES])
def test_only_a_result_stops_the_clock(state: str, running: bool) -> None:
    """Đ7.2.d, example 15: a request to return lets it run on."""
    assert clock(state=state).running is running


@given(st.permutations(range(1, 7)))
def test_the_highest_version_wins_in_any_order(order: list[int]) -> None:
    told = [make.assignment(state=state, version=number, id=str(make.OFFICE)) for number, state in enumerate(STATES, start=1)]
    made = Deadline.start(told[order[0] - 1], CALENDAR)
    assert made is not None
    for number in order[1:]:
        made.apply(told[number - 1])
    assert (made.assignment_version, made.running, made.verified) == (6, True, False)


def test_a_storm_moves_the_clock_and_undoes_the_miss() -> None:
    """Regulation §3: local_off."""
    made = clock(due=date(2025, 4, 24))
    made.miss(datetime(2025, 4, 24, 17, tzinfo=UTC))
    official = official_calendar(2026)
    official.days.append(CalendarDay(date={"year": 2025, "month": 4, "day": 24}, kind=DayKind.DAY_KIND_LOCAL_OFF, name="Bão"))
    assert made.recompute(working(official), date(2025, 4, 25))
    assert (made.effective_due_date, made.miss_time, made.version) == (date(2025, 4, 25), None, 3)
    assert not made.recompute(working(official), date(2025, 4, 25))


def test_a_miss_that_stays_a_miss_is_told_once() -> None:
    made = clock(due=date(2025, 4, 24))
    missed = datetime(2025, 4, 24, 17, tzinfo=UTC)
    made.miss(missed)
    closed = WorkingCalendar(off=CALENDAR.off | {date(2025, 4, 24)}, worked=CALENDAR.worked)
    assert made.recompute(closed, date(2025, 4, 30))
    assert made.miss_time == missed


def test_the_days_are_in_order_and_once_each() -> None:
    days = [to_date(day.date, "date") for day in official_calendar(2027).days]
    assert days == sorted(set(days))
