"""Files: what is taken, what is refused, and that nothing is left of what was cut off."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import grpc
import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs
from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.assignment.v1 import event_pb2

from kit.errors import from_rpc
from kit.testing.stack import Refused, Stack
from services.assignment import sweeper
from services.assignment.filetypes import clean_name
from services.assignment.records import Evidence, Upload
from services.assignment.tests import factories as make
from services.assignment.tests.factories import AN, CLERK, EVALUATOR, FOCAL, LEADER, OPERATOR, PDF, SYT_LEADER, ask, messages

MB = 1 << 20


@pytest.fixture
async def accepted(stack: Stack, stub) -> str:
    """An accepted assignment that must be reported with a document, with Sở Y tế beside."""
    id = await make.sent(stack, make.part(), make.part(make.SYT, "COORDINATING"), must_report=True)
    await stack.call(stub.AcceptAssignment, ask(pb.AcceptAssignmentRequest, id), LEADER)
    return id


async def upload(stack: Stack, stub, head: pb.EvidenceHeader, data: bytes = PDF, person=LEADER) -> pb.Evidence:
    return await stack.call(stub.UploadEvidence, messages(head, data), person)


async def upload_refused(stack: Stack, stub, head: pb.EvidenceHeader, data: bytes = PDF, person=LEADER) -> Refused:
    with pytest.raises(Refused) as caught:
        await upload(stack, stub, head, data, person)
    return caught.value


async def download(stub, assignment_id: str, evidence_id: str, person) -> tuple[pb.Evidence, bytes]:
    request = pb.DownloadEvidenceRequest(assignment_id=assignment_id, evidence_id=evidence_id)
    call = stub.DownloadEvidence(request, metadata=person.metadata if person else [])
    try:
        parts = [part async for part in call]
    except grpc.RpcError as error:
        raise Refused(from_rpc(error), error.code()) from None
    return parts[0].header, b"".join(part.chunk for part in parts[1:])


async def download_refused(stub, assignment_id: str, evidence_id: str, person) -> Refused:
    with pytest.raises(Refused) as caught:
        await download(stub, assignment_id, evidence_id, person)
    return caught.value


async def rows(stack: Stack) -> tuple[int, int]:
    """Files that are seen, uploads on their way."""
    async with stack.session() as session:
        counts = [await session.scalar(select(func.count()).select_from(table)) for table in (Evidence, Upload)]
    return counts[0] or 0, counts[1] or 0


def stored(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.article("Đ4.1", "Đ7.2.c.1")
async def test_a_result_with_its_document_reaches_the_office(stack: Stack, stub, accepted: str) -> None:
    """Đ4, Đ7.2.c: number, date and file."""
    bare = make.done(accepted)
    with pytest.raises(Refused) as caught:
        await stack.call(stub.ReportDone, bare, LEADER)
    assert caught.value.fields == ["document.number", "document.issue_date", "evidence_ids"]
    data = PDF + b"x" * (2 * MB + 7)
    file = await upload(stack, stub, make.header(accepted, data), data, FOCAL)
    assert (file.size, file.sha256, file.content_type) == (len(data), hashlib.sha256(data).hexdigest(), "application/pdf")
    assert (file.file_name, file.uploaded_by_name) == ("Báo cáo.pdf", FOCAL.name)
    assert (await download_refused(stub, accepted, file.id, AN)).reason == "NOT_FOUND"
    document = pb.ResultDocument(number="812/STNMT-QLĐĐ", issue_date=make.day(2025, 4, 23))
    reported = await stack.call(stub.ReportDone, make.done(accepted, document=document, evidence_ids=[file.id]), LEADER)
    assert list(reported.reports[0].evidence) == [file]
    assert reported.reports[0].document == document
    for person in (AN, CLERK, LEADER):
        assert await download(stub, accepted, file.id, person) == (file, data)
    opened = await stack.events(event_pb2.EvidenceDownloaded)
    assert [(envelope.actor.person_id, told.file_name) for envelope, told in opened] == [
        (str(person.id), file.file_name) for person in (AN, CLERK, LEADER)
    ]


async def test_a_file_named_again_after_a_send_back_serves_again(stack: Stack, stub, accepted: str) -> None:
    file = await upload(stack, stub, make.header(accepted))
    more = {"document": pb.ResultDocument(number="1", issue_date=make.day(2025, 4, 23)), "evidence_ids": [file.id]}
    first = await stack.call(stub.ReportDone, make.done(accepted, **more), LEADER)
    back = await stack.call(stub.SendBackAssignment, ask(pb.SendBackAssignmentRequest, accepted, first.version, reason="Sai số"), AN)
    again = await stack.call(stub.ReportDone, make.done(accepted, back.version, **more), LEADER)
    assert [[item.id for item in report.evidence] for report in again.reports] == [[file.id], [file.id]]


async def test_another_assignments_file_is_no_evidence(stack: Stack, stub, accepted: str) -> None:
    other = await make.sent(stack, must_report=True)
    await stack.call(stub.AcceptAssignment, ask(pb.AcceptAssignmentRequest, other), LEADER)
    file = await upload(stack, stub, make.header(other))
    document = pb.ResultDocument(number="1", issue_date=make.day(2025, 4, 23))
    with pytest.raises(Refused) as caught:
        await stack.call(stub.ReportDone, make.done(accepted, document=document, evidence_ids=[file.id]), LEADER)
    assert (caught.value.reason, caught.value.fields) == ("INVALID_FIELDS", ["evidence_ids[0]"])


@pytest.mark.parametrize(
    ("person", "reason"),
    [(None, "TOKEN_MISSING"), (EVALUATOR, "ROLE_REQUIRED"), (OPERATOR, "ROLE_REQUIRED"), (AN, "ROLE_REQUIRED"), (SYT_LEADER, "OTHER_UNIT")],
    ids=["stranger", "evaluator", "operator", "specialist", "co-unit"],
)
async def test_only_the_units_people_hand_in_files(stack: Stack, stub, accepted: str, folder: Path, person, reason: str) -> None:
    assert (await upload_refused(stack, stub, make.header(accepted), person=person)).reason == reason
    assert (await rows(stack), stored(folder)) == ((0, 0), [])


async def test_another_unit_finds_no_assignment_and_no_file(stack: Stack, stub) -> None:
    """Example 29."""
    id = await make.sent(stack)
    await stack.call(stub.AcceptAssignment, ask(pb.AcceptAssignmentRequest, id), LEADER)
    foreign = await upload_refused(stack, stub, make.header(id), person=SYT_LEADER)
    missing = await upload_refused(stack, stub, make.header(str(uuid4())), person=SYT_LEADER)
    assert foreign.reason == "NOT_FOUND"
    assert str(foreign.error.to_status()) == str(missing.error.to_status())


@pytest.mark.article("D13")
@pytest.mark.parametrize("person", [SYT_LEADER, EVALUATOR, OPERATOR], ids=["co-unit", "evaluator", "operator"])
async def test_a_foreign_file_looks_like_a_missing_one(stack: Stack, stub, accepted: str, person) -> None:
    """Example 29: the evaluator opens no attachment."""
    file = await upload(stack, stub, make.header(accepted))
    foreign = await download_refused(stub, accepted, file.id, person)
    missing = await download_refused(stub, accepted, str(uuid4()), person)
    assert (foreign.code, foreign.reason) == (grpc.StatusCode.NOT_FOUND, "NOT_FOUND")
    assert str(foreign.error.to_status()) == str(missing.error.to_status())
    assert (await download_refused(stub, accepted, file.id, None)).reason == "TOKEN_MISSING"
    assert not await stack.events(event_pb2.EvidenceDownloaded)


async def test_before_acceptance_and_after_the_report_no_file_is_taken(stack: Stack, stub) -> None:
    id = await make.sent(stack)
    assert (await upload_refused(stack, stub, make.header(id))).reason == "WRONG_STATE"


async def test_the_same_upload_twice_is_one_file(stack: Stack, stub, accepted: str, folder: Path) -> None:
    head = make.header(accepted)
    first, second = [await upload(stack, stub, head) for _ in range(2)]
    assert first == second
    assert (await rows(stack), len(stored(folder))) == ((1, 0), 1)
    assert len(await stack.events(event_pb2.EvidenceUploaded)) == 1
    other = make.header(accepted, PDF + b"y", request_id=head.request_id)
    assert (await upload_refused(stack, stub, other, PDF + b"y")).reason == "REQUEST_ID_REUSED"


async def test_twins_in_flight_are_one_file_and_the_spare_copy_is_swept(stack: Stack, stub, accepted: str, folder: Path, clock) -> None:
    head = make.header(accepted)
    first, second = await asyncio.gather(upload(stack, stub, head), upload(stack, stub, head))
    assert first == second
    assert (await rows(stack))[0] == 1
    clock.advance(hours=2)
    await sweeper.sweep(stack.runtime)
    assert (await rows(stack), [path.name for path in stored(folder)]) == ((1, 0), [first.id])


@pytest.mark.parametrize(
    ("change", "data", "field"),
    [
        ({"sha256": "0" * 64}, PDF, "header.sha256"),
        ({"size": len(PDF) - 1}, PDF, "header.size"),
        ({"size": len(PDF) + 1}, PDF, "header.size"),
        ({"size": 50 * MB + 1}, PDF, "header.size"),
        ({"sha256": "xyz"}, PDF, "header.sha256"),
        ({"file_name": ""}, PDF, "header.file_name"),
        ({"file_name": "a\0.pdf"}, PDF, "header.file_name"),
    ],
    ids=["checksum", "more than said", "less than said", "too big", "no checksum", "no name", "NUL"],
)
async def test_a_file_that_isnt_as_declared_leaves_nothing(
    stack: Stack, stub, accepted: str, folder: Path, change: dict, data: bytes, field: str
) -> None:
    error = await upload_refused(stack, stub, make.header(accepted, data, **change), data)
    assert (error.code, error.fields[0]) == (grpc.StatusCode.INVALID_ARGUMENT, field)
    assert (await rows(stack), stored(folder)) == ((0, 0), [])


OLE = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600
DOCX = make.office_file("[Content_Types].xml", "word/document.xml")
GOOD = {
    "a.pdf": PDF,
    "a.PNG": b"\x89PNG\r\n\x1a\n" + b"\0" * 40,
    "a.jpg": b"\xff\xd8\xff\xe0\0\x10JFIF\0\1" + b"\0" * 40,
    "a.jpeg": b"\xff\xd8\xff\xe1\0\x10Exif\0\0" + b"\0" * 40,
    "a.docx": DOCX,
    "a.xlsx": make.office_file("[Content_Types].xml", "xl/workbook.xml"),
    "a.doc": OLE + "WordDocument".encode("utf-16-le") + b"\0" * 40,
    "a.xls": OLE + "Workbook".encode("utf-16-le") + b"\0" * 40,
    "a.txt": "Kết quả thực hiện nhiệm vụ\r\n".encode(),
}
BAD = {
    "exe.pdf": b"MZ\x90\0" + b"\0" * 200,
    "elf.txt": b"\x7fELF" + b"\0" * 200,
    "html.txt": b"<html><script>alert(1)</script>",
    "script.txt": b"#!/bin/sh\nrm -rf /\n",
    "latin.txt": b"K\xe9t qu\xe1",
    "svg.png": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "pdf.png": PDF,
    "late.pdf": b"GIF89a" + PDF,
    "installer.doc": OLE + "MsiTable".encode("utf-16-le"),
    "sheet.doc": GOOD["a.xls"],
    "zip.docx": make.office_file("a.exe"),
    "sheet.docx": GOOD["a.xlsx"],
    "macro.docx": make.office_file("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
    "tail.docx": DOCX + b"MZ\x90\0",
    "head.docx": b"MZ\x90\0" + DOCX,
    "cut.docx": DOCX[:-30],
    "short.docx": b"PK\x03\x04",
}


@pytest.mark.parametrize("name", GOOD)
async def test_documents_and_pictures_are_taken(stack: Stack, stub, accepted: str, name: str) -> None:
    file = await upload(stack, stub, make.header(accepted, GOOD[name], file_name=name), GOOD[name])
    assert (await download(stub, accepted, file.id, LEADER))[1] == GOOD[name]


@pytest.mark.parametrize("name", BAD)
async def test_what_isnt_what_its_name_says_is_refused(stack: Stack, stub, accepted: str, folder: Path, name: str) -> None:
    error = await upload_refused(stack, stub, make.header(accepted, BAD[name], file_name=name), BAD[name])
    assert (error.reason, error.fields) == ("FILE_TYPE_MISMATCH", ["chunk"])
    assert (await rows(stack), stored(folder)) == ((0, 0), [])


@pytest.mark.parametrize("name", ["a.svg", "a.html", "a.exe", "a.zip", "a.docm", "a", "pdf", "a.pdf.exe"])
async def test_other_types_are_refused_by_name(stack: Stack, stub, accepted: str, name: str) -> None:
    error = await upload_refused(stack, stub, make.header(accepted, file_name=name))
    assert (error.reason, error.fields) == ("FILE_TYPE_REFUSED", ["header.file_name"])


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/Báo cáo.pdf", "Báo cáo.pdf"),
        ("C:\\Users\\An\\kết  quả.PDF", "kết quả.pdf"),
        ("fdp.\u202eexe.pdf", "fdp.exe.pdf"),
        ("\u200b..pdf", "tệp.pdf"),
        ("a" * 240 + ".docx", "a" * 150 + ".docx"),
        ("Ba\u0301o ca\u0301o.pdf", "Báo cáo.pdf"),
    ],
)
def test_a_name_is_for_display_only(given: str, shown: str) -> None:
    assert clean_name(given) == shown


async def test_bytes_without_a_header_and_two_headers_are_refused(stack: Stack, stub, accepted: str) -> None:
    head = make.header(accepted)
    for sent, field in (
        ([pb.UploadEvidenceRequest(chunk=PDF)], "header"),
        ([pb.UploadEvidenceRequest(header=head)] * 2, "chunk"),
        ([], "header"),
    ):
        with pytest.raises(Refused) as caught:
            await stack.call(stub.UploadEvidence, iter(sent), LEADER)
        assert caught.value.fields == [field]


async def test_an_upload_that_is_cut_off_leaves_nothing(stack: Stack, stub, accepted: str, folder: Path) -> None:
    head = make.header(accepted)
    cut = asyncio.Event()

    async def half() -> AsyncIterator[pb.UploadEvidenceRequest]:
        yield pb.UploadEvidenceRequest(header=head)
        yield pb.UploadEvidenceRequest(chunk=PDF[:10])
        await cut.wait()

    with pytest.raises(grpc.RpcError) as caught:
        await stub.UploadEvidence(half(), metadata=LEADER.metadata, timeout=1)
    assert caught.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    cut.set()
    assert (await rows(stack), stored(folder)) == ((0, 0), [])
    # The same request, whole this time.
    await upload(stack, stub, head)
    assert (await rows(stack), len(stored(folder))) == ((1, 0), 1)


async def test_what_was_cut_off_on_its_way_into_the_store_is_swept(stack: Stack, stub, accepted: str, folder: Path, clock) -> None:
    kept = await upload(stack, stub, make.header(accepted))
    lost = uuid4()
    (folder / "evidence" / str(lost)).write_bytes(b"half")
    async with stack.session() as session:
        for id in (lost, uuid4()):
            session.add(Upload(id=id, person_id=LEADER.id, create_time=clock()))
    assert await sweeper.sweep(stack.runtime) == 0
    clock.advance(hours=2)
    assert await sweeper.sweep(stack.runtime) == 2
    assert (await rows(stack), [path.name for path in stored(folder)]) == ((1, 0), [kept.id])


async def test_a_file_that_the_store_has_lost_is_said_so(stack: Stack, stub, accepted: str, folder: Path) -> None:
    lost, kept = [await upload(stack, stub, make.header(accepted)) for _ in range(2)]
    (folder / "evidence" / lost.id).unlink()
    with capture_logs() as logs:
        error = await download_refused(stub, accepted, lost.id, LEADER)
    assert (error.code, error.reason, error.error.retry_seconds) == (grpc.StatusCode.FAILED_PRECONDITION, "EVIDENCE_FILE_MISSING", None)
    assert [(entry["log_level"], entry["evidence"]) for entry in logs if entry["event"] == "evidence_file_missing"] == [("error", lost.id)]
    assert await download(stub, accepted, kept.id, LEADER) == (kept, PDF)


async def test_a_store_that_is_away_is_said_so(stack: Stack, stub, accepted: str, folder: Path) -> None:
    file = await upload(stack, stub, make.header(accepted))
    (folder / "evidence").rename(folder / "elsewhere")
    (folder / "evidence").touch()
    error = await download_refused(stub, accepted, file.id, LEADER)
    assert (error.code, error.reason, error.error.metadata) == (
        grpc.StatusCode.UNAVAILABLE,
        "DEPENDENCY_UNAVAILABLE",
        {"dependency": "files"},
    )
