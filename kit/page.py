"""Lists, page by page. A token is an opaque cursor, signed for its caller and query, so that a foreign or altered one is refused."""

import base64
import hmac
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from google.protobuf.message import Message

from kit.errors import InvalidArgument
from kit.rpc.caller import Call

DEFAULT_SIZE = 50
Row = TypeVar("Row")


class Page:
    """The page that `request` (page_size, page_token) asks for: read `limit` rows after the key `after`, then `cut` them."""

    def __init__(self, call: Call, request: Any, *query: object, key: Sequence[Callable[[Any], Any]], size: int = DEFAULT_SIZE) -> None:
        """`query`: the filter and order that the token belongs to. `key`: how each part of a row's place in that order is read back from
        JSON. `size`: how many rows where the request doesn't say. InvalidArgument for a token of another caller, query or maker."""
        self.size = request.page_size or size
        # One more tells whether another page follows.
        self.limit = self.size + 1
        self._secret = call.page_key
        self._bound = "\x1f".join(map(_text, (request.DESCRIPTOR.full_name, call.actor.person_id, call.actor.unit_id, *query)))
        # None for the first page.
        self.after = self._read(request.page_token, key) if request.page_token else None

    def cut(self, rows: Sequence[Row], key: Callable[[Row], Sequence[Any]]) -> tuple[Sequence[Row], str]:
        """The rows to show, and the token for what follows them; empty at the end. `key` gives a row's place in the order."""
        if len(rows) <= self.size:
            return rows, ""
        shown = rows[: self.size]
        body = json.dumps([_plain(part) for part in key(shown[-1])])
        return shown, base64.urlsafe_b64encode(self._signature(body) + body.encode()).decode()

    def _read(self, token: str, key: Sequence[Callable[[Any], Any]]) -> tuple[Any, ...]:
        try:
            raw = base64.urlsafe_b64decode(token.encode())
            body = raw[_SIGNATURE_BYTES:].decode()
            if not hmac.compare_digest(raw[:_SIGNATURE_BYTES], self._signature(body)):
                raise _bad()
            return tuple(parse(part) for parse, part in zip(key, json.loads(body), strict=True))
        except (ValueError, TypeError):
            # Not ours, or an older version's.
            raise _bad() from None

    def _signature(self, body: str) -> bytes:
        return hmac.digest(self._secret, f"{self._bound}\x1f{body}".encode(), "sha256")[:_SIGNATURE_BYTES]


_SIGNATURE_BYTES = 16


def _text(part: object) -> str:
    return part.SerializeToString(deterministic=True).hex() if isinstance(part, Message) else str(part)


def _plain(part: Any) -> Any:
    if isinstance(part, int | str):
        return part
    return part.isoformat() if hasattr(part, "isoformat") else str(part)


def _bad() -> InvalidArgument:
    return InvalidArgument.field("page_token", "PAGE_TOKEN_INVALID", "Trang không hợp lệ; vui lòng quay lại trang đầu.")
