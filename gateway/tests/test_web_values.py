"""Words, addresses and forms: what gateway/web makes of messages and of what people type."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from google.type.date_pb2 import Date
from ykcd.assignment.v1 import assignment_pb2 as a
from ykcd.assignment.v1 import obstacle_pb2 as o
from ykcd.deadline.v1.deadline_pb2 import DueDatePreview
from ykcd.directive.v1 import directive_pb2 as d
from ykcd.reporting.v1 import reporting_pb2 as r

from gateway import web
from gateway.tests import pages
from gateway.tests.samples import day, uid
from gateway.web import directive_form, filters, labels, words
from gateway.web.forms import Form, parse_date

# Words


def test_every_value_of_every_enum_has_a_label():
    for enum, wrapper in labels.ENUMS.items():
        for value in wrapper.values():
            if value:
                assert labels.label(value, enum) != "Chưa rõ", (enum, value)
        assert not {name for name in labels.LABELS[enum] if name not in {labels.short(v, enum) for v in wrapper.values()}}


def test_a_value_of_tomorrows_protos_does_not_break_a_page():
    assert labels.label(99, "Timeliness") == "Chưa rõ"


@pytest.mark.article("D10", "§6.7")
def test_dates_are_written_day_first_and_times_in_hue():
    """D10, example 7: 2025-04-29T17:30:00Z is 30/04/2025 in Huế."""
    assert words.date(Date(year=2016, month=4, day=5)) == "05/04/2016"
    assert words.date(Date()) == "" == words.date(None)
    stamp = Timestamp(seconds=1745947800)
    assert words.datetime(stamp) == "00:30 30/04/2025"


@pytest.mark.parametrize(
    ("working", "days", "said"),
    [
        (5, 7, "còn 5 ngày làm việc"),
        (0, 0, "đến hạn hôm nay"),
        (0, 1, "không còn ngày làm việc nào"),
        (-3, -5, "đã quá hạn 3 ngày làm việc"),
    ],
)
def test_working_days_left_in_words(working, days, said):
    assert words.working_days_left(DueDatePreview(working_days_left=working, days_left=days)) == said


# Addresses and forms


def test_filter_survives_its_address():
    chosen = r.AssignmentFilter(
        states=[a.ASSIGNMENT_STATE_SENT, a.ASSIGNMENT_STATE_RETURN_REQUESTED], timeliness=[a.TIMELINESS_DONE_LATE],
        unit_ids=[uid("sxd")],
        roles=[d.ASSIGNMENT_ROLE_LEAD], field_id=uid("f-y-te"), specialist_id=uid("an"), directive_id=uid("d1"),
        without_specialist=True, delegated_to_me=True, due_soon=True, due_from=day("2016-11-01"), due_to=day("2016-12-31"),
        has_deadline=False, query="đôn đốc & 71/2016", execution=[a.EXECUTION_DONE], column=r.SUMMARY_COLUMN_DONE_LATE,
        issue_from=day("2016-01-01"), issue_to=day("2016-10-31"), regime=d.REGIME_NATIONAL, phased=True,
        extension_pending=True, obstacle_open=True, obstacle_states=[o.OBSTACLE_STATE_RAISED], urged=True, escalated=True,
        obligation_missed=True, report_to_review=True, followed_by_me=True, issuing_authorities=[d.ISSUING_AUTHORITY_CHAIRMAN],
        overdue_days_from=1, overdue_days_to=30, done_from=day("2016-02-01"), done_to=day("2016-03-31"),
    )  # fmt: skip
    assert len(chosen.ListFields()) == len(r.AssignmentFilter.DESCRIPTOR.fields)
    url = filters.tasks_url(chosen, r.ASSIGNMENT_ORDER_UNIT, "a+b/c=")
    pairs = parse_qsl(urlsplit(url).query)
    assert ("page_token", "a+b/c=") in pairs
    assert filters.parse(pairs) == (chosen, r.ASSIGNMENT_ORDER_UNIT, {})


def test_unreadable_filters_are_named_and_the_rest_holds():
    chosen, order, errors = filters.parse(
        [("state", "sent"), ("state", "flying"), ("due_to", "31/02/2016"), ("sort", "?"), ("q", " "), ("has_deadline", "x")]
    )
    assert chosen == r.AssignmentFilter(states=[a.ASSIGNMENT_STATE_SENT])
    assert order == 0
    assert set(errors) == {"state", "due_to", "sort", "has_deadline"}


@pytest.mark.article("Đ6.1.a", "Đ6.1.b", "Đ6.1.d", "Đ6.1.đ", "Đ6.1.i")
def test_draft_survives_its_form():
    draft = pages.directive()
    sent, errors = directive_form.to_input(directive_form.from_directive(draft))
    assert errors == {}
    for name in ("number", "symbol", "document_type", "abstract", "issue_date", "issue_time", "signer", "signer_position",
                 "issuing_authority",
                 "submitting_unit", "urgency", "regime"):  # fmt: skip
        assert getattr(sent, name) == getattr(draft, name), name
    assert sent.secrecy == d.SECRECY_NORMAL
    for task, stored in zip(sent.tasks, draft.tasks, strict=True):
        for name in ("content", "task_class", "deadline_kind", "deliverable", "note", "field_id", "paper_report_required"):
            assert getattr(task, name) == getattr(stored, name), name
        due = {p.unit_id: (p.role, words.date(p.due_date) or words.date(task.due_date)) for p in task.assignments}
        assert due == {p.unit_id: (p.role, words.date(p.due_date)) for p in stored.assignments}


@pytest.mark.article("D7")
def test_before_a_day_is_shown_and_sent_as_the_document_says_it():
    """D7: "trước ngày 02/05/2025" is kept as 01/05/2025."""
    part = d.PlannedAssignment(unit_id="u", role=d.ASSIGNMENT_ROLE_LEAD, due_date=day("2025-05-01"), due_exact=True)
    draft = d.Directive(tasks=[d.Task(content="Báo cáo.", assignments=[part])])
    values = directive_form.from_directive(draft)
    assert (values["tasks-0-due_date"], values["tasks-0-due_before"]) == (["2025-05-02"], ["1"])
    sent, _ = directive_form.to_input(values)
    assert (sent.tasks[0].due_date, sent.tasks[0].due_exclusive) == (day("2025-05-02"), True)


@pytest.mark.article("Đ4.1", "Đ4.2")
def test_unanswered_class_stays_unanswered():
    """Đ4: "no" and "not said" are different things."""
    sent, _ = directive_form.to_input(directive_form.new_values() | {"tasks-0-has_deadline": ["no"]})
    assert sent.tasks[0].task_class.HasField("has_deadline")
    assert not sent.tasks[0].task_class.HasField("must_report")
    assert sent.secrecy == d.SECRECY_UNSPECIFIED


def test_wrong_dates_are_named_by_their_fields():
    _, errors = directive_form.to_input(directive_form.new_values() | {"issue_date": ["30/02/2016"], "tasks-0-due_date": ["mai"]})
    assert set(errors) == {"issue_date", "tasks-0-due_date"}


def test_hostile_values_are_errors_of_their_fields():
    huge = directive_form.new_values() | {"tasks-count": ["9" * 5000], "issue_date": ["01/01/0001"], "issue_time": ["00:00"]}
    sent, errors = directive_form.to_input(huge)
    assert (len(sent.tasks), set(errors)) == (0, {"issue_time"})


def test_adding_and_removing_tasks_moves_the_others_up():
    values = (
        {"tasks-count": ["3"], "number": ["5"]} | {f"tasks-{n}-content": [f"việc {n}"] for n in range(3)} | {"tasks-2-lead": ["x", "y"]}
    )
    fewer, focus = directive_form.change_tasks(values, "remove_task:1")
    assert fewer == {
        "tasks-count": ["2"],
        "number": ["5"],
        "tasks-0-content": ["việc 0"],
        "tasks-1-content": ["việc 2"],
        "tasks-1-lead": ["x", "y"],
    }
    assert focus == "tasks-0-content"
    more, focus = directive_form.change_tasks(fewer, "add_task")
    assert (more["tasks-count"], focus) == (["3"], "tasks-2-content")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("directive.issue_date", "issue_date"),
        ("directive.tasks[2].content", "tasks-2-content"),
        ("directive.tasks[0].task_class.must_report", "tasks-0-must_report"),
        ("directive.tasks[0].task_class", "tasks-0-has_deadline"),
        ("directive.tasks[1].assignments[0].unit_id", "tasks-1-lead"),
        ("directive.tasks[1].due_date", "tasks-1-due_date"),
        ("directive.tasks[1].field_id", "tasks-1-field"),
    ],
)
def test_a_services_field_finds_its_place_in_the_form(path, name):
    assert directive_form.field_of(path) == name
    form = Form(directive_form.new_values() | {"tasks-count": ["3"]}, {name: "Sai."})
    html = web.environment().get_template("directive_edit.html").render(pages.edit_page(form))
    assert f'id="{name}"' in html
    assert f'href="#{name}"' in html


@pytest.mark.parametrize("text", ["05/04/2025", "5/4/2025", "05-04-2025", "5.4.2025", "2025-04-05", " 05/04/2025 "])
def test_dates_may_be_typed_in_the_usual_ways(text):
    assert parse_date(text) == Date(year=2025, month=4, day=5)
