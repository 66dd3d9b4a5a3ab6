"""Page tokens: an opaque cursor bound to the query it came from, so that a foreign or altered one is refused."""

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any

from google.protobuf.message import Message

from kit.errors import InvalidArgument

DEFAULT_SIZE = 50


def size(requested: int, default: int = DEFAULT_SIZE) -> int:
    """How many rows to give; 0 asks for the default."""
    return requested or default


def fingerprint(*parts: object) -> str:
    """What a token is bound to: the caller, the filter, the order."""
    text = "\x1f".join(part.SerializeToString(deterministic=True).hex() if isinstance(part, Message) else str(part) for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def encode(bound_to: str, *key: Any) -> str:
    """A token for the row after `key` (values that JSON can hold)."""
    return base64.urlsafe_b64encode(json.dumps([bound_to, *key]).encode()).decode()


def decode(token: str, bound_to: str, *parsers: Callable[[Any], Any]) -> Any:
    """The key in `token` as a tuple, each part by its parser; None for the first page.

    InvalidArgument unless it's one of ours for this very query.
    """
    if not token:
        return None
    try:
        bound, *key = json.loads(base64.urlsafe_b64decode(token.encode()))
        if bound != bound_to or any(isinstance(part, str) and "\0" in part for part in key):
            raise _bad()
        return tuple(parse(part) for parse, part in zip(parsers, key, strict=True))
    except (ValueError, TypeError, AttributeError):
        raise _bad() from None


def _bad() -> InvalidArgument:
    return InvalidArgument.field("page_token", "PAGE_TOKEN_INVALID", "Trang không hợp lệ; vui lòng quay lại trang đầu.")
