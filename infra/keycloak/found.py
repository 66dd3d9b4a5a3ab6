"""What a running Keycloak holds of the realm, read in batches: the number of requests doesn't grow with the people."""

import asyncio
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from keycloak import KeycloakAdmin
from keycloak.exceptions import KeycloakGetError

from infra.keycloak.realm import DEFAULT_ROLE, REALM

Json = dict[str, Any]
FULL = {"briefRepresentation": "false"}


@dataclass(frozen=True)
class Found:
    realm: Json
    profile: Json
    roles: dict[str, Json]  # by name
    everybodys: list[Json]  # what the default role gives
    holders: dict[str, set[str]]  # role -> ids of users
    clients: dict[str, Json]  # by clientId
    users: dict[str, Json]  # by id
    organizations: dict[str, Json]  # by alias
    members: dict[str, set[str]]  # alias -> ids of users


async def read(admin: KeycloakAdmin, *, roles: Collection[str], users: Collection[str]) -> Found:
    """`roles` and `users` (ids) are those that matter; of others it holds what the batches bring."""
    realm = await admin.a_get_realm(REALM)  # alone, so that the others share its token
    profile, all_roles, everybodys, clients, people, organizations = await asyncio.gather(
        admin.a_get_realm_users_profile(),
        admin.a_get_realm_roles(),
        admin.a_get_composite_realm_roles_of_role(DEFAULT_ROLE),
        admin.a_get_clients(),
        admin.a_get_users(dict(FULL)),
        admin.a_get_organizations(dict(FULL)),
    )
    known = {role["name"]: role for role in all_roles}
    present = [name for name in roles if name in known]
    holding = await asyncio.gather(*(admin.a_get_realm_role_members(name) for name in present))
    belonging = await asyncio.gather(*(admin.a_get_organization_members(each["id"]) for each in organizations))
    return Found(
        realm=realm,
        profile=profile,
        roles=known,
        everybodys=everybodys,
        holders={name: _ids(members) for name, members in zip(present, holding, strict=True)},
        clients={client["clientId"]: client for client in clients},
        users=await _with_service_accounts(admin, {user["id"]: user for members in (*holding, people) for user in members}, users),
        organizations={each["alias"]: each for each in organizations},
        members={each["alias"]: _ids(members) for each, members in zip(organizations, belonging, strict=True)},
    )


async def _with_service_accounts(admin: KeycloakAdmin, seen: dict[str, Json], wanted: Collection[str]) -> dict[str, Json]:
    """The list of users leaves service accounts out. Those with a role came with it; only the rest is asked for."""

    async def ask(user_id: str) -> None:
        with suppress(KeycloakGetError):
            seen[user_id] = await admin.a_get_user(user_id)

    await asyncio.gather(*(ask(user_id) for user_id in wanted if user_id not in seen))
    return seen


def _ids(users: list[Json]) -> set[str]:
    return {user["id"] for user in users}
