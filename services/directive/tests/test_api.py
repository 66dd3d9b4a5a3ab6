"""The service by its own door: each RPC as a stranger, as another unit, as the right role."""

from uuid import uuid4

import grpc
import pytest
from ykcd.directive.v1 import directive_pb2 as pb
from ykcd.directive.v1 import event_pb2, registry_pb2
from ykcd.event.v1.envelope_pb2 import AccessDenied

from kit.testing.stack import Stack
from services.directive.tests import factories as make
from services.directive.tests.factories import AN, BINH, CHI, EVALUATOR, OFFICE_LEADER, OPERATOR, STNMT_LEADER, SYT_LEADER


def requests() -> dict[str, object]:
    """One well-formed request for each RPC of DirectiveService and RegistryService that is served here."""
    id = str(uuid4())
    version = {"request_id": id, "id": id, "expected_version": 1}
    change = {**version, "reason": "Sai sót."}
    return {
        "CreateDirective": make.create(),
        "UpdateDirective": pb.UpdateDirectiveRequest(**version, directive=make.directive(make.task())),
        "PublishDirective": pb.PublishDirectiveRequest(**version),
        "AmendDirective": pb.AmendDirectiveRequest(**change, document=make.changed_by()),
        "SupersedeDirective": pb.SupersedeDirectiveRequest(**change, superseding_id=id),
        "RevokeDirective": pb.RevokeDirectiveRequest(**change, document=make.changed_by()),
        "PurgeDirective": pb.PurgeDirectiveRequest(**version),
        "ListSecretRefusals": pb.ListSecretRefusalsRequest(),
        "GetDirective": pb.GetDirectiveRequest(id=id),
        "ListDirectives": pb.ListDirectivesRequest(),
        "GetMe": registry_pb2.GetMeRequest(),
        "ListMyMemberships": registry_pb2.ListMyMembershipsRequest(),
        "ListUnits": registry_pb2.ListUnitsRequest(),
        "ListFields": registry_pb2.ListFieldsRequest(),
        "ListMembers": registry_pb2.ListMembersRequest(),
        "ProposeSpecialist": registry_pb2.ProposeSpecialistRequest(field_id=id, unit_id=id),
    }


def test_every_rpc_is_tried_as_a_stranger() -> None:
    methods = [m.name for file in (pb, registry_pb2) for s in file.DESCRIPTOR.services_by_name.values() for m in s.methods]
    assert set(methods) == set(requests())


@pytest.mark.parametrize("name", requests())
async def test_a_stranger_is_refused(stack: Stack, stub, registry, name: str) -> None:
    error = await stack.refused(getattr(stub, name, None) or getattr(registry, name), requests()[name])
    assert (error.code, error.reason) == (grpc.StatusCode.UNAUTHENTICATED, "TOKEN_MISSING")


@pytest.mark.article("Đ6.1.e", "Đ8.1.đ")
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


@pytest.mark.article("Đ5", "Đ6.2", "§6.11")
@pytest.mark.parametrize("level", [pb.SECRECY_CONFIDENTIAL, pb.SECRECY_SECRET, pb.SECRECY_TOP_SECRET])
async def test_a_secret_document_leaves_nothing_but_a_count(stack: Stack, stub, level: int) -> None:
    """Đ5, Đ6.2, example 11."""
    canary = "chimhoangyen9172"
    # Other faults don't hide the one that matters.
    request = make.create(make.task(content=canary), secrecy=level, abstract=canary, number="9172", signer="", symbol="x" * 99)
    error = await stack.refused(stub.CreateDirective, request, AN)
    assert error.reason == "SECRET_DOCUMENT_REFUSED"
    assert canary not in str(error.error.to_status())
    (envelope, denied), (counted, told) = await stack.events()
    assert isinstance(denied, AccessDenied)
    assert (denied.reason, envelope.actor.person_id) == ("SECRET_DOCUMENT_REFUSED", str(AN.id))
    assert isinstance(told, event_pb2.SecretRefused)
    assert (told.refusal.sender_name, told.refusal.sender_unit_id) == (AN.name, str(AN.unit_id))
    assert canary.encode() not in envelope.SerializeToString() + counted.SerializeToString()
    assert not (await stack.call(stub.ListDirectives, pb.ListDirectivesRequest(), AN)).directives


@pytest.mark.article("Đ5", "§6.11")
async def test_a_document_without_a_level_or_with_a_stamp_is_refused(stack: Stack, stub) -> None:
    """Đ5, example 11."""
    error = await stack.refused(stub.CreateDirective, make.create(secrecy=pb.SECRECY_UNSPECIFIED), AN)
    assert (error.reason, error.fields) == ("SECRECY_MISSING", ["directive.secrecy"])
    error = await stack.refused(stub.CreateDirective, make.create(make.task(content="Triển khai\nTỐI MẬT\nkế hoạch")), AN)
    assert error.reason == "SECRET_DOCUMENT_REFUSED"


@pytest.mark.article("Đ5", "§6.11")
@pytest.mark.parametrize("abstract", ["Tăng cường bảo mật hệ thống", "Điều tra mật độ dân số"])
async def test_a_word_in_a_sentence_is_no_stamp(stack: Stack, stub, abstract: str) -> None:
    """Đ5, example 11."""
    assert (await stack.call(stub.CreateDirective, make.create(abstract=abstract), AN)).abstract == abstract


@pytest.mark.article("D13")
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


@pytest.mark.article("Đ7.1")
@pytest.mark.parametrize("name", ["CreateDirective", "UpdateDirective", "PublishDirective", "AmendDirective"])
@pytest.mark.parametrize("person", [STNMT_LEADER, EVALUATOR, OPERATOR], ids=["unit", "evaluator", "operator"])
async def test_only_the_office_enters_documents_and_denials_are_told(stack: Stack, stub, name: str, person) -> None:
    error = await stack.refused(getattr(stub, name), requests()[name], person)
    assert (error.code, error.reason) == (grpc.StatusCode.PERMISSION_DENIED, "ROLE_REQUIRED")
    ((envelope, denied),) = await stack.events(AccessDenied)
    assert (denied.method, envelope.actor.person_id) == (name, str(person.id))


@pytest.mark.article("Đ6.1.a", "Đ6.1.d")
async def test_each_wrong_field_is_named_in_vietnamese(stack: Stack, stub) -> None:
    request = make.create(make.task(content=""), number="", signer="", urgency=pb.URGENCY_UNSPECIFIED)
    error = await stack.refused(stub.CreateDirective, request, AN)
    assert error.code == grpc.StatusCode.INVALID_ARGUMENT
    assert {"directive.number", "directive.signer", "directive.urgency", "directive.tasks[0].content"} <= set(error.fields)
    assert error.error.violations[0].message == "Bắt buộc nhập."


@pytest.mark.article("Đ6.1.c", "Đ6.1.đ")
async def test_contradictions_and_unknown_units_are_named(stack: Stack, stub) -> None:
    early = make.task(due_date=make.day(2025, 4, 1))
    twice = make.task(make.part(make.STNMT), make.part(make.STNMT, "COORDINATING"))
    error = await stack.refused(stub.CreateDirective, make.create(early, twice), AN)
    assert error.fields == ["directive.tasks[0].due_date", "directive.tasks[1].assignments"]
    error = await stack.refused(stub.CreateDirective, make.create(make.task(make.part(uuid4()))), AN)
    assert error.fields == ["directive.tasks[0].assignments[0].unit_id"]


@pytest.mark.article("Đ4.1", "Đ4.2")
async def test_a_task_without_a_class_cant_be_published(stack: Stack, stub) -> None:
    """Đ4."""
    draft = await stack.call(stub.CreateDirective, make.create(make.task(task_class=pb.TaskClass(has_deadline=True))), AN)
    error = await stack.refused(stub.PublishDirective, make.publish(draft), AN)
    assert (error.reason, error.fields) == ("DIRECTIVE_INCOMPLETE", ["directive.tasks[0].task_class"])


@pytest.mark.article("D7", "§6.6")
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


@pytest.mark.article("Đ6.1.a", "§6.10")
async def test_the_same_number_in_another_year_is_another_document(stack: Stack, stub) -> None:
    """Example 10: 71/QĐ-UBND of 2016 and of 2017; within a year a second one is refused."""
    code = {"number": "71", "symbol": "QĐ-UBND"}
    of_2016, of_2017 = [
        await stack.call(stub.CreateDirective, make.create(**code, issue_date=make.day(year, 3, 1)), AN) for year in (2016, 2017)
    ]
    assert of_2016.id != of_2017.id
    again = make.create(number="71", symbol="Q\u00d0-UBND", issue_date=make.day(2017, 9, 1))
    error = await stack.refused(stub.CreateDirective, again, AN)
    assert (error.code, error.reason) == (grpc.StatusCode.ALREADY_EXISTS, "DIRECTIVE_EXISTS")


@pytest.mark.article("Đ2.7")
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


@pytest.mark.article("Đ2.7")
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
