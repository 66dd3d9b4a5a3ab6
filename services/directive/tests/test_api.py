"""The service by its own door: each RPC as a stranger, as another unit, as the right role."""

from datetime import UTC, date, datetime
from uuid import uuid4

import grpc
import pytest
from ykcd.deadline.v1 import deadline_pb2
from ykcd.deadline.v1.event_pb2 import CalendarPublished
from ykcd.directive.v1 import directive_pb2 as pb
from ykcd.directive.v1 import directive_pb2_grpc, event_pb2, registry_pb2, registry_pb2_grpc
from ykcd.event.v1.envelope_pb2 import AccessDenied

from kit.dates import from_date
from kit.testing.stack import Refused, Stack
from services.directive.__main__ import app
from services.directive.tests import factories as make
from services.directive.tests.factories import AN, BINH, CHI, EVALUATOR, OFFICE_LEADER, OPERATOR, STNMT_LEADER, SYT_LEADER

SWAPPED_IN = deadline_pb2.CalendarDay(date=from_date(date(2025, 4, 26)), kind=deadline_pb2.DAY_KIND_SWAP_WORK)


@pytest.fixture
async def stack(serve) -> Stack:
    made = await serve(app)
    await make.fill(made)
    return made


@pytest.fixture
def stub(stack: Stack) -> directive_pb2_grpc.DirectiveServiceStub:
    return directive_pb2_grpc.DirectiveServiceStub(stack.channel)


@pytest.fixture
def registry(stack: Stack) -> registry_pb2_grpc.RegistryServiceStub:
    return registry_pb2_grpc.RegistryServiceStub(stack.channel)


def requests() -> dict[str, object]:
    """One well-formed request for each RPC of the service."""
    id = str(uuid4())
    return {
        "CreateDirective": make.create(),
        "UpdateDirective": pb.UpdateDirectiveRequest(request_id=id, id=id, expected_version=1, directive=make.directive(make.task())),
        "PublishDirective": pb.PublishDirectiveRequest(request_id=id, id=id, expected_version=1),
        "GetDirective": pb.GetDirectiveRequest(id=id),
        "ListDirectives": pb.ListDirectivesRequest(),
        "GetMe": registry_pb2.GetMeRequest(),
        "ListUnits": registry_pb2.ListUnitsRequest(),
        "ListFields": registry_pb2.ListFieldsRequest(),
        "ListMembers": registry_pb2.ListMembersRequest(),
        "ProposeSpecialist": registry_pb2.ProposeSpecialistRequest(field_id=id, unit_id=id),
    }


def test_every_rpc_is_tried_as_a_stranger() -> None:
    methods = [m.name for file in (pb, registry_pb2) for s in file.DESCRIPTOR.services_by_name.values() for m in s.methods]
    assert sorted(methods) == sorted(requests())


@pytest.mark.parametrize("name", requests())
async def test_a_stranger_is_refused(stack: Stack, stub, registry, name: str) -> None:
    error = await stack.refused(getattr(stub, name, None) or getattr(registry, name), requests()[name])
    assert (error.code, error.reason) == (grpc.StatusCode.UNAUTHENTICATED, "TOKEN_MISSING")


async def test_one_document_three_fields_three_specialists(stack: Stack, stub) -> None:
    """Đ8.1.đ, example 9."""
    made = await stack.call(
        stub.CreateDirective,
        make.create(
            make.task(make.part(make.STNMT)),
            make.task(make.part(make.PHU_LOC)),
            make.task(make.part(make.SYT), field=make.HEALTH),
            make.task(make.part(make.SYT), field=make.OTHER),
        ),
        AN,
    )
    assert [t.specialist_id for t in made.tasks] == [str(AN.id), str(BINH.id), str(CHI.id), ""]


@pytest.mark.parametrize(("published", "late"), [(datetime(2025, 4, 26, 9, tzinfo=UTC), 0), (datetime(2025, 4, 28, 2, tzinfo=UTC), 1)])
async def test_entry_is_due_on_the_second_working_day(stack: Stack, stub, clock, published: datetime, late: int) -> None:
    """Đ7.1, example 8: the Saturday is swapped in."""
    await stack.deliver(CalendarPublished(calendar=deadline_pb2.Calendar(version=1, days=[SWAPPED_IN])), uuid4())
    draft = await stack.call(stub.CreateDirective, make.create(), AN)
    clock.set(published)
    done = await stack.call(stub.PublishDirective, make.publish(draft), AN)
    assert (done.entry_due_date.day, done.entry_working_days_late) == (26, late)


async def test_an_urgent_document_is_due_on_the_day_of_issue(stack: Stack, stub, clock) -> None:
    """Đ7.1, D9."""
    draft = await stack.call(stub.CreateDirective, make.create(urgency=pb.URGENCY_EXPRESS), AN)
    clock.advance(days=1)
    done = await stack.call(stub.PublishDirective, make.publish(draft), AN)
    assert (done.entry_due_date.day, done.entry_working_days_late) == (24, 1)


@pytest.mark.parametrize("level", [pb.SECRECY_CONFIDENTIAL, pb.SECRECY_SECRET, pb.SECRECY_TOP_SECRET])
async def test_a_secret_document_leaves_nothing_but_a_count(stack: Stack, stub, level: int) -> None:
    """Đ5, Đ6.2, example 11."""
    canary = "chimhoangyen9172"
    # Other faults don't hide the one that matters.
    request = make.create(make.task(content=canary), secrecy=level, abstract=canary, number="9172", signer="", symbol="x" * 99)
    error = await stack.refused(stub.CreateDirective, request, AN)
    assert error.reason == "SECRET_DOCUMENT_REFUSED"
    assert canary not in str(error.error.to_status())
    ((envelope, denied),) = await stack.events()
    assert isinstance(denied, AccessDenied)
    assert (denied.reason, envelope.actor.person_id) == ("SECRET_DOCUMENT_REFUSED", str(AN.id))
    assert canary.encode() not in envelope.SerializeToString()
    assert not (await stack.call(stub.ListDirectives, pb.ListDirectivesRequest(), AN)).directives


async def test_a_document_without_a_level_or_with_a_stamp_is_refused(stack: Stack, stub) -> None:
    """Đ5, example 11."""
    error = await stack.refused(stub.CreateDirective, make.create(secrecy=pb.SECRECY_UNSPECIFIED), AN)
    assert (error.reason, error.fields) == ("SECRECY_MISSING", ["directive.secrecy"])
    error = await stack.refused(stub.CreateDirective, make.create(make.task(content="Triển khai\nTỐI MẬT\nkế hoạch")), AN)
    assert error.reason == "SECRET_DOCUMENT_REFUSED"


@pytest.mark.parametrize("abstract", ["Tăng cường bảo mật hệ thống", "Điều tra mật độ dân số"])
async def test_a_word_in_a_sentence_is_no_stamp(stack: Stack, stub, abstract: str) -> None:
    """Đ5, example 11."""
    assert (await stack.call(stub.CreateDirective, make.create(abstract=abstract), AN)).abstract == abstract


async def test_a_unit_sees_its_own_tasks_of_what_is_published(stack: Stack, stub) -> None:
    """D13."""
    draft = await stack.call(
        stub.CreateDirective,
        make.create(make.task(make.part(make.STNMT), make.part(make.PHU_LOC, "COORDINATING")), make.task(make.part(make.SYT))),
        AN,
    )
    get = pb.GetDirectiveRequest(id=draft.id)
    assert (await stack.refused(stub.GetDirective, get, STNMT_LEADER)).reason == "NOT_FOUND"
    await stack.call(stub.PublishDirective, make.publish(draft), AN)
    seen = await stack.call(stub.GetDirective, get, STNMT_LEADER)
    assert [t.ordinal for t in seen.tasks] == [1]
    assert len(seen.tasks[0].assignments) == 2
    listed = await stack.call(stub.ListDirectives, pb.ListDirectivesRequest(), SYT_LEADER)
    assert [[t.ordinal for t in d.tasks] for d in listed.directives] == [[2]]


@pytest.mark.parametrize("person", [EVALUATOR, OPERATOR, SYT_LEADER], ids=["evaluator", "operator", "another unit"])
async def test_a_foreign_document_looks_like_a_missing_one(stack: Stack, stub, person) -> None:
    draft = await stack.call(stub.CreateDirective, make.create(), AN)
    await stack.call(stub.PublishDirective, make.publish(draft), AN)
    foreign = await stack.refused(stub.GetDirective, pb.GetDirectiveRequest(id=draft.id), person)
    missing = await stack.refused(stub.GetDirective, pb.GetDirectiveRequest(id=str(uuid4())), person)
    assert str(foreign.error.to_status()) == str(missing.error.to_status())
    assert not (await stack.call(stub.ListDirectives, pb.ListDirectivesRequest(), person)).directives


@pytest.mark.parametrize("name", ["CreateDirective", "UpdateDirective", "PublishDirective"])
@pytest.mark.parametrize("person", [STNMT_LEADER, EVALUATOR, OPERATOR], ids=["unit", "evaluator", "operator"])
async def test_only_the_office_enters_documents_and_denials_are_told(stack: Stack, stub, name: str, person) -> None:
    error = await stack.refused(getattr(stub, name), requests()[name], person)
    assert (error.code, error.reason) == (grpc.StatusCode.PERMISSION_DENIED, "ROLE_REQUIRED")
    ((envelope, denied),) = await stack.events(AccessDenied)
    assert (denied.method, envelope.actor.person_id) == (name, str(person.id))


async def test_each_wrong_field_is_named_in_vietnamese(stack: Stack, stub) -> None:
    request = make.create(make.task(content=""), number="", signer="", urgency=pb.URGENCY_UNSPECIFIED)
    error = await stack.refused(stub.CreateDirective, request, AN)
    assert error.code == grpc.StatusCode.INVALID_ARGUMENT
    assert {"directive.number", "directive.signer", "directive.urgency", "directive.tasks[0].content"} <= set(error.fields)
    assert error.error.violations[0].message == "Bắt buộc nhập."


async def test_contradictions_and_unknown_units_are_named(stack: Stack, stub) -> None:
    early = make.task(due_date=make.day(2025, 4, 1))
    twice = make.task(make.part(make.STNMT), make.part(make.STNMT, "COORDINATING"))
    error = await stack.refused(stub.CreateDirective, make.create(early, twice), AN)
    assert error.fields == ["directive.tasks[0].due_date", "directive.tasks[1].assignments"]
    error = await stack.refused(stub.CreateDirective, make.create(make.task(make.part(uuid4()))), AN)
    assert error.fields == ["directive.tasks[0].assignments[0].unit_id"]


async def test_a_task_without_a_class_cant_be_published(stack: Stack, stub) -> None:
    """Đ4."""
    draft = await stack.call(stub.CreateDirective, make.create(make.task(task_class=pb.TaskClass(has_deadline=True))), AN)
    error = await stack.refused(stub.PublishDirective, make.publish(draft), AN)
    assert (error.reason, error.fields) == ("DIRECTIVE_INCOMPLETE", ["directive.tasks[0].task_class"])


async def test_before_a_day_means_the_day_before_as_it_stands(stack: Stack, stub) -> None:
    """D7, example 6."""
    made = await stack.call(stub.CreateDirective, make.create(make.task(due_date=make.day(2025, 5, 2), due_exclusive=True)), AN)
    (planned,) = made.tasks[0].assignments
    assert (planned.due_date, planned.due_exact) == (make.day(2025, 5, 1), True)


async def test_the_same_request_twice_has_one_effect(stack: Stack, stub) -> None:
    request = make.create()
    first, second = [await stack.call(stub.CreateDirective, request, AN) for _ in range(2)]
    assert first == second
    assert len(await stack.events(event_pb2.DirectiveDrafted)) == 1
    request.directive.number = "1"
    assert (await stack.refused(stub.CreateDirective, request, AN)).reason == "REQUEST_ID_REUSED"


async def test_the_same_number_in_another_year_is_another_document(stack: Stack, stub) -> None:
    """Example 10."""
    await stack.call(stub.CreateDirective, make.create(number="71", symbol="QĐ-UBND", issue_date=make.day(2024, 3, 1)), AN)
    await stack.call(stub.CreateDirective, make.create(number="71", symbol="QĐ-UBND"), AN)
    error = await stack.refused(stub.CreateDirective, make.create(number="71", symbol="Q\u00d0-UBND"), AN)
    assert (error.code, error.reason) == (grpc.StatusCode.ALREADY_EXISTS, "DIRECTIVE_EXISTS")


async def test_what_is_published_is_not_changed_in_silence(stack: Stack, stub) -> None:
    """Đ2.7."""
    draft = await stack.call(stub.CreateDirective, make.create(), AN)
    update = pb.UpdateDirectiveRequest(request_id=str(uuid4()), id=draft.id, expected_version=1, directive=make.directive(make.task()))
    changed = await stack.call(stub.UpdateDirective, update, BINH)
    stale = await stack.refused(stub.PublishDirective, make.publish(draft), AN)
    assert (stale.code, stale.reason) == (grpc.StatusCode.ABORTED, "STALE_VERSION")
    done = await stack.call(stub.PublishDirective, make.publish(changed), AN)
    update = pb.UpdateDirectiveRequest(request_id=str(uuid4()), id=draft.id, expected_version=done.version, directive=make.directive())
    assert (await stack.refused(stub.UpdateDirective, update, AN)).reason == "DIRECTIVE_PUBLISHED"


async def test_publication_tells_every_assignment_and_a_refusal_tells_nothing(stack: Stack, stub) -> None:
    draft = await stack.call(stub.CreateDirective, make.create(make.task(field=None)), OFFICE_LEADER)
    await stack.refused(stub.PublishDirective, make.publish(draft), OFFICE_LEADER)
    assert not await stack.events(event_pb2.DirectivePublished)
    draft = await stack.call(stub.CreateDirective, make.create(number="2"), OFFICE_LEADER)
    done = await stack.call(stub.PublishDirective, make.publish(draft), OFFICE_LEADER)
    ((envelope, event),) = await stack.events(event_pb2.DirectivePublished)
    assert event.directive == done
    assert (envelope.aggregate_version, envelope.actor.name) == (2, OFFICE_LEADER.name)


async def test_pages_follow_each_other_and_foreign_tokens_are_refused(stack: Stack, stub, clock) -> None:
    for number in ("1", "2", "3"):
        await stack.call(stub.CreateDirective, make.create(number=number), AN)
        clock.advance(seconds=1)
    first = await stack.call(stub.ListDirectives, pb.ListDirectivesRequest(page_size=2), AN)
    second = await stack.call(stub.ListDirectives, pb.ListDirectivesRequest(page_size=2, page_token=first.next_page_token), AN)
    assert [d.number for d in (*first.directives, *second.directives)] == ["3", "2", "1"]
    assert not second.next_page_token
    request = pb.ListDirectivesRequest(page_size=2, page_token=first.next_page_token)
    assert (await stack.refused(stub.ListDirectives, request, BINH)).reason == "PAGE_TOKEN_INVALID"


async def test_the_registry_answers_who_i_am_and_whom_i_may_see(stack: Stack, registry) -> None:
    me = await stack.call(registry.GetMe, registry_pb2.GetMeRequest(), STNMT_LEADER)
    assert (me.member.name, me.unit.code, me.member.roles) == ("Lê Quang", "stnmt", ["unit_leader"])
    assert len((await stack.call(registry.ListUnits, registry_pb2.ListUnitsRequest(), STNMT_LEADER)).units) == 5
    assert len((await stack.call(registry.ListFields, registry_pb2.ListFieldsRequest(), STNMT_LEADER)).fields) == 3
    mine = await stack.call(registry.ListMembers, registry_pb2.ListMembersRequest(), STNMT_LEADER)
    assert [m.name for m in mine.members] == ["Lê Quang"]
    others = registry_pb2.ListMembersRequest(unit_id=str(make.SYT))
    assert (await stack.refused(registry.ListMembers, others, STNMT_LEADER)).reason == "OTHER_UNIT"
    assert [m.name for m in (await stack.call(registry.ListMembers, others, AN)).members] == ["Đỗ Hà"]
    office = registry_pb2.ListMembersRequest(unit_id=str(make.OFFICE))
    assert AN.name in {m.name for m in (await stack.call(registry.ListMembers, office, STNMT_LEADER)).members}
    ask = registry_pb2.ProposeSpecialistRequest(field_id=str(make.LAND), unit_id=str(make.STNMT))
    assert (await stack.call(registry.ProposeSpecialist, ask, AN)).specialist_name == AN.name
    assert (await stack.refused(registry.ProposeSpecialist, ask, STNMT_LEADER)).reason == "ROLE_REQUIRED"


async def test_a_claimed_unit_that_isnt_mine_is_refused(stack: Stack, registry) -> None:
    with pytest.raises(Refused) as caught:
        await stack.call(registry.GetMe, registry_pb2.GetMeRequest(), STNMT_LEADER, ykcd_unit=str(make.SYT))
    assert caught.value.reason == "NOT_A_MEMBER"
