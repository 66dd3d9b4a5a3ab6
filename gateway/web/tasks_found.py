"""Tasks for the forms and pages of other records, as far as their reader may see them."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ykcd.assignment.v1 import assignment_pb2 as a
from ykcd.reporting.v1.reporting_pb2 import AssignmentFilter, SearchAssignmentsRequest

from kit.errors import InvalidArgument, NotFound

OPEN = (
    a.ASSIGNMENT_STATE_SENT,
    a.ASSIGNMENT_STATE_ACCEPTED,
    a.ASSIGNMENT_STATE_IN_PROGRESS,
    a.ASSIGNMENT_STATE_REPORTED,
    a.ASSIGNMENT_STATE_RETURN_REQUESTED,
)
MOST_OPEN = 200
MOST_FOUND = 30
# Of those that a page calls by their words; each is asked for by itself.
MOST_NAMED = 20
LONGEST = 160


@dataclass(frozen=True)
class Known:
    """One that a record names. `text`, `address`: "" where the reader may not see it, or there are too many to ask for each."""

    id: str
    text: str = ""
    address: str = ""

    @property
    def pair(self) -> tuple[str, str]:
        """As those to choose from."""
        return self.id, self.text


def asked(visit: Any, name: str) -> str:
    """The value in the address, or in the form that is shown once more."""
    posted = getattr(visit.request.state, "posted", None)
    return posted.text(name) if posted else visit.request.query_params.get(name, "")


async def own_open(visit: Any) -> list[tuple[str, str]]:
    """(id, words) of what the reader's unit has to do, and of the one that the address names."""
    me = (await visit.frame()).me
    wanted = AssignmentFilter(unit_ids=[me.unit.id], states=OPEN)
    found = await _search(visit, wanted, MOST_OPEN)
    options = {row.id: _text(row) for row in found}
    named = asked(visit, "assignment_id")
    if named and named not in options:
        options |= {each.id: each.text for each in [await _assignment(visit, named)] if each.text}
    return list(options.items())


async def assignments_found(visit: Any, unit_id: str) -> list[tuple[str, str]]:
    """(id, words) of one unit's that the address searches for by `q`."""
    return [(row.id, _text(row)) for row in await _found(visit, [unit_id])] if unit_id else []


async def tasks_found(visit: Any) -> list[tuple[str, str]]:
    """(task's id, words) of those that the address searches for by `q`."""
    return list({row.task_id: _text(row) for row in await _found(visit, [])}.items())


async def named_assignments(visit: Any, ids: Iterable[str]) -> list[Known]:
    """In their order."""
    return await _named(visit, ids, _assignment)


async def named_tasks(visit: Any, ids: Iterable[str]) -> list[Known]:
    """In their order; each leads to the reader's own unit's part, or the first."""
    return await _named(visit, ids, _task)


async def _named(visit: Any, ids: Iterable[str], ask: Any) -> list[Known]:
    ids = list(ids)
    known = await asyncio.gather(*(ask(visit, id) for id in ids[:MOST_NAMED]))
    return [*known, *map(Known, ids[MOST_NAMED:])]


async def _found(visit: Any, unit_ids: list[str]) -> Any:
    query = asked(visit, "q").strip()
    return await _search(visit, AssignmentFilter(query=query, unit_ids=unit_ids), MOST_FOUND) if query else []


async def _search(visit: Any, wanted: AssignmentFilter, size: int) -> Any:
    with suppress(InvalidArgument):
        request = SearchAssignmentsRequest(filter=wanted, page_size=size, read_after=visit.read_after)
        found = await visit.optional(visit.services.reporting.SearchAssignments, request)
        return found.rows if found else []
    return []


async def _assignment(visit: Any, id: str) -> Known:
    with suppress(NotFound, InvalidArgument):
        found = await visit.optional(visit.services.assignment.GetAssignment, a.GetAssignmentRequest(id=id))
        return Known(id, _text(found), f"/assignments/{id}") if found else Known(id)
    return Known(id)


async def _task(visit: Any, id: str) -> Known:
    with suppress(NotFound, InvalidArgument):
        found = await visit.optional(visit.services.assignment.GetTask, a.GetTaskRequest(task_id=id))
        if found and found.assignments:
            own = (await visit.frame()).me.unit.id
            part = next((part for part in found.assignments if part.unit_id == own), found.assignments[0])
            return Known(id, _text(part), f"/assignments/{part.id}")
    return Known(id)


def _text(task: Any) -> str:
    """Of an Assignment or AssignmentRow."""
    content = task.content if len(task.content) <= LONGEST else task.content[:LONGEST].rsplit(" ", 1)[0] + " …"
    return f"{task.directive_code}: {content}"
