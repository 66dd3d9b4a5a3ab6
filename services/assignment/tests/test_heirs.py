"""D12: who took over from a dissolved unit reads what that had told of the same part, and nobody else does."""

import pytest
from ykcd.assignment.v1 import assignment_pb2 as pb

from kit.testing.stack import Person, Stack
from services.assignment.tests import factories as make
from services.assignment.tests.beside import SNV_LEADER, rows_seen
from services.assignment.tests.elsewhere import dissolved, get, successor, twice
from services.assignment.tests.factories import LEADER, OFFICER, PDF, PHU_LOC_LEADER, SYT_LEADER, ask
from services.assignment.tests.test_evidence import download, download_refused, upload

pytestmark = pytest.mark.article("D12", "D13")


@pytest.fixture
async def left(stack: Stack, stub) -> tuple[str, str, str]:
    """Sở TNMT reported, with a file, and was sent back; it has a draft and another file. Phú Lộc coordinates. Its part and both files."""
    id = await make.sent(stack, make.part(), make.part(make.PHU_LOC, "COORDINATING"))
    await stack.call(stub.AcceptAssignment, ask(pb.AcceptAssignmentRequest, id), LEADER)
    await stack.call(stub.ReportProgress, ask(pb.ReportProgressRequest, id, 2, content="Đang làm."), LEADER)
    told, kept = [(await upload(stack, stub, make.header(id))).id for _ in range(2)]
    await stack.call(stub.ReportDone, make.done(id, 3, evidence_ids=[told]), LEADER)
    await stack.call(stub.SendBackAssignment, ask(pb.SendBackAssignmentRequest, id, 4, reason="Thiếu phụ lục."), make.AN)
    await stack.call(stub.DraftReport, ask(pb.DraftReportRequest, id, 5, content="Dự thảo."), OFFICER)
    return id, told, kept


async def end(stack: Stack, unit, heir) -> None:
    event = dissolved(successor(heir), unit=unit)
    await twice(stack, event, event.dissolution.id)


async def reads_what_was_told(stack: Stack, stub, left: tuple[str, str, str], person: Person) -> None:
    id, told, kept = left
    seen = await get(stack, stub, id, person)
    assert [report.content for report in seen.reports] == ["Đang làm.", "Đã rà soát xong."]
    assert [file.id for report in seen.reports for file in report.evidence] == [told]
    assert not any((seen.history, seen.plan, seen.extensions, seen.HasField("delegation"), seen.allowed_actions))
    assert (await download(stub, id, told, person))[1] == PDF
    assert (await download_refused(stub, id, kept, person)).reason == "NOT_FOUND"
    # Of the old part; beside, its own part's first line of history.
    assert await rows_seen(stack, person, "report", "evidence", "delegation", "transition") == [2, 1, 0, 1]


async def reads_nothing(stack: Stack, stub, left: tuple[str, str, str], person: Person) -> None:
    id, told, _ = left
    assert not (await get(stack, stub, id, person)).reports
    assert (await download_refused(stub, id, told, person)).reason == "NOT_FOUND"
    assert await rows_seen(stack, person, "report", "evidence") == [0, 0]


async def test_a_successor_reads_what_was_handed_in_and_a_co_unit_doesnt(stack: Stack, stub, left) -> None:
    await end(stack, make.STNMT, make.SYT)
    await reads_what_was_told(stack, stub, left, SYT_LEADER)
    await reads_nothing(stack, stub, left, PHU_LOC_LEADER)
    assert (await stack.refused(stub.GetAssignment, pb.GetAssignmentRequest(id=left[0]), SNV_LEADER)).reason == "NOT_FOUND"


async def test_a_successors_successor_reads_it_in_its_place(stack: Stack, stub, left) -> None:
    await end(stack, make.STNMT, make.SYT)
    await end(stack, make.SYT, make.SNV)
    await reads_what_was_told(stack, stub, left, SNV_LEADER)
    await reads_nothing(stack, stub, left, SYT_LEADER)


async def test_whom_the_office_hands_it_on_to_doesnt(stack: Stack, stub, left) -> None:
    """Đ7.2.d: another unit, not the same one under another name."""
    forward = ask(pb.ForwardAssignmentRequest, left[0], 6, unit_id=str(make.SYT), reason="Thuộc chức năng của Sở Y tế.")
    await stack.call(stub.ForwardAssignment, forward, make.OFFICE_LEADER)
    await reads_nothing(stack, stub, left, SYT_LEADER)
