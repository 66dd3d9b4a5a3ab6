"""Dashboards: that every number is right, open to whom it is, and as large as the list behind it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import grpc
import pytest
from google.protobuf.message import Message
from ykcd.directive.v1 import directive_pb2 as d
from ykcd.reporting.v1 import reporting_pb2 as pb

from kit.dates import from_time, to_date
from kit.testing.stack import Stack
from services.reporting.tests import factories as make
from services.reporting.tests.factories import (
    ADMINISTRATOR,
    AN,
    BINH,
    EVALUATOR,
    OFFICE_LEADER,
    OPERATOR,
    PHU_LOC,
    STNMT,
    STNMT_LEADER,
    SYT,
    SYT_LEADER,
)

TODAY = date(2025, 4, 24)
ASKED = pb.GetDashboardRequest()


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


async def fill(stack: Stack) -> None:
    """Today is Thursday 24/04/2025."""
    for days in (1, 7, 8, 15, 16, 30, 31, 60, 61, 400):
        await make.assign(stack, STNMT, state="IN_PROGRESS", due=ago(days), issued=make.day(2025, 1, 6), specialist=BINH)
    await make.assign(stack, SYT, state="VERIFIED", due=ago(20), completed=ago(21), issued=make.day(2025, 3, 3))
    await make.assign(stack, SYT, state="VERIFIED", due=ago(60), completed=ago(40), issued=make.day(2025, 1, 6))
    await make.assign(stack, SYT, state="ACCEPTED", due=TODAY, issued=make.day(2025, 4, 1))
    await make.assign(stack, SYT, due=None)
    await make.assign(stack, PHU_LOC, role="COORDINATING")
    # A part with two phases, done and overdue: overdue, by the second.
    first, second = make.part(PHU_LOC, due=make.day(2025, 3, 31), phase=1), make.part(PHU_LOC, due=make.day(2025, 4, 18), phase=2)
    chairman = make.directive(make.task(first, second, field=make.HEALTH), issuing_authority=d.ISSUING_AUTHORITY_CHAIRMAN)
    await make.publish(stack, chairman)
    done = make.snapshot(chairman, chairman.tasks[0], first, state=5, execution=3, completed_on=make.day(2025, 3, 28))
    await make.tell(stack, make.told.AssignmentVerified, done)


def figures_of(message: Message) -> Iterator[pb.Figure]:
    """All that it holds, however deep."""
    if isinstance(message, pb.Figure):
        yield message
        return
    for field, value in message.ListFields():
        if field.type == field.TYPE_MESSAGE:
            for inner in value if field.is_repeated else [value]:
                yield from figures_of(inner)


def numbers(figures: pb.Figures) -> tuple[int, ...]:
    """total, on time, late, in time, overdue."""
    return tuple(getattr(figures, name).count for name in ("total", "done_on_time", "done_late", "in_time", "overdue"))


def rate(found: pb.Rate) -> tuple[int, int]:
    return found.part, found.whole


async def test_a_stranger_is_refused(stack: Stack, stub) -> None:
    refused = await stack.refused(stub.GetDashboard, ASKED)
    assert (refused.code, refused.reason) == (grpc.StatusCode.UNAUTHENTICATED, "TOKEN_MISSING")


@pytest.mark.parametrize("person", [OPERATOR, ADMINISTRATOR], ids=["operator", "administrator"])
async def test_who_runs_the_platform_sees_no_business(stack: Stack, stub, person) -> None:
    assert (await stack.refused(stub.GetDashboard, ASKED, person)).reason == "ROLE_REQUIRED"


@pytest.mark.article("Đ2.1", "D13")
async def test_the_numbers_are_the_same_for_all_and_lists_are_given_of_what_one_may_read(stack: Stack, stub) -> None:
    await fill(stack)
    whole = await stack.call(stub.GetDashboard, ASKED, AN)
    for person in (OFFICE_LEADER, EVALUATOR, STNMT_LEADER, SYT_LEADER):
        seen = await stack.call(stub.GetDashboard, ASKED, person)
        assert [figure.count for figure in figures_of(seen)] == [figure.count for figure in figures_of(whole)]
    assert all(figure.HasField("filter") for figure in figures_of(whole))
    listed = [figure for figure in figures_of(seen) if figure.HasField("filter")]
    assert {tuple(figure.filter.unit_ids) for figure in listed} == {(str(SYT),)}
    assert len(listed) == 5
    own = await stack.call(stub.GetDashboard, pb.GetDashboardRequest(unit_id=str(SYT)), SYT_LEADER)
    assert all(figure.HasField("filter") for figure in figures_of(own))
    foreign = await stack.call(stub.GetDashboard, pb.GetDashboardRequest(unit_id=str(STNMT)), SYT_LEADER)
    assert numbers(foreign.all) == (10, 0, 0, 0, 10)
    assert not any(figure.HasField("filter") for figure in figures_of(foreign))


@pytest.mark.article("Đ9.1", "§6.14", "§6.25")
async def test_each_view_counts_every_part_once(stack: Stack, stub) -> None:
    await fill(stack)
    found = await stack.call(stub.GetDashboard, ASKED, AN)
    assert numbers(found.all) == (14, 1, 1, 1, 11)
    assert (rate(found.all.completion), rate(found.all.on_time)) == ((2, 13), (1, 13))
    by_unit = {unit.unit_name: (numbers(unit.figures), unit.rank) for unit in found.units}
    assert by_unit == {
        "Sở Tài nguyên và Môi trường": ((10, 0, 0, 0, 10), 2),
        "Sở Y tế": ((3, 1, 1, 1, 0), 1),
        "UBND huyện Phú Lộc": ((1, 0, 0, 0, 1), 2),
    }
    assert [unit.unit_name for unit in found.worst] == ["Sở Tài nguyên và Môi trường", "UBND huyện Phú Lộc"]
    assert {field.field_id: numbers(field.figures)[0] for field in found.fields} == {str(make.LAND): 13, str(make.HEALTH): 1}
    assert {each.issuing_authority: numbers(each.figures)[0] for each in found.authorities} == {0: 13, d.ISSUING_AUTHORITY_CHAIRMAN: 1}
    months = {(each.month.year, each.month.month): (numbers(each.figures)[0], each.done_within.count) for each in found.months}
    assert list(months) == [(2024, month) for month in range(5, 13)] + [(2025, month) for month in range(1, 5)]
    assert {month: counts for month, counts in months.items() if any(counts)} == {(2025, 1): (11, 0), (2025, 3): (1, 1), (2025, 4): (2, 1)}
    ages = [(each.days_from, each.days_to, each.parts.count) for each in found.ages]
    assert ages == [(1, 7, 3), (8, 15, 2), (16, 30, 2), (31, 60, 2), (61, 0, 2)]
    assert (found.without_deadline.count, found.coordinating.count) == (1, 1)


@pytest.mark.article("Đ9.1", "§6.12")
@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"unit_id": str(PHU_LOC)},
        {"specialist_id": str(BINH.id)},
        {"issue_from": make.day(2025, 3, 3), "issue_to": make.day(2025, 4, 10)},
    ],
    ids=["province", "unit", "specialist", "period"],
)
async def test_every_number_is_as_large_as_the_list_behind_it(stack: Stack, stub, asked: dict) -> None:
    await fill(stack)
    found = await stack.call(stub.GetDashboard, pb.GetDashboardRequest(**asked), AN)
    assert found.all.total.count
    for figure in figures_of(found):
        listed = await stack.call(stub.SearchAssignments, pb.SearchAssignmentsRequest(filter=figure.filter), AN)
        assert listed.part_count == figure.count, figure


async def test_what_has_no_field_is_counted_and_has_no_list(stack: Stack, stub) -> None:
    bare = make.task(make.part(STNMT, due=make.day(2025, 6, 30)))
    bare.field_id = ""
    await make.publish(stack, make.directive(bare))
    (field,) = (await stack.call(stub.GetDashboard, ASKED, AN)).fields
    assert (field.field_id, numbers(field.figures)) == ("", (1, 0, 0, 1, 0))
    assert not field.figures.total.HasField("filter")


@pytest.mark.article("§6.27")
async def test_a_unit_with_nothing_due_has_no_rate_and_no_rank(stack: Stack, stub) -> None:
    await make.assign(stack, STNMT, due=date(2025, 6, 30))
    (unit,) = (await stack.call(stub.GetDashboard, ASKED, AN)).units
    assert (unit.rank, unit.figures.HasField("completion"), unit.figures.HasField("on_time")) == (0, False, False)


async def test_only_the_office_asks_for_a_specialist(stack: Stack, stub) -> None:
    await fill(stack)
    asked = pb.GetDashboardRequest(specialist_id=str(BINH.id))
    assert numbers((await stack.call(stub.GetDashboard, asked, AN)).all) == (10, 0, 0, 0, 10)
    refused = await stack.refused(stub.GetDashboard, asked, SYT_LEADER)
    assert (refused.code, refused.reason) == (grpc.StatusCode.PERMISSION_DENIED, "ROLE_REQUIRED")


async def test_a_unit_that_does_not_exist_has_nothing(stack: Stack, stub) -> None:
    await fill(stack)
    found = await stack.call(stub.GetDashboard, pb.GetDashboardRequest(unit_id=str(uuid4())), AN)
    assert (numbers(found.all), list(found.units), len(found.months)) == ((0, 0, 0, 0, 0), [], 12)


@pytest.mark.article("Đ9.2")
async def test_a_day_past_is_shown_as_it_was_known_then(stack: Stack, stub, clock) -> None:
    await fill(stack)
    before = await stack.call(stub.GetDashboard, ASKED, AN)
    then = clock()
    clock.set(datetime(2025, 5, 20, 2, tzinfo=UTC))
    await make.assign(stack, STNMT, state="ACCEPTED", due=date(2025, 6, 30))
    past = await stack.call(stub.GetDashboard, pb.GetDashboardRequest(as_of_time=from_time(then)), AN)
    assert [figure.count for figure in figures_of(past)] == [figure.count for figure in figures_of(before)]
    assert not any(figure.HasField("filter") for figure in figures_of(past))
    assert past.as_of_time == from_time(then)
    assert to_date(past.months[-1].month, "month") == date(2025, 4, 1)
    assert numbers((await stack.call(stub.GetDashboard, ASKED, AN)).all) == (15, 1, 1, 1, 12)


async def test_a_time_that_has_no_figures_is_refused(stack: Stack, stub, clock) -> None:
    await fill(stack)
    for time, reason in (
        (clock() + timedelta(minutes=1), "AS_OF_IN_FUTURE"),
        (clock() - timedelta(days=1), "AS_OF_BEFORE_DATA"),
    ):
        refused = await stack.refused(stub.GetDashboard, pb.GetDashboardRequest(as_of_time=from_time(time)), AN)
        assert (refused.reason, refused.fields) == (reason, ["as_of_time"])
    wrong = pb.GetDashboardRequest(unit_id="x", issue_from=make.day(2025, 2, 30))
    assert (await stack.refused(stub.GetDashboard, wrong, AN)).fields == ["unit_id"]
