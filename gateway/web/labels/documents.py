"""Documents, and the work programme."""

LABELS = {
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
        "REVOKED": "Đã bãi bỏ",
        "REFUSED_SECRET": "Văn bản mật đã xóa",
    },
    "ProgrammeItemState": {"OPEN": "Chưa có kết quả", "DONE": "Đã hoàn thành", "DROPPED": "Đưa ra khỏi chương trình"},
}

BADGES = {
    "Urgency": {
        "NORMAL": ("secondary", "dash"),
        "URGENT": ("warning", "bolt"),
        "VERY_URGENT": ("warning", "bolt"),
        "EXPRESS": ("danger", "bolt"),
    },
    "DirectiveState": {
        "SPLITTING": ("warning", "draft"),
        "PUBLISHED": ("success", "verified"),
        "AMENDED": ("info", "draft"),
        "SUPERSEDED": ("secondary", "right"),
        "REVOKED": ("secondary", "return"),
        "REFUSED_SECRET": ("danger", "lock"),
    },
    "ProgrammeItemState": {"OPEN": ("primary", "progress"), "DONE": ("success", "verified"), "DROPPED": ("secondary", "trash")},
}
