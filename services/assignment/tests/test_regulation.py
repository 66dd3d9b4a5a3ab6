"""Đ11.2: each unit's own regulation, with its file; which units have none."""

import asyncio
import hashlib
import os
from pathlib import Path
from uuid import UUID, uuid4

import grpc
import pytest
from sqlalchemy import func, select
from ykcd.assignment.v1 import event_pb2, inquiry_pb2_grpc
from ykcd.assignment.v1 import inquiry_pb2 as pb

from kit.testing.stack import Stack
from services.assignment import sweeper
from services.assignment.__main__ import app
from services.assignment.records import Upload
from services.assignment.tests import beside
from services.assignment.tests import factories as make
from services.assignment.tests.beside import ADMINISTRATOR, CHAIRMAN, SNV_LEADER, denied, forbidden, rows_seen
from services.assignment.tests.factories import AN, CLERK, EVALUATOR, FOCAL, LEADER, OFFICE_LEADER, OFFICER, OPERATOR, PDF, SYT_LEADER, day


@pytest.fixture
def stub(stack: Stack) -> inquiry_pb2_grpc.InquiryServiceStub:
    return inquiry_pb2_grpc.InquiryServiceStub(stack.channel)


def regulation(file: bytes = PDF, **more: object) -> pb.PutUnitRegulationRequest:
    """Of Monday 21/04/2025."""
    values = {"number": "77/QĐ-STNMT", "issue_date": day(2025, 4, 21), "title": "Quy chế nội bộ", "file_name": "Quy chế.pdf", **more}
    return pb.PutUnitRegulationRequest(request_id=str(uuid4()), file=file, **values)


def all_requests(id: str) -> dict[str, object]:
    return {
        "PutUnitRegulation": regulation(),
        "GetUnitRegulationFile": pb.GetUnitRegulationFileRequest(id=id),
        "ListUnitRegulations": pb.ListUnitRegulationsRequest(),
    }


async def uploads(stack: Stack) -> int:
    async with stack.session() as session:
        return await session.scalar(select(func.count()).select_from(Upload)) or 0


def stored(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("name", all_requests(""))
async def test_a_stranger_is_refused(stack: Stack, stub, name: str) -> None:
    await denied(stack, getattr(stub, name), all_requests(str(uuid4()))[name], None, "TOKEN_MISSING")


@pytest.mark.article("Đ11.2")
async def test_a_regulation_comes_into_force_with_its_file(stack: Stack, stub, folder: Path) -> None:
    made = await stack.call(stub.PutUnitRegulation, regulation(), FOCAL)
    assert (made.unit_id, made.number, made.issue_date, made.title) == (str(make.STNMT), "77/QĐ-STNMT", day(2025, 4, 21), "Quy chế nội bộ")
    assert (made.file_name, made.sha256) == ("Quy chế.pdf", hashlib.sha256(PDF).hexdigest())
    assert not made.HasField("replace_time")
    ((envelope, told),) = await stack.events(event_pb2.UnitRegulationChanged)
    assert (envelope.aggregate_id, envelope.aggregate_version, told.unit_regulation) == (made.id, 1, made)
    for person in (OFFICER, LEADER, AN, CHAIRMAN, CLERK):
        file = await stack.call(stub.GetUnitRegulationFile, pb.GetUnitRegulationFileRequest(id=made.id), person)
        assert (file.file_name, file.content_type, file.file) == ("Quy chế.pdf", "application/pdf", PDF)
    assert (len(stored(folder)), await uploads(stack)) == (1, 0)


@pytest.mark.article("Đ11.2")
async def test_the_one_replaced_stays_as_a_record_with_its_file(stack: Stack, stub, clock) -> None:
    first = await stack.call(stub.PutUnitRegulation, regulation(), LEADER)
    clock.advance(days=1)
    newer = PDF + b"% 2\n"
    second = await stack.call(stub.PutUnitRegulation, regulation(newer, number="90/QĐ-STNMT"), LEADER)
    listed = (await stack.call(stub.ListUnitRegulations, pb.ListUnitRegulationsRequest(), OFFICER)).unit_regulations
    assert [(item.id, item.HasField("replace_time")) for item in listed] == [(second.id, False), (first.id, True)]
    assert listed[1].replace_time == second.create_time
    assert (await stack.call(stub.GetUnitRegulationFile, pb.GetUnitRegulationFileRequest(id=first.id), AN)).file == PDF
    assert (await stack.call(stub.GetUnitRegulationFile, pb.GetUnitRegulationFileRequest(id=second.id), AN)).file == newer
    told = await stack.events(event_pb2.UnitRegulationChanged)
    assert [(e.aggregate_id, e.aggregate_version) for e, _ in told] == [(first.id, 1), (first.id, 2), (second.id, 1)]
    assert told[1][1].unit_regulation == listed[1]


@pytest.mark.article("Đ11.2")
async def test_the_office_sees_which_units_have_none(stack: Stack, stub) -> None:
    """Units of today alone; the Office itself needs none."""

    async def listed(person) -> tuple[set[str], list[str]]:
        answer = await stack.call(stub.ListUnitRegulations, pb.ListUnitRegulationsRequest(), person)
        return {item.unit_id for item in answer.unit_regulations}, sorted(answer.missing_unit_ids)

    must = [make.STNMT, make.SYT, make.SNV, make.PHU_LOC]
    assert await listed(AN) == (set(), sorted(map(str, must)))
    for person in (LEADER, SYT_LEADER):
        await stack.call(stub.PutUnitRegulation, regulation(), person)
    both = {str(make.STNMT), str(make.SYT)}
    for person in (AN, OFFICE_LEADER, CHAIRMAN, CLERK):
        assert await listed(person) == (both, sorted(map(str, (make.SNV, make.PHU_LOC))))
    assert await listed(SYT_LEADER) == ({str(make.SYT)}, [])
    for person in (SNV_LEADER, EVALUATOR, OPERATOR, ADMINISTRATOR):
        assert await listed(person) == (set(), [])


@pytest.mark.article("Đ11.2", "D13")
async def test_who_speaks_for_a_unit_puts_it_and_others_dont_see_it(stack: Stack, stub) -> None:
    for person in (OFFICER, AN, OFFICE_LEADER, CHAIRMAN, CLERK, EVALUATOR, OPERATOR, ADMINISTRATOR):
        await denied(stack, stub.PutUnitRegulation, regulation(), person, "ROLE_REQUIRED")
    made = await stack.call(stub.PutUnitRegulation, regulation(), LEADER)
    for person in (SYT_LEADER, EVALUATOR, OPERATOR, ADMINISTRATOR):
        await denied(stack, stub.GetUnitRegulationFile, pb.GetUnitRegulationFileRequest(id=made.id), person, "NOT_FOUND")


@pytest.mark.parametrize(
    ("request_", "fields"),
    [
        (regulation(number=" "), ["number"]),
        (regulation(title=""), ["title"]),
        (regulation(issue_date=day(2025, 4, 25)), ["issue_date"]),
        (regulation(issue_date=day(2025, 2, 30)), ["issue_date"]),
        (regulation(file_name="quyche.exe"), ["file_name"]),
        (regulation(file_name="quyche.docx"), ["file"]),
        (regulation(b"MZ\x90\x00" + bytes(60)), ["file"]),
        (regulation(PDF + bytes(3 * 1024 * 1024)), ["file"]),
        (regulation(b""), ["file"]),
    ],
    ids=["number", "title", "future", "no day", "no document", "not what its name says", "a program", "too large", "empty"],
)
async def test_wrong_fields_are_named_and_nothing_is_stored(stack: Stack, stub, folder: Path, request_, fields: list[str]) -> None:
    error = await stack.refused(stub.PutUnitRegulation, request_, LEADER)
    assert (error.code, error.fields) == (grpc.StatusCode.INVALID_ARGUMENT, fields)
    assert (stored(folder), await uploads(stack)) == ([], 0)


async def test_a_repeated_request_has_one_effect(stack: Stack, stub, folder: Path) -> None:
    request = regulation()
    first, second = [await stack.call(stub.PutUnitRegulation, request, LEADER) for _ in range(2)]
    assert first == second
    assert (len(stored(folder)), len(await stack.events(event_pb2.UnitRegulationChanged))) == (1, 1)


async def test_lists_are_paged(stack: Stack, stub, clock) -> None:
    made = []
    for _ in range(3):
        made.append((await stack.call(stub.PutUnitRegulation, regulation(), LEADER)).id)
        clock.advance(seconds=1)
    first = await stack.call(stub.ListUnitRegulations, pb.ListUnitRegulationsRequest(page_size=2), AN)
    again = pb.ListUnitRegulationsRequest(page_size=2, page_token=first.next_page_token)
    second = await stack.call(stub.ListUnitRegulations, again, AN)
    assert [item.id for item in (*first.unit_regulations, *second.unit_regulations)] == made[::-1]
    assert not second.next_page_token
    assert (await stack.refused(stub.ListUnitRegulations, again, LEADER)).reason == "PAGE_TOKEN_INVALID"


async def test_without_the_store_nothing_comes_into_force(serve, tmp_path: Path) -> None:
    """A file stands where the store would have its folder; what was noted of each try is there for the sweeper."""
    (tmp_path / "evidence").write_text("")
    stack = await beside.fill(await serve(app, files_url=f"file://{tmp_path}"))
    stub = inquiry_pb2_grpc.InquiryServiceStub(stack.channel)
    error = await stack.refused(stub.PutUnitRegulation, regulation(), LEADER)
    assert (error.code, error.error.metadata) == (grpc.StatusCode.UNAVAILABLE, {"dependency": "files"})
    assert not (await stack.call(stub.ListUnitRegulations, pb.ListUnitRegulationsRequest(), LEADER)).unit_regulations
    assert await uploads(stack)


async def test_of_two_at_the_same_moment_one_is_in_force(stack: Stack, stub) -> None:
    answers = await asyncio.gather(
        *(stack.call(stub.PutUnitRegulation, regulation(), person) for person in (LEADER, FOCAL)), return_exceptions=True
    )
    refused = [answer for answer in answers if isinstance(answer, Exception)]
    assert [error.reason for error in refused] in ([], ["STALE_VERSION"])
    listed = (await stack.call(stub.ListUnitRegulations, pb.ListUnitRegulationsRequest(), LEADER)).unit_regulations
    assert (len(listed), [item.HasField("replace_time") for item in listed].count(False)) == (2 - len(refused), 1)


async def test_a_file_whose_row_was_never_written_is_swept(stack: Stack, stub, folder: Path, clock) -> None:
    """As after a crash between the store and the row."""
    kept = await stack.call(stub.PutUnitRegulation, regulation(), LEADER)
    lost = uuid4()
    (folder / "evidence" / str(lost)).write_bytes(PDF)
    async with stack.session() as session:
        session.add(Upload(id=lost, person_id=LEADER.id, create_time=clock()))
    clock.advance(hours=2)
    assert await sweeper.sweep(stack.runtime) == 1
    assert [UUID(path.name) for path in stored(folder)] == [UUID(kept.id)]


@pytest.mark.article("Đ11.2")
async def test_a_file_that_the_store_has_lost_is_said_to_be_lost(stack: Stack, stub, folder: Path) -> None:
    made = await stack.call(stub.PutUnitRegulation, regulation(), LEADER)
    os.unlink(folder / "evidence" / made.id)
    error = await stack.refused(stub.GetUnitRegulationFile, pb.GetUnitRegulationFileRequest(id=made.id), LEADER)
    assert (error.code, error.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "EVIDENCE_FILE_MISSING")


@pytest.mark.article("D13")
async def test_the_database_alone_gives_each_his_own(stack: Stack, stub) -> None:
    await stack.call(stub.PutUnitRegulation, regulation(), LEADER)
    for person, count in ((AN, 1), (OFFICER, 1), (SYT_LEADER, 0), (EVALUATOR, 0), (ADMINISTRATOR, 0)):
        assert (person.name, await rows_seen(stack, person, "unit_regulation")) == (person.name, [count])
    for person, statement in ((LEADER, "DELETE FROM unit_regulation"), (AN, "UPDATE unit_regulation SET replace_time = now()")):
        await forbidden(stack, person, statement, r"row-level security|permission denied")
