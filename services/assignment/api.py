"""The gRPC doors: proto in, use case, proto out."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from uuid import UUID

from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.assignment.v1 import assignment_pb2_grpc

from kit import db, page
from kit.dates import optional_date, to_date
from kit.errors import Aborted, InvalidArgument
from kit.rpc import Call, Servicer, read, receive, watch, write
from kit.rpc.validation import validate
from services.assignment import files, queries, service
from services.assignment.convert import evidence_to_proto, task_to_proto
from services.assignment.filetypes import clean_name
from services.assignment.model import Assignment, Result
from services.assignment.records import Delegation, Evidence

# A slow line gets this long for 50 MB; then the room is needed for others.
UPLOAD_SECONDS = 600


async def _shown(call: Call, assignment: Assignment) -> pb.Assignment:
    view = await queries.view(call.session, [assignment], call.now, call.actor)
    return view.whole(assignment)


def _target(call: Call, request: Any) -> dict[str, Any]:
    """What every act names."""
    return {"id": UUID(request.id), "expected_version": request.expected_version, "now": call.now}


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
        bound = page.fingerprint(call.actor.person_id, call.actor.unit_id, sorted(set(request.states)))
        after = page.decode(request.page_token, bound, datetime.fromisoformat, UUID)
        size = page.size(request.page_size)
        rows = await queries.assignments(call.session, call.actor, states=request.states, after=after, limit=size + 1)
        token = page.encode(bound, rows[size - 1].update_time.isoformat(), str(rows[size - 1].id)) if len(rows) > size else ""
        view = await queries.view(call.session, rows[:size], call.now, call.actor)
        return pb.ListAssignmentsResponse(assignments=[view.summary(row) for row in rows[:size]], next_page_token=token)

    @write
    async def AcceptAssignment(self, call: Call, request: pb.AcceptAssignmentRequest) -> pb.Assignment:
        return await _shown(call, await service.accept(call.session, call.actor, **_target(call, request)))

    @write
    async def RequestReturn(self, call: Call, request: pb.RequestReturnRequest) -> pb.Assignment:
        returned = await service.request_return(call.session, call.actor, reason=request.reason, **_target(call, request))
        return await _shown(call, returned)

    @write
    async def DelegateAssignment(self, call: Call, request: pb.DelegateAssignmentRequest) -> pb.Assignment:
        to = Delegation(
            leader_id=UUID(request.leader_id),
            officer_ids=[UUID(id) for id in request.officer_ids],
            internal_due_date=optional_date(request, "internal_due_date"),
            note=request.note.strip(),
        )
        return await _shown(call, await service.delegate(call.session, call.actor, to=to, **_target(call, request)))

    @write
    async def ReportProgress(self, call: Call, request: pb.ReportProgressRequest) -> pb.Assignment:
        reported = await service.report_progress(call.session, call.actor, content=_written(request), **_target(call, request))
        return await _shown(call, reported)

    @write
    async def ReportDone(self, call: Call, request: pb.ReportDoneRequest) -> pb.Assignment:
        result = Result(
            completed_on=to_date(request.completed_on, "completed_on"),
            content=_written(request),
            document_number=request.document.number.strip(),
            document_date=optional_date(request.document, "issue_date", "document.issue_date"),
        )
        evidence_ids = [UUID(id) for id in request.evidence_ids]
        target = _target(call, request)
        return await _shown(call, await service.report_done(call.session, call.actor, result=result, evidence_ids=evidence_ids, **target))

    @write
    async def VerifyAssignment(self, call: Call, request: pb.VerifyAssignmentRequest) -> pb.Assignment:
        correction = {"completed_on": optional_date(request, "completed_on"), "reason": request.reason}
        return await _shown(call, await service.verify(call.session, call.actor, **correction, **_target(call, request)))

    @write
    async def SendBackAssignment(self, call: Call, request: pb.SendBackAssignmentRequest) -> pb.Assignment:
        return await _shown(call, await service.send_back(call.session, call.actor, reason=request.reason, **_target(call, request)))

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
            earlier = await service.earlier_upload(call.session, call.actor, file=file)
        if earlier is not None:
            return evidence_to_proto(earlier)
        with files.Spool(size=file.size, sha256=file.sha256) as spool:
            await _fill(spool, requests)
            file.content_type = await asyncio.to_thread(spool.check, file.file_name)
            async with entrance.transaction() as call:
                await service.begin_upload(call.session, call.actor, id=file.id, now=call.now)
            await files.put(self.runtime.settings, file.id, spool.file)
        async with entrance.transaction() as call:
            kept = await service.keep_upload(call.session, call.actor, file=file, now=call.now)
        return evidence_to_proto(kept)

    @watch
    async def DownloadEvidence(self, entrance: Any, request: pb.DownloadEvidenceRequest) -> AsyncIterator[pb.DownloadEvidenceResponse]:
        async with entrance.transaction() as call:
            wanted = {"assignment_id": UUID(request.assignment_id), "id": UUID(request.evidence_id)}
            file = await service.open_evidence(call.session, call.actor, **wanted)
        yield pb.DownloadEvidenceResponse(header=evidence_to_proto(file))
        async for piece in files.stream(self.runtime.settings, file.id):
            yield pb.DownloadEvidenceResponse(chunk=piece)


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
