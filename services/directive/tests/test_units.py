"""Units as the administrator keeps them, and how one ends (Đ8.1.d, D12)."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import grpc
import pytest
from ykcd.directive.v1 import event_pb2, registry_pb2
from ykcd.directive.v1 import people_pb2 as pb

from kit import db
from kit.testing.stack import Person, Stack
from services.directive.model import Unit
from services.directive.tests import factories as make
from services.directive.tests.factories import ADMINISTRATOR, AN, CHAIRMAN, EVALUATOR, OFFICE_LEADER, OPERATOR, STNMT_LEADER, SYT_LEADER

LAST = make.day(2025, 4, 30)


def unit(id: str = "", version: int = 0, **more: object) -> pb.PutUnitRequest:
    values = {
        "code": "SNNMT",
        "name": "Sở Nông nghiệp và Môi trường",
        "kind": registry_pb2.UNIT_KIND_DEPARTMENT,
        "abbreviations": ["SNNMT"],
        "valid_from": make.day(2025, 3, 1),
        **more,
    }
    return pb.PutUnitRequest(request_id=str(uuid4()), id=id, expected_version=version, **values)


def successor(unit: UUID, field: UUID | None = None) -> registry_pb2.Successor:
    return registry_pb2.Successor(unit_id=str(unit), field_id=str(field or ""))


def propose(*successors: registry_pb2.Successor, of: UUID = make.STNMT, **more: object) -> pb.ProposeDissolutionRequest:
    values = {"valid_to": LAST, "decision_number": "1675/NQ-UBTVQH15", **more}
    heirs = successors or (successor(make.SYT),)
    return pb.ProposeDissolutionRequest(request_id=str(uuid4()), unit_id=str(of), successors=heirs, **values)


def confirm(of: pb.UnitDissolution) -> pb.ConfirmDissolutionRequest:
    return pb.ConfirmDissolutionRequest(request_id=str(uuid4()), id=of.id, expected_version=of.version)


def withdraw(of: pb.UnitDissolution) -> pb.WithdrawDissolutionRequest:
    return pb.WithdrawDissolutionRequest(request_id=str(uuid4()), id=of.id, expected_version=of.version)


@pytest.mark.article("Đ8.1.d", "Đ1.2")
async def test_the_administrator_adds_and_changes_units(stack: Stack, people, registry) -> None:
    made = await stack.call(people.PutUnit, unit(), ADMINISTRATOR)
    assert (made.code, made.version, list(made.abbreviations)) == ("snnmt", 1, ["SNNMT"])
    changed = await stack.call(people.PutUnit, unit(made.id, 1, name="Sở NN và MT"), ADMINISTRATOR)
    assert (changed.name, changed.version) == ("Sở NN và MT", 2)
    told = await stack.events(event_pb2.UnitChanged)
    assert [(envelope.aggregate_version, event.unit) for envelope, event in told] == [(1, made), (2, changed)]
    assert changed in (await stack.call(registry.ListUnits, registry_pb2.ListUnitsRequest(), STNMT_LEADER)).units


@pytest.mark.article("Đ8.1.d")
@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (unit(code="stnmt"), "UNIT_CODE_TAKEN"),
        (unit(kind=registry_pb2.UNIT_KIND_OFFICE), "OFFICE_KIND"),
        (unit(str(make.OFFICE), 1), "OFFICE_KIND"),
        (unit(str(make.STNMT), 7), "STALE_VERSION"),
        (unit(version=7), "STALE_VERSION"),
        (unit(str(uuid4()), 1), "UNIT_NOT_FOUND"),
    ],
    ids=["code taken", "a second Office", "the Office as another", "stale", "new with a version", "unknown"],
)
async def test_a_unit_that_cant_be_is_refused(stack: Stack, people, request_: pb.PutUnitRequest, reason: str) -> None:
    assert (await stack.refused(people.PutUnit, request_, ADMINISTRATOR)).reason == reason
    assert not await stack.events(event_pb2.UnitChanged)


@pytest.mark.article("Đ8.1.d")
@pytest.mark.parametrize("person", [AN, OFFICE_LEADER, CHAIRMAN, STNMT_LEADER, EVALUATOR, OPERATOR], ids=lambda person: person.roles[0])
async def test_nobody_else_keeps_units(stack: Stack, people, person: Person) -> None:
    for method, request in ((people.PutUnit, unit()), (people.ProposeDissolution, propose())):
        assert (await stack.refused(method, request, person)).reason == "ROLE_REQUIRED"


@pytest.mark.article("D12")
async def test_a_unit_ends_when_another_person_confirms_it_after_its_last_day(stack: Stack, stub, people, registry, clock) -> None:
    draft = await stack.call(stub.CreateDirective, make.create(), AN)
    await stack.call(people.NameFollower, pb.NameFollowerRequest(request_id=draft.id, person_id=str(STNMT_LEADER.id)), STNMT_LEADER)
    heirs = [successor(make.PHU_LOC, make.LAND), successor(make.SYT)]
    proposed = await stack.call(people.ProposeDissolution, propose(*heirs), ADMINISTRATOR)
    assert (proposed.state, proposed.proposed_by_name) == (pb.DISSOLUTION_STATE_PROPOSED, ADMINISTRATOR.name)
    error = await stack.refused(people.ConfirmDissolution, confirm(proposed), OFFICE_LEADER)
    assert (error.code, error.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "DISSOLUTION_EARLY")
    clock.set(datetime(2025, 4, 30, 16, 59, tzinfo=UTC))
    assert (await stack.refused(people.ConfirmDissolution, confirm(proposed), OFFICE_LEADER)).reason == "DISSOLUTION_EARLY"
    clock.set(datetime(2025, 4, 30, 17, 0, tzinfo=UTC))
    before = len(await stack.events())
    done = await stack.call(people.ConfirmDissolution, confirm(proposed), OFFICE_LEADER)
    assert (done.state, done.confirmed_by_name, done.version) == (pb.DISSOLUTION_STATE_CONFIRMED, OFFICE_LEADER.name, 2)

    told = [event for _, event in (await stack.events())[before:]]
    changed, ended, *left, dissolved = told
    assert (changed.unit.valid_to, list(changed.unit.successors), changed.unit.name) == (LAST, heirs, "Sở Tài nguyên và Môi trường")
    assert (ended.rule.specialist_id, ended.rule.valid_to) == (str(AN.id), LAST)
    assert {(gone.member.person_id, gone.active) for gone in left} == {(str(who.id), False) for who in (STNMT_LEADER, make.STNMT_OFFICER)}
    assert dissolved == event_pb2.UnitDissolved(dissolution=done)

    assert (await stack.refused(registry.GetMe, registry_pb2.GetMeRequest(), STNMT_LEADER)).reason == "NOT_A_MEMBER"
    followers = (await stack.call(people.ListFollowers, pb.ListFollowersRequest(), AN)).followers
    assert str(make.STNMT) not in {row.unit_id for row in followers}
    # What was drafted for it can't go to it any more, and its name stays.
    error = await stack.refused(stub.PublishDirective, make.publish(draft), AN)
    assert [v.reason for v in error.error.violations] == ["UNIT_UNKNOWN"]
    assert (await stack.refused(people.ConfirmDissolution, confirm(done), OFFICE_LEADER)).reason == "DISSOLUTION_DECIDED"
    assert (await stack.refused(people.ProposeDissolution, propose(), ADMINISTRATOR)).reason == "DISSOLUTION_EXISTS"


@pytest.mark.article("D12")
async def test_who_proposed_doesnt_confirm(stack: Stack, people, clock) -> None:
    both = Person(make.OFFICE, ["administrator", "office_leader"], "Võ Hương")
    await stack.add(both)
    proposed = await stack.call(people.ProposeDissolution, propose(), both)
    clock.set(datetime(2025, 5, 5, tzinfo=UTC))
    assert (await stack.refused(people.ConfirmDissolution, confirm(proposed), both)).reason == "SAME_PERSON"
    for person in (ADMINISTRATOR, AN, SYT_LEADER):
        assert (await stack.refused(people.ConfirmDissolution, confirm(proposed), person)).reason == "ROLE_REQUIRED"
    await stack.call(people.ConfirmDissolution, confirm(proposed), OFFICE_LEADER)


@pytest.mark.article("D12")
async def test_a_proposal_is_withdrawn_and_made_anew(stack: Stack, people) -> None:
    proposed = await stack.call(people.ProposeDissolution, propose(), ADMINISTRATOR)
    assert (await stack.refused(people.ProposeDissolution, propose(), ADMINISTRATOR)).reason == "DISSOLUTION_EXISTS"
    for person in (AN, STNMT_LEADER):
        assert (await stack.refused(people.WithdrawDissolution, withdraw(proposed), person)).reason == "ROLE_REQUIRED"
    gone = await stack.call(people.WithdrawDissolution, withdraw(proposed), ADMINISTRATOR)
    assert (gone.state, gone.version) == (pb.DISSOLUTION_STATE_WITHDRAWN, 2)
    assert (await stack.refused(people.ConfirmDissolution, confirm(gone), OFFICE_LEADER)).reason == "DISSOLUTION_DECIDED"
    again = await stack.call(people.ProposeDissolution, propose(), ADMINISTRATOR)
    told = await stack.events(event_pb2.UnitDissolutionChanged)
    assert [event.dissolution for _, event in told] == [proposed, gone, again]
    listed = await stack.call(people.ListDissolutions, pb.ListDissolutionsRequest(), make.BINH)
    assert {row.id for row in listed.dissolutions} == {gone.id, again.id}
    for person in (STNMT_LEADER, EVALUATOR, OPERATOR):
        assert (await stack.refused(people.ListDissolutions, pb.ListDissolutionsRequest(), person)).reason == "ROLE_REQUIRED"


@pytest.mark.article("D12")
@pytest.mark.parametrize(
    ("request_", "field", "reason"),
    [
        (propose(successor(make.SYT, make.LAND)), "successors", "SUCCESSOR_MISSING"),
        (propose(successor(make.SYT), successor(make.SNV)), "successors", "FIELD_REPEATED"),
        (propose(successor(make.STNMT)), "successors[0].unit_id", "UNIT_UNKNOWN"),
        (propose(successor(uuid4())), "successors[0].unit_id", "UNIT_UNKNOWN"),
        (propose(successor(make.SYT), successor(make.SNV, uuid4())), "successors[1].field_id", "FIELD_UNKNOWN"),
        (propose(valid_to=make.day(2016, 10, 31)), "valid_to", "UNIT_ENDS_BEFORE"),
    ],
    ids=["the rest to nobody", "a field twice", "itself", "an unknown unit", "an unknown field", "before it began"],
)
async def test_successors_that_cant_be_are_named(stack: Stack, people, request_, field: str, reason: str) -> None:
    error = await stack.refused(people.ProposeDissolution, request_, ADMINISTRATOR)
    assert [(v.path, v.reason) for v in error.error.violations] == [(field, reason)]


@pytest.mark.article("D12")
async def test_the_office_itself_doesnt_end_and_a_successor_must_still_exist(stack: Stack, people, clock) -> None:
    assert (await stack.refused(people.ProposeDissolution, propose(of=make.OFFICE), ADMINISTRATOR)).reason == "OFFICE_STAYS"
    first = await stack.call(people.ProposeDissolution, propose(), ADMINISTRATOR)
    second = await stack.call(people.ProposeDissolution, propose(successor(make.SNV), of=make.SYT), ADMINISTRATOR)
    clock.set(datetime(2025, 5, 5, tzinfo=UTC))
    await stack.call(people.ConfirmDissolution, confirm(second), OFFICE_LEADER)
    error = await stack.refused(people.ConfirmDissolution, confirm(first), OFFICE_LEADER)
    assert error.fields == ["successors[0].unit_id"]


@pytest.mark.article("D12")
async def test_an_heir_must_exist_on_the_day_of_the_confirmation(stack: Stack, people, clock) -> None:
    """D12: it ended after the unit's own last day, and before anybody confirmed."""
    first = await stack.call(people.ProposeDissolution, propose(), ADMINISTRATOR)
    heir = propose(successor(make.SNV), of=make.SYT, valid_to=make.day(2025, 5, 31))
    second = await stack.call(people.ProposeDissolution, heir, ADMINISTRATOR)
    clock.set(datetime(2025, 6, 5, tzinfo=UTC))
    await stack.call(people.ConfirmDissolution, confirm(second), OFFICE_LEADER)
    error = await stack.refused(people.ConfirmDissolution, confirm(first), OFFICE_LEADER)
    assert error.fields == ["successors[0].unit_id"]


@pytest.mark.article("D12")
async def test_a_unit_that_ended_is_changed_no_more(stack: Stack, people, clock) -> None:
    proposed = await stack.call(people.ProposeDissolution, propose(), ADMINISTRATOR)
    clock.set(datetime(2025, 5, 5, tzinfo=UTC))
    await stack.call(people.ConfirmDissolution, confirm(proposed), OFFICE_LEADER)
    before = len(await stack.events())
    assert (await stack.refused(people.PutUnit, unit(str(make.STNMT), 2), ADMINISTRATOR)).reason == "UNIT_DISSOLVED"
    assert len(await stack.events(event_pb2.UnitChanged)) == 1
    assert len(await stack.events()) == before


@pytest.mark.article("D12")
async def test_who_is_in_two_units_keeps_the_other(stack: Stack, people, registry, clock) -> None:
    await stack.add(Person(make.SYT, ["officer"], make.STNMT_OFFICER.name, make.STNMT_OFFICER.id))
    proposed = await stack.call(people.ProposeDissolution, propose(), ADMINISTRATOR)
    clock.set(datetime(2025, 5, 5, tzinfo=UTC))
    await stack.call(people.ConfirmDissolution, confirm(proposed), OFFICE_LEADER)
    assert (await stack.call(registry.GetMe, registry_pb2.GetMeRequest(), make.STNMT_OFFICER)).unit.id == str(make.SYT)


async def test_the_database_itself_keeps_others_from_the_registry(stack: Stack) -> None:
    """Whatever the code may forget."""
    async with db.transaction(stack.runtime.api) as session:
        more = {"kind": 2, "abbreviations": [], "successors": [], "valid_from": stack.runtime.clock()}
        session.add(Unit(id=uuid4(), version=1, code="x", name="x", sort_key="x", **more))
        with pytest.raises(Exception, match="row-level security"):
            await session.flush()
