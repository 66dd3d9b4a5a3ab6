"""What the calendar makes of every part: both axes, lateness, late updates, verdicts that stay (Đ6.1.g, Đ7.2.c, D5, D6, D7, D15)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from ykcd.assignment.v1 import assignment_pb2 as pb

from e2e.year.days import Days, scheduled
from e2e.year.verify.findings import Findings
from e2e.year.verify.parts import GONE, name
from e2e.year.verify.store import Event, Store, day, moment

REPORT_DAYS = 3
EXECUTION = {
    **dict.fromkeys(("SENT", "ACCEPTED", "RETURN_REQUESTED"), pb.EXECUTION_NOT_STARTED),
    "IN_PROGRESS": pb.EXECUTION_IN_PROGRESS,
    **dict.fromkeys(("REPORTED", "VERIFIED"), pb.EXECUTION_DONE),
}


def check(store: Store, found: Findings) -> None:
    rows = {str(row["id"]): row for row in store.rows("assignment", "SELECT * FROM assignment")}
    for id, events in store.carrying("assignment", "assignment").items():
        verdict: tuple[Any, ...] | None = None
        for event in events:
            item = event.told.assignment  # type: ignore[attr-defined]
            _axes(f"{id} v{event.version}", event, store.days_at(event.time), found, verified=verdict)
            told = (day(item, "effective_due_date"), item.working_days_late, _late_update(item), day(item, "completed_on"))
            if event.name == "AssignmentVerified":
                verdict = told
            elif event.name == "AssignmentReopened":
                verdict = None
            elif verdict is not None:
                found.equal("a verdict stays", told, verdict, f"{id} v{event.version}")
        if verdict is not None:
            row = rows[id]
            kept = (row["verified_due_date"], row["verified_days_late"], row["verified_late_update"], row["completed_on"])
            found.equal("a verdict stays in its row", kept, verdict, id)
    _clocks(store, found)


def _late_update(item: Any) -> bool | None:
    return item.late_update if item.HasField("late_update") else None


def effective(item: Any, days: Days) -> date | None:
    """D6, D7."""
    due = day(item, "due_date")
    return due if due is None or item.due_exact else days.rolled(due)


def _axes(place: str, event: Event, days: Days, found: Findings, *, verified: object) -> None:
    item = event.told.assignment  # type: ignore[attr-defined]
    state, today = name(item.state), event.day
    if state in GONE:
        found.equal("who has it no more isn't judged", (item.execution, item.timeliness, item.working_days_late), (0, 0, 0), place)
        return
    found.equal("the execution axis", item.execution, EXECUTION[state], place)
    due, done = effective(item, days), day(item, "completed_on")
    if verified is None:
        found.equal("the effective due date (D6, D7)", day(item, "effective_due_date"), due, place)
    else:
        due = day(item, "effective_due_date")
    found.equal("the timeliness axis", pb.Timeliness.Name(item.timeliness), f"TIMELINESS_{_timeliness(item, due, days, today)}", place)
    if verified is None:
        late = 0 if due is None else days.between(due, done or today)
        found.equal("working days late", item.working_days_late, late, place)
        found.equal("late update (Đ7.2.c)", _late_update(item), _expected_late_update(item, due, days), place)


def _timeliness(item: Any, due: date | None, days: Days, today: date) -> str:
    done = day(item, "completed_on")
    if due is None:
        return "UNSPECIFIED"
    if done is not None:
        return "DONE_ON_TIME" if done <= due else "DONE_LATE"
    if today <= due:
        return "IN_TIME"
    said = max((moment(report.create_time).date() for report in item.reports if report.state in (2, 3)), default=None)
    silent = said is None or said <= due
    return "AWAITING_UPDATE" if silent and today <= days.after(due, REPORT_DAYS) else "OVERDUE"


def _expected_late_update(item: Any, due: date | None, days: Days) -> bool | None:
    done = day(item, "completed_on")
    if due is None or done is None or not item.HasField("report_time"):
        return None
    return moment(item.report_time).date() > days.after(done, REPORT_DAYS)


def _clocks(store: Store, found: Findings) -> None:
    """A missed deadline is told on the day after, once per cycle; after an outage, when the schedule runs again."""
    parts = store.carrying("assignment", "assignment")
    for id, events in store.carrying("deadline", "deadline").items():
        missed: dict[int, int] = {}
        for event in events:
            told = event.told.deadline  # type: ignore[attr-defined]
            days = store.days_at(event.time + timedelta(microseconds=1))
            if event.name == "DeadlineMissed":
                due = day(told, "effective_due_date")
                missed[told.deadline_cycle] = missed.get(told.deadline_cycle, 0) + 1
                found.expect("nothing is missed before its day is over", due and event.day > due and told.running, id, event.time, due)
            else:
                found.equal("the clock's effective due date", day(told, "effective_due_date"), effective(told, days), f"{id} {event.time}")
                if day(told, "effective_due_date"):
                    owed = days.after(day(told, "effective_due_date") or date.min, REPORT_DAYS)
                    found.equal("the report's own due date", day(told, "report_due_date"), owed, id)
        for cycle, expected in _misses(parts[id], store):
            found.equal("each missed deadline is told", bool(missed.get(cycle)), expected, f"{id} cycle {cycle}")


def _misses(events: list[Event], store: Store) -> Iterator[tuple[int, bool]]:
    """Of each cycle whose end lies within the year: whether a morning came after its due date with the clock running."""
    end = store.end
    spans = list(zip(events, [*(event.time for event in events[1:]), end], strict=True))
    cycles: dict[int, bool] = {}
    for event, until in spans:
        item = event.told.assignment  # type: ignore[attr-defined]
        due = effective(item, store.days_at(until))
        if due is None:
            continue
        running = name(item.state) in ("SENT", "ACCEPTED", "IN_PROGRESS", "RETURN_REQUESTED")
        morning = max(_next_morning(event.time), datetime.combine(due + timedelta(days=1), datetime.min.time(), event.time.tzinfo))
        cycles[item.deadline_cycle] = cycles.get(item.deadline_cycle, False) or (running and _runs(morning, until))
    yield from cycles.items()


def _next_morning(time: datetime) -> datetime:
    return datetime.combine(time.date() + timedelta(days=1), datetime.min.time(), time.tzinfo)


def _runs(first: datetime, until: datetime) -> bool:
    """Whether the schedule ran between these moments: it runs right after midnight, but for its outage."""
    tick = first + timedelta(minutes=5)
    while not scheduled(tick.date()):
        tick += timedelta(days=1)
    return tick < until
