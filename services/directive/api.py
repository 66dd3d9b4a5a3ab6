"""The gRPC doors: proto in, use case, proto out."""

from datetime import datetime
from uuid import UUID

from google.protobuf.message import Message
from ykcd.directive.v1 import directive_pb2, directive_pb2_grpc, registry_pb2, registry_pb2_grpc

from kit import page
from kit.clock import local_date
from kit.errors import PermissionDenied
from kit.identity import OFFICE_ROLES
from kit.rpc import Call, Servicer, read, write
from services.directive import queries, service
from services.directive.convert import directive_to_proto, facts_from_proto, field_to_proto, member_to_proto, task_from_proto, unit_to_proto
from services.directive.model import refuse_secret

UNITS_PER_PAGE = 500


def _content(entered: directive_pb2.DirectiveInput) -> service.DirectiveContent:
    tasks = [task_from_proto(task, f"directive.tasks[{index}]") for index, task in enumerate(entered.tasks)]
    return service.DirectiveContent(facts_from_proto(entered), tasks)


class DirectiveService(Servicer, directive_pb2_grpc.DirectiveServiceServicer):
    def screen(self, request: Message) -> None:
        """Đ5: a secret document is refused as such, whatever else is wrong with it."""
        if isinstance(request, directive_pb2.CreateDirectiveRequest | directive_pb2.UpdateDirectiveRequest):
            entered = request.directive
            refuse_secret(entered.secrecy, [entered.abstract, *(task.content for task in entered.tasks)])

    @write
    async def CreateDirective(self, call: Call, request: directive_pb2.CreateDirectiveRequest) -> directive_pb2.Directive:
        created = await service.create(call.session, call.actor, content=_content(request.directive), now=call.now)
        return directive_to_proto(created)

    @write
    async def UpdateDirective(self, call: Call, request: directive_pb2.UpdateDirectiveRequest) -> directive_pb2.Directive:
        updated = await service.update(
            call.session,
            call.actor,
            id=UUID(request.id),
            expected_version=request.expected_version,
            content=_content(request.directive),
            now=call.now,
        )
        return directive_to_proto(updated)

    @write
    async def PublishDirective(self, call: Call, request: directive_pb2.PublishDirectiveRequest) -> directive_pb2.Directive:
        published = await service.publish(
            call.session, call.actor, id=UUID(request.id), expected_version=request.expected_version, now=call.now
        )
        return directive_to_proto(published)

    @read
    async def GetDirective(self, call: Call, request: directive_pb2.GetDirectiveRequest) -> directive_pb2.Directive:
        return directive_to_proto(await queries.directive(call.session, call.actor, UUID(request.id)))

    @read
    async def ListDirectives(self, call: Call, request: directive_pb2.ListDirectivesRequest) -> directive_pb2.ListDirectivesResponse:
        bound = page.fingerprint(call.actor.person_id, call.actor.unit_id, request.state)
        after = page.decode(request.page_token, bound, datetime.fromisoformat, UUID)
        size = page.size(request.page_size)
        rows = await queries.directives(call.session, call.actor, state=request.state, after=after, limit=size + 1)
        token = page.encode(bound, rows[size - 1].create_time.isoformat(), str(rows[size - 1].id)) if len(rows) > size else ""
        return directive_pb2.ListDirectivesResponse(directives=[directive_to_proto(row) for row in rows[:size]], next_page_token=token)


class RegistryService(Servicer, registry_pb2_grpc.RegistryServiceServicer):
    @read
    async def GetMe(self, call: Call, _request: registry_pb2.GetMeRequest) -> registry_pb2.Me:
        mine = await queries.member_of(call.session, call.actor)
        unit = await queries.unit(call.session, call.actor.unit_id)
        return registry_pb2.Me(member=member_to_proto(mine), unit=unit_to_proto(unit))

    @read
    async def ListUnits(self, call: Call, request: registry_pb2.ListUnitsRequest) -> registry_pb2.ListUnitsResponse:
        bound = page.fingerprint(call.actor.person_id, "units")
        after = page.decode(request.page_token, bound, str, UUID)
        size = page.size(request.page_size, UNITS_PER_PAGE)
        rows = await queries.units(call.session, after=after, limit=size + 1)
        token = page.encode(bound, rows[size - 1].sort_key, str(rows[size - 1].id)) if len(rows) > size else ""
        return registry_pb2.ListUnitsResponse(units=[unit_to_proto(row) for row in rows[:size]], next_page_token=token)

    @read
    async def ListFields(self, call: Call, _request: registry_pb2.ListFieldsRequest) -> registry_pb2.ListFieldsResponse:
        return registry_pb2.ListFieldsResponse(fields=[field_to_proto(field) for field in await queries.fields(call.session)])

    @read
    async def ListMembers(self, call: Call, request: registry_pb2.ListMembersRequest) -> registry_pb2.ListMembersResponse:
        unit_id = UUID(request.unit_id) if request.unit_id else call.actor.unit_id
        if (
            unit_id != call.actor.unit_id
            and not call.actor.has(*OFFICE_ROLES, "administrator")
            and not await queries.is_office(call.session, unit_id)
        ):
            raise PermissionDenied(reason="OTHER_UNIT", message="Bạn chỉ xem được danh sách cán bộ của đơn vị mình.")
        bound = page.fingerprint(call.actor.person_id, unit_id, "members")
        after = page.decode(request.page_token, bound, str, UUID)
        size = page.size(request.page_size, UNITS_PER_PAGE)
        rows = await queries.members(call.session, unit_id=unit_id, after=after, limit=size + 1)
        token = page.encode(bound, rows[size - 1].name, str(rows[size - 1].id)) if len(rows) > size else ""
        return registry_pb2.ListMembersResponse(members=[member_to_proto(row) for row in rows[:size]], next_page_token=token)

    @read
    async def ProposeSpecialist(self, call: Call, request: registry_pb2.ProposeSpecialistRequest) -> registry_pb2.ProposeSpecialistResponse:
        call.actor.require(*OFFICE_ROLES)
        chosen = await service.propose_specialist(
            call.session, field_id=UUID(request.field_id), unit_id=UUID(request.unit_id), day=local_date(call.now)
        )
        name = await queries.name_of(call.session, chosen) if chosen else ""
        return registry_pb2.ProposeSpecialistResponse(specialist_id=str(chosen or ""), specialist_name=name)
