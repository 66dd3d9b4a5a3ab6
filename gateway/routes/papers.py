"""Forms as files (§5), and for the administrator the Word templates of which they are made (Đ8.1.d)."""

import asyncio
from enum import StrEnum
from uuid import uuid4

from fastapi import APIRouter, Depends
from starlette.responses import Response
from ykcd.reporting.v1 import form_pb2 as pb

from gateway.again import REFUSALS, form_again
from gateway.bodies import Posted, PostedForm, version_of, with_files
from gateway.downloads import streamed, to_save
from gateway.errors import status_of
from gateway.visit import SignedInVisit, Visit
from gateway.web.forms import Form
from gateway.web.tasks_found import asked
from kit.errors import InvalidArgument, not_found

router = APIRouter()
# A long paper takes its time.
SECONDS = 60.0
MAX_TEMPLATE_BYTES = 2 * 1024 * 1024
FORMS = tuple(form for form in pb.Form.values() if form)


class Ending(StrEnum):
    """Of a file's name, and its format."""

    DOCX = "docx"
    PDF = "pdf"
    XLSX = "xlsx"

    @property
    def format(self) -> int:
        return pb.FileFormat.Value(f"FILE_FORMAT_{self.name}")


class Annex(StrEnum):
    """A form as addresses name it."""

    I = "i"  # noqa: E741 - as the regulation numbers them
    II = "ii"
    III = "iii"
    IV = "iv"
    V = "v"
    VI = "vi"

    @property
    def form(self) -> int:
        return pb.Form.Value(f"FORM_{self.name}")


@router.get("/bieu-mau/{annex}.{ending}")
async def form_file(visit: SignedInVisit, annex: Annex, ending: Ending) -> Response:
    """Query: id, of the notice for II. III is of the reader's own unit."""
    if annex not in (Annex.I, Annex.II, Annex.III):
        raise not_found()
    subject_id = (await visit.frame()).me.unit.id if annex is Annex.III else asked(visit, "id")
    request = pb.GetFormRequest(form=annex.form, subject_id=subject_id, format=ending.format)
    return await streamed(visit, visit.services.form.GetForm, request, SECONDS)


@router.get("/bieu-mau")
async def forms(visit: SignedInVisit) -> Response:
    """All six, and by what each is made."""
    found = await asyncio.gather(*(_templates(visit, form) for form in FORMS))
    return await visit.page("forms.html", {"found": list(zip(FORMS, found, strict=True))})


@router.get("/bieu-mau/{annex}")
async def form_page(visit: SignedInVisit, annex: Annex) -> Response:
    return await _page(visit, annex, await _templates(visit, annex.form), Form())


@router.get("/bieu-mau/{annex}/mau/{version}.docx")
async def template_file(visit: SignedInVisit, annex: Annex, version: str) -> Response:
    """0: the default."""
    request = pb.DownloadFormTemplateRequest(form=annex.form, version=_version(version))
    found = await visit.call(visit.services.form.DownloadFormTemplate, request)
    return Response(found.content, media_type=found.file.content_type, headers=to_save(found.file.file_name))


@router.post("/bieu-mau/{annex}/tai-len")
async def upload(visit: SignedInVisit, annex: Annex, posted: Posted = Depends(with_files)) -> Response:
    """A new version, which isn't in force yet."""
    found = await _templates(visit, annex.form)
    try:
        content = await _content(posted)
        request = pb.UploadFormTemplateRequest(
            request_id=posted.text("request_id") or str(uuid4()), form=annex.form, content=content, note=posted.text("note")
        )
        await visit.call(visit.services.form.UploadFormTemplate, request)
    except REFUSALS as error:
        errors = {"evidence" if each.path == "content" else each.path: each.message for each in error.violations}
        return await _page(visit, annex, found, form_again(error, posted, errors, allowed=True), status_of(error))
    return visit.redirect(f"/bieu-mau/{annex}", done="template")


@router.post("/bieu-mau/{annex}/dung")
async def use(visit: SignedInVisit, annex: Annex, posted: PostedForm) -> Response:
    """Puts a version in force; 0: the default."""
    request = pb.UseFormTemplateRequest(request_id=posted.text("request_id"), form=annex.form, version=_version(posted.text("version")))
    await visit.call(visit.services.form.UseFormTemplate, request)
    return visit.redirect(f"/bieu-mau/{annex}", done="template-use")


async def _templates(visit: Visit, form: int) -> pb.ListFormTemplatesResponse:
    return await visit.call(visit.services.form.ListFormTemplates, pb.ListFormTemplatesRequest(form=form))


async def _page(visit: Visit, annex: Annex, found: pb.ListFormTemplatesResponse, form: Form, status: int = 200) -> Response:
    context = {"annex": annex.form, "address": f"/bieu-mau/{annex}", "found": found, "form": form}
    return await visit.page("form_templates.html", context, status=status)


async def _content(posted: Posted) -> bytes:
    file = next(iter(posted.files), None)
    if file is None:
        raise InvalidArgument.field("content", "TEMPLATE_MISSING", "Chưa chọn tệp.")
    if (file.size or 0) > MAX_TEMPLATE_BYTES:
        raise InvalidArgument.field("content", "TEMPLATE_TOO_LARGE", "Tệp không quá 2 MB.")
    return await file.read()


def _version(text: str) -> int:
    """Of which no form has so many is as if missing."""
    found = version_of(text)
    if not text.isdecimal() or found > 2**31 - 1:
        raise not_found()
    return found
