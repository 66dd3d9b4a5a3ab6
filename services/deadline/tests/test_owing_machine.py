"""Any updates, rejections, ends and new beginnings over the years, in any order: what is owed stays within Đ7.2.c and D17."""

from datetime import date, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from ykcd.assignment.v1 import assignment_pb2
from ykcd.deadline.v1 import urging_pb2

from kit.copies import make_calendar
from services.deadline.model import AssignmentCopy, Obligation
from services.deadline.model.obligation import Part
from services.deadline.model.periods import Quarter, first_quarter
from services.deadline.tests import factories as make
from services.deadline.tests.test_machine import DAYS

OF_QUARTERS = [*["days_pass"] * 6, "the_unit_says_something", "the_office_rejects_it", "it_ends_or_begins_anew"]


class Owing(RuleBasedStateMachine):
    """One part without a deadline over two years, and what each quarter owes."""

    @initialize(begun=st.integers(0, 120))
    def begin(self, begun: int) -> None:
        self.today = date(2025, 1, 2) + timedelta(days=begun)
        self.calendar = make_calendar(DAYS, 1)
        self.told = make.assignment(None, create_time=make.from_time(self._now()))
        self.copy = AssignmentCopy.of(self.told)
        self.its: list[Obligation] = []
        # By the law: the days of updates, and (day, whether it is owed) of each change.
        self.updates: dict[str, date] = {}
        self.owed: list[tuple[date, bool]] = [(self.today, True)]
        self._settle()

    def _now(self) -> datetime:
        return make.morning(self.today.year, self.today.month, self.today.day)

    def _hear(self, state: str = "") -> None:
        self.told = make.later(self.told, state)
        self.told.update_time.CopyFrom(make.from_time(self._now()))
        assert self.copy.take(self.told)
        self._settle()

    def _settle(self) -> None:
        """As the schedule and each snapshot do."""
        part, quarter = Part([self.copy]), Quarter.of(self.today)
        known = {(each.year, each.quarter) for each in self.its}
        owes = part.owing and quarter >= first_quarter(part.assigned_on, self.calendar)
        if owes and (quarter.year, quarter.number) not in known:
            self.its.append(Obligation.open(part, quarter))
        for each in self.its:
            each.judge(part, self.today)

    @rule(happenings=st.lists(st.tuples(st.sampled_from(OF_QUARTERS), st.integers(0, 9)), min_size=4, max_size=24))
    def things_happen(self, happenings: list[tuple[str, int]]) -> None:
        """Several at once, so that years pass."""
        for what, pick in happenings:
            getattr(self, what)(pick)
            self.each_quarter_owes_one_update()

    def days_pass(self, pick: int) -> None:
        self.today += timedelta(days=1 + 3 * pick)
        self._settle()

    def the_unit_says_something(self, pick: int) -> None:
        if self.owed[-1][1]:
            report = make.update(self._now(), ("PROGRESS", "PERIODIC", "NO_CHANGE")[pick % 3])
            self.told.reports.append(report)
            self.updates[report.id] = self.today
            self._hear()

    def the_office_rejects_it(self, pick: int) -> None:
        """What was rejected was no update (Đ7.2.c)."""
        waiting = [report for report in self.told.reports if report.id in self.updates]
        if waiting:
            report = waiting[pick % len(waiting)]
            report.state = assignment_pb2.REPORT_STATE_REJECTED
            del self.updates[report.id]
            self._hear()

    def it_ends_or_begins_anew(self, _pick: int) -> None:
        owed = not self.owed[-1][1]
        self.owed.append((self.today, owed))
        self._hear("IN_PROGRESS" if owed else "VERIFIED")

    @invariant()
    def each_quarter_owes_one_update(self) -> None:
        if not hasattr(self, "its"):
            return
        assert len({(each.year, each.quarter) for each in self.its}) == len(self.its)
        for each in self.its:
            first, last = Quarter(each.year, each.quarter).first_day, each.period_end
            updated = any(first <= day <= last for day in self.updates.values())
            if updated:
                assert each.state == urging_pb2.OBLIGATION_STATE_FULFILLED
            elif self.today <= last:
                wanted = urging_pb2.OBLIGATION_STATE_OPEN if self.owed[-1][1] else urging_pb2.OBLIGATION_STATE_ENDED
                assert each.state == wanted
            else:
                assert each.state in (urging_pb2.OBLIGATION_STATE_MISSED, urging_pb2.OBLIGATION_STATE_ENDED)


TestOwing = Owing.TestCase
TestOwing.settings = settings(stateful_step_count=15, deadline=None)
