"""One task from its document to its verified result, through the pages alone."""

from typing import Any

import httpx
import pytest

from gateway.tests.world import AN, OFFICER, STNMT_LEADER, SYT_LEADER, Browser, World, document, hidden
from kit.testing.stack import Person

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
RESULT = {
    "completed_on": "2025-04-24",
    "content": "Hoàn thành rà soát.",
    "document_number": "812/STNMT",
    "document_date": "2025-04-24",
}


async def publish(world: World, **changes: Any) -> tuple[str, str]:
    """A document entered and published by the specialist; its id and that of its first assignment."""
    office = await world.browser(AN)
    kept = await office.submit("/directives/new", "/directives/new", {"action": "check", **document(**changes)})
    assert kept.status_code == 303, kept.text
    id = kept.headers["location"].split("/")[2]
    sent = await office.submit(f"/directives/{id}/check", f"/directives/{id}/publish")
    assert sent.status_code == 303, sent.text
    await world.spread()
    page = await office.get(f"/tasks?directive={id}")
    return id, page.text.split('href="/assignments/')[1].split('"')[0]


async def act(world: World, person: Person, assignment: str, verb: str, fields: dict | None = None, **more: Any) -> httpx.Response:
    """By the form on the assignment's page."""
    browser = await world.browser(person)
    answer = await browser.submit(f"/assignments/{assignment}", f"/assignments/{assignment}/{verb}", fields, **more)
    await world.spread()
    return answer


async def report(world: World, assignment: str, **changes: Any) -> httpx.Response:
    """The unit leader's report, with one file."""
    files = [("evidence", ("báo cáo.pdf", PDF, "application/pdf"))]
    return await act(world, STNMT_LEADER, assignment, "report-done", RESULT | changes, files=files)


@pytest.mark.article("Đ7.2.a", "Đ7.2.b", "Đ7.2.c.1", "Đ8.1.a", "Đ8.2.1")
async def test_a_task_travels_from_its_document_to_its_verified_result(world: World) -> None:
    """Đ7, Đ8."""
    _, assignment = await publish(world)
    page = f"/assignments/{assignment}"
    steps: list[tuple[Person, str, dict[str, Any]]] = [
        (STNMT_LEADER, "accept", {}),
        (STNMT_LEADER, "delegate", {"leader_id": str(STNMT_LEADER.id), "officer_ids": [str(OFFICER.id)]}),
        (OFFICER, "report-progress", {"content": "Đã làm việc với 6 địa phương."}),
    ]
    for person, verb, fields in steps:
        answer = await act(world, person, assignment, verb, fields)
        assert answer.status_code == 303, (verb, answer.text)
        assert answer.headers["location"].startswith(f"{page}?after={assignment}%3A")
    assert (await report(world, assignment)).status_code == 303
    assert (await act(world, AN, assignment, "send-back", {"reason": "Thiếu phụ lục."})).status_code == 303
    assert (await report(world, assignment)).status_code == 303
    assert (await act(world, AN, assignment, "verify")).status_code == 303
    shown = (await (await world.browser(OFFICER)).get(page)).text
    assert "Nhiệm vụ đã xong, kết quả đã được xác nhận." in shown
    assert all(text in shown for text in ("Đã làm việc với 6 địa phương.", "Thiếu phụ lục.", "812/STNMT", "Lê Thị Hoa", "báo cáo.pdf"))


@pytest.mark.article("Đ7.2.d")
async def test_a_unit_sends_a_task_back_with_a_reason(world: World) -> None:
    """Đ7.2.d, example 15."""
    _, assignment = await publish(world)
    without = await act(world, STNMT_LEADER, assignment, "request-return", {"reason": " "})
    assert without.status_code == 422
    assert 'href="#request-return-reason"' in without.text
    assert (await act(world, STNMT_LEADER, assignment, "request-return", {"reason": "Không thuộc chức năng."})).status_code == 303
    assert "Không thuộc chức năng." in (await (await world.browser(AN)).get(f"/assignments/{assignment}")).text


async def test_the_writers_next_list_shows_his_write(world: World) -> None:
    _, assignment = await publish(world)
    leader = await world.browser(STNMT_LEADER)
    answer = await leader.submit(f"/assignments/{assignment}", f"/assignments/{assignment}/accept")
    after = answer.headers["location"].split("?")[1].split("&")[0]
    assert "Đang cập nhật" in (await leader.get(f"/tasks?{after}")).text, "the event hasn't arrived, and the page says so"
    await world.spread()
    page = await leader.get(f"/tasks?{after}")
    assert "Đang cập nhật" not in page.text
    assert "Đã tiếp nhận" in page.text


async def test_two_clicks_on_one_form_have_one_effect(world: World) -> None:
    _, assignment = await publish(world)
    leader = await world.browser(STNMT_LEADER)
    fields = hidden(await leader.get(f"/assignments/{assignment}"), f"/assignments/{assignment}/accept")
    answers = [await leader.post(f"/assignments/{assignment}/accept", fields) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].headers["location"] == answers[1].headers["location"]


@pytest.mark.article("Đ4.1", "§6.17")
async def test_a_refused_report_keeps_what_was_typed_and_what_was_uploaded(world: World) -> None:
    """Đ4, example 17: not in the future."""
    _, assignment = await publish(world)
    await act(world, STNMT_LEADER, assignment, "accept")
    refused = await report(world, assignment, completed_on="2025-05-05")
    assert refused.status_code == 422
    assert 'id="report-done-completed_on-error"' in refused.text
    assert "Hoàn thành rà soát." in refused.text
    assert "Đã tải lên: báo cáo.pdf" in refused.text
    leader = await world.browser(STNMT_LEADER)
    again = hidden(refused, f"/assignments/{assignment}/report-done") | RESULT
    again.pop("csrf_token")
    done = await leader.post(f"/assignments/{assignment}/report-done", again)
    assert done.status_code == 303, done.text


async def test_who_decided_on_an_older_version_sees_the_news_and_keeps_his_words(world: World) -> None:
    _, assignment = await publish(world)
    await act(world, STNMT_LEADER, assignment, "accept")
    officer = await world.browser(OFFICER)
    form = hidden(await officer.get(f"/assignments/{assignment}"), f"/assignments/{assignment}/report-progress")
    await act(world, STNMT_LEADER, assignment, "report-progress", {"content": "Tin của lãnh đạo."})
    answer = await officer.post(f"/assignments/{assignment}/report-progress", form | {"content": "Lời của cán bộ."})
    assert answer.status_code == 412
    assert "Có người vừa cập nhật nhiệm vụ này" in answer.text
    assert "Lời của cán bộ." in answer.text
    assert "Tin của lãnh đạo." in answer.text


async def test_what_the_new_state_forbids_is_shown_with_what_was_typed(world: World) -> None:
    _, assignment = await publish(world)
    leader = await world.browser(STNMT_LEADER)
    form = hidden(await leader.get(f"/assignments/{assignment}"), f"/assignments/{assignment}/accept")
    await act(world, STNMT_LEADER, assignment, "accept")
    answer = await leader.post(f"/assignments/{assignment}/accept", form | {"request_id": "11111111-1111-4111-8111-111111111111"})
    assert answer.status_code in (409, 412)
    assert "chưa được thực hiện" in answer.text


async def download(world: World, person: Person, assignment: str) -> httpx.Response:
    """The only file of the assignment, by its link."""
    links = (await (await world.browser(STNMT_LEADER)).get(f"/assignments/{assignment}")).text
    evidence = links.split(f'href="/assignments/{assignment}/evidence/')[1].split('"')[0]
    browser: Browser = await world.browser(person)
    return await browser.get(f"/assignments/{assignment}/evidence/{evidence}")


@pytest.mark.article("Đ4.1")
async def test_evidence_comes_back_byte_for_byte_and_is_never_shown_inline(world: World) -> None:
    _, assignment = await publish(world)
    await act(world, STNMT_LEADER, assignment, "accept")
    await report(world, assignment)
    file = await download(world, AN, assignment)
    assert (file.status_code, file.content) == (200, PDF)
    assert file.headers["content-disposition"] == "attachment; filename*=UTF-8''b%C3%A1o%20c%C3%A1o.pdf"
    assert file.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in file.headers["content-security-policy"]
    assert (await download(world, SYT_LEADER, assignment)).status_code == 404


@pytest.mark.parametrize("name", ["a.exe", "a.svg"])
async def test_a_file_of_another_kind_is_named_and_nothing_is_reported(world: World, name: str) -> None:
    _, assignment = await publish(world)
    await act(world, STNMT_LEADER, assignment, "accept")
    files = [("evidence", (name, b"<svg onload='alert(1)'/>", "application/pdf"))]
    answer = await act(world, STNMT_LEADER, assignment, "report-done", RESULT, files=files)
    assert answer.status_code == 422
    assert f"{name}: Chỉ nhận tệp" in answer.text
    assert "Hoàn thành rà soát." in answer.text
