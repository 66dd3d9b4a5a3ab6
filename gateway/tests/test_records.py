"""Every kind of record: what must hold of its table, its macros and its place in the menu."""

import re

import pytest

from gateway import web
from gateway.tests import record_pages
from gateway.tests.readers import ADMINISTRATOR, OFFICE_LEADER, SPECIALIST, UNIT_LEADER
from gateway.tests.samples import NOW, uid
from gateway.tests.states import PAGES
from gateway.web import menu, working_year
from gateway.web.forms import Form
from gateway.web.kinds import KINDS, act_at
from gateway.web.records import Act, Kind

TODAY = NOW.date()
ACTS = [(kind, act) for kind in KINDS.values() for act in kind.every_act]
LISTS = {context["kind"].slug for template, context in PAGES.values() if template == "record_list.html" and context["rows"]}


def sample(kind: Kind, act: Act) -> dict:
    """The context of a page on which the act's form may stand."""
    template = "record_new.html" if act is kind.create else "record.html"
    return next(context for used, context in PAGES.values() if used == template and context["kind"] is kind)


@pytest.mark.parametrize(("kind", "act"), ACTS, ids=lambda each: each.slug)
def test_every_act_has_its_form(kind, act):
    """With a control for each of its fields, an icon, and an RPC that takes the fields."""
    context = sample(kind, act)
    macros = web.environment().get_template(f"macros/{kind.macros}.html").make_module(context)
    html = str(getattr(macros, act.name)(Form(), f"{act.slug}-", context.get("record")))
    if hasattr(macros, "wide") and "record" in context:
        html += str(macros.wide(context["record"]))
    named = {re.sub(r"-\d+-.*", "", name) for name in re.findall(r'name="([^"]+)"', html)}
    assert {field.name for field in act.fields} <= named
    assert f'id="{act.icon}"' in (web.STATIC / "icons.svg").read_text()
    request, _ = kind.request(act, Form(), request_id=uid("r"))
    assert all(field.path.split(".")[0] in request.DESCRIPTOR.fields_by_name for field in act.fields if field.path)


def test_every_kind_has_a_list_with_rows_among_the_states():
    assert set(KINDS) == LISTS


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.slug)
def test_every_kind_stands_in_a_group_of_the_menu(kind):
    assert kind.group in menu.GROUPS


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.slug)
def test_every_condition_reaches_the_request(kind):
    request, _ = kind.listed([], TODAY, page_size=50)
    for each in kind.filters:
        assert each.path in request.DESCRIPTOR.fields_by_name, each.name


def test_a_condition_that_cannot_be_read_is_named():
    kind = KINDS["nghia-vu"]
    for name, value in (("state", "xx"), ("year", "năm nay"), ("year", "99999999999")):
        _, form = kind.listed([(name, value)], TODAY)
        assert form.errors == {name: f"Giá trị lọc “{value}” không có."}
    asked = [("state", "missed"), ("state", "open"), ("year", "2016"), ("other", "x")]
    request, form = kind.listed(asked, TODAY)
    assert (list(request.states), request.year, dict(form.errors)) == ([3, 1], 2016, {})


def test_the_menu_shows_each_role_what_concerns_it():
    def addresses(who):
        return {address for _, entries in menu.groups(who) for address, _ in entries}

    assert {"/phieu-bao", "/bao-cao-chu-tich", "/nghia-vu", "/lich-lam-viec"} <= addresses(SPECIALIST)
    assert "/van-ban-mat" in addresses(OFFICE_LEADER)
    assert {"/phieu-bao", "/nghia-vu", "/lich-lam-viec"} <= addresses(UNIT_LEADER)
    assert "/bao-cao-chu-tich" not in addresses(UNIT_LEADER)
    assert "/van-ban-mat" not in addresses(SPECIALIST)
    assert "/phieu-bao" not in addresses(ADMINISTRATOR)


def test_a_form_that_met_a_service_that_is_away_knows_its_act():
    assert act_at("/phieu-bao/1/acknowledge").name == "acknowledge"
    assert act_at("/assignments/1/verify") is None


# The calendar's form


@pytest.mark.parametrize(
    ("typed", "dates", "wrong"),
    [
        ("30/04/2026; Nghỉ lễ; Ngày Chiến thắng\n\n02/05/2026\tlàm bù", ["30/04/2026", "02/05/2026"], ""),
        ("30/04/2026; ngày thường", ["30/04/2026"], ""),
        ("30/04/2026; Nghỉ lễ\n31/04/2026; Nghỉ lễ\n01/05/2026; Nghỉ", ["30/04/2026"], "Dòng 2, 3 "),
        ("", [], ""),
    ],
)
def test_days_are_read_line_by_line(typed, dates, wrong):
    errors = {}
    found = working_year.changes(Form({"days": [typed]}), errors)
    assert [web.words.date(day.date) for day in found] == dates
    assert errors.get("days", "").startswith(wrong)


def test_a_year_has_its_days_where_the_calendar_says():
    months = working_year.months(2016, record_pages.CALENDAR)
    days = {day.date.isoformat(): day for weeks in months for week in weeks for day in week if day}
    assert len(days) == 366
    looks = [days[date].look for date in ("2016-02-08", "2016-11-05", "2016-11-06", "2016-11-07")]
    assert looks == ["is-off", "is-worked", "is-weekend", ""]
    assert [week.index(days["2016-02-08"]) for week in months[1] if days["2016-02-08"] in week] == [0]
