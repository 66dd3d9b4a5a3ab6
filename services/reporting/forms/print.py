"""PDF: the same layout as a page of HTML, printed: tagged (PDF/UA-1), its text selectable, its font within."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import segno
from jinja2 import Environment, Template, select_autoescape
from weasyprint import HTML
from weasyprint.urls import URLFetcher

from services.reporting.forms import frame
from services.reporting.forms.paper import Paper, Paragraph, Table
from services.reporting.forms.text import clean

PAGE = Path(__file__).with_name("paper.html")


def pdf(paper: Paper) -> bytes:
    """Nothing is fetched: all that the page shows is in it."""
    html = HTML(string=_page().render(_values(paper)), url_fetcher=URLFetcher(allowed_protocols=["data"], fail_on_errors=True))
    return html.write_pdf(pdf_variant="pdf/ua-1")


@cache
def _page() -> Template:
    environment = Environment(autoescape=select_autoescape(default_for_string=True), trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(PAGE.read_text(encoding="utf-8"))


def _values(paper: Paper) -> dict[str, Any]:
    words = frame.words(paper)
    return words | {
        "nation": frame.NATION,
        "motto": frame.MOTTO,
        "scan": frame.SCAN,
        "heading": ". ".join(filter(None, (words["title"], words["abstract"]))),
        "day": paper.date.isoformat(),
        "landscape": paper.landscape,
        "blocks": _blocks(paper.blocks, landscape=paper.landscape),
        "after": _blocks(paper.after, landscape=paper.landscape),
        "url": clean(paper.url),
        "qr": segno.make(paper.url, micro=False, error="m").svg_data_uri(border=2) if paper.url else "",
    }


def _blocks(blocks: tuple[Paragraph | Table, ...], *, landscape: bool) -> list[Any]:
    return [_table(block, landscape=landscape) if isinstance(block, Table) else replace(block, text=clean(block.text)) for block in blocks]


def _table(table: Table, *, landscape: bool) -> dict[str, Any]:
    found, depth = frame.headings(table)
    return {
        "label": table.label,
        "size": frame.size(table),
        "tight": len(table.columns) > frame.ROOMY,
        "shares": frame.wide(table, landscape=landscape),
        "headings": [[cell for cell in found if cell.row == level] for level in range(depth)],
        "marks": frame.marks(table),
        "columns": [column.align for column in table.columns],
        "nothing": "" if table.rows or table.totals else frame.NOTHING,
        "rows": _rows(table, table.rows),
        "totals": _rows(table, table.totals),
    }


def _rows(table: Table, rows: Any) -> Iterator[list[str]]:
    return (frame.texts(table, row) for row in rows)
