"""How tasks are followed: the calendar, urging, obstacles, inspections, inquiries."""

LABELS = {
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
}

BADGES = {
    "DayKind": {
        "HOLIDAY": ("danger", "flag"),
        "COMPENSATORY": ("danger", "calendar"),
        "SWAP_OFF": ("danger", "calendar"),
        "SWAP_WORK": ("success", "check"),
        "LOCAL_OFF": ("danger", "alert"),
    },
    "UrgingNoticeState": {
        "PROPOSED": ("warning", "hourglass"),
        "ISSUED": ("primary", "report"),
        "ACKNOWLEDGED": ("primary", "check"),
        "SATISFIED": ("success", "verified"),
        "ELAPSED": ("danger", "alert"),
        "DROPPED": ("secondary", "dash"),
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
}
