"""The conditions of the task list in words, for whoever reads a list on paper or in a file."""

from collections.abc import Callable, Iterator

from ykcd.reporting.v1.reporting_pb2 import AssignmentFilter

from . import labels, words

Names = Callable[[str], str]
# By the filter's own field.
FLAGS = {
    "delegated_to_me": "Tôi được phân công",
    "followed_by_me": "Tôi theo dõi",
    "due_soon": "Sắp đến hạn",
    "without_specialist": "Chưa có chuyên viên theo dõi",
    "extension_pending": "Đề nghị gia hạn",
    "obstacle_open": "Có khó khăn, vướng mắc",
    "urged": "Có phiếu báo",
    "escalated": "Đã báo cáo Chủ tịch",
    "obligation_missed": "Chưa cập nhật theo quý",
    "report_to_review": "Báo cáo chờ xem xét",
}
_CHOICES = {
    "states": ("Trạng thái", "AssignmentState"),
    "timeliness": ("Thời hạn", "Timeliness"),
    "execution": ("Thực hiện", "Execution"),
    "roles": ("Vai trò", "AssignmentRole"),
    "obstacle_states": ("Vướng mắc", "ObstacleState"),
    "issuing_authorities": ("Cơ quan, người ban hành", "IssuingAuthority"),
}
_ONE = {"column": ("Cột số liệu", "SummaryColumn"), "regime": ("Cấp giao", "Regime")}
_PERIODS = {
    "due": "Hạn",
    "issue": "Văn bản ban hành",
    "done": "Hoàn thành",
}


def conditions(chosen: AssignmentFilter, *, unit: Names, field: Names, person: Names) -> list[str]:
    """One sentence a condition; none where everything is listed."""
    return [
        *_named(chosen, unit, field, person),
        *_choices(chosen),
        *_dates(chosen),
        *(text for name, text in FLAGS.items() if getattr(chosen, name)),
    ]


def _named(chosen: AssignmentFilter, unit: Names, field: Names, person: Names) -> Iterator[str]:
    if chosen.query:
        yield f"Tìm: {chosen.query}"
    if chosen.unit_ids:
        yield "Đơn vị: " + ", ".join(unit(id) or "khác" for id in chosen.unit_ids)
    if chosen.field_id:
        yield f"Lĩnh vực: {field(chosen.field_id) or 'khác'}"
    if chosen.specialist_id:
        yield f"Chuyên viên theo dõi: {person(chosen.specialist_id) or 'khác'}"
    if chosen.directive_id:
        yield "Trong một văn bản"


def _choices(chosen: AssignmentFilter) -> Iterator[str]:
    for name, (heading, enum) in _CHOICES.items():
        if values := getattr(chosen, name):
            yield f"{heading}: " + ", ".join(labels.label(value, enum) for value in values)
    for name, (heading, enum) in _ONE.items():
        if value := getattr(chosen, name):
            yield f"{heading}: {labels.label(value, enum)}"
    if chosen.HasField("has_deadline"):
        yield "Có thời hạn" if chosen.has_deadline else "Không thời hạn"
    if chosen.HasField("phased"):
        yield "Theo giai đoạn" if chosen.phased else "Không theo giai đoạn"


def _dates(chosen: AssignmentFilter) -> Iterator[str]:
    for name, heading in _PERIODS.items():
        bounds = [(word, words.date(getattr(chosen, f"{name}_{end}"))) for word, end in (("từ ngày", "from"), ("đến ngày", "to"))]
        if given := " ".join(f"{word} {day}" for word, day in bounds if day):
            yield f"{heading} {given}"
    if chosen.overdue_days_from or chosen.overdue_days_to:
        yield overdue_for(chosen.overdue_days_from, chosen.overdue_days_to)


def overdue_for(days_from: int, days_to: int) -> str:
    """ "Quá hạn 8–15 ngày", "Quá hạn trên 60 ngày"."""
    if not days_to:
        return f"Quá hạn trên {days_from - 1} ngày"
    return f"Quá hạn {max(days_from, 1)}–{days_to} ngày"
