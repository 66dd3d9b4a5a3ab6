"""The one table of Vietnamese words for what the protos name, in the wording of Quyết định 71/2016/QĐ-UBND."""

from collections.abc import Iterable

from ykcd.assignment.v1 import assignment_pb2 as a
from ykcd.assignment.v1 import inquiry_pb2 as q
from ykcd.assignment.v1 import inspection_pb2 as i
from ykcd.assignment.v1 import obstacle_pb2 as o
from ykcd.deadline.v1 import deadline_pb2 as dl
from ykcd.deadline.v1 import urging_pb2 as u
from ykcd.directive.v1 import directive_pb2 as d
from ykcd.directive.v1 import people_pb2 as p
from ykcd.directive.v1 import programme_pb2 as pr
from ykcd.directive.v1 import registry_pb2 as reg
from ykcd.notification.v1 import notification_pb2 as n
from ykcd.reporting.v1 import reporting_pb2 as r

from .verbs import VERBS

# Every enum that a page may show, by the name under which templates use it.
ENUMS = {
    enum.DESCRIPTOR.name: enum
    for enum in (
        a.AssignmentState, a.Execution, a.Timeliness, a.ReportKind, a.ReportState, a.ExtensionState, a.Action, a.TaskState,
        d.DocumentType, d.IssuingAuthority, d.Urgency, d.Secrecy, d.Regime, d.DirectiveState, d.DeadlineKind, d.AssignmentRole,
        dl.DayKind, u.UrgingNoticeState, u.EscalationState, u.EscalationDirection, u.ObligationState,
        reg.UnitKind, reg.PersonKind, n.NotificationKind, r.AssignmentOrder, r.WorklistSection, r.SummaryColumn, o.ObstacleState,
        i.InspectionKind, i.InspectionState, i.Evaluation, q.InquiryKind, q.InquiryState, pr.ProgrammeItemState, p.DissolutionState,
    )
}  # fmt: skip

LABELS = {
    "AssignmentState": {
        "SENT": "Chờ tiếp nhận",
        "ACCEPTED": "Đã tiếp nhận",
        "IN_PROGRESS": "Đang xử lý",
        "REPORTED": "Chờ xác nhận",
        "VERIFIED": "Đã xác nhận",
        "RETURN_REQUESTED": "Đề nghị chuyển lại",
        "FORWARDED": "Đã chuyển đơn vị khác",
        "CANCELLED": "Đã hủy",
        "SUCCEEDED": "Đã chuyển đơn vị kế thừa",
    },
    "Execution": {"NOT_STARTED": "Chưa thực hiện", "IN_PROGRESS": "Đang thực hiện", "DONE": "Đã thực hiện"},
    "Timeliness": {
        "UNSPECIFIED": "Không thời hạn",
        "IN_TIME": "Trong hạn",
        "OVERDUE": "Quá hạn",
        "DONE_ON_TIME": "Đúng hạn",
        "DONE_LATE": "Xong sau hạn",
        "AWAITING_UPDATE": "Chờ cập nhật",
    },
    "ReportKind": {
        "PROGRESS": "Tình hình thực hiện",
        "DONE": "Kết quả thực hiện",
        "PERIODIC": "Báo cáo định kỳ",
        "NO_CHANGE": "Không phát sinh",
    },
    "ReportState": {
        "DRAFT": "Dự thảo",
        "SUBMITTED": "Đã gửi",
        "ACCEPTED": "Chấp nhận",
        "REJECTED": "Không chấp nhận",
        "WITHDRAWN": "Đã rút",
    },
    "ExtensionState": {
        "REQUESTED": "Chờ quyết định",
        "APPROVED": "Đồng ý gia hạn",
        "REJECTED": "Không đồng ý",
        "WITHDRAWN": "Đã rút",
    },
    "Action": {
        # In a history: what nobody does by a form here, beginning with the assignment's first line.
        "UNSPECIFIED": "Giao nhiệm vụ",
        **{verb.name.upper(): verb.label for verb in VERBS.values()},
        "AMEND": "Theo văn bản sửa đổi, thay thế, thu hồi",
        "SUCCEED": "Chuyển đơn vị kế thừa",
    },
    "TaskState": {"ACTIVE": "Đang thực hiện", "COMPLETED": "Hoàn thành", "CANCELLED": "Đã hủy"},
    "DocumentType": {
        "DECISION": "Quyết định",
        "INSTRUCTION": "Chỉ thị",
        "OFFICIAL_LETTER": "Công văn",
        "TELEGRAM": "Công điện",
        "REPORT": "Báo cáo",
        "PLAN": "Kế hoạch",
        "PROGRAMME": "Chương trình",
        "SCHEME": "Đề án",
        "PROJECT": "Dự án",
        "CONCLUSION_NOTICE": "Thông báo kết luận",
        "OPINION": "Ý kiến chỉ đạo",
    },
    "IssuingAuthority": {
        "PROVINCIAL_PEOPLES_COMMITTEE": "UBND tỉnh",
        "CHAIRMAN": "Chủ tịch UBND tỉnh",
        "VICE_CHAIRMAN": "Phó Chủ tịch UBND tỉnh",
        "GOVERNMENT": "Chính phủ",
        "PRIME_MINISTER": "Thủ tướng Chính phủ",
    },
    "Urgency": {"NORMAL": "Thường", "URGENT": "Khẩn", "VERY_URGENT": "Thượng khẩn", "EXPRESS": "Hỏa tốc"},
    "Secrecy": {"NORMAL": "Thường (không mật)", "CONFIDENTIAL": "Mật", "SECRET": "Tối mật", "TOP_SECRET": "Tuyệt mật"},
    "Regime": {"PROVINCIAL": "UBND tỉnh, Chủ tịch UBND tỉnh giao", "NATIONAL": "Chính phủ, Thủ tướng Chính phủ giao"},
    "DirectiveState": {
        "SPLITTING": "Bản nháp",
        "PUBLISHED": "Đã ban hành",
        "AMENDED": "Đã sửa đổi",
        "SUPERSEDED": "Đã thay thế",
        "REVOKED": "Đã thu hồi",
        "REFUSED_SECRET": "Văn bản mật đã xóa",
    },
    "DeadlineKind": {"REPORT": "Hạn báo cáo", "SUBMIT_DRAFT": "Hạn trình dự thảo", "COMPLETE": "Hạn hoàn thành"},
    "AssignmentRole": {"LEAD": "Chủ trì", "COORDINATING": "Phối hợp", "AGGREGATING": "Tổng hợp"},
    "DayKind": {
        "HOLIDAY": "Nghỉ lễ",
        "COMPENSATORY": "Nghỉ bù",
        "SWAP_OFF": "Nghỉ hoán đổi",
        "SWAP_WORK": "Làm bù",
        "LOCAL_OFF": "Nghỉ do thiên tai",
    },
    "UrgingNoticeState": {
        "PROPOSED": "Đề xuất",
        "ISSUED": "Đã phát hành",
        "ACKNOWLEDGED": "Đơn vị đã trả lời",
        "SATISFIED": "Đã có kết quả",
        "ELAPSED": "Hết hạn, chưa có kết quả",
        "DROPPED": "Không phát hành nữa",
    },
    "EscalationState": {
        "DUE": "Cần báo cáo",
        "REPORTED": "Đã báo cáo Chủ tịch",
        "DIRECTED": "Đã có ý kiến chỉ đạo",
        "DONE": "Đã kết thúc",
    },
    "EscalationDirection": {
        "EXTEND": "Gia hạn",
        "REASSIGN": "Chuyển đơn vị khác",
        "URGE_IN_PERSON": "Trực tiếp đôn đốc",
        "DISCIPLINE": "Xem xét trách nhiệm, kỷ luật",
        "CLOSE": "Kết thúc nhiệm vụ",
    },
    "ObligationState": {
        "OPEN": "Đang trong kỳ",
        "FULFILLED": "Đã cập nhật",
        "MISSED": "Không cập nhật",
        "ENDED": "Không còn phải cập nhật",
    },
    "UnitKind": {
        "OFFICE": "Văn phòng UBND tỉnh",
        "DEPARTMENT": "Sở, cơ quan chuyên môn",
        "AGENCY": "Cơ quan, đơn vị cấp tỉnh",
        "SECTORAL": "Cơ quan ngành dọc",
        "DISTRICT": "UBND cấp huyện",
    },
    "PersonKind": {"PERSON": "Cán bộ", "SERVICE": "Phần mềm của đơn vị"},
    "ObstacleState": {
        "RAISED": "Chờ đề xuất xử lý",
        "PROPOSED": "Chờ chỉ đạo",
        "DIRECTED": "Đã có chỉ đạo",
        "CLOSED": "Đã kết thúc",
        "WITHDRAWN": "Đã rút",
    },
    "InspectionKind": {"PERIODIC": "Định kỳ", "AD_HOC": "Đột xuất", "INTERNAL": "Nội bộ đơn vị"},
    "InspectionState": {
        "PLANNED": "Đã lập kế hoạch",
        "VISITED": "Đã kiểm tra",
        "CONCLUDED": "Đã kết luận",
        "CLOSED": "Đã kết thúc",
        "CANCELLED": "Đã hủy",
    },
    "Evaluation": {"GOOD": "Thực hiện tốt", "ADEQUATE": "Đạt yêu cầu", "POOR": "Chưa đạt yêu cầu"},
    "InquiryKind": {
        "SUPPORT": "Hỗ trợ kỹ thuật, sự cố",
        "INFORMATION": "Cung cấp thông tin về nhiệm vụ",
        "SOFTWARE_FEEDBACK": "Góp ý về phần mềm",
        "REGULATION_FEEDBACK": "Góp ý về Quy chế",
    },
    "InquiryState": {"OPEN": "Chờ trả lời", "ANSWERED": "Đã trả lời", "SOLVED": "Đã giải quyết"},
    "ProgrammeItemState": {"OPEN": "Chưa có kết quả", "DONE": "Đã hoàn thành", "DROPPED": "Đưa ra khỏi chương trình"},
    "DissolutionState": {"PROPOSED": "Chờ xác nhận", "CONFIRMED": "Đã xác nhận", "WITHDRAWN": "Đã rút"},
    "NotificationKind": {
        "TASK_ASSIGNED": "Nhiệm vụ mới",
        "ACCEPTED": "Đã tiếp nhận",
        "RETURN_REQUESTED": "Đề nghị chuyển lại",
        "DELEGATED": "Phân công",
        "REPORTED": "Báo cáo kết quả",
        "VERIFIED": "Đã xác nhận",
        "SENT_BACK": "Yêu cầu thực hiện lại",
        "OVERDUE": "Quá hạn",
        "RETURN_ANSWERED": "Trả lời đề nghị chuyển lại",
        "EXTENSION": "Gia hạn",
        "CHANGED": "Nhiệm vụ thay đổi",
        "REPORT": "Báo cáo của đơn vị",
        "URGING_NOTICE": "Phiếu báo",
        "ESCALATION": "Báo cáo Chủ tịch",
        "OBLIGATION": "Cập nhật theo quý",
        "OBSTACLE": "Khó khăn, vướng mắc",
        "INSPECTION": "Kiểm tra",
        "INQUIRY": "Hỏi đáp, góp ý",
        "CALENDAR": "Lịch làm việc",
        "SECRET_REPORT": "Báo cáo giấy theo chế độ mật",
        "ABSENCE": "Ủy quyền",
        "UNIT": "Sắp xếp đơn vị",
    },
    "AssignmentOrder": {
        "UNSPECIFIED": "Hạn gần nhất trước",
        "ISSUE_DATE_DESC": "Văn bản mới nhất trước",
        "UPDATE_TIME_DESC": "Mới cập nhật trước",
        "UNIT": "Theo đơn vị",
    },
    "WorklistSection": {
        "OVERDUE": "Quá hạn",
        "DUE_SOON": "Sắp đến hạn",
        "AWAITING_ME": "Chờ tôi xử lý",
        "IN_PROGRESS": "Đang thực hiện",
        "RETURN_REQUESTED": "Đề nghị chuyển lại",
        "EXTENSIONS": "Đề nghị gia hạn",
        "OBSTACLES": "Khó khăn, vướng mắc",
        "REPORTS_TO_REVIEW": "Báo cáo chờ xem xét",
    },
    # Annex V.
    "SummaryColumn": {
        "TOTAL": "Tổng số có thời hạn",
        "DONE": "Đã hoàn thành",
        "DONE_ON_TIME": "Đã hoàn thành đúng hạn",
        "DONE_LATE": "Đã hoàn thành trễ hạn",
        "DOING": "Đang thực hiện",
        "DOING_IN_TIME": "Đang thực hiện, trong hạn",
        "DOING_OVERDUE": "Đang thực hiện, quá hạn",
        "NOT_STARTED": "Chưa thực hiện",
        "NOT_STARTED_IN_TIME": "Chưa thực hiện, trong hạn",
        "NOT_STARTED_OVERDUE": "Chưa thực hiện, quá hạn",
        "WITHOUT_DEADLINE": "Không thời hạn",
        "WITHOUT_DEADLINE_DONE": "Không thời hạn, đã hoàn thành",
        "OBLIGATIONS_FULFILLED": "Không thời hạn, đã cập nhật theo quý",
        "OBLIGATIONS_MISSED": "Không thời hạn, chưa cập nhật theo quý",
        "OBLIGATIONS_OPEN": "Không thời hạn, chưa đến kỳ cập nhật",
        "ESCALATED": "Đã báo cáo Chủ tịch",
        "LATE_UPDATES": "Cập nhật trễ",
        "RETURN_REQUESTED": "Đề nghị chuyển lại",
        "COORDINATING": "Phối hợp, tổng hợp",
    },
}

ROLES = {
    "specialist": "Chuyên viên theo dõi",
    "office_leader": "Lãnh đạo Văn phòng",
    "chairman": "Lãnh đạo UBND tỉnh",
    "clerk": "Văn thư",
    "focal_point": "Đầu mối đơn vị",
    "unit_leader": "Lãnh đạo đơn vị",
    "officer": "Cán bộ thực hiện",
    "evaluator": "Theo dõi, đánh giá",
    "administrator": "Quản trị hệ thống",
    "operator": "Vận hành hạ tầng",
}

# (tone of Bootstrap, icon of static/icons.svg): a badge never speaks by its colour alone.
BADGES = {
    "AssignmentState": {
        "SENT": ("primary", "inbox"),
        "ACCEPTED": ("primary", "check"),
        "IN_PROGRESS": ("primary", "draft"),
        "REPORTED": ("warning", "report"),
        "VERIFIED": ("success", "verified"),
        "RETURN_REQUESTED": ("danger", "return"),
        "FORWARDED": ("secondary", "right"),
        "CANCELLED": ("secondary", "trash"),
        "SUCCEEDED": ("secondary", "right"),
    },
    "ReportState": {
        "DRAFT": ("secondary", "draft"),
        "SUBMITTED": ("primary", "report"),
        "ACCEPTED": ("success", "verified"),
        "REJECTED": ("danger", "alert"),
        "WITHDRAWN": ("secondary", "return"),
    },
    "ExtensionState": {
        "REQUESTED": ("warning", "hourglass"),
        "APPROVED": ("success", "verified"),
        "REJECTED": ("danger", "alert"),
        "WITHDRAWN": ("secondary", "return"),
    },
    "Execution": {
        "NOT_STARTED": ("secondary", "circle"),
        "IN_PROGRESS": ("primary", "progress"),
        "DONE": ("success", "verified"),
    },
    "Timeliness": {
        "UNSPECIFIED": ("secondary", "dash"),
        "IN_TIME": ("info", "clock"),
        "OVERDUE": ("danger", "alert"),
        "DONE_ON_TIME": ("success", "verified"),
        "DONE_LATE": ("warning", "alert"),
        "AWAITING_UPDATE": ("warning", "hourglass"),
    },
    "TaskState": {"ACTIVE": ("primary", "progress"), "COMPLETED": ("success", "verified"), "CANCELLED": ("secondary", "trash")},
    "DirectiveState": {
        "SPLITTING": ("warning", "draft"),
        "PUBLISHED": ("success", "verified"),
        "AMENDED": ("info", "draft"),
        "SUPERSEDED": ("secondary", "right"),
        "REVOKED": ("secondary", "return"),
        "REFUSED_SECRET": ("danger", "lock"),
    },
    "Urgency": {
        "NORMAL": ("secondary", "dash"),
        "URGENT": ("warning", "bolt"),
        "VERY_URGENT": ("warning", "bolt"),
        "EXPRESS": ("danger", "bolt"),
    },
    "UrgingNoticeState": {
        "PROPOSED": ("warning", "hourglass"),
        "ISSUED": ("primary", "report"),
        "ACKNOWLEDGED": ("primary", "check"),
        "SATISFIED": ("success", "verified"),
        "ELAPSED": ("danger", "alert"),
        "DROPPED": ("secondary", "dash"),
    },
    "DayKind": {
        "HOLIDAY": ("danger", "flag"),
        "COMPENSATORY": ("danger", "calendar"),
        "SWAP_OFF": ("danger", "calendar"),
        "SWAP_WORK": ("success", "check"),
        "LOCAL_OFF": ("danger", "alert"),
    },
    "EscalationState": {
        "DUE": ("danger", "alert"),
        "REPORTED": ("primary", "report"),
        "DIRECTED": ("warning", "flag"),
        "DONE": ("success", "verified"),
    },
    "ObligationState": {
        "OPEN": ("primary", "hourglass"),
        "FULFILLED": ("success", "verified"),
        "MISSED": ("danger", "alert"),
        "ENDED": ("secondary", "dash"),
    },
    "ObstacleState": {
        "RAISED": ("danger", "flag"),
        "PROPOSED": ("warning", "hourglass"),
        "DIRECTED": ("primary", "report"),
        "CLOSED": ("success", "verified"),
        "WITHDRAWN": ("secondary", "return"),
    },
    "InspectionState": {
        "PLANNED": ("primary", "calendar"),
        "VISITED": ("primary", "search"),
        "CONCLUDED": ("warning", "report"),
        "CLOSED": ("success", "verified"),
        "CANCELLED": ("secondary", "trash"),
    },
    "Evaluation": {"GOOD": ("success", "verified"), "ADEQUATE": ("primary", "check"), "POOR": ("danger", "alert")},
    "InquiryState": {"OPEN": ("warning", "hourglass"), "ANSWERED": ("primary", "report"), "SOLVED": ("success", "verified")},
    "ProgrammeItemState": {"OPEN": ("primary", "progress"), "DONE": ("success", "verified"), "DROPPED": ("secondary", "trash")},
    "DissolutionState": {"PROPOSED": ("warning", "hourglass"), "CONFIRMED": ("success", "verified"), "WITHDRAWN": ("secondary", "return")},
    "AssignmentRole": {"LEAD": ("primary", "flag"), "COORDINATING": ("secondary", "people"), "AGGREGATING": ("info", "sum")},
}

# What a line of a history may say has changed: fields of Assignment.
CHANGED = {
    "content": "Nội dung",
    "deliverable": "Sản phẩm",
    "due_date": "Thời hạn",
    "effective_due_date": "Hạn hiệu lực",
    "due_exact": "Cách tính hạn",
    "completed_on": "Ngày hoàn thành",
    "unit_id": "Đơn vị",
    "field_id": "Lĩnh vực",
    "specialist_id": "Chuyên viên theo dõi",
    "aggregating_unit_id": "Đơn vị tổng hợp",
    "paper_report": "Báo cáo giấy",
    "plan": "Kế hoạch",
    "delegation": "Phân công",
}

SECTION_ICONS = {
    "OVERDUE": "alert",
    "DUE_SOON": "hourglass",
    "AWAITING_ME": "inbox",
    "IN_PROGRESS": "progress",
    "RETURN_REQUESTED": "return",
    "EXTENSIONS": "calendar",
    "OBSTACLES": "flag",
    "REPORTS_TO_REVIEW": "report",
}

NOTIFICATION_ICONS = {
    "TASK_ASSIGNED": "inbox",
    "ACCEPTED": "check",
    "RETURN_REQUESTED": "return",
    "DELEGATED": "people",
    "REPORTED": "report",
    "VERIFIED": "verified",
    "SENT_BACK": "return",
    "OVERDUE": "alert",
    "RETURN_ANSWERED": "return",
    "EXTENSION": "calendar",
    "CHANGED": "draft",
    "REPORT": "report",
    "URGING_NOTICE": "bolt",
    "ESCALATION": "alert",
    "OBLIGATION": "hourglass",
    "OBSTACLE": "flag",
    "INSPECTION": "search",
    "INQUIRY": "info",
    "CALENDAR": "calendar",
    "SECRET_REPORT": "lock",
    "ABSENCE": "people",
    "UNIT": "people",
}


ERROR_TITLES = {
    400: "Yêu cầu không đọc được",
    401: "Cần đăng nhập",
    403: "Bạn không có quyền làm việc này",
    404: "Không tìm thấy trang",
    405: "Không làm được theo cách này",
    409: "Nội dung đã thay đổi",
    412: "Nội dung đã thay đổi",
    413: "Tệp quá lớn",
    415: "Loại tệp không được nhận",
    422: "Nội dung chưa đúng",
    429: "Quá nhiều yêu cầu",
    503: "Hệ thống tạm thời chưa sẵn sàng",
    504: "Hệ thống trả lời quá chậm",
}


def error_title(status: int, reason: str) -> str:
    if reason == "SECRET_DOCUMENT_REFUSED":
        return "Văn bản mật không được nhập vào hệ thống"
    return ERROR_TITLES.get(status, "Có lỗi trong hệ thống" if status >= 500 else "Không thực hiện được yêu cầu")


def _snake_upper(name: str) -> str:
    return "".join("_" + c if c.isupper() and i else c for i, c in enumerate(name)).upper()


def short(value: int, enum: str) -> str:
    """A value's name without its enum's prefix: 1 of AssignmentState is "SENT"; a number of tomorrow's protos is ""."""
    wrapper = ENUMS[enum]
    if value not in wrapper.values():
        return ""
    return wrapper.Name(value).removeprefix(_snake_upper(enum) + "_")


def number(name: str, enum: str) -> int:
    """The value named "SENT" or "sent"; ValueError where there is none."""
    return ENUMS[enum].Value(f"{_snake_upper(enum)}_{name.upper()}")


def label(value: int, enum: str) -> str:
    return LABELS[enum].get(short(value, enum), "Chưa rõ")


def choices(enum: str) -> list[tuple[str, str]]:
    """(short name in lower case, label) of every value that a form may offer."""
    return [(short(value, enum).lower(), label(value, enum)) for value in ENUMS[enum].values() if value]


def roles(names: Iterable[str]) -> str:
    return ", ".join(ROLES.get(name, name) for name in names)
