"""For the days of an absence the deputy has the absent person's rights too, and whoever reads of it sees whose they were."""

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import event, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.directive.v1.event_pb2 import AbsenceChanged
from ykcd.directive.v1.people_pb2 import Absence
from ykcd.event.v1.envelope_pb2 import Envelope

from kit import copies, db, identity
from kit.dates import from_date
from kit.errors import PermissionDenied
from kit.identity import Absent, Actor, Claims
from kit.tables import absence, member
from kit.testing import tokens
from kit.testing.stack import Person, Stack

OFFICE = uuid4()
AN = Person(OFFICE, ["specialist"], "Nguyễn Văn An")
CHI = Person(OFFICE, ["clerk"], "Lê Thị Chi")
DUNG = Person(OFFICE, ["office_leader"], "Võ Dũng")
FIRST, LAST = date(2025, 4, 24), date(2025, 4, 25)


@pytest.fixture
async def away(stack: Stack) -> Stack:
    """An is away for two days; Chi stands in."""
    await stack.add(AN, CHI, DUNG)
    await stack.stand_in(AN, CHI, FIRST, LAST)
    return stack


async def enter(stack: Stack, person: Person, today: date) -> Actor:
    async with db.transaction(stack.runtime.api) as session:
        return await identity.enter(session, Claims(tokens.ISSUER, str(person.id)), None, today=today)


@pytest.mark.article("Đ8.1.đ")
@pytest.mark.parametrize(
    ("today", "stands_in"),
    [(date(2025, 4, 23), False), (FIRST, True), (LAST, True), (date(2025, 4, 26), False)],
    ids=["the day before", "first day", "last day", "the day after"],
)
async def test_the_deputy_has_the_absent_persons_roles_on_these_days(away: Stack, today: date, stands_in: bool) -> None:
    actor = await enter(away, CHI, today)
    assert actor.roles == ({"clerk", "specialist"} if stands_in else {"clerk"})
    assert actor.is_or_stands_for(AN.id) is stands_in
    assert actor.stands_for == ({AN.id} if stands_in else set())


async def test_the_absent_person_keeps_his_rights_and_nobody_gets_another_unit(away: Stack) -> None:
    await away.add(Person(uuid4(), ["officer"], CHI.name, CHI.id))
    assert (await enter(away, AN, FIRST)).roles == {"specialist"}
    async with db.transaction(away.runtime.api) as session:
        elsewhere = (await session.scalars(select(member.c.unit_id).where(member.c.person_id == CHI.id, member.c.unit_id != OFFICE))).one()
        actor = await identity.enter(session, Claims(tokens.ISSUER, str(CHI.id)), str(elsewhere), today=FIRST)
    assert (actor.roles, actor.stands_for) == ({"officer"}, frozenset())


async def test_a_deputys_deputy_a_cancelled_absence_and_who_left_give_nothing(away: Stack) -> None:
    await away.stand_in(CHI, DUNG, FIRST, LAST)
    assert (await enter(away, DUNG, FIRST)).roles == {"office_leader", "clerk"}
    async with away.session() as session:
        await session.execute(update(member).where(member.c.person_id == AN.id).values(active=False))
    assert (await enter(away, CHI, FIRST)).stands_for == frozenset()
    async with away.session() as session:
        await session.execute(update(member).values(active=True))
        await session.execute(update(absence).where(absence.c.person_id == AN.id).values(cancelled=True))
    assert (await enter(away, CHI, FIRST)).stands_for == frozenset()


async def test_row_level_security_knows_the_roles_and_it_takes_one_statement(away: Stack) -> None:
    statements: list[str] = []
    note = lambda *arguments: statements.append(arguments[2])  # noqa: E731
    engine = away.runtime.api.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        async with db.transaction(away.runtime.api) as session:
            await identity.enter(session, Claims(tokens.ISSUER, str(CHI.id)), None, today=FIRST)
            assert len(statements) == 1
            assert await _has(session, "specialist")
            assert not await _has(session, "office_leader")
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def _has(session: AsyncSession, role: str) -> bool:
    return bool(await session.scalar(select(func.actor_has(role))))


def absent(person: Person) -> Absent:
    return Absent(person.id, person.name, frozenset(person.roles))


def test_it_is_noted_whose_right_was_used_where_the_actors_own_didnt_suffice() -> None:
    roles = frozenset({"clerk", "specialist"})
    actor = Actor(CHI.id, OFFICE, roles, CHI.name, (absent(AN),))
    assert actor.on_behalf_of("clerk") is None
    assert actor.on_behalf_of(owner=CHI.id) is None
    actor.require("clerk", "specialist")
    assert actor.ref.on_behalf_of == ""
    assert actor.on_behalf_of(owner=AN.id) == absent(AN)
    assert actor.ref.on_behalf_of == str(AN.id)
    again = Actor(CHI.id, OFFICE, roles, CHI.name, (absent(AN),))
    again.require("specialist")
    assert again.ref.on_behalf_of == str(AN.id)
    with pytest.raises(PermissionDenied):
        again.require("office_leader")
    assert not again.is_or_stands_for(None)


async def test_the_highest_version_of_an_absence_is_kept(stack: Stack) -> None:
    id = uuid4()
    told = Absence(id=str(id), unit_id=str(OFFICE), person_id=str(AN.id), deputy_id=str(CHI.id))
    told.first_day.CopyFrom(from_date(FIRST))
    told.last_day.CopyFrom(from_date(LAST))
    for version, cancelled in ((1, False), (3, True), (2, False)):
        told.version, told.cancelled = version, cancelled
        async with stack.session() as session:
            await copies.on_absence_changed(session, AbsenceChanged(absence=told), Envelope(aggregate_version=version))
    async with stack.session() as session:
        (row,) = (await session.execute(select(absence))).all()
    assert (row.id, row.version, row.cancelled, row.last_day) == (id, 3, True, LAST)
