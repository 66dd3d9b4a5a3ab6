"""Every page in every state that pages.py lists, and what must hold of its HTML."""

import hashlib
import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from jinja2 import UndefinedError
from jinja2_fragments import render_block
from ykcd.assignment.v1.assignment_pb2 import ACTION_REPORT_PROGRESS

from gateway import web
from gateway.tests import pages as samples
from gateway.tests import pages_tasks
from gateway.tests.states import PAGES
from gateway.web import labels
from gateway.web.verbs import VERBS

VOID = {"meta", "link", "input", "img", "br"}


class Page(HTMLParser):
    """The elements of a page with their attributes and text; fails where tags don't nest."""

    def __init__(self, html: str):
        super().__init__()
        self.html, self.elements, self.open = html, [], []
        self.feed(html)
        assert not self.open, f"never closed: {self.open[-1][0]}"

    def handle_starttag(self, tag, attrs):
        element = (tag, dict(attrs), [], [outer[0] for outer in self.open])
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag):
        assert [e[0] for e in self.open[-1:]] == [tag], f"</{tag}> in {[e[0] for e in self.open]}"
        self.open.pop()

    def handle_data(self, data):
        for element in self.open:
            element[2].append(data)

    def find(self, tag, **wanted):
        return [e for e in self.elements if e[0] == tag and all(e[1].get(k) == v for k, v in wanted.items())]

    def text(self, tag, **wanted):
        return " ".join(" ".join("".join(e[2]).split()) for e in self.find(tag, **wanted))

    def options(self, name):
        """(value, words) of a select's choices."""
        part = re.search(rf'<select [^>]*name="{name}".*?</select>', self.html, re.DOTALL)[0]
        return re.findall(r'<option value="([^"]*)"[^>]*>([^<]*)', part)

    def forms(self):
        """(attributes, names of fields) of each form that posts."""
        parts = re.findall(r"<form\b.*?</form>", self.html, re.DOTALL)
        named = [re.findall(r'name="([^"]+)"', part) for part in parts]
        return [(form[1], names) for form, names in zip(self.find("form"), named, strict=True) if form[1]["method"] == "post"]


def render(name: str) -> Page:
    template, context = PAGES[name]
    return Page(web.environment().get_template(template).render(context))


def test_every_template_has_a_sample():
    used = {template for template, _ in PAGES.values()} | {"base.html", "due_date_preview.html", "due_date_suggestion.html"}
    assert used == {path.name for path in (web.HERE / "templates").glob("*.html")}


@pytest.mark.parametrize("name", PAGES)
def test_page_is_sound(name):
    page = render(name)
    ids = [e[1]["id"] for e in page.elements if "id" in e[1]]
    assert len(ids) == len(set(ids)), "an id twice"
    assert len(page.find("h1")) == 1
    levels = [int(e[0][1]) for e in page.elements if re.fullmatch("h[1-6]", e[0]) and "role" not in e[1]]
    after_h1 = levels[levels.index(1) :]
    assert all(lower <= upper + 1 for upper, lower in pairwise(after_h1)), f"headings skip: {levels}"
    assert page.find("html", lang="vi")
    assert page.find("a", href="#main")
    assert page.find("main", id="main")
    assert len(page.find("div", id="live")) == 1
    for table in page.find("table"):
        assert "caption" in [e[0] for e in page.elements if "table" in e[3]], table
    assert all("scope" in e[1] for e in page.find("th"))
    for link in page.find("a"):
        assert link[1]["href"].startswith(("/", "#")), link


@pytest.mark.parametrize("name", PAGES)
def test_page_keeps_the_content_security_policy(name):
    page = render(name)
    for tag, attributes, text, _ in page.elements:
        assert tag != "style"
        assert "style" not in attributes
        assert not [key for key in attributes if key.startswith(("on", "hx-on"))]
        assert tag != "script" or (attributes["src"].startswith("/") and not text)
        # htmx evaluates these two; the policy has no unsafe-eval.
        assert "[" not in attributes.get("hx-trigger", "")
        assert not attributes.get("hx-vals", "").startswith("js:")
    assert "unsafe" not in web.CONTENT_SECURITY_POLICY


@pytest.mark.parametrize("name", PAGES)
def test_every_field_has_a_label_and_every_message_its_target(name):
    page = render(name)
    labelled = {e[1]["for"] for e in page.find("label")}
    for tag, attributes, _, outer in page.elements:
        if tag in ("select", "textarea") or (tag == "input" and attributes.get("type") != "hidden"):
            assert attributes["id"] in labelled, attributes
        for named in attributes.get("aria-describedby", "").split():
            assert f'id="{named}"' in page.html, named
        if tag == "a" and attributes["href"].startswith("#") and "main" in outer:
            assert f'id="{attributes["href"][1:]}"' in page.html, attributes


@pytest.mark.parametrize("name", PAGES)
def test_every_posted_form_is_guarded_and_needs_no_script(name):
    for attributes, fields in render(name).forms():
        assert "csrf_token" in fields
        if attributes["action"] != "/logout":
            assert "request_id" in fields
        if attributes["action"].startswith("/assignments/") or attributes["action"].endswith(("/edit", "/publish")):
            assert "expected_version" in fields
        assert not [key for key in attributes if key.startswith("hx-")]


@pytest.mark.parametrize("name", PAGES)
def test_a_missing_part_of_the_context_is_an_error_not_a_gap(name):
    template, context = PAGES[name]
    for key in context.keys() - {"page", "unit_name", "person_name", "field_name"}:
        less = {k: v for k, v in context.items() if k != key}
        try:
            html = web.environment().get_template(template).render(less)
        except (UndefinedError, TypeError):
            continue
        # A part that this state doesn't show may be missing; then nothing has changed.
        assert mask(html) == mask(web.environment().get_template(template).render(context)), key


def mask(html: str) -> str:
    return re.sub(r'name="request_id" value="[^"]+"', "", html)


def test_hostile_text_is_shown_as_text():
    assert "<script>alert" not in render("tasks").html
    assert "&lt;script&gt;alert" in render("tasks").html


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
    html = web.environment().get_template(template).render(context | {"assignment": samples.assignment(allowed_actions=[99])})
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
    assert [value for value, _ in page.options("leader_id")] == ["", samples.uid("phuc")]
    assert dict(page.options("officer_ids")) == samples.PEOPLE
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


def test_badges_have_an_icon_and_a_word():
    for name in PAGES:
        page = render(name)
        for part in re.findall(r'<span class="badge .*?</span>', page.html, re.DOTALL):
            assert "icons.svg" in part, part
            assert re.sub(r"<[^>]+>", "", part).strip(), part


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
    assert page.find("input", id=f"tasks-0-due-{samples.uid('phuloc')}")[0][1]["value"] == "27/11/2016"
    assert "hạn tính đến 12/12/2016" in page.text("p", **{"class": "preview small mt-1"})
    assert [e[1]["value"] for e in page.find("option") if "selected" in e[1] and e[1]["value"] == samples.uid("bqlkkt")]


@pytest.mark.article("Đ6.1.e", "Đ8.1.đ")
def test_check_answers_shows_specialist_or_the_leaders_queue():
    page = render("directive_check")
    assert "Nguyễn Văn An" in page.text("table")
    assert "Hàng chờ của lãnh đạo VP" in page.text("table")
    assert "đã quá hạn 5 ngày làm việc" in page.text("table")
    assert page.find("a", href=f"/directives/{samples.uid('d1')}/edit#issue_date")


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
    own = samples.uid("stnmt")
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
    assert set(names) == {"csrf_token", "evidence", *samples.UNSENT.values}
    assert "Đã rà soát 7 dự án." in page.text("dd")
    assert "Chọn lại: Phụ lục.xlsx" in page.text("form")
    assert "<script>alert" not in page.html


def test_the_units_of_ones_own_are_offered_with_roles_and_can_be_changed_from_the_frame():
    page = render("choose_unit-change")
    assert [e[1]["value"] for e in page.find("button", name="unit_id")] == [samples.uid(code) for code in ("stnmt", "snv", "sxd")]
    assert "Theo dõi, đánh giá" in page.text("main")
    assert page.find("a", href="/chon-don-vi")
    assert not render("task-leader").find("a", href="/chon-don-vi")
    assert not render("choose_unit-first").find("nav")


def test_error_pages_say_whom_to_ask_and_when_to_try_again():
    assert "đầu mối" in render("error-403").text("main")
    assert "Chờ 10 giây" in render("error-503").text("main")
    assert "không được lưu" in render("error-secret").text("main")
    assert render("error-401").find("a", href="/login?return_to=/tasks%3Fstate%3Dsent")


# Fragments


@pytest.mark.parametrize(
    ("name", "block", "mark"),
    [
        ("tasks", "results", "data-announce"),
        ("my_work-unit", "sections", 'class="counts"'),
        ("inbox", "messages", "mail"),
        ("error-503", "panel", "data-error-panel"),
    ],
)
def test_fragment_is_the_same_as_its_part_of_the_page(name, block, mark):
    template, context = PAGES[name]
    html = render_block(web.environment(), template, block, context)
    assert mark in html
    assert "<html" not in html
    assert mask(html) in mask(render(name).html)


def test_due_date_preview_says_the_working_days_left():
    template = web.environment().get_template("due_date_preview.html")
    assert Page(f"<p>{template.render(preview=samples.PREVIEW)}</p>").text("p") == "Ngày nghỉ: hạn tính đến 12/12/2016, còn 5 ngày làm việc"
    assert template.render(preview=None).strip() == ""


# Files


def test_badges_have_icons_that_exist():
    sprite = (web.STATIC / "icons.svg").read_text()
    names = [icon for table in labels.BADGES.values() for _, icon in table.values()]
    for name in [*names, *labels.SECTION_ICONS.values(), *labels.NOTIFICATION_ICONS.values()]:
        assert f'id="{name}"' in sprite, name
    for name in PAGES:
        for icon in re.findall(r"icons\.svg\?v=\w+#([\w-]+)", render(name).html):
            assert f'id="{icon}"' in sprite, icon


def test_vendored_files_are_what_vendor_json_says():
    listed = json.loads((web.VENDOR / "vendor.json").read_text())["files"]
    for entry in listed:
        assert hashlib.sha256((web.VENDOR / entry["file"]).read_bytes()).hexdigest() == entry["sha256"], entry["file"]
        assert (web.VENDOR / entry["licence_file"]).is_file()
    known = {e["file"] for e in listed} | {e["licence_file"] for e in listed} | {"vendor.json"}
    assert {path.name for path in web.VENDOR.iterdir()} == known


def test_every_asset_of_the_frame_exists():
    for tag, attributes, _, _ in render("home").elements:
        address = attributes.get("src") or (attributes.get("href") if tag == "link" else None)
        if address:
            _, folder, name = urlsplit(address).path.split("/")
            assert (web.HERE / folder / name).is_file()
