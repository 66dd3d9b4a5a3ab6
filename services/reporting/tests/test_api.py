"""Lists and counts by the service's own door: each RPC as a stranger, as another unit, as the right role."""

import asyncio
from datetime import date
from uuid import uuid4

import grpc
import pytest
from sqlalchemy import select
from ykcd.assignment.v1 import assignment_pb2 as a
from ykcd.assignment.v1 import event_pb2 as told
from ykcd.directive.v1 import directive_pb2 as d
from ykcd.event.v1.envelope_pb2 import AccessDenied
from ykcd.reporting.v1 import reporting_pb2 as pb

from kit.testing.stack import Stack
from services.reporting import queries
from services.reporting.tests import factories as make
from services.reporting.tests.asking import F, fill_all_kinds, search, statements
from services.reporting.tests.factories import (
    ADMINISTRATOR,
    AN,
    EVALUATOR,
    OFFICE_LEADER,
    OPERATOR,
    PHU_LOC_POINT,
    STNMT_LEADER,
    SYT_LEADER,
)

REQUESTS = {
    "SearchAssignments": pb.SearchAssignmentsRequest(),
    "GetSummary": pb.GetSummaryRequest(),
    "GetWorklist": pb.GetWorklistRequest(),
}


def test_every_rpc_is_tried_as_a_stranger() -> None:
    """The stream is tried in test_export, the figures in test_dashboard."""
    methods = {m.name for s in pb.DESCRIPTOR.services_by_name.values() for m in s.methods}
    assert set(REQUESTS) == methods - {"ExportAssignments", "GetDashboard"}


@pytest.mark.parametrize("name", REQUESTS)
async def test_a_stranger_is_refused(stack: Stack, stub, name: str) -> None:
    error = await stack.refused(getattr(stub, name), REQUESTS[name])
    assert (error.code, error.reason) == (grpc.StatusCode.UNAUTHENTICATED, "TOKEN_MISSING")


@pytest.mark.parametrize("name", REQUESTS)
@pytest.mark.parametrize("person", [OPERATOR, ADMINISTRATOR], ids=["operator", "administrator"])
async def test_who_runs_the_platform_sees_no_business_and_the_denial_is_told(stack: Stack, stub, name: str, person) -> None:
    """Regulation §4."""
    error = await stack.refused(getattr(stub, name), REQUESTS[name], person)
    assert (error.code, error.reason) == (grpc.StatusCode.PERMISSION_DENIED, "ROLE_REQUIRED")
    ((envelope, denied),) = await stack.events(AccessDenied)
    assert (denied.method, envelope.actor.person_id) == (name, str(person.id))


@pytest.mark.article("D13")
async def test_who_takes_part_sees_every_part_and_nobody_else_does(stack: Stack, stub) -> None:
    """D13."""
    both = make.task(make.part(make.STNMT), make.part(make.PHU_LOC, "COORDINATING"))
    await make.publish(stack, make.directive(both, make.task(make.part(make.SYT))))
    seen = {p.name: (await search(stack, stub, p)).total_count for p in (STNMT_LEADER, PHU_LOC_POINT, SYT_LEADER, AN, EVALUATOR)}
    assert list(seen.values()) == [2, 2, 1, 3, 3]
    foreign = await search(stack, stub, SYT_LEADER, unit_ids=[str(make.STNMT)])
    assert (list(foreign.rows), foreign.total_count) == ([], 0)


async def test_row_level_security_holds_where_a_query_forgets_its_condition(stack: Stack, stub, monkeypatch) -> None:
    """Architecture, tenancy: the database refuses by itself."""
    await make.assign(stack, make.STNMT)
    monkeypatch.setattr(queries, "visible_to", lambda _actor: select(queries.Assignment))
    assert (await search(stack, stub, SYT_LEADER)).total_count == 0
    assert (await search(stack, stub, STNMT_LEADER)).total_count == 1


async def test_a_row_tells_all_that_a_list_shows(stack: Stack, stub) -> None:
    id = await make.assign(stack, state="ACCEPTED", content="Kiểm tra")
    (row,) = (await search(stack, stub)).rows
    assert (row.id, row.version, row.state, row.execution) == (id, 1, a.ASSIGNMENT_STATE_ACCEPTED, a.EXECUTION_NOT_STARTED)
    assert (row.directive_code, row.directive_abstract, row.content) == ("5425/UBND-KGVX", "V/v rà soát quỹ đất công", "Kiểm tra")
    assert (row.unit_name, row.specialist_id, row.role) == ("Sở Tài nguyên và Môi trường", str(AN.id), d.ASSIGNMENT_ROLE_LEAD)
    assert (row.due_date, row.effective_due_date) == (make.day(2025, 6, 30), make.day(2025, 6, 30))
    assert (row.timeliness, row.task_class.has_deadline, row.HasField("completed_on")) == (a.TIMELINESS_IN_TIME, True, False)


async def test_each_wrong_field_is_named(stack: Stack, stub) -> None:
    wrong = pb.SearchAssignmentsRequest(filter=F(unit_ids=["x"], timeliness=[99], query="y" * 201), page_size=201)
    error = await stack.refused(stub.SearchAssignments, wrong, AN)
    assert set(error.fields) == {"filter.unit_ids[0]", "filter.timeliness[0]", "filter.query", "page_size"}
    error = await stack.refused(stub.SearchAssignments, pb.SearchAssignmentsRequest(filter=F(due_to=make.day(2025, 2, 30))), AN)
    assert error.fields == ["filter.due_to"]
    error = await stack.refused(stub.GetSummary, pb.GetSummaryRequest(issue_from=make.day(9999, 1, 1)), AN)
    assert error.fields == ["issue_from"]
    assert (await stack.refused(stub.GetWorklist, pb.GetWorklistRequest(rows_per_section=51), AN)).fields == ["rows_per_section"]


async def test_a_list_costs_the_same_statements_however_long_it_is(stack: Stack, stub) -> None:
    for _ in range(20):
        await make.assign(stack)
    with statements(stack.runtime.api) as seen:
        await search(stack, stub)
    # Who calls; the calendar's version and days; the rows; their count.
    assert len(seen) == 5


async def test_my_own_write_is_waited_for(stack: Stack, stub) -> None:
    """Architecture, decision 2."""
    planned = make.part(make.STNMT)
    letter = make.directive(make.task(planned))
    accepted = make.snapshot(letter, letter.tasks[0], planned, state=a.ASSIGNMENT_STATE_ACCEPTED)
    after = pb.ReadAfter(aggregate_id=planned.id, version=2)
    for method, request in (
        (stub.SearchAssignments, pb.SearchAssignmentsRequest(read_after=[after])),
        (stub.GetSummary, pb.GetSummaryRequest(read_after=[after])),
        (stub.GetWorklist, pb.GetWorklistRequest(read_after=[after])),
    ):
        assert (await stack.call(method, request, AN)).stale
    request = pb.SearchAssignmentsRequest(read_after=[after, pb.ReadAfter(aggregate_id=letter.id, version=letter.version)])
    asked = asyncio.create_task(stack.call(stub.SearchAssignments, request, AN))
    await make.publish(stack, letter)
    await make.tell(stack, told.AssignmentAccepted, accepted, 2)
    answer = await asked
    assert (answer.stale, [row.version for row in answer.rows]) == (False, [2])


async def test_waiting_takes_few_looks_and_a_foreign_aggregate_looks_like_a_missing_one(stack: Stack, stub) -> None:
    foreign = await make.assign(stack, make.STNMT)
    for id in (foreign, str(uuid4())):
        request = pb.SearchAssignmentsRequest(read_after=[pb.ReadAfter(aggregate_id=id, version=1)])
        with statements(stack.runtime.api) as seen:
            answer = await stack.call(stub.SearchAssignments, request, SYT_LEADER)
        assert (answer.stale, len(seen)) == (True, 10)


@pytest.mark.article("Đ2.1", "D13")
async def test_counts_of_all_units_are_open_to_all_and_hold_no_content(stack: Stack, stub) -> None:
    """Đ2.1, D13: the evaluator, a unit and the Office see the same figures."""
    await fill_all_kinds(stack)
    await make.assign(stack, make.STNMT, role="COORDINATING")
    await make.assign(stack, make.STNMT, state="RETURN_REQUESTED")
    await make.assign(stack, make.SYT, state="REPORTED", due=date(2025, 4, 9), completed=date(2025, 4, 9), late_update=True)
    answers = [await stack.call(stub.GetSummary, pb.GetSummaryRequest(), p) for p in (AN, EVALUATOR, SYT_LEADER, OFFICE_LEADER)]
    assert all(answer == answers[0] for answer in answers)
    stnmt, syt = answers[0].units
    assert stnmt == pb.UnitCounts(
        unit_id=str(make.STNMT),
        unit_name="Sở Tài nguyên và Môi trường",
        total=3,
        not_started=3,
        not_started_in_time=2,
        not_started_overdue=1,
        open_in_time=2,
        open_overdue=1,
        without_deadline=1,
        obligations_open=1,
        return_requested=1,
        coordinating=1,
        completion=pb.Rate(part=0, whole=1),
        on_time=pb.Rate(part=0, whole=1),
        rank=2,
    )
    assert syt == pb.UnitCounts(
        unit_id=str(make.SYT),
        unit_name="Sở Y tế",
        total=4,
        done=3,
        done_on_time=2,
        done_late=1,
        doing=1,
        doing_overdue=1,
        open_overdue=1,
        late_updates=1,
        completion=pb.Rate(part=3, whole=4),
        on_time=pb.Rate(part=2, whole=4),
        rank=1,
    )
    province = answers[0].province
    assert (province.unit_id, province.total, province.done, province.coordinating) == ("", 7, 3, 1)
    assert (answers[0].task_count, answers[0].part_count) == (9, 9)
    assert answers[0].as_of_time.seconds == int(stack.runtime.clock().timestamp())


async def test_what_a_unit_sent_back_is_counted_once(stack: Stack, stub) -> None:
    """Regulation §5, V: a return waiting for its decision is within its column, not beside it."""
    await make.assign(stack, make.STNMT, state="RETURN_REQUESTED", due=date(2025, 4, 1))
    province = (await stack.call(stub.GetSummary, pb.GetSummaryRequest(), STNMT_LEADER)).province
    assert (province.total, province.not_started_overdue, province.return_requested) == (1, 1, 1)


async def test_counts_of_a_period_and_of_nothing(stack: Stack, stub) -> None:
    await make.assign(stack, issued=make.day(2025, 3, 31))
    await make.assign(stack, issued=make.day(2025, 4, 1))
    april = pb.GetSummaryRequest(issue_from=make.day(2025, 4, 1), issue_to=make.day(2025, 4, 30))
    assert (await stack.call(stub.GetSummary, april, AN)).province.total == 1
    empty = await stack.call(stub.GetSummary, pb.GetSummaryRequest(issue_from=make.day(2026, 1, 1)), AN)
    assert (list(empty.units), empty.province, empty.task_count) == ([], pb.UnitCounts(), 0)


async def test_a_summary_costs_the_same_statements_whatever_it_counts(stack: Stack, stub) -> None:
    await fill_all_kinds(stack)
    with statements(stack.runtime.api, stack.runtime.worker) as seen:
        await stack.call(stub.GetSummary, pb.GetSummaryRequest(), AN)
    # Who calls; the calendar's version and days; which months are kept; the counts.
    assert len(seen) == 5
