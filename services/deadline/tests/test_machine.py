"""Any days, results, extensions, storms and people, in any order: what is urged stays within Đ8.1.e.

What may follow what, and when, is written down here a second time from the regulation (§4, D1 to D4), so that a slip isn't copied.
"""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from ykcd.assignment.v1 import assignment_pb2
from ykcd.deadline.v1 import deadline_pb2, urging_pb2

from kit.copies import make_calendar
from kit.dates import from_date, to_date
from kit.errors import FailedPrecondition, InvalidArgument
from services.deadline.model import AssignmentCopy, Deadline, Escalation, UrgingNotice
from services.deadline.model.escalation import Direction
from services.deadline.model.series import Series, next_day
from services.deadline.tests import factories as make

PROPOSED, ISSUED, ACKNOWLEDGED, SATISFIED, ELAPSED, DROPPED = range(1, 7)
DUE, REPORTED, DIRECTED, DONE = range(1, 5)
# §4. Once ended, only whether it counts may change (D15).
NOTICE_WAYS = {(0, PROPOSED), (PROPOSED, ISSUED), (PROPOSED, DROPPED), (ISSUED, ACKNOWLEDGED)}
NOTICE_WAYS |= {(out, end) for out in (ISSUED, ACKNOWLEDGED) for end in (SATISFIED, ELAPSED)}
# A matter that settles itself before it is directed ends too.
ESCALATION_WAYS = {(0, DUE), (DUE, REPORTED), (REPORTED, DIRECTED), (DIRECTED, DONE), (DUE, DONE), (REPORTED, DONE)}
UNDONE = ("SENT", "ACCEPTED", "IN_PROGRESS", "RETURN_REQUESTED")
NEXT = {
    "SENT": ("ACCEPTED", "RETURN_REQUESTED"),
    "ACCEPTED": ("IN_PROGRESS", "REPORTED"),
    "IN_PROGRESS": ("REPORTED", "RETURN_REQUESTED"),
    "RETURN_REQUESTED": ("SENT", "FORWARDED"),
    "REPORTED": ("IN_PROGRESS", "VERIFIED"),
    "VERIFIED": ("IN_PROGRESS",),
    "FORWARDED": (),
}
START = date(2025, 4, 14)
# Of spring 2025 (regulation §3).
DAYS = [(date(2025, 4, 26), deadline_pb2.DAY_KIND_SWAP_WORK), (date(2025, 5, 2), deadline_pb2.DAY_KIND_SWAP_OFF)]
DAYS += [(day, deadline_pb2.DAY_KIND_HOLIDAY) for day in (date(2025, 4, 30), date(2025, 5, 1))]
# What is tried, by how often.
HAPPENINGS = [
    *["days_pass"] * 8,
    *["the_desk_works"] * 7,
    "the_part_moves",
    "it_gets_a_later_day",
    "a_storm_comes",
    "units_answer",
    "the_matter_goes_on",
]
THREE, LIMIT = timedelta(days=3), 3


class Urging(RuleBasedStateMachine):
    """One part of a task, the Office's desk and the schedule."""

    @initialize(due=st.integers(0, 6), role=st.sampled_from(("LEAD", "LEAD", "AGGREGATING", "COORDINATING")))
    def begin(self, due: int, role: str) -> None:
        self.today, self.off = START, [*DAYS]
        self.calendar = make_calendar(self.off, 1)
        self.state, self.helps = "SENT", role == "COORDINATING"
        self.told = make.assignment(START + timedelta(days=due), role=role)
        self.copy, clock = AssignmentCopy.of(self.told), Deadline.start(self.told, self.calendar)
        assert clock is not None
        self.clock, self.notices, self.escalations = clock, [], []
        # What was seen last of each: (state, version, counts); and of the issued ones (cycle, day).
        self.seen: dict[object, tuple[int, int, bool]] = {}
        self.issues: list[tuple[int, date]] = []
        self.number = 0

    def _series(self) -> Series:
        now = make.morning(self.today.year, self.today.month, self.today.day)
        return Series(self.copy, self.clock, self.notices, self.escalations, self.calendar, now)

    def _tick(self) -> None:
        for each in self._series().advance():
            kept = self.notices if isinstance(each, UrgingNotice) else self.escalations
            if each not in kept:
                kept.append(each)  # type: ignore[arg-type]
        self._nothing_is_left_out()

    def _nothing_is_left_out(self) -> None:
        """D2, D3: on a working day an overdue part has its proposal or its matter, unless the last notice's window runs."""
        due = to_date(self.told.due_date, "due")
        effective = due
        while not self.calendar.is_working(effective):
            effective += timedelta(days=1)
        overdue = self.state in UNDONE and not self.helps and self.today > effective
        if not (overdue and self.calendar.is_working(self.today)):
            return
        cycle = self.told.deadline_cycle
        mine = [day for its, day in self.issues if its == cycle]
        window = mine and self.today < mine[-1] + THREE
        waits = any(each.state == PROPOSED for each in self.notices) or any(each.state != DONE for each in self.escalations)
        told_chairman = any(each.deadline_cycle == cycle for each in self.escalations)
        assert window or waits or told_chairman or self.calendar.roll(mine[-1] + THREE) > self.today or self._window_moved(mine)

    def _window_moved(self, mine: list[date]) -> bool:
        """A storm that was announced later doesn't shorten what a notice promised its unit."""
        last = max((each for each in self.notices if each.issue_time), key=lambda each: each.number or 0)
        return last.answer_due_date is not None and last.answer_due_date > self.today and bool(mine)

    @rule(happenings=st.lists(st.tuples(st.sampled_from(HAPPENINGS), st.integers(0, 9)), min_size=4, max_size=24))
    def things_happen(self, happenings: list[tuple[str, int]]) -> None:
        """Several at once, so that lives get far."""
        for what, pick in happenings:
            getattr(self, what)(pick)
            self.the_ways_are_the_laws()
            self.a_series_is_within_the_law()

    def days_pass(self, pick: int) -> None:
        """The schedule runs once a day, or is down for some."""
        self.today += timedelta(days=1 + pick // 3)
        self._tick()

    def the_desk_works(self, _pick: int) -> None:
        """Whatever is refused changes nothing."""
        for each in [each for each in self.notices if each.state == PROPOSED]:
            self._issue(each)

    def _issue(self, wanted: UrgingNotice) -> None:
        series, cycle = self._series(), self.told.deadline_cycle
        try:
            series.require_issuable(wanted)
        except FailedPrecondition:
            assert wanted.state in (PROPOSED, DROPPED)
            return
        mine = [day for its, day in self.issues if its == cycle]
        assert self.calendar.is_working(self.today)
        assert self.state in UNDONE
        assert len(mine) < LIMIT
        assert not mine or self.today - mine[-1] >= THREE
        assert all(each.state == DONE for each in self.escalations)
        self.number += 1
        answer_due = next_day(self.today, self.calendar, basis="calendar")
        overdue, now = series.days_overdue(), series.now
        wanted.issue(make.actor(make.AN), now, number=self.number, answer_due=answer_due, overdue=overdue, told=self.told)
        self.issues.append((cycle, self.today))

    def the_part_moves(self, pick: int) -> None:
        ways = NEXT[self.state]
        if ways:
            self.state = ways[pick % len(ways)]
            done = self.state in ("REPORTED", "VERIFIED")
            timeliness = "DONE_ON_TIME" if done and pick > THREE.days else "DONE_LATE" if done else "OVERDUE"
            self._hear(self.state, timeliness=assignment_pb2.Timeliness.Value(f"TIMELINESS_{timeliness}"))

    def it_gets_a_later_day(self, pick: int) -> None:
        """D4."""
        if self.state in UNDONE:
            due = max(to_date(self.told.due_date, "due"), self.today) + timedelta(days=1 + 2 * pick)
            self._hear("", due_date=from_date(due), deadline_cycle=self.told.deadline_cycle + 1)

    def _hear(self, state: str, **more: object) -> None:
        cleared = assignment_pb2.Assignment()
        cleared.CopyFrom(self.told)
        for field in more:
            cleared.ClearField(field)  # type: ignore[arg-type]
        self.told = make.later(cleared, state, **more)
        assert self.copy.take(self.told)
        self.clock.apply(self.told, self.calendar, self.today)
        self._series().settle()

    def a_storm_comes(self, pick: int) -> None:
        self.off.append((self.today + timedelta(days=pick), deadline_pb2.DAY_KIND_LOCAL_OFF))
        self.calendar = make_calendar(self.off, self.calendar.version + 1)
        if self.clock.recompute(self.calendar, self.today):
            self._series().settle()

    def units_answer(self, _pick: int) -> None:
        for each in self.notices:
            try:
                each.acknowledge(make.actor(make.STNMT_LEADER), make.morning(2025, 5, 5), answer="Đang làm.")
            except FailedPrecondition:
                assert each.state != ISSUED

    def the_matter_goes_on(self, pick: int) -> None:
        """By one step, each by who may."""
        kind = 1 + pick % len(urging_pb2.EscalationDirection.values()[1:])
        now = make.morning(self.today.year, self.today.month, self.today.day)
        later = self.today + timedelta(days=9) if kind == urging_pb2.ESCALATION_DIRECTION_EXTEND else None
        unit = make.SYT if kind == urging_pb2.ESCALATION_DIRECTION_REASSIGN else None
        leader = make.actor(make.OFFICE_LEADER)
        direction = Direction(kind, "Chỉ đạo.", "1/QĐ", "CT", later, unit)
        carried_out = (
            urging_pb2.ESCALATION_DIRECTION_EXTEND,
            urging_pb2.ESCALATION_DIRECTION_REASSIGN,
            urging_pb2.ESCALATION_DIRECTION_CLOSE,
        )
        for each in self.escalations[-1:]:
            turn = REPORTED if each.state == DIRECTED and each.direction in carried_out else each.state
            if turn == REPORTED and self.state == "REPORTED" and kind in carried_out:
                turn = 0
            steps = {
                DUE: partial(each.report, leader, now, number="9/BC", day=self.today, note=""),
                REPORTED: partial(each.direct, leader, now, direction=direction),
                DIRECTED: partial(each.close, leader, now, note="Xong."),
            }
            its_turn = steps.pop(turn, None)
            for out_of_turn in steps.values():
                self._refused(each, out_of_turn)
            if its_turn:
                its_turn()

    def _refused(self, each: Escalation, step: Callable[[], None]) -> None:
        before = (each.state, each.version)
        try:
            step()
        except (FailedPrecondition, InvalidArgument):
            assert (each.state, each.version) == before
        else:
            raise AssertionError("out of its turn")

    @invariant()
    def the_ways_are_the_laws(self) -> None:
        """§4 for whatever has changed, one version for each change."""
        for each, ways in [
            *((n, NOTICE_WAYS) for n in getattr(self, "notices", ())),
            *((e, ESCALATION_WAYS) for e in getattr(self, "escalations", ())),
        ]:
            state, version, counts = self.seen.get(each.id, (0, 0, False))
            now = (each.state, each.version, getattr(each, "counts", False))
            if now == (state, version, counts):
                continue
            stepped = self._steps(state, each.state, ways)
            assert stepped is not None, f"{state} to {each.state}"
            assert each.version > version
            self.seen[each.id] = now

    def _steps(self, start: int, end: int, ways: set[tuple[int, int]]) -> int | None:
        """How many steps of the law lead from one to the other; between two looks there may be two."""
        if start == end:
            return 0
        if (start, end) in ways:
            return 1
        return 2 if any((start, middle) in ways and (middle, end) in ways for middle in range(1, 7)) else None

    @invariant()
    def a_series_is_within_the_law(self) -> None:
        """Three at most, counted without gaps; one proposal, one matter at a time, and a matter after the third notice alone."""
        if not hasattr(self, "notices"):
            return
        assert sum(each.state == PROPOSED for each in self.notices) <= 1
        assert sum(each.state != DONE for each in self.escalations) <= 1
        for cycle in {each.deadline_cycle for each in self.notices}:
            issued = sorted(each.ordinal for each in self.notices if each.deadline_cycle == cycle and each.number is not None)
            assert issued == list(range(1, len(issued) + 1))
            assert len(issued) <= LIMIT
        for matter in self.escalations:
            assert sum(its == matter.deadline_cycle for its, _ in self.issues) == LIMIT
        assert len({matter.deadline_cycle for matter in self.escalations}) == len(self.escalations)
        assert not (self.helps and (self.notices or self.escalations))


TestUrging = Urging.TestCase
TestUrging.settings = settings(stateful_step_count=15, deadline=None)
