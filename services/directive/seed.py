"""Fills an empty registry from files: units, fields, people, Annex I. Running it again changes what the files changed, and nothing else."""

import asyncio
import json
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.directive.v1 import event_pb2, registry_pb2
from ykcd.event.v1.envelope_pb2 import ActorRef, Envelope

from kit import copies, db
from kit.clock import system_clock
from kit.config import Settings
from kit.events import emit
from kit.tables import member
from kit.text import collation_key
from services.directive.convert import unit_to_proto
from services.directive.model import Field, SpecialistRule, Unit


def seed(folder: Path) -> None:
    """Load units.json, fields.json, people.json and annex1.json."""
    asyncio.run(_seed(folder, Settings()))


async def _seed(folder: Path, settings: Settings) -> None:
    engine = db.create_engine(settings, "directive", "worker")
    try:
        async with db.transaction(engine) as session:
            db.begin_work(session, "directive", system_clock(), ActorRef())
            await load(session, folder, settings.oidc_issuer)
    finally:
        await engine.dispose()


async def load(session: AsyncSession, folder: Path, issuer: str) -> None:
    """All four files, in one transaction."""
    units = {row["code"]: await _unit(session, row) for row in _read(folder, "units")}
    fields = {row["code"]: await _field(session, row) for row in _read(folder, "fields")}
    people = {row["username"]: await _person(session, row, units, issuer) for row in _read(folder, "people")}
    for row in _read(folder, "annex1"):
        await _rules(session, row, units, fields, people)


def _read(folder: Path, name: str) -> list[dict[str, Any]]:
    return json.loads((folder / f"{name}.json").read_text("utf-8"))


async def _unit(session: AsyncSession, row: dict[str, Any]) -> UUID:
    values = {
        "code": row["code"],
        "name": row["name"],
        "sort_key": collation_key(row["name"]),
        "kind": registry_pb2.UnitKind.Value(f"UNIT_KIND_{row['kind']}"),
        "abbreviations": row["abbreviations"],
        "valid_from": date.fromisoformat(row["valid_from"]),
        "valid_to": date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
    }
    unit = await session.get(Unit, UUID(row["id"]))
    if unit is None:
        unit = Unit(id=UUID(row["id"]), version=0, **values)
        session.add(unit)
    elif all(getattr(unit, key) == value for key, value in values.items()):
        return unit.id
    for key, value in values.items():
        setattr(unit, key, value)
    unit.version += 1
    await session.flush()
    await emit(session, unit.id, unit.version, event_pb2.UnitChanged(unit=unit_to_proto(unit)))
    return unit.id


async def _field(session: AsyncSession, row: dict[str, Any]) -> UUID:
    values = {"code": row["code"], "name": row["name"], "sort_key": collation_key(row["name"])}
    statement = insert(Field).values(id=UUID(row["id"]), **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))
    return UUID(row["id"])


async def _person(session: AsyncSession, row: dict[str, Any], units: dict[str, UUID], issuer: str) -> UUID:
    person, unit_id = UUID(row["id"]), units[row["unit"]]
    told = registry_pb2.Member(
        id=str(uuid5(person, str(unit_id))),
        person_id=row["id"],
        name=row["name"],
        email=row["email"],
        kind=registry_pb2.PersonKind.Value(f"PERSON_KIND_{row['kind']}"),
        unit_id=str(unit_id),
        roles=row["roles"],
    )
    # Keycloak is given the same id, so that the token's subject is known before anybody signs in.
    changed = event_pb2.MembershipChanged(member=told, active=True, issuer=issuer, subject=row["id"])
    known = (await session.execute(select(member).where(member.c.id == UUID(told.id)))).one_or_none()
    wanted = (told.name, told.email, list(told.roles), True, issuer)
    if known is not None and (known.name, known.email, known.roles, known.active, known.issuer) == wanted:
        return person
    version = known.version + 1 if known else 1
    await copies.on_membership_changed(session, changed, Envelope(aggregate_version=version))
    await emit(session, UUID(told.id), version, changed)
    return person


async def _rules(
    session: AsyncSession, row: dict[str, Any], units: dict[str, UUID], fields: dict[str, UUID], people: dict[str, UUID]
) -> None:
    for code in row["units"] or [None]:
        unit_id = units[code] if code else None
        key = uuid5(people[row["specialist"]], f"{row['field']}/{code}/{row['valid_from']}")
        values = {
            "field_id": fields[row["field"]],
            "unit_id": unit_id,
            "specialist_id": people[row["specialist"]],
            "office_leader_id": people.get(row["office_leader"]),
            "deputy_id": people.get(row["deputy"]),
            "valid_from": date.fromisoformat(row["valid_from"]),
            "valid_to": date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        }
        statement = insert(SpecialistRule).values(id=key, **values)
        await session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))
