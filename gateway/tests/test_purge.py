"""A leader of the Office deletes what proved to be secret (D14)."""

import pytest

from gateway.tests.test_flow import publish
from gateway.tests.test_task_flow import page
from gateway.tests.world import AN, OFFICE_LEADER, STNMT_LEADER, World

pytestmark = pytest.mark.article("D14")
CANARY = "chim hoàng yến"


async def test_a_secret_document_is_deleted_from_its_page(world: World) -> None:
    directive, _ = await publish(world, abstract=CANARY)
    path = f"/directives/{directive}/purge"
    assert path in await page(world, OFFICE_LEADER, f"/directives/{directive}")
    assert path not in await page(world, AN, f"/directives/{directive}")
    leader = await world.browser(OFFICE_LEADER)
    unsure = await leader.submit(path, path, {})
    assert (unsure.status_code, CANARY in (await leader.get(f"/directives/{directive}")).text) == (422, True)
    done = await leader.submit(path, path, {"sure": "1"})
    assert (done.status_code, done.headers["location"].split("?")[0]) == (303, f"/directives/{directive}")
    shown = await page(world, OFFICE_LEADER, f"/directives/{directive}")
    assert "Văn bản mật đã xóa" in shown
    assert CANARY not in shown
    assert (await (await world.browser(STNMT_LEADER)).get(f"/directives/{directive}")).status_code == 404
    assert (await leader.get(path)).status_code == 303
    assert "Hết trong bản sao lưu" in await page(world, OFFICE_LEADER, "/van-ban-mat")


async def test_nobody_else_deletes_it(world: World) -> None:
    directive, _ = await publish(world)
    office = await world.browser(AN)
    assert (await office.get(f"/directives/{directive}/purge")).status_code == 403
    unit = await world.browser(STNMT_LEADER)
    assert (await unit.get(f"/directives/{directive}/purge")).status_code == 403
