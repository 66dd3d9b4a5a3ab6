"""How a scheduled job begins."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.deadline.model import ScheduleWatermark
from services.deadline.queries import calendars

# One transaction's worth.
BATCH = 200


async def begin(session: AsyncSession, job: str) -> ScheduleWatermark | None:
    """The job's watermark, held until the end of the transaction. None: another replica is at it, or a new calendar is to be put in force
    first, lest something be told that it undoes."""
    if not await calendars.is_in_force(session):
        return None
    return await calendars.watermark(session, job)
