"""For whoever watches the process."""

import asyncio

from fastapi import APIRouter
from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import PlainTextResponse

router = APIRouter()
READY_SECONDS = 2


@router.get("/healthz")
async def healthz() -> PlainTextResponse:
    """The process answers."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
async def readyz(request: Request) -> PlainTextResponse:
    """The database answers too. A service that is away shows on its own pages and takes no other page along."""
    try:
        async with asyncio.timeout(READY_SECONDS), request.app.state.database.connect() as connection:
            await connection.execute(text("SELECT 1"))
    except Exception as error:  # any failure means: not ready
        return PlainTextResponse(f"not ready: {type(error).__name__}\n", 503)
    return PlainTextResponse("ready\n")
