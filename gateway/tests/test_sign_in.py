"""Signing in and out, and what must not get through. Keycloak itself is used by the whole-system tests."""

import asyncio
import base64
import hashlib
from datetime import timedelta
from urllib.parse import parse_qs, quote, urlsplit
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from gateway.__main__ import app as recipe
from gateway.model import WebSession
from gateway.sessions import Tokens
from gateway.tests.conftest import Gate
from gateway.tests.world import BASE, Browser, World
from kit import db, migrations
from kit.errors import Unavailable
from kit.testing.postgres import PostgresServer

WORK = "/my-work"


async def come_back(world: World, browser: Browser, return_to: str = WORK, **changes: str) -> httpx.Response:
    """From /login to the answer of our own callback."""
    begun = await browser.get(f"/login?return_to={quote(return_to)}")
    assert begun.status_code == 303
    _, state = world.provider.sign_in(begun.headers["location"])
    query = {"state": state, "code": "a-code", **changes}
    return await browser.get("/login/callback", params=query)


async def fresh(world: World) -> Browser:
    return Browser(world.app, {}, "")


async def test_signing_in_leads_back_and_keeps_the_tokens_on_this_side(gate: Gate) -> None:
    world = await gate()
    browser = await fresh(world)
    answer = await come_back(world, browser, "/tasks?state=sent")
    assert (answer.status_code, answer.headers["location"]) == (303, "/tasks?state=sent")
    cookie = browser.client.cookies["ykcd"]
    found = await world.parts.sessions.find(cookie)
    assert found.subject == world.provider.subject
    assert found.tokens.access not in answer.headers.get("set-cookie", "")
    assert (await browser.get("/")).headers["location"] == WORK


async def test_the_code_is_redeemed_with_the_verifier_of_its_challenge(gate: Gate) -> None:
    world = await gate()
    browser = await fresh(world)
    begun = await browser.get("/login")
    challenge, state = world.provider.sign_in(begun.headers["location"])
    await browser.get("/login/callback", params={"state": state, "code": "c"})
    verifier = world.provider.requests[0]["code_verifier"]
    assert base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode() == challenge


async def test_cookies_are_out_of_reach_of_scripts_and_other_sites(gate: Gate) -> None:
    world = await gate(public_url="https://ykcd.example")
    browser = await fresh(world)
    browser.client.base_url = "https://ykcd.example"
    answer = await come_back(world, browser)
    session = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("__Host-ykcd="))
    for attribute in ("HttpOnly", "SameSite=lax", "Secure", "Path=/"):
        assert attribute in session
    assert "Domain" not in session
    assert "max-age=31536000" in answer.headers["strict-transport-security"]


async def test_over_plain_http_the_cookie_has_no_prefix_that_browsers_would_refuse(gate: Gate) -> None:
    world = await gate()
    answer = await come_back(world, await fresh(world))
    session = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("ykcd="))
    assert "HttpOnly" in session
    assert "Secure" not in session


async def test_a_sign_in_gives_a_session_that_nobody_knew_before(gate: Gate) -> None:
    world = await gate()
    planted = "a" * 43
    browser = Browser(world.app, {"ykcd": planted}, "")
    first = await come_back(world, browser)
    one = next(c for c in first.headers.get_list("set-cookie") if c.startswith("ykcd=")).split(";")[0].split("=")[1]
    assert one != planted
    again = Browser(world.app, {"ykcd": one}, "")
    await come_back(world, again)
    assert await world.parts.sessions.find(one) is None, "the earlier session of this browser is gone"


@pytest.mark.parametrize(
    "path", ["https://evil.example", "//evil.example", "/\\evil.example", "/a\nb", "javascript:alert(1)", "", "/" + "a" * 3000, "/\t/evil"]
)
async def test_only_paths_of_this_site_are_returned_to(gate: Gate, path: str) -> None:
    world = await gate()
    answer = await (await fresh(world)).get(f"/login?return_to={quote(path, safe='')}")
    assert answer.status_code == 400
    assert "RETURN_TO_INVALID" in answer.text


async def test_an_answer_that_this_browser_did_not_ask_for_is_refused(gate: Gate) -> None:
    world = await gate()
    mine, theirs = await fresh(world), await fresh(world)
    begun = await theirs.get("/login")
    _, state = world.provider.sign_in(begun.headers["location"])
    for query in ({"state": state, "code": "c"}, {"state": "other", "code": "c"}, {"code": "c"}, {}):
        answer = await mine.get("/login/callback", params=query)
        assert answer.status_code == 400
        assert "SIGN_IN_EXPIRED" in answer.text
    assert world.provider.requests == []


async def test_an_answer_counts_once(gate: Gate) -> None:
    world = await gate()
    browser = await fresh(world)
    begun = await browser.get("/login")
    _, state = world.provider.sign_in(begun.headers["location"])
    query = {"state": state, "code": "c"}
    assert (await browser.get("/login/callback", params=query)).status_code == 303
    assert (await browser.get("/login/callback", params=query)).headers["location"] == WORK, "already in"
    assert len(world.provider.requests) == 1


@pytest.mark.parametrize(
    "claims",
    [{"nonce": "another"}, {"nonce": None}, {"aud": "ykcd"}, {"iss": "https://evil.example"}, {"typ": "Bearer"}, {"exp": 1}, {"sub": None}],
)
async def test_an_id_token_that_is_not_for_this_attempt_is_refused(gate: Gate, claims: dict) -> None:
    world = await gate()
    world.provider.claims = claims
    browser = await fresh(world)
    answer = await come_back(world, browser)
    assert answer.status_code == 401
    assert 'href="/login"' in answer.text, "by hand: of itself it could go round for ever"
    assert "ykcd" not in browser.client.cookies


async def test_a_refused_code_is_no_sign_in(gate: Gate) -> None:
    world = await gate()
    world.provider.refusing = True
    browser = await fresh(world)
    assert (await come_back(world, browser)).status_code == 401
    assert "ykcd" not in browser.client.cookies


async def test_keycloak_away_is_said_so_and_passes(gate: Gate) -> None:
    world = await gate()
    world.provider.away = True
    browser = await fresh(world)
    answer = await come_back(world, browser)
    assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)
    world.provider.away = False
    assert (await come_back(world, browser)).status_code == 303


async def signed_in(world: World) -> tuple[Browser, str]:
    browser = await fresh(world)
    await come_back(world, browser)
    cookie = browser.client.cookies["ykcd"]
    browser.csrf_token = (await world.parts.sessions.find(cookie)).csrf_token
    return browser, cookie


async def test_signing_out_ends_this_session_and_keycloaks(gate: Gate) -> None:
    world = await gate()
    browser, cookie = await signed_in(world)
    hint = (await world.parts.sessions.find(cookie)).tokens.id
    answer = await browser.post("/logout")
    address = urlsplit(answer.headers["location"])
    assert address.path.endswith("/protocol/openid-connect/logout")
    query = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert query == {"id_token_hint": hint, "client_id": "ykcd-web", "post_logout_redirect_uri": f"{BASE}/"}
    assert "ykcd" not in browser.client.cookies
    assert (await Browser(world.app, {"ykcd": cookie}, "").get(WORK)).headers["location"].startswith("/login")


async def test_a_session_ends_unused_after_8_hours_and_in_any_case_after_12(gate: Gate) -> None:
    world = await gate()
    _, idle = await signed_in(world)
    world.clock.advance(hours=8)
    assert await world.parts.sessions.find(idle) is None
    _, busy = await signed_in(world)
    for _ in range(11):
        world.clock.advance(hours=1)
        assert await world.parts.sessions.find(busy) is not None
    world.clock.advance(hours=1)
    assert await world.parts.sessions.find(busy) is None


async def test_an_open_page_does_not_keep_a_session_from_running_idle(gate: Gate) -> None:
    world = await gate()
    _, cookie = await signed_in(world)
    for _ in range(7):
        world.clock.advance(hours=1)
        assert await world.parts.sessions.find(cookie, touch=False) is not None
    world.clock.advance(hours=1)
    assert await world.parts.sessions.find(cookie) is None


async def test_the_access_token_is_renewed_once_for_many_requests(gate: Gate) -> None:
    world = await gate()
    browser, cookie = await signed_in(world)
    world.clock.advance(minutes=4, seconds=45)
    answers = await asyncio.gather(*(browser.get("/") for _ in range(8)))
    assert {answer.status_code for answer in answers} == {303}
    assert [form["grant_type"] for form in world.provider.requests] == ["authorization_code", "refresh_token"]
    assert (await world.parts.sessions.find(cookie)).tokens.refresh == "r2"


async def test_an_expired_token_is_renewed_once_and_the_others_wait_for_it(gate: Gate) -> None:
    world = await gate()
    browser, _ = await signed_in(world)
    world.clock.advance(minutes=6)
    answers = await asyncio.gather(*(browser.get("/") for _ in range(8)))
    assert {answer.headers["location"] for answer in answers} == {WORK}
    assert [form["grant_type"] for form in world.provider.requests] == ["authorization_code", "refresh_token"]


async def test_nobody_holds_a_connection_while_keycloak_is_asked_and_a_good_token_serves_on(gate: Gate) -> None:
    world = await gate()
    _, cookie = await signed_in(world)
    sessions, asked, may_answer = world.parts.sessions, asyncio.Event(), asyncio.Event()
    old = await sessions.find(cookie)
    new = Tokens("new", "r", "i", world.clock() + timedelta(minutes=10))

    async def ask(_tokens: Tokens) -> Tokens:
        asked.set()
        await may_answer.wait()
        return new

    async def nobody_asks(_tokens: Tokens) -> Tokens:
        raise AssertionError("asked twice")

    world.clock.advance(minutes=4, seconds=45)
    renewing = asyncio.create_task(sessions.renew(old, ask))
    await asked.wait()
    assert world.app.state.database.pool.checkedout() == 0
    assert (await sessions.renew(old, nobody_asks)).tokens == old.tokens
    world.clock.advance(seconds=9)
    waiting = asyncio.create_task(sessions.renew(old, nobody_asks))
    may_answer.set()
    assert (await renewing).tokens == new
    assert (await waiting).tokens in (old.tokens, new)
    assert (await sessions.renew(old, nobody_asks)).tokens == new


async def test_a_claim_whose_holder_died_is_taken_over(gate: Gate) -> None:
    world = await gate()
    _, cookie = await signed_in(world)
    sessions = world.parts.sessions
    world.clock.advance(minutes=6)
    found = await sessions.find(cookie)

    async def die(_tokens: Tokens) -> Tokens:
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        await sessions.renew(found, die)
    waiting = asyncio.create_task(sessions.renew(found, world.parts.sign_in.renew))
    world.clock.advance(seconds=10)
    assert (await waiting).tokens.expire_time > world.clock()


async def test_signing_out_while_a_token_is_renewed_stays_signed_out(gate: Gate) -> None:
    world = await gate()
    _, cookie = await signed_in(world)
    sessions = world.parts.sessions
    found = await sessions.find(cookie)

    async def sign_out_meanwhile(tokens: Tokens) -> Tokens:
        await sessions.end(cookie)
        return tokens

    world.clock.advance(minutes=6)
    assert await sessions.renew(found, sign_out_meanwhile) is None
    assert await sessions.find(cookie) is None


async def test_a_refused_renewal_signs_out(gate: Gate) -> None:
    world = await gate()
    browser, cookie = await signed_in(world)
    world.provider.refusing = True
    world.clock.advance(minutes=6)
    assert (await browser.get(WORK)).headers["location"].startswith("/login")
    assert await world.parts.sessions.find(cookie) is None


async def test_a_short_absence_of_keycloak_is_not_noticed_and_a_long_one_signs_nobody_out(gate: Gate) -> None:
    world = await gate()
    browser, cookie = await signed_in(world)
    world.provider.away = True
    world.clock.advance(minutes=4, seconds=45)
    assert (await browser.get("/")).headers["location"] == WORK
    world.clock.advance(minutes=1)
    assert (await browser.get("/")).status_code == 503
    world.provider.away = False
    assert (await browser.get("/")).headers["location"] == WORK
    assert await world.parts.sessions.find(cookie) is not None


async def session(world: World) -> str:
    tokens = Tokens("access-token", "refresh-token", "id-token", world.clock() + timedelta(minutes=5))
    return await world.parts.sessions.create(str(uuid4()), tokens, uuid4())


async def test_the_database_holds_neither_cookies_nor_tokens(gate: Gate, postgres: PostgresServer) -> None:
    world = await gate()
    cookie = await session(world)
    engine = db.create_engine(world.parts.settings, "gateway", "worker")
    async with engine.connect() as connection:
        row = str((await connection.execute(select(WebSession.__table__))).one())
    await engine.dispose()
    assert cookie not in row
    assert "access-token" not in row
    assert "refresh-token" not in row


async def test_a_request_reaches_no_session_but_its_own(gate: Gate) -> None:
    """Row-level security, whatever the query says."""
    world = await gate()
    await session(world)
    engine = db.create_engine(world.parts.settings, "gateway", "api")
    async with engine.connect() as connection:
        assert (await connection.execute(select(WebSession.__table__))).all() == []
        await connection.execute(text("SELECT set_config('ykcd.session', :hash, true)"), {"hash": "00" * 32})
        assert (await connection.execute(select(WebSession.__table__))).all() == []
        with pytest.raises(ProgrammingError, match="row-level security"):
            await connection.execute(
                text(
                    "INSERT INTO web_session SELECT * FROM web_session"
                    r" UNION ALL SELECT '\x01', 's', NULL, 't', now(), 'c', now(), now(), NULL"
                )
            )
    await engine.dispose()


async def test_a_session_sealed_with_another_key_asks_to_sign_in_again(gate: Gate) -> None:
    world = await gate()
    _, cookie = await signed_in(world)
    world.parts.seal._secret = b"another"
    answer = await Browser(world.app, {"ykcd": cookie}, "").get(WORK)
    assert answer.status_code in (303, 401)


async def test_what_has_run_out_is_swept(gate: Gate) -> None:
    world = await gate()
    await session(world)
    world.clock.advance(hours=9)
    kept = await session(world)
    await world.parts.sessions.sweep()
    engine = db.create_engine(world.parts.settings, "gateway", "worker")
    async with engine.connect() as connection:
        assert len((await connection.execute(select(WebSession.__table__))).all()) == 1
    await engine.dispose()
    assert await world.parts.sessions.find(kept) is not None


async def test_the_tables_are_what_the_model_says(gate: Gate) -> None:
    world = await gate()
    await asyncio.to_thread(migrations.check, recipe.package, world.parts.settings.database_url("gateway", "owner"), recipe.metadata)


async def test_renewal_without_an_answer_is_unavailable_not_refused(gate: Gate) -> None:
    world = await gate()
    world.provider.away = True
    with pytest.raises(Unavailable):
        await world.parts.sign_in.renew(Tokens("a", "r", "i", world.clock()))
