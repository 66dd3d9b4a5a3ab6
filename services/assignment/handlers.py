"""Others' events that this service applies."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.deadline.v1.event_pb2 import CalendarPublished
from ykcd.directive.v1 import directive_pb2
from ykcd.directive.v1.event_pb2 import DirectivePublished, MembershipChanged
from ykcd.event.v1.envelope_pb2 import Envelope

from kit import copies, db
from kit.dates import optional_date, to_date
from kit.events import Handlers
from services.assignment import service
from services.assignment.actions import SENT
from services.assignment.model import Assignment


async def on_directive_published(session: AsyncSession, event: DirectivePublished, envelope: Envelope) -> None:
    """Every planned assignment becomes one of ours, under its own id."""
    now = db.work(session).now
    made = [
        _assignment(event.directive, task, part, version=1, state=SENT, create_time=now, update_time=now)
        for task in event.directive.tasks
        for part in task.assignments
    ]
    await service.send(session, assignments=made, by=envelope.actor, now=now)


def _assignment(
    directive: directive_pb2.Directive, task: directive_pb2.Task, part: directive_pb2.PlannedAssignment, **more: object
) -> Assignment:
    return Assignment(
        id=UUID(part.id),
        task_id=UUID(task.id),
        directive_id=UUID(directive.id),
        unit_id=UUID(part.unit_id),
        role=part.role,
        content=task.content,
        has_deadline=task.task_class.has_deadline,
        must_report=task.task_class.must_report,
        field_id=UUID(task.field_id) if task.field_id else None,
        specialist_id=UUID(part.specialist_id) if part.specialist_id else None,
        directive_code=f"{directive.number}/{directive.symbol}",
        directive_abstract=directive.abstract,
        directive_issue_date=to_date(directive.issue_date, "issue_date"),
        due_date=optional_date(part, "due_date"),
        due_exact=part.due_exact,
        **more,
    )


HANDLERS: Handlers = {
    DirectivePublished: on_directive_published,
    MembershipChanged: copies.on_membership_changed,
    CalendarPublished: copies.on_calendar_published,
}
