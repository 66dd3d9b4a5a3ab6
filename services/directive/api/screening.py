"""Secret documents stay outside (Đ5, Đ6.2): what every door with free text looks for before anything else."""

from google.protobuf.message import Message
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.directive.v1 import directive_pb2 as pb
from ykcd.directive.v1 import programme_pb2

from kit.errors import Error
from kit.law import article
from kit.rpc import Servicer
from services.directive.model import REFUSED, refuse_secret
from services.directive.service import entry


class ScreenedServicer(Servicer):
    @article("Đ5")
    def screen(self, request: Message) -> None:
        """Đ5: a secret document is refused as such, whatever else is wrong with it."""
        if isinstance(request, pb.CreateDirectiveRequest | pb.UpdateDirectiveRequest):
            entered = request.directive
            refuse_secret(entered.secrecy, [entered.abstract, *(task.content for task in entered.tasks)])
        elif texts := _texts(request):
            refuse_secret(pb.SECRECY_NORMAL, texts)

    async def denied(self, session: AsyncSession, error: Error) -> None:
        """Đ6.2: that a secret document was refused is counted."""
        if error.reason == REFUSED:
            await entry.note_refusal(session)


def _texts(request: Message) -> list[str]:
    """What may hold a document's own words, where no level is stated beside them."""
    match request:
        case pb.AmendDirectiveRequest():
            return [request.abstract, request.reason, *(task.content for task in (*request.tasks, *request.added_tasks))]
        case pb.SupersedeDirectiveRequest() | pb.RevokeDirectiveRequest():
            return [request.reason]
        case programme_pb2.PutProgrammeItemRequest():
            return [request.content]
        case programme_pb2.RecordProgrammeResultRequest():
            return [request.result]
    return []
