"""One act on many things at once: each by a request of its own, with its own version and its own answer."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from gateway.bodies import Posted, version_of
from kit.errors import Error, Unavailable

# (id, version, request id) → what the service gave back.
Do = Callable[[str, int, str], Awaitable[Any]]


@dataclass
class Outcome:
    """What came of it. `refused`: (the thing, None where the reader can't see it; why). `left`: what wasn't tried since the service is
    away, as the form sent it."""

    done: list[Any] = field(default_factory=list)
    refused: list[tuple[Any, str]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


async def do_each(posted: Posted, do: Do, find: Callable[[str], Awaitable[Any]]) -> Outcome:
    """Of what was `chosen` ("id:version" each), one after the other. The same form again is the same requests."""
    chosen, outcome = list(dict.fromkeys(posted.values.get("chosen", []))), Outcome()
    for place, each in enumerate(chosen):
        id, _, version = each.partition(":")
        request_id = str(uuid5(NAMESPACE_URL, f"{posted.text('request_id')} {id}"))
        try:
            outcome.done.append(await do(id, version_of(version), request_id))
        except Unavailable:
            outcome.left = chosen[place:]
            break
        except Error as error:
            outcome.refused.append((await _found(find, id), error.message))
    return outcome


async def _found(find: Callable[[str], Awaitable[Any]], id: str) -> Any:
    try:
        return await find(id)
    except Error:
        return None
