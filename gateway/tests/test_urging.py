"""Phiếu báo from proposal to answer, the report to the Chairman, and the working calendar, through the pages alone."""

from datetime import datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest
from ykcd.deadline.v1.urging_pb2_grpc import UrgingServiceStub

from gateway.tests.test_flow import publish
from gateway.tests.world import ADMINISTRATOR, AN, OFFICE_LEADER, STNMT, STNMT_LEADER, SYT_LEADER, World, hidden
from kit.rpc import channel
from kit.testing.stack import Person
from services.deadline import schedule

HUE = ZoneInfo("Asia/Ho_Chi_Minh")


async def on(world: World, day: str) -> None:
    """Nine o'clock on that day, and what it brings."""
    world.clock.set(datetime.fromisoformat(f"{day}T09:00").replace(tzinfo=HUE))
    await schedule.urge(world.stacks["deadline"].runtime)
    await world.spread()


async def late(world: World) -> str:
    """A task due on Wednesday 14/05/2025 for which a notice is proposed; the notice's address."""
    await publish(world, **{"tasks-0-due_date": "2025-05-14"})
    await on(world, "2025-05-15")
    return await newest(world, "/phieu-bao")


async def newest(world: World, address: str) -> str:
    """Of the record on top of the list."""
    page = await (await world.browser(OFFICE_LEADER)).get(address)
    return f"{address}/" + page.text.split("<tbody>")[1].split(f'href="{address}/')[1].split('"')[0]


async def do(world: World, person: Person, record: str, verb: str, fields: dict | None = None) -> httpx.Response:
    """By the form on the record's page."""
    browser = await world.browser(person)
    answer = await browser.submit(record, f"{record}/{verb}", fields)
    await world.spread()
    return answer


@pytest.mark.article("Đ8.1.e", "§6.18")
async def test_a_notice_is_issued_with_its_number_and_answered_by_the_unit(world: World) -> None:
    record = await late(world)
    assert "Phát hành phiếu báo" in (await (await world.browser(AN)).get(record)).text
    issued = await do(world, AN, record, "issue")
    assert (issued.status_code, issued.headers["location"]) == (303, f"{record}?done=phieu-bao.issue")
    paper = (await (await world.browser(STNMT_LEADER)).get(record)).text
    for words in ("Số: 1/PB-VPUB", "lần thứ 1", "Sở Tài nguyên và Môi trường", "5425/UBND-ĐĐ", "Nguyễn Văn Phương", "trước ngày 19/05"):
        assert words in paper, words
    answer = await do(world, STNMT_LEADER, record, "acknowledge", {"answer": "Chờ ý kiến của Phú Lộc."})
    assert answer.status_code == 303, answer.text
    assert "Chờ ý kiến của Phú Lộc." in (await (await world.browser(AN)).get(record)).text


@pytest.mark.article("Đ8.1.e", "D13")
async def test_another_unit_learns_nothing_of_a_notice(world: World) -> None:
    record = await late(world)
    await do(world, AN, record, "issue")
    foreign, absent = await world.browser(SYT_LEADER), f"/phieu-bao/{uuid4()}"
    assert "Rà soát quỹ đất" not in (await foreign.get("/phieu-bao")).text
    fields = {"request_id": str(uuid4()), "expected_version": "2", "answer": "Xem trộm."}
    for theirs, missing in (
        (await foreign.get(record), await foreign.get(absent)),
        (await foreign.post(f"{record}/acknowledge", fields), await foreign.post(f"{absent}/acknowledge", fields)),
    ):
        assert (theirs.status_code, missing.status_code) == (404, 404)
    assert (await foreign.post(f"{record}/issue", fields)).status_code == 403


@pytest.mark.article("Đ8.1.e")
async def test_many_notices_are_issued_at_once_each_with_its_own_answer(world: World) -> None:
    record = await late(world)
    await publish(world, number="5426", **{"tasks-0-due_date": "2025-05-14"})
    await on(world, "2025-05-16")
    office = await world.browser(AN)
    page = await office.get("/phieu-bao?state=proposed")
    chosen = [part.split('"')[0] for part in page.text.split('name="chosen" value="')[1:]]
    assert len(chosen) == 2
    await do(world, AN, record, "issue")
    answer = await office.submit("/phieu-bao?state=proposed", "/phieu-bao/issue", {"chosen": [*chosen, f"{uuid4()}:1"]})
    assert answer.status_code == 200
    assert "1 được, 2 không được" in answer.text
    assert "Phiếu báo số 2/PB-VPUB" in answer.text
    assert f'href="{record}"' in answer.text.split('id="done"')[0], "it had been issued already, and the page says so"


async def test_nothing_chosen_issues_nothing(world: World) -> None:
    await late(world)
    office = await world.browser(AN)
    answer = await office.submit("/phieu-bao", "/phieu-bao/issue")
    assert "Chưa chọn mục nào." in answer.text


async def test_what_met_a_service_that_is_away_can_be_gone_on_with(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await late(world)
    office, urging = await world.browser(AN), world.parts.services.urging
    page = await office.get("/phieu-bao")
    chosen = page.text.split('name="chosen" value="')[1].split('"')[0]
    with monkeypatch.context() as patch:
        patch.setattr(urging, "IssueUrgingNotice", UrgingServiceStub(channel("127.0.0.1:1")).IssueUrgingNotice)
        broken = await office.post("/phieu-bao/issue", hidden(page, "/phieu-bao/issue") | {"chosen": chosen})
    assert "1 mục <b>chưa được thực hiện</b>" in broken.text
    again = hidden(broken, "/phieu-bao/issue")
    assert (again["chosen"], again["request_id"]) == (chosen, hidden(page, "/phieu-bao/issue")["request_id"])
    assert "1 được" in (await office.post("/phieu-bao/issue", again)).text


async def test_an_answer_that_met_a_service_that_is_away_is_shown_again_as_the_same_request(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = await late(world)
    await do(world, AN, record, "issue")
    leader = await world.browser(STNMT_LEADER)
    form = hidden(await leader.get(record), f"{record}/acknowledge")
    with monkeypatch.context() as patch:
        patch.setattr(world.parts.services, "urging", UrgingServiceStub(channel("127.0.0.1:1")))
        broken = await leader.post(f"{record}/acknowledge", form | {"answer": "Chờ ý kiến."})
    assert broken.status_code == 503
    assert "Chờ ý kiến." in broken.text
    assert hidden(broken, f"{record}/acknowledge")["request_id"] == form["request_id"]


async def test_two_clicks_issue_one_notice(world: World) -> None:
    record = await late(world)
    office = await world.browser(AN)
    fields = {"request_id": str(uuid4()), "expected_version": "1"}
    first, second = [await office.post(f"{record}/issue", fields) for _ in range(2)]
    assert (first.status_code, second.status_code) == (303, 303)
    other = await office.post(f"{record}/issue", fields | {"request_id": str(uuid4())})
    assert other.status_code in (409, 412)
    assert "chưa được thực hiện" in other.text


@pytest.mark.article("Đ8.1.e")
async def test_after_three_notices_the_chairman_decides(world: World) -> None:
    for day in ("2025-05-15", "2025-05-19", "2025-05-22"):
        if day == "2025-05-15":
            record = await late(world)
        else:
            await on(world, day)
            record = await newest(world, "/phieu-bao")
        issued = await do(world, AN, record, "issue")
        assert issued.status_code == 303, issued.text
    await on(world, "2025-05-26")
    matter = await newest(world, "/bao-cao-chu-tich")
    assert (await (await world.browser(STNMT_LEADER)).get(matter)).status_code in (403, 404)
    refused = await do(world, AN, matter, "report", {"report_number": "15/BC-VPUB", "report_date": "32/05/2025", "note": "Kiến nghị."})
    assert (refused.status_code, "Kiến nghị." in refused.text) == (422, True)
    assert 'href="#report-report_date"' in refused.text
    assert (await do(world, AN, matter, "report", {"report_number": "15/BC-VPUB", "report_date": "26/05/2025"})).status_code == 303
    decision = {"text": "Đồng ý.", "decision_number": "620/UBND", "decision_signer": "Nguyễn Văn Phương"}
    without = await do(world, OFFICE_LEADER, matter, "direct", decision | {"direction": "extend"})
    assert without.status_code == 422
    assert 'id="direct-new_due_date-error"' in without.text
    directed = await do(world, OFFICE_LEADER, matter, "direct", decision | {"direction": "extend", "new_due_date": "30/06/2025"})
    assert directed.status_code == 303, directed.text
    page = (await (await world.browser(OFFICE_LEADER)).get(matter)).text
    assert all(words in page for words in ("15/BC-VPUB", "Gia hạn: hạn mới 30/06/2025", "620/UBND", "Đã kết thúc"))


@pytest.mark.article("Đ7.2.c.2")
async def test_a_unit_reads_what_it_owes_without_a_deadline(world: World) -> None:
    fields = {"tasks-0-has_deadline": "no", "tasks-0-due_date": "", "tasks-0-deadline_kind": ""}
    await publish(world, **fields)
    await schedule.settle_obligations(world.stacks["deadline"].runtime)
    leader = await world.browser(STNMT_LEADER)
    assert "Quý 2" in (await leader.get(f"/nghia-vu?unit={STNMT}&year=2025")).text
    assert "Quý 2" not in (await leader.get("/nghia-vu?state=missed")).text
    assert "Quý 2" not in (await (await world.browser(SYT_LEADER)).get("/nghia-vu")).text
    assert (await leader.get("/nghia-vu?state=gone")).status_code == 422
    assert (await leader.get("/nghia-vu?page_token=x")).status_code == 400


CHANGE = {"source": "Công điện 12/CĐ-UBND ngày 24/04/2025", "days": "16/06/2025; Nghỉ do thiên tai; Lũ", "settled_years": "2025"}


async def test_a_changed_calendar_is_shown_before_it_is_put_in_force(world: World) -> None:
    """Regulation §3."""
    await publish(world, **{"tasks-0-due_date": "2025-06-16"})
    keeper = await world.browser(ADMINISTRATOR)
    shown = await keeper.submit("/lich-lam-viec/nhap", "/lich-lam-viec/xem-truoc", CHANGE)
    assert shown.status_code == 200, shown.text
    assert all(words in shown.text for words in ("1 thời hạn sẽ dời", "Sở Tài nguyên và Môi trường", "17/06/2025"))
    assert "Nghỉ do thiên tai" not in (await keeper.get("/lich-lam-viec?nam=2025")).text, "nothing is changed yet"
    fields = hidden_of(shown)
    put = await keeper.post("/lich-lam-viec/nhap", fields)
    assert (put.status_code, put.headers["location"]) == (303, "/lich-lam-viec?nam=2025&done=calendar")
    page = (await keeper.get("/lich-lam-viec?nam=2025")).text
    assert CHANGE["source"] in page
    assert "Lũ" in page
    again = await keeper.post("/lich-lam-viec/nhap", fields | {"request_id": str(uuid4())})
    assert again.status_code == 412
    assert "16/06/2025; Nghỉ do thiên tai; Lũ" in again.text, "what was typed stays"


async def test_a_line_that_cannot_be_read_changes_nothing(world: World) -> None:
    keeper = await world.browser(ADMINISTRATOR)
    answer = await keeper.submit("/lich-lam-viec/nhap", "/lich-lam-viec/xem-truoc", CHANGE | {"days": "16/06/2025; Nghỉ"})
    assert answer.status_code == 422
    assert "Dòng 1 chưa đọc được" in answer.text


async def test_only_the_administrator_changes_the_calendar(world: World) -> None:
    for person in (AN, STNMT_LEADER):
        browser = await world.browser(person)
        assert (await browser.get("/lich-lam-viec/nhap")).status_code == 403
        for address in ("/lich-lam-viec/xem-truoc", "/lich-lam-viec/nhap"):
            fields = CHANGE | {"request_id": str(uuid4()), "expected_version": "1"}
            assert (await browser.post(address, fields)).status_code == 403, address


def hidden_of(page: httpx.Response) -> dict[str, str]:
    """The confirmation's hidden fields."""
    return {name: value for name, value in hidden(page, "/lich-lam-viec/nhap").items() if name != "csrf_token"}


async def test_an_assignment_shows_its_notices(world: World) -> None:
    record = await late(world)
    await do(world, AN, record, "issue")
    page = await (await world.browser(STNMT_LEADER)).get("/tasks")
    assignment = page.text.split('href="/assignments/')[1].split('"')[0]
    assert f'href="{record}"' in (await (await world.browser(STNMT_LEADER)).get(f"/assignments/{assignment}")).text
