"""Others' events that this service applies, and the one of its own that takes two steps."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.assignment.v1.event_pb2 import AssignmentAggregatorConfirmed
from ykcd.deadline.v1.event_pb2 import CalendarPublished, EscalationDirected
from ykcd.deadline.v1.urging_pb2 import EscalationDirection
from ykcd.directive.v1 import directive_pb2
from ykcd.directive.v1 import event_pb2 as directive
from ykcd.directive.v1.directive_pb2 import AssignmentRole
from ykcd.event.v1.envelope_pb2 import Envelope

from kit import copies, db
from kit.dates import optional_date, to_date, to_time
from kit.events import Handlers
from kit.ids import optional_uuid
from services.assignment.convert import successors_of
from services.assignment.model import Assignment
from services.assignment.records import Decision, Unit
from services.assignment.service import follow

LEAD, AGGREGATING = AssignmentRole.ASSIGNMENT_ROLE_LEAD, AssignmentRole.ASSIGNMENT_ROLE_AGGREGATING


async def on_directive_published(session: AsyncSession, event: directive.DirectivePublished, envelope: Envelope) -> None:
    """Every planned assignment becomes one of ours, under its own id."""
    planned = list(_planned(event.directive, to_time(event.directive.publish_time)))
    await follow.send(session, assignments=planned, by=envelope.actor, now=db.work(session).now)


async def on_directive_amended(session: AsyncSession, event: directive.DirectiveAmended, envelope: Envelope) -> None:
    """What the document says now; parts that it took away are cancelled, parts that it adds are sent."""
    withdrawn = {UUID(part.id) for task in event.directive.tasks for part in task.assignments if part.withdrawn}
    planned = list(_planned(event.directive, to_time(event.directive.changes[-1].time)))
    await follow.amend(session, planned=planned, withdrawn=withdrawn, by=envelope.actor, **_last_change(session, event.directive))


async def on_directive_ended(
    session: AsyncSession, event: directive.DirectiveSuperseded | directive.DirectiveRevoked, envelope: Envelope
) -> None:
    """Another document took its place, or it was revoked."""
    change = _last_change(session, event.directive)
    await follow.end(session, directive_id=UUID(event.directive.id), by=envelope.actor, **change)


def _last_change(session: AsyncSession, told: directive_pb2.Directive) -> dict[str, Any]:
    """Why, and by which document."""
    change = told.changes[-1]
    document = change.document
    decision = Decision(document.code, document.signer, optional_uuid(told.superseded_by_id)) if document.code else None
    return {"reason": change.reason, "decision": decision, "now": db.work(session).now}


def _planned(told: directive_pb2.Directive, create_time: datetime) -> Iterator[Assignment]:
    """Given at that moment, whenever it is heard of here."""
    for task in told.tasks:
        gathering = {part.phase: part.unit_id for part in task.assignments if part.role == AGGREGATING and not part.withdrawn}
        for part in task.assignments:
            aggregator = gathering.get(part.phase, "") if part.role == LEAD else ""
            yield _assignment(told, task, part, aggregator, create_time=create_time)


def _assignment(
    told: directive_pb2.Directive, task: directive_pb2.Task, part: directive_pb2.PlannedAssignment, aggregator: str, **more: object
) -> Assignment:
    due_date = optional_date(part, "due_date")
    made = Assignment(
        id=UUID(part.id),
        task_id=UUID(task.id),
        directive_id=UUID(told.id),
        unit_id=UUID(part.unit_id),
        role=part.role,
        phase=part.phase,
        phase_name=part.phase_name,
        content=task.content,
        deliverable=task.deliverable,
        has_deadline=task.task_class.has_deadline,
        must_report=task.task_class.must_report,
        deadline_kind=task.deadline_kind,
        regime=told.regime,
        field_id=optional_uuid(task.field_id),
        specialist_id=optional_uuid(part.specialist_id),
        directive_code=f"{told.number}/{told.symbol}",
        directive_abstract=told.abstract,
        directive_issue_date=to_date(told.issue_date, "issue_date"),
        due_date=due_date,
        due_exact=part.due_exact,
        original_due_date=due_date,
        deadline_cycle=1,
        paper_report_required=task.paper_report_required,
        note=task.note,
        paper_report_number="",
        aggregating_unit_id=optional_uuid(aggregator),
        aggregator_confirmed=False,
        **more,
    )
    names = ("content", "deliverable", "directive_abstract", "due_exact")
    days = {"due_date": due_date.isoformat() if due_date else None}
    made.planned = {**{name: getattr(made, name) for name in names}, **days, "aggregating_unit_id": aggregator}
    return made


async def on_unit_changed(session: AsyncSession, event: directive.UnitChanged, _envelope: Envelope) -> None:
    """Keeps the highest version of each unit."""
    unit = event.unit
    days = {"valid_from": to_date(unit.valid_from, "valid_from"), "valid_to": optional_date(unit, "valid_to")}
    successors = [{"unit_id": item.unit_id, "field_id": item.field_id or None} for item in unit.successors]
    values = {"id": UUID(unit.id), "version": unit.version, "kind": unit.kind, "name": unit.name, "successors": successors, **days}
    statement = upsert(Unit).values(values)
    await session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values, where=Unit.version < unit.version))


async def on_unit_dissolved(session: AsyncSession, event: directive.UnitDissolved, envelope: Envelope) -> None:
    """D12: open tasks move."""
    told = event.dissolution
    await follow.succeed(
        session,
        unit_id=UUID(told.unit_id),
        successors=successors_of(told.successors),
        by=envelope.actor,
        decision=Decision(told.decision_number, told.confirmed_by_name),
        now=db.work(session).now,
    )


async def on_escalation_directed(session: AsyncSession, event: EscalationDirected, envelope: Envelope) -> None:
    """Đ8.1.e: what the Chairman directed is carried out here, where it concerns the assignment itself."""
    told = event.escalation
    about = {"id": UUID(told.assignment_id), "cycle": told.directed_cycle, "by": envelope.actor, "now": db.work(session).now}
    about["reason"] = told.direction_text
    about["decision"] = Decision(told.decision.number, told.decision.signer)
    if told.direction == EscalationDirection.ESCALATION_DIRECTION_EXTEND:
        await follow.extend(session, new_due_date=to_date(told.new_due_date, "new_due_date"), **about)
    elif told.direction == EscalationDirection.ESCALATION_DIRECTION_REASSIGN:
        specialist_id = optional_uuid(event.new_specialist_id)
        await follow.reassign(session, unit_id=UUID(told.new_unit_id), specialist_id=specialist_id, **about)
    elif told.direction == EscalationDirection.ESCALATION_DIRECTION_CLOSE:
        await follow.close(session, **about)


async def on_aggregator_confirmed(session: AsyncSession, event: AssignmentAggregatorConfirmed, envelope: Envelope) -> None:
    """Our own: the lead unit, which can't touch another unit's part, corrected who gathers the results (Đ6.1.h)."""
    await follow.move_aggregating_part(session, lead=event.assignment, by=envelope.actor, now=db.work(session).now)


HANDLERS: Handlers = {
    directive.DirectivePublished: on_directive_published,
    directive.DirectiveAmended: on_directive_amended,
    directive.DirectiveSuperseded: on_directive_ended,
    directive.DirectiveRevoked: on_directive_ended,
    directive.UnitChanged: on_unit_changed,
    directive.UnitDissolved: on_unit_dissolved,
    EscalationDirected: on_escalation_directed,
    AssignmentAggregatorConfirmed: on_aggregator_confirmed,
    directive.MembershipChanged: copies.on_membership_changed,
    directive.AbsenceChanged: copies.on_absence_changed,
    CalendarPublished: copies.on_calendar_published,
}
