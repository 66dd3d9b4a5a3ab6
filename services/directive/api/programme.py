"""ProgrammeService."""

from uuid import UUID

from ykcd.directive.v1 import programme_pb2 as pb
from ykcd.directive.v1 import programme_pb2_grpc

from kit.clock import local_date
from kit.ids import optional_uuid
from kit.page import Page
from kit.rpc import Call, read, write
from services.directive.api.screening import ScreenedServicer
from services.directive.convert.people import item_facts_from_proto, item_result_from_proto, item_to_proto
from services.directive.queries import programme as queries
from services.directive.service import programme

ITEMS_PER_PAGE = 500


class ProgrammeService(ScreenedServicer, programme_pb2_grpc.ProgrammeServiceServicer):
    @write
    async def PutProgrammeItem(self, call: Call, request: pb.PutProgrammeItemRequest) -> pb.ProgrammeItem:
        put = await programme.put(
            call.session,
            call.actor,
            id=optional_uuid(request.id),
            expected_version=request.expected_version,
            facts=item_facts_from_proto(request),
            today=local_date(call.now),
        )
        return item_to_proto(put)

    @write
    async def LinkProgrammeItem(self, call: Call, request: pb.LinkProgrammeItemRequest) -> pb.ProgrammeItem:
        tasks = [UUID(id) for id in request.task_ids]
        version = request.expected_version
        return item_to_proto(await programme.link(call.session, call.actor, id=UUID(request.id), expected_version=version, task_ids=tasks))

    @write
    async def RecordProgrammeResult(self, call: Call, request: pb.RecordProgrammeResultRequest) -> pb.ProgrammeItem:
        recorded = await programme.record(
            call.session,
            call.actor,
            id=UUID(request.id),
            expected_version=request.expected_version,
            today=local_date(call.now),
            **item_result_from_proto(request),
        )
        return item_to_proto(recorded)

    @read
    async def GetProgrammeItem(self, call: Call, request: pb.GetProgrammeItemRequest) -> pb.ProgrammeItem:
        return item_to_proto(await queries.item(call.session, UUID(request.id)))

    @read
    async def ListProgrammeItems(self, call: Call, request: pb.ListProgrammeItemsRequest) -> pb.ListProgrammeItemsResponse:
        page = Page(call, request, request.year, request.month, request.lead_unit_id, key=(int, int, UUID), size=ITEMS_PER_PAGE)
        wanted = {"year": request.year, "month": request.month, "lead_unit_id": optional_uuid(request.lead_unit_id)}
        rows = await queries.items(call.session, **wanted, after=page.after, limit=page.limit)
        shown, token = page.cut(rows, lambda row: (row.month, row.ordinal, row.id))
        return pb.ListProgrammeItemsResponse(items=[item_to_proto(row) for row in shown], next_page_token=token)
