"""Requests, people and documents for this service's tests."""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from google.type.date_pb2 import Date
from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.deadline.v1 import deadline_pb2
from ykcd.deadline.v1.event_pb2 import CalendarPublished
from ykcd.directive.v1 import directive_pb2
from ykcd.directive.v1.event_pb2 import DirectivePublished

from kit.dates import from_date, from_time
from kit.testing.stack import Person, Stack

OFFICE, STNMT, SYT, PHU_LOC, SNV = (uuid4() for _ in range(5))

AN = Person(OFFICE, ["specialist"], "Nguyễn Văn An")
BINH = Person(OFFICE, ["specialist"], "Trần Thị Bình")
OFFICE_LEADER = Person(OFFICE, ["office_leader"], "Phan Đức Thuận")
CLERK = Person(OFFICE, ["clerk"], "Võ Thị Lan")
OPERATOR = Person(OFFICE, ["operator"], "Hồ Kỹ")
EVALUATOR = Person(SNV, ["evaluator"], "Mai Hòa")
LEADER = Person(STNMT, ["unit_leader"], "Lê Quang")
FOCAL = Person(STNMT, ["focal_point"], "Hồ Đắc Phúc")
OFFICER = Person(STNMT, ["officer"], "Lê Thị Hoa")
SYT_LEADER = Person(SYT, ["unit_leader"], "Đỗ Hà")
PHU_LOC_LEADER = Person(PHU_LOC, ["unit_leader"], "Phạm Lộc")
PEOPLE = (AN, BINH, OFFICE_LEADER, CLERK, OPERATOR, EVALUATOR, LEADER, FOCAL, OFFICER, SYT_LEADER, PHU_LOC_LEADER)

# The days of April and May 2025 that differ (regulation §3): Saturday 26/4 is worked for Friday 2/5.
DAYS = [(date(2025, 4, 26), deadline_pb2.DAY_KIND_SWAP_WORK), (date(2025, 5, 2), deadline_pb2.DAY_KIND_SWAP_OFF)]
DAYS += [(day, deadline_pb2.DAY_KIND_HOLIDAY) for day in (date(2025, 4, 30), date(2025, 5, 1))]


async def fill(stack: Stack) -> None:
    """The people, and the calendar of spring 2025."""
    await stack.add(*PEOPLE)
    await stack.deliver(calendar(), uuid4())


def calendar() -> CalendarPublished:
    """Of spring 2025."""
    days = [deadline_pb2.CalendarDay(date=from_date(day), kind=kind) for day, kind in DAYS]
    return CalendarPublished(calendar=deadline_pb2.Calendar(version=1, days=days))


# On Thursday 24/04/2025, an hour before the tests begin.
PUBLISHED = datetime(2025, 4, 24, 1, tzinfo=UTC)


def day(year: int, month: int, number: int) -> Date:
    """A proto date."""
    return Date(year=year, month=month, day=number)


def part(unit: UUID = STNMT, role: str = "LEAD", *, due: Date | None = None, **more: object) -> directive_pb2.PlannedAssignment:
    """One unit's part, due on Wednesday 30/04/2025, followed by An."""
    return directive_pb2.PlannedAssignment(
        id=str(uuid4()),
        unit_id=str(unit),
        role=directive_pb2.AssignmentRole.Value(f"ASSIGNMENT_ROLE_{role}"),
        **{"specialist_id": str(AN.id), "due_date": due or day(2025, 4, 30), **more},
    )


def task(
    *parts: directive_pb2.PlannedAssignment, has_deadline: bool = True, must_report: bool = False, paper: bool = False, **more: object
) -> directive_pb2.Task:
    """A published task."""
    return directive_pb2.Task(
        id=str(uuid4()),
        ordinal=1,
        task_class=directive_pb2.TaskClass(has_deadline=has_deadline, must_report=must_report),
        assignments=parts or [part()],
        paper_report_required=paper,
        **{"content": "Rà soát quỹ đất công trên địa bàn.", "field_id": str(uuid4()), **more},
    )


def published(*tasks: directive_pb2.Task, issued: Date | None = None) -> DirectivePublished:
    """A letter of Monday 21/04/2025."""
    return DirectivePublished(
        directive=directive_pb2.Directive(
            id=str(uuid4()),
            version=2,
            state=directive_pb2.DIRECTIVE_STATE_PUBLISHED,
            number="5425",
            symbol="UBND-KGVX",
            abstract="V/v rà soát quỹ đất công",
            issue_date=issued or day(2025, 4, 21),
            publish_time=from_time(PUBLISHED),
            tasks=tasks or [task()],
        )
    )


async def sent(stack: Stack, *parts: directive_pb2.PlannedAssignment, **more: object) -> str:
    """Publishes one task of these parts; the first part's id."""
    parts = parts or (part(),)
    event = published(task(*parts, **more))
    await stack.deliver(event, event.directive.id, 2)
    return parts[0].id


def ask(kind: type, id: str, version: int = 1, /, **more: object) -> object:
    """A write request with an id of its own."""
    return kind(request_id=str(uuid4()), id=id, expected_version=version, **more)


def done(id: str, version: int = 2, on: Date | None = None, **more: object) -> pb.ReportDoneRequest:
    """The result, completed on Wednesday 23/04/2025."""
    values = {"completed_on": on or day(2025, 4, 23), "content": "Đã rà soát xong.", **more}
    return ask(pb.ReportDoneRequest, id, version, **values)


DECISION = pb.Decision(number="812/QĐ-UBND", signer="Nguyễn Văn Phương")


def paper() -> pb.ResultDocument:
    """The document that was sent beside."""
    return pb.ResultDocument(number="12/BC-STNMT", issue_date=day(2025, 4, 23))


PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def office_file(*names: str) -> bytes:
    """A zip with parts of these names."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as package:
        for name in names:
            package.writestr(name, "x")
    return held.getvalue()


def header(assignment_id: str, data: bytes = PDF, **more: object) -> pb.EvidenceHeader:
    """Of an upload that will hold."""
    values = {"file_name": "Báo cáo.pdf", "sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "request_id": str(uuid4()), **more}
    return pb.EvidenceHeader(assignment_id=assignment_id, **values)


def messages(head: pb.EvidenceHeader, data: bytes = PDF, step: int = 1 << 20) -> Iterator[pb.UploadEvidenceRequest]:
    """The header, then the bytes."""
    yield pb.UploadEvidenceRequest(header=head)
    for start in range(0, len(data), step):
        yield pb.UploadEvidenceRequest(chunk=data[start : start + step])
