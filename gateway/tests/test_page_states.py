"""What each reader sees on the pages, and what their states look like."""

import re

import pytest
from ykcd.assignment.v1.assignment_pb2 import ACTION_REPORT_PROGRESS

from gateway import web
from gateway.tests import pages, pages_tasks
from gateway.tests.reading import Page, render
from gateway.tests.samples import PEOPLE, uid
from gateway.tests.states import PAGES
from gateway.web.verbs import VERBS

# What each role sees


def test_only_the_office_may_enter_documents():
    assert render("my_work-specialist").find("a", href="/directives/new")
    for name in ("my_work-unit", "tasks-empty", "my_work-first"):
        assert not render(name).find("a", href="/directives/new"), name


def test_signed_out_page_offers_sign_in_and_no_navigation():
    page = render("home")
    assert page.find("a", href="/login")
    assert not page.find("nav")
    assert not page.find("script", src=web.asset("live.js"))


def test_frame_names_the_person_the_roles_and_the_unit():
    who = render("tasks-second").text("div", **{"class": "who"})
    assert who == "Hồ Đắc Phúc Lãnh đạo đơn vị, Đầu mối đơn vị · Sở Tài nguyên và Môi trường"


def test_leader_gets_exactly_the_allowed_actions_with_their_articles():
    page = render("task-leader")
    actions = [f["action"].rsplit("/", 1)[1] for f, _ in page.forms() if "/assignments/" in f["action"]]
    assert actions == ["report-progress", "report-done", "delegate", "request-return"]
    assert "Điểm d khoản 2 Điều 7" in page.text("details", id="request-return")
    assert page.find("form", enctype="multipart/form-data")[0][1]["action"].endswith("/report-done")


@pytest.mark.parametrize("verb", VERBS.values(), ids=lambda verb: verb.slug)
def test_every_act_has_its_form(verb):
    """With a control for each of its fields, and its icon."""
    template, context = PAGES["task-leader"]
    message = pages_tasks.everything(allowed_actions=[verb.action])
    if verb.action == ACTION_REPORT_PROGRESS:
        # Only a task without a deadline owes periodic updates.
        message.ClearField("due_date")
    page = Page(web.environment().get_template(template).render(context | {"assignment": message}))
    [fields] = [names for form, names in page.forms() if form["action"].endswith(f"/{verb.slug}")]
    known = {"csrf_token", "request_id", "expected_version", "evidence_ids", "evidence_names"}
    assert {field.name for field in verb.fields} == {re.sub(r"-\d+-.*", "", name) for name in fields} - known
    assert f'id="{verb.icon}"' in (web.STATIC / "icons.svg").read_text()


def test_an_action_of_tomorrows_protos_is_left_out():
    template, context = PAGES["task-leader"]
    html = web.environment().get_template(template).render(context | {"assignment": pages.assignment(allowed_actions=[99])})
    assert [form["action"] for form, _ in Page(html).forms()] == ["/logout"]


def test_specialist_verifies_or_sends_back():
    page = render("task-specialist")
    assert [e[1]["id"] for e in page.find("details", **{"class": "action"})] == ["verify", "send-back"]
    assert "25/11/2016" in page.text("details", id="verify")
    assert "Cập nhật chậm" in page.text("main")


def test_evaluator_reads_and_has_no_form():
    page = render("task-evaluator")
    assert [f["action"] for f, _ in page.forms()] == ["/logout"]
    assert "đề nghị chuyển Sở Xây dựng" in page.text("main")
    assert "Hàng chờ của lãnh đạo Văn phòng" in page.text("main")


def test_delegation_asks_for_one_leader_and_many_officers():
    page = render("task-leader")
    assert "multiple" not in page.find("select", name="leader_id")[0][1]
    assert "multiple" in page.find("select", name="officer_ids")[0][1]
    assert [value for value, _ in page.options("leader_id")] == ["", uid("phuc")]
    assert dict(page.options("officer_ids")) == PEOPLE
    assert "Không sau 28/11/2016" in page.text("details", id="delegate")


def test_a_link_to_several_states_stays_what_it_is_when_the_form_is_sent():
    page = render("tasks-second")
    assert [e[1]["value"] for e in page.find("option") if "selected" in e[1]] == ["sent"]
    assert [e[1]["value"] for e in page.find("input", name="state") if "checked" in e[1]] == ["accepted"]
    assert page.find("input", name="due_soon")


# What states look like


@pytest.mark.article("D6")
def test_both_due_dates_are_shown_where_the_calendar_moved_one():
    """D6: due Sunday 27/11/2016, effective Monday 28/11/2016."""
    text = render("task-leader").text("main")
    assert "28/11/2016" in text
    assert "27/11/2016 là ngày nghỉ" in text
    assert "đã quá hạn 5 ngày làm việc" in text


@pytest.mark.article("Đ8.1.e", "Đ7.2.c.2")
def test_a_task_leads_to_what_is_put_before_the_chairman_and_says_what_it_owes():
    page = render("task-escalated")
    links = [e[1]["href"] for e in page.find("a") if "/bao-cao-chu-tich/" in e[1]["href"]]
    assert links == [f"/bao-cao-chu-tich/{uid(name)}" for name in ("x1", "x2")]
    text = page.text("section", **{"aria-labelledby": "escalations"})
    assert all(words in text for words in ("Phải báo cáo từ ngày 12/12/2016", "9/PB-VPUB", "Báo cáo 15/BC-VPUB", "Gia hạn"))
    owing = render("task-owing")
    assert owing.find("a", href=f"/nghia-vu?assignment={uid('a1')}")
    text = owing.text("section", **{"aria-labelledby": "obligations"})
    assert all(words in text for words in ("Quý 4 năm 2016", "hết kỳ 31/12/2016", "Không cập nhật", "cập nhật 15/03/2016"))
    for name in ("escalations", "obligations"):
        assert not render("task-leader").find("section", **{"aria-labelledby": name})


def test_silent_coordinator_of_a_completed_task_is_named():
    assert "Phối hợp – chưa cập nhật" in render("task-completed").text("main")
    assert "Phối hợp – chưa cập nhật" not in render("task-leader").text("main")


def test_conflict_keeps_what_was_typed():
    page = render("task-conflict")
    assert "Có người vừa cập nhật" in page.text("div", role="alert")
    assert page.text("textarea", id="report-progress-content") == "Đã làm việc với 6/7 chủ đầu tư."
    assert page.find("details", id="report-progress")[0][1].get("open", "no") is None


def test_conflict_shows_what_was_typed_where_the_action_is_gone():
    page = render("task-conflict-closed")
    assert "Đã làm việc với 6/7 chủ đầu tư." in page.text("div", role="alert")
    assert not page.find("details", id="report-progress")


def test_refused_report_keeps_text_and_uploaded_files_and_leads_to_the_fields():
    page = render("task-refused")
    assert page.find("a", href="#report-done-completed_on")
    assert page.find("input", id="report-done-completed_on")
    assert "Đã tải lên: Tờ trình.pdf" in page.text("details", id="report-done")
    assert page.find("input", id="report-done-completed_on")[0][1]["aria-invalid"] == "true"


@pytest.mark.article("Đ5")
def test_secrecy_must_be_chosen():
    """Đ5: nothing is chosen beforehand."""
    page = render("directive_edit-new")
    radios = page.find("input", name="secrecy")
    assert len(radios) == 4
    assert not [e for e in radios if "checked" in e[1]]
    assert "Điều 5" in page.text("fieldset")


def test_enter_key_checks_and_never_removes_a_task():
    page = render("directive_edit-draft")
    assert page.find("button", name="action")[0][1]["value"] == "check"
    others = [e[1]["value"] for e in page.find("button", name="action")][1:]
    assert others == ["remove_task:0", "remove_task:1", "add_task", "check", "save"]


def test_draft_form_shows_the_draft():
    page = render("directive_edit-draft")
    assert page.find("input", id="issue_date")[0][1]["value"] == "04/11/2016"
    assert page.find("input", id=f"tasks-0-due-{uid('phuloc')}")[0][1]["value"] == "27/11/2016"
    assert "hạn tính đến 12/12/2016" in page.text("p", **{"class": "preview small mt-1"})
    assert [e[1]["value"] for e in page.find("option") if "selected" in e[1] and e[1]["value"] == uid("bqlkkt")]


@pytest.mark.article("Đ6.1.e", "Đ8.1.đ")
def test_check_answers_shows_specialist_or_the_leaders_queue():
    page = render("directive_check")
    assert "Nguyễn Văn An" in page.text("table")
    assert "Hàng chờ của lãnh đạo VP" in page.text("table")
    assert "đã quá hạn 5 ngày làm việc" in page.text("table")
    assert page.find("a", href=f"/directives/{uid('d1')}/edit#issue_date")


def test_check_answers_says_what_is_missing():
    text = render("directive_check-bare").text("main")
    for missing in ("Chưa phân loại theo Điều 4", "Chưa chọn lĩnh vực", "Chưa chọn đơn vị chủ trì"):
        assert missing in text


@pytest.mark.article("Đ7.1")
def test_late_entry_is_said():
    assert "Nhập chậm 1 ngày làm việc" in render("directive-published").text("main")


@pytest.mark.article("D13")
def test_summary_links_only_what_the_reader_may_list():
    """D13: counts are for all, the tasks behind them for those who take part, and the Office."""
    own = uid("stnmt")
    links = [e[1]["href"] for e in render("summary-unit").find("a") if "role=lead" in e[1]["href"]]
    assert links
    assert all(own in link for link in links)
    assert len([e for e in render("summary").find("a") if "role=lead" in e[1]["href"]]) > len(links)


@pytest.mark.parametrize("status", [401, 403, 404, 409, 412, 422, 429, 500, 503])
def test_error_page_gives_code_and_trace_and_a_way_on(status):
    page = render(f"error-{status}")
    assert "4bf92f3577b34da6a3ce929d0e0e4736" in page.text("code")
    assert str(status) in page.text("code")
    assert [e for e in page.find("a") if "main" in e[3]]


def test_what_met_a_service_that_is_away_can_be_looked_at_and_sent_again():
    page = render("error-503-report")
    [(form, names)] = [each for each in page.forms() if each[0]["action"] != "/logout"]
    assert (form["action"], form["enctype"]) == ("/assignments/1/report-done", "multipart/form-data")
    assert set(names) == {"csrf_token", "evidence", *pages.UNSENT.values}
    assert "Đã rà soát 7 dự án." in page.text("dd")
    assert "Chọn lại: Phụ lục.xlsx" in page.text("form")
    assert "<script>alert" not in page.html


def test_the_units_of_ones_own_are_offered_with_roles_and_can_be_changed_from_the_frame():
    page = render("choose_unit-change")
    assert [e[1]["value"] for e in page.find("button", name="unit_id")] == [uid(code) for code in ("stnmt", "snv", "sxd")]
    assert "Theo dõi, đánh giá" in page.text("main")
    assert page.find("a", href="/chon-don-vi")
    assert not render("task-leader").find("a", href="/chon-don-vi")
    assert not render("choose_unit-first").find("nav")


def test_error_pages_say_whom_to_ask_and_when_to_try_again():
    assert "đầu mối" in render("error-403").text("main")
    assert "Chờ 10 giây" in render("error-503").text("main")
    assert "không được lưu" in render("error-secret").text("main")
    assert render("error-401").find("a", href="/login?return_to=/tasks%3Fstate%3Dsent")
