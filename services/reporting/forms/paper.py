"""What is printed, whatever the format: a paper of the Office or of a unit, laid out as NĐ 30/2020/NĐ-CP wants it (regulation §5).

Build a Paper (the six forms by their own modules, from a Head and their data); `render.rendered(paper, format, template)` gives its
bytes, of the same Paper the same bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, StrEnum
from fractions import Fraction

# None is printed as nothing; a percent that isn't known, as "–" (§6.27).
Value = str | int | Fraction | date | None
Row = tuple[Value, ...]


class Form(Enum):
    """The six forms of the regulation's annexes, and OTHER papers, which have no template to replace."""

    OTHER = 0
    I = 1  # noqa: E741
    II = 2
    III = 3
    IV = 4
    V = 5
    VI = 6


class Format(StrEnum):
    DOCX = "docx"
    PDF = "pdf"
    XLSX = "xlsx"


class Kind(Enum):
    """How a column's values are printed; in a spreadsheet they stay what they are."""

    TEXT = 1  # str
    NUMBER = 2  # int
    DATE = 3  # date
    PERCENT = 4  # Fraction of 1: Fraction(7, 8) is "87,50 %"
    POINTS = 5  # Fraction: Fraction(175, 2) is "87,50"


@dataclass(frozen=True)
class Column:
    """`key` is its name in DOCX templates ({{ row.key }}; "tt": the row's number); `title` and the `groups` above it (outermost first) are
    fixed words: neighbours with the same group share its cell. `width` is in characters of the sheet, and relative on paper. `mark` is
    printed in a row of its own under the headings, by which the text cites the column: "(14)"."""

    key: str
    title: str
    kind: Kind = Kind.TEXT
    width: int = 10
    groups: tuple[str, ...] = ()
    mark: str = ""

    @property
    def align(self) -> str:
        """Where its values stand: figures right, the row's number and dates in the middle."""
        if self.kind is Kind.DATE or self.key == "tt":
            return "center"
        return "left" if self.kind is Kind.TEXT else "right"


@dataclass(frozen=True)
class Table:
    """`key` is its name in DOCX templates. `label` is fixed words above it. Each row has a value for each column; `totals` are printed bold
    below the rows."""

    key: str
    columns: tuple[Column, ...]
    rows: Sequence[Row]
    totals: tuple[Row, ...] = ()
    label: str = ""


@dataclass(frozen=True)
class Paragraph:
    """`label` is fixed words, printed bold before the text (alone it is a heading); `text` is data, found by `key` in DOCX templates.
    A line feed in the text starts a new line. An empty `key` goes with an empty text."""

    key: str = ""
    text: str = ""
    label: str = ""


@dataclass(frozen=True)
class Signature:
    """`lines` above the name: ("TL. CHỦ TỊCH", "CHÁNH VĂN PHÒNG"); `name` is empty until somebody signs."""

    lines: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True)
class Paper:
    """`blocks` come before the signature, `after` below it. `superior` is the agency above, printed before `agency`. Without a `number` its
    place stays open ("Số:      /BC-VPUB"), without a `symbol` too there is no such line. `title` is the kind of paper ("BÁO CÁO"),
    `abstract` what it is about. `url`: the QR code's. `proposed`: printed as "Mẫu đề xuất", since the annexes weren't published with the
    text."""

    form: Form
    agency: str
    date: date
    title: str
    superior: str = ""
    number: int | None = None
    symbol: str = ""
    place: str = ""
    abstract: str = ""
    addressees: tuple[str, ...] = ()
    blocks: tuple[Paragraph | Table, ...] = ()
    after: tuple[Paragraph | Table, ...] = ()
    signature: Signature = field(default_factory=Signature)
    recipients: tuple[str, ...] = ()
    url: str = ""
    landscape: bool = False
    proposed: bool = True

    @property
    def parts(self) -> tuple[Paragraph | Table, ...]:
        """Before and after the signature."""
        return self.blocks + self.after


@dataclass(frozen=True)
class Head:
    """What a paper of any form has beside its contents; as in Paper."""

    agency: str
    date: date
    superior: str = ""
    number: int | None = None
    symbol: str = ""
    place: str = ""
    addressees: tuple[str, ...] = ()
    signature: Signature = field(default_factory=Signature)
    recipients: tuple[str, ...] = ()
    url: str = ""

    def paper(
        self,
        form: Form,
        *blocks: Paragraph | Table,
        title: str,
        abstract: str = "",
        after: tuple[Paragraph | Table, ...] = (),
        landscape: bool = False,
    ) -> Paper:
        """The whole of it."""
        return Paper(form=form, blocks=blocks, after=after, title=title, abstract=abstract, landscape=landscape, **vars(self))
