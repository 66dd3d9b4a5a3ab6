"""What an AssignmentFilter means in SQL."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, func, or_, select, tuple_
from ykcd.deadline.v1.urging_pb2 import ObligationState
from ykcd.reporting.v1 import reporting_pb2

from kit.dates import optional_date
from kit.identity import Actor
from services.reporting import annex
from services.reporting.model import Assignment, Unit, words
from services.reporting.timeliness import Today, conditions, counted, due_soon


def conditions_of(filter: reporting_pb2.AssignmentFilter, actor: Actor, today: Today) -> list[ColumnElement[bool]]:
    """All of them must hold. InvalidArgument names a date that is none."""
    return [
        *_choices(filter, today),
        *_people(filter, actor),
        *_dates(filter, today),
        *_matters(filter),
        *_parts(filter, today),
        *_search(filter.query),
    ]


def _choices(filter: reporting_pb2.AssignmentFilter, today: Today) -> Iterator[ColumnElement[bool]]:
    several: list[tuple[Any, list[Any]]] = [
        (Assignment.state, list(filter.states)),
        (Assignment.execution, list(filter.execution)),
        (Assignment.role, list(filter.roles)),
        (Assignment.unit_id, [UUID(id) for id in filter.unit_ids]),
        (Assignment.issuing_authority, list(filter.issuing_authorities)),
    ]
    yield from (column.in_(wanted) for column, wanted in several if wanted)
    if filter.timeliness:
        when = conditions(today)
        yield or_(*(when[value] for value in set(filter.timeliness)))
    for column, id in ((Assignment.field_id, filter.field_id), (Assignment.directive_id, filter.directive_id)):
        if id:
            yield column == UUID(id)
    if filter.regime:
        yield Assignment.regime == filter.regime
    if filter.HasField("phased"):
        yield Assignment.phase > 0 if filter.phased else Assignment.phase == 0


def _people(filter: reporting_pb2.AssignmentFilter, actor: Actor) -> Iterator[ColumnElement[bool]]:
    if filter.specialist_id:
        yield Assignment.specialist_id == UUID(filter.specialist_id)
    if filter.without_specialist:
        yield Assignment.specialist_id.is_(None)
    me = [actor.person_id, *actor.stands_for]
    if filter.followed_by_me:
        yield Assignment.specialist_id.in_(me)
    if filter.delegated_to_me:
        yield Assignment.delegates.overlap(me)


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
    yield from issued(optional_date(filter, "issue_from", "filter.issue_from"), optional_date(filter, "issue_to", "filter.issue_to"))


def issued(first: date | None, last: date | None, source: type[Assignment] = Assignment) -> Iterator[ColumnElement[bool]]:
    """Of documents issued in these days."""
    if first:
        yield source.directive_issue_date >= first
    if last:
        yield source.directive_issue_date <= last


def _matters(filter: reporting_pb2.AssignmentFilter) -> Iterator[ColumnElement[bool]]:
    """What happens around it."""
    if filter.obstacle_states:
        yield Assignment.obstacle_states.overlap(list(filter.obstacle_states))
    asked = {
        Assignment.extension_pending: filter.extension_pending,
        Assignment.report_to_review: filter.report_to_review,
        func.cardinality(Assignment.obstacle_states) > 0: filter.obstacle_open,
        Assignment.urging_notices > 0: filter.urged,
        Assignment.escalations > 0: filter.escalated,
        Assignment.obligation_state == ObligationState.OBLIGATION_STATE_MISSED: filter.obligation_missed,
    }
    yield from (condition for condition, wanted in asked.items() if wanted)


def _parts(filter: reporting_pb2.AssignmentFilter, today: Today) -> Iterator[ColumnElement[bool]]:
    """All phases of the parts that a figure counts."""
    part = annex.parts(today).subquery()
    asked = [annex.columns(part)[filter.column]] if filter.column else []
    asked += list(annex.overdue_for(part, today, filter.overdue_days_from, filter.overdue_days_to))
    done_from = optional_date(filter, "done_from", "filter.done_from")
    done_to = optional_date(filter, "done_to", "filter.done_to")
    if done_from:
        asked.append(part.c.done & (part.c.done_on >= done_from))
    if done_to:
        asked.append(part.c.done & (part.c.done_on <= done_to))
    if asked:
        found = select(part.c.task_id, part.c.unit_id, part.c.role).where(*asked)
        yield counted() & tuple_(*annex.key()).in_(found)


def _search(query: str) -> Iterator[ColumnElement[bool]]:
    """Every word begins a word of the document, the task or the unit's names; words() lets none of LIKE's wildcards through."""
    asked = words(query)
    if query.strip() and not asked:
        yield false()
    for word in dict.fromkeys(asked):
        pattern = f"% {word}%"
        units = select(Unit.id).where(Unit.search_text.like(pattern))
        yield or_(Assignment.search_text.like(pattern), Assignment.unit_id.in_(units))
