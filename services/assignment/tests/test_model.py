"""The rules, without a database: who may do what when, and what the calendar says of it."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.deadline.v1.deadline_pb2 import DAY_KIND_LOCAL_OFF

from kit.copies import make_calendar
from kit.errors import Error, FailedPrecondition, InvalidArgument, PermissionDenied
from kit.identity import OFFICE_ROLES, UNIT_ROLES, Absent, Actor
from services.assignment import timeliness
from services.assignment.actions import ACCEPTED, ACTIONS, GONE, IN_PROGRESS, OPEN, REPORTED, RETURN_REQUESTED, SENT, VERIFIED
from services.assignment.convert import SNAPSHOT_BYTES, View, fit
from services.assignment.records import Delegation
from services.assignment.tests.factories import DAYS
from services.assignment.tests.parts import (
    ACTS,
    CALENDAR,
    LEADER,
    NOW,
    OFFICE,
    OTHER_UNIT,
    SPECIALIST,
    UNIT,
    actor,
    asked,
    assignment,
    result,
    told,
)

STATES = (*OPEN, VERIFIED, *GONE)


def test_every_action_has_a_rule_and_a_way_to_do_it() -> None:
    declared = {number for number in pb.Action.values() if number}
    assert declared == set(ACTIONS) == set(ACTS)


# A machine that is busy elsewhere isn't a failure.
@settings(deadline=None)
@given(
    st.sampled_from(STATES),
    st.sampled_from(sorted(ACTS)),
    st.sets(st.sampled_from((*OFFICE_ROLES, *UNIT_ROLES, "evaluator", "administrator"))),
    st.fixed_dictionaries({name: st.booleans() for name in ("mine", "following", "due", "asked", "told", "paper", "recorded", "gathered")}),
)
def test_what_is_allowed_works_and_what_isnt_is_refused_without_a_trace(state: int, action: int, roles: set[str], so: dict) -> None:
    """Regulation §4; allowed_actions and the guards never disagree, whatever else waits."""
    who = actor(*roles, unit=UNIT if so["mine"] else OTHER_UNIT)
    item = assignment(
        state,
        completed_on=date(2025, 4, 23) if state in (REPORTED, VERIFIED) else None,
        due_date=date(2025, 4, 24) if so["due"] or so["asked"] else None,
        paper_report_required=so["paper"],
        paper_report_date=date(2025, 4, 23) if so["recorded"] else None,
        aggregating_unit_id=OTHER_UNIT if so["gathered"] else None,
        specialist_id=who.person_id if so["following"] else SPECIALIST.person_id,
        extensions=[asked()] if so["asked"] else [],
        reports=[told()] if so["told"] else [],
    )
    allowed, lines = action in item.allowed_actions(who), len(item.history)
    try:
        ACTS[action](item, who)
    except (PermissionDenied, FailedPrecondition):
        assert not allowed
        assert (item.state, item.version, len(item.history), len(item.reports)) == (state, 1, lines, int(so["told"]))
        assert [extension.state for extension in item.extensions] == [pb.EXTENSION_STATE_REQUESTED] * so["asked"]
    else:
        assert allowed
        begins = action == pb.ACTION_DENY_RETURN or (action == pb.ACTION_REPORT_PROGRESS and state == ACCEPTED)
        assert item.state == (ACTIONS[action].to_state or (IN_PROGRESS if begins else state))
        assert len(item.history) == lines + 1


@settings(deadline=None)
@given(st.lists(st.sampled_from(sorted(ACTS)), max_size=16))
def test_each_step_is_one_version_and_one_line_of_history(steps: list[int]) -> None:
    item = assignment()
    who = Actor(SPECIALIST.person_id, UNIT, frozenset({"unit_leader", "specialist", "office_leader"}), "Nhiều vai")
    for action in steps:
        before = item.version, item.state, len(item.history)
        try:
            ACTS[action](item, who)
        except Error:
            assert (item.version, item.state, len(item.history)) == before
            continue
        line = item.history[-1]
        assert (line.action, line.version, line.from_state, line.to_state) == (action, before[0] + 1, before[1], item.state)
        assert (line.actor_id, line.time) == (who.person_id, NOW)
        item.specialist_id = who.person_id
    assert item.version == 1 + len(item.history)
    assert (item.completed_on is not None) == (item.state in (REPORTED, VERIFIED))
    assert len([extension for extension in item.extensions if extension.state == pb.EXTENSION_STATE_REQUESTED]) <= 1
    assert len([report for report in item.reports if report.state == pb.REPORT_STATE_DRAFT]) <= 1
    assert item.deadline_cycle == 1 + sum(change["field"] == "due_date" for line in item.history for change in line.changes)


@pytest.mark.article("Đ7.2.d")
def test_a_return_needs_a_reason_and_the_clock_runs_on() -> None:
    """Đ7.2.d, example 15."""
    item = assignment()
    with pytest.raises(InvalidArgument):
        item.request_return(LEADER, NOW, reason="  ")
    item.request_return(LEADER, NOW, reason="Không thuộc chức năng.")
    assert item.state == RETURN_REQUESTED
    late = item.verdict(CALENDAR, date(2025, 5, 20))
    assert (late.timeliness, timeliness.execution(item.state)) == (pb.TIMELINESS_OVERDUE, pb.EXECUTION_NOT_STARTED)


@pytest.mark.article("Đ7.2.c.1", "D5", "D10", "§6.16")
@pytest.mark.parametrize(
    ("completed", "reported", "axis", "days", "late_update"),
    [
        (date(2025, 4, 24), datetime(2025, 4, 28, 3, tzinfo=UTC), pb.TIMELINESS_DONE_ON_TIME, 0, False),
        (date(2025, 4, 24), datetime(2025, 4, 29, 3, tzinfo=UTC), pb.TIMELINESS_DONE_ON_TIME, 0, True),
        # 28/04 23:30 in Huế is still the 28th, 00:30 is the 29th (D10).
        (date(2025, 4, 24), datetime(2025, 4, 28, 16, 30, tzinfo=UTC), pb.TIMELINESS_DONE_ON_TIME, 0, False),
        (date(2025, 4, 24), datetime(2025, 4, 28, 17, 30, tzinfo=UTC), pb.TIMELINESS_DONE_ON_TIME, 0, True),
        (date(2025, 4, 25), datetime(2025, 4, 25, 3, tzinfo=UTC), pb.TIMELINESS_DONE_LATE, 1, False),
    ],
)
def test_on_time_goes_by_the_day_of_completion_and_late_update_by_the_day_of_the_report(
    completed: date, reported: datetime, axis: int, days: int, late_update: bool
) -> None:
    """Đ7.2.c, D5, example 16: due Thursday 24/04/2025; Saturday 26/04 is a working day."""
    item = assignment(IN_PROGRESS)
    item.report_done(LEADER, reported, result=result(completed))
    verdict = item.verdict(CALENDAR, date(2025, 5, 30))
    assert (verdict.timeliness, verdict.working_days_late, verdict.late_update) == (axis, days, late_update)


@pytest.mark.article("Đ7.2.c.1", "§6.17")
@pytest.mark.parametrize(("day", "reason"), [(date(2025, 4, 25), "COMPLETED_IN_FUTURE"), (date(2025, 4, 20), "COMPLETED_BEFORE_ISSUE")])
def test_a_completion_in_the_future_or_before_the_document_is_refused(day: date, reason: str) -> None:
    """Đ7.2.c, example 17; by the unit and by the specialist who corrects it."""
    item = assignment(IN_PROGRESS)
    with pytest.raises(InvalidArgument) as caught:
        item.report_done(LEADER, NOW, result=result(day))
    assert [(v.path, v.reason) for v in caught.value.violations] == [("completed_on", reason)]
    item.report_done(LEADER, NOW, result=result())
    with pytest.raises(InvalidArgument) as caught:
        item.verify(SPECIALIST, NOW, CALENDAR, completed_on=day, reason="Theo văn bản")
    assert [(v.path, v.reason) for v in caught.value.violations] == [("completed_on", reason)]
    assert item.state == REPORTED


@pytest.mark.article("D10", "§6.17")
def test_today_is_huees_day() -> None:
    """D10, example 17: at 17:30 UTC it is tomorrow in Huế."""
    item = assignment(IN_PROGRESS)
    item.report_done(LEADER, datetime(2025, 4, 24, 17, 30, tzinfo=UTC), result=result(date(2025, 4, 25)))
    assert item.state == REPORTED


@pytest.mark.article("Đ8.1.a", "D5")
def test_a_corrected_day_needs_a_reason_and_the_report_keeps_the_claim() -> None:
    """D5."""
    item = assignment(IN_PROGRESS)
    item.report_done(LEADER, NOW, result=result())
    with pytest.raises(InvalidArgument) as caught:
        item.verify(SPECIALIST, NOW, CALENDAR, completed_on=date(2025, 4, 22))
    assert caught.value.violations[0].reason == "REASON_REQUIRED"
    item.verify(SPECIALIST, NOW, CALENDAR, completed_on=date(2025, 4, 22), reason="Theo ngày của văn bản.")
    assert (item.completed_on, item.reports[0].completed_on) == (date(2025, 4, 22), date(2025, 4, 23))
    assert item.history[-1].reason == "Theo ngày của văn bản."


@pytest.mark.article("Đ8.1.a")
def test_a_result_that_isnt_accepted_stays_in_the_reports() -> None:
    item = assignment(IN_PROGRESS)
    item.report_done(LEADER, NOW, result=result())
    item.send_back(SPECIALIST, NOW, reason="Thiếu phụ lục.")
    assert (item.state, item.completed_on, item.report_time) == (IN_PROGRESS, None, None)
    assert item.reports[0].completed_on == date(2025, 4, 23)


@pytest.mark.article("Đ4.1")
def test_a_document_that_must_be_submitted_needs_number_date_and_file() -> None:
    """Đ4."""
    item = assignment(IN_PROGRESS, must_report=True)
    with pytest.raises(InvalidArgument) as caught:
        item.report_done(LEADER, NOW, result=result())
    assert [v.path for v in caught.value.violations] == ["document.number", "document.issue_date", "evidence_ids"]


@pytest.mark.article("Đ8.2.1")
def test_an_internal_due_date_isnt_after_the_tasks() -> None:
    """Đ8.2."""
    item = assignment(ACCEPTED)
    to = Delegation(unit_id=UNIT, leader_id=LEADER.person_id, officer_ids=[], internal_due_date=date(2025, 4, 25), note="")
    with pytest.raises(InvalidArgument):
        item.delegate(LEADER, NOW, to=to)
    assert item.state == ACCEPTED


@pytest.mark.article("Đ8.1.đ", "D16")
def test_another_fields_specialist_doesnt_verify_but_an_office_leader_does() -> None:
    """Đ8.1.đ, D16."""
    item = assignment(REPORTED, completed_on=date(2025, 4, 23))
    with pytest.raises(PermissionDenied):
        item.verify(actor("specialist", unit=OFFICE), NOW, CALENDAR)
    item.verify(actor("office_leader", unit=OFFICE), NOW, CALENDAR)
    assert item.state == VERIFIED


@pytest.mark.article("Đ8.1.đ", "§6.9")
def test_a_deputy_judges_for_the_absent_specialist_and_the_history_says_so() -> None:
    """Đ8.1.đ, example 9: An on leave with deputy Chi; An stays the owner."""
    chi = actor("specialist", unit=OFFICE, absent=(Absent(SPECIALIST.person_id, "An", frozenset()),))
    item = assignment(REPORTED, completed_on=date(2025, 4, 23))
    assert pb.ACTION_VERIFY in item.allowed_actions(chi)
    item.verify(chi, NOW, CALENDAR)
    assert (item.specialist_id, item.history[-1].actor_name, item.history[-1].on_behalf_of_name) == (SPECIALIST.person_id, chi.name, "An")
    assert chi.ref.on_behalf_of == str(SPECIALIST.person_id)
    own = assignment(REPORTED, completed_on=date(2025, 4, 23), specialist_id=chi.person_id)
    own.verify(chi, NOW, CALENDAR)
    assert own.history[-1].on_behalf_of_name == ""


@pytest.mark.article("Đ7.2.c.1", "D15")
@pytest.mark.parametrize(
    ("today", "told", "axis"),
    [
        (date(2025, 4, 24), None, pb.TIMELINESS_IN_TIME),
        (date(2025, 4, 25), None, pb.TIMELINESS_AWAITING_UPDATE),
        (date(2025, 4, 28), None, pb.TIMELINESS_AWAITING_UPDATE),
        (date(2025, 4, 29), None, pb.TIMELINESS_OVERDUE),
        # It has said that it isn't done.
        (date(2025, 4, 25), date(2025, 4, 25), pb.TIMELINESS_OVERDUE),
        (date(2025, 4, 25), date(2025, 4, 24), pb.TIMELINESS_AWAITING_UPDATE),
    ],
)
def test_a_silent_unit_is_awaited_for_three_working_days(today: date, told: date | None, axis: int) -> None:
    """Đ7.2.c, D15: due Thursday 24/04/2025."""
    assert timeliness.timeliness(date(2025, 4, 24), CALENDAR, today=today, completed_on=None, last_report_on=told) == axis


@pytest.mark.article("D6", "D7", "§6.6")
def test_a_due_date_on_a_day_off_moves_unless_it_is_exact() -> None:
    """D6, D7, example 6."""
    assert timeliness.effective_due(date(2025, 4, 30), CALENDAR, exact=False) == date(2025, 5, 5)
    assert timeliness.effective_due(date(2025, 5, 1), CALENDAR, exact=True) == date(2025, 5, 1)
    assert timeliness.effective_due(None, CALENDAR, exact=False) is None


def test_a_verified_verdict_doesnt_move_with_the_calendar() -> None:
    """Regulation §3."""
    item = assignment(IN_PROGRESS, due_date=date(2025, 4, 22))
    item.report_done(LEADER, NOW, result=result())
    item.verify(SPECIALIST, NOW, CALENDAR)
    before = item.verdict(CALENDAR, date(2025, 4, 24))
    storm = make_calendar([*DAYS, (date(2025, 4, 22), DAY_KIND_LOCAL_OFF)], 2)
    assert item.verdict(storm, date(2025, 4, 24)) == before
    assert (before.timeliness, before.working_days_late) == (pb.TIMELINESS_DONE_LATE, 1)


days = st.dates(date(2025, 3, 1), date(2025, 6, 30))


@pytest.mark.article("Đ6.1.g")
@given(days, days, st.one_of(st.none(), days), st.one_of(st.none(), days))
def test_the_axis_never_contradicts_the_day_count(due: date, today: date, completed: date | None, told: date | None) -> None:
    """Đ6.1.g: in time means no working day late; whoever is late was due; completion freezes the verdict."""
    due = timeliness.effective_due(due, CALENDAR, exact=False) or due
    axis = timeliness.timeliness(due, CALENDAR, today=today, completed_on=completed, last_report_on=told)
    late = timeliness.working_days_late(due, CALENDAR, today=today, completed_on=completed)
    if axis in (pb.TIMELINESS_IN_TIME, pb.TIMELINESS_DONE_ON_TIME):
        assert late == 0
    if completed is not None:
        later = timeliness.timeliness(due, CALENDAR, today=today + timedelta(days=40), completed_on=completed, last_report_on=told)
        assert axis == later
        assert axis in (pb.TIMELINESS_DONE_ON_TIME, pb.TIMELINESS_DONE_LATE)
    if axis == pb.TIMELINESS_AWAITING_UPDATE:
        assert late <= timeliness.REPORT_WORKING_DAYS


@pytest.mark.article("Đ3.4", "§6.12")
def test_a_task_is_complete_when_every_lead_is_verified_and_names_silent_coordinators() -> None:
    """Đ3.4, example 12: lead A verified, coordinator B done, coordinator C silent."""
    b, c = uuid4(), uuid4()
    parts = [
        assignment(VERIFIED, completed_on=date(2025, 4, 23)),
        assignment(REPORTED, role=timeliness.COORDINATING, unit_id=b),
        assignment(SENT, role=timeliness.COORDINATING, unit_id=c),
    ]
    assert timeliness.task_state(parts) == pb.TASK_STATE_COMPLETED
    assert timeliness.silent_coordinators(parts) == [c]


@pytest.mark.article("Đ3.4", "§6.13")
def test_a_second_lead_that_is_overdue_holds_the_task() -> None:
    """Đ3.4, example 13, as far as the task's state goes."""
    parts = [assignment(VERIFIED), assignment(IN_PROGRESS)]
    assert timeliness.task_state(parts) == pb.TASK_STATE_ACTIVE
    assert timeliness.silent_coordinators(parts) == []
    assert timeliness.task_timeliness([pb.TIMELINESS_DONE_ON_TIME, pb.TIMELINESS_OVERDUE]) == pb.TIMELINESS_OVERDUE
    assert timeliness.task_timeliness([]) == pb.TIMELINESS_UNSPECIFIED


@pytest.mark.article("Đ3.4", "§6.14")
def test_each_phase_is_judged_by_itself_and_the_task_by_the_worst() -> None:
    """Đ3.4, example 14, on 01/07/2025: P1 due 31/03 done 28/03, P2 due 30/06 open, P3 due 31/12."""
    today, more = date(2025, 7, 1), {"has_deadline": False, "directive_issue_date": date(2025, 1, 2)}
    first = assignment(VERIFIED, phase=1, due_date=date(2025, 3, 31), completed_on=date(2025, 3, 28), **more)
    first.verified_due_date = date(2025, 3, 31)
    second = assignment(IN_PROGRESS, phase=2, due_date=date(2025, 6, 30), last_report_time=NOW.replace(month=7, day=1), **more)
    third = assignment(SENT, phase=3, due_date=date(2025, 12, 31), **more)
    axes = [part.verdict(CALENDAR, today).timeliness for part in (first, second, third)]
    assert axes == [pb.TIMELINESS_DONE_ON_TIME, pb.TIMELINESS_OVERDUE, pb.TIMELINESS_IN_TIME]
    assert timeliness.task_state([first, second, third]) == pb.TASK_STATE_ACTIVE
    assert timeliness.task_timeliness(axes) == pb.TIMELINESS_OVERDUE
    second.state = third.state = VERIFIED
    assert timeliness.task_state([first, second, third]) == pb.TASK_STATE_COMPLETED


@pytest.mark.article("Đ3.4", "Đ7.2.d")
def test_who_has_it_no_more_counts_nowhere() -> None:
    """A cancelled or forwarded lead neither holds its task back nor completes it."""
    gone = [assignment(state) for state in GONE]
    for item in gone:
        verdict = item.verdict(CALENDAR, date(2025, 6, 30))
        assert (verdict.timeliness, verdict.working_days_late, verdict.late_update) == (pb.TIMELINESS_UNSPECIFIED, 0, None)
        assert timeliness.execution(item.state) == pb.EXECUTION_UNSPECIFIED
    assert timeliness.task_state([*gone, assignment(VERIFIED)]) == pb.TASK_STATE_COMPLETED
    assert timeliness.task_state([*gone, assignment(SENT)]) == pb.TASK_STATE_ACTIVE
    coordinating = assignment(SENT, role=timeliness.COORDINATING)
    assert timeliness.task_state([*gone, coordinating]) == pb.TASK_STATE_CANCELLED
    silent = [assignment(state, role=timeliness.COORDINATING) for state in GONE]
    assert timeliness.silent_coordinators([assignment(VERIFIED), *silent, coordinating, coordinating]) == [coordinating.unit_id]


def test_a_unit_that_writes_much_cant_outgrow_an_event() -> None:
    item = assignment(ACCEPTED)
    item.evidence = []
    for _ in range(60):
        item.report_progress(LEADER, NOW, content="ế" * 5000)
    shown = View(CALENDAR, date(2025, 4, 24), {}).whole(item, SNAPSHOT_BYTES)
    assert shown.ByteSize() <= SNAPSHOT_BYTES
    assert shown.reports[-1].id == str(item.reports[-1].id)
    assert len(shown.history) == 60
    fit(shown, 1000)
    assert not shown.reports
    assert shown.version == 61
