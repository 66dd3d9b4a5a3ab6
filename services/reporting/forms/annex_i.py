"""Annex I: which specialist follows what (Đ8.1.đ; regulation §5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.reporting.forms.paper import Column, Form, Head, Kind, Paper, Table


@dataclass(frozen=True)
class Item:
    """A row in force; `last_day` None: without end."""

    specialist: str
    field: str
    units: str
    office_leader: str
    deputy: str
    first_day: date | None
    last_day: date | None
    note: str


COLUMNS = (
    Column("tt", "TT", Kind.NUMBER, width=5),
    Column("specialist", "Chuyên viên", width=22),
    Column("field", "Lĩnh vực", width=22),
    Column("units", "Cơ quan, đơn vị theo dõi", width=28),
    Column("office_leader", "Lãnh đạo Văn phòng", width=20),
    Column("deputy", "Người dự phòng", width=20),
    Column("first_day", "Từ ngày", Kind.DATE, width=12),
    Column("last_day", "Đến ngày", Kind.DATE, width=12),
    Column("note", "Ghi chú", width=20),
)


def annex_i(head: Head, items: Sequence[Item]) -> Paper:
    """As of the head's date."""
    return head.paper(
        Form.I,
        Table("items", COLUMNS, [(place, *vars(item).values()) for place, item in enumerate(items, 1)]),
        title="Danh sách",
        abstract="Phân công chuyên viên Văn phòng UBND tỉnh theo dõi, đôn đốc nhiệm vụ",
        landscape=True,
    )
