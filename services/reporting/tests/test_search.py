"""What a list finds, by words, timeliness and what happens around it, and in which order it comes."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from ykcd.assignment.v1 import assignment_pb2 as a
from ykcd.assignment.v1 import obstacle_pb2
from ykcd.deadline.v1 import deadline_pb2, urging_pb2
from ykcd.deadline.v1.event_pb2 import CalendarPublished
from ykcd.directive.v1 import directive_pb2 as d
from ykcd.reporting.v1 import reporting_pb2 as pb

from kit.testing.stack import Stack
from services.reporting.tests import factories as make
from services.reporting.tests.asking import F, fill_all_kinds, search
from services.reporting.tests.factories import AN, STNMT_LEADER, STNMT_OFFICER


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
