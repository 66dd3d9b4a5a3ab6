"""XLSX: each table on a sheet of its own, where dates stay dates and numbers numbers; the words around them on the last."""

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from fractions import Fraction
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from services.reporting.forms import frame
from services.reporting.forms.paper import Column, Kind, Paper, Row, Table, Value
from services.reporting.forms.text import clean

# Excel's own limits: of a cell, of a sheet's name and the signs that it mustn't hold.
MOST_CHARACTERS, MOST_OF_A_NAME = 32_767, 31
_NOT_IN_NAMES = str.maketrans("[]:*?/\\'", "        ")
# A text that begins so would become a formula when somebody edits its cell, or saves the sheet as CSV (§6.28).
FORMULA_SIGNS = tuple("=+-@")
A4 = 9
# Top, bottom, left, right, in inches.
MARGINS = {"top": 0.79, "bottom": 0.79, "left": 1.18, "right": 0.59}
_NUMBERS = {Kind.NUMBER: "#,##0", Kind.DATE: "dd/mm/yyyy", Kind.PERCENT: "0.00%", Kind.POINTS: "#,##0.00"}
_FONT = {"font_name": "Times New Roman", "font_size": 12}
_CELL = _FONT | {"border": 1, "valign": "top", "text_wrap": True}


def sheet(paper: Paper) -> bytes:
    """Rows are written one by one as they come; none is kept."""
    file = io.BytesIO()
    book = Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": clean(paper.title), "created": datetime.combine(paper.date, time(), UTC).replace(tzinfo=None)})
    tables = [block for block in paper.parts if isinstance(block, Table)]
    for place, table in enumerate(tables, 1):
        _Sheet(book, paper, table).write(_name(table, place, len(tables)))
    _words(book, paper)
    book.close()
    return file.getvalue()


def _name(table: Table, place: int, of: int) -> str:
    """Its label, as far as Excel takes it; two never have the same."""
    words = (table.label or "Bảng").translate(_NOT_IN_NAMES).strip()
    number = f"{place}. " if of > 1 else ""
    return (number + words)[:MOST_OF_A_NAME].strip()


class _Sheet:
    """One table's sheet, from the top down, as constant memory wants it."""

    def __init__(self, book: Workbook, paper: Paper, table: Table) -> None:
        self.book, self.paper, self.table = book, paper, table
        self.heading = book.add_format(_CELL | {"bold": True, "align": "center", "valign": "vcenter"})
        looks = {(column.kind, column.align) for column in table.columns}
        self.formats = {
            (kind, align, bold, quoted): book.add_format(
                _CELL
                | {"num_format": _NUMBERS.get(kind, "General"), "align": align, "bold": bold}
                | ({"quote_prefix": True} if quoted else {})
            )
            for kind, align in sorted(looks, key=str)
            for bold in (False, True)
            for quoted in (False, True)
        }

    def write(self, name: str) -> None:
        """Title, headings, rows, totals."""
        at = self.book.add_worksheet(name)
        _page(at, landscape=self.paper.landscape)
        at.set_footer(f"&L{clean(frame.note(self.paper)).replace('&', '&&')}&R&P/&N")
        for place, column in enumerate(self.table.columns):
            at.set_column(place, place, column.width)
        title = ". ".join(filter(None, (clean(self.paper.title).upper(), clean(self.paper.abstract), self.table.label)))
        at.write_string(0, 0, title, self.book.add_format(_FONT | {"bold": True}))
        first = self._headings(at)
        at.freeze_panes(first, 0)
        at.repeat_rows(1, first - 1)
        next_row = first
        for row in self.table.rows:
            self._row(at, next_row, row, bold=False)
            next_row += 1
        at.autofilter(first - 1, 0, max(first - 1, next_row - 1), len(self.table.columns) - 1)
        for row in self.table.totals:
            self._row(at, next_row, row, bold=True)
            next_row += 1

    def _headings(self, at: Worksheet) -> int:
        """The first row below them. A title stands in the lowest row, so that the filters' row is whole."""
        found, depth = frame.headings(self.table)
        for level in range(depth):
            row = 1 + level
            for place in range(len(self.table.columns)):
                at.write_blank(row, place, None, self.heading)
            for cell in found:
                if cell.row + cell.rows - 1 != level:
                    continue
                if cell.columns > 1:
                    at.merge_range(row, cell.column, row, cell.column + cell.columns - 1, cell.text, self.heading)
                else:
                    at.write_string(row, cell.column, cell.text, self.heading)
        marks = frame.marks(self.table)
        for place, mark in enumerate(marks):
            at.write_string(1 + depth, place, mark, self.heading)
        return 1 + depth + bool(marks)

    def _row(self, at: Worksheet, row: int, values: Row, *, bold: bool) -> None:
        for place, (column, value) in enumerate(zip(self.table.columns, values, strict=True)):
            self._cell(at, (row, place), column, value, bold=bold)

    def _cell(self, at: Worksheet, where: tuple[int, int], column: Column, value: Value, *, bold: bool) -> None:
        look = self.formats[column.kind, column.align, bold, False]
        if isinstance(value, date):
            at.write_datetime(*where, datetime.combine(value, time()), look)
        elif isinstance(value, int | Fraction):
            at.write_number(*where, value if isinstance(value, int) else float(value), look)
        elif value is None and column.kind in (Kind.PERCENT, Kind.POINTS):
            at.write_string(*where, "–", look)
        elif text := _short(clean(value or "")).strip():
            at.write_string(*where, text, self.formats[column.kind, column.align, bold, text.startswith(FORMULA_SIGNS)])
        else:
            at.write_blank(*where, None, look)


def _short(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"


def _page(at: Worksheet, *, landscape: bool) -> None:
    at.set_paper(A4)
    at.set_margins(**MARGINS)
    at.fit_to_pages(1, 0)
    if landscape:
        at.set_landscape()


def _words(book: Workbook, paper: Paper) -> None:
    """What the paper says around its tables."""
    at = book.add_worksheet("Văn bản")
    _page(at, landscape=False)
    at.set_column(0, 0, 40)
    at.set_column(1, 1, 60)
    looks: dict[bool, Any] = {bold: book.add_format(_FONT | {"text_wrap": True, "valign": "top", "bold": bold}) for bold in (False, True)}
    for row, (label, text) in enumerate(_lines(paper)):
        at.write_string(row, 0, label, looks[True])
        at.write_string(row, 1, _short(text), looks[False])


def _lines(paper: Paper) -> Iterator[tuple[str, str]]:
    words = frame.words(paper)
    yield from ((words["superior"], frame.NATION), (words["agency"], frame.MOTTO), (words["number"], words["place_and_date"]), ("", ""))
    yield words["title"], words["abstract"]
    yield from (("", line) for line in words["addressees"])
    for block in paper.parts:
        yield block.label, "" if isinstance(block, Table) else clean(block.text)
    yield "", ""
    yield from (("", line) for line in (*words["signature"], words["signer"]) if line)
    yield from ((("Nơi nhận:", ""), *((line, "") for line in words["recipients"])) if words["recipients"] else ())
    yield words["note"], paper.url
