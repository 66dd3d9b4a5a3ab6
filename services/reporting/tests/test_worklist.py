""" "Việc của tôi" for each role."""

from datetime import date

import pytest
from ykcd.assignment.v1 import assignment_pb2 as a
from ykcd.reporting.v1 import reporting_pb2 as pb

from kit.testing.stack import Person, Stack
from services.reporting.tests import factories as make
from services.reporting.tests.asking import statements
from services.reporting.tests.factories import (
    AN,
    BINH,
    CHAIRMAN,
    CLERK,
    EVALUATOR,
    OFFICE_LEADER,
    PHU_LOC_POINT,
    STNMT_LEADER,
    STNMT_OFFICER,
    SYT_LEADER,
)

PAST, SOON, LATER = date(2025, 4, 1), date(2025, 4, 28), date(2025, 6, 30)


async def fill(stack: Stack) -> None:
    """Sở TNMT has work in every state, with an extension asked for, two obstacles and a report; Sở Y tế one task that nobody follows."""
    hindered = await make.assign(stack, due=PAST)
    await make.tell_obstacle(stack, hindered)
    proposed = await make.assign(stack, due=SOON, state="ACCEPTED", extensions=[a.Extension(state=a.EXTENSION_STATE_REQUESTED)])
    await make.tell_obstacle(stack, proposed, "PROPOSED")
    submitted = [a.Report(kind=a.REPORT_KIND_PROGRESS, state=a.REPORT_STATE_SUBMITTED)]
    await make.assign(stack, due=LATER, state="IN_PROGRESS", delegates=(STNMT_LEADER, STNMT_OFFICER), reports=submitted)
    await make.assign(stack, due=PAST, state="IN_PROGRESS", delegates=(STNMT_LEADER, STNMT_OFFICER))
    await make.assign(stack, due=LATER, state="IN_PROGRESS", delegates=(STNMT_LEADER,))
    result = [a.Report(kind=a.REPORT_KIND_DONE, state=a.REPORT_STATE_SUBMITTED)]
    await make.assign(stack, due=PAST, state="REPORTED", completed=PAST, reports=result)
    await make.assign(stack, due=LATER, state="RETURN_REQUESTED")
    await make.assign(stack, due=PAST, state="VERIFIED", completed=PAST)
    await make.assign(stack, due=PAST, state="FORWARDED", reports=submitted, extensions=[a.Extension(state=a.EXTENSION_STATE_REQUESTED)])
    await make.assign(stack, make.SYT, due=LATER, specialist=None)
    await make.assign(stack, make.SYT, due=LATER, state="VERIFIED", completed=PAST, specialist=None)


async def worklist(stack: Stack, stub, person: Person, rows: int = 0) -> pb.Worklist:
    return await stack.call(stub.GetWorklist, pb.GetWorklistRequest(rows_per_section=rows), person)


EXPECTED = [
    (STNMT_LEADER, {"OVERDUE": 2, "DUE_SOON": 1, "AWAITING_ME": 1, "IN_PROGRESS": 4}),
    (PHU_LOC_POINT, {"OVERDUE": 0, "DUE_SOON": 0, "AWAITING_ME": 0, "IN_PROGRESS": 0}),
    (SYT_LEADER, {"OVERDUE": 0, "DUE_SOON": 0, "AWAITING_ME": 1, "IN_PROGRESS": 0}),
    (STNMT_OFFICER, {"OVERDUE": 1, "DUE_SOON": 0, "IN_PROGRESS": 2}),
    (AN, {"OVERDUE": 2, "DUE_SOON": 1, "AWAITING_ME": 2, "EXTENSIONS": 1, "OBSTACLES": 1, "REPORTS_TO_REVIEW": 1, "IN_PROGRESS": 4}),
    (BINH, {"OVERDUE": 0, "DUE_SOON": 0, "AWAITING_ME": 0, "EXTENSIONS": 0, "OBSTACLES": 0, "REPORTS_TO_REVIEW": 0, "IN_PROGRESS": 0}),
    (OFFICE_LEADER, {"AWAITING_ME": 1, "RETURN_REQUESTED": 1, "OBSTACLES": 2, "EXTENSIONS": 1, "OVERDUE": 2}),
    (CHAIRMAN, {"EXTENSIONS": 1, "OVERDUE": 2}),
    (CLERK, {}),
    (EVALUATOR, {}),
]


@pytest.mark.article("Đ7.2.a", "Đ8.1.a", "Đ8.1.b", "Đ8.1.đ", "Đ8.2.1", "Đ9.3")
@pytest.mark.parametrize(("person", "expected"), EXPECTED, ids=[person.name for person, _ in EXPECTED])
async def test_each_role_finds_what_waits_for_it(stack: Stack, stub, person: Person, expected: dict[str, int]) -> None:
    """Đ7.2.a–d, Đ8.1.a, Đ8.1.đ, Đ8.2."""
    await fill(stack)
    found = await worklist(stack, stub, person)
    names = [pb.WorklistSection.Name(entry.section).removeprefix("WORKLIST_SECTION_") for entry in found.sections]
    assert dict(zip(names, (entry.total_count for entry in found.sections), strict=True)) == expected


@pytest.mark.parametrize("person", [person for person, expected in EXPECTED if expected], ids=lambda person: person.name)
async def test_each_count_is_the_length_of_the_list_behind_it(stack: Stack, stub, person: Person) -> None:
    await fill(stack)
    for entry in (await worklist(stack, stub, person, rows=50)).sections:
        listed = await stack.call(stub.SearchAssignments, pb.SearchAssignmentsRequest(filter=entry.filter), person)
        assert (listed.total_count, list(listed.rows)) == (entry.total_count, list(entry.rows))


async def test_a_person_of_several_roles_has_each_heading_once(stack: Stack, stub) -> None:
    both = Person(make.OFFICE, ["office_leader", "chairman", "unit_leader", "officer"])
    await stack.add(both)
    sections = (await worklist(stack, stub, both)).sections
    assert len({entry.SerializeToString() for entry in sections}) == len(sections) == 9


@pytest.mark.article("D13")
async def test_a_task_in_which_we_only_take_part_with_others_is_not_all_ours(stack: Stack, stub) -> None:
    """D13 opens the other units' parts for reading; what waits for us is our own part."""
    parts = (make.part(make.STNMT, due=make.day(2025, 6, 30)), make.part(make.SYT, "COORDINATING", make.day(2025, 6, 30)))
    await make.publish(stack, make.directive(make.task(*parts)))
    counts = {entry.section: entry.total_count for entry in (await worklist(stack, stub, SYT_LEADER)).sections}
    assert counts[pb.WORKLIST_SECTION_AWAITING_ME] == 1


@pytest.mark.article("D15")
async def test_the_days_of_awaiting_an_update_press_too(stack: Stack, stub) -> None:
    """D15."""
    await make.assign(stack, due=date(2025, 4, 23), state="IN_PROGRESS")
    (overdue, *_rest) = (await worklist(stack, stub, STNMT_LEADER)).sections
    assert [row.timeliness for row in overdue.rows] == [a.TIMELINESS_AWAITING_UPDATE]


async def test_a_page_shows_few_rows_of_many_and_costs_two_statements_a_heading(stack: Stack, stub) -> None:
    for _ in range(8):
        await make.assign(stack)
    with statements(stack.runtime.api) as seen:
        found = await worklist(stack, stub, STNMT_LEADER, rows=3)
    waiting = found.sections[2]
    assert (waiting.total_count, len(waiting.rows)) == (8, 3)
    # Who calls; the calendar's version and days; four headings.
    assert len(seen) == 3 + 2 * 4


@pytest.mark.article("Đ8.1.đ", "§6.9")
async def test_a_deputy_has_the_absent_specialists_work_beside_his_own_while_he_stands_in(stack: Stack, stub, clock) -> None:
    """Đ8.1.đ, example 9: An stays the owner."""
    await make.assign(stack, due=PAST)
    await make.assign(stack, due=PAST, specialist=BINH)
    await make.stand_in(stack, AN, BINH, make.day(2025, 4, 24), make.day(2025, 4, 25))
    assert (await worklist(stack, stub, BINH)).sections[0].total_count == 2
    assert (await worklist(stack, stub, AN)).sections[0].total_count == 1
    clock.advance(days=2)
    assert (await worklist(stack, stub, BINH)).sections[0].total_count == 1


@pytest.mark.article("Đ8.2.1")
async def test_a_deputy_inside_a_unit_has_what_was_given_to_the_absent_officer(stack: Stack, stub) -> None:
    deputy = Person(make.STNMT, ["officer"], "Ngô Thay")
    await stack.add(deputy)
    await make.assign(stack, state="IN_PROGRESS", due=PAST, delegates=(STNMT_LEADER, STNMT_OFFICER))
    assert (await worklist(stack, stub, deputy)).sections[0].total_count == 0
    await make.stand_in(stack, STNMT_OFFICER, deputy, make.day(2025, 4, 1), make.day(2025, 4, 30))
    assert (await worklist(stack, stub, deputy)).sections[0].total_count == 1
