"""Whoever acts: people and units' own software, with real tokens, through the edge."""

import asyncio
import base64
import secrets
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

import grpc
import httpx
from google.protobuf.message import Message

from e2e.harness.platform import Platform
from e2e.login import sign_in
from infra.keycloak.realm import WEB_CLIENT
from kit.errors import Error, Unavailable, from_rpc

AT_ONCE = 8
RENEW_SECONDS = 60
TRIES, PAUSE_SECONDS = 60, 0.5


@dataclass(frozen=True)
class Person:
    id: str
    username: str
    unit: str
    roles: tuple[str, ...]
    name: str
    kind: str


@dataclass
class Token:
    access: str
    refresh: str
    renew_at: float


class Crowd:
    """`call(username, …)` acts as that person; whoever is away is acted for by the deputy."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.people = {
            row["username"]: Person(row["id"], row["username"], row["unit"], tuple(row["roles"]), row["name"], row["kind"])
            for row in platform.people()
        }
        self.by_id = {person.id: person for person in self.people.values()}
        # Absent username → (first day, last day, deputy's username).
        self.absences: dict[str, list[tuple[date, date, str]]] = {}
        self.calls: Counter[str] = Counter()
        # Reasons of what was refused, by method.
        self.refused: Counter[str] = Counter()
        self._tokens: dict[str, Token] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._channel = grpc.aio.insecure_channel(platform.urls.grpc, options=[("grpc.max_receive_message_length", 64 << 20)])
        self._methods: dict[str, Any] = {}

    async def close(self) -> None:
        await self._channel.close()

    def of(self, unit: str, *roles: str, kind: str = "PERSON") -> Person:
        """The first of the unit with one of the roles, in the order of the roles."""
        mine = [person for person in self.people.values() if person.unit == unit and person.kind == kind]
        return next(person for role in roles for person in mine if role in person.roles)

    def acting(self, username: str, day: date) -> str:
        """Himself, or on days of absence the deputy."""
        return next((deputy for first, last, deputy in self.absences.get(username, ()) if first <= day <= last), username)

    def stub(self, stub: type) -> Any:
        """One stub of each service on the one channel."""
        return self._methods.setdefault(stub.__name__, stub(self._channel))

    async def call(self, username: str, method: Any, request: Message) -> Any:
        """The answer; kit.errors.Error as the service raised it. A write gets its request id here and keeps it over retries."""
        return await self._ask(username, method, _identified(request))

    async def upload(self, username: str, method: Any, parts: Sequence[Message]) -> Any:
        """A client stream."""
        return await self._ask(username, method, lambda: iter(parts))

    async def _ask(self, username: str, method: Any, request: Any) -> Any:
        name = getattr(method, "_method", b"").decode().rpartition("/")[2]
        for attempt in range(TRIES):
            token = await self.token(username)
            async with self._slots:
                try:
                    given = request() if callable(request) else request
                    answer = await method(given, metadata=[("authorization", f"Bearer {token}")], timeout=30)
                    self.calls[name] += 1
                    return answer
                except grpc.aio.AioRpcError as error:
                    found = from_rpc(error)
            if not isinstance(found, Unavailable) or attempt == TRIES - 1:
                self.refused[f"{name} {found.reason}"] += 1
                raise found
            await asyncio.sleep(PAUSE_SECONDS)
        raise AssertionError("unreachable")

    async def token(self, username: str) -> str:
        """Signed in once, then renewed before it ends."""
        async with self._locks.setdefault(username, asyncio.Lock()):
            token = self._tokens.get(username)
            if token is None or time.monotonic() > token.renew_at:
                token = self._tokens[username] = await self._new_token(username, token)
            return token.access

    async def _new_token(self, username: str, old: Token | None) -> Token:
        async with httpx.AsyncClient(timeout=30) as client:
            if self.people[username].kind == "SERVICE":
                given = await self._grant(client, {"grant_type": "client_credentials"}, unit=self.people[username].unit)
            elif old:
                given = await self._grant(client, {"grant_type": "refresh_token", "refresh_token": old.refresh})
            else:
                given = await self._grant(client, await self._code(client, username))
        return Token(given["access_token"], given.get("refresh_token", ""), time.monotonic() + given["expires_in"] - RENEW_SECONDS)

    async def _grant(self, client: httpx.AsyncClient, data: dict[str, str], unit: str = "") -> dict[str, Any]:
        secret = self.platform.secret("units", unit) if unit else self.platform.secret("gateway", "ykcd_oidc_client_secret")
        answer = await client.post(
            f"{self.platform.urls.issuer}/protocol/openid-connect/token", data=data, auth=(f"unit-{unit}" if unit else WEB_CLIENT, secret)
        )
        answer.raise_for_status()
        return answer.json()

    async def _code(self, client: httpx.AsyncClient, username: str) -> dict[str, str]:
        """By the browser's way, with PKCE."""
        verifier, back = secrets.token_urlsafe(48), f"{self.platform.urls.web}/login/callback"
        challenge = base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {"client_id": WEB_CLIENT, "response_type": "code", "scope": "openid", "redirect_uri": back, "state": "s"}
        asked |= {"code_challenge": challenge, "code_challenge_method": "S256"}
        start = f"{self.platform.urls.issuer}/protocol/openid-connect/auth?{urlencode(asked)}"
        callback = await sign_in(client, start, username, self.platform.password)
        code = parse_qs(urlsplit(str(callback.url)).query)["code"][0]
        return {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier}


def _identified(request: Message) -> Message:
    if "request_id" in request.DESCRIPTOR.fields_by_name:
        request.request_id = str(uuid4())  # type: ignore[attr-defined]
    return request


__all__ = ["Crowd", "Error", "Person"]
