"""The units' part: accepting by their own software, then delegating and reporting in the browser; and the Office's verification."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import uuid4

from google.type.date_pb2 import Date
from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.assignment.v1 import assignment_pb2_grpc

from e2e.client import Browser, UnitSystem

# A document of one empty page, enough for a result to be a real PDF.
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


@dataclass
class Ledger:
    """What was done and acknowledged: each id once."""

    directives: set[str] = field(default_factory=set)
    accepted: set[str] = field(default_factory=set)
    progressed: set[str] = field(default_factory=set)
    delegated: set[str] = field(default_factory=set)
    reported: set[str] = field(default_factory=set)
    verified: set[str] = field(default_factory=set)
    returned: set[str] = field(default_factory=set)
    late: set[str] = field(default_factory=set)


def day(value: Date) -> date:
    """A proto date as Python's."""
    return date(value.year, value.month, value.day)


async def assignments_of(system: UnitSystem, *states: int) -> list[pb.Assignment]:
    """All of the unit's, page by page."""
    stub = assignment_pb2_grpc.AssignmentServiceStub(system.channel)
    found: list[pb.Assignment] = []
    token = ""
    while True:
        answer = await system.call(stub.ListAssignments, pb.ListAssignmentsRequest(states=states, page_size=200, page_token=token))
        found += answer.assignments
        token = answer.next_page_token
        if not token:
            return found


async def accept(system: UnitSystem, assignment: pb.Assignment, ledger: Ledger) -> None:
    """By the unit's software (Đ7.2.a), with a first word on the progress for every second one (Đ7.2.b)."""
    stub = assignment_pb2_grpc.AssignmentServiceStub(system.channel)
    request = pb.AcceptAssignmentRequest(request_id=str(uuid4()), id=assignment.id, expected_version=assignment.version)
    accepted = await system.call(stub.AcceptAssignment, request)
    ledger.accepted.add(assignment.id)
    if len(ledger.accepted) % 2:
        note = pb.ReportProgressRequest(request_id=str(uuid4()), id=accepted.id, expected_version=accepted.version)
        note.content = "Đã xây dựng kế hoạch và phân công bộ phận thực hiện."
        await system.call(stub.ReportProgress, note)
        ledger.progressed.add(assignment.id)


async def carry_out(leader: Browser, leader_id: str, assignment: pb.Assignment, ledger: Ledger, *, late: bool) -> None:
    """Đ8.2: one leader; Đ7.2.c: the result with its document."""
    page = f"/assignments/{assignment.id}"
    await leader.submit(page, f"{page}/delegate", {"leader_id": leader_id, "note": "Trực tiếp chỉ đạo thực hiện."})
    ledger.delegated.add(assignment.id)
    done = completion_day(assignment, late=late)
    result = {
        "completed_on": done.isoformat(),
        "content": "Đã hoàn thành, có văn bản báo cáo kèm theo.",
        "document_number": "128/BC",
        "document_date": done.isoformat(),
    }
    await leader.submit(page, f"{page}/report-done", result, files=[("evidence", ("bao-cao.pdf", PDF, "application/pdf"))])
    ledger.reported.add(assignment.id)
    if late:
        ledger.late.add(assignment.id)


def completion_day(assignment: pb.Assignment, *, late: bool) -> date:
    """Three days past the due date, or by then; never in the future, never before the document."""
    issued, today = day(assignment.directive_issue_date), date.today()
    if not assignment.HasField("effective_due_date"):
        return max(issued, today - timedelta(days=1))
    due = day(assignment.effective_due_date)
    return due + timedelta(days=3) if late else max(issued, min(due, today - timedelta(days=1)))


def can_be_late(assignment: pb.Assignment) -> bool:
    """Its due date has passed long enough for a late completion to be in the past too."""
    return assignment.HasField("effective_due_date") and day(assignment.effective_due_date) < date.today() - timedelta(days=5)


async def verify(office: Browser, assignment_id: str, ledger: Ledger) -> None:
    """Đ8.1.a."""
    page = f"/assignments/{assignment_id}"
    await office.submit(page, f"{page}/verify", {})
    ledger.verified.add(assignment_id)


async def send_back_to_the_office(leader: Browser, assignment: pb.Assignment, ledger: Ledger) -> None:
    """Đ7.2.d: not this unit's function."""
    page = f"/assignments/{assignment.id}"
    reason = {"reason": "Nội dung không thuộc chức năng, nhiệm vụ của đơn vị; đề nghị chuyển đơn vị khác thực hiện."}
    await leader.submit(page, f"{page}/request-return", reason)
    ledger.returned.add(assignment.id)
