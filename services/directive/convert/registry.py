"""Units, fields, members and the end of units."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from ykcd.directive.v1 import people_pb2, registry_pb2

from kit import dates
from kit.dates import from_date, from_time
from kit.ids import optional_uuid
from kit.text import nfc
from services.directive.model import Dissolution, Field, Unit


def unit_facts_from_proto(entered: people_pb2.PutUnitRequest) -> dict[str, Any]:
    """The columns of Unit that the administrator enters."""
    return {
        "code": nfc(entered.code).lower(),
        "name": nfc(entered.name),
        "kind": entered.kind,
        "abbreviations": [nfc(short) for short in entered.abbreviations],
        "valid_from": dates.to_date(entered.valid_from, "valid_from"),
    }


def unit_to_proto(unit: Unit) -> registry_pb2.Unit:
    """One unit."""
    return registry_pb2.Unit(
        id=str(unit.id),
        code=unit.code,
        name=unit.name,
        kind=unit.kind,
        abbreviations=unit.abbreviations,
        valid_from=from_date(unit.valid_from),
        valid_to=from_date(unit.valid_to),
        version=unit.version,
        successors=_successors_to_proto(unit.successors),
    )


def successors_from_proto(entered: Iterable[registry_pb2.Successor]) -> list[dict[str, Any]]:
    """As they are kept."""
    return [{"unit_id": str(UUID(heir.unit_id)), "field_id": str(optional_uuid(heir.field_id) or "") or None} for heir in entered]


def _successors_to_proto(kept: Iterable[dict[str, Any]]) -> list[registry_pb2.Successor]:
    return [registry_pb2.Successor(unit_id=row["unit_id"], field_id=row["field_id"] or "") for row in kept]


def field_to_proto(field: Field) -> registry_pb2.Field:
    """One field of work."""
    return registry_pb2.Field(id=str(field.id), code=field.code, name=field.name)


def member_to_proto(row: Any, roles: Iterable[str] | None = None) -> registry_pb2.Member:
    """From a row of `member`; `roles` where they aren't the row's own alone."""
    return registry_pb2.Member(
        id=str(row.id),
        person_id=str(row.person_id),
        name=row.name,
        email=row.email,
        kind=row.kind,
        unit_id=str(row.unit_id),
        roles=row.roles if roles is None else roles,
    )


def dissolution_to_proto(dissolution: Dissolution) -> people_pb2.UnitDissolution:
    """As it stands."""
    return people_pb2.UnitDissolution(
        id=str(dissolution.id),
        version=dissolution.version,
        state=dissolution.state,
        unit_id=str(dissolution.unit_id),
        valid_to=from_date(dissolution.valid_to),
        successors=_successors_to_proto(dissolution.successors),
        decision_number=dissolution.decision_number,
        proposed_by_name=dissolution.proposed_by_name,
        confirmed_by_name=dissolution.confirmed_by_name,
        create_time=from_time(dissolution.create_time),
        confirm_time=from_time(dissolution.confirm_time),
    )
