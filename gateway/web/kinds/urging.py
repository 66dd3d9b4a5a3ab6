"""Phiếu báo, what follows when they don't help, and what tasks without a deadline owe."""

from typing import Any

from ykcd.deadline.v1 import urging_pb2
from ykcd.directive.v1 import directive_pb2

from gateway.web.fields import Field, enum
from gateway.web.forms import read_date
from gateway.web.records import Act, Filter, Kind, having
from kit.errors import InvalidArgument, NotFound


async def _directive(visit: Any, record: Any) -> directive_pb2.Directive | None:
    """The document that the notice cites; its signer isn't in the assignment."""
    request = directive_pb2.GetDirectiveRequest(id=record.assignment.directive_id)
    try:
        return await visit.optional(visit.services.directive.GetDirective, request)
    except (NotFound, InvalidArgument):
        return None


_SERVICE = urging_pb2.DESCRIPTOR.services_by_name["UrgingService"]
# Who only runs the system has none.
_WITH_TASKS = having("specialist", "office_leader", "chairman", "focal_point", "unit_leader", "officer")
_GROUP = "Đôn đốc"
_ASSIGNMENT = Filter("assignment", "Trong một nhiệm vụ", "assignment_id", "kept")

NOTICES = Kind(
    slug="phieu-bao",
    title="Phiếu báo",
    article="Điểm e khoản 1 Điều 8",
    group=_GROUP,
    service=_SERVICE,
    list_rpc="ListUrgingNotices",
    get_rpc="GetUrgingNotice",
    macros="urging",
    columns=(("unit", "Đơn vị"), ("due", "Hạn"), ("notice_dates", "Ngày phiếu"), ("notice_state", "Trạng thái")),
    filters=(
        Filter("state", "Trạng thái", "states", "enum", "UrgingNoticeState"),
        Filter("unit", "Đơn vị", "unit_id", "unit"),
        Filter("specialist", "Tôi theo dõi", "specialist_id", "mine"),
        _ASSIGNMENT,
    ),
    acts=(
        Act(
            "issue",
            "IssueUrgingNotice",
            "Phát hành phiếu báo",
            "Điểm e khoản 1 Điều 8",
            "report",
            "Đã phát hành phiếu báo. Đơn vị thấy phiếu ngay bây giờ.",
            bulk=True,
        ),
        Act(
            "acknowledge",
            "AcknowledgeUrgingNotice",
            "Trả lời phiếu báo",
            "Điểm e khoản 1 Điều 8",
            "check",
            "Đã trả lời phiếu báo.",
            (Field("answer", "Trả lời"),),
        ),
    ),
    empty="Phiếu báo được đề xuất từ ngày làm việc đầu tiên sau khi nhiệm vụ quá hạn mà chưa có kết quả.",
    more=_directive,
    may_see=_WITH_TASKS,
)

ESCALATIONS = Kind(
    slug="bao-cao-chu-tich",
    title="Báo cáo Chủ tịch",
    article="Điểm e khoản 1 Điều 8",
    group=_GROUP,
    service=_SERVICE,
    list_rpc="ListEscalations",
    get_rpc="GetEscalation",
    macros="escalation",
    columns=(("unit", "Đơn vị"), ("notices", "Phiếu báo đã gửi"), ("due_on", "Đến lượt báo cáo"), ("state", "Trạng thái")),
    filters=(Filter("state", "Trạng thái", "states", "enum", "EscalationState"), _ASSIGNMENT),
    acts=(
        Act(
            "report",
            "ReportEscalation",
            "Ghi báo cáo Chủ tịch",
            "Điểm e khoản 1 Điều 8",
            "report",
            "Đã ghi báo cáo Chủ tịch UBND tỉnh.",
            (Field("report_number", "Số báo cáo"), Field("report_date", "Ngày báo cáo", read_date), Field("note", "Nội dung")),
        ),
        Act(
            "direct",
            "DirectEscalation",
            "Ghi ý kiến chỉ đạo",
            "Điểm e khoản 1 Điều 8",
            "flag",
            "Đã ghi ý kiến chỉ đạo; việc theo đó được thực hiện ngay.",
            (
                Field("direction", read=enum("EscalationDirection")),
                Field("text", "Ý kiến chỉ đạo"),
                Field("decision_number", "Số văn bản", path="decision.number"),
                Field("decision_signer", "Người ký", path="decision.signer"),
                Field("new_due_date", "Hạn mới", read_date),
                Field("new_unit_id"),
                Field("new_specialist_id"),
            ),
        ),
        Act(
            "close",
            "CloseEscalation",
            "Kết thúc",
            "Điểm e khoản 1 Điều 8",
            "verified",
            "Đã kết thúc việc báo cáo Chủ tịch.",
            (Field("note", "Kết quả thực hiện chỉ đạo"),),
        ),
    ),
    empty="Nhiệm vụ đã có 03 phiếu báo mà vẫn chưa có kết quả sẽ được đưa vào đây để báo cáo Chủ tịch UBND tỉnh.",
    may_see=having("specialist", "office_leader", "chairman"),
)

OBLIGATIONS = Kind(
    slug="nghia-vu",
    title="Nghĩa vụ cập nhật định kỳ",
    article="Điểm c khoản 2 Điều 7",
    group=_GROUP,
    service=_SERVICE,
    list_rpc="ListObligations",
    macros="obligation",
    columns=(("unit", "Đơn vị"), ("period", "Kỳ"), ("period_end", "Hết kỳ"), ("state", "Trạng thái")),
    filters=(
        Filter("state", "Trạng thái", "states", "enum", "ObligationState"),
        Filter("unit", "Đơn vị", "unit_id", "unit"),
        Filter("year", "Năm", "year", "number"),
        _ASSIGNMENT,
    ),
    empty="Nhiệm vụ không thời hạn phải cập nhật mỗi quý một lần; kỳ của từng nhiệm vụ hiện ở đây.",
    has_page=False,
    may_see=_WITH_TASKS,
)
