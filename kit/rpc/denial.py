"""Refused accesses reach the audit log, in a transaction of their own (the refused one is rolled back)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import grpc
import structlog
from google.protobuf.message import Message
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.event.v1.envelope_pb2 import AccessDenied, ActorRef

from kit import db, identity, telemetry
from kit.clock import local_date
from kit.errors import Error
from kit.events.outbox import emit
from kit.identity import Claims
from kit.rpc.caller import UNIT_KEY, metadata
from kit.runtime import Runtime

log = structlog.get_logger()


@dataclass
class Denial:
    """`claims`: what the caller's token proved, if anything."""

    method: str
    request: Message | None
    error: Error
    claims: Claims | None


Keep = Callable[[AsyncSession, Error], Awaitable[None]]


async def note(runtime: Runtime, context: grpc.aio.ServicerContext, denial: Denial, keep: Keep) -> None:
    """Writes what was refused to whom; never what the request held. `keep`: what the service writes of it, beside.

    Who proves nothing is written down once a minute, so that no stranger fills the log.
    """
    method, error, claims = denial.method, denial.error, denial.claims
    if not error.denial:
        return
    telemetry.DENIALS.labels(error.reason).inc()
    if claims is None and not runtime.strangers.is_new((_address(context), method, error.reason), runtime.clock()):
        return
    try:
        async with db.transaction(runtime.api) as session:
            now = runtime.clock()
            actor, subject = await _who(session, context, claims, local_date(now))
            db.begin_work(session, runtime.name, now, actor)
            denied = AccessDenied(method=method, reason=error.reason, target_id=_target(denial.request), subject=subject)
            await emit(session, db.new_id(), 1, denied)
            await keep(session, error)
    except Exception as problem:  # the caller still gets the refusal; the log keeps the trace
        log.error("denial_not_recorded", method=method, reason=error.reason, why=repr(problem))


def _address(context: grpc.aio.ServicerContext) -> str:
    """The peer's, without the port, which changes with each connection."""
    return context.peer().rpartition(":")[0]


async def _who(session: AsyncSession, context: grpc.aio.ServicerContext, claims: Claims | None, today: date) -> tuple[ActorRef, str]:
    """The member where there is one, else the proven subject, else nobody."""
    if claims is None:
        return ActorRef(), ""
    try:
        return (await identity.enter(session, claims, metadata(context, UNIT_KEY), today=today)).ref, claims.subject
    except Error:
        return ActorRef(), claims.subject


def _target(request: Message | None) -> str:
    """The first id that the request names."""
    for name in ("id", "assignment_id", "task_id", "unit_id"):
        value = getattr(request, name, "")
        if value:
            try:
                return str(UUID(value))
            except (ValueError, AttributeError, TypeError):
                # Not an id of ours: whatever it is, it isn't copied (Đ5).
                return ""
    return ""
