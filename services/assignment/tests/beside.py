"""Everybody, the units, and what the tests of obstacles, inspections, inquiries, regulations and of the database's own sight share."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

import grpc
import pytest
from google.protobuf.message import Message
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.directive.v1.event_pb2 import UnitChanged
from ykcd.directive.v1.registry_pb2 import Unit, UnitKind

from kit import db
from kit.testing.stack import Person, Stack
from services.assignment.tests import factories as make
from services.assignment.tests.factories import day

ADMINISTRATOR = Person(make.OFFICE, ["administrator"], "Tôn Thất Quản")
CHAIRMAN = Person(make.OFFICE, ["chairman"], "Nguyễn Văn Chủ")
DISSOLVED, TO_COME = uuid4(), uuid4()
SNV_LEADER = Person(make.SNV, ["unit_leader"], "Bùi Nội Vụ")
ACT = text("SELECT set_config('ykcd.person', :person, true), set_config('ykcd.unit', :unit, true), set_config('ykcd.roles', :roles, true)")


async def fill(stack: Stack) -> Stack:
    """Everybody of the factories, these, and the units."""
    await make.fill(stack)
    await stack.add(ADMINISTRATOR, CHAIRMAN, SNV_LEADER)
    await know_units(stack)
    return stack


async def know_units(stack: Stack) -> None:
    """The Office, four units of today, one of yesterday, one of tomorrow."""
    kinds = {
        make.OFFICE: UnitKind.UNIT_KIND_OFFICE,
        make.STNMT: UnitKind.UNIT_KIND_DEPARTMENT,
        make.SYT: UnitKind.UNIT_KIND_SECTORAL,
        make.SNV: UnitKind.UNIT_KIND_AGENCY,
        make.PHU_LOC: UnitKind.UNIT_KIND_DISTRICT,
        DISSOLVED: UnitKind.UNIT_KIND_DISTRICT,
        TO_COME: UnitKind.UNIT_KIND_DEPARTMENT,
    }
    for id, kind in kinds.items():
        unit = Unit(id=str(id), version=1, kind=kind, name="Đơn vị", code=str(id), valid_from=day(2010, 1, 1))
        if id == DISSOLVED:
            unit.valid_to.CopyFrom(day(2025, 4, 23))
        if id == TO_COME:
            unit.valid_from.CopyFrom(day(2025, 4, 25))
        await stack.deliver(UnitChanged(unit=unit), id)


async def denied(stack: Stack, method: Any, request: Message, person: Person | None, reason: str) -> None:
    """Refused for who it is, and nothing is told."""
    before = len(await events_but_denials(stack))
    error = await stack.refused(method, request, person)
    expected = {"TOKEN_MISSING": grpc.StatusCode.UNAUTHENTICATED, "NOT_FOUND": grpc.StatusCode.NOT_FOUND}
    assert (error.code, error.reason) == (expected.get(reason, grpc.StatusCode.PERMISSION_DENIED), reason)
    assert len(await events_but_denials(stack)) == before


async def events_but_denials(stack: Stack) -> list[Message]:
    """What the outbox tells of the service's own things."""
    return [event for envelope, event in await stack.events() if "AccessDenied" not in envelope.payload.type_url]


def lines(matter: Any) -> list[tuple[str, str, str, int]]:
    """A history, briefly: verb, text, by whom, version."""
    return [(act.verb, act.text, act.actor_name, act.version) for act in matter.history]


async def refused_elsewhere(
    stack: Stack, stub: Any, current: Any, states_of: Mapping[str, set[int]], writes: Callable[..., Any], by: Mapping[str, Person]
) -> None:
    """In its state each step from other states is refused, and nothing is told."""
    before = len(await stack.events())
    for name, states in states_of.items():
        if current.state not in states:
            error = await stack.refused(getattr(stub, name), writes(current.id, current.version)[name], by[name])
            assert (name, error.code, error.reason) == (name, grpc.StatusCode.FAILED_PRECONDITION, "WRONG_STATE")
    assert len(await stack.events()) == before


async def enter(session: AsyncSession, person: Person) -> None:
    """From here on the database takes the transaction for this person's."""
    await session.execute(ACT, {"person": str(person.id), "unit": str(person.unit_id), "roles": ",".join(person.roles)})


async def rows_seen(stack: Stack, person: Person, *tables: str) -> list[int]:
    """How many rows of each the database gives to this person's request that forgot to ask whose they are."""
    async with db.transaction(stack.runtime.api) as session:
        await enter(session, person)
        return [await session.scalar(text(f"SELECT count(*) FROM {table}")) for table in tables]


async def forbidden(stack: Stack, person: Person, statement: str, match: str = "permission denied") -> None:
    """The database itself refuses it."""
    with pytest.raises(DBAPIError, match=match):
        async with db.transaction(stack.runtime.api) as session:
            await enter(session, person)
            await session.execute(text(statement))
