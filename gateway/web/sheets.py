"""Lists as files: one page for a spreadsheet, written row by row, so that a long one needs no more memory than a short one."""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory
from typing import BinaryIO, Protocol

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from . import words

# A text stays one, whatever it begins with (§6.28); a date or a time (in Huế) is one; None: nothing.
Cell = str | int | dt.date | dt.datetime | None
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"


@dataclass(frozen=True)
class Head:
    """What stands above the rows. `columns`: (heading, width in characters), beside each row's number. `total`: how many rows there will
    be, None where that shows only at the end."""

    title: str
    conditions: Sequence[str]
    time: dt.datetime
    columns: Sequence[tuple[str, int]]
    total: int | None = None

    @property
    def headings(self) -> list[str]:
        return ["TT", *(heading for heading, _ in self.columns)]

    @property
    def lines(self) -> list[str]:
        """Title, conditions, time."""
        return [
            self.title,
            "Điều kiện: " + ("; ".join(self.conditions) or "không có, toàn bộ danh sách"),
            f"Số liệu lúc {words.datetime(self.time)}",
        ]


class Sheet(Protocol):
    """A file in the making."""

    def add(self, rows: Iterable[Sequence[Cell]]) -> None:
        """In the order in which they are read."""

    def end(self) -> None:
        """Nothing is added after this; the file is whole then."""


@dataclass
class Spreadsheet:
    """For Excel and LibreOffice."""

    file: BinaryIO
    head: Head
    _folder: TemporaryDirectory = field(default_factory=lambda: TemporaryDirectory(prefix="ykcd-export-"))
    _row: int = 0

    def __post_init__(self) -> None:
        self._book = Workbook(self.file, {"constant_memory": True, "tmpdir": self._folder.name})
        self._book.set_properties({"title": self.head.title, "created": self.head.time.replace(tzinfo=None)})
        look = self._book.add_format
        self._text = look({"text_wrap": True, "valign": "top"})
        self._number = look({"valign": "top", "num_format": "#,##0"})
        self._date = look({"valign": "top", "num_format": "dd/mm/yyyy", "align": "left"})
        self._time = look({"valign": "top", "num_format": "dd/mm/yyyy hh:mm", "align": "left"})
        self._sheet: Worksheet = self._book.add_worksheet("Danh sách")
        self._begin(look({"bold": True, "font_size": 14}), look({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}))

    def _begin(self, title: object, heading: object) -> None:
        head = self.head
        for place, width in enumerate((10, *(width for _, width in head.columns))):
            self._sheet.set_column(place, place, width)
        for line in head.lines:
            self._sheet.write_string(self._row, 0, line, title if self._row == 0 else None)
            self._row += 1
        if head.total is not None:
            self._count(head.total)
        self._row += 1
        for place, text in enumerate(head.headings):
            self._sheet.write_string(self._row, place, text, heading)
        self._row += 1
        self._sheet.freeze_panes(self._row, 0)
        self._sheet.repeat_rows(self._row - 1)
        self._sheet.set_landscape()
        self._sheet.set_paper(9)
        self._sheet.fit_to_pages(1, 0)
        self._first = self._row

    def _count(self, total: int) -> None:
        self._sheet.write_string(self._row, 0, "Số dòng:")
        self._sheet.write_number(self._row, 1, total, self._number)
        self._row += 1

    def add(self, rows: Iterable[Sequence[Cell]]) -> None:
        """As Sheet has it."""
        for row in rows:
            self._write(0, self._row - self._first + 1)
            for place, cell in enumerate(row, start=1):
                self._write(place, cell)
            self._row += 1

    def _write(self, place: int, cell: Cell) -> None:
        if isinstance(cell, dt.datetime):
            self._sheet.write_datetime(self._row, place, cell.astimezone(words.HUE_TIME).replace(tzinfo=None), self._time)
        elif isinstance(cell, dt.date):
            self._sheet.write_datetime(self._row, place, cell, self._date)
        elif isinstance(cell, int):
            self._sheet.write_number(self._row, place, cell, self._number)
        elif cell:
            # Never write(): that takes "=1+1" for a formula and "+84…" or an address for what they aren't.
            self._sheet.write_string(self._row, place, cell, self._text)

    def end(self) -> None:
        """As Sheet has it."""
        written = self._row - self._first
        if written:
            self._sheet.autofilter(self._first - 1, 0, self._row - 1, len(self.head.columns))
        if self.head.total is None:
            self._row += 1
            self._count(written)
        self._book.close()
        self._folder.cleanup()


@dataclass
class Table:
    """For other software; Excel reads its letters by the mark at its beginning."""

    file: BinaryIO
    head: Head
    _rows: int = 0

    def __post_init__(self) -> None:
        self._text = io.TextIOWrapper(self.file, encoding="utf-8-sig", newline="", write_through=True)
        self._csv = csv.writer(self._text)
        self._csv.writerows([_harmless(line)] for line in self.head.lines)
        if self.head.total is not None:
            self._csv.writerow(["Số dòng:", self.head.total])
        self._csv.writerow([])
        self._csv.writerow(self.head.headings)

    def add(self, rows: Iterable[Sequence[Cell]]) -> None:
        """As Sheet has it."""
        for row in rows:
            self._rows += 1
            self._csv.writerow([self._rows, *(_written(cell) for cell in row)])

    def end(self) -> None:
        """As Sheet has it."""
        if self.head.total is None:
            self._csv.writerows([[], ["Số dòng:", self._rows]])
        self._text.detach()


def _written(cell: Cell) -> str:
    if isinstance(cell, dt.datetime):
        return words.datetime(cell)
    if isinstance(cell, dt.date):
        return words.date(cell)
    return "" if cell is None else str(cell) if isinstance(cell, int) else _harmless(cell)


def _harmless(text: str) -> str:
    """A CSV file has no types: a program would take such a text for a formula, but for the apostrophe."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


FORMATS: dict[str, tuple[type[Spreadsheet] | type[Table], str]] = {"xlsx": (Spreadsheet, XLSX), "csv": (Table, CSV)}
