"""Documents: their states, the verdict on their entry, and that what they plan is what there is (Đ2.7, Đ3.4, Đ7.1)."""

from typing import Any

from ykcd.directive.v1 import directive_pb2 as pb
from ykcd.directive.v1 import people_pb2

from e2e.year.verify.findings import Findings
from e2e.year.verify.parts import OPEN, name
from e2e.year.verify.store import Event, Store, day, moment

WAYS = {
    "": {"SPLITTING"},
    "SPLITTING": {"SPLITTING", "PUBLISHED"},
    "PUBLISHED": {"AMENDED", "SUPERSEDED", "REVOKED"},
    "AMENDED": {"AMENDED", "SUPERSEDED", "REVOKED"},
}
ENTRY_DAYS = 2


def check(store: Store, found: Findings) -> None:
    told = store.carrying("directive", "directive")
    rows = {str(row["id"]): row for row in store.rows("directive", "SELECT * FROM directive")}
    parts = {id: events[-1].told.assignment for id, events in store.carrying("assignment", "assignment").items()}  # type: ignore[attr-defined]
    first = {id: events[0].told.assignment for id, events in store.carrying("assignment", "assignment").items()}  # type: ignore[attr-defined]
    reached: set[tuple[str, str]] = set()
    for id, events in told.items():
        state = ""
        for event in events:
            item = event.told.directive  # type: ignore[attr-defined]
            new = _state(item)
            reached.add((id, new))
            found.expect("§4 allows the document's step", new in WAYS.get(state, ()), id, state, new)
            if event.name == "DirectivePublished":
                _entry(event, store, found)
            if new in ("AMENDED", "SUPERSEDED", "REVOKED"):
                change = item.changes[-1]
                found.expect("every change says why and by which document", change.reason and change.document.code, id)
            state = new
        found.equal("the document's row is as was told last", (rows[id]["version"], rows[id]["state"]), (item.version, item.state), id)
        _planned(id, events[-1].told.directive, parts, first, found)  # type: ignore[attr-defined]
    names = ["RECEIVED", "SPLITTING", "PUBLISHED", "AMENDED", "SUPERSEDED", "REVOKED", "REFUSED_SECRET"]
    found.reached("directive", [state for _, state in reached], names)
    _tasks(told, parts, found)
    _dissolutions(store, parts, found)
    found.states["secret refusals"] = len(store.by_type["SecretRefused"]) or len(
        [event for event in store.by_type["AccessDenied"] if event.told.reason == "SECRET_DOCUMENT_REFUSED"]  # type: ignore[attr-defined]
    )


def _state(item: Any) -> str:
    return pb.DirectiveState.Name(item.state).removeprefix("DIRECTIVE_STATE_")


def _entry(event: Event, store: Store, found: Findings) -> None:
    """Đ7.1, D9."""
    item = event.told.directive  # type: ignore[attr-defined]
    days, issued = store.days_at(event.time), moment(item.issue_time).date()
    due = issued if item.urgency > pb.URGENCY_NORMAL else days.after(issued, ENTRY_DAYS)
    found.equal("entry is due (Đ7.1)", day(item, "entry_due_date"), due, item.id)
    found.equal("entry came late by", item.entry_working_days_late, days.between(due, event.day), item.id)


def _planned(id: str, item: Any, parts: dict[str, Any], first: dict[str, Any], found: Findings) -> None:
    """Each planned part is there exactly once it is published; those of a document that binds no more aren't open."""
    for task in item.tasks:
        for planned in task.assignments:
            if _state(item) == "SPLITTING":
                found.expect("a draft is nobody's task yet", planned.id not in parts, id)
                continue
            if not found.expect("what is planned is sent", planned.id in parts, planned.id, id):
                continue
            begun = first[planned.id]
            same = (planned.unit_id, planned.role, planned.phase, task.id, id)
            found.equal("sent as planned", (begun.unit_id, begun.role, begun.phase, begun.task_id, begun.directive_id), same, planned.id)
            if planned.withdrawn or _state(item) in ("SUPERSEDED", "REVOKED"):
                found.expect("what binds no more isn't open", name(parts[planned.id].state) not in OPEN, planned.id, id)
    if _state(item) in ("SUPERSEDED", "REVOKED"):
        left = [part.id for part in parts.values() if part.directive_id == id and name(part.state) in OPEN]
        found.equal("what binds no more isn't open", left, [], id)


def _tasks(told: dict[str, list[Event]], parts: dict[str, Any], found: Findings) -> None:
    """Derived: completed when each lead's part that is left is verified, cancelled when none is left; closed when all tasks are either."""
    states: list[str] = []
    closed = 0
    by_task: dict[str, list[str]] = {}
    for part in parts.values():
        if part.role == pb.ASSIGNMENT_ROLE_LEAD:
            by_task.setdefault(part.task_id, []).append(name(part.state))
    for events in told.values():
        item = events[-1].told.directive  # type: ignore[attr-defined]
        mine = ["DRAFT" if _state(item) == "SPLITTING" else _task_state(by_task.get(task.id, [])) for task in item.tasks]
        states += mine
        closed += all(state in ("COMPLETED", "CANCELLED") for state in mine)
    found.reached("task", states, ["DRAFT", "ACTIVE", "COMPLETED", "CANCELLED"])
    found.states["directive.CLOSED (derived)"] = closed


def _task_state(leads: list[str]) -> str:
    left = [state for state in leads if state not in ("FORWARDED", "CANCELLED", "SUCCEEDED")]
    if not left:
        return "CANCELLED"
    return "COMPLETED" if all(state == "VERIFIED" for state in left) else "ACTIVE"


def _dissolutions(store: Store, parts: dict[str, Any], found: Findings) -> None:
    """D12: after its confirmation a dissolved unit has nothing open."""
    reached: set[tuple[str, str]] = set()
    for id, events in store.carrying("dissolution", "directive").items():
        for event in events:
            told = event.told.dissolution  # type: ignore[attr-defined]
            state = people_pb2.DissolutionState.Name(told.state).removeprefix("DISSOLUTION_STATE_")
            reached.add((id, state))
            if state == "CONFIRMED":
                left = [part.id for part in parts.values() if part.unit_id == told.unit_id and name(part.state) in OPEN]
                found.equal("a dissolved unit has nothing open", left, [], told.unit_id)
                moved = [part for part in parts.values() if part.unit_id == told.unit_id and name(part.state) == "SUCCEEDED"]
                heirs = {parts[part.forwarded_to_id].unit_id for part in moved}
                found.expect("what moved is the successor's", heirs <= {each.unit_id for each in told.successors}, told.unit_id)
    found.reached("dissolution", [state for _, state in reached], ["PROPOSED", "CONFIRMED", "WITHDRAWN"])
