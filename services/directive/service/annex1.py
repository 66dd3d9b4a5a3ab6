"""Annex I: who follows which field for which unit (Đ8.1.đ)."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.directive.v1 import event_pb2, people_pb2

from kit.errors import InvalidArgument, Violation
from kit.events import emit
from kit.identity import Actor
from kit.law import article
from services.directive.convert.people import rule_to_proto
from services.directive.model import SpecialistRule
from services.directive.model.people import ANNEX_KEEPERS
from services.directive.queries import people, registry


async def propose_specialist(session: AsyncSession, *, field_id: UUID, unit_id: UUID, day: date) -> UUID | None:
    """Annex I on `day`: a row for the unit beats a row for all; None means the Office leaders' queue."""
    return match(await people.rules_on(session, day), field_id, unit_id)


@article("Đ8.1.đ", "§6.9")
def match(rules: Iterable[SpecialistRule], field_id: UUID | None, unit_id: UUID) -> UUID | None:
    """A row for the unit beats a row for all units."""
    fitting = [rule for rule in rules if rule.field_id == field_id and rule.unit_id in (unit_id, None)]
    fitting.sort(key=lambda rule: rule.unit_id is None)
    return fitting[0].specialist_id if fitting else None


@article("Đ8.1.đ")
async def put(session: AsyncSession, actor: Actor, *, rule: SpecialistRule, today: date) -> SpecialistRule:
    """Đ8.1.đ: a new row; the one that it replaces ends the day before."""
    actor.require(*ANNEX_KEEPERS)
    await _require_known(session, rule)
    ended = rule.put(actor, await people.rules_of_place(session, rule.field_id, rule.unit_id), today)
    if ended is not None:
        await session.flush()
        await tell(session, ended)
    session.add(rule)
    await session.flush()
    await tell(session, rule)
    return rule


async def end(session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, valid_to: date, today: date) -> SpecialistRule:
    """Đ8.1.đ."""
    actor.require(*ANNEX_KEEPERS)
    rule = await people.rule(session, id)
    rule.end(actor, expected_version=expected_version, valid_to=valid_to, today=today)
    await session.flush()
    await tell(session, rule)
    return rule


async def tell(session: AsyncSession, rule: SpecialistRule) -> None:
    """The row as it stands."""
    await emit(session, rule.id, rule.version, event_pb2.SpecialistRuleChanged(rule=await shown(session, rule)))


async def shown(session: AsyncSession, rule: SpecialistRule) -> people_pb2.SpecialistRule:
    """With the names."""
    return rule_to_proto(rule, await registry.names(session, (rule.specialist_id, rule.office_leader_id, rule.deputy_id)))


async def _require_known(session: AsyncSession, rule: SpecialistRule) -> None:
    named = {id for id in (rule.specialist_id, rule.deputy_id) if id}
    leaders = await registry.people_with_role(session, {rule.office_leader_id} if rule.office_leader_id else (), "office_leader")
    found = rule.problems(await registry.people_with_role(session, named, "specialist"), leaders)
    if rule.field_id not in {field.id for field in await registry.fields(session)}:
        found.append(Violation("field_id", "FIELD_UNKNOWN", "Lĩnh vực không có trong danh mục."))
    if rule.unit_id:
        unit = (await registry.units_by_id(session, [rule.unit_id])).get(rule.unit_id)
        if unit is None or not unit.exists_on(rule.valid_from):
            found.append(Violation("unit_id", "UNIT_UNKNOWN", "Đơn vị không có hoặc không còn hoạt động."))
    if found:
        raise InvalidArgument.fields(found)
