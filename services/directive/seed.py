"""Makes the registry what its files say: units, fields, people, Annex I. A second run changes what the files changed, and nothing else."""

import asyncio
import json
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.directive.v1 import event_pb2, registry_pb2
from ykcd.event.v1.envelope_pb2 import Envelope

from kit import copies, db
from kit.clock import local_date
from kit.config import Settings
from kit.events import emit
from kit.text import collation_key
from kit.workdays import ONE_DAY
from services.directive.convert.registry import member_to_proto
from services.directive.model import Field, SpecialistRule, Unit
from services.directive.queries import people as queries
from services.directive.queries import registry
from services.directive.service import annex1
from services.directive.service import units as registrar


def seed(folder: Path) -> None:
    """Load units.json, fields.json, people.json and annex1.json."""
    asyncio.run(_seed(folder, Settings()))


async def _seed(folder: Path, settings: Settings) -> None:
    async with db.command(settings, "directive") as session:
        await load(session, folder, settings.oidc_issuer)


async def load(session: AsyncSession, folder: Path, issuer: str) -> None:
    """All four files, in one transaction. Who isn't in them loses all rights, and a row of Annex I that isn't ends; neither is deleted.

    Units and rows of Annex I that people changed on the screens stay as they are, whatever the files say.
    """
    today = local_date(db.work(session).now)
    units = {row["code"]: await _unit(session, row) for row in _read(folder, "units")}
    fields = {row["code"]: await _field(session, row) for row in _read(folder, "fields")}
    listed = _read(folder, "people")
    # A unit that was dissolved on the screens has no people left.
    serving = [row for row in listed if units[row["unit"]].exists_on(today)]
    for row in serving:
        await _person(session, row, units, issuer)
    await _dismiss_others(session, {_membership_id(row, units) for row in serving})
    people = {row["username"]: UUID(row["id"]) for row in listed}
    rules = [id for row in _read(folder, "annex1") for id in await _rules(session, row, units, fields, people)]
    await _end_other_rules(session, rules, today)


def _read(folder: Path, name: str) -> list[dict[str, Any]]:
    return json.loads((folder / f"{name}.json").read_text("utf-8"))


async def _unit(session: AsyncSession, row: dict[str, Any]) -> Unit:
    values = {
        "code": row["code"],
        "name": row["name"],
        "kind": registry_pb2.UnitKind.Value(f"UNIT_KIND_{row['kind']}"),
        "abbreviations": row["abbreviations"],
        "valid_from": date.fromisoformat(row["valid_from"]),
        "valid_to": date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
    }
    unit = await session.get(Unit, UUID(row["id"]))
    if unit is None:
        unit = Unit(id=UUID(row["id"]), version=0, successors=[])
        session.add(unit)
    elif unit.changed_by or all(getattr(unit, key) == value for key, value in values.items()):
        return unit
    unit.fill(values)
    await registrar.tell_unit(session, unit)
    return unit


async def _field(session: AsyncSession, row: dict[str, Any]) -> UUID:
    values = {"code": row["code"], "name": row["name"], "sort_key": collation_key(row["name"])}
    statement = insert(Field).values(id=UUID(row["id"]), **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))
    return UUID(row["id"])


def _membership_id(row: dict[str, Any], units: dict[str, Unit]) -> UUID:
    return uuid5(UUID(row["id"]), str(units[row["unit"]].id))


async def _person(session: AsyncSession, row: dict[str, Any], units: dict[str, Unit], issuer: str) -> None:
    told = registry_pb2.Member(
        id=str(_membership_id(row, units)),
        person_id=row["id"],
        name=row["name"],
        email=row["email"],
        kind=registry_pb2.PersonKind.Value(f"PERSON_KIND_{row['kind']}"),
        unit_id=str(units[row["unit"]].id),
        roles=row["roles"],
    )
    # Keycloak is given the same id, so that the token's subject is known before anybody signs in.
    changed = event_pb2.MembershipChanged(member=told, active=True, issuer=issuer, subject=row["id"])
    known = await registry.membership(session, UUID(told.id))
    wanted = (told.name, told.email, list(told.roles), True, issuer)
    if known is None or (known.name, known.email, known.roles, known.active, known.issuer) != wanted:
        await _tell(session, changed, known.version + 1 if known else 1)


async def _dismiss_others(session: AsyncSession, kept: set[UUID]) -> None:
    for row in await registry.active_members(session):
        if row.id not in kept:
            left = event_pb2.MembershipChanged(member=member_to_proto(row), active=False, issuer=row.issuer, subject=row.subject)
            await _tell(session, left, row.version + 1)


async def _tell(session: AsyncSession, changed: event_pb2.MembershipChanged, version: int) -> None:
    await copies.on_membership_changed(session, changed, Envelope(aggregate_version=version))
    await emit(session, UUID(changed.member.id), version, changed)


async def _rules(
    session: AsyncSession, row: dict[str, Any], units: dict[str, Unit], fields: dict[str, UUID], people: dict[str, UUID]
) -> list[UUID]:
    ids = []
    for code in row["units"] or [None]:
        values = {
            "field_id": fields[row["field"]],
            "unit_id": units[code].id if code else None,
            "specialist_id": people[row["specialist"]],
            "office_leader_id": people.get(row["office_leader"]),
            "deputy_id": people.get(row["deputy"]),
            "valid_from": date.fromisoformat(row["valid_from"]),
            "valid_to": date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        }
        key = uuid5(people[row["specialist"]], f"{row['field']}/{code}/{row['valid_from']}")
        await _rule(session, key, values)
        ids.append(key)
    return ids


async def _rule(session: AsyncSession, id: UUID, values: dict[str, Any]) -> None:
    rule = await session.get(SpecialistRule, id)
    if rule is None:
        rule = SpecialistRule(id=id, version=0, note="")
        session.add(rule)
    elif rule.changed_by or all(getattr(rule, key) == value for key, value in values.items()):
        return
    for key, value in values.items():
        setattr(rule, key, value)
    await _tell_rule(session, rule)


async def _tell_rule(session: AsyncSession, rule: SpecialistRule) -> None:
    rule.version += 1
    await session.flush()
    await annex1.tell(session, rule)


async def _end_other_rules(session: AsyncSession, kept: list[UUID], today: date) -> None:
    """Yesterday was the last day of what left the file; what ended before stays as it is."""
    for rule in await queries.rules_of_files(session, today):
        if rule.id not in kept:
            rule.valid_to = today - ONE_DAY
            await _tell_rule(session, rule)
