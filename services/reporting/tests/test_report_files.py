"""Reports on paper, and what becomes of them when something in them is purged (D14)."""

import io
from datetime import date

import pytest
from python_calamine import CalamineWorkbook
from ykcd.assignment.v1 import assignment_pb2 as a
from ykcd.assignment.v1 import event_pb2 as told
from ykcd.assignment.v1 import obstacle_pb2
from ykcd.directive.v1.event_pb2 import DirectivePurged
from ykcd.reporting.v1 import report_pb2 as pb
from ykcd.reporting.v1.event_pb2 import PeriodicReportChanged

from kit.testing.stack import Stack
from services.reporting.tests import factories as make
from services.reporting.tests import reports
from services.reporting.tests.factories import AN, EVALUATOR, OFFICE_LEADER, STNMT_LEADER
from services.reporting.tests.reports import MARCH, act, at, compose

CANARY = "chimhoangyen"


@pytest.fixture
async def stub(stack: Stack, clock):
    clock.set(at(5, 5))
    return await reports.fill(stack)


def cells(file: bytes) -> list[list]:
    """All rows of all sheets."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(file))
    return [row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()]


@pytest.mark.article("Đ9.2", "§6.28")
async def test_annex_v_as_a_sheet_has_the_figures_of_the_screen(stack: Stack, stub) -> None:
    await make.assign(stack, state="VERIFIED", due=date(2025, 4, 20), completed=date(2025, 4, 18), issued=make.day(2025, 4, 1))
    issued = await reports.issue(stack, stub, "V")
    header, file = await reports.file(stack, stub, issued, EVALUATOR)
    assert (header.file_name, header.size) == ("phu-luc-V-20250401-20250430.xlsx", len(file))
    found = [row for row in cells(file) if "Sở Tài nguyên và Môi trường" in row]
    assert found[0][2:6] == [1, 1, 1, 0]
    assert [row[1] for row in cells(file) if "Toàn tỉnh" in row][:1] == ["Toàn tỉnh"]
    text = " ".join(str(cell) for row in cells(file) for cell in row)
    assert issued.sha256 in text
    assert "07/BC-VPUB" in text


@pytest.mark.article("Đ10.1", "Đ9.2")
@pytest.mark.parametrize("form", ["IV", "V", "VI"])
@pytest.mark.parametrize("format", ["DOCX", "PDF", "XLSX"])
async def test_each_form_is_given_in_each_format_and_twice_the_same(stack: Stack, stub, form: str, format: str) -> None:
    await make.assign(stack, state="IN_PROGRESS", due=date(2025, 4, 20), issued=make.day(2025, 4, 1))
    person = STNMT_LEADER if form == "IV" else AN
    draft = await compose(stack, stub, person, form)
    first, again = [await reports.file(stack, stub, draft, person, format) for _ in range(2)]
    assert first == again
    assert first[1][:4] == (b"%PDF" if format == "PDF" else b"PK\x03\x04")


async def test_what_isnt_composed_yet_isnt_printed(stack: Stack, stub) -> None:
    opened = await stack.call(
        stub.OpenUnitReports, pb.OpenUnitReportsRequest(request_id=reports.rid(), period=reports.APRIL, unit_ids=[str(make.STNMT)]), AN
    )
    with pytest.raises(Exception, match="chưa được lập số liệu"):
        await reports.file(stack, stub, pb.Report(id=opened.opened[0].report_id), STNMT_LEADER)


@pytest.mark.article("D14")
async def test_what_is_purged_leaves_a_mark_in_reports_and_no_word(stack: Stack, stub, clock) -> None:
    """Rows, corrections, notes, events, answers; the figures stay as they were signed."""
    clock.set(at(5, 1))
    planned = make.part(make.STNMT, due=make.day(2025, 3, 31))
    work = make.task(planned, content=CANARY)
    letter = await make.publish(stack, make.directive(work, abstract=CANARY, issue_date=make.day(2025, 3, 3)))
    obstacle = obstacle_pb2.Obstacle(id=reports.rid(), assignment_id=planned.id, state=1, difficulty=CANARY)
    await stack.deliver(told.ObstacleChanged(obstacle=obstacle), obstacle.id)
    await make.assign(stack, make.STNMT, due=date(2025, 4, 10), issued=make.day(2025, 4, 1))
    await reports.send(stack, stub, period=MARCH)
    clock.set(at(5, 2))
    done = {"state": a.ASSIGNMENT_STATE_VERIFIED, "execution": a.EXECUTION_DONE, "completed_on": make.day(2025, 3, 28)}
    await make.tell(stack, told.AssignmentVerified, make.snapshot(letter, work, planned, **done), 2)
    clock.set(at(5, 5))
    march = (await stack.call(stub.ListReports, pb.ListReportsRequest(), STNMT_LEADER)).reports[0]
    april = await compose(stack, stub, STNMT_LEADER)
    assert [row.content for row in april.corrections.rows] == [CANARY]
    six = await compose(stack, stub, AN, "VI", reports.YEAR)
    purged = DirectivePurged(directive_id=letter.id, task_ids=[work.id], assignment_ids=[planned.id])
    await stack.deliver(purged, letter.id, 9)
    assert await stack.tables_holding(CANARY) == set()
    for report, person in ((march, STNMT_LEADER), (april, STNMT_LEADER)):
        now = await stack.call(stub.GetReport, pb.GetReportRequest(id=report.id), person)
        assert (now.purge_count, now.history[-1].verb, now.sha256 != report.sha256) == (1, pb.REPORT_VERB_REDACT, True)
    corrected = await stack.call(stub.GetReport, pb.GetReportRequest(id=april.id), STNMT_LEADER)
    assert [(row.purged, row.content, row.assignment_id) for row in corrected.corrections.rows] == [(True, "", "")]
    assert corrected.units == april.units
    marked = await reports.rows(stack, stub, await stack.call(stub.GetReport, pb.GetReportRequest(id=march.id), AN), AN)
    assert [(row.purged, row.content, row.note.difficulty) for row in marked] == [(True, "", "")]
    _, file = await reports.file(stack, stub, march, STNMT_LEADER)
    assert any("(Nội dung đã bị xóa theo quy định)" in row for row in cells(file))
    kept = [event.report.id for _, event in await stack.events(PeriodicReportChanged)]
    assert {march.id, april.id} <= set(kept)
    count = len(kept)
    await stack.deliver(purged, letter.id, 10)
    assert len(await stack.events(PeriodicReportChanged)) == count
    # The rest of it goes on.
    fresh = await act(stack, stub, "Recompose", corrected, STNMT_LEADER)
    assert (fresh.purge_count, fresh.units[0].counts.total) == (0, 1)
    assert (await act(stack, stub, "Sign", fresh, STNMT_LEADER)).state == pb.REPORT_STATE_SIGNED
    untouched = await stack.call(stub.GetReport, pb.GetReportRequest(id=six.id), OFFICE_LEADER)
    assert untouched.version == six.version
