"""The default .docx template of a paper: NĐ 30/2020's layout with a field, in docxtpl's tags, wherever the paper has a value.

It is made from the paper that it will print, so that the two always fit; what an administrator downloads is made from the form's sample.
"""

import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape

from services.reporting.forms.frame import MOTTO, NATION, NOTHING, ROOMY, SCAN, headings, marks, size, totals_key, wide
from services.reporting.forms.paper import Paper, Paragraph, Table

FONT = "Times New Roman"
# In twentieths of a point: 1 mm is 56.7.
MM = 56.693
TOP, BOTTOM, LEFT, RIGHT = (round(side * MM) for side in (20, 20, 30, 15))
WIDTH, HEIGHT = round(210 * MM), round(297 * MM)
# Half points.
BODY, SMALL = 28, 22
# The first moment that a zip can hold: the same paper gives the same bytes.
EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Look:
    """How a paragraph stands; sizes in half points, spaces and indents in twentieths of a point."""

    align: str = "left"
    size: int = BODY
    bold: bool = False
    italic: bool = False
    before: int = 0
    after: int = 0
    first: int = 0
    keep: bool = False
    style: str = ""


CENTRED = Look(align="center")


def template(paper: Paper) -> bytes:
    """A .docx that python-docx and Word open."""
    body = "".join(_body(paper)) + _section(paper)
    parts = {**_FIXED, "word/document.xml": _part("document", f"<w:body>{body}</w:body>")}
    return packed(parts)


def packed(parts: dict[str, bytes]) -> bytes:
    """A zip of them, the same each time."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def _text_width(paper: Paper) -> int:
    return (HEIGHT if paper.landscape else WIDTH) - LEFT - RIGHT


def _body(paper: Paper) -> Iterable[str]:
    width = _text_width(paper)
    yield _head(width)
    yield _p("{{ title }}", Look("center", bold=True, before=240, style="Title"))
    yield _each("if abstract", _p("{{ abstract }}", Look("center", bold=True)), _rule(width, 1500))
    yield _each("for line in addressees", _p("{{ line }}", Look("center", before=60)))
    yield _p("", Look(size=12))
    for block in paper.blocks:
        yield from _table(block, width) if isinstance(block, Table) else _paragraph(block)
    yield _p("", Look(size=16))
    yield _foot(width)
    yield _p("", Look(size=16))
    for block in paper.after:
        yield from _table(block, width) if isinstance(block, Table) else _paragraph(block)


def _each(tag: str, *paragraphs: str) -> str:
    """{%p if … %} … {%p endif %}, each tag in a paragraph of its own, which docxtpl takes away."""
    return _p(f"{{%p {tag} %}}") + "".join(paragraphs) + _p(f"{{%p end{tag.split(maxsplit=1)[0]} %}}")


def _head(width: int) -> str:
    left = round(width * 0.38)
    right = width - left
    agency = [
        _each("if superior", _p("{{ superior }}", Look("center", 26))),
        _p("{{ agency }}", Look("center", 26, bold=True)),
        _rule(left, 1000),
    ]
    nation = [_p(NATION, Look("center", 26, bold=True)), _p(MOTTO, Look("center", 28, bold=True)), _rule(right, 3300)]
    number = [_each("if number", _p("{{ number }}", Look("center", 26))), _p("", Look(size=2))]
    place = [_p("{{ place_and_date }}", Look("center", 28, italic=True))]
    return _plain_table((left, right), (agency, nation), (number, place))


def _foot(width: int) -> str:
    half = round(width / 2)
    recipients = [
        _each(
            "if recipients",
            _p("Nơi nhận:", Look(size=24, bold=True, italic=True)),
            _each("for line in recipients", _p("{{ line }}", Look(size=SMALL))),
        ),
        _each("if qr", _p("{{ qr }}", Look(before=160)), _p(SCAN, Look(size=18, italic=True))),
        _p("", Look(size=2)),
    ]
    signature = [
        _each("for line in signature", _p("{{ line }}", Look("center", bold=True, keep=True))),
        _p("", Look("center", before=1200)),
        _p("{{ signer }}", Look("center", bold=True)),
    ]
    return _plain_table((half, width - half), (recipients, signature))


def _paragraph(block: Paragraph) -> Iterable[str]:
    if not block.key:
        yield _p(_fixed(block.label), Look(bold=True, before=160, after=80, keep=True, style="Heading1"))
        return
    label = _run(f"{_fixed(block.label)} ", Look(bold=True)) if block.label else ""
    yield _each(f"if {block.key}", _p("", Look("both", after=80, first=567), label + _run(f"{{{{ {block.key} }}}}", Look())))


def _table(table: Table, width: int) -> Iterable[str]:
    if table.label:
        yield _p(_fixed(table.label), Look(bold=True, before=160, after=80, keep=True, style="Heading1"))
    points = 2 * size(table)
    widths = [round(width * share) for share in wide(table, landscape=width > WIDTH)]
    rows = [*_headings(table, points)]
    for name, bold in ((table.key, False), (totals_key(table), True)):
        cells = [_cell(f"{{{{ row.{column.key} }}}}", Look(column.align, points, bold=bold)) for column in table.columns]
        rows += [_row([_cell(f"{{%tr for row in {name} %}}", Look())]), _row(cells), _row([_cell("{%tr endfor %}", Look())])]
    yield _p(f"{{%p if {table.key} or {totals_key(table)} %}}")
    yield _grid(widths, rows, "TableGrid", 40 if len(table.columns) > ROOMY else 108)
    yield _p("{%p else %}") + _p(NOTHING, Look(first=567)) + _p("{%p endif %}")
    yield _p("", Look(size=16))


def _headings(table: Table, points: int) -> Iterable[str]:
    found, depth = headings(table)
    look = Look("center", points, bold=True)
    for level in range(depth):
        cells = []
        for cell in sorted((one for one in found if one.row <= level < one.row + one.rows), key=lambda one: one.column):
            merge = "" if cell.rows == 1 else f'<w:vMerge w:val="{"restart" if cell.row == level else "continue"}"/>'
            cells.append(_cell(_fixed(cell.text) if cell.row == level else "", look, merge, _MIDDLE, span=cell.columns))
        yield _row(cells, repeated=True)
    if cited := marks(table):
        yield _row([_cell(_fixed(mark), Look("center", points, italic=True)) for mark in cited], repeated=True)


def _fixed(words: str) -> str:
    """Fixed words go into the template as they are: they must not be a field."""
    if "{" in words or "}" in words:
        raise ValueError("a label or heading holds a brace")
    return words


def _p(text: str, look: Look = Look(), runs: str = "") -> str:
    """A paragraph."""
    properties = "".join(
        (
            f'<w:pStyle w:val="{look.style}"/>' if look.style else "",
            "<w:keepNext/>" if look.keep else "",
            f'<w:spacing w:before="{look.before}" w:after="{look.after}"/>',
            f'<w:ind w:firstLine="{look.first}"/>' if look.first else "",
            f'<w:jc w:val="{look.align}"/>',
            f'<w:rPr><w:sz w:val="{look.size}"/></w:rPr>',
        )
    )
    return f"<w:p><w:pPr>{properties}</w:pPr>{runs or (_run(text, look) if text else '')}</w:p>"


def _run(text: str, look: Look) -> str:
    marks = f'{"<w:b/>" if look.bold else ""}{"<w:i/>" if look.italic else ""}<w:sz w:val="{look.size}"/><w:szCs w:val="{look.size}"/>'
    return f'<w:r><w:rPr>{marks}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def _rule(width: int, length: int) -> str:
    """A line in the middle, as long as asked."""
    side = max(0, (width - length) // 2)
    return (
        '<w:p><w:pPr><w:pBdr><w:top w:val="single" w:sz="6" w:space="1" w:color="auto"/></w:pBdr>'
        f'<w:spacing w:before="20" w:after="0" w:line="80" w:lineRule="exact"/><w:ind w:left="{side}" w:right="{side}"/></w:pPr></w:p>'
    )


def _plain_table(widths: tuple[int, int], *rows: tuple[list[str], list[str]]) -> str:
    made = [
        _row([f'<w:tc><w:tcPr><w:tcW w:w="{w}" w:type="dxa"/></w:tcPr>{"".join(cell)}</w:tc>' for w, cell in zip(widths, row, strict=True)])
        for row in rows
    ]
    return _grid(list(widths), made, "TableNormal")


def _grid(widths: list[int], rows: list[str], style: str, margin: int = 0) -> str:
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    sides = f'<w:tblCellMar><w:left w:w="{margin}" w:type="dxa"/><w:right w:w="{margin}" w:type="dxa"/></w:tblCellMar>'
    properties = f'<w:tblStyle w:val="{style}"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>{sides}'
    return f"<w:tbl><w:tblPr>{properties}</w:tblPr><w:tblGrid>{columns}</w:tblGrid>{''.join(rows)}</w:tbl>"


def _row(cells: list[str], *, repeated: bool = False) -> str:
    return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' if repeated else ''}</w:trPr>{''.join(cells)}</w:tr>"


def _cell(text: str, look: Look, merge: str = "", more: str = "", *, span: int = 1) -> str:
    spans = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    return f"<w:tc><w:tcPr>{spans}{merge}{more}</w:tcPr>{_p(text, look)}</w:tc>"


def _section(paper: Paper) -> str:
    wide, high = (HEIGHT, WIDTH) if paper.landscape else (WIDTH, HEIGHT)
    turned = ' w:orient="landscape"' if paper.landscape else ""
    return (
        '<w:sectPr><w:headerReference w:type="default" r:id="rId1"/><w:headerReference w:type="first" r:id="rId2"/>'
        '<w:footerReference w:type="default" r:id="rId3"/><w:footerReference w:type="first" r:id="rId3"/>'
        f'<w:pgSz w:w="{wide}" w:h="{high}"{turned}/>'
        f'<w:pgMar w:top="{TOP}" w:right="{RIGHT}" w:bottom="{BOTTOM}" w:left="{LEFT}" w:header="567" w:footer="454" w:gutter="0"/>'
        "<w:titlePg/></w:sectPr>"
    )


_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def _part(root: str, inner: str) -> bytes:
    return f"{_XML}<w:{root} {_W} {_R}>{inner}</w:{root}>".encode()


def _relations(*related: tuple[str, str]) -> bytes:
    lines = [f'<Relationship Id="rId{place}" Type="{kind}" Target="{target}"/>' for place, (kind, target) in enumerate(related, 1)]
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{"".join(lines)}</Relationships>'.encode()


def _styles() -> bytes:
    fonts = f'<w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}" w:cs="{FONT}" w:eastAsia="{FONT}"/>'
    lines = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>' for side in _SIDES)
    return _part(
        "styles",
        f'<w:docDefaults><w:rPrDefault><w:rPr>{fonts}<w:sz w:val="{BODY}"/><w:szCs w:val="{BODY}"/>'
        '<w:lang w:val="vi-VN" w:eastAsia="vi-VN"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>'
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>'
        '<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:basedOn w:val="Normal"/><w:qFormat/></w:style>'
        '<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:basedOn w:val="Normal"/><w:qFormat/>'
        '<w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>'
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/></w:style>'
        '<w:style w:type="table" w:styleId="TableGrid"><w:name w:val="Table Grid"/><w:basedOn w:val="TableNormal"/>'
        f"<w:tblPr><w:tblBorders>{lines}</w:tblBorders></w:tblPr></w:style>",
    )


_MIDDLE = '<w:vAlign w:val="center"/>'
_SIDES = ("top", "left", "bottom", "right", "insideH", "insideV")
_PAGE = (
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
)
_OVERRIDES = {
    "/word/document.xml": f"{_WORD_TYPE}.document.main+xml",
    "/word/styles.xml": f"{_WORD_TYPE}.styles+xml",
    "/word/settings.xml": f"{_WORD_TYPE}.settings+xml",
    "/word/header1.xml": f"{_WORD_TYPE}.header+xml",
    "/word/header2.xml": f"{_WORD_TYPE}.header+xml",
    "/word/footer1.xml": f"{_WORD_TYPE}.footer+xml",
    "/docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
}
_FIXED = {
    "[Content_Types].xml": (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        + "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in _OVERRIDES.items())
        + "</Types>"
    ).encode(),
    "_rels/.rels": _relations(
        (f"{_OFFICE}/officeDocument", "word/document.xml"),
        (f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
    ),
    "word/_rels/document.xml.rels": _relations(
        (f"{_OFFICE}/header", "header1.xml"),
        (f"{_OFFICE}/header", "header2.xml"),
        (f"{_OFFICE}/footer", "footer1.xml"),
        (f"{_OFFICE}/styles", "styles.xml"),
        (f"{_OFFICE}/settings", "settings.xml"),
    ),
    "word/styles.xml": _styles(),
    "word/settings.xml": _part("settings", '<w:themeFontLang w:val="vi-VN"/>'),
    # Page numbers from the second page on.
    "word/header1.xml": _part("hdr", _p("", CENTRED, _PAGE)),
    "word/header2.xml": _part("hdr", _p("", CENTRED)),
    "word/footer1.xml": _part("ftr", _p("{{ note }}", Look("right", 18, italic=True))),
    "docProps/core.xml": (
        f'{_XML}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<dc:title>{{ title }}</dc:title><dc:language>vi-VN</dc:language></cp:coreProperties>"
    ).encode(),
}
