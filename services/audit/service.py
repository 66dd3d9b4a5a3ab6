"""Use cases: appending an event, recomputing the log."""

from dataclasses import asdict, dataclass
from typing import Any

from google.protobuf.message import Message
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.event.v1.envelope_pb2 import AccessDenied, Envelope

from kit import db
from services.audit import queries
from services.audit.merkle import Tree
from services.audit.model import FIRST_CHAIN_HASH, Head, chain, leaf_of, make_entry


async def append(session: AsyncSession, event: Message | None, envelope: Envelope) -> None:
    """One entry at the end; whoever comes meanwhile waits for the head's lock, so that numbers are gapless and hashes chain."""
    head = await queries.head(session, lock=True)
    denied = event if isinstance(event, AccessDenied) else None
    entry, content = make_entry(head.size + 1, head.chain_hash, envelope, denied, db.work(session).now)
    session.add(entry)
    await session.flush()
    session.add(content)
    head.size, head.chain_hash = entry.sequence, entry.chain_hash
    await session.flush()
    # A batch of events is one transaction: nothing of it need stay in memory.
    session.expunge(entry)
    session.expunge(content)


@dataclass(frozen=True)
class Verdict:
    """`first_bad`: 0 when intact, else the first entry that doesn't hold, with `problem` as its code."""

    intact: bool
    entries: int
    root_hash: str
    chain_hash: str
    first_bad: int = 0
    problem: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


async def verify(session: AsyncSession) -> Verdict:
    """Recomputes every hash of the log from its columns. `session` is new, and the worker's.

    Finds what was edited, dropped, inserted, swapped or cut off. A log rewritten from some entry to the end, head included, is found only
    by whoever kept an older root or chain hash.
    """
    # One moment for all: appends go on meanwhile.
    await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    entries, head = await queries.length(session), await queries.head(session)
    tree, previous = Tree(), FIRST_CHAIN_HASH
    async for entry in queries.whole_log(session):
        problem = fault(entry, tree.size + 1, previous, head)
        if problem:
            return Verdict(False, entries, "", "", tree.size + 1, problem)
        tree.append(entry.leaf_hash)
        previous = entry.chain_hash
    if tree.size < head.size:
        return Verdict(False, entries, "", "", tree.size + 1, "ENTRY_MISSING")
    if previous != head.chain_hash:
        return Verdict(False, entries, "", "", tree.size, "HEAD_DIFFERS")
    return Verdict(True, entries, tree.root().hex(), previous.hex())


def fault(entry: Row[Any], expected: int, previous: bytes, head: Head) -> str:
    """What is wrong with the entry at the place `expected`; empty when nothing is."""
    if entry.sequence > head.size:
        return "ENTRY_BEYOND_HEAD"
    if entry.sequence != expected:
        return "ENTRY_MISSING"
    if leaf_of(entry) != entry.leaf_hash:
        return "ENTRY_CHANGED"
    if chain(previous, entry.leaf_hash) != entry.chain_hash:
        return "CHAIN_BROKEN"
    if not entry.content_holds:
        return "CONTENT_CHANGED"
    return ""
