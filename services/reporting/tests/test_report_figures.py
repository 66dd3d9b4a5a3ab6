"""What periodic reports say: by what was known when, to the byte; and what was back-dated since."""

import hashlib
import json
from datetime import date
from random import Random
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from ykcd.assignment.v1 import assignment_pb2 as a
from ykcd.assignment.v1 import event_pb2 as told
from ykcd.assignment.v1 import obstacle_pb2
from ykcd.deadline.v1 import event_pb2 as clock_events
from ykcd.deadline.v1 import urging_pb2
from ykcd.event.v1.envelope_pb2 import Envelope
from ykcd.reporting.v1 import report_pb2 as pb
from ykcd.reporting.v1 import report_pb2_grpc
from ykcd.reporting.v1 import reporting_pb2 as summary

from kit.dates import from_date, from_time
from kit.tables import inbox
from kit.testing.stack import Stack
from services.reporting.__main__ import app
from services.reporting.periodic import service
from services.reporting.periodic.model import Report, ReportAct
from services.reporting.rebuild import PROJECTIONS
from services.reporting.tests import factories as make
from services.reporting.tests import reports
from services.reporting.tests.factories import AN, EVALUATOR, OFFICE_LEADER, STNMT_LEADER, SYT_LEADER
from services.reporting.tests.reports import APRIL, FIRST_QUARTER, MARCH, act, at, compose, rid

ISSUED = {"issued": make.day(2025, 3, 3)}


@pytest.fixture
def envelopes(monkeypatch) -> list[Envelope]:
    """All that is delivered from here on."""
    seen: list[Envelope] = []
    apply = Stack.apply

    async def keep(self: Stack, envelope: Envelope) -> None:
        seen.append(envelope)
        await apply(self, envelope)

    monkeypatch.setattr(Stack, "apply", keep)
    return seen


@pytest.fixture
async def stack(serve, clock, envelopes) -> Stack:
    """All units and people are known since Thursday 02/01/2025, 9:00."""
    clock.set(at(1, 2))
    made = await serve(app)
    await make.fill(made)
    await reports.name_people(made)
    return made


@pytest.fixture
async def stub(stack: Stack) -> report_pb2_grpc.ReportServiceStub:
    return await reports.fill(stack)


def nonzero(figures: pb.ReportFigures) -> dict[str, int]:
    """The numbers that aren't 0."""
    own = {field.name: value for field, value in figures.ListFields() if field.name != "counts"}
    skipped = ("unit_id", "unit_name", "completion", "on_time")
    return own | {field.name: value for field, value in figures.counts.ListFields() if field.name not in skipped}


def of(report: pb.Report, unit: UUID) -> pb.ReportFigures:
    return next(each for each in report.units if each.counts.unit_id == str(unit))


@pytest.mark.article("Đ9.2", "§6.12", "§6.25", "§6.27")
async def test_annex_v_has_every_unit_and_counts_tasks_and_assignments(stack: Stack, stub, clock) -> None:
    """Example 12's shape: a lead, a coordinator; and units that have nothing."""
    clock.set(at(4, 1))
    lead = make.part(make.STNMT, due=make.day(2025, 4, 10))
    helper = make.part(make.SYT, "COORDINATING", make.day(2025, 4, 10))
    letter = await make.publish(stack, make.directive(make.task(lead, helper), issue_date=make.day(2025, 4, 1)))
    done = {"state": a.ASSIGNMENT_STATE_VERIFIED, "execution": a.EXECUTION_DONE, "completed_on": make.day(2025, 4, 9)}
    clock.set(at(4, 9))
    await make.tell(stack, told.AssignmentVerified, make.snapshot(letter, letter.tasks[0], lead, **done), 3)
    clock.set(at(5, 5))
    report = await compose(stack, stub, AN, "V")
    assert [unit.counts.unit_name for unit in report.units] == [
        "Sở Nội vụ",
        "Sở Tài nguyên và Môi trường",
        "Sở Y tế",
        "UBND huyện Phú Lộc",
    ]
    assert nonzero(of(report, make.STNMT)) == {"issued": 1, "total": 1, "done": 1, "done_on_time": 1, "rank": 1}
    assert nonzero(of(report, make.SYT)) == {"coordinating": 1, "coordinating_overdue": 1}
    assert nonzero(of(report, make.PHU_LOC)) == {}
    assert (report.task_count, report.part_count, report.total.counts.total, report.total.counts.coordinating) == (1, 2, 1, 1)
    rate = of(report, make.STNMT).counts.completion
    assert (rate.part, rate.whole, of(report, make.PHU_LOC).counts.HasField("completion")) == (1, 1, False)


@pytest.mark.article("Đ9.2", "Đ10.1")
async def test_a_period_has_what_was_carried_over_and_what_is_done_after_it_was_open_in_it(stack: Stack, stub, clock) -> None:
    clock.set(at(3, 3))
    late = await make.assign(stack, state="IN_PROGRESS", due=date(2025, 3, 31), **ISSUED)
    await make.assign(stack, state="VERIFIED", due=date(2025, 3, 20), completed=date(2025, 3, 19), **ISSUED)
    clock.set(at(5, 5))
    await reports.say(stack, late, 2, state=a.ASSIGNMENT_STATE_REPORTED, execution=a.EXECUTION_DONE, completed_on=make.day(2025, 5, 4))
    await make.assign(stack, due=date(2025, 5, 30), issued=make.day(2025, 5, 2))
    april, march = [await compose(stack, stub, STNMT_LEADER, "IV", period) for period in (APRIL, MARCH)]
    assert nonzero(april.units[0]) == {"carried_over": 1, "total": 1, "doing": 1, "doing_overdue": 1, "open_overdue": 1, "rank": 1}
    counted = {"total": 2, "done": 1, "done_on_time": 1, "doing": 1, "doing_in_time": 1, "open_in_time": 1}
    assert nonzero(march.units[0]) == {"issued": 2, "rank": 1, **counted}
    (row,) = await reports.rows(stack, stub, april, STNMT_LEADER)
    assert (row.execution, row.timeliness, row.days_overdue) == (a.EXECUTION_IN_PROGRESS, a.TIMELINESS_OVERDUE, 30)
    assert not row.HasField("completed_on")


@pytest.mark.article("Đ10.1", "Đ10.2")
async def test_a_units_rows_are_filled_with_what_it_said_of_obstacles_and_its_acts_are_counted(stack: Stack, stub, clock) -> None:
    clock.set(at(4, 1))
    extended = a.Extension(id=rid(), state=a.EXTENSION_STATE_APPROVED, decide_time=from_time(at(4, 8)))
    early = a.Extension(id=rid(), state=a.EXTENSION_STATE_APPROVED, decide_time=from_time(at(3, 8)))
    back = a.Transition(action=a.ACTION_REQUEST_RETURN, time=from_time(at(4, 3)))
    id = await make.assign(stack, due=date(2025, 5, 31), issued=make.day(2025, 4, 1), extensions=[extended, early], history=[back])
    words = {"difficulty": "Thiếu đất", "cause": "Quy hoạch", "proposal": "Điều chỉnh"}
    for version, state in ((1, obstacle_pb2.OBSTACLE_STATE_RAISED), (2, obstacle_pb2.OBSTACLE_STATE_PROPOSED)):
        obstacle = obstacle_pb2.Obstacle(id=id, assignment_id=id, state=state, **words)
        await stack.deliver(told.ObstacleChanged(obstacle=obstacle), id, version)
    gone = obstacle_pb2.Obstacle(id=rid(), assignment_id=id, state=obstacle_pb2.OBSTACLE_STATE_WITHDRAWN, difficulty="rút")
    await stack.deliver(told.ObstacleChanged(obstacle=gone), gone.id)
    clock.set(at(5, 5))
    report = await compose(stack, stub, STNMT_LEADER)
    assert (report.units[0].extensions, report.units[0].returns) == (1, 1)
    (row,) = await reports.rows(stack, stub, report, STNMT_LEADER)
    assert row.note == pb.ReportNote(assignment_id=id, **words)


@pytest.mark.article("Đ9.2", "Đ8.1.e", "Đ9.3", "D6")
async def test_annex_vi_tells_of_each_overdue_assignment_all_that_the_law_asks(stack: Stack, stub, clock) -> None:
    clock.set(at(3, 3))
    lead = make.part(make.STNMT, due=make.day(2025, 3, 31), specialist_id=str(AN.id))
    letter = make.directive(make.task(lead, make.part(make.SYT, "COORDINATING")), issue_date=make.day(2025, 3, 3))
    await make.publish(stack, letter)
    shifted = {"original_due_date": make.day(2025, 3, 15), "execution": a.EXECUTION_IN_PROGRESS}
    await make.tell(stack, told.AssignmentDelegated, make.snapshot(letter, letter.tasks[0], lead, **shifted))
    clock.set(at(4, 1))
    for ordinal, month_day in ((2, 7), (1, 1)):
        await make.tell_notice(stack, lead.id, number=40 + ordinal, ordinal=ordinal, issue_time=from_time(at(4, month_day)))
    escalation = urging_pb2.Escalation(
        id=rid(),
        assignment_id=lead.id,
        state=urging_pb2.ESCALATION_STATE_DIRECTED,
        report_date=make.day(2025, 4, 15),
        direction_text="Phê bình",
    )
    await stack.deliver(clock_events.EscalationDirected(escalation=escalation), escalation.id)
    obstacle = obstacle_pb2.Obstacle(id=rid(), assignment_id=lead.id, state=1, difficulty="x", cause="Chậm hồ sơ", office_proposal="Họp")
    await stack.deliver(told.ObstacleChanged(obstacle=obstacle), obstacle.id)
    await make.assign(stack, make.SYT, state="VERIFIED", due=date(2025, 4, 10), completed=date(2025, 4, 9), **ISSUED)
    late = await make.assign(stack, make.SYT, state="VERIFIED", due=date(2025, 4, 10), completed=date(2025, 4, 14), **ISSUED)
    await make.assign(stack, make.SYT, role="COORDINATING", due=date(2025, 4, 10), **ISSUED)
    clock.set(at(5, 5))
    report = await compose(stack, stub, AN, "VI")
    first, second = await reports.rows(stack, stub, report, AN)
    assert (first.assignment_id, first.unit_name, first.directive_code) == (lead.id, "Sở Tài nguyên và Môi trường", "5425/UBND-KGVX")
    assert (list(first.coordinator_names), first.specialist_name) == (["Sở Y tế"], AN.name)
    assert (first.original_due_date, first.due_date) == (make.day(2025, 3, 15), make.day(2025, 3, 31))
    assert (first.days_overdue, first.working_days_overdue) == (30, 22)
    assert [(notice.number, notice.issue_date.day) for notice in first.notices] == [(41, 1), (42, 7)]
    assert (first.escalated_on, first.note.cause, first.note.proposal) == (make.day(2025, 4, 15), "Chậm hồ sơ", "Phê bình")
    assert (second.assignment_id, second.completed_on.day, second.days_overdue, second.working_days_overdue) == (late, 14, 4, 2)


@pytest.mark.article("Đ9.2", "Đ2.4")
async def test_the_work_programmes_results_stand_in_a_section_of_their_own(stack: Stack, stub, clock) -> None:
    clock.set(at(1, 6))
    done = await reports.put_item(stack, 2, "Đề án A")
    await reports.put_item(stack, 3, "Đề án B")
    dropped = await reports.put_item(stack, 1, "Đề án C")
    after = await reports.put_item(stack, 3, "Đề án D")
    await reports.put_item(stack, 4, "Quý sau")
    clock.set(at(4, 2))
    finished = {"result": "Quyết định 12", "completed_on": make.day(2025, 2, 20)}
    await reports.put_item(stack, 2, "Đề án A", "DONE", 2, id=done, **finished)
    await reports.put_item(stack, 1, "Đề án C", "DROPPED", 2, id=dropped, result="Chuyển năm sau")
    await reports.put_item(stack, 3, "Đề án D", "DONE", 2, id=after, result="Xong", completed_on=make.day(2025, 4, 1))
    report = await compose(stack, stub, AN, "V", FIRST_QUARTER)
    assert [(item.month, item.content, item.state, item.result) for item in report.programme] == [
        (1, "Đề án C", "DROPPED", "Chuyển năm sau"),
        (2, "Đề án A", "DONE", "Quyết định 12"),
        (3, "Đề án B", "OPEN", ""),
        (3, "Đề án D", "OPEN", ""),
    ]
    assert {item.lead_unit_name for item in report.programme} == {"Sở Y tế"}
    half_way = await compose(stack, stub, AN, "V", reports.YEAR, as_of_time=from_time(at(4, 1)))
    assert [(item.content, item.state) for item in half_way.programme][:3] == [
        ("Đề án C", "OVERDUE"),
        ("Đề án A", "OVERDUE"),
        ("Đề án B", "OVERDUE"),
    ]


@pytest.mark.article("Đ9.2", "D5")
async def test_what_was_back_dated_is_listed_in_the_next_report_with_figures_and_assignments(stack: Stack, stub, clock) -> None:
    """March was issued with an overdue assignment; in May its unit proves that it was done in March, and on time."""
    clock.set(at(3, 3))
    id = await make.assign(stack, state="IN_PROGRESS", due=date(2025, 3, 31), **ISSUED)
    await make.assign(stack, make.SYT, state="IN_PROGRESS", due=date(2025, 3, 31), **ISSUED)
    clock.set(at(4, 1))
    march = await reports.issue(stack, stub, "V", MARCH)
    assert not march.HasField("corrections")
    clock.set(at(5, 2))
    verified = {"state": a.ASSIGNMENT_STATE_VERIFIED, "execution": a.EXECUTION_DONE, "completed_on": make.day(2025, 3, 28)}
    await reports.say(stack, id, 2, **verified)
    clock.set(at(5, 5))
    corrections = (await compose(stack, stub, AN, "V")).corrections
    assert (corrections.report_id, corrections.as_of_time) == (march.id, march.as_of_time)
    (row,) = corrections.rows
    assert (row.assignment_id, row.HasField("completed_before"), row.completed_after) == (id, False, make.day(2025, 3, 28))
    changed = {summary.SummaryColumn.Name(line.column)[15:].lower(): (line.before, line.after) for line in corrections.figures}
    assert changed == {"done": (0, 1), "done_on_time": (0, 1), "doing": (1, 0), "doing_in_time": (1, 0)}
    assert {line.unit_id for line in corrections.figures} == {str(make.STNMT)}


@pytest.mark.article("Đ9.2")
async def test_what_only_went_on_since_is_no_correction_and_what_was_sent_back_is(stack: Stack, stub, clock) -> None:
    clock.set(at(3, 3))
    going = await make.assign(stack, due=date(2025, 3, 31), **ISSUED)
    back = await make.assign(stack, state="REPORTED", due=date(2025, 3, 31), completed=date(2025, 3, 20), **ISSUED)
    clock.set(at(4, 1))
    await reports.send(stack, stub, period=MARCH)
    clock.set(at(4, 10))
    done = {"state": a.ASSIGNMENT_STATE_REPORTED, "execution": a.EXECUTION_DONE, "completed_on": make.day(2025, 4, 9)}
    await reports.say(stack, going, 2, **done)
    await reports.say(stack, back, 2, state=a.ASSIGNMENT_STATE_IN_PROGRESS, execution=a.EXECUTION_IN_PROGRESS)
    clock.set(at(5, 5))
    corrections = (await compose(stack, stub, STNMT_LEADER)).corrections
    assert [(row.assignment_id, row.completed_before.day, row.HasField("completed_after")) for row in corrections.rows] == [
        (back, 20, False)
    ]
    assert ("DONE", 1, 0) in [(summary.SummaryColumn.Name(line.column)[15:], line.before, line.after) for line in corrections.figures]


async def forget_all_but_reports(stack: Stack) -> None:
    """Every projection, and the snapshots that were kept."""
    async with stack.session() as session:
        for table in (*PROJECTIONS, inbox):
            await session.execute(delete(table))
        await session.execute(update(Report).values(snapshot=None))


@pytest.mark.article("Đ9.2", "Đ10.1")
async def test_deleted_and_rebuilt_in_another_order_a_report_is_the_same_to_the_byte(stack: Stack, stub, clock, envelopes) -> None:
    clock.set(at(3, 3))
    await reports.put_item(stack, 3, "Đề án")
    proven = await make.assign(stack, state="IN_PROGRESS", due=date(2025, 3, 31), **ISSUED)
    for unit in (make.SYT, make.PHU_LOC, make.STNMT):
        await make.assign(stack, unit, state="IN_PROGRESS", due=date(2025, 3, 20), **ISSUED)
    await make.tell_notice(stack, proven, number=5, ordinal=1)
    clock.set(at(4, 1))
    await reports.issue(stack, stub, "V", MARCH)
    clock.set(at(4, 2))
    await reports.say(stack, proven, 2, state=a.ASSIGNMENT_STATE_VERIFIED, execution=a.EXECUTION_DONE, completed_on=make.day(2025, 3, 28))
    clock.set(at(5, 5))
    five = await reports.issue(stack, stub, "V")
    six = await reports.issue(stack, stub, "VI")
    draft = await compose(stack, stub, SYT_LEADER)
    (row,) = await reports.rows(stack, stub, draft, SYT_LEADER)
    note = pb.ReportNote(assignment_id=row.assignment_id, cause="Nguyên nhân")
    edited = await act(stack, stub, "Edit", draft, SYT_LEADER, general_text="Chung", notes=[note])
    four = await act(stack, stub, "Send", await act(stack, stub, "Sign", edited, SYT_LEADER), SYT_LEADER)
    # What comes later is of no concern to them.
    clock.set(at(6, 2))
    await reports.say(stack, proven, 3, state=a.ASSIGNMENT_STATE_IN_PROGRESS, execution=a.EXECUTION_IN_PROGRESS)
    await reports.put_item(stack, 3, "Đề án khác")
    before = {report.id: await contents(stack, stub, report) for report in (four, five, six)}
    told_before = envelopes.copy()
    Random(3).shuffle(told_before)
    await forget_all_but_reports(stack)
    for envelope in told_before:
        await stack.apply(envelope)
    assert {report.id: await contents(stack, stub, report) for report in (four, five, six)} == before
    async with stack.session() as session:
        for report in await session.scalars(select(Report).where(Report.form.in_((4, 5, 6)))):
            snapshot = await service.recomputed(stack.runtime, report)
            assert hashlib.sha256(snapshot).hexdigest() == report.sha256
            assert json.dumps(json.loads(snapshot), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() == snapshot


async def contents(stack: Stack, stub, report: pb.Report) -> list[bytes]:
    """All that the service answers about it, and its file."""
    whole = await stack.call(stub.GetReport, pb.GetReportRequest(id=report.id), EVALUATOR)
    rows = [row.SerializeToString(deterministic=True) for row in await reports.rows(stack, stub, whole, EVALUATOR)]
    files = [(await reports.file(stack, stub, whole, EVALUATOR, format))[1] for format in ("XLSX", "DOCX")]
    return [whole.SerializeToString(deterministic=True), *rows, *files]


@pytest.mark.article("Đ9.2")
async def test_without_its_snapshot_a_report_is_shown_only_if_it_can_be_made_again(stack: Stack, stub, clock) -> None:
    clock.set(at(3, 3))
    await make.assign(stack, state="IN_PROGRESS", due=date(2025, 3, 31), **ISSUED)
    clock.set(at(5, 5))
    report = await compose(stack, stub, AN, "V")
    async with stack.session() as session:
        await session.execute(update(Report).values(snapshot=None))
    assert await stack.call(stub.GetReport, pb.GetReportRequest(id=report.id), AN) == report
    async with stack.session() as session:
        await session.execute(update(Report).values(sha256="0" * 64))
    assert (await stack.refused(stub.GetReport, pb.GetReportRequest(id=report.id), AN)).reason == "SNAPSHOT_DIFFERS"


@pytest.mark.article("Đ9.2")
async def test_what_was_told_before_and_arrived_after_must_be_seen_before_anybody_signs(stack: Stack, stub, clock) -> None:
    clock.set(at(3, 3))
    await make.assign(stack, state="IN_PROGRESS", due=date(2025, 3, 31), **ISSUED)
    clock.set(at(5, 5))
    draft = await compose(stack, stub, AN, "V")
    clock.set(at(5, 5, 8))
    await make.assign(stack, make.SYT, due=date(2025, 4, 30), issued=make.day(2025, 4, 28))
    clock.set(at(5, 5, 10))
    sign = pb.SignReportRequest(request_id=rid(), id=draft.id, expected_version=1)
    assert (await stack.refused(stub.SignReport, sign, OFFICE_LEADER)).reason == "REPORT_OUTDATED"
    fresh = await act(stack, stub, "Recompose", draft, AN)
    assert (fresh.total.counts.total, (await act(stack, stub, "Sign", fresh, OFFICE_LEADER)).state) == (2, pb.REPORT_STATE_SIGNED)


PART = st.tuples(
    st.sampled_from([make.STNMT, make.SYT, make.PHU_LOC]),
    st.sampled_from(["SENT", "IN_PROGRESS", "VERIFIED", "REPORTED", "RETURN_REQUESTED", "CANCELLED", "FORWARDED"]),
    st.sampled_from(["LEAD", "COORDINATING", "AGGREGATING"]),
    st.none() | st.dates(date(2025, 3, 1), date(2025, 5, 31)),
    st.dates(date(2025, 3, 1), date(2025, 5, 5)),
    st.dates(date(2025, 1, 2), date(2025, 3, 1)),
)


@pytest.mark.article("Đ9.2", "Đ10.1", "§6.12", "§6.25")
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(PART, max_size=6))
async def test_columns_add_up_whatever_there_is(stack: Stack, stub, clock, parts) -> None:
    """The identities of regulation §5, in each unit's row and in all; what units report is what the Office reports of them."""
    clock.set(at(5, 5))
    for unit, state, role, due, completed, issued in parts:
        finished = completed if state in ("VERIFIED", "REPORTED") else None
        await make.assign(stack, unit, state=state, role=role, due=due, completed=finished, issued=from_date(issued))
    async with stack.session() as session:
        await session.execute(delete(ReportAct))
        await session.execute(delete(Report))
    report = await compose(stack, stub, AN, "V")
    for figures in (*report.units, report.total):
        c = figures.counts
        assert c.total == c.done + c.doing + c.not_started
        assert c.done == c.done_on_time + c.done_late
        assert (c.doing, c.not_started) == (c.doing_in_time + c.doing_overdue, c.not_started_in_time + c.not_started_overdue)
        undated = c.without_deadline_done + c.obligations_fulfilled + c.obligations_missed + c.obligations_open
        assert c.without_deadline == undated
        assert figures.carried_over + figures.issued == c.total + c.without_deadline
        helping = figures.coordinating_done + figures.coordinating_in_time + figures.coordinating_overdue + figures.coordinating_undated
        assert c.coordinating == helping
        assert c.completion.whole == (c.done + c.doing_overdue + c.not_started_overdue)
    for field in ("total", "done", "without_deadline", "coordinating"):
        assert getattr(report.total.counts, field) == sum(getattr(unit.counts, field) for unit in report.units)
    own = await compose(stack, stub, STNMT_LEADER)
    same = of(report, make.STNMT)
    same.counts.rank = own.units[0].counts.rank
    assert own.units[0] == same
