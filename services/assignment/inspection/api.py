"""The gRPC door: proto in, use case, proto out."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ykcd.assignment.v1 import inspection_pb2 as pb
from ykcd.assignment.v1 import inspection_pb2_grpc

from kit.dates import to_date
from kit.ids import optional_uuid
from kit.page import Page
from kit.rpc import Call, Servicer, read, write
from services.assignment.inspection import queries, service
from services.assignment.inspection.convert import summary, whole
from services.assignment.matter import paged, target, to_decision, written


class InspectionService(Servicer, inspection_pb2_grpc.InspectionServiceServicer):
    @write
    async def PlanInspection(self, call: Call, request: pb.PlanInspectionRequest) -> pb.Inspection:
        planned = await service.plan(
            call.session,
            call.actor,
            kind=request.kind,
            unit_id=UUID(request.unit_id),
            title=written(request.title, "title"),
            plan=written(request.plan, "plan"),
            visit=(to_date(request.visit_from, "visit_from"), to_date(request.visit_to, "visit_to")),
            decision=to_decision(request),
            assignment_ids=[UUID(id) for id in request.assignment_ids],
            now=call.now,
        )
        return whole(planned, call.actor)

    @write
    async def RecordFindings(self, call: Call, request: pb.RecordFindingsRequest) -> pb.Inspection:
        told: dict[str, Any] = {
            "visited_on": to_date(request.visited_on, "visited_on"),
            "findings": written(request.findings, "findings"),
        }
        return whole(await service.record(call.session, call.actor, **told, **target(call, request)), call.actor)

    @write
    async def ConcludeInspection(self, call: Call, request: pb.ConcludeInspectionRequest) -> pb.Inspection:
        told: dict[str, Any] = {
            "conclusions": written(request.conclusions, "conclusions"),
            "evaluation": request.evaluation,
            "decision": to_decision(request),
        }
        return whole(await service.conclude(call.session, call.actor, **told, **target(call, request)), call.actor)

    @write
    async def CloseInspection(self, call: Call, request: pb.CloseInspectionRequest) -> pb.Inspection:
        told: dict[str, Any] = {"follow_up_task_ids": [UUID(id) for id in request.follow_up_task_ids], "note": request.note.strip()}
        return whole(await service.close(call.session, call.actor, **told, **target(call, request)), call.actor)

    @write
    async def CancelInspection(self, call: Call, request: pb.CancelInspectionRequest) -> pb.Inspection:
        reason = written(request.reason, "reason")
        return whole(await service.cancel(call.session, call.actor, reason=reason, **target(call, request)), call.actor)

    @read
    async def GetInspection(self, call: Call, request: pb.GetInspectionRequest) -> pb.Inspection:
        return whole(await queries.inspection(call.session, call.actor, UUID(request.id)), call.actor)

    @read
    async def ListInspections(self, call: Call, request: pb.ListInspectionsRequest) -> pb.ListInspectionsResponse:
        page = Page(call, request, request.unit_id, sorted(set(request.states)), key=(datetime.fromisoformat, UUID))
        rows = await queries.inspections(
            call.session,
            call.actor,
            unit_id=optional_uuid(request.unit_id),
            states=request.states,
            after=page.after,
            limit=page.limit,
        )
        shown, token = paged(page, rows, lambda row: summary(row, call.actor), lambda row: (row.update_time, row.id))
        return pb.ListInspectionsResponse(inspections=shown, next_page_token=token)
