"""Others' events, projected: each owner's columns take its highest version, in whatever order the events come."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import case, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.assignment.v1 import event_pb2 as assignment
from ykcd.assignment.v1.assignment_pb2 import AssignmentState
from ykcd.assignment.v1.obstacle_pb2 import ObstacleState
from ykcd.deadline.v1 import event_pb2 as deadline
from ykcd.deadline.v1.urging_pb2 import EscalationState, ObligationState
from ykcd.directive.v1 import event_pb2 as directive
from ykcd.event.v1.envelope_pb2 import Envelope

from kit import copies
from kit.dates import optional_date, to_date
from kit.events import Handlers, carrying
from kit.law import article
from services.reporting import convert, queries
from services.reporting.model import Assignment, Deadline, Escalation, Matter, Obligation, Obstacle, Participation, Unit, UrgingNotice


async def on_directive(session: AsyncSession, event: Any, envelope: Envelope) -> None:
    """Published, amended, superseded, revoked: the facts of all its assignments, and a row for each new one at once, so that whoever
    published sees them without waiting for `assignment`, which alone tells what becomes of one."""
    tasks = {UUID(task.id): task for task in event.directive.tasks}
    if not tasks:
        return
    facts = {id: convert.task_facts(event.directive, task, envelope.aggregate_version) for id, task in tasks.items()}
    calendar = await copies.working_calendar(session)
    rows = [facts[id] | row for id, task in tasks.items() for row in convert.planned_rows(task, envelope, calendar)]
    ids = list({row["id"] for row in rows} | set(await queries.rows_of_tasks(session, tasks)))
    await _lock(session, ids)
    if rows:
        await session.execute(upsert(Assignment.__table__).on_conflict_do_nothing(), rows)
        await _open_to(session, ({"unit_id": row["unit_id"], "task_id": row["task_id"]} for row in rows))
    # By task: what was forwarded has an id that the document doesn't know.
    older = Assignment.directive_version < envelope.aggregate_version
    for id, columns in facts.items():
        await session.execute(update(Assignment).where(Assignment.task_id == id, older).values(columns), execution_options=_PLAIN)
    await _apply_deadlines(session, ids)
    await _apply_matters(session, ids)


# Rows aren't loaded here: nothing in the session has to follow what a statement changes.
_PLAIN = {"synchronize_session": False}


async def on_assignment(session: AsyncSession, event: Any, envelope: Envelope) -> None:
    """Any event of `assignment` that carries the whole state."""
    told = event.assignment
    id = UUID(told.id)
    await _lock(session, [id])
    state, facts = convert.assignment_state(told, envelope), convert.assignment_facts(told)
    statement = upsert(Assignment.__table__).values(id=id, **state, **facts)
    # What the document itself told of is its own; of a forwarded assignment nobody else may have told.
    unknown = Assignment.directive_version == 0
    repeated = {name: case((unknown, statement.excluded[name]), else_=getattr(Assignment, name)) for name in facts}
    older = Assignment.version < envelope.aggregate_version
    await session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=state | repeated, where=older))
    await _open_to(session, [{"unit_id": UUID(told.unit_id), "task_id": UUID(told.task_id)}])
    await _apply_deadlines(session, [id])
    await _apply_matters(session, [id])


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


async def on_obstacle(session: AsyncSession, event: Any, envelope: Envelope) -> None:
    """Đ8.1.b."""
    await _keep(session, Obstacle, event.obstacle, envelope, state=event.obstacle.state)


@article("D15")
async def on_notice(session: AsyncSession, event: Any, envelope: Envelope) -> None:
    """Đ8.1.e; whether it counts against the unit is settled when it ends (D15)."""
    told = event.notice
    issued = told.HasField("issue_time")
    await _keep(session, UrgingNotice, told, envelope, deadline_cycle=told.deadline_cycle, issued=issued, counts=issued and told.counts)


async def on_escalation(session: AsyncSession, event: Any, envelope: Envelope) -> None:
    """Đ8.1.e."""
    await _keep(session, Escalation, event.escalation, envelope, open=event.escalation.state != EscalationState.ESCALATION_STATE_DONE)


async def on_obligation(session: AsyncSession, event: Any, envelope: Envelope) -> None:
    """Đ7.2.c."""
    told = event.obligation
    await _keep(session, Obligation, told, envelope, period_end=to_date(told.period_end, "period_end"), state=told.state)


async def _keep(session: AsyncSession, matter: type[Matter], told: Any, envelope: Envelope, **values: Any) -> None:
    """The highest version, also while its assignment isn't known yet."""
    assignment_id = UUID(told.assignment_id)
    await _lock(session, [assignment_id])
    row = {"version": envelope.aggregate_version, "assignment_id": assignment_id, **values}
    statement = upsert(matter.__table__).values(id=UUID(told.id), **row)  # type: ignore[attr-defined]
    older = matter.version < envelope.aggregate_version
    await session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=row, where=older))
    await _apply_matters(session, [assignment_id])


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
        .execution_options(**_PLAIN)
    )


_APPLY_MATTERS = text("""
    UPDATE assignment SET obstacle_states = told.obstacle_states, cycle_notices = told.cycle_notices, urging_notices = told.urging_notices,
           escalations = told.escalations, escalation_open = told.escalation_open, obligation_state = told.obligation_state,
           obligation_period_end = told.obligation_period_end
      FROM (SELECT a.id,
                   ARRAY(SELECT DISTINCT o.state FROM obstacle o WHERE o.assignment_id = a.id AND o.state = ANY(:unsolved) ORDER BY 1)
                       AS obstacle_states,
                   n.*, e.*, coalesce(q.state, 0) AS obligation_state, q.period_end AS obligation_period_end
              FROM assignment a,
                   LATERAL (SELECT count(*) FILTER (WHERE issued AND deadline_cycle = a.deadline_cycle) AS cycle_notices,
                                   count(*) FILTER (WHERE counts) AS urging_notices
                              FROM urging_notice WHERE assignment_id = a.id) n,
                   LATERAL (SELECT count(*) AS escalations, coalesce(bool_or(open), false) AS escalation_open
                              FROM escalation WHERE assignment_id = a.id) e
                   LEFT JOIN LATERAL (SELECT state, period_end FROM obligation WHERE assignment_id = a.id AND state <> :ended
                                       ORDER BY state = :awaited, period_end DESC LIMIT 1) q ON true
             WHERE a.id = ANY(CAST(:ids AS uuid[]))) told
     WHERE assignment.id = told.id
       AND (assignment.obstacle_states, assignment.cycle_notices, assignment.urging_notices, assignment.escalations,
            assignment.escalation_open, assignment.obligation_state, assignment.obligation_period_end)
           IS DISTINCT FROM (told.obstacle_states, told.cycle_notices, told.urging_notices, told.escalations,
            told.escalation_open, told.obligation_state, told.obligation_period_end)
""")
_MATTER_STATES = {
    "unsolved": [ObstacleState.OBSTACLE_STATE_RAISED, ObstacleState.OBSTACLE_STATE_PROPOSED, ObstacleState.OBSTACLE_STATE_DIRECTED],
    "awaited": ObligationState.OBLIGATION_STATE_OPEN,
    "ended": ObligationState.OBLIGATION_STATE_ENDED,
}


async def _apply_matters(session: AsyncSession, ids: list[UUID]) -> None:
    """Sums up on the assignment what was told of its obstacles, notices, escalations and obligations."""
    await session.execute(_APPLY_MATTERS, {"ids": [str(id) for id in ids], **_MATTER_STATES})


# A draft is the Office's alone, and binds nobody.
_DIRECTIVE = (directive.DirectivePublished, directive.DirectiveAmended, directive.DirectiveSuperseded, directive.DirectiveRevoked)
HANDLERS: Handlers = {
    **dict.fromkeys(_DIRECTIVE, on_directive),
    directive.UnitChanged: on_unit_changed,
    directive.MembershipChanged: copies.on_membership_changed,
    directive.AbsenceChanged: copies.on_absence_changed,
    **dict.fromkeys(carrying(assignment, "assignment"), on_assignment),
    **dict.fromkeys(carrying(assignment, "obstacle"), on_obstacle),
    **dict.fromkeys(carrying(deadline, "deadline"), on_deadline),
    **dict.fromkeys(carrying(deadline, "notice"), on_notice),
    **dict.fromkeys(carrying(deadline, "escalation"), on_escalation),
    **dict.fromkeys(carrying(deadline, "obligation"), on_obligation),
    deadline.CalendarPublished: copies.on_calendar_published,
}
