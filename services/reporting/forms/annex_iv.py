"""Annex IV: a unit's periodic report (Đ10.1, Đ10.2; regulation §5)."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date

from services.reporting.forms.paper import Column, Form, Head, Kind, Paper, Paragraph, Table


@dataclass(frozen=True)
class Figures:
    """Block A. carried_over + issued = all dated (done …, doing …, not started …) + all undated."""

    carried_over: int
    issued: int
    done_on_time: int
    done_late: int
    doing_in_time: int
    doing_overdue: int
    not_started_in_time: int
    not_started_overdue: int
    undated_done: int
    undated_updated: int
    undated_missed: int
    undated_open: int
    extensions: int
    returns: int


@dataclass(frozen=True)
class Item:
    """A row of block B; `state` in words ("Đang thực hiện – quá hạn")."""

    directive: str
    content: str
    role: str
    due_date: date | None
    completed_on: date | None
    state: str
    difficulty: str = ""
    cause: str = ""
    proposal: str = ""


LABELS = (
    ("1", "Chuyển từ kỳ trước sang"),
    ("2", "Được giao trong kỳ"),
    ("3.1", "Đã thực hiện – đúng hạn"),
    ("3.2", "Đã thực hiện – trễ hạn"),
    ("4.1", "Đang thực hiện – trong hạn"),
    ("4.2", "Đang thực hiện – quá hạn"),
    ("5.1", "Chưa thực hiện – trong hạn"),
    ("5.2", "Chưa thực hiện – quá hạn"),
    ("6.1", "Không thời hạn – đã thực hiện"),
    ("6.2", "Không thời hạn – đã cập nhật"),
    ("6.3", "Không thời hạn – chưa cập nhật"),
    ("6.4", "Không thời hạn – chưa đến kỳ cập nhật"),
    ("7", "Được gia hạn trong kỳ"),
    ("8", "Trả lại trong kỳ"),
)
SUMMARY = (Column("tt", "TT", width=6), Column("measure", "Chỉ tiêu", width=60), Column("count", "Số lượng", Kind.NUMBER, width=12))
ITEMS = (
    Column("tt", "TT", Kind.NUMBER, width=5),
    Column("directive", "Văn bản giao", width=20),
    Column("content", "Nội dung nhiệm vụ", width=34),
    Column("role", "Vai trò", width=11),
    Column("due_date", "Thời hạn", Kind.DATE, width=13),
    Column("completed_on", "Ngày hoàn thành", Kind.DATE, width=13),
    Column("state", "Tình hình thực hiện", width=18),
    Column("difficulty", "Khó khăn, vướng mắc", width=24),
    Column("cause", "Nguyên nhân", width=24),
    Column("proposal", "Kiến nghị, đề xuất", width=24),
)


def annex_iv(head: Head, period: str, figures: Figures, items: Sequence[Item], *, general: str = "", basis: str = "") -> Paper:
    """`period`: "tháng 4 năm 2025"; `general`: what the unit says; `basis`: of when the figures are, by which formula."""
    counts = [getattr(figures, field.name) for field in fields(figures)]
    return head.paper(
        Form.IV,
        Paragraph("general", general, label="Đánh giá chung."),
        Table(
            "summary",
            SUMMARY,
            [(*label, count) for label, count in zip(LABELS, counts, strict=True)],
            label="A. Tổng hợp tình hình thực hiện",
        ),
        Table("items", ITEMS, [(place, *vars(item).values()) for place, item in enumerate(items, 1)], label="B. Danh mục nhiệm vụ"),
        Paragraph("basis", basis),
        title="Báo cáo",
        abstract=f"Tình hình thực hiện nhiệm vụ do UBND tỉnh, Chủ tịch UBND tỉnh giao {period}",
        landscape=True,
    )
