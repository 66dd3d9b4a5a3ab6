"""What surrounds each RPC method: who calls, is the request well-formed, one transaction, one effect per request_id, one way to fail.

class AssignmentService(Servicer, assignment_pb2_grpc.AssignmentServiceServicer):
    @write
    async def AcceptAssignment(self, call, request):
        ...use case with call.session, call.actor...; return a message
"""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from functools import wraps
from typing import Any, Self

import grpc
import structlog
from google.protobuf.message import Message
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.exc import StaleDataError

from kit import db, telemetry
from kit.errors import Aborted, Error, unavailable
from kit.identity import Claims
from kit.rpc import denial, idempotency
from kit.rpc.caller import Call, authenticate, enter
from kit.rpc.validation import validate
from kit.runtime import Runtime
from kit.stamps import refuse_stamped

log = structlog.get_logger()


class Servicer:
    """Base of all servicers: what every method needs to begin."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime

    def screen(self, request: Message) -> None:
        """Refuses what mustn't come in at all, before anything else looks at the request; each service may say what that is."""

    async def denied(self, session: AsyncSession, error: Error) -> None:
        """What a service keeps of a refused access beside its event, in the transaction of that."""


def read(method: Callable[..., Awaitable[Message]]) -> Any:
    """A unary method that changes nothing."""
    return _unary(method, writes=False)


def write(method: Callable[..., Awaitable[Message]]) -> Any:
    """A unary method that changes something: the request carries a request_id, and the same one twice has one effect."""
    return _unary(method, writes=True)


def _unary(method: Callable[..., Awaitable[Message]], *, writes: bool) -> Any:
    @wraps(method)
    async def serve(self: Servicer, request: Message, context: grpc.aio.ServicerContext) -> Message:
        async with _answered(self, method.__name__, request, context) as met:
            claims = met.claims = await authenticate(self.runtime, context)
            self.screen(request)
            if writes:
                refuse_stamped(request)
            validate(request)
            async with db.transaction(self.runtime.api) as session:
                call = await enter(self.runtime, session, claims, context)
                if not writes:
                    return await method(self, call, request)
                return await idempotency.once(call, method.__name__, request, lambda: method(self, call, request))
        raise AssertionError("unreachable: _answered ends the call")

    return serve


def greet(method: Callable[..., Awaitable[Message]]) -> Any:
    """A unary read for somebody who has chosen no unit yet. It gets what the token proves and a session that acts for nobody: row-level
    security opens to it what everybody may see."""

    @wraps(method)
    async def serve(self: Servicer, request: Message, context: grpc.aio.ServicerContext) -> Message:
        async with _answered(self, method.__name__, request, context) as met:
            claims = met.claims = await authenticate(self.runtime, context)
            self.screen(request)
            validate(request)
            async with db.transaction(self.runtime.api) as session:
                return await method(self, session, claims, request)
        raise AssertionError("unreachable: _answered ends the call")

    return serve


def watch(method: Callable[..., AsyncGenerator[Message]]) -> Any:
    """A server stream. It gets no transaction of its own (a stream may live for minutes): `self.enter(…)` opens one when needed."""

    @wraps(method)
    async def serve(self: Servicer, request: Message, context: grpc.aio.ServicerContext) -> AsyncIterator[Message]:
        async with _answered(self, method.__name__, request, context) as met:
            claims = met.claims = await authenticate(self.runtime, context)
            self.screen(request)
            validate(request)
            # Closed here and now when the caller goes away, not when the collector comes by.
            async with aclosing(method(self, Entrance(self.runtime, claims, context), request)) as messages:
                async for message in messages:
                    yield message

    return serve


def receive(method: Callable[..., Awaitable[Message]]) -> Any:
    """A client stream. As with watch, no transaction is held while bytes arrive."""

    @wraps(method)
    async def serve(self: Servicer, requests: AsyncIterator[Message], context: grpc.aio.ServicerContext) -> Message:
        async with _answered(self, method.__name__, None, context) as met:
            claims = met.claims = await authenticate(self.runtime, context)
            return await method(self, Entrance(self.runtime, claims, context), _screened(self, requests))
        raise AssertionError("unreachable: _answered ends the call")

    return serve


async def _screened(servicer: Servicer, requests: AsyncIterator[Message]) -> AsyncIterator[Message]:
    """The first message says what the stream is about; those that follow are passed on."""
    first = True
    async for request in requests:
        if first:
            servicer.screen(request)
            refuse_stamped(request)
            first = False
        yield request


class Entrance:
    """Opens transactions for a caller who is known already; each time the rights are looked up anew."""

    def __init__(self, runtime: Runtime, claims: Claims, context: grpc.aio.ServicerContext) -> None:
        self._runtime, self._claims, self._context = runtime, claims, context

    def transaction(self, *, one_moment: bool = False) -> "_EnteredTransaction":
        """async with entrance.transaction() as call: …"""
        return _EnteredTransaction(self._runtime, self._claims, self._context, one_moment=one_moment)


class _EnteredTransaction:
    def __init__(self, runtime: Runtime, claims: Claims, context: grpc.aio.ServicerContext, *, one_moment: bool) -> None:
        self._arguments = (claims, context)
        self._runtime = runtime
        self._transaction = db.transaction(runtime.api, one_moment=one_moment)

    async def __aenter__(self) -> Call:
        session = await self._transaction.__aenter__()
        try:
            return await enter(self._runtime, session, *self._arguments)
        except BaseException as error:
            await self._transaction.__aexit__(type(error), error, error.__traceback__)
            raise

    async def __aexit__(self, *exception: Any) -> bool | None:
        return await self._transaction.__aexit__(*exception)


class _answered:  # noqa: N801 - reads as a statement
    """Turns whatever is raised within into the one status the caller gets, and notes denials."""

    def __init__(self, servicer: Servicer, method: str, request: Message | None, context: grpc.aio.ServicerContext) -> None:
        self._servicer, self._method, self._request, self._context = servicer, method, request, context
        # What the caller's token has proven so far.
        self.claims: Claims | None = None

    async def __aenter__(self) -> Self:
        structlog.contextvars.clear_contextvars()
        return self

    async def __aexit__(self, _type: Any, raised: BaseException | None, _traceback: Any) -> None:
        if raised is None or not isinstance(raised, Exception) or isinstance(raised, grpc.aio.AbortError):
            return
        error = as_error(raised)
        noted = denial.Denial(self._method, self._request, error, self.claims)
        await denial.note(self._servicer.runtime, self._context, noted, self._servicer.denied)
        await self._context.abort_with_status(error.to_grpc())


def as_error(raised: Exception) -> Error:
    """The error of ours that says what happened, without internals."""
    if isinstance(raised, Error):
        return raised
    if isinstance(raised, StaleDataError):
        return Aborted(reason="STALE_VERSION", message="Nội dung đã được người khác cập nhật. Vui lòng tải lại.")
    if db.is_disconnect(raised):
        log.warning("database_unavailable", why=type(raised).__name__)
        return unavailable("database")
    log.error("unexpected", exc_info=raised, trace_id=telemetry.trace_id())
    return Error()
