"""Periods, and what falls due because one has ended."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ykcd.directive.v1 import event_pb2 as published
from ykcd.directive.v1 import registry_pb2
from ykcd.reporting.v1 import report_pb2 as pb
from ykcd.reporting.v1.event_pb2 import PeriodicReportChanged

from kit.testing.stack import Stack
from kit.workdays import ONE_DAY, WorkingCalendar
from services.reporting.periodic import queries, schedule
from services.reporting.periodic.periods import AD_HOC, HALF_YEAR, MONTH, NINE_MONTHS, QUARTER, YEAR, Period, ended_within
from services.reporting.tests import factories as make
from services.reporting.tests import reports
from services.reporting.tests.factories import AN
from services.reporting.tests.reports import at

DAYS = st.dates(date(2016, 11, 1), date(2040, 12, 31))


@pytest.mark.article("Đ9.2", "Đ10.1")
@pytest.mark.parametrize(
    ("period", "first", "last", "name"),
    [
        (Period.of(MONTH, 2024, 2), date(2024, 2, 1), date(2024, 2, 29), "tháng 2/2024"),
        (Period.of(MONTH, 2025, 12), date(2025, 12, 1), date(2025, 12, 31), "tháng 12/2025"),
        (Period.of(QUARTER, 2025, 2), date(2025, 4, 1), date(2025, 6, 30), "quý II/2025"),
        (Period.of(HALF_YEAR, 2025), date(2025, 1, 1), date(2025, 6, 30), "6 tháng đầu năm 2025"),
        (Period.of(NINE_MONTHS, 2025), date(2025, 1, 1), date(2025, 9, 30), "9 tháng đầu năm 2025"),
        (Period.of(YEAR, 2025), date(2025, 1, 1), date(2025, 12, 31), "năm 2025"),
        (
            Period(AD_HOC, date(2025, 2, 1), date(2025, 4, 20)),
            date(2025, 2, 1),
            date(2025, 4, 20),
            "từ ngày 01/02/2025 đến ngày 20/04/2025",
        ),
    ],
)
def test_a_period_has_its_days_and_its_name(period: Period, first: date, last: date, name: str) -> None:
    assert (period.first, period.last, period.name) == (first, last, name)


@given(DAYS)
def test_each_month_ends_once_and_is_followed_by_the_next(day: date) -> None:
    (month,) = [period for period in ended_within(day, day + 31 * ONE_DAY) if period.kind == MONTH][:1]
    assert day <= month.last
    assert (month.last + ONE_DAY).day == 1
    assert list(month.months()) == [(month.first.year, month.first.month)]


@pytest.mark.article("Đ9.2", "Đ10.1")
@given(DAYS, st.integers(1, 40), st.integers(1, 40))
def test_every_period_falls_due_exactly_once_whenever_somebody_looks(day: date, pause: int, more: int) -> None:
    calendar = WorkingCalendar()
    middle, end = day + pause * ONE_DAY, day + (pause + more) * ONE_DAY
    twice = schedule.due_between(day, middle, calendar) + schedule.due_between(middle, end, calendar)
    assert twice == schedule.due_between(day, end, calendar)


@pytest.mark.article("Đ9.2", "Đ10.1")
def test_it_falls_due_on_the_first_working_day_after_the_end() -> None:
    """Tết 2026: 31/01 is a Saturday; 30/04 to 03/05/2025 are days off."""
    calendar = WorkingCalendar(frozenset({date(2025, 5, 1), date(2025, 5, 2)}))
    assert schedule.due_between(date(2025, 4, 30), date(2025, 5, 4), calendar) == []
    assert schedule.due_between(date(2025, 5, 4), date(2025, 5, 5), calendar) == [Period.of(MONTH, 2025, 4)]
    ends = schedule.due_between(date(2025, 6, 30), date(2025, 7, 1), calendar)
    assert [period.kind for period in ends] == [MONTH, QUARTER, HALF_YEAR]


@pytest.fixture
async def stub(stack: Stack, clock):
    made = await reports.fill(stack)
    gone = {"valid_from": make.day(2016, 11, 1), "valid_to": make.day(2025, 3, 31), "version": 2}
    unit = registry_pb2.Unit(id=str(make.SNV), code="snv", name="Sở Nội vụ", **gone)
    await stack.deliver(published.UnitChanged(unit=unit), make.SNV, 2)
    await make.assign(stack, make.STNMT, due=date(2025, 5, 30))
    return made


@pytest.mark.article("Đ9.2", "Đ9.4", "Đ10.1", "D12")
async def test_the_first_tick_opens_nothing_of_the_past_and_each_later_one_what_has_ended(stack: Stack, stub, clock) -> None:
    """The Office and units that no longer exist owe none; a tick that never came is made up for by the next."""
    assert await schedule.open_due(stack.runtime) == 0
    clock.set(at(5, 1, 8))
    assert await schedule.open_due(stack.runtime) == 1
    assert await schedule.open_due(stack.runtime) == 0
    told = [event for _, event in await stack.events(PeriodicReportChanged)]
    assert {event.verb for event in told} == {pb.REPORT_VERB_OPEN}
    owing = {str(unit) for unit in (make.STNMT, make.SYT, make.PHU_LOC)}
    assert {event.report.unit_id for event in told if event.report.form == pb.REPORT_FORM_IV} == owing
    assert {event.report.due_date.day for event in told if event.report.form == pb.REPORT_FORM_IV} == {7}
    composed = [event.report for event in told if event.report.form != pb.REPORT_FORM_IV]
    assert [(report.form, report.total.counts.total) for report in composed] == [(pb.REPORT_FORM_V, 1), (pb.REPORT_FORM_VI, 1)]
    clock.set(at(8, 1))
    # May, June with quarter and half-year, July.
    assert await schedule.open_due(stack.runtime) == 5
    listed = (await stack.call(stub.ListReports, pb.ListReportsRequest(forms=[pb.REPORT_FORM_V]), AN)).reports
    assert [report.period_name for report in listed] == [
        "tháng 7/2025",
        *[each.period_name for each in listed[1:4]],
        "tháng 5/2025",
        "tháng 4/2025",
    ]
    assert {each.period_name for each in listed[1:4]} == {"6 tháng đầu năm 2025", "quý II/2025", "tháng 6/2025"}


async def test_what_somebody_has_begun_already_is_left_alone(stack: Stack, stub, clock) -> None:
    assert await schedule.open_due(stack.runtime) == 0
    clock.set(at(4, 30))
    mine = await reports.compose(stack, stub, make.STNMT_LEADER)
    clock.set(at(5, 1))
    await schedule.open_due(stack.runtime)
    versions = [envelope.aggregate_version for envelope, event in await stack.events(PeriodicReportChanged) if event.report.id == mine.id]
    assert versions == [1]


async def test_a_second_replica_does_nothing_while_one_is_at_it(stack: Stack, stub, clock) -> None:
    await schedule.open_due(stack.runtime)
    clock.set(at(5, 1))
    async with stack.session() as session:
        assert await queries.watermark(session, schedule.JOB)
        assert await schedule.open_due(stack.runtime) == 0
    assert await schedule.open_due(stack.runtime) == 1
