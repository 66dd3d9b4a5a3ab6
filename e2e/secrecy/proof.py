"""The whole proof: nothing of what was refused is anywhere, nor of what was purged, nor of that in a restored backup."""

import asyncio
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from e2e.harness.platform import Platform
from e2e.secrecy.drill import restore
from e2e.secrecy.places import MAILBOXES, back_up, look, named, only
from e2e.secrecy.story import Story
from e2e.secrecy.words import Search
from infra.postgres.scrub import scrub

# Where the words of an ordinary document must be found, or finding none of a secret one would prove nothing.
EXPECTED = {
    *("postgres rows", "postgres log", "stream", "file store", "dead letters", "backup", MAILBOXES),
    *(f"database {name}" for name in ("directive", "assignment", "deadline", "notification", "reporting", "audit")),
}
# Where no document's words may ever be: here a planted probe proves that the search looks.
NEVER = {"logs", "traces", "sessions", "database keycloak"}
# Copies that can't be recalled: a backup until its retention ends, what people have received.
BEYOND_RECALL = {"backup", MAILBOXES}


async def prove(platform: Platform, otlp: str, traces: Callable[[], bytes], folder: Path, *, drill: bool) -> dict[str, Any]:
    """A report of places and of what words stand for, never of words; `ok` says whether all of it holds. `folder`: for the backup."""
    began, backup = time.monotonic(), folder / "backup"
    async with AsyncExitStack() as stack:
        story = Story.on(platform, stack)
        names = story.words.names
        search = Search(names)
        await story.live()
        doors = await story.knock()
        await story.settled()
        await story.plant(otlp)
        await asyncio.to_thread(back_up, platform, backup)
        held = await asyncio.to_thread(look, platform, search, traces=traces(), backup=backup)
        story.uproot()
        await story.purge()
        await asyncio.to_thread(scrub, platform.superuser(), platform.databases)
        # The spans so far have the probe.
        left = await asyncio.to_thread(look, platform, search, traces=b"", backup=backup)
        story.bury()
    refused, ordinary = story.words.refused.values(), story.words.ordinary.values()
    kept = only(held, ordinary)
    after = {place: words for place, words in only(left, [*refused, *ordinary]).items() if place not in BEYOND_RECALL}
    report: dict[str, Any] = {
        "doors": doors,
        "refused_found": named(only(held, refused), names),
        "ordinary_found": sorted(kept),
        "ordinary_missing": sorted(EXPECTED - set(kept)),
        "ordinary_where_it_must_not_be": sorted(NEVER & set(kept)),
        "probe_missing": sorted(NEVER - set(only(held, [story.words.probe]))),
        "purged_found": named(after, names),
        "purged_in_backup_until_its_retention_ends": "backup" in only(left, ordinary),
    }
    if drill:
        before, restored = await asyncio.to_thread(restore, platform, backup, search)
        report |= {"restored_held": sorted(only(before, ordinary)), "restored_found": named(only(restored, [*refused, *ordinary]), names)}
    report["seconds"] = round(time.monotonic() - began, 1)
    return report | {"ok": holds(report)}


def holds(report: dict[str, Any]) -> bool:
    """Every list that must be empty is, every other isn't."""
    empty = ("refused_found", "ordinary_missing", "ordinary_where_it_must_not_be", "probe_missing", "purged_found", "restored_found")
    return not any(report.get(name) for name in empty) and report.get("restored_held", True) != []
