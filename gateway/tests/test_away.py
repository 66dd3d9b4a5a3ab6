"""A service is away, or refuses a file: nothing that was typed is lost, and sending again does no second thing."""

from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from ykcd.assignment.v1.assignment_pb2_grpc import AssignmentServiceStub
from ykcd.directive.v1.directive_pb2_grpc import DirectiveServiceStub
from ykcd.directive.v1.registry_pb2_grpc import RegistryServiceStub

from gateway.tests.test_flow import PDF, RESULT, act, publish, report
from gateway.tests.world import AN, STNMT_LEADER, SYT_LEADER, World, document, hidden
from kit.rpc import channel

NEW = "/directives/new"
FILE = [("evidence", ("báo cáo.pdf", PDF, "application/pdf"))]
STUBS: dict[str, Any] = {"assignment": AssignmentServiceStub, "directive": DirectiveServiceStub, "registry": RegistryServiceStub}


@pytest.fixture
def away(world: World, monkeypatch: pytest.MonkeyPatch) -> Any:
    """away(service): nobody answers; away(service, method): this method alone doesn't."""

    def leave(name: str, method: str = "") -> None:
        dead, services = STUBS[name](channel("127.0.0.1:1")), world.parts.services
        if method:
            monkeypatch.setattr(getattr(services, name), method, getattr(dead, method))
        else:
            monkeypatch.setattr(services, name, dead)

    return leave


async def accepted(world: World) -> str:
    """An assignment that its unit works on."""
    _, assignment = await publish(world)
    await act(world, STNMT_LEADER, assignment, "accept")
    return assignment


async def test_a_task_without_room_for_another_file_keeps_the_report_that_was_typed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assignment = await accepted(world)
    monkeypatch.setattr("services.assignment.service.evidence.MAX_FILES", 0)
    answer = await report(world, assignment)
    assert answer.status_code == 429
    assert all(f">{text}<" in answer.text or f'value="{text}"' in answer.text for text in ("812/STNMT", "24/04/2025"))
    assert "Hoàn thành rà soát." in answer.text
    assert "báo cáo.pdf: Một nhiệm vụ chỉ lưu tối đa" in answer.text


async def test_a_bad_file_and_a_bad_date_are_named_at_once_and_a_stranger_hears_of_neither(world: World) -> None:
    assignment = await accepted(world)
    bad = [("evidence", ("a.exe", PDF, "application/pdf"))]
    refused = await act(world, STNMT_LEADER, assignment, "report-done", RESULT | {"completed_on": "mai"}, files=bad)
    assert refused.status_code == 422
    assert all(f'href="#report-done-{name}"' in refused.text for name in ("completed_on", "evidence"))
    form = {"request_id": str(uuid4()), "expected_version": "2", **RESULT}
    stranger = await world.browser(SYT_LEADER)
    assert (await stranger.post(f"/assignments/{assignment}/report-done", form, files=bad)).status_code == 404


async def test_a_note_survives_an_assignment_service_that_is_away_and_is_written_once(world: World, away: Any) -> None:
    assignment = await accepted(world)
    page, verb = f"/assignments/{assignment}", f"/assignments/{assignment}/report-progress"
    leader = await world.browser(STNMT_LEADER)
    form = hidden(await leader.get(page), verb)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world.parts.services, "assignment", AssignmentServiceStub(channel("127.0.0.1:1")))
        answer = await leader.post(verb, form | {"content": "Đã làm <việc>."})
    assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)
    assert "Đã làm &lt;việc&gt;." in answer.text
    again = hidden(answer, verb)
    assert again["request_id"] == form["request_id"]
    answers = [await leader.post(verb, again) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert (await leader.get(page)).text.count("Đã làm &lt;việc&gt;.") == 1


async def test_a_write_alone_without_an_answer_shows_its_form_again_as_the_same_request(world: World, away: Any) -> None:
    assignment = await accepted(world)
    verb = f"/assignments/{assignment}/report-progress"
    leader = await world.browser(STNMT_LEADER)
    form = hidden(await leader.get(f"/assignments/{assignment}"), verb)
    away("assignment", "ReportProgress")
    answer = await leader.post(verb, form | {"content": "Đã làm."})
    assert answer.status_code == 503
    assert "gián đoạn" in answer.text
    assert 'id="report-progress-content"' in answer.text
    assert hidden(answer, verb)["request_id"] == form["request_id"]


async def test_an_answer_lost_after_the_deed_is_not_called_undone(world: World, away: Any) -> None:
    assignment = await accepted(world)
    verb = f"/assignments/{assignment}/report-progress"
    leader = await world.browser(STNMT_LEADER)
    form = hidden(await leader.get(f"/assignments/{assignment}"), verb) | {"content": "Đã làm."}
    assert (await leader.post(verb, form)).status_code == 303
    away("assignment", "ReportProgress")
    answer = await leader.post(verb, form)
    assert (answer.status_code, "chưa được thực hiện" in answer.text) == (503, False)
    assert hidden(answer, verb)["request_id"] == form["request_id"]


async def test_files_that_did_not_arrive_are_asked_for_by_name(world: World, away: Any) -> None:
    assignment = await accepted(world)
    verb = f"/assignments/{assignment}/report-done"
    leader = await world.browser(STNMT_LEADER)
    form = hidden(await leader.get(f"/assignments/{assignment}"), verb) | RESULT
    away("assignment")
    answer = await leader.post(verb, form, files=FILE)
    assert answer.status_code == 503
    assert "Chọn lại: báo cáo.pdf" in answer.text
    assert 'type="file"' in answer.text
    assert "Hoàn thành rà soát." in answer.text


@pytest.mark.parametrize("services", [["directive"], ["directive", "registry"]])
async def test_a_document_survives_a_directive_service_that_is_away(world: World, away: Any, services: list[str]) -> None:
    office = await world.browser(AN)
    form = hidden(await office.get(NEW), NEW)
    for name in services:
        away(name)
    answer = await office.post(NEW, form | {"action": "check", **document()})
    assert answer.status_code == 503
    assert "Rà soát quỹ đất công trên địa bàn." in unescape(answer.text)
    assert hidden(answer, NEW)["request_id"] == form["request_id"]
    assert office.csrf_token in answer.text


@pytest.mark.parametrize("services", [["directive"], ["directive", "registry"]])
async def test_a_secret_document_is_not_shown_again_though_nobody_could_refuse_it(world: World, away: Any, services: list[str]) -> None:
    """Đ5."""
    office = await world.browser(AN)
    kept = await office.submit(NEW, NEW, {"action": "save", **document()})
    edit = kept.headers["location"].split("?")[0] + "/edit"
    for name in services:
        away(name)
    for path in (NEW, edit):
        answer = await office.post(path, {"request_id": str(uuid4()), "action": "check", **document(secrecy="secret", number="chim")})
        assert answer.status_code in (422, 503)
        assert "Rà soát quỹ đất công" not in answer.text
        assert "chim" not in answer.text
