"""The gRPC door: proto in, use case, proto out."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ykcd.assignment.v1 import obstacle_pb2 as pb
from ykcd.assignment.v1 import obstacle_pb2_grpc

from kit.ids import optional_uuid
from kit.page import Page
from kit.rpc import Call, Servicer, read, write
from services.assignment.matter import paged, target, to_decision, written
from services.assignment.obstacle import queries, service
from services.assignment.obstacle.convert import summary, whole


class ObstacleService(Servicer, obstacle_pb2_grpc.ObstacleServiceServicer):
    @write
    async def RaiseObstacle(self, call: Call, request: pb.RaiseObstacleRequest) -> pb.Obstacle:
        told = {name: written(getattr(request, name), name) for name in ("difficulty", "cause", "proposal")}
        about = UUID(request.assignment_id)
        return whole(await service.raise_obstacle(call.session, call.actor, assignment_id=about, **told, now=call.now), call.actor)

    @write
    async def ProposeSolution(self, call: Call, request: pb.ProposeSolutionRequest) -> pb.Obstacle:
        proposal = written(request.office_proposal, "office_proposal")
        return whole(await service.propose(call.session, call.actor, office_proposal=proposal, **target(call, request)), call.actor)

    @write
    async def DirectObstacle(self, call: Call, request: pb.DirectObstacleRequest) -> pb.Obstacle:
        told: dict[str, Any] = {"direction": written(request.direction, "direction"), "decision": to_decision(request)}
        return whole(await service.direct(call.session, call.actor, **told, **target(call, request)), call.actor)

    @write
    async def CloseObstacle(self, call: Call, request: pb.CloseObstacleRequest) -> pb.Obstacle:
        note = written(request.note, "note")
        return whole(await service.close(call.session, call.actor, note=note, **target(call, request)), call.actor)

    @write
    async def WithdrawObstacle(self, call: Call, request: pb.WithdrawObstacleRequest) -> pb.Obstacle:
        reason = written(request.reason, "reason")
        return whole(await service.withdraw(call.session, call.actor, reason=reason, **target(call, request)), call.actor)

    @read
    async def GetObstacle(self, call: Call, request: pb.GetObstacleRequest) -> pb.Obstacle:
        return whole(await queries.obstacle(call.session, call.actor, UUID(request.id)), call.actor)

    @read
    async def ListObstacles(self, call: Call, request: pb.ListObstaclesRequest) -> pb.ListObstaclesResponse:
        query = (request.assignment_id, request.unit_id, sorted(set(request.states)))
        page = Page(call, request, *query, key=(datetime.fromisoformat, UUID))
        rows = await queries.obstacles(
            call.session,
            call.actor,
            assignment_id=optional_uuid(request.assignment_id),
            unit_id=optional_uuid(request.unit_id),
            states=request.states,
            after=page.after,
            limit=page.limit,
        )
        shown, token = paged(page, rows, lambda row: summary(row, call.actor), lambda row: (row.update_time, row.id))
        return pb.ListObstaclesResponse(obstacles=shown, next_page_token=token)
