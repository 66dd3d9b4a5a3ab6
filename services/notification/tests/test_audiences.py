"""Whoever an event concerns is told, and nobody else."""

from uuid import UUID, uuid4

import pytest
from google.protobuf.message import Message
from sqlalchemy import select
from ykcd.assignment.v1 import event_pb2 as a
from ykcd.assignment.v1 import obstacle_pb2
from ykcd.assignment.v1.assignment_pb2 import Assignment
from ykcd.deadline.v1 import event_pb2 as c
from ykcd.deadline.v1 import urging_pb2

from kit.events import Retry, carrying
from kit.testing.stack import Person, Stack
from services.notification.handlers import HANDLERS
from services.notification.model import Notification
from services.notification.rules import RULES, Key, excerpt, rule_of
from services.notification.tests import factories as make
from services.notification.tests.cases import CASES, DELEGATES, DESK, ID, day, obligation, periodic
from services.notification.tests.factories import AN, CHI, OFFICE_LEADER, STNMT_OFFICER, SYT_OFFICER


def name(key: Key) -> str:
    event, *facets = key
    return "-".join([event.DESCRIPTOR.name, *map(str, facets)])


async def told(stack: Stack, *event_ids: UUID) -> list[Notification]:
    """All, or those of these events."""
    statement = select(Notification).order_by(Notification.create_time, Notification.id)
    async with stack.session() as session:
        return list(await session.scalars(statement.where(Notification.event_id.in_(event_ids)) if event_ids else statement))


def names(rows: list[Notification]) -> list[str]:
    known = {person.id: person.name for person in make.PEOPLE}
    return sorted(known[row.person_id] for row in rows)


async def follow(stack: Stack, **more: object) -> Assignment:
    """An assignment that the service knows, delegated; nobody was told of it."""
    about = make.assignment(version=2, delegation=make.delegation(), **more)
    await stack.deliver(a.AssignmentProgressed(assignment=about), about.id, 2)
    return about


def test_every_rule_has_its_row_here_and_a_handler() -> None:
    assert set(CASES) == set(RULES)
    assert {key[0] for key in RULES} <= set(HANDLERS)


@pytest.mark.article(
    "Đ6.2", "Đ7.2.a", "Đ7.2.c.2", "Đ7.2.d", "Đ8.1.b", "Đ8.1.c", "Đ8.1.d", "Đ8.1.e", "Đ8.2.1", "Đ9.1", "Đ9.4", "Đ10.1", "D12"
)
@pytest.mark.parametrize("key", CASES, ids=name)
async def test_whom_an_event_concerns_is_told_once_and_nobody_else(stack: Stack, key: Key) -> None:
    case = CASES[key]
    about = await follow(stack)
    event = case.make(about)
    event_id = await stack.deliver(event, about.id, 3)
    await stack.deliver(event, about.id, 3, event_id=event_id)
    rows = await told(stack)
    assert names(rows) == sorted(person.name for person in case.wanted)
    assert {(row.title, row.kind) for row in rows} == {(case.title, RULES[key].kind)}
    assert {row.assignment_id for row in rows} == {UUID(about.id) if case.assigned else None}
    assert {(row.subject_kind, row.subject_id) for row in rows} == {(case.subject, UUID(ID) if case.subject else None)}
    assert all(row.mail_time is None and row.read_time is None for row in rows)


SILENT = {
    "progress": a.AssignmentProgressed(assignment=make.assignment()),
    "redacted": a.AssignmentRedacted(assignment=make.assignment()),
    "a plan": a.AssignmentPlanSet(assignment=make.assignment()),
    "satisfied": c.UrgingNoticeEnded(notice=urging_pb2.UrgingNotice(id=ID, state=urging_pb2.URGING_NOTICE_STATE_SATISFIED)),
    "dropped": c.UrgingNoticeEnded(notice=urging_pb2.UrgingNotice(id=ID, state=urging_pb2.URGING_NOTICE_STATE_DROPPED)),
    "escalation closed": c.EscalationClosed(escalation=urging_pb2.Escalation(id=ID)),
    "obligation fulfilled": c.ObligationFulfilled(obligation=urging_pb2.Obligation(id=ID, quarter=1)),
    "obligation ended": c.ObligationEnded(obligation=urging_pb2.Obligation(id=ID, quarter=1)),
    "a report of the Office's": periodic("OPEN", "", unit="").make(make.assignment()),
    "a signature that the unit took back": periodic("GIVE_BACK", "", by=make.STNMT).make(make.assignment()),
    "obstacle closed": a.ObstacleChanged(obstacle=obstacle_pb2.Obstacle(id=ID, state=obstacle_pb2.OBSTACLE_STATE_CLOSED)),
}


@pytest.mark.parametrize("silent", SILENT)
async def test_what_ends_by_itself_is_told_to_nobody_and_waits_for_nothing(stack: Stack, silent: str) -> None:
    """Their assignment isn't known here: without a rule that is no reason to wait."""
    await stack.deliver(SILENT[silent], uuid4())
    assert await told(stack) == []


def test_whatever_tells_of_an_assignment_is_heard() -> None:
    heard = {
        event
        for module, field in ((a, "assignment"), (c, "notice"), (c, "escalation"), (c, "obligation"))
        for event in carrying(module, field)
    }
    assert heard <= set(HANDLERS)


def test_a_rule_of_a_state_doesnt_speak_for_another() -> None:
    assert rule_of(a.ObstacleChanged, obstacle_pb2.OBSTACLE_STATE_WITHDRAWN) is None
    assert rule_of(a.AssignmentSent, 1) is RULES[(a.AssignmentSent,)]


@pytest.mark.parametrize(
    "event",
    [
        c.UrgingNoticeIssued(notice=urging_pb2.UrgingNotice(id=ID, assignment_id=ID)),
        c.EscalationDue(escalation=urging_pb2.Escalation(id=ID, assignment_id=ID)),
        a.ObstacleChanged(obstacle=obstacle_pb2.Obstacle(id=ID, assignment_id=ID, state=obstacle_pb2.OBSTACLE_STATE_RAISED)),
    ],
    ids=lambda event: event.DESCRIPTOR.name,
)
async def test_what_is_told_of_an_unknown_assignment_waits_for_it(stack: Stack, event: Message) -> None:
    with pytest.raises(Retry):
        await stack.deliver(event, ID)
    assert await told(stack) == []


@pytest.mark.article("Đ7.2.c.2")
async def test_a_units_obligations_of_a_quarter_are_one_digest(stack: Stack) -> None:
    """Đ7.2.c: however many tasks; the next quarter and another unit have their own."""
    for about in (make.assignment(), make.assignment()):
        await stack.deliver(obligation(c.ObligationOpened, about), about.id)
    assert names(await told(stack)) == sorted(person.name for person in DESK)
    assert {row.body for row in await told(stack)} == {"Hạn cập nhật: hết ngày 30/06/2025."}
    await stack.deliver(obligation(c.ObligationOpened, make.assignment(), quarter=3, period_end=day(9, 30)), ID)
    await stack.deliver(obligation(c.ObligationOpened, make.assignment(unit_id=str(make.SYT))), ID)
    assert len(await told(stack)) == 2 * len(DESK) + 1


@pytest.mark.article("Đ6.2")
async def test_a_reminder_of_the_secret_report_has_no_content_and_leads_nowhere(stack: Stack) -> None:
    """Đ6.2."""
    await stack.deliver(c.SecretReportDue(period="năm 2025", period_end=day(12, 31)), ID)
    assert {row.body for row in await told(stack)} == {"Báo cáo bằng văn bản theo chế độ mật; không nhập vào hệ thống này."}


@pytest.mark.article("Đ3.4", "§6.14")
async def test_a_phase_is_named(stack: Stack) -> None:
    """Example 14: the notice cites phase 2."""
    about = await follow(stack, phase=2, phase_name="Trình đề án")
    await stack.deliver(CASES[(c.UrgingNoticeIssued,)].make(about), ID)
    assert {row.body for row in await told(stack)} == {excerpt(f"Giai đoạn 2 (Trình đề án): {make.CONTENT}")}


@pytest.mark.article("Đ8.1.đ", "§6.9")
async def test_while_the_owner_is_away_his_deputy_is_told_too(stack: Stack, clock) -> None:
    """Example 9, Đ8.1.đ: today is 24/04. An stays the owner and is told as well."""
    away = make.absence(AN, CHI, day(4, 25), day(4, 25))
    await stack.deliver(away, away.absence.id)
    sent = []
    for _ in range(3):
        about = make.assignment()
        sent.append(await stack.deliver(a.AssignmentReported(assignment=about), about.id))
        clock.advance(days=1)
    assert [names(await told(stack, event_id)) for event_id in sent] == [[AN.name], [CHI.name, AN.name], [AN.name]]
    cancelled = make.absence(AN, CHI, day(4, 1), day(4, 30), cancelled=True)
    await stack.deliver(cancelled, cancelled.absence.id)
    about = make.assignment()
    assert names(await told(stack, await stack.deliver(a.AssignmentReported(assignment=about), about.id))) == [AN.name]


async def test_a_deputy_of_the_absent_officer_is_told_in_that_unit_only_and_not_of_deputyships(stack: Stack) -> None:
    """Not the deputy of another of his memberships; and what makes one person a deputy is said to that person alone."""
    elsewhere = Person(make.SYT, ["officer"], STNMT_OFFICER.name, id=STNMT_OFFICER.id)
    await stack.add(elsewhere)
    for away in (make.absence(elsewhere, SYT_OFFICER, day(4, 1), day(4, 30)), make.absence(CHI, OFFICE_LEADER, day(4, 1), day(4, 30))):
        await stack.deliver(away, away.absence.id)
    before = len(await told(stack))
    about = make.assignment(delegation=make.delegation())
    event_id = await stack.deliver(a.AssignmentDelegated(assignment=about), about.id)
    assert names(await told(stack, event_id)) == sorted(person.name for person in DELEGATES)
    deputy = make.absence(AN, CHI, day(4, 1), day(4, 30))
    event_id = await stack.deliver(deputy, deputy.absence.id)
    assert names(await told(stack, event_id)) == [CHI.name]
    assert len(await told(stack)) == before + len(DELEGATES) + 1
