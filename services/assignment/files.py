"""Where evidence and units' regulations lie, whole, under keys of ours. Evidence is checked in an unnamed temporary file first."""

import hashlib
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import lru_cache
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import obstore
import structlog
from obstore.exceptions import BaseError
from obstore.store import ObjectStore, from_url

from kit.config import Settings
from kit.errors import FailedPrecondition, InvalidArgument, unavailable
from services.assignment.filetypes import content_type

log = structlog.get_logger()
# What one upload holds in memory: the part on its way in, and one part on its way to the store.
PART_BYTES = 5 * 1024 * 1024
DOWNLOAD_BYTES = 256 * 1024


class AssignmentSettings(Settings):
    """`files_url`: file:///folder or s3://bucket; `directive_address`: who knows the fields."""

    files_url: str = ""
    directive_address: str = ""


class Spool:
    """Takes the bytes as they come. The file has no name, so whatever ends the upload, even kill -9, leaves nothing of it."""

    def __init__(self, *, size: int, sha256: str) -> None:
        self._size, self._sha256 = size, sha256
        self._hash = hashlib.sha256()
        self._received = 0
        self.file: Any = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _type: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None) -> None:
        self.file.close()

    def write(self, chunk: bytes) -> None:
        """Refuses the first byte too many."""
        self._received += len(chunk)
        if self._received > self._size:
            raise InvalidArgument.field("header.size", "SIZE_MISMATCH", "Dung lượng tệp không đúng với khai báo.")
        self._hash.update(chunk)
        self.file.write(chunk)

    def check(self, name: str) -> str:
        """The content type of a file that is complete, intact and of a type that is taken."""
        if self._received != self._size:
            raise InvalidArgument.field("header.size", "SIZE_MISMATCH", "Tệp tải lên chưa đủ nội dung.")
        if self._hash.hexdigest() != self._sha256:
            raise InvalidArgument.field("header.sha256", "CHECKSUM_MISMATCH", "Tệp bị lỗi trong khi tải lên. Vui lòng tải lại.")
        found = content_type(self.file, name, fields=("header.file_name", "chunk"))
        self.file.seek(0)
        return found


@lru_cache
def _store(url: str) -> ObjectStore:
    return from_url(url, mkdir=True) if url.startswith("file:") else from_url(url)


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except (BaseError, OSError):
        raise unavailable("files") from None


def _key(id: UUID) -> str:
    return f"evidence/{id}"


async def put(settings: AssignmentSettings, id: UUID, file: Any) -> None:
    """Stores the file, which appears there whole or not at all."""
    with _reachable():
        await obstore.put_async(_store(settings.files_url), _key(id), file, chunk_size=PART_BYTES, max_concurrency=1)


async def fetch(settings: AssignmentSettings, id: UUID) -> AsyncIterator[bytes]:
    """The bytes, piece by piece, of a file that is there: one that is lost is refused before the first of them is asked for."""
    with _reachable():
        try:
            found = await obstore.get_async(_store(settings.files_url), _key(id))
        except FileNotFoundError:
            # The store answers and holds it no more: trying again doesn't help, a backup does.
            log.error("evidence_file_missing", evidence=str(id))
            message = "Tệp không còn trong kho lưu trữ. Vui lòng liên hệ quản trị của Văn phòng UBND tỉnh."
            raise FailedPrecondition(reason="EVIDENCE_FILE_MISSING", message=message) from None
    return _pieces(found)


async def _pieces(found: Any) -> AsyncIterator[bytes]:
    with _reachable():
        async for piece in found.stream(min_chunk_size=DOWNLOAD_BYTES):
            yield bytes(piece)


async def remove(settings: AssignmentSettings, id: UUID) -> None:
    """Gone, also when it was never there."""
    try:
        await obstore.delete_async(_store(settings.files_url), _key(id))
    except FileNotFoundError:
        return
