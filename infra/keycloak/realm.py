"""The realm `ykcd` as code: people, units as organizations, roles and clients, from the seed and the secrets.

An empty Keycloak imports this document; `provision` brings a running one up to it. It names no `clientScopes`: naming
one would replace all of Keycloak's own.
"""

import base64
import hashlib
import json
import secrets as random
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Json = dict[str, Any]

REALM = "ykcd"
WEB_CLIENT = "ykcd-web"
PROVISIONER = "ykcd-provisioner"
DEFAULT_ROLE = f"default-roles-{REALM}"
# The mark, on a person, unit or unit's client, of what came from the seed; what isn't marked was made by hand and is left alone.
SEED, PRESENT, GONE = "seed", "present", "gone"
AUDIENCE = "ykcd"
HASH_ITERATIONS = 210_000  # Keycloak's own for pbkdf2-sha512
MINUTE, HOUR, DAY = 60, 3600, 86400

ROLES = {
    "specialist": "Chuyên viên Văn phòng theo lĩnh vực và đơn vị",
    "office_leader": "Lãnh đạo Văn phòng",
    "chairman": "Chủ tịch, Phó Chủ tịch UBND tỉnh",
    "clerk": "Văn thư",
    "focal_point": "Đầu mối của đơn vị",
    "unit_leader": "Lãnh đạo đơn vị",
    "officer": "Cán bộ",
    "evaluator": "Sở Nội vụ, chỉ đọc",
    "administrator": "Quản trị hệ thống của Văn phòng",
    "operator": "Vận hành, không xem nghiệp vụ",
}


def realm(
    *,
    seed: Path,
    public_url: str,
    smtp_port: int,
    password: str,
    web_secret: str,
    provisioner_secret: str,
    unit_secrets: Mapping[str, str],
) -> Json:
    """The import document. `unit_secrets` maps a unit's code to its client's secret; the result is a secret."""
    units, people = (json.loads((seed / name).read_text()) for name in ("units.json", "people.json"))
    credential = hashed(password)
    return {
        "realm": REALM,
        "enabled": True,
        **_appearance(),
        **_protection(),
        **_lifetimes(),
        "organizationsEnabled": True,
        "smtpServer": {"host": "127.0.0.1", "port": str(smtp_port), "from": "no-reply@ykcd.example"},
        "defaultRole": {"name": DEFAULT_ROLE},
        "roles": {"realm": [*({"name": name, "description": text} for name, text in ROLES.items()), _default_role()]},
        "components": {"org.keycloak.userprofile.UserProfileProvider": [profile_component()]},
        "clients": [
            web_client(public_url, web_secret),
            provisioner_client(provisioner_secret),
            *(unit_client(unit, unit_secrets[unit["code"]]) for unit in units),
        ],
        "users": [*(_user(person, credential) for person in people), _provisioner()],
        "organizations": [_organization(unit, people) for unit in units],
    }


def hashed(password: str) -> Json:
    """One hash for everybody: seed accounts share one password, and hashing it per person would cost an import
    of a hundred people half a minute. Keycloak hashes it anew, salted and with argon2, at each first sign-in.
    """
    salt = random.token_bytes(16)
    value = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, HASH_ITERATIONS, dklen=64)
    encode = lambda raw: base64.b64encode(raw).decode()  # noqa: E731
    return {
        "type": "password",
        "secretData": json.dumps({"value": encode(value), "salt": encode(salt)}),
        "credentialData": json.dumps({"hashIterations": HASH_ITERATIONS, "algorithm": "pbkdf2-sha512"}),
    }


def web_client(public_url: str, secret: str) -> Json:
    """The gateway: authorization code with PKCE, tokens kept on the server."""
    return _client(WEB_CLIENT, secret) | {
        "name": "Trang web",
        "standardFlowEnabled": True,
        "rootUrl": public_url,
        "redirectUris": [f"{public_url}/login/callback"],
        "webOrigins": [],
        "attributes": {"pkce.code.challenge.method": "S256", "post.logout.redirect.uris": f"{public_url}/"},
    }


def unit_client(unit: Json, secret: str) -> Json:
    """A unit's own system, which calls the gRPC interface by client credentials."""
    marked = {"attributes": {SEED: PRESENT}}
    return _client(f"unit-{unit['code']}", secret) | {"name": unit["name"], "serviceAccountsEnabled": True} | marked


def provisioner_client(secret: str) -> Json:
    """Who brings a running realm up to this document. Its rights, of `_provisioner`, end at the realm."""
    return _client(PROVISIONER, secret) | {
        "name": "Cập nhật danh mục người dùng và đơn vị",
        "serviceAccountsEnabled": True,
        "fullScopeAllowed": True,
        "protocolMappers": [],
    }


def _provisioner() -> Json:
    rights = [f"{verb}-{what}" for verb in ("view", "manage") for what in ("realm", "users", "clients")]
    return {
        "username": f"service-account-{PROVISIONER}",
        "enabled": True,
        "serviceAccountClientId": PROVISIONER,
        "clientRoles": {"realm-management": rights},
    }


def _client(client_id: str, secret: str) -> Json:
    return {
        "clientId": client_id,
        "secret": secret,
        "enabled": True,
        "protocol": "openid-connect",
        "publicClient": False,
        "clientAuthenticatorType": "client-secret",
        "standardFlowEnabled": False,
        "implicitFlowEnabled": False,
        "directAccessGrantsEnabled": False,
        # A token says who, not what they may: rights stand in the services' records. Nor does it open the account pages.
        "fullScopeAllowed": False,
        "protocolMappers": [
            {
                "name": "audience",
                "protocol": "openid-connect",
                "protocolMapper": "oidc-audience-mapper",
                "config": {
                    "included.custom.audience": AUDIENCE,
                    "access.token.claim": "true",
                    "id.token.claim": "false",
                    "introspection.token.claim": "true",
                },
            }
        ],
    }


def _user(person: Json, credential: Json) -> Json:
    user: Json = {
        "id": person["id"],  # becomes the token's `sub`, by which every service knows the person
        "username": person["username"],
        "email": person["email"],
        "emailVerified": True,
        "enabled": True,
        "realmRoles": person["roles"],
    }
    if person["kind"] == "SERVICE":
        return user | {"serviceAccountClientId": f"unit-{person['unit']}"}
    return user | {
        "firstName": person["name"],
        "realmRoles": [*person["roles"], DEFAULT_ROLE],
        "attributes": {SEED: [PRESENT]},
        "credentials": [credential],
    }


def _default_role() -> Json:
    """The account pages for everybody: own password and sessions.

    An import adds Keycloak's own two, of which one opens sessions without an end; `provision` takes them away.
    """
    return {"name": DEFAULT_ROLE, "composite": True, "composites": {"client": {"account": ["manage-account", "view-profile"]}}}


def profile_component() -> Json:
    return {"providerId": "declarative-user-profile", "config": {"kc.user.profile.config": [json.dumps(user_profile())]}}


def user_profile() -> Json:
    """Who people are comes from the register, so their account pages show it and can't change it.

    There is no last name: Keycloak writes the given name first, and a Vietnamese name begins with the family's.
    The whole name stands in firstName, so that the claim `name` is the name as it is written.
    """
    shown = {"permissions": {"view": ["admin", "user"], "edit": ["admin"]}}
    plain_name = {"username-prohibited-characters": {}, "up-username-not-idn-homograph": {}}
    return {
        "attributes": [
            {"name": "username", "displayName": "${username}", "validations": _length(3) | plain_name, **shown},
            {"name": "email", "displayName": "${email}", "validations": {"email": {}} | _length(), **shown},
            {
                "name": "firstName",
                "displayName": "Họ và tên",
                "validations": _length() | {"person-name-prohibited-characters": {}},
                **shown,
            },
            {"name": SEED, "displayName": "Danh mục", "permissions": {"view": ["admin"], "edit": ["admin"]}},
        ],
        "groups": [],
    }


def _length(least: int = 0) -> Json:
    return {"length": {"min": least, "max": 255} if least else {"max": 255}}


def _organization(unit: Json, people: Sequence[Json]) -> Json:
    members = [person["username"] for person in people if person["unit"] == unit["code"] and person["kind"] == "PERSON"]
    return {
        "id": str(uuid.UUID(unit["id"])),
        "name": unit["name"],
        "alias": unit["code"],
        "enabled": True,
        "domains": [{"name": f"{unit['code']}.ykcd.example", "verified": True}],
        "attributes": {"unit_id": [unit["id"]], SEED: [PRESENT]},
        "members": [{"username": username, "membershipType": "UNMANAGED"} for username in members],
    }


def _appearance() -> Json:
    return {
        "displayName": "Theo dõi ý kiến chỉ đạo",
        "displayNameHtml": "Theo dõi ý kiến chỉ đạo<br><small>Ủy ban nhân dân tỉnh Thừa Thiên Huế</small>",
        "loginTheme": "ykcd",
        "internationalizationEnabled": True,
        "supportedLocales": ["vi", "en"],
        "defaultLocale": "vi",
    }


def _protection() -> Json:
    return {
        "sslRequired": "external",  # plain HTTP on loopback and private addresses only
        "registrationAllowed": False,
        "resetPasswordAllowed": True,
        "loginWithEmailAllowed": True,
        "duplicateEmailsAllowed": False,
        "editUsernameAllowed": False,
        "passwordPolicy": "length(12) and notUsername(undefined) and notEmail(undefined) and passwordHistory(3)",
        "bruteForceProtected": True,
        "permanentLockout": False,  # else anybody could lock anybody out for good
        "failureFactor": 10,
        "waitIncrementSeconds": MINUTE,
        "maxFailureWaitSeconds": 15 * MINUTE,
        "maxDeltaTimeSeconds": 12 * HOUR,
        "eventsEnabled": True,
        "eventsExpiration": 90 * DAY,
        "adminEventsEnabled": True,
        "adminEventsDetailsEnabled": False,
    }


def _lifetimes() -> Json:
    """A working day without a second sign-in; a role that is taken away is gone from tokens in five minutes."""
    return {
        "accessTokenLifespan": 5 * MINUTE,
        "ssoSessionIdleTimeout": 8 * HOUR,
        "ssoSessionMaxLifespan": 12 * HOUR,
        "accessCodeLifespan": MINUTE,
        "accessCodeLifespanLogin": 30 * MINUTE,
        "actionTokenGeneratedByUserLifespan": 15 * MINUTE,
    }
