"""Secret words are refused at the unit's doors too, before they are stored anywhere (Đ5, Đ6.2)."""

import io
import zipfile
from uuid import uuid4

import pytest
from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.assignment.v1 import inquiry_pb2, inquiry_pb2_grpc
from ykcd.event.v1.envelope_pb2 import AccessDenied

from kit.testing.stack import Stack
from services.assignment.tests import factories as make
from services.assignment.tests.factories import LEADER, ask

CANARY = "chimhoangyen"
pytestmark = pytest.mark.article("Đ5", "Đ6.2", "§6.11")


@pytest.fixture
async def accepted(stack: Stack, stub) -> str:
    id = await make.sent(stack)
    await stack.call(stub.AcceptAssignment, ask(pb.AcceptAssignmentRequest, id), LEADER)
    return id


def docx(*paragraphs: str) -> bytes:
    """As an office writes it: words in runs, runs in paragraphs."""
    held = io.BytesIO()
    body = "".join(
        f'<w:p><w:r><w:t xml:space="preserve">{text[:2]}</w:t></w:r><w:r><w:t>{text[2:]}</w:t></w:r></w:p>' for text in paragraphs
    )
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "x")
        package.writestr("word/document.xml", f"<w:document><w:body>{body}</w:body></w:document>")
    return held.getvalue()


FILES = [("Kế hoạch.txt", f"TỐI MẬT\n{CANARY}\n".encode()), ("Kế hoạch.docx", docx("UBND TỈNH", "TUYỆT MẬT", CANARY))]


@pytest.mark.parametrize(("name", "data"), FILES, ids=["text", "docx"])
async def test_a_file_that_bears_a_stamp_is_refused_and_stored_nowhere(stack: Stack, stub, accepted, folder, name, data) -> None:
    error = await stack.refused(stub.UploadEvidence, make.messages(make.header(accepted, data, file_name=name), data), LEADER)
    assert error.reason == "SECRET_DOCUMENT_REFUSED"
    assert await stack.tables_holding(CANARY) == set()
    assert not folder.exists() or not any(path.is_file() for path in folder.rglob("*"))
    ((envelope, denied),) = await stack.events(AccessDenied)
    assert (denied.reason, envelope.actor.person_id) == ("SECRET_DOCUMENT_REFUSED", str(LEADER.id))


@pytest.mark.parametrize("data", [b"B\xe1\xba\xa3o m\xe1\xba\xadt", "Độ mật: MẬT ĐỘ\nmật\n".encode()], ids=["a sentence", "small letters"])
async def test_a_word_in_a_sentence_is_no_stamp(stack: Stack, stub, accepted, data: bytes) -> None:
    file = await stack.call(stub.UploadEvidence, make.messages(make.header(accepted, data, file_name="a.txt"), data), LEADER)
    assert file.size == len(data)


async def test_what_a_unit_writes_is_looked_at_too(stack: Stack, stub, accepted) -> None:
    report = ask(pb.ReportProgressRequest, accepted, 2, content=f"Kính gửi\nMẬT\n{CANARY}")
    question = inquiry_pb2.OpenInquiryRequest(request_id=str(uuid4()), kind=2, subject=CANARY, body="MẬT", assignment_id=accepted)
    inquiries = inquiry_pb2_grpc.InquiryServiceStub(stack.channel)
    for method, request in ((stub.ReportProgress, report), (inquiries.OpenInquiry, question)):
        error = await stack.refused(method, request, LEADER)
        assert (error.reason, CANARY in str(error.error.to_status())) == ("SECRET_DOCUMENT_REFUSED", False)
    assert await stack.tables_holding(CANARY) == set()
