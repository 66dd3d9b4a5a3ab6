"""What follows here from decisions made elsewhere: documents amended and revoked, units dissolved, escalations, a corrected aggregator."""

from uuid import uuid4

import pytest
from google.protobuf.message import Message
from structlog.testing import capture_logs
from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.assignment.v1 import event_pb2
from ykcd.directive.v1 import directive_pb2
from ykcd.directive.v1 import event_pb2 as directive

from kit.testing.stack import Stack
from services.assignment.tests import factories as make
from services.assignment.tests.beside import ADMINISTRATOR, DISSOLVED
from services.assignment.tests.elsewhere import LATER, changed, directed, dissolved, extended, get, published, successor, twice, verified
from services.assignment.tests.factories import AN, BINH, LEADER, OFFICE_LEADER, OPERATOR, PHU_LOC_LEADER, SYT_LEADER, ask, day


@pytest.mark.article("Đ3.4", "Đ6.1.đ", "Đ6.1.h", "Đ6.1.i", "Đ6.1.1", "§6.14")
async def test_each_phase_is_an_assignment_and_everything_told_of_the_task_comes_along(stack: Stack, stub) -> None:
    """Đ3.4, example 14: three phases, each with its own day."""
    days = [day(2025, 3, 31), day(2025, 6, 30), day(2025, 12, 31)]
    leads = [make.part(due=due, phase=number, phase_name=f"Giai đoạn {number}") for number, due in enumerate(days, start=1)]
    gathering = [make.part(make.SYT, "AGGREGATING", due=due, phase=number) for number, due in enumerate(days, start=1)]
    kinds = {"deadline_kind": directive_pb2.DEADLINE_KIND_SUBMIT_DRAFT, "deliverable": "Đề án", "note": "Gửi kèm bản đồ.", "paper": True}
    told = make.published(make.task(*leads, *gathering, has_deadline=False, **kinds))
    told.directive.regime = directive_pb2.REGIME_NATIONAL
    await stack.deliver(told, told.directive.id, 2)
    task_id = told.directive.tasks[0].id
    task = await stack.call(stub.GetTask, pb.GetTaskRequest(task_id=task_id), AN)
    parts = {item.id: item for item in task.assignments}
    for number, (part, due) in enumerate(zip(leads, days, strict=True), start=1):
        item = parts[part.id]
        assert (item.phase, item.phase_name, item.due_date, item.original_due_date) == (number, f"Giai đoạn {number}", due, due)
        assert (item.deadline_cycle, item.task_class.has_deadline, item.regime) == (1, False, directive_pb2.REGIME_NATIONAL)
        assert (item.deliverable, item.deadline_kind, item.paper_report_required) == ("Đề án", kinds["deadline_kind"], True)
        assert item.note == "Gửi kèm bản đồ."
        assert (item.aggregating_unit_id, item.aggregator_confirmed) == (str(make.SYT), False)
    assert {parts[part.id].aggregating_unit_id for part in gathering} == {""}


@pytest.mark.article("Đ2.7")
async def test_an_amendment_changes_what_it_says_and_nothing_else(stack: Stack, stub) -> None:
    """Đ2.7: openly; what was extended here and isn't touched stays; verified ones stay as they are."""
    moved, kept, done, gone = (make.part() for _ in range(4))
    told = await published(stack, make.task(moved, content="Việc một"), make.task(kept, done, gone, content="Việc hai"))
    await verified(stack, stub, done.id)
    await extended(stack, stub, kept.id)
    joined = make.part(make.SYT)
    told.tasks[0].assignments[0].due_date.CopyFrom(LATER)
    told.tasks[1].assignments[2].withdrawn = True
    told.tasks[1].content = "Việc hai, rộng hơn"
    told.tasks[1].assignments.append(joined)
    assert await twice(stack, changed(told, directive.DirectiveAmended), told.id) == 4
    first = await get(stack, stub, moved.id)
    assert (first.due_date, first.original_due_date, first.deadline_cycle, first.content) == (LATER, day(2025, 4, 30), 2, "Việc một")
    line = first.history[-1]
    assert (line.action, line.reason, line.decision.number) == (pb.ACTION_AMEND, "Điều chỉnh nhiệm vụ.", "75/QĐ-UBND")
    assert [(item.field, item.before, item.after) for item in line.changes] == [("due_date", "2025-04-30", "2025-06-16")]
    second = await get(stack, stub, kept.id)
    assert (second.content, second.due_date, second.deadline_cycle) == ("Việc hai, rộng hơn", day(2025, 5, 30), 2)
    assert (await get(stack, stub, done.id)).version == 4
    cancelled = await get(stack, stub, gone.id)
    assert (cancelled.state, cancelled.history[-1].reason) == (pb.ASSIGNMENT_STATE_CANCELLED, "Điều chỉnh nhiệm vụ.")
    new = await get(stack, stub, joined.id, SYT_LEADER)
    assert (new.state, new.version, new.content) == (pb.ASSIGNMENT_STATE_SENT, 1, "Việc hai, rộng hơn")
    # The same document once more, changed in nothing: nothing is told.
    assert await twice(stack, changed(told, directive.DirectiveAmended), told.id, 4) == 0


@pytest.mark.article("Đ2.7", "Đ7.2.d")
async def test_an_amendment_finds_whoever_has_it_now(stack: Stack, stub) -> None:
    part = make.part()
    told = await published(stack, make.task(part))
    forward = ask(pb.ForwardAssignmentRequest, part.id, unit_id=str(make.SYT), reason="Thuộc chức năng của Sở Y tế.")
    heir = (await stack.call(stub.ForwardAssignment, forward, OFFICE_LEADER)).forwarded_to_id
    told.tasks[0].assignments[0].due_date.CopyFrom(LATER)
    assert await twice(stack, changed(told, directive.DirectiveAmended), told.id) == 1
    assert ((await get(stack, stub, heir)).due_date, (await get(stack, stub, part.id)).version) == (LATER, 2)


@pytest.mark.article("Đ2.7", "Đ6.1.h")
async def test_an_amendment_that_names_another_aggregator_asks_the_lead_anew(stack: Stack, stub) -> None:
    lead, gathering = make.part(), make.part(make.SYT, "AGGREGATING")
    told = await published(stack, make.task(lead, gathering))
    confirm = ask(pb.ConfirmAggregatorRequest, lead.id, aggregating_unit_id=str(make.SYT))
    await stack.call(stub.ConfirmAggregator, confirm, LEADER)
    told.tasks[0].assignments[1].withdrawn = True
    told.tasks[0].assignments.append(make.part(make.PHU_LOC, "AGGREGATING"))
    assert await twice(stack, changed(told, directive.DirectiveAmended), told.id) == 3
    asked = await get(stack, stub, lead.id, LEADER)
    assert (asked.aggregating_unit_id, asked.aggregator_confirmed) == (str(make.PHU_LOC), False)
    assert pb.ACTION_CONFIRM_AGGREGATOR in asked.allowed_actions


@pytest.mark.article("Đ2.7")
@pytest.mark.parametrize("kind", [directive.DirectiveSuperseded, directive.DirectiveRevoked])
async def test_a_document_that_binds_no_more_cancels_what_is_open(stack: Stack, stub, kind: type[Message]) -> None:
    done, open_, handed_on = (make.part() for _ in range(3))
    told = await published(stack, make.task(done), make.task(open_), make.task(handed_on))
    await verified(stack, stub, done.id)
    forward = ask(pb.ForwardAssignmentRequest, handed_on.id, unit_id=str(make.SYT), reason="Thuộc chức năng của Sở Y tế.")
    heir = (await stack.call(stub.ForwardAssignment, forward, OFFICE_LEADER)).forwarded_to_id
    assert await twice(stack, changed(told, kind, "Không còn phù hợp."), told.id) == 2
    for id in (open_.id, heir):
        item = await get(stack, stub, id)
        assert (item.state, item.history[-1].reason) == (pb.ASSIGNMENT_STATE_CANCELLED, "Không còn phù hợp.")
    states = [(await get(stack, stub, part.id)).state for part in (done, handed_on)]
    assert states == [pb.ASSIGNMENT_STATE_VERIFIED, pb.ASSIGNMENT_STATE_FORWARDED]


@pytest.mark.article("D12", "Đ3.4")
async def test_open_tasks_of_a_dissolved_unit_go_to_the_successor_of_their_field(stack: Stack, stub) -> None:
    """D12: each phase by itself, with its days and specialist; what was told stays behind under the old name."""
    land, health = str(uuid4()), str(uuid4())
    phases = [make.part(phase=number, phase_name=f"Giai đoạn {number}") for number in (1, 2)]
    done, other = make.part(), make.part(specialist_id=str(BINH.id))
    await published(stack, make.task(*phases, has_deadline=False, field_id=land), make.task(done), make.task(other, field_id=health))
    await verified(stack, stub, done.id)
    await extended(stack, stub, phases[0].id)
    await stack.call(stub.AcceptAssignment, ask(pb.AcceptAssignmentRequest, phases[1].id), LEADER)
    await stack.call(stub.DelegateAssignment, ask(pb.DelegateAssignmentRequest, phases[1].id, 2, leader_id=str(LEADER.id)), LEADER)
    await stack.call(stub.ReportProgress, ask(pb.ReportProgressRequest, phases[1].id, 3, content="Đang làm."), LEADER)
    event = dissolved(successor(make.SYT), successor(make.PHU_LOC, land))
    assert await twice(stack, event, event.dissolution.id) == 6
    for part, unit in ((phases[0], make.PHU_LOC), (phases[1], make.PHU_LOC), (other, make.SYT)):
        old = await get(stack, stub, part.id)
        new = await get(stack, stub, old.forwarded_to_id)
        assert (old.state, old.unit_id, old.history[-1].action) == (pb.ASSIGNMENT_STATE_SUCCEEDED, str(make.STNMT), pb.ACTION_SUCCEED)
        assert (new.state, new.unit_id, new.forwarded_from_id) == (pb.ASSIGNMENT_STATE_SENT, str(unit), part.id)
        assert (new.due_date, new.original_due_date, new.deadline_cycle) == (old.due_date, old.original_due_date, old.deadline_cycle)
        assert (new.phase, new.phase_name, new.specialist_id) == (old.phase, old.phase_name, old.specialist_id)
        assert (len(new.reports), new.HasField("delegation"), len(new.history)) == (0, False, 1)
    first = await get(stack, stub, (await get(stack, stub, phases[0].id)).forwarded_to_id)
    assert (first.due_date, first.original_due_date, first.deadline_cycle) == (day(2025, 5, 30), day(2025, 4, 30), 2)
    assert [report.content for report in (await get(stack, stub, phases[1].id)).reports] == ["Đang làm."]
    assert (await get(stack, stub, done.id)).state == pb.ASSIGNMENT_STATE_VERIFIED
    await stack.call(stub.AcceptAssignment, ask(pb.AcceptAssignmentRequest, first.id), PHU_LOC_LEADER)


@pytest.mark.article("D12")
async def test_what_no_successor_takes_isnt_dropped(stack: Stack, stub) -> None:
    id = await make.sent(stack)
    event = dissolved(successor(make.SYT, str(uuid4())))
    with capture_logs() as logs:
        assert await twice(stack, event, event.dissolution.id) == 0
    assert [line["event"] for line in logs if line["event"] == "no_successor"] == ["no_successor"]
    assert pb.ACTION_FORWARD in (await get(stack, stub, id)).allowed_actions


@pytest.mark.article("D12", "Đ8.1.d")
async def test_who_prepares_a_dissolution_sees_counts_and_a_leader_the_tasks(stack: Stack, stub) -> None:
    """D12; the administrator sees no content."""
    land, health = str(uuid4()), str(uuid4())
    await make.sent(stack, make.part(), field_id=land)
    await make.sent(stack, make.part(), field_id=land)
    await make.sent(stack, make.part(), field_id=health)
    request = pb.PreviewSuccessionRequest(unit_id=str(make.STNMT), successors=[successor(make.SYT, land)])
    for person, shown in ((ADMINISTRATOR, 0), (OFFICE_LEADER, 3)):
        seen = await stack.call(stub.PreviewSuccession, request, person)
        assert [(item.unit_id, item.count) for item in seen.counts] == [(str(make.SYT), 2)]
        assert (list(seen.uncovered_field_ids), len(seen.assignments)) == ([health], shown)
    request.successors.append(successor(make.PHU_LOC))
    seen = await stack.call(stub.PreviewSuccession, request, OFFICE_LEADER)
    assert {(item.unit_id, item.count) for item in seen.counts} == {(str(make.SYT), 2), (str(make.PHU_LOC), 1)}
    assert not seen.uncovered_field_ids
    for person in (AN, LEADER, SYT_LEADER, OPERATOR):
        assert (await stack.refused(stub.PreviewSuccession, request, person)).reason == "ROLE_REQUIRED"
    assert not (await stack.call(stub.ListAssignments, pb.ListAssignmentsRequest(), ADMINISTRATOR)).assignments


@pytest.mark.article("Đ6.1.h")
async def test_the_lead_confirms_who_gathers_the_results(stack: Stack, stub) -> None:
    lead = make.part()
    id = await make.sent(stack, lead, make.part(make.SYT, "AGGREGATING"))
    confirmed = await stack.call(stub.ConfirmAggregator, ask(pb.ConfirmAggregatorRequest, id, aggregating_unit_id=str(make.SYT)), LEADER)
    assert (confirmed.aggregator_confirmed, confirmed.aggregating_unit_id) == (True, str(make.SYT))
    ((_, told),) = await stack.events(event_pb2.AssignmentAggregatorConfirmed)
    assert await twice(stack, told, id, 2) == 0
    assert (
        await stack.refused(stub.ConfirmAggregator, ask(pb.ConfirmAggregatorRequest, id, 2, aggregating_unit_id=str(make.SYT)), LEADER)
    ).reason == "NO_AGGREGATOR_TO_CONFIRM"


@pytest.mark.article("Đ6.1.h")
async def test_a_correction_of_the_lead_moves_the_aggregating_part(stack: Stack, stub) -> None:
    """Đ6.1.h: the unit may change this field and no other; the part goes to the unit that it names."""
    lead, gathering = make.part(), make.part(make.SYT, "AGGREGATING")
    id = await make.sent(stack, lead, gathering)
    to = {"aggregating_unit_id": str(make.PHU_LOC)}
    unknown = ask(pb.ConfirmAggregatorRequest, id, aggregating_unit_id=str(DISSOLVED))
    assert (await stack.refused(stub.ConfirmAggregator, unknown, LEADER)).fields == ["aggregating_unit_id"]
    await stack.call(stub.ConfirmAggregator, ask(pb.ConfirmAggregatorRequest, id, **to), LEADER)
    ((_, told),) = await stack.events(event_pb2.AssignmentAggregatorConfirmed)
    assert await twice(stack, told, id, 2) == 2
    old = await get(stack, stub, gathering.id)
    new = await get(stack, stub, old.forwarded_to_id, PHU_LOC_LEADER)
    assert (old.state, new.unit_id, new.role) == (pb.ASSIGNMENT_STATE_FORWARDED, to["aggregating_unit_id"], gathering.role)
    assert (new.due_date, new.specialist_id, new.state) == (old.due_date, old.specialist_id, pb.ASSIGNMENT_STATE_SENT)


@pytest.mark.article("Đ8.1.e", "D4")
async def test_the_chairman_extends_and_a_new_cycle_begins(stack: Stack, stub) -> None:
    """Đ8.1.e: what waited for its decision has it; else the decision stands in the same list."""
    for waiting in (False, True):
        id = await make.sent(stack)
        if waiting:
            wanted = ask(pb.RequestExtensionRequest, id, new_due_date=day(2025, 5, 30), reason="Chờ số liệu.")
            await stack.call(stub.RequestExtension, wanted, LEADER)
        event = directed(id, "EXTEND", new_due_date=LATER)
        assert await twice(stack, event, event.escalation.id) == 1
        item = await get(stack, stub, id)
        assert (item.due_date, item.original_due_date, item.deadline_cycle) == (LATER, day(2025, 4, 30), 2)
        (extension,) = item.extensions
        assert (extension.state, extension.new_due_date, extension.decision) == (pb.EXTENSION_STATE_APPROVED, LATER, make.DECISION)
    assert len(await stack.events(event_pb2.AssignmentExtensionApproved)) == 2


@pytest.mark.article("Đ8.1.e")
async def test_the_chairman_gives_it_to_another_unit_or_ends_it(stack: Stack, stub) -> None:
    id = await make.sent(stack)
    event = directed(id, "REASSIGN", new_unit_id=str(make.SYT), new_specialist_id=str(BINH.id))
    assert await twice(stack, event, event.escalation.id) == 2
    heir = await get(stack, stub, (await get(stack, stub, id)).forwarded_to_id, SYT_LEADER)
    assert (heir.specialist_id, heir.history[-1].decision) == (str(BINH.id), make.DECISION)
    event = directed(heir.id, "CLOSE")
    assert await twice(stack, event, event.escalation.id) == 1
    closed = await get(stack, stub, heir.id)
    assert (closed.state, closed.history[-1].reason) == (pb.ASSIGNMENT_STATE_CANCELLED, "Theo chỉ đạo của Chủ tịch.")


@pytest.mark.article("Đ8.1.e")
async def test_a_direction_that_doesnt_fit_any_more_changes_nothing_and_is_logged(stack: Stack, stub) -> None:
    id, done = await make.sent(stack), await make.sent(stack)
    await verified(stack, stub, done)
    cases = [
        (directed(done, "EXTEND", new_due_date=LATER), True),
        (directed(done, "CLOSE"), True),
        (directed(str(uuid4()), "CLOSE"), True),
        (directed(id, "EXTEND", new_due_date=day(2025, 4, 30)), True),
        (directed(id, "REASSIGN", new_unit_id=str(make.STNMT)), True),
        (directed(id, "REASSIGN", new_unit_id=str(DISSOLVED)), True),
        (directed(id, "URGE_IN_PERSON"), False),
        (directed(id, "DISCIPLINE"), False),
    ]
    for event, noted in cases:
        with capture_logs() as logs:
            assert await twice(stack, event, event.escalation.id) == 0
        assert any(line["event"] == "direction_left" for line in logs) == noted
    assert (await get(stack, stub, id)).version == 1
