"""The gRPC door: proto in, use case, proto out."""

from collections.abc import AsyncGenerator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from ykcd.reporting.v1 import report_pb2 as pb
from ykcd.reporting.v1 import report_pb2_grpc

from kit.dates import from_date, from_time, optional_date, to_date, to_time
from kit.errors import InvalidArgument
from kit.identity import OFFICE_ROLES, UNIT_ROLES
from kit.ids import optional_uuid
from kit.page import Page
from kit.rpc import Call, Servicer, read, watch, write
from services.reporting.forms.convert import FORMATS, file_parts
from services.reporting.forms.paper import Format
from services.reporting.forms.render import rendered
from services.reporting.forms.service import template_in_force
from services.reporting.periodic import layout, queries, service
from services.reporting.periodic.convert import row_to_proto, summary, whole
from services.reporting.periodic.model import NOTE_FIELDS, Report
from services.reporting.periodic.periods import Period

READERS = (*OFFICE_ROLES, "evaluator", *UNIT_ROLES)


class ReportService(Servicer, report_pb2_grpc.ReportServiceServicer):
    @write
    async def ComposeReport(self, call: Call, request: pb.ComposeReportRequest) -> pb.Report:
        made = await service.begin(
            self.runtime,
            call.session,
            call.actor,
            form=request.form,
            period=Period.read(request.period),
            as_of=_as_of(request),
            now=call.now,
        )
        return await self._whole(call, made)

    @write
    async def RecomposeReport(self, call: Call, request: pb.RecomposeReportRequest) -> pb.Report:
        return await self._whole(
            call, await service.recompose(self.runtime, call.session, call.actor, as_of=_as_of(request), **_target(call, request))
        )

    @write
    async def EditReport(self, call: Call, request: pb.EditReportRequest) -> pb.Report:
        general_text = request.general_text.strip() if request.HasField("general_text") else None
        notes = {note.assignment_id: [getattr(note, name).strip() for name in NOTE_FIELDS] for note in request.notes}
        told: dict[str, Any] = {"general_text": general_text, "notes": notes}
        return await self._whole(call, await service.edit(self.runtime, call.session, call.actor, **told, **_target(call, request)))

    @write
    async def SignReport(self, call: Call, request: pb.SignReportRequest) -> pb.Report:
        return await self._whole(call, await service.sign(self.runtime, call.session, call.actor, **_target(call, request)))

    @write
    async def SendReport(self, call: Call, request: pb.SendReportRequest) -> pb.Report:
        return await self._whole(call, await service.send(call.session, call.actor, number=request.number, **_target(call, request)))

    @write
    async def GiveBackReport(self, call: Call, request: pb.GiveBackReportRequest) -> pb.Report:
        reason = request.reason.strip()
        if not reason:
            raise InvalidArgument.field("reason", "REASON_MISSING", "Bắt buộc nhập.")
        given = await service.give_back(call.session, call.actor, reason=reason, **_target(call, request))
        # What is a unit's draft again is no more the Office's to read.
        return await self._whole(call, given) if given.unit_id in (None, call.actor.unit_id) else summary(given)

    @write
    async def IssueReport(self, call: Call, request: pb.IssueReportRequest) -> pb.Report:
        told: dict[str, Any] = {"number": request.number, "issue_date": to_date(request.issue_date, "issue_date")}
        return await self._whole(call, await service.issue(call.session, call.actor, **told, **_target(call, request)))

    @read
    async def GetReport(self, call: Call, request: pb.GetReportRequest) -> pb.Report:
        call.actor.require(*READERS)
        return await self._whole(call, await queries.report(call.session, call.actor, UUID(request.id)))

    @read
    async def ListReports(self, call: Call, request: pb.ListReportsRequest) -> pb.ListReportsResponse:
        call.actor.require(*READERS)
        forms, states = sorted(set(request.forms)), sorted(set(request.states))
        page = Page(call, request, forms, states, request.unit_id, key=(date.fromisoformat, UUID))
        unit_id = optional_uuid(request.unit_id)
        asked: dict[str, Any] = {"forms": forms, "states": states, "unit_id": unit_id, "after": page.after, "limit": page.limit}
        rows = await queries.reports(call.session, call.actor, **asked)
        names = await queries.present_names(call.session)
        shown, token = page.cut(rows, lambda row: (row.last_day, row.id))
        reports = [summary(row, unit_name=names.get(row.unit_id, "")) for row in shown]
        return pb.ListReportsResponse(reports=reports, next_page_token=token)

    @read
    async def ListReportRows(self, call: Call, request: pb.ListReportRowsRequest) -> pb.ListReportRowsResponse:
        call.actor.require(*READERS)
        found = await queries.report(call.session, call.actor, UUID(request.id))
        rows = (await service.content(self.runtime, found)).get("rows", [])
        page = Page(call, request, request.id, found.version, key=(int,))
        first = page.after[0] + 1 if page.after else 0
        places = list(enumerate(rows))[first : first + page.limit]
        shown, token = page.cut(places, lambda place: (place[0],))
        return pb.ListReportRowsResponse(
            rows=[row_to_proto(row) for _, row in shown], next_page_token=token, total_count=len(rows), version=found.version
        )

    @read
    async def ListUnitReports(self, call: Call, request: pb.ListUnitReportsRequest) -> pb.ListUnitReportsResponse:
        found = await service.standings(self.runtime, call.actor, period=Period.read(request.period), now=call.now)
        return pb.ListUnitReportsResponse(units=[_standing(each) for each in found])

    @write
    async def OpenUnitReports(self, call: Call, request: pb.OpenUnitReportsRequest) -> pb.OpenUnitReportsResponse:
        opened = await service.ask(
            self.runtime,
            call.session,
            call.actor,
            period=Period.read(request.period),
            unit_ids=[UUID(id) for id in request.unit_ids],
            due=optional_date(request, "due_date"),
            now=call.now,
        )
        return pb.OpenUnitReportsResponse(opened=[_standing(each) for each in opened])

    @write
    async def UrgeUnitReport(self, call: Call, request: pb.UrgeUnitReportRequest) -> pb.UnitReport:
        urged = await service.urge(
            call.session,
            call.actor,
            id=UUID(request.report_id),
            expected_version=request.expected_version,
            text=request.text.strip(),
            now=call.now,
        )
        return _standing(await service.standing_of(call.session, urged, now=call.now))

    @watch
    async def GetReportFile(self, entrance: Any, request: pb.GetReportFileRequest) -> AsyncGenerator[pb.GetReportFileResponse]:
        async with entrance.transaction() as call:
            call.actor.require(*READERS)
            found = await queries.report(call.session, call.actor, UUID(request.id))
            paper, name = layout.paper(found, await service.content(self.runtime, found))
            format = FORMATS[request.format]
            template = await template_in_force(call.session, paper.form) if format is Format.DOCX else None
        file = await rendered(paper, format, template)
        for part in file_parts(pb.GetReportFileResponse, name, format, file):
            yield part

    async def _whole(self, call: Call, report: Report) -> pb.Report:
        return whole(report, await service.content(self.runtime, report), call.actor)


def _as_of(request: Any) -> datetime | None:
    return to_time(request.as_of_time) if request.HasField("as_of_time") else None


def _target(call: Call, request: Any) -> dict[str, Any]:
    """What every step names."""
    return {"id": UUID(request.id), "expected_version": request.expected_version, "now": call.now}


def _standing(each: service.Standing) -> pb.UnitReport:
    of: dict[str, Any] = {
        "unit_id": str(each.unit_id),
        "unit_name": each.unit_name,
        "due_date": from_date(each.due_date),
        "late": each.late,
    }
    report = each.report
    if report is None:
        return pb.UnitReport(**of)
    times = {"send_time": from_time(report.send_time), "urge_time": from_time(report.urge_time)}
    stands = {"report_id": str(report.id), "version": report.version, "state": report.state, "urge_count": report.urge_count}
    return pb.UnitReport(**of, **stands, **times)
