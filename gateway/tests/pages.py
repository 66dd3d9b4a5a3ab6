"""Every page in its states, with messages as the services send them: what test_templates.py renders."""

from ykcd.assignment.v1 import assignment_pb2 as a
from ykcd.deadline.v1 import deadline_pb2 as dl
from ykcd.deadline.v1 import urging_pb2 as u
from ykcd.directive.v1 import directive_pb2 as d
from ykcd.notification.v1 import notification_pb2 as n
from ykcd.reporting.v1 import reporting_pb2 as r

from gateway import web
from gateway.tests.readers import EVALUATOR, SPECIALIST, UNIT_LEADER
from gateway.tests.samples import CONTENT, FIELDS, HOSTILE, MEMBERS, PEOPLE, SOFTWARE, UNITS, at, day, me, shared, uid
from gateway.web import directive_form
from gateway.web.forms import BAD_DATE, REQUIRED, Form, gathered
from gateway.web.resend import Resend


def row(**changes) -> r.AssignmentRow:
    values = {
        "id": uid("a1"), "version": 3, "task_id": uid("t1"), "directive_id": uid("d1"), "directive_code": "5425/UBND-ĐĐ",
        "directive_abstract": "V/v xử lý các dự án chậm tiến độ", "directive_issue_date": day("2016-11-04"), "content": CONTENT,
        "unit_id": uid("stnmt"), "unit_name": "Sở Tài nguyên và Môi trường", "role": d.ASSIGNMENT_ROLE_LEAD,
        "state": a.ASSIGNMENT_STATE_IN_PROGRESS, "execution": a.EXECUTION_IN_PROGRESS, "timeliness": a.TIMELINESS_OVERDUE,
        "due_date": day("2016-11-27"), "effective_due_date": day("2016-11-28"), "update_time": at("2016-11-20T10:00"),
    }  # fmt: skip
    return r.AssignmentRow(**values | changes)


ROWS = [
    row(),
    row(id=uid("a2"), content="Báo cáo kết quả cấp giấy chứng nhận quyền sử dụng đất năm 2016.", timeliness=a.TIMELINESS_IN_TIME,
        due_date=day("2016-12-09"), effective_due_date=day("2016-12-09"), state=a.ASSIGNMENT_STATE_SENT, execution=a.EXECUTION_NOT_STARTED),
    row(id=uid("a3"), unit_id=uid("phuloc"), unit_name="Ủy ban nhân dân huyện Phú Lộc", role=d.ASSIGNMENT_ROLE_COORDINATING, due_date=None,
        effective_due_date=None, timeliness=a.TIMELINESS_UNSPECIFIED,
        content="Thường xuyên kiểm tra việc khai thác cát, sỏi trên sông Truồi."),
    row(id=uid("a4"), timeliness=a.TIMELINESS_DONE_ON_TIME, state=a.ASSIGNMENT_STATE_VERIFIED, execution=a.EXECUTION_DONE, content=HOSTILE),
    row(id=uid("a5"), timeliness=a.TIMELINESS_AWAITING_UPDATE, due_date=day("2016-12-02"), effective_due_date=day("2016-12-02")),
]  # fmt: skip


def transition(action, before, after, who, unit, time, version, reason="") -> a.Transition:
    return a.Transition(
        action=action, from_state=before, to_state=after, actor_id=uid(who) if who else "", actor_name=PEOPLE.get(uid(who), ""),
        actor_unit_id=uid(unit) if unit else "", time=at(time), version=version, reason=reason,
    )  # fmt: skip


HISTORY = [
    transition(a.ACTION_UNSPECIFIED, 0, a.ASSIGNMENT_STATE_SENT, "an", "vpub", "2016-11-07T15:10", 1),
    transition(a.ACTION_ACCEPT, a.ASSIGNMENT_STATE_SENT, a.ASSIGNMENT_STATE_ACCEPTED, "phuc", "stnmt", "2016-11-08T08:00", 2),
    transition(a.ACTION_DELEGATE, a.ASSIGNMENT_STATE_ACCEPTED, a.ASSIGNMENT_STATE_IN_PROGRESS, "phuc", "stnmt", "2016-11-08T08:20", 3),
    transition(a.ACTION_REPORT_DONE, a.ASSIGNMENT_STATE_IN_PROGRESS, a.ASSIGNMENT_STATE_REPORTED, "phuc", "stnmt", "2016-11-25T16:00", 4),
    transition(a.ACTION_SEND_BACK, a.ASSIGNMENT_STATE_REPORTED, a.ASSIGNMENT_STATE_IN_PROGRESS, "an", "vpub", "2016-11-28T09:00", 5,
               "Chưa có ý kiến của UBND huyện Phú Lộc về dự án thứ ba."),
]  # fmt: skip
REPORTS = [
    a.Report(id=uid("r1"), kind=a.REPORT_KIND_PROGRESS, content="Đã làm việc với 5/7 chủ đầu tư.\nCòn vướng mắc về hồ sơ địa chính.",
             create_time=at("2016-11-15T14:00"), author_id=uid("hoa"), author_name="Lê Thị Hoa"),
    a.Report(id=uid("r2"), kind=a.REPORT_KIND_DONE, content="Hoàn thành rà soát 7 dự án, đề xuất thu hồi 2 dự án.",
             completed_on=day("2016-11-25"), document=a.ResultDocument(number="812/STNMT-QLĐĐ", issue_date=day("2016-11-25")),
             create_time=at("2016-11-25T16:00"), author_id=uid("phuc"), author_name="Hồ Đắc Phúc",
             evidence=[a.Evidence(id=uid("e1"), file_name="BC rà soát dự án chậm tiến độ.pdf", size=1_468_006, sha256="9f" * 32)]),
]  # fmt: skip


def assignment(**changes) -> a.Assignment:
    values = {
        "id": uid("a1"), "version": 5, "state": a.ASSIGNMENT_STATE_IN_PROGRESS, "task_id": uid("t1"), "directive_id": uid("d1"),
        "unit_id": uid("stnmt"), "role": d.ASSIGNMENT_ROLE_LEAD, "content": CONTENT,
        "task_class": d.TaskClass(has_deadline=True, must_report=True), "field_id": uid("f-dat-dai"), "specialist_id": uid("an"),
        "directive_code": "5425/UBND-ĐĐ", "directive_abstract": "V/v xử lý các dự án chậm tiến độ, vi phạm pháp luật về đất đai",
        "directive_issue_date": day("2016-11-04"), "due_date": day("2016-11-27"), "effective_due_date": day("2016-11-28"),
        "execution": a.EXECUTION_IN_PROGRESS, "timeliness": a.TIMELINESS_OVERDUE, "working_days_late": 5,
        "history": HISTORY, "reports": REPORTS,
        "delegation": a.Delegation(leader_id=uid("phuc"), leader_name="Hồ Đắc Phúc", officer_ids=[uid("hoa"), uid("minh")],
                                   officer_names=["Lê Thị Hoa", "Trần Quang Minh"], internal_due_date=day("2016-11-23"),
                                   note="Báo cáo hằng tuần"),
        "allowed_actions": [a.ACTION_REPORT_PROGRESS, a.ACTION_REPORT_DONE, a.ACTION_DELEGATE, a.ACTION_REQUEST_RETURN],
    }  # fmt: skip
    return a.Assignment(**values | changes)


def reported() -> a.Assignment:
    return assignment(
        state=a.ASSIGNMENT_STATE_REPORTED, execution=a.EXECUTION_DONE, timeliness=a.TIMELINESS_DONE_ON_TIME, working_days_late=0,
        completed_on=day("2016-11-25"), report_time=at("2016-12-02T16:00"), late_update=True,
        allowed_actions=[a.ACTION_VERIFY, a.ACTION_SEND_BACK],
    )  # fmt: skip


TASK = a.TaskStatus(
    task_id=uid("t1"), state=a.TASK_STATE_ACTIVE, timeliness=a.TIMELINESS_OVERDUE,
    assignments=[
        assignment(),
        assignment(id=uid("a3"), unit_id=uid("phuloc"), role=d.ASSIGNMENT_ROLE_COORDINATING, timeliness=a.TIMELINESS_IN_TIME,
                   state=a.ASSIGNMENT_STATE_SENT, execution=a.EXECUTION_NOT_STARTED, due_date=None, effective_due_date=None),
        assignment(id=uid("a6"), unit_id=uid("bqlkkt"), role=d.ASSIGNMENT_ROLE_AGGREGATING, timeliness=a.TIMELINESS_DONE_LATE,
                   state=a.ASSIGNMENT_STATE_VERIFIED, execution=a.EXECUTION_DONE),
    ],
)  # fmt: skip
VERIFIED = {"state": a.ASSIGNMENT_STATE_VERIFIED, "execution": a.EXECUTION_DONE, "timeliness": a.TIMELINESS_DONE_ON_TIME}
COMPLETED = a.TaskStatus(
    task_id=uid("t1"), state=a.TASK_STATE_COMPLETED, timeliness=a.TIMELINESS_DONE_ON_TIME, silent_coordinator_unit_ids=[uid("phuloc")],
    assignments=[assignment(**VERIFIED, working_days_late=0), TASK.assignments[1], TASK.assignments[2]],
)  # fmt: skip
PREVIEW = dl.DueDatePreview(due_date=day("2016-12-10"), effective_due_date=day("2016-12-12"), working_days_left=5, days_left=7)
SUGGESTION = dl.DueDateSuggestion(words="trước ngày 10/12/2016", due_date=day("2016-12-10"), exclusive=True)
PREVIEWS = {
    "tasks-0-due_date": PREVIEW,
    "tasks-0-content": SUGGESTION,
    "tasks-1-content": dl.DueDateSuggestion(words="Thường xuyên", no_deadline=True),
}
LATE_PREVIEW = dl.DueDatePreview(due_date=day("2016-11-27"), effective_due_date=day("2016-11-28"), working_days_left=-5, days_left=-7)


def directive(**changes) -> d.Directive:
    part = d.PlannedAssignment
    values = {
        "id": uid("d1"), "version": 4, "state": d.DIRECTIVE_STATE_SPLITTING, "number": "5425", "symbol": "UBND-ĐĐ",
        "document_type": d.DOCUMENT_TYPE_OFFICIAL_LETTER, "abstract": "V/v xử lý các dự án chậm tiến độ, vi phạm pháp luật về đất đai",
        "issue_date": day("2016-11-04"), "issue_time": at("2016-11-04T16:30"), "signer": "Nguyễn Văn Cao", "signer_position": "Chủ tịch",
        "issuing_authority": d.ISSUING_AUTHORITY_CHAIRMAN, "submitting_unit": "Sở Tài nguyên và Môi trường", "urgency": d.URGENCY_URGENT,
        "regime": d.REGIME_PROVINCIAL, "entered_by": uid("an"), "entered_by_name": "Nguyễn Văn An", "entry_due_date": day("2016-11-04"),
        "tasks": [
            d.Task(id=uid("t1"), ordinal=1, content=CONTENT, task_class=d.TaskClass(has_deadline=True, must_report=True),
                   deadline_kind=d.DEADLINE_KIND_REPORT, deliverable="Báo cáo", field_id=uid("f-dat-dai"), paper_report_required=True,
                   note="Gửi kèm danh sách dự án.\nLiên hệ: chuyên viên Nguyễn Văn An.",
                   assignments=[
                       part(id=uid("a1"), unit_id=uid("stnmt"), role=d.ASSIGNMENT_ROLE_LEAD, due_date=day("2016-12-10"),
                            specialist_id=uid("an")),
                       part(id=uid("a3"), unit_id=uid("phuloc"), role=d.ASSIGNMENT_ROLE_COORDINATING, due_date=day("2016-11-27")),
                       part(id=uid("a6"), unit_id=uid("bqlkkt"), role=d.ASSIGNMENT_ROLE_AGGREGATING, due_date=day("2016-12-10")),
                   ]),
            d.Task(id=uid("t2"), ordinal=2, content="Thường xuyên kiểm tra việc khai thác cát, sỏi trên sông Truồi.",
                   task_class=d.TaskClass(has_deadline=False, must_report=False), field_id=uid("f-dat-dai"),
                   assignments=[part(id=uid("a7"), unit_id=uid("phuloc"), role=d.ASSIGNMENT_ROLE_LEAD)]),
        ],
    }  # fmt: skip
    return d.Directive(**values | changes)


def published() -> d.Directive:
    return directive(state=d.DIRECTIVE_STATE_PUBLISHED, publish_time=at("2016-11-07T15:10"), entry_working_days_late=1)


def counts(unit_id="", name="", k=1) -> r.UnitCounts:
    return r.UnitCounts(
        unit_id=unit_id, unit_name=name, total=12 * k, done=6 * k, done_on_time=5 * k, done_late=k, doing=4 * k, doing_in_time=3 * k,
        doing_overdue=k, not_started=2 * k, not_started_in_time=k, not_started_overdue=k, without_deadline=3 * k, return_requested=k,
        coordinating=7 * k, late_updates=2 * k,
    )  # fmt: skip


SUMMARY = r.Summary(
    units=[counts(u.id, u.name, i) for i, u in enumerate(UNITS[1:], 1)],
    province=counts(k=150),
    task_count=1893,
    as_of_time=at("2016-12-05T09:30"),
)
NOTES = [
    n.Notification(id=uid("n1"), kind=n.NOTIFICATION_KIND_TASK_ASSIGNED, title="Nhiệm vụ mới theo công văn 5425/UBND-ĐĐ", body=CONTENT,
                   assignment_id=uid("a1"), create_time=at("2016-12-05T09:10")),
    n.Notification(id=uid("n2"), kind=n.NOTIFICATION_KIND_OVERDUE, title="Quá hạn: rà soát các dự án chậm tiến độ", assignment_id=uid("a5"),
                   create_time=at("2016-12-03T00:05")),
    n.Notification(id=uid("n3"), kind=n.NOTIFICATION_KIND_VERIFIED, title="Kết quả đã được xác nhận", assignment_id=uid("a4"),
                   create_time=at("2016-11-20T10:00"), read_time=at("2016-11-20T11:00")),
]  # fmt: skip


def worklist(full=True) -> r.Worklist:
    kind, only = r.WorklistSection, r.AssignmentFilter
    return r.Worklist(sections=[
        r.WorklistEntry(section=kind.WORKLIST_SECTION_OVERDUE, total_count=12 * full, rows=ROWS[:1] * full,
                        filter=only(timeliness=[a.TIMELINESS_OVERDUE])),
        r.WorklistEntry(section=kind.WORKLIST_SECTION_DUE_SOON, total_count=1 * full, rows=ROWS[1:2] * full, filter=only(due_soon=True)),
        r.WorklistEntry(section=kind.WORKLIST_SECTION_AWAITING_ME, total_count=2 * full, rows=ROWS[1:3] * full,
                        filter=only(states=[a.ASSIGNMENT_STATE_SENT])),
        r.WorklistEntry(section=kind.WORKLIST_SECTION_IN_PROGRESS, total_count=0, filter=only(states=[a.ASSIGNMENT_STATE_IN_PROGRESS])),
    ])  # fmt: skip


def task_list(who, rows=ROWS, query=(), **more) -> dict:
    chosen, order, errors = web.filters.parse(query)
    return shared(who, "/tasks") | {
        "rows": rows, "total_count": 4312 if rows else 0, "next_page_token": "b64+/=" if rows else "", "first_page": True, "chosen": chosen,
        "order": order, "form": Form(gathered(query), errors), "units": UNITS, "fields": FIELDS,
    } | more  # fmt: skip


def task_page(who, message, **more) -> dict:
    return shared(who, "/assignments/1") | {
        "assignment": message, "task": TASK, "deadline": dl.Deadline(report_due_date=day("2016-12-07")), "preview": LATE_PREVIEW,
        "members": [*MEMBERS, SOFTWARE], "office": [SPECIALIST.member], "units": UNITS, "fields": FIELDS, "forms": {}, "conflict_action": 0,
        "obstacles": [], "may_raise": False, "escalations": [], "obligations": [],
        "notices": [u.UrgingNotice(id=uid("u1"), ordinal=1, number=12, state=u.URGING_NOTICE_STATE_ISSUED,
                                   issue_time=at("2016-12-02T08:30"))],
    } | more  # fmt: skip


def edit_page(form: Form, *, draft=False, **more) -> dict:
    return shared(SPECIALIST, "/directives/new") | {
        "form": form, "directive_id": uid("d1") if draft else "", "version": 4 if draft else 0, "code": "5425/UBND-ĐĐ" if draft else "",
        "units": UNITS, "fields": FIELDS, "previews": PREVIEWS if draft else {}, "focus": "",
        "task_count": directive_form.task_count(form.values),
    } | more  # fmt: skip


def error_page(status: int, reason: str, who=SPECIALIST, **more) -> dict:
    return shared(who, "/tasks") | {
        "status": status, "reason": reason, "message": "", "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "retry_after": 0,
        "fields": {}, "back": "/tasks", "resend": None,
        "fragment": False,
    } | more  # fmt: skip


def unsent_page() -> dict:
    return error_page(503, "UNAVAILABLE", None, retry_after=2, resend=UNSENT) | shared(None, "/assignments/1", csrf_token="csrf-8d1f")


EMPTY_SUMMARY = r.Summary(province=r.UnitCounts(), as_of_time=at("2016-12-05T09:30"))
WRONG = {
    "secrecy": "Chưa chọn độ mật của văn bản (Điều 5).",
    "number": REQUIRED,
    "tasks-0-lead": "Chưa chọn đơn vị chủ trì.",
    "tasks-0-due_date": BAD_DATE,
}
CONFLICT = {a.ACTION_REPORT_PROGRESS: Form({"content": ["Đã làm việc với 6/7 chủ đầu tư."]})}
REFUSED_DONE = Form({"content": ["Đã xong"], "evidence_ids": [uid("e9")], "evidence_names": ["Tờ trình.pdf"]},
                    {"completed_on": BAD_DATE, "document_number": "Nhiệm vụ phải báo cáo: nhập số văn bản (Điều 4)."})  # fmt: skip


UNSENT = Resend("/assignments/1/report-done", {
    "request_id": ["7c1e"], "expected_version": ["5"], "completed_on": ["25/11/2016"], "content": ["Đã rà soát 7 dự án.\n" + HOSTILE],
    "evidence_ids": [uid("e9")], "evidence_names": ["Tờ trình.pdf"]}, ["Phụ lục.xlsx"])  # fmt: skip
UNITS_OF_HIS = {"memberships": [UNIT_LEADER, me("Hồ Đắc Phúc", "snv", "evaluator"), me("Hồ Đắc Phúc", "sxd")], "return_to": "/tasks?q=đất"}


def inbox(notes, **more) -> dict:
    return shared(UNIT_LEADER, "/inbox") | {
        "notifications": notes, "unread_count": 2 if notes else 0, "unread_only": False, "next_page_token": "", "first_page": True,
    } | more  # fmt: skip


def directive_list(who, found, **more) -> dict:
    return shared(who, "/directives") | {"directives": found, "next_page_token": "", "first_page": True, "state": 0} | more


def pages() -> dict[str, tuple[str, dict]]:
    """Name of the state → (template, context)."""
    return {
        "home": ("home.html", shared(None, "/")),
        "my_work-unit": ("my_work.html", shared(UNIT_LEADER, "/my-work", flash="Đã tiếp nhận nhiệm vụ.", stale=True)
                         | {"worklist": worklist(), "first_use": False}),
        "my_work-specialist": ("my_work.html", shared(SPECIALIST, "/my-work") | {"worklist": worklist(), "first_use": False}),
        "my_work-none": ("my_work.html", shared(UNIT_LEADER, "/my-work", unread_count=0)
                         | {"worklist": worklist(False), "first_use": False}),
        "my_work-first": ("my_work.html", shared(UNIT_LEADER, "/my-work") | {"worklist": r.Worklist(), "first_use": True}),
        "my_work-first-office": ("my_work.html", shared(SPECIALIST, "/my-work") | {"worklist": r.Worklist(), "first_use": True}),
        "tasks": ("tasks.html", task_list(SPECIALIST)),
        "tasks-second": ("tasks.html", task_list(UNIT_LEADER, query=[("state", "sent"), ("state", "accepted"), ("due_soon", "1")],
                                                 first_page=False)),
        "tasks-empty": ("tasks.html", task_list(EVALUATOR, rows=[], query=[("q", "đất đai"), ("due_from", "32/13/2016")])),
        "directives": ("directives.html", directive_list(SPECIALIST, [directive(), published()], state=d.DIRECTIVE_STATE_PUBLISHED,
                                                           next_page_token="x")),
        "directives-empty": ("directives.html", directive_list(UNIT_LEADER, [])),
        "directive-draft": ("directive.html", shared(SPECIALIST, "/directives/1") | {"directive": directive(), "statuses": {}}),
        "directive-published": ("directive.html", shared(EVALUATOR, "/directives/1") | {
            "directive": published(), "statuses": {uid("t1"): TASK}}),
        "directive_edit-new": ("directive_edit.html", edit_page(Form(directive_form.new_values()))),
        "directive_edit-draft": ("directive_edit.html", edit_page(Form(directive_form.from_directive(directive())), draft=True)),
        "directive_edit-wrong": ("directive_edit.html", edit_page(Form(directive_form.new_values(), WRONG))),
        "directive_check": ("directive_check.html", shared(SPECIALIST, "/directives/1/check") | {
            "directive": directive(), "previews": {("2016-12-10", False): PREVIEW, ("2016-11-27", False): LATE_PREVIEW}, "form": Form()}),
        "directive_check-bare": ("directive_check.html", shared(SPECIALIST, "/directives/1/check") | {
            "directive": directive(tasks=[d.Task(id=uid("t9"), ordinal=1, content="Báo cáo.")]), "previews": {},
            "form": Form(errors={"": "Nhiệm vụ 1 chưa được phân loại (Điều 4)."})}),
        "task-leader": ("task.html", task_page(UNIT_LEADER, assignment())),
        "task-refused": ("task.html", task_page(UNIT_LEADER, assignment(), forms={a.ACTION_REPORT_DONE: REFUSED_DONE})),
        "task-sent": ("task.html", task_page(UNIT_LEADER, assignment(
            state=a.ASSIGNMENT_STATE_SENT, execution=a.EXECUTION_NOT_STARTED, timeliness=a.TIMELINESS_AWAITING_UPDATE, working_days_late=0,
            delegation=None, reports=[], history=HISTORY[:1], allowed_actions=[a.ACTION_ACCEPT]), task=None, deadline=None, preview=None)),
        "task-specialist": ("task.html", task_page(SPECIALIST, reported())),
        "task-completed": ("task.html", task_page(SPECIALIST, assignment(**VERIFIED, working_days_late=0, completed_on=day("2016-11-25"),
            allowed_actions=[]), task=COMPLETED)),
        "task-evaluator": ("task.html", task_page(EVALUATOR, assignment(
            state=a.ASSIGNMENT_STATE_RETURN_REQUESTED, return_reason="Không thuộc chức năng của Sở; đề nghị chuyển Sở Xây dựng.",
            allowed_actions=[],
            specialist_id="", task_class=d.TaskClass(has_deadline=False, must_report=False), due_date=None, effective_due_date=None))),
        "task-conflict": ("task.html", task_page(UNIT_LEADER, assignment(), forms=CONFLICT, conflict_action=a.ACTION_REPORT_PROGRESS)),
        "task-conflict-closed": ("task.html", task_page(UNIT_LEADER, reported(), forms=CONFLICT, conflict_action=a.ACTION_REPORT_PROGRESS)),
        "inbox": ("inbox.html", inbox(NOTES, next_page_token="x")),
        "inbox-empty": ("inbox.html", inbox([], unread_only=True)),
        "summary": ("summary.html", shared(SPECIALIST, "/summary") | {"summary": SUMMARY, "form": Form()}),
        "summary-unit": ("summary.html", shared(UNIT_LEADER, "/summary") | {"summary": SUMMARY, "form": Form()}),
        "summary-empty": ("summary.html", shared(EVALUATOR, "/summary") | {
            "summary": EMPTY_SUMMARY, "form": Form({"issue_from": ["2016-13-01"]}, {"issue_from": BAD_DATE})}),
        "error-401": ("error.html", error_page(401, "UNAUTHENTICATED", None, back="/tasks?state=sent")),
        "error-403": ("error.html", error_page(403, "PERMISSION_DENIED")),
        "error-404": ("error.html", error_page(404, "NOT_FOUND", back="")),
        "error-409": ("error.html", error_page(409, "VERSION_CONFLICT")),
        "error-412": ("error.html", error_page(412, "VERSION_CONFLICT")),
        "error-422": ("error.html", error_page(422, "INVALID_ARGUMENT", fields={"number": REQUIRED})),
        "error-secret": ("error.html", error_page(422, "SECRET_DOCUMENT_REFUSED", back="")),
        "error-429": ("error.html", error_page(429, "RATE_LIMITED", retry_after=5)),
        "error-500": ("error.html", error_page(500, "INTERNAL")),
        "error-503": ("error.html", error_page(503, "UNAVAILABLE", retry_after=10)),
        "error-503-report": ("error.html", unsent_page()),
        "choose_unit-first": ("choose_unit.html", shared(None, "/chon-don-vi", csrf_token="csrf-8d1f") | UNITS_OF_HIS),
        "choose_unit-change": ("choose_unit.html", shared(UNIT_LEADER, "/chon-don-vi", may_change_unit=True) | UNITS_OF_HIS),
    }  # fmt: skip
