"""Absences, Annex I, followers, the work programme."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from ykcd.directive.v1 import people_pb2, programme_pb2

from kit import dates
from kit.dates import from_date, from_time
from kit.text import nfc
from services.directive.model import Absence, Follower, ProgrammeItem, SpecialistRule


def absence_to_proto(absence: Absence) -> people_pb2.Absence:
    """One absence."""
    return people_pb2.Absence(
        id=str(absence.id),
        version=absence.version,
        unit_id=str(absence.unit_id),
        person_id=str(absence.person_id),
        person_name=absence.person_name,
        deputy_id=str(absence.deputy_id),
        deputy_name=absence.deputy_name,
        first_day=from_date(absence.first_day),
        last_day=from_date(absence.last_day),
        reason=absence.reason,
        cancelled=absence.cancelled,
    )


def rule_to_proto(rule: SpecialistRule, names: Mapping[UUID, str]) -> people_pb2.SpecialistRule:
    """`names` by person."""

    def name(person_id: UUID | None) -> str:
        return names.get(person_id, "") if person_id else ""

    return people_pb2.SpecialistRule(
        id=str(rule.id),
        version=rule.version,
        field_id=str(rule.field_id),
        unit_id=str(rule.unit_id or ""),
        specialist_id=str(rule.specialist_id),
        specialist_name=name(rule.specialist_id),
        office_leader_id=str(rule.office_leader_id or ""),
        office_leader_name=name(rule.office_leader_id),
        deputy_id=str(rule.deputy_id or ""),
        deputy_name=name(rule.deputy_id),
        valid_from=from_date(rule.valid_from),
        valid_to=from_date(rule.valid_to),
        note=rule.note,
    )


def follower_to_proto(unit_id: UUID, follower: Follower | None, last_access_time: datetime | None) -> people_pb2.Follower:
    """Of a unit that may have none."""
    if follower is None:
        return people_pb2.Follower(unit_id=str(unit_id))
    return people_pb2.Follower(
        unit_id=str(unit_id),
        version=follower.version,
        person_id=str(follower.person_id),
        person_name=follower.person_name,
        since=from_date(follower.since),
        last_access_time=from_time(last_access_time),
    )


def item_facts_from_proto(entered: programme_pb2.PutProgrammeItemRequest) -> dict[str, Any]:
    """The columns of ProgrammeItem that the Office enters."""
    return {
        "year": entered.year,
        "month": entered.month,
        "ordinal": entered.ordinal,
        "content": entered.content.strip(),
        "lead_unit_id": UUID(entered.lead_unit_id),
        "coordinating_unit_ids": [UUID(id) for id in entered.coordinating_unit_ids],
        "submitted_to": nfc(entered.submitted_to),
    }


def item_result_from_proto(entered: programme_pb2.RecordProgrammeResultRequest) -> dict[str, Any]:
    """What became of it."""
    completed_on = dates.optional_date(entered, "completed_on")
    return {"state": entered.state, "result": entered.result.strip(), "completed_on": completed_on}


def item_to_proto(item: ProgrammeItem) -> programme_pb2.ProgrammeItem:
    """One item."""
    return programme_pb2.ProgrammeItem(
        id=str(item.id),
        version=item.version,
        year=item.year,
        month=item.month,
        ordinal=item.ordinal,
        content=item.content,
        lead_unit_id=str(item.lead_unit_id),
        coordinating_unit_ids=[str(id) for id in item.coordinating_unit_ids],
        submitted_to=item.submitted_to,
        state=item.state,
        result=item.result,
        completed_on=from_date(item.completed_on),
        task_ids=[str(id) for id in item.task_ids],
    )
