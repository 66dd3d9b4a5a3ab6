"""The pages of forms and periodic reports in their states."""

from typing import Any

from ykcd.assignment.v1 import assignment_pb2 as a
from ykcd.directive.v1 import directive_pb2 as d
from ykcd.reporting.v1 import form_pb2 as fm
from ykcd.reporting.v1 import report_pb2 as pb
from ykcd.reporting.v1 import reporting_pb2 as r

from gateway.tests.readers import ADMINISTRATOR, EVALUATOR, OFFICE_LEADER, SPECIALIST, UNIT_LEADER
from gateway.tests.record_pages import record, record_list, record_new
from gateway.tests.samples import CONTENT, HOSTILE, UNITS, at, day, shared, uid
from gateway.web.forms import REQUIRED, Form

MONTH = pb.ReportPeriod(kind=pb.PERIOD_KIND_MONTH, year=2016, number=11, first_day=day("2016-11-01"), last_day=day("2016-11-30"))
VERBS = {name: pb.ReportVerb.Value(f"REPORT_VERB_{name}") for name in ("RECOMPOSE", "EDIT", "SIGN", "SEND", "GIVE_BACK", "ISSUE")}


def figures(unit_id: str = "", name: str = "", scale: int = 1, rank: int = 0) -> pb.ReportFigures:
    counts = r.UnitCounts(
        unit_id=unit_id, unit_name=name, total=40 * scale, done=30 * scale, done_on_time=25 * scale, done_late=5 * scale, doing=7 * scale,
        doing_in_time=4 * scale, doing_overdue=3 * scale, not_started=3 * scale, not_started_in_time=2 * scale,
        not_started_overdue=scale, without_deadline=5 * scale, without_deadline_done=scale, obligations_fulfilled=2 * scale,
        obligations_missed=scale, obligations_open=scale, coordinating=6 * scale, late_updates=2, urging_notices=4, escalated=1, rank=rank,
        completion=r.Rate(part=30, whole=34), on_time=r.Rate(part=25, whole=34),
    )  # fmt: skip
    return pb.ReportFigures(counts=counts, carried_over=20 * scale, issued=25 * scale, extensions=2, returns=1, coordinating_done=3 * scale,
                            coordinating_in_time=2 * scale, coordinating_overdue=scale)  # fmt: skip


def row(name: str, **changes: Any) -> pb.ReportRow:
    values = {
        "assignment_id": uid(name), "unit_id": uid("stnmt"), "unit_name": UNITS[1].name, "directive_code": "5425/UBND-ĐĐ",
        "directive_issue_date": day("2016-10-03"), "content": CONTENT, "role": d.ASSIGNMENT_ROLE_LEAD,
        "execution": a.EXECUTION_IN_PROGRESS, "timeliness": a.TIMELINESS_OVERDUE, "original_due_date": day("2016-10-31"),
        "due_date": day("2016-11-21"), "days_overdue": 9, "working_days_overdue": 7, "specialist_name": "Nguyễn Văn An",
        "coordinator_names": [UNITS[2].name, UNITS[5].name], "notices": [pb.CitedNotice(number=9, issue_date=day("2016-11-23"))],
        "note": pb.ReportNote(assignment_id=uid(name), difficulty="Thiếu hồ sơ địa chính.", cause="Bàn giao không biên bản."),
    }  # fmt: skip
    return pb.ReportRow(**values | changes)


ROWS = pb.ListReportRowsResponse(total_count=412, version=3, next_page_token="x+y", rows=[
    row("a1"), row("a2", content=HOSTILE, due_date=None, original_due_date=None, days_overdue=0, notices=[], note=None, phase_name="1"),
    row("a3", execution=a.EXECUTION_DONE, timeliness=a.TIMELINESS_DONE_LATE, completed_on=day("2016-11-28"),
        escalated_on=day("2016-11-25")),
    pb.ReportRow(assignment_id=uid("a4"), purged=True),
])  # fmt: skip
NO_ROWS = pb.ListReportRowsResponse(version=1)
ACT = pb.ReportAct(
    verb=pb.REPORT_VERB_COMPOSE, actor_name="Hồ Đắc Phúc", actor_unit_id=uid("stnmt"), time=at("2016-12-01T08:00"), version=1
)
CORRECTIONS = pb.ReportCorrections(
    report_id=uid("r0"), period=pb.ReportPeriod(first_day=day("2016-10-01"), last_day=day("2016-10-31")), as_of_time=at("2016-11-01T08:00"),
    figures=[pb.CorrectedFigure(unit_id=uid("sxd"), unit_name=UNITS[2].name, column=r.SUMMARY_COLUMN_DONE_LATE, before=3, after=4)],
    rows=[pb.CorrectedRow(assignment_id=uid("a9"), unit_name=UNITS[2].name, directive_code="5425/UBND-ĐĐ", content=CONTENT,
                          completed_after=day("2016-10-28")), pb.CorrectedRow(purged=True)],
)  # fmt: skip
PROGRAMME = [
    pb.ReportProgrammeItem(year=2016, month=11, ordinal=1, content="Đề án quản lý quỹ đất công", lead_unit_name=UNITS[1].name,
                           submitted_to="HĐND tỉnh", state="DONE", result="Nghị quyết 12/NQ-HĐND", completed_on=day("2016-11-20")),
    pb.ReportProgrammeItem(year=2016, month=11, ordinal=2, content=HOSTILE, lead_unit_name=UNITS[2].name, state="OVERDUE"),
]  # fmt: skip


def report(*verbs: str, **changes: Any) -> pb.Report:
    """A unit's draft."""
    values = {
        "id": uid("r1"), "version": 3, "form": pb.REPORT_FORM_IV, "period": MONTH, "period_name": "tháng 11/2016", "unit_id": uid("stnmt"),
        "unit_name": UNITS[1].name, "state": pb.REPORT_STATE_DRAFT, "as_of_time": at("2016-12-01T08:00"), "day": day("2016-11-30"),
        "formula": "2026-11", "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "units": [figures()],
        "general_text": "Cơ bản hoàn thành;\ncòn 02 việc chậm.", "row_count": 412, "due_date": day("2016-12-07"), "history": [ACT],
        "allowed_verbs": [VERBS[verb] for verb in verbs],
    }  # fmt: skip
    return pb.Report(**values | changes)


def office_report(*verbs: str, form: int = pb.REPORT_FORM_V, **changes: Any) -> pb.Report:
    values = {"form": form, "unit_id": "", "unit_name": "", "due_date": None, "task_count": 1203, "part_count": 2411} | changes
    if form == pb.REPORT_FORM_V:
        units = [figures(unit.id, unit.name, place, place) for place, unit in enumerate(UNITS[1:], 1)]
        values = {"units": units, "total": figures(scale=15), "programme": PROGRAMME, "corrections": CORRECTIONS} | values
    return report(*verbs, **values)


SIGNED = {"state": pb.REPORT_STATE_SIGNED, "signer_name": "Phan Đức Thuận", "sign_time": at("2016-12-02T09:00")}
SENT = {"state": pb.REPORT_STATE_SENT, "signer_name": "Hồ Đắc Phúc", "sign_time": at("2016-12-02T09:00"),
        "send_time": at("2016-12-02T10:00"),
        "number": 12, "issue_date": day("2016-12-02")}  # fmt: skip
TYPED = Form({"notes-0-assignment_id": [uid("a1")], "notes-0-cause": ["x" * 30], "notes-0-proposal": ["Cho đo đạc lại."]},
             {"notes-0-cause": "Không quá 2.000 ký tự."})  # fmt: skip
PLAIN = {"corrections": pb.ReportCorrections(), "programme": [], "units": []}
STANDINGS = pb.ListUnitReportsResponse(units=[
    pb.UnitReport(unit_id=uid("stnmt"), unit_name=UNITS[1].name, report_id=uid("r1"), version=5, state=pb.REPORT_STATE_SENT,
                  due_date=day("2016-12-07"), send_time=at("2016-12-08T10:00"), late=True),
    pb.UnitReport(unit_id=uid("sxd"), unit_name=UNITS[2].name, report_id=uid("r2"), version=1, state=pb.REPORT_STATE_DRAFT,
                  due_date=day("2016-12-02"), late=True, urge_count=2, urge_time=at("2016-12-05T08:00")),
    pb.UnitReport(unit_id=uid("snv"), unit_name=UNITS[3].name, due_date=day("2016-12-07")),
])  # fmt: skip
PERIOD = {"period_kind": ["month"], "year": ["2016"], "number": ["11"]}
TEMPLATES = fm.ListFormTemplatesResponse(
    templates=[
        fm.FormTemplate(form=fm.FORM_II, version=2, note=HOSTILE, size=34000, upload_time=at("2016-12-01T08:00"),
                        uploaded_by_name="Võ Quản Trị", in_force=True),
        fm.FormTemplate(form=fm.FORM_II, version=1, size=33000, upload_time=at("2016-11-01T08:00"), uploaded_by_name="Võ Quản Trị"),
    ],
    fields=["number", "symbol", "place", "date", "title", "signer", "recipients", "addressees", "abstract"],
    lists=[fm.TemplateList(name="items", columns=["tt", "directive", "content", "due_date"])],
)  # fmt: skip


def standings(who: Any, found: pb.ListUnitReportsResponse, form: Form, *, may_ask: bool) -> tuple[str, dict]:
    period = [(name, values[0]) for name, values in form.values.items()]
    context = {"found": found, "form": form, "period": period, "may_ask": may_ask}
    return "report_standings.html", shared(who, "/bao-cao/tinh-hinh") | context


def templates(found: fm.ListFormTemplatesResponse, form: Form) -> tuple[str, dict]:
    context = {"annex": fm.FORM_II, "address": "/bieu-mau/ii", "found": found, "form": form}
    return "form_templates.html", shared(ADMINISTRATOR, "/bieu-mau/ii") | context


def pages() -> dict[str, tuple[str, dict]]:
    """Name of the state → (template, context)."""
    listed = pb.ListReportsResponse(reports=[
        report(units=[], history=[]), report(id=uid("r3"), as_of_time=None, sha256="", units=[]),
        office_report(id=uid("r4"), **SIGNED), office_report(id=uid("r5"), form=pb.REPORT_FORM_VI, state=pb.REPORT_STATE_ISSUED, number=7),
    ])  # fmt: skip
    empty = fm.ListFormTemplatesResponse()
    return {
        "reports": record_list(SPECIALIST, "bao-cao", listed),
        "reports-empty": record_list(UNIT_LEADER, "bao-cao"),
        "report-draft": record(UNIT_LEADER, "bao-cao", report("RECOMPOSE", "EDIT", "SIGN"), more=ROWS),
        "report-wrong": record(UNIT_LEADER, "bao-cao", report("RECOMPOSE", "EDIT", "SIGN"), more=ROWS, forms={"edit": TYPED}),
        "report-open": record(UNIT_LEADER, "bao-cao", report("RECOMPOSE", as_of_time=None, sha256="", units=[]), more=NO_ROWS),
        "report-signed": record(UNIT_LEADER, "bao-cao", report("SEND", "GIVE_BACK", **SIGNED), more=ROWS,
                                forms={"give_back": Form({}, {"reason": REQUIRED})}),
        "report-sent": record(SPECIALIST, "bao-cao", report("GIVE_BACK", purge_count=1, **SENT), more=ROWS),
        "report-v": record(OFFICE_LEADER, "bao-cao", office_report("ISSUE", "GIVE_BACK", **SIGNED), more=NO_ROWS),
        "report-v-plain": record(EVALUATOR, "bao-cao", office_report(**PLAIN), more=NO_ROWS),
        "report-vi": record(SPECIALIST, "bao-cao", office_report("RECOMPOSE", "EDIT", form=pb.REPORT_FORM_VI), more=ROWS),
        "report-new": record_new(SPECIALIST, "bao-cao", Form({"form": ["v"], **PERIOD}, {"period_kind": "Kỳ báo cáo chưa đến."})),
        "report-new-unit": record_new(UNIT_LEADER, "bao-cao"),
        "report_standings": standings(SPECIALIST, STANDINGS, Form(PERIOD), may_ask=True),
        "report_standings-urged": standings(SPECIALIST, STANDINGS, Form(PERIOD, {"": "Đơn vị đã được đôn đốc trong ngày hôm nay."}),
                                            may_ask=True),
        "report_standings-wrong": standings(EVALUATOR, pb.ListUnitReportsResponse(), Form({"year": ["x"]}, {"year": "Nhập một số nguyên."}),
                                            may_ask=False),
        "forms": ("forms.html", shared(ADMINISTRATOR, "/bieu-mau") | {"found": [(fm.FORM_I, empty), (fm.FORM_II, TEMPLATES)]}),
        "form_templates": templates(TEMPLATES, Form()),
        "form_templates-wrong": templates(empty, Form({"note": ["Mẫu mới"]}, {"evidence": "Mẫu dùng trường không có: so_hieu."})),
    }  # fmt: skip
