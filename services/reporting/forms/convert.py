"""From rows to protos."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from ykcd.reporting.v1 import form_pb2 as pb

from kit.dates import from_time
from services.reporting.forms import frame
from services.reporting.forms.model import FormTemplate
from services.reporting.forms.paper import Form, Format
from services.reporting.forms.samples import SAMPLES

FORMATS = {pb.FILE_FORMAT_DOCX: Format.DOCX, pb.FILE_FORMAT_PDF: Format.PDF, pb.FILE_FORMAT_XLSX: Format.XLSX}
CONTENT_TYPES = {
    Format.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Format.PDF: "application/pdf",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
CHUNK_BYTES = 256 * 1024
Part = TypeVar("Part")


def template_to_proto(row: FormTemplate, in_force: int) -> pb.FormTemplate:
    """Without its bytes."""
    return pb.FormTemplate(
        form=row.form,
        version=row.version,
        note=row.note,
        size=row.size,
        sha256=row.sha256,
        upload_time=from_time(row.upload_time),
        uploaded_by_name=row.uploaded_by_name,
        in_force=row.version == in_force,
    )


def templates_to_proto(form: Form, rows: list[pb.FormTemplate]) -> pb.ListFormTemplatesResponse:
    """With what a template of the form may name."""
    known = frame.fields(SAMPLES[form])
    lists = [pb.TemplateList(name=name) for name in sorted(known.lines)]
    lists += [pb.TemplateList(name=name, columns=sorted(columns)) for name, columns in known.tables.items()]
    return pb.ListFormTemplatesResponse(templates=rows, fields=sorted(known.words), lists=lists)


def file_to_proto(name: str, format: Format, content: bytes) -> pb.FormFile:
    """What precedes the bytes; `name` without its ending."""
    return pb.FormFile(file_name=f"{name}.{format}", content_type=CONTENT_TYPES[format], size=len(content))


def file_parts(part: Callable[..., Part], name: str, format: Format, content: bytes) -> Iterator[Part]:
    """A rendered file as messages of the type `part`: its header, then its bytes."""
    yield part(header=file_to_proto(name, format, content))
    for start in range(0, len(content), CHUNK_BYTES):
        yield part(chunk=content[start : start + CHUNK_BYTES])
