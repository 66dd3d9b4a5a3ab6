"""What goes on beside the parts, the read side's copies, and who was told of what (Đ8.1.b, Đ8.1.c, Đ9.1, D13)."""

from collections import defaultdict
from typing import Any

from ykcd.assignment.v1 import inquiry_pb2, inspection_pb2, obstacle_pb2

from e2e.year.verify.findings import Findings
from e2e.year.verify.store import Store, day

KINDS: dict[str, tuple[Any, str, dict[str, set[str]]]] = {
    "obstacle": (
        obstacle_pb2.ObstacleState,
        "OBSTACLE_STATE_",
        {
            "": {"RAISED"},
            "RAISED": {"PROPOSED", "CLOSED", "WITHDRAWN"},
            "PROPOSED": {"DIRECTED", "CLOSED", "WITHDRAWN"},
            "DIRECTED": {"CLOSED"},
        },
    ),
    "inspection": (
        inspection_pb2.InspectionState,
        "INSPECTION_STATE_",
        {"": {"PLANNED"}, "PLANNED": {"VISITED", "CANCELLED"}, "VISITED": {"VISITED", "CONCLUDED", "CANCELLED"}, "CONCLUDED": {"CLOSED"}},
    ),
    "inquiry": (
        inquiry_pb2.InquiryState,
        "INQUIRY_STATE_",
        {"": {"OPEN"}, "OPEN": {"ANSWERED", "SOLVED"}, "ANSWERED": {"SOLVED", "OPEN"}, "SOLVED": {"OPEN"}},
    ),
}
OFFICE = {"specialist", "office_leader", "chairman", "clerk"}
READS_ALL = OFFICE | {"administrator", "evaluator"}


def check(store: Store, found: Findings) -> None:
    for kind, (states, prefix, ways) in KINDS.items():
        reached: set[tuple[str, str]] = set()
        rows = {str(row["id"]): row for row in store.rows("assignment", f"SELECT id, version, state FROM {kind}")}
        told = store.carrying(kind, "assignment")
        found.equal("each has events and a row", set(told), set(rows), kind)
        for id, events in told.items():
            state = ""
            for event in events:
                item = getattr(event.told, kind)
                new = states.Name(item.state).removeprefix(prefix)
                reached.add((id, new))
                found.expect(f"§4 allows the {kind}'s step", new in ways.get(state, ()), id, state, new)
                state = new
            found.equal("its row is as was told last", (rows[id]["version"], rows[id]["state"]), (item.version, item.state), id)
        found.reached(kind, [state for _, state in reached], [key.removeprefix(prefix) for key, value in states.items() if value])
    _projection(store, found)
    _notified(store, found)


def _projection(store: Store, found: Findings) -> None:
    """What lists and counts are read from is what the owners have."""
    owners = {str(row["id"]): row for row in store.rows("assignment", "SELECT * FROM assignment")}
    copies = {str(row["id"]): row for row in store.rows("reporting", "SELECT * FROM assignment")}
    last = {id: events[-1].told.assignment for id, events in store.carrying("assignment", "assignment").items()}  # type: ignore[attr-defined]
    clocks = {id: events[-1].told.deadline for id, events in store.carrying("deadline", "deadline").items()}  # type: ignore[attr-defined]
    found.equal("the read side knows every part", set(copies), set(owners), "reporting")
    for id, owner in owners.items():
        copy = copies.get(id, {})
        for field in (
            "version",
            "state",
            "unit_id",
            "role",
            "specialist_id",
            "due_date",
            "completed_on",
            "phase",
            "deadline_cycle",
            "task_id",
        ):
            found.equal("the read side says the same", copy.get(field), owner[field], f"{id} {field}")
        waits = any(each.state == 1 for each in last[id].extensions)
        found.equal("the read side says the same", copy.get("extension_pending"), waits, f"{id} extension_pending")
        if owner["verified_due_date"] is None and id in clocks:
            found.equal("the read side's effective due date", copy.get("effective_due_date"), day(clocks[id], "effective_due_date"), id)
    _counted(store, copies, found)
    for service in ("deadline", "notification"):
        key = "assignment_id" if service == "deadline" else "id"
        versions = {str(row["id"]): row["version"] for row in store.rows(service, f"SELECT {key} AS id, version FROM assignment_copy")}
        found.equal("every copy is the last", versions, {id: row["version"] for id, row in owners.items()}, service)


def _counted(store: Store, copies: dict[str, Any], found: Findings) -> None:
    notices: dict[str, int] = defaultdict(int)
    for events in store.carrying("notice", "deadline").values():
        told = events[-1].told.notice  # type: ignore[attr-defined]
        notices[told.assignment_id] += bool(told.number and told.counts)
    escalated: dict[str, int] = defaultdict(int)
    for events in store.carrying("escalation", "deadline").values():
        escalated[events[0].told.escalation.assignment_id] += 1  # type: ignore[attr-defined]
    for id, copy in copies.items():
        found.equal("the read side counts notices", copy["urging_notices"], notices[id], id)
        found.equal("the read side counts escalations", copy["escalations"], escalated[id], id)


def _notified(store: Store, found: Findings) -> None:
    """D13: who is told of a part takes part in its task, or works for the Office."""
    tasks = {str(row["id"]): str(row["task_id"]) for row in store.rows("assignment", "SELECT id, task_id FROM assignment")}
    takes_part = {(str(row["unit_id"]), str(row["task_id"])) for row in store.rows("assignment", "SELECT * FROM participation")}
    places: dict[str, set[str]] = defaultdict(set)
    office: set[str] = set()
    for event in store.by_type["MembershipChanged"]:
        member = event.told.member  # type: ignore[attr-defined]
        places[member.person_id].add(member.unit_id)
        if READS_ALL & set(member.roles):
            office.add(member.person_id)
    query = "SELECT DISTINCT person_id, assignment_id FROM notification WHERE assignment_id IS NOT NULL"
    for row in store.rows("notification", query):
        person, part = str(row["person_id"]), str(row["assignment_id"])
        sees = person in office or any((unit, tasks[part]) in takes_part for unit in places[person])
        found.expect("nobody is told who mayn't see", sees, person, part)
