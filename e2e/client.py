"""The platform's public doors, as people and their software use them: forms over HTTP after a login, and gRPC with client credentials.

A dependency that is away for a moment is waited for: the same form is sent again with the request id that it was rendered with, so that a
second try can't act twice.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Self

import grpc
import httpx
from google.protobuf.message import Message

from e2e.login import sign_in

TRIES = 40
PAUSE_SECONDS = 1.0
AWAY = (502, 503, 504)

Fields = Mapping[str, str | list[str]]
Files = list[tuple[str, tuple[str, bytes, str]]]


@dataclass
class Form:
    """A form of a page: where it posts to, and its hidden fields."""

    action: str
    hidden: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(values.get("action", "")))
        elif tag == "input" and values.get("type") == "hidden" and self.found:
            self.found[-1].hidden[values.get("name", "")] = values.get("value", "")


class Unexpected(Exception):
    """The answer wasn't the one that a person at this point would get."""

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class Browser:
    """One person, signed in. Without JavaScript: what works here works for everybody."""

    def __init__(self, base: str, username: str, password: str) -> None:
        self.username, self._password = username, password
        self.client = httpx.AsyncClient(base_url=base, timeout=30, follow_redirects=False, headers={"Accept": "text/html"})

    async def __aenter__(self) -> Self:
        await self._patiently(lambda: sign_in(self.client, "/login", self.username, self._password))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()

    async def get(self, path: str, status: int = 200) -> httpx.Response:
        """The page, following our own redirects."""
        response = await self._patiently(lambda: self.client.get(path, follow_redirects=True))
        if response.status_code != status:
            raise Unexpected(f"{self.username}: GET {path} -> {response.status_code}")
        return response

    async def submit(self, page: str, action: str, fields: Fields, *, files: Files | None = None, status: int = 303) -> httpx.Response:
        """Opens `page`, fills the form that posts to `action` and sends it."""
        parser = _Forms()
        parser.feed((await self.get(page)).text)
        form = next((form for form in parser.found if form.action == action), None)
        if form is None:
            raise Unexpected(f"{self.username}: no form for {action} on {page}")
        data: dict[str, Any] = {**form.hidden, **fields}
        headers = {"Origin": str(self.client.base_url).rstrip("/")}
        response = await self._patiently(lambda: self.client.post(action, data=data, files=files, headers=headers))
        if response.status_code != status:
            raise Unexpected(f"{self.username}: POST {action} -> {response.status_code}: {_said(response)}", response.status_code)
        return response

    async def _patiently(self, act: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
        for _ in range(TRIES):
            try:
                response = await act()
                if response.status_code not in AWAY:
                    return response
            except httpx.TransportError:
                pass
            await asyncio.sleep(PAUSE_SECONDS)
        raise Unexpected(f"{self.username}: still unavailable after {TRIES} tries")


def _said(response: httpx.Response) -> str:
    """What the page says went wrong, for the one who runs this."""
    text = response.text
    start = text.find('role="alert"')
    return " ".join(text[start : start + 600].split()) if start >= 0 else text[:300]


class UnitSystem:
    """A unit's own software: client credentials, then gRPC through the edge."""

    def __init__(self, *, grpc_address: str, token_url: str, client_id: str, secret: str) -> None:
        self.channel = grpc.aio.insecure_channel(grpc_address)
        self._token_url, self._client_id, self._secret = token_url, client_id, secret
        self._token = ""

    async def close(self) -> None:
        """Ends the connection."""
        await self.channel.close()

    async def call(self, method: Any, request: Message) -> Any:
        """Retries what is unavailable; renews the token when it has run out."""
        for _ in range(TRIES):
            try:
                token = self._token or await self._renew()
                return await method(request, metadata=[("authorization", f"Bearer {token}")], timeout=20)
            except grpc.aio.AioRpcError as error:
                if error.code() is grpc.StatusCode.UNAUTHENTICATED:
                    self._token = ""
                elif error.code() not in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED):
                    raise
            except httpx.HTTPError:
                pass
            await asyncio.sleep(PAUSE_SECONDS)
        raise Unexpected(f"{self._client_id}: still unavailable after {TRIES} tries")

    async def _renew(self) -> str:
        async with httpx.AsyncClient(timeout=20) as client:
            grant = {"grant_type": "client_credentials", "client_id": self._client_id, "client_secret": self._secret}
            response = await client.post(self._token_url, data=grant)
            response.raise_for_status()
            self._token = response.json()["access_token"]
        return self._token
