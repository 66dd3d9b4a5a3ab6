"""DOCX: a template of Word's, filled with a paper's values."""

import io
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

import segno
from docxtpl import DocxTemplate, InlineImage
from jinja2 import Template, nodes
from jinja2.sandbox import SandboxedEnvironment

from services.reporting.forms import frame
from services.reporting.forms.frame import Fields
from services.reporting.forms.paper import Paper
from services.reporting.forms.template import packed

QR_MILLIMETRES = 24
EMU_PER_MILLIMETRE = 36_000


@dataclass
class UnknownField(Exception):
    """A template names something that its form doesn't have."""

    name: str


class NotAllowedTag(Exception):
    """A template uses Jinja for more than fields, `for` over lines and rows, and `if`."""


class KnownFields(SandboxedEnvironment):
    """Compiles templates that use the form's own fields and nothing but fields, `for` and `if`; all that docxtpl renders comes by here:
    text, headers, footers, footnotes, properties."""

    def __init__(self, fields: Fields) -> None:
        super().__init__(autoescape=True)
        self.fields = fields

    def from_string(self, source: str | nodes.Template, *arguments: object, **more: object) -> Template:  # type: ignore[override]
        """UnknownField, NotAllowedTag, or the template."""
        tree = self.parse(source) if isinstance(source, str) else source
        _check(tree, self.fields, {})
        return super().from_string(source, *arguments, **more)  # type: ignore[arg-type]


_ALLOWED = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.Not, nodes.And, nodes.Or, nodes.Const)


def _check(node: nodes.Node, fields: Fields, loop: dict[str, frozenset[str]]) -> None:
    """`loop`: the names that the loop around has made, each with the columns that it has."""
    if isinstance(node, nodes.For):
        _check_loop(node, fields, loop)
        return
    if isinstance(node, nodes.Name):
        if node.name not in fields.words | fields.lines | fields.tables.keys() | loop.keys():
            raise UnknownField(node.name)
    elif isinstance(node, nodes.Getattr):
        _check_column(node, fields, loop)
        return
    elif not isinstance(node, _ALLOWED):
        raise NotAllowedTag
    for child in node.iter_child_nodes():
        _check(child, fields, loop)


def _check_column(node: nodes.Getattr, fields: Fields, loop: dict[str, frozenset[str]]) -> None:
    """Of the row that the loop around is at."""
    if not isinstance(node.node, nodes.Name):
        raise NotAllowedTag
    name = node.node.name
    if name not in loop:
        _check(node.node, fields, loop)
        raise NotAllowedTag
    if node.attr not in loop[name]:
        raise UnknownField(f"{name}.{node.attr}")


def _check_loop(node: nodes.For, fields: Fields, loop: dict[str, frozenset[str]]) -> None:
    """Over one list; loops within loops would multiply thousands of rows."""
    if (
        loop
        or not isinstance(node.iter, nodes.Name)
        or not isinstance(node.target, nodes.Name)
        or node.test
        or node.recursive
        or node.else_
    ):
        raise NotAllowedTag
    _check(node.iter, fields, {})
    if node.iter.name in fields.words:
        raise NotAllowedTag
    inner = {node.target.name: fields.tables.get(node.iter.name, frozenset())}
    for child in node.body:
        _check(child, fields, inner)


def fill(given: bytes, paper: Paper, fields: Fields) -> bytes:
    """`given`: a .docx. `fields`: what it may name; what the paper hasn't is empty."""
    document = DocxTemplate(io.BytesIO(given))
    empty: dict[str, Any] = {**dict.fromkeys(fields.words, ""), **{name: [] for name in (*fields.lines, *fields.tables)}}
    document.render(empty | frame.values(paper, _qr(document, paper.url)), KnownFields(fields))
    # Not get_docx(), which would open the template anew.
    about = document.docx.core_properties  # pyright: ignore[reportOptionalMemberAccess] - it has one once rendered
    about.created = about.modified = datetime.combine(paper.date, time(), UTC)
    about.last_modified_by, about.revision = "", 1
    file = io.BytesIO()
    document.save(file)
    return _repacked(file)


def _qr(document: DocxTemplate, url: str) -> InlineImage | str:
    if not url:
        return ""
    file = io.BytesIO()
    segno.make(url, micro=False, error="m").save(file, kind="png", scale=8, border=2)
    file.seek(0)
    return InlineImage(document, file, width=QR_MILLIMETRES * EMU_PER_MILLIMETRE)


def _repacked(file: io.BytesIO) -> bytes:
    """Without the present time, which python-docx writes into the zip."""
    with zipfile.ZipFile(file) as archive:
        return packed({entry.filename: archive.read(entry) for entry in archive.infolist()})
