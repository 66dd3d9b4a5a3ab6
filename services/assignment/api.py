"""The gRPC doors: proto in, use case, proto out."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.assignment.v1 import assignment_pb2_grpc

from kit import db
from kit.dates import optional_date, to_date
from kit.errors import Aborted, InvalidArgument
from kit.ids import optional_uuid
from kit.page import Page
from kit.rpc import Call, Servicer, read, receive, watch, write
from kit.rpc.validation import validate
from services.assignment import files, queries
from services.assignment.convert import evidence_to_proto, plan_step, succession_to_proto, successors_of, task_to_proto
from services.assignment.filetypes import clean_name
from services.assignment.model import Assignment, Result
from services.assignment.records import Decision, Delegation, Evidence
from services.assignment.service import acts, evidence
from services.assignment.service.acts import Target

# A slow line gets this long for 50 MB; then the room is needed for others.
UPLOAD_SECONDS = 600
PREVIEWED = 200


async def _shown(call: Call, assignment: Assignment) -> pb.Assignment:
    view = await queries.view(call.session, [assignment], call.now, call.actor)
    return view.whole(assignment)


def _target(call: Call, request: Any) -> tuple[Any, Any, Target]:
    """What every act begins with: the session, the actor, and what it's about."""
    return call.session, call.actor, Target(UUID(request.id), request.expected_version, call.now)


async def _act(call: Call, request: Any, action: int, **words: Any) -> pb.Assignment:
    return await _shown(call, await acts.act(*_target(call, request), action=action, **words))


class AssignmentService(Servicer, assignment_pb2_grpc.AssignmentServiceServicer):
    @read
    async def GetAssignment(self, call: Call, request: pb.GetAssignmentRequest) -> pb.Assignment:
        return await _shown(call, await queries.assignment(call.session, call.actor, UUID(request.id)))

    @read
    async def GetTask(self, call: Call, request: pb.GetTaskRequest) -> pb.TaskStatus:
        parts = await queries.task_parts(call.session, call.actor, UUID(request.task_id))
        return task_to_proto(UUID(request.task_id), parts, await queries.view(call.session, parts, call.now, call.actor))

    @read
    async def ListAssignments(self, call: Call, request: pb.ListAssignmentsRequest) -> pb.ListAssignmentsResponse:
        page = Page(call, request, sorted(set(request.states)), key=(datetime.fromisoformat, UUID))
        rows = await queries.assignments(call.session, call.actor, states=request.states, after=page.after, limit=page.limit)
        shown, token = page.cut(rows, lambda row: (row.update_time, row.id))
        view = await queries.view(call.session, shown, call.now, call.actor)
        return pb.ListAssignmentsResponse(assignments=[view.summary(row) for row in shown], next_page_token=token)

    @read
    async def PreviewSuccession(self, call: Call, request: pb.PreviewSuccessionRequest) -> pb.PreviewSuccessionResponse:
        successors = successors_of(request.successors)
        rows = await queries.open_by_field(call.session, call.actor, UUID(request.unit_id))
        parts = await queries.open_of_unit(call.session, call.actor, UUID(request.unit_id), PREVIEWED)
        view = await queries.view(call.session, parts, call.now, call.actor)
        return succession_to_proto(rows, successors, [view.summary(part) for part in parts])

    @read
    async def CheckUrgeable(self, call: Call, request: pb.CheckUrgeableRequest) -> pb.Assignment:
        about = {"id": UUID(request.id), "expected_version": request.expected_version}
        return await _shown(call, await acts.check_urgeable(call.session, call.actor, **about))

    @write
    async def AcceptAssignment(self, call: Call, request: pb.AcceptAssignmentRequest) -> pb.Assignment:
        return await _act(call, request, pb.ACTION_ACCEPT)

    @write
    async def DelegateAssignment(self, call: Call, request: pb.DelegateAssignmentRequest) -> pb.Assignment:
        to = Delegation(
            leader_id=UUID(request.leader_id),
            officer_ids=[UUID(id) for id in request.officer_ids],
            internal_due_date=optional_date(request, "internal_due_date"),
            note=request.note.strip(),
        )
        return await _shown(call, await acts.delegate(*_target(call, request), to=to))

    @write
    async def SetPlan(self, call: Call, request: pb.SetPlanRequest) -> pb.Assignment:
        steps = [plan_step(step, f"steps[{index}]") for index, step in enumerate(request.steps)]
        return await _shown(call, await acts.set_plan(*_target(call, request), steps=steps))

    @write
    async def ConfirmAggregator(self, call: Call, request: pb.ConfirmAggregatorRequest) -> pb.Assignment:
        unit_id = UUID(request.aggregating_unit_id)
        return await _shown(call, await acts.confirm_aggregator(*_target(call, request), unit_id=unit_id))

    @write
    async def ReportProgress(self, call: Call, request: pb.ReportProgressRequest) -> pb.Assignment:
        kind = request.kind or pb.REPORT_KIND_PROGRESS
        return await _act(call, request, pb.ACTION_REPORT_PROGRESS, content=request.content, kind=kind)

    @write
    async def DraftReport(self, call: Call, request: pb.DraftReportRequest) -> pb.Assignment:
        result = _result(request, optional_date(request, "completed_on"), request.content.strip())
        drafted = await acts.draft_report(*_target(call, request), result=result, evidence_ids=_ids(request.evidence_ids))
        return await _shown(call, drafted)

    @write
    async def ReportDone(self, call: Call, request: pb.ReportDoneRequest) -> pb.Assignment:
        result = _result(request, to_date(request.completed_on, "completed_on"), _written(request))
        done = await acts.report_done(*_target(call, request), result=result, evidence_ids=_ids(request.evidence_ids))
        return await _shown(call, done)

    @write
    async def WithdrawReport(self, call: Call, request: pb.WithdrawReportRequest) -> pb.Assignment:
        return await _act(call, request, pb.ACTION_WITHDRAW_REPORT, reason=request.reason)

    @write
    async def RecordPaperReport(self, call: Call, request: pb.RecordPaperReportRequest) -> pb.Assignment:
        day = optional_date(request.document, "issue_date", "document.issue_date")
        number = request.document.number.strip()
        return await _act(call, request, pb.ACTION_RECORD_PAPER_REPORT, number=number, issue_date=day)

    @write
    async def ReviewReport(self, call: Call, request: pb.ReviewReportRequest) -> pb.Assignment:
        verdict = {"report_id": UUID(request.report_id), "accepted": request.accepted, "reason": request.reason}
        return await _act(call, request, pb.ACTION_REVIEW_REPORT, **verdict)

    @write
    async def VerifyAssignment(self, call: Call, request: pb.VerifyAssignmentRequest) -> pb.Assignment:
        correction = {"completed_on": optional_date(request, "completed_on"), "reason": request.reason}
        return await _shown(call, await acts.verify(*_target(call, request), **correction))

    @write
    async def SendBackAssignment(self, call: Call, request: pb.SendBackAssignmentRequest) -> pb.Assignment:
        return await _act(call, request, pb.ACTION_SEND_BACK, reason=request.reason)

    @write
    async def ReopenAssignment(self, call: Call, request: pb.ReopenAssignmentRequest) -> pb.Assignment:
        reopened = await acts.reopen(*_target(call, request), reason=request.reason, decision=_decision(request))
        return await _shown(call, reopened)

    @write
    async def RequestExtension(self, call: Call, request: pb.RequestExtensionRequest) -> pb.Assignment:
        asked = {"new_due_date": to_date(request.new_due_date, "new_due_date"), "reason": request.reason, "late": request.late}
        return await _shown(call, await acts.request_extension(*_target(call, request), **asked))

    @write
    async def WithdrawExtension(self, call: Call, request: pb.WithdrawExtensionRequest) -> pb.Assignment:
        return await _act(call, request, pb.ACTION_WITHDRAW_EXTENSION, reason=request.reason)

    @write
    async def DecideExtension(self, call: Call, request: pb.DecideExtensionRequest) -> pb.Assignment:
        decided = await acts.decide_extension(
            *_target(call, request),
            approved=request.approved,
            decision=_decision(request),
            new_due_date=optional_date(request, "new_due_date"),
            reason=request.reason,
        )
        return await _shown(call, decided)

    @write
    async def RequestReturn(self, call: Call, request: pb.RequestReturnRequest) -> pb.Assignment:
        return await _act(call, request, pb.ACTION_REQUEST_RETURN, reason=request.reason)

    @write
    async def AdjustAssignment(self, call: Call, request: pb.AdjustAssignmentRequest) -> pb.Assignment:
        after = {"content": request.content, "due_date": optional_date(request, "due_date"), "due_exclusive": request.due_exclusive}
        return await _act(call, request, pb.ACTION_ADJUST, reason=request.reason, **after)

    @write
    async def ForwardAssignment(self, call: Call, request: pb.ForwardAssignmentRequest) -> pb.Assignment:
        forwarded = await acts.forward(
            *_target(call, request),
            unit_id=UUID(request.unit_id),
            field_id=optional_uuid(request.field_id),
            specialist_id=optional_uuid(request.specialist_id),
            reason=request.reason,
            registry=self.runtime.settings.directive_address,  # type: ignore[attr-defined]
            proof=call.proof,
        )
        return await _shown(call, forwarded)

    @write
    async def DenyReturn(self, call: Call, request: pb.DenyReturnRequest) -> pb.Assignment:
        return await _act(call, request, pb.ACTION_DENY_RETURN, reason=request.reason)

    @write
    async def NameSpecialist(self, call: Call, request: pb.NameSpecialistRequest) -> pb.Assignment:
        named = await acts.name_specialist(*_target(call, request), specialist_id=UUID(request.specialist_id), reason=request.reason)
        return await _shown(call, named)

    @write
    async def CancelAssignment(self, call: Call, request: pb.CancelAssignmentRequest) -> pb.Assignment:
        return await _act(call, request, pb.ACTION_CANCEL, reason=request.reason, decision=_decision(request))

    @receive
    async def UploadEvidence(self, entrance: Any, requests: AsyncIterator[pb.UploadEvidenceRequest]) -> pb.Evidence:
        try:
            async with asyncio.timeout(UPLOAD_SECONDS):
                return await self._upload(entrance, requests)
        except TimeoutError:
            raise Aborted(reason="UPLOAD_TIMED_OUT", message="Tải tệp quá lâu. Vui lòng tải lại.") from None

    async def _upload(self, entrance: Any, requests: AsyncIterator[pb.UploadEvidenceRequest]) -> pb.Evidence:
        header = await _header(requests)
        file = Evidence(
            id=db.new_id(),
            request_id=UUID(header.request_id),
            assignment_id=UUID(header.assignment_id),
            file_name=clean_name(header.file_name),
            size=header.size,
            sha256=header.sha256,
        )
        async with entrance.transaction() as call:
            earlier = await evidence.earlier_upload(call.session, call.actor, file=file)
        if earlier is not None:
            return evidence_to_proto(earlier)
        with files.Spool(size=file.size, sha256=file.sha256) as spool:
            await _fill(spool, requests)
            file.content_type = await asyncio.to_thread(spool.check, file.file_name)
            async with entrance.transaction() as call:
                await evidence.begin_upload(call.session, call.actor, id=file.id, now=call.now)
            await files.put(self.runtime.settings, file.id, spool.file)
        async with entrance.transaction() as call:
            kept = await evidence.keep_upload(call.session, call.actor, file=file, now=call.now)
        return evidence_to_proto(kept)

    @watch
    async def DownloadEvidence(self, entrance: Any, request: pb.DownloadEvidenceRequest) -> AsyncIterator[pb.DownloadEvidenceResponse]:
        async with entrance.transaction() as call:
            wanted = {"assignment_id": UUID(request.assignment_id), "id": UUID(request.evidence_id)}
            file = await evidence.open_evidence(call.session, call.actor, **wanted)
        pieces = await files.fetch(self.runtime.settings, file.id)
        yield pb.DownloadEvidenceResponse(header=evidence_to_proto(file))
        async for piece in pieces:
            yield pb.DownloadEvidenceResponse(chunk=piece)


def _ids(ids: Iterable[str]) -> list[UUID]:
    return [UUID(id) for id in ids]


def _result(request: Any, completed_on: date | None, content: str) -> Result:
    day = optional_date(request.document, "issue_date", "document.issue_date")
    return Result(completed_on, content, document_number=request.document.number.strip(), document_date=day)


def _decision(request: Any) -> Decision | None:
    return Decision(request.decision.number, request.decision.signer) if request.HasField("decision") else None


def _written(request: Any) -> str:
    """Blanks are no report."""
    content = request.content.strip()
    if not content:
        raise InvalidArgument.field("content", "CONTENT_MISSING", "Bắt buộc nhập.")
    return content


async def _header(requests: AsyncIterator[pb.UploadEvidenceRequest]) -> pb.EvidenceHeader:
    async for first in requests:
        validate(first)
        if first.WhichOneof("part") == "header":
            return first.header
        break
    raise InvalidArgument.field("header", "HEADER_MISSING", "Phần đầu của tệp phải được gửi trước.")


async def _fill(spool: files.Spool, requests: AsyncIterator[pb.UploadEvidenceRequest]) -> None:
    async for message in requests:
        validate(message)
        if message.WhichOneof("part") != "chunk":
            raise InvalidArgument.field("chunk", "CHUNK_EXPECTED", "Chỉ gửi phần đầu của tệp một lần.")
        spool.write(message.chunk)
