"""What surrounds every request before any route sees it: metrics, headers, the size of bodies, where a post came from."""

import time
from urllib.parse import urlsplit

from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway import web
from gateway.errors import on_error
from gateway.refusals import Forged, TooLarge
from gateway.settings import GatewaySettings
from gateway.web.kinds import KINDS
from gateway.web.verbs import VERBS
from kit.errors import Error

MEGABYTE = 1024 * 1024
# A document of 200 long tasks, percent-encoded.
MAX_FORM_BYTES = 10 * MEGABYTE
# Two files of the largest size, or twenty ordinary ones.
MAX_UPLOAD_BYTES = 101 * MEGABYTE
UPLOADS = (
    *(f"/{verb.slug}" for verb in VERBS.values() if verb.takes_files),
    *(f"{kind.address}/moi" for kind in KINDS.values() if kind.create and kind.create.takes_files),
)
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")

REQUESTS = Counter("ykcd_http_requests_total", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram("ykcd_http_request_seconds", "Seconds from a request's begin to its answer's begin.", ["method", "route"])


class Headed:
    """Puts the protective headers on every answer, and counts it."""

    def __init__(self, app: ASGIApp, settings: GatewaySettings) -> None:
        self._app, self._headers = app, _headers(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                _count(scope, message["status"], time.perf_counter() - begun)
            await send(message)

        await self._app(scope, receive, answer)


def _headers(settings: GatewaySettings) -> dict[str, str]:
    policy = web.CONTENT_SECURITY_POLICY
    if settings.issuer_origin != settings.origin:
        # Signing out posts here and is sent on to Keycloak, which browsers count as the form's action.
        policy = policy.replace("form-action 'self'", f"form-action 'self' {settings.issuer_origin}")
    headers = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        # Not "no-referrer": browsers would then send "Origin: null" with our own forms.
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        # Pages hold what only their reader may see.
        "Cache-Control": "no-store",
    }
    return headers | ({"Strict-Transport-Security": "max-age=31536000"} if settings.secure else {})


def _count(scope: Scope, status: int, seconds: float) -> None:
    # The route's pattern, not the path: ids would make a series each.
    route = getattr(scope.get("route"), "path", "other")
    method = scope["method"] if scope["method"] in ("GET", "HEAD", "POST") else "other"
    REQUESTS.labels(method, route, str(status)).inc()
    SECONDS.labels(method, route).observe(seconds)


class Bounded:
    """Refuses a body that is too large: at once where its length is told, else when it gets there."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = MAX_UPLOAD_BYTES if scope["path"].endswith(UPLOADS) else MAX_FORM_BYTES
        told = Headers(scope=scope).get("content-length", "")
        if told.isdecimal() and int(told) > limit:
            await _refuse(_too_large(), scope, receive, send)
            return
        got = 0

        async def count() -> Message:
            nonlocal got
            message = await receive()
            got += len(message.get("body", b""))
            if got > limit:
                raise _too_large()
            return message

        await self._app(scope, count, send)


class SameOrigin:
    """Refuses what another site's page makes a browser send. Programs send neither header; the form's own token is checked besides."""

    def __init__(self, app: ASGIApp, settings: GatewaySettings) -> None:
        self._app, self._origin = app, settings.origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE_METHODS and not self._ours(Headers(scope=scope)):
            refused = Forged(reason="CROSS_ORIGIN", message="Yêu cầu không xuất phát từ trang của hệ thống.")
            await _refuse(refused, scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _ours(self, headers: Headers) -> bool:
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        return site in (None, "same-origin") and origin in (None, self._origin)


async def _refuse(error: Error, scope: Scope, receive: Receive, send: Send) -> None:
    await (await on_error(Request(scope, receive), error))(scope, receive, send)


def _too_large() -> TooLarge:
    return TooLarge(reason="BODY_TOO_LARGE", message="Nội dung gửi lên quá lớn.")


def path_only(url: str) -> str:
    """An address without its query, which may hold what somebody searched for or a sign-in's code."""
    return urlsplit(url)._replace(query="").geturl()
