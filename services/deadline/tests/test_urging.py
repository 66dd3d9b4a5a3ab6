"""Notices through the service, beside the real `assignment`: regulation §6, "Urging", with a moving clock."""

import asyncio
from datetime import date
from uuid import UUID, uuid4

import grpc
import pytest
from sqlalchemy import select, text
from ykcd.assignment.v1 import assignment_pb2
from ykcd.deadline.v1 import urging_pb2 as pb
from ykcd.deadline.v1.deadline_pb2_grpc import DeadlineServiceStub
from ykcd.deadline.v1.event_pb2 import EscalationDue, UrgingNoticeEnded, UrgingNoticeIssued, UrgingNoticeProposed
from ykcd.directive.v1.directive_pb2 import TaskClass
from ykcd.directive.v1.event_pb2 import AbsenceChanged
from ykcd.directive.v1.people_pb2 import Absence

from kit.dates import from_date
from kit.testing.stack import Refused, Stack
from services.deadline import schedule
from services.deadline.model import UrgingNotice
from services.deadline.service import urging
from services.deadline.tests import factories as make
from services.deadline.tests.office import Office, issue, open_office

DUE = date(2016, 12, 1)
FIRST = date(2016, 12, 2)


def december(*days: int) -> list[date]:
    return [date(2016, 12, day) for day in days]


async def refused(office: Office, wanted: pb.UrgingNotice, person=make.AN) -> Refused:
    return await office.deadline.refused(office.urging.IssueUrgingNotice, issue(wanted), person)


async def proposal(office: Office, day: date = FIRST, due: date | None = DUE) -> pb.UrgingNotice:
    if due:
        await office.assign(due)
    (wanted,) = await office.morning(day)
    return wanted


@pytest.mark.article("Đ8.1.e", "D1", "D2", "D3", "§6.18")
@pytest.mark.parametrize(("basis", "days"), [("calendar", (2, 5, 8, 12)), ("working", (2, 7, 12, 15))])
async def test_three_notices_then_the_chairman(serve, clock, tmp_path, basis: str, days: tuple[int, ...]) -> None:
    """Example 18."""
    office = await open_office(serve, clock, tmp_path.as_uri(), urging_days=basis)
    id = await office.assign(DUE)
    assert await office.run(date(2016, 11, 28), date(2016, 12, 20)) == december(*days)
    listed = (await office.notices(assignment_id=id)).notices
    assert [(each.ordinal, each.number, each.year) for each in listed] == [(3, 3, 2016), (2, 2, 2016), (1, 1, 2016)]
    assert [list(each.earlier_numbers) for each in listed] == [[1, 2], [1], []]
    assert {each.state for each in listed} == {pb.URGING_NOTICE_STATE_ELAPSED}
    ((envelope, event),) = await office.deadline.events(EscalationDue)
    assert (envelope.aggregate_id, event.escalation.assignment_id) == (event.escalation.id, id)
    assert list(event.escalation.notice_numbers) == [1, 2, 3]


@pytest.mark.article("Đ8.1.e")
async def test_an_issued_notice_says_what_the_paper_says(office: Office) -> None:
    """Annex II: cited as of the issue, whatever comes after."""
    made = await office.issue(await proposal(office))
    assert (made.state, made.number, made.year, made.ordinal) == (pb.URGING_NOTICE_STATE_ISSUED, 1, 2016, 1)
    assert (made.answer_due_date, made.issued_by_name) == (from_date(date(2016, 12, 5)), make.AN.name)
    assert (made.days_overdue, made.working_days_overdue, made.counts) == (1, 1, True)
    assert (made.assignment.directive_code, made.assignment.due_date) == ("5425/UBND-KGVX", from_date(DUE))
    ((envelope, event),) = await office.deadline.events(UrgingNoticeIssued)
    assert (envelope.aggregate_id, envelope.aggregate_version, envelope.actor.name) == (made.id, 2, make.AN.name)
    assert (event.notice.number, event.notice.assignment) == (1, made.assignment)
    await office.run(FIRST, date(2016, 12, 9))
    again = await office.deadline.call(office.urging.GetUrgingNotice, pb.GetUrgingNoticeRequest(id=made.id), make.AN)
    assert (again.days_overdue, again.assignment) == (1, made.assignment)


@pytest.mark.article("Đ8.1.e", "D1", "§6.19")
async def test_two_days_after_a_notice_is_too_soon(office: Office) -> None:
    """Example 19."""
    await office.issue(await proposal(office, date(2016, 12, 5)))
    second = await proposal(office, date(2016, 12, 8), due=None)
    office.clock.set(make.morning(2016, 12, 7))
    told = await refused(office, second)
    assert (told.code, told.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "URGE_TOO_SOON")
    assert told.error.metadata == {"earliest": "2016-12-08"}
    office.clock.set(make.morning(2016, 12, 8))
    assert (await office.issue(second)).number == 2


@pytest.mark.article("Đ8.1.e")
async def test_on_a_day_off_nothing_is_issued(office: Office) -> None:
    wanted = await proposal(office)
    office.clock.set(make.morning(2016, 12, 3))
    assert (await refused(office, wanted)).reason == "NOT_A_WORKING_DAY"


@pytest.mark.article("§6.20", "Đ8.1.e")
async def test_two_who_press_together_issue_one_notice(office: Office) -> None:
    """Example 20."""
    wanted = await proposal(office)
    answers = await asyncio.gather(office.issue(wanted, make.AN), office.issue(wanted, make.OFFICE_LEADER), return_exceptions=True)
    (made,) = [answer for answer in answers if not isinstance(answer, BaseException)]
    (told,) = [answer for answer in answers if isinstance(answer, Refused)]
    assert (made.number, told.reason, told.error.metadata) == (1, "ALREADY_ISSUED", {"number": "1"})
    assert len(await office.deadline.events(UrgingNoticeIssued)) == 1


@pytest.mark.article("Đ8.1.e")
async def test_who_issues_locks_the_series_in_the_order_of_all_others(office: Office) -> None:
    """A snapshot of the assignment locks the older notice first: whoever issues the later one waits there, and holds nothing."""
    await office.issue(await proposal(office))
    second = await proposal(office, date(2016, 12, 5), due=None)
    async with office.deadline.session() as session:
        before = [each.id for each in (await session.scalars(select(UrgingNotice).order_by(UrgingNotice.id)))]
        assert before[-1] == UUID(second.id)
        await session.execute(select(UrgingNotice.id).where(UrgingNotice.id == before[0]).with_for_update())
        pressed = asyncio.create_task(office.issue(second))
        while not await session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
            await asyncio.sleep(0)
        await session.execute(select(UrgingNotice.id).where(UrgingNotice.id == before[1]).with_for_update(nowait=True))
    assert (await pressed).state == pb.URGING_NOTICE_STATE_ISSUED


@pytest.mark.article("D2", "§6.20")
async def test_a_fourth_notice_is_refused(office: Office) -> None:
    """Example 20: the scheduler proposes none, so that one is forged here."""
    id = await office.assign(DUE)
    await office.run(FIRST, date(2016, 12, 12))
    forged = {"deadline_cycle": 1, "earlier_numbers": [1, 2, 3], "propose_date": date(2016, 12, 12), "unit_id": make.STNMT}
    async with office.deadline.session() as session:
        fourth = UrgingNotice(id=uuid4(), version=1, state=pb.URGING_NOTICE_STATE_PROPOSED, assignment_id=UUID(id), ordinal=4, **forged)
        session.add(fourth)
    assert (await refused(office, pb.UrgingNotice(id=str(fourth.id), version=1))).reason == "URGE_LIMIT_REACHED"


@pytest.mark.article("D4", "§6.21")
async def test_an_extension_opens_a_new_cycle(office: Office) -> None:
    """Example 21: asked for late and approved on 06/12, after PB2."""
    id = await office.assign(DUE)
    assert await office.run(FIRST, date(2016, 12, 6)) == december(2, 5)
    about = {"new_due_date": from_date(date(2016, 12, 30)), "reason": "Chờ số liệu đo đạc.", "late": True}
    await office.act("RequestExtension", assignment_pb2.RequestExtensionRequest, id, make.STNMT_LEADER, **about)
    decision = assignment_pb2.Decision(number="812/QĐ-UBND", signer="Nguyễn Văn Phương")
    about = {"approved": True, "decision": decision}
    await office.act("DecideExtension", assignment_pb2.DecideExtensionRequest, id, make.OFFICE_LEADER, **about)
    assert await office.run(date(2016, 12, 7), date(2017, 1, 4)) == [date(2017, 1, 3)]
    newest = (await office.notices(assignment_id=id)).notices[0]
    assert (newest.ordinal, newest.deadline_cycle, newest.number, newest.year) == (1, 2, 1, 2017)


@pytest.mark.article("§6.22")
async def test_after_three_days_of_silence_each_proposal_appears_once_dated_today(office: Office) -> None:
    """Example 22: nobody looked from Friday 02/12 to Monday 05/12; then two replicas wake together."""
    wanted = {await office.assign(due) for due in (DUE, date(2016, 12, 2), date(2016, 12, 5))}
    office.clock.set(make.morning(2016, 12, 6))
    await asyncio.gather(*(schedule.urge(office.deadline.runtime) for _ in range(2)))
    await schedule.urge(office.deadline.runtime)
    found = await office.morning(date(2016, 12, 6))
    assert {each.assignment_id for each in found} == wanted
    assert len(found) == len(await office.deadline.events(UrgingNoticeProposed)) == 3
    assert {(each.propose_date.day, each.ordinal) for each in found} == {(6, 1)}


@pytest.mark.article("Đ8.1.e")
async def test_numbers_have_no_gap_whoever_issues_at_once_and_whatever_fails(office: Office) -> None:
    """Concurrent calls of two people, some on an old version, some that fail after they took a number."""
    for _ in range(12):
        await office.assign(DUE)
    wanted = await office.morning(FIRST)
    for stale in wanted[:3]:
        stale.version = 7

    async def fail() -> None:
        async with office.deadline.session() as session:
            await urging._next_number(session, 2016)
            raise ConnectionError

    people = (make.AN, make.OFFICE_LEADER)
    presses = [office.issue(each, people[place % 2]) for place, each in enumerate(wanted)]
    answers = await asyncio.gather(*presses, *(fail() for _ in range(4)), return_exceptions=True)
    made = sorted(answer.number for answer in answers if isinstance(answer, pb.UrgingNotice))
    assert made == list(range(1, 10))
    assert sorted(answer.reason for answer in answers if isinstance(answer, Refused)) == ["STALE_VERSION"] * 3
    office.clock.set(make.morning(2017, 1, 3))
    for place, stale in enumerate(wanted[:3], start=1):
        stale.version = 1
        assert ((await office.issue(stale)).number, place) == (place, place), "each year begins anew"


@pytest.mark.article("§6.13", "Đ3.4")
async def test_of_two_leads_only_the_late_one_is_urged(stack: Stack, clock) -> None:
    """Example 13: one verified, one overdue, and one that only helps."""
    task = str(uuid4())
    late = make.assignment(DUE, task_id=task, unit_id=str(make.SYT))
    for told in (make.assignment(DUE, "VERIFIED", task_id=task), late, make.assignment(DUE, role="COORDINATING", task_id=task)):
        await make.hear(stack, told)
    clock.set(make.morning(2016, 12, 2))
    assert await schedule.urge(stack.runtime) == 1
    ((_, event),) = await stack.events(UrgingNoticeProposed)
    assert event.notice.unit_id == str(make.SYT)


@pytest.mark.article("§6.14", "Đ3.4", "D4")
async def test_a_notice_cites_the_phase_that_is_late(stack: Stack, clock) -> None:
    """Example 14, on 01/07/2025."""
    same = {"task_id": str(uuid4()), "task_class": TaskClass(has_deadline=False)}
    phases = [(date(2025, 3, 31), "VERIFIED"), (date(2025, 6, 30), "IN_PROGRESS"), (date(2025, 12, 31), "SENT")]
    for phase, (due, state) in enumerate(phases, start=1):
        await make.hear(stack, make.assignment(due, state, phase=phase, phase_name=f"Giai đoạn {phase}", **same))
    clock.set(make.morning(2025, 7, 1))
    assert await schedule.urge(stack.runtime) == 1
    ((_, event),) = await stack.events(UrgingNoticeProposed)
    assert (event.notice.assignment.phase, event.notice.assignment.phase_name) == (2, "Giai đoạn 2")


async def test_the_same_request_twice_issues_once(office: Office) -> None:
    request = issue(await proposal(office))
    first = await office.deadline.call(office.urging.IssueUrgingNotice, request, make.AN)
    assert await office.deadline.call(office.urging.IssueUrgingNotice, request, make.AN) == first
    assert len(await office.deadline.events(UrgingNoticeIssued)) == 1


@pytest.mark.article("Đ8.1.e")
async def test_while_a_result_is_on_its_way_nothing_is_issued(office: Office) -> None:
    """`assignment` knows before `deadline` has heard."""
    wanted = await proposal(office)
    await office.report_done(wanted.assignment_id, FIRST)
    assert (await refused(office, wanted)).reason == "STALE_VERSION"
    await office.spread()
    assert (await refused(office, wanted)).reason == "RESULT_PENDING"
    dropped = (await office.notices()).notices[0]
    assert (dropped.state, dropped.number) == (pb.URGING_NOTICE_STATE_DROPPED, 0)


async def test_without_an_answer_nothing_is_issued_and_no_number_is_lost(office: Office) -> None:
    wanted = await proposal(office)
    settings = office.deadline.runtime.settings
    answering, settings.assignment_address = settings.assignment_address, "127.0.0.1:1"
    told = await refused(office, wanted)
    assert (told.code, told.error.metadata) == (grpc.StatusCode.UNAVAILABLE, {"dependency": "assignment"})
    settings.assignment_address = answering
    assert (await office.issue(wanted)).number == 1


@pytest.mark.article("D15")
async def test_a_notice_of_what_was_on_time_does_not_count(office: Office) -> None:
    """D15: done on 01/12, reported on 05/12; corrected by the specialist to 02/12, it counts again."""
    wanted = await proposal(office)
    await office.issue(wanted)
    office.clock.set(make.morning(2016, 12, 5))
    await office.report_done(wanted.assignment_id, DUE)
    await office.spread()
    (seen,) = (await office.notices()).notices
    assert (seen.state, seen.counts) == (pb.URGING_NOTICE_STATE_SATISFIED, False)
    about = {"completed_on": from_date(FIRST), "reason": "Theo ngày của văn bản."}
    await office.act("VerifyAssignment", assignment_pb2.VerifyAssignmentRequest, wanted.assignment_id, make.AN, **about)
    await office.spread()
    (seen,) = (await office.notices()).notices
    assert (seen.state, seen.counts) == (pb.URGING_NOTICE_STATE_SATISFIED, True)
    assert [event.notice.counts for _, event in await office.deadline.events(UrgingNoticeEnded)] == [False, True]


@pytest.mark.article("Đ8.1.đ", "Đ8.1.e")
async def test_who_stands_in_for_the_specialist_issues_for_him(office: Office) -> None:
    wanted = await proposal(office)
    assert (await refused(office, wanted, make.BINH)).reason == "NOT_FOUND"
    days = {"first_day": from_date(FIRST), "last_day": from_date(FIRST)}
    who = {"person_id": str(make.AN.id), "person_name": make.AN.name, "deputy_id": str(make.BINH.id), "deputy_name": make.BINH.name}
    away = Absence(id=str(uuid4()), version=1, unit_id=str(make.OFFICE), **who, **days)
    for stack in (office.assignment, office.deadline):
        await stack.deliver(AbsenceChanged(absence=away), away.id)
    (seen,) = (await office.notices(person=make.BINH)).notices
    assert list(seen.allowed_verbs) == ["issue"]
    assert (await office.issue(wanted, make.BINH)).issued_by_name == make.BINH.name
    ((envelope, _event),) = await office.deadline.events(UrgingNoticeIssued)
    assert envelope.actor.on_behalf_of == str(make.AN.id)


async def test_a_tick_that_fails_proposes_nothing(office: Office) -> None:
    """Every emit: a rollback publishes nothing."""
    await office.assign(DUE)
    office.clock.set(make.morning(2016, 12, 2))

    async def fail() -> None:
        async with office.deadline.session() as session:
            assert await urging.advance(session, now=office.clock()) == 1
            raise ConnectionError

    with pytest.raises(ConnectionError):
        await fail()
    assert not await office.deadline.events(UrgingNoticeProposed)
    assert await schedule.urge(office.deadline.runtime) == 1


async def test_a_storm_on_the_due_date_takes_the_proposal_back(office: Office) -> None:
    """Regulation §3."""
    wanted = await proposal(office)
    stub = DeadlineServiceStub(office.deadline.channel)
    await office.deadline.call(stub.ImportCalendar, make.storm(DUE, FIRST), make.ADMINISTRATOR)
    assert await schedule.urge(office.deadline.runtime) == 0, "nothing is proposed by a calendar that is to be replaced"
    await schedule.put_in_force(office.deadline.runtime)
    seen = await office.deadline.call(office.urging.GetUrgingNotice, pb.GetUrgingNoticeRequest(id=wanted.id), make.AN)
    assert seen.state == pb.URGING_NOTICE_STATE_DROPPED
    assert (await proposal(office, date(2016, 12, 6), due=None)).ordinal == 1
