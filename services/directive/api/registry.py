"""RegistryService."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.directive.v1 import registry_pb2 as pb
from ykcd.directive.v1 import registry_pb2_grpc

from kit.clock import local_date
from kit.errors import PermissionDenied
from kit.identity import OFFICE_ROLES, Claims, not_a_member
from kit.page import Page
from kit.rpc import Call, Servicer, greet, read
from services.directive.convert.registry import field_to_proto, member_to_proto, unit_to_proto
from services.directive.queries import registry
from services.directive.service import annex1

UNITS_PER_PAGE = 500


class RegistryService(Servicer, registry_pb2_grpc.RegistryServiceServicer):
    @read
    async def GetMe(self, call: Call, _request: pb.GetMeRequest) -> pb.Me:
        mine = await registry.member_of(call.session, call.actor)
        unit = await registry.unit(call.session, call.actor.unit_id)
        return pb.Me(member=member_to_proto(mine, sorted(call.actor.roles)), unit=unit_to_proto(unit))

    @greet
    async def ListMyMemberships(
        self, session: AsyncSession, claims: Claims, _request: pb.ListMyMembershipsRequest
    ) -> pb.ListMyMembershipsResponse:
        mine = await registry.memberships(session, claims)
        if not mine:
            raise not_a_member()
        shown = [pb.Me(member=member_to_proto(row), unit=unit_to_proto(unit)) for row, unit in mine]
        return pb.ListMyMembershipsResponse(memberships=shown)

    @read
    async def ListUnits(self, call: Call, request: pb.ListUnitsRequest) -> pb.ListUnitsResponse:
        page = Page(call, request, key=(str, UUID), size=UNITS_PER_PAGE)
        rows = await registry.units(call.session, after=page.after, limit=page.limit)
        shown, token = page.cut(rows, lambda row: (row.sort_key, row.id))
        return pb.ListUnitsResponse(units=[unit_to_proto(row) for row in shown], next_page_token=token)

    @read
    async def ListFields(self, call: Call, _request: pb.ListFieldsRequest) -> pb.ListFieldsResponse:
        return pb.ListFieldsResponse(fields=[field_to_proto(field) for field in await registry.fields(call.session)])

    @read
    async def ListMembers(self, call: Call, request: pb.ListMembersRequest) -> pb.ListMembersResponse:
        unit_id = UUID(request.unit_id) if request.unit_id else call.actor.unit_id
        if (
            unit_id != call.actor.unit_id
            and not call.actor.has(*OFFICE_ROLES, "administrator")
            and not await registry.is_office(call.session, unit_id)
        ):
            raise PermissionDenied(reason="OTHER_UNIT", message="Bạn chỉ xem được danh sách cán bộ của đơn vị mình.")
        page = Page(call, request, unit_id, key=(str, UUID), size=UNITS_PER_PAGE)
        rows = await registry.members(call.session, unit_id=unit_id, after=page.after, limit=page.limit)
        shown, token = page.cut(rows, lambda row: (row.name, row.id))
        return pb.ListMembersResponse(members=[member_to_proto(row) for row in shown], next_page_token=token)

    @read
    async def ProposeSpecialist(self, call: Call, request: pb.ProposeSpecialistRequest) -> pb.ProposeSpecialistResponse:
        call.actor.require(*OFFICE_ROLES)
        day = local_date(call.now)
        chosen = await annex1.propose_specialist(call.session, field_id=UUID(request.field_id), unit_id=UUID(request.unit_id), day=day)
        if chosen is None:
            return pb.ProposeSpecialistResponse()
        names = await registry.names(call.session, [chosen])
        return pb.ProposeSpecialistResponse(specialist_id=str(chosen), specialist_name=names.get(chosen, ""))
