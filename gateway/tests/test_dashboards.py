"""The dashboards through the pages: who sees what, that each number's link lists as many, and that the pictures say what the tables say."""

import re
from html import unescape

import pytest

from gateway import web
from gateway.tests.states import PAGES
from gateway.tests.test_flow import act, publish, report
from gateway.tests.world import ADMINISTRATOR, AN, BINH, EVALUATOR, OFFICE_LEADER, PHU_LOC, STNMT, STNMT_LEADER, SYT_LEADER, World

UNIT_PAGE = f"/tong-quan/don-vi/{STNMT}"


async def read(world: World, person, address: str, status: int = 200) -> str:
    answer = await (await world.browser(person)).get(address)
    assert answer.status_code == status, answer.text
    return answer.text


def links(page: str) -> list[tuple[str, int]]:
    """(address, number) of every number that leads to a list."""
    found = re.findall(r'href="(/tasks\?[^"]*column[^"]*)"[^>]*>(?:<b>)?([\d.]+)<', page)
    return [(unescape(address), int(number.replace(".", ""))) for address, number in found]


@pytest.mark.article("Đ2.1", "Đ9.1", "D13")
async def test_every_number_leads_to_as_many_tasks(world: World) -> None:
    _, done = await publish(world)
    await act(world, STNMT_LEADER, done, "accept")
    await report(world, done)
    await publish(world, number="5426")
    world.clock.advance(days=100)
    for person, address in ((AN, "/tong-quan"), (STNMT_LEADER, UNIT_PAGE), (AN, "/tong-quan/chuyen-vien"), (EVALUATOR, "/tong-quan")):
        found = links(await read(world, person, address))
        assert len(found) > 10, address
        assert {number for _, number in found} == {1, 2}
        for link, number in set(found):
            assert f">{number} nhiệm vụ<" in await read(world, person, link), link


@pytest.mark.article("D13")
async def test_another_unit_reads_the_numbers_and_gets_no_list(world: World) -> None:
    await publish(world)
    for address in ("/tong-quan", UNIT_PAGE, "/tong-quan?man-hinh=1"):
        page = await read(world, SYT_LEADER, address)
        assert "<b>1</b><span>Tổng số</span>" in page
        assert "/tasks?column" not in page
        assert "Rà soát quỹ đất công" not in page


async def test_who_has_no_part_in_tasks_is_refused(world: World) -> None:
    for address in ("/tong-quan", UNIT_PAGE, "/tong-quan/chuyen-vien"):
        await read(world, ADMINISTRATOR, address, 403)
    await read(world, STNMT_LEADER, "/tong-quan/chuyen-vien", 403)


async def test_a_unit_that_does_not_exist_has_no_page(world: World) -> None:
    await read(world, AN, UNIT_PAGE.replace(str(STNMT), "00000000-0000-4000-8000-000000000000"), 404)


@pytest.mark.article("Đ9.2")
async def test_a_day_past_shows_what_was_known_then(world: World) -> None:
    await publish(world)
    world.clock.advance(days=3)
    await publish(world, number="5426")
    now, past = await read(world, AN, "/tong-quan"), await read(world, AN, "/tong-quan?as_of=24/04/2025")
    assert ("<b>2</b><span>Tổng số</span>" in now, "<b>1</b><span>Tổng số</span>" in past) == (True, True)
    assert "đến hết ngày 24/04/2025" in past
    assert "/tasks?column" not in past
    assert "<b>2</b><span>Tổng số</span>" in await read(world, AN, "/tong-quan?as_of=27/04/2025"), "today is the present"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("as_of=30/04/2025", "không được sau thời điểm hiện tại"),
        ("as_of=01/01/2020", "chưa có số liệu"),
        ("as_of=32/13/2025", "Ngày chưa đúng"),
        ("issue_from=xx", "Ngày chưa đúng"),
    ],
)
async def test_a_wrong_day_is_named(world: World, query: str, words: str) -> None:
    for address in ("/tong-quan", UNIT_PAGE, "/tong-quan/chuyen-vien"):
        page = await read(world, AN, f"{address}?{query}", 422)
        assert words in page
        assert 'class="error-summary"' in page


async def test_an_office_leader_looks_at_a_specialists_desk(world: World) -> None:
    await publish(world)
    page = await read(world, OFFICE_LEADER, f"/tong-quan/chuyen-vien?specialist={AN.id}")
    assert AN.name in page
    assert "<b>1</b><span>Tổng số</span>" in page
    assert "Chờ xử lý" not in page
    assert "<b>0</b><span>Tổng số</span>" in await read(world, OFFICE_LEADER, f"/tong-quan/chuyen-vien?specialist={BINH.id}")
    assert "Chờ xử lý" in await read(world, AN, "/tong-quan/chuyen-vien")


async def test_the_screen_on_the_wall_asks_for_its_figures_alone(world: World) -> None:
    page = await read(world, AN, "/tong-quan?man-hinh=1")
    assert 'hx-trigger="every 60s"' in page
    assert "<nav" not in page
    wall = await world.browser(AN)
    part = (await wall.get("/tong-quan?man-hinh=1", headers={"HX-Request": "true"})).text
    assert "<html" not in part
    assert 'class="counts' in part


async def test_the_page_of_a_unit_says_its_place(world: World) -> None:
    await publish(world)
    assert "Chưa xếp hạng" in await read(world, AN, UNIT_PAGE)
    world.clock.advance(days=100)
    assert "<b>1</b> trong 1 đơn vị" in await read(world, STNMT_LEADER, UNIT_PAGE)
    assert "Chưa xếp hạng" in await read(world, AN, f"/tong-quan/don-vi/{PHU_LOC}")


@pytest.mark.parametrize("name", [name for name, (_, context) in PAGES.items() if "found" in context and "kind" not in context])
def test_every_picture_has_a_table_with_its_numbers(name: str) -> None:
    """charts.js draws what these cells say."""
    template, context = PAGES[name]
    html = web.environment().get_template(template).render(context)
    for kind, table in re.findall(r'data-chart="(\w+)" data-from="(\w+)"', html):
        body = re.search(rf'<table [^>]*id="{table}">.*?</table>', html, re.DOTALL)
        assert body, table
        head, *rows = body[0].split("<tr>")[1:]
        marked = "data-line" if kind == "lines" else "data-series"
        places = [place for place, cell in enumerate(re.split("<th ", head)[1:]) if marked in cell]
        assert places
        for row in rows:
            cells = re.findall(r"<t[hd]( [^>]*)>", row)
            assert all("data-n=" in cells[place] for place in places)
