"""D14: what was found to be secret leaves the log, whose hashes hold without it."""

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from kit.events.erasure import Ids
from kit.law import article
from kit.runtime import Runtime
from services.audit import queries
from services.audit.model import EntryContent

ERASED = frozenset({"entry_content"})
FREE = frozenset({"entry", "head"})


@article("D14")
async def purge(session: AsyncSession, ids: Ids, _runtime: Runtime) -> None:
    """That something happened, when and by whom stays; what it was goes, and with it the salts, so that nobody can guess it either."""
    gone = await queries.contents_naming(session, ids)
    await session.execute(delete(EntryContent).where(EntryContent.sequence.in_(gone)))
