"""Annex V (regulation §5): what is counted once, what nowhere, and that the list behind a figure is as long as the figure."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from ykcd.assignment.v1 import assignment_pb2 as a
from ykcd.assignment.v1 import event_pb2 as told
from ykcd.directive.v1 import directive_pb2 as d
from ykcd.reporting.v1 import reporting_pb2 as pb

from kit.testing.stack import Stack
from services.reporting import annex
from services.reporting.tests import factories as make
from services.reporting.tests.factories import AN, EVALUATOR, OFFICE_LEADER, PHU_LOC_POINT, STNMT_LEADER

COLUMNS = [column for column in pb.SummaryColumn.values() if column]
DONE = {"state": a.ASSIGNMENT_STATE_VERIFIED, "execution": a.EXECUTION_DONE}
UNDER_WAY = {"state": a.ASSIGNMENT_STATE_IN_PROGRESS, "execution": a.EXECUTION_IN_PROGRESS}
GONE = ("FORWARDED", "CANCELLED", "SUCCEEDED")
DERIVED = ("unit_id", "unit_name", "open_in_time", "open_overdue", "completion", "on_time", "rank")
PAST, LATER = date(2025, 4, 1), date(2025, 12, 31)


async def summary(stack: Stack, stub) -> pb.Summary:
    return await stack.call(stub.GetSummary, pb.GetSummaryRequest(), EVALUATOR)


async def give(stack: Stack, *parts: d.PlannedAssignment) -> d.Directive:
    """One document with one task of these parts."""
    return await make.publish(stack, make.directive(make.task(*parts)))


async def say(stack: Stack, letter: d.Directive, part: d.PlannedAssignment, **more: Any) -> None:
    """The part's next state."""
    await make.tell(stack, told.AssignmentProgressed, make.snapshot(letter, letter.tasks[0], part, **more), 5)


def figures(counts: pb.UnitCounts) -> dict[str, int]:
    """Those that aren't 0, without what follows from them."""
    return {field.name: value for field, value in counts.ListFields() if field.name not in DERIVED}


@pytest.mark.article("§6.12")
async def test_a_task_with_coordinators_is_counted_once_under_its_lead(stack: Stack, stub) -> None:
    """Example 12: lead A verified on time, coordinator B done, coordinator C silent."""
    lead, done, silent = (
        make.part(make.STNMT, due=make.day(2025, 4, 30)),
        make.part(make.SYT, "COORDINATING", make.day(2025, 4, 30)),
        make.part(make.PHU_LOC, "COORDINATING", make.day(2025, 4, 30)),
    )
    letter = await give(stack, lead, done, silent)
    await say(stack, letter, lead, completed_on=make.day(2025, 4, 24), **DONE)
    await say(stack, letter, done, completed_on=make.day(2025, 4, 24), **DONE)
    found = await summary(stack, stub)
    assert figures(found.province) == {"total": 1, "done": 1, "done_on_time": 1, "coordinating": 2}
    assert (found.task_count, found.part_count) == (1, 3)
    assert figures(found.units[0]) == {"total": 1, "done": 1, "done_on_time": 1}


@pytest.mark.article("§6.13")
async def test_two_leads_are_counted_each_under_its_own_unit(stack: Stack, stub) -> None:
    """Example 13: A verified, D overdue; the notice is D's alone."""
    first, late = make.part(make.STNMT, due=make.day(2025, 4, 1)), make.part(make.SYT, due=make.day(2025, 4, 1))
    letter = await give(stack, first, late)
    await say(stack, letter, first, completed_on=make.day(2025, 4, 1), **DONE)
    await say(stack, letter, late, **UNDER_WAY)
    await make.tell_notice(stack, late.id)
    found = await summary(stack, stub)
    assert [figures(unit) for unit in found.units] == [
        {"total": 1, "done": 1, "done_on_time": 1},
        {"total": 1, "doing": 1, "doing_overdue": 1, "urging_notices": 1},
    ]
    assert (found.task_count, found.part_count, found.province.total) == (1, 2, 2)


@pytest.fixture
async def phased(stack: Stack, clock) -> tuple[d.Directive, list[d.PlannedAssignment]]:
    """Example 14, on 01/07/2025: P1 due 31/03 done 28/03, P2 due 30/06 and P3 due 31/12 open."""
    clock.set(datetime(2025, 7, 1, 2, tzinfo=UTC))
    days = (make.day(2025, 3, 31), make.day(2025, 6, 30), make.day(2025, 12, 31))
    phases = [make.part(make.STNMT, due=due, phase=number, phase_name=f"Giai đoạn {number}") for number, due in enumerate(days, 1)]
    letter = make.directive(make.task(*phases), issue_date=make.day(2025, 1, 6))
    letter.tasks[0].task_class.has_deadline = False
    await make.publish(stack, letter)
    await say(stack, letter, phases[0], completed_on=make.day(2025, 3, 28), **DONE)
    await say(stack, letter, phases[1], **UNDER_WAY)
    return letter, phases


@pytest.mark.article("Đ3.4", "§6.14")
async def test_a_phased_task_counts_once_by_its_worst_open_phase(stack: Stack, stub, phased) -> None:
    """Example 14: P1 on time, P2 overdue; the task is under way and overdue."""
    found = await summary(stack, stub)
    assert figures(found.province) == {"total": 1, "doing": 1, "doing_overdue": 1}
    assert (found.task_count, found.part_count) == (1, 1)
    listed = await stack.call(stub.SearchAssignments, pb.SearchAssignmentsRequest(), AN)
    assert [(row.phase, row.phase_name, row.timeliness, row.execution) for row in listed.rows] == [
        (1, "Giai đoạn 1", a.TIMELINESS_DONE_ON_TIME, a.EXECUTION_DONE),
        (2, "Giai đoạn 2", a.TIMELINESS_AWAITING_UPDATE, a.EXECUTION_IN_PROGRESS),
        (3, "Giai đoạn 3", a.TIMELINESS_IN_TIME, a.EXECUTION_NOT_STARTED),
    ]


@pytest.mark.article("Đ3.4", "§6.14")
@pytest.mark.parametrize(
    ("second", "third", "expected"),
    [
        (30, None, {"total": 1, "doing": 1, "doing_in_time": 1}),
        (30, 1, {"total": 1, "done": 1, "done_on_time": 1}),
        (31, 1, {"total": 1, "done": 1, "done_late": 1}),
    ],
    ids=["between two phases", "all on time", "one late"],
)
async def test_a_phased_task_is_done_when_all_phases_are_and_on_time_when_all_were(
    stack: Stack, stub, phased, second: int, third: int | None, expected: dict[str, int]
) -> None:
    letter, (_first, two, three) = phased
    on = make.day(2025, 6, 30) if second == 30 else make.day(2025, 7, 1)
    await make.tell(stack, told.AssignmentVerified, make.snapshot(letter, letter.tasks[0], two, completed_on=on, **DONE), 6)
    if third:
        done = make.snapshot(letter, letter.tasks[0], three, completed_on=make.day(2025, 7, 1), **DONE)
        await make.tell(stack, told.AssignmentVerified, done, 6)
    assert figures((await summary(stack, stub)).province) == expected


@pytest.mark.article("Đ7.2.d", "§6.15")
async def test_a_forwarded_part_leaves_its_first_unit_and_counts_for_the_second(stack: Stack, stub, clock) -> None:
    """Example 15, of 2016: A's part forwarded to B on 05/12, due 20/12."""
    clock.set(datetime(2016, 12, 5, 3, tzinfo=UTC))
    part = make.part(make.STNMT, due=make.day(2016, 12, 20))
    letter = await make.publish(stack, make.directive(make.task(part), issue_date=make.day(2016, 11, 21)))
    await make.tell_notice(stack, part.id)
    forwarded = {"state": a.ASSIGNMENT_STATE_FORWARDED, "execution": a.EXECUTION_UNSPECIFIED, "forwarded_to_id": str(uuid4())}
    await say(stack, letter, part, **forwarded)
    new = make.snapshot(
        letter, letter.tasks[0], part, id=forwarded["forwarded_to_id"], unit_id=str(make.PHU_LOC), forwarded_from_id=part.id
    )
    await make.tell(stack, told.AssignmentSent, new)
    (unit,) = (await summary(stack, stub)).units
    assert (unit.unit_name, figures(unit)) == ("UBND huyện Phú Lộc", {"total": 1, "not_started": 1, "not_started_in_time": 1})
    # Both read the whole chain; the new one has the same due date.
    for person in (STNMT_LEADER, PHU_LOC_POINT):
        rows = (await stack.call(stub.SearchAssignments, pb.SearchAssignmentsRequest(), person)).rows
        chain = {row.id: (row.state, row.forwarded_from_id, row.due_date, row.timeliness) for row in rows}
        assert chain == {
            part.id: (a.ASSIGNMENT_STATE_FORWARDED, "", make.day(2016, 12, 20), a.TIMELINESS_UNSPECIFIED),
            new.id: (a.ASSIGNMENT_STATE_SENT, part.id, make.day(2016, 12, 20), a.TIMELINESS_IN_TIME),
        }


@pytest.mark.article("Đ7.2.d", "D12")
@pytest.mark.parametrize("state", GONE)
async def test_what_is_gone_counts_nowhere(stack: Stack, stub, state: str) -> None:
    for due in (PAST, LATER, None):
        gone = await make.assign(stack, state=state, due=due)
        await make.tell_escalation(stack, gone)
    found = await summary(stack, stub)
    assert (list(found.units), found.province, found.task_count, found.part_count) == ([], pb.UnitCounts(), 0, 0)


@pytest.mark.article("Đ7.2.c.2", "§6.24")
async def test_tasks_without_a_deadline_are_done_updated_missed_or_not_yet_asked(stack: Stack, stub) -> None:
    """Regulation §5, V (11)."""
    ids = [await make.assign(stack, due=None, state=state) for state in ("VERIFIED", "IN_PROGRESS", "IN_PROGRESS", "SENT", "SENT")]
    quarters = ("MISSED", "FULFILLED", "MISSED", "OPEN")
    for id, state in zip(ids, quarters, strict=False):
        await make.tell_obligation(stack, id, state, make.day(2025, 3, 31))
    assert figures((await summary(stack, stub)).province) == {
        "without_deadline": 5,
        "without_deadline_done": 1,
        "obligations_fulfilled": 1,
        "obligations_missed": 1,
        "obligations_open": 2,
    }


async def fill(stack: Stack, phased: tuple[d.Directive, list[d.PlannedAssignment]]) -> None:
    """Something of every column, with a phased task among them."""
    for unit in (make.STNMT, make.SYT):
        for state in make.EXECUTIONS:
            for due in (PAST, LATER, None):
                completed = due if make.EXECUTIONS[state] == a.EXECUTION_DONE else None
                await make.assign(stack, unit, state=state, due=due, completed=completed)
    late = await make.assign(stack, state="REPORTED", due=PAST, completed=date(2025, 4, 2), late_update=True)
    await make.tell_notice(stack, late)
    await make.tell_notice(stack, late, counts=False)
    await make.tell_escalation(stack, late)
    for state in ("FULFILLED", "MISSED"):
        await make.tell_obligation(stack, await make.assign(stack, due=None), state, make.day(2025, 6, 30))
    await make.assign(stack, role="COORDINATING")
    gathering = await make.assign(stack, role="AGGREGATING")
    await make.tell_notice(stack, gathering)
    await make.tell_notice(stack, phased[1][1].id)


@pytest.mark.article("Đ9.2", "Đ9.4")
async def test_the_identities_hold_in_every_row_and_the_rows_add_up_to_the_provinces(stack: Stack, stub, phased) -> None:
    """Regulation §5, V."""
    await fill(stack, phased)
    found = await summary(stack, stub)
    for row in (*found.units, found.province):
        assert row.total == row.done + row.doing + row.not_started
        assert row.done == row.done_on_time + row.done_late
        assert row.doing == row.doing_in_time + row.doing_overdue
        assert row.not_started == row.not_started_in_time + row.not_started_overdue
        rest = row.obligations_fulfilled + row.obligations_missed + row.obligations_open
        assert row.without_deadline == row.without_deadline_done + rest
    for field in pb.UnitCounts.DESCRIPTOR.fields:
        if field.name not in ("unit_id", "unit_name", "completion", "on_time", "rank"):
            assert getattr(found.province, field.name) == sum(getattr(unit, field.name) for unit in found.units) > 0, field.name
    assert found.part_count == found.province.total + found.province.without_deadline + found.province.coordinating
    assert found.province.urging_notices == 3


def test_every_column_is_a_figure_of_the_summary() -> None:
    known = {field.name for field in pb.UnitCounts.DESCRIPTOR.fields}
    beside = {"unit_id", "unit_name", "urging_notices", "completion", "on_time", "rank"}
    assert {annex.field(column) for column in COLUMNS} == known - beside


@pytest.mark.article("Đ2.1")
async def test_every_figure_is_as_large_as_the_list_behind_it(stack: Stack, stub, phased) -> None:
    """Đ2.1: a count that can be looked into."""
    await fill(stack, phased)
    found = await summary(stack, stub)
    for unit in found.units:
        for column in COLUMNS:
            chosen = pb.AssignmentFilter(column=column, unit_ids=[unit.unit_id])
            listed = await stack.call(stub.SearchAssignments, pb.SearchAssignmentsRequest(filter=chosen), OFFICE_LEADER)
            assert listed.part_count == getattr(unit, annex.field(column)), (unit.unit_name, annex.field(column))
    overdue = pb.AssignmentFilter(column=pb.SUMMARY_COLUMN_DOING_OVERDUE, field_id=str(make.LAND), phased=True)
    listed = await stack.call(stub.SearchAssignments, pb.SearchAssignmentsRequest(filter=overdue), STNMT_LEADER)
    # All phases of the one part.
    assert (listed.part_count, listed.total_count, [row.phase for row in listed.rows]) == (1, 3, [1, 2, 3])
