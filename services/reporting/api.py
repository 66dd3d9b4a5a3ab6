"""The gRPC doors: proto in, use case, proto out."""

from typing import Any

from sqlalchemy import Row
from ykcd.reporting.v1 import reporting_pb2, reporting_pb2_grpc

from kit import db
from kit.dates import from_time, optional_date
from kit.page import Page
from kit.rpc import Call, Servicer, read
from services.reporting import queries, service
from services.reporting.convert import row_to_proto

ROWS_PER_SECTION = 5


class ReportingService(Servicer, reporting_pb2_grpc.ReportingServiceServicer):
    @read
    async def SearchAssignments(
        self, call: Call, request: reporting_pb2.SearchAssignmentsRequest
    ) -> reporting_pb2.SearchAssignmentsResponse:
        service.require_reader(call.actor)
        order = queries.ORDERS[request.order]
        page = Page(call, request, request.filter, request.order, key=order.parsers)
        fresh = await service.caught_up(call.session, request.read_after)
        today = await service.today(call.session, call.now)
        rows = await queries.assignments(
            call.session, call.actor, filter=request.filter, order=order, today=today, after=page.after, limit=page.limit
        )
        shown, token = page.cut(rows, lambda row: [getattr(row, f"key_{place}") for place in range(len(order.key))])
        total = await queries.count(call.session, call.actor, filter=request.filter, today=today)
        parts = await queries.part_count(call.session, call.actor, filter=request.filter, today=today) if request.filter.column else 0
        return reporting_pb2.SearchAssignmentsResponse(
            rows=[row_to_proto(row) for row in shown],
            next_page_token=token,
            total_count=total,
            part_count=parts,
            stale=not fresh,
        )

    @read
    async def GetSummary(self, call: Call, request: reporting_pb2.GetSummaryRequest) -> reporting_pb2.Summary:
        service.require_reader(call.actor)
        issue_from, issue_to = optional_date(request, "issue_from"), optional_date(request, "issue_to")
        fresh = await service.caught_up(call.session, request.read_after)
        async with db.transaction(self.runtime.worker) as session:
            units, province = await service.counts(session, now=call.now, issue_from=issue_from, issue_to=issue_to)
        return reporting_pb2.Summary(
            units=[_counts_to_proto(row) for row in units],
            province=_counts_to_proto(province),
            task_count=province.task_count,
            part_count=province.part_count,
            as_of_time=from_time(call.now),
            stale=not fresh,
        )

    @read
    async def GetWorklist(self, call: Call, request: reporting_pb2.GetWorklistRequest) -> reporting_pb2.Worklist:
        service.require_reader(call.actor)
        fresh = await service.caught_up(call.session, request.read_after)
        size = request.rows_per_section or ROWS_PER_SECTION
        found = await service.waiting_for(call.session, call.actor, now=call.now, rows_per_section=size)
        sections = [
            reporting_pb2.WorklistEntry(section=section, total_count=total, filter=filter, rows=[row_to_proto(row) for row in rows])
            for (section, filter), total, rows in found
        ]
        return reporting_pb2.Worklist(sections=sections, stale=not fresh)


def _counts_to_proto(row: Row[Any]) -> reporting_pb2.UnitCounts:
    values = {name: value for name, value in row._mapping.items() if name not in ("unit_id", "task_count", "part_count")}
    return reporting_pb2.UnitCounts(unit_id=str(row.unit_id or ""), **values)
