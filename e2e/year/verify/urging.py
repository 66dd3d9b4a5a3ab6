"""Phiếu báo and escalations, recomputed day by day (Đ8.1.e, D1 to D4, D15)."""

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from ykcd.deadline.v1 import urging_pb2 as pb

from e2e.year.days import ONE_DAY, scheduled
from e2e.year.verify.findings import Findings
from e2e.year.verify.parts import name
from e2e.year.verify.store import HUE, Event, Store, day, moment
from e2e.year.verify.times import effective

UNDONE = ("SENT", "ACCEPTED", "IN_PROGRESS", "RETURN_REQUESTED")
LIMIT, DAYS_BETWEEN = 3, 3
# Right after midnight the schedule runs.
TICK, EVENING = time(0, 5), time(23, 59)
NOTICE_WAYS = {
    "PROPOSED": {"ISSUED", "DROPPED"},
    "ISSUED": {"ACKNOWLEDGED", "SATISFIED", "ELAPSED"},
    "ACKNOWLEDGED": {"SATISFIED", "ELAPSED"},
}
# A matter that settles itself (verified, another deadline, what was directed has happened) is done with a note;
# what couldn't be carried out is directed again.
ESCALATION_WAYS = {"DUE": {"REPORTED", "DONE"}, "REPORTED": {"DIRECTED", "DONE"}, "DIRECTED": {"DIRECTED", "DONE"}}


def check(store: Store, found: Findings) -> None:
    notices = [Notice(id, events) for id, events in store.carrying("notice", "deadline").items()]
    escalations = store.carrying("escalation", "deadline")
    _notices(notices, found)
    _numbers(notices, found)
    _escalations(escalations, found)
    by_part: dict[str, list[Notice]] = defaultdict(list)
    for notice in notices:
        by_part[notice.told.assignment_id].append(notice)
    matters: dict[str, list[list[Event]]] = defaultdict(list)
    for events in escalations.values():
        matters[events[0].told.escalation.assignment_id].append(events)  # type: ignore[attr-defined]
    for id, events in store.carrying("assignment", "assignment").items():
        _series(Part(id, events, store), by_part[id], matters[id], found)
    _rows(store, notices, escalations, found)


@dataclass
class Notice:
    id: str
    events: list[Event]

    @property
    def told(self) -> Any:
        return self.events[-1].told.notice  # type: ignore[attr-defined]

    @property
    def issued(self) -> datetime | None:
        return moment(self.told.issue_time) if self.told.HasField("issue_time") else None


class Part:
    """What was known of a part at each moment."""

    def __init__(self, id: str, events: list[Event], store: Store) -> None:
        self.id, self.events, self.store = id, events, store
        self._times = [event.time for event in events]

    def at(self, when: datetime) -> Any:
        """The snapshot that stood just before; None before the first."""
        known = bisect_left(self._times, when)
        return self.events[known - 1].told.assignment if known else None  # type: ignore[attr-defined]

    def due(self, when: datetime) -> date | None:
        item = self.at(when)
        return effective(item, self.store.days_at(when)) if item else None

    def urgeable(self, when: datetime) -> bool:
        """D3: its unit answers for the task, the day is over, no result is there."""
        item, due = self.at(when), self.due(when)
        return bool(item and due and item.role != 2 and name(item.state) in UNDONE and when.date() > due)


def _notices(notices: list[Notice], found: Findings) -> None:
    reached: set[tuple[str, str]] = set()
    for notice in notices:
        state, counts = "", None
        for event in notice.events:
            told = event.told.notice  # type: ignore[attr-defined]
            new = pb.UrgingNoticeState.Name(told.state).removeprefix("URGING_NOTICE_STATE_")
            reached.add((notice.id, new))
            allowed = new in NOTICE_WAYS.get(state, {"PROPOSED"} if not state else ()) or (state == new and counts != told.counts)
            found.expect("§4 allows the notice's step", allowed, notice.id, state, new)
            if new == "SATISFIED" and told.counts:
                pass
            state, counts = new, told.counts
    names = ["PROPOSED", "ISSUED", "ACKNOWLEDGED", "SATISFIED", "ELAPSED", "DROPPED"]
    found.reached("notice", [state for _, state in reached], names)


def _numbers(notices: list[Notice], found: Findings) -> None:
    """Gapless per year, in the order of issue."""
    years: dict[int, list[tuple[int, datetime]]] = defaultdict(list)
    for notice in notices:
        if notice.issued:
            years[notice.told.year].append((notice.told.number, notice.issued))
            found.equal("the number's year is the day's", notice.told.year, notice.issued.year, notice.id)
    for year, given in years.items():
        given.sort()
        found.equal("numbers without gaps", [number for number, _ in given], list(range(1, len(given) + 1)), year)
        found.expect("numbers in the order of issue", [when for _, when in given] == sorted(when for _, when in given), year)


def _escalations(escalations: dict[str, list[Event]], found: Findings) -> None:
    reached: set[tuple[str, str]] = set()
    for id, events in escalations.items():
        state = ""
        for event in events:
            told = event.told.escalation  # type: ignore[attr-defined]
            new = pb.EscalationState.Name(told.state).removeprefix("ESCALATION_STATE_")
            reached.add((id, new))
            found.expect("§4 allows the escalation's step", new in ESCALATION_WAYS.get(state, {"DUE"} if not state else ()), id, state, new)
            if new == "DONE" and state in ("DUE", "REPORTED"):
                found.expect("what settles itself says why", told.closing_note, id)
            if new == "DIRECTED":
                found.expect("directed by a decision", told.decision.number and told.direction_text, id)
            state = new
    found.reached("escalation", [state for _, state in reached], ["DUE", "REPORTED", "DIRECTED", "DONE"])
    directions = [events[-1].told.escalation.direction for events in escalations.values()]  # type: ignore[attr-defined]
    every = {value: key.removeprefix("ESCALATION_DIRECTION_") for key, value in pb.EscalationDirection.items() if value}
    found.reached("direction", [every[direction] for direction in directions if direction], every.values())


def _series(part: Part, notices: list[Notice], matters: list[list[Event]], found: Findings) -> None:
    """Every issue by its guards; every proposal and every escalation on its day, and none left out."""
    issued = sorted((notice for notice in notices if notice.issued), key=lambda notice: (notice.told.year, notice.told.number))
    last: dict[int, Notice] = {}
    for notice in issued:
        when, told = notice.issued, notice.told
        assert when
        days = part.store.days_at(when)
        previous = last.get(told.deadline_cycle)
        found.expect("issued on a working day", days.working(when.date()), notice.id, when)
        found.expect("issued while it may be urged", part.urgeable(when), notice.id, when)
        found.equal("the n-th of its cycle", told.ordinal, previous.told.ordinal + 1 if previous else 1, notice.id)
        found.expect("three at most", told.ordinal <= LIMIT, notice.id)
        if previous and previous.issued:
            apart = (when.date() - previous.issued.date()).days
            found.expect("three days apart", apart >= DAYS_BETWEEN, notice.id, apart)
        found.expect("no escalation is open", not any(_open(events, when) for events in matters), notice.id)
        found.equal("answered before", day(told, "answer_due_date"), days.rolled(when.date() + timedelta(days=DAYS_BETWEEN)), notice.id)
        found.equal("of the cycle that stands", told.deadline_cycle, part.at(when).deadline_cycle, notice.id)
        last[told.deadline_cycle] = notice
    for (cycle, place), expected in _expected(part, notices, matters).items():
        seen = _seen(cycle, place, notices, matters)
        what = "escalated on its day" if place > LIMIT else f"notice {place} proposed on its day"
        found.expect(what, seen in expected, f"{part.id} cycle {cycle}", f"found {seen}, by the rules {sorted(map(str, expected))}")
    for events in matters:
        told = events[0].told.escalation  # type: ignore[attr-defined]
        count = sum(
            notice.told.deadline_cycle == told.deadline_cycle for notice in issued if notice.issued and notice.issued < events[0].time
        )
        found.expect("escalated after the third only", count == LIMIT, part.id, count)


def _seen(cycle: int, place: int, notices: list[Notice], matters: list[list[Event]]) -> date | None:
    """The first proposal of this place in the cycle, or the escalation."""
    if place > LIMIT:
        found = [events[0].told.escalation for events in matters]  # type: ignore[attr-defined]
        return next((day(each, "due_on") for each in found if each.deadline_cycle == cycle), None)
    proposed = [notice.told for notice in notices if (notice.told.deadline_cycle, notice.told.ordinal) == (cycle, place)]
    return min((day(each, "propose_date") for each in proposed if day(each, "propose_date")), default=None)


def _expected(part: Part, notices: list[Notice], matters: list[list[Event]]) -> dict[tuple[int, int], set[date | None]]:
    """Of each cycle and place in it (4: the Chairman) the first morning on which the schedule was to bring it, or an earlier day in the
    course of which it was due for a while; None where there was none."""
    wanted: dict[tuple[int, int], set[date | None]] = {}
    due: set[tuple[int, int]] = set()
    changes: dict[date, list[datetime]] = defaultdict(list)
    for event in part.events:
        changes[event.day].append(event.time + timedelta(microseconds=1))
    day = part.events[0].day
    while day <= part.store.last_day:
        tick = datetime.combine(day, TICK, HUE)
        for when in (tick, *changes[day], datetime.combine(day, EVENING, HUE)):
            place = _due_place(part, notices, matters, when) if when <= part.store.end else None
            if place and place not in due:
                wanted.setdefault(place, set()).add(day)
                if when == tick:
                    due.add(place)
        day += ONE_DAY
    for notice in notices:
        place = (notice.told.deadline_cycle, notice.told.ordinal)
        wanted.setdefault(place, {None})
    for place in set(wanted) - due:
        # Only at the very end of what was seen.
        wanted[place].add(None)
    return wanted


def _due_place(part: Part, notices: list[Notice], matters: list[list[Event]], when: datetime) -> tuple[int, int] | None:
    """What was to come at that moment: which notice of which cycle, or the Chairman."""
    days = part.store.days_at(when)
    if not (scheduled(when.date()) and days.working(when.date()) and part.urgeable(when)):
        return None
    cycle = part.at(when).deadline_cycle
    out = [each.issued for each in notices if each.issued and each.issued < when and each.told.deadline_cycle == cycle]
    if out and when.date() < _window(part, max(out)):
        return None
    if any(_open(events, when) or _settled(events, cycle, when) for events in matters):
        return None
    return cycle, len(out) + 1


def _window(part: Part, issued: datetime) -> date:
    """D1: three days later, on a working day, by the calendar of the issue."""
    return part.store.days_at(issued).rolled(issued.date() + timedelta(days=DAYS_BETWEEN))


def _open(events: list[Event], when: datetime) -> bool:
    known = [event for event in events if event.time < when]
    return bool(known) and known[-1].told.escalation.state != pb.ESCALATION_STATE_DONE  # type: ignore[attr-defined]


def _settled(events: list[Event], cycle: int, when: datetime) -> bool:
    """The Chairman was told in this cycle already."""
    told = events[0].told.escalation  # type: ignore[attr-defined]
    return told.deadline_cycle == cycle and events[0].time < when


def _rows(store: Store, notices: list[Notice], escalations: dict[str, list[Event]], found: Findings) -> None:
    rows = {str(row["id"]): row for row in store.rows("deadline", "SELECT * FROM urging_notice")}
    found.equal("notices have events and rows", {notice.id for notice in notices}, set(rows), "deadline")
    for notice in notices:
        row, told = rows[notice.id], notice.told
        found.equal(
            "the notice's row is as was told last",
            (row["version"], row["state"], row["number"] or 0, row["counts"]),
            (told.version, told.state, told.number, told.counts),
            notice.id,
        )
    rows = {str(row["id"]): row for row in store.rows("deadline", "SELECT * FROM escalation")}
    found.equal("escalations have events and rows", set(escalations), set(rows), "deadline")
    for id, events in escalations.items():
        told = events[-1].told.escalation  # type: ignore[attr-defined]
        found.equal("the escalation's row is as was told last", (rows[id]["version"], rows[id]["state"]), (told.version, told.state), id)
