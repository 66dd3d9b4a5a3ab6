"""When notices are proposed and issued, and when the Chairman is told: regulation §6, "Urging", without a database."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ykcd.assignment.v1.assignment_pb2 import Timeliness
from ykcd.deadline.v1 import urging_pb2

from kit.dates import from_date
from kit.errors import FailedPrecondition
from services.deadline.model import AssignmentCopy, Deadline, Escalation, UrgingNotice, escalation, notice
from services.deadline.model.series import Series, next_day
from services.deadline.tests import factories as make
from services.deadline.tests.test_calendar import CALENDAR, DAYS

DUE = date(2016, 12, 1)


class Desk:
    """One overdue assignment, and a day on which somebody looks at it."""

    def __init__(self, due: date = DUE, *, basis: str = "calendar", **more: object) -> None:
        self.told = make.assignment(due, **more)
        self.copy, clock = AssignmentCopy.of(self.told), Deadline.start(self.told, CALENDAR)
        assert clock is not None
        self.clock, self.basis = clock, basis
        self.notices: list[UrgingNotice] = []
        self.escalations: list[Escalation] = []

    def on(self, day: date) -> Series:
        return Series(self.copy, self.clock, self.notices, self.escalations, CALENDAR, make.morning(day.year, day.month, day.day))

    def hear(self, day: date, state: str = "", **more: object) -> list[object]:
        self.told = make.later(self.told, state, **more)
        self.copy.take(self.told)
        self.clock.apply(self.told, CALENDAR, day)
        return list(self.on(day).settle())

    def tick(self, day: date) -> list[UrgingNotice | Escalation]:
        """What the scheduler finds on that day; proposals and matters are kept."""
        changed = self.on(day).advance()
        for each in changed:
            kept = self.notices if isinstance(each, UrgingNotice) else self.escalations
            if each not in kept:
                kept.append(each)  # type: ignore[arg-type]
        return changed

    def issue(self, wanted: UrgingNotice, day: date) -> UrgingNotice:
        series = self.on(day)
        series.require_issuable(wanted)
        due = next_day(day, CALENDAR, basis=self.basis)
        number = len(self.notices)
        wanted.issue(make.actor(make.AN), series.now, number=number, answer_due=due, overdue=series.days_overdue(), told=self.told)
        return wanted

    def proposal(self, day: date) -> UrgingNotice:
        (found,) = [each for each in self.tick(day) if each.state == notice.PROPOSED and isinstance(each, UrgingNotice)]
        return found

    def run(self, first: date, last: date) -> list[date]:
        """Days on which something new came; each notice is issued the day it is proposed."""
        days, day = [], first
        while day <= last:
            for each in self.tick(day):
                if isinstance(each, Escalation):
                    days.append(each.due_on)
                elif each.state == notice.PROPOSED:
                    self.issue(each, day)
                    days.append(each.propose_date)
            day += timedelta(days=1)
        return days


def refused(desk: Desk, wanted: UrgingNotice, day: date) -> tuple[str, dict[str, str]]:
    with pytest.raises(FailedPrecondition) as raised:
        desk.issue(wanted, day)
    return raised.value.reason, raised.value.metadata


@pytest.mark.article("Đ8.1.e", "D1", "D2", "D3", "§6.18")
@pytest.mark.parametrize(("basis", "days"), [("calendar", [2, 5, 8, 12]), ("working", [2, 7, 12, 15])])
def test_three_notices_then_the_chairman(basis: str, days: list[int]) -> None:
    """Example 18."""
    desk = Desk(basis=basis)
    assert desk.run(date(2016, 11, 25), date(2016, 12, 31)) == [date(2016, 12, day) for day in days]
    assert [each.ordinal for each in desk.notices] == [1, 2, 3]
    assert [each.state for each in desk.notices] == [notice.ELAPSED] * 3
    assert [list(each.earlier_numbers) for each in desk.notices] == [[], [1], [1, 2]]
    (matter,) = desk.escalations
    assert (matter.state, matter.notice_numbers) == (escalation.DUE, [1, 2, 3])


@pytest.mark.article("Đ8.1.e", "D1", "§6.19")
def test_two_days_after_a_notice_is_too_soon() -> None:
    """Example 19."""
    desk = Desk()
    desk.issue(desk.proposal(date(2016, 12, 5)), date(2016, 12, 5))
    second = desk.proposal(date(2016, 12, 8))
    assert refused(desk, second, date(2016, 12, 7)) == ("URGE_TOO_SOON", {"earliest": "2016-12-08"})
    assert desk.issue(second, date(2016, 12, 8)).state == notice.ISSUED


@pytest.mark.article("D2", "§6.20")
def test_a_fourth_notice_is_refused() -> None:
    """Example 20, D2."""
    desk = Desk()
    desk.run(date(2016, 12, 2), date(2016, 12, 31))
    fourth = UrgingNotice(state=notice.PROPOSED, ordinal=4, deadline_cycle=1)
    assert refused(desk, fourth, date(2017, 1, 3))[0] == "URGE_LIMIT_REACHED"


@pytest.mark.article("§6.20")
def test_an_issued_notice_is_not_issued_again() -> None:
    desk = Desk()
    first = desk.issue(desk.proposal(date(2016, 12, 2)), date(2016, 12, 2))
    assert refused(desk, first, date(2016, 12, 2)) == ("ALREADY_ISSUED", {"number": "1"})


@pytest.mark.article("D4", "§6.21")
def test_an_extension_opens_a_new_cycle() -> None:
    """Example 21: approved after PB2; the new day is Friday 30/12/2016, and 02/01/2017 is off."""
    desk = Desk()
    assert desk.run(date(2016, 12, 2), date(2016, 12, 7)) == [date(2016, 12, 2), date(2016, 12, 5)]
    third = desk.proposal(date(2016, 12, 8))
    changed = desk.hear(date(2016, 12, 9), due_date=from_date(date(2016, 12, 30)), deadline_cycle=2)
    assert (changed, third.state) == ([third], notice.DROPPED)
    assert desk.run(date(2016, 12, 10), date(2017, 1, 3)) == [date(2017, 1, 3)]
    last = desk.notices[-1]
    assert (last.ordinal, last.deadline_cycle, last.earlier_numbers) == (1, 2, [])
    assert all(each.counts for each in desk.notices if each.number), "history stays"


@pytest.mark.article("§6.22")
def test_what_an_outage_held_up_appears_once_and_is_dated_today() -> None:
    """Example 22: nobody looked from Friday 02/12 to Tuesday 06/12."""
    desk = Desk()
    assert desk.proposal(date(2016, 12, 6)).propose_date == date(2016, 12, 6)
    assert desk.tick(date(2016, 12, 6)) == []
    assert desk.tick(date(2016, 12, 7)) == []


@pytest.mark.article("D3")
def test_nothing_is_proposed_before_the_effective_due_date_has_passed_nor_on_a_day_off() -> None:
    """D3, D6: due on Sunday 04/12/2016."""
    desk = Desk(date(2016, 12, 4))
    assert desk.run(date(2016, 12, 1), date(2016, 12, 6)) == [date(2016, 12, 6)]
    exact = Desk(date(2016, 12, 2), due_exact=True)
    assert exact.run(date(2016, 12, 3), date(2016, 12, 5)) == [date(2016, 12, 5)]


@pytest.mark.article("Đ8.1.e")
def test_a_notice_is_issued_on_a_working_day_only() -> None:
    desk = Desk()
    first = desk.proposal(date(2016, 12, 2))
    assert refused(desk, first, date(2016, 12, 3)) == ("NOT_A_WORKING_DAY", {"earliest": "2016-12-05"})


@pytest.mark.article("Đ3.4")
def test_who_only_helps_is_not_urged() -> None:
    assert Desk(role="COORDINATING").tick(date(2016, 12, 2)) == []
    assert Desk(role="AGGREGATING").tick(date(2016, 12, 2)) != []


@pytest.mark.article("Đ7.2.d", "Đ8.1.e")
@pytest.mark.parametrize(("state", "urged"), [("ACCEPTED", True), ("IN_PROGRESS", True), ("RETURN_REQUESTED", True), ("REPORTED", False)])
def test_only_what_the_unit_still_has_to_do_is_urged(state: str, urged: bool) -> None:
    assert bool(Desk(state=state).tick(date(2016, 12, 2))) is urged


@pytest.mark.article("Đ8.1.e")
@pytest.mark.parametrize("state", ["REPORTED", "VERIFIED", "FORWARDED", "CANCELLED", "SUCCEEDED"])
def test_a_proposal_is_dropped_when_there_is_nothing_left_to_urge(state: str) -> None:
    desk = Desk()
    first = desk.proposal(date(2016, 12, 2))
    assert desk.hear(date(2016, 12, 2), state) == [first]
    assert (first.state, first.version) == (notice.DROPPED, 2)
    reason = "RESULT_PENDING" if state == "REPORTED" else "NOT_URGEABLE"
    assert refused(desk, first, date(2016, 12, 5))[0] == reason


@pytest.mark.article("D15")
def test_a_notice_of_what_was_done_on_time_does_not_count() -> None:
    """D15: done on 01/12, reported on 06/12, the third working day after."""
    desk = Desk()
    first = desk.issue(desk.proposal(date(2016, 12, 2)), date(2016, 12, 2))
    second = desk.issue(desk.proposal(date(2016, 12, 5)), date(2016, 12, 5))
    assert (first.state, second.state, second.counts) == (notice.ELAPSED, notice.ISSUED, True)
    desk.hear(date(2016, 12, 6), "REPORTED", timeliness=Timeliness.TIMELINESS_DONE_ON_TIME)
    assert (first.state, first.counts) == (notice.ELAPSED, False)
    assert (second.state, second.counts) == (notice.SATISFIED, False)


@pytest.mark.article("D15", "Đ8.1.e")
def test_a_late_result_satisfies_and_the_notice_counts() -> None:
    desk = Desk()
    first = desk.issue(desk.proposal(date(2016, 12, 2)), date(2016, 12, 2))
    desk.hear(date(2016, 12, 3), "REPORTED", timeliness=Timeliness.TIMELINESS_DONE_LATE)
    assert (first.state, first.counts) == (notice.SATISFIED, True)


@pytest.mark.article("Đ8.1.a", "Đ8.1.e")
def test_the_count_goes_on_when_a_result_is_sent_back() -> None:
    """Regulation §4: send_back."""
    desk = Desk()
    first = desk.issue(desk.proposal(date(2016, 12, 2)), date(2016, 12, 2))
    desk.hear(date(2016, 12, 5), "REPORTED", timeliness=Timeliness.TIMELINESS_DONE_ON_TIME)
    assert desk.tick(date(2016, 12, 6)) == []
    desk.hear(date(2016, 12, 7), "IN_PROGRESS", timeliness=Timeliness.TIMELINESS_OVERDUE)
    assert (first.state, first.counts) == (notice.SATISFIED, True)
    assert desk.proposal(date(2016, 12, 7)).ordinal == 2


def escalated() -> tuple[Desk, Escalation]:
    desk = Desk()
    desk.run(date(2016, 12, 2), date(2016, 12, 12))
    return desk, desk.escalations[0]


@pytest.mark.article("Đ8.1.e", "D4")
def test_another_deadline_closes_what_the_chairman_has_not_decided() -> None:
    desk, matter = escalated()
    changed = desk.hear(date(2016, 12, 13), due_date=from_date(date(2016, 12, 20)), deadline_cycle=2)
    assert changed == [matter]
    assert (matter.state, matter.closing_note) == (escalation.DONE, "Nhiệm vụ đã có thời hạn mới.")
    assert desk.run(date(2016, 12, 14), date(2016, 12, 21)) == [date(2016, 12, 21)]


@pytest.mark.article("Đ8.1.e")
def test_while_the_chairman_decides_nothing_is_urged() -> None:
    """Also in another cycle, until somebody says that what people were to do is done."""
    desk, matter = escalated()
    matter.state, matter.direction = escalation.DIRECTED, urging_pb2.ESCALATION_DIRECTION_URGE_IN_PERSON
    assert desk.hear(date(2016, 12, 13), due_date=from_date(date(2016, 12, 20)), deadline_cycle=2) == []
    assert desk.run(date(2016, 12, 14), date(2016, 12, 22)) == []
    early = UrgingNotice(state=notice.PROPOSED, ordinal=1, deadline_cycle=2)
    assert refused(desk, early, date(2016, 12, 22))[0] == "ESCALATION_OPEN"
    matter.close(make.actor(make.AN), datetime.now().astimezone(), note="Đã làm việc với Sở.")
    assert desk.run(date(2016, 12, 22), date(2016, 12, 22)) == [date(2016, 12, 22)]


@pytest.mark.article("Đ8.1.e", "D4")
@pytest.mark.parametrize(
    ("direction", "extended", "forwarded"),
    [
        ("EXTEND", True, True),
        ("REASSIGN", False, True),
        ("CLOSE", False, True),
        ("URGE_IN_PERSON", False, False),
        ("DISCIPLINE", False, False),
    ],
)
def test_what_was_directed_ends_the_matter_when_it_has_happened(direction: str, extended: bool, forwarded: bool) -> None:
    for ends, change in (
        (extended, {"due_date": from_date(date(2016, 12, 20)), "deadline_cycle": 2}),
        (forwarded, {"state": "FORWARDED"}),
        (False, {"state": "REPORTED"}),
    ):
        desk, matter = escalated()
        matter.state, matter.directed_cycle = escalation.DIRECTED, 1
        matter.direction = urging_pb2.EscalationDirection.Value(f"ESCALATION_DIRECTION_{direction}")
        assert desk.hear(date(2016, 12, 13), **change) == ([matter] if ends else [])
        assert (matter.state == escalation.DONE) is bool(matter.closing_note) is ends


@pytest.mark.article("Đ8.1.e")
def test_the_chairman_is_told_once_in_a_cycle() -> None:
    desk, matter = escalated()
    matter.state = escalation.DONE
    assert desk.run(date(2016, 12, 13), date(2017, 1, 31)) == []


@pytest.mark.article("Đ8.1.e")
@pytest.mark.parametrize(("state", "over"), [("REPORTED", False), ("VERIFIED", True), ("CANCELLED", True)])
def test_a_matter_is_closed_when_the_task_is_over(state: str, over: bool) -> None:
    desk, matter = escalated()
    desk.hear(date(2016, 12, 13), state)
    assert (matter.state == escalation.DONE) is over


@pytest.mark.article("Đ8.1.đ")
def test_a_notice_is_issued_by_who_follows_it() -> None:
    wanted = UrgingNotice(state=notice.PROPOSED, copy=AssignmentCopy(specialist_id=make.AN.id))
    may = {person.name: wanted.allowed_verbs(make.actor(person)) for person in make.PEOPLE}
    assert {name for name, verbs in may.items() if verbs == ["issue"]} == {make.AN.name, make.OFFICE_LEADER.name}


@pytest.mark.article("D1")
@given(DAYS)
def test_three_days_are_never_fewer_and_end_on_a_working_day(day: date) -> None:
    calendar, working = (next_day(day, CALENDAR, basis=basis) for basis in ("calendar", "working"))
    assert CALENDAR.is_working(calendar)
    assert CALENDAR.is_working(working)
    assert day + timedelta(days=3) <= calendar <= working
    assert not any(CALENDAR.is_working(day + timedelta(days=n)) for n in range(3, (calendar - day).days))


@pytest.mark.article("D1", "D2", "D3", "Đ8.1.e")
@given(DAYS.filter(lambda day: day < date(2027, 6, 1)), st.sets(st.integers(0, 60)))
def test_whenever_the_scheduler_runs_notices_are_three_days_apart_and_three_at_most(due: date, awake: set[int]) -> None:
    """Also after outages: on whichever days it looks."""
    desk = Desk(due)
    effective = desk.clock.effective_due_date
    for day in (due + timedelta(days=n) for n in sorted(awake)):
        for each in desk.tick(day):
            if isinstance(each, UrgingNotice) and each.state == notice.PROPOSED:
                desk.issue(each, day)
    days = [each.propose_date for each in desk.notices] + [each.due_on for each in desk.escalations]
    assert len(desk.notices) <= 3
    assert len(days) <= 4
    assert all(CALENDAR.is_working(day) and day > effective for day in days)
    assert all(two - one >= timedelta(days=3) for one, two in pairwise(days))


def test_days_overdue_are_those_since_the_effective_due_date() -> None:
    assert Desk().on(date(2016, 12, 5)).days_overdue() == (4, 2)
