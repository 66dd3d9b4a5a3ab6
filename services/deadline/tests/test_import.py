"""What people announce over the official days (regulation §3): a dry run, then a new version that moves the open clocks."""

from datetime import UTC, date, datetime
from uuid import uuid4

import grpc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ykcd.assignment.v1 import event_pb2 as assignment_events
from ykcd.deadline.v1 import deadline_pb2 as pb
from ykcd.deadline.v1.event_pb2 import CalendarPublished, DeadlineSet, DeadlinesMoved

from kit.dates import from_date, to_date
from kit.testing.stack import Person, Stack
from services.deadline import schedule
from services.deadline.model.calendar import overlaid
from services.deadline.official_days import official_calendar
from services.deadline.tests import factories as make

STORM = date(2025, 4, 24)
OTHERS = (make.AN, make.OFFICE_LEADER, make.CHAIRMAN, make.CLERK, make.STNMT_LEADER, make.EVALUATOR, make.OPERATOR)


def change(day: date, kind: int = pb.DAY_KIND_LOCAL_OFF, name: str = "") -> pb.DayChange:
    return pb.DayChange(date=from_date(day), kind=kind, name=name)


def kinds(calendar: pb.Calendar) -> dict[date, int]:
    return {to_date(day.date, "day"): day.kind for day in calendar.days}


async def import_storm(stack: Stack, deadlines, *days: date, person: Person = make.ADMINISTRATOR, **more: object) -> pb.Calendar:
    return await stack.call(deadlines.ImportCalendar, make.storm(*(days or (STORM,)), **more), person)


async def three_clocks(stack: Stack) -> list[str]:
    """Due on the day of the storm: one open of each unit, one verified; the next two days' don't move."""
    ids = []
    for unit, state in ((make.STNMT, "SENT"), (make.SYT, "IN_PROGRESS"), (make.STNMT, "VERIFIED"), (make.STNMT, "CANCELLED")):
        told = make.assignment(STORM, state, unit_id=str(unit))
        ids.append((await make.hear(stack, told)).id)
    await make.hear(stack, make.assignment(date(2025, 4, 25)))
    return ids[:2]


@pytest.mark.article("Đ8.1.d")
async def test_a_dry_run_lists_the_open_due_dates_that_move(stack: Stack, deadlines) -> None:
    moved = await three_clocks(stack)
    request = pb.PreviewCalendarRequest(days=[change(STORM)])
    seen = await stack.call(deadlines.PreviewCalendar, request, make.ADMINISTRATOR)
    assert (seen.version, seen.moved_count) == (1, 2)
    assert {unit.unit_id: unit.count for unit in seen.units} == {str(make.STNMT): 1, str(make.SYT): 1}
    assert {each.assignment_id for each in seen.moved} == set(moved)
    assert {(each.effective_before.day, each.effective_after.day) for each in seen.moved} == {(24, 25)}
    assert len(await stack.events(CalendarPublished)) == 1, "nothing is changed"


@pytest.mark.article("Đ8.1.d", "D6")
async def test_an_import_moves_the_open_clocks_and_tells_each_unit_once(stack: Stack, deadlines) -> None:
    moved = await three_clocks(stack)
    before = len(await stack.events(DeadlineSet))
    made = await import_storm(stack, deadlines)
    assert (made.version, made.source, kinds(made)[STORM]) == (2, "88/CĐ-UBND ngày 24/4/2025", pb.DAY_KIND_LOCAL_OFF)
    assert await schedule.put_in_force(stack.runtime) == 2
    assert await schedule.put_in_force(stack.runtime) == 2
    told = (await stack.events(DeadlineSet))[before:]
    effective = {event.deadline.assignment_id: to_date(event.deadline.effective_due_date, "day") for _, event in told}
    assert {id: effective[id] for id in moved} == dict.fromkeys(moved, date(2025, 4, 25))
    digests = [event for _, event in await stack.events(DeadlinesMoved)]
    assert {digest.unit_id: [each.assignment_id for each in digest.moved] for digest in digests} == {
        str(make.STNMT): [moved[0]],
        str(make.SYT): [moved[1]],
    }
    assert {(digest.calendar_version, digest.source) for digest in digests} == {(2, made.source)}


@pytest.mark.article("Đ8.1.d")
async def test_who_announced_what_and_when_is_kept(stack: Stack, deadlines, clock) -> None:
    await import_storm(stack, deadlines)
    clock.advance(days=1)
    swapped = [change(date(2027, 1, 4), pb.DAY_KIND_SWAP_OFF), change(date(2027, 1, 9), pb.DAY_KIND_SWAP_WORK)]
    about = {"request_id": str(uuid4()), "expected_version": 2, "source": "1/TB", "days": swapped, "settled_years": [2026]}
    made = await stack.call(deadlines.ImportCalendar, pb.ImportCalendarRequest(**about), make.ADMINISTRATOR)
    assert [day.name for day in made.days][-2:] == ["Nghỉ hoán đổi", "Ngày làm bù"]
    first = await stack.call(deadlines.ListCalendarReleases, pb.ListCalendarReleasesRequest(page_size=2), make.SYT_LEADER)
    newest, storm = first.releases
    assert (newest.version, newest.author_name, list(newest.days)) == (3, make.ADMINISTRATOR.name, swapped)
    assert newest.create_time.seconds - storm.create_time.seconds == 24 * 3600
    next_page = pb.ListCalendarReleasesRequest(page_size=2, page_token=first.next_page_token)
    (official,) = (await stack.call(deadlines.ListCalendarReleases, next_page, make.SYT_LEADER)).releases
    assert (official.version, official.author_name, list(official.days)) == (1, "", [])
    assert "holidays" in official.source


@pytest.mark.article("Đ8.1.d")
async def test_the_yearly_publication_keeps_what_was_imported(stack: Stack, deadlines, clock) -> None:
    """An imported day, a holiday made ordinary, a settled year."""
    days = [*make.storm(STORM).days, change(date(2026, 9, 2), pb.DAY_KIND_UNSPECIFIED)]
    about = {"request_id": str(uuid4()), "expected_version": 1, "source": "2/TB", "days": days, "settled_years": [2027]}
    await stack.call(deadlines.ImportCalendar, pb.ImportCalendarRequest(**about), make.ADMINISTRATOR)
    assert await schedule.publish_calendar(stack.runtime) == 2, "the same days"
    clock.set(datetime(2026, 1, 1, tzinfo=UTC))
    assert await schedule.publish_calendar(stack.runtime) == 3
    seen = await stack.call(deadlines.GetCalendar, pb.GetCalendarRequest(), make.AN)
    assert kinds(seen)[STORM] == pb.DAY_KIND_LOCAL_OFF
    assert date(2026, 9, 2) not in kinds(seen)
    assert {day.year for day in kinds(seen)} >= {2027}
    assert list(seen.provisional_years) == []


async def test_a_clock_that_starts_before_the_new_calendar_is_in_force_moves_with_it(stack: Stack, deadlines) -> None:
    await import_storm(stack, deadlines)
    told = await make.hear(stack, make.assignment(STORM))
    await schedule.put_in_force(stack.runtime)
    seen = await stack.call(deadlines.GetDeadline, pb.GetDeadlineRequest(assignment_id=told.id), make.AN)
    assert (seen.effective_due_date, seen.version) == (from_date(date(2025, 4, 25)), 2)


async def test_nothing_is_missed_by_a_calendar_that_is_to_be_replaced(stack: Stack, deadlines, clock) -> None:
    await make.hear(stack, make.assignment(STORM))
    await import_storm(stack, deadlines)
    clock.set(make.morning(2025, 4, 25))
    assert await schedule.tell_all_missed(stack.runtime) == 0
    await schedule.put_in_force(stack.runtime)
    assert await schedule.tell_all_missed(stack.runtime) == 0


@pytest.mark.parametrize("person", OTHERS, ids=lambda person: person.roles[0])
async def test_only_the_administrator_changes_the_calendar(stack: Stack, deadlines, person: Person) -> None:
    for method, request in (
        (deadlines.PreviewCalendar, pb.PreviewCalendarRequest(days=[change(STORM)])),
        (deadlines.ImportCalendar, make.storm(STORM)),
    ):
        told = await stack.refused(method, request, person)
        assert (told.code, told.reason) == (grpc.StatusCode.PERMISSION_DENIED, "ROLE_REQUIRED")
    assert len((await stack.call(deadlines.ListCalendarReleases, pb.ListCalendarReleasesRequest(), person)).releases) == 1


async def test_wrong_days_are_named(stack: Stack, deadlines) -> None:
    cases = [
        ([change(STORM), change(STORM)], "days[1].date", "DAY_REPEATED"),
        ([change(STORM, pb.DAY_KIND_SWAP_WORK)], "days[0].kind", "DAY_NOT_WEEKEND"),
        ([change(date(2025, 4, 26), pb.DAY_KIND_SWAP_OFF)], "days[0].kind", "DAY_NOT_WEEKDAY"),
    ]
    for days, field, reason in cases:
        request = pb.ImportCalendarRequest(request_id=str(uuid4()), expected_version=1, source="1/TB", days=days)
        told = await stack.refused(deadlines.ImportCalendar, request, make.ADMINISTRATOR)
        assert told.fields == [field]
        assert told.error.violations[0].reason == reason


async def test_an_import_over_another_version_or_without_a_change_is_refused(stack: Stack, deadlines) -> None:
    await import_storm(stack, deadlines)
    stale = await stack.refused(deadlines.ImportCalendar, make.storm(date(2025, 4, 25)), make.ADMINISTRATOR)
    assert (stale.reason, stale.error.metadata) == ("STALE_VERSION", {"version": "2"})
    same = await stack.refused(deadlines.ImportCalendar, make.storm(STORM, version=2), make.ADMINISTRATOR)
    assert same.reason == "CALENDAR_UNCHANGED"


async def test_the_same_import_twice_is_one_version(stack: Stack, deadlines) -> None:
    request = make.storm(STORM)
    answers = [await stack.call(deadlines.ImportCalendar, request, make.ADMINISTRATOR) for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(await stack.events(CalendarPublished)) == 2


@given(st.lists(st.tuples(st.dates(date(2025, 1, 1), date(2025, 12, 31)), st.sampled_from([0, 1, 5])), max_size=8))
def test_of_several_imports_the_last_word_on_a_day_stands(changes: list[tuple[date, int]]) -> None:
    official = official_calendar(2025)
    imports = [pb.ImportCalendarRequest(days=[change(day, kind)]) for day, kind in changes]
    made = kinds(overlaid(official, imports))
    wanted = kinds(official)
    for day, kind in changes:
        wanted[day] = kind
    assert made == {day: kind for day, kind in wanted.items() if kind}


async def test_a_reported_clock_still_moves_and_a_verified_one_never(stack: Stack, deadlines) -> None:
    told = await make.hear(stack, make.assignment(STORM))
    await stack.deliver(assignment_events.AssignmentReported(assignment=make.later(told, "REPORTED")), told.id, 2)
    preview = pb.PreviewCalendarRequest(days=[change(STORM)])
    assert (await stack.call(deadlines.PreviewCalendar, preview, make.ADMINISTRATOR)).moved_count == 1
    verified = make.later(make.later(told, "REPORTED"), "VERIFIED")
    await stack.deliver(assignment_events.AssignmentVerified(assignment=verified), told.id, 3)
    assert (await stack.call(deadlines.PreviewCalendar, preview, make.ADMINISTRATOR)).moved_count == 0
