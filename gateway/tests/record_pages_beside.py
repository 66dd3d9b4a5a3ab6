"""The pages of what lies beside the tasks, in their states: obstacles, inspections, inquiries, the programme, people, units."""

from typing import Any

from ykcd.assignment.v1 import assignment_pb2 as a
from ykcd.assignment.v1 import inquiry_pb2 as q
from ykcd.assignment.v1 import inspection_pb2 as i
from ykcd.assignment.v1 import obstacle_pb2 as o
from ykcd.directive.v1 import people_pb2 as p
from ykcd.directive.v1 import programme_pb2 as pr
from ykcd.directive.v1 import registry_pb2 as reg
from ykcd.notification.v1 import notification_pb2 as n

from gateway.tests.pages import assignment, inbox, task_page
from gateway.tests.readers import ADMINISTRATOR, EVALUATOR, OFFICE_LEADER, OFFICER, SPECIALIST, UNIT_LEADER
from gateway.tests.record_pages import record, record_list, record_new
from gateway.tests.samples import CONTENT, FIELDS, HOSTILE, MEMBERS, UNITS, at, day, shared, uid
from gateway.web.forms import BAD_DATE, REQUIRED, Form
from gateway.web.kinds.unit import DISSOLUTIONS
from gateway.web.tasks_found import Known

FOUND = [(uid("a1"), f"5425/UBND-ĐĐ: {CONTENT[:120]} …"), (uid("a4"), f"71/QĐ-UBND: {HOSTILE}")]
KNOWN = [Known(uid("t1"), f"5425/UBND-ĐĐ: {CONTENT[:120]} …", f"/assignments/{uid('a1')}"), Known(uid("t2"))]
DECISION = a.Decision(number="6120/UBND-ĐĐ", signer="Nguyễn Văn Cao")


def said(verb: str, text: str, name: str, unit: str, time: str) -> a.Act:
    return a.Act(verb=verb, text=text, actor_name=name, actor_unit_id=uid(unit), time=at(time))


def obstacle(**changes: Any) -> o.Obstacle:
    values = {
        "id": uid("ob1"), "version": 1, "state": o.OBSTACLE_STATE_RAISED, "assignment_id": uid("a1"), "unit_id": uid("stnmt"),
        "specialist_id": uid("an"), "directive_code": "5425/UBND-ĐĐ", "task_content": CONTENT,
        "difficulty": "Hồ sơ địa chính của 3 dự án bị thất lạc từ trước năm 2008.", "cause": "Bàn giao giữa hai cấp không có biên bản.",
        "proposal": "Cho phép đo đạc lại;\nkinh phí từ nguồn sự nghiệp.", "create_time": at("2016-11-20T10:00"),
        "update_time": at("2016-11-20T10:00"), "allowed_verbs": ["propose", "close"],
        "history": [said("raise", "Hồ sơ địa chính của 3 dự án bị thất lạc.", "Hồ Đắc Phúc", "stnmt", "2016-11-20T10:00")],
    }  # fmt: skip
    return o.Obstacle(**values | changes)


DIRECTED = obstacle(
    state=o.OBSTACLE_STATE_DIRECTED, version=3, office_proposal="Giao Sở Tài chính bố trí kinh phí đo đạc.", direction="Đồng ý đo đạc lại.",
    decision=DECISION, allowed_verbs=["close"],
    history=[*obstacle().history, said("propose", "Giao Sở Tài chính bố trí kinh phí.", "Nguyễn Văn An", "vpub", "2016-11-21T09:00"),
             said("direct", "Đồng ý đo đạc lại.", "Phan Đức Thuận", "vpub", "2016-11-22T15:00")],
)  # fmt: skip
OBSTACLES = o.ListObstaclesResponse(obstacles=[obstacle(), obstacle(id=uid("ob2"), difficulty=HOSTILE, state=o.OBSTACLE_STATE_WITHDRAWN)])


def inspection(**changes: Any) -> i.Inspection:
    values = {
        "id": uid("in1"), "version": 1, "state": i.INSPECTION_STATE_PLANNED, "kind": i.INSPECTION_KIND_PERIODIC,
        "owner_unit_id": uid("vpub"), "unit_id": uid("stnmt"), "title": "Kiểm tra việc thực hiện nhiệm vụ được giao quý IV năm 2016",
        "plan": "Kiểm tra việc cập nhật, báo cáo;\nlàm việc với lãnh đạo Sở.", "visit_from": day("2016-12-06"),
        "visit_to": day("2016-12-08"), "decision": DECISION, "assignment_ids": [uid("a1"), uid("a2")],
        "allowed_verbs": ["record", "cancel"], "history": [said("plan", "Theo kế hoạch năm.", "Nguyễn Văn An", "vpub", "2016-11-25T09:00")],
    }  # fmt: skip
    return i.Inspection(**values | changes)


CONCLUDED = inspection(
    state=i.INSPECTION_STATE_CONCLUDED, version=3, visited_on=day("2016-12-06"), findings="12/15 nhiệm vụ cập nhật đúng hạn.",
    conclusions="Đơn vị nghiêm túc; còn 03 nhiệm vụ cập nhật chậm.", evaluation=i.EVALUATION_ADEQUATE, conclusion_decision=DECISION,
    allowed_verbs=["close"],
)  # fmt: skip
INTERNAL = inspection(
    id=uid("in2"), kind=i.INSPECTION_KIND_INTERNAL, owner_unit_id=uid("stnmt"), decision=None, title="Kiểm tra các phòng",
    assignment_ids=[],
    state=i.INSPECTION_STATE_VISITED, visited_on=day("2016-12-02"), visit_to=day("2016-12-06"), allowed_verbs=["record", "conclude"],
)  # fmt: skip
CLOSED = inspection(state=i.INSPECTION_STATE_CLOSED, evaluation=i.EVALUATION_POOR, conclusions="Chưa đạt.", closing_note="Đã giao 02 việc.",
                    follow_up_task_ids=[uid("t1"), uid("t2")], allowed_verbs=[])  # fmt: skip
LOOKED_AT = {"assignments": KNOWN, "tasks": KNOWN, "q": "", "found": []}


def inquiry(**changes: Any) -> q.Inquiry:
    values = {
        "id": uid("iq1"), "version": 1, "kind": q.INQUIRY_KIND_SUPPORT, "state": q.INQUIRY_STATE_OPEN, "unit_id": uid("stnmt"),
        "author_name": "Lê Thị Hoa", "subject": "Không tải được tệp lớn", "body": "Tệp 45 MB báo lỗi khi gửi.\nĐã thử hai lần.",
        "assignment_id": uid("a1"), "create_time": at("2016-12-01T10:00"), "allowed_verbs": ["answer"],
        "history": [said("open", "Tệp 45 MB báo lỗi khi gửi.", "Lê Thị Hoa", "stnmt", "2016-12-01T10:00")],
    }  # fmt: skip
    return q.Inquiry(**values | changes)


ANSWERED = inquiry(
    state=q.INQUIRY_STATE_ANSWERED, version=2, answer="Đã tăng giới hạn; gửi lại được từ hôm nay.", answered_by_name="Võ Quản Trị",
    answer_time=at("2016-12-01T14:30"), allowed_verbs=["solve", "reopen"], assignment_id="",
)  # fmt: skip
INQUIRIES = q.ListInquiriesResponse(inquiries=[
    inquiry(), inquiry(id=uid("iq2"), kind=q.INQUIRY_KIND_REGULATION_FEEDBACK, subject=HOSTILE, state=q.INQUIRY_STATE_SOLVED),
])  # fmt: skip
STATISTICS = q.InquiryStatistics(kinds=[
    q.InquiryCounts(kind=q.INQUIRY_KIND_SUPPORT, total=1204, open=4, answered=200, solved=1000, mean_answer_seconds=16_200,
                    mean_solve_seconds=183_600),
    q.InquiryCounts(kind=q.INQUIRY_KIND_REGULATION_FEEDBACK),
])  # fmt: skip


def regulation(code: str, **changes: Any) -> q.UnitRegulation:
    values = {
        "id": uid(f"rg-{code}"), "unit_id": uid(code), "number": "115/QĐ-STNMT", "issue_date": day("2016-11-15"),
        "title": "Quy chế theo dõi, đôn đốc, kiểm tra việc thực hiện nhiệm vụ của Sở", "file_name": "Quy chế (bản ký).pdf",
        "create_time": at("2016-11-16T08:00"),
    }  # fmt: skip
    return q.UnitRegulation(**values | changes)


REGULATIONS = q.ListUnitRegulationsResponse(
    unit_regulations=[regulation("stnmt"), regulation("sxd", title=HOSTILE, replace_time=at("2016-12-01T08:00"))],
    missing_unit_ids=[uid("phuloc"), uid("bqlkkt")],
)  # fmt: skip


def item(**changes: Any) -> pr.ProgrammeItem:
    values = {
        "id": uid("pr1"), "version": 2, "year": 2016, "month": 12, "ordinal": 1, "content": "Đề án phát triển đô thị thông minh",
        "lead_unit_id": uid("stnmt"), "coordinating_unit_ids": [uid("sxd"), uid("phuloc")], "submitted_to": "Ban Thường vụ Tỉnh ủy",
        "state": pr.PROGRAMME_ITEM_STATE_OPEN, "task_ids": [uid("t1"), uid("t2")],
    }  # fmt: skip
    return pr.ProgrammeItem(**values | changes)


DONE = item(id=uid("pr2"), month=11, ordinal=3, state=pr.PROGRAMME_ITEM_STATE_DONE, result="Đã trình tại Tờ trình 812/TTr-STNMT.",
            completed_on=day("2016-11-25"), task_ids=[], content=HOSTILE)  # fmt: skip
PROGRAMME = pr.ListProgrammeItemsResponse(items=[DONE, item()])
TASKS = {"linked": KNOWN, "q": "", "found": []}


def absence(**changes: Any) -> p.Absence:
    values = {
        "id": uid("ab1"), "version": 1, "unit_id": uid("stnmt"), "person_id": uid("phuc"), "person_name": "Hồ Đắc Phúc",
        "deputy_id": uid("minh"), "deputy_name": "Trần Quang Minh", "first_day": day("2016-12-05"), "last_day": day("2016-12-09"),
        "reason": "Học tập ngắn hạn",
    }  # fmt: skip
    return p.Absence(**values | changes)


ABSENCES = p.ListAbsencesResponse(absences=[
    absence(), absence(id=uid("ab2"), first_day=day("2016-12-20"), last_day=day("2016-12-21"), reason=HOSTILE),
    absence(id=uid("ab3"), cancelled=True), absence(id=uid("ab4"), last_day=day("2016-12-02"), first_day=day("2016-12-01")),
])  # fmt: skip


def rule(**changes: Any) -> p.SpecialistRule:
    values = {
        "id": uid("sr1"), "version": 1, "field_id": uid("f-dat-dai"), "unit_id": uid("stnmt"), "specialist_id": uid("an"),
        "specialist_name": "Nguyễn Văn An", "office_leader_name": "Phan Đức Thuận", "deputy_name": "Lê Thị Chi",
        "valid_from": day("2016-11-01"), "note": "Theo Quyết định 71",
    }  # fmt: skip
    return p.SpecialistRule(**values | changes)


RULES = p.ListSpecialistRulesResponse(rules=[rule(), rule(id=uid("sr2"), field_id=uid("f-y-te"), unit_id="", office_leader_name="",
                                                          deputy_name="", valid_to=day("2016-12-31"))])  # fmt: skip
FOLLOWERS = p.ListFollowersResponse(followers=[
    p.Follower(unit_id=uid("stnmt"), version=1, person_id=uid("phuc"), person_name="Hồ Đắc Phúc", since=day("2016-11-01"),
               last_access_time=at("2016-12-05T08:15")),
    p.Follower(unit_id=uid("sxd"), version=1, person_id=uid("x"), person_name="Trần Đình Bảo", since=day("2016-11-01")),
    p.Follower(unit_id=uid("phuloc")),
])  # fmt: skip
UNIT = reg.Unit(id=uid("stnmt"), version=1, code="stnmt", name="Sở Tài nguyên và Môi trường", kind=reg.UNIT_KIND_DEPARTMENT,
                abbreviations=["Sở TNMT", "STNMT"], valid_from=day("2016-11-01"))  # fmt: skip
ENDED = reg.Unit(id=uid("bqlkkt"), version=2, code="bqlkkt", name=HOSTILE, kind=reg.UNIT_KIND_AGENCY, valid_from=day("2000-01-01"),
                 valid_to=day("2016-06-30"), successors=[reg.Successor(unit_id=uid("sxd"), field_id=uid("f-dat-dai")),
                                                         reg.Successor(unit_id=uid("stnmt"))])  # fmt: skip


def dissolution(**changes: Any) -> p.UnitDissolution:
    values = {
        "id": uid("ud1"), "version": 1, "state": p.DISSOLUTION_STATE_PROPOSED, "unit_id": uid("bqlkkt"), "valid_to": day("2016-11-30"),
        "successors": ENDED.successors, "decision_number": "1675/NQ-UBTVQH15", "proposed_by_name": "Võ Quản Trị",
        "create_time": at("2016-11-20T09:00"),
    }  # fmt: skip
    return p.UnitDissolution(**values | changes)


MOVES = a.PreviewSuccessionResponse(
    counts=[a.SuccessionCount(unit_id=uid("sxd"), count=12), a.SuccessionCount(unit_id=uid("stnmt"), count=3)],
    uncovered_field_ids=[uid("f-y-te")], assignments=[assignment(history=[], reports=[])],
)  # fmt: skip
TYPED_DISSOLUTION = {
    "unit_id": [uid("bqlkkt")], "valid_to": ["30/11/2016"], "decision_number": ["1675/NQ-UBTVQH15"],
    "successors-0-unit_id": [uid("sxd")], "successors-0-field_id": [uid("f-dat-dai")], "successors-1-unit_id": [uid("stnmt")],
}  # fmt: skip
TOLD = [
    n.Notification(id=uid(f"n-{kind}"), kind=kind, title="Tin về một việc", create_time=at("2016-12-05T08:00"), assignment_id=uid("a1"),
                   subject_kind=subject, subject_id=uid("s"), read_time=None if subject % 2 else at("2016-12-05T09:00"))
    for kind, subject in (
        (n.NOTIFICATION_KIND_URGING_NOTICE, n.NOTIFICATION_SUBJECT_URGING_NOTICE),
        (n.NOTIFICATION_KIND_ESCALATION, n.NOTIFICATION_SUBJECT_ESCALATION),
        (n.NOTIFICATION_KIND_OBSTACLE, n.NOTIFICATION_SUBJECT_OBSTACLE),
        (n.NOTIFICATION_KIND_INSPECTION, n.NOTIFICATION_SUBJECT_INSPECTION),
        (n.NOTIFICATION_KIND_INQUIRY, n.NOTIFICATION_SUBJECT_INQUIRY),
    )
]  # fmt: skip


def dissolution_preview(found: a.PreviewSuccessionResponse | None) -> tuple[str, dict]:
    """What TYPED_DISSOLUTION would move."""
    form, act = Form(TYPED_DISSOLUTION), DISSOLUTIONS.create
    assert act
    request, _ = DISSOLUTIONS.request(act, form, request_id=uid("r"))
    return "dissolution_preview.html", shared(ADMINISTRATOR, f"{DISSOLUTIONS.address}/xem-truoc") | {
        "kind": DISSOLUTIONS, "act": act, "request": request, "found": found, "form": form,
        "back": "/sap-xep-don-vi/moi?unit_id=x", "more": None, "units": UNITS, "fields": FIELDS,
        "members": MEMBERS, "office": MEMBERS,
    }  # fmt: skip


def statistics(form: Form, found: q.InquiryStatistics) -> tuple[str, dict]:
    return "inquiry_statistics.html", shared(SPECIALIST, "/yeu-cau/thong-ke") | {"statistics": found, "form": form}


def pages() -> dict[str, tuple[str, dict]]:
    """Name of the state → (template, context)."""
    nothing = {"q": "", "found": []}
    return {
        "task-obstacles": ("task.html", task_page(UNIT_LEADER, assignment(), obstacles=[DIRECTED, obstacle()], may_raise=True)),
        "task-may_raise": ("task.html", task_page(UNIT_LEADER, assignment(), may_raise=True, notices=[])),
        "inbox-subjects": ("inbox.html", inbox(TOLD)),
        "obstacles": record_list(SPECIALIST, "vuong-mac", OBSTACLES, form=Form({"assignment": [uid("a1")]})),
        "obstacles-empty": record_list(UNIT_LEADER, "vuong-mac"),
        "obstacle": record(SPECIALIST, "vuong-mac", obstacle()),
        "obstacle-direct": record(OFFICE_LEADER, "vuong-mac", obstacle(
            state=o.OBSTACLE_STATE_PROPOSED, office_proposal="Giao Sở Tài chính.", allowed_verbs=["direct", "close"]),
            forms={"direct": Form({"direction": ["Đồng ý."]}, {"decision_number": REQUIRED})}),
        "obstacle-directed": record(UNIT_LEADER, "vuong-mac", DIRECTED),
        "obstacle-own": record(UNIT_LEADER, "vuong-mac", obstacle(allowed_verbs=["close", "withdraw"])),
        "obstacle-new": record_new(UNIT_LEADER, "vuong-mac", Form({"assignment_id": [uid("a1")]}), more=FOUND),
        "obstacle-new-wrong": record_new(OFFICER, "vuong-mac", Form({"difficulty": ["Thiếu hồ sơ."]}, {"assignment_id": REQUIRED}),
                                         more=FOUND),
        "inspections": record_list(SPECIALIST, "kiem-tra", i.ListInspectionsResponse(inspections=[inspection(), CONCLUDED, INTERNAL])),
        "inspection-concluded": record(SPECIALIST, "kiem-tra", CONCLUDED, opened="close", more=LOOKED_AT | {"q": "5425", "found": FOUND}),
        "inspection-internal": record(UNIT_LEADER, "kiem-tra", INTERNAL, more=LOOKED_AT),
        "inspection": record(SPECIALIST, "kiem-tra", inspection(), more=LOOKED_AT),
        "inspection-closed": record(UNIT_LEADER, "kiem-tra", CLOSED, more=LOOKED_AT),
        "inspection-new": record_new(SPECIALIST, "kiem-tra", Form({"unit_id": [uid("stnmt")], "assignment_ids": [uid("a1")]},
                                     {"visit_to": BAD_DATE, "kind": REQUIRED}), more={"q": "5425", "found": FOUND}),
        "inspection-new-unit": record_new(UNIT_LEADER, "kiem-tra", more=nothing),
        "inquiries": record_list(SPECIALIST, "yeu-cau", INQUIRIES),
        "inquiries-empty": record_list(UNIT_LEADER, "yeu-cau"),
        "inquiry": record(SPECIALIST, "yeu-cau", inquiry()),
        "inquiry-answered": record(OFFICER, "yeu-cau", ANSWERED),
        "inquiry-new": record_new(OFFICER, "yeu-cau", Form({"subject": ["Xin hướng dẫn"]}, {"kind": REQUIRED}), more=FOUND),
        "inquiry_statistics": statistics(Form({"first_day": ["2016-01-01"]}), STATISTICS),
        "inquiry_statistics-wrong": statistics(Form({"last_day": ["x"]}, {"last_day": BAD_DATE}), q.InquiryStatistics()),
        "regulations": record_list(SPECIALIST, "quy-che-don-vi", REGULATIONS),
        "regulations-unit": record_list(UNIT_LEADER, "quy-che-don-vi"),
        "regulation-new": record_new(UNIT_LEADER, "quy-che-don-vi", Form({"number": ["1"]}, {"evidence": "Tệp không quá 3 MB."})),
        "programme": record_list(SPECIALIST, "chuong-trinh", PROGRAMME, form=Form({"year": ["2016"]})),
        "programme-empty": record_list(EVALUATOR, "chuong-trinh", form=Form({"year": ["2016"]})),
        "programme-item": record(SPECIALIST, "chuong-trinh", item(), more=TASKS),
        "programme-item-found": record(SPECIALIST, "chuong-trinh", item(), opened="link", more=TASKS | {"q": "5425", "found": FOUND}),
        "programme-item-lead": record(UNIT_LEADER, "chuong-trinh", item(), more=TASKS,
                                      forms={"record": Form({"state": ["done"]}, {"completed_on": REQUIRED})}),
        "programme-item-done": record(EVALUATOR, "chuong-trinh", DONE, more=TASKS | {"linked": []}),
        "programme-item-new": record_new(SPECIALIST, "chuong-trinh", Form({"month": ["13"]}, {"month": "Chưa đúng."})),
        "absences": record_list(UNIT_LEADER, "uy-quyen", ABSENCES, form=Form({"current": ["1"]})),
        "absence": record(UNIT_LEADER, "uy-quyen", absence()),
        "absence-new": record_new(UNIT_LEADER, "uy-quyen", more=MEMBERS),
        "absence-new-own": record_new(OFFICER, "uy-quyen", Form({}, {"deputy_id": REQUIRED}), more=MEMBERS),
        "absence-new-any": record_new(ADMINISTRATOR, "uy-quyen", Form({"unit_id": [uid("stnmt")]}), more=MEMBERS),
        "annex": record_list(OFFICE_LEADER, "phu-luc-i", RULES),
        "annex-row": record(OFFICE_LEADER, "phu-luc-i", rule()),
        "annex-row-new": record_new(OFFICE_LEADER, "phu-luc-i", Form({}, {"field_id": REQUIRED, "valid_from": BAD_DATE})),
        "followers": record_list(OFFICE_LEADER, "lanh-dao-theo-doi", FOLLOWERS),
        "follower-new": record_new(UNIT_LEADER, "lanh-dao-theo-doi"),
        "units": record_list(ADMINISTRATOR, "don-vi", reg.ListUnitsResponse(units=[UNIT, ENDED])),
        "unit": record(ADMINISTRATOR, "don-vi", UNIT),
        "unit-ended": record(EVALUATOR, "don-vi", ENDED),
        "unit-new": record_new(ADMINISTRATOR, "don-vi", Form({"code": ["stnmt"]}, {"code": "Mã này đã có đơn vị khác dùng."})),
        "dissolutions": record_list(OFFICE_LEADER, "sap-xep-don-vi", p.ListDissolutionsResponse(dissolutions=[
            dissolution(), dissolution(id=uid("ud2"), state=p.DISSOLUTION_STATE_CONFIRMED)])),
        "dissolution": record(OFFICE_LEADER, "sap-xep-don-vi", dissolution(), more=MOVES),
        "dissolution-early": record(ADMINISTRATOR, "sap-xep-don-vi", dissolution(valid_to=day("2016-12-31")),
                                    more=a.PreviewSuccessionResponse()),
        "dissolution-confirmed": record(ADMINISTRATOR, "sap-xep-don-vi", dissolution(
            state=p.DISSOLUTION_STATE_CONFIRMED, confirmed_by_name="Phan Đức Thuận", confirm_time=at("2016-12-01T08:00"))),
        "dissolution-new": record_new(ADMINISTRATOR, "sap-xep-don-vi", Form(TYPED_DISSOLUTION, {
            "successors": "Phải có một đơn vị kế thừa các lĩnh vực còn lại.", "successors-0-unit_id": REQUIRED})),
        "dissolution_preview": dissolution_preview(MOVES),
        "dissolution_preview-away": dissolution_preview(None),
    }  # fmt: skip
