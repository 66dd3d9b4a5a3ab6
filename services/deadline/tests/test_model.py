"""Rules of a clock, without a database."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ykcd.deadline.v1.deadline_pb2 import CalendarDay, DayKind

from kit.dates import from_date, to_date
from kit.workdays import WorkingCalendar
from services.deadline.model import Deadline
from services.deadline.official_days import official_calendar
from services.deadline.tests import factories as make
from services.deadline.tests.test_calendar import CALENDAR, working

STATES = ("SENT", "ACCEPTED", "IN_PROGRESS", "REPORTED", "VERIFIED", "RETURN_REQUESTED")
OVER = ("REPORTED", "VERIFIED", "FORWARDED", "CANCELLED", "SUCCEEDED")
TODAY = date(2025, 4, 24)


def clock(**more: object) -> Deadline:
    made = Deadline.start(make.assignment(**more), CALENDAR)
    assert made is not None
    return made


@pytest.mark.article("Đ7.2.c.1")
def test_a_unit_owes_its_report_by_the_third_working_day() -> None:
    """Đ7.2.c, example 6: the day is a holiday, and the two that follow are off."""
    made = clock()
    assert (made.effective_due_date, made.report_due_date) == (date(2025, 5, 5), date(2025, 5, 8))


@pytest.mark.article("D7", "§6.6")
def test_a_due_date_before_a_day_stays_on_a_holiday() -> None:
    """D7, example 6."""
    made = clock(due=date(2025, 5, 1), due_exact=True)
    assert (made.effective_due_date, made.report_due_date) == (date(2025, 5, 1), date(2025, 5, 7))


@pytest.mark.article("Đ4.2")
def test_no_deadline_no_clock() -> None:
    assert Deadline.start(make.assignment(None), CALENDAR) is None


@pytest.mark.article("Đ7.2.d")
@pytest.mark.parametrize(("state", "running"), [(state, state not in OVER) for state in sorted({*STATES, *OVER})])
def test_a_result_or_an_end_stops_the_clock_and_nothing_else(state: str, running: bool) -> None:
    """Đ7.2.d, example 15: a request to return lets it run on."""
    assert clock(state=state).running is running


@given(st.permutations(range(1, 7)))
def test_the_highest_version_wins_in_any_order(order: list[int]) -> None:
    told = [make.assignment(state=state, version=number, id=str(make.OFFICE)) for number, state in enumerate(STATES, start=1)]
    made = Deadline.start(told[order[0] - 1], CALENDAR)
    assert made is not None
    for number in order[1:]:
        made.apply(told[number - 1], CALENDAR, TODAY)
    assert (made.assignment_version, made.running, made.over) == (6, True, False)


@pytest.mark.article("D4")
def test_another_due_date_is_another_deadline_that_may_be_missed_too() -> None:
    told = make.assignment(date(2025, 4, 23))
    made = Deadline.start(told, CALENDAR)
    assert made is not None
    made.miss(datetime(2025, 4, 24, 1, tzinfo=UTC))
    extended = make.later(told, due_date=from_date(date(2025, 5, 6)), deadline_cycle=2)
    assert made.apply(extended, CALENDAR, TODAY)
    assert (made.due_date, made.effective_due_date, made.deadline_cycle) == (date(2025, 5, 6), date(2025, 5, 6), 2)
    assert (made.miss_time, made.version) == (None, 3)
    assert not made.apply(make.later(extended, "IN_PROGRESS"), CALENDAR, TODAY), "nothing of the deadline is new"
    assert made.version == 3


@pytest.mark.article("Đ4.2")
def test_a_due_date_may_be_taken_away_and_given() -> None:
    told = make.assignment()
    made = Deadline.start(told, CALENDAR)
    assert made is not None
    without = make.later(told)
    without.ClearField("due_date")
    assert not made.apply(without, CALENDAR, TODAY)
    assert (made.due_date, made.running, made.over) == (date(2025, 4, 30), False, True)
    assert made.apply(make.later(without, due_date=from_date(TODAY), deadline_cycle=2), CALENDAR, TODAY)
    assert (made.effective_due_date, made.running, made.over) == (TODAY, True, False)


@pytest.mark.article("D6")
def test_a_reopened_clock_is_measured_by_the_calendar_of_now() -> None:
    """A verified one isn't moved; what was a working day then may be off now."""
    told = make.assignment(TODAY, "VERIFIED")
    made = Deadline.start(told, CALENDAR)
    assert made is not None
    closed = WorkingCalendar(off=CALENDAR.off | {TODAY}, worked=CALENDAR.worked)
    assert not made.apply(make.later(told), closed, TODAY)
    assert made.apply(make.later(make.later(told), "IN_PROGRESS"), closed, TODAY)
    assert (made.effective_due_date, made.running) == (date(2025, 4, 25), True)


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
