"""What the gateway refuses by itself is told to the audit log, and fills it for nobody."""

from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.ext.asyncio import create_async_engine
from ykcd.event.v1.envelope_pb2 import AccessDenied, Envelope

from gateway.tests.conftest import Gate
from gateway.tests.test_flow import publish
from gateway.tests.test_sign_in import come_back, fresh, signed_in
from gateway.tests.world import STNMT_LEADER, SYT_LEADER, World
from kit import db
from kit.events import Broker, Relay, open_envelope
from kit.tables import outbox

ELSEWHERE = {"Origin": "https://evil.example"}


async def denied(world: World) -> list[tuple[Envelope, AccessDenied]]:
    """What the gateway's outbox holds, in order."""
    engine = db.create_engine(world.parts.settings, "gateway", "worker")
    async with engine.connect() as connection:
        rows = (await connection.scalars(select(outbox.c.envelope).order_by(outbox.c.seq))).all()
    await engine.dispose()
    opened: list[Any] = [open_envelope(row) for row in rows]
    return opened


async def test_a_form_without_its_token_is_told_with_whose_session_it_was(world: World) -> None:
    _, assignment = await publish(world)
    leader = await world.browser(STNMT_LEADER)
    leader.csrf_token = "wrong"
    assert (await leader.post(f"/assignments/{assignment}/accept")).status_code == 403
    [(envelope, event)] = await denied(world)
    assert (event.method, event.reason, event.target_id) == ("POST /assignments/{id}/accept", "CSRF_TOKEN_INVALID", assignment)
    assert (envelope.source, envelope.actor.person_id, event.subject) == ("gateway", str(STNMT_LEADER.id), str(STNMT_LEADER.id))
    assert (envelope.actor.unit_id, list(envelope.actor.roles)) == (str(STNMT_LEADER.unit_id), sorted(STNMT_LEADER.roles))


async def test_a_stranger_who_knocks_a_thousand_ways_is_written_down_once_a_minute(gate: Gate) -> None:
    world = await gate()
    stranger = await fresh(world)
    for place in range(20):
        path = f"/assignments/00000000-0000-4000-8000-0000000000{place:02}/accept?q=secret"
        assert (await stranger.client.post(path, headers=ELSEWHERE)).status_code == 403
    [(envelope, event)] = await denied(world)
    assert (event.method, event.reason) == ("POST /assignments/{id}/accept", "CROSS_ORIGIN")
    assert not envelope.actor.person_id
    assert b"secret" not in envelope.SerializeToString()
    await stranger.client.post("/nowhere", headers=ELSEWHERE)
    world.clock.advance(minutes=1)
    await stranger.client.post("/logout", headers=ELSEWHERE)
    await stranger.client.post("/logout", headers=ELSEWHERE)
    assert [event.method for _, event in await denied(world)] == ["POST /assignments/{id}/accept", "POST other", "POST /logout"]


async def test_many_strangers_together_have_a_limit_too(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    world = await gate()
    monkeypatch.setattr("kit.quiet.LIMIT", 3)
    stranger = await fresh(world)
    for place in range(6):
        await stranger.client.post("/logout", headers=ELSEWHERE | {"X-Forwarded-For": f"192.0.2.{place}"})
    assert len(await denied(world)) == 3
    world.clock.advance(minutes=1)
    await stranger.client.post("/logout", headers=ELSEWHERE)
    assert len(await denied(world)) == 4


async def test_refused_sign_ins_are_told(gate: Gate) -> None:
    world = await gate()
    browser = await fresh(world)
    world.provider.refusing = True
    await come_back(world, browser)
    world.provider.refusing, world.provider.claims = False, {"nonce": "another"}
    await come_back(world, browser)
    await browser.get("/login/callback?state=somebody-elses&code=c")
    found = [(event.method, event.reason) for _, event in await denied(world)]
    assert found == [("GET /login/callback", reason) for reason in ("SIGN_IN_REFUSED", "NONCE_MISMATCH", "SIGN_IN_EXPIRED")]


async def test_what_a_service_refuses_is_told_by_the_service_alone(world: World) -> None:
    _, assignment = await publish(world)
    assert (await (await world.browser(SYT_LEADER)).get(f"/assignments/{assignment}")).status_code == 404
    assert await denied(world) == []
    assert [event.method for _, event in await world.stacks["assignment"].events(AccessDenied)] == ["GetAssignment"]


async def test_the_empty_form_of_the_office_is_refused_by_the_gateway_and_told(world: World) -> None:
    assert (await (await world.browser(SYT_LEADER)).get("/directives/new")).status_code == 403
    [(envelope, event)] = await denied(world)
    assert (event.method, event.reason, envelope.actor.person_id) == ("GET /directives/new", "ROLE_REQUIRED", str(SYT_LEADER.id))


async def test_nothing_is_told_of_who_only_came_to_sign_in_or_mistyped(gate: Gate) -> None:
    world = await gate()
    stranger = await fresh(world)
    for path in ("/my-work", "/nowhere", "/directives/no-id"):
        await stranger.get(path)
    browser, _ = await signed_in(world)
    world.provider.refusing = True
    world.clock.advance(minutes=6)
    assert (await browser.get("/my-work")).headers["location"].startswith("/login")
    assert await denied(world) == []


async def test_a_refusal_holds_though_it_cannot_be_written_down(gate: Gate) -> None:
    world = await gate()
    world.parts.denials._api = create_async_engine("postgresql+psycopg://nobody@127.0.0.1:1/gateway")
    answer = await (await fresh(world)).client.post("/logout", headers=ELSEWHERE)
    assert (answer.status_code, "CROSS_ORIGIN" in answer.text) == (403, True)


async def test_denials_travel_on_the_gateways_own_stream(gate: Gate, nats_url: str) -> None:
    world = await gate()
    await (await fresh(world)).client.post("/logout", headers=ELSEWHERE)
    broker = Broker("gateway", nats_url, SecretStr(""))
    engine = db.create_engine(world.parts.settings, "gateway", "worker")
    await broker.connect()
    js = await broker.jetstream()
    await broker.ensure_stream()
    assert await Relay(engine, broker).publish_batch(js) == 1
    message = await js.get_last_msg("YKCD_GATEWAY", "ykcd.gateway.>")
    envelope, event = open_envelope(message.data or b"")
    assert (envelope.source, event) == ("gateway", AccessDenied(method="POST /logout", reason="CROSS_ORIGIN"))
    await broker.close()
    await engine.dispose()


async def test_requests_can_neither_read_nor_change_what_was_told(gate: Gate) -> None:
    world = await gate()
    await (await fresh(world)).client.post("/logout", headers=ELSEWHERE)
    for statement in (select(outbox.c.seq), outbox.delete(), outbox.update().values(subject="x")):
        async with world.app.state.database.connect() as connection:
            with pytest.raises(Exception, match="permission denied"):
                await connection.execute(statement)
