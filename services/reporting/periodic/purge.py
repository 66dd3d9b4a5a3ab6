"""D14: what was found to be secret leaves periodic reports."""

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from kit.events.erasure import Ids
from kit.law import article
from services.reporting.periodic import service
from services.reporting.periodic.model import Cited, Report, ReportAct, ReportWatermark

ERASED = frozenset({Cited.__tablename__})
# A report loses what was purged from its snapshot and notes (service.forget), and stands.
FREE = frozenset(table.__tablename__ for table in (Report, ReportAct, ReportWatermark))


@article("D14")
async def purge(session: AsyncSession, ids: Ids) -> None:
    """`ids`: the document, its tasks, and all their assignments with what lies around them."""
    await service.forget(session, ids)
    await session.execute(delete(Cited).where(Cited.around.in_(ids) | Cited.id.in_(ids)))
