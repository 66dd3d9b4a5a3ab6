"""What people are told, and how it comes alive on an open page: over a real connection to the real server."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from granian.constants import Interfaces
from granian.server.embed import Server

from gateway.__main__ import end
from gateway.tests.test_flow import publish
from gateway.tests.world import AN, STNMT_LEADER, SYT_LEADER, World
from kit.testing.postgres import free_port

SECONDS = 30


@asynccontextmanager
async def served(world: World) -> AsyncIterator[str]:
    """Its address; at the end the server stops as the process would."""
    port = free_port()
    server = Server(world.app, "127.0.0.1", port, interface=Interfaces.ASGINL, websockets=False, log_enabled=False)
    serving = asyncio.create_task(server.serve())
    base = f"http://127.0.0.1:{port}"
    async with asyncio.timeout(SECONDS), httpx.AsyncClient() as probe:
        while True:
            try:
                await probe.get(f"{base}/healthz")
                break
            except httpx.TransportError:
                await asyncio.sleep(0)
    try:
        yield base
    finally:
        await end(world.app, server, serving)


@asynccontextmanager
async def watching(world: World, base: str, person: object) -> AsyncIterator[AsyncIterator[str]]:
    """The lines of /live."""
    cookies = dict((await world.browser(person)).client.cookies)
    async with httpx.AsyncClient(base_url=base, cookies=cookies, timeout=SECONDS) as client, client.stream("GET", "/live") as stream:
        assert stream.status_code == 200
        assert stream.headers["content-type"].startswith("text/event-stream")
        yield stream.aiter_lines()


async def event(lines: AsyncIterator[str]) -> dict:
    """The next message."""
    async with asyncio.timeout(SECONDS):
        async for line in lines:
            if line.startswith("data: "):
                return json.loads(line.removeprefix("data: "))
    raise AssertionError("the stream ended")


@pytest.mark.article("Đ7.2.a")
async def test_a_task_reaches_the_inbox_of_its_unit_and_of_no_other(world: World) -> None:
    """Đ7.2.a."""
    await publish(world)
    mine = await (await world.browser(STNMT_LEADER)).get("/inbox")
    assert mine.status_code == 200
    assert "5425/UBND-ĐĐ" in mine.text
    assert "5425/UBND-ĐĐ" not in (await (await world.browser(SYT_LEADER)).get("/inbox")).text


async def test_a_message_is_marked_read_on_the_way_to_its_task(world: World) -> None:
    _, assignment = await publish(world)
    leader = await world.browser(STNMT_LEADER)
    page = await leader.get("/inbox")
    assert "1 thông báo chưa đọc" in page.text
    fields = dict.fromkeys(("request_id",), "11111111-1111-4111-8111-111111111111") | {"next": f"/assignments/{assignment}"}
    answer = await leader.post("/inbox/read", fields)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/assignments/{assignment}")
    assert "0 thông báo chưa đọc" in (await leader.get("/inbox")).text
    assert "5425/UBND-ĐĐ" not in (await leader.get("/inbox?unread=1")).text


@pytest.mark.parametrize("path", ["https://evil.example", "//evil.example", "/\\evil"])
async def test_marking_read_leads_nowhere_else(world: World, path: str) -> None:
    leader = await world.browser(STNMT_LEADER)
    fields = {"request_id": "11111111-1111-4111-8111-111111111111", "next": path}
    assert (await leader.post("/inbox/read", fields)).status_code == 400


async def test_an_open_page_hears_of_a_new_task(world: World) -> None:
    async with served(world) as base, watching(world, base, STNMT_LEADER) as lines:
        assert (await event(lines))["unread_count"] == 0
        await publish(world)
        told = await event(lines)
        while not told["title"]:
            told = await event(lines)
        assert told["unread_count"] == 1
        assert "5425/UBND-ĐĐ" in told["title"]


async def test_a_live_stream_ends_when_its_person_signs_out(world: World) -> None:
    async with served(world) as base, watching(world, base, AN) as lines:
        await event(lines)
        for cookie in world.cookies:
            await world.parts.sessions.end(cookie)
        async with asyncio.timeout(SECONDS):
            rest = [line async for line in lines]
        assert not any('unread_count": 1' in line for line in rest)


async def test_the_server_stops_though_pages_are_open(world: World) -> None:
    async with asyncio.timeout(SECONDS):
        async with served(world) as base, watching(world, base, AN) as lines:
            await event(lines)
            world.parts.stopping.set()
            assert [line async for line in lines if line.startswith("data: ")] == []
