"""What becomes of a task after it was sent: by the pages alone, against the real services."""

from html import unescape
from typing import Any

import httpx
import pytest

from gateway.tests.test_flow import PDF, RESULT, act, publish, report
from gateway.tests.world import AN, BINH, OFFICE_LEADER, OFFICER, PHU_LOC, STNMT_LEADER, SYT, World, document, hidden
from kit.testing.stack import Person

DECISION = {"decision_number": "6120/UBND-ĐĐ", "signer": "Nguyễn Văn Phương"}
BY = {"changing_code": "6120/UBND-ĐĐ", "changing_date": "24/04/2025", "changing_signer": "Nguyễn Văn Phương", "reason": "Theo kết luận."}


async def page(world: World, person: Person, path: str) -> str:
    """As its reader sees it."""
    answer = await (await world.browser(person)).get(path)
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


async def done(world: World, person: Person, assignment: str, verb: str, fields: dict[str, Any] | None = None, **more: Any) -> None:
    """An act that succeeds."""
    answer = await act(world, person, assignment, verb, fields, **more)
    assert answer.status_code == 303, (verb, answer.text)


async def accepted(world: World, **changes: Any) -> tuple[str, str]:
    """A task that its unit works on."""
    directive, assignment = await publish(world, **changes)
    await done(world, STNMT_LEADER, assignment, "accept")
    return directive, assignment


@pytest.mark.article("Đ7.2.d", "§6.15")
async def test_a_returned_task_is_adjusted_and_comes_back_with_what_changed(world: World) -> None:
    """Đ7.2.d."""
    _, assignment = await publish(world)
    await done(world, STNMT_LEADER, assignment, "request-return", {"reason": "Nội dung chưa chính xác."})
    change = {"content": "Rà soát quỹ đất công cấp tỉnh.", "due_date": "31/07/2025", "reason": "Ghi nhầm phạm vi."}
    refused = await act(world, AN, assignment, "adjust", change)
    assert refused.status_code == 403
    form = unescape(refused.text.split('id="adjust"')[1].split("</form>")[0])
    kept = ("Thời hạn muộn hơn là gia hạn", *change.values())
    assert all(text in form for text in kept), "what was typed stays, beside the reason"
    sent = hidden(refused, f"/assignments/{assignment}/adjust") | change
    sent.pop("csrf_token")
    foreign = await (await world.browser(BINH)).post(f"/assignments/{assignment}/adjust", sent)
    assert (foreign.status_code, change["content"] in foreign.text) == (403, False), "whose act it isn't gets no form"
    await done(world, OFFICE_LEADER, assignment, "adjust", change)
    shown = await page(world, STNMT_LEADER, f"/assignments/{assignment}")
    assert all(text in shown for text in ("Rà soát quỹ đất công cấp tỉnh.", "Ghi nhầm phạm vi.", "31/07/2025", 'id="accept"'))


@pytest.mark.article("Đ7.2.d", "Đ8.1.đ", "D16", "§6.15")
async def test_a_returned_task_goes_to_another_unit_with_its_specialist_of_annex_i_and_the_chain_stays_visible(world: World) -> None:
    """Đ7.2.d, Đ8.1.đ."""
    _, assignment = await publish(world)
    await done(world, STNMT_LEADER, assignment, "request-return", {"reason": "Không thuộc chức năng."})
    await done(world, AN, assignment, "forward", {"unit_id": str(PHU_LOC), "reason": "Thuộc địa bàn huyện."})
    old = await page(world, STNMT_LEADER, f"/assignments/{assignment}")
    assert "Chuyển đến" in old
    assert "UBND huyện Phú Lộc" in old
    assert 'class="action"' not in old
    theirs = (await page(world, OFFICE_LEADER, f"/assignments/{assignment}")).split("Chuyển đến")[1].split('href="/assignments/')[1]
    new = await page(world, OFFICE_LEADER, f"/assignments/{theirs.split(chr(34))[0]}")
    assert "Chuyển từ" in new
    assert "Trần Thị Bình" in new


@pytest.mark.article("Đ7.2.d")
async def test_a_return_is_denied_with_a_reason(world: World) -> None:
    _, assignment = await publish(world)
    await done(world, STNMT_LEADER, assignment, "request-return", {"reason": "Không thuộc chức năng."})
    without = await act(world, AN, assignment, "deny-return", {"reason": ""})
    assert 'href="#deny-return-reason"' in without.text
    await done(world, AN, assignment, "deny-return", {"reason": "Đúng chức năng của Sở."})
    assert "Đúng chức năng của Sở." in await page(world, STNMT_LEADER, f"/assignments/{assignment}")


@pytest.mark.article("Đ6.1.đ", "D4")
async def test_an_extension_is_asked_for_and_approved_and_the_first_due_date_stays_visible(world: World) -> None:
    """Đ6.1.đ, D4."""
    _, assignment = await accepted(world)
    await done(world, STNMT_LEADER, assignment, "request-extension", {"new_due_date": "31/07/2025", "reason": "Chờ số liệu."})
    silent = await act(world, OFFICE_LEADER, assignment, "decide-extension", DECISION)
    assert silent.status_code == 422
    assert 'href="#decide-extension-approved"' in silent.text
    await done(world, OFFICE_LEADER, assignment, "decide-extension", {"approved": "yes", **DECISION})
    shown = await page(world, STNMT_LEADER, f"/assignments/{assignment}")
    for text in ("Hạn ban đầu", "30/06/2025", "Gia hạn đến", "31/07/2025", "Đồng ý gia hạn", "6120/UBND-ĐĐ", "Chờ số liệu."):
        assert text in shown


@pytest.mark.article("Đ6.1.đ")
async def test_an_extension_is_withdrawn_and_another_rejected(world: World) -> None:
    _, assignment = await accepted(world)
    asked = {"new_due_date": "31/07/2025", "reason": "Chờ số liệu."}
    await done(world, STNMT_LEADER, assignment, "request-extension", asked)
    await done(world, STNMT_LEADER, assignment, "withdraw-extension")
    await done(world, STNMT_LEADER, assignment, "request-extension", asked)
    await done(world, OFFICE_LEADER, assignment, "decide-extension", {"approved": "no", "reason": "Không lùi được nữa."})
    shown = await page(world, STNMT_LEADER, f"/assignments/{assignment}")
    assert "Không lùi được nữa." in shown
    assert "Hạn ban đầu" not in shown


@pytest.mark.article("Đ2.7", "Đ8.1.đ")
async def test_the_offices_leaders_name_who_follows_a_task_and_cancel_it(world: World) -> None:
    _, assignment = await publish(world)
    await done(world, OFFICE_LEADER, assignment, "name-specialist", {"specialist_id": str(BINH.id), "reason": "Phân công lại."})
    await done(world, OFFICE_LEADER, assignment, "cancel", {"reason": "Chủ tịch cho thôi thực hiện.", **DECISION})
    shown = await page(world, STNMT_LEADER, f"/assignments/{assignment}")
    assert "Nhiệm vụ đã hủy" in shown
    assert BINH.name in shown
    assert "Chủ tịch cho thôi thực hiện." in shown


@pytest.mark.article("Đ7.2.b", "Đ4.1")
async def test_an_officer_prepares_what_the_leader_hands_in_and_the_office_sees_no_draft(world: World) -> None:
    """Đ7.2.b."""
    _, assignment = await accepted(world)
    files = [("evidence", ("dự thảo.pdf", PDF, "application/pdf"))]
    await done(world, OFFICER, assignment, "draft-report", {"content": "Dự thảo kết quả.", "document_number": "812/STNMT"}, files=files)
    assert "Dự thảo kết quả." not in await page(world, AN, f"/assignments/{assignment}")
    leader = await world.browser(STNMT_LEADER)
    form = await leader.get(f"/assignments/{assignment}")
    filled = unescape(form.text.split('id="report-done"')[1].split("</form>")[0])
    assert all(text in filled for text in ("Dự thảo kết quả.", 'value="812/STNMT"', "Đã tải lên: dự thảo.pdf"))
    answer = await leader.post(f"/assignments/{assignment}/report-done", hidden(form, f"/assignments/{assignment}/report-done") | RESULT)
    assert answer.status_code == 303, answer.text
    assert "dự thảo.pdf" in await page(world, AN, f"/assignments/{assignment}")


@pytest.mark.article("Đ7.2.b", "Đ8.1.a")
async def test_a_result_is_taken_back_handed_in_again_confirmed_and_opened_again(world: World) -> None:
    _, assignment = await accepted(world)
    assert (await report(world, assignment)).status_code == 303
    await done(world, STNMT_LEADER, assignment, "withdraw-report", {"reason": "Thiếu phụ lục."})
    assert (await report(world, assignment)).status_code == 303
    await done(world, AN, assignment, "verify")
    await done(world, OFFICE_LEADER, assignment, "reopen", {"reason": "Số liệu sai.", **DECISION})
    shown = await page(world, STNMT_LEADER, f"/assignments/{assignment}")
    assert all(text in shown for text in ("Thiếu phụ lục.", "Số liệu sai.", "Mở lại nhiệm vụ", 'id="report-done"'))


@pytest.mark.article("Đ2.2")
async def test_a_unit_keeps_a_plan_and_a_wrong_day_in_it_is_named_in_its_row(world: World) -> None:
    """Đ2.2: the first row is left empty, so the second is the plan's first."""
    _, assignment = await accepted(world)
    plan = {"steps-1-content": "Lập tổ công tác", "steps-1-due_date": "15/05/2025", "steps-1-person_id": str(OFFICER.id)}
    refused = await act(world, STNMT_LEADER, assignment, "set-plan", plan | {"steps-2-content": "Báo cáo", "steps-2-due_date": "mai"})
    assert refused.status_code == 422
    assert 'href="#set-plan-steps-1-due_date"' in refused.text
    assert "Lập tổ công tác" in refused.text
    after = await act(world, STNMT_LEADER, assignment, "set-plan", plan | {"steps-2-content": "Báo cáo", "steps-2-due_date": "31/12/2025"})
    assert after.status_code in (409, 422)
    assert 'href="#set-plan-steps-1-due_date"' in after.text
    await done(world, STNMT_LEADER, assignment, "set-plan", plan)
    shown = await page(world, STNMT_LEADER, f"/assignments/{assignment}")
    assert "Lập tổ công tác" in shown.split('id="plan"')[1].split("</section>")[0]
    assert 'value="Lập tổ công tác"' in shown


@pytest.mark.article("Đ7.2.c.2", "Đ8.1.a", "Đ6.1.1", "Đ6.1.h", "§6.24")
async def test_a_task_without_deadline_is_updated_reviewed_reported_on_paper_and_its_aggregator_confirmed(world: World) -> None:
    """Đ7.2.c: "không phát sinh" needs no words; a rejected update is said to be one."""
    endless = {"tasks-0-has_deadline": "no", "tasks-0-due_date": "", "tasks-0-deadline_kind": "", "tasks-0-paper_report": "1"}
    _, assignment = await accepted(world, **endless, **{"tasks-0-aggregating": str(SYT)})
    await done(world, OFFICER, assignment, "report-progress", {"kind": "no_change", "content": ""})
    form = await (await world.browser(AN)).get(f"/assignments/{assignment}")
    report_id = form.text.split('id="review-report-report_id"')[1].split('<option value="')[2].split('"')[0]
    review = {"report_id": report_id, "accepted": "no", "reason": "Nêu việc đã làm."}
    await done(world, AN, assignment, "review-report", review)
    await done(world, STNMT_LEADER, assignment, "record-paper-report", {"document_number": "77/BC-STNMT", "document_date": "24/04/2025"})
    await done(world, STNMT_LEADER, assignment, "confirm-aggregator", {"aggregating_unit_id": str(SYT)})
    shown = await page(world, AN, f"/assignments/{assignment}")
    for text in ("Không phát sinh", "Không chấp nhận", "Nêu việc đã làm.", "77/BC-STNMT", "đơn vị chủ trì đã xác nhận"):
        assert text in shown


# Documents


async def amended(world: World, directive: str, fields: dict[str, Any], action: str = "check") -> httpx.Response:
    """By the form; the specialist's."""
    path = f"/directives/{directive}/amend"
    return await (await world.browser(AN)).submit(path, path, {"action": action, "tasks-count": "0", **BY, **fields})


@pytest.mark.article("Đ2.7")
async def test_an_amendment_shows_whom_it_touches_before_it_is_made_and_then_reaches_the_units(world: World) -> None:
    """Đ2.7."""
    directive, assignment = await accepted(world)
    change = {
        "abstract": "V/v rà soát quỹ đất công",
        "amend-0-content": "Rà soát quỹ đất công và đất lâm nghiệp.",
        "amend-0-coordinating": str(SYT),
        "amend-0-due_date": "30/06/2025",
        f"part-{assignment}-due_date": "31/07/2025",
    }
    preview = await amended(world, directive, change)
    assert preview.status_code == 200, preview.text
    assert f'href="/assignments/{assignment}"' in preview.text.split('id="affected"')[1]
    assert "Rà soát quỹ đất công trên địa bàn." in await page(world, STNMT_LEADER, f"/assignments/{assignment}"), "nothing is done yet"
    path = f"/directives/{directive}/amend"
    office = await world.browser(AN)
    sent = await office.post(path, hidden(preview, path) | {"csrf_token": office.csrf_token, "action": "confirm"})
    assert sent.status_code == 303, sent.text
    await world.spread()
    theirs = await page(world, STNMT_LEADER, f"/assignments/{assignment}")
    assert all(text in theirs for text in ("đất lâm nghiệp", "31/07/2025", "Theo kết luận."))
    shown = await page(world, AN, f"/directives/{directive}")
    assert all(text in shown for text in ("Đã sửa đổi", "6120/UBND-ĐĐ", "Theo kết luận.", "Sở Y tế"))


@pytest.mark.article("Đ2.7", "Đ5")
async def test_a_wrong_amendment_names_its_fields_and_a_secret_one_is_shown_nowhere(world: World) -> None:
    directive, assignment = await publish(world)
    words = {"abstract": "V/v rà soát quỹ đất công", "amend-0-content": "Rà soát quỹ đất công trên địa bàn."}
    wrong = await amended(world, directive, {**words, "reason": "", f"part-{assignment}-due_date": "mai"})
    assert wrong.status_code == 422
    assert all(f'href="#{name}"' in wrong.text for name in ("reason", f"part-{assignment}-due_date"))
    nothing = await amended(world, directive, words, "confirm")
    assert nothing.status_code == 422
    assert "Chưa có nội dung nào được sửa đổi." in nothing.text
    early = await amended(world, directive, {**words, f"part-{assignment}-due_date": "01/01/2020"}, "confirm")
    assert early.status_code == 422
    assert f'href="#part-{assignment}-due_date"' in early.text or 'href="#amend-0-due_date"' in early.text
    added = await amended(world, directive, {**words, "tasks-count": "0"}, "add_task")
    assert 'id="tasks-0-content"' in added.text
    secret = await amended(world, directive, {**words, "amend-0-content": "TỐI MẬT\nchim hoàng yến"}, "confirm")
    assert secret.status_code == 422
    assert "chim hoàng yến" not in secret.text


@pytest.mark.article("Đ2.7")
async def test_a_revoked_document_cancels_what_its_page_listed(world: World) -> None:
    """Đ2.7."""
    directive, assignment = await publish(world)
    path = f"/directives/{directive}/revoke"
    assert (await (await world.browser(AN)).get(path)).status_code == 403
    assert f'href="/assignments/{assignment}"' in (await page(world, OFFICE_LEADER, path)).split('id="affected"')[1]
    leader = await world.browser(OFFICE_LEADER)
    wrong = await leader.submit(path, path, {**BY, "changing_date": "mai", "reason": ""})
    assert all(f'href="#{name}"' in wrong.text for name in ("changing_date", "reason"))
    assert (await leader.submit(path, path, BY)).status_code == 303
    await world.spread()
    assert "Nhiệm vụ đã hủy" in await page(world, STNMT_LEADER, f"/assignments/{assignment}")
    assert "Đã bãi bỏ" in await page(world, STNMT_LEADER, f"/directives/{directive}")


@pytest.mark.article("Đ2.7")
async def test_a_document_is_superseded_by_one_that_is_found_by_its_number(world: World) -> None:
    """Đ2.7."""
    directive, assignment = await publish(world)
    newer, _ = await publish(world, number="6200", abstract="V/v rà soát lại")
    path = f"/directives/{directive}/supersede"
    assert f'value="{newer}"' in await page(world, OFFICE_LEADER, path)
    assert f'value="{newer}"' in await page(world, OFFICE_LEADER, f"{path}?q=6200")
    leader = await world.browser(OFFICE_LEADER)
    assert 'href="#superseding_id"' in (await leader.submit(path, path, {"reason": "Thay thế.", "superseding_id": directive})).text
    assert (await leader.submit(path, path, {"reason": "Thay thế.", "superseding_id": newer})).status_code == 303
    await world.spread()
    assert "Nhiệm vụ đã hủy" in await page(world, STNMT_LEADER, f"/assignments/{assignment}")
    shown = await page(world, AN, f"/directives/{directive}")
    assert "Đã thay thế" in shown
    assert f'href="/directives/{newer}"' in shown


@pytest.mark.article("Đ3.4", "§6.14", "Đ1.2.1")
async def test_a_phased_national_task_has_an_assignment_for_each_phase(world: World) -> None:
    """Đ3.4, example 14; the empty row between two phases counts for nothing."""
    phased = {
        "regime": "national",
        "issuing_authority": "prime_minister",
        "tasks-0-has_deadline": "no",
        "tasks-0-due_date": "",
        "tasks-0-deadline_kind": "",
        "tasks-0-phases-0-name": "Rà soát",
        "tasks-0-phases-0-due_date": "30/05/2025",
        "tasks-0-phases-1-name": "",
        "tasks-0-phases-1-due_date": "",
        "tasks-0-phases-2-name": "Đề xuất",
        "tasks-0-phases-2-due_date": "30/09/2025",
    }
    directive, assignment = await publish(world, **phased)
    world.clock.advance(minutes=1)
    shown = await page(world, STNMT_LEADER, f"/directives/{directive}")
    assert all(text in shown for text in ("giai đoạn 1: Rà soát", "giai đoạn 2: Đề xuất", "Thủ tướng Chính phủ"))
    theirs = await page(world, STNMT_LEADER, f"/assignments/{assignment}")
    assert all(text in theirs for text in ("Các giai đoạn", "1. Rà soát", "2. Đề xuất"))


# Many at once


@pytest.mark.article("Đ7.2.a", "Đ8.1.a")
async def test_many_are_accepted_and_confirmed_at_once_and_each_refusal_has_its_reason(world: World) -> None:
    first, second = (await publish(world))[1], (await publish(world, **document(number="78")))[1]
    leader = await world.browser(STNMT_LEADER)
    form = hidden(await leader.get("/tasks"), "/tasks/accept")
    chosen = form | {"chosen": [f"{first}:1", f"{second}:9", "00000000-0000-4000-8000-000000000000:1", "rác"]}
    answer = await leader.post("/tasks/accept", chosen)
    assert answer.status_code == 200, answer.text
    assert "Tiếp nhận: 1 được, 3 không được" in answer.text
    assert (await leader.post("/tasks/accept", chosen)).text.count("1 được, 3 không được") == 1, "again, it is the same"
    assert "Chưa chọn nhiệm vụ nào." in (await leader.post("/tasks/accept", form)).text
    await world.spread()
    assert (await report(world, first)).status_code == 303
    office = await world.browser(AN)
    listed = await office.get("/tasks?state=reported")
    assert f'value="{first}:3"' in listed.text
    form = hidden(listed, "/tasks/verify")
    assert form["back"] == "/tasks?state=reported"
    assert "Xác nhận kết quả: 1 được" in (await office.post("/tasks/verify", form | {"chosen": f"{first}:3"})).text
    await world.spread()
    assert f'value="{first}:' not in (await office.get("/tasks?state=verified")).text
