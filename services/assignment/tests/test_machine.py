"""Any acts by anybody, in any order, over days and calendars: none leaves the states of §4, and what was told replays to what is.

The table of the law's ways stands here a second time, on purpose: a slip in actions.py isn't copied.
"""

from datetime import date, timedelta
from functools import partial
from uuid import UUID, uuid4

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.deadline.v1.deadline_pb2 import DAY_KIND_LOCAL_OFF
from ykcd.event.v1.envelope_pb2 import ActorRef

from kit.clock import local_date
from kit.copies import make_calendar
from kit.errors import Error, FailedPrecondition, PermissionDenied
from kit.identity import Absent, Actor
from services.assignment.convert import SNAPSHOT_BYTES, View
from services.assignment.model import Assignment, Result
from services.assignment.records import Delegation
from services.assignment.tests import parts
from services.assignment.tests.factories import DAYS
from services.assignment.tests.parts import DECISION, NOW, OFFICE, OTHER_UNIT, SPECIALIST, UNIT

SENT, ACCEPTED, IN_PROGRESS, REPORTED, VERIFIED, RETURNING, FORWARDED, CANCELLED, SUCCEEDED = range(1, 10)
TAKEN, WORKING, OPEN = (SENT, ACCEPTED, IN_PROGRESS), (ACCEPTED, IN_PROGRESS), (SENT, ACCEPTED, IN_PROGRESS, REPORTED, RETURNING)
THE_UNITS, ITS_DESK, ITS_LEADER = ("focal_point", "unit_leader", "officer"), ("focal_point", "unit_leader"), ("unit_leader",)
WHO_FOLLOWS, LEADERS = ("specialist", "office_leader"), ("office_leader",)
BEFORE = -1
ENDING = ("forward", "cancel")
# What a specialist may do, but not in this way.
FOR_LEADERS = ("OTHER_FIELD", "DUE_DATE_LATER_NEEDS_EXTENSION")
# So many versions before something from outside ends it.
ENOUGH = 6
DUE = st.sampled_from((3, None, 0, 30))
PAPER = st.sampled_from((False, False, False, True))
DAYS_OFF, WORDS = st.integers(-5, 25), st.sampled_from(("Có lý do.", ""))

# Regulation §4: act → by whom, from which states, to which (None: it stays; BEFORE: where the return was asked for).
LAW: dict[str, tuple[tuple[str, ...], tuple[int, ...], int | None]] = {
    "accept": (ITS_DESK, (SENT,), ACCEPTED),
    "request_return": (ITS_LEADER, TAKEN, RETURNING),
    "delegate": (ITS_LEADER, WORKING, IN_PROGRESS),
    "set_plan": (THE_UNITS, WORKING, None),
    "confirm_aggregator": (ITS_DESK, TAKEN, None),
    "report_progress": (THE_UNITS, WORKING, IN_PROGRESS),
    "draft_report": (THE_UNITS, WORKING, None),
    "report_done": (ITS_LEADER, WORKING, REPORTED),
    "withdraw_report": (ITS_LEADER, (REPORTED,), IN_PROGRESS),
    "record_paper_report": (THE_UNITS, (ACCEPTED, IN_PROGRESS, REPORTED), None),
    "request_extension": (ITS_LEADER, TAKEN, None),
    "withdraw_extension": (ITS_LEADER, OPEN, None),
    "approve_extension": (("office_leader", "chairman"), OPEN, None),
    "reject_extension": (("office_leader", "chairman"), OPEN, None),
    "review_report": (WHO_FOLLOWS, OPEN, None),
    "verify": (WHO_FOLLOWS, (REPORTED,), VERIFIED),
    "send_back": (WHO_FOLLOWS, (REPORTED,), IN_PROGRESS),
    "adjust": (WHO_FOLLOWS, (RETURNING,), SENT),
    "deny_return": (WHO_FOLLOWS, (RETURNING,), BEFORE),
    "forward": (WHO_FOLLOWS, OPEN, FORWARDED),
    "reopen": (LEADERS, (VERIFIED,), IN_PROGRESS),
    "cancel": (LEADERS, OPEN, CANCELLED),
    "name_specialist": (LEADERS, OPEN, None),
}
# What follows from decisions made elsewhere.
ELSEWHERE = {
    "amend": (OPEN, None),
    "succeed": (OPEN, SUCCEEDED),
    "cancel": (OPEN, CANCELLED),
    "forward": (OPEN, FORWARDED),
    "extend": (OPEN, None),
}
PEOPLE = [
    Actor(uuid4(), unit, frozenset({role}), role)
    for unit in (UNIT, OTHER_UNIT)
    for role in ("focal_point", "unit_leader", "officer", "evaluator", "administrator")
]
PEOPLE += [SPECIALIST, *(Actor(uuid4(), OFFICE, frozenset({role}), role) for role in ("specialist", "office_leader", "chairman", "clerk"))]
# Stands in for the specialist.
PEOPLE.append(parts.actor("specialist", unit=OFFICE, absent=(Absent(SPECIALIST.person_id, "An", frozenset({"specialist"})),)))


def may(who: Actor, roles: tuple[str, ...], item: Assignment) -> bool:
    """§4's "by whom", and Đ8.1.đ: the specialist of this very part, or who stands in for him."""
    if roles in (THE_UNITS, ITS_DESK, ITS_LEADER):
        return who.unit_id == item.unit_id and bool(who.roles & set(roles))
    if who.roles & (set(roles) - {"specialist"}):
        return True
    follows = item.specialist_id in (who.person_id, *(absent.person_id for absent in who.absent))
    return "specialist" in roles and "specialist" in who.roles and follows


class Machine(RuleBasedStateMachine):
    @initialize(due=DUE, paper=PAPER, gathered=st.booleans())
    def begin(self, due: int | None, paper: bool, gathered: bool) -> None:
        self.now, self.calendar = NOW, make_calendar(DAYS, 1)
        day = None if due is None else local_date(NOW) + timedelta(days=due)
        made = parts.assignment(
            due_date=day,
            original_due_date=day,
            has_deadline=day is not None,
            paper_report_required=paper,
            aggregating_unit_id=OTHER_UNIT if gathered else None,
        )
        made.begin(pb.ACTION_UNSPECIFIED, ActorRef())
        self._follow(made)

    def _follow(self, item: Assignment) -> None:
        """From here on it is this part that is played with."""
        self.item, self.state, self.returned_from, self.verdict = item, SENT, SENT, None
        self.cycle, self.told = item.deadline_cycle, [self._snapshot()]

    def _snapshot(self) -> pb.Assignment:
        """As an event tells it."""
        return View(self.calendar, local_date(self.now), {}).whole(self.item, SNAPSHOT_BYTES)

    @rule(days=st.integers(1, 20))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule(days=st.integers(0, 30))
    def a_storm(self, days: int) -> None:
        self.calendar = make_calendar([*DAYS, (local_date(self.now) + timedelta(days=days), DAY_KIND_LOCAL_OFF)], self.calendar.version + 1)

    @rule(verb=st.sampled_from(sorted(LAW)), who=st.sampled_from(PEOPLE), days=DAYS_OFF, said=WORDS)
    def anybody_tries(self, verb: str, who: Actor, days: int, said: str) -> None:
        self._try(verb, who, days, said)

    @precondition(lambda self: self.state in (VERIFIED, CANCELLED) and self.item.version > ENOUGH)
    @rule(due=DUE, paper=PAPER, gathered=st.booleans())
    def another_part(self, due: int | None, paper: bool, gathered: bool) -> None:
        self.begin(due, paper, gathered)

    @rule(acts=st.lists(st.tuples(st.integers(0, 1000), DAYS_OFF, WORDS), min_size=3, max_size=12))
    def who_may_act(self, acts: list[tuple[int, int, str]]) -> None:
        """So that lives get far: what would end the part comes seldom."""
        for place, days, said in acts:
            self._act_by_right(place, days, said)
            self.settled()

    def _act_by_right(self, place: int, days: int, said: str) -> None:
        verbs = [verb for verb, (_, starts, _) in LAW.items() if self.state in starts and (verb not in ENDING or place % 7 == 0)]
        # What comes to a verdict is rare enough.
        verbs += ["verify"] * 4 * (self.state == REPORTED)
        if verbs:
            verb = verbs[place % len(verbs)]
            people = [who for who in PEOPLE if may(who, LAW[verb][0], self.item)]
            self._try(verb, people[place % len(people)], days, said)

    def _try(self, verb: str, who: Actor, days: int, said: str) -> None:
        roles, starts, end = LAW[verb]
        permitted, possible = may(who, roles, self.item), self.state in starts
        before, heir = self._snapshot(), None
        try:
            heir = self._ways(who, local_date(self.now) + timedelta(days=days), said)[verb]()
        except Error as refusal:
            assert self._snapshot() == before, "a refusal leaves no trace"
            if isinstance(refusal, PermissionDenied) and refusal.reason not in FOR_LEADERS:
                assert not permitted
            if isinstance(refusal, FailedPrecondition) and refusal.reason == "WRONG_STATE":
                assert not possible or (verb == "forward" and self.state != RETURNING), "the law allows it"
            return
        assert permitted, f"{verb} by {sorted(who.roles)}"
        assert possible, f"{verb} from {self.state}"
        self._went(verb, end, heir)

    def _went(self, verb: str, end: int | None, heir: object) -> None:
        if verb == "request_return":
            self.returned_from = self.state
        self.state = {None: self.state, BEFORE: self.returned_from}.get(end, end)  # type: ignore[assignment]
        if verb == "verify":
            view = self._snapshot()
            self.verdict = (view.effective_due_date, view.working_days_late, view.late_update, view.completed_on)
        elif verb == "reopen":
            self.verdict = None
        self.told.append(self._snapshot())
        if isinstance(heir, Assignment):
            assert (heir.task_id, heir.role, heir.due_date) == (self.item.task_id, self.item.role, self.item.due_date)
            assert (heir.forwarded_from_id, self.item.forwarded_to_id) == (self.item.id, heir.id)
            self.settled()
            self._follow(heir)

    def _ways(self, who: Actor, day: date, said: str) -> dict[str, object]:
        """Each act with whatever this step brought."""
        item, now = self.item, self.now
        waiting = [report.id for report in item.reports if report.state == pb.REPORT_STATE_SUBMITTED and report.kind != pb.REPORT_KIND_DONE]
        decision = DECISION if said else None
        past = local_date(now) - timedelta(days=day.day % 3) if said else day
        return {
            "accept": partial(item.accept, who, now),
            "request_return": partial(item.request_return, who, now, reason=said),
            "delegate": partial(
                item.delegate, who, now, to=Delegation(leader_id=who.person_id, officer_ids=[], internal_due_date=day, note="")
            ),
            "set_plan": partial(item.set_plan, who, now, steps=parts.steps(due_date=day.isoformat())),
            "confirm_aggregator": partial(item.confirm_aggregator, who, now, unit_id=UNIT if said else OTHER_UNIT),
            "report_progress": partial(item.report_progress, who, now, content=said),
            "draft_report": partial(item.draft_report, who, now, result=Result(past, said)),
            "report_done": partial(item.report_done, who, now, result=Result(past, said)),
            "withdraw_report": partial(item.withdraw_report, who, now, reason=said),
            "record_paper_report": partial(item.record_paper_report, who, now, number=said, issue_date=past),
            "request_extension": partial(
                item.request_extension, who, now, self.calendar, new_due_date=day, reason="Cần thêm thời gian.", late=bool(said)
            ),
            "withdraw_extension": partial(item.withdraw_extension, who, now, reason=said),
            "approve_extension": partial(item.approve_extension, who, now, decision=decision),
            "reject_extension": partial(item.reject_extension, who, now, reason=said),
            "review_report": partial(
                item.review_report, who, now, report_id=(waiting or [uuid4()])[0], accepted=day.day % 2 == 0, reason=said
            ),
            "verify": partial(item.verify, who, now, self.calendar, completed_on=past if said else None, reason=said),
            "send_back": partial(item.send_back, who, now, reason=said),
            "adjust": partial(item.adjust, who, now, reason="Sửa.", content=said, due_date=day if item.due_date else None),
            "deny_return": partial(item.deny_return, who, now, reason=said),
            "forward": partial(item.forward, who, now, unit_id=self._other_unit(), specialist_id=SPECIALIST.person_id, reason=said),
            "reopen": partial(item.reopen, who, now, reason=said, decision=DECISION),
            "cancel": partial(item.cancel, who, now, reason=said, decision=decision),
            "name_specialist": partial(item.name_specialist, who, now, specialist_id=SPECIALIST.person_id if said else uuid4(), reason=""),
        }

    def _other_unit(self) -> UUID:
        return UNIT if self.item.unit_id == OTHER_UNIT else OTHER_UNIT

    @precondition(lambda self: self.item.version > ENOUGH)
    @rule(verb=st.sampled_from(sorted(ELSEWHERE)), days=st.integers(0, 40))
    def it_is_decided_elsewhere(self, verb: str, days: int) -> None:
        """By a document, a dissolution, the Chairman."""
        starts, end = ELSEWHERE[verb]
        day, who, before = local_date(self.now) + timedelta(days=days), ActorRef(name="Chủ tịch"), self._snapshot()
        planned = {"content": f"Sửa đổi {days}.", "due_date": day.isoformat() if self.item.due_date else None, "due_exact": False}
        ways = {
            "amend": lambda: self.item.amend(who, self.now, planned=planned, reason="Sửa đổi.", decision=DECISION),
            "succeed": lambda: self.item.succeed(who, self.now, unit_id=self._other_unit(), decision=DECISION),
            "cancel": lambda: self.item.cancel(who, self.now, reason="Bãi bỏ.", decision=DECISION),
            "forward": lambda: self.item.forward(who, self.now, unit_id=self._other_unit(), specialist_id=None, reason="Giao lại."),
            "extend": lambda: self.item.approve_extension(who, self.now, decision=DECISION, new_due_date=day),
        }
        try:
            answer = ways[verb]()
        except Error:
            assert self._snapshot() == before
            assert self.state not in starts or verb == "extend"
            return
        assert self.state in starts
        if answer is False:
            assert self._snapshot() == before
        else:
            self._went(verb, end, answer)

    @invariant()
    def settled(self) -> None:
        """What must hold after every step, whatever it was."""
        if not hasattr(self, "item"):
            return
        item = self.item
        assert item.state == self.state
        assert sum(extension.state == pb.EXTENSION_STATE_REQUESTED for extension in item.extensions) <= 1
        assert (item.completed_on is not None) == (item.report_time is not None) == (item.state in (REPORTED, VERIFIED))
        assert (item.verified_days_late is not None) == (item.state == VERIFIED)
        assert sum(report.state == pb.REPORT_STATE_DRAFT for report in item.reports) <= 1
        if self.verdict is not None and item.state == VERIFIED:
            shown = self._snapshot()
            assert (shown.effective_due_date, shown.working_days_late, shown.late_update, shown.completed_on) == self.verdict

    @invariant()
    def what_was_told_replays_to_what_is(self) -> None:
        """Each version is told once, and the lines of history lead from the first state to the present one."""
        if not hasattr(self, "item"):
            return
        assert [told.version for told in self.told] == list(range(1, self.item.version + 1))
        state, cycle = 0, self.cycle
        for told in self.told:
            line = told.history[-1]
            assert (line.version, line.from_state, line.to_state) == (told.version, state, told.state)
            moved = {change.field for change in line.changes} & {"due_date", "due_exact"}
            cycle += bool(moved) and told.version > 1
            assert told.deadline_cycle == cycle
            state = told.state
        assert (state, cycle) == (self.item.state, self.item.deadline_cycle)


TestMachine = Machine.TestCase
TestMachine.settings = settings(stateful_step_count=40, deadline=None)
