"""The six forms in three formats: what people read in them, that they are what they say, and the same each time."""

import io
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from zipfile import ZipFile

import pytest
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.shared import Mm
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from kit.errors import FailedPrecondition
from services.reporting.forms import annex_vi
from services.reporting.forms.paper import Column, Form, Format, Head, Kind, Paper, Paragraph, Table
from services.reporting.forms.render import render, rendered
from services.reporting.forms.samples import OFFICE, SAMPLES
from services.reporting.forms.text import long_day, percent, shown

DAY = date(2025, 4, 24)
POINTS = 72 / 25.4


def words_of(paper: Paper) -> Iterator[str]:
    """What must be read in it, on paper."""
    yield from ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Huế, ngày 24 tháng 4 năm 2025", "Nơi nhận:")
    yield from (paper.title.upper(), paper.abstract, paper.agency.upper(), paper.signature.name)
    for block in paper.parts:
        yield block.label
        if isinstance(block, Table):
            yield from (shown(value, column.kind) for row in block.rows for column, value in zip(block.columns, row, strict=True))
            yield from (column.title for column in block.columns)
        else:
            yield block.text


def pdf_text(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def docx_text(content: bytes) -> str:
    texts = Document(io.BytesIO(content)).element.body.iter("{*}t", "{*}br", "{*}p")
    return "".join(node.text or "" if node.tag.endswith("}t") else " " for node in texts)


def squeezed(text: str) -> str:
    """Wherever the lines were broken."""
    return "".join(text.split())


def table(*rows, kind: Kind = Kind.TEXT, **more) -> Paper:
    """A paper of one table with one column."""
    found = Table("items", (Column("value", "Giá trị", kind),), [(row,) for row in rows], **more)
    return Head("Sở Y tế", DAY).paper(Form.OTHER, found, title="Báo cáo")


def sheet_rows(content: bytes, sheet: int = 0) -> list[list]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(sheet).to_python(skip_empty_area=False)


@pytest.mark.parametrize("form", SAMPLES)
def test_a_pdf_holds_the_words_as_text_in_a_font_of_its_own_and_is_tagged(form: Form) -> None:
    content = render(SAMPLES[form], Format.PDF)
    text = squeezed(pdf_text(content))
    assert [word for word in words_of(SAMPLES[form]) if squeezed(word) not in text] == []
    reader = PdfReader(io.BytesIO(content))
    root = reader.trailer["/Root"]
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("vi", True)
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        assert "Liberation-Serif" in font["/BaseFont"]
        assert "/FontFile2" in str(font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object().keys())


@pytest.mark.parametrize("form", SAMPLES)
def test_a_docx_opens_with_the_words_in_times_on_a_page_of_the_decree(form: Form) -> None:
    """NĐ 30/2020, phụ lục I: A4, 20–25 mm above and below, 30–35 mm left, 15–20 mm right."""
    content = render(SAMPLES[form], Format.DOCX)
    text = squeezed(docx_text(content))
    assert [word for word in words_of(SAMPLES[form]) if squeezed(word) not in text] == []
    assert "{" not in text
    document = Document(io.BytesIO(content))
    section = document.sections[0]
    assert (section.orientation == WD_ORIENT.LANDSCAPE) == SAMPLES[form].landscape
    assert sorted(round(side / Mm(1)) for side in (section.page_width, section.page_height)) == [210, 297]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(margin / Mm(1)) for margin in margins] == [20, 20, 30, 15]
    assert b"Times New Roman" in ZipFile(io.BytesIO(content)).read("word/styles.xml")
    assert ("PAGE" in section.header._element.xml, section.different_first_page_header_footer) == (True, True)
    assert "PAGE" not in section.first_page_header._element.xml
    repeated = [grid for grid in document.tables if "w:tblHeader" in grid._tbl.xml]
    assert len(repeated) == sum(isinstance(block, Table) for block in SAMPLES[form].parts)


@pytest.mark.parametrize("form", SAMPLES)
def test_a_workbook_has_the_tables_rows_and_the_words_around_them(form: Form) -> None:
    content = render(SAMPLES[form], Format.XLSX)
    tables = [block for block in SAMPLES[form].parts if isinstance(block, Table)]
    for place, block in enumerate(tables):
        rows = sheet_rows(content, place)
        last = rows[len(rows) - len(block.totals) - len(block.rows) :]
        for row, values in zip(last, (*block.rows, *block.totals), strict=True):
            assert row == [
                pytest.approx(float(v)) if isinstance(v, int | Fraction) else _in_sheet(v, c)
                for v, c in zip(values, block.columns, strict=True)
            ]
    around = squeezed(str(sheet_rows(content, len(tables))))
    assert squeezed(SAMPLES[form].abstract) in around


def _in_sheet(value, column):
    return value if isinstance(value, date) else "–" if value is None and column.kind is Kind.PERCENT else (value or "").strip()


@pytest.mark.parametrize("format", Format)
def test_the_same_paper_has_the_same_bytes_in_another_process_too(format: Format) -> None:
    paper = replace(SAMPLES[Form.II], landscape=True, blocks=(*SAMPLES[Form.II].blocks, *SAMPLES[Form.V].blocks))
    code = (
        "import sys, hashlib; from dataclasses import replace; from services.reporting.forms.samples import *;"
        "from services.reporting.forms.render import render; from services.reporting.forms.paper import Format;"
        "paper = replace(SAMPLES[Form.II], landscape=True, blocks=(*SAMPLES[Form.II].blocks, *SAMPLES[Form.V].blocks));"
        "sys.stdout.buffer.write(render(paper, Format(sys.argv[1])))"
    )
    environment = {"PYTHONPATH": ".:proto", "PYTHONHASHSEED": "7", "TZ": "America/Lima", "PATH": ""}
    other = subprocess.run([sys.executable, "-c", code, format], env=environment, capture_output=True, check=True).stdout
    assert render(paper, format) == other


async def test_a_paper_is_made_in_a_process_of_its_own() -> None:
    assert await rendered(SAMPLES[Form.I], Format.XLSX) == render(SAMPLES[Form.I], Format.XLSX)


@pytest.mark.article("§6.28")
def test_a_workbook_of_12000_rows_has_12000_rows_with_dates_numbers_and_escaped_formulas() -> None:
    """§6.28."""
    item = annex_vi.Item("Sở Y tế", "5/QĐ", '=HYPERLINK("http://x")', "", "An", DAY, None, None, 5, 3, (annex_vi.Notice(5, DAY),), DAY)
    content = render(annex_vi.annex_vi(OFFICE, "năm 2025", [item] * 12_000), Format.XLSX)
    rows = sheet_rows(content)[3:]
    assert (len(rows), rows[0][0], rows[-1][0]) == (12_000, 1, 12_000)
    assert all((row[3], row[6], row[9], row[14]) == ('=HYPERLINK("http://x")', DAY, 5, DAY) for row in rows)
    book = ZipFile(io.BytesIO(content))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert ('state="frozen"' in sheet, "<autoFilter" in sheet) == (True, True)
    assert b'quotePrefix="1"' in book.read("xl/styles.xml")


@pytest.mark.article("§6.28")
@pytest.mark.parametrize(
    "text", ["=1+1", "+84234", "-5", "@SUM(A1)", "{=1}", "http://x.example", "0123", " khoảng trắng ", "a\x00b\x0bc", "x" * 40_000]
)
def test_a_text_stays_a_text(text: str) -> None:
    (value,) = sheet_rows(render(table(text), Format.XLSX))[-1]
    assert isinstance(value, str)
    assert value == {"a\x00b\x0bc": "abc", "x" * 40_000: "x" * 32_766 + "…"}.get(text, text.strip())


@pytest.mark.parametrize("format", [Format.DOCX, Format.PDF])
@pytest.mark.parametrize("text", ["{{ title }} {% if x %}", "<b>đậm & nhạt</b>", "a\x00b\x0bc", "dòng 1\ndòng 2", "“nháy” – ’"])
def test_what_people_write_is_printed_and_neither_run_nor_read_as_marks(format: Format, text: str) -> None:
    paper = replace(table(text, totals=((text,),)), abstract=text, blocks=(*table(text).blocks, Paragraph("said", text)))
    read = (docx_text if format is Format.DOCX else pdf_text)(render(paper, format))
    assert squeezed(read).count(squeezed(text.replace("\x00", "").replace("\x0b", ""))) == 3


def test_a_table_without_rows_says_so() -> None:
    for format, read in ((Format.DOCX, docx_text), (Format.PDF, pdf_text)):
        assert "Không có." in read(render(table(), format))


def test_headings_of_a_long_table_are_repeated_on_each_page_and_pages_numbered_from_the_second_on() -> None:
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(render(table(*["dòng"] * 120), Format.PDF))).pages]
    assert len(pages) > 2
    assert all("Giá trị" in page for page in pages[:-1])
    last_lines = [page.splitlines()[-2] for page in pages]
    assert (last_lines[0], last_lines[1:]) == ("dòng", [str(number) for number in range(2, len(pages) + 1)])


def test_what_is_too_long_for_paper_is_refused_and_goes_into_a_workbook() -> None:
    long = table(*["x"] * 20_001)
    with pytest.raises(FailedPrecondition, match="PAPER_TOO_LONG"):
        render(long, Format.PDF)
    assert render(long, Format.XLSX)


@pytest.mark.article("§6.27")
def test_figures_are_printed_as_in_vietnamese() -> None:
    assert [percent(value) for value in (Fraction(7, 8), Fraction(6, 8), None, Fraction(16051, 16274), 1, 0)] == [
        "87,50 %", "75,00 %", "–", "98,63 %", "100,00 %", "0,00 %",
    ]  # fmt: skip
    assert (shown(16051, Kind.NUMBER), shown(DAY, Kind.DATE), shown(None, Kind.NUMBER)) == ("16.051", "24/04/2025", "")
    assert [long_day(day) for day in (date(2025, 2, 5), DAY)] == ["ngày 05 tháng 02 năm 2025", "ngày 24 tháng 4 năm 2025"]


@pytest.mark.article("Đ8.1.e")
def test_a_phieu_bao_is_one_page_and_leads_to_its_page() -> None:
    paper = SAMPLES[Form.II]
    assert len(PdfReader(io.BytesIO(render(paper, Format.PDF))).pages) == 1
    assert [name for name in ZipFile(io.BytesIO(render(paper, Format.DOCX))).namelist() if name.startswith("word/media/")] == [
        "word/media/image1.png"
    ]
    assert "Số: 05/PB-VPUB" in pdf_text(render(paper, Format.PDF))
    draft = replace(paper, number=None)
    assert "05/PB" not in pdf_text(render(draft, Format.PDF))
