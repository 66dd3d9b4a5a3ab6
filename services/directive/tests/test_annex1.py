"""Annex I as people keep it: who follows which field for which unit, from when to when (Đ8.1.đ)."""

from uuid import UUID, uuid4

import grpc
import pytest
from google.type.date_pb2 import Date
from ykcd.directive.v1 import event_pb2, registry_pb2
from ykcd.directive.v1 import people_pb2 as pb

from kit.testing.stack import Person, Stack
from services.directive.tests import factories as make
from services.directive.tests.factories import ADMINISTRATOR, AN, BINH, CHAIRMAN, CHI, EVALUATOR, OFFICE_LEADER, OPERATOR, STNMT_LEADER

TODAY, TOMORROW, LATER = make.day(2025, 4, 24), make.day(2025, 4, 25), make.day(2025, 6, 1)


def rule(who: Person, valid_from: Date = TOMORROW, *, field: UUID = make.LAND, unit: UUID | None = make.STNMT, **more: object):
    place = {"field_id": str(field), "unit_id": str(unit or "")}
    return pb.PutSpecialistRuleRequest(request_id=str(uuid4()), specialist_id=str(who.id), valid_from=valid_from, **place, **more)


def end(of: pb.SpecialistRule, valid_to: Date = TODAY) -> pb.EndSpecialistRuleRequest:
    return pb.EndSpecialistRuleRequest(request_id=str(uuid4()), id=of.id, expected_version=of.version, valid_to=valid_to)


async def rows(stack: Stack, people, **filter: object) -> list[tuple[str, Date, Date | None]]:
    """Of land in Sở TNMT: who, from, to."""
    request = pb.ListSpecialistRulesRequest(field_id=str(make.LAND), **filter)
    listed = (await stack.call(people.ListSpecialistRules, request, ADMINISTRATOR)).rules
    mine = [row for row in listed if row.unit_id == str(make.STNMT)]
    return [(row.specialist_name, row.valid_from, row.valid_to if row.HasField("valid_to") else None) for row in mine]


async def row_of(stack: Stack, people, who: Person) -> pb.SpecialistRule:
    listed = (await stack.call(people.ListSpecialistRules, pb.ListSpecialistRulesRequest(), AN)).rules
    return next(row for row in listed if row.specialist_id == str(who.id))


async def proposed(stack: Stack, registry) -> str:
    ask = registry_pb2.ProposeSpecialistRequest(field_id=str(make.LAND), unit_id=str(make.STNMT))
    return (await stack.call(registry.ProposeSpecialist, ask, BINH)).specialist_name


@pytest.mark.article("Đ8.1.đ")
@pytest.mark.parametrize("keeper", [ADMINISTRATOR, OFFICE_LEADER], ids=lambda person: person.roles[0])
async def test_a_new_row_ends_the_one_before_it_and_counts_from_its_day(stack: Stack, people, registry, clock, keeper: Person) -> None:
    put = await stack.call(people.PutSpecialistRule, rule(BINH, deputy_id=str(CHI.id), office_leader_id=str(OFFICE_LEADER.id)), keeper)
    assert (put.specialist_name, put.deputy_name, put.office_leader_name) == (BINH.name, CHI.name, OFFICE_LEADER.name)
    assert await proposed(stack, registry) == AN.name
    clock.advance(days=1)
    assert await proposed(stack, registry) == BINH.name
    assert await rows(stack, people) == [(BINH.name, TOMORROW, None)]
    assert await rows(stack, people, include_ended=True) == [
        (AN.name, make.day(2016, 11, 1), TODAY),
        (BINH.name, TOMORROW, None),
    ]
    told = await stack.events(event_pb2.SpecialistRuleChanged)
    assert [(envelope.aggregate_version, event.rule.specialist_name) for envelope, event in told] == [(2, AN.name), (1, BINH.name)]


@pytest.mark.article("Đ8.1.đ")
async def test_a_row_put_before_another_ends_where_that_begins(stack: Stack, people) -> None:
    await stack.call(people.PutSpecialistRule, rule(CHI, LATER), ADMINISTRATOR)
    await stack.call(people.PutSpecialistRule, rule(BINH), ADMINISTRATOR)
    assert await rows(stack, people) == [
        (AN.name, make.day(2016, 11, 1), TODAY),
        (BINH.name, TOMORROW, make.day(2025, 5, 31)),
        (CHI.name, LATER, None),
    ]


@pytest.mark.article("Đ8.1.đ")
async def test_a_row_replaced_on_its_first_day_was_never_in_force(stack: Stack, people, registry, clock) -> None:
    wrong = await stack.call(people.PutSpecialistRule, rule(BINH), ADMINISTRATOR)
    await stack.call(people.PutSpecialistRule, rule(CHI), ADMINISTRATOR)
    assert [name for name, _, _ in await rows(stack, people, include_ended=True)] == [AN.name, CHI.name]
    clock.advance(days=1)
    assert await proposed(stack, registry) == CHI.name
    assert (await stack.refused(people.EndSpecialistRule, end(wrong), ADMINISTRATOR)).reason == "STALE_VERSION"


@pytest.mark.article("Đ8.1.đ")
async def test_a_row_for_all_units_stands_beside_those_for_one(stack: Stack, people, registry) -> None:
    await stack.call(people.PutSpecialistRule, rule(CHI, TODAY, unit=None), ADMINISTRATOR)
    assert await proposed(stack, registry) == AN.name
    an = await row_of(stack, people, AN)
    ended = await stack.call(people.EndSpecialistRule, end(an), OFFICE_LEADER)
    assert (ended.version, ended.valid_to) == (2, TODAY)
    assert await proposed(stack, registry) == AN.name


@pytest.mark.article("Đ8.1.đ")
async def test_when_a_row_has_ended_the_rest_or_the_leaders_queue_follow(stack: Stack, people, registry, clock) -> None:
    an = await row_of(stack, people, AN)
    ended = await stack.call(people.EndSpecialistRule, end(an), ADMINISTRATOR)
    clock.advance(days=1)
    assert await proposed(stack, registry) == ""
    assert (await stack.refused(people.EndSpecialistRule, end(ended, LATER), ADMINISTRATOR)).reason == "RULE_ENDED"
    error = await stack.refused(people.EndSpecialistRule, end(ended), ADMINISTRATOR)
    assert (error.code, error.reason, error.fields) == (grpc.StatusCode.INVALID_ARGUMENT, "RULE_IN_PAST", ["valid_to"])


@pytest.mark.article("Đ8.1.đ")
@pytest.mark.parametrize(
    ("request_", "field", "reason"),
    [
        (rule(OFFICE_LEADER), "specialist_id", "SPECIALIST_UNKNOWN"),
        (rule(BINH, deputy_id=str(OFFICE_LEADER.id)), "deputy_id", "DEPUTY_UNKNOWN"),
        (rule(BINH, deputy_id=str(BINH.id)), "deputy_id", "DEPUTY_UNKNOWN"),
        (rule(BINH, office_leader_id=str(AN.id)), "office_leader_id", "OFFICE_LEADER_UNKNOWN"),
        (rule(BINH, field=uuid4()), "field_id", "FIELD_UNKNOWN"),
        (rule(BINH, unit=uuid4()), "unit_id", "UNIT_UNKNOWN"),
        (rule(BINH, make.day(2025, 4, 23)), "valid_from", "RULE_IN_PAST"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_a_row_that_cant_be_is_named_and_changes_nothing(stack: Stack, people, request_, field: str, reason: str) -> None:
    error = await stack.refused(people.PutSpecialistRule, request_, ADMINISTRATOR)
    assert [(v.path, v.reason) for v in error.error.violations] == [(field, reason)]
    assert [name for name, _, _ in await rows(stack, people)] == [AN.name]
    assert not await stack.events(event_pb2.SpecialistRuleChanged)


@pytest.mark.article("Đ8.1.d", "Đ8.1.đ")
@pytest.mark.parametrize("person", [AN, CHAIRMAN, STNMT_LEADER, EVALUATOR, OPERATOR], ids=lambda person: person.roles[0])
async def test_only_office_leaders_and_the_administrator_keep_annex_1(stack: Stack, people, person: Person) -> None:
    (any_row, *_) = (await stack.call(people.ListSpecialistRules, pb.ListSpecialistRulesRequest(), ADMINISTRATOR)).rules
    for method, request in ((people.PutSpecialistRule, rule(BINH)), (people.EndSpecialistRule, end(any_row))):
        assert (await stack.refused(method, request, person)).reason == "ROLE_REQUIRED"
    if person in (STNMT_LEADER, EVALUATOR, OPERATOR):
        assert (await stack.refused(people.ListSpecialistRules, pb.ListSpecialistRulesRequest(), person)).reason == "ROLE_REQUIRED"


async def test_pages_of_annex_1_follow_each_other(stack: Stack, people) -> None:
    seen: list[str] = []
    token = ""
    while True:
        page = await stack.call(people.ListSpecialistRules, pb.ListSpecialistRulesRequest(page_size=1, page_token=token), AN)
        seen += [row.specialist_name for row in page.rules]
        token = page.next_page_token
        if not token:
            break
    assert sorted(seen) == sorted([AN.name, BINH.name, CHI.name])


@pytest.mark.article("Đ6.1.e", "Đ8.1.đ", "§6.9")
async def test_example_9_whole(stack: Stack, stub, people) -> None:
    """One document, three directives and a fourth that nobody matches; An on leave with deputy Chi."""
    leave = pb.PutAbsenceRequest(
        request_id=str(uuid4()), person_id=str(AN.id), deputy_id=str(CHI.id), first_day=TODAY, last_day=TOMORROW, reason="Nghỉ phép"
    )
    await stack.call(people.PutAbsence, leave, AN)
    tasks = [
        make.task(make.part(make.STNMT)),
        make.task(make.part(make.PHU_LOC)),
        make.task(make.part(make.SYT), field=make.HEALTH),
        make.task(make.part(make.SYT), field=make.OTHER),
    ]
    made = await make.published(stack, stub, *tasks)
    # An stays the owner; the fourth is in the Office leaders' queue.
    assert [task.specialist_id for task in made.tasks] == [str(AN.id), str(BINH.id), str(CHI.id), ""]
    # Who tells people learns from this whom to tell beside An.
    ((_, told),) = await stack.events(event_pb2.AbsenceChanged)
    assert (told.absence.person_id, told.absence.deputy_id) == (str(AN.id), str(CHI.id))


@pytest.mark.article("Đ8.1.đ")
async def test_the_deputy_enters_with_the_absent_specialists_rights(stack: Stack, stub, people, registry) -> None:
    clerk = Person(make.OFFICE, ["focal_point"], "Đặng Khuê")
    await stack.add(clerk)
    assert (await stack.refused(stub.CreateDirective, make.create(), clerk)).reason == "ROLE_REQUIRED"
    leave = {"first_day": TODAY, "last_day": TODAY, "person_id": str(AN.id), "deputy_id": str(clerk.id)}
    await stack.call(people.PutAbsence, pb.PutAbsenceRequest(request_id=str(uuid4()), **leave), AN)
    await stack.call(stub.CreateDirective, make.create(), clerk)
    ((envelope, event),) = await stack.events(event_pb2.DirectiveDrafted)
    assert (envelope.actor.person_id, envelope.actor.on_behalf_of) == (str(clerk.id), str(AN.id))
    assert event.directive.entered_by == str(clerk.id)
    me = await stack.call(registry.GetMe, registry_pb2.GetMeRequest(), clerk)
    assert list(me.member.roles) == ["focal_point", "specialist"]
