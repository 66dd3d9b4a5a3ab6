"""The one table of Vietnamese words for what the protos name, in the wording of Quyết định 71/2016/QĐ-UBND; a module for each subject."""

from collections.abc import Iterable

from gateway.web.enums import ENUMS, number, short

from . import documents, following, people, reports, tasks
from .people import NOTIFICATION_ICONS, ROLES
from .tasks import CHANGED, SECTION_ICONS

__all__ = ["BADGES", "CHANGED", "ENUMS", "LABELS", "NOTIFICATION_ICONS", "SECTION_ICONS", "number", "short"]

# By the enum's name, then its value's.
LABELS = tasks.LABELS | documents.LABELS | following.LABELS | people.LABELS | reports.LABELS
# (tone of Bootstrap, icon of static/icons.svg): a badge never speaks by its colour alone.
BADGES = tasks.BADGES | documents.BADGES | following.BADGES | people.BADGES | reports.BADGES

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


def label(value: int, enum: str) -> str:
    """In words."""
    return LABELS[enum].get(short(value, enum), "Chưa rõ")


def choices(enum: str) -> list[tuple[str, str]]:
    """(short name in lower case, label) of every value that a form may offer."""
    return [(short(value, enum).lower(), label(value, enum)) for value in ENUMS[enum].values() if value]


def roles(names: Iterable[str]) -> str:
    return ", ".join(ROLES.get(name, name) for name in names)
