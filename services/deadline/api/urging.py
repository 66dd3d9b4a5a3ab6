"""Notices, what follows them, and what tasks without a deadline owe."""

from datetime import date
from typing import Any
from uuid import UUID

from ykcd.deadline.v1 import urging_pb2 as pb
from ykcd.deadline.v1 import urging_pb2_grpc

from kit.clock import local_date
from kit.copies import working_calendar
from kit.dates import optional_date, to_date
from kit.errors import InvalidArgument
from kit.ids import optional_uuid
from kit.page import Page
from kit.rpc import Call, Servicer, read, write
from services.deadline.convert import escalation_to_proto, notice_to_proto, obligation_to_proto
from services.deadline.model import Escalation, Obligation, UrgingNotice
from services.deadline.model.escalation import Direction
from services.deadline.queries import obligations
from services.deadline.queries import urging as queries
from services.deadline.service import urging as service


def _target(call: Call, request: Any) -> dict[str, Any]:
    """What every act names."""
    return {"id": UUID(request.id), "expected_version": request.expected_version, "now": call.now}


def _written(request: Any, field: str) -> str:
    """Blanks are nothing."""
    text = getattr(request, field).strip()
    if not text:
        raise InvalidArgument.field(field, "TEXT_MISSING", "Bắt buộc nhập.")
    return text


async def _shown(call: Call, *notices: UrgingNotice) -> list[pb.UrgingNotice]:
    calendar = await working_calendar(call.session)
    return [notice_to_proto(notice, calendar, local_date(call.now), call.actor) for notice in notices]


class UrgingService(Servicer, urging_pb2_grpc.UrgingServiceServicer):
    @read
    async def ListUrgingNotices(self, call: Call, request: pb.ListUrgingNoticesRequest) -> pb.ListUrgingNoticesResponse:
        filter = (sorted(set(request.states)), request.assignment_id, request.unit_id, request.specialist_id)
        page = Page(call, request, *filter, key=(UUID,))
        where = _states(UrgingNotice, request) + _same(UrgingNotice, request, "assignment_id", "unit_id")
        if request.specialist_id:
            where.append(queries.followed_by(UUID(request.specialist_id)))
        rows, total = await queries.notices(call.session, call.actor, *where, after=page.after and page.after[0], limit=page.limit)
        shown, token = page.cut(rows, lambda row: (row.id,))
        return pb.ListUrgingNoticesResponse(notices=await _shown(call, *shown), next_page_token=token, total_count=total)

    @read
    async def GetUrgingNotice(self, call: Call, request: pb.GetUrgingNoticeRequest) -> pb.UrgingNotice:
        (shown,) = await _shown(call, await queries.urging_notice(call.session, call.actor, UUID(request.id)))
        return shown

    @write
    async def IssueUrgingNotice(self, call: Call, request: pb.IssueUrgingNoticeRequest) -> pb.UrgingNotice:
        ask = {"settings": self.runtime.settings, "proof": call.proof}
        (shown,) = await _shown(call, await service.issue(call.session, call.actor, **ask, **_target(call, request)))
        return shown

    @write
    async def AcknowledgeUrgingNotice(self, call: Call, request: pb.AcknowledgeUrgingNoticeRequest) -> pb.UrgingNotice:
        answer = request.answer.strip()
        (shown,) = await _shown(call, await service.acknowledge(call.session, call.actor, answer=answer, **_target(call, request)))
        return shown

    @read
    async def ListEscalations(self, call: Call, request: pb.ListEscalationsRequest) -> pb.ListEscalationsResponse:
        page = Page(call, request, sorted(set(request.states)), request.assignment_id, key=(UUID,))
        where = _states(Escalation, request) + _same(Escalation, request, "assignment_id")
        rows, total = await queries.escalations(call.session, call.actor, *where, after=page.after and page.after[0], limit=page.limit)
        shown, token = page.cut(rows, lambda row: (row.id,))
        told = [escalation_to_proto(row, call.actor) for row in shown]
        return pb.ListEscalationsResponse(escalations=told, next_page_token=token, total_count=total)

    @read
    async def GetEscalation(self, call: Call, request: pb.GetEscalationRequest) -> pb.Escalation:
        return escalation_to_proto(await queries.escalation_of(call.session, call.actor, UUID(request.id)), call.actor)

    @write
    async def ReportEscalation(self, call: Call, request: pb.ReportEscalationRequest) -> pb.Escalation:
        about = {"number": _written(request, "report_number"), "day": to_date(request.report_date, "report_date")}
        target = _target(call, request)
        matter = await service.report(call.session, call.actor, note=request.note.strip(), **about, **target)
        return escalation_to_proto(matter, call.actor)

    @write
    async def DirectEscalation(self, call: Call, request: pb.DirectEscalationRequest) -> pb.Escalation:
        direction = Direction(
            kind=request.direction,
            text=_written(request, "text"),
            number=request.decision.number.strip(),
            signer=request.decision.signer.strip(),
            new_due_date=optional_date(request, "new_due_date"),
            new_unit_id=optional_uuid(request.new_unit_id),
        )
        more = {"direction": direction, "new_specialist_id": request.new_specialist_id}
        return escalation_to_proto(await service.direct(call.session, call.actor, **more, **_target(call, request)), call.actor)

    @write
    async def CloseEscalation(self, call: Call, request: pb.CloseEscalationRequest) -> pb.Escalation:
        note = _written(request, "note")
        return escalation_to_proto(await service.close(call.session, call.actor, note=note, **_target(call, request)), call.actor)

    @read
    async def ListObligations(self, call: Call, request: pb.ListObligationsRequest) -> pb.ListObligationsResponse:
        filter = (sorted(set(request.states)), request.assignment_id, request.unit_id, request.year)
        page = Page(call, request, *filter, key=(date.fromisoformat, UUID))
        where = _states(Obligation, request) + _same(Obligation, request, "assignment_id", "unit_id")
        if request.year:
            where.append(Obligation.year == request.year)
        rows = await obligations.obligations(call.session, call.actor, *where, after=page.after, limit=page.limit)
        shown, token = page.cut(rows, lambda row: (row.period_end, row.id))
        return pb.ListObligationsResponse(obligations=[obligation_to_proto(row) for row in shown], next_page_token=token)


def _states(table: Any, request: Any) -> list[Any]:
    return [table.state.in_(request.states)] if request.states else []


def _same(table: Any, request: Any, *fields: str) -> list[Any]:
    return [getattr(table, field) == UUID(getattr(request, field)) for field in fields if getattr(request, field)]
