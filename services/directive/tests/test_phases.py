"""A task in dated phases: each phase of each unit's part is an assignment of its own (Đ3.4)."""

import pytest
from ykcd.directive.v1 import directive_pb2 as pb
from ykcd.directive.v1 import event_pb2

from kit.testing.stack import Stack
from services.directive.tests import factories as make
from services.directive.tests.factories import AN

NO_DEADLINE = {"task_class": pb.TaskClass(has_deadline=False, must_report=True), "due_date": None}


def phase(name: str, month: int, number: int, **more: object) -> pb.PhaseInput:
    return pb.PhaseInput(name=name, due_date=make.day(2025, month, number), **more)


PHASES = [phase("Rà soát", 6, 30), phase("Dự thảo", 10, 1, due_exclusive=True), phase("Trình", 12, 31)]


def phased(*parts: pb.PlannedAssignmentInput, phases: list[pb.PhaseInput] = PHASES, **more: object) -> pb.TaskInput:
    return make.task(*parts, phases=phases, **{**NO_DEADLINE, **more})


@pytest.mark.article("Đ3.4", "§6.14")
async def test_each_unit_gets_an_assignment_for_each_phase(stack: Stack, stub) -> None:
    made = await make.published(stack, stub, phased(make.part(make.STNMT), make.part(make.PHU_LOC, "COORDINATING")))
    parts = made.tasks[0].assignments
    assert [(p.unit_id, p.phase, p.phase_name) for p in parts] == [
        (str(unit), number, name) for unit in (make.STNMT, make.PHU_LOC) for number, name in enumerate(("Rà soát", "Dự thảo", "Trình"), 1)
    ]
    assert [(p.due_date, p.due_exact) for p in parts[:3]] == [
        (make.day(2025, 6, 30), False),
        (make.day(2025, 9, 30), True),
        (make.day(2025, 12, 31), False),
    ]
    assert len({p.id for p in parts}) == 6
    assert {p.specialist_id for p in parts[:3]} == {made.tasks[0].specialist_id} == {str(AN.id)}
    ((_, event),) = await stack.events(event_pb2.DirectivePublished)
    assert event.directive == made


@pytest.mark.article("Đ3.4")
@pytest.mark.parametrize(
    ("task", "field", "reason"),
    [
        (phased(task_class=pb.TaskClass(has_deadline=True, must_report=True)), "phases", "PHASES_WITH_DEADLINE"),
        (phased(phases=[phase("Một", 6, 30), phase("Hai", 6, 30)]), "phases", "PHASES_OUT_OF_ORDER"),
        (phased(phases=[phase("Một", 4, 1)]), "due_date", "DUE_DATE_BEFORE_ISSUE"),
        (phased(make.part(make.STNMT, due_date=make.day(2025, 7, 1))), "assignments[0].due_date", "DUE_DATE_UNEXPECTED"),
    ],
    ids=["with a deadline", "out of order", "before the issue", "a date of the unit's own"],
)
async def test_phases_that_contradict_their_task_are_refused(stack: Stack, stub, task: pb.TaskInput, field: str, reason: str) -> None:
    error = await stack.refused(stub.CreateDirective, make.create(task), AN)
    assert [(v.path, v.reason) for v in error.error.violations] == [(f"directive.tasks[0].{field}", reason)]


@pytest.mark.article("Đ3.4")
async def test_a_units_phases_are_named_as_the_one_row_that_they_were_entered_in(stack: Stack, stub) -> None:
    strangers = phased(make.part(make.STNMT), make.part(make.SYT, "COORDINATING", specialist_id=str(make.LAND)))
    error = await stack.refused(stub.CreateDirective, make.create(strangers), AN)
    assert error.fields == ["directive.tasks[0].assignments[1].specialist_id"]


@pytest.mark.article("Đ3.4", "Đ2.7")
async def test_a_unit_that_joins_a_phased_task_gets_its_phases(stack: Stack, stub) -> None:
    published = await make.published(stack, stub, phased())
    joins = pb.TaskAmendment(task_id=published.tasks[0].id, added=[make.part(make.PHU_LOC, "COORDINATING")])
    amended = await stack.call(stub.AmendDirective, make.amend(published, joins), AN)
    mine = [p for p in amended.tasks[0].assignments if p.unit_id == str(make.PHU_LOC)]
    theirs = list(published.tasks[0].assignments)
    assert [(p.phase, p.phase_name, p.due_date) for p in mine] == [(p.phase, p.phase_name, p.due_date) for p in theirs]
    dated = pb.TaskAmendment(task_id=published.tasks[0].id, added=[make.part(make.SYT, due_date=make.day(2025, 7, 1))])
    error = await stack.refused(stub.AmendDirective, make.amend(amended, dated), AN)
    assert [(v.path, v.reason) for v in error.error.violations] == [("tasks[0].added[0].due_date", "DUE_DATE_UNEXPECTED")]


@pytest.mark.article("Đ3.4", "Đ2.7")
async def test_who_joins_gets_the_phases_that_are_left_under_their_own_numbers(stack: Stack, stub) -> None:
    published = await make.published(stack, stub, phased())
    task = published.tasks[0]
    gone = pb.AssignmentAmendment(assignment_id=task.assignments[0].id, withdrawn=True)
    amended = await stack.call(stub.AmendDirective, make.amend(published, pb.TaskAmendment(task_id=task.id, assignments=[gone])), AN)
    joins = pb.TaskAmendment(task_id=task.id, added=[make.part(make.PHU_LOC, "COORDINATING")])
    amended = await stack.call(stub.AmendDirective, make.amend(amended, joins), AN)
    mine = [p for p in amended.tasks[0].assignments if p.unit_id == str(make.PHU_LOC)]
    left = list(task.assignments)[1:]
    assert [(p.phase, p.phase_name, p.due_date) for p in mine] == [(p.phase, p.phase_name, p.due_date) for p in left]


@pytest.mark.article("Đ3.4", "Đ2.7")
async def test_a_phases_date_may_be_amended_but_not_past_the_next_one(stack: Stack, stub) -> None:
    published = await make.published(stack, stub, phased())
    first = published.tasks[0].assignments[0].id

    def moved(month: int) -> pb.AmendDirectiveRequest:
        asked = pb.AssignmentAmendment(assignment_id=first, due_date=make.day(2025, month, 15))
        return make.amend(published, pb.TaskAmendment(task_id=published.tasks[0].id, assignments=[asked]))

    error = await stack.refused(stub.AmendDirective, moved(11), AN)
    assert [v.reason for v in error.error.violations] == ["PHASES_OUT_OF_ORDER"]
    amended = await stack.call(stub.AmendDirective, moved(8), AN)
    assert amended.tasks[0].assignments[0].due_date == make.day(2025, 8, 15)
    assert list(amended.changes[0].assignment_ids) == [first]


@pytest.mark.article("Đ1.1", "Đ1.2.1", "D11")
async def test_the_national_regime_is_for_the_governments_tasks_alone(stack: Stack, stub) -> None:
    """Đ1.2.1; the decision is cited as it is in force, amended, by its own date (D11)."""
    both = {"issuing_authority": pb.ISSUING_AUTHORITY_PRIME_MINISTER, "regime": pb.REGIME_NATIONAL}
    made = await stack.call(stub.CreateDirective, make.create(**both), AN)
    assert (made.issuing_authority, made.regime) == tuple(both.values())
    for one in ({"issuing_authority": pb.ISSUING_AUTHORITY_GOVERNMENT}, {"regime": pb.REGIME_NATIONAL}):
        error = await stack.refused(stub.CreateDirective, make.create(number="2", **one), AN)
        assert (error.reason, error.fields) == ("AUTHORITY_REGIME_MISMATCH", ["directive.issuing_authority"])
        cited = "42/2014/QĐ-TTg ngày 27/7/2014 của Thủ tướng Chính phủ, sửa đổi bởi Quyết định số 23/2018/QĐ-TTg"
        assert cited in error.error.violations[0].message
