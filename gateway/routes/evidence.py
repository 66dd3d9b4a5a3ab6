"""Files of evidence, on their way up and down."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import BinaryIO
from uuid import UUID, uuid5

from fastapi import APIRouter
from starlette.datastructures import UploadFile
from starlette.responses import Response
from ykcd.assignment.v1.assignment_pb2 import (
    DownloadEvidenceRequest,
    Evidence,
    EvidenceHeader,
    UploadEvidenceRequest,
)

from gateway.bodies import name_of
from gateway.downloads import streamed
from gateway.visit import SignedInVisit, Visit
from kit.errors import InvalidArgument

router = APIRouter()
CHUNK_BYTES = 512 * 1024
# A slow line may take its time.
SECONDS = 300.0


@router.get("/assignments/{id}/evidence/{evidence_id}")
async def download(visit: SignedInVisit, id: UUID, evidence_id: UUID) -> Response:
    """As its unit sent it."""
    request = DownloadEvidenceRequest(assignment_id=str(id), evidence_id=str(evidence_id))
    return await streamed(visit, visit.services.assignment.DownloadEvidence, request, SECONDS, media_type="application/octet-stream")


async def upload(visit: Visit, assignment_id: UUID, file: UploadFile, request_id: str) -> Evidence:
    """Its checksum goes ahead of it. The same file of the same form is one upload, however often it is sent."""
    try:
        form_id = UUID(request_id)
    except ValueError:
        raise InvalidArgument.field("request_id", "REQUEST_ID_INVALID", "Biểu mẫu không hợp lệ; vui lòng tải lại trang.") from None
    digest = await asyncio.to_thread(_sha256, file.file)
    name = name_of(file)
    header = EvidenceHeader(
        request_id=str(uuid5(form_id, f"{name} {digest}")),
        assignment_id=str(assignment_id),
        file_name=name,
        sha256=digest,
        size=file.size or 0,
    )
    return await visit.call(visit.services.assignment.UploadEvidence, _parts(header, file), SECONDS)


def _sha256(file: BinaryIO) -> str:
    file.seek(0)
    return hashlib.file_digest(file, "sha256").hexdigest()


async def _parts(header: EvidenceHeader, file: UploadFile) -> AsyncIterator[UploadEvidenceRequest]:
    yield UploadEvidenceRequest(header=header)
    await file.seek(0)
    while chunk := await file.read(CHUNK_BYTES):
        yield UploadEvidenceRequest(chunk=chunk)
