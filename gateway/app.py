"""The ASGI application: routes, and what surrounds them."""

import asyncio
from typing import Any

import httpx
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.trace import Span
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.exceptions import HTTPException

from gateway import errors, guards, routes
from gateway.access import Accesses
from gateway.auth import SignIn
from gateway.channels import Services
from gateway.denials import Denials
from gateway.registry import Registry
from gateway.sealing import Seal
from gateway.sessions import Sessions
from gateway.settings import GatewaySettings
from gateway.visit import Parts
from kit.clock import Clock, system_clock
from kit.errors import Error
from kit.identity import TokenVerifier

NOT_TRACED = "healthz,readyz,static/,vendor/"


def create_app(
    settings: GatewaySettings,
    *,
    api: AsyncEngine,
    worker: AsyncEngine,
    clock: Clock = system_clock,
    id_tokens: TokenVerifier | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> FastAPI:
    """`api`, `worker`: the database's two roles. `id_tokens`, `transport`: the tests' own issuer."""
    app = FastAPI(title="ykcd", openapi_url=None, docs_url=None, redoc_url=None)
    services = Services(settings)
    seal = Seal(settings.session_key.get_secret_value())
    verifier = id_tokens or TokenVerifier(settings.oidc_issuer, settings.oidc_jwks_url, settings.oidc_client_id, kind="ID")
    app.state.parts = Parts(
        settings=settings,
        clock=clock,
        services=services,
        registry=Registry(services),
        sessions=Sessions(api, worker, seal, clock),
        sign_in=SignIn(settings, verifier, clock, transport),
        seal=seal,
        denials=Denials(api, clock, [route for router in routes.ROUTERS for route in router.routes if isinstance(route, APIRoute)]),
        accesses=Accesses(services),
        stopping=asyncio.Event(),
    )
    app.state.database = api
    _surround(app, settings)
    for router in routes.ROUTERS:
        app.include_router(router)
    app.mount("/static", routes.assets.Assets("static"), "static")
    app.mount("/vendor", routes.assets.Assets("vendor"), "vendor")
    return app


def _surround(app: FastAPI, settings: GatewaySettings) -> None:
    """The last one added sees a request first."""
    app.add_middleware(guards.Bounded)
    app.add_middleware(guards.SameOrigin, settings=settings)
    app.add_middleware(errors.Unexpected)
    app.add_middleware(guards.Headed, settings=settings)
    app.add_exception_handler(Error, errors.on_error)
    app.add_exception_handler(HTTPException, errors.on_http_exception)
    app.add_exception_handler(RequestValidationError, errors.on_validation_error)
    FastAPIInstrumentor.instrument_app(app, excluded_urls=NOT_TRACED, exclude_spans=["receive", "send"], server_request_hook=_without_query)


def _without_query(span: Span, scope: dict[str, Any]) -> None:
    """A query may hold what somebody searched for, or a sign-in's code: neither belongs into a trace."""
    if span.is_recording():
        for name in ("http.url", "http.target", "url.full", "url.query"):
            value = getattr(span, "attributes", {}).get(name)
            if value:
                span.set_attribute(name, "" if name == "url.query" else guards.path_only(value))
