"""A paper's bytes in each format."""

from anyio import to_process

from kit.errors import FailedPrecondition
from services.reporting.forms import frame
from services.reporting.forms.paper import Format, Paper, Table
from services.reporting.forms.print import pdf
from services.reporting.forms.samples import SAMPLES
from services.reporting.forms.sheet import sheet
from services.reporting.forms.template import template as default
from services.reporting.forms.word import fill

# Cells that are laid out in half a minute on a busy machine, in a few hundred MB; a sheet is written row by row and has no end.
MOST_CELLS = {Format.PDF: 20_000, Format.DOCX: 60_000}


def render(paper: Paper, format: Format, template: bytes | None = None) -> bytes:
    """`template` is the .docx in force for the paper's form (None: the default layout), used for DOCX alone. Takes its time and its
    processor: requests call rendered()."""
    _require_printable(paper, format)
    if format is Format.DOCX:
        if template is None:
            return fill(default(paper), paper, frame.fields(paper))
        return fill(template, paper, frame.fields(SAMPLES[paper.form]))
    return pdf(paper) if format is Format.PDF else sheet(paper)


async def rendered(paper: Paper, format: Format, template: bytes | None = None) -> bytes:
    """The same in a process of its own, so that others' requests go on; it ends when the caller goes away."""
    return await to_process.run_sync(render, paper, format, template, cancellable=True)


def _require_printable(paper: Paper, format: Format) -> None:
    most = MOST_CELLS.get(format)
    tables = [block for block in paper.parts if isinstance(block, Table)]
    if most and sum(len(table.columns) * len(table.rows) for table in tables) > most:
        raise FailedPrecondition(
            reason="PAPER_TOO_LONG", message=f"Danh mục quá dài để lập bản {format.upper()}; vui lòng tải bản XLSX hoặc thu hẹp phạm vi."
        )
