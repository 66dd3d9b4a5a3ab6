"""Others' events that this service applies: each finds its rule (rules.RULES), and what the rule speaks of."""

from typing import Any
from uuid import UUID, uuid5

from google.protobuf.message import Message
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.assignment.v1 import event_pb2 as assignment
from ykcd.deadline.v1 import event_pb2 as deadline
from ykcd.directive.v1.event_pb2 import AbsenceChanged, MembershipChanged, UnitDissolved
from ykcd.event.v1.envelope_pb2 import Envelope
from ykcd.notification.v1 import notification_pb2 as n
from ykcd.reporting.v1.event_pb2 import PeriodicReportChanged

from kit import copies
from kit.dates import to_date
from kit.events import Handlers, carrying
from kit.ids import optional_uuid
from services.notification import service
from services.notification.rules import About, excerpt, rule_of

# Ids of digests are made under it.
OBLIGATIONS = UUID("0f6d4f3e-6f6c-5b0a-9d0e-7a1c2b3d4e5f")
QUARTERS = ("", "I", "II", "III", "IV")


async def on_assignment(session: AsyncSession, event: Any, envelope: Envelope) -> None:
    """Each carries the whole assignment, which is followed whether or not anybody is told."""
    about = await service.follow(session, event.assignment)
    await _tell(session, event, envelope, about=about.about())


async def on_deadline_missed(session: AsyncSession, event: deadline.DeadlineMissed, envelope: Envelope) -> None:
    """Tells of the clock alone: who is concerned is known from the assignment."""
    await _tell_around(session, event, envelope, assignment_id=event.deadline.assignment_id)


async def on_notice(session: AsyncSession, event: Any, envelope: Envelope) -> None:
    """Đ8.1.e."""
    told = event.notice
    subject = n.NOTIFICATION_SUBJECT_URGING_NOTICE, UUID(told.id)
    words = {"ordinal": told.ordinal, "number": told.number}
    await _tell_around(session, event, envelope, told.state, assignment_id=told.assignment_id, subject=subject, **words)


async def on_escalation(session: AsyncSession, event: Any, envelope: Envelope) -> None:
    """Đ8.1.e."""
    told = event.escalation
    subject = n.NOTIFICATION_SUBJECT_ESCALATION, UUID(told.id)
    await _tell_around(session, event, envelope, assignment_id=told.assignment_id, subject=subject)


async def on_obligation(session: AsyncSession, event: Any, envelope: Envelope) -> None:
    """Đ7.2.c."""
    told = event.obligation
    await _tell_around(session, event, envelope, assignment_id=told.assignment_id, period=_quarter(told))


async def on_obligation_opened(session: AsyncSession, event: deadline.ObligationOpened, envelope: Envelope) -> None:
    """Đ7.2.c: one digest per unit and quarter, however many tasks of it owe an update."""
    told = event.obligation
    body = f"Hạn cập nhật: hết ngày {_date(told.period_end)}."
    about = About(body, words={"period": _quarter(told)}, unit_id=UUID(told.unit_id))
    digest = uuid5(OBLIGATIONS, f"{told.unit_id}/{told.year}/{told.quarter}")
    await _tell(session, event, envelope, about=about, digest=digest)


async def on_obstacle(session: AsyncSession, event: assignment.ObstacleChanged, envelope: Envelope) -> None:
    """Đ8.1.b."""
    told = event.obstacle
    subject = n.NOTIFICATION_SUBJECT_OBSTACLE, UUID(told.id)
    await _tell_around(session, event, envelope, told.state, assignment_id=told.assignment_id, subject=subject)


async def on_inspection(session: AsyncSession, event: assignment.InspectionChanged, envelope: Envelope) -> None:
    """Đ8.1.c."""
    told = event.inspection
    subject = n.NOTIFICATION_SUBJECT_INSPECTION, UUID(told.id)
    words = {"period": f"từ ngày {_date(told.visit_from)} đến ngày {_date(told.visit_to)}"}
    about = About(excerpt(told.title), words=words, unit_id=UUID(told.unit_id), subject=subject)
    await _tell(session, event, envelope, told.state, about=about)


async def on_inquiry(session: AsyncSession, event: assignment.InquiryChanged, envelope: Envelope) -> None:
    """Đ8.1.d, Đ9.1, Đ13."""
    told = event.inquiry
    concerned = await service.known(session, UUID(told.assignment_id)) if told.assignment_id else None
    about = About(
        excerpt(told.subject),
        person_id=UUID(told.author_id),
        specialist_id=concerned.specialist_id if concerned else None,
        subject=(n.NOTIFICATION_SUBJECT_INQUIRY, UUID(told.id)),
    )
    await _tell(session, event, envelope, told.state, told.kind, about=about)


async def on_deadlines_moved(session: AsyncSession, event: deadline.DeadlinesMoved, envelope: Envelope) -> None:
    """Regulation §3: `deadline` has summed up per unit already."""
    about = About(excerpt(event.source), words={"count": len(event.moved)}, unit_id=UUID(event.unit_id))
    await _tell(session, event, envelope, about=about)


async def on_secret_report_due(session: AsyncSession, event: deadline.SecretReportDue, envelope: Envelope) -> None:
    """Đ6.2."""
    about = About("Báo cáo bằng văn bản theo chế độ mật; không nhập vào hệ thống này.", words={"period": event.period})
    await _tell(session, event, envelope, about=about)


async def on_periodic_report(session: AsyncSession, event: PeriodicReportChanged, envelope: Envelope) -> None:
    """Đ9.4, Đ10.1: what the Office or the calendar asks of the unit."""
    told = event.report
    if told.history and told.history[-1].actor_unit_id == told.unit_id:
        # Its own doing.
        return
    said = [f"Hạn gửi: hết ngày {_date(told.due_date)}."] if told.HasField("due_date") else []
    said += [excerpt(told.history[-1].text)] if told.history and told.history[-1].text else []
    subject = n.NOTIFICATION_SUBJECT_PERIODIC_REPORT, UUID(told.id)
    unit_id = optional_uuid(told.unit_id)
    about = About(" ".join(said), words={"period": told.period_name}, unit_id=unit_id, subject=subject)
    await _tell(session, event, envelope, event.verb, about=about)


async def on_absence_changed(session: AsyncSession, event: AbsenceChanged, envelope: Envelope) -> None:
    """From its first day on the deputy is told what the absent person is told (queries.people)."""
    await copies.on_absence_changed(session, event, envelope)
    told = event.absence
    words = {"name": told.person_name, "first_day": _date(told.first_day), "last_day": _date(told.last_day)}
    await _tell(session, event, envelope, told.cancelled, about=About("", words=words, person_id=UUID(told.deputy_id)))


async def on_unit_dissolved(session: AsyncSession, event: UnitDissolved, envelope: Envelope) -> None:
    """D12."""
    about = About("Nhiệm vụ chưa hoàn thành chuyển cho đơn vị kế thừa.", words={"number": event.dissolution.decision_number})
    await _tell(session, event, envelope, about=about)


async def on_membership_changed(session: AsyncSession, event: MembershipChanged, envelope: Envelope) -> None:
    """Also wakes the person's streams, which look at their rights anew."""
    await copies.on_membership_changed(session, event, envelope)
    await service.wake(session, event.member.person_id)


async def _tell(session: AsyncSession, event: Message, envelope: Envelope, *facets: int, about: About, digest: UUID | None = None) -> None:
    rule = rule_of(type(event), *facets)
    if rule:
        await service.tell(session, rule, about, envelope, digest=digest)


async def _tell_around(session: AsyncSession, event: Message, envelope: Envelope, *facets: int, assignment_id: str, **more: Any) -> None:
    """Of something around an assignment; waits until that is known, if anybody is to be told."""
    rule = rule_of(type(event), *facets)
    if rule:
        concerned = await service.known(session, UUID(assignment_id))
        await service.tell(session, rule, concerned.about(**more), envelope)


def _date(value: Any) -> str:
    return f"{to_date(value, 'date'):%d/%m/%Y}"


def _quarter(told: Any) -> str:
    return f"quý {QUARTERS[told.quarter]}/{told.year}"


HANDLERS: Handlers = {
    **dict.fromkeys(carrying(assignment, "assignment"), on_assignment),
    assignment.ObstacleChanged: on_obstacle,
    assignment.InspectionChanged: on_inspection,
    assignment.InquiryChanged: on_inquiry,
    deadline.DeadlineMissed: on_deadline_missed,
    **dict.fromkeys(carrying(deadline, "notice"), on_notice),
    **dict.fromkeys(carrying(deadline, "escalation"), on_escalation),
    **dict.fromkeys(carrying(deadline, "obligation"), on_obligation),
    deadline.ObligationOpened: on_obligation_opened,
    deadline.DeadlinesMoved: on_deadlines_moved,
    deadline.SecretReportDue: on_secret_report_due,
    PeriodicReportChanged: on_periodic_report,
    AbsenceChanged: on_absence_changed,
    UnitDissolved: on_unit_dissolved,
    MembershipChanged: on_membership_changed,
}
