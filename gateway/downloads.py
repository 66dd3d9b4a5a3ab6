"""Files on their way to whoever saves them."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any
from urllib.parse import quote

from starlette.responses import Response, StreamingResponse

from gateway.visit import Visit


def to_save(name: str) -> dict[str, str]:
    """The headers of a file that is always saved, never shown: what others wrote mustn't run here."""
    return {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }


async def streamed(visit: Visit, method: Any, request: Any, seconds: float, *, media_type: str = "") -> Response:
    """What a service sends as a header and chunks, by default of the type that it says. A refusal comes before the first byte."""
    parts = visit.caller.stream(method, request, seconds)
    header = (await anext(parts)).header
    headers = to_save(header.file_name) | {"Content-Length": str(header.size)}
    return StreamingResponse(_chunks(parts), media_type=media_type or header.content_type, headers=headers)


async def _chunks(parts: AsyncIterator[Any]) -> AsyncIterator[bytes]:
    async with aclosing(parts):  # type: ignore[type-var]
        async for part in parts:
            yield part.chunk
