"""The realm in a real Keycloak behind the real edge: imported, then brought up to a seed that changes."""

import base64
import json
import secrets
import shutil
import time
from collections.abc import AsyncIterator, Callable
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from keycloak import KeycloakAdmin

from e2e.harness import Options, Platform, unused_ports
from e2e.harness.child import StartFailed
from e2e.harness.process import ROOT
from e2e.login import Refused, sign_in
from infra.keycloak.realm import REALM, WEB_CLIENT

Json = dict[str, Any]
pytestmark = pytest.mark.asyncio(loop_scope="module")

PARTS = ("postgres", "databases", "keycloak", "provision", "edge")
PERSON, UNIT = "an.nguyen", "syt"


class Realm:
    """The platform's part that is tested, and what the tests do with it."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.log = platform.home / "logs" / "provision.log"
        self.admin = KeycloakAdmin(
            server_url=f"http://127.0.0.1:{platform.ports['keycloak']}/auth/",
            username="admin",
            password=platform.secret("keycloak", "admin_password"),
            realm_name=REALM,
            user_realm_name="master",
        )

    def edit(self, name: str, change: Callable[[list[Json]], list[Json]]) -> None:
        file = self.platform.options.seed / name
        file.write_text(json.dumps(change(json.loads(file.read_text())), ensure_ascii=False))

    async def provision(self) -> list[str]:
        """As the next `make up` does it; returns what it said."""
        before = len(self.log.read_text())
        self.platform.prepare()
        await self.platform.halt("provision")
        await self.platform.resume("provision")
        return self.log.read_text()[before:].splitlines()

    async def token(self, username: str, password: str | None = None) -> Json:
        """By the browser's way, with PKCE; the gateway, which would take the code, isn't there."""
        verifier, issuer = secrets.token_urlsafe(48), self.platform.urls.issuer
        back = f"{self.platform.urls.web}/login/callback"
        asked = {
            "client_id": WEB_CLIENT,
            "response_type": "code",
            "scope": "openid",
            "redirect_uri": back,
            "state": "s",
            "code_challenge": base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        async with httpx.AsyncClient(timeout=20) as client:
            start = f"{issuer}/protocol/openid-connect/auth?{urlencode(asked)}"
            callback = await sign_in(client, start, username, password or self.platform.password)
            assert str(callback.url).startswith(f"{back}?")
            code = parse_qs(urlsplit(str(callback.url)).query)["code"][0]
            given = await client.post(
                f"{self.platform.urls.token_base}/protocol/openid-connect/token",
                data={"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier},
                auth=(WEB_CLIENT, self.platform.secret("gateway", "ykcd_oidc_client_secret")),
            )
        assert given.status_code == 200, given.text
        return given.json()

    def roles(self, user_id: str) -> set[str]:
        return {role["name"] for role in self.admin.get_realm_roles_of_user(user_id)}

    def units(self, user_id: str) -> set[str]:
        return {each["alias"] for each in self.admin.get_user_organizations(user_id)}


def claims(token: str) -> Json:
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def realm(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Realm]:
    folder = tmp_path_factory.mktemp("keycloak")
    shutil.copytree(ROOT / "infra" / "seed", folder / "seed")
    async with Platform(folder / "home", ports=unused_ports(), options=Options(seed=folder / "seed"), only=PARTS) as platform:
        yield Realm(platform)


def person(realm: Realm, username: str) -> Json:
    return next(each for each in realm.platform.people() if each["username"] == username)


async def test_only_what_keycloak_adds_of_itself_differs_after_an_import(realm: Realm) -> None:
    said = realm.log.read_text().splitlines()
    assert said == [f"role default-roles-{REALM}: without offline_access, uma_authorization", "1 changes."]
    began = time.monotonic()
    assert await realm.provision() == ["Nothing differs."]
    assert time.monotonic() - began < 20  # two seconds on an idle machine
    # Everybody's role opens the account pages and, unlike Keycloak's own default, no session without an end.
    everybodys = realm.admin.get_composite_realm_roles_of_role(f"default-roles-{REALM}")
    assert {role["name"] for role in everybodys} == {"manage-account", "view-profile"}


async def test_a_token_says_who_by_the_fixed_id_and_the_name_in_vietnamese_order(realm: Realm) -> None:
    an, given = person(realm, PERSON), await realm.token(PERSON)
    access = claims(given["access_token"])
    assert (access["sub"], access["aud"]) == (an["id"], "ykcd")
    assert not access.keys() & {"realm_access", "resource_access"}
    async with httpx.AsyncClient() as client:
        userinfo = f"{realm.platform.urls.issuer}/protocol/openid-connect/userinfo"
        answer = (await client.get(userinfo, headers={"Authorization": f"Bearer {given['access_token']}"})).json()
    assert (answer["sub"], answer["name"]) == (an["id"], an["name"])


async def test_a_wrong_password_is_refused_in_vietnamese(realm: Realm) -> None:
    with pytest.raises(Refused, match="không hợp lệ"):
        await realm.token("thuan.phan", "another password")


@pytest.mark.parametrize("path", ["/login/callback/..", "/login/callback?next=x", "/", "//elsewhere.example/login/callback"])
async def test_only_the_exact_callback_gets_a_code(realm: Realm, path: str) -> None:
    query = {"client_id": WEB_CLIENT, "response_type": "code", "scope": "openid", "redirect_uri": f"{realm.platform.urls.web}{path}"}
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{realm.platform.urls.issuer}/protocol/openid-connect/auth?{urlencode(query)}")
    assert (answer.status_code, "location" in answer.headers) == (400, False)


async def test_sign_in_pages_are_vietnamese_and_ours(realm: Realm) -> None:
    query = {
        "client_id": WEB_CLIENT,
        "response_type": "code",
        "scope": "openid",
        "redirect_uri": f"{realm.platform.urls.web}/login/callback",
        "ui_locales": "vi",
        "code_challenge": "x" * 43,
        "code_challenge_method": "S256",
    }
    async with httpx.AsyncClient(headers={"Accept-Language": "en"}) as client:
        page = await client.get(f"{realm.platform.urls.issuer}/protocol/openid-connect/auth?{urlencode(query)}")
        style = next(part for part in page.text.split('"') if part.endswith("css/ykcd.css"))
        sheet = await client.get(f"{realm.platform.urls.web}{style}")
        mark = await client.get(f"{realm.platform.urls.web}{style.removesuffix('css/ykcd.css')}img/mark.svg")
    assert 'lang="vi"' in page.text
    assert "Đăng nhập" in page.text
    assert "Ủy ban nhân dân tỉnh Thừa Thiên Huế" in page.text
    assert (sheet.status_code, mark.status_code) == (200, 200)


async def test_a_unit_signs_in_by_its_client(realm: Realm) -> None:
    async with httpx.AsyncClient() as client:
        given = await client.post(
            f"{realm.platform.urls.token_base}/protocol/openid-connect/token",
            data={"grant_type": "client_credentials"},
            auth=(f"unit-{UNIT}", realm.platform.secret("units", UNIT)),
        )
    access = claims(given.json()["access_token"])
    assert (access["sub"], access["aud"]) == (person(realm, f"service-account-unit-{UNIT}")["id"], "ykcd")


async def test_a_changed_person_is_changed(realm: Realm) -> None:
    an = person(realm, PERSON)
    renewed = an | {"name": "Nguyễn Văn Ân", "email": "an.moi@ykcd.example", "roles": ["officer"], "unit": UNIT}
    realm.edit("people.json", lambda people: [renewed if each["id"] == an["id"] else each for each in people])
    said = await realm.provision()
    assert said[:-1] == [
        f"user {PERSON}: email, firstName",
        f"user {PERSON}: no longer specialist",
        f"user {PERSON}: now officer",
        f"user {PERSON}: leaves vpub",
        f"user {PERSON}: joins {UNIT}",
    ]
    assert (realm.roles(an["id"]), realm.units(an["id"])) == ({"officer", f"default-roles-{REALM}"}, {UNIT})
    assert claims((await realm.token(PERSON))["id_token"])["name"] == "Nguyễn Văn Ân"
    assert await realm.provision() == ["Nothing differs."]


async def test_somebody_new_comes_with_their_fixed_id(realm: Realm) -> None:
    new = {
        "id": str(uuid4()),
        "username": "moi.tran",
        "name": "Trần Thị Mới",
        "email": "moi.tran@ykcd.example",
        "unit": UNIT,
        "roles": ["officer"],
        "kind": "PERSON",
    }
    realm.edit("people.json", lambda people: [*people, new])
    assert await realm.provision() == ["new: user moi.tran", f"user moi.tran: joins {UNIT}", "2 changes."]
    told = claims((await realm.token("moi.tran"))["id_token"])
    assert (told["sub"], told["name"]) == (new["id"], "Trần Thị Mới")
    assert (realm.roles(new["id"]), realm.units(new["id"])) == ({"officer", f"default-roles-{REALM}"}, {UNIT})


async def test_a_name_that_somebody_took_by_hand_stops_the_import(realm: Realm) -> None:
    """Silence would leave a person of the seed who signs in under an id that no service knows."""
    taken = realm.admin.create_user({"username": "trung.ten", "email": "trung.ten@other.example", "enabled": True})
    new = person(realm, "thuan.phan") | {"id": str(uuid4()), "username": "trung.ten", "email": "trung.ten@ykcd.example"}
    realm.edit("people.json", lambda people: [*people, new])
    with pytest.raises(StartFailed, match=r"(?s)Keycloak refused: 409.*trung.ten"):
        await realm.provision()
    realm.edit("people.json", lambda people: [each for each in people if each["id"] != new["id"]])
    assert await realm.provision() == ["Nothing differs."]
    assert realm.admin.get_user(taken)["enabled"]


async def test_a_new_unit_comes_with_its_client_and_its_service_account(realm: Realm) -> None:
    unit = {"id": str(uuid4()), "code": "donvimoi", "name": "Đơn vị mới", "abbreviations": [], "kind": "DEPARTMENT"}
    account = {
        "id": str(uuid4()),
        "username": "service-account-unit-donvimoi",
        "name": "Đơn vị mới",
        "email": "service-account-unit-donvimoi@ykcd.example",
        "unit": "donvimoi",
        "roles": ["focal_point"],
        "kind": "SERVICE",
    }
    realm.edit("units.json", lambda units: [*units, unit])
    realm.edit("people.json", lambda people: [*people, account])
    assert await realm.provision() == [
        "new: client unit-donvimoi, user service-account-unit-donvimoi",
        "new: organization donvimoi",
        "2 changes.",
    ]
    async with httpx.AsyncClient() as client:
        given = await client.post(
            f"{realm.platform.urls.token_base}/protocol/openid-connect/token",
            data={"grant_type": "client_credentials"},
            auth=("unit-donvimoi", realm.platform.secret("units", "donvimoi")),
        )
    assert claims(given.json()["access_token"])["sub"] == account["id"]
    assert await realm.provision() == ["Nothing differs."]


async def test_who_left_the_seed_is_disabled_and_comes_back_enabled(realm: Realm) -> None:
    gone = person(realm, "binh.tran")
    await realm.token("binh.tran")
    realm.edit("people.json", lambda people: [each for each in people if each["id"] != gone["id"]])
    assert await realm.provision() == ["user binh.tran: disabled, no longer in the seed", "1 changes."]
    left = realm.admin.get_user(gone["id"])
    assert (left["enabled"], left["firstName"], left["email"]) == (False, gone["name"], gone["email"])
    assert realm.admin.get_sessions(gone["id"]) == []
    with pytest.raises(Refused):
        await realm.token("binh.tran")
    realm.edit("people.json", lambda people: [*people, gone])
    assert await realm.provision() == ["user binh.tran: enabled", "1 changes."]
    assert claims((await realm.token("binh.tran"))["id_token"])["sub"] == gone["id"]


async def test_what_an_administrator_did_by_hand_stays(realm: Realm) -> None:
    locked = person(realm, "chi.le")
    by_hand = realm.admin.create_user({"username": "by.hand", "email": "by.hand@other.example", "firstName": "Làm tay", "enabled": True})
    realm.admin.update_user(locked["id"], {"enabled": False})
    assert await realm.provision() == ["Nothing differs."]
    enabled = [realm.admin.get_user(user_id)["enabled"] for user_id in (by_hand, locked["id"])]
    assert enabled == [True, False]


async def test_settings_that_drifted_come_back_without_a_secret_in_the_log(realm: Realm) -> None:
    key = str(realm.admin.get_client_id(WEB_CLIENT))
    realm.admin.update_client(key, {"redirectUris": ["*"], "secret": "somebody-else-knows-it"})
    realm.admin.update_realm(REALM, {"passwordPolicy": "length(4)"})
    said = await realm.provision()
    assert said == ["realm: passwordPolicy", "client ykcd-web: secret, redirectUris", "2 changes."]
    client = realm.admin.get_client(key)
    assert client["redirectUris"] == [f"{realm.platform.urls.web}/login/callback"]
    written = [file.read_text() for file in realm.platform.secrets.rglob("*") if file.is_file()]
    assert len(written) > 50
    assert not [secret for secret in written if secret in realm.log.read_text()]
    await realm.token("thuan.phan")  # the gateway's secret holds again


async def test_the_provisioner_reaches_no_further_than_its_realm(realm: Realm) -> None:
    base = f"http://127.0.0.1:{realm.platform.ports['keycloak']}/auth"
    async with httpx.AsyncClient() as client:
        given = await client.post(
            f"{realm.platform.urls.token_base}/protocol/openid-connect/token",
            data={"grant_type": "client_credentials"},
            auth=("ykcd-provisioner", realm.platform.secret("provisioner", "client_secret")),
        )
        headers = {"Authorization": f"Bearer {given.json()['access_token']}"}
        answers = [await client.get(f"{base}/admin/realms/{name}", headers=headers) for name in (REALM, "master")]
    assert [answer.status_code for answer in answers] in ([200, 401], [200, 403])


async def test_the_pages_bear_the_webs_mark() -> None:
    ours, webs = (ROOT / path for path in ("infra/keycloak/theme/login/resources/img/mark.svg", "gateway/web/static/mark.svg"))
    assert ours.read_text() == webs.read_text()
