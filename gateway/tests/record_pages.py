"""The pages of records of every kind in their states, as pages.py has them of the others."""

from typing import Any

from ykcd.assignment.v1 import assignment_pb2 as a
from ykcd.deadline.v1 import deadline_pb2 as dl
from ykcd.deadline.v1 import urging_pb2 as u
from ykcd.directive.v1 import directive_pb2 as d

from gateway.bulk import Outcome
from gateway.routes.calendar import Typed
from gateway.tests.pages import assignment, directive, task_page
from gateway.tests.readers import ADMINISTRATOR, EVALUATOR, OFFICE_LEADER, SPECIALIST, UNIT_LEADER
from gateway.tests.samples import FIELDS, HOSTILE, MEMBERS, UNITS, at, day, shared, uid
from gateway.web import working_year
from gateway.web.forms import BAD_DATE, Form
from gateway.web.kinds import KINDS


def _around(who: Any, slug: str, path: str, more: Any = None) -> dict:
    return shared(who, path) | {
        "kind": KINDS[slug], "units": UNITS, "fields": FIELDS, "members": MEMBERS, "office": MEMBERS, "more": more,
    }  # fmt: skip


def record_list(who: Any, slug: str, found: Any = None, *, more: Any = None, **given: Any) -> tuple[str, dict]:
    """`found`: the list RPC's response."""
    kind = KINDS[slug]
    found = found or kind.empty_list()
    usual = {"found": found, "rows": kind.rows(found), "form": Form(), "whole": kind.address, "first": "", "next": ""}
    return "record_list.html", _around(who, slug, kind.address, more) | usual | given


def record(who: Any, slug: str, message: Any, *, more: Any = None, **given: Any) -> tuple[str, dict]:
    """One record's page."""
    kind = KINDS[slug]
    usual = {"record": message, "forms": {}, "opened": "", "conflict": ""}
    return "record.html", _around(who, slug, kind.address_of(message), more) | usual | given


def record_new(who: Any, slug: str, form: Form | None = None, *, more: Any = None) -> tuple[str, dict]:
    """A record's beginning."""
    kind = KINDS[slug]
    return "record_new.html", _around(who, slug, f"{kind.address}/moi", more) | {"act": kind.create, "form": form or Form()}


def record_bulk(who: Any, slug: str, outcome: Outcome) -> tuple[str, dict]:
    """After one act on many."""
    kind = KINDS[slug]
    return "record_bulk.html", _around(who, slug, kind.address) | {"act": kind.bulk, "outcome": outcome, "request_id": uid("r")}


def notice(**changes: Any) -> u.UrgingNotice:
    values = {
        "id": uid("u1"), "version": 2, "state": u.URGING_NOTICE_STATE_ISSUED, "assignment_id": uid("a1"), "unit_id": uid("stnmt"),
        "specialist_id": uid("an"), "ordinal": 2, "deadline_cycle": 1, "number": 12, "year": 2016, "propose_date": day("2016-12-05"),
        "issue_time": at("2016-12-05T08:30"), "issued_by_name": "Nguyễn Văn An", "answer_due_date": day("2016-12-08"), "counts": True,
        "assignment": assignment(history=[], reports=[]), "days_overdue": 7, "working_days_overdue": 5, "earlier_numbers": [9],
        "allowed_verbs": ["acknowledge"],
    }  # fmt: skip
    return u.UrgingNotice(**values | changes)


def proposed(**changes: Any) -> u.UrgingNotice:
    values = {"state": u.URGING_NOTICE_STATE_PROPOSED, "version": 1, "number": 0, "issue_time": None, "answer_due_date": None,
              "issued_by_name": "", "allowed_verbs": ["issue"]}  # fmt: skip
    return notice(**values | changes)


NOTICES = u.ListUrgingNoticesResponse(total_count=3, notices=[
    proposed(id=uid("u2"), ordinal=1, earlier_numbers=[], unit_id=uid("sxd"), assignment=assignment(unit_id=uid("sxd"), content=HOSTILE)),
    proposed(id=uid("u3"), ordinal=3), notice(),
])  # fmt: skip
ANSWERED = notice(
    state=u.URGING_NOTICE_STATE_SATISFIED, acknowledge_time=at("2016-12-06T10:00"), acknowledged_by_name="Hồ Đắc Phúc", counts=False,
    answer="Chậm do chờ ý kiến UBND huyện Phú Lộc;\nsẽ hoàn thành trước ngày 15/12.", allowed_verbs=[],
    assignment=assignment(phase=2, phase_name="Đề xuất xử lý", original_due_date=day("2016-10-31"), deadline_cycle=2), deadline_cycle=2,
)  # fmt: skip


def escalation(**changes: Any) -> u.Escalation:
    values = {
        "id": uid("x1"), "version": 1, "state": u.ESCALATION_STATE_DUE, "assignment_id": uid("a1"), "unit_id": uid("stnmt"),
        "specialist_id": uid("an"), "deadline_cycle": 1, "due_on": day("2016-12-12"), "notice_numbers": [9, 12, 15],
        "assignment": assignment(history=[], reports=[]), "allowed_verbs": ["report"], "create_time": at("2016-12-12T00:05"),
    }  # fmt: skip
    return u.Escalation(**values | changes)


REPORTED = {"state": u.ESCALATION_STATE_REPORTED, "version": 2, "report_number": "15/BC-VPUB", "report_date": day("2016-12-12"),
            "report_note": "Kiến nghị gia hạn đến hết tháng 12."}  # fmt: skip
DIRECTED = REPORTED | {
    "state": u.ESCALATION_STATE_DIRECTED, "direction": u.ESCALATION_DIRECTION_EXTEND, "direction_text": "Đồng ý gia hạn lần cuối.",
    "decision": a.Decision(number="620/UBND-ĐĐ", signer="Nguyễn Văn Cao"), "new_due_date": day("2016-12-30"),
    "direct_time": at("2016-12-13T15:00"),
}  # fmt: skip
ESCALATIONS = u.ListEscalationsResponse(total_count=2, escalations=[escalation(), escalation(id=uid("x2"), **DIRECTED)])


def obligation(name: str, quarter: int, end: str, state: int, **more: Any) -> u.Obligation:
    return u.Obligation(
        id=uid(name), assignment_id=uid("a3"), unit_id=uid("phuloc"), specialist_id=uid("an"), year=2016, quarter=quarter,
        period_end=day(end), state=state, assignment=assignment(content="Thường xuyên kiểm tra việc khai thác cát, sỏi."), **more,
    )  # fmt: skip


OBLIGATIONS = u.ListObligationsResponse(obligations=[
    obligation("o1", 4, "2016-12-31", u.OBLIGATION_STATE_OPEN, full_year=True),
    obligation("o2", 2, "2016-06-30", u.OBLIGATION_STATE_MISSED, half_year=True),
    obligation("o3", 1, "2016-03-31", u.OBLIGATION_STATE_FULFILLED, fulfilled_on=day("2016-03-15")),
])  # fmt: skip
REFUSALS = d.ListSecretRefusalsResponse(total_count=2, refusals=[
    d.SecretRefusal(id=uid("s1"), time=at("2016-12-01T09:00"), sender_name="Trần Văn Thư", sender_unit_id=uid("vpub")),
    d.SecretRefusal(id=uid("s2"), time=at("2016-11-01T09:00"), directive_id=uid("d9"), backup_end_time=at("2016-12-06T09:00")),
])  # fmt: skip
CALENDAR = dl.Calendar(version=7, source="TB 6150/TB-BLĐTBXH", provisional_years=[2017], days=[
    dl.CalendarDay(date=day("2016-02-08"), kind=dl.DAY_KIND_HOLIDAY, name="Tết Nguyên đán"),
    dl.CalendarDay(date=day("2016-04-18"), kind=dl.DAY_KIND_COMPENSATORY, name="Giỗ Tổ Hùng Vương"),
    dl.CalendarDay(date=day("2016-11-05"), kind=dl.DAY_KIND_SWAP_WORK, name="Làm bù"),
    dl.CalendarDay(date=day("2016-11-01"), kind=dl.DAY_KIND_LOCAL_OFF, name=HOSTILE),
])  # fmt: skip
RELEASES = [
    dl.CalendarRelease(version=7, source="TB 6150/TB-BLĐTBXH", author_name="Võ Quản Trị", create_time=at("2016-01-04T08:00"),
                       days=[dl.DayChange(date=day("2016-02-08"), kind=dl.DAY_KIND_HOLIDAY)]),
    dl.CalendarRelease(version=1, source="holidays", create_time=at("2015-12-01T08:00")),
]  # fmt: skip
CHANGE = {"source": ["TB 1/TB-UBND ngày 01/12/2016"], "settled_years": ["2017"], "days": ["06/12/2016; Nghỉ do thiên tai; Lũ\n"]}
MOVES = dl.CalendarPreview(version=7, moved_count=3, units=[
    dl.UnitMoves(unit_id=uid("stnmt"), count=1), dl.UnitMoves(unit_id=uid("phuloc"), count=2),
], moved=[
    dl.MovedDeadline(assignment_id=uid("a1"), unit_id=uid("stnmt"), due_date=day("2016-12-06"), effective_before=day("2016-12-06"),
                     effective_after=day("2016-12-07")),
])  # fmt: skip
BULK = Outcome([notice(allowed_verbs=[])], [(proposed(), "Chưa đủ 03 ngày kể từ phiếu báo trước; sớm nhất ngày 08/12/2016.")],
               [f"{uid('u3')}:1"])  # fmt: skip
REFUSED_DIRECTION = Form({"text": ["Đồng ý gia hạn."], "direction": ["extend"], "new_due_date": ["32/12/2016"]}, {"new_due_date": BAD_DATE})


def calendar_page(who: Any, year: int, found: dl.Calendar, **given: Any) -> tuple[str, dict]:
    """A year."""
    return "calendar.html", shared(who, "/lich-lam-viec") | {
        "year": year, "calendar": found, "months": working_year.months(year, found), "releases": RELEASES, "next_page_token": "",
        "may_import": False,
    } | given  # fmt: skip


def calendar_preview(found: dl.CalendarPreview) -> tuple[str, dict]:
    """What CHANGE would move."""
    form = Form(CHANGE)
    typed = Typed(form.value("source"), working_year.changes(form, {}), working_year.years(form, {}))
    return "calendar_preview.html", shared(ADMINISTRATOR, "/lich-lam-viec/xem-truoc") | {
        "form": form, "typed": typed, "preview": found, "units_moved": working_year.by_unit(found.units),
    }  # fmt: skip


def pages() -> dict[str, tuple[str, dict]]:
    """Name of the state → (template, context)."""
    return {
        "notices": record_list(SPECIALIST, "phieu-bao", NOTICES, next="/phieu-bao?page_token=x", first="/phieu-bao"),
        "notices-unit": record_list(UNIT_LEADER, "phieu-bao", u.ListUrgingNoticesResponse(notices=[notice()])),
        "notices-empty": record_list(SPECIALIST, "phieu-bao", form=Form({"state": ["x"]}, {"state": "Giá trị lọc “x” không có."})),
        "notices-bulk": record_bulk(OFFICE_LEADER, "phieu-bao", BULK),
        "notices-bulk-none": record_bulk(OFFICE_LEADER, "phieu-bao", Outcome()),
        "notice-proposed": record(SPECIALIST, "phieu-bao", proposed()),
        "notice-unit": record(UNIT_LEADER, "phieu-bao", notice(), more=directive()),
        "notice-answered": record(SPECIALIST, "phieu-bao", ANSWERED, more=directive()),
        "notice-conflict": record(UNIT_LEADER, "phieu-bao", ANSWERED, conflict="acknowledge",
                                  forms={"acknowledge": Form({"answer": ["Đang làm."]})}),
        "notice-stale": record(UNIT_LEADER, "phieu-bao", notice(), conflict="acknowledge",
                               forms={"acknowledge": Form({"answer": ["Đang làm."]})}),
        "escalations": record_list(SPECIALIST, "bao-cao-chu-tich", ESCALATIONS),
        "escalation-due": record(SPECIALIST, "bao-cao-chu-tich", escalation()),
        "escalation-reported": record(OFFICE_LEADER, "bao-cao-chu-tich", escalation(**REPORTED, allowed_verbs=["direct"]),
                                      forms={"direct": REFUSED_DIRECTION}),
        "escalation-directed": record(OFFICE_LEADER, "bao-cao-chu-tich", escalation(**DIRECTED, allowed_verbs=["close"])),
        "task-escalated": ("task.html", task_page(OFFICE_LEADER, assignment(), escalations=ESCALATIONS.escalations)),
        "task-owing": ("task.html", task_page(UNIT_LEADER, assignment(due_date=None, effective_due_date=None, timeliness=0),
                                              notices=[], obligations=OBLIGATIONS.obligations)),
        "obligations": record_list(UNIT_LEADER, "nghia-vu", OBLIGATIONS, form=Form({"assignment": [uid("a3")]})),
        "obligations-empty": record_list(EVALUATOR, "nghia-vu"),
        "refusals": record_list(OFFICE_LEADER, "van-ban-mat", REFUSALS),
        "refusals-none": record_list(ADMINISTRATOR, "van-ban-mat"),
        "calendar": calendar_page(UNIT_LEADER, 2016, CALENDAR, next_page_token="x"),
        "calendar-provisional": calendar_page(ADMINISTRATOR, 2017, dl.Calendar(version=7, provisional_years=[2017]), may_import=True),
        "calendar_import": ("calendar_import.html", shared(ADMINISTRATOR, "/lich-lam-viec/nhap") | {
            "form": Form(CHANGE, {"days": "Dòng 2 chưa đọc được."}), "kinds": working_year.KINDS}),
        "calendar_preview": calendar_preview(MOVES),
        "calendar_preview-none": calendar_preview(dl.CalendarPreview(version=7)),
    }  # fmt: skip
