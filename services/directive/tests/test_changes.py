"""What is published is changed openly: amended, superseded, revoked, each with its reason, its document and its history (Đ2.7)."""

from datetime import date
from uuid import uuid4

import grpc
import pytest
from sqlalchemy import func, select, update
from ykcd.assignment.v1 import assignment_pb2
from ykcd.assignment.v1.event_pb2 import AssignmentSent
from ykcd.directive.v1 import directive_pb2 as pb
from ykcd.directive.v1 import event_pb2

from kit.events.outbox import MAX_BYTES
from kit.testing.stack import Stack
from services.directive.model import DirectiveChange, Unit
from services.directive.service.told import ROOM_TO_END
from services.directive.tests import factories as make
from services.directive.tests.factories import AN, BINH, CHI, EVALUATOR, OFFICE_LEADER, OPERATOR, STNMT_LEADER, SYT_LEADER


def two_tasks() -> list[pb.TaskInput]:
    return [make.task(make.part(make.STNMT), make.part(make.PHU_LOC, "COORDINATING")), make.task(make.part(make.STNMT))]


def supersede(old: pb.Directive, new: str) -> pb.SupersedeDirectiveRequest:
    return pb.SupersedeDirectiveRequest(
        request_id=str(uuid4()), id=old.id, expected_version=old.version, reason="Có văn bản mới.", superseding_id=new
    )


def revoke(old: pb.Directive, document: pb.ChangingDocument | None = None) -> pb.RevokeDirectiveRequest:
    return pb.RevokeDirectiveRequest(
        request_id=str(uuid4()), id=old.id, expected_version=old.version, reason="Bãi bỏ.", document=document or make.changed_by()
    )


@pytest.mark.article("Đ2.7")
async def test_an_amendment_says_what_changed_why_and_by_which_document(stack: Stack, stub) -> None:
    published = await make.published(stack, stub, *two_tasks())
    first, second = published.tasks
    lead, helper = first.assignments
    request = make.amend(
        published,
        pb.TaskAmendment(
            task_id=first.id,
            assignments=[
                pb.AssignmentAmendment(assignment_id=lead.id, due_date=make.day(2025, 8, 1), due_exclusive=True),
                pb.AssignmentAmendment(assignment_id=helper.id, withdrawn=True),
            ],
            added=[make.part(make.SYT, "COORDINATING", due_date=make.day(2025, 7, 1))],
        ),
        added_tasks=[make.task(make.part(make.PHU_LOC))],
    )
    amended = await stack.call(stub.AmendDirective, request, AN)
    assert (amended.state, amended.version) == (pb.DIRECTIVE_STATE_AMENDED, 3)
    moved, gone, joined = amended.tasks[0].assignments
    assert (moved.id, moved.due_date, moved.due_exact) == (lead.id, make.day(2025, 7, 31), True)
    assert (gone.id, gone.withdrawn) == (helper.id, True)
    assert (joined.unit_id, joined.due_date) == (str(make.SYT), make.day(2025, 7, 1))
    assert amended.tasks[1] == second
    added = amended.tasks[2]
    assert (added.ordinal, added.specialist_id) == (3, str(BINH.id))
    (change,) = amended.changes
    assert (change.reason, change.document, change.actor_name, change.version) == (request.reason, request.document, AN.name, 3)
    assert set(change.assignment_ids) == {lead.id, helper.id, joined.id, added.assignments[0].id}
    ((envelope, event),) = await stack.events(event_pb2.DirectiveAmended)
    assert (event.directive, envelope.aggregate_version) == (amended, 3)
    assert await stack.call(stub.GetDirective, pb.GetDirectiveRequest(id=published.id), AN) == amended


@pytest.mark.article("Đ2.7", "Đ8.1.đ")
async def test_who_joins_is_followed_by_annex_1(stack: Stack, stub) -> None:
    health = make.task(make.part(make.STNMT), field=make.HEALTH)
    published = await make.published(stack, stub, health)
    joins = pb.TaskAmendment(task_id=published.tasks[0].id, added=[make.part(make.SYT, "COORDINATING", due_date=make.day(2025, 7, 1))])
    amended = await stack.call(stub.AmendDirective, make.amend(published, joins), AN)
    assert amended.tasks[0].assignments[1].specialist_id == str(CHI.id)


@pytest.mark.article("Đ2.7", "D13")
async def test_who_is_taken_away_reads_its_history_and_may_come_back(stack: Stack, stub) -> None:
    published = await make.published(stack, stub, *two_tasks())
    task = published.tasks[0]
    away = pb.TaskAmendment(
        task_id=task.id, assignments=[pb.AssignmentAmendment(assignment_id=part.id, withdrawn=True) for part in task.assignments]
    )
    amended = await stack.call(stub.AmendDirective, make.amend(published, away), OFFICE_LEADER)
    assert amended.tasks[0].specialist_id == ""
    seen = await stack.call(stub.GetDirective, pb.GetDirectiveRequest(id=published.id), STNMT_LEADER)
    assert [part.withdrawn for part in seen.tasks[0].assignments] == [True, True]
    gone = pb.AssignmentAmendment(assignment_id=task.assignments[0].id, due_date=make.day(2025, 8, 1))
    error = await stack.refused(stub.AmendDirective, make.amend(amended, pb.TaskAmendment(task_id=task.id, assignments=[gone])), AN)
    assert [(v.path, v.reason) for v in error.error.violations] == [("tasks[0].assignments[0].assignment_id", "ASSIGNMENT_UNKNOWN")]
    back = pb.TaskAmendment(task_id=task.id, added=[make.part(make.STNMT, due_date=make.day(2025, 8, 1))])
    again = await stack.call(stub.AmendDirective, make.amend(amended, back), AN)
    assert [part.withdrawn for part in again.tasks[0].assignments] == [True, True, False]
    assert again.tasks[0].specialist_id == str(AN.id)
    assert [bool(change.assignment_ids) for change in again.changes] == [False, True]


@pytest.mark.article("D13")
async def test_a_unit_learns_of_a_change_only_what_is_its_own(stack: Stack, stub) -> None:
    published = await make.published(stack, stub, *two_tasks(), make.task(make.part(make.SYT), field=make.HEALTH))
    amended = await stack.call(stub.AmendDirective, make.amend(published, abstract="V/v rà soát quỹ đất"), AN)
    assert (amended.abstract, len(amended.changes[0].assignment_ids)) == ("V/v rà soát quỹ đất", 4)
    get = pb.GetDirectiveRequest(id=published.id)
    seen = await stack.call(stub.GetDirective, get, SYT_LEADER)
    assert [list(change.assignment_ids) for change in seen.changes] == [[seen.tasks[0].assignments[0].id]]
    for person in (EVALUATOR, OPERATOR):
        assert (await stack.refused(stub.GetDirective, get, person)).reason == "NOT_FOUND"


def problems(task: pb.Task) -> dict[str, tuple[dict, str, str]]:
    """Amendments that can't be: what to ask, the field, the reason."""
    lead = task.assignments[0].id

    def about(**more: object) -> dict:
        return {"tasks": [pb.TaskAmendment(task_id=task.id, **more)]}

    def part(**more: object) -> dict:
        return about(assignments=[pb.AssignmentAmendment(assignment_id=lead, **more)])

    later = make.day(2025, 8, 1)
    return {
        "nothing": ({}, "tasks", "AMENDMENT_EMPTY"),
        "the same day": (part(due_date=make.day(2025, 6, 30)), "tasks", "AMENDMENT_EMPTY"),
        "another document's task": ({"tasks": [pb.TaskAmendment(task_id=str(uuid4()), content="x")]}, "tasks[0].task_id", "TASK_UNKNOWN"),
        "before the issue": (part(due_date=make.day(2025, 4, 1)), "tasks[0].due_date", "DUE_DATE_BEFORE_ISSUE"),
        "a day for who leaves": (part(due_date=later, withdrawn=True), "tasks[0].assignments[0].due_date", "WITHDRAWN_WITH_DATE"),
        "a unit twice": (about(added=[make.part(make.STNMT, due_date=later)]), "tasks[0].assignments", "UNIT_REPEATED"),
        "no day": (about(added=[make.part(make.SYT)]), "tasks[0].added[0].due_date", "DUE_DATE_MISSING"),
        "no such unit": (about(added=[make.part(uuid4(), due_date=later)]), "tasks[0].added[0].unit_id", "UNIT_UNKNOWN"),
        "a task without lead": (
            {"added_tasks": [make.task(make.part(make.SYT, "COORDINATING"))]},
            "added_tasks[0].assignments",
            "LEAD_MISSING",
        ),
        "by an older document": (
            {**part(due_date=later), "document": make.changed_by(make.day(2025, 4, 23))},
            "document.issue_date",
            "CHANGING_DOCUMENT_DATE",
        ),
        "by tomorrow's document": (
            {**part(due_date=later), "document": make.changed_by(make.day(2025, 4, 25))},
            "document.issue_date",
            "CHANGING_DOCUMENT_DATE",
        ),
    }


@pytest.mark.article("Đ2.7")
@pytest.mark.parametrize("kind", problems(pb.Task(assignments=[pb.PlannedAssignment()])))
async def test_an_amendment_that_cant_be_is_named_and_changes_nothing(stack: Stack, stub, kind: str) -> None:
    published = await make.published(stack, stub)
    asked, field, reason = problems(published.tasks[0])[kind]
    error = await stack.refused(stub.AmendDirective, make.amend(published, **asked), AN)
    assert error.code == grpc.StatusCode.INVALID_ARGUMENT
    assert [(v.path, v.reason) for v in error.error.violations] == [(field, reason)]
    assert await stack.call(stub.GetDirective, pb.GetDirectiveRequest(id=published.id), AN) == published
    assert not await stack.events(event_pb2.DirectiveAmended)


@pytest.mark.article("Đ2.7")
async def test_a_task_without_a_deadline_gets_none_by_an_amendment(stack: Stack, stub) -> None:
    task = make.task(task_class=pb.TaskClass(has_deadline=False, must_report=False), due_date=None)
    published = await make.published(stack, stub, task)
    asked = pb.AssignmentAmendment(assignment_id=published.tasks[0].assignments[0].id, due_date=make.day(2025, 8, 1))
    request = make.amend(published, pb.TaskAmendment(task_id=published.tasks[0].id, assignments=[asked]))
    error = await stack.refused(stub.AmendDirective, request, AN)
    assert [v.reason for v in error.error.violations] == ["DUE_DATE_UNEXPECTED"]
    wording = pb.TaskAmendment(task_id=published.tasks[0].id, content="Rà soát lại.", deliverable="báo cáo")
    amended = await stack.call(stub.AmendDirective, make.amend(published, wording), AN)
    assert (amended.tasks[0].content, amended.tasks[0].deliverable) == ("Rà soát lại.", "báo cáo")


@pytest.mark.article("Đ2.7")
async def test_only_what_binds_as_it_stands_is_changed(stack: Stack, stub) -> None:
    draft = await stack.call(stub.CreateDirective, make.create(), AN)
    for method, request in ((stub.AmendDirective, make.amend(draft, abstract="x")), (stub.RevokeDirective, revoke(draft))):
        error = await stack.refused(method, request, OFFICE_LEADER)
        assert (error.code, error.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "DIRECTIVE_NOT_BINDING")
    published = await stack.call(stub.PublishDirective, make.publish(draft), AN)
    error = await stack.refused(stub.AmendDirective, make.amend(draft, abstract="x"), AN)
    assert (error.reason, error.error.metadata["version"]) == ("STALE_VERSION", str(published.version))
    revoked = await stack.call(stub.RevokeDirective, revoke(published), OFFICE_LEADER)
    assert (await stack.refused(stub.AmendDirective, make.amend(revoked, abstract="x"), AN)).reason == "DIRECTIVE_NOT_BINDING"
    update_ = pb.UpdateDirectiveRequest(request_id=str(uuid4()), id=draft.id, expected_version=3, directive=make.directive())
    assert (await stack.refused(stub.UpdateDirective, update_, AN)).reason == "DIRECTIVE_PUBLISHED"


@pytest.mark.article("Đ2.7")
async def test_another_document_takes_its_place(stack: Stack, stub) -> None:
    old = await make.published(stack, stub, *two_tasks())
    new = await make.published(stack, stub, number="2")
    done = await stack.call(stub.SupersedeDirective, supersede(old, new.id), OFFICE_LEADER)
    assert (done.state, done.superseded_by_id) == (pb.DIRECTIVE_STATE_SUPERSEDED, new.id)
    (change,) = done.changes
    assert (change.document.code, change.document.issue_date) == ("2/UBND-KGVX", new.issue_date)
    assert list(change.assignment_ids) == [part.id for task in old.tasks for part in task.assignments]
    ((_, event),) = await stack.events(event_pb2.DirectiveSuperseded)
    assert event.directive == done
    assert (await stack.refused(stub.SupersedeDirective, supersede(new, done.id), OFFICE_LEADER)).reason == "SUPERSEDING_UNFIT"
    assert (await stack.refused(stub.SupersedeDirective, supersede(new, new.id), OFFICE_LEADER)).reason == "SUPERSEDING_UNFIT"
    assert (await stack.refused(stub.SupersedeDirective, supersede(new, str(uuid4())), OFFICE_LEADER)).reason == "NOT_FOUND"


@pytest.mark.article("Đ2.7")
async def test_a_document_is_revoked_with_its_open_work(stack: Stack, stub) -> None:
    old = await make.published(stack, stub)
    error = await stack.refused(stub.RevokeDirective, revoke(old, make.changed_by(make.day(2025, 4, 25))), OFFICE_LEADER)
    assert error.fields == ["document.issue_date"]
    request = revoke(old)
    done = await stack.call(stub.RevokeDirective, request, OFFICE_LEADER)
    assert await stack.call(stub.RevokeDirective, request, OFFICE_LEADER) == done
    assert (done.state, done.changes[0].reason) == (pb.DIRECTIVE_STATE_REVOKED, "Bãi bỏ.")
    ((envelope, event),) = await stack.events(event_pb2.DirectiveRevoked)
    assert (event.directive, envelope.actor.name) == (done, OFFICE_LEADER.name)


@pytest.mark.article("Đ2.7")
@pytest.mark.parametrize("person", [AN, STNMT_LEADER, EVALUATOR], ids=lambda person: person.roles[0])
async def test_only_the_offices_leaders_end_a_document(stack: Stack, stub, person) -> None:
    old = await make.published(stack, stub)
    for method, request in ((stub.SupersedeDirective, supersede(old, old.id)), (stub.RevokeDirective, revoke(old))):
        assert (await stack.refused(method, request, person)).reason == "ROLE_REQUIRED"


@pytest.mark.article("D12", "Đ2.7")
async def test_a_unit_that_is_no_more_joins_nothing(stack: Stack, stub) -> None:
    published = await make.published(stack, stub)
    async with stack.session() as session:
        await session.execute(update(Unit).where(Unit.id == make.SYT).values(valid_to=date(2025, 4, 23)))
    joins = pb.TaskAmendment(task_id=published.tasks[0].id, added=[make.part(make.SYT, due_date=make.day(2025, 8, 1))])
    error = await stack.refused(stub.AmendDirective, make.amend(published, joins), AN)
    assert error.fields == ["tasks[0].added[0].unit_id"]
    async with stack.session() as session:
        assert await session.scalar(select(func.count()).select_from(DirectiveChange)) == 0


@pytest.mark.article("Đ7.2.d", "D12", "D13")
async def test_who_gets_a_part_later_reads_its_document_from_then_on(stack: Stack, stub) -> None:
    """A part handed on opens its task; one of another document, or of none that is known, opens nothing."""
    published = await make.published(stack, stub, *two_tasks())
    get = pb.GetDirectiveRequest(id=published.id)
    assert (await stack.refused(stub.GetDirective, get, SYT_LEADER)).reason == "NOT_FOUND"

    async def sent(task_id: str, forwarded_from_id: str) -> None:
        about = {"task_id": task_id, "unit_id": str(make.SYT), "forwarded_from_id": forwarded_from_id}
        part = assignment_pb2.Assignment(id=str(uuid4()), version=1, **about)
        await stack.deliver(AssignmentSent(assignment=part), part.id)

    await sent(published.tasks[0].id, "")
    await sent(str(uuid4()), str(uuid4()))
    assert (await stack.refused(stub.GetDirective, get, SYT_LEADER)).reason == "NOT_FOUND"
    for _ in range(2):
        await sent(published.tasks[0].id, published.tasks[0].assignments[0].id)
    assert [task.id for task in (await stack.call(stub.GetDirective, get, SYT_LEADER)).tasks] == [published.tasks[0].id]


@pytest.mark.article("Đ3.4", "Đ6.1.c")
async def test_the_last_lead_isnt_taken_away_while_others_take_part(stack: Stack, stub) -> None:
    published = await make.published(stack, stub, *two_tasks())
    task = published.tasks[0]
    lead = pb.AssignmentAmendment(assignment_id=task.assignments[0].id, withdrawn=True)
    error = await stack.refused(stub.AmendDirective, make.amend(published, pb.TaskAmendment(task_id=task.id, assignments=[lead])), AN)
    assert [(v.path, v.reason) for v in error.error.violations] == [("tasks[0].assignments", "LEAD_MISSING")]
    other = make.part(make.SYT, due_date=make.day(2025, 7, 1))
    replaced = pb.TaskAmendment(task_id=task.id, assignments=[lead], added=[other])
    assert (await stack.call(stub.AmendDirective, make.amend(published, replaced), AN)).version == 3


def large(padding: int) -> list[pb.TaskInput]:
    """1000 assignments: 25 tasks of 4 units in 10 phases; `padding`: bytes of content in all."""
    units = [make.part(unit) for unit in (make.STNMT, make.SYT, make.SNV, make.PHU_LOC)]
    phases = [pb.PhaseInput(name=f"Giai đoạn {number}", due_date=make.day(2025, 5, number)) for number in range(1, 11)]
    class_ = pb.TaskClass(has_deadline=False, must_report=False)
    long = "ờ" * (padding // 25 // len("ờ".encode()))
    return [make.task(*units, content=f"Việc {number}. {long}", task_class=class_, due_date=None, phases=phases) for number in range(25)]


@pytest.mark.article("Đ2.7")
@pytest.mark.parametrize("ending", ["revoke", "supersede"])
async def test_however_large_a_document_is_it_can_be_ended(stack: Stack, stub, ending: str) -> None:
    """What would leave no room for that isn't entered."""
    bare = await stack.call(stub.CreateDirective, make.create(*large(0)), AN)
    assert sum(len(task.assignments) for task in bare.tasks) == 1000
    most = MAX_BYTES - ROOM_TO_END - bare.ByteSize() - 1000
    update = {"request_id": str(uuid4()), "id": bare.id, "expected_version": 1}
    beyond = pb.UpdateDirectiveRequest(**update, directive=make.directive(*large(most + 2000)))
    error = await stack.refused(stub.UpdateDirective, beyond, AN)
    assert (error.code, error.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "TOO_LARGE")
    fitting = pb.UpdateDirectiveRequest(**update, directive=make.directive(*large(most)))
    draft = await stack.call(stub.UpdateDirective, fitting, AN)
    published = await stack.call(stub.PublishDirective, make.publish(draft), AN)
    assert published.ByteSize() > MAX_BYTES - ROOM_TO_END - 2000
    if ending == "revoke":
        request = revoke(published, pb.ChangingDocument(code="ờ" * 100, issue_date=make.day(2025, 4, 24), signer="ờ" * 200))
        request.reason = "ờ" * 2000
        ended = await stack.call(stub.RevokeDirective, request, OFFICE_LEADER)
    else:
        request = supersede(published, (await make.published(stack, stub, number="5500", signer="ờ" * 200)).id)
        request.reason = "ờ" * 2000
        ended = await stack.call(stub.SupersedeDirective, request, OFFICE_LEADER)
    assert len(ended.changes[-1].assignment_ids) == 1000
    assert (await stack.events())[-1][1].directive == ended
