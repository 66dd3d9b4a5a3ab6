"""A later due date: who asks, until when, who decides, and what it moves (D4)."""

from datetime import UTC, date, datetime

import grpc
import pytest
from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.assignment.v1 import event_pb2

from kit.errors import FailedPrecondition, InvalidArgument
from kit.testing.stack import Stack
from services.assignment.actions import IN_PROGRESS, REPORTED, VERIFIED
from services.assignment.tests import factories as make
from services.assignment.tests.beside import CHAIRMAN
from services.assignment.tests.factories import AN, LEADER, OFFICE_LEADER, SYT_LEADER, ask, day
from services.assignment.tests.parts import CALENDAR, DECISION, NOW, SPECIALIST, actor, asked, assignment
from services.assignment.tests.parts import LEADER as UNIT_LEADER
from services.assignment.tests.parts import OFFICE_LEADER as DECIDER

PAST_DUE = datetime(2025, 5, 6, 2, tzinfo=UTC)


def request(item, now: datetime = NOW, on: date = date(2025, 5, 15), *, late: bool = False) -> None:
    item.request_extension(UNIT_LEADER, now, CALENDAR, new_due_date=on, reason="Chờ số liệu.", late=late)


@pytest.mark.article("D4")
@pytest.mark.parametrize("on", [date(2025, 4, 23), date(2025, 4, 24)])
def test_the_new_day_is_later_than_the_one_in_force(on: date) -> None:
    item = assignment(IN_PROGRESS)
    with pytest.raises(InvalidArgument) as caught:
        request(item, on=on)
    assert caught.value.reason == "EXTENSION_NOT_LATER"
    item.extensions = [asked()]
    with pytest.raises(InvalidArgument) as caught:
        item.approve_extension(DECIDER, NOW, decision=DECISION, new_due_date=on)
    assert (caught.value.reason, item.due_date, item.deadline_cycle) == ("EXTENSION_NOT_LATER", date(2025, 4, 24), 1)


@pytest.mark.article("D4", "D6")
def test_after_the_effective_due_date_only_who_says_so_asks() -> None:
    """Due Wednesday 30/04/2025, effective Monday 05/05: on the 5th it is in time, on the 6th late."""
    item = assignment(IN_PROGRESS, due_date=date(2025, 4, 30))
    request(item, datetime(2025, 5, 5, 10, tzinfo=UTC), late=True)
    assert not item.extensions[0].late
    item = assignment(IN_PROGRESS, due_date=date(2025, 4, 30))
    with pytest.raises(InvalidArgument) as caught:
        request(item, PAST_DUE)
    assert (caught.value.reason, caught.value.violations[0].path, item.extensions) == ("EXTENSION_LATE", "late", [])
    request(item, PAST_DUE, late=True)
    assert item.extensions[0].late


@pytest.mark.article("D4")
def test_one_waits_at_a_time_and_none_once_the_result_is_reported() -> None:
    item = assignment(IN_PROGRESS)
    request(item)
    with pytest.raises(FailedPrecondition) as caught:
        request(item)
    assert caught.value.reason == "EXTENSION_PENDING"
    for state in (REPORTED, VERIFIED):
        with pytest.raises(FailedPrecondition) as caught:
            request(assignment(state))
        assert caught.value.reason == "WRONG_STATE"
    with pytest.raises(FailedPrecondition) as caught:
        request(assignment(IN_PROGRESS, due_date=None))
    assert caught.value.reason == "NO_DUE_DATE"


@pytest.mark.article("D4")
def test_while_it_waits_the_clock_runs_and_no_verdict_is_given() -> None:
    item = assignment(IN_PROGRESS)
    request(item)
    assert item.verdict(CALENDAR, date(2025, 5, 12)).timeliness == pb.TIMELINESS_OVERDUE
    reported = assignment(REPORTED, completed_on=date(2025, 4, 24), extensions=[asked()])
    with pytest.raises(FailedPrecondition) as caught:
        reported.verify(SPECIALIST, NOW, CALENDAR)
    assert caught.value.reason == "EXTENSION_PENDING"
    reported.approve_extension(DECIDER, NOW, decision=DECISION)
    reported.verify(SPECIALIST, NOW, CALENDAR)
    assert (reported.state, reported.verified_due_date) == (VERIFIED, date(2025, 5, 15))


@pytest.mark.article("D4", "D7")
def test_an_approval_opens_a_cycle_moves_the_day_and_keeps_the_first_one() -> None:
    """D4; the new day is inclusive and rolls, whatever the first one was (D7)."""
    item = assignment(IN_PROGRESS, due_exact=True)
    for cycle, on in ((2, date(2025, 5, 10)), (3, date(2025, 5, 31))):
        request(item, on=on)
        item.approve_extension(DECIDER, NOW, decision=DECISION, new_due_date=None)
        assert (item.due_date, item.due_exact, item.deadline_cycle, item.original_due_date) == (on, False, cycle, date(2025, 4, 24))
    assert item.verdict(CALENDAR, date(2025, 5, 31)).effective_due == date(2025, 6, 2)
    line = item.history[-1]
    assert (line.decision_number, line.decision_signer) == (DECISION.number, DECISION.signer)
    assert {"field": "due_date", "before": "2025-05-10", "after": "2025-05-31"} in line.changes
    assert [extension.previous_due_date for extension in item.extensions] == [date(2025, 4, 24), date(2025, 5, 10)]


def test_the_leaders_may_decide_on_another_day_and_need_a_decision_or_a_reason() -> None:
    item = assignment(IN_PROGRESS, extensions=[asked()])
    with pytest.raises(InvalidArgument) as caught:
        item.approve_extension(DECIDER, NOW, decision=None)
    assert caught.value.reason == "DECISION_REQUIRED"
    with pytest.raises(InvalidArgument) as caught:
        item.reject_extension(DECIDER, NOW, reason=" ")
    assert caught.value.reason == "REASON_REQUIRED"
    item.approve_extension(actor("chairman"), NOW, decision=DECISION, new_due_date=date(2025, 5, 9))
    assert (item.due_date, item.extensions[0].new_due_date) == (date(2025, 5, 9), date(2025, 5, 9))


def test_a_rejection_leaves_the_day_and_another_may_be_asked_for() -> None:
    item = assignment(IN_PROGRESS)
    request(item)
    item.reject_extension(DECIDER, NOW, reason="Không đủ căn cứ.")
    assert (item.due_date, item.deadline_cycle) == (date(2025, 4, 24), 1)
    assert (item.extensions[0].state, item.extensions[0].decision_reason) == (pb.EXTENSION_STATE_REJECTED, "Không đủ căn cứ.")
    request(item)
    item.withdraw_extension(UNIT_LEADER, NOW, reason="")
    assert item.extensions[1].state == pb.EXTENSION_STATE_WITHDRAWN


def test_who_has_it_no_more_waits_for_no_answer() -> None:
    item = assignment(IN_PROGRESS)
    request(item)
    item.cancel(DECIDER, NOW, reason="Không còn cần.", decision=DECISION)
    assert item.extensions[0].state == pb.EXTENSION_STATE_WITHDRAWN


@pytest.mark.article("D4")
async def test_from_the_request_to_the_decision(stack: Stack, stub) -> None:
    id = await make.sent(stack, make.part(), make.part(make.SYT, "COORDINATING"))
    wanted = {"new_due_date": day(2025, 5, 30), "reason": "Chờ số liệu của các xã."}
    waiting = await stack.call(stub.RequestExtension, ask(pb.RequestExtensionRequest, id, **wanted), LEADER)
    assert pb.ACTION_WITHDRAW_EXTENSION in waiting.allowed_actions
    assert pb.ACTION_REQUEST_EXTENSION not in waiting.allowed_actions
    listed = (await stack.call(stub.ListAssignments, pb.ListAssignmentsRequest(), OFFICE_LEADER)).assignments
    assert [item.id for item in listed if pb.ACTION_DECIDE_EXTENSION in item.allowed_actions] == [id]
    seen = await stack.call(stub.GetAssignment, pb.GetAssignmentRequest(id=id), AN)
    assert (pb.ACTION_DECIDE_EXTENSION in seen.allowed_actions, seen.extensions[0].reason) == (False, wanted["reason"])
    assert not (await stack.call(stub.GetAssignment, pb.GetAssignmentRequest(id=id), SYT_LEADER)).extensions
    yes = ask(pb.DecideExtensionRequest, id, 2, approved=True, decision=make.DECISION, new_due_date=day(2025, 5, 20))
    approved = await stack.call(stub.DecideExtension, yes, CHAIRMAN)
    assert (approved.due_date, approved.original_due_date, approved.deadline_cycle) == (day(2025, 5, 20), day(2025, 4, 30), 2)
    assert (approved.extensions[0].state, approved.extensions[0].decision) == (pb.EXTENSION_STATE_APPROVED, make.DECISION)
    ((_, told),) = await stack.events(event_pb2.AssignmentExtensionApproved)
    assert (told.assignment.due_date, told.assignment.deadline_cycle) == (day(2025, 5, 20), 2)


async def test_a_rejection_is_an_event_of_its_own_and_needs_a_reason(stack: Stack, stub) -> None:
    id = await make.sent(stack)
    wanted = {"new_due_date": day(2025, 5, 30), "reason": "Chờ số liệu."}
    await stack.call(stub.RequestExtension, ask(pb.RequestExtensionRequest, id, **wanted), LEADER)
    error = await stack.refused(stub.DecideExtension, ask(pb.DecideExtensionRequest, id, 2), OFFICE_LEADER)
    assert (error.code, error.fields) == (grpc.StatusCode.INVALID_ARGUMENT, ["reason"])
    no = await stack.call(stub.DecideExtension, ask(pb.DecideExtensionRequest, id, 2, reason="Không đủ căn cứ."), OFFICE_LEADER)
    assert (no.due_date, no.extensions[0].state) == (day(2025, 4, 30), pb.EXTENSION_STATE_REJECTED)
    assert len(await stack.events(event_pb2.AssignmentExtensionRejected)) == 1
    assert not await stack.events(event_pb2.AssignmentExtensionApproved)
