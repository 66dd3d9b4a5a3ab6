"""When a document may be entered and published, and whether that is in time."""

from datetime import UTC, date, datetime
from uuid import uuid4

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy import update
from ykcd.directive.v1 import directive_pb2 as pb
from ykcd.directive.v1 import directive_pb2_grpc
from ykcd.directive.v1.event_pb2 import DirectivePublished

from kit.dates import from_time
from kit.errors import InvalidArgument
from kit.tables import member
from kit.testing.stack import Stack
from services.directive.__main__ import app
from services.directive.model import Directive, TaskContent, Unit, UnitPart
from services.directive.tests import factories as make
from services.directive.tests.factories import AN, BINH


@pytest.mark.article("Đ7.1", "D9", "§6.8")
@pytest.mark.parametrize(("published", "late"), [(datetime(2025, 4, 26, 9, tzinfo=UTC), 0), (datetime(2025, 4, 28, 2, tzinfo=UTC), 1)])
async def test_entry_is_due_on_the_second_working_day(stack: Stack, stub, clock, published: datetime, late: int) -> None:
    """Đ7.1, example 8: the Saturday is swapped in."""
    draft = await stack.call(stub.CreateDirective, make.create(), AN)
    clock.set(published)
    done = await stack.call(stub.PublishDirective, make.publish(draft), AN)
    assert (done.entry_due_date.day, done.entry_working_days_late) == (26, late)


@pytest.mark.article("Đ7.1")
async def test_before_a_calendar_is_known_nothing_is_published(serve) -> None:
    """Đ7.1: the verdict on the entry is written once, so it isn't written by plain Monday to Friday."""
    stack = await serve(app)
    await make.fill(stack)
    stub = directive_pb2_grpc.DirectiveServiceStub(stack.channel)
    draft = await stack.call(stub.CreateDirective, make.create(), AN)
    request = make.publish(draft)
    error = await stack.refused(stub.PublishDirective, request, AN)
    assert (error.code, error.error.metadata) == (grpc.StatusCode.UNAVAILABLE, {"dependency": "calendar"})
    await stack.deliver(make.calendar(), uuid4())
    assert (await stack.call(stub.PublishDirective, request, AN)).entry_due_date == make.day(2025, 4, 26)


@pytest.mark.article("Đ7.1", "D9")
async def test_an_urgent_document_is_due_on_the_day_of_issue(stack: Stack, stub, clock) -> None:
    """Đ7.1, D9."""
    draft = await stack.call(stub.CreateDirective, make.create(urgency=pb.URGENCY_EXPRESS), AN)
    clock.advance(days=1)
    done = await stack.call(stub.PublishDirective, make.publish(draft), AN)
    assert (done.entry_due_date.day, done.entry_working_days_late) == (24, 1)


def moment(*parts: int) -> object:
    """Of April 2025, in UTC."""
    return from_time(datetime(2025, 4, *parts, tzinfo=UTC))


@pytest.mark.article("Đ2.7", "D10")
@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"issue_date": make.day(2025, 4, 25)}, "issue_date", "ISSUE_DATE_IN_FUTURE"),
        ({"issue_time": moment(24, 17)}, "issue_time", "ISSUE_TIME_OTHER_DAY"),
        ({"issue_time": moment(23, 16, 59)}, "issue_time", "ISSUE_TIME_OTHER_DAY"),
        ({"issue_time": Timestamp(seconds=2**60)}, "issue_time", "TIME_INVALID"),
    ],
    ids=["tomorrow", "00:00 of the next day", "23:59 of the day before", "no time at all"],
)
async def test_only_what_is_issued_is_entered_and_on_its_day(stack: Stack, stub, clock, change: dict, field: str, reason: str) -> None:
    """Đ2.7, D10: it is 24/04/2025 in Huế, by the last minute too."""
    clock.set(datetime(2025, 4, 24, 16, 59, tzinfo=UTC))
    kept = await stack.call(stub.CreateDirective, make.create(issue_time=moment(24, 16, 59)), AN)
    assert kept.issue_time == moment(24, 16, 59)
    update = pb.UpdateDirectiveRequest(request_id=str(uuid4()), id=kept.id, expected_version=1, directive=make.directive(**change))
    for method, request in ((stub.CreateDirective, make.create(number="2", **change)), (stub.UpdateDirective, update)):
        error = await stack.refused(method, request, AN)
        assert (error.code, error.reason, error.fields) == (grpc.StatusCode.INVALID_ARGUMENT, reason, [f"directive.{field}"])
    (listed,) = (await stack.call(stub.ListDirectives, pb.ListDirectivesRequest(), AN)).directives
    assert listed == kept


@pytest.mark.article("Đ2.7", "D9", "D10")
async def test_entry_is_counted_from_the_moment_of_issue_in_hue(stack: Stack, stub) -> None:
    """Đ2.7, D9, D10: 17:30 UTC on Wednesday is Thursday 24/04/2025 there."""
    draft = await stack.call(stub.CreateDirective, make.create(urgency=pb.URGENCY_URGENT, issue_time=moment(23, 17, 30)), AN)
    done = await stack.call(stub.PublishDirective, make.publish(draft), AN)
    assert (done.entry_due_date, done.entry_working_days_late) == (make.day(2025, 4, 24), 0)


@pytest.mark.article("Đ6.1.c", "Đ8.1.đ")
async def test_publication_looks_again_at_units_and_specialists(stack: Stack, stub) -> None:
    """D12, Đ8.1.đ: a unit dissolved and a specialist gone since the draft."""
    draft = await stack.call(stub.CreateDirective, make.create(make.task(make.part(make.STNMT)), make.task(make.part(make.PHU_LOC))), AN)
    async with stack.session() as session:
        await session.execute(update(Unit).where(Unit.id == make.STNMT).values(valid_to=date(2025, 4, 23)))
        await session.execute(update(member).where(member.c.person_id == BINH.id).values(active=False))
    error = await stack.refused(stub.PublishDirective, make.publish(draft), AN)
    assert (error.code, error.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "DIRECTIVE_INCOMPLETE")
    assert [(violation.path, violation.reason) for violation in error.error.violations] == [
        ("directive.tasks[0].assignments[0].unit_id", "UNIT_UNKNOWN"),
        ("directive.tasks[1].assignments[0].specialist_id", "SPECIALIST_UNKNOWN"),
    ]
    # Kept again, the draft gets whom Annex I names now: nobody, so the Office leaders' queue.
    again = make.directive(make.task(make.part(make.PHU_LOC)))
    update_ = pb.UpdateDirectiveRequest(request_id=str(uuid4()), id=draft.id, expected_version=1, directive=again)
    kept = await stack.call(stub.UpdateDirective, update_, AN)
    assert kept.tasks[0].specialist_id == ""
    await stack.call(stub.PublishDirective, make.publish(kept), AN)


def test_a_document_gives_a_thousand_assignments_at_most() -> None:
    draft = Directive(issue_date=date(2025, 4, 24))
    lead = pb.ASSIGNMENT_ROLE_LEAD
    tasks = [TaskContent("Rà soát quỹ đất công.", parts=[UnitPart(uuid4(), lead) for _ in range(250)]) for _ in range(4)]
    draft.set_tasks(tasks)
    kept = draft.tasks
    tasks[0].parts.append(UnitPart(uuid4(), lead))
    with pytest.raises(InvalidArgument) as refusal:
        draft.set_tasks(tasks)
    assert (refusal.value.reason, [problem.path for problem in refusal.value.violations]) == ("TOO_MANY_ASSIGNMENTS", ["directive.tasks"])
    assert draft.tasks == kept


@pytest.mark.article("Đ3.2")
@pytest.mark.parametrize("kind", [value for value in pb.DocumentType.values() if value], ids=pb.DocumentType.Name)
async def test_each_kind_of_document_that_gives_tasks_is_entered(stack: Stack, stub, kind: int) -> None:
    """Đ3.2."""
    assert (await stack.call(stub.CreateDirective, make.create(document_type=kind), AN)).document_type == kind


@pytest.mark.article("Đ3.2")
async def test_a_document_of_no_kind_isnt_entered(stack: Stack, stub) -> None:
    """Đ3.2."""
    for kind in (pb.DOCUMENT_TYPE_UNSPECIFIED, 99):
        error = await stack.refused(stub.CreateDirective, make.create(document_type=kind), AN)
        assert (error.code, error.fields) == (grpc.StatusCode.INVALID_ARGUMENT, ["directive.document_type"])


@pytest.mark.article("Đ3.1", "Đ6.1.đ")
@pytest.mark.parametrize("kind", [value for value in pb.DeadlineKind.values() if value], ids=pb.DeadlineKind.Name)
async def test_what_the_deadline_is_for_goes_to_the_units(stack: Stack, stub, kind: int) -> None:
    """Đ3.1, Đ6.1.đ: to report, to submit a draft or to complete, and what is to be handed in."""
    published = await make.published(stack, stub, make.task(deadline_kind=kind, deliverable="đề án"))
    ((_, event),) = await stack.events(DirectivePublished)
    assert event.directive == published
    assert (published.tasks[0].deadline_kind, published.tasks[0].deliverable) == (kind, "đề án")


@pytest.mark.article("Đ6.1.i")
async def test_what_else_the_units_need_to_know_goes_to_them(stack: Stack, stub) -> None:
    """Đ6.1.i: with the task, and screened as its content is (Đ5)."""
    published = await make.published(stack, stub, make.task(note=" Gửi kèm bản đồ. "))
    ((_, event),) = await stack.events(DirectivePublished)
    assert [task.note for task in event.directive.tasks] == [task.note for task in published.tasks] == ["Gửi kèm bản đồ."]
    secret = make.create(make.task(note="Kèm phụ lục\nMẬT"), number="2")
    added = make.amend(published, added_tasks=[make.task(note="TỐI MẬT")])
    for method, request in ((stub.CreateDirective, secret), (stub.AmendDirective, added)):
        assert (await stack.refused(method, request, AN)).reason == "SECRET_DOCUMENT_REFUSED"
    long = await stack.refused(stub.CreateDirective, make.create(make.task(note="x" * 2001), number="3"), AN)
    assert long.fields == ["directive.tasks[0].note"]
