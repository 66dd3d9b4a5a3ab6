"""What holds for every answer, whatever it is about."""

from uuid import uuid4

import pytest
from opentelemetry.sdk.trace import TracerProvider
from sqlalchemy.ext.asyncio import create_async_engine

from gateway import web
from gateway.addresses import is_local
from gateway.app import _without_query
from gateway.guards import MAX_FORM_BYTES
from gateway.tests.conftest import Gate
from gateway.tests.test_sign_in import signed_in
from gateway.tests.world import AN, STNMT_LEADER, Browser, World

FILE = b'--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\nsecret\r\n--x--\r\n'


async def nobody(world: World) -> Browser:
    return Browser(world.app, {}, "")


@pytest.mark.parametrize("path", ["/", "/healthz", "/nowhere", "/my-work", "/static/app.css", "/directives/x"])
async def test_every_answer_bears_the_protective_headers(gate: Gate, path: str) -> None:
    answer = await (await nobody(await gate())).get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for name, value in (("x-content-type-options", "nosniff"), ("x-frame-options", "DENY"), ("referrer-policy", "same-origin")):
        assert answer.headers[name] == value
    assert "cache-control" in answer.headers


async def test_signing_out_may_lead_to_keycloak_and_nothing_else_may(gate: Gate) -> None:
    world = await gate(oidc_issuer="https://id.example/realms/ykcd", public_url="https://ykcd.example")
    assert "form-action 'self' https://id.example;" in (await (await nobody(world)).get("/")).headers["content-security-policy"]


async def test_assets_are_kept_for_ever_under_their_hash_alone(gate: Gate) -> None:
    browser = await nobody(await gate())
    for name in ("app.css", "htmx.min.js"):
        address = web.asset(name)
        assert "immutable" in (await browser.get(address)).headers["cache-control"]
        for other in (address.split("?")[0], address[:-1] + "x"):
            assert (await browser.get(other)).headers["cache-control"] == "no-cache"
    for path in ("/static/../settings.py", "/static/%2e%2e/settings.py", "/vendor/..%2f..%2fsettings.py"):
        assert (await browser.get(path)).status_code == 404


async def test_a_body_that_is_too_large_is_refused_whether_it_says_so_or_not(gate: Gate) -> None:
    world = await gate()
    browser, _ = await signed_in(world)
    field = b"a=" + b"a" * 1000
    body = b"&".join([field] * (MAX_FORM_BYTES // len(field) + 1))
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    told = await browser.client.post("/inbox/read", content=body, headers=headers)
    assert told.status_code == 413
    assert "BODY_TOO_LARGE" in told.text

    async def pieces():
        for start in range(0, len(body), 1 << 20):
            yield body[start : start + (1 << 20)]

    untold = await browser.client.post("/inbox/read", content=pieces(), headers=headers)
    assert untold.status_code == 413


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"a=1&" * 30_000, "application/x-www-form-urlencoded"),
        (b"--x\r\nContent-Disposition: form-data; name=", "multipart/form-data; boundary=x"),
        (FILE, "multipart/form-data; boundary=x"),
    ],
)
async def test_a_form_that_no_page_of_ours_sends_is_a_bad_request(gate: Gate, content: bytes, kind: str) -> None:
    browser, _ = await signed_in(await gate())
    answer = await browser.client.post("/inbox/read", content=content, headers={"Content-Type": kind})
    assert answer.status_code in (400, 403)


async def test_programs_get_problem_json(gate: Gate) -> None:
    browser = await nobody(await gate())
    answer = await browser.client.get("/my-work", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    problem = answer.json()
    assert (problem["status"], problem["reason"]) == (401, "SIGN_IN_REQUIRED")


async def test_htmx_is_sent_to_the_sign_in_as_a_whole_page(gate: Gate) -> None:
    browser = await nobody(await gate())
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost:8080/tasks?state=sent"}
    answer = await browser.client.get("/tasks?state=sent&unit=x", headers=headers)
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/login?return_to=%2Ftasks%3Fstate%3Dsent")


async def test_an_unknown_address_and_another_method_are_pages_too(gate: Gate) -> None:
    browser = await nobody(await gate())
    assert "Không tìm thấy trang" in (await browser.get("/nowhere")).text
    assert (await browser.get("/logout")).status_code == 405


async def test_a_defect_shows_a_page_without_internals_and_the_process_goes_on(gate: Gate, caplog) -> None:
    world = await gate()

    @world.app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("the password is hunter2")

    browser = await nobody(world)
    answer = await browser.get("/broken")
    assert answer.status_code == 500
    assert "hunter2" not in answer.text
    assert "Có lỗi trong hệ thống" in answer.text
    assert "content-security-policy" in answer.headers
    assert (await browser.get("/healthz")).status_code == 200


async def test_the_database_away_is_503_and_not_ready(gate: Gate) -> None:
    world = await gate()
    browser, cookie = await signed_in(world)
    bind = world.app.state.database
    await bind.dispose()
    url = bind.url.set(port=1)
    world.app.state.database = world.parts.sessions._api = create_async_engine(url)
    assert (await browser.get("/readyz")).status_code == 503
    answer = await browser.get("/my-work")
    assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)
    world.app.state.database = world.parts.sessions._api = bind
    assert (await browser.get("/readyz")).text == "ready\n"
    assert await world.parts.sessions.find(cookie) is not None


async def test_a_service_away_is_503_with_the_way_back(gate: Gate) -> None:
    away = dict.fromkeys((f"{name}_address" for name in ("directive", "reporting", "notification")), "127.0.0.1:1")
    world = await gate(**away)
    browser, _ = await signed_in(world)
    answer = await browser.get("/tasks?state=sent")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert 'href="/tasks?state=sent"' in answer.text


async def test_who_is_in_no_unit_is_told_so(world: World) -> None:
    stranger = await world.browser(type(AN)(AN.unit_id, [], "Người lạ"))
    answer = await stranger.get("/my-work")
    assert answer.status_code == 403
    assert "chưa được phân vào đơn vị" in answer.text


async def test_a_token_that_a_service_refuses_leads_to_the_sign_in_once_and_not_for_ever(world: World) -> None:
    browser = await world.browser(AN)
    cookie = browser.client.cookies[world.parts.cookie]
    row = await world.parts.sessions.find(cookie)
    bad = await world.parts.sessions.create(row.subject, type(row.tokens)("not-a-token", "r", "i", row.tokens.expire_time))
    refused = Browser(world.app, {world.parts.cookie: bad}, "")
    assert (await refused.get("/my-work")).status_code == 401
    world.clock.advance(minutes=2)
    assert (await refused.get("/my-work")).headers["location"] == "/login?return_to=%2Fmy-work"


@pytest.mark.parametrize("token", ["x", "eyJhIjoxfQ==", "WyJmb3JlaWduIiwgIjEiLCAiMiJd"])
async def test_a_cursor_that_is_not_ours_is_a_bad_request(world: World, token: str) -> None:
    office = await world.browser(AN)
    for path in ("/tasks", "/directives"):
        answer = await office.get(f"{path}?page_token={token}")
        assert answer.status_code == 400, path
        assert "PAGE_TOKEN_INVALID" in answer.text


async def test_a_filter_that_cannot_be_read_is_named(world: World) -> None:
    leader = await world.browser(STNMT_LEADER)
    for query, name in (("due_from=31/02/2025", "due_from"), ("state=lost", "state"), ("unit=x", "unit"), ("q=" + "a" * 300, "q")):
        answer = await leader.get(f"/tasks?{query}")
        assert answer.status_code == 422, query
        assert f'href="#{name}"' in answer.text
    fragment = await leader.get("/tasks?unit=x", headers={"HX-Request": "true"})
    assert (fragment.status_code, "<html" in fragment.text) == (422, False)
    assert "data-error-panel" in fragment.text


async def test_htmx_gets_the_fragment_and_others_the_page(world: World) -> None:
    leader = await world.browser(STNMT_LEADER)
    for path in ("/tasks", "/my-work"):
        page, fragment = await leader.get(path), await leader.get(path, headers={"HX-Request": "true"})
        assert "<html" in page.text
        assert "<html" not in fragment.text
        assert fragment.text.strip()


async def test_a_period_that_is_none_is_named(world: World) -> None:
    answer = await (await world.browser(AN)).get("/summary?issue_from=32/01/2025")
    assert answer.status_code == 422
    assert 'href="#issue_from"' in answer.text


async def test_hints_about_own_writes_that_cannot_be_read_count_for_nothing(world: World) -> None:
    leader = await world.browser(STNMT_LEADER)
    answer = await leader.get(f"/my-work?after=x&after={uuid4()}:-1&after=:::&done=<script>")
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("path", ["/", "/tasks?q=a b%20c".replace(" ", "+"), "/a/../b", "/a?next=//b"])
def test_a_path_of_this_site_is_local(path: str) -> None:
    assert is_local(path)


def test_traces_hold_no_query() -> None:
    """It may be what somebody searched for, or a sign-in's code."""
    span = TracerProvider().get_tracer("test").start_span("GET /tasks")
    span.set_attributes({"http.url": "http://localhost:8080/tasks?q=mật", "http.target": "/tasks?q=mật", "url.query": "q=mật"})
    _without_query(span, {})
    assert dict(span.attributes) == {"http.url": "http://localhost:8080/tasks", "http.target": "/tasks", "url.query": ""}
