"""A part of it in the browser, without JavaScript, as people do it."""

from datetime import date

from e2e.client import Browser, Unexpected
from e2e.year.world import World


class Web:
    """One person's browser; signs in for each act, since days lie between them."""

    def __init__(self, world: World, username: str) -> None:
        self._world, self._username = world, username

    async def delegate(self, id: str, leader_id: str) -> None:
        await self._submit(id, "delegate", {"leader_id": leader_id, "note": "Trực tiếp chỉ đạo."})

    async def report_done(self, id: str, completed_on: date) -> None:
        await self._submit(id, "report-done", {"completed_on": completed_on.isoformat(), "content": "Đã hoàn thành."})

    async def verify(self, id: str) -> None:
        await self._submit(id, "verify", {})

    async def _submit(self, id: str, verb: str, fields: dict[str, str]) -> None:
        page = f"/assignments/{id}"
        async with Browser(self._world.platform.urls.web, self._username, self._world.platform.password) as browser:
            try:
                await browser.submit(page, f"{page}/{verb}", fields)
            except Unexpected:
                # Meanwhile it went to another unit, or is over.
                await self._world.look(id, anew=True)
                raise
        self._world.seen.pop(id, None)
        self._world.did[f"by web: {verb}"] += 1
