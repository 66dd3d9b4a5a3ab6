"""D14: what was found to be secret leaves snapshots, clocks, notices, escalations and obligations."""

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from kit.events.erasure import Ids
from kit.law import article
from kit.runtime import Runtime
from services.deadline.model import AssignmentCopy, Deadline, Escalation, Obligation, UrgingNotice
from services.deadline.queries import clocks

# In the order in which `clocks.follow` and the scheduler lock them; the copy, to which the others refer, goes last.
AROUND = (Deadline, UrgingNotice, Escalation, Obligation, AssignmentCopy)
ERASED = frozenset(table.__tablename__ for table in AROUND)
FREE = frozenset({"calendar_release", "schedule_watermark", "unit", "urging_number"})


@article("D14")
async def purge(session: AsyncSession, ids: Ids, _runtime: Runtime) -> None:
    """The numbers of its notices are never given again: the register has gaps, which the refusal's record explains."""
    gone = ids | await clocks.copies_of(session, ids)
    for table in AROUND:
        await session.execute(delete(table).where(table.assignment_id.in_(gone)))
