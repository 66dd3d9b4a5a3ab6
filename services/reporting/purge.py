"""D14: what was found to be secret leaves the projections."""

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from kit.events.erasure import Ids
from kit.law import article
from kit.runtime import Runtime
from services.reporting import queries
from services.reporting.model import Assignment, Deadline, Escalation, Obligation, Obstacle, Participation, UrgingNotice

AROUND = (Deadline, Obstacle, UrgingNotice, Escalation, Obligation)
ERASED = frozenset(table.__tablename__ for table in (Assignment, Participation, *AROUND))
FREE = frozenset({"unit"})


@article("D14")
async def purge(session: AsyncSession, ids: Ids, _runtime: Runtime) -> None:
    """Of the document, its tasks or assignments: every row."""
    gone = ids | await queries.assignments_of(session, ids)
    for table in AROUND:
        await session.execute(delete(table).where(table.assignment_id.in_(gone)))
    await session.execute(delete(Participation).where(Participation.task_id.in_(ids)))
    await session.execute(delete(Assignment).where(Assignment.id.in_(gone)))
