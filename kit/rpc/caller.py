"""Who calls: the token in the metadata, then the member of our own records, as whom the transaction acts."""

from dataclasses import dataclass, field
from datetime import datetime

import grpc
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from kit import db, identity
from kit.clock import local_date
from kit.errors import Unauthenticated
from kit.identity import Actor, Claims
from kit.runtime import Runtime

# Metadata by which a person of several units says in which one this call acts.
UNIT_KEY = "ykcd-unit"
# The metadata by which a caller proves who he is.
Proof = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Call:
    """What a method gets beside its request."""

    session: AsyncSession
    actor: Actor
    now: datetime
    # Signs page tokens (kit.page).
    page_key: bytes
    # To ask another service in the same person's name.
    proof: Proof = field(default=(), repr=False)


async def authenticate(runtime: Runtime, context: grpc.aio.ServicerContext) -> Claims:
    """What the caller's token proves."""
    scheme, _, token = str(metadata(context, "authorization") or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        # A stranger who knocks, not somebody refused.
        raise Unauthenticated(reason="TOKEN_MISSING", message="Vui lòng đăng nhập.", denial=False)
    return await runtime.tokens.verify(token)


async def enter(runtime: Runtime, session: AsyncSession, claims: Claims, context: grpc.aio.ServicerContext) -> Call:
    """From here on the transaction acts as the caller."""
    now = runtime.clock()
    actor = await identity.enter(session, claims, metadata(context, UNIT_KEY), today=local_date(now))
    db.begin_work(session, runtime.name, now, actor.ref)
    structlog.contextvars.bind_contextvars(person=str(actor.person_id), unit=str(actor.unit_id))
    proof = tuple((key, value) for key in ("authorization", UNIT_KEY) if (value := metadata(context, key)))
    return Call(session, actor, now, runtime.settings.derived_key("page token"), proof)


def metadata(context: grpc.aio.ServicerContext, key: str) -> str | None:
    """The first value under `key`."""
    return next((value for name, value in context.invocation_metadata() or () if name == key), None)
