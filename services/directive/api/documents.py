"""DirectiveService."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ykcd.directive.v1 import directive_pb2 as pb
from ykcd.directive.v1 import directive_pb2_grpc

from kit.page import Page
from kit.rpc import Call, read, write
from kit.text import nfc
from services.directive.api.screening import ScreenedServicer
from services.directive.convert.documents import (
    amendment_from_proto,
    changing_document_from_proto,
    directive_to_proto,
    facts_from_proto,
    refusal_to_proto,
    task_from_proto,
)
from services.directive.queries import documents
from services.directive.service import changes, entry, purging


def _content(entered: pb.DirectiveInput) -> entry.DirectiveContent:
    tasks = [task_from_proto(task, f"directive.tasks[{index}]") for index, task in enumerate(entered.tasks)]
    return entry.DirectiveContent(facts_from_proto(entered), tasks)


def _target(call: Call, request: Any) -> dict[str, Any]:
    """What every change names."""
    return {"id": UUID(request.id), "expected_version": request.expected_version, "now": call.now}


class DirectiveService(ScreenedServicer, directive_pb2_grpc.DirectiveServiceServicer):
    @write
    async def CreateDirective(self, call: Call, request: pb.CreateDirectiveRequest) -> pb.Directive:
        created = await entry.create(call.session, call.actor, content=_content(request.directive), now=call.now)
        return directive_to_proto(created)

    @write
    async def UpdateDirective(self, call: Call, request: pb.UpdateDirectiveRequest) -> pb.Directive:
        updated = await entry.update(call.session, call.actor, content=_content(request.directive), **_target(call, request))
        return directive_to_proto(updated)

    @write
    async def PublishDirective(self, call: Call, request: pb.PublishDirectiveRequest) -> pb.Directive:
        published = await entry.publish(call.session, call.actor, **_target(call, request))
        return directive_to_proto(published)

    @write
    async def AmendDirective(self, call: Call, request: pb.AmendDirectiveRequest) -> pb.Directive:
        amendment = amendment_from_proto(request)
        amended = await changes.amend(call.session, call.actor, amendment=amendment, **_target(call, request))
        return directive_to_proto(amended)

    @write
    async def SupersedeDirective(self, call: Call, request: pb.SupersedeDirectiveRequest) -> pb.Directive:
        superseded = await changes.supersede(
            call.session,
            call.actor,
            superseding_id=UUID(request.superseding_id),
            reason=nfc(request.reason),
            **_target(call, request),
        )
        return directive_to_proto(superseded)

    @write
    async def RevokeDirective(self, call: Call, request: pb.RevokeDirectiveRequest) -> pb.Directive:
        revoked = await changes.revoke(
            call.session,
            call.actor,
            document=changing_document_from_proto(request.document),
            reason=nfc(request.reason),
            **_target(call, request),
        )
        return directive_to_proto(revoked)

    @write
    async def PurgeDirective(self, call: Call, request: pb.PurgeDirectiveRequest) -> pb.Directive:
        purged = await purging.purge(
            call.session,
            call.actor,
            backup_retention=self.runtime.settings.backup_retention,  # type: ignore[attr-defined]
            **_target(call, request),
        )
        return directive_to_proto(purged)

    @read
    async def GetDirective(self, call: Call, request: pb.GetDirectiveRequest) -> pb.Directive:
        return directive_to_proto(await documents.directive(call.session, call.actor, UUID(request.id)))

    @read
    async def ListDirectives(self, call: Call, request: pb.ListDirectivesRequest) -> pb.ListDirectivesResponse:
        page = Page(call, request, request.state, key=(datetime.fromisoformat, UUID))
        rows = await documents.directives(call.session, call.actor, state=request.state, after=page.after, limit=page.limit)
        shown, token = page.cut(rows, lambda row: (row.create_time, row.id))
        return pb.ListDirectivesResponse(directives=[directive_to_proto(row) for row in shown], next_page_token=token)

    @read
    async def ListSecretRefusals(self, call: Call, request: pb.ListSecretRefusalsRequest) -> pb.ListSecretRefusalsResponse:
        call.actor.require("office_leader", "administrator", "chairman")
        page = Page(call, request, key=(datetime.fromisoformat, UUID))
        rows = await documents.secret_refusals(call.session, after=page.after, limit=page.limit)
        shown, token = page.cut(rows, lambda row: (row.time, row.id))
        count = await documents.secret_refusal_count(call.session)
        return pb.ListSecretRefusalsResponse(refusals=[refusal_to_proto(row) for row in shown], next_page_token=token, total_count=count)
