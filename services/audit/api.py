"""The gRPC doors: proto in, use case, proto out."""

from typing import Any
from uuid import UUID

from sqlalchemy import Row
from ykcd.audit.v1 import audit_pb2, audit_pb2_grpc

from kit import db, page
from kit.dates import from_time
from kit.rpc import Call, Servicer, read
from services.audit import queries, service
from services.audit.model import LOG_READERS, UNIT_READERS, VERIFIERS, Entry


class AuditService(Servicer, audit_pb2_grpc.AuditServiceServicer):
    @read
    async def ListEntries(self, call: Call, request: audit_pb2.ListEntriesRequest) -> audit_pb2.ListEntriesResponse:
        call.actor.require(*LOG_READERS, *UNIT_READERS)
        bound = page.fingerprint(call.actor.person_id, call.actor.unit_id, request.aggregate_id, request.denials_only)
        key = page.decode(request.page_token, bound, int)
        size = page.size(request.page_size)
        rows = await queries.entries(
            call.session,
            call.actor,
            aggregate_id=UUID(request.aggregate_id) if request.aggregate_id else None,
            denials_only=request.denials_only,
            before=key[0] if key else None,
            limit=size + 1,
        )
        token = page.encode(bound, rows[size - 1].Entry.sequence) if len(rows) > size else ""
        return audit_pb2.ListEntriesResponse(entries=[_entry_to_proto(row) for row in rows[:size]], next_page_token=token)

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
