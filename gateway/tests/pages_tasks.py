"""The states of the pages of tasks and documents that pages.py has no room for."""

from ykcd.assignment.v1 import assignment_pb2 as a
from ykcd.directive.v1 import directive_pb2 as d

from gateway.bulk import Outcome
from gateway.tests.pages import (
    HISTORY,
    REPORTS,
    ROWS,
    assignment,
    directive,
    directive_list,
    edit_page,
    published,
    row,
    task_list,
    task_page,
    transition,
)
from gateway.tests.readers import EVALUATOR, OFFICE_LEADER, SPECIALIST, UNIT_LEADER
from gateway.tests.samples import FIELDS, UNITS, at, day, shared, uid
from gateway.web import amend_form, directive_form
from gateway.web.forms import BAD_DATE, REQUIRED, Form
from gateway.web.many import VERIFY

DRAFT = a.Report(
    id=uid("r5"), kind=a.REPORT_KIND_DONE, state=a.REPORT_STATE_DRAFT, content="Dự thảo: đã rà soát 7 dự án.",
    completed_on=day("2016-12-01"),
    document=a.ResultDocument(number="901/STNMT", issue_date=day("2016-12-01")), create_time=at("2016-12-02T09:00"), author_id=uid("hoa"),
    author_name="Lê Thị Hoa", evidence=[a.Evidence(id=uid("e5"), file_name="Dự thảo.docx", size=20_480, sha256="1a" * 32)],
)  # fmt: skip
TOLD = [
    a.Report(id=uid("r3"), kind=a.REPORT_KIND_PROGRESS, state=a.REPORT_STATE_REJECTED, content="Đang làm.",
             create_time=at("2016-11-12T14:00"),
             author_id=uid("hoa"), author_name="Lê Thị Hoa", review_reason="Chưa nêu việc đã làm.", reviewer_name="Nguyễn Văn An",
             review_time=at("2016-11-13T08:00")),
    a.Report(id=uid("r4"), kind=a.REPORT_KIND_PROGRESS, state=a.REPORT_STATE_SUBMITTED, content="Đã làm việc với 6/7 chủ đầu tư.",
             create_time=at("2016-11-30T14:00"), author_id=uid("hoa"), author_name="Lê Thị Hoa"),
    DRAFT,
]  # fmt: skip
ASKED = a.Extension(
    id=uid("x2"), state=a.EXTENSION_STATE_REQUESTED, previous_due_date=day("2016-11-27"), new_due_date=day("2016-12-30"), late=True,
    reason="Hai chủ đầu tư xin lùi ngày làm việc.", requested_by_name="Hồ Đắc Phúc", request_time=at("2016-12-01T10:00"),
)  # fmt: skip
EXTENSIONS = [
    a.Extension(id=uid("x1"), state=a.EXTENSION_STATE_APPROVED, previous_due_date=day("2016-11-15"), new_due_date=day("2016-11-27"),
                reason="Chờ số liệu địa chính.", requested_by_name="Hồ Đắc Phúc", request_time=at("2016-11-10T10:00"),
                decision=a.Decision(number="6120/UBND-ĐĐ", signer="Nguyễn Văn Cao"), decide_time=at("2016-11-12T09:00")),
    ASKED,
]  # fmt: skip
PLAN = [
    a.PlanStep(content="Làm việc với từng chủ đầu tư", due_date=day("2016-11-15"), person_id=uid("hoa"), person_name="Lê Thị Hoa",
               done_on=day("2016-11-16")),
    a.PlanStep(content="Lấy ý kiến UBND huyện Phú Lộc", due_date=day("2016-11-25")),
]  # fmt: skip
LONG_HISTORY = [
    *HISTORY,
    a.Transition(action=a.ACTION_DECIDE_EXTENSION, from_state=a.ASSIGNMENT_STATE_IN_PROGRESS, to_state=a.ASSIGNMENT_STATE_IN_PROGRESS,
                 actor_id=uid("an"), actor_name="Nguyễn Văn An", actor_unit_id=uid("vpub"), on_behalf_of_name="Phan Đức Thuận",
                 time=at("2016-11-12T09:00"), version=6, decision=a.Decision(number="6120/UBND-ĐĐ", signer="Nguyễn Văn Cao"),
                 changes=[a.Change(field="due_date", before="2016-11-15", after="2016-11-27")]),
    a.Transition(action=a.ACTION_NAME_SPECIALIST, from_state=a.ASSIGNMENT_STATE_IN_PROGRESS, to_state=a.ASSIGNMENT_STATE_IN_PROGRESS,
                 actor_name="Phan Đức Thuận", actor_unit_id=uid("vpub"), time=at("2016-11-13T09:00"), version=7,
                 changes=[a.Change(field="specialist_id", before="", after=uid("an"))]),
]  # fmt: skip
OF_UNIT = [
    a.ACTION_REPORT_PROGRESS, a.ACTION_REPORT_DONE, a.ACTION_DRAFT_REPORT, a.ACTION_DELEGATE, a.ACTION_SET_PLAN,
    a.ACTION_CONFIRM_AGGREGATOR, a.ACTION_RECORD_PAPER_REPORT, a.ACTION_WITHDRAW_EXTENSION, a.ACTION_REQUEST_RETURN,
]  # fmt: skip
OF_OFFICE = [
    a.ACTION_REVIEW_REPORT, a.ACTION_ADJUST, a.ACTION_FORWARD, a.ACTION_DENY_RETURN, a.ACTION_DECIDE_EXTENSION, a.ACTION_NAME_SPECIALIST,
    a.ACTION_CANCEL,
]  # fmt: skip


def everything(**changes) -> a.Assignment:
    """An assignment that has something of everything."""
    values = {
        "reports": [*REPORTS, *TOLD], "extensions": EXTENSIONS, "plan": PLAN, "original_due_date": day("2016-11-15"), "deadline_cycle": 2,
        "paper_report_required": True, "aggregating_unit_id": uid("bqlkkt"), "history": LONG_HISTORY, "deliverable": "Báo cáo rà soát",
        "deadline_kind": d.DEADLINE_KIND_REPORT, "regime": d.REGIME_NATIONAL, "completed_on": day("2016-11-25"),
    }  # fmt: skip
    return assignment(**values | changes)


def phased(n: int, **changes) -> a.Assignment:
    """Example 14: the first done, the second overdue, the third to come."""
    own = [
        {"state": a.ASSIGNMENT_STATE_VERIFIED, "execution": a.EXECUTION_DONE, "timeliness": a.TIMELINESS_DONE_ON_TIME,
         "working_days_late": 0, "phase_name": "Rà soát hồ sơ", "due_date": day("2016-03-31"), "effective_due_date": day("2016-03-31")},
        {"phase_name": "Làm việc với chủ đầu tư"},
        {"phase_name": "Đề xuất xử lý", "timeliness": a.TIMELINESS_IN_TIME, "execution": a.EXECUTION_NOT_STARTED, "working_days_late": 0,
         "due_date": day("2016-12-30"), "effective_due_date": day("2016-12-30"), "state": a.ASSIGNMENT_STATE_SENT},
    ][n - 1]  # fmt: skip
    return assignment(id=uid(f"p{n}"), phase=n, task_class=d.TaskClass(has_deadline=False, must_report=True), **own | changes)


PHASED = a.TaskStatus(
    task_id=uid("t1"), state=a.TASK_STATE_ACTIVE, timeliness=a.TIMELINESS_OVERDUE, assignments=[phased(n) for n in (3, 1, 2)],
)  # fmt: skip
FORWARDED = assignment(
    id=uid("f1"), unit_id=uid("sxd"), state=a.ASSIGNMENT_STATE_FORWARDED, execution=0, timeliness=0, working_days_late=0,
    forwarded_to_id=uid("a1"), allowed_actions=[], reports=[],
    history=[*HISTORY[:2], transition(a.ACTION_FORWARD, a.ASSIGNMENT_STATE_RETURN_REQUESTED, a.ASSIGNMENT_STATE_FORWARDED, "an", "vpub",
                                      "2016-11-10T09:00", 3, "Thuộc chức năng của Sở Tài nguyên và Môi trường.")],
)  # fmt: skip
MOVED = a.TaskStatus(
    task_id=uid("t1"), state=a.TASK_STATE_ACTIVE, timeliness=a.TIMELINESS_IN_TIME,
    assignments=[FORWARDED, assignment(forwarded_from_id=uid("f1"))],
)  # fmt: skip
REFUSED_PLAN = Form(
    {"steps-0-content": ["Làm việc với từng chủ đầu tư"], "steps-0-due_date": ["mai"], "steps-0-person_id": [uid("hoa")]},
    {"steps-0-due_date": BAD_DATE},
)  # fmt: skip
PHASED_TASK = d.Task(
    id=uid("t3"), ordinal=3, content="Rà soát quỹ đất công theo ba giai đoạn.",
    task_class=d.TaskClass(has_deadline=False, must_report=True),
    field_id=uid("f-dat-dai"), assignments=[
        d.PlannedAssignment(id=uid(f"p{n}"), unit_id=uid("stnmt"), role=d.ASSIGNMENT_ROLE_LEAD, due_date=day(due), due_exact=n == 3,
                            phase=n, phase_name=name, specialist_id=uid("an"))
        for n, (name, due) in enumerate([("Rà soát hồ sơ", "2016-03-31"), ("Làm việc với chủ đầu tư", "2016-11-27"),
                                         ("Đề xuất xử lý", "2016-12-30")], 1)],
)  # fmt: skip
BY = d.ChangingDocument(code="6120/UBND-ĐĐ", issue_date=day("2016-11-20"), signer="Nguyễn Văn Cao")


def changed(state: int, **more) -> d.Directive:
    """A published document, changed once by another."""
    change = d.DirectiveChange(
        state=state, reason="Điều chỉnh theo kết luận của Chủ tịch UBND tỉnh.", document=BY, assignment_ids=[uid("a1"), uid("p2")],
        actor_name="Nguyễn Văn An", time=at("2016-11-21T09:00"), version=5,
    )  # fmt: skip
    found = published()
    found.tasks.append(PHASED_TASK)
    found.tasks[0].assignments[1].withdrawn = True
    found.MergeFrom(d.Directive(state=state, changes=[change], **more))
    return found


def amend_page(form: Form, **more) -> dict:
    found = changed(d.DIRECTIVE_STATE_AMENDED)
    return shared(SPECIALIST, "/directives/1/amend") | {
        "directive": found, "form": Form({**amend_form.from_directive(found), **form.values}, form.errors), "units": UNITS,
        "fields": FIELDS, "previews": {}, "focus": "", "task_count": directive_form.task_count({"tasks-count": ["0"], **form.values}),
    } | more  # fmt: skip


def amend_check_page() -> dict:
    found = changed(d.DIRECTIVE_STATE_AMENDED)
    new = directive_form.new_values() | {
        "tasks-0-content": ["Báo cáo bổ sung."], "tasks-0-lead": [uid("sxd")], "tasks-0-due_date": ["2016-12-20"],
        "tasks-0-due_before": ["1"],
    }  # fmt: skip
    typed = amend_form.from_directive(found) | new | {
        "changing_code": ["6120/UBND-ĐĐ"], "changing_date": ["2016-11-20"], "changing_signer": ["Nguyễn Văn Cao"],
        "reason": ["Theo kết luận."], "abstract": ["V/v xử lý dứt điểm các dự án chậm tiến độ"], "amend-0-content": ["Rà soát 8 dự án."],
        "amend-0-deliverable": ["Đề án"],
        f"part-{uid('a1')}-due_date": ["2016-12-20"], f"part-{uid('a6')}-withdrawn": ["1"], "amend-1-coordinating": [uid("sxd")],
    }  # fmt: skip
    request, unread = amend_form.to_request(found, Form(typed))
    assert not unread
    return shared(SPECIALIST, "/directives/1/amend") | {"directive": found, "amendment": request, "form": Form(typed), "rows": ROWS[:2]}


def end_page(verb: str, form: Form | None = None, **more) -> dict:
    return shared(OFFICE_LEADER, f"/directives/1/{verb}") | {
        "directive": published(), "form": form or Form(), "verb": verb, "rows": ROWS[:3], "q": "",
        "candidates": [(uid("d2"), "6120/UBND-ĐĐ: V/v xử lý dứt điểm các dự án chậm tiến độ")] if verb == "supersede" else [],
    } | more  # fmt: skip


def done_page(outcome: Outcome) -> dict:
    return shared(SPECIALIST, "/tasks/verify") | {
        "verb": VERIFY, "outcome": outcome, "request_id": uid("q"), "back": "/tasks?state=reported",
    }  # fmt: skip


AMEND_WRONG = {"reason": REQUIRED, f"part-{uid('a1')}-due_date": BAD_DATE, "amend-0-due_date": BAD_DATE, "tasks-0-lead": "Chưa chọn."}


def pages() -> dict[str, tuple[str, dict]]:
    """As pages.pages()."""
    long = {"preview": None, "deadline": None}
    endless = {"due_date": None, "effective_due_date": None, "timeliness": 0, "working_days_late": 0,
               "task_class": d.TaskClass(has_deadline=False, must_report=False)}  # fmt: skip
    return {
        "task-unit": ("task.html", task_page(UNIT_LEADER, everything(allowed_actions=OF_UNIT), **long)),
        "task-office": ("task.html", task_page(OFFICE_LEADER, everything(
            state=a.ASSIGNMENT_STATE_RETURN_REQUESTED, return_reason="Không thuộc chức năng của Sở.", allowed_actions=OF_OFFICE), **long)),
        "task-late": ("task.html", task_page(UNIT_LEADER, assignment(allowed_actions=[a.ACTION_REQUEST_EXTENSION]))),
        "task-endless": ("task.html", task_page(UNIT_LEADER, assignment(
            **endless, paper_report_required=True, paper_report=a.ResultDocument(number="77/BC", issue_date=day("2016-12-01")),
            aggregating_unit_id=uid("stnmt"), aggregator_confirmed=True, allowed_actions=[a.ACTION_REPORT_PROGRESS]), **long)),
        "task-phase": ("task.html", task_page(UNIT_LEADER, phased(2), task=PHASED)),
        "task-plan-refused": ("task.html", task_page(UNIT_LEADER, assignment(allowed_actions=[a.ACTION_SET_PLAN, a.ACTION_REPORT_PROGRESS]),
                                                     forms={a.ACTION_SET_PLAN: REFUSED_PLAN})),
        "task-forwarded": ("task.html", task_page(EVALUATOR, FORWARDED, task=MOVED, **long)),
        "task-received": ("task.html", task_page(SPECIALIST, MOVED.assignments[1], task=MOVED, **long)),
        "task-moved-away": ("task.html", task_page(UNIT_LEADER, assignment(forwarded_from_id=uid("f1"), allowed_actions=[]), task=None,
                                                   **long)),
        "task-cancelled": ("task.html", task_page(UNIT_LEADER, assignment(
            state=a.ASSIGNMENT_STATE_CANCELLED, execution=0, timeliness=0, working_days_late=0, allowed_actions=[]), **long)),
        "tasks-many": ("tasks.html", task_list(SPECIALIST, rows=[
            row(state=a.ASSIGNMENT_STATE_REPORTED, specialist_id=SPECIALIST.member.person_id),
            row(id=uid("b2"), state=a.ASSIGNMENT_STATE_REPORTED),
            row(id=uid("b3"), phase=2, phase_name="Làm việc với chủ đầu tư", original_due_date=day("2016-11-15"),
                specialist_id=SPECIALIST.member.person_id)])),
        "tasks-many-unit": ("tasks.html", task_list(UNIT_LEADER)),
        "tasks_done": ("tasks_done.html", done_page(Outcome(
            done=[assignment()], refused=[(assignment(id=uid("b2")), "Nhiệm vụ đang ở trạng thái không cho phép thao tác này."),
                                          (None, "Không tìm thấy.")]))),
        "tasks_done-away": ("tasks_done.html", done_page(Outcome(done=[assignment()], left=[f"{uid('b2')}:3"]))),
        "tasks_done-none": ("tasks_done.html", done_page(Outcome())),
        "directive-amended": ("directive.html", shared(OFFICE_LEADER, "/directives/1") | {
            "directive": changed(d.DIRECTIVE_STATE_AMENDED), "statuses": {uid("t3"): a.TaskStatus(
                task_id=uid("t3"), state=a.TASK_STATE_ACTIVE, timeliness=a.TIMELINESS_OVERDUE,
                assignments=[phased(n) for n in (1, 2, 3)])}}),
        "directive-superseded": ("directive.html", shared(UNIT_LEADER, "/directives/1") | {
            "directive": changed(d.DIRECTIVE_STATE_SUPERSEDED, superseded_by_id=uid("d2")), "statuses": {}}),
        "directive-revoked": ("directive.html", shared(OFFICE_LEADER, "/directives/1") | {
            "directive": changed(d.DIRECTIVE_STATE_REVOKED), "statuses": {}}),
        "directive-purged": ("directive.html", shared(OFFICE_LEADER, "/directives/1") | {
            "directive": d.Directive(id=uid("d1"), version=6, state=d.DIRECTIVE_STATE_REFUSED_SECRET), "statuses": {}}),
        "directives-states": ("directives.html", directive_list(SPECIALIST, [
            changed(d.DIRECTIVE_STATE_AMENDED), changed(d.DIRECTIVE_STATE_SUPERSEDED), changed(d.DIRECTIVE_STATE_REVOKED),
            d.Directive(id=uid("d9"), state=d.DIRECTIVE_STATE_REFUSED_SECRET)], state=d.DIRECTIVE_STATE_AMENDED)),
        "directive_edit-phases": ("directive_edit.html", edit_page(
            Form(directive_form.from_directive(directive(tasks=[PHASED_TASK], regime=d.REGIME_NATIONAL,
                                                         issuing_authority=d.ISSUING_AUTHORITY_PRIME_MINISTER)),
                 {"tasks-0-phases-1-due_date": BAD_DATE}), draft=True)),
        "directive_check-phases": ("directive_check.html", shared(SPECIALIST, "/directives/1/check") | {
            "directive": directive(tasks=[PHASED_TASK]), "previews": {}, "form": Form()}),
        "directive_amend": ("directive_amend.html", amend_page(Form())),
        "directive_amend-wrong": ("directive_amend.html", amend_page(Form(
            {"tasks-count": ["1"], "amend-0-lead": [uid("sxd")]}, AMEND_WRONG))),
        "directive_amend_check": ("directive_amend_check.html", amend_check_page()),
        "directive_supersede": ("directive_end.html", end_page("supersede")),
        "directive_supersede-none": ("directive_end.html", end_page("supersede", candidates=[], q="đất", rows=[])),
        "directive_purge": ("directive_purge.html", shared(OFFICE_LEADER, "/directives/1/purge") | {
            "directive": directive(), "form": Form({}, {"sure": REQUIRED})}),
        "directive_revoke": ("directive_end.html", end_page("revoke", Form({}, {"changing_code": REQUIRED, "reason": REQUIRED}))),
    }  # fmt: skip
