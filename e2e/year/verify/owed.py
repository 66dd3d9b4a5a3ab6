"""What tasks without a deadline owe each quarter (Đ7.2.c, D17)."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

from ykcd.deadline.v1 import urging_pb2 as pb

from e2e.year.days import ONE_DAY
from e2e.year.verify.findings import Findings
from e2e.year.verify.parts import name
from e2e.year.verify.store import HUE, Store, day, moment
from e2e.year.verify.urging import TICK, UNDONE, Part

START_WORKING_DAYS = 10


def check(store: Store, found: Findings) -> None:
    """Đ7.2.c, D17: each part without a deadline owes one update a quarter."""
    told = store.carrying("obligation", "deadline")
    reached: set[tuple[str, str]] = set()
    seen: dict[tuple[str, str, int, int, int], Any] = {}
    parts: dict[tuple[str, str, int], list[Part]] = defaultdict(list)
    for id, events in store.carrying("assignment", "assignment").items():
        item = events[0].told.assignment  # type: ignore[attr-defined]
        parts[item.task_id, item.unit_id, item.role].append(Part(id, events, store))
    key_of = {part.id: key for key, group in parts.items() for part in group}
    for id, events in told.items():
        for event in events:
            reached.add((id, _state(event.told.obligation)))  # type: ignore[attr-defined]
        last = events[-1].told.obligation  # type: ignore[attr-defined]
        key = (*key_of[last.assignment_id], last.year, last.quarter)
        found.expect("one update a quarter", key not in seen, key)
        found.equal("half-years and years", (last.half_year, last.full_year), (last.quarter == 2, last.quarter == 4), key)
        found.equal("a quarter ends by the calendar alone (D17)", day(last, "period_end"), _quarter(last.year, last.quarter)[1], key)
        seen[key] = last
    end = store.end
    for key, group in parts.items():
        item = group[0].events[0].told.assignment  # type: ignore[attr-defined]
        if item.role == 2 or item.task_class.has_deadline:
            continue
        for year, quarter in _quarters(end.date()):
            wanted = _owed(group, year, quarter, end)
            last = seen.pop((*key, year, quarter), None)
            found.equal("what a quarter owes", last and _state(last), wanted, (*key, year, quarter))
    found.equal("nobody else owes updates", list(seen), [], "obligation")
    found.reached("obligation", [state for _, state in reached], ["OPEN", "FULFILLED", "MISSED", "ENDED"])


def _state(told: Any) -> str:
    return pb.ObligationState.Name(told.state).removeprefix("OBLIGATION_STATE_")


def _quarters(last: date) -> list[tuple[int, int]]:
    return [(year, quarter) for year in (2025, 2026) for quarter in (1, 2, 3, 4) if _quarter(year, quarter)[0] <= last]


def _quarter(year: int, quarter: int) -> tuple[date, date]:
    after = date(year + quarter // 4, quarter % 4 * 3 + 1, 1)
    return date(year, quarter * 3 - 2, 1), after - ONE_DAY


def _owed(group: list[Part], year: int, quarter: int, end: datetime) -> str | None:
    """The state in the end; None where nothing was ever owed in that quarter."""
    first, last = _quarter(year, quarter)
    begun = [part.events[0].day for part in group]
    days = group[0].store.days_at(datetime.combine(min(begun), TICK, HUE))
    if min(begun) > last or (min(begun) >= first and days.between(min(begun), last) < START_WORKING_DAYS):
        return None
    moments = sorted({event.time for part in group for event in part.events})
    owing = [(when, any(_owes(part, when) for part in group)) for when in moments]
    before = [owes for when, owes in owing if when.date() < first]
    if not (before and before[-1]) and not any(owes for when, owes in owing if first <= when.date() <= last):
        return None
    if any(first <= each <= last for part in group for each in _updates(part)):
        return "FULFILLED"
    in_time = [owes for when, owes in owing if when.date() <= last]
    if not in_time[-1]:
        return "ENDED"
    return "MISSED" if end.date() > last else "OPEN"


def _owes(part: Part, when: datetime) -> bool:
    item = part.at(when + timedelta(microseconds=1))
    return bool(item) and name(item.state) in UNDONE


def _updates(part: Part) -> list[date]:
    """Days of what was handed in and neither rejected nor withdrawn."""
    last = part.events[-1].told.assignment  # type: ignore[attr-defined]
    return [moment(report.create_time).date() for report in last.reports if report.state in (2, 3)]
