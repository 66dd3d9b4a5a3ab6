"""Every route, against everybody who must not: a new one fails here until it is listed."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from gateway.tests.routes_beside import ABSENT, BESIDE, Route
from gateway.tests.routes_reports import REPORTS
from gateway.tests.test_flow import RESULT, act, publish, report
from gateway.tests.world import ADMINISTRATOR, AN, BASE, EVALUATOR, OFFICE_LEADER, STNMT, STNMT_LEADER, SYT_LEADER, Browser, World, document
from gateway.web.kinds import KINDS
from gateway.web.sheets import FORMATS

# Open to everybody, and what a stranger gets.
PUBLIC = {"GET /healthz": 200, "GET /readyz": 200, "GET /": 200, "GET /login": 303, "GET /login/callback": 400}
CALENDAR = {"source": "TB 1/TB-UBND", "days": "16/06/2025; Nghỉ do thiên tai; Lũ"}
CHANGING = {"changing_code": "6120/UBND", "changing_date": "2025-04-24", "changing_signer": "A", "reason": "Nhầm."}
DECISION = {"reason": "Xem trộm.", "decision_number": "1", "signer": "A"}
ROUTES: dict[str, Route] = {
    "GET /my-work": Route((STNMT_LEADER, 200), 200),
    "GET /tasks": Route((STNMT_LEADER, 200), 200),
    "POST /tasks/accept": Route((STNMT_LEADER, 200), 200),
    "POST /tasks/verify": Route((AN, 200), 200),
    "GET /summary": Route((EVALUATOR, 200), 200),
    "GET /tong-quan": Route((EVALUATOR, 200), 200),
    "GET /tong-quan/chuyen-vien": Route((AN, 200), 403),
    "GET /tong-quan/don-vi/{id}": Route(),
    "GET /due-date-preview": Route((AN, 200), 200),
    "POST /due-date-suggestion": Route((AN, 200), 200, {"content": "Báo cáo trước ngày 30/6."}),
    "GET /directives": Route((AN, 200), 200),
    "GET /directives/new": Route((AN, 200), 403),
    "POST /directives/new": Route((AN, 303), 403, lambda: {"action": "save", "request_id": str(uuid4()), **document(number="77")}),
    "GET /directives/{id}": Route((STNMT_LEADER, 200)),
    "GET /directives/{id}/edit": Route((OFFICE_LEADER, 303)),
    "POST /directives/{id}/edit": Route((AN, 409), fields=lambda: {"request_id": str(uuid4()), "expected_version": "2", **document()}),
    "GET /directives/{id}/check": Route((AN, 303)),
    "POST /directives/{id}/publish": Route(None, 403),
    "GET /directives/{id}/amend": Route((AN, 200)),
    "POST /directives/{id}/amend": Route((AN, 200), fields={**CHANGING, "abstract": "V/v khác"}),
    "GET /directives/{id}/supersede": Route((OFFICE_LEADER, 200)),
    "POST /directives/{id}/supersede": Route(None, 403, {"reason": "Nhầm.", "superseding_id": ABSENT}),
    "GET /directives/{id}/revoke": Route((OFFICE_LEADER, 200)),
    "POST /directives/{id}/revoke": Route(None, 403, CHANGING),
    "GET /directives/{id}/purge": Route((OFFICE_LEADER, 200)),
    "POST /directives/{id}/purge": Route(None, 404, {"sure": "1"}),
    "GET /assignments/{id}": Route((STNMT_LEADER, 200)),
    "POST /assignments/{id}/accept": Route(),
    "POST /assignments/{id}/request-return": Route(fields={"reason": "Nhầm."}),
    "POST /assignments/{id}/delegate": Route(fields={"leader_id": str(SYT_LEADER.id)}),
    "POST /assignments/{id}/report-progress": Route(fields={"content": "Xem trộm."}),
    "POST /assignments/{id}/report-done": Route(fields={"content": "Xem trộm.", "completed_on": "2025-04-24"}),
    "POST /assignments/{id}/verify": Route(None, 403),
    "POST /assignments/{id}/send-back": Route(None, 403, {"reason": "Xem trộm."}),
    "POST /assignments/{id}/draft-report": Route(fields={"content": "Xem trộm."}),
    "POST /assignments/{id}/withdraw-report": Route(fields={"reason": "Xem trộm."}),
    "POST /assignments/{id}/set-plan": Route(fields={"steps-0-content": "Xem trộm."}),
    "POST /assignments/{id}/confirm-aggregator": Route(fields={"aggregating_unit_id": str(STNMT)}),
    "POST /assignments/{id}/record-paper-report": Route(fields={"document_number": "1", "document_date": "2025-04-24"}),
    "POST /assignments/{id}/request-extension": Route(fields={"new_due_date": "2025-07-31", "reason": "Xem trộm."}),
    "POST /assignments/{id}/withdraw-extension": Route(),
    "POST /assignments/{id}/review-report": Route(None, 403, {"report_id": ABSENT, "accepted": "yes"}),
    "POST /assignments/{id}/adjust": Route(None, 403, {"reason": "Xem trộm."}),
    "POST /assignments/{id}/forward": Route(fields={"unit_id": str(STNMT), "reason": "Xem trộm."}),
    "POST /assignments/{id}/deny-return": Route(None, 403, {"reason": "Xem trộm."}),
    "POST /assignments/{id}/decide-extension": Route(None, 403, {"approved": "yes", **DECISION}),
    "POST /assignments/{id}/name-specialist": Route(None, 403, {"specialist_id": str(AN.id)}),
    "POST /assignments/{id}/reopen": Route(None, 403, DECISION),
    "POST /assignments/{id}/cancel": Route(None, 403, DECISION),
    "GET /assignments/{id}/evidence/{evidence_id}": Route((STNMT_LEADER, 200)),
    "GET /phieu-bao": Route((AN, 200), 200),
    "GET /phieu-bao/{id}": Route(),
    "POST /phieu-bao/issue": Route((AN, 200), 200),
    "POST /phieu-bao/{id}/issue": Route(None, 403),
    "POST /phieu-bao/{id}/acknowledge": Route(fields={"answer": "Xem trộm."}),
    "GET /bao-cao-chu-tich": Route((OFFICE_LEADER, 200), 200),
    "GET /bao-cao-chu-tich/{id}": Route(),
    "POST /bao-cao-chu-tich/{id}/report": Route(None, 403, {"report_number": "1", "report_date": "2025-04-24"}),
    "POST /bao-cao-chu-tich/{id}/direct": Route(
        None, 403, {"direction": "close", "text": "Thôi.", "decision_number": "1", "decision_signer": "A"}
    ),
    "POST /bao-cao-chu-tich/{id}/close": Route(None, 403, {"note": "Xong."}),
    "GET /nghia-vu": Route((STNMT_LEADER, 200), 200),
    "GET /van-ban-mat": Route((OFFICE_LEADER, 200), 403),
    "GET /lich-lam-viec": Route((EVALUATOR, 200), 200),
    "GET /lich-lam-viec/nhap": Route((ADMINISTRATOR, 200), 403),
    "POST /lich-lam-viec/xem-truoc": Route((ADMINISTRATOR, 200), 403, CALENDAR),
    "POST /lich-lam-viec/nhap": Route((ADMINISTRATOR, 303), 403, CALENDAR),
    **BESIDE,
    **REPORTS,
    "GET /inbox": Route((STNMT_LEADER, 200), 200),
    "POST /inbox/read": Route((STNMT_LEADER, 303), 303),
    "GET /chon-don-vi": Route((STNMT_LEADER, 200), 200),
    "POST /chon-don-vi": Route((STNMT_LEADER, 303), 403, {"unit_id": str(STNMT)}),
    "GET /live": Route(None, 200),
    "POST /logout": Route(None, 303),
}
# Whoever reads a list may take it away as a file.
LISTS = ("GET /tasks", "GET /directives", *(f"GET {kind.address}" for kind in KINDS.values()))
ROUTES |= {f"{name}/export.{file}": ROUTES[name] for name in LISTS for file in FORMATS}
POSTS = [name for name in ROUTES if name.startswith("POST")]


@dataclass
class Place:
    """What ids stand for in the addresses."""

    world: World
    directive: str
    assignment: str
    evidence: str

    def path(self, name: str, *, id: str = "") -> str:
        own = self.directive if "/directives/" in name else self.assignment
        path = name.split(" ")[1].replace("{id}", id or own).replace("{evidence_id}", self.evidence)
        return path.replace("{annex}", "iii").replace("{ending}", "pdf").replace("{version}", "0")

    async def send(self, browser: Browser, name: str, *, id: str = "") -> httpx.Response:
        """With a form that would be in order."""
        path, fields = self.path(name, id=id), ROUTES[name].fields
        if name.startswith("GET"):
            return await browser.get(path)
        given = fields() if callable(fields) else fields or {}
        return await browser.post(path, {"request_id": str(uuid4()), "expected_version": "1", **given})


@pytest.fixture
async def place(world: World) -> Place:
    directive, assignment = await publish(world)
    await act(world, STNMT_LEADER, assignment, "accept")
    await report(world, assignment)
    page = (await (await world.browser(AN)).get(f"/assignments/{assignment}")).text
    return Place(world, directive, assignment, page.split(f"{assignment}/evidence/")[1].split('"')[0])


def registered(routes: list[Any]) -> set[str]:
    """Method and pattern of every route of the application, those of included routers too."""
    found = set()
    for route in routes:
        if inner := getattr(route, "original_router", None):
            found |= registered(inner.routes)
        elif hasattr(route, "methods"):
            found |= {f"{method} {route.path}" for method in route.methods}
    return found


async def test_every_route_is_listed_here(world: World) -> None:
    """So that everybody who must not is sent to it by the tests below."""
    assert registered(world.app.routes) == set(PUBLIC) | set(ROUTES)
    assert {route.name for route in world.app.routes if not hasattr(route, "original_router")} == {"static", "vendor"}


async def test_an_anonymous_reader_is_led_to_the_sign_in_and_back(place: Place) -> None:
    nobody = Browser(place.world.app, {}, "")
    for name, status in PUBLIC.items():
        assert (await nobody.get(name.split(" ")[1])).status_code == status, name
    for name in ROUTES:
        answer = await place.send(nobody, name)
        if name.startswith("GET"):
            assert answer.status_code == 303, name
            assert answer.headers["location"].startswith("/login?return_to=%2F"), name
        else:
            assert answer.status_code == 401, name
            assert "Cần đăng nhập" in answer.text


async def test_an_old_cookie_is_as_good_as_none(place: Place) -> None:
    stranger = Browser(place.world.app, {place.world.parts.cookie: "made-up"}, "")
    for name in POSTS:
        assert (await place.send(stranger, name)).status_code == 401, name


async def test_another_unit_gets_the_same_answer_as_for_what_does_not_exist(place: Place) -> None:
    foreign = await place.world.browser(SYT_LEADER)
    for name in (name for name, route in ROUTES.items() if route.foreign == 404):
        theirs, missing = await place.send(foreign, name), await place.send(foreign, name, id=ABSENT)
        assert (theirs.status_code, missing.status_code) == (404, 404), name
        assert visible(theirs) == visible(missing), name


async def test_another_unit_gets_nothing_of_this_ones_tasks_from_any_route(place: Place) -> None:
    # Live streams would go on.
    place.world.parts.stopping.set()
    for name, route in ROUTES.items():
        answer = await place.send(await place.world.browser(SYT_LEADER), name)
        assert answer.status_code == route.foreign, (name, answer.text)
        for secret in (place.assignment, document()["abstract"], document()["tasks-0-content"], RESULT["content"]):
            assert secret not in answer.text.replace(place.path(name), ""), name


def visible(answer: httpx.Response) -> str:
    """The page without what differs by request: ids in it, the trace."""
    return re.sub(r"[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f-]{27}|[?]v=\w+", "", answer.text)


async def test_an_id_that_is_none_names_nothing(place: Place) -> None:
    office = await place.world.browser(AN)
    for name in (name for name in ROUTES if "{id}" in name):
        assert (await place.send(office, name, id="1 OR 1=1")).status_code == 404, name


async def test_the_right_role_gets_in(place: Place) -> None:
    for name, route in ROUTES.items():
        if route.right:
            person, status = route.right
            answer = await place.send(await place.world.browser(person), name)
            assert answer.status_code == status, (name, answer.text[:3000])


@pytest.mark.parametrize("token", [None, "", "wrong"])
async def test_a_form_without_its_own_token_is_refused(place: Place, token: str | None) -> None:
    office = await place.world.browser(AN)
    for name in POSTS:
        fields = {} if token is None else {"csrf_token": token}
        answer = await office.client.post(place.path(name), data=fields | {"request_id": str(uuid4())})
        assert answer.status_code == 403, name
        assert "CSRF_TOKEN_INVALID" in answer.text


async def test_the_token_of_another_session_is_refused(place: Place) -> None:
    office, other = await place.world.browser(AN), await place.world.browser(AN)
    office.csrf_token = other.csrf_token
    for name in POSTS:
        assert (await place.send(office, name)).status_code == 403, name


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": BASE, "Sec-Fetch-Site": "same-site"},
    ],
)
async def test_a_post_from_another_site_is_refused(place: Place, headers: dict[str, str]) -> None:
    office = await place.world.browser(AN)
    for name in POSTS:
        answer = await office.client.post(place.path(name), data={"csrf_token": office.csrf_token}, headers=headers)
        assert answer.status_code == 403, name
        assert "CROSS_ORIGIN" in answer.text


async def test_identity_headers_count_for_nothing(place: Place) -> None:
    office = await place.world.browser(SYT_LEADER)
    headers = {"X-Forwarded-User": str(AN.id), "X-Unit-Id": str(AN.unit_id), "ykcd-unit": str(AN.unit_id)}
    assert (await office.get(f"/assignments/{place.assignment}", headers=headers)).status_code == 404
