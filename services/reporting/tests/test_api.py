"""Lists and counts by the service's own door: each RPC as a stranger, as another unit, as the right role."""

import asyncio
from contextlib import contextmanager
from datetime import UTC, date, datetime
from uuid import uuid4

import grpc
import pytest
from sqlalchemy import event, select
from ykcd.assignment.v1 import assignment_pb2 as a
from ykcd.assignment.v1 import event_pb2 as told
from ykcd.assignment.v1 import obstacle_pb2
from ykcd.deadline.v1 import deadline_pb2, urging_pb2
from ykcd.deadline.v1.event_pb2 import CalendarPublished
from ykcd.directive.v1 import directive_pb2 as d
from ykcd.event.v1.envelope_pb2 import AccessDenied
from ykcd.reporting.v1 import reporting_pb2 as pb
from ykcd.reporting.v1 import reporting_pb2_grpc

from kit.testing.stack import Stack
from services.reporting import queries
from services.reporting.__main__ import app
from services.reporting.tests import factories as make
from services.reporting.tests.factories import (
    ADMINISTRATOR,
    AN,
    EVALUATOR,
    OFFICE_LEADER,
    OPERATOR,
    PHU_LOC_POINT,
    STNMT_LEADER,
    STNMT_OFFICER,
    SYT_LEADER,
)

F = pb.AssignmentFilter
REQUESTS = {
    "SearchAssignments": pb.SearchAssignmentsRequest(),
    "GetSummary": pb.GetSummaryRequest(),
    "GetWorklist": pb.GetWorklistRequest(),
}


@pytest.fixture
async def stack(serve) -> Stack:
    made = await serve(app)
    await make.fill(made)
    return made


@pytest.fixture
def stub(stack: Stack) -> reporting_pb2_grpc.ReportingServiceStub:
    return reporting_pb2_grpc.ReportingServiceStub(stack.channel)


async def search(stack: Stack, stub, person=AN, **filter) -> pb.SearchAssignmentsResponse:
    return await stack.call(stub.SearchAssignments, pb.SearchAssignmentsRequest(filter=F(**filter)), person)


@contextmanager
def statements(*engines):
    """Counts the SQL statements within."""
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        seen.append(statement)

    for engine in engines:
        event.listen(engine.sync_engine, "before_cursor_execute", note)
    yield seen
    for engine in engines:
        event.remove(engine.sync_engine, "before_cursor_execute", note)


def test_every_rpc_is_tried_as_a_stranger() -> None:
    assert sorted(REQUESTS) == sorted(m.name for s in pb.DESCRIPTOR.services_by_name.values() for m in s.methods)


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


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("don doc", ["71"]),
        ("ĐỐC đôn", ["71"]),
        ("71/2016", ["71"]),
        ("71/qđ-ubnd", ["71"]),
        ("y te", ["5425"]),
        ("So Y Te 5425", ["5425"]),
        ("SYT", ["5425"]),
        ("tiem chung", ["5425"]),
        ("tiem don", []),
        ("%", []),
        ("' OR 1=1 --", []),
    ],
)
async def test_search_finds_words_in_any_order_without_diacritics(stack: Stack, stub, query: str, numbers: list[str]) -> None:
    decision = make.directive(
        make.task(make.part(make.PHU_LOC), content="Cập nhật tiến độ"),
        number="71",
        symbol="QĐ-UBND",
        abstract="Quy chế theo dõi, đôn đốc",
        issue_date=make.day(2016, 10, 21),
    )
    await make.publish(stack, decision)
    await make.publish(stack, make.directive(make.task(make.part(make.SYT), content="Tiêm chủng mở rộng")))
    found = await search(stack, stub, query=query)
    assert [row.directive_code.split("/")[0] for row in found.rows] == numbers
    assert found.total_count == len(numbers)


@pytest.mark.article("Đ6.1.g", "D10", "D15")
@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2025, 4, 24, 16, tzinfo=UTC), a.TIMELINESS_IN_TIME),
        (datetime(2025, 4, 24, 17, 30, tzinfo=UTC), a.TIMELINESS_AWAITING_UPDATE),
        (datetime(2025, 4, 28, 16, tzinfo=UTC), a.TIMELINESS_AWAITING_UPDATE),
        (datetime(2025, 4, 28, 17, tzinfo=UTC), a.TIMELINESS_OVERDUE),
    ],
    ids=["on the day", "after midnight in Huế", "third working day", "the day after"],
)
async def test_an_open_task_becomes_overdue_by_the_clock_alone(stack: Stack, stub, clock, now: datetime, expected: int) -> None:
    """Đ6.1.g, D10, D15, example 16: due Thursday 24/04/2025; Saturday 26/04 is a working day."""
    swapped = deadline_pb2.CalendarDay(date=make.day(2025, 4, 26), kind=deadline_pb2.DAY_KIND_SWAP_WORK)
    await stack.deliver(CalendarPublished(calendar=deadline_pb2.Calendar(version=1, days=[swapped])), uuid4())
    await make.assign(stack, state="IN_PROGRESS", due=date(2025, 4, 24))
    clock.set(now)
    (row,) = (await search(stack, stub)).rows
    assert row.timeliness == expected


@pytest.mark.article("Đ7.2.c.1", "D15")
@pytest.mark.parametrize(
    ("reported", "expected"),
    [
        (datetime(2025, 4, 23, 16, tzinfo=UTC), a.TIMELINESS_AWAITING_UPDATE),
        (datetime(2025, 4, 23, 17, 30, tzinfo=UTC), a.TIMELINESS_OVERDUE),
    ],
    ids=["on its last day", "after it"],
)
async def test_who_has_said_that_it_is_not_done_is_overdue_at_once(stack: Stack, stub, reported: datetime, expected: int) -> None:
    """Đ7.2.c, D15: due Wednesday 23/04/2025, today is Thursday. As `assignment` judges it."""
    await make.assign(stack, state="IN_PROGRESS", due=date(2025, 4, 23), reported=reported)
    (row,) = (await search(stack, stub)).rows
    assert row.timeliness == expected
    counts = (await stack.call(stub.GetSummary, pb.GetSummaryRequest(), AN)).province
    assert (counts.doing_overdue, counts.total) == (1, 1)


@pytest.mark.article("Đ6.1.g", "D5", "§6.16")
@pytest.mark.parametrize(
    ("completed", "expected"),
    [(date(2025, 4, 24), a.TIMELINESS_DONE_ON_TIME), (date(2025, 4, 25), a.TIMELINESS_DONE_LATE)],
)
@pytest.mark.parametrize("state", ["REPORTED", "VERIFIED"])
async def test_done_is_judged_by_the_day_of_completion(stack: Stack, stub, clock, state: str, completed: date, expected: int) -> None:
    """D5, example 16."""
    clock.set(datetime(2025, 5, 20, tzinfo=UTC))
    await make.assign(stack, state=state, due=date(2025, 4, 24), completed=completed)
    (row,) = (await search(stack, stub)).rows
    assert row.timeliness == expected


async def fill_all_kinds(stack: Stack) -> dict[str, str]:
    """Today is Thursday 24/04/2025. One assignment of each timeliness, by its name."""
    return {
        "UNSPECIFIED": await make.assign(stack, make.STNMT, due=None),
        "IN_TIME": await make.assign(stack, make.STNMT, state="ACCEPTED", due=date(2025, 4, 29)),
        "OVERDUE": await make.assign(stack, make.SYT, state="IN_PROGRESS", due=date(2025, 4, 1), specialist=make.BINH),
        "DONE_ON_TIME": await make.assign(stack, make.SYT, state="VERIFIED", due=date(2025, 4, 10), completed=date(2025, 4, 10)),
        "DONE_LATE": await make.assign(stack, make.SYT, state="REPORTED", due=date(2025, 4, 10), completed=date(2025, 4, 11)),
        "AWAITING_UPDATE": await make.assign(stack, make.STNMT, due=date(2025, 4, 23), specialist=None, delegates=(STNMT_OFFICER,)),
    }


async def test_each_filter_finds_its_own(stack: Stack, stub) -> None:
    ids = await fill_all_kinds(stack)
    names = {id: name for name, id in ids.items()}

    async def found(person=AN, **filter) -> set[str]:
        return {names[row.id] for row in (await search(stack, stub, person, **filter)).rows}

    for name in ids:
        assert await found(timeliness=[a.Timeliness.Value(f"TIMELINESS_{name}")]) == {name}
    late = await found(timeliness=[a.TIMELINESS_OVERDUE, a.TIMELINESS_AWAITING_UPDATE], unit_ids=[str(make.SYT)])
    assert late == {"OVERDUE"}
    assert await found(states=[a.ASSIGNMENT_STATE_VERIFIED, a.ASSIGNMENT_STATE_REPORTED]) == {"DONE_ON_TIME", "DONE_LATE"}
    assert await found(specialist_id=str(make.BINH.id)) == {"OVERDUE"}
    assert await found(without_specialist=True) == {"AWAITING_UPDATE"}
    assert await found(has_deadline=False) == {"UNSPECIFIED"}
    assert await found(has_deadline=True) == set(ids) - {"UNSPECIFIED"}
    assert await found(due_from=make.day(2025, 4, 11), due_to=make.day(2025, 4, 28)) == {"AWAITING_UPDATE"}
    assert await found(due_soon=True) == {"IN_TIME"}
    assert await found(STNMT_OFFICER, delegated_to_me=True) == {"AWAITING_UPDATE"}
    assert await found(STNMT_LEADER, delegated_to_me=True) == set()
    assert await found(field_id=str(make.LAND)) == set(ids)
    assert await found(field_id=str(make.HEALTH)) == set()
    assert await found(roles=[d.ASSIGNMENT_ROLE_COORDINATING]) == set()
    (row,) = (await search(stack, stub, timeliness=[a.TIMELINESS_OVERDUE])).rows
    assert await found(directive_id=row.directive_id) == {"OVERDUE"}


@pytest.mark.article("Đ1.2.1", "Đ3.4", "Đ7.2.c.2", "Đ8.1.b", "Đ8.1.e")
async def test_what_happens_around_an_assignment_is_shown_and_found(stack: Stack, stub) -> None:
    """Đ1.2, Đ3.4, Đ7.2.c, Đ8.1.b, Đ8.1.e."""
    ids = {
        "national": (await make.publish(stack, make.directive(task := make.task(make.part(make.SYT)), regime=d.REGIME_NATIONAL))).id
        and task.assignments[0].id,
        "phase": await make.assign(stack, phase=2, phase_name="Giai đoạn 2"),
        "extension": await make.assign(
            stack, deadline_cycle=2, original_due_date=make.day(2025, 5, 2), extensions=[a.Extension(state=a.EXTENSION_STATE_REQUESTED)]
        ),
        "obstacle": await make.assign(stack),
        "urged": await make.assign(stack),
        "needlessly urged": await make.assign(stack),
        "escalated": await make.assign(stack),
        "missed": await make.assign(stack, due=None),
        "report": await make.assign(stack, reports=[a.Report(kind=a.REPORT_KIND_PERIODIC, state=a.REPORT_STATE_SUBMITTED)]),
        "plain": await make.assign(stack, state="IN_PROGRESS", specialist=make.BINH, issued=make.day(2025, 1, 6)),
    }
    names = {id: name for name, id in ids.items()}
    await make.tell_obstacle(stack, ids["obstacle"], "PROPOSED")
    await make.tell_notice(stack, ids["urged"])
    await make.tell_notice(stack, ids["needlessly urged"], counts=False)
    escalation = await make.tell_escalation(stack, ids["escalated"])
    await make.tell_escalation(stack, ids["escalated"], "DONE", 2, id=escalation)
    await make.tell_obligation(stack, ids["missed"], "MISSED", make.day(2025, 3, 31))

    async def found(person=AN, **filter) -> set[str]:
        return {names[row.id] for row in (await search(stack, stub, person, **filter)).rows}

    assert await found(regime=d.REGIME_NATIONAL) == {"national"}
    assert await found(phased=True) == {"phase"}
    assert await found(phased=False) == set(ids) - {"phase"}
    assert await found(extension_pending=True) == {"extension"}
    assert await found(obstacle_open=True) == await found(obstacle_states=[obstacle_pb2.OBSTACLE_STATE_PROPOSED]) == {"obstacle"}
    assert await found(obstacle_states=[obstacle_pb2.OBSTACLE_STATE_RAISED]) == set()
    assert await found(urged=True) == {"urged"}
    assert await found(escalated=True) == {"escalated"}
    assert await found(obligation_missed=True) == {"missed"}
    assert await found(report_to_review=True) == {"report"}
    assert await found(execution=[a.EXECUTION_IN_PROGRESS]) == {"plain"}
    assert await found(make.BINH, followed_by_me=True) == await found(issue_to=make.day(2025, 1, 31)) == {"plain"}
    assert await found(issue_from=make.day(2025, 2, 1)) == set(ids) - {"plain"}

    rows = {names[row.id]: row for row in (await search(stack, stub)).rows}
    assert (rows["national"].regime, rows["national"].directive_state) == (d.REGIME_NATIONAL, d.DIRECTIVE_STATE_PUBLISHED)
    assert (rows["phase"].phase, rows["phase"].phase_name) == (2, "Giai đoạn 2")
    moved = rows["extension"]
    assert (moved.extension_pending, moved.deadline_cycle, moved.original_due_date) == (True, 2, make.day(2025, 5, 2))
    assert (rows["obstacle"].obstacle_open, rows["report"].report_to_review) == (True, True)
    assert [(rows[name].cycle_notices, rows[name].urging_notices) for name in ("urged", "needlessly urged")] == [(1, 1), (1, 0)]
    assert (rows["escalated"].escalated, rows["escalated"].escalation_open) == (True, False)
    missed = rows["missed"]
    assert (missed.obligation_state, missed.obligation_period_end) == (urging_pb2.OBLIGATION_STATE_MISSED, make.day(2025, 3, 31))


@pytest.mark.parametrize("order", pb.AssignmentOrder.values())
async def test_pages_of_each_order_follow_each_other_without_gap_or_repeat(stack: Stack, stub, clock, order: int) -> None:
    for number in range(7):
        unit = (make.STNMT, make.PHU_LOC, make.SYT)[number % 3]
        due = date(2025, 6, 1 + number // 2) if number else None
        await make.assign(stack, unit, due=due, issued=make.day(2025, 4, 1 + number // 3))
        clock.advance(minutes=number % 2)
    whole = await stack.call(stub.SearchAssignments, pb.SearchAssignmentsRequest(order=order), AN)
    rows, token = [], ""
    while True:
        request = pb.SearchAssignmentsRequest(order=order, page_size=2, page_token=token)
        answer = await stack.call(stub.SearchAssignments, request, AN)
        rows += answer.rows
        assert answer.total_count == 7
        token = answer.next_page_token
        if not token:
            break
    assert rows == list(whole.rows)
    keys = {
        pb.ASSIGNMENT_ORDER_UNSPECIFIED: [(r.effective_due_date.day or 99) for r in rows],
        pb.ASSIGNMENT_ORDER_ISSUE_DATE_DESC: [-r.directive_issue_date.day for r in rows],
        pb.ASSIGNMENT_ORDER_UPDATE_TIME_DESC: [-r.update_time.seconds for r in rows],
        pb.ASSIGNMENT_ORDER_UNIT: [["Sở Tài nguyên và Môi trường", "Sở Y tế", "UBND huyện Phú Lộc"].index(r.unit_name) for r in rows],
    }[order]
    assert keys == sorted(keys)


async def test_a_foreign_or_bent_page_token_is_refused(stack: Stack, stub) -> None:
    for _ in range(2):
        await make.assign(stack)
    first = await stack.call(stub.SearchAssignments, pb.SearchAssignmentsRequest(page_size=1), AN)
    token = first.next_page_token
    for person, request in (
        (STNMT_LEADER, pb.SearchAssignmentsRequest(page_token=token)),
        (AN, pb.SearchAssignmentsRequest(page_token=token, filter=F(query="x"))),
        (AN, pb.SearchAssignmentsRequest(page_token=token, order=pb.ASSIGNMENT_ORDER_UNIT)),
        (AN, pb.SearchAssignmentsRequest(page_token="bm9uc2Vuc2U=")),
    ):
        error = await stack.refused(stub.SearchAssignments, request, person)
        assert (error.reason, error.fields) == ("PAGE_TOKEN_INVALID", ["page_token"])


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
        without_deadline=1,
        obligations_open=1,
        return_requested=1,
        coordinating=1,
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
        late_updates=1,
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
    # Who calls; the calendar's version and days; the counts.
    assert len(seen) == 4
