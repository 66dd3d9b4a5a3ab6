"""One effect per (person, request_id): the answer is stored in the transaction of its effect and given again when asked again."""

import hashlib
from collections.abc import Awaitable, Callable
from uuid import UUID

from google.protobuf import symbol_database
from google.protobuf.any_pb2 import Any
from google.protobuf.message import Message
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from kit.errors import InvalidArgument, not_found
from kit.rpc.caller import Call
from kit.tables import idempotency


async def once(call: Call, method: str, request: Message, act: Callable[[], Awaitable[Message]]) -> Message:
    """Runs `act` unless this very request was answered before. A twin in flight waits here for the first one's commit."""
    key = {"person_id": call.actor.person_id, "request_id": UUID(request.request_id)}  # type: ignore[attr-defined]
    body_hash = hashlib.sha256(request.SerializeToString(deterministic=True)).digest()
    claim = insert(idempotency).values(**key, method=method, body_hash=body_hash, create_time=call.now)
    claimed = await call.session.scalar(claim.on_conflict_do_nothing().returning(idempotency.c.request_id))
    if claimed is None:
        return await _answer_again(call, key, method, body_hash)
    response = await act()
    packed = Any()
    packed.Pack(response)
    mine = (idempotency.c.person_id == key["person_id"]) & (idempotency.c.request_id == key["request_id"])
    await call.session.execute(update(idempotency).where(mine).values(response=packed.SerializeToString()))
    return response


async def _answer_again(call: Call, key: dict[str, UUID], method: str, body_hash: bytes) -> Message:
    columns = (idempotency.c.method, idempotency.c.body_hash, idempotency.c.response)
    row = (await call.session.execute(select(*columns).filter_by(**key))).one()
    if row.response is None:
        # What it made was purged (D14), and isn't made again.
        raise not_found("Nội dung này đã bị xóa.")
    if (row.method, row.body_hash) != (method, body_hash):
        raise InvalidArgument.field("request_id", "REQUEST_ID_REUSED", "Mã yêu cầu này đã được dùng cho một nội dung khác.")
    packed = Any.FromString(row.response)
    response = symbol_database.Default().GetSymbol(packed.TypeName())()
    packed.Unpack(response)
    return response
