"""The gRPC doors: proto in, use case, proto out."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import Row
from ykcd.reporting.v1 import reporting_pb2, reporting_pb2_grpc

from kit import db
from kit.dates import from_time, optional_date, to_time
from kit.ids import optional_uuid
from kit.page import Page
from kit.rpc import Call, Servicer, read, watch
from kit.rpc.method import Entrance
from kit.runtime import Runtime
from services.reporting import annex, dashboard, export, queries, service
from services.reporting.convert import rate_to_proto, row_to_proto
from services.reporting.model import READER_ROLES

ROWS_PER_SECTION = 5
EXPORTS_AT_ONCE = 2


class ReportingService(Servicer, reporting_pb2_grpc.ReportingServiceServicer):
    def __init__(self, runtime: Runtime) -> None:
        super().__init__(runtime)
        self.exports = asyncio.Semaphore(EXPORTS_AT_ONCE)

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
        first, last = optional_date(request, "period_first"), optional_date(request, "period_last")
        as_of = to_time(request.as_of_time) if request.HasField("as_of_time") else None
        fresh = await service.caught_up(call.session, request.read_after)
        async with db.transaction(self.runtime.worker) as session:
            scope = await service.known(session, now=call.now, as_of=as_of, first=first, last=last)
            units, province = await service.counts(session, scope, issue_from=issue_from, issue_to=issue_to)
        ranks = annex.ranks([row._mapping for row in units])
        return reporting_pb2.Summary(
            units=[_counts_to_proto(row, rank) for row, rank in zip(units, ranks, strict=True)],
            province=_counts_to_proto(province),
            task_count=province.task_count,
            part_count=province.part_count,
            as_of_time=from_time(as_of or call.now),
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

    @read
    async def GetDashboard(self, call: Call, request: reporting_pb2.GetDashboardRequest) -> reporting_pb2.Dashboard:
        service.require_reader(call.actor)
        if request.specialist_id:
            call.actor.require(*READER_ROLES)
        asked = dashboard.Asked(
            optional_uuid(request.unit_id),
            optional_uuid(request.specialist_id),
            optional_date(request, "issue_from"),
            optional_date(request, "issue_to"),
        )
        past = to_time(request.as_of_time) if request.HasField("as_of_time") else None
        async with db.transaction(self.runtime.worker) as session:
            scope = await service.known(session, now=call.now, as_of=past)
            found = await dashboard.view(session, call.actor, scope, asked, present=past is None)
        found.as_of_time.CopyFrom(from_time(past or call.now))
        return found

    @watch
    async def ExportAssignments(
        self, entrance: Entrance, request: reporting_pb2.ExportAssignmentsRequest
    ) -> AsyncIterator[reporting_pb2.ExportAssignmentsResponse]:
        # Each holds one of the pool's connections until its last row is sent.
        async with self.exports, entrance.transaction(one_moment=True) as call:
            service.require_reader(call.actor)
            total, batches = await export.listed(call.session, call.actor, filter=request.filter, order=request.order, now=call.now)
            header = reporting_pb2.ExportHeader(total_count=total, as_of_time=from_time(call.now))
            yield reporting_pb2.ExportAssignmentsResponse(header=header)
            async for rows in batches:
                batch = reporting_pb2.AssignmentRows(rows=[row_to_proto(row) for row in rows])
                yield reporting_pb2.ExportAssignmentsResponse(batch=batch)


def _counts_to_proto(row: Row[Any], rank: int = 0) -> reporting_pb2.UnitCounts:
    values = {name: value for name, value in row._mapping.items() if name not in ("unit_id", "task_count", "part_count")}
    completion, on_time = (rate_to_proto(rate) for rate in annex.rates(row._mapping))
    return reporting_pb2.UnitCounts(unit_id=str(row.unit_id or ""), completion=completion, on_time=on_time, rank=rank, **values)
