"""The regulation's forms, and periodic reports."""

LABELS = {
    "Form": {
        "I": "Phụ lục I: phân công chuyên viên theo dõi",
        "II": "Phụ lục II: phiếu báo",
        "III": "Phụ lục III: phân công thực hiện trong đơn vị",
        "IV": "Phụ lục IV: báo cáo của đơn vị",
        "V": "Phụ lục V: tổng hợp kết quả các đơn vị",
        "VI": "Phụ lục VI: danh mục nhiệm vụ quá hạn",
    },
    "ReportForm": {
        "IV": "Phụ lục IV: báo cáo của đơn vị",
        "V": "Phụ lục V: tổng hợp kết quả các đơn vị",
        "VI": "Phụ lục VI: danh mục nhiệm vụ quá hạn",
    },
    "PeriodKind": {
        "MONTH": "Tháng",
        "QUARTER": "Quý",
        "HALF_YEAR": "6 tháng đầu năm",
        "NINE_MONTHS": "9 tháng đầu năm",
        "YEAR": "Năm",
        "AD_HOC": "Đột xuất (từ ngày, đến ngày)",
    },
    "PeriodicReportState": {"DRAFT": "Dự thảo", "SIGNED": "Đã ký", "SENT": "Đã gửi", "ISSUED": "Đã phát hành"},
    "ReportVerb": {
        "OPEN": "Yêu cầu báo cáo",
        "COMPOSE": "Lập báo cáo",
        "RECOMPOSE": "Lập lại số liệu",
        "EDIT": "Sửa nội dung",
        "SIGN": "Ký báo cáo",
        "SEND": "Gửi báo cáo",
        "GIVE_BACK": "Trả lại",
        "ISSUE": "Phát hành",
        "URGE": "Đôn đốc gửi báo cáo",
        "REDACT": "Xóa nội dung theo quy định",
    },
}

BADGES = {
    "PeriodicReportState": {
        "DRAFT": ("warning", "draft"),
        "SIGNED": ("primary", "check"),
        "SENT": ("success", "verified"),
        "ISSUED": ("success", "verified"),
    },
}
