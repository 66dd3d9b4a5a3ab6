"""One task from entry to verification in a real Chromium, through the real Keycloak, as the people who do it."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

from e2e.harness.platform import Platform

pytestmark = pytest.mark.asyncio(loop_scope="session")
CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest_asyncio.fixture(loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        await browser.close()


async def signed_in(chromium: Browser, platform: Platform, username: str) -> Page:
    """A window of its own for each person."""
    context = await chromium.new_context(base_url=platform.urls.web, locale="vi-VN")
    page = await context.new_page()
    page.set_default_timeout(30_000)
    await page.goto("/login")
    await page.fill("input[name=username]", username)
    await page.keyboard.press("Enter")
    await page.fill("input[name=password]", platform.password)
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile(re.escape(platform.urls.web) + r"/(?!auth|login)"))
    return page


async def choose(page: Page, name: str, label: str) -> None:
    """In a select, whether or not a search box has been put over it."""
    box = page.locator(f"select[name='{name}']")
    value = await box.locator("option", has_text=label).first.get_attribute("value")
    await box.evaluate(
        "(box, value) => { if (box.tomselect) box.tomselect.addItem(value); else { "
        "[...box.options].find(o => o.value === value).selected = true; box.dispatchEvent(new Event('change', {bubbles: true})); } }",
        value,
    )


async def enter(page: Page, number: str, content: str) -> None:
    """Types the document and its one task."""
    await page.goto("/directives/new")
    await page.check("input[name=secrecy][value=normal]")
    for name, value in (
        ("number", number),
        ("symbol", "UBND-YT"),
        ("abstract", "V/v phòng, chống dịch mùa mưa"),
        ("signer", "Trần Thị Thử"),
    ):
        await page.fill(f"[name={name}]", value)
    await page.select_option("[name=document_type]", "official_letter")
    await page.select_option("[name=issuing_authority]", "vice_chairman")
    await page.fill("[name=issue_date]", "2026-01-12")
    await page.fill("[name='tasks-0-content']", content)
    await page.check("[name='tasks-0-has_deadline'][value=no]")
    await page.check("[name='tasks-0-must_report'][value=no]")
    await choose(page, "tasks-0-lead", "Sở Y tế")
    await choose(page, "tasks-0-field", "Y tế")
    await page.locator("button[name=action][value=check]:visible").last.click()
    await page.wait_for_url(re.compile("/check"))


@pytest.mark.article("Đ7.2.a", "Đ7.2.c.1", "Đ8.1.a", "Đ8.2.1")
async def test_a_specialist_and_a_unit_carry_one_task_through(chromium: Browser, platform: Platform) -> None:
    content = "Xây dựng phương án phòng, chống dịch bệnh mùa mưa lũ."
    specialist = await signed_in(chromium, platform, "chi.le")
    await enter(specialist, "9101", content)
    await expect(specialist.locator("main")).to_contain_text("Lê")
    await specialist.click("form[action$='/publish'] button")
    await specialist.wait_for_url(re.compile(r"/directives/[0-9a-f-]{36}(\?|$)"))

    leader_name = next(p["username"] for p in platform.people() if p["unit"] == "syt" and "unit_leader" in p["roles"])
    leader = await signed_in(chromium, platform, leader_name)
    await leader.goto("/tasks?q=9101")
    await leader.reload()
    await expect(leader.locator("main")).to_contain_text(content)
    await leader.get_by_role("link", name=content).first.click()
    await act(leader, "accept")
    delegation = await opened(leader, "delegate")
    await delegation.locator("[name=leader_id]").select_option(index=1)
    await act(leader, "delegate")
    await act(leader, "report-done", completed_on="02/02/2026", content="Đã ban hành phương án.")
    await expect(leader.locator("main")).to_contain_text("Đã báo cáo")

    await specialist.goto(leader.url.split("?")[0])
    await act(specialist, "verify")
    await expect(specialist.locator("main")).to_contain_text("Đã xác nhận")
    await leader.click("form[action='/logout'] button")
    await leader.goto("/my-work")
    await expect(leader.locator("input[name=username]")).to_be_visible()


async def opened(page: Page, action: str) -> Locator:
    """The form of one of the task's actions, unfolded."""
    form = page.locator(f"form[action$='/{action}']")
    folded = page.locator("details:not([open])", has=form)
    if await folded.count():
        await folded.first.locator("summary").first.click()
    return form


async def act(page: Page, action: str, **fields: str) -> None:
    """Fills and sends one of the task's forms, and waits for the page that follows."""
    form = await opened(page, action)
    for name, value in fields.items():
        await form.locator(f"[name={name}]").fill(value)
    async with page.expect_navigation():
        await form.locator("button[type=submit], button:not([type])").last.click()
