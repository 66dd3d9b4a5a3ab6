"""D14: what was found to be secret leaves inboxes, and the mails that weren't sent."""

from sqlalchemy import delete, or_
from sqlalchemy.ext.asyncio import AsyncSession

from kit.events.erasure import Ids
from kit.law import article
from kit.runtime import Runtime
from services.notification.model import AssignmentCopy, Notification

ERASED = frozenset({"assignment_copy", "notification"})
FREE = frozenset({"mail_pace"})


@article("D14")
async def purge(session: AsyncSession, ids: Ids, _runtime: Runtime) -> None:
    """A mail is made from these rows when it is sent. What people have received is theirs, and out of reach."""
    about = or_(Notification.assignment_id.in_(ids), Notification.subject_id.in_(ids))
    await session.execute(delete(Notification).where(about))
    await session.execute(delete(AssignmentCopy).where(AssignmentCopy.id.in_(ids)))
