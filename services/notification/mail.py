"""Sending mail: one to a person in a window of time, the same one again until it is handed over."""

import asyncio
import logging
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import partial
from urllib.parse import urlsplit
from uuid import UUID

import aiosmtplib
import structlog
from procrastinate import PsycopgConnector
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit import db
from kit.runtime import Runtime
from services.notification import jobs, queries
from services.notification.config import NotificationSettings
from services.notification.model import LONGEST_WAIT_AWAY, LONGEST_WAIT_REFUSED, MailPace, Notification

log = structlog.get_logger()
CONCURRENCY = 4
SMTP_SECONDS = 10.0
SWEEP_SECONDS = 30.0
# What isn't announced by the database (a job whose time has come) is found within this.
POLL_SECONDS = 1.0
GRACE_SECONDS = 5.0
# A mail lists so many; the rest is only counted.
LISTED = 50
# From here on the server says: never.
PERMANENT = 500


async def mail_worker(runtime: Runtime) -> None:
    """Sends mail for ever. Returns or raises (to be started anew) when the database goes away."""
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    # Fails at once while the database is away, where a pool would wait.
    async with await db.connect(runtime.worker):
        pass
    connector = PsycopgConnector(conninfo=db.direct_url(runtime.worker), min_size=1, max_size=CONCURRENCY, timeout=5)
    with jobs.queue.replace_connector(connector) as queue:
        async with queue.open_async():
            await run_queue(runtime)


async def run_queue(runtime: Runtime, *, wait: bool = True) -> None:
    """The worker itself; with `wait` false it ends when nothing is due."""
    await jobs.queue.run_worker_async(
        queues=["mail"],
        concurrency=CONCURRENCY,
        wait=wait,
        install_signal_handlers=False,
        fetch_job_polling_interval=POLL_SECONDS,
        shutdown_graceful_timeout=GRACE_SECONDS,
        # The notifications' own rows say what was mailed.
        delete_jobs="always",
        additional_context={"send": partial(send_owed, runtime)},
    )


async def mail_sweep(runtime: Runtime) -> None:
    """Finds for ever what a killed worker left: mail that is owed and has no job."""
    while True:
        await pick_up(runtime)
        await asyncio.sleep(SWEEP_SECONDS)


async def pick_up(runtime: Runtime) -> None:
    """Gives each person who is owed a mail a job, unless one waits."""
    async with runtime.unattended() as session:
        await jobs.forget_stalled(session)
        owed = await queries.people_unmailed(session)
    for person_id in owed:
        async with runtime.unattended() as session:
            await jobs.mail_soon(session, person_id, now=runtime.clock())


async def send_owed(runtime: Runtime, person_id: UUID) -> None:
    """One mail with all that is owed, if the person may be sent one now; whatever remains gets a job for later."""
    async with runtime.unattended() as session:
        if not await _settle(session, person_id, runtime.clock()):
            return
    async with runtime.unattended() as session:
        now = runtime.clock()
        pace = await _pace(session, person_id, now)
        owed = await queries.unmailed(session, person_id)
        batch = [row for row in owed if row.mail_id is not None]
        if pace is None or not batch:
            # Somebody else is sending; if this job was for something newer, the sweep finds it.
            return
        await _send(session, runtime.settings, pace, batch, now)  # type: ignore[arg-type]
        await session.flush()
        if len(owed) > len(batch) or batch[0].mail_time is None:
            await jobs.mail_soon(session, person_id, now=now)


async def _pace(session: AsyncSession, person_id: UUID, now: datetime) -> MailPace | None:
    """The person's, made with his first mail; None while another process mails him."""
    first = insert(MailPace).values(person_id=person_id, not_before=now, failures=0)
    await session.execute(first.on_conflict_do_nothing())
    return await queries.pace(session, person_id)


async def _settle(session: AsyncSession, person_id: UUID, now: datetime) -> bool:
    """Fixes what the next mail lists, before anything is sent. Whether it may be sent now."""
    pace = await _pace(session, person_id, now)
    owed = await queries.unmailed(session, person_id)
    if pace is None or not owed:
        return False
    if pace.not_before > now:
        await jobs.mail_soon(session, person_id, now=now)
        return False
    # A mail that was begun is finished first, as it was.
    if all(row.mail_id is None for row in owed):
        for row in owed:
            row.mail_id = owed[0].id
    return True


async def _send(session: AsyncSession, settings: NotificationSettings, pace: MailPace, batch: list[Notification], now: datetime) -> None:
    address = await queries.address(session, pace.person_id)
    if address is None:
        _close(batch, now, "no address")
        return
    try:
        message = compose(settings, name=address.name, email=address.email, batch=batch)
        await aiosmtplib.send(message, hostname=settings.smtp_host, port=settings.smtp_port, timeout=SMTP_SECONDS)
    except (aiosmtplib.SMTPException, OSError) as error:
        _note_failure(error, pace, batch, now)
    except ValueError:
        _close(batch, now, "bad address")
    else:
        _close(batch, now)
        pace.sent(now, timedelta(seconds=settings.mail_window_seconds))


def _note_failure(error: Exception, pace: MailPace, batch: list[Notification], now: datetime) -> None:
    """Later again, unless the server said that it never will."""
    code = _answer(error)
    log.warning("mail_failed", person=str(pace.person_id), why=type(error).__name__, code=code)
    if code is not None and code >= PERMANENT:
        _close(batch, now, f"refused: {code}")
    else:
        pace.failed(now, LONGEST_WAIT_AWAY if code is None else LONGEST_WAIT_REFUSED)


def _answer(error: Exception) -> int | None:
    """The server's code about this very mail; None when it didn't get so far (away, or refusing everybody)."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return max(refused.code for refused in error.recipients)
    if isinstance(error, aiosmtplib.SMTPRecipientRefused | aiosmtplib.SMTPDataError):
        return error.code
    return None


def _close(batch: list[Notification], now: datetime, problem: str | None = None) -> None:
    for row in batch:
        row.mail_time, row.mail_problem = now, problem


def compose(settings: NotificationSettings, *, name: str, email: str, batch: list[Notification]) -> EmailMessage:
    """The same batch gives the same mail under the same Message-ID, so that a repetition isn't a second one to its reader."""
    user, _, domain = email.rpartition("@")
    lines = [_entry(row, settings.public_url.rstrip("/")) for row in batch[:LISTED]]
    if len(batch) > LISTED:
        lines.append(f"… và {len(batch) - LISTED} thông báo khác: {settings.public_url.rstrip('/')}/inbox")
    message = EmailMessage()
    message["From"] = settings.smtp_sender
    message["To"] = Address(name, user, domain)
    message["Subject"] = batch[0].title if len(batch) == 1 else f"{len(batch)} thông báo về nhiệm vụ được giao"
    message["Date"] = format_datetime(batch[-1].create_time)
    message["Message-ID"] = f"<{batch[0].mail_id}@{urlsplit(settings.public_url).hostname}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("\n\n".join([f"Kính gửi {name},", *lines, "Thư tự động, vui lòng không trả lời."]), cte="base64")
    return message


def _entry(row: Notification, url: str) -> str:
    link = f"{url}/assignments/{row.assignment_id}" if row.assignment_id else f"{url}/inbox"
    return "\n".join(line for line in (row.title, row.body, link) if line)
