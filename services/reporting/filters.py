"""What an AssignmentFilter means in SQL."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, or_, select
from ykcd.reporting.v1 import reporting_pb2

from kit.dates import optional_date
from kit.identity import Actor
from services.reporting.model import Assignment, Unit, words
from services.reporting.timeliness import Today, conditions, due_soon


def conditions_of(filter: reporting_pb2.AssignmentFilter, actor: Actor, today: Today) -> list[ColumnElement[bool]]:
    """All of them must hold. InvalidArgument names a date that is none."""
    return [*_choices(filter, today), *_people(filter, actor), *_dates(filter, today), *_search(filter.query)]


def _choices(filter: reporting_pb2.AssignmentFilter, today: Today) -> Iterator[ColumnElement[bool]]:
    several: list[tuple[Any, list[Any]]] = [
        (Assignment.state, list(filter.states)),
        (Assignment.role, list(filter.roles)),
        (Assignment.unit_id, [UUID(id) for id in filter.unit_ids]),
    ]
    yield from (column.in_(wanted) for column, wanted in several if wanted)
    if filter.timeliness:
        when = conditions(today)
        yield or_(*(when[value] for value in set(filter.timeliness)))
    for column, id in ((Assignment.field_id, filter.field_id), (Assignment.directive_id, filter.directive_id)):
        if id:
            yield column == UUID(id)


def _people(filter: reporting_pb2.AssignmentFilter, actor: Actor) -> Iterator[ColumnElement[bool]]:
    if filter.specialist_id:
        yield Assignment.specialist_id == UUID(filter.specialist_id)
    if filter.without_specialist:
        yield Assignment.specialist_id.is_(None)
    if filter.delegated_to_me:
        yield Assignment.delegates.contains([actor.person_id])


def _dates(filter: reporting_pb2.AssignmentFilter, today: Today) -> Iterator[ColumnElement[bool]]:
    due = Assignment.effective_due_date
    due_from = optional_date(filter, "due_from", "filter.due_from")
    due_to = optional_date(filter, "due_to", "filter.due_to")
    if due_from:
        yield due >= due_from
    if due_to:
        yield due <= due_to
    if filter.HasField("has_deadline"):
        yield due.is_not(None) if filter.has_deadline else due.is_(None)
    if filter.due_soon:
        yield due_soon(today)


def _search(query: str) -> Iterator[ColumnElement[bool]]:
    """Every word begins a word of the document, the task or the unit's names; words() lets none of LIKE's wildcards through."""
    asked = words(query)
    if query.strip() and not asked:
        yield false()
    for word in dict.fromkeys(asked):
        pattern = f"% {word}%"
        units = select(Unit.id).where(Unit.search_text.like(pattern))
        yield or_(Assignment.search_text.like(pattern), Assignment.unit_id.in_(units))
