"""Đ7.2.d: a task is sent back, adjusted, handed on or kept; and who may urge, name, cancel."""

import importlib
from datetime import UTC, date, datetime
from uuid import uuid4

import grpc
import pytest
from sqlalchemy import text
from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.assignment.v1 import event_pb2

from kit.errors import FailedPrecondition, InvalidArgument, PermissionDenied
from kit.testing.stack import Stack
from services.assignment.actions import ACCEPTED, CANCELLED, FORWARDED, IN_PROGRESS, REPORTED, RETURN_REQUESTED, SENT
from services.assignment.tests import factories as make
from services.assignment.tests.beside import DISSOLVED, TO_COME
from services.assignment.tests.factories import AN, BINH, CLERK, EVALUATOR, LEADER, OFFICE_LEADER, PHU_LOC_LEADER, SYT_LEADER, ask, day
from services.assignment.tests.parts import LEADER as UNIT_LEADER
from services.assignment.tests.parts import NOW, OTHER_UNIT, SPECIALIST, assignment
from services.assignment.tests.parts import OFFICE_LEADER as DECIDER

IN_DECEMBER = datetime(2025, 12, 5, 2, tzinfo=UTC)


async def returned(stack: Stack, stub, *parts, **more: object) -> str:
    id = await make.sent(stack, *parts, **more)
    await stack.call(stub.RequestReturn, ask(pb.RequestReturnRequest, id, reason="Không thuộc chức năng."), LEADER)
    return id


def forward(id: str, version: int = 2, unit=make.SYT, **more: object) -> pb.ForwardAssignmentRequest:
    return ask(pb.ForwardAssignmentRequest, id, version, unit_id=str(unit), **{"reason": "Thuộc chức năng của Sở Y tế.", **more})


@pytest.mark.article("Đ7.2.d", "D7")
def test_an_adjustment_changes_something_and_another_day_opens_another_cycle() -> None:
    item = assignment(RETURN_REQUESTED)
    for words in ({}, {"content": " " + item.content}, {"due_date": date(2025, 4, 25), "due_exclusive": False, "content": ""}):
        if "due_date" in words:
            item.adjust(DECIDER, NOW, reason="Lùi một ngày.", **words)
        else:
            with pytest.raises(InvalidArgument) as caught:
                item.adjust(SPECIALIST, NOW, reason="Sửa.", **words)
            assert (caught.value.reason, item.state) == ("NOTHING_CHANGED", RETURN_REQUESTED)
    assert (item.state, item.due_date, item.deadline_cycle, item.original_due_date) == (SENT, date(2025, 4, 25), 2, date(2025, 4, 24))
    item.request_return(UNIT_LEADER, NOW, reason="Còn sai.")
    item.adjust(DECIDER, NOW, reason="Trước ngày 15/5.", due_date=date(2025, 5, 15), due_exclusive=True)
    assert (item.due_date, item.due_exact, item.deadline_cycle) == (date(2025, 5, 14), True, 3)


@pytest.mark.article("Đ7.2.d", "D4")
@pytest.mark.parametrize(
    ("due_date", "exclusive", "later"),
    [
        (date(2025, 4, 25), False, True),
        (date(2025, 4, 24), False, True),
        (date(2025, 4, 25), True, False),
        (date(2025, 4, 23), False, False),
    ],
    ids=["later", "the same day, movable", "the same day", "earlier"],
)
def test_a_later_day_is_an_extension_which_a_leader_decides(due_date: date, exclusive: bool, later: bool) -> None:
    item = assignment(RETURN_REQUESTED, due_exact=True)
    words = {"reason": "Sửa ngày.", "content": "Rà soát đất công ích.", "due_date": due_date, "due_exclusive": exclusive}
    if later:
        with pytest.raises(PermissionDenied) as caught:
            item.adjust(SPECIALIST, NOW, **words)
        assert (caught.value.reason, item.state, item.due_date) == ("DUE_DATE_LATER_NEEDS_EXTENSION", RETURN_REQUESTED, date(2025, 4, 24))
    item.adjust(DECIDER if later else SPECIALIST, NOW, **words)
    assert item.state == SENT


@pytest.mark.article("Đ7.2.c.2", "Đ7.2.d")
def test_while_a_return_waits_a_task_without_a_deadline_still_has_its_quarters_update() -> None:
    undated = {"has_deadline": False, "due_date": None, "original_due_date": None}
    item = assignment(RETURN_REQUESTED, **undated)
    assert pb.ACTION_REPORT_PROGRESS in item.allowed_actions(UNIT_LEADER)
    item.report_progress(UNIT_LEADER, NOW, content="", kind=pb.REPORT_KIND_NO_CHANGE)
    assert (item.state, item.last_report_time, len(item.reports)) == (RETURN_REQUESTED, NOW, 1)
    with pytest.raises(FailedPrecondition) as caught:
        item.report_progress(UNIT_LEADER, NOW, content="Đang làm.")
    assert (caught.value.reason, len(item.reports)) == ("WRONG_STATE", 1)
    item.deny_return(SPECIALIST, NOW, reason="Đúng chức năng.")
    assert item.state == IN_PROGRESS
    assert pb.ACTION_REPORT_PROGRESS not in assignment(RETURN_REQUESTED).allowed_actions(UNIT_LEADER)


@pytest.mark.article("Đ7.2.d")
@pytest.mark.parametrize(("due", "on", "reason"), [(None, 30, "DUE_NOT_APPLICABLE"), (date(2025, 4, 24), 20, "DUE_BEFORE_ISSUE")])
def test_an_adjusted_day_is_possible(due: date | None, on: int, reason: str) -> None:
    item = assignment(RETURN_REQUESTED, due_date=due)
    with pytest.raises(InvalidArgument) as caught:
        item.adjust(SPECIALIST, NOW, reason="Sửa.", due_date=date(2025, 4, on))
    assert (caught.value.reason, item.state, item.due_date) == (reason, RETURN_REQUESTED, due)


@pytest.mark.article("Đ7.2.d")
@pytest.mark.parametrize("state", [SENT, ACCEPTED, IN_PROGRESS])
def test_a_denied_return_goes_back_to_where_it_was(state: int) -> None:
    item = assignment(state)
    item.request_return(UNIT_LEADER, NOW, reason="Không thuộc chức năng.")
    with pytest.raises(InvalidArgument):
        item.deny_return(SPECIALIST, NOW, reason="")
    item.deny_return(SPECIALIST, NOW, reason="Đúng chức năng.")
    assert (item.state, item.history[-1].reason) == (state, "Đúng chức năng.")


@pytest.mark.article("Đ7.2.d")
def test_a_forward_into_another_field_is_for_the_offices_leaders() -> None:
    item = assignment(RETURN_REQUESTED, field_id=uuid4())
    other = {"unit_id": OTHER_UNIT, "specialist_id": None, "field_id": uuid4(), "reason": "Thuộc lĩnh vực khác."}
    with pytest.raises(PermissionDenied) as caught:
        item.forward(SPECIALIST, NOW, **other)
    assert (caught.value.reason, item.state, item.forwarded_to_id) == ("OTHER_FIELD", RETURN_REQUESTED, None)
    made = item.forward(DECIDER, NOW, **other)
    assert (made.field_id, made.specialist_id) == (other["field_id"], None)


@pytest.mark.article("Đ7.2.d")
def test_from_any_open_state_a_leader_hands_on_and_a_specialist_doesnt() -> None:
    for state in (SENT, ACCEPTED, IN_PROGRESS, REPORTED):
        item = assignment(state, completed_on=date(2025, 4, 23) if state == REPORTED else None)
        assert pb.ACTION_FORWARD not in item.allowed_actions(SPECIALIST)
        made = item.forward(DECIDER, NOW, unit_id=OTHER_UNIT, specialist_id=None, reason="Chuyển.")
        assert (item.state, item.completed_on, made.state, made.version) == (FORWARDED, None, SENT, 1)


@pytest.mark.article("Đ7.2.d", "§6.15")
async def test_a_returned_task_goes_to_another_unit_with_its_day_and_the_chain_stays_visible(stack: Stack, stub, clock) -> None:
    """Đ7.2.d, example 15: forwarded to B on 05/12, due 20/12."""
    planned = make.part(due=day(2025, 12, 20), phase=2, phase_name="Giai đoạn 2")
    id = await returned(stack, stub, planned, content="Rà soát cơ sở y tế.", deliverable="Báo cáo")
    clock.set(IN_DECEMBER)
    old = await stack.call(stub.ForwardAssignment, forward(id, specialist_id=str(BINH.id)), AN)
    assert (old.state, old.timeliness, old.execution) == (pb.ASSIGNMENT_STATE_FORWARDED, 0, 0)
    new = await stack.call(stub.GetAssignment, pb.GetAssignmentRequest(id=old.forwarded_to_id), SYT_LEADER)
    assert (new.forwarded_from_id, new.unit_id, new.specialist_id) == (id, str(make.SYT), str(BINH.id))
    assert (new.state, new.version, new.due_date, new.original_due_date) == (
        pb.ASSIGNMENT_STATE_SENT,
        1,
        day(2025, 12, 20),
        day(2025, 12, 20),
    )
    assert (new.task_id, new.role, new.phase, new.phase_name, new.deadline_cycle) == (old.task_id, old.role, 2, "Giai đoạn 2", 1)
    assert (new.content, new.deliverable, new.directive_code) == (old.content, "Báo cáo", old.directive_code)
    assert [(line.action, line.to_state, line.reason) for line in new.history] == [
        (pb.ACTION_FORWARD, pb.ASSIGNMENT_STATE_SENT, "Thuộc chức năng của Sở Y tế.")
    ]
    mine = await stack.call(stub.GetAssignment, pb.GetAssignmentRequest(id=id), LEADER)
    assert ([line.action for line in mine.history], list(mine.allowed_actions)) == ([0, pb.ACTION_REQUEST_RETURN, pb.ACTION_FORWARD], [])
    assert (await stack.refused(stub.ReportProgress, ask(pb.ReportProgressRequest, id, 3, content="x"), LEADER)).reason == "WRONG_STATE"
    told = [(envelope.aggregate_id, type(event)) for envelope, event in (await stack.events())[-2:]]
    assert told == [(id, event_pb2.AssignmentForwarded), (new.id, event_pb2.AssignmentSent)]
    await stack.call(stub.AcceptAssignment, ask(pb.AcceptAssignmentRequest, new.id), SYT_LEADER)


@pytest.mark.article("Đ7.2.d", "D12")
@pytest.mark.parametrize(
    ("words", "fields"),
    [
        ({"unit": DISSOLVED}, ["unit_id"]),
        ({"unit": TO_COME}, ["unit_id"]),
        ({"unit": make.STNMT}, ["unit_id"]),
        ({"unit": make.PHU_LOC}, ["unit_id"]),
        ({"unit": make.SNV}, ["unit_id"]),
        ({"specialist_id": str(LEADER.id)}, ["specialist_id"]),
        ({"specialist_id": str(uuid4())}, ["specialist_id"]),
        ({"reason": "  "}, ["reason"]),
    ],
    ids=["dissolved", "not yet", "itself", "has this part", "helps already", "a unit's leader", "nobody", "no reason"],
)
async def test_it_goes_to_a_unit_of_today_and_a_specialist(stack: Stack, stub, words: dict, fields: list[str]) -> None:
    id = await returned(stack, stub, make.part(), make.part(make.PHU_LOC), make.part(make.SNV, "COORDINATING"))
    error = await stack.refused(stub.ForwardAssignment, forward(id, **words), AN)
    assert (error.code, error.fields) == (grpc.StatusCode.INVALID_ARGUMENT, fields)
    assert (await stack.call(stub.GetAssignment, pb.GetAssignmentRequest(id=id), AN)).version == 2


@pytest.mark.article("Đ7.2.d")
async def test_a_chain_of_units_comes_back_and_counts_once(stack: Stack, stub) -> None:
    """A → B → A: the task follows the last of them."""
    id = await returned(stack, stub)
    second = (await stack.call(stub.ForwardAssignment, forward(id), OFFICE_LEADER)).forwarded_to_id
    back = forward(second, 1, unit=make.STNMT, reason="Đúng chức năng của Sở TNMT.")
    third = (await stack.call(stub.ForwardAssignment, back, OFFICE_LEADER)).forwarded_to_id
    for version, request in enumerate((pb.AcceptAssignmentRequest, None), start=1):
        name, body = ("AcceptAssignment", ask(request, third, version)) if request else ("ReportDone", make.done(third, version))
        await stack.call(getattr(stub, name), body, LEADER)
    done = await stack.call(stub.VerifyAssignment, ask(pb.VerifyAssignmentRequest, third, 3), OFFICE_LEADER)
    task = await stack.call(stub.GetTask, pb.GetTaskRequest(task_id=done.task_id), AN)
    assert (len(task.assignments), task.state, task.timeliness) == (3, pb.TASK_STATE_COMPLETED, pb.TIMELINESS_DONE_ON_TIME)


@pytest.mark.article("Đ2.7")
async def test_a_task_whose_leads_are_all_cancelled_is_cancelled(stack: Stack, stub) -> None:
    id = await make.sent(stack, make.part(), make.part(make.SYT, "COORDINATING"))
    cancel = ask(pb.CancelAssignmentRequest, id, reason="Không còn cần.", decision=make.DECISION)
    cancelled = await stack.call(stub.CancelAssignment, cancel, OFFICE_LEADER)
    assert (cancelled.state, cancelled.history[-1].decision) == (CANCELLED, make.DECISION)
    task = await stack.call(stub.GetTask, pb.GetTaskRequest(task_id=cancelled.task_id), SYT_LEADER)
    assert (task.state, task.timeliness, list(task.silent_coordinator_unit_ids)) == (pb.TASK_STATE_CANCELLED, 0, [])
    bare = ask(pb.CancelAssignmentRequest, id, 2, reason="Không còn cần.")
    assert (await stack.refused(stub.CancelAssignment, bare, OFFICE_LEADER)).fields == ["decision"]


@pytest.mark.article("Đ8.1.đ")
async def test_out_of_the_leaders_queue_somebody_follows_it(stack: Stack, stub) -> None:
    id = await make.sent(stack, make.part(specialist_id=""))
    assert not (await stack.call(stub.GetAssignment, pb.GetAssignmentRequest(id=id), AN)).allowed_actions
    nobody = ask(pb.NameSpecialistRequest, id, specialist_id=str(CLERK.id))
    assert (await stack.refused(stub.NameSpecialist, nobody, OFFICE_LEADER)).fields == ["specialist_id"]
    named = await stack.call(stub.NameSpecialist, ask(pb.NameSpecialistRequest, id, specialist_id=str(BINH.id)), OFFICE_LEADER)
    assert (named.specialist_id, named.state) == (str(BINH.id), pb.ASSIGNMENT_STATE_SENT)
    (change,) = named.history[-1].changes
    assert (change.field, change.before, change.after) == ("specialist_id", "", str(BINH.id))
    again = ask(pb.NameSpecialistRequest, id, 2, specialist_id=str(BINH.id))
    assert (await stack.refused(stub.NameSpecialist, again, OFFICE_LEADER)).reason == "NOTHING_CHANGED"


@pytest.mark.article("Đ8.1.e", "§6.13")
async def test_who_follows_an_unfinished_part_may_urge_it(stack: Stack, stub) -> None:
    """Đ8.1.e, example 13: the lead D only. A result that waits is judged first; who only helps is never urged."""
    lead, other, undated = make.part(), make.part(make.SYT, "COORDINATING"), make.part(make.PHU_LOC)
    undated.ClearField("due_date")
    id = await make.sent(stack, lead, other, undated)

    async def may(person, id: str = id, version: int = 1) -> str:
        request = pb.CheckUrgeableRequest(id=id, expected_version=version)
        return (await stack.refused(stub.CheckUrgeable, request, person)).reason

    asked = await stack.call(stub.CheckUrgeable, pb.CheckUrgeableRequest(id=id, expected_version=1), AN)
    assert (asked.id, asked.version, len(asked.history)) == (id, 1, 1)
    await stack.call(stub.CheckUrgeable, pb.CheckUrgeableRequest(id=id, expected_version=1), OFFICE_LEADER)
    assert [await may(person) for person in (BINH, LEADER, PHU_LOC_LEADER, EVALUATOR)] == ["OTHER_SPECIALIST", *["ROLE_REQUIRED"] * 3]
    assert await may(AN, version=2) == "STALE_VERSION"
    assert [await may(AN, part.id) for part in (other, undated)] == ["NOT_URGEABLE", "NOT_URGEABLE"]
    assert await may(AN, str(uuid4())) == "NOT_FOUND"
    await stack.call(stub.RequestReturn, ask(pb.RequestReturnRequest, id, reason="Không thuộc chức năng."), LEADER)
    await stack.call(stub.CheckUrgeable, pb.CheckUrgeableRequest(id=id, expected_version=2), AN)
    await stack.call(stub.DenyReturn, ask(pb.DenyReturnRequest, id, 2, reason="Đúng chức năng."), AN)
    await stack.call(stub.AcceptAssignment, ask(pb.AcceptAssignmentRequest, id, 3), LEADER)
    await stack.call(stub.ReportDone, make.done(id, 4), LEADER)
    assert await may(AN, version=5) == "RESULT_PENDING"
    await stack.call(stub.VerifyAssignment, ask(pb.VerifyAssignmentRequest, id, 5), AN)
    assert await may(AN, version=6) == "NOT_URGEABLE"


@pytest.mark.article("Đ7.2.d")
async def test_another_field_is_one_of_the_registry(stack: Stack, stub, serve) -> None:
    """Which only `directive` knows; of the field that it has nobody is asked."""
    own, known = uuid4(), uuid4()
    id = await make.sent(stack, field_id=str(own))
    stack.runtime.settings.directive_address = "127.0.0.1:1"
    away = await stack.refused(stub.ForwardAssignment, forward(id, 1, field_id=str(known)), OFFICE_LEADER)
    assert (away.code, away.error.metadata) == (grpc.StatusCode.UNAVAILABLE, {"dependency": "directive"})
    registry = await serve(importlib.import_module("services.directive.__main__").app)
    await registry.add(OFFICE_LEADER)
    async with registry.session() as session:
        row = {"id": known, "code": "dat-dai", "name": "Đất đai"}
        await session.execute(text("INSERT INTO field (id, code, name, sort_key) VALUES (:id, :code, :name, :name)"), row)
    stack.runtime.settings.directive_address = registry.address
    before = await stack.events()
    unknown = await stack.refused(stub.ForwardAssignment, forward(id, 1, field_id=str(uuid4())), OFFICE_LEADER)
    assert (unknown.code, unknown.reason, unknown.fields) == (grpc.StatusCode.INVALID_ARGUMENT, "FIELD_UNKNOWN", ["field_id"])
    assert await stack.events() == before
    moved = await stack.call(stub.ForwardAssignment, forward(id, 1, field_id=str(known)), OFFICE_LEADER)
    heir = await stack.call(stub.GetAssignment, pb.GetAssignmentRequest(id=moved.forwarded_to_id), OFFICE_LEADER)
    assert heir.field_id == str(known)
    stack.runtime.settings.directive_address = "127.0.0.1:1"
    id = await make.sent(stack, field_id=str(own))
    await stack.call(stub.ForwardAssignment, forward(id, 1, field_id=str(own)), OFFICE_LEADER)
