"""Keeping the registry of units, and ending one (Đ8.1.d, D12)."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.directive.v1 import event_pb2

from kit import db
from kit.clock import local_date
from kit.errors import InvalidArgument, stale_version
from kit.events import emit
from kit.identity import Actor
from kit.law import article
from kit.tables import member
from services.directive.convert.registry import dissolution_to_proto, member_to_proto, unit_to_proto
from services.directive.model import PROPOSED, Dissolution, Unit
from services.directive.model.registry import OFFICE
from services.directive.queries import people, registry
from services.directive.service import annex1


@article("Đ8.1.d", "D12")
async def put_unit(session: AsyncSession, actor: Actor, *, id: UUID | None, expected_version: int, facts: dict[str, Any]) -> Unit:
    """Đ8.1.d: a new unit, or one changed."""
    actor.require("administrator")
    if id is None:
        unit = _new_unit(expected_version, facts)
        session.add(unit)
    else:
        unit = await registry.unit(session, id, lock=True)
        unit.change(expected_version, facts)
    unit.changed_by = actor.person_id
    await tell_unit(session, unit)
    return unit


def _new_unit(expected_version: int, facts: dict[str, Any]) -> Unit:
    if expected_version:
        raise stale_version(0)
    if facts["kind"] == OFFICE:
        raise InvalidArgument.field("kind", "OFFICE_KIND", "Đã có Văn phòng UBND tỉnh.")
    unit = Unit(id=db.new_id(), version=0, valid_to=None, successors=[])
    unit.fill(facts)
    return unit


async def tell_unit(session: AsyncSession, unit: Unit) -> None:
    """As it stands."""
    try:
        await session.flush()
    except IntegrityError as error:
        if "unit_code_key" in str(error.orig):
            raise InvalidArgument.field("code", "UNIT_CODE_TAKEN", "Mã này đã có đơn vị khác dùng.") from None
        raise
    await emit(session, unit.id, unit.version, event_pb2.UnitChanged(unit=unit_to_proto(unit)))


@article("D12")
async def propose(
    session: AsyncSession, actor: Actor, *, unit_id: UUID, valid_to: date, successors: list[dict], decision_number: str, now: datetime
) -> Dissolution:
    """D12: by the administrator; nothing happens yet."""
    actor.require("administrator")
    proposal = Dissolution(
        id=db.new_id(),
        version=1,
        state=PROPOSED,
        unit_id=unit_id,
        valid_to=valid_to,
        successors=successors,
        decision_number=decision_number,
        proposed_by=actor.person_id,
        proposed_by_name=actor.name,
        confirmed_by_name="",
        create_time=now,
    )
    unit = await registry.unit(session, unit_id, lock=True)
    units, fields = await _known(session, proposal)
    proposal.propose(actor, unit, units, fields, is_open=await registry.has_open_dissolution(session, unit_id, PROPOSED))
    session.add(proposal)
    await _tell(session, proposal)
    return proposal


@article("D12")
async def confirm(session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, now: datetime) -> Dissolution:
    """D12: the unit ends, and with it its memberships and its rows of Annex I; `assignment` moves its open tasks when it hears of it."""
    actor.require("office_leader")
    proposal = await registry.dissolution(session, id)
    proposal.require_proposed(expected_version)
    unit = await registry.unit(session, proposal.unit_id, lock=True)
    units, fields = await _known(session, proposal)
    proposal.confirm(actor, unit, units, fields, now, local_date(now))
    await tell_unit(session, unit)
    await _end_rules(session, actor, unit)
    await _end_memberships(session, unit)
    await session.flush()
    await emit(session, proposal.id, proposal.version, event_pb2.UnitDissolved(dissolution=dissolution_to_proto(proposal)))
    return proposal


async def withdraw(session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int) -> Dissolution:
    """Before it is confirmed."""
    actor.require("administrator", "office_leader")
    proposal = await registry.dissolution(session, id)
    proposal.require_proposed(expected_version)
    proposal.withdraw(actor)
    await _tell(session, proposal)
    return proposal


async def _known(session: AsyncSession, proposal: Dissolution) -> tuple[dict[UUID, Unit], set[UUID]]:
    units = await registry.units_by_id(session, (heir.unit_id for heir in proposal.heirs))
    return units, {field.id for field in await registry.fields(session)}


async def _tell(session: AsyncSession, proposal: Dissolution) -> None:
    await session.flush()
    await emit(session, proposal.id, proposal.version, event_pb2.UnitDissolutionChanged(dissolution=dissolution_to_proto(proposal)))


async def _end_rules(session: AsyncSession, actor: Actor, unit: Unit) -> None:
    assert unit.valid_to is not None
    for rule in await people.rules_of_unit(session, unit.id, unit.valid_to):
        rule.end_with_unit(actor, unit.valid_to)
        await session.flush()
        await annex1.tell(session, rule)


async def _end_memberships(session: AsyncSession, unit: Unit) -> None:
    for row in await registry.active_members(session, unit.id):
        ended = update(member).where(member.c.id == row.id).values(active=False, version=row.version + 1)
        await session.execute(ended)
        left = event_pb2.MembershipChanged(member=member_to_proto(row), active=False, issuer=row.issuer, subject=row.subject)
        await emit(session, row.id, row.version + 1, left)
