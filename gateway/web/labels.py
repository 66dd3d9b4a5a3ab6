"""The one table of Vietnamese words for what the protos name, in the wording of Quyết định 71/2016/QĐ-UBND."""

from ykcd.assignment.v1 import assignment_pb2 as a
from ykcd.deadline.v1 import deadline_pb2 as dl
from ykcd.directive.v1 import directive_pb2 as d
from ykcd.directive.v1 import registry_pb2 as reg
from ykcd.notification.v1 import notification_pb2 as n
from ykcd.reporting.v1 import reporting_pb2 as r

# Every enum that a page may show, by the name under which templates use it.
ENUMS = {
    enum.DESCRIPTOR.name: enum
    for enum in (
        a.AssignmentState, a.Execution, a.Timeliness, a.ReportKind, a.Action, a.TaskState,
        d.DocumentType, d.IssuingAuthority, d.Urgency, d.Secrecy, d.Regime, d.DirectiveState, d.DeadlineKind, d.AssignmentRole,
        dl.DayKind, reg.UnitKind, reg.PersonKind, n.NotificationKind, r.AssignmentOrder, r.WorklistSection,
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
    "ReportKind": {"PROGRESS": "Tình hình thực hiện", "DONE": "Kết quả thực hiện"},
    "Action": {
        # In a history: the assignment's first line.
        "UNSPECIFIED": "Giao nhiệm vụ",
        "ACCEPT": "Tiếp nhận",
        "REQUEST_RETURN": "Đề nghị chuyển lại",
        "DELEGATE": "Phân công",
        "REPORT_PROGRESS": "Cập nhật tình hình",
        "REPORT_DONE": "Báo cáo kết quả",
        "VERIFY": "Xác nhận kết quả",
        "SEND_BACK": "Yêu cầu thực hiện lại",
    },
    "TaskState": {"ACTIVE": "Đang thực hiện", "COMPLETED": "Hoàn thành"},
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
    },
    "Urgency": {"NORMAL": "Thường", "URGENT": "Khẩn", "VERY_URGENT": "Thượng khẩn", "EXPRESS": "Hỏa tốc"},
    "Secrecy": {"NORMAL": "Thường (không mật)", "CONFIDENTIAL": "Mật", "SECRET": "Tối mật", "TOP_SECRET": "Tuyệt mật"},
    "Regime": {"PROVINCIAL": "UBND tỉnh, Chủ tịch UBND tỉnh giao", "NATIONAL": "Chính phủ, Thủ tướng Chính phủ giao"},
    "DirectiveState": {"SPLITTING": "Bản nháp", "PUBLISHED": "Đã ban hành"},
    "DeadlineKind": {"REPORT": "Hạn báo cáo", "SUBMIT_DRAFT": "Hạn trình dự thảo", "COMPLETE": "Hạn hoàn thành"},
    "AssignmentRole": {"LEAD": "Chủ trì", "COORDINATING": "Phối hợp", "AGGREGATING": "Tổng hợp"},
    "DayKind": {
        "HOLIDAY": "Nghỉ lễ",
        "COMPENSATORY": "Nghỉ bù",
        "SWAP_OFF": "Nghỉ hoán đổi",
        "SWAP_WORK": "Làm bù",
        "LOCAL_OFF": "Nghỉ do thiên tai",
    },
    "UnitKind": {
        "OFFICE": "Văn phòng UBND tỉnh",
        "DEPARTMENT": "Sở, cơ quan chuyên môn",
        "AGENCY": "Cơ quan, đơn vị cấp tỉnh",
        "SECTORAL": "Cơ quan ngành dọc",
        "DISTRICT": "UBND cấp huyện",
    },
    "PersonKind": {"PERSON": "Cán bộ", "SERVICE": "Phần mềm của đơn vị"},
    "NotificationKind": {
        "TASK_ASSIGNED": "Nhiệm vụ mới",
        "ACCEPTED": "Đã tiếp nhận",
        "RETURN_REQUESTED": "Đề nghị chuyển lại",
        "DELEGATED": "Phân công",
        "REPORTED": "Báo cáo kết quả",
        "VERIFIED": "Đã xác nhận",
        "SENT_BACK": "Yêu cầu thực hiện lại",
        "OVERDUE": "Quá hạn",
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
    },
}

# The rule an action carries out, as officials cite it.
ARTICLES = {
    "ACCEPT": "Điểm a khoản 2 Điều 7",
    "REQUEST_RETURN": "Điểm d khoản 2 Điều 7",
    "DELEGATE": "Khoản 2 Điều 8",
    "REPORT_PROGRESS": "Điểm b khoản 2 Điều 7",
    "REPORT_DONE": "Điểm c khoản 2 Điều 7",
    "VERIFY": "Điểm a khoản 1 Điều 8",
    "SEND_BACK": "Điểm a khoản 1 Điều 8",
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
    "TaskState": {"ACTIVE": ("primary", "progress"), "COMPLETED": ("success", "verified")},
    "DirectiveState": {"SPLITTING": ("warning", "draft"), "PUBLISHED": ("success", "verified")},
    "Urgency": {
        "NORMAL": ("secondary", "dash"),
        "URGENT": ("warning", "bolt"),
        "VERY_URGENT": ("warning", "bolt"),
        "EXPRESS": ("danger", "bolt"),
    },
    "AssignmentRole": {"LEAD": ("primary", "flag"), "COORDINATING": ("secondary", "people"), "AGGREGATING": ("info", "sum")},
}

SECTION_ICONS = {
    "OVERDUE": "alert",
    "DUE_SOON": "hourglass",
    "AWAITING_ME": "inbox",
    "IN_PROGRESS": "progress",
    "RETURN_REQUESTED": "return",
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


def roles(names) -> str:
    return ", ".join(ROLES.get(name, name) for name in names)
