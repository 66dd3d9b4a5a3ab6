"""What is given, amended or directed while units end and documents bind no more, in whatever order it is heard of."""

from uuid import UUID, uuid4

import pytest
from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.assignment.v1 import event_pb2
from ykcd.directive.v1 import event_pb2 as directive
from ykcd.directive.v1.registry_pb2 import Successor, Unit, UnitKind

from kit.dates import from_time
from kit.events import Retry
from kit.testing.stack import Stack
from services.assignment.tests import factories as make
from services.assignment.tests.elsewhere import (
    AMENDED,
    LATER,
    changed,
    directed,
    dissolved,
    get,
    published,
    successor,
    twice,
    verified,
)
from services.assignment.tests.factories import LEADER, OFFICE_LEADER, SYT_LEADER, ask, day


async def end(stack: Stack, unit: UUID, *successors: Successor) -> None:
    """Yesterday was its last day."""
    told = Unit(
        id=str(unit), version=2, kind=UnitKind.UNIT_KIND_DEPARTMENT, name="Đơn vị", valid_from=day(2010, 1, 1), successors=successors
    )
    told.valid_to.CopyFrom(day(2025, 4, 23))
    await stack.deliver(directive.UnitChanged(unit=told), told.id, 2)


def reopen(id: str, version: int = 4) -> pb.ReopenAssignmentRequest:
    return ask(pb.ReopenAssignmentRequest, id, version, reason="Số liệu sai.", decision=make.DECISION)


@pytest.mark.article("D12")
async def test_what_is_sent_to_a_unit_that_has_ended_goes_on_to_the_last_of_its_successors(stack: Stack, stub) -> None:
    """D12: its dissolution was heard of before the document; so was that of the unit that took over."""
    await end(stack, make.STNMT, successor(make.SNV))
    await end(stack, make.SNV, successor(make.SYT))
    id = await make.sent(stack)
    old = await get(stack, stub, id)
    new = await get(stack, stub, old.forwarded_to_id, SYT_LEADER)
    assert (old.state, new.state, new.unit_id) == (pb.ASSIGNMENT_STATE_SUCCEEDED, pb.ASSIGNMENT_STATE_SENT, str(make.SYT))
    told = [(envelope.aggregate_id, envelope.aggregate_version, type(event)) for envelope, event in await stack.events()]
    sent, succeeded = event_pb2.AssignmentSent, event_pb2.AssignmentSucceeded
    assert told == [(id, 1, sent), (id, 2, succeeded), (new.id, 1, sent)]


@pytest.mark.article("D12")
async def test_an_heir_that_has_the_same_part_gets_no_second_one(stack: Stack, stub) -> None:
    """D12: an amendment then speaks to it for itself alone."""
    mine, theirs = make.part(), make.part(make.SYT)
    told = await published(stack, make.task(mine, theirs))
    event = dissolved(successor(make.SYT))
    assert await twice(stack, event, event.dissolution.id) == 1
    old = await get(stack, stub, mine.id)
    assert (old.state, old.forwarded_to_id) == (pb.ASSIGNMENT_STATE_SUCCEEDED, theirs.id)
    told.tasks[0].assignments[0].due_date.CopyFrom(LATER)
    assert await twice(stack, changed(told, directive.DirectiveAmended), told.id) == 0
    told.tasks[0].assignments[1].due_date.CopyFrom(LATER)
    assert await twice(stack, changed(told, directive.DirectiveAmended), told.id, 4) == 1
    assert (await get(stack, stub, theirs.id)).due_date == LATER


@pytest.mark.article("Đ2.7")
@pytest.mark.parametrize("kind", [directive.DirectiveAmended, directive.DirectiveSuperseded, directive.DirectiveRevoked])
async def test_what_changes_a_document_waits_for_its_publication(stack: Stack, kind: type) -> None:
    told = make.published().directive
    first = directive.DirectivePublished(directive=told)
    change = changed(told, kind)
    with pytest.raises(Retry):
        await stack.deliver(change, told.id, 3)
    await stack.deliver(first, told.id, 2)
    await stack.deliver(change, told.id, 3)


@pytest.mark.article("Đ7.2.a", "Đ2.7")
async def test_it_is_given_when_its_document_was_published_or_amended(stack: Stack, stub, clock) -> None:
    """Whenever that is heard of here."""
    clock.advance(days=3)
    part, joined = make.part(), make.part(make.SYT)
    told = await published(stack, make.task(part))
    told.tasks[0].assignments.append(joined)
    await stack.deliver(changed(told, directive.DirectiveAmended), told.id, 3)
    for id, time in ((part.id, make.PUBLISHED), (joined.id, AMENDED)):
        assert (await get(stack, stub, id)).create_time == from_time(time)


@pytest.mark.article("Đ6.1.h")
async def test_the_gathering_part_moves_from_whoever_has_it_now(stack: Stack, stub) -> None:
    lead, gathering = make.part(), make.part(make.SYT, "AGGREGATING")
    id = await make.sent(stack, lead, gathering)
    moved = ask(pb.ForwardAssignmentRequest, gathering.id, unit_id=str(make.SNV), reason="Thuộc chức năng của Sở Nội vụ.")
    there = (await stack.call(stub.ForwardAssignment, moved, OFFICE_LEADER)).forwarded_to_id
    confirm = ask(pb.ConfirmAggregatorRequest, id, aggregating_unit_id=str(make.PHU_LOC))
    await stack.call(stub.ConfirmAggregator, confirm, LEADER)
    ((_, told),) = await stack.events(event_pb2.AssignmentAggregatorConfirmed)
    assert await twice(stack, told, id, 2) == 2
    heir = await get(stack, stub, (await get(stack, stub, there)).forwarded_to_id)
    assert (heir.unit_id, heir.role) == (str(make.PHU_LOC), gathering.role)


@pytest.mark.article("Đ6.1.h", "D12")
async def test_nobody_is_confirmed_who_is_no_more_or_has_nothing_to_gather(stack: Stack, stub) -> None:
    lead, gathering = make.part(), make.part(make.SYT, "AGGREGATING")
    id = await make.sent(stack, lead, gathering)
    confirm = ask(pb.ConfirmAggregatorRequest, id, aggregating_unit_id=str(make.SYT))
    cancel = ask(pb.CancelAssignmentRequest, gathering.id, reason="Không còn cần.", decision=make.DECISION)
    await stack.call(stub.CancelAssignment, cancel, OFFICE_LEADER)
    assert (await stack.refused(stub.ConfirmAggregator, confirm, LEADER)).reason == "NO_AGGREGATOR_TO_CONFIRM"
    await end(stack, make.SYT)
    again = ask(pb.ConfirmAggregatorRequest, id, aggregating_unit_id=str(make.SYT))
    assert (await stack.refused(stub.ConfirmAggregator, again, LEADER)).fields == ["aggregating_unit_id"]


@pytest.mark.article("Đ2.7", "Đ8.1.a")
async def test_a_reopened_part_takes_over_what_its_document_says_since(stack: Stack, stub) -> None:
    part = make.part()
    told = await published(stack, make.task(part))
    await verified(stack, stub, part.id)
    told.tasks[0].content, told.tasks[0].deliverable = "Việc khác.", "Báo cáo"
    told.tasks[0].assignments[0].due_date.CopyFrom(LATER)
    assert await twice(stack, changed(told, directive.DirectiveAmended), told.id) == 0
    again = await stack.call(stub.ReopenAssignment, reopen(part.id), OFFICE_LEADER)
    assert (again.content, again.deliverable, again.due_date, again.deadline_cycle) == ("Việc khác.", "Báo cáo", LATER, 2)
    assert {change.field for change in again.history[-1].changes} == {"completed_on", "content", "deliverable", "due_date"}


@pytest.mark.article("Đ2.7", "Đ8.1.a")
@pytest.mark.parametrize("kind", [directive.DirectiveAmended, directive.DirectiveSuperseded, directive.DirectiveRevoked])
async def test_what_is_given_no_more_isnt_reopened(stack: Stack, stub, kind: type) -> None:
    part = make.part()
    told = await published(stack, make.task(part))
    await verified(stack, stub, part.id)
    told.tasks[0].assignments[0].withdrawn = True
    assert await twice(stack, changed(told, kind), told.id) == 0
    assert pb.ACTION_REOPEN not in (await get(stack, stub, part.id)).allowed_actions
    assert (await stack.refused(stub.ReopenAssignment, reopen(part.id), OFFICE_LEADER)).reason == "DIRECTIVE_NOT_BINDING"


@pytest.mark.article("D12", "Đ8.1.a")
async def test_nothing_is_reopened_for_a_unit_that_has_ended(stack: Stack, stub) -> None:
    id = await make.sent(stack)
    await verified(stack, stub, id)
    await end(stack, make.STNMT, successor(make.SYT))
    assert (await stack.refused(stub.ReopenAssignment, reopen(id), OFFICE_LEADER)).reason == "UNIT_ENDED"
    assert (await get(stack, stub, id)).version == 4


@pytest.mark.article("Đ8.1.e", "D4")
async def test_a_direction_waits_for_no_result_and_is_of_its_own_cycle(stack: Stack, stub) -> None:
    """Nor does it give a unit a second part; whom it names and who is no specialist leaves it to the Office's leaders."""
    reported = await make.sent(stack)
    await stack.call(stub.AcceptAssignment, ask(pb.AcceptAssignmentRequest, reported), LEADER)
    await stack.call(stub.ReportDone, make.done(reported), LEADER)
    shared = await make.sent(stack, make.part(), make.part(make.SYT, "COORDINATING"))
    other_cycle = directed(shared, "CLOSE")
    other_cycle.escalation.directed_cycle = 2
    taken = directed(shared, "REASSIGN", new_unit_id=str(make.SYT))
    for event in (directed(reported, "CLOSE"), directed(reported, "EXTEND", new_due_date=LATER), other_cycle, taken):
        assert await twice(stack, event, event.escalation.id) == 0
    event = directed(shared, "REASSIGN", new_unit_id=str(make.SNV), new_specialist_id=str(uuid4()))
    assert await twice(stack, event, event.escalation.id) == 2
    heir = await get(stack, stub, (await get(stack, stub, shared)).forwarded_to_id)
    assert (heir.unit_id, heir.specialist_id) == (str(make.SNV), "")
