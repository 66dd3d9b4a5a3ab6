"""The gRPC doors: proto in, use case, proto out."""

from typing import Any

from sqlalchemy import Row
from ykcd.audit.v1 import audit_pb2, audit_pb2_grpc

from kit import db
from kit.dates import from_time
from kit.ids import optional_uuid
from kit.page import Page
from kit.rpc import Call, Servicer, read
from services.audit import queries, service
from services.audit.model import LOG_READERS, UNIT_READERS, VERIFIERS, Entry


class AuditService(Servicer, audit_pb2_grpc.AuditServiceServicer):
    @read
    async def ListEntries(self, call: Call, request: audit_pb2.ListEntriesRequest) -> audit_pb2.ListEntriesResponse:
        call.actor.require(*LOG_READERS, *UNIT_READERS)
        page = Page(call, request, request.aggregate_id, request.denials_only, key=(int,))
        rows = await queries.entries(
            call.session,
            call.actor,
            aggregate_id=optional_uuid(request.aggregate_id),
            denials_only=request.denials_only,
            before=page.after[0] if page.after else None,
            limit=page.limit,
        )
        shown, token = page.cut(rows, lambda row: (row.Entry.sequence,))
        return audit_pb2.ListEntriesResponse(entries=[_entry_to_proto(row) for row in shown], next_page_token=token)

    @read
    async def VerifyLog(self, call: Call, _request: audit_pb2.VerifyLogRequest) -> audit_pb2.VerifyLogResponse:
        """Reads all entries whoever asks (hence as the worker role), and answers with hashes only."""
        call.actor.require(*VERIFIERS)
        async with db.transaction(self.runtime.worker) as session:
            verdict = await service.verify(session)
        return audit_pb2.VerifyLogResponse(
            intact=verdict.intact,
            entry_count=verdict.entries,
            first_bad_sequence=verdict.first_bad,
            problem=verdict.problem,
            root_hash=verdict.root_hash,
            chain_hash=verdict.chain_hash,
        )


def _entry_to_proto(row: Row[Any]) -> audit_pb2.Entry:
    entry: Entry = row.Entry
    return audit_pb2.Entry(
        sequence=entry.sequence,
        event_id=str(entry.event_id),
        event_type=entry.event_type,
        source=entry.source,
        aggregate_id=str(entry.aggregate_id),
        aggregate_version=entry.aggregate_version,
        event_time=from_time(entry.event_time),
        log_time=from_time(entry.log_time),
        actor_id=str(entry.actor_id or ""),
        actor_name=row.actor_name or "",
        actor_unit_id=str(entry.actor_unit_id or ""),
        traceparent=entry.traceparent,
        leaf_hash=entry.leaf_hash.hex(),
        chain_hash=entry.chain_hash.hex(),
        denied_method=entry.denied_method,
        denied_reason=entry.denied_reason,
    )
