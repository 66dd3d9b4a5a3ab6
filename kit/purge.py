"""Purging what was found to be secret (D14): in each service alike, once more in every database that is restored.

`directive` tells DirectivePurged, `assignment` what hangs on it; each service then erases its own rows by its `purge` and the kit's here,
the relay what the stream holds. Who told it adds it to the purge list, which lies apart from databases and backups and which each service
applies before it opens.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

import obstore
import structlog
from google.protobuf.message import Message
from obstore.exceptions import BaseError
from obstore.store import ObjectStore, from_url
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.event.v1.envelope_pb2 import Envelope

from kit.events import Handler, Handlers, Retry
from kit.events.erasure import PURGES, Ids, erase, named, remember
from kit.runtime import Runtime
from kit.tables import purged

log = structlog.get_logger()
# Deletes the service's own rows about any of these ids; more of them, or again, changes nothing.
Purge = Callable[[AsyncSession, Ids, Runtime], Awaitable[None]]


def hearing(handlers: Handlers, own: Purge, runtime: Runtime) -> Handlers:
    """The service's handlers, and that every service hears of purges."""
    return {**handlers, **{kind: _on_purged(handlers.get(kind) or handlers.get(None), own, runtime) for kind in PURGES}}


def _on_purged(also: Handler | None, own: Purge, runtime: Runtime) -> Handler:
    async def on_purged(session: AsyncSession, event: Message, envelope: Envelope) -> None:
        if also:
            await also(session, event, envelope)
        ids = named(event.SerializeToString())
        await purge(session, ids, own, runtime)
        if envelope.source == runtime.name:
            await _enter(runtime, UUID(envelope.event_id), ids)

    return on_purged


async def purge(session: AsyncSession, ids: Ids, own: Purge, runtime: Runtime) -> None:
    """`session` is the worker's."""
    await remember(session, ids)
    await own(session, ids, runtime)
    await erase(session, ids)


async def apply_list(session: AsyncSession, url: str, own: Purge, runtime: Runtime) -> int:
    """Purges what the list names and this database doesn't know as purged: it is older, restored. How many entries there were."""
    entries = [ids async for ids in listed(url)]
    known = frozenset((await session.scalars(select(purged.c.id))).all()) if entries else frozenset()
    missing = [ids for ids in entries if not ids <= known]
    for ids in missing:
        await purge(session, ids, own, runtime)
    return len(missing)


async def listed(url: str) -> AsyncIterator[Ids]:
    """The ids of each purge that ever was."""
    store = _store(url)
    async for objects in obstore.list(store):
        for object in objects:
            found = await obstore.get_async(store, object["path"])
            entry: dict[str, Any] = json.loads(bytes(await found.bytes_async()))
            yield frozenset(UUID(id) for id in entry["ids"])


async def _enter(runtime: Runtime, event_id: UUID, ids: Ids) -> None:
    """One object for each, so that two writers never meet; a second time writes the same."""
    url = runtime.settings.purge_list_url
    if not url:
        log.error("purge_list_nowhere", event_id=str(event_id))
        return
    entry = {"time": runtime.clock().isoformat(timespec="seconds"), "ids": sorted(map(str, ids))}
    try:
        await obstore.put_async(_store(url), f"{event_id}.json", json.dumps(entry).encode() + b"\n")
    except (BaseError, OSError) as error:
        # Waits for the store as long as need be: the purge of this database waits with it, those of the others don't.
        raise Retry("purge list") from error


@lru_cache
def _store(url: str) -> ObjectStore:
    """`url` may also be a folder's path."""
    url = url if "://" in url else Path(url).resolve().as_uri()
    return from_url(url, mkdir=True) if url.startswith("file:") else from_url(url)


async def nothing(_session: AsyncSession, _ids: Ids, _runtime: Runtime) -> None:
    """For who keeps nothing of documents."""
