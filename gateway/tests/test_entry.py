"""Entering documents, also badly."""

import re
from typing import Any

import httpx
import pytest

from gateway.tests.test_flow import publish
from gateway.tests.world import AN, HEALTH, OFFICE_LEADER, STNMT, STNMT_LEADER, SYT, SYT_LEADER, Browser, World, document, hidden

NEW = "/directives/new"
CANARY = "chim hoàng yến"


async def enter(browser: Browser, action: str = "check", **changes: Any) -> httpx.Response:
    return await browser.submit(NEW, NEW, {"action": action, **document(**changes)})


async def stored(world: World) -> int:
    return len(await world.stacks["directive"].events())


async def test_every_wrong_field_is_named_at_once_and_what_was_typed_stays(world: World) -> None:
    office = await world.browser(AN)
    answer = await enter(office, number="", signer="", **{"tasks-0-due_date": "31/02/2025", "tasks-0-content": "Giữ lại <b>tôi</b>."})
    assert answer.status_code == 422
    for name in ("number", "signer", "tasks-0-due_date"):
        assert f'href="#{name}"' in answer.text
    assert "Giữ lại &lt;b&gt;tôi&lt;/b&gt;." in answer.text
    assert 'value="31/02/2025"' in answer.text
    assert await stored(world) == 0


async def test_a_refused_form_gets_another_request_id(world: World) -> None:
    office = await world.browser(AN)
    sent = hidden(await office.get(NEW), NEW)
    answer = await office.post(NEW, sent | {"action": "check", **document(number="")})
    again = hidden(answer, NEW)
    assert again["request_id"] != sent["request_id"]
    assert (await office.post(NEW, again | {"action": "check"} | document())).status_code == 303


@pytest.mark.article("Đ5", "Đ6.2")
@pytest.mark.parametrize("level", ["confidential", "secret", "top_secret"])
@pytest.mark.parametrize("action", ["check", "save", "add_task"])
async def test_a_secret_document_is_refused_and_shown_nowhere(world: World, level: str, action: str, caplog) -> None:
    """Đ5, example 11."""
    office = await world.browser(AN)
    answer = await enter(office, action, secrecy=level, abstract=CANARY, number=CANARY, **{"tasks-0-content": CANARY})
    assert answer.status_code == 422
    assert "Văn bản mật không được nhập" in answer.text
    assert CANARY not in answer.text
    assert CANARY not in caplog.text
    assert "SECRET_DOCUMENT_REFUSED" in answer.text


@pytest.mark.article("Đ5", "Đ6.2")
async def test_of_a_refused_document_the_leaders_learn_the_sender_and_nothing_else(world: World) -> None:
    await enter(await world.browser(AN), secrecy="secret", abstract=CANARY, number=CANARY)
    page = (await (await world.browser(OFFICE_LEADER)).get("/van-ban-mat")).text
    assert "<b>1</b> lần" in page
    assert AN.name in page
    assert CANARY not in page
    assert (await (await world.browser(AN)).get("/van-ban-mat")).status_code == 403


@pytest.mark.article("Đ5")
async def test_a_secret_document_with_other_faults_is_not_shown_again_either(world: World) -> None:
    """Đ5."""
    office = await world.browser(AN)
    answer = await enter(office, secrecy="secret", signer="", issue_date="hôm qua", abstract=CANARY)
    assert answer.status_code == 422
    assert CANARY not in answer.text


@pytest.mark.article("Đ5")
async def test_a_document_marked_secret_in_its_text_is_not_shown_again(world: World) -> None:
    """Đ5: the level says normal, the abstract says otherwise."""
    office = await world.browser(AN)
    answer = await enter(office, abstract=f"MẬT: {CANARY}")
    if answer.status_code == 422:
        assert CANARY not in answer.text
    assert answer.status_code in (303, 422)


async def test_buttons_add_and_remove_tasks_without_storing_anything(world: World) -> None:
    office = await world.browser(AN)
    more = await enter(office, "add_task")
    assert (more.status_code, hidden(more, NEW)["tasks-count"]) == (200, "2")
    assert re.search(r'id="tasks-1-content"[^>]*autofocus', more.text)
    assert "Rà soát quỹ đất công trên địa bàn." in more.text
    two = document(**{"tasks-count": "2", "tasks-1-content": "Việc thứ hai."})
    fewer = await office.submit(NEW, NEW, {"action": "remove_task:0", **two})
    assert hidden(fewer, NEW)["tasks-count"] == "1"
    assert "Việc thứ hai." in fewer.text
    assert "Rà soát quỹ đất công trên địa bàn." not in fewer.text
    assert await stored(world) == 0


@pytest.mark.parametrize("action", ["remove_task:x", "remove_task:-1", "delete_all", "remove_task:99999999"])
async def test_an_unknown_button_is_a_bad_request(world: World, action: str) -> None:
    assert (await enter(await world.browser(AN), action)).status_code == 400


async def test_the_same_number_twice_in_a_year_is_said_so(world: World) -> None:
    """Example 10."""
    office = await world.browser(AN)
    assert (await enter(office)).status_code == 303
    answer = await enter(office)
    assert answer.status_code == 409
    assert 'href="#number"' in answer.text
    assert "Rà soát quỹ đất công trên địa bàn." in answer.text


@pytest.mark.article("Đ4.1", "Đ4.2")
async def test_an_incomplete_document_is_kept_but_not_published(world: World) -> None:
    """Đ4: a task without its class can't go out."""
    office = await world.browser(AN)
    kept = await enter(office, **{"tasks-0-has_deadline": "", "tasks-0-must_report": ""})
    page = kept.headers["location"].split("?")[0]
    answer = await office.submit(page, page.replace("/check", "/publish"))
    assert answer.status_code == 409
    assert 'href="#task-1"' in answer.text


async def test_a_draft_changed_by_another_is_not_overwritten_unseen(world: World) -> None:
    office, other = await world.browser(AN), await world.browser(OFFICE_LEADER)
    kept = await enter(office, "save")
    edit = kept.headers["location"].split("?")[0] + "/edit"
    form = hidden(await office.get(edit), edit)
    assert (await other.submit(edit, edit, {"action": "save", **document(abstract="V/v của người khác")})).status_code == 303
    answer = await office.post(edit, form | {"action": "save"} | document(abstract="V/v của tôi"))
    assert answer.status_code == 412
    assert "V/v của tôi" in answer.text
    again = hidden(answer, edit)
    assert int(again["expected_version"]) == int(form["expected_version"]) + 1
    assert (await office.post(edit, again | {"action": "save"} | document(abstract="V/v của tôi"))).status_code == 303


@pytest.mark.article("D13")
async def test_a_published_document_shows_each_unit_its_own_tasks(world: World) -> None:
    """D13."""
    second = {"tasks-1-content": "Kiểm tra trạm y tế.", "tasks-1-lead": str(SYT), "tasks-1-field": str(HEALTH)}
    second |= {"tasks-1-has_deadline": "no", "tasks-1-must_report": "no"}
    third = {name.replace("tasks-0", "tasks-1"): value for name, value in document().items() if name.startswith("tasks-0")}
    id, _ = await publish(world, **{**third, **second, "tasks-1-due_date": "", "tasks-1-deadline_kind": "", "tasks-count": "2"})
    world.clock.advance(minutes=1)
    theirs = (await (await world.browser(STNMT_LEADER)).get(f"/directives/{id}")).text
    assert "Rà soát quỹ đất công trên địa bàn." in theirs
    assert "Kiểm tra trạm y tế." not in theirs
    assert "Chờ tiếp nhận" in theirs
    assert "Kiểm tra trạm y tế." in (await (await world.browser(SYT_LEADER)).get(f"/directives/{id}")).text


@pytest.mark.article("Đ6.1.đ", "D6")
async def test_a_due_date_on_a_holiday_is_previewed_beside_the_field(world: World) -> None:
    """D6, Đ6.1.đ."""
    office = await world.browser(AN)
    fragment = await office.get("/due-date-preview?date=2025-05-05", headers={"HX-Request": "true"})
    assert fragment.status_code == 200
    assert "ngày làm việc" in fragment.text
    assert "<html" not in fragment.text
    assert (await office.get("/due-date-preview?date=hôm nay")).text.strip() == ""


@pytest.mark.article("D8")
async def test_loose_words_are_a_hint_below_the_content_and_fill_nothing(world: World) -> None:
    """D8: the specialist decides; of a secret document nothing is asked or shown."""
    office = await world.browser(AN)
    asked = {"content": "Báo cáo trước ngày 02/05/2025.", "issue_date": "24/04/2025"}
    fragment = await office.post("/due-date-suggestion", asked)
    assert (fragment.status_code, "<html" in fragment.text) == (200, False)
    assert "Theo lời văn «trước ngày 02/05/2025»: gợi ý thời hạn <b>trước ngày 02/05/2025</b>" in fragment.text
    for nothing in ({"content": "Báo cáo."}, {"content": ""}, {**asked, "secrecy": "secret"}, {"content": "x" * 6000}):
        assert (await office.post("/due-date-suggestion", nothing)).text.strip() == ""
    loose = {"tasks-0-content": "Rà soát trong quý III.", "tasks-0-due_date": ""}
    page = (await enter(office, "add_task", **loose)).text
    assert "Theo lời văn «trong quý III»: gợi ý thời hạn <b>30/09/2025</b>" in page
    assert re.search(r'name="tasks-0-due_date" value=""', page)
    always = (await enter(office, "add_task", **{**loose, "tasks-0-content": "Thường xuyên kiểm tra.", "issue_date": "x"})).text
    assert "gợi ý <b>không thời hạn</b>" in always


@pytest.mark.article("Đ6.1.i")
async def test_what_else_the_units_need_to_know_goes_to_them(world: World) -> None:
    """Đ6.1.i."""
    id, assignment = await publish(world, **{"tasks-0-note": "Gửi kèm bản đồ.\nĐầu mối: <phòng 2>"})
    unit = await world.browser(STNMT_LEADER)
    for page in (f"/directives/{id}", f"/assignments/{assignment}"):
        assert "Gửi kèm bản đồ.\nĐầu mối: &lt;phòng 2&gt;" in (await unit.get(page)).text


@pytest.mark.article("D7")
async def test_before_a_day_keeps_the_day_before_and_is_shown_again_as_written(world: World) -> None:
    """D7, example 6."""
    office = await world.browser(AN)
    kept = await enter(office, "save", **{"tasks-0-due_date": "02/05/2025", "tasks-0-due_before": "1"})
    draft = kept.headers["location"].split("?")[0]
    assert "01/05/2025" in (await office.get(f"{draft}/check")).text
    assert 'value="02/05/2025"' in (await office.get(f"{draft}/edit")).text
    fragment = await office.get("/due-date-preview?date=2025-05-02&before=1", headers={"HX-Request": "true"})
    assert "ngày làm việc" in fragment.text


@pytest.mark.article("Đ3.4")
async def test_an_own_due_date_of_one_unit_is_kept(world: World) -> None:
    office = await world.browser(AN)
    kept = await enter(office, "save", **{f"tasks-0-due-{STNMT}": "2025-06-15"})
    page = await office.get(kept.headers["location"].split("?")[0] + "/edit")
    assert 'value="15/06/2025"' in page.text
