"""axe (WCAG 2.2 A and AA and its best practices) on every page in every state, on a desk and on a phone."""

import shutil
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, Route, async_playwright

from gateway import web
from gateway.tests.states import PAGES

CHROMIUM = shutil.which("chromium") or ""
SITE = "http://ykcd.test"
WIDTHS = {"desk": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="no chromium on this machine")


@pytest.fixture(params=WIDTHS)
async def page(request) -> AsyncIterator[Page]:
    """A window to which this module's pages are served."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--no-first-run"])
        window = await browser.new_page(viewport=WIDTHS[request.param], reduced_motion="reduce")
        await window.route("**/*", _serve)
        yield window
        await browser.close()


async def _serve(route: Route) -> None:
    """A page by its name, a file of static/ or vendor/, and nothing else."""
    name = urlsplit(route.request.url).path.strip("/")
    if name in PAGES:
        template, context = PAGES[name]
        await route.fulfill(body=web.environment().get_template(template).render(context), content_type="text/html; charset=utf-8")
    elif name.startswith(("static/", "vendor/")):
        await route.fulfill(path=web.HERE / name)
    else:
        await route.abort()


async def test_no_page_has_a_barrier(page: Page) -> None:
    found = {}
    for name in PAGES:
        await page.goto(f"{SITE}/{name}")
        answer = (await Axe().run(page)).response
        assert answer["url"] == f"{SITE}/{name}"
        if answer["violations"]:
            found[name] = [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in answer["violations"]]
    assert found == {}
