"""`world`: the gateway in front of real services."""

import asyncio
import importlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine
from ykcd.directive.v1.event_pb2 import UnitChanged

from gateway.__main__ import app as recipe
from gateway.app import create_app
from gateway.settings import GatewaySettings
from gateway.tests.provider import Provider
from gateway.tests.world import ADMINISTRATOR, BASE, OFFICER, World
from kit import db, migrations
from kit.testing import tokens
from kit.testing.fixtures import FakeClock, Serve
from kit.testing.postgres import PostgresServer
from kit.testing.stack import Stack
from services.deadline.schedule import publish_calendar
from services.directive.convert.registry import unit_to_proto
from services.directive.model import Unit
from services.directive.tests import factories as sample

SERVICES = ("directive", "assignment", "deadline", "notification", "reporting")
SESSION_KEY = "a-key-of-the-tests-alone"


@pytest.fixture
async def world(serve: Serve, postgres: PostgresServer, clock: FakeClock, tmp_path) -> AsyncIterator[World]:
    stacks, addresses = {}, {}
    for name in SERVICES:
        app = importlib.import_module(f"services.{name}.__main__").app
        more = {"files_url": tmp_path.as_uri(), "directive_address": addresses["directive_address"]} if name == "assignment" else {}
        if name == "deadline":
            more = {"assignment_address": addresses["assignment_address"]}
        if name == "reporting":
            more = {f"{owner}_address": addresses[f"{owner}_address"] for owner in ("directive", "assignment", "deadline")}
        stacks[name] = await serve(app, **more)
        addresses[f"{name}_address"] = stacks[name].address
    settings = gateway_settings(postgres, **addresses)
    async with engines(settings) as (api, worker):
        made = World(create_app(settings, api=api, worker=worker, clock=clock), clock, stacks)
        await sample.fill(stacks["directive"])
        await stacks["directive"].add(OFFICER, ADMINISTRATOR)
        await asyncio.gather(*(stack.add(*sample.PEOPLE, OFFICER, ADMINISTRATOR) for name, stack in stacks.items() if name != "directive"))
        await tell_units(stacks)
        # Nobody gives a verdict before a calendar is known.
        await publish_calendar(stacks["deadline"].runtime)
        await made.spread()
        yield made
        await made.parts.services.close()


async def tell_units(stacks: dict[str, Stack]) -> None:
    """Of those that `sample.fill` put into the registry in silence."""
    async with stacks["directive"].session() as session:
        events = [UnitChanged(unit=unit_to_proto(unit)) for unit in await session.scalars(select(Unit))]
    for stack in (stack for stack in stacks.values() if stack.app.name != "directive" and UnitChanged in stack.app.handlers):
        for event in events:
            await stack.deliver(event, event.unit.id, event.unit.version, source="directive")


def gateway_settings(postgres: PostgresServer, **more: object) -> GatewaySettings:
    """On a database of its own, as its migrations leave it."""
    usual = {"session_key": SESSION_KEY, "public_url": BASE, "oidc_issuer": tokens.ISSUER}
    settings = postgres.settings(recipe.settings, **{**usual, **more})
    url = settings.database_url("gateway", "owner")
    postgres.fresh("gateway", lambda: migrations.upgrade(recipe.package, url, recipe.metadata))
    assert isinstance(settings, GatewaySettings)
    return settings


@asynccontextmanager
async def engines(settings: GatewaySettings) -> AsyncIterator[tuple[AsyncEngine, AsyncEngine]]:
    """The two roles' pools."""
    api, worker = (db.create_engine(settings, "gateway", role) for role in ("api", "worker"))
    yield api, worker
    await api.dispose()
    await worker.dispose()


Gate = Callable[..., Awaitable[World]]


@pytest.fixture
async def gate(postgres: PostgresServer, clock: FakeClock) -> AsyncIterator[Gate]:
    """await gate(**settings): the gateway alone, signing people in with `Provider` below."""
    async with AsyncExitStack() as stack:

        async def make(**more: object) -> World:
            provider = Provider(clock)
            settings = gateway_settings(postgres, oidc_token_base="http://keycloak.test", **more)
            api, worker = await stack.enter_async_context(engines(settings))
            ids = provider.verifier(settings.oidc_client_id)
            app = create_app(settings, api=api, worker=worker, clock=clock, id_tokens=ids, transport=httpx.MockTransport(provider.answer))
            stack.push_async_callback(app.state.parts.services.close)
            return World(app, clock, {}, provider=provider)

        yield make
