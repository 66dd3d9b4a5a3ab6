"""The evaluation and the yearly report on the regulation as papers, and how the regulation was carried out (Đ11.1.c)."""

import io
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from ykcd.assignment.v1 import assignment_pb2, inquiry_pb2, inspection_pb2
from ykcd.assignment.v1 import event_pb2 as told
from ykcd.directive.v1 import directive_pb2
from ykcd.directive.v1 import event_pb2 as published
from ykcd.reporting.v1 import evaluation_pb2 as pb
from ykcd.reporting.v1 import evaluation_pb2_grpc, form_pb2, reporting_pb2

from kit.dates import from_date, from_time
from kit.testing.stack import Person, Stack
from services.reporting.__main__ import app
from services.reporting.tests import factories as make
from services.reporting.tests import reports
from services.reporting.tests.factories import EVALUATOR, OFFICE_LEADER, STNMT_LEADER
from services.reporting.tests.reports import YEAR, at

RANKING, REGULATION, PEOPLE = pb.EVALUATION_PAPER_RANKING, pb.EVALUATION_PAPER_REGULATION, pb.EVALUATION_PAPER_PEOPLE
MARCH_TASK = {"issued": make.day(2025, 3, 3), "due": date(2025, 3, 31)}


@pytest.fixture
async def stack(serve, clock) -> Stack:
    clock.set(at(1, 2))
    made = await serve(app)
    await make.fill(made)
    await reports.name_people(made)
    await reports.fill(made)
    clock.set(at(5, 5))
    return made


@pytest.fixture
def stub(stack: Stack) -> evaluation_pb2_grpc.EvaluationServiceStub:
    return evaluation_pb2_grpc.EvaluationServiceStub(stack.channel)


async def file(stub: Any, person: Person, paper: int, format: str) -> tuple[form_pb2.FormFile, bytes]:
    request = pb.GetEvaluationFileRequest(period=YEAR, paper=paper, format=form_pb2.FileFormat.Value(f"FILE_FORMAT_{format}"))
    parts = [part async for part in stub.GetEvaluationFile(request, metadata=person.metadata)]
    return parts[0].header, b"".join(part.chunk for part in parts[1:])


@pytest.mark.article("Đ12.2", "Đ12.3", "§6.27", "§6.29")
async def test_the_evaluator_exports_the_ranking_with_the_figures_of_the_screen(stack: Stack, stub) -> None:
    await make.assign(stack, make.SYT, state="VERIFIED", completed=date(2025, 3, 28), **MARCH_TASK)
    mine = {"delegates": (STNMT_LEADER,), **MARCH_TASK}
    await make.assign(stack, make.STNMT, state="VERIFIED", completed=date(2025, 4, 1), late_update=True, **mine)
    header, content = await file(stub, EVALUATOR, RANKING, "XLSX")
    assert (header.file_name, header.size) == ("danh-gia-20250101-20251231.xlsx", len(content))
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    units = [row for row in book.get_sheet_by_index(0).to_python() if isinstance(row[0], float)]
    # TT, unit, two rates, what they give, four deductions, score, rank; numbers stay numbers.
    assert units[:2] == [
        [1.0, "Sở Y tế", 1.0, 1.0, 60.0, 40.0, 0.0, 0.0, 0.0, 0.0, 100.0, 1.0],
        [2.0, "Sở Tài nguyên và Môi trường", 1.0, 0.0, 60.0, 0.0, -0.5, 0.0, 0.0, 0.0, 59.5, 2.0],
    ]
    assert [row[2:] for row in units[2:]] == [["–"] * 9 + [""]] * (len(units) - 2)
    people, content_of_people = await file(stub, EVALUATOR, PEOPLE, "XLSX")
    assert people.file_name == "danh-gia-ca-nhan-20250101-20251231.xlsx"
    named = CalamineWorkbook.from_filelike(io.BytesIO(content_of_people)).get_sheet_by_index(0)
    (person,) = [row for row in named.to_python() if isinstance(row[0], float)]
    assert (person[2], person[3], person[-1]) == ("Lê Quang", "Lãnh đạo phụ trách", 59.5)
    assert await file(stub, OFFICE_LEADER, RANKING, "XLSX") == (header, content)


async def test_a_paper_can_be_read_and_says_by_which_formula(stack: Stack, stub) -> None:
    await make.assign(stack, make.SYT, state="VERIFIED", completed=date(2025, 3, 28), **MARCH_TASK)
    for format in ("PDF", "DOCX"):
        header, content = await file(stub, EVALUATOR, RANKING, format)
        assert header.file_name == f"danh-gia-20250101-20251231.{format.lower()}"
        assert header.size == len(content)
        if format == "PDF":
            text = " ".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())
            for words in ("BẢNG ĐÁNH GIÁ", "Sở Y tế", "100,00", "phiên bản 1", "60,00 × tỷ lệ hoàn thành", "Mẫu đề xuất"):
                assert words in text, words


async def tell_of_the_year(stack: Stack) -> None:
    """Something of each kind within the year, and something else outside of it."""
    for late in (0, 2):
        letter = make.directive(make.task(make.part(make.SYT, due=make.day(2025, 6, 30))), entry_working_days_late=late)
        letter.publish_time.CopyFrom(from_time(at(5, 5)))
        await make.publish(stack, letter)
    urged = await make.assign(stack, make.STNMT, state="IN_PROGRESS", **MARCH_TASK)
    await make.tell_notice(stack, urged)
    await make.tell_notice(stack, urged, counts=False)
    await make.tell_escalation(stack, urged)
    await make.tell_obstacle(stack, urged)
    closed = await make.tell_obstacle(stack, urged)
    await make.tell_obstacle(stack, urged, "CLOSED", 2, id=closed)
    states = inspection_pb2.InspectionState
    for state, day in ((states.INSPECTION_STATE_CLOSED, 10), (states.INSPECTION_STATE_VISITED, 11), (states.INSPECTION_STATE_PLANNED, 0)):
        visit = inspection_pb2.Inspection(id=str(uuid4()), state=state, visited_on=make.day(2025, 3, day) if day else None)
        await stack.deliver(told.InspectionChanged(inspection=visit), visit.id)
    times = {"create_time": from_time(at(3, 3)), "answer_time": from_time(at(3, 4))}
    for kind in (inquiry_pb2.INQUIRY_KIND_INFORMATION, inquiry_pb2.INQUIRY_KIND_REGULATION_FEEDBACK):
        inquiry = inquiry_pb2.Inquiry(id=str(uuid4()), kind=kind, **times)
        await stack.deliver(told.InquiryChanged(inquiry=inquiry), inquiry.id)
    old = inquiry_pb2.Inquiry(id=str(uuid4()), kind=inquiry_pb2.INQUIRY_KIND_SUPPORT)
    old.create_time.FromJsonString("2024-12-31T02:00:00Z")
    await stack.deliver(told.InquiryChanged(inquiry=old), old.id)
    own = inquiry_pb2.UnitRegulation(id=str(uuid4()), unit_id=str(make.STNMT))
    await stack.deliver(told.UnitRegulationChanged(unit_regulation=own), own.id)
    refusal = directive_pb2.SecretRefusal(id=str(uuid4()), time=from_time(at(2, 3)))
    await stack.deliver(published.SecretRefused(refusal=refusal), refusal.id)


@pytest.mark.article("Đ11.1.c", "Đ11.2", "Đ7.1", "Đ5")
async def test_the_yearly_report_counts_what_happened_in_the_year(stack: Stack, stub, clock) -> None:
    await tell_of_the_year(stack)
    request = pb.GetRegulationSummaryRequest(period=YEAR)
    found = await stack.call(stub.GetRegulationSummary, request, EVALUATOR)
    # Two entries that tell of their time, and that of the urged task.
    assert found.entries_in_time == reporting_pb2.Rate(part=2, whole=3)
    assert (found.counts.total, found.counts.open_overdue, found.counts.escalated, found.counts.urging_notices) == (3, 1, 1, 1)
    assert (found.task_count, found.part_count, found.notices_issued) == (3, 3, 2)
    assert (found.obstacles_raised, found.obstacles_open, found.inspections, found.inspections_concluded) == (2, 1, 2, 1)
    asked = {each.kind: (each.opened, each.answered, each.solved) for each in found.inquiries}
    assert asked == {1: (0, 0, 0), 2: (1, 1, 0), 3: (0, 0, 0), 4: (1, 1, 0)}
    assert (found.secret_refusals, found.extensions, found.returns) == (1, 0, 0)
    assert [unit.unit_name for unit in found.units_without_regulation] == ["Sở Nội vụ", "Sở Y tế", "UBND huyện Phú Lộc"]
    header, content = await file(stub, EVALUATOR, REGULATION, "XLSX")
    assert header.file_name == "thuc-hien-quy-che-20250101-20251231.xlsx"
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    measures = {row[1]: row[2] for row in rows if isinstance(row[0], float)}
    assert (measures["Văn bản cập nhật trễ"], measures["Phiếu báo đã phát hành"], measures["Văn bản mật bị từ chối"]) == (1.0, 2.0, 1.0)
    # As of then it stays, and what came later is in the next one.
    then = pb.GetRegulationSummaryRequest(period=YEAR, as_of_time=from_time(at(5, 5)))
    clock.set(at(5, 6))
    await tell_of_the_year(stack)
    assert await stack.call(stub.GetRegulationSummary, then, EVALUATOR) == found
    assert (await stack.call(stub.GetRegulationSummary, request, EVALUATOR)).secret_refusals == 2


@pytest.mark.article("D14")
async def test_what_was_purged_is_measured_no_more(stack: Stack, stub) -> None:
    planned = make.part(make.STNMT, due=make.day(2025, 5, 30), specialist_id=str(make.AN.id))
    work = make.task(planned)
    letter = make.directive(work, entered_by=str(make.AN.id), entry_working_days_late=0)
    await make.publish(stack, letter)
    done = {
        "state": assignment_pb2.ASSIGNMENT_STATE_VERIFIED,
        "execution": assignment_pb2.EXECUTION_DONE,
        "completed_on": from_date(date(2025, 5, 2)),
        "report_time": from_time(at(5, 2)),
    }
    await make.tell(stack, told.AssignmentVerified, make.snapshot(letter, work, planned, **done), 4)
    request = pb.GetEvaluationRequest(period=YEAR)
    (an,) = (await stack.call(stub.GetEvaluation, request, EVALUATOR)).specialists
    assert (an.entries_in_time.whole, an.verifications_in_time.whole) == (1, 1)
    purged = published.DirectivePurged(directive_id=letter.id, task_ids=[work.id], assignment_ids=[planned.id])
    await stack.deliver(purged, letter.id, 3)
    assert not (await stack.call(stub.GetEvaluation, request, EVALUATOR)).specialists
