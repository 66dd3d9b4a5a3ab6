"""Refused accesses reach the audit log, in a transaction of their own (the refused one is rolled back)."""

from typing import Any
from uuid import UUID

import grpc
import structlog
from google.protobuf.message import Message
from ykcd.event.v1.envelope_pb2 import AccessDenied, ActorRef

from kit import db, identity
from kit.errors import Error
from kit.events.outbox import emit
from kit.rpc.caller import UNIT_KEY, authenticate, metadata
from kit.runtime import Runtime

log = structlog.get_logger()


async def note(runtime: Runtime, context: grpc.aio.ServicerContext, method: str, request: Message | None, error: Error) -> None:
    """Writes what was refused to whom; never what the request held."""
    if not error.denial:
        return
    try:
        async with db.transaction(runtime.api) as session:
            actor, subject = await _who(runtime, session, context)
            db.begin_work(session, runtime.name, runtime.clock(), actor)
            denied = AccessDenied(method=method, reason=error.reason, target_id=_target(request), subject=subject)
            await emit(session, db.new_id(), 1, denied)
    except Exception as problem:  # the caller still gets the refusal; the log keeps the trace
        log.error("denial_not_recorded", method=method, reason=error.reason, why=repr(problem))


async def _who(runtime: Runtime, session: Any, context: grpc.aio.ServicerContext) -> tuple[ActorRef, str]:
    """The member where there is one, else the proven subject, else nobody."""
    try:
        claims = await authenticate(runtime, context)
    except Error:
        return ActorRef(), ""
    try:
        return (await identity.enter(session, claims, metadata(context, UNIT_KEY))).ref(), claims.subject
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
