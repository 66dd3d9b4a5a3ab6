"""Who stands in for whom, and who follows the system for a unit."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import grpc
import pytest
from google.type.date_pb2 import Date
from ykcd.directive.v1 import event_pb2, people_pb2
from ykcd.directive.v1 import people_pb2 as pb
from ykcd.directive.v1.registry_pb2 import UNIT_KIND_DEPARTMENT, Successor

from kit.dates import from_time
from kit.testing.stack import Person, Stack
from services.directive.tests import factories as make
from services.directive.tests.factories import (
    ADMINISTRATOR,
    AN,
    BINH,
    CHAIRMAN,
    CHI,
    EVALUATOR,
    OFFICE_LEADER,
    OPERATOR,
    STNMT_LEADER,
    STNMT_OFFICER,
    SYT_LEADER,
)

TODAY, TOMORROW = make.day(2025, 4, 24), make.day(2025, 4, 25)
CURRENT = pb.ListAbsencesRequest(current=True)


def requests() -> dict[str, object]:
    """One well-formed request for each RPC of PeopleService."""
    id = str(uuid4())
    act = {"request_id": id, "id": id, "expected_version": 1}
    return {
        "PutAbsence": absence(AN, CHI),
        "CancelAbsence": pb.CancelAbsenceRequest(**act),
        "ListAbsences": CURRENT,
        "ListSpecialistRules": pb.ListSpecialistRulesRequest(),
        "PutSpecialistRule": pb.PutSpecialistRuleRequest(request_id=id, field_id=id, specialist_id=id, valid_from=TODAY),
        "EndSpecialistRule": pb.EndSpecialistRuleRequest(**act, valid_to=TODAY),
        "NameFollower": pb.NameFollowerRequest(request_id=id, person_id=id),
        "ListFollowers": pb.ListFollowersRequest(),
        "NoteAccess": pb.NoteAccessRequest(request_id=id),
        "PutUnit": pb.PutUnitRequest(request_id=id, code="x", name="X", kind=UNIT_KIND_DEPARTMENT, valid_from=TODAY),
        "ProposeDissolution": pb.ProposeDissolutionRequest(
            request_id=id, unit_id=id, valid_to=TODAY, decision_number="1", successors=[Successor(unit_id=id)]
        ),
        "ConfirmDissolution": pb.ConfirmDissolutionRequest(**act),
        "WithdrawDissolution": pb.WithdrawDissolutionRequest(**act),
        "ListDissolutions": pb.ListDissolutionsRequest(),
    }


def absence(person: Person, deputy: Person, first: Date = TODAY, last: Date = TOMORROW, **more: object) -> pb.PutAbsenceRequest:
    who = {"person_id": str(person.id), "deputy_id": str(deputy.id)}
    return pb.PutAbsenceRequest(request_id=str(uuid4()), first_day=first, last_day=last, **who, **more)


def cancel(of: pb.Absence) -> pb.CancelAbsenceRequest:
    return pb.CancelAbsenceRequest(request_id=str(uuid4()), id=of.id, expected_version=of.version)


def test_every_rpc_is_tried_as_a_stranger() -> None:
    assert {method.name for method in people_pb2.DESCRIPTOR.services_by_name["PeopleService"].methods} == set(requests())


@pytest.mark.parametrize("name", requests())
async def test_a_stranger_is_refused(stack: Stack, people, name: str) -> None:
    error = await stack.refused(getattr(people, name), requests()[name])
    assert (error.code, error.reason) == (grpc.StatusCode.UNAUTHENTICATED, "TOKEN_MISSING")


@pytest.mark.article("Đ8.1.đ")
@pytest.mark.parametrize(
    ("giver", "request_"),
    [
        (AN, absence(AN, CHI)),
        (OFFICE_LEADER, absence(AN, CHI)),
        (STNMT_LEADER, absence(STNMT_LEADER, STNMT_OFFICER)),
        (ADMINISTRATOR, absence(STNMT_LEADER, STNMT_OFFICER, unit_id=str(make.STNMT))),
        (ADMINISTRATOR, absence(CHAIRMAN, OFFICE_LEADER)),
        (CHAIRMAN, absence(CHAIRMAN, OFFICE_LEADER)),
    ],
    ids=["himself", "his leader", "a unit's leader himself", "the administrator", "the administrator for the chairman", "the chairman"],
)
async def test_an_absence_is_given_by_the_person_his_leader_or_the_administrator(stack: Stack, people, giver: Person, request_) -> None:
    put = await stack.call(people.PutAbsence, request_, giver)
    assert (put.version, put.person_id, put.deputy_id) == (1, request_.person_id, request_.deputy_id)
    ((envelope, event),) = await stack.events(event_pb2.AbsenceChanged)
    assert (event.absence, envelope.aggregate_id) == (put, put.id)
    (listed,) = (await stack.call(people.ListAbsences, CURRENT, giver)).absences
    assert listed == put


@pytest.mark.article("Đ8.1.đ")
@pytest.mark.parametrize(
    ("giver", "request_"),
    [
        (BINH, absence(AN, CHI)),
        (STNMT_OFFICER, absence(STNMT_LEADER, STNMT_OFFICER)),
        (SYT_LEADER, absence(STNMT_LEADER, STNMT_OFFICER, unit_id=str(make.STNMT))),
        (OFFICE_LEADER, absence(CHAIRMAN, AN)),
        (OFFICE_LEADER, absence(ADMINISTRATOR, AN)),
        (OPERATOR, absence(AN, CHI)),
        (EVALUATOR, absence(AN, CHI, unit_id=str(make.OFFICE))),
    ],
    ids=["a colleague", "the deputy to be", "another unit's", "for the chairman", "for the administrator", "operator", "evaluator"],
)
async def test_nobody_else_gives_somebodys_rights_away(stack: Stack, people, giver: Person, request_) -> None:
    assert (await stack.refused(people.PutAbsence, request_, giver)).reason == "ROLE_REQUIRED"
    assert not await stack.events(event_pb2.AbsenceChanged)


@pytest.mark.parametrize(
    ("giver", "request_", "field", "reason"),
    [
        (AN, absence(AN, AN), "deputy_id", "DEPUTY_UNFIT"),
        (OFFICE_LEADER, absence(AN, OFFICE_LEADER), "deputy_id", "DEPUTY_UNFIT"),
        (ADMINISTRATOR, absence(CHAIRMAN, ADMINISTRATOR), "deputy_id", "DEPUTY_UNFIT"),
        (AN, absence(AN, STNMT_LEADER), "deputy_id", "PERSON_UNKNOWN"),
        (ADMINISTRATOR, absence(STNMT_LEADER, CHI), "person_id", "PERSON_UNKNOWN"),
        (AN, absence(AN, CHI, TOMORROW, TODAY), "last_day", "ABSENCE_ENDS_BEFORE"),
        (AN, absence(AN, CHI, make.day(2025, 4, 1), make.day(2025, 4, 23)), "last_day", "ABSENCE_OVER"),
    ],
    ids=["oneself", "for oneself", "for oneself too", "another unit", "not of the unit", "backwards", "over"],
)
async def test_an_absence_that_cant_be_is_named(stack: Stack, people, giver: Person, request_, field: str, reason: str) -> None:
    error = await stack.refused(people.PutAbsence, request_, giver)
    assert [(v.path, v.reason) for v in error.error.violations] == [(field, reason)]


async def test_nobody_stands_in_twice_at_a_time(stack: Stack, people) -> None:
    put = await stack.call(people.PutAbsence, absence(AN, CHI), AN)
    overlapping = absence(AN, BINH, TOMORROW, make.day(2025, 4, 30))
    assert (await stack.refused(people.PutAbsence, overlapping, AN)).reason == "ABSENCE_OVERLAPS"
    await stack.call(people.PutAbsence, absence(AN, BINH, make.day(2025, 4, 26), make.day(2025, 4, 30)), AN)
    await stack.call(people.CancelAbsence, cancel(put), AN)
    await stack.call(people.PutAbsence, absence(AN, BINH), AN)


@pytest.mark.article("Đ8.1.đ")
async def test_a_cancelled_absence_gives_nothing_any_more(stack: Stack, stub, people) -> None:
    officer = Person(make.OFFICE, ["focal_point"], "Đặng Khuê")
    await stack.add(officer)
    put = await stack.call(people.PutAbsence, absence(AN, officer), AN)
    await stack.call(stub.CreateDirective, make.create(), officer)
    for person in (CHI, officer, STNMT_LEADER):
        assert (await stack.refused(people.CancelAbsence, cancel(put), person)).reason in ("ROLE_REQUIRED", "NOT_FOUND")
    done = await stack.call(people.CancelAbsence, cancel(put), OFFICE_LEADER)
    assert (done.cancelled, done.version) == (True, 2)
    assert (await stack.refused(stub.CreateDirective, make.create(number="2"), officer)).reason == "ROLE_REQUIRED"
    assert (await stack.refused(people.CancelAbsence, cancel(done), AN)).reason == "ABSENCE_OVER"
    assert not (await stack.call(people.ListAbsences, CURRENT, AN)).absences
    assert (await stack.call(people.ListAbsences, pb.ListAbsencesRequest(), AN)).absences[0].cancelled


async def test_what_one_has_as_a_deputy_one_cant_give_on(stack: Stack, people) -> None:
    await stack.call(people.PutAbsence, absence(OFFICE_LEADER, BINH), OFFICE_LEADER)
    assert (await stack.refused(people.PutAbsence, absence(AN, CHI), BINH)).reason == "ROLE_REQUIRED"
    assert (
        await stack.refused(people.PutAbsence, absence(OFFICE_LEADER, CHI, *[make.day(2025, 5, 5)] * 2), BINH)
    ).reason == "ROLE_REQUIRED"


@pytest.mark.article("D13")
async def test_absences_are_seen_in_the_unit_and_by_the_administrator(stack: Stack, people, clock) -> None:
    await stack.call(people.PutAbsence, absence(AN, CHI), AN)
    clock.advance(minutes=1)
    await stack.call(people.PutAbsence, absence(STNMT_LEADER, STNMT_OFFICER), STNMT_LEADER)
    seen = {
        person.name: [row.person_name for row in (await stack.call(people.ListAbsences, CURRENT, person)).absences]
        for person in (ADMINISTRATOR, BINH, STNMT_OFFICER, SYT_LEADER)
    }
    assert seen == {
        ADMINISTRATOR.name: [STNMT_LEADER.name, AN.name],
        BINH.name: [AN.name],
        STNMT_OFFICER.name: [STNMT_LEADER.name],
        SYT_LEADER.name: [],
    }
    first = await stack.call(people.ListAbsences, pb.ListAbsencesRequest(page_size=1), ADMINISTRATOR)
    rest = pb.ListAbsencesRequest(page_size=1, page_token=first.next_page_token)
    assert [row.person_name for row in (await stack.call(people.ListAbsences, rest, ADMINISTRATOR)).absences] == [AN.name]


def name(person: Person) -> pb.NameFollowerRequest:
    return pb.NameFollowerRequest(request_id=str(uuid4()), person_id=str(person.id))


@pytest.mark.article("Đ8.2.2")
async def test_a_unit_names_the_one_leader_who_follows_the_system(stack: Stack, people, clock) -> None:
    second = Person(make.STNMT, ["unit_leader"], "Trần Hai")
    await stack.add(second)
    named = await stack.call(people.NameFollower, name(STNMT_LEADER), STNMT_LEADER)
    assert (named.person_name, named.since, named.version) == (STNMT_LEADER.name, TODAY, 1)
    clock.advance(days=1)
    named = await stack.call(people.NameFollower, name(second), STNMT_LEADER)
    assert (named.person_name, named.since, named.version) == (second.name, TOMORROW, 2)
    told = await stack.events(event_pb2.FollowerChanged)
    assert [(envelope.aggregate_version, event.follower.person_name) for envelope, event in told] == [
        (1, STNMT_LEADER.name),
        (2, second.name),
    ]
    (mine,) = (await stack.call(people.ListFollowers, pb.ListFollowersRequest(), STNMT_OFFICER)).followers
    assert mine == named


@pytest.mark.article("Đ8.2.2")
async def test_two_who_name_somebody_at_once_both_do(stack: Stack, people) -> None:
    """The first row of a unit too is written once."""
    second = Person(make.STNMT, ["unit_leader"], "Trần Hai")
    await stack.add(second)
    named = await asyncio.gather(*(stack.call(people.NameFollower, name(who), who) for who in (STNMT_LEADER, second)))
    assert sorted(row.version for row in named) == [1, 2]


@pytest.mark.article("Đ8.2.2")
async def test_the_office_sees_all_units_those_without_a_follower_too(stack: Stack, people) -> None:
    await stack.call(people.NameFollower, name(STNMT_LEADER), STNMT_LEADER)
    for person in (AN, ADMINISTRATOR, CHAIRMAN):
        rows = (await stack.call(people.ListFollowers, pb.ListFollowersRequest(), person)).followers
        assert {row.unit_id: row.person_name for row in rows if row.person_id} == {str(make.STNMT): STNMT_LEADER.name}
        assert len(rows) == 5
    assert [row.unit_id for row in (await stack.call(people.ListFollowers, pb.ListFollowersRequest(), SYT_LEADER)).followers] == [
        str(make.SYT)
    ]


@pytest.mark.article("Đ8.2.2")
@pytest.mark.parametrize(
    ("who", "person", "reason"),
    [
        (STNMT_OFFICER, STNMT_LEADER, "ROLE_REQUIRED"),
        (AN, OFFICE_LEADER, "ROLE_REQUIRED"),
        (STNMT_LEADER, STNMT_OFFICER, "LEADER_UNKNOWN"),
        (STNMT_LEADER, SYT_LEADER, "LEADER_UNKNOWN"),
    ],
    ids=["an officer names", "a specialist names", "no leader", "another unit's leader"],
)
async def test_only_a_leader_names_a_leader_of_his_own_unit(stack: Stack, people, who: Person, person: Person, reason: str) -> None:
    assert (await stack.refused(people.NameFollower, name(person), who)).reason == reason


@pytest.mark.article("Đ8.2.2")
async def test_the_last_access_is_kept_once_in_five_minutes_and_told_nobody(stack: Stack, people, clock) -> None:
    await stack.call(people.NameFollower, name(STNMT_LEADER), STNMT_LEADER)
    begun = clock.now
    before = len(await stack.events())

    async def last() -> object:
        (row,) = (await stack.call(people.ListFollowers, pb.ListFollowersRequest(), STNMT_LEADER)).followers
        return row.last_access_time

    await stack.call(people.NoteAccess, pb.NoteAccessRequest(request_id=str(uuid4())), STNMT_LEADER)
    clock.advance(minutes=4)
    await stack.call(people.NoteAccess, pb.NoteAccessRequest(request_id=str(uuid4())), STNMT_LEADER)
    assert await last() == from_time(begun)
    clock.advance(minutes=1)
    await stack.call(people.NoteAccess, pb.NoteAccessRequest(request_id=str(uuid4())), STNMT_LEADER)
    await stack.call(people.NoteAccess, pb.NoteAccessRequest(request_id=str(uuid4())), SYT_LEADER)
    assert await last() == from_time(clock.now)
    assert len(await stack.events()) == before


async def test_a_day_begins_in_hue(stack: Stack, people, stub, clock) -> None:
    """17:30 UTC on the last day is the day after, there."""
    officer = Person(make.OFFICE, ["focal_point"], "Đặng Khuê")
    await stack.add(officer)
    await stack.call(people.PutAbsence, absence(AN, officer, TODAY, TODAY), AN)
    clock.set(datetime(2025, 4, 24, 16, 59, tzinfo=UTC))
    await stack.call(stub.CreateDirective, make.create(), officer)
    clock.set(datetime(2025, 4, 24, 17, 30, tzinfo=UTC))
    assert (await stack.refused(stub.CreateDirective, make.create(number="2"), officer)).reason == "ROLE_REQUIRED"
