"""What the pages of tasks and documents show of the whole regulation, and what their forms become."""

import pytest
from ykcd.assignment.v1 import assignment_pb2 as a
from ykcd.directive.v1 import directive_pb2 as d

from gateway import web
from gateway.tests import pages, pages_tasks
from gateway.tests.readers import EVALUATOR, OFFICE_LEADER, SPECIALIST, UNIT_LEADER
from gateway.tests.reading import Page, render
from gateway.tests.samples import day, uid
from gateway.tests.states import PAGES
from gateway.web import amend_form, directive_form
from gateway.web.forms import BAD_DATE, Form, without_empty_rows
from gateway.web.many import choice
from gateway.web.verbs import VERBS

# The page of a task


def acts(name: str) -> list[str]:
    return [e[1]["id"] for e in render(name).find("details", **{"class": "action"})]


def test_acts_stand_in_one_order_whatever_the_service_says():
    wanted = [VERBS[action].slug for action in VERBS if action in pages_tasks.OF_UNIT]
    assert acts("task-unit") == wanted
    assert acts("task-office") == [VERBS[action].slug for action in VERBS if action in pages_tasks.OF_OFFICE]


@pytest.mark.article("Đ6.1.đ", "D4")
def test_the_first_due_date_and_each_extension_with_its_decision_are_shown():
    text = render("task-unit").text("main")
    for words in ("Hạn ban đầu15/11/2016", "Gia hạn đến27/11/2016", "Quyết định: 6120/UBND-ĐĐ", "Chờ quyết định", "Gửi sau khi quá hạn"):
        assert words in text
    assert "Hạn ban đầu" not in render("task-leader").text("main")


@pytest.mark.article("Đ3.4", "§6.14")
def test_the_phases_of_a_task_are_listed_and_the_overdue_one_is_named():
    """Đ3.4, example 14."""
    page = render("task-phase")
    assert "Quá hạn (giai đoạn 2)" in page.text("main")
    rows = [link[1]["href"] for link in page.find("a") if link[1]["href"] in (f"/assignments/{uid('p1')}", f"/assignments/{uid('p3')}")]
    assert rows == [f"/assignments/{uid('p1')}", f"/assignments/{uid('p3')}"]
    assert "Quá hạn (giai đoạn 2)" in render("directive-amended").text("main")


@pytest.mark.article("Đ7.2.d", "D12")
def test_the_chain_of_units_is_shown_and_linked_for_those_who_may_follow_it():
    assert "Chuyển đếnSở Tài nguyên và Môi trường" in render("task-forwarded").text("main")
    assert not [e for e in render("task-forwarded").find("a") if e[1]["href"] == f"/assignments/{uid('a1')}"]
    assert render("task-received").find("a", href=f"/assignments/{uid('f1')}")
    assert "Chuyển từđơn vị khác" in render("task-moved-away").text("main")


@pytest.mark.article("Đ2.2", "Đ6.1.1", "Đ6.1.h")
def test_plan_paper_report_and_aggregator_are_shown():
    text = render("task-unit").text("main")
    for words in ("Làm việc với từng chủ đầu tư", "16/11/2016", "chưa ghi nhận", "chờ đơn vị chủ trì xác nhận"):
        assert words in text
    done = render("task-endless").text("main")
    assert "77/BC, ngày 01/12/2016" in done
    assert "đơn vị chủ trì đã xác nhận" in done


@pytest.mark.article("Đ8.1.a")
def test_reports_say_their_state_and_why_one_was_rejected():
    text = render("task-unit").text("section", **{"aria-labelledby": "reports"})
    assert all(words in text for words in ("Dự thảo", "Đã gửi", "Không chấp nhận", "Chưa nêu việc đã làm.", "Ý kiến của Nguyễn Văn An"))


def test_history_says_on_whose_behalf_by_which_decision_and_what_changed():
    text = render("task-unit").text("section", **{"aria-labelledby": "history"})
    assert "Nguyễn Văn An (thay Phan Đức Thuận)" in text
    assert "Theo văn bản 6120/UBND-ĐĐ, Nguyễn Văn Cao ký" in text
    assert "Thời hạn: 15/11/2016 → thành 27/11/2016" in text
    assert "Chuyên viên theo dõi: trống → thành Nguyễn Văn An" in text


@pytest.mark.article("Đ7.2.b")
def test_the_leaders_report_begins_with_the_officers_draft():
    page = render("task-unit")
    form = page.text("details", id="report-done")
    assert "Dự thảo: đã rà soát 7 dự án." in form
    assert "Đã tải lên: Dự thảo.docx" in form
    assert page.find("input", id="report-done-document_number")[0][1]["value"] == "901/STNMT"
    assert "open" not in page.find("details", id="report-done")[0][1]


@pytest.mark.article("Đ7.2.c.2", "§6.24")
def test_only_a_task_without_deadline_asks_for_the_kind_of_update():
    assert [e[1]["value"] for e in render("task-endless").find("input", name="kind")] == ["periodic", "no_change", "progress"]
    assert not render("task-unit").find("input", name="kind")


def test_a_late_request_for_an_extension_must_say_so():
    assert render("task-late").find("input", name="late")
    template, context = PAGES["task-late"]
    early = pages.assignment(allowed_actions=[a.ACTION_REQUEST_EXTENSION], effective_due_date=day("2016-12-05"))
    assert not Page(web.environment().get_template(template).render(context | {"assignment": early})).find("input", name="late")


@pytest.mark.article("Đ8.1.đ")
def test_forwarding_offers_annex_i_first_and_then_the_offices_specialists():
    page = render("task-office")
    assert page.options("specialist_id")[0] == ("", "Theo Phụ lục I")
    assert SPECIALIST.member.person_id in dict(page.options("specialist_id"))


# Forms


def test_empty_rows_are_left_out_and_the_rest_numbered_from_the_first():
    typed = {"steps-0-content": [" "], "steps-2-content": ["B"], "steps-1-content": ["A"], "steps-1-due_date": [""], "other": ["x"]}
    kept = {"steps-0-content": ["A"], "steps-0-due_date": [""], "steps-1-content": ["B"], "other": ["x"]}
    assert without_empty_rows(typed, "steps") == kept
    assert Form(kept).rows("steps") == ["steps-0-", "steps-1-"]


def test_a_plan_becomes_its_steps_and_an_error_finds_its_row():
    verb = VERBS[a.ACTION_SET_PLAN]
    form = Form(
        {"steps-0-content": ["A"], "steps-0-due_date": ["15/05/2025"], "steps-0-person_id": [uid("hoa")], "steps-1-due_date": ["mai"]}
    )
    request, errors = verb.request(form)
    assert request.steps[0] == a.PlanStep(content="A", due_date=day("2025-05-15"), person_id=uid("hoa"))
    assert errors == {"steps-1-due_date": BAD_DATE}
    assert verb.field_of("steps[1].due_date") == "steps-1-due_date"
    assert verb.field_of("steps[0]") == "steps-0-content"
    assert verb.field_of("steps") == "steps"
    assert verb.typed(form) == [("Bước thực hiện", "A")]


def test_an_answer_that_was_not_given_is_asked_for():
    verb = VERBS[a.ACTION_DECIDE_EXTENSION]
    assert verb.request(Form())[1] == {"approved": "Chưa chọn."}
    request, errors = verb.request(Form({"approved": ["yes"], "decision_number": ["1"], "signer": ["A"]}))
    assert (request.approved, request.decision, errors) == (True, a.Decision(number="1", signer="A"), {})
    assert verb.field_of("decision.signer") == "signer"
    assert VERBS[a.ACTION_CANCEL].field_of("decision") == "decision_number"


@pytest.mark.article("Đ3.4", "D7")
def test_phases_survive_the_form():
    """Đ3.4; "trước ngày 31/12" is kept as 30/12 (D7)."""
    values = directive_form.from_directive(pages.directive(tasks=[pages_tasks.PHASED_TASK]))
    assert values["tasks-0-phases-2-due_date"] == ["2016-12-31"]
    entered, errors = directive_form.to_input(values)
    assert not errors
    [task] = entered.tasks
    assert [(phase.name, phase.due_date.month, phase.due_exclusive) for phase in task.phases] == [
        ("Rà soát hồ sơ", 3, False), ("Làm việc với chủ đầu tư", 11, False), ("Đề xuất xử lý", 12, True)]  # fmt: skip
    assert [part.unit_id for part in task.assignments] == [uid("stnmt")]
    assert directive_form.field_of("directive.tasks[0].phases[1].due_date") == "tasks-0-phases-1-due_date"
    assert directive_form.field_of("directive.tasks[0].phases") == "tasks-0-has_deadline"


@pytest.mark.article("Đ2.7")
def test_an_amendment_says_only_what_differs():
    """Đ2.7."""
    found = pages_tasks.changed(d.DIRECTIVE_STATE_AMENDED)
    untouched, errors = amend_form.to_request(found, Form(amend_form.from_directive(found)))
    assert not errors
    assert not untouched.tasks
    assert not untouched.abstract
    request = pages_tasks.amend_check_page()["amendment"]
    assert [change.task_id for change in request.tasks] == [uid("t1"), uid("t2")]
    assert [part.assignment_id for part in request.tasks[0].assignments] == [uid("a1"), uid("a6")]
    assert request.tasks[1].added[0] == d.PlannedAssignmentInput(unit_id=uid("sxd"), role=d.ASSIGNMENT_ROLE_COORDINATING)
    assert request.added_tasks[0].due_exclusive
    names = {
        "tasks[0].assignments[1].due_date": f"part-{uid('a6')}-due_date",
        "tasks[1].added[0].due_date": "amend-1-due_date",
        "tasks[1].assignments": "amend-1-lead",
        "tasks[0].content": "amend-0-content",
        "tasks": "",
        "added_tasks[0].content": "tasks-0-content",
        "document.issue_date": "changing_date",
        "reason": "reason",
    }
    assert {path: amend_form.field_of(found, request, path) for path in names} == names


@pytest.mark.article("Đ2.7")
def test_an_amendment_touches_whole_tasks_or_single_parts():
    found = pages_tasks.changed(d.DIRECTIVE_STATE_AMENDED)
    part = d.AmendDirectiveRequest(tasks=[d.TaskAmendment(task_id=uid("t1"), assignments=[d.AssignmentAmendment(assignment_id=uid("a6"))])])
    task = d.AmendDirectiveRequest(tasks=[d.TaskAmendment(task_id=uid("t1"), content="Khác.")])
    assert amend_form.touched(found, part) == {uid("a6")}
    assert amend_form.touched(found, task) == {uid("a1"), uid("a6")}, "who was withdrawn isn't touched again"
    assert len(amend_form.touched(found, d.AmendDirectiveRequest(abstract="Khác."))) == 6


# The page of a document


def links(name: str) -> set[str]:
    return {e[1]["href"].rsplit("/", 1)[1] for e in render(name).find("a") if e[1]["href"].startswith(f"/directives/{uid('d1')}/")}


@pytest.mark.article("Đ2.7")
def test_only_what_binds_can_be_changed_and_only_by_those_who_may():
    assert links("directive-amended") == {"amend", "supersede", "revoke", "purge"}
    assert links("directive-revoked") == {"purge"}, "whatever became of it"
    assert not links("directive-superseded")
    assert not links("directive-published"), "an evaluator reads"
    template, context = PAGES["directive-amended"]
    specialist = context | {"page": PAGES["directive-draft"][1]["page"]}
    assert "/amend" in web.environment().get_template(template).render(specialist)
    assert "/revoke" not in web.environment().get_template(template).render(specialist)


@pytest.mark.article("Đ2.7", "D14")
def test_changes_are_told_with_what_they_touched_and_of_a_tombstone_nothing_is():
    page = render("directive-amended")
    assert "Điều chỉnh theo kết luận của Chủ tịch UBND tỉnh." in page.text("section", **{"aria-labelledby": "changes"})
    assert page.find("a", href=f"/assignments/{uid('p2')}")
    assert render("directive-superseded").find("a", href=f"/directives/{uid('d2')}")
    assert "Văn bản mật đã xóa" in render("directive-purged").text("h1")
    assert not render("directive-purged").find("dl")
    assert not links("directive-purged")


def test_the_preview_of_an_amendment_carries_everything_that_was_typed():
    page, typed = render("directive_amend_check"), PAGES["directive_amend_check"][1]["form"].values
    [fields] = [names for form, names in page.forms() if form["action"].endswith("/amend")]
    assert set(typed) <= set(fields)


# Many at once


def test_a_specialist_confirms_what_he_follows_and_a_unit_accepts_what_it_was_sent():
    rows = PAGES["tasks-many"][1]["rows"]
    assert choice(SPECIALIST, rows).ids == {uid("a1")}
    assert choice(OFFICE_LEADER, rows).ids == {uid("a1"), uid("b2")}
    assert choice(UNIT_LEADER, pages.ROWS).ids == {uid("a2")}
    assert not choice(EVALUATOR, pages.ROWS).ids
    assert not render("tasks").find("input", name="chosen")


@pytest.mark.article("Đ3.4", "D4")
def test_the_list_names_the_phase_and_the_first_due_date():
    text = render("tasks-many").text("table")
    assert "giai đoạn 2: Làm việc với chủ đầu tư" in text
    assert "ban đầu 15/11/2016" in text


def test_the_list_keeps_its_filter_through_an_act_on_many():
    page = render("tasks-many")
    [(form, _)] = [each for each in page.forms() if each[0]["action"] == "/tasks/verify"]
    assert form["method"] == "post"
    assert page.find("input", name="back")[0][1]["value"] == "/tasks"
    assert "1 được, 2 không được" in render("tasks_done").text("h1")
    assert render("tasks_done-away").find("input", name="chosen")[0][1]["value"] == f"{uid('b2')}:3"
