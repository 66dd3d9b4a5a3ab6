"""Periodic reports from the draft to the Office, through the pages alone."""

from datetime import datetime
from typing import Any

import httpx
import pytest

from gateway.tests.test_beside import done, made, read
from gateway.tests.test_flow import publish
from gateway.tests.test_urging import HUE, do
from gateway.tests.world import AN, EVALUATOR, OFFICE_LEADER, STNMT, STNMT_LEADER, SYT_LEADER, World

APRIL = {"period_kind": "month", "year": "2025", "number": "4"}
QUERY = "period_kind=month&year=2025&number=4"
STANDINGS = f"/bao-cao/tinh-hinh?{QUERY}"


async def after_april(world: World) -> None:
    """One task of Sở TNMT; then it is Friday 02/05/2025."""
    await publish(world)
    world.clock.set(datetime(2025, 5, 2, 9, tzinfo=HUE))


async def draft(world: World, form: str = "iv") -> str:
    """Of April; its page."""
    return await made(world, STNMT_LEADER if form == "iv" else AN, "/bao-cao/moi", {"form": form, **APRIL})


@pytest.mark.article("Đ10.1", "D13")
async def test_a_units_report_is_prefilled_edited_signed_sent_and_given_back(world: World) -> None:
    await after_april(world)
    report = await draft(world)
    page = await read(world, STNMT_LEADER, report)
    assert "Báo cáo tháng 4/2025" in page
    assert "Rà soát quỹ đất công trên địa bàn." in page
    assert [(await (await world.browser(each)).get(report)).status_code for each in (AN, SYT_LEADER)] == [404, 404]
    await done(world, STNMT_LEADER, report, "edit", {"general_text": "Cơ bản hoàn thành."})
    note = row_of(page) | {"notes-0-difficulty": "Thiếu hồ sơ.", "notes-0-cause": "Bàn giao thiếu.", "notes-0-proposal": "Cho đo đạc lại."}
    await done(world, STNMT_LEADER, report, "edit", note)
    page = await read(world, STNMT_LEADER, report)
    for words in ("Cơ bản hoàn thành.", "Thiếu hồ sơ.", "Bàn giao thiếu.", "Cho đo đạc lại."):
        assert words in page, words
    await done(world, STNMT_LEADER, report, "edit", {"general_text": ""})
    page = await read(world, STNMT_LEADER, report)
    assert "Cơ bản hoàn thành." not in page
    assert "Thiếu hồ sơ." in page
    await done(world, STNMT_LEADER, report, "recompose")
    await done(world, STNMT_LEADER, report, "sign")
    unread = await do(world, STNMT_LEADER, report, "send", {"number": "mười hai"})
    assert (unread.status_code, 'href="#send-number"' in unread.text) == (422, True)
    await done(world, STNMT_LEADER, report, "send", {"number": "12"})
    page = await read(world, AN, report)
    assert all(words in page for words in ("Đã gửi", "Thiếu hồ sơ.", "Gửi báo cáo", STNMT_LEADER.name))
    assert (await (await world.browser(SYT_LEADER)).get(report)).status_code == 404
    assert (await do(world, AN, report, "give-back", {"reason": " "})).status_code == 422
    given = await do(world, AN, report, "give-back", {"reason": "Thiếu nguyên nhân."})
    assert (given.status_code, given.headers["location"]) == (303, "/bao-cao?done=bao-cao.give-back")
    assert "Thiếu nguyên nhân." in await read(world, STNMT_LEADER, report)


def row_of(page: str) -> dict[str, str]:
    """The list's first row, as its form names it."""
    return {"notes-0-assignment_id": page.partition('name="notes-0-assignment_id" value="')[2].partition('"')[0]}


@pytest.mark.article("Đ9.2")
async def test_the_offices_report_is_composed_signed_and_issued(world: World) -> None:
    await after_april(world)
    report = await draft(world, "v")
    again = await made(world, AN, "/bao-cao/moi", {"form": "v", **APRIL})
    assert again == report, "the period's report is there already"
    page = await read(world, AN, report)
    assert "1 nhiệm vụ, 1 lượt giao" in page
    assert "(14) Tỷ lệ hoàn thành" in page
    assert (await do(world, OFFICE_LEADER, report, "sign")).status_code == 303
    assert (await do(world, OFFICE_LEADER, report, "issue", {"number": "7", "issue_date": "1/6"})).status_code == 422
    assert (await do(world, OFFICE_LEADER, report, "issue", {"number": "7", "issue_date": "03/05/2025"})).status_code == 422
    await done(world, AN, report, "issue", {"number": "7", "issue_date": "02/05/2025"})
    assert "Đã phát hành" in await read(world, EVALUATOR, report)
    listed = await read(world, AN, "/bao-cao?form=v&state=issued")
    assert report in listed
    assert report not in await read(world, AN, "/bao-cao?form=vi")
    for ending, magic in (("docx", b"PK"), ("pdf", b"%PDF"), ("xlsx", b"PK")):
        answer = await (await world.browser(AN)).get(f"{report}/tep.{ending}")
        assert answer.content.startswith(magic), answer.text
        assert "phu-luc-V-20250401-20250430" in answer.headers["content-disposition"]
    foreign = await world.browser(STNMT_LEADER)
    assert [(await foreign.get(f"{report}{more}")).status_code for more in ("", "/tep.pdf")] == [404, 404]


@pytest.mark.article("Đ8.1.e", "Đ9.2")
async def test_the_list_of_what_is_overdue_takes_the_offices_opinion(world: World) -> None:
    await publish(world, **{"tasks-0-due_date": "2025-05-14"})
    world.clock.set(datetime(2025, 6, 2, 9, tzinfo=HUE))
    report = await made(world, AN, "/bao-cao/moi", {"form": "vi", **APRIL, "number": "5"})
    page = await read(world, AN, report)
    for words in ("Báo cáo tháng 5/2025", "Rà soát quỹ đất công trên địa bàn.", "Sở Tài nguyên và Môi trường", "quá 17 ngày"):
        assert words in page, words
    await done(world, AN, report, "edit", row_of(page) | {"notes-0-proposal": "Trực tiếp làm việc với Sở."})
    page = await read(world, OFFICE_LEADER, report)
    assert "Trực tiếp làm việc với Sở." in page
    assert (await (await world.browser(EVALUATOR)).get(report)).status_code == 404, "a draft is the Office's own"


@pytest.mark.article("§6.29")
async def test_a_period_that_is_none_or_has_not_begun_is_refused_at_its_field(world: World) -> None:
    office = await world.browser(AN)

    async def compose(**changes: Any) -> httpx.Response:
        return await office.submit("/bao-cao/moi", "/bao-cao/moi", {"form": "vi", **APRIL, **changes})

    for field, changes in (("period_kind", {"year": "2026"}), ("number", {"number": "13"}), ("year", {"year": "x"}),
                           ("last_day", {"period_kind": "ad_hoc"}), ("form", {"form": ""})):  # fmt: skip
        answer = await compose(**changes)
        assert (answer.status_code, f'href="#{field}"' in answer.text) == (422, True), (field, answer.text)
    for query in ("period_kind=month&year=2026&number=4", "period_kind=month&year=x"):
        assert (await office.get(f"/bao-cao/tinh-hinh?{query}")).status_code == 422


@pytest.mark.article("Đ9.4", "Đ10.1")
async def test_the_office_sees_who_has_not_sent_asks_and_urges(world: World) -> None:
    await after_april(world)
    office = await world.browser(AN)
    assert "Yêu cầu các đơn vị này" in (await office.get(STANDINGS)).text
    asked = await office.submit(STANDINGS, "/bao-cao/tinh-hinh/yeu-cau", {"due_date": "09/05/2025"})
    assert (asked.status_code, asked.headers["location"]) == (303, f"{STANDINGS}&done=report-open")
    await world.spread()
    page = await read(world, AN, STANDINGS)
    row = next(part for part in page.split("<tr>") if "Sở Tài nguyên và Môi trường" in part)
    assert "09/05/2025" in row
    urge = row.split('action="')[1].split('"')[0]
    assert (await office.submit(STANDINGS, urge)).headers["location"] == f"{STANDINGS}&done=report-urge"
    twice = await office.submit(STANDINGS, urge)
    assert (twice.status_code, "đã được đôn đốc trong ngày hôm nay" in twice.text) == (409, True)
    assert 'value="2025"' in twice.text
    await world.spread()
    leader = await world.browser(STNMT_LEADER)
    report = urge.removesuffix("/don-doc")
    assert f'value="{report}"' in (await leader.get("/inbox")).text
    await done(world, STNMT_LEADER, report, "recompose")
    await done(world, STNMT_LEADER, report, "sign")
    await done(world, STNMT_LEADER, report, "send")
    assert f'href="{report}"' in (await office.get(STANDINGS)).text
    assert (await leader.get(STANDINGS)).status_code == 403
    assert "/don-doc" not in await read(world, EVALUATOR, STANDINGS)
    assert report in (await office.get(f"/bao-cao?unit={STNMT}")).text
