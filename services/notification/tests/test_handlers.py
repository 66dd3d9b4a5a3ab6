"""Others' events: who is told what, and each delivery but the first changes nothing."""

from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from ykcd.assignment.v1 import event_pb2
from ykcd.deadline.v1.deadline_pb2 import Deadline
from ykcd.deadline.v1.event_pb2 import DeadlineMissed
from ykcd.directive.v1.event_pb2 import MembershipChanged
from ykcd.directive.v1.registry_pb2 import PERSON_KIND_SERVICE, Member
from ykcd.event.v1.envelope_pb2 import ActorRef, Envelope

from kit import db, migrations
from kit.events import Retry
from kit.testing.stack import Person, Stack
from services.notification.__main__ import app
from services.notification.handlers import HANDLERS
from services.notification.model import AssignmentCopy, Notification
from services.notification.rules import EXCERPT, excerpt
from services.notification.tests import factories as make
from services.notification.tests.factories import AN, CHI, OFFICE_LEADER, STNMT_DEPUTY, STNMT_FOCAL, STNMT_LEADER, STNMT_OFFICER

DESK = {STNMT_LEADER.name, STNMT_DEPUTY.name, STNMT_FOCAL.name}


async def told(stack: Stack) -> list[Notification]:
    async with stack.session() as session:
        return list((await session.scalars(select(Notification).order_by(Notification.create_time, Notification.id))).all())


def names(rows: Sequence[Notification]) -> set[str]:
    known = {person.id: person.name for person in make.PEOPLE}
    return {known[row.person_id] for row in rows}


async def test_migrations_make_what_the_model_says(stack: Stack) -> None:
    migrations.check(app.package, stack.runtime.settings.database_url("notification", "owner"), app.metadata)


async def test_what_concerns_nobody_is_still_followed(stack: Stack) -> None:
    """Đ7.2.b: progress is told to nobody by itself."""
    assignment = make.assignment(version=3, specialist_id=str(AN.id))
    await stack.deliver(event_pb2.AssignmentProgressed(assignment=assignment), assignment.id, 3)
    assert await told(stack) == []
    async with stack.session() as session:
        assert (await session.get_one(AssignmentCopy, UUID(assignment.id))).specialist_id == AN.id


@pytest.mark.article("Đ8.1.đ")
@pytest.mark.parametrize("specialist", ["", str(uuid4())], ids=["none", "gone"])
async def test_without_a_specialist_the_office_leaders_are_told(stack: Stack, specialist: str) -> None:
    """Đ8.1.đ: nothing is dropped."""
    assignment = make.assignment(specialist_id=specialist)
    await stack.deliver(event_pb2.AssignmentReported(assignment=assignment), assignment.id)
    assert names(await told(stack)) == {OFFICE_LEADER.name}


async def test_a_missed_deadline_goes_to_all_who_can_do_something(stack: Stack) -> None:
    assignment = make.assignment(delegation=make.delegation())
    await stack.deliver(event_pb2.AssignmentAccepted(assignment=assignment), assignment.id)
    missed = DeadlineMissed(deadline=Deadline(assignment_id=assignment.id, unit_id=assignment.unit_id))
    event_id = await stack.deliver(missed, assignment.id, 2)
    await stack.deliver(missed, assignment.id, 2, event_id=event_id)
    rows = [row for row in await told(stack) if row.event_id == event_id]
    assert names(rows) == DESK | {STNMT_OFFICER.name, AN.name}
    assert {(row.title, row.body) for row in rows} == {("Quá hạn nhiệm vụ theo 5425/UBND-KGVX", excerpt(make.CONTENT))}


async def test_a_missed_deadline_waits_for_its_assignment(stack: Stack) -> None:
    id = str(uuid4())
    with pytest.raises(Retry):
        await stack.deliver(DeadlineMissed(deadline=Deadline(assignment_id=id)), id)
    assert not await told(stack)


async def test_the_newest_state_of_an_assignment_is_kept_whatever_the_order(stack: Stack) -> None:
    old = make.assignment(specialist_id="")
    new = make.assignment(version=2, id=old.id)
    await stack.deliver(event_pb2.AssignmentReported(assignment=new), old.id, 2)
    await stack.deliver(event_pb2.AssignmentSent(assignment=old), old.id, 1)
    async with stack.session() as session:
        kept = await session.get(AssignmentCopy, UUID(old.id))
    assert kept is not None
    assert (kept.version, kept.specialist_id) == (2, AN.id)


async def test_nobody_is_told_of_what_he_did_himself(stack: Stack) -> None:
    assignment = make.assignment(delegation=make.delegation())
    envelope = Envelope(event_id=str(uuid4()), actor=ActorRef(person_id=str(STNMT_DEPUTY.id)))
    async with stack.session() as session:
        db.begin_work(session, "notification", stack.runtime.clock(), envelope.actor)
        await HANDLERS[event_pb2.AssignmentDelegated](session, event_pb2.AssignmentDelegated(assignment=assignment), envelope)
    assert names(await told(stack)) == {STNMT_OFFICER.name}


async def test_a_units_software_and_those_who_left_are_told_nothing(stack: Stack) -> None:
    software = Member(id=str(uuid4()), person_id=str(uuid4()), unit_id=str(make.SYT), roles=["focal_point"], kind=PERSON_KIND_SERVICE)
    await stack.deliver(MembershipChanged(member=software, active=True, issuer="i", subject="software"), software.id)
    leaver = Member(id=str(uuid4()), person_id=str(uuid4()), unit_id=str(make.SYT), roles=["unit_leader"], kind=1)
    await stack.deliver(MembershipChanged(member=leaver, active=False, issuer="i", subject="leaver"), leaver.id)
    assignment = make.assignment(unit_id=str(make.SYT))
    await stack.deliver(event_pb2.AssignmentSent(assignment=assignment), assignment.id)
    assert names(await told(stack)) == {make.SYT_LEADER.name, AN.name}


async def test_a_person_with_two_roles_or_units_is_told_once(stack: Stack) -> None:
    both = Person(make.SYT, ["unit_leader", "focal_point"])
    elsewhere = Person(make.STNMT, ["unit_leader"], id=both.id)
    await stack.add(both, elsewhere)
    assignment = make.assignment(unit_id=str(make.SYT), specialist_id=str(both.id))
    await stack.deliver(event_pb2.AssignmentAccepted(assignment=assignment), assignment.id)
    missed = DeadlineMissed(deadline=Deadline(assignment_id=assignment.id))
    event_id = await stack.deliver(missed, assignment.id)
    assert [row.person_id for row in await told(stack) if row.event_id == event_id].count(both.id) == 1


def test_no_more_of_a_task_than_agreed_is_told() -> None:
    """Đ5."""
    assert excerpt("Ngắn\n gọn") == "Ngắn gọn"
    assert len(excerpt("x" * 500)) == EXCERPT


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO notification DEFAULT VALUES",
        "DELETE FROM notification",
        "UPDATE notification SET title = ''",
        "SELECT FROM assignment_copy",
        "SELECT FROM mail_pace",
        "SELECT FROM procrastinate_jobs",
        "INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('mail', 'mail')",
    ],
)
async def test_requests_can_do_no_more_than_read_and_mark(stack: Stack, statement: str) -> None:
    async with stack.runtime.api.connect() as connection:
        with pytest.raises(Exception, match="permission denied"):
            await connection.execute(text(statement))


async def test_the_database_itself_keeps_inboxes_apart(stack: Stack) -> None:
    """Row-level security behind visible_to: the api role by itself."""
    await make.send(stack)
    for person, seen in ((STNMT_LEADER.id, 1), (CHI.id, 0), ("", 0)):
        async with stack.runtime.api.connect() as connection:
            await connection.execute(text("SELECT set_config('ykcd.person', :person, true)"), {"person": str(person)})
            assert (await connection.execute(text("SELECT count(*) FROM notification"))).scalar_one() == seen
            changed = await connection.execute(text("UPDATE notification SET read_time = now()"))
            assert changed.rowcount == seen
            await connection.rollback()
