"""Forms as files and their templates, through the pages alone."""

import pytest

from gateway.tests.routes_beside import ABSENT
from gateway.tests.test_flow import publish
from gateway.tests.test_urging import do, late
from gateway.tests.world import ADMINISTRATOR, AN, STNMT_LEADER, SYT_LEADER, World
from services.reporting.forms.paper import Form
from services.reporting.forms.samples import SAMPLES
from services.reporting.forms.template import template

TYPES = {
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK"),
    "pdf": ("application/pdf", b"%PDF"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK"),
}


@pytest.mark.article("Đ8.1.e", "D13")
async def test_a_notice_is_a_paper_for_who_may_see_it(world: World) -> None:
    record = await late(world)
    await do(world, AN, record, "issue")
    id = record.rpartition("/")[2]
    for person in (AN, STNMT_LEADER):
        browser = await world.browser(person)
        assert f'href="/bieu-mau/ii.pdf?id={id}"' in (await browser.get(record)).text
        for ending, (media_type, magic) in TYPES.items():
            answer = await browser.get(f"/bieu-mau/ii.{ending}?id={id}")
            assert (answer.status_code, answer.headers["content-type"]) == (200, media_type), answer.text
            assert answer.content.startswith(magic)
            assert len(answer.content) == int(answer.headers["content-length"])
            assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''phu-luc-II-")
    foreign = await world.browser(SYT_LEADER)
    assert [(await foreign.get(f"/bieu-mau/ii.pdf?id={each}")).status_code for each in (id, ABSENT)] == [404, 404]
    assert (await foreign.get("/bieu-mau/ii.pdf?id=x")).status_code == 422
    assert (await foreign.get("/bieu-mau/v.pdf")).status_code == 404
    assert (await foreign.get("/bieu-mau/ii.exe")).status_code == 404


@pytest.mark.article("Đ8.1.đ", "Đ8.2.1", "D13")
async def test_annex_i_is_the_offices_and_annex_iii_the_units_own(world: World) -> None:
    await publish(world)
    office, unit = await world.browser(AN), await world.browser(STNMT_LEADER)
    assert 'href="/bieu-mau/i.docx"' in (await office.get("/phu-luc-i")).text
    assert [(await each.get("/bieu-mau/i.pdf")).status_code for each in (office, unit)] == [200, 403]
    assert 'href="/bieu-mau/iii.docx"' in (await unit.get("/tasks")).text
    assert "/bieu-mau/iii" not in (await office.get("/tasks")).text
    assert [(await each.get("/bieu-mau/iii.xlsx")).status_code for each in (office, unit)] == [403, 200]


@pytest.mark.article("Đ8.1.d")
async def test_a_template_is_downloaded_uploaded_put_in_force_and_taken_back(world: World) -> None:
    browser = await world.browser(ADMINISTRATOR)
    default = await browser.get("/bieu-mau/ii/mau/0.docx")
    assert default.content == template(SAMPLES[Form.II])
    files = {"evidence": ("mau.docx", default.content)}
    uploaded = await browser.submit("/bieu-mau/ii", "/bieu-mau/ii/tai-len", {"note": "Thêm dòng cuối"}, files=files)
    assert (uploaded.status_code, uploaded.headers["location"]) == (303, "/bieu-mau/ii?done=template")
    page = (await browser.get("/bieu-mau/ii")).text
    assert all(words in page for words in ("Thêm dòng cuối", "Võ Quản Trị", "Đang dùng mẫu mặc định", "Dùng phiên bản 1"))
    used = await browser.submit("/bieu-mau/ii", "/bieu-mau/ii/dung", {"version": "1"})
    assert used.status_code == 303, used.text
    assert "Đang dùng phiên bản 1" in (await browser.get("/bieu-mau/ii")).text
    assert (await browser.get("/bieu-mau/ii/mau/1.docx")).content == default.content
    assert (await browser.submit("/bieu-mau/ii", "/bieu-mau/ii/dung", {"version": "0"})).status_code == 303
    assert "Đang dùng mẫu mặc định" in (await browser.get("/bieu-mau/ii")).text
    for version in ("7", "x", "99999999999"):
        assert (await browser.get(f"/bieu-mau/ii/mau/{version}.docx")).status_code == 404


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "Chưa chọn tệp"), (b"Word?", "không phải là văn bản Word"), (bytes(2 * 1024 * 1024 + 1), "không quá 2 MB")]
)
async def test_what_is_no_template_is_refused_at_its_field_and_changes_nothing(world: World, content: bytes, words: str) -> None:
    browser = await world.browser(ADMINISTRATOR)
    files = {"evidence": ("mau.docx", content)} if content else {"x": ("", b"")}
    answer = await browser.submit("/bieu-mau/ii", "/bieu-mau/ii/tai-len", {"note": "Mẫu mới"}, files=files)
    assert (answer.status_code, words in answer.text, 'href="#evidence"' in answer.text) == (422, True, True), answer.text
    assert 'value="Mẫu mới"' in answer.text
    assert "Dùng phiên bản" not in (await browser.get("/bieu-mau/ii")).text
