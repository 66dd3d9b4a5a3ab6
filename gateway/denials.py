"""What the gateway refuses by itself reaches the audit log, as what the services refuse does."""

from collections.abc import Sequence
from uuid import UUID

import structlog
from fastapi.routing import APIRoute
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.requests import Request
from ykcd.event.v1.envelope_pb2 import AccessDenied, ActorRef

from kit import db, telemetry
from kit.clock import Clock
from kit.errors import Error
from kit.events import emit
from kit.quiet import Quiet

log = structlog.get_logger()
SERVICE = "gateway"


class Denials:
    """Of one process. `routes`: where a request is that was refused before it got to one."""

    def __init__(self, api: AsyncEngine, clock: Clock, routes: Sequence[APIRoute]) -> None:
        self._api, self._clock, self._routes = api, clock, routes
        self._strangers = Quiet()

    async def note(self, request: Request, error: Error, *, actor: ActorRef, subject: str) -> None:
        """Who was refused what and why, in a transaction of its own; never what the request held. `subject`: of whoever is signed in.

        Who isn't is written down once a minute, so that no stranger fills the log.
        """
        method = f"{request.method} {self._pattern(request)}"
        telemetry.DENIALS.labels(error.reason).inc()
        if not subject and not self._strangers.is_new((_address(request), method, error.reason), self._clock()):
            return
        try:
            async with db.transaction(self._api) as session:
                db.begin_work(session, SERVICE, self._clock(), actor)
                denied = AccessDenied(method=method, reason=error.reason, target_id=_target(request), subject=subject)
                await emit(session, db.new_id(), 1, denied)
        except Exception as problem:  # the reader still gets the refusal; the log keeps the trace
            log.error("denial_not_recorded", method=method, reason=error.reason, why=repr(problem))

    def _pattern(self, request: Request) -> str:
        """The route's own words, never the address: ids and queries are values."""
        path = request.scope["path"]
        here = request.scope.get("route") or next((route for route in self._routes if route.path_regex.match(path)), None)
        return getattr(here, "path", "other")


def _address(request: Request) -> str:
    """The browser's. Behind the edge every peer is the edge, which tells whose request it passes on."""
    return request.headers.get("x-forwarded-for") or (request.client.host if request.client else "")


def _target(request: Request) -> str:
    """The id that the address names."""
    try:
        return str(UUID(request.path_params.get("id", "")))
    except ValueError:
        return ""
