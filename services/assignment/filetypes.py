"""Which files are taken: by what they hold, and only where their name says the same."""

import codecs
import html
import re
import struct
import unicodedata
import zipfile
import zlib
from pathlib import PurePath
from typing import IO

import puremagic

from kit.errors import InvalidArgument
from kit.law import article
from kit.stamps import refusal, stamped

# Documents as offices hand them in. No archives, whose content nobody can judge here; nothing that a browser or a system would run.
TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".doc": "application/msword",
    ".xls": "application/vnd.ms-excel",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".txt": "text/plain; charset=utf-8",
}
PACKAGE_FOLDERS = {".docx": "word/", ".xlsx": "xl/"}
# Names of the streams that make an OLE file a document and not, say, an installer.
OLE_STREAMS = {".doc": ("WordDocument",), ".xls": ("Workbook", "Book")}
OLE_EXTENSION = ".doc"
HEAD_BYTES = 4096
BLOCK_BYTES = 1024 * 1024
# Room for ten thousand parts; a list longer than this isn't a document's.
MAX_DIRECTORY_BYTES = 1024 * 1024
END_RECORD = struct.Struct("<4s4H2LH")
MAX_NAME = 150
# A page or two, and far below what a bomb would unpack to.
BEGINNING_BYTES = 256 * 1024
_PARAGRAPH = re.compile(r"</w:p>|<w:br\b[^>]*/>")
_RUN = re.compile(r"<w:t(?:\s[^>]*)?>([^<]*)</w:t>")


def clean_name(name: str) -> str:
    """For display only: no folders, no characters that hide or turn text, no surplus blanks."""
    bare = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    visible = "".join(" " if c.isspace() else c for c in bare if c.isspace() or unicodedata.category(c)[0] != "C")
    stem, dot, suffix = " ".join(visible.split()).rpartition(".")
    if not dot:
        return suffix[:MAX_NAME] or "tệp"
    return f"{stem[:MAX_NAME].strip('. ') or 'tệp'}.{suffix.strip().lower()}"


def content_type(file: IO[bytes], name: str, *, fields: tuple[str, str]) -> str:
    """The media type of a file that is what its name says; InvalidArgument for any other. `fields`: of the name and of the bytes."""
    suffix = PurePath(name).suffix.lower()
    if suffix not in TYPES:
        raise InvalidArgument.field(fields[0], "FILE_TYPE_REFUSED", f"Chỉ nhận tệp: {', '.join(s[1:] for s in TYPES)}.")
    if not _is(file, suffix):
        raise InvalidArgument.field(fields[1], "FILE_TYPE_MISMATCH", "Nội dung tệp không đúng với loại tệp trong tên.")
    if stamped(_beginning(file, suffix)):
        raise refusal(fields[1])
    return TYPES[suffix]


def _is(file: IO[bytes], suffix: str) -> bool:
    if suffix == ".txt":
        return _is_text(file)
    # All OLE documents begin alike; puremagic lists only some of their extensions.
    if (OLE_EXTENSION if suffix in OLE_STREAMS else suffix) not in _by_magic(file):
        return False
    if suffix in PACKAGE_FOLDERS:
        return _is_package(file, PACKAGE_FOLDERS[suffix])
    if suffix in OLE_STREAMS:
        return _holds(file, OLE_STREAMS[suffix])
    return True


@article("Đ5", "Đ6.2")
def _beginning(file: IO[bytes], suffix: str) -> list[str]:
    """The words with which a file begins, where stamps stand. Of what holds no plain words (PDF, pictures) nothing is known here."""
    file.seek(0)
    if suffix == ".txt":
        return [file.read(BEGINNING_BYTES).decode("utf-8", "ignore")]
    if suffix != ".docx":
        return []
    try:
        with zipfile.ZipFile(file) as package, package.open("word/document.xml") as part:
            markup = part.read(BEGINNING_BYTES).decode("utf-8", "ignore")
    except (KeyError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError):
        return []
    return [html.unescape("".join(_RUN.findall(paragraph))) for paragraph in _PARAGRAPH.split(markup)]


def _by_magic(file: IO[bytes]) -> set[str]:
    file.seek(0)
    try:
        return {match.extension for match in puremagic.magic_string(file.read(HEAD_BYTES))}
    except (puremagic.PureError, ValueError):
        return set()


def _is_text(file: IO[bytes]) -> bool:
    """UTF-8 without control characters, and no markup or script by its first characters."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    start = ""
    try:
        while block := file.read(BLOCK_BYTES):
            text = decoder.decode(block)
            start = start or text.lstrip("\ufeff \t\r\n")[:2]
            if any(unicodedata.category(c) == "Cc" and c not in "\t\r\n\f" for c in set(text)):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return not start.startswith(("<", "#!"))


def _is_package(file: IO[bytes], folder: str) -> bool:
    """An Office document: a zip with nothing before or behind it, its parts where they belong, no macros. Nothing is unpacked."""
    size = file.seek(0, 2)
    if size < END_RECORD.size:
        return False
    file.seek(size - END_RECORD.size)
    mark, _disk, _start, _here, _count, length, offset, comment = _end_record(file.read())
    # The size first: a list of a million names would fill the memory.
    if mark != b"PK\x05\x06" or comment or length > MAX_DIRECTORY_BYTES or offset + length + END_RECORD.size != size:
        return False
    try:
        with zipfile.ZipFile(file) as package:
            names = package.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False
    macros = any(name.lower().endswith("vbaproject.bin") for name in names)
    return "[Content_Types].xml" in names and any(name.startswith(folder) for name in names) and not macros


def _end_record(data: bytes) -> tuple[bytes, int, int, int, int, int, int, int]:
    return END_RECORD.unpack(data)


def _holds(file: IO[bytes], streams: tuple[str, ...]) -> bool:
    wanted = [name.encode("utf-16-le") + b"\0\0" for name in streams]
    overlap = max(map(len, wanted))
    file.seek(0)
    tail = b""
    while block := file.read(BLOCK_BYTES):
        tail = tail[-overlap:] + block
        if any(name in tail for name in wanted):
            return True
    return False
