"""Who stands in for whom, who follows what, which units there are, through the pages alone."""

import re
from datetime import datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from gateway.tests.test_beside import begin, done, made, read
from gateway.tests.test_flow import publish
from gateway.tests.world import (
    ADMINISTRATOR,
    AN,
    HEALTH,
    OFFICE_LEADER,
    OFFICER,
    STNMT,
    STNMT_LEADER,
    SYT,
    SYT_LEADER,
    World,
    hidden,
)
from services.directive.tests.factories import CHI, LAND

HUE = ZoneInfo("Asia/Ho_Chi_Minh")
AWAY = {"deputy_id": str(OFFICER.id), "first_day": "24/04/2025", "last_day": "30/04/2025"}
DISSOLUTION = {
    "unit_id": str(STNMT), "valid_to": "30/06/2025", "decision_number": "1675/NQ-UBTVQH15", "successors-0-unit_id": str(SYT),
    "successors-1-unit_id": str(SYT), "successors-1-field_id": str(LAND),
}  # fmt: skip


@pytest.mark.article("Đ8.1.đ")
async def test_a_deputy_is_named_and_the_naming_taken_back(world: World) -> None:
    record = await made(world, STNMT_LEADER, "/uy-quyen/moi", AWAY | {"person_id": str(STNMT_LEADER.id)})
    page = await read(world, OFFICER, record)
    assert "Đang thay" in page
    assert f'action="{record}/cancel"' not in page, "the deputy doesn't end it"
    assert (await (await world.browser(SYT_LEADER)).get(record)).status_code == 404
    await done(world, STNMT_LEADER, record, "cancel")
    assert "Đã hủy" in await read(world, STNMT_LEADER, record)
    assert record not in await read(world, STNMT_LEADER, "/uy-quyen?current=1")


@pytest.mark.article("Đ8.1.đ")
async def test_an_officer_names_a_deputy_for_himself_alone(world: World) -> None:
    page = await read(world, OFFICER, "/uy-quyen/moi")
    assert f'type="hidden" name="person_id" value="{OFFICER.id}"' in page
    wrong = await begin(world, OFFICER, "/uy-quyen/moi", AWAY)
    assert (wrong.status_code, 'id="deputy_id-error"' in wrong.text) == (422, True)
    await made(world, OFFICER, "/uy-quyen/moi", AWAY | {"deputy_id": str(STNMT_LEADER.id)})


@pytest.mark.article("Đ8.1.d")
async def test_the_administrator_names_a_deputy_in_any_unit_and_nobody_else_sees_its_people(world: World) -> None:
    address = f"/uy-quyen/moi?unit_id={STNMT}"
    assert OFFICER.name in await read(world, ADMINISTRATOR, address)
    assert OFFICER.name not in await read(world, SYT_LEADER, address)
    record = await made(world, ADMINISTRATOR, address, AWAY | {"person_id": str(STNMT_LEADER.id)})
    assert "Sở Tài nguyên và Môi trường" in await read(world, ADMINISTRATOR, record)


@pytest.mark.article("Đ8.1.đ")
async def test_a_row_of_annex_1_takes_another_ones_place_and_ends(world: World) -> None:
    row = {"field_id": str(LAND), "unit_id": str(STNMT), "specialist_id": str(CHI.id), "office_leader_id": str(OFFICE_LEADER.id)}
    past = await begin(world, OFFICE_LEADER, "/phu-luc-i/moi", row | {"valid_from": "01/04/2025"})
    assert (past.status_code, 'id="valid_from-error"' in past.text) == (422, True)
    record = await made(world, OFFICE_LEADER, "/phu-luc-i/moi", row | {"valid_from": "01/05/2025"})
    listed = await read(world, AN, f"/phu-luc-i?field={LAND}")
    assert "đến 30/04/2025" in listed, "the row before ends the day before"
    assert f'href="{record}"' in listed
    assert 'href="/phu-luc-i/moi"' not in listed
    assert f'href="{record}"' not in await read(world, AN, f"/phu-luc-i?field={HEALTH}")
    await done(world, ADMINISTRATOR, record, "end", {"valid_to": "31/05/2025"})
    assert "đến 31/05/2025" in await read(world, AN, record)


@pytest.mark.article("Đ8.2.2")
async def test_the_office_sees_who_follows_the_system_and_when_he_last_did(world: World) -> None:
    answer = await begin(world, STNMT_LEADER, "/lanh-dao-theo-doi/moi", {"person_id": str(STNMT_LEADER.id)})
    onwards = "/lanh-dao-theo-doi?done=lanh-dao-theo-doi.name-follower"
    assert (answer.status_code, answer.headers.get("location")) == (303, onwards), answer.text
    await world.parts.accesses.settled()
    page = await read(world, AN, "/lanh-dao-theo-doi")
    now = world.clock().astimezone(HUE)
    assert f"{now:%H:%M %d/%m/%Y}" in page
    assert "4 đơn vị chưa cử" in page
    own = await read(world, SYT_LEADER, "/lanh-dao-theo-doi")
    assert "Sở Y tế" in own
    assert STNMT_LEADER.name not in own


@pytest.mark.article("Đ8.2.2")
async def test_a_session_is_told_of_once_in_five_minutes_and_no_page_waits_for_it(world: World, monkeypatch) -> None:
    told, calls = [], world.parts.services.people.NoteAccess

    def count(*given, **more):
        told.append(given)
        return calls(*given, **more)

    monkeypatch.setattr(world.parts.services.people, "NoteAccess", count)
    browser = await world.browser(STNMT_LEADER)
    for _ in range(3):
        assert (await browser.get("/my-work")).status_code == 200
    await world.parts.accesses.settled()
    assert len(told) == 1
    await (await world.browser(STNMT_LEADER)).get("/my-work")
    await world.parts.accesses.settled()
    assert len(told) == 2, "another session is told of by itself"


@pytest.mark.article("Đ8.2.2")
async def test_a_page_comes_though_the_access_cannot_be_told(world: World, monkeypatch) -> None:
    monkeypatch.setattr(world.parts.services.people, "NoteAccess", world.parts.services.people.PutUnit)
    browser = await world.browser(STNMT_LEADER)
    assert (await browser.get("/my-work")).status_code == 200
    await world.parts.accesses.settled()


@pytest.mark.article("Đ8.1.d")
async def test_the_administrator_enters_and_changes_a_unit(world: World) -> None:
    unit = {"code": "skhcn", "name": "Sở KHCN", "kind": "department", "abbreviations": "KHCN\nSở KH&CN", "valid_from": "01/05/2025"}
    taken = await begin(world, ADMINISTRATOR, "/don-vi/moi", unit | {"code": "stnmt"})
    assert (taken.status_code, 'id="code-error"' in taken.text) == (422, True)
    record = await made(world, ADMINISTRATOR, "/don-vi/moi", unit)
    await done(world, ADMINISTRATOR, record, "change", unit | {"name": "Sở Khoa học và Công nghệ"})
    listed = await read(world, SYT_LEADER, "/don-vi")
    assert all(words in listed for words in ("Sở Khoa học và Công nghệ", "KHCN, Sở KH&amp;CN", "từ 01/05/2025"))
    assert f'action="{record}/change"' not in await read(world, SYT_LEADER, record)


@pytest.mark.article("D12")
async def test_a_unit_is_dissolved_after_two_looks_at_what_would_move(world: World) -> None:
    _, assignment = await publish(world, **{"tasks-0-due_date": "2025-12-31"})
    keeper = await world.browser(ADMINISTRATOR)
    shown = await keeper.submit(f"/sap-xep-don-vi/moi?unit_id={STNMT}", "/sap-xep-don-vi/xem-truoc", DISSOLUTION)
    assert shown.status_code == 200, shown.text
    assert re.search(r"Sở Y tế</span><b>1</b>", shown.text), "one open task would go there"
    assert f"/assignments/{assignment}" not in shown.text, "the administrator reads no task"
    fields = {name: value for name, value in hidden(shown, "/sap-xep-don-vi/moi").items() if name != "csrf_token"}
    sent = await keeper.post("/sap-xep-don-vi/moi", fields)
    assert sent.status_code == 303, sent.text
    record = sent.headers["location"].split("?")[0]
    await world.spread()
    assert f'action="{record}/confirm"' not in await read(world, OFFICE_LEADER, record), "not before the last day is over"
    world.clock.set(datetime(2025, 7, 1, 9, tzinfo=HUE))
    page = await read(world, OFFICE_LEADER, record)
    assert f"/assignments/{assignment}" in page
    assert f'action="{record}/confirm"' not in await read(world, ADMINISTRATOR, record)
    await done(world, OFFICE_LEADER, record, "confirm")
    assert "Đã xác nhận" in await read(world, ADMINISTRATOR, record)
    assert "5425/UBND-ĐĐ" in await read(world, SYT_LEADER, f"/tasks?unit={SYT}")


@pytest.mark.article("D12")
async def test_a_dissolution_that_leaves_fields_to_nobody_is_shown_again_as_typed(world: World) -> None:
    only_land = {name: value for name, value in DISSOLUTION.items() if name != "successors-0-unit_id"}
    keeper = await world.browser(ADMINISTRATOR)
    refused = await keeper.post("/sap-xep-don-vi/moi", only_land | {"request_id": str(uuid4())})
    assert refused.status_code == 422
    assert "Phải có một đơn vị kế thừa các lĩnh vực còn lại." in refused.text
    assert "1675/NQ-UBTVQH15" in refused.text
    assert 'name="successors-0-field_id"' in refused.text
    unread = await keeper.post("/sap-xep-don-vi/xem-truoc", DISSOLUTION | {"valid_to": "31/06/2025"})
    assert (unread.status_code, 'id="valid_to-error"' in unread.text) == (422, True)


@pytest.mark.article("D12")
async def test_a_proposed_dissolution_is_withdrawn(world: World) -> None:
    keeper = await world.browser(ADMINISTRATOR)
    sent = await keeper.post("/sap-xep-don-vi/moi", DISSOLUTION | {"request_id": str(uuid4())})
    record = sent.headers["location"].split("?")[0]
    await done(world, OFFICE_LEADER, record, "withdraw")
    assert "Đã rút" in await read(world, AN, record)
