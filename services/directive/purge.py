"""D14: what was found to be secret leaves whatever else here speaks of it."""

from sqlalchemy.ext.asyncio import AsyncSession

from kit.events.erasure import Ids
from kit.law import article
from kit.runtime import Runtime
from services.directive.service import purging

ERASED = frozenset({"directive", "directive_change", "participation", "planned_assignment", "programme_item", "task"})
FREE = frozenset({"access", "dissolution", "field", "follower", "secret_refusal", "specialist_rule", "unit"})


@article("D14")
async def purge(session: AsyncSession, ids: Ids, runtime: Runtime) -> None:
    """The document itself went in the request that asked for it, unless this database was restored from before."""
    await purging.follow(session, ids, backup_retention=runtime.settings.backup_retention)  # type: ignore[attr-defined]
