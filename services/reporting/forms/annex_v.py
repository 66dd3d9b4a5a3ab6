"""Annex V: all units' results in a period (Đ9.2; regulation §5), with what the year's work programme came to."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from fractions import Fraction

from services.reporting.forms.paper import Column, Form, Head, Kind, Paper, Paragraph, Row, Table


@dataclass(frozen=True)
class Line:
    """A unit's figures in the order of the columns, (1) to (16); the rates are of 1, None where nothing was due (§6.27)."""

    unit: str
    total: int
    done: int
    done_on_time: int
    done_late: int
    doing: int
    doing_in_time: int
    doing_overdue: int
    not_started: int
    not_started_in_time: int
    not_started_overdue: int
    undated: int
    undated_done: int
    undated_updated: int
    undated_missed: int
    undated_open: int
    notices: int
    escalated: int
    completion_rate: Fraction | None
    on_time_rate: Fraction | None
    late_updates: int
    rank: int | None


@dataclass(frozen=True)
class Coordination:
    """The parts of units that help or gather, outside (1): total = done + in_time + overdue + undated."""

    unit: str
    total: int
    done: int
    in_time: int
    overdue: int
    undated: int


@dataclass(frozen=True)
class Programme:
    """An item of the year's work programme and what came of it; `state` in words."""

    month: int
    content: str
    unit: str
    submitted_to: str
    state: str
    result: str
    completed_on: date | None


@dataclass(frozen=True)
class Figures:
    """`tasks` and `parts`: how many tasks, and how many assignments to units in them (coordinators' too)."""

    lines: Sequence[Line]
    province: Line
    coordination: Sequence[Coordination]
    coordination_total: Coordination
    tasks: int
    parts: int
    programme: Sequence[Programme] = ()


def _numbers(*columns: tuple[str, str, str], groups: tuple[str, ...] = (), kind: Kind = Kind.NUMBER, width: int = 7) -> tuple[Column, ...]:
    return tuple(Column(key, title, kind, width, groups, mark) for key, title, mark in columns)


_DATED, _UNDATED = "Nhiệm vụ có thời hạn", "Nhiệm vụ không thời hạn (ngoài cột 1)"
UNITS = (
    Column("tt", "TT", Kind.NUMBER, width=5, mark="A"),
    Column("unit", "Cơ quan, đơn vị", width=26, mark="B"),
    *_numbers(("total", "Tổng số", "(1)"), groups=(_DATED,)),
    *_numbers(
        ("done", "Cộng", "(2)"), ("done_on_time", "Đúng hạn", "(3)"), ("done_late", "Trễ hạn", "(4)"), groups=(_DATED, "Đã thực hiện")
    ),
    *_numbers(
        ("doing", "Cộng", "(5)"),
        ("doing_in_time", "Trong hạn", "(6)"),
        ("doing_overdue", "Quá hạn", "(7)"),
        groups=(_DATED, "Đang thực hiện"),
    ),
    *_numbers(
        ("not_started", "Cộng", "(8)"),
        ("not_started_in_time", "Trong hạn", "(9)"),
        ("not_started_overdue", "Quá hạn", "(10)"),
        groups=(_DATED, "Chưa thực hiện"),
    ),
    *_numbers(
        ("undated", "Tổng số", "(11)"),
        ("undated_done", "Đã thực hiện", ""),
        ("undated_updated", "Đã cập nhật", ""),
        ("undated_missed", "Chưa cập nhật", ""),
        ("undated_open", "Chưa đến kỳ", ""),
        groups=(_UNDATED,),
    ),
    *_numbers(("whole", "Tổng cộng", "(1)+(11)"), width=9),
    *_numbers(("notices", "Phiếu báo", "(12)"), ("escalated", "Báo cáo Chủ tịch", "(13)")),
    *_numbers(("completion_rate", "Tỷ lệ hoàn thành", "(14)"), ("on_time_rate", "Tỷ lệ đúng hạn", "(15)"), kind=Kind.PERCENT, width=11),
    *_numbers(("late_updates", "Cập nhật trễ", "(16)"), ("rank", "Xếp hạng", "")),
)
COORDINATION = (
    Column("tt", "TT", Kind.NUMBER, width=5),
    Column("unit", "Cơ quan, đơn vị", width=50),
    *_numbers(("total", "Tổng số", ""), ("done", "Đã thực hiện", ""), ("in_time", "Trong hạn", ""), ("overdue", "Quá hạn", ""), width=12),
    *_numbers(("undated", "Không thời hạn", ""), width=12),
)
PROGRAMME = (
    Column("month", "Tháng", Kind.NUMBER, width=10),
    Column("content", "Nội dung", width=44),
    Column("unit", "Cơ quan chủ trì", width=24),
    Column("submitted_to", "Cấp trình", width=18),
    Column("state", "Tình hình", width=16),
    Column("result", "Kết quả", width=30),
    Column("completed_on", "Ngày hoàn thành", Kind.DATE, width=13),
)
# Of the report before this one, IV's and VI's too: its figures, and the assignments behind the difference.
CORRECTIONS = (
    Column("unit", "Cơ quan, đơn vị", width=40),
    Column("measure", "Chỉ tiêu", width=40),
    Column("before", "Đã báo cáo", Kind.NUMBER, width=12),
    Column("after", "Điều chỉnh thành", Kind.NUMBER, width=12),
)
CORRECTED = (
    Column("unit", "Cơ quan, đơn vị", width=26),
    Column("directive", "Văn bản giao", width=20),
    Column("content", "Nội dung nhiệm vụ", width=50),
    Column("before", "Ngày hoàn thành đã báo cáo", Kind.DATE, width=16),
    Column("after", "Điều chỉnh thành", Kind.DATE, width=16),
)


def annex_v(head: Head, period: str, figures: Figures, *, general: str = "", basis: str = "") -> Paper:
    """`period`: "quý I năm 2025"; `general`: what the Office says; `basis`: of when the figures are, by which formula."""
    return head.paper(
        Form.V,
        Paragraph("general", general),
        Table(
            "units",
            UNITS,
            [_row(place, line) for place, line in enumerate(figures.lines, 1)],
            (_row(None, figures.province),),
            label="I. Kết quả của các cơ quan, đơn vị chủ trì",
        ),
        Paragraph("tasks", f"{figures.tasks}", label="Số nhiệm vụ:"),
        Paragraph("parts", f"{figures.parts}", label="Số lượt giao cho các đơn vị (kể cả phối hợp, tổng hợp):"),
        Table(
            "coordination",
            COORDINATION,
            [(place, *vars(line).values()) for place, line in enumerate(figures.coordination, 1)],
            ((None, *vars(figures.coordination_total).values()),),
            label="II. Các đơn vị phối hợp, tổng hợp (không tính vào mục I)",
        ),
        Table(
            "programme",
            PROGRAMME,
            [tuple(vars(item).values()) for item in figures.programme],
            label="III. Kết quả thực hiện chương trình công tác năm",
        ),
        Paragraph("basis", basis),
        title="Báo cáo",
        abstract=f"Kết quả thực hiện nhiệm vụ do UBND tỉnh, Chủ tịch UBND tỉnh giao {period}",
        landscape=True,
    )


def _row(place: int | None, line: Line) -> Row:
    figures = {field.name: getattr(line, field.name) for field in fields(line)} | {"tt": place, "whole": line.total + line.undated}
    return tuple(figures[column.key] for column in UNITS)
