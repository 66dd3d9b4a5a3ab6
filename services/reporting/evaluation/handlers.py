"""What else owners tell that is measured (Đ12, Đ11.1.c), kept as it was told in Cited; nothing of any content."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.assignment.v1 import event_pb2 as assignment
from ykcd.directive.v1 import event_pb2 as directive
from ykcd.event.v1.envelope_pb2 import Envelope

from kit.events import Handlers
from kit.law import article
from services.reporting.evaluation.model import Kind
from services.reporting.periodic.handlers import chained, date_in, day_of, keep


@article("Đ7.1", "D9")
async def on_published(session: AsyncSession, event: directive.DirectivePublished, envelope: Envelope) -> None:
    """Who entered the document, when its tasks reached the units, and how many working days late that was."""
    told = event.directive
    day = day_of(told.publish_time if told.HasField("publish_time") else envelope.time)
    facts = {"person": told.entered_by, "day": day, "late": told.entry_working_days_late}
    await keep(session, envelope, kind=Kind.ENTRY, id=told.id, facts=facts)


@article("Đ12.2", "Đ8.1.a", "D16")
async def on_verified(session: AsyncSession, event: assignment.AssignmentVerified, envelope: Envelope) -> None:
    """From the unit's report to the verification; whoever may have stood in, it's the specialist's."""
    told = event.assignment
    if told.specialist_id and told.HasField("report_time"):
        facts = {"person": told.specialist_id, "reported": day_of(told.report_time), "day": day_of(envelope.time)}
        await keep(session, envelope, kind=Kind.VERIFICATION, id=told.id, around=told.id, facts=facts)


@article("Đ8.1.c", "Đ8.2.2")
async def on_inspection(session: AsyncSession, event: assignment.InspectionChanged, envelope: Envelope) -> None:
    """Its state, and when it was."""
    facts = {"state": event.inspection.state, "day": date_in(event.inspection, "visited_on")}
    await keep(session, envelope, kind=Kind.INSPECTION, id=event.inspection.id, facts=facts)


@article("Đ8.1.d", "Đ9.1", "Đ13")
async def on_inquiry(session: AsyncSession, event: assignment.InquiryChanged, envelope: Envelope) -> None:
    """Its kind, and when it was asked, answered and solved."""
    told = event.inquiry
    days: dict[str, Any] = {
        name: day_of(getattr(told, f"{name}_time")) if told.HasField(f"{name}_time") else None for name in ("create", "answer", "solve")
    }
    await keep(session, envelope, kind=Kind.INQUIRY, id=told.id, around=told.assignment_id, facts={"kind": told.kind, **days})


@article("Đ11.2")
async def on_unit_regulation(session: AsyncSession, event: assignment.UnitRegulationChanged, envelope: Envelope) -> None:
    """That the unit has one; what takes its place is one too."""
    facts = {"unit": event.unit_regulation.unit_id}
    await keep(session, envelope, kind=Kind.UNIT_REGULATION, id=event.unit_regulation.id, facts=facts)


@article("Đ5", "Đ6.2")
async def on_secret_refused(session: AsyncSession, event: directive.SecretRefused, envelope: Envelope) -> None:
    """That there was one, and when."""
    await keep(session, envelope, kind=Kind.SECRET_REFUSAL, id=event.refusal.id, facts={"day": day_of(event.refusal.time)})


_OWN: Handlers = {
    directive.DirectivePublished: on_published,
    directive.SecretRefused: on_secret_refused,
    assignment.AssignmentVerified: on_verified,
    assignment.InspectionChanged: on_inspection,
    assignment.InquiryChanged: on_inquiry,
    assignment.UnitRegulationChanged: on_unit_regulation,
}


def beside(others: Handlers) -> Handlers:
    """The others' handlers, and these after them."""
    return {**others, **{kind: chained(others.get(kind), own) for kind, own in _OWN.items()}}
