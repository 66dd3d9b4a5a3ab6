"""Periodic reports as the tests make them: by day, by person, by way of the service's own door."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from ykcd.assignment.v1 import event_pb2 as told
from ykcd.directive.v1 import event_pb2 as published
from ykcd.directive.v1 import programme_pb2, registry_pb2
from ykcd.reporting.v1 import form_pb2, report_pb2_grpc
from ykcd.reporting.v1 import report_pb2 as pb

from kit.dates import from_date
from kit.testing.stack import Person, Stack
from services.reporting.model import Assignment
from services.reporting.tests import factories as make

STNMT_POINT = Person(make.STNMT, ["focal_point"], "Trần Đầu Mối")
MARCH = pb.ReportPeriod(kind=pb.PERIOD_KIND_MONTH, year=2025, number=3)
APRIL = pb.ReportPeriod(kind=pb.PERIOD_KIND_MONTH, year=2025, number=4)
FIRST_QUARTER = pb.ReportPeriod(kind=pb.PERIOD_KIND_QUARTER, year=2025, number=1)
YEAR = pb.ReportPeriod(kind=pb.PERIOD_KIND_YEAR, year=2025)


def at(month: int, day: int, hour: int = 9) -> datetime:
    """That hour in Huế, in 2025."""
    return datetime(2025, month, day, hour - 7, tzinfo=UTC)


def rid() -> str:
    """A request's own id."""
    return str(uuid4())


async def fill(stack: Stack) -> report_pb2_grpc.ReportServiceStub:
    """Who the Office is, and one more person; all was told in January."""
    await stack.add(STNMT_POINT)
    office = registry_pb2.Unit(id=str(make.OFFICE), code="vpub", name="Văn phòng UBND tỉnh", kind=registry_pb2.UNIT_KIND_OFFICE, version=2)
    await stack.deliver(published.UnitChanged(unit=office), make.OFFICE, 2)
    return report_pb2_grpc.ReportServiceStub(stack.channel)


async def name_people(stack: Stack) -> None:
    """As MembershipChanged tells of them, so that reports can name them."""
    for person in make.PEOPLE:
        member = registry_pb2.Member(
            id=str(uuid4()), person_id=str(person.id), unit_id=str(person.unit_id), name=person.name, roles=person.roles
        )
        event = published.MembershipChanged(member=member, active=True, issuer="i", subject=member.id)
        await stack.deliver(event, member.id)


async def compose(stack: Stack, stub: Any, person: Person, form: str = "IV", period: pb.ReportPeriod = APRIL, **more: Any) -> pb.Report:
    """The period's draft."""
    request = pb.ComposeReportRequest(request_id=rid(), form=pb.ReportForm.Value(f"REPORT_FORM_{form}"), period=period, **more)
    return await stack.call(stub.ComposeReport, request, person)


async def act(stack: Stack, stub: Any, verb: str, report: pb.Report, person: Person, **more: Any) -> pb.Report:
    """One of the RPCs that name a report and its version."""
    request = getattr(pb, f"{verb}ReportRequest")(request_id=rid(), id=report.id, expected_version=report.version, **more)
    return await stack.call(getattr(stub, f"{verb}Report"), request, person)


async def issue(stack: Stack, stub: Any, form: str = "V", period: pb.ReportPeriod = APRIL, number: int = 7) -> pb.Report:
    """Composed, signed and issued today."""
    draft = await compose(stack, stub, make.AN, form, period)
    signed = await act(stack, stub, "Sign", draft, make.OFFICE_LEADER)
    today = from_date(stack.runtime.clock().date())
    return await act(stack, stub, "Issue", signed, make.CLERK, number=number, issue_date=today)


async def send(stack: Stack, stub: Any, leader: Person = make.STNMT_LEADER, period: pb.ReportPeriod = APRIL) -> pb.Report:
    """A unit's, composed, signed and sent by its leader."""
    signed = await act(stack, stub, "Sign", await compose(stack, stub, leader, "IV", period), leader)
    return await act(stack, stub, "Send", signed, leader, number=12)


async def rows(stack: Stack, stub: Any, report: pb.Report, person: Person) -> list[pb.ReportRow]:
    """All rows of the list, page by page."""
    found: list[pb.ReportRow] = []
    token = ""
    while True:
        page = await stack.call(stub.ListReportRows, pb.ListReportRowsRequest(id=report.id, page_size=2, page_token=token), person)
        found += page.rows
        token = page.next_page_token
        if not token:
            assert len(found) == page.total_count == report.row_count
            return found


async def file(stack: Stack, stub: Any, report: pb.Report, person: Person, format: str = "XLSX") -> tuple[form_pb2.FormFile, bytes]:
    """The file's header and bytes."""
    request = pb.GetReportFileRequest(id=report.id, format=form_pb2.FileFormat.Value(f"FILE_FORMAT_{format}"))
    parts = [part async for part in stub.GetReportFile(request, metadata=person.metadata)]
    return parts[0].header, b"".join(part.chunk for part in parts[1:])


async def put_item(stack: Stack, month: int, content: str, state: str = "OPEN", version: int = 1, **more: Any) -> str:
    """An item of the year's work programme, as its owner tells of it; its id."""
    id = more.pop("id", str(uuid4()))
    value = programme_pb2.ProgrammeItemState.Value(f"PROGRAMME_ITEM_STATE_{state}")
    item = programme_pb2.ProgrammeItem(
        id=id, version=version, year=2025, month=month, ordinal=1, content=content, lead_unit_id=str(make.SYT), state=value, **more
    )
    await stack.deliver(published.ProgrammeItemChanged(item=item), id, version)
    return id


async def say(
    stack: Stack, assignment_id: str, version: int, *, unit: UUID = make.STNMT, due: date | None = date(2025, 3, 31), **more: Any
) -> None:
    """What becomes of an assignment made by make.assign, told now."""
    async with stack.session() as session:
        row = (await session.execute(select(Assignment).where(Assignment.id == UUID(assignment_id)))).scalar_one()
    planned = make.part(unit, due=from_date(due), specialist_id=str(make.AN.id))
    planned.id = assignment_id
    work = make.task(planned, content=row.content)
    work.id = str(row.task_id)
    letter = make.directive(work, id=str(row.directive_id), issue_date=from_date(row.directive_issue_date))
    await make.tell(stack, told.AssignmentProgressed, make.snapshot(letter, work, planned, **more), version)
