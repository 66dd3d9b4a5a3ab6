"""What tasks without a deadline owe (Đ7.2.c, D17): regulation §6, "No deadline"."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ykcd.assignment.v1.assignment_pb2 import Assignment
from ykcd.deadline.v1 import event_pb2
from ykcd.deadline.v1 import urging_pb2 as pb
from ykcd.directive.v1.directive_pb2 import TaskClass

from kit.dates import from_date, from_time
from kit.testing.stack import Person, Stack
from services.deadline import schedule
from services.deadline.model import AssignmentCopy, Obligation
from services.deadline.model.obligation import ENDED, FULFILLED, MISSED, OPEN, Part
from services.deadline.model.periods import Quarter, first_quarter
from services.deadline.tests import factories as make
from services.deadline.tests.test_calendar import CALENDAR, DAYS

ASSIGNED = make.morning(2025, 2, 10)
FIRST, SECOND = Quarter(2025, 1), Quarter(2025, 2)


def owed(quarter: Quarter, part: Part, today: date, state: int = OPEN) -> int:
    """What is said of a quarter that stood in `state`."""
    obligation = Obligation.open(part, quarter)
    obligation.state = state
    obligation.judge(part, today)
    return obligation.state


def part(*told: Assignment) -> Part:
    return Part([AssignmentCopy.of(each) for each in told])


@pytest.mark.article("Đ7.2.c.2", "D17", "§6.23")
def test_one_update_a_quarter() -> None:
    """Example 23."""
    told = part(make.assignment(None, reports=[make.update(make.morning(2025, 3, 15))]))
    assert owed(FIRST, told, date(2025, 3, 31)) == FULFILLED
    assert owed(SECOND, told, date(2025, 6, 30)) == OPEN
    assert owed(SECOND, told, date(2025, 7, 1)) == MISSED
    (second,) = [Obligation.open(told, SECOND)]
    assert (second.half_year, second.full_year, second.period_end) == (True, False, date(2025, 6, 30))
    fourth = Obligation.open(told, Quarter(2025, 4))
    assert (fourth.half_year, fourth.full_year) == (False, True)


@pytest.mark.article("§6.24", "Đ7.2.c.2")
@pytest.mark.parametrize(
    ("kind", "state", "counts"),
    [
        ("PROGRESS", "SUBMITTED", True),
        ("PERIODIC", "ACCEPTED", True),
        ("NO_CHANGE", "SUBMITTED", True),
        ("DONE", "SUBMITTED", True),
        ("DONE", "DRAFT", False),
        ("PERIODIC", "REJECTED", False),
        ("DONE", "WITHDRAWN", False),
        ("UNSPECIFIED", "SUBMITTED", False),
    ],
)
def test_what_counts_as_an_update(kind: str, state: str, counts: bool) -> None:
    """Example 24."""
    told = part(make.assignment(None, reports=[make.update(make.morning(2025, 3, 15), kind, state)]))
    assert (owed(FIRST, told, date(2025, 3, 31)) == FULFILLED) is counts


@pytest.mark.article("D10", "D17")
def test_the_last_day_ends_in_hue() -> None:
    in_time = make.update(datetime(2025, 3, 31, 16, 59, tzinfo=UTC))
    late = make.update(datetime(2025, 3, 31, 17, 1, tzinfo=UTC))
    assert owed(FIRST, part(make.assignment(None, reports=[in_time])), date(2025, 4, 1)) == FULFILLED
    assert owed(FIRST, part(make.assignment(None, reports=[late])), date(2025, 4, 1)) == MISSED


@pytest.mark.article("D17")
def test_an_update_that_is_heard_of_late_still_fulfils() -> None:
    told = part(make.assignment(None, reports=[make.update(make.morning(2025, 3, 31))]))
    assert owed(FIRST, told, date(2025, 4, 2), MISSED) == FULFILLED


def test_what_ended_before_the_period_did_is_never_missed() -> None:
    ended = part(make.assignment(None, "CANCELLED", update_time=from_time(make.morning(2025, 3, 20))))
    assert owed(FIRST, ended, date(2025, 3, 20)) == ENDED
    assert owed(FIRST, ended, date(2025, 4, 2)) == ENDED
    assert owed(SECOND, part(make.assignment(None)), date(2025, 7, 2), ENDED) == ENDED, "reopened in the next quarter"
    late = part(make.assignment(None, "CANCELLED", update_time=from_time(make.morning(2025, 4, 1))))
    assert owed(FIRST, late, date(2025, 4, 1)) == MISSED


def test_a_snapshot_that_leaves_out_old_reports_forgets_no_update() -> None:
    copy = AssignmentCopy.of(make.assignment(None, reports=[make.update(make.morning(2025, 3, 15))]))
    told = make.later(make.assignment(None), reports=[make.update(make.morning(2025, 5, 5))])
    assert copy.take(told)
    assert copy.updated_on == [date(2025, 3, 15), date(2025, 5, 5)]


@pytest.mark.article("Đ7.2.c.2")
@pytest.mark.parametrize(
    ("assigned", "first"),
    [
        (date(2025, 3, 17), Quarter(2025, 1)),
        (date(2025, 3, 18), Quarter(2025, 2)),
        (date(2025, 12, 31), Quarter(2026, 1)),
    ],
    ids=["10 working days are left", "9 are left", "into the next year"],
)
def test_the_first_quarter(assigned: date, first: Quarter) -> None:
    """Regulation §4."""
    assert first_quarter(assigned, CALENDAR) == first


@given(DAYS)
def test_every_day_is_in_its_quarter(day: date) -> None:
    quarter = Quarter.of(day)
    assert quarter.first_day <= day <= quarter.last_day
    assert Quarter.of(quarter.last_day + timedelta(days=1)) == quarter.next
    assert first_quarter(day, CALENDAR) in (quarter, quarter.next)


@given(st.permutations(range(4)))
def test_the_first_phase_stands_for_the_part(order: list[int]) -> None:
    """Đ3.4."""
    told = [make.assignment(None, phase=phase + 1) for phase in range(4)]
    assert str(part(*(told[place] for place in order)).anchor.assignment_id) == told[0].id


async def obligations(stack: Stack, urgings, person: Person = make.OFFICE_LEADER, **more: object) -> list[pb.Obligation]:
    """Oldest period first."""
    found = await stack.call(urgings.ListObligations, pb.ListObligationsRequest(**more), person)
    return list(reversed(found.obligations))


def states(found: list[pb.Obligation]) -> list[tuple[int, int]]:
    return [(each.quarter, each.state) for each in found]


async def told(stack: Stack) -> list[str]:
    """The obligations' events, in order."""
    return [type(event).__name__ for _, event in await stack.events() if type(event).__name__.startswith("Obligation")]


async def tick(stack: Stack, clock, *day: int) -> int:
    clock.set(make.morning(*day))
    return await schedule.settle_obligations(stack.runtime)


@pytest.mark.article("Đ7.2.c.2", "D17", "§6.23")
async def test_the_quarters_of_a_task_without_a_deadline(stack: Stack, urgings, clock) -> None:
    """Example 23, through the service."""
    clock.set(ASSIGNED)
    task = await make.hear(stack, make.assignment(None))
    assert states(await obligations(stack, urgings)) == [(1, OPEN)]
    clock.set(make.morning(2025, 3, 15))
    await make.hear(stack, make.later(task, "IN_PROGRESS", reports=[make.update(clock.now)]))
    assert await tick(stack, clock, 2025, 3, 31) == 0
    assert await tick(stack, clock, 2025, 4, 1) == 1
    assert await tick(stack, clock, 2025, 6, 30) == 0
    assert states(await obligations(stack, urgings)) == [(1, FULFILLED), (2, OPEN)]
    assert await tick(stack, clock, 2025, 7, 1) == 2
    found = await obligations(stack, urgings)
    assert states(found) == [(1, FULFILLED), (2, MISSED), (3, OPEN)]
    assert [each.half_year for each in found] == [False, True, False]
    assert found[0].fulfilled_on == from_date(date(2025, 3, 15))
    assert await told(stack) == ["ObligationOpened", "ObligationFulfilled", "ObligationOpened", "ObligationMissed", "ObligationOpened"]
    versions = [envelope.aggregate_version for envelope, event in await stack.events(event_pb2.ObligationMissed)]
    assert versions == [2]


@pytest.mark.article("§6.24")
async def test_no_change_is_an_update_until_it_is_rejected(stack: Stack, urgings, clock) -> None:
    clock.set(ASSIGNED)
    task = await make.hear(stack, make.assignment(None))
    word = make.update(make.morning(2025, 3, 15), "NO_CHANGE")
    task = await make.hear(stack, make.later(task, "IN_PROGRESS", reports=[word]))
    assert states(await obligations(stack, urgings)) == [(1, FULFILLED)]
    rejected = make.later(task)
    rejected.reports[0].state = 4
    task = await make.hear(stack, rejected)
    assert states(await obligations(stack, urgings)) == [(1, OPEN)]
    task = await make.hear(stack, make.later(task, reports=[make.update(make.morning(2025, 3, 20))]))
    await tick(stack, clock, 2025, 4, 2)
    withdrawn = make.later(task)
    withdrawn.reports[1].state = 5
    await make.hear(stack, withdrawn)
    assert states(await obligations(stack, urgings)) == [(1, MISSED), (2, OPEN)]


@pytest.mark.article("Đ7.2.c.2", "§6.22")
async def test_after_a_long_stop_every_quarter_is_there_once(stack: Stack, urgings, clock) -> None:
    """From the last time that it ran; two replicas wake together."""
    clock.set(ASSIGNED)
    await make.hear(stack, make.assignment(None))
    await tick(stack, clock, 2025, 2, 11)
    clock.set(make.morning(2025, 11, 3))
    await asyncio.gather(*(schedule.settle_obligations(stack.runtime) for _ in range(2)))
    await schedule.settle_obligations(stack.runtime)
    assert states(await obligations(stack, urgings)) == [(1, MISSED), (2, MISSED), (3, MISSED), (4, OPEN)]
    assert len(await stack.events(event_pb2.ObligationMissed)) == 3


@pytest.mark.article("Đ7.2.c.2")
async def test_assigned_late_in_a_quarter_the_next_is_the_first(stack: Stack, urgings, clock) -> None:
    clock.set(make.morning(2025, 3, 18))
    await make.hear(stack, make.assignment(None, create_time=from_time(clock.now)))
    assert await obligations(stack, urgings) == []
    await tick(stack, clock, 2025, 4, 1)
    assert states(await obligations(stack, urgings)) == [(2, OPEN)]


@pytest.mark.article("Đ7.2.c.2", "D17", "§6.22")
async def test_what_is_heard_of_late_owes_since_it_was_assigned(stack: Stack, urgings, clock) -> None:
    """The event waited over two quarters' ends; an update of the time counts."""
    await tick(stack, clock, 2025, 7, 2)
    await make.hear(stack, make.assignment(None, reports=[make.update(make.morning(2025, 5, 5))]))
    assert states(await obligations(stack, urgings)) == [(1, MISSED), (2, FULFILLED), (3, OPEN)]


@pytest.mark.article("Đ4.2", "Đ7.2.c.2")
async def test_what_loses_its_deadline_owes_since_then(stack: Stack, urgings, clock) -> None:
    await tick(stack, clock, 2025, 7, 2)
    dated = await make.hear(stack, make.assignment(date(2025, 4, 28)))
    assert await obligations(stack, urgings) == []
    undated = make.later(dated, update_time=from_time(make.morning(2025, 6, 2)))
    undated.task_class.has_deadline = False
    undated.ClearField("due_date")
    await make.hear(stack, undated)
    assert states(await obligations(stack, urgings)) == [(2, MISSED), (3, OPEN)]


@pytest.mark.article("Đ4.2", "Đ3.4")
@pytest.mark.parametrize(
    ("role", "has_deadline", "owes"),
    [("LEAD", False, True), ("AGGREGATING", False, True), ("COORDINATING", False, False), ("LEAD", True, False)],
)
async def test_who_owes_updates(stack: Stack, urgings, clock, role: str, has_deadline: bool, owes: bool) -> None:
    clock.set(ASSIGNED)
    await make.hear(stack, make.assignment(None, role=role, task_class=TaskClass(has_deadline=has_deadline)))
    assert bool(await obligations(stack, urgings)) is owes


@pytest.mark.article("Đ3.4", "Đ7.2.c.2")
async def test_the_phases_of_a_task_owe_one_update_together(stack: Stack, urgings, clock) -> None:
    """An update on any phase; the second is heard of first."""
    clock.set(ASSIGNED)
    same = {"task_id": str(uuid4()), "task_class": TaskClass(has_deadline=False)}
    one, two = (make.assignment(date(2025, month, 28), phase=phase, **same) for phase, month in ((1, 3), (2, 8)))
    await make.hear(stack, two)
    await make.hear(stack, one)
    (opened,) = await obligations(stack, urgings)
    assert (opened.state, opened.assignment_id) == (OPEN, one.id)
    one = await make.hear(stack, make.later(one, "VERIFIED"))
    assert states(await obligations(stack, urgings)) == [(1, OPEN)]
    two = await make.hear(stack, make.later(two, "IN_PROGRESS", reports=[make.update(clock.now)]))
    (seen,) = await obligations(stack, urgings)
    assert (seen.state, seen.assignment_id) == (FULFILLED, one.id)
    await tick(stack, clock, 2025, 4, 1)
    await make.hear(stack, make.later(two, "VERIFIED", update_time=from_time(clock.now)))
    assert states(await obligations(stack, urgings)) == [(1, FULFILLED), (2, ENDED)]


@pytest.mark.article("Đ7.2.d")
async def test_what_is_forwarded_is_owed_by_the_other_unit(stack: Stack, urgings, clock) -> None:
    clock.set(ASSIGNED)
    task = await make.hear(stack, make.assignment(None))
    clock.set(make.morning(2025, 3, 3))
    now = from_time(clock.now)
    moved = make.assignment(None, task_id=task.task_id, unit_id=str(make.SYT), create_time=now)
    await make.hear(stack, make.later(task, "FORWARDED", forwarded_to_id=moved.id, update_time=now))
    await make.hear(stack, moved)
    assert states(await obligations(stack, urgings, make.STNMT_LEADER)) == [(1, ENDED)]
    assert states(await obligations(stack, urgings, make.SYT_LEADER)) == [(1, OPEN)]
    assert await tick(stack, clock, 2025, 4, 1) == 2, "missed by Sở Y tế, and its next one opened"


async def test_a_second_delivery_and_a_failed_tick_change_nothing(stack: Stack, urgings, clock) -> None:
    clock.set(ASSIGNED)
    task = make.assignment(None)
    for _ in range(2):
        await make.hear(stack, task)
    assert await told(stack) == ["ObligationOpened"]
    clock.set(make.morning(2025, 4, 1))

    async def fail() -> None:
        async with stack.session() as session:
            assert await schedule.obligations.keep(session, now=clock.now) == 2
            raise ConnectionError

    with pytest.raises(ConnectionError):
        await fail()
    assert await told(stack) == ["ObligationOpened"]


@pytest.mark.article("D13")
async def test_the_office_sees_all_and_a_unit_its_own(stack: Stack, urgings, clock) -> None:
    clock.set(ASSIGNED)
    own = await make.hear(stack, make.assignment(None))
    other = await make.hear(stack, make.assignment(None, unit_id=str(make.SYT)))
    for person in (make.AN, make.BINH, make.OFFICE_LEADER, make.CHAIRMAN, make.CLERK):
        assert {each.assignment_id for each in await obligations(stack, urgings, person)} == {own.id, other.id}
    for person in (make.STNMT_LEADER, make.STNMT_OFFICER):
        assert [each.assignment_id for each in await obligations(stack, urgings, person)] == [own.id]
    for person in (make.ADMINISTRATOR, make.STNMT_ADMIN, make.EVALUATOR, make.OPERATOR):
        assert await obligations(stack, urgings, person) == []


async def test_lists_are_filtered_and_paged(stack: Stack, urgings, clock) -> None:
    clock.set(ASSIGNED)
    task = await make.hear(stack, make.assignment(None))
    await make.hear(stack, make.assignment(None, unit_id=str(make.SYT)))
    await tick(stack, clock, 2025, 4, 1)
    first = await stack.call(urgings.ListObligations, pb.ListObligationsRequest(page_size=3), make.AN)
    rest = await stack.call(urgings.ListObligations, pb.ListObligationsRequest(page_size=3, page_token=first.next_page_token), make.AN)
    assert [each.quarter for each in [*first.obligations, *rest.obligations]] == [2, 2, 1, 1]
    assert rest.next_page_token == ""
    assert states(await obligations(stack, urgings, states=[MISSED], unit_id=str(make.STNMT), year=2025)) == [(1, MISSED)]
    assert len(await obligations(stack, urgings, assignment_id=task.id)) == 2
    assert await obligations(stack, urgings, year=2024) == []
