"""E-mail through a real SMTP server and the real queue."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from procrastinate import PsycopgConnector
from sqlalchemy import select, text, update
from ykcd.assignment.v1 import event_pb2
from ykcd.deadline.v1.event_pb2 import DeadlinesMoved

from kit import db
from kit.loops import forever
from kit.testing.stack import Person, Stack
from services.notification import jobs, mail
from services.notification.__main__ import app
from services.notification.model import MailPace, Notification
from services.notification.tests import factories as make
from services.notification.tests.smtp import SmtpServer

WAIT_SECONDS = 30.0
READER = Person(make.STNMT, ["unit_leader"], "Lê Quang")


@pytest.fixture
async def smtp() -> AsyncIterator[SmtpServer]:
    server = SmtpServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def stack(serve, smtp: SmtpServer, clock) -> Stack:
    # The database's own clock says when a job is due.
    clock.set(datetime.now(UTC))
    made = await serve(app, smtp_port=smtp.port, public_url="https://nhiemvu.example", mail_window_seconds=60)
    await made.add(READER)
    return made


@asynccontextmanager
async def queue_of(stack: Stack) -> AsyncIterator[None]:
    with jobs.queue.replace_connector(PsycopgConnector(conninfo=db.direct_url(stack.runtime.worker), min_size=1, max_size=4)) as queue:
        async with queue.open_async():
            yield


async def send_due(stack: Stack) -> None:
    """Does what is due now, and returns."""
    async with queue_of(stack):
        await mail.run_queue(stack.runtime, wait=False)


@asynccontextmanager
async def worker(stack: Stack) -> AsyncIterator[None]:
    """As the running service has it."""
    task = asyncio.create_task(mail.mail_worker(stack.runtime))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def received(smtp: SmtpServer) -> EmailMessage:
    return await asyncio.wait_for(smtp.mails.get(), WAIT_SECONDS)


async def rows(stack: Stack) -> list[Notification]:
    async with stack.session() as session:
        return list((await session.scalars(select(Notification).order_by(Notification.id))).all())


async def jobs_waiting(stack: Stack) -> list:
    async with stack.session() as session:
        statement = text("SELECT queueing_lock, status, scheduled_at FROM procrastinate_jobs ORDER BY id")
        return list((await session.execute(statement)).all())


async def test_a_mail_in_vietnamese_with_a_link_and_no_more_content_than_agreed(stack: Stack, smtp: SmtpServer) -> None:
    told = make.assignment(content=make.CONTENT + " BÍ MẬT NỘI BỘ")
    await stack.deliver(event_pb2.AssignmentSent(assignment=told), told.id)
    await send_due(stack)
    message = await received(smtp)
    assert message["Subject"] == "Nhiệm vụ mới theo 5425/UBND-KGVX"
    assert message["X-Recipients"] == f"{READER.id}@ykcd.example"
    assert message["To"].addresses[0].display_name == "Lê Quang"
    body = message.get_content()
    assert f"https://nhiemvu.example/assignments/{told.id}" in body
    assert make.CONTENT[:119] in body
    assert "BÍ MẬT" not in body
    (row,) = await rows(stack)
    assert row.mail_time == stack.runtime.clock()
    assert message["Message-ID"] == f"<{row.id}@nhiemvu.example>"
    assert not await jobs_waiting(stack)


async def test_a_mail_about_no_task_leads_to_the_inbox(stack: Stack, smtp: SmtpServer) -> None:
    await stack.deliver(DeadlinesMoved(unit_id=str(make.STNMT), source="Thông báo 6150/TB"), make.STNMT)
    await send_due(stack)
    body = (await received(smtp)).get_content()
    assert "của 0 nhiệm vụ\nThông báo 6150/TB\nhttps://nhiemvu.example/inbox\n" in body


async def test_a_second_delivery_makes_no_second_mail(stack: Stack, smtp: SmtpServer) -> None:
    told = make.assignment()
    event_id = await stack.deliver(event_pb2.AssignmentSent(assignment=told), told.id)
    await send_due(stack)
    await stack.deliver(event_pb2.AssignmentSent(assignment=told), told.id, event_id=event_id)
    await send_due(stack)
    assert (smtp.attempts, len(await rows(stack))) == (1, 1)


async def test_a_rollback_owes_no_mail(stack: Stack) -> None:
    async def fail() -> None:
        async with stack.session() as session:
            await jobs.mail_soon(session, READER.id, now=stack.runtime.clock())
            raise ConnectionError

    with pytest.raises(ConnectionError):
        await fail()
    assert not await jobs_waiting(stack)


async def test_six_hundred_events_at_once_are_one_mail(stack: Stack, smtp: SmtpServer) -> None:
    await make.send(stack, 600)
    assert len(await jobs_waiting(stack)) == 1
    await send_due(stack)
    message = await received(smtp)
    assert message["Subject"] == "600 thông báo về nhiệm vụ được giao"
    body = message.get_content()
    assert body.count("/assignments/") == mail.LISTED
    assert "và 550 thông báo khác" in body
    assert smtp.mails.empty()


async def test_what_comes_within_the_minute_waits_for_its_end(stack: Stack, smtp: SmtpServer, clock) -> None:
    await make.send(stack)
    await send_due(stack)
    await make.send(stack, 3)
    ((_, _, scheduled),) = await jobs_waiting(stack)
    assert scheduled == clock.now + timedelta(seconds=60)
    await send_due(stack)
    assert smtp.attempts == 1
    clock.advance(seconds=61)
    await make_due(stack)
    await send_due(stack)
    subjects = [(await received(smtp))["Subject"] for _ in range(2)]
    assert subjects[1] == "3 thông báo về nhiệm vụ được giao"


async def make_due(stack: Stack) -> None:
    """As if its time had come, by the database's clock too."""
    async with stack.session() as session:
        await session.execute(text("UPDATE procrastinate_jobs SET scheduled_at = now() - interval '1 s'"))


async def test_while_the_mail_server_is_down_mail_waits_and_then_goes_out_once(stack: Stack, smtp: SmtpServer, clock) -> None:
    await smtp.stop()
    await make.send(stack, 2)
    waits = []
    for _ in range(6):
        await make_due(stack)
        await send_due(stack)
        ((_, _, scheduled),) = await jobs_waiting(stack)
        waits.append((scheduled - clock.now).total_seconds())
        clock.set(scheduled)
    assert waits == [1, 2, 4, 8, 8, 8]
    await make.send(stack)
    await smtp.start()
    await make_due(stack)
    await send_due(stack)
    message = await received(smtp)
    first = (await rows(stack))[0]
    assert (message["Subject"], message["Message-ID"]) == ("2 thông báo về nhiệm vụ được giao", f"<{first.id}@nhiemvu.example>")
    ((_, _, scheduled),) = await jobs_waiting(stack)
    assert scheduled == clock.now + timedelta(seconds=60), "what came meanwhile is the next mail"


async def test_the_running_worker_goes_on_when_the_server_returns(stack: Stack, smtp: SmtpServer, clock) -> None:
    await smtp.stop()
    async with worker(stack):
        await make.send(stack)
        async with asyncio.timeout(WAIT_SECONDS):
            while not await failures(stack):
                pass
        clock.set(datetime.now(UTC) + timedelta(minutes=1))
        await smtp.start()
        assert (await received(smtp))["Subject"] == "Nhiệm vụ mới theo 5425/UBND-KGVX"


async def test_after_the_database_dropped_every_connection_mail_goes_on(stack: Stack, smtp: SmtpServer, clock) -> None:
    task = asyncio.create_task(forever("mail_worker", lambda: mail.mail_worker(stack.runtime)))
    try:
        await make.send(stack)
        await received(smtp)
        async with stack.session() as session:
            await session.execute(update(MailPace).values(not_before=clock.now))
            drop = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'notification' AND pid <> pg_backend_pid()"
            await session.execute(text(drop))
        await make.send(stack)
        await received(smtp)
        assert smtp.attempts == 2
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def failures(stack: Stack) -> int:
    async with stack.session() as session:
        return await session.scalar(select(MailPace.failures)) or 0


async def test_a_worker_that_died_after_sending_sends_the_same_mail_again(stack: Stack, smtp: SmtpServer, clock) -> None:
    """The database's commit was lost: the recipient's client sees one Message-ID twice, with the same content."""
    await make.send(stack, 2)
    await send_due(stack)
    async with stack.session() as session:
        await session.execute(update(Notification).values(mail_time=None))
        await session.execute(update(MailPace).values(not_before=clock.now))
    await make.send(stack)
    await make_due(stack)
    await send_due(stack)
    first, second = [await received(smtp) for _ in range(2)]
    assert first["Message-ID"] == second["Message-ID"]
    assert first.get_content() == second.get_content()


async def test_what_a_killed_worker_left_is_picked_up(stack: Stack, smtp: SmtpServer) -> None:
    await make.send(stack)
    async with stack.session() as session:
        await session.execute(text("UPDATE procrastinate_jobs SET status = 'doing'"))
    await mail.pick_up(stack.runtime)
    await mail.pick_up(stack.runtime)
    assert [job.status for job in await jobs_waiting(stack)] == ["todo"]
    await send_due(stack)
    await received(smtp)


async def test_a_refused_address_is_given_up_and_a_busy_server_is_asked_later(stack: Stack, smtp: SmtpServer, clock) -> None:
    smtp.refuse = "451 busy"
    await make.send(stack)
    await send_due(stack)
    assert [row.mail_time for row in await rows(stack)] == [None]
    smtp.refuse = "554 no such person"
    clock.advance(minutes=5)
    await make_due(stack)
    await send_due(stack)
    ((row,), waiting) = await rows(stack), await jobs_waiting(stack)
    assert (row.mail_problem, waiting) == ("refused: 554", [])


async def test_whoever_has_left_gets_no_mail(stack: Stack, smtp: SmtpServer) -> None:
    await make.send(stack)
    async with stack.session() as session:
        await session.execute(text("UPDATE member SET active = false"))
    await send_due(stack)
    ((row,), attempts) = await rows(stack), smtp.attempts
    assert (row.mail_problem, attempts) == ("no address", 0)


async def test_a_job_that_is_about_to_start_waits_for_what_it_has_to_see(stack: Stack, smtp: SmtpServer) -> None:
    """Otherwise it would run past a notification that is being written, which then had no job."""
    await make.send(stack)
    async with stack.session() as session:
        assert await jobs.queries.hold_waiting_job(session, f"mail/{READER.id}")
        await send_due(stack)
        assert smtp.attempts == 0
    await send_due(stack)
    assert smtp.attempts == 1


async def test_two_workers_send_one_mail(stack: Stack, smtp: SmtpServer) -> None:
    await make.send(stack, 5)
    await asyncio.gather(*(mail.send_owed(stack.runtime, READER.id) for _ in range(3)))
    assert smtp.attempts == 1
    assert all(row.mail_time for row in await rows(stack))


async def test_two_that_owe_the_same_person_a_mail_at_once_queue_one_job(stack: Stack) -> None:
    now, first_has_queued = stack.runtime.clock(), asyncio.Event()
    waits = text("""
        SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    """)

    async def first() -> None:
        async with stack.session() as session:
            await jobs.mail_soon(session, READER.id, now=now)
            first_has_queued.set()
            while not await session.scalar(waits):
                await asyncio.sleep(0.01)

    async def second() -> None:
        await first_has_queued.wait()
        async with stack.session() as session:
            await jobs.mail_soon(session, READER.id, now=now)

    await asyncio.gather(first(), second())
    assert len(await jobs_waiting(stack)) == 1
