"""What lies beside the tasks, from its beginning to its end, through the pages alone: obstacles, inspections, inquiries, the programme."""

import re
from typing import Any

import httpx
import pytest

from gateway.tests.test_flow import PDF, publish
from gateway.tests.world import AN, OFFICE_LEADER, OFFICER, STNMT, STNMT_LEADER, SYT_LEADER, World
from kit.testing.stack import Person

DECIDED = {"decision_number": "6120/UBND-ĐĐ", "decision_signer": "Nguyễn Văn Phương"}
DIFFICULTY = {"difficulty": "Thiếu hồ sơ địa chính.", "cause": "Bàn giao không biên bản.", "proposal": "Cho đo đạc lại."}
INSPECTION = {"kind": "periodic", "unit_id": str(STNMT), "title": "Kiểm tra quý II", "plan": "Việc cập nhật.", "visit_from": "24/04/2025",
              "visit_to": "25/04/2025", **DECIDED}  # fmt: skip
REGULATION = {"number": "115/QĐ-STNMT", "issue_date": "24/04/2025", "title": "Quy chế theo dõi nhiệm vụ"}


async def begin(world: World, person: Person, address: str, fields: dict[str, Any], **more: Any) -> httpx.Response:
    """By the form at `address`; its query fills the form."""
    browser = await world.browser(person)
    answer = await browser.submit(address, address.partition("?")[0], fields, **more)
    await world.spread()
    return answer


async def made(world: World, person: Person, address: str, fields: dict[str, Any]) -> str:
    """The new record's page."""
    answer = await begin(world, person, address, fields)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].split("?")[0]


async def do(world: World, person: Person, record: str, verb: str, fields: dict[str, Any] | None = None) -> httpx.Response:
    """By the form on the record's page."""
    browser = await world.browser(person)
    answer = await browser.submit(record, f"{record}/{verb}", fields)
    await world.spread()
    return answer


async def done(world: World, person: Person, record: str, verb: str, fields: dict[str, Any] | None = None) -> None:
    """The same, which succeeds."""
    answer = await do(world, person, record, verb, fields)
    assert answer.status_code == 303, answer.text


async def read(world: World, person: Person, address: str) -> str:
    answer = await (await world.browser(person)).get(address)
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.article("Đ8.1.b", "Đ9.3", "Đ10.2")
async def test_an_obstacle_goes_from_the_unit_to_the_leaders_and_back(world: World) -> None:
    _, assignment = await publish(world)
    task = f"/assignments/{assignment}"
    link = f"/vuong-mac/moi?assignment_id={assignment}"
    assert f'href="{link}"' in await read(world, STNMT_LEADER, task)
    assert link not in await read(world, AN, task), "obstacles are the unit's to tell of"
    assert f'<option value="{assignment}" selected>' in await read(world, OFFICER, link)
    without = await begin(world, OFFICER, link, {"assignment_id": assignment, **DIFFICULTY, "cause": " "})
    assert (without.status_code, 'id="cause-error"' in without.text) == (422, True)
    record = await made(world, OFFICER, link, {"assignment_id": assignment, **DIFFICULTY})
    assert f'href="{record}"' in await read(world, AN, task)
    await done(world, AN, record, "propose", {"office_proposal": "Giao Sở Tài chính."})
    undecided = await do(world, OFFICE_LEADER, record, "direct", {"direction": "Đồng ý."})
    assert (undecided.status_code, "Đồng ý." in undecided.text) == (422, True)
    await done(world, OFFICE_LEADER, record, "direct", {"direction": "Đồng ý đo đạc lại.", **DECIDED})
    assert f'value="{record}"' in await read(world, STNMT_LEADER, "/inbox"), "the message leads to the obstacle itself"
    await done(world, STNMT_LEADER, record, "close", {"note": "Đã đo đạc."})
    page = await read(world, AN, record)
    assert all(words in page for words in ("Đã kết thúc", "Giao Sở Tài chính.", "Đồng ý đo đạc lại.", "6120/UBND-ĐĐ", "Đã đo đạc."))
    foreign = await world.browser(SYT_LEADER)
    assert (await foreign.get(record)).status_code == 404
    assert DIFFICULTY["difficulty"] not in (await foreign.get("/vuong-mac")).text
    assert (await begin(world, SYT_LEADER, "/vuong-mac/moi", {"assignment_id": assignment, **DIFFICULTY})).status_code == 404


@pytest.mark.article("Đ10.2")
async def test_a_unit_withdraws_what_it_told(world: World) -> None:
    _, assignment = await publish(world)
    record = await made(world, OFFICER, "/vuong-mac/moi", {"assignment_id": assignment, **DIFFICULTY})
    await done(world, OFFICER, record, "withdraw", {"reason": "Đã tự xử lý."})
    assert "Đã rút" in await read(world, AN, "/vuong-mac?state=withdrawn")
    assert DIFFICULTY["difficulty"] not in await read(world, AN, "/vuong-mac?state=raised")


@pytest.mark.article("Đ8.1.c")
async def test_an_inspection_is_planned_made_concluded_and_closed_with_what_follows(world: World) -> None:
    _, assignment = await publish(world)
    found = await read(world, AN, f"/kiem-tra/moi?unit_id={STNMT}&q=5425")
    assert f'name="assignment_ids" value="{assignment}"' in found
    undecided = {name: value for name, value in INSPECTION.items() if name not in DECIDED}
    refused = await begin(world, AN, "/kiem-tra/moi", undecided)
    assert (refused.status_code, 'id="decision_number-error"' in refused.text) == (422, True)
    record = await made(world, AN, "/kiem-tra/moi", INSPECTION | {"assignment_ids": assignment})
    assert "Rà soát quỹ đất công" in await read(world, AN, record)
    await done(world, AN, record, "record", {"visited_on": "24/04/2025", "findings": "Cập nhật đủ."})
    await done(world, OFFICE_LEADER, record, "conclude", {"conclusions": "Tốt.", "evaluation": "good", **DECIDED})
    page = await read(world, AN, f"{record}?open=close&q=5425")
    task = re.search(r'name="follow_up_task_ids" value="([^"]+)"', page)
    assert task
    await done(world, AN, record, "close", {"follow_up_task_ids": task[1], "note": "Đã giao việc."})
    page = await read(world, STNMT_LEADER, record)
    assert all(words in page for words in ("Đã kết thúc", "Thực hiện tốt", "Cập nhật đủ.", "Đã giao việc.", f"/assignments/{assignment}"))
    assert (await (await world.browser(SYT_LEADER)).get(record)).status_code == 404


@pytest.mark.article("Đ8.2.2")
async def test_a_unit_inspects_itself_and_the_office_sees_nothing_of_it(world: World) -> None:
    own = {"title": "Kiểm tra các phòng", "plan": "Việc phân công.", "visit_from": "24/04/2025", "visit_to": "24/04/2025"}
    record = await made(world, STNMT_LEADER, "/kiem-tra/moi", own)
    assert "Nội bộ đơn vị" in await read(world, STNMT_LEADER, "/kiem-tra")
    assert (await (await world.browser(AN)).get(record)).status_code == 404
    await done(world, STNMT_LEADER, record, "cancel", {"reason": "Dời sang quý III."})


@pytest.mark.article("Đ8.1.d", "Đ9.1", "Đ13")
async def test_an_inquiry_is_answered_asked_again_and_solved_and_its_times_counted(world: World) -> None:
    asked = {"kind": "regulation_feedback", "subject": "Về thời hạn 3 ngày", "body": "Đề nghị nêu rõ ngày làm việc."}
    record = await made(world, OFFICER, "/yeu-cau/moi", asked)
    assert "Về thời hạn 3 ngày" in await read(world, AN, "/yeu-cau?kind=regulation_feedback&state=open")
    await done(world, AN, record, "answer", {"answer": "Là ngày làm việc."})
    await done(world, OFFICER, record, "reopen", {"reason": "Còn phiếu báo?"})
    await done(world, AN, record, "answer", {"answer": "Phiếu báo: ngày thường."})
    await done(world, OFFICER, record, "solve")
    page = await read(world, OFFICER, record)
    assert all(words in page for words in ("Đã giải quyết", "Còn phiếu báo?", "Phiếu báo: ngày thường."))
    assert (await (await world.browser(SYT_LEADER)).get(record)).status_code == 404
    counted = await read(world, AN, "/yeu-cau/thong-ke?first_day=2025-01-01&last_day=2025-12-31")
    assert "0 phút" in counted
    office = await world.browser(AN)
    assert (await office.get("/yeu-cau/thong-ke?first_day=x")).status_code == 422
    reversed_ = await office.get("/yeu-cau/thong-ke?first_day=2025-02-01&last_day=2025-01-01")
    assert (reversed_.status_code, 'id="last_day-error"' in reversed_.text) == (422, True)


async def upload(world: World, name: str = "quy chế.pdf", content: bytes = PDF, **changes: str) -> httpx.Response:
    files = [("evidence", (name, content, "application/pdf"))]
    return await begin(world, STNMT_LEADER, "/quy-che-don-vi/moi", REGULATION | changes, files=files)


@pytest.mark.article("Đ11.2")
async def test_a_units_regulation_is_sent_read_and_replaced(world: World) -> None:
    assert "4 đơn vị chưa gửi quy chế" in await read(world, AN, "/quy-che-don-vi")
    sent = await upload(world)
    assert (sent.status_code, sent.headers.get("location")) == (303, "/quy-che-don-vi?done=quy-che-don-vi.put"), sent.text
    page = await read(world, AN, "/quy-che-don-vi")
    assert "3 đơn vị chưa gửi quy chế" in page
    address = re.search(r'href="(/quy-che-don-vi/[^"]+/file)"', page)
    assert address
    file = await (await world.browser(AN)).get(address[1])
    assert (file.status_code, file.content) == (200, PDF)
    assert file.headers["content-disposition"] == "attachment; filename*=UTF-8''quy%20ch%E1%BA%BF.pdf"
    assert "sandbox" in file.headers["content-security-policy"]
    assert (await (await world.browser(SYT_LEADER)).get(address[1])).status_code == 404
    assert (await upload(world, number="116/QĐ-STNMT")).status_code == 303
    own = await read(world, STNMT_LEADER, "/quy-che-don-vi")
    assert all(words in own for words in ("115/QĐ-STNMT", "Đã thay thế", "116/QĐ-STNMT", "Đang hiệu lực"))
    assert "116/QĐ-STNMT" not in await read(world, SYT_LEADER, "/quy-che-don-vi")


@pytest.mark.article("Đ11.2")
@pytest.mark.parametrize(
    ("name", "content", "words"),
    [("a.exe", b"MZ", "Chỉ nhận tệp"), ("a.pdf", b"MZ", "không đúng với loại tệp"), ("a.pdf", b"%PDF" + bytes(3 * 1024 * 1024), "3 MB")],
    ids=["type", "content", "size"],
)
async def test_a_file_that_cannot_be_a_regulation_is_refused_with_what_was_typed(world: World, name: str, content: bytes, words: str):
    answer = await upload(world, name, content)
    assert answer.status_code == 422
    assert 'id="evidence-error"' in answer.text
    assert words in answer.text
    assert REGULATION["title"] in answer.text


@pytest.mark.article("Đ5")
async def test_a_secret_text_is_shown_nowhere_again(world: World) -> None:
    """Neither at the beginning of a record nor in an act on one."""
    _, assignment = await publish(world)
    secret, obstacle = "TỐI MẬT\nchim hoàng yến", {"assignment_id": assignment, **DIFFICULTY}
    record = await made(world, OFFICER, "/vuong-mac/moi", obstacle)
    begun = await begin(world, OFFICER, "/vuong-mac/moi", obstacle | {"difficulty": secret})
    for answer in (begun, await do(world, STNMT_LEADER, record, "close", {"note": secret})):
        assert answer.status_code == 422
        assert "SECRET_DOCUMENT_REFUSED" in answer.text
        assert "chim hoàng yến" not in answer.text


@pytest.mark.article("Đ2.1", "Đ2.4", "Đ9.2")
async def test_an_item_of_the_programme_gets_its_tasks_and_its_result(world: World) -> None:
    _, assignment = await publish(world)
    item = {"year": "2025", "month": "6", "ordinal": "1", "content": "Đề án quỹ đất công", "lead_unit_id": str(STNMT)}
    unread = await begin(world, AN, "/chuong-trinh/moi", item | {"month": "sáu"})
    assert (unread.status_code, 'id="month-error"' in unread.text) == (422, True)
    record = await made(world, AN, "/chuong-trinh/moi", item)
    page = await read(world, AN, f"{record}?open=link&q=5425")
    task = re.search(r'name="task_ids" value="([^"]+)"', page)
    assert task
    await done(world, AN, record, "link", {"task_ids": task[1]})
    assert f"/assignments/{assignment}" in await read(world, STNMT_LEADER, record)
    assert f"/assignments/{assignment}" not in await read(world, SYT_LEADER, record), "the programme is open to all, the task isn't"
    await done(world, AN, record, "change", item | {"content": "Đề án quản lý quỹ đất công"})
    undated = await do(world, STNMT_LEADER, record, "record", {"state": "done", "result": "Đã trình."})
    assert (undated.status_code, 'id="record-completed_on-error"' in undated.text) == (422, True)
    await done(world, STNMT_LEADER, record, "record", {"state": "done", "result": "Đã trình.", "completed_on": "24/04/2025"})
    listed = await read(world, SYT_LEADER, "/chuong-trinh")
    assert all(words in listed for words in ("Đề án quản lý quỹ đất công", "Đã hoàn thành"))
    assert "Đề án" not in await read(world, SYT_LEADER, "/chuong-trinh?year=2024")
    assert "Đề án" in await read(world, SYT_LEADER, "/chuong-trinh?month=6")
    assert "Đề án" not in await read(world, SYT_LEADER, "/chuong-trinh?month=7")
    assert (await (await world.browser(SYT_LEADER)).get("/chuong-trinh?month=13")).status_code == 422
