"""Others' events, projected: each owner's columns take its highest version, in whatever order the events come."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.assignment.v1 import event_pb2 as assignment
from ykcd.assignment.v1.assignment_pb2 import AssignmentState
from ykcd.deadline.v1 import event_pb2 as deadline
from ykcd.directive.v1 import event_pb2 as directive
from ykcd.event.v1.envelope_pb2 import Envelope

from kit import copies
from kit.dates import optional_date
from kit.events import Handlers
from services.reporting import convert
from services.reporting.model import Assignment, Deadline, Participation, Unit


async def on_directive_published(session: AsyncSession, event: directive.DirectivePublished, envelope: Envelope) -> None:
    """The rows of all its assignments at once, so that whoever published sees them without waiting for `assignment`."""
    rows = list(convert.planned_rows(event.directive, envelope, await copies.working_calendar(session)))
    if not rows:
        return
    ids = [row["id"] for row in rows]
    await _lock(session, ids)
    statement = upsert(Assignment.__table__)
    facts = {name: statement.excluded[name] for name in _FACTS}
    older = Assignment.directive_version < envelope.aggregate_version
    await session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=facts, where=older), rows)
    await _open_to(session, ({"unit_id": row["unit_id"], "task_id": row["task_id"]} for row in rows))
    await _apply_deadlines(session, ids)


_FACTS = (
    "directive_version",
    "directive_id",
    "task_id",
    "directive_code",
    "directive_abstract",
    "directive_issue_date",
    "document_type",
    "content",
    "field_id",
    "has_deadline",
    "must_report",
    "search_text",
)


async def on_assignment(session: AsyncSession, event: Any, envelope: Envelope) -> None:
    """Any event of `assignment` that carries the whole state."""
    told = event.assignment
    id = UUID(told.id)
    await _lock(session, [id])
    state = convert.assignment_state(told, envelope)
    statement = upsert(Assignment.__table__).values(id=id, **state, **convert.assignment_facts(told))
    older = Assignment.version < envelope.aggregate_version
    await session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=state, where=older))
    await _open_to(session, [{"unit_id": UUID(told.unit_id), "task_id": UUID(told.task_id)}])
    await _apply_deadlines(session, [id])


async def on_deadline(session: AsyncSession, event: Any, envelope: Envelope) -> None:
    """Kept also while its assignment isn't known yet."""
    told = event.deadline
    id = UUID(told.assignment_id)
    await _lock(session, [id])
    clock = {
        "version": envelope.aggregate_version,
        "due_date": optional_date(told, "due_date"),
        "effective_due_date": optional_date(told, "effective_due_date"),
    }
    statement = upsert(Deadline.__table__).values(assignment_id=id, **clock)
    older = Deadline.version < envelope.aggregate_version
    await session.execute(statement.on_conflict_do_update(index_elements=["assignment_id"], set_=clock, where=older))
    await _apply_deadlines(session, [id])


async def on_unit_changed(session: AsyncSession, event: directive.UnitChanged, envelope: Envelope) -> None:
    """Names are joined on reading: a renamed unit's rows needn't be touched."""
    row = convert.unit_row(event.unit, envelope)
    statement = upsert(Unit.__table__).values(row)
    older = Unit.version < envelope.aggregate_version
    await session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=row, where=older))


_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(id, 0)) FROM unnest(CAST(:ids AS text[])) AS id")


async def _lock(session: AsyncSession, ids: Iterable[UUID]) -> None:
    """Three streams tell of one assignment at the same time, each in its own transaction: one of them at a time, in the order of ids."""
    await session.execute(_LOCK, {"ids": [str(id) for id in sorted(ids)]})


async def _open_to(session: AsyncSession, rows: Iterable[dict[str, UUID]]) -> None:
    """Whoever took part once may read on: nothing is taken away here."""
    await session.execute(upsert(Participation.__table__).on_conflict_do_nothing(), list(rows))


async def _apply_deadlines(session: AsyncSession, ids: list[UUID]) -> None:
    """The owner of the calendar has the last word on the effective date, if it reckoned from this very due date.

    What is verified was judged by the calendar of its day, and no later one moves it (regulation §3).
    """
    same = (Deadline.assignment_id == Assignment.id) & Deadline.due_date.is_not_distinct_from(Assignment.due_date)
    judged = Assignment.state == AssignmentState.ASSIGNMENT_STATE_VERIFIED
    changed = Deadline.effective_due_date.is_distinct_from(Assignment.effective_due_date)
    await session.execute(
        update(Assignment)
        .where(Assignment.id.in_(ids), same, changed, ~judged)
        .values(effective_due_date=Deadline.effective_due_date)
        .execution_options(synchronize_session=False)
    )


HANDLERS: Handlers = {
    directive.DirectivePublished: on_directive_published,
    directive.UnitChanged: on_unit_changed,
    directive.MembershipChanged: copies.on_membership_changed,
    assignment.AssignmentSent: on_assignment,
    assignment.AssignmentAccepted: on_assignment,
    assignment.AssignmentReturnRequested: on_assignment,
    assignment.AssignmentDelegated: on_assignment,
    assignment.AssignmentProgressed: on_assignment,
    assignment.AssignmentReported: on_assignment,
    assignment.AssignmentVerified: on_assignment,
    assignment.AssignmentSentBack: on_assignment,
    deadline.DeadlineSet: on_deadline,
    deadline.DeadlineMissed: on_deadline,
    deadline.CalendarPublished: copies.on_calendar_published,
}
