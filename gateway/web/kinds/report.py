"""Periodic reports: the units' (Phụ lục IV) and the Office's (Phụ lục V, VI)."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from ykcd.directive.v1.registry_pb2 import Me
from ykcd.reporting.v1 import report_pb2

from gateway.web.enums import short
from gateway.web.fields import Field, enum, number, put
from gateway.web.forms import Form, read_date
from gateway.web.records import Act, Filter, Kind, having
from gateway.web.tasks_found import asked
from kit.errors import InvalidArgument
from kit.identity import OFFICE_ROLES, UNIT_ROLES

_OFFICE_DUTY, _UNIT_DUTY, _BOTH = "Khoản 2 Điều 9", "Khoản 1 Điều 10", "Khoản 2 Điều 9, khoản 1 Điều 10"
ROWS = 200
# A period, as every form of it has it.
PERIOD = (
    Field("period_kind", "Kỳ báo cáo", enum("PeriodKind"), "period.kind"),
    Field("year", "Năm", number, "period.year"),
    Field("number", "Tháng hoặc quý", number, "period.number"),
    Field("first_day", "Từ ngày", read_date, "period.first_day"),
    Field("last_day", "Đến ngày", read_date, "period.last_day"),
)


def read_period(request: Any, form: Form) -> dict[str, str]:
    """Puts it into the request; the fields that couldn't be read."""
    errors = dict[str, str]()
    for field in PERIOD:
        if value := field.read(form, field.name, errors):
            put(request, field.path, value)
    return errors


def _allowed(report: report_pb2.Report, _me: Me, _today: dt.date) -> Iterator[str]:
    return (short(verb, "ReportVerb").lower() for verb in report.allowed_verbs)


async def _rows(visit: Any, report: report_pb2.Report) -> report_pb2.ListReportRowsResponse:
    """Those of the page in the address; the first ones where the report has changed since."""
    request = report_pb2.ListReportRowsRequest(id=report.id, page_size=ROWS, page_token=asked(visit, "page_token"))
    try:
        return await visit.call(visit.services.report.ListReportRows, request)
    except InvalidArgument:
        request.page_token = ""
        return await visit.call(visit.services.report.ListReportRows, request)


def _notes(form: Form, name: str, _errors: dict[str, str]) -> list[report_pb2.ReportNote]:
    """One per row of the list, an empty one too: it empties what stood there."""
    texts = ("assignment_id", "difficulty", "cause", "proposal")
    return [report_pb2.ReportNote(**{text: form.value(f"{row}{text}").strip() for text in texts}) for row in form.rows(name)]


REPORTS = Kind(
    slug="bao-cao",
    title="Báo cáo định kỳ",
    article=_BOTH,
    group="Báo cáo",
    service=report_pb2.DESCRIPTOR.services_by_name["ReportService"],
    list_rpc="ListReports",
    get_rpc="GetReport",
    macros="report",
    columns=(("unit", "Đơn vị"), ("days", "Kỳ"), ("as_of", "Số liệu đến"), ("state", "Trạng thái")),
    filters=(
        Filter("form", "Biểu", "forms", "enum", "ReportForm"),
        Filter("state", "Trạng thái", "states", "enum", "PeriodicReportState"),
        Filter("unit", "Đơn vị", "unit_id", "unit"),
    ),
    create=Act(
        "compose",
        "ComposeReport",
        "Lập báo cáo",
        _BOTH,
        "plus",
        "Đã lập dự thảo với số liệu lúc này.",
        (Field("form", "Biểu", enum("ReportForm")), *PERIOD),
    ),
    acts=(
        Act(
            "edit",
            "EditReport",
            "Sửa nội dung",
            _BOTH,
            "draft",
            "Đã lưu nội dung báo cáo.",
            (Field("general_text", "Đánh giá chung", empties=True), Field("notes", "Nội dung của nhiệm vụ", _notes, rows=True)),
            start=lambda report: {"general_text": [report.general_text]},
        ),
        Act("recompose", "RecomposeReport", "Lập lại số liệu", _BOTH, "progress", "Đã lập lại số liệu tính đến lúc này."),
        Act("sign", "SignReport", "Ký báo cáo", _BOTH, "check", "Đã ký báo cáo; số liệu và nội dung không đổi nữa."),
        Act(
            "send",
            "SendReport",
            "Gửi báo cáo",
            _UNIT_DUTY,
            "report",
            "Đã gửi báo cáo đến Văn phòng UBND tỉnh.",
            (Field("number", "Số báo cáo", number),),
        ),
        Act(
            "issue",
            "IssueReport",
            "Phát hành",
            _OFFICE_DUTY,
            "report",
            "Đã phát hành báo cáo.",
            (Field("number", "Số báo cáo", number), Field("issue_date", "Ngày báo cáo", read_date)),
        ),
        Act(
            "give_back",
            "GiveBackReport",
            "Trả lại để sửa",
            _BOTH,
            "return",
            "Đã trả lại báo cáo để sửa.",
            (Field("reason", "Lý do"),),
            careful=True,
            leaves=True,
        ),
    ),
    empty="Báo cáo của đơn vị (Phụ lục IV) và của Văn phòng (Phụ lục V, VI) theo tháng, quý, 6 tháng, 9 tháng, năm sẽ ở đây.",
    heading="Báo cáo",
    verbs="ReportVerb",
    may_see=having(*OFFICE_ROLES, *UNIT_ROLES, "evaluator"),
    may_create=having("specialist", "office_leader", *UNIT_ROLES),
    allowed=_allowed,
    more=_rows,
)
