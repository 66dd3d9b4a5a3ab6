"""Every page in every state that pages.py lists, and what must hold of its HTML."""

import hashlib
import json
import re
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from jinja2 import UndefinedError
from jinja2_fragments import render_block

from gateway import web
from gateway.tests import pages as samples
from gateway.tests.reading import Page, render
from gateway.tests.states import PAGES
from gateway.web import labels


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


def test_badges_have_an_icon_and_a_word():
    for name in PAGES:
        page = render(name)
        for part in re.findall(r'<span class="badge .*?</span>', page.html, re.DOTALL):
            assert "icons.svg" in part, part
            assert re.sub(r"<[^>]+>", "", part).strip(), part


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
