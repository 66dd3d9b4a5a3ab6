"""What an administrator uploads as a template: a Word document and nothing that runs, embeds or fetches; with its form's fields only."""

import io
import re
import zipfile
from dataclasses import dataclass

from jinja2.exceptions import TemplateError
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue] - it has no stubs

from kit.errors import InvalidArgument
from kit.law import article
from services.reporting.forms import frame
from services.reporting.forms.paper import Form
from services.reporting.forms.samples import SAMPLES
from services.reporting.forms.word import NotAllowedTag, UnknownField, fill

MOST_PARTS, MOST_BYTES = 300, 16 * 1024 * 1024
# All that a document of words and pictures consists of; macros, OLE objects, embedded files, fonts and controls aren't among it.
_ALLOWED = re.compile(
    r"""(\[Content_Types\]|_rels/|docProps/(core|app|custom)|customXml/(item|itemProps)\d*|customXml/_rels/item\d*\.xml
    |word/(document|styles|stylesWithEffects|settings|webSettings|fontTable|numbering|footnotes|endnotes|header\d*|footer\d*|theme/theme\d*)
    |word/_rels/(document|header\d*|footer\d*|footnotes|endnotes|settings|fontTable|numbering)\.xml|word/theme/_rels/theme\d*\.xml)
    \.(xml|rels)|word/media/[^/]+\.(png|jpe?g|gif|bmp|emf|wmf)|docProps/thumbnail\.(jpe?g|emf|wmf|png)""",
    re.VERBOSE,
)
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
# Fields by which Word would fetch or run something.
_FETCHES = re.compile(r"\b(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|LINK|IMPORT|DATABASE|MACROBUTTON|HYPERLINK)\b", re.IGNORECASE)
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass
class _Refused(Exception):
    """A part that a template mustn't have."""

    part: str


@article("Đ8.1.d")
def require_template(form: Form, content: bytes) -> None:
    """InvalidArgument says what is wrong with it. Takes its time: fills the form's sample."""
    try:
        _require_document(content)
        fill(content, SAMPLES[form], frame.fields(SAMPLES[form]))
    except _Refused as error:
        raise _invalid(
            "TEMPLATE_PART_REFUSED",
            f"Mẫu có thành phần không được phép (macro, đối tượng nhúng hoặc liên kết ra ngoài): {error.part}.",
            part=error.part,
        ) from None
    except UnknownField as error:
        raise _invalid("TEMPLATE_FIELD_UNKNOWN", f"Mẫu dùng trường không có trong biểu: {error.name}.", field=error.name) from None
    except NotAllowedTag:
        message = "Mẫu chỉ được dùng trường, vòng lặp for qua một danh sách và điều kiện if."
        raise _invalid("TEMPLATE_TAG_REFUSED", message) from None
    except TemplateError as error:
        raise _invalid("TEMPLATE_TAG_REFUSED", f"Mẫu có thẻ viết sai: {(error.message or '')[:200]}") from None
    except InvalidArgument:
        raise
    except Exception:  # whatever else a file can make the libraries raise: it isn't one
        raise _unreadable() from None


def _require_document(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _require_small(archive)
            parts = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError):
        raise _unreadable() from None
    for name, part in parts.items():
        if not _ALLOWED.fullmatch(name):
            raise _Refused(name)
        if name.endswith((".xml", ".rels")):
            _require_harmless(name, part)
    if _MAIN.encode() not in parts.get("[Content_Types].xml", b""):
        raise _unreadable()


def _require_small(archive: zipfile.ZipFile) -> None:
    """By what the zip says of itself; zipfile reads no more of an entry than that."""
    entries = archive.infolist()
    if len(entries) > MOST_PARTS or sum(entry.file_size for entry in entries) > MOST_BYTES:
        raise _invalid("TEMPLATE_TOO_LARGE", "Mẫu quá lớn sau khi giải nén.")


def _require_harmless(name: str, part: bytes) -> None:
    """No document type (entities), no target outside, no field that fetches."""
    if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
        raise _Refused(name)
    for element in etree.fromstring(part, etree.XMLParser(resolve_entities=False, no_network=True)).iter():
        if element.get("TargetMode") == "External" or element.get(f"{_W}macroName"):
            raise _Refused(f"{name}: {(element.get('Target') or '')[:100]}")
        told = element.text if element.tag == f"{_W}instrText" else element.get(f"{_W}instr")
        if told and _FETCHES.search(told):
            raise _Refused(f"{name}: {told.strip()[:100]}")


def _unreadable() -> InvalidArgument:
    return _invalid("TEMPLATE_UNREADABLE", "Tệp không phải là văn bản Word (.docx).")


def _invalid(reason: str, message: str, **facts: str) -> InvalidArgument:
    error = InvalidArgument.field("content", reason, message)
    error.metadata = facts
    return error
