"""Each part's way through the states of regulation §4, replayed from its events up to its row."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from ykcd.assignment.v1 import assignment_pb2 as pb

from e2e.year.verify.findings import Findings
from e2e.year.verify.store import HUE, Event, Row, Store, day, moment

OPEN = ("SENT", "ACCEPTED", "IN_PROGRESS", "REPORTED", "RETURN_REQUESTED")
TAKEN, WORKING = ("SENT", "ACCEPTED", "IN_PROGRESS"), ("ACCEPTED", "IN_PROGRESS")
GONE = ("FORWARDED", "CANCELLED", "SUCCEEDED")
STAYS = ""
# Of §4: the act, from where, to where.
WAYS: dict[str, tuple[Sequence[str], str]] = {
    "ACCEPT": (("SENT",), "ACCEPTED"),
    "REQUEST_RETURN": (TAKEN, "RETURN_REQUESTED"),
    "ADJUST": (("RETURN_REQUESTED",), "SENT"),
    "FORWARD": (OPEN, "FORWARDED"),
    "DENY_RETURN": (("RETURN_REQUESTED",), "before"),
    "DELEGATE": (WORKING, "IN_PROGRESS"),
    "REPORT_PROGRESS": (WORKING, "IN_PROGRESS"),
    "REPORT_DONE": (WORKING, "REPORTED"),
    "WITHDRAW_REPORT": (("REPORTED",), "IN_PROGRESS"),
    "VERIFY": (("REPORTED",), "VERIFIED"),
    "SEND_BACK": (("REPORTED",), "IN_PROGRESS"),
    "REOPEN": (("VERIFIED",), "IN_PROGRESS"),
    "CANCEL": (OPEN, "CANCELLED"),
    "SUCCEED": (OPEN, "SUCCEEDED"),
    "SET_PLAN": (WORKING, STAYS),
    "DRAFT_REPORT": (WORKING, STAYS),
    "CONFIRM_AGGREGATOR": (TAKEN, STAYS),
    "RECORD_PAPER_REPORT": (("ACCEPTED", "IN_PROGRESS", "REPORTED"), STAYS),
    "REQUEST_EXTENSION": (TAKEN, STAYS),
    "WITHDRAW_EXTENSION": (OPEN, STAYS),
    "DECIDE_EXTENSION": (OPEN, STAYS),
    "REVIEW_REPORT": (OPEN, STAYS),
    "NAME_SPECIALIST": (OPEN, STAYS),
    "AMEND": (OPEN, STAYS),
}
# Whose act it is: the unit's people, by role, or the Office's.
UNITS = {
    "ACCEPT": {"focal_point", "unit_leader"},
    "REQUEST_RETURN": {"unit_leader"},
    "DELEGATE": {"unit_leader"},
    "REPORT_DONE": {"unit_leader"},
    "WITHDRAW_REPORT": {"unit_leader"},
    "REQUEST_EXTENSION": {"unit_leader"},
    "WITHDRAW_EXTENSION": {"unit_leader"},
    "CONFIRM_AGGREGATOR": {"focal_point", "unit_leader"},
    "REPORT_PROGRESS": {"focal_point", "unit_leader", "officer"},
    "DRAFT_REPORT": {"focal_point", "unit_leader", "officer"},
    "SET_PLAN": {"focal_point", "unit_leader", "officer"},
    "RECORD_PAPER_REPORT": {"focal_point", "unit_leader", "officer"},
}
FOLLOWING = {"VERIFY", "SEND_BACK", "ADJUST", "DENY_RETURN", "REVIEW_REPORT"}
LEADERS = {"NAME_SPECIALIST": {"office_leader"}, "REOPEN": {"office_leader"}, "DECIDE_EXTENSION": {"office_leader", "chairman"}}
REASONED = {"REQUEST_RETURN", "ADJUST", "FORWARD", "DENY_RETURN", "SEND_BACK", "CANCEL", "REOPEN", "WITHDRAW_REPORT"}


def name(state: int) -> str:
    return pb.AssignmentState.Name(state).removeprefix("ASSIGNMENT_STATE_")


def act(line: Any) -> str:
    return pb.Action.Name(line.action).removeprefix("ACTION_")


def check(store: Store, found: Findings) -> None:
    told = store.carrying("assignment", "assignment")
    rows = {str(row["id"]): row for row in store.rows("assignment", "SELECT * FROM assignment")}
    found.equal("parts have events and rows", set(told), set(rows), "assignment")
    reached = []
    for id, events in told.items():
        reached += [(id, name(event.told.assignment.state)) for event in events]  # type: ignore[attr-defined]
        _replay(id, events, found)
        _against_row(events[-1], rows[id], found)
    found.reached("assignment", [state for _, state in set(reached)], [name(state) for state in pb.AssignmentState.values() if state])
    _chains(rows, told, found)
    _reports(told, store, found)
    _extensions(told, store, found)


def _replay(id: str, events: list[Event], found: Findings) -> None:
    state, before, cycle = "UNSPECIFIED", {}, 0
    for event in events:
        item = event.told.assignment  # type: ignore[attr-defined]
        if not found.expect("every act has its line", item.history and item.history[-1].version == event.version == item.version, id):
            return
        line = item.history[-1]
        found.equal("a line begins where the last one ended", name(line.from_state), state, f"{id} v{event.version}")
        found.equal("a line ends in the state told", name(line.to_state), name(item.state), f"{id} v{event.version}")
        if event.version == 1:
            found.equal("a part begins as sent", (event.name, name(item.state)), ("AssignmentSent", "SENT"), id)
        else:
            _step(id, event, state, before, found)
        moved = {change.field for change in line.changes} & {"due_date", "due_exact"}
        if event.version > 1:
            found.equal(
                "another last day opens another cycle (D4)", item.deadline_cycle - cycle, int(bool(moved)), f"{id} v{event.version}"
            )
        if act(line) == "REQUEST_RETURN":
            before["return"] = state
        state, cycle = name(item.state), item.deadline_cycle


def _step(id: str, event: Event, state: str, before: dict[str, str], found: Findings) -> None:
    item = event.told.assignment  # type: ignore[attr-defined]
    line = item.history[-1]
    verb, place = act(line), f"{id} v{event.version}"
    starts, end = WAYS.get(verb, ((), STAYS))
    wanted = {"before": before.get("return", "nothing"), STAYS: state}.get(end, end)
    found.expect("§4 allows the step", state in starts and name(item.state) == wanted, place, f"{verb} from {state} to {name(item.state)}")
    if verb in REASONED:
        found.expect("a reason is given", line.reason.strip(), place, verb)
    if verb == "REOPEN" or (verb == "DECIDE_EXTENSION" and event.name == "AssignmentExtensionApproved"):
        found.expect("by a decision on paper", line.decision.number and line.decision.signer, place, verb)
    _by_whom(place, event, verb, found)


def _by_whom(place: str, event: Event, verb: str, found: Findings) -> None:
    item, roles = event.told.assignment, set(event.actor.roles)  # type: ignore[attr-defined]
    if verb in UNITS:
        found.expect("the unit's own people act", event.actor.unit_id == item.unit_id and roles & UNITS[verb], place, verb, event.actor)
    elif verb in LEADERS and event.actor.person_id:
        found.expect("the leaders act", roles & LEADERS[verb], place, verb, sorted(roles))
    elif verb in FOLLOWING:
        whose = {event.actor.person_id, event.actor.on_behalf_of}
        found.expect("whoever follows it acts", "office_leader" in roles or item.specialist_id in whose, place, verb, event.actor)


def _against_row(event: Event, row: Row, found: Findings) -> None:
    """The last event and the row say the same."""
    item = event.told.assignment  # type: ignore[attr-defined]
    for field in ("version", "state", "role", "phase", "deadline_cycle", "due_exact", "content"):
        found.equal("the row is as was told last", row[field], getattr(item, field), f"{item.id} {field}")
    for field in ("unit_id", "task_id", "directive_id", "specialist_id", "field_id", "forwarded_from_id", "forwarded_to_id"):
        found.equal("the row is as was told last", str(row[field] or ""), getattr(item, field), f"{item.id} {field}")
    for field in ("due_date", "original_due_date", "completed_on"):
        found.equal("the row is as was told last", row[field], day(item, field), f"{item.id} {field}")
    found.equal(
        "the row is as was told last", row["report_time"] and row["report_time"].astimezone(HUE), _time(item, "report_time"), item.id
    )


def _time(item: Any, field: str) -> datetime | None:
    return moment(getattr(item, field)) if item.HasField(field) else None


def _chains(rows: dict[str, Row], told: dict[str, list[Event]], found: Findings) -> None:
    """Đ7.2.d, D12: who had it knows who has it, and the other way round; what moves stays the same part of the same task."""
    for id, row in rows.items():
        state, heir = name(row["state"]), str(row["forwarded_to_id"] or "")
        found.equal("what was handed on has an heir, and nothing else", bool(heir), state in ("FORWARDED", "SUCCEEDED"), id)
        if heir and found.expect("the heir is known", heir in rows, id):
            next_ = rows[heir]
            # Its unit had the same part already, and keeps that one alone.
            merged = state == "SUCCEEDED" and told[heir][0].time < told[id][-1].time and not next_["forwarded_from_id"]
            if not merged:
                found.equal("the heir knows whence", str(next_["forwarded_from_id"]), id, heir)
            same = ("task_id", "directive_id", "role", "phase", "has_deadline", "must_report")
            found.equal("the heir has the same part", [next_[field] for field in same], [row[field] for field in same], heir)
            first, last = told[heir][0].told.assignment, told[id][-1].told.assignment  # type: ignore[attr-defined]
            if not merged:
                found.equal("the heir has the same last day", day(first, "due_date"), day(last, "due_date"), heir)
            found.expect("another unit", next_["unit_id"] != row["unit_id"], heir)
        origin, seen = row, {id}
        while origin["forwarded_from_id"]:
            origin = rows[str(origin["forwarded_from_id"])]
            if not found.expect("no unit chain bites its tail", str(origin["id"]) not in seen, id):
                break
            seen.add(str(origin["id"]))


REPORT_WAYS = {
    "SUBMITTED": {"ACCEPTED", "REJECTED", "WITHDRAWN"},
    # By reopening alone: a verified result proved wrong.
    "ACCEPTED": {"REJECTED"},
}


def _reports(told: dict[str, list[Event]], store: Store, found: Findings) -> None:
    """DRAFT is the unit's alone, so only that one was made is told."""
    reached: set[tuple[str, str]] = {(event.id, "DRAFT") for event in store.by_type["AssignmentReportDrafted"]}
    for id, events in told.items():
        known: dict[str, str] = {}
        for event in events:
            for report in event.told.assignment.reports:  # type: ignore[attr-defined]
                state = pb.ReportState.Name(report.state).removeprefix("REPORT_STATE_")
                was = known.get(report.id)
                reached.add((report.id, state))
                if was is None:
                    found.equal("a report begins as submitted", state, "SUBMITTED", id)
                elif was != state:
                    allowed = state in REPORT_WAYS.get(was, ()) and (was != "ACCEPTED" or event.name == "AssignmentReopened")
                    found.expect("§4 allows the report's step", allowed, report.id, was, state, event.name)
                    found.expect("a rejection has its reason", state != "REJECTED" or report.review_reason, report.id)
                known[report.id] = state
    found.reached("report", [state for _, state in reached], ["DRAFT", "SUBMITTED", "ACCEPTED", "REJECTED", "WITHDRAWN"])


def _extensions(told: dict[str, list[Event]], store: Store, found: Findings) -> None:
    directed = _directed(store)
    reached: set[tuple[str, str]] = set()
    for id, events in told.items():
        known: dict[str, str] = {}
        for event in events:
            item = event.told.assignment  # type: ignore[attr-defined]
            states = {each.id: pb.ExtensionState.Name(each.state).removeprefix("EXTENSION_STATE_") for each in item.extensions}
            reached |= set(states.items())
            found.expect("one extension waits at most", list(states.values()).count("REQUESTED") <= 1, id)
            for each in item.extensions:
                was, state = known.get(each.id), states[each.id]
                if was == state:
                    continue
                nobody_asked = was is None and state == "APPROVED" and (id, each.decision.number) in directed
                found.expect(
                    "§4 allows the extension's step",
                    nobody_asked or was == "REQUESTED" or (was, state) == (None, "REQUESTED"),
                    id,
                    was,
                    state,
                )
                later = (day(each, "new_due_date") or date.min) > (day(each, "previous_due_date") or date.max)
                found.expect("an extension is later", later, id)
                if state == "APPROVED":
                    found.equal("what was approved is the last day now", day(item, "due_date"), day(each, "new_due_date"), id)
                    found.expect("approved by a decision", each.decision.number and each.decision.signer, id)
            known = states
        first = next((day(event.told.assignment, "due_date") for event in events), None)  # type: ignore[attr-defined]
        last = events[-1].told.assignment  # type: ignore[attr-defined]
        if not last.forwarded_from_id and first:
            found.equal("the first due date is kept", day(last, "original_due_date") or first, first, id)
    found.reached("extension", [state for _, state in reached], ["REQUESTED", "APPROVED", "REJECTED", "WITHDRAWN"])


def _directed(store: Store) -> set[tuple[str, str]]:
    """Parts that the Chairman gave a later day unasked (Đ8.1.e), with his decision's number."""
    told = [event.told.escalation for event in store.by_type["EscalationDirected"]]  # type: ignore[attr-defined]
    return {(each.assignment_id, each.decision.number) for each in told if each.HasField("new_due_date")}
