"""FormService: proto in, use case, proto out."""

from collections.abc import AsyncGenerator
from typing import Any

from ykcd.reporting.v1 import form_pb2 as pb
from ykcd.reporting.v1 import form_pb2_grpc

from kit.ids import optional_uuid
from kit.rpc import Call, Servicer, read, watch, write
from services.reporting.forms import queries, service
from services.reporting.forms.convert import FORMATS, file_parts, file_to_proto, template_to_proto, templates_to_proto
from services.reporting.forms.gather import Owners
from services.reporting.forms.paper import Form, Format
from services.reporting.forms.render import rendered


class FormService(Servicer, form_pb2_grpc.FormServiceServicer):
    @watch
    async def GetForm(self, entrance: Any, request: pb.GetFormRequest) -> AsyncGenerator[pb.GetFormResponse]:
        form, format = Form(request.form), FORMATS[request.format]
        async with entrance.transaction() as call:
            paper = await service.paper_of(Owners(self.runtime.settings, call), form, optional_uuid(request.subject_id))
            template = await service.template_in_force(call.session, form) if format is Format.DOCX else None
        file = await rendered(paper, format, template)
        for part in file_parts(pb.GetFormResponse, f"phu-luc-{form.name}-{paper.date:%Y%m%d}", format, file):
            yield part

    @read
    async def ListFormTemplates(self, call: Call, request: pb.ListFormTemplatesRequest) -> pb.ListFormTemplatesResponse:
        call.actor.require("administrator")
        return await _listed(call, Form(request.form))

    @read
    async def DownloadFormTemplate(self, call: Call, request: pb.DownloadFormTemplateRequest) -> pb.DownloadFormTemplateResponse:
        form = Form(request.form)
        content = await service.template_content(call.session, call.actor, form=form, version=request.version)
        name = f"mau-phu-luc-{form.name}" + (f"-v{request.version}" if request.version else "")
        return pb.DownloadFormTemplateResponse(file=file_to_proto(name, Format.DOCX, content), content=content)

    @write
    async def UploadFormTemplate(self, call: Call, request: pb.UploadFormTemplateRequest) -> pb.FormTemplate:
        told = {"content": request.content, "note": request.note.strip(), "now": call.now}
        return template_to_proto(await service.upload(call.session, call.actor, form=Form(request.form), **told), in_force=0)

    @write
    async def UseFormTemplate(self, call: Call, request: pb.UseFormTemplateRequest) -> pb.ListFormTemplatesResponse:
        await service.use(call.session, call.actor, form=Form(request.form), version=request.version)
        return await _listed(call, Form(request.form))


async def _listed(call: Call, form: Form) -> pb.ListFormTemplatesResponse:
    choice = await queries.choice(call.session, form.value)
    rows = await queries.templates(call.session, form.value)
    return templates_to_proto(form, [template_to_proto(row, choice.in_force if choice else 0) for row in rows])
