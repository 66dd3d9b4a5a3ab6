"""Files of evidence, on their way up and down."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import BinaryIO
from urllib.parse import quote
from uuid import UUID, uuid5

from fastapi import APIRouter
from starlette.datastructures import UploadFile
from starlette.responses import Response, StreamingResponse
from ykcd.assignment.v1.assignment_pb2 import (
    DownloadEvidenceRequest,
    DownloadEvidenceResponse,
    Evidence,
    EvidenceHeader,
    UploadEvidenceRequest,
)

from gateway.bodies import name_of
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
    parts = visit.caller.stream(visit.services.assignment.DownloadEvidence, request, SECONDS)
    header = (await anext(parts)).header
    headers = to_save(header.file_name) | {"Content-Length": str(header.size)}
    return StreamingResponse(_chunks(parts), media_type="application/octet-stream", headers=headers)


def to_save(name: str) -> dict[str, str]:
    """The headers of a file that is always saved, never shown: what others wrote mustn't run here."""
    return {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }


async def _chunks(parts: AsyncIterator[DownloadEvidenceResponse]) -> AsyncIterator[bytes]:
    async with aclosing(parts):  # type: ignore[type-var]
        async for part in parts:
            yield part.chunk


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
