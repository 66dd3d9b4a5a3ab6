"""The gateway with the real services behind it, in one process: what a page test needs."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from typing import Any

import httpx
from fastapi import FastAPI

from gateway.sessions import Tokens
from gateway.visit import Parts
from kit.testing import tokens
from kit.testing.fixtures import FakeClock
from kit.testing.stack import Person, Stack
from services.directive.tests import factories as sample

BASE = "http://localhost:8080"
OFFICE, STNMT, PHU_LOC, SYT, SNV = sample.OFFICE, sample.STNMT, sample.PHU_LOC, sample.SYT, sample.SNV
HEALTH = sample.HEALTH
AN, BINH, OFFICE_LEADER = sample.AN, sample.BINH, sample.OFFICE_LEADER
STNMT_LEADER, SYT_LEADER, EVALUATOR = sample.STNMT_LEADER, sample.SYT_LEADER, sample.EVALUATOR
OFFICER = Person(STNMT, ["officer"], "Lê Thị Hoa")
ADMINISTRATOR = Person(OFFICE, ["administrator"], "Võ Quản Trị")


class Browser:
    """One person with a session of his own; sends what a browser would."""

    def __init__(self, app: FastAPI, cookies: dict[str, str], csrf_token: str) -> None:
        self.csrf_token = csrf_token
        transport = httpx.ASGITransport(app)
        self.client = httpx.AsyncClient(transport=transport, base_url=BASE, cookies=cookies, headers={"Accept": "text/html"})

    async def get(self, path: str, **more: Any) -> httpx.Response:
        """Without following redirects."""
        return await self.client.get(path, **more)

    async def post(self, path: str, fields: dict[str, Any] | None = None, **more: Any) -> httpx.Response:
        """As our own page would."""
        data = {"csrf_token": self.csrf_token, **(fields or {})}
        return await self.client.post(path, data=data, headers={"Origin": BASE, "Sec-Fetch-Site": "same-origin"}, **more)

    async def submit(self, page: str, action: str, fields: dict[str, Any] | None = None, **more: Any) -> httpx.Response:
        """Opens a page and sends its form with what it holds already."""
        return await self.post(action, {**hidden(await self.get(page), action), **(fields or {})}, **more)


@dataclass
class World:
    """`stacks` by the service's name."""

    app: FastAPI
    clock: FakeClock
    stacks: dict[str, Stack]
    provider: Any = None
    # Of all sessions made here.
    cookies: list[str] = field(default_factory=list)
    _told: set[str] = field(default_factory=set)

    @property
    def parts(self) -> Parts:
        """What the application's requests share."""
        return self.app.state.parts

    async def browser(self, person: Person) -> Browser:
        """Signed in, as after Keycloak."""
        expire_time = self.clock() + timedelta(minutes=5)
        cookie = await self.parts.sessions.create(str(person.id), Tokens(tokens.token(person.id), "refresh", "id", expire_time))
        self.cookies.append(cookie)
        found = await self.parts.sessions.find(cookie)
        assert found is not None
        return Browser(self.app, {self.parts.cookie: cookie}, found.csrf_token)

    async def spread(self) -> None:
        """Brings every event to every service that wants it, as the broker would, until none is new."""
        while new := [event for stack in self.stacks.values() for event in await stack.events() if event[0].event_id not in self._told]:
            for envelope, event in new:
                self._told.add(envelope.event_id)
                for stack in self.stacks.values():
                    if type(event) in stack.app.handlers and stack.app.name != envelope.source:
                        await stack.deliver(event, envelope.aggregate_id, envelope.aggregate_version, source=envelope.source)


def hidden(page: httpx.Response, action: str) -> dict[str, str]:
    """The hidden fields of the form that posts to `action`."""
    found = re.search(rf'<form[^>]*method="post" action="{re.escape(action)}"[^>]*>(.*?)</form>', page.text, re.DOTALL)
    assert found, f"no form for {action}: {page.status_code}"
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found[1])
    return {name: unescape(value) for name, value in fields}


def document(**changes: Any) -> dict[str, Any]:
    """The form of one document with one task for Sở TNMT, as typed."""
    fields = {
        "secrecy": "normal",
        "number": "5425",
        "symbol": "UBND-ĐĐ",
        "document_type": "official_letter",
        "urgency": "normal",
        "abstract": "V/v rà soát quỹ đất công",
        "issue_date": "2025-04-24",
        "signer": "Nguyễn Văn Phương",
        "signer_position": "Chủ tịch",
        "issuing_authority": "chairman",
        "regime": "provincial",
        "tasks-count": "1",
        "tasks-0-content": "Rà soát quỹ đất công trên địa bàn.",
        "tasks-0-has_deadline": "yes",
        "tasks-0-must_report": "yes",
        "tasks-0-due_date": "2025-06-30",
        "tasks-0-deadline_kind": "report",
        "tasks-0-lead": str(STNMT),
        "tasks-0-field": str(sample.LAND),
    }
    return fields | changes
