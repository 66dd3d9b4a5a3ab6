"""D14: what was found to be secret leaves the projections."""

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from kit.events.erasure import Ids
from kit.law import article
from kit.runtime import Runtime
from services.reporting import queries, tally
from services.reporting.history import MATTERS, assignment_told, calendar_told, deadline_told, member_told, task_told, unit_told
from services.reporting.model import Assignment, Participation
from services.reporting.periodic import purge as periodic

AROUND = (deadline_told, *MATTERS)
ERASED = (
    periodic.ERASED
    | {Assignment.__tablename__, Participation.__tablename__}
    | {table.name for table in (assignment_told, task_told, *AROUND)}
)
_UNITS = (unit_told, member_told, calendar_told)
# Counts hold nothing of what was counted.
FREE = periodic.FREE | {
    "unit",
    "tally",
    "tally_due",
    "form_choice",
    "form_template",
    "evaluation_formula",
    *(table.name for table in _UNITS),
}


@article("D14")
async def purge(session: AsyncSession, ids: Ids, _runtime: Runtime) -> None:
    """Of the document, its tasks or assignments: every row of every version."""
    gone = ids | await queries.assignments_of(session, ids)
    await tally.mark(session, gone)
    await periodic.purge(session, gone)
    for table in AROUND:
        await session.execute(delete(table).where(table.c.assignment_id.in_(gone)))
    await session.execute(delete(assignment_told).where(assignment_told.c.id.in_(gone)))
    await session.execute(delete(task_told).where(task_told.c.task_id.in_(ids) | task_told.c.directive_id.in_(ids)))
    await session.execute(delete(Participation).where(Participation.task_id.in_(ids)))
    await session.execute(delete(Assignment).where(Assignment.id.in_(gone)))
