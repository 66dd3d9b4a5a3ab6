"""The gRPC door: proto in, use case, proto out."""

import asyncio
import hashlib
import io
from datetime import date, datetime, timedelta
from uuid import UUID

from ykcd.assignment.v1 import inquiry_pb2 as pb
from ykcd.assignment.v1 import inquiry_pb2_grpc

from kit import db
from kit.clock import local_date, start_of_day
from kit.dates import optional_date, to_date
from kit.errors import InvalidArgument, unavailable
from kit.identity import OFFICE_ROLES
from kit.ids import optional_uuid
from kit.page import Page
from kit.rpc import Call, Servicer, read, write
from services.assignment import files
from services.assignment.filetypes import clean_name, content_type
from services.assignment.inquiry import queries, service
from services.assignment.inquiry.convert import regulation_to_proto, statistics_to_proto, summary, whole
from services.assignment.inquiry.model import UnitRegulation
from services.assignment.matter import paged, target, written
from services.assignment.service.evidence import begin_upload

# For 3 MB; meanwhile a transaction waits.
STORE_SECONDS = 15
# Every unit of the province on one page.
REGULATIONS = 200


class InquiryService(Servicer, inquiry_pb2_grpc.InquiryServiceServicer):
    @write
    async def OpenInquiry(self, call: Call, request: pb.OpenInquiryRequest) -> pb.Inquiry:
        asked = await service.ask(
            call.session,
            call.actor,
            kind=request.kind,
            subject=written(request.subject, "subject"),
            body=written(request.body, "body"),
            assignment_id=optional_uuid(request.assignment_id),
            now=call.now,
        )
        return whole(asked, call.actor)

    @write
    async def AnswerInquiry(self, call: Call, request: pb.AnswerInquiryRequest) -> pb.Inquiry:
        answer = written(request.answer, "answer")
        return whole(await service.answer(call.session, call.actor, answer=answer, **target(call, request)), call.actor)

    @write
    async def SolveInquiry(self, call: Call, request: pb.SolveInquiryRequest) -> pb.Inquiry:
        note = request.note.strip()
        return whole(await service.solve(call.session, call.actor, note=note, **target(call, request)), call.actor)

    @write
    async def ReopenInquiry(self, call: Call, request: pb.ReopenInquiryRequest) -> pb.Inquiry:
        reason = written(request.reason, "reason")
        return whole(await service.reopen(call.session, call.actor, reason=reason, **target(call, request)), call.actor)

    @read
    async def GetInquiry(self, call: Call, request: pb.GetInquiryRequest) -> pb.Inquiry:
        return whole(await queries.inquiry(call.session, call.actor, UUID(request.id)), call.actor)

    @read
    async def ListInquiries(self, call: Call, request: pb.ListInquiriesRequest) -> pb.ListInquiriesResponse:
        query = (sorted(set(request.kinds)), sorted(set(request.states)))
        page = Page(call, request, *query, key=(datetime.fromisoformat, UUID))
        chosen = {"kinds": request.kinds, "states": request.states, "after": page.after, "limit": page.limit}
        rows = await queries.inquiries(call.session, call.actor, **chosen)
        shown, token = paged(page, rows, lambda row: summary(row, call.actor), lambda row: (row.update_time, row.id))
        return pb.ListInquiriesResponse(inquiries=shown, next_page_token=token)

    @read
    async def GetInquiryStatistics(self, call: Call, request: pb.GetInquiryStatisticsRequest) -> pb.InquiryStatistics:
        first, last = optional_date(request, "first_day"), optional_date(request, "last_day")
        if first and last and last < first:
            raise InvalidArgument.field("last_day", "DAYS_REVERSED", "Ngày cuối không được trước ngày đầu.")
        span = {"since": first and start_of_day(first), "before": last and start_of_day(last + timedelta(days=1))}
        return statistics_to_proto(await queries.statistics(call.session, call.actor, **span))

    @write
    async def PutUnitRegulation(self, call: Call, request: pb.PutUnitRegulationRequest) -> pb.UnitRegulation:
        made = _regulation(call, request, to_date(request.issue_date, "issue_date"))
        async with db.transaction(self.runtime.worker) as apart:
            # Known beforehand and for itself, so that the file of a put that fails below is found and swept.
            await begin_upload(apart, call.actor, id=made.id, now=call.now)
        try:
            async with asyncio.timeout(STORE_SECONDS):
                await files.put(self.runtime.settings, made.id, io.BytesIO(request.file))
        except TimeoutError:
            raise unavailable("files") from None
        return regulation_to_proto(await service.put_regulation(call.session, call.actor, made=made, now=call.now))

    @read
    async def GetUnitRegulationFile(self, call: Call, request: pb.GetUnitRegulationFileRequest) -> pb.GetUnitRegulationFileResponse:
        regulation = await queries.regulation(call.session, call.actor, UUID(request.id))
        try:
            async with asyncio.timeout(STORE_SECONDS):
                file = b"".join([piece async for piece in await files.fetch(self.runtime.settings, regulation.id)])
        except TimeoutError:
            raise unavailable("files") from None
        return pb.GetUnitRegulationFileResponse(file_name=regulation.file_name, content_type=regulation.content_type, file=file)

    @read
    async def ListUnitRegulations(self, call: Call, request: pb.ListUnitRegulationsRequest) -> pb.ListUnitRegulationsResponse:
        page = Page(call, request, key=(datetime.fromisoformat, UUID), size=REGULATIONS)
        rows = await queries.regulations(call.session, call.actor, after=page.after, limit=page.limit)
        shown, token = paged(page, rows, regulation_to_proto, lambda row: (row.create_time, row.id))
        answer = pb.ListUnitRegulationsResponse(unit_regulations=shown, next_page_token=token)
        if call.actor.has(*OFFICE_ROLES):
            missing = await queries.units_without_regulation(call.session, local_date(call.now))
            answer.missing_unit_ids.extend(str(id) for id in missing)
        return answer


def _regulation(call: Call, request: pb.PutUnitRegulationRequest, issue_date: date) -> UnitRegulation:
    UnitRegulation.require_keeper(call.actor)
    name = clean_name(request.file_name)
    return UnitRegulation.issued(
        call.actor,
        call.now,
        number=written(request.number, "number"),
        issue_date=issue_date,
        title=written(request.title, "title"),
        file_name=name,
        content_type=content_type(io.BytesIO(request.file), name, fields=("file_name", "file")),
        sha256=hashlib.sha256(request.file).hexdigest(),
    )
