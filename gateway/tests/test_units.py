"""A person of several units says in which one he works."""

from urllib.parse import urlencode
from uuid import UUID

import pytest
from sqlalchemy import update

from gateway.tests.test_flow import publish
from gateway.tests.world import AN, SNV, STNMT, STNMT_LEADER, SYT, Browser, World
from kit.tables import member
from kit.testing.stack import Person

CHOOSE = "/chon-don-vi"
TWO = Person(STNMT, ["unit_leader"], "Trần Hai Nơi")
TWO_AT_SYT = Person(SYT, ["officer"], TWO.name, TWO.id)


@pytest.fixture
async def two(world: World) -> Browser:
    for stack in world.stacks.values():
        await stack.add(TWO, TWO_AT_SYT)
    return await world.browser(TWO)


async def chosen(browser: Browser, unit: object, **fields: str) -> str:
    answer = await browser.submit(CHOOSE, CHOOSE, {"unit_id": str(unit), **fields})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def test_every_page_leads_to_the_choice_and_the_choice_back(world: World, two: Browser) -> None:
    for path in ("/my-work", "/tasks?state=sent", "/directives", "/inbox", "/summary"):
        answer = await two.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, f"{CHOOSE}?{urlencode({'return_to': path})}"), path
    page = await two.get(f"{CHOOSE}?{urlencode({'return_to': '/tasks?state=sent'})}")
    assert page.status_code == 200
    assert all(f'value="{unit}"' in page.text for unit in (STNMT, SYT))
    assert f'value="{SNV}"' not in page.text
    assert "Lãnh đạo đơn vị" in page.text
    assert await chosen(two, STNMT, return_to="/tasks?state=sent") == "/tasks?state=sent"
    assert (await two.get("/tasks?state=sent")).status_code == 200


async def test_the_choice_decides_what_is_seen_and_can_be_changed(world: World, two: Browser) -> None:
    _, assignment = await publish(world)
    assert await chosen(two, STNMT) == "/my-work"
    page = await two.get(f"/assignments/{assignment}")
    assert page.status_code == 200
    assert f'href="{CHOOSE}"' in page.text
    await chosen(two, SYT)
    assert (await two.get(f"/assignments/{assignment}")).status_code == 404


async def test_a_unit_that_is_not_ones_own_is_refused_and_nothing_changes(world: World, two: Browser) -> None:
    await chosen(two, SYT)
    for unit in (str(SNV), str(AN.unit_id), "x", ""):
        answer = await two.submit(CHOOSE, CHOOSE, {"unit_id": unit})
        assert (answer.status_code, "NOT_A_MEMBER" in answer.text) == (403, True), unit
    found = await world.parts.sessions.find(two.client.cookies[world.parts.cookie])
    assert found.unit_id == SYT


async def test_who_left_the_chosen_unit_chooses_again(world: World, two: Browser) -> None:
    await chosen(two, SYT)
    await leave(world, SYT)
    assert (await two.get("/my-work")).headers["location"].startswith(CHOOSE)
    assert (await two.submit(CHOOSE, CHOOSE, {"unit_id": str(SYT)})).status_code == 403
    await chosen(two, STNMT)
    assert (await two.get("/my-work")).status_code == 200
    await leave(world, STNMT)
    assert (await two.get("/my-work")).headers["location"].startswith(CHOOSE)
    nowhere = await two.get(CHOOSE)
    assert (nowhere.status_code, "chưa được phân vào đơn vị" in nowhere.text) == (403, True)
    assert 'action="/logout"' in nowhere.text


async def leave(world: World, unit: UUID) -> None:
    for stack in world.stacks.values():
        async with stack.session() as session:
            gone = (member.c.person_id == TWO.id) & (member.c.unit_id == unit)
            await session.execute(update(member).where(gone).values(active=False))


async def test_a_form_without_a_unit_does_nothing_and_leads_to_the_choice(world: World, two: Browser) -> None:
    _, assignment = await publish(world)
    answer = await two.post(f"/assignments/{assignment}/accept")
    assert (answer.status_code, answer.headers["location"]) == (303, CHOOSE)
    page = await (await world.browser(STNMT_LEADER)).get(f"/assignments/{assignment}")
    assert "Chờ tiếp nhận" in page.text


async def test_htmx_goes_to_the_choice_as_a_whole_page_and_programs_are_told(two: Browser) -> None:
    answer = await two.get("/tasks", headers={"HX-Request": "true"})
    assert answer.headers["hx-redirect"] == CHOOSE
    answer = await two.get("/tasks", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["reason"]) == (422, "UNIT_REQUIRED")


@pytest.mark.parametrize("path", ["https://evil.example", "//evil.example", "/\\evil"])
async def test_the_choice_leads_nowhere_else(two: Browser, path: str) -> None:
    assert f'value="{path}"' not in (await two.get(f"{CHOOSE}?{urlencode({'return_to': path})}")).text
    assert (await two.submit(CHOOSE, CHOOSE, {"unit_id": str(SYT), "return_to": path})).status_code == 400


async def test_who_has_one_unit_is_never_asked(world: World) -> None:
    leader = await world.browser(STNMT_LEADER)
    page = await leader.get("/my-work")
    assert (page.status_code, f'href="{CHOOSE}"' in page.text) == (200, False)
