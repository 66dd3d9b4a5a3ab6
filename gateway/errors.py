"""Whatever went wrong, as one page, one fragment of it, or problem+json; internals are shown to nobody."""

import math
from typing import Any
from urllib.parse import SplitResult, quote, urlencode, urlsplit

import structlog
from fastapi.exceptions import RequestValidationError
from google.rpc import code_pb2
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway import addresses, visit
from gateway.bodies import Posted
from gateway.refusals import BadRequest, SignInRequired, TooLarge, UnitRequired, WrongMethod, no_such_page
from gateway.web import directive_form
from gateway.web.resend import Resend
from kit import db, telemetry
from kit.errors import Error, unavailable

log = structlog.get_logger()
RETRY_SECONDS = 5
# A sign-in that failed isn't tried again by itself: that could go round for ever.
SIGN_IN = "/login"
CHOOSE_UNIT = "/chon-don-vi"
STATUS: dict[int, int] = {
    code_pb2.INVALID_ARGUMENT: 422,
    code_pb2.UNAUTHENTICATED: 401,
    code_pb2.PERMISSION_DENIED: 403,
    code_pb2.NOT_FOUND: 404,
    code_pb2.ALREADY_EXISTS: 409,
    code_pb2.FAILED_PRECONDITION: 409,
    code_pb2.ABORTED: 409,
    code_pb2.RESOURCE_EXHAUSTED: 429,
    code_pb2.UNAVAILABLE: 503,
}
BY_REASON = {"STALE_VERSION": 412, "PAGE_TOKEN_INVALID": 400, "MESSAGE_TOO_LARGE": 413}


def status_of(error: Error) -> int:
    """The HTTP status that says the same."""
    if isinstance(error, BadRequest | TooLarge | WrongMethod):
        return error.http
    if any(violation.path == "page_token" for violation in error.violations):
        return 400
    return BY_REASON.get(error.reason) or STATUS.get(error.code, 500)


async def on_error(request: Request, error: Exception) -> Response:
    """For every kit.errors.Error that leaves a route."""
    assert isinstance(error, Error)
    if error.denial:
        await visit.note_denial(request, error)
    status = status_of(error)
    if status == 401 and (answer := _to_sign_in(request, error)):
        return answer
    if isinstance(error, UnitRequired) and not _wants_json(request):
        return _to_chooser(request, status)
    headers = {"Retry-After": str(math.ceil(error.retry_seconds or RETRY_SECONDS))} if status in (429, 503) else {}
    if _wants_json(request):
        return JSONResponse(_problem(error, status), status, headers, "application/problem+json")
    return await _page(request, error, status, headers)


async def on_http_exception(request: Request, error: Exception) -> Response:
    """What the framework refuses by itself: no such route, another method, a form that can't be read."""
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return await on_error(request, no_such_page())
    if error.status_code == 405:
        return await on_error(request, WrongMethod(reason="METHOD_NOT_ALLOWED", message="Địa chỉ này không nhận yêu cầu kiểu đó."))
    return await on_error(request, BadRequest(reason="BAD_REQUEST", message="Yêu cầu không đọc được."))


async def on_validation_error(request: Request, error: Exception) -> Response:
    """An id in the path that isn't one names nothing; so does a foreign one, and the two look alike."""
    assert isinstance(error, RequestValidationError)
    return await on_error(request, no_such_page())


class Unexpected:
    """Outside of everything: a defect becomes a page with the trace's id, and the process goes on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def watch(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:
            if begun:
                # Half an answer must not look like a whole one: the server closes the connection.
                log.warning("answer_broken_off", path=scope["path"], why=type(error).__name__)
                raise
            await (await on_error(Request(scope, receive), _known(error, scope["path"])))(scope, receive, send)


def _known(error: Exception, path: str) -> Error:
    if isinstance(error, Error):
        return error
    if db.is_disconnect(error):
        log.warning("database_unavailable", why=type(error).__name__)
        return unavailable("database")
    log.error("unexpected", path=path, exc_info=error)
    return Error()


def _to_sign_in(request: Request, error: Error) -> Response | None:
    """Pages lead to the sign-in; what can't be repeated by following a link doesn't."""
    if _wants_json(request) or request.method != "GET" or request.url.path.startswith(SIGN_IN):
        return None
    if request.headers.get("HX-Request"):
        # htmx would follow a redirect by itself and never show Keycloak's page.
        current = _parsed(request.headers.get("HX-Current-URL", ""))
        return Response(status_code=401, headers={"HX-Redirect": _login(_with_query(current.path, current.query))})
    # A service that refuses a token fresh from Keycloak would send us round for ever.
    if not isinstance(error, SignInRequired) and getattr(request.state, "just_signed_in", False):
        return None
    if "text/html" not in request.headers.get("accept", "text/html") and "*/*" not in request.headers.get("accept", ""):
        return None
    return RedirectResponse(_login(_with_query(request.url.path, request.url.query)), 303)


def _to_chooser(request: Request, status: int) -> Response:
    if request.headers.get("HX-Request"):
        return Response(status_code=status, headers={"HX-Redirect": CHOOSE_UNIT})
    back = _back(request, 0)
    return RedirectResponse(f"{CHOOSE_UNIT}?{urlencode({'return_to': back})}" if back else CHOOSE_UNIT, 303)


def _login(return_to: str) -> str:
    return f"/login?return_to={quote(return_to, safe='')}" if addresses.is_local(return_to) else "/login"


def _with_query(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path


def _wants_json(request: Request) -> bool:
    accept = request.headers.get("accept", "")
    return "json" in accept and "text/html" not in accept


def _problem(error: Error, status: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": "about:blank",
        "title": error.reason,
        "status": status,
        "reason": error.reason,
        "detail": error.message,
    }
    if error.violations:
        found["errors"] = [{"field": v.path, "reason": v.reason, "message": v.message} for v in error.violations]
    return found | {"trace_id": telemetry.trace_id()}


async def _page(request: Request, error: Error, status: int, headers: dict[str, str]) -> Response:
    context = {
        "status": status,
        "reason": error.reason,
        "message": error.message,
        "trace_id": telemetry.trace_id(),
        "retry_after": int(headers.get("Retry-After", 0)),
        "fields": {v.path: v.message for v in error.violations if v.message != error.message},
        "back": _back(request, status),
        "resend": _resend(request) if status == 503 else None,
    }
    return await visit.error_page(request, context, status, headers)


def _resend(request: Request) -> Resend | None:
    """The form that met a service that is away. Sent again it is the same request; what is secret isn't shown again (Đ5)."""
    posted: Posted | None = getattr(request.state, "posted", None)
    if posted is None or directive_form.is_secret(posted.values):
        return None
    return Resend(request.url.path, posted.values, [file.filename or "" for file in posted.files])


def _parsed(url: str) -> SplitResult:
    """What a browser says of itself; nothing where that is no address."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def _back(request: Request, status: int) -> str:
    """Where to try again: this page itself, or the one that the form stood on."""
    if status == 404 or request.url.path.startswith(SIGN_IN):
        return ""
    if request.method == "GET":
        return _with_query(request.url.path, request.url.query)
    referer = _parsed(request.headers.get("referer", ""))
    path = _with_query(referer.path, referer.query)
    return path if referer.netloc == request.headers.get("host") and addresses.is_local(path) else ""
