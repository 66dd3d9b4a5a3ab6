"""Annex VI: what is overdue (Đ8.1.e, Đ9.2; regulation §5)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.reporting.forms.paper import Column, Form, Head, Kind, Paper, Paragraph, Row, Table

MOST_NOTICES = 3


@dataclass(frozen=True)
class Notice:
    """A phiếu báo of the present cycle."""

    number: int
    issue_date: date


@dataclass(frozen=True)
class Item:
    """`due_date` is the extended one, None where it wasn't; `notices`: at most three, the first first."""

    unit: str
    directive: str
    content: str
    coordinators: str
    specialist: str
    original_due_date: date | None
    due_date: date | None
    completed_on: date | None
    days_overdue: int
    working_days_overdue: int
    notices: tuple[Notice, ...] = ()
    escalated_on: date | None = None
    cause: str = ""
    proposal: str = ""


_NOTICES = "Phiếu báo"
COLUMNS = (
    Column("tt", "TT", Kind.NUMBER, width=5),
    Column("unit", "Đơn vị chủ trì", width=17),
    Column("directive", "Văn bản giao", width=16),
    Column("content", "Nội dung nhiệm vụ", width=34),
    Column("coordinators", "Đơn vị phối hợp", width=16),
    Column("specialist", "Chuyên viên theo dõi", width=13),
    Column("original_due_date", "Hạn gốc", Kind.DATE, width=15, groups=("Thời hạn",)),
    Column("due_date", "Gia hạn", Kind.DATE, width=15, groups=("Thời hạn",)),
    Column("completed_on", "Ngày hoàn thành", Kind.DATE, width=15),
    Column("days_overdue", "Ngày", Kind.NUMBER, width=8, groups=("Số ngày quá hạn",)),
    Column("working_days_overdue", "Ngày làm việc", Kind.NUMBER, width=8, groups=("Số ngày quá hạn",)),
    *(Column(f"notice_{place}", f"Lần {place}", width=15, groups=(_NOTICES,)) for place in range(1, MOST_NOTICES + 1)),
    Column("escalated_on", "Ngày báo cáo Chủ tịch", Kind.DATE, width=15),
    Column("cause", "Nguyên nhân", width=20),
    Column("proposal", "Ý kiến xử lý", width=20),
)


def annex_vi(head: Head, period: str, items: Iterable[Item], *, general: str = "", basis: str = "") -> Paper:
    """`period`: "tính đến ngày 30/4/2025"; `general`: what the Office says; `basis`: of when the figures are, by which formula."""
    return head.paper(
        Form.VI,
        Paragraph("general", general),
        Table("items", COLUMNS, [_row(place, item) for place, item in enumerate(items, 1)], label="Danh mục nhiệm vụ quá hạn"),
        Paragraph("basis", basis),
        title="Báo cáo",
        abstract=f"Danh mục nhiệm vụ quá hạn {period}",
        landscape=True,
    )


def _row(place: int, item: Item) -> Row:
    """A notice is cited by number and day, in a cell."""
    notices = [f"Số {notice.number:02}\n{notice.issue_date:%d/%m/%Y}" for notice in item.notices]
    cited = {f"notice_{number}": notice for number, notice in enumerate(notices, 1)}
    return tuple(place if column.key == "tt" else cited.get(column.key) or getattr(item, column.key, None) for column in COLUMNS)
