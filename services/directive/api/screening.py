"""Secret documents stay outside (Đ5, Đ6.2): the level that a document is entered with, before anything else; and the count of refusals."""

from google.protobuf.message import Message
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.directive.v1 import directive_pb2 as pb

from kit.errors import Error
from kit.law import article
from kit.rpc import Servicer
from kit.stamps import REFUSED, texts
from services.directive.model import refuse_secret
from services.directive.service import entry


class ScreenedServicer(Servicer):
    @article("Đ5")
    def screen(self, request: Message) -> None:
        """Đ5: a secret document is refused as such, whatever else is wrong with it. Where no level is stated, kit.rpc looks for a stamp."""
        if isinstance(request, pb.CreateDirectiveRequest | pb.UpdateDirectiveRequest):
            refuse_secret(request.directive.secrecy, texts(request.directive))

    async def denied(self, session: AsyncSession, error: Error) -> None:
        """Đ6.2: that a secret document was refused is counted."""
        if error.reason == REFUSED:
            await entry.note_refusal(session)
