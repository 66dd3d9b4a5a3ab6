"""Annex III: who does what inside a unit (Đ8.2; regulation §5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.reporting.forms.paper import Column, Form, Head, Kind, Paper, Table


@dataclass(frozen=True)
class Item:
    """One assignment of the unit; `leader`: the one who is responsible, empty until the unit's leader names him."""

    directive: str
    content: str
    due_date: date | None
    leader: str
    officers: str
    role: str
    internal_due_date: date | None
    deliverable: str
    state: str
    note: str


COLUMNS = (
    Column("tt", "TT", Kind.NUMBER, width=5),
    Column("directive", "Văn bản giao", width=18),
    Column("content", "Nội dung nhiệm vụ", width=34),
    Column("due_date", "Thời hạn", Kind.DATE, width=13),
    Column("leader", "Lãnh đạo phụ trách", width=18),
    Column("officers", "Phòng, cán bộ thực hiện", width=20),
    Column("role", "Vai trò", width=11),
    Column("internal_due_date", "Thời hạn nội bộ", Kind.DATE, width=13),
    Column("deliverable", "Sản phẩm", width=16),
    Column("state", "Tình hình thực hiện", width=18),
    Column("note", "Ghi chú", width=18),
)


def annex_iii(head: Head, unit: str, items: Sequence[Item]) -> Paper:
    """As of the head's date."""
    return head.paper(
        Form.III,
        Table("items", COLUMNS, [(place, *vars(item).values()) for place, item in enumerate(items, 1)]),
        title="Danh mục",
        abstract=f"Phân công thực hiện nhiệm vụ do UBND tỉnh, Chủ tịch UBND tỉnh giao {unit}",
        landscape=True,
    )
