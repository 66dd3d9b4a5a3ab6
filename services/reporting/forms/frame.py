"""What surrounds a paper's blocks, in words; and the names by which DOCX templates find everything."""

from collections.abc import Iterable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from services.reporting.forms.paper import Column, Form, Kind, Paper, Row, Table
from services.reporting.forms.text import clean, listed, long_day, shown

NATION = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
# In place of a table without rows.
NOTHING = "Không có."
SCAN = "Quét mã để mở trên hệ thống"
# A table's letters in points, by the most columns that they have room for; a table with more than ROOMY has little padding, too.
SIZES, SMALLEST, ROOMY = ((6, 12), (11, 11), (14, 10)), 8, 14
# Of the text, in millimetres, upright and turned: A4 without 30 at the left and 15 at the right.
PAGE_WIDTHS = (210 - 45, 297 - 45)
# In points.
MILLIMETRE = 2.835
# One value each, and one a line.
WORDS = frozenset({"superior", "agency", "number", "place_and_date", "title", "abstract", "signer", "note", "qr"})
LINES = frozenset({"addressees", "signature", "recipients"})


@dataclass(frozen=True)
class Fields:
    """The names that a form's template may use: `{{ word }}`, `{% for line in lines %}`, `{% for row in table %}{{ row.column }}`."""

    words: frozenset[str]
    lines: frozenset[str]
    tables: dict[str, frozenset[str]]


def fields(paper: Paper) -> Fields:
    """Those of a paper with all that its form can have."""
    tables = {}
    for table in paper.parts:
        if isinstance(table, Table):
            keys = frozenset(column.key for column in table.columns)
            tables |= {table.key: keys, totals_key(table): keys}
    texts = {block.key for block in paper.parts if not isinstance(block, Table) and block.key}
    return Fields(WORDS | texts, LINES, tables)


def totals_key(table: Table) -> str:
    """The name of the rows below a table."""
    return f"{table.key}_totals"


def values(paper: Paper, qr: Any = "") -> dict[str, Any]:
    """What stands behind these names. `qr`: the picture, if there is one."""
    found: dict[str, Any] = {**words(paper), "qr": qr}
    for block in paper.parts:
        if isinstance(block, Table):
            found |= {block.key: _rows(block, block.rows), totals_key(block): _rows(block, block.totals)}
        elif block.key:
            found[block.key] = clean(block.text)
    return found


def _rows(table: Table, rows: Iterable[Row]) -> list[SimpleNamespace]:
    return [SimpleNamespace(**dict(zip((column.key for column in table.columns), texts(table, row), strict=True))) for row in rows]


def texts(table: Table, row: Row) -> list[str]:
    """A row's cells as they are printed."""
    return [shown(value, column.kind) for column, value in zip(table.columns, row, strict=True)]


def words(paper: Paper) -> dict[str, Any]:
    """The frame of NĐ 30/2020."""
    return {
        "superior": clean(paper.superior).upper(),
        "agency": clean(paper.agency).upper(),
        "number": _number(paper),
        "place_and_date": f"{clean(paper.place)}, {long_day(paper.date)}" if paper.place else long_day(paper.date).capitalize(),
        "title": clean(paper.title).upper(),
        "abstract": clean(paper.abstract),
        "addressees": _addressees(paper),
        "signature": [clean(line).upper() for line in paper.signature.lines],
        "signer": clean(paper.signature.name),
        "recipients": listed(paper.recipients),
        "note": note(paper),
    }


def _number(paper: Paper) -> str:
    if paper.number is None:
        return f"Số:      /{clean(paper.symbol)}" if paper.symbol else ""
    return f"Số: {paper.number:02}/{clean(paper.symbol)}" if paper.symbol else f"Số: {paper.number:02}"


def _addressees(paper: Paper) -> list[str]:
    if len(paper.addressees) == 1:
        return [f"Kính gửi: {clean(paper.addressees[0])}"]
    return ["Kính gửi:", *listed(paper.addressees)] if paper.addressees else []


def note(paper: Paper) -> str:
    """Regulation §1: what isn't published with the text says so."""
    proposed = "Mẫu đề xuất" if paper.proposed else ""
    if paper.form is Form.OTHER:
        return proposed
    return f"Phụ lục {paper.form.name} – Quyết định số 71/2016/QĐ-UBND{f' ({proposed.lower()})' if proposed else ''}"


def wide(table: Table, *, landscape: bool) -> list[float]:
    """The columns' shares of the page's width; a date or a row's number is never broken."""
    whole = sum(column.width for column in table.columns)
    shares = [column.width / whole for column in table.columns]
    page = PAGE_WIDTHS[landscape]
    padding = 4 if len(table.columns) > ROOMY else 9
    least = [(_letters(column) * size(table) + padding) / MILLIMETRE / page if _letters(column) else 0.0 for column in table.columns]
    kept = sum(most for share, most in zip(shares, least, strict=True) if share < most)
    rest = sum(share for share, most in zip(shares, least, strict=True) if share >= most)
    return [most if share < most else share / rest * (1 - kept) for share, most in zip(shares, least, strict=True)]


def _letters(column: Column) -> float:
    """How wide what mustn't be broken is, in ems: 24/04/2025; TT, bold."""
    return 4.6 if column.kind is Kind.DATE else 1.4 if column.key == "tt" else 0


def size(table: Table) -> int:
    """How large its letters are, in points."""
    return next((size for most, size in SIZES if len(table.columns) <= most), SMALLEST)


def marks(table: Table) -> list[str]:
    """The row under the headings; empty where no column is cited."""
    found = [column.mark for column in table.columns]
    return found if any(found) else []


@dataclass(frozen=True)
class Heading:
    """A cell above the columns: where it stands and how many columns and rows it covers."""

    text: str
    row: int
    column: int
    columns: int = 1
    rows: int = 1


def headings(table: Table) -> tuple[list[Heading], int]:
    """The cells above a table's columns, row by row, and how many rows they are (without that of the marks)."""
    depth = 1 + max(len(column.groups) for column in table.columns)
    found: list[Heading] = []
    for level in range(depth):
        place = 0
        while place < len(table.columns):
            column = table.columns[place]
            if level < len(column.groups):
                path = column.groups[: level + 1]
                end = place
                while end < len(table.columns) and table.columns[end].groups[: level + 1] == path:
                    end += 1
                found.append(Heading(path[-1], level, place, columns=end - place))
                place = end
                continue
            if level == len(column.groups):
                found.append(Heading(column.title, level, place, rows=depth - level))
            place += 1
    return found, depth
