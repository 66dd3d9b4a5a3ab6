"""The queue of mails to send, kept in this service's own database: a job per person, deferred in the transaction that owes the mail."""

from datetime import datetime
from typing import Any
from uuid import UUID

from procrastinate import App, JobContext, PsycopgConnector
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.notification import queries

# Jobs are deferred on the connection of the caller's transaction; only the worker gives the app a pool of its own.
queue = App(connector=PsycopgConnector())


@queue.task(name="mail", queue="mail", pass_context=True)
async def mail(context: JobContext, person_id: str) -> None:
    """Sends what is owed to one person, by what the worker was started with."""
    await context.additional_context["send"](UUID(person_id))


async def mail_soon(session: AsyncSession, person_id: UUID, *, now: datetime) -> None:
    """Makes sure that a job for this person waits: at once, or when the person may be sent the next mail."""
    key = f"mail/{person_id}"
    # One transaction at a time, until it ends. The queue's own index would refuse a second waiting job too, but the library reads which
    # one from a detail that PostgreSQL leaves out under row-level security, and fails.
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})
    if await queries.hold_waiting_job(session, key):
        return
    allowed = await queries.not_before(session, person_id)
    when = allowed if allowed and allowed > now else None
    connection: Any = (await (await session.connection()).get_raw_connection()).driver_connection
    await mail.configure(connection=connection, queueing_lock=key, schedule_at=when).defer_async(person_id=str(person_id))


async def forget_stalled(session: AsyncSession) -> None:
    """Jobs of workers that died in the middle; what they owed is still in the table of notifications."""
    await session.execute(
        text("""
        DELETE FROM procrastinate_jobs j
         WHERE j.status = 'doing' AND NOT EXISTS
               (SELECT FROM procrastinate_workers w WHERE w.id = j.worker_id AND w.last_heartbeat > now() - interval '1 minute')
        """)
    )
