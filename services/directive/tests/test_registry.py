"""Units, people and Annex I: what is told of them, and how the files of the seed become them."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import grpc
import pytest
from sqlalchemy import func, select, update
from ykcd.directive.v1 import event_pb2, registry_pb2

from kit import db
from kit.tables import member
from kit.testing import tokens
from kit.testing.stack import Person, Refused, Stack
from services.directive import seed
from services.directive.__main__ import app
from services.directive.model import SpecialistRule, Unit
from services.directive.queries import registry as queries
from services.directive.service import annex1
from services.directive.tests import factories as make
from services.directive.tests.factories import AN, STNMT_LEADER


async def test_the_registry_answers_who_i_am_and_whom_i_may_see(stack: Stack, registry) -> None:
    me = await stack.call(registry.GetMe, registry_pb2.GetMeRequest(), STNMT_LEADER)
    assert (me.member.name, me.unit.code, me.member.roles) == ("Lê Quang", "stnmt", ["unit_leader"])
    assert len((await stack.call(registry.ListUnits, registry_pb2.ListUnitsRequest(), STNMT_LEADER)).units) == 5
    assert len((await stack.call(registry.ListFields, registry_pb2.ListFieldsRequest(), STNMT_LEADER)).fields) == 3
    mine = await stack.call(registry.ListMembers, registry_pb2.ListMembersRequest(), STNMT_LEADER)
    assert [m.name for m in mine.members] == ["Lê Quang", "Ngô Vân"]
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


async def test_who_acts_in_several_units_learns_which(stack: Stack, registry) -> None:
    """Nobody else's memberships, none that has ended, and none needs to be chosen for it."""
    nobody, two = Person(make.SYT, ["officer"]), Person(make.SYT, ["officer"], "Võ Thị Hai")
    await stack.add(two, Person(make.STNMT, ["unit_leader"], two.name, two.id), Person(make.SNV, ["evaluator"], two.name, two.id))
    async with stack.session() as session:
        await session.execute(update(member).where(member.c.person_id == two.id, member.c.unit_id == make.SNV).values(active=False))
    ask = registry_pb2.ListMyMembershipsRequest()
    error = await stack.refused(registry.ListMyMemberships, ask, nobody)
    assert (error.code, error.reason) == (grpc.StatusCode.PERMISSION_DENIED, "NOT_A_MEMBER")
    one = await stack.call(registry.ListMyMemberships, ask, STNMT_LEADER)
    assert [me.unit.code for me in one.memberships] == ["stnmt"]
    assert list(one.memberships) == [await stack.call(registry.GetMe, registry_pb2.GetMeRequest(), STNMT_LEADER)]
    assert (await stack.refused(registry.GetMe, registry_pb2.GetMeRequest(), two)).reason == "UNIT_REQUIRED"
    both = await stack.call(registry.ListMyMemberships, ask, two)
    assert [(me.unit.code, me.member.roles) for me in both.memberships] == [("stnmt", ["unit_leader"]), ("syt", ["officer"])]
    assert {me.member.person_id for me in both.memberships} == {str(two.id)}
    for me in both.memberships:
        assert await stack.call(registry.GetMe, registry_pb2.GetMeRequest(), two, ykcd_unit=me.unit.id) == me


async def test_a_session_that_acts_for_nobody_sees_only_what_everybody_may(stack: Stack) -> None:
    async with db.transaction(stack.runtime.api) as session:
        counts = [await session.scalar(select(func.count()).select_from(table)) for table in (Unit, SpecialistRule)]
    assert counts == [5, 0]


class Files:
    """The seed's four files: An and Bình of the Office follow land, An for Sở TNMT and Bình for all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        since = {"valid_from": "2016-11-01", "valid_to": None}
        self.units: list[dict[str, Any]] = [
            {"id": str(uuid4()), "code": code, "name": code, "kind": kind, "abbreviations": [], **since}
            for code, kind in (("vpub", "OFFICE"), ("stnmt", "DEPARTMENT"))
        ]
        self.fields = [{"id": str(uuid4()), "code": "dat-dai", "name": "Đất đai"}]
        self.people = [
            {"id": str(uuid4()), "username": name, "name": name, "email": f"{name}@ykcd.example", "unit": "vpub", "kind": "PERSON"}
            | {"roles": ["specialist"]}
            for name in ("an", "binh")
        ]
        row = {"office_leader": None, "deputy": None, "field": "dat-dai", **since}
        self.annex1 = [row | {"specialist": "an", "units": ["stnmt"]}, row | {"specialist": "binh", "units": []}]

    async def load(self, stack: Stack) -> list[Any]:
        """What one run of the seed tells."""
        for name in ("units", "fields", "people", "annex1"):
            (self.folder / f"{name}.json").write_text(json.dumps(getattr(self, name)))
        before = len(await stack.events())
        async with stack.session() as session:
            await seed.load(session, self.folder, tokens.ISSUER)
        return [(envelope.aggregate_version, event) for envelope, event in (await stack.events())[before:]]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


async def follower(stack: Stack, files: Files) -> UUID | None:
    """Of land in Sở TNMT, today."""
    field, unit = UUID(files.fields[0]["id"]), UUID(files.units[1]["id"])
    async with stack.session() as session:
        return await annex1.propose_specialist(session, field_id=field, unit_id=unit, day=date(2025, 4, 24))


async def test_a_second_run_of_the_same_files_changes_nothing(serve, files: Files) -> None:
    stack = await serve(app)
    kinds = [type(event) for _, event in await files.load(stack)]
    assert kinds == [event_pb2.UnitChanged] * 2 + [event_pb2.MembershipChanged] * 2 + [event_pb2.SpecialistRuleChanged] * 2
    assert await follower(stack, files) == UUID(files.people[0]["id"])
    assert await files.load(stack) == []


@pytest.mark.article("Đ8.1.đ")
async def test_who_left_the_files_loses_all_rights_and_may_come_back(serve, files: Files) -> None:
    """Đ8.1.đ: what An followed falls to Bình, who follows the rest."""
    stack = await serve(app)
    await files.load(stack)
    an, row = files.people.pop(0), files.annex1.pop(0)
    (version, left), (_, ended) = await files.load(stack)
    assert (version, left.active, left.member.person_id, left.subject) == (2, False, an["id"], an["id"])
    assert (ended.rule.version, ended.rule.specialist_id, ended.rule.valid_to.day) == (2, an["id"], 23)
    assert await files.load(stack) == []
    assert await follower(stack, files) == UUID(files.people[0]["id"])
    async with stack.session() as session:
        assert [str(row.person_id) for row in await queries.active_members(session)] == [files.people[0]["id"]]
    files.people.append(an)
    files.annex1.append(row)
    (version, back), (_, again) = await files.load(stack)
    assert (version, back.active) == (3, True)
    assert (again.rule.version, again.rule.HasField("valid_to")) == (3, False)
    assert await follower(stack, files) == UUID(an["id"])


async def test_who_moves_to_another_unit_leaves_the_first(serve, files: Files) -> None:
    stack = await serve(app)
    await files.load(stack)
    files.people[0]["unit"] = "stnmt"
    told = [(event.member.unit_id, event.active) for _, event in await files.load(stack)]
    assert told == [(files.units[1]["id"], True), (files.units[0]["id"], False)]


@pytest.mark.article("Đ8.1.đ")
async def test_a_row_of_annex_1_that_left_the_file_ended_the_day_before(serve, clock, files: Files) -> None:
    """Đ8.1.đ: what was in force stays known, with its last day."""
    stack = await serve(app)
    await files.load(stack)
    files.annex1.pop(0)
    assert [event.rule.valid_to.day for _, event in await files.load(stack)] == [23]
    clock.advance(days=1)
    await files.load(stack)
    async with stack.session() as session:
        ends = {rule.specialist_id: rule.valid_to for rule in await session.scalars(select(SpecialistRule))}
    today = date(2025, 4, 24)
    assert ends == {UUID(files.people[0]["id"]): today - timedelta(days=1), UUID(files.people[1]["id"]): None}
    assert await follower(stack, files) == UUID(files.people[1]["id"])


@pytest.mark.article("Đ8.1.đ")
async def test_annex_1_names_nobody_who_is_a_specialist_no_more(stack: Stack, registry) -> None:
    """Đ8.1.đ: with nobody else, the task goes to the Office leaders' queue."""
    ask = registry_pb2.ProposeSpecialistRequest(field_id=str(make.LAND), unit_id=str(make.STNMT))
    async with stack.session() as session:
        await session.execute(update(member).where(member.c.person_id == AN.id).values(roles=["clerk"]))
    answer = await stack.call(registry.ProposeSpecialist, ask, AN)
    assert (answer.specialist_id, answer.specialist_name) == ("", "")


@pytest.mark.article("Đ8.1.d", "D12")
async def test_what_people_changed_on_the_screens_the_files_leave_alone(serve, files: Files) -> None:
    stack = await serve(app)
    await files.load(stack)
    keeper, unit = uuid4(), UUID(files.units[1]["id"])
    today = date(2025, 4, 24)
    async with stack.session() as session:
        await session.execute(update(Unit).where(Unit.id == unit).values(name="Sở Nông nghiệp và Môi trường", changed_by=keeper))
        await session.execute(update(SpecialistRule).where(SpecialistRule.unit_id == unit).values(valid_to=today, changed_by=keeper))
    files.people.append(files.people[0] | {"id": str(uuid4()), "username": "chi", "unit": "stnmt"})
    assert [type(event) for _, event in await files.load(stack)] == [event_pb2.MembershipChanged]
    files.annex1.pop(0)
    async with stack.session() as session:
        await session.execute(update(Unit).where(Unit.id == unit).values(valid_to=today - timedelta(days=1)))
    assert [(event.member.name, event.active) for _, event in await files.load(stack)] == [("an", False)]
    assert await files.load(stack) == []
