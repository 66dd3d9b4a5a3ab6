"""How a document is told."""

from google.protobuf.message import Message
from sqlalchemy.ext.asyncio import AsyncSession

from kit.events import emit
from kit.law import article
from services.directive.convert.documents import directive_to_proto
from services.directive.model import ENDED, Directive

# What its end adds at most: the ids of 1000 assignments, a reason and a document. However large it has become, it can be ended.
ROOM_TO_END = 64 * 1024


@article("Đ2.7")
async def tell(session: AsyncSession, document: Directive, event: type[Message]) -> None:
    """The whole of it as it stands."""
    await session.flush()
    told = event(directive=directive_to_proto(document))  # pyright: ignore[reportCallIssue]
    await emit(session, document.id, document.version, told, room=0 if document.state in ENDED else ROOM_TO_END)
