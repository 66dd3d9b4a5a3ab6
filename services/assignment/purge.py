"""D14: what was found to be secret leaves the assignments, all that was told, asked and handed in about them, and the file store."""

from collections.abc import Collection
from uuid import UUID

from obstore.exceptions import BaseError
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.assignment.v1.event_pb2 import AssignmentsPurged

from kit import db
from kit.events import Retry, emit
from kit.events.erasure import Ids
from kit.law import article
from kit.runtime import Runtime
from services.assignment import files, queries
from services.assignment.inquiry import queries as inquiries
from services.assignment.inquiry.model import Inquiry
from services.assignment.inspection import service as inspections
from services.assignment.inspection.model import Inspection
from services.assignment.matter import Act
from services.assignment.model import Assignment
from services.assignment.obstacle import queries as obstacles
from services.assignment.obstacle.model import Obstacle
from services.assignment.records import Delegation, Evidence, Extension, Participation, Plan, Report, Transition
from services.assignment.service import follow

MATTERS = (Obstacle, Inquiry, Inspection)
PARTS = (Evidence, Report, Plan, Delegation, Extension, Transition)
ERASED = frozenset(table.__tablename__ for table in (Act, *MATTERS, *PARTS, Participation, Assignment))
FREE = frozenset({"unit", "unit_regulation", "upload"})


@article("D14")
async def purge(session: AsyncSession, ids: Ids, runtime: Runtime) -> None:
    """Tells of what nobody else knows to hang on the document, parts that were handed on among it. The second time nothing is there."""
    await follow.forget_decider(session, ids, now=db.work(session).now)
    documents = await queries.to_purge(session, ids)
    if not documents:
        return
    gone = frozenset(documents)
    matters = await obstacles.around(session, gone) | await inquiries.around(session, gone)
    matters |= await inspections.forget(session, gone | ids)
    evidence = await queries.files_of(session, gone)
    await _remove(evidence, runtime)
    await session.execute(delete(Act).where(Act.matter_id.in_(matters)))
    for table in MATTERS:
        await session.execute(delete(table).where(table.id.in_(matters)))
    for table in PARTS:
        await session.execute(delete(table).where(table.assignment_id.in_(gone)))
    await session.execute(delete(Participation).where(Participation.task_id.in_(ids)))
    await session.execute(delete(Assignment).where(Assignment.id.in_(gone)))
    found = (gone | matters | evidence) - ids
    if found:
        await emit(session, min(documents.values()), 1, AssignmentsPurged(ids=sorted(map(str, found))))


async def _remove(evidence: Collection[UUID], runtime: Runtime) -> None:
    try:
        for id in evidence:
            await files.remove(runtime.settings, id)  # type: ignore[arg-type]
    except (BaseError, OSError) as error:
        # All of it once more when the store is back.
        raise Retry("files") from error
