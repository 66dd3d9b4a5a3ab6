"""Requests and people for this service's tests."""

from datetime import date
from uuid import UUID, uuid4

from google.type.date_pb2 import Date
from ykcd.deadline.v1 import deadline_pb2
from ykcd.deadline.v1.event_pb2 import CalendarPublished
from ykcd.directive.v1 import directive_pb2 as pb

from kit.dates import from_date
from kit.testing.stack import Person, Stack
from services.directive.model import Field, SpecialistRule, Unit

OFFICE, STNMT, PHU_LOC, SYT, SNV = (uuid4() for _ in range(5))
LAND, HEALTH, OTHER = (uuid4() for _ in range(3))

AN = Person(OFFICE, ["specialist"], "Nguyễn Văn An")
BINH = Person(OFFICE, ["specialist"], "Trần Thị Bình")
CHI = Person(OFFICE, ["specialist"], "Lê Thị Chi")
OFFICE_LEADER = Person(OFFICE, ["office_leader"], "Phan Đức Thuận")
STNMT_LEADER = Person(STNMT, ["unit_leader"], "Lê Quang")
SYT_LEADER = Person(SYT, ["unit_leader"], "Đỗ Hà")
EVALUATOR = Person(SNV, ["evaluator"], "Mai Hòa")
OPERATOR = Person(OFFICE, ["operator"], "Hồ Kỹ")
ADMINISTRATOR = Person(OFFICE, ["administrator"], "Bùi Quân")
CHAIRMAN = Person(OFFICE, ["chairman"], "Trần Khải")
STNMT_OFFICER = Person(STNMT, ["officer"], "Ngô Vân")
PEOPLE = (AN, BINH, CHI, OFFICE_LEADER, STNMT_LEADER, SYT_LEADER, EVALUATOR, OPERATOR, ADMINISTRATOR, CHAIRMAN, STNMT_OFFICER)


async def fill(stack: Stack) -> None:
    """Example 9's world: An follows land at Sở TNMT, Bình land at Phú Lộc, Chi health everywhere."""
    await stack.add(*PEOPLE)

    start = date(2016, 11, 1)
    async with stack.session() as session:
        for id, code, name, kind in (
            (OFFICE, "vpub", "Văn phòng UBND tỉnh", 1),
            (STNMT, "stnmt", "Sở Tài nguyên và Môi trường", 2),
            (PHU_LOC, "phuloc", "UBND huyện Phú Lộc", 5),
            (SYT, "syt", "Sở Y tế", 2),
            (SNV, "snv", "Sở Nội vụ", 2),
        ):
            more = {"sort_key": name, "abbreviations": [], "successors": [], "valid_from": start}
            session.add(Unit(id=id, version=1, code=code, name=name, kind=kind, **more))
        for id, code, name in ((LAND, "dat-dai", "Đất đai"), (HEALTH, "y-te", "Y tế"), (OTHER, "khac", "Khác")):
            session.add(Field(id=id, code=code, name=name, sort_key=name))
        await session.flush()
        for person, field, unit in ((AN, LAND, STNMT), (BINH, LAND, PHU_LOC), (CHI, HEALTH, None)):
            row = {"field_id": field, "unit_id": unit, "specialist_id": person.id, "valid_from": start}
            session.add(SpecialistRule(id=uuid4(), version=1, note="", **row))


def calendar() -> CalendarPublished:
    """Of spring 2025 (regulation §3): Saturday 26/4 is worked."""
    swapped_in = deadline_pb2.CalendarDay(date=from_date(date(2025, 4, 26)), kind=deadline_pb2.DAY_KIND_SWAP_WORK)
    return CalendarPublished(calendar=deadline_pb2.Calendar(version=1, days=[swapped_in]))


def day(year: int, month: int, number: int) -> Date:
    """A proto date."""
    return Date(year=year, month=month, day=number)


def part(unit: UUID, role: str = "LEAD", **more: object) -> pb.PlannedAssignmentInput:
    """One unit's part."""
    return pb.PlannedAssignmentInput(unit_id=str(unit), role=pb.AssignmentRole.Value(f"ASSIGNMENT_ROLE_{role}"), **more)


def task(*parts: pb.PlannedAssignmentInput, field: UUID | None = LAND, **more: object) -> pb.TaskInput:
    """A task with a deadline that need not be submitted."""
    values = {
        "content": "Rà soát quỹ đất công trên địa bàn.",
        "task_class": pb.TaskClass(has_deadline=True, must_report=False),
        "due_date": day(2025, 6, 30),
        "field_id": str(field or ""),
        **more,
    }
    return pb.TaskInput(assignments=parts or [part(STNMT)], **values)


def directive(*tasks: pb.TaskInput, **more: object) -> pb.DirectiveInput:
    """A letter issued on Thursday 24/04/2025."""
    values = {
        "number": "5425",
        "symbol": "UBND-KGVX",
        "document_type": pb.DOCUMENT_TYPE_OFFICIAL_LETTER,
        "abstract": "V/v rà soát quỹ đất công",
        "issue_date": day(2025, 4, 24),
        "signer": "Nguyễn Văn Phương",
        "signer_position": "Chủ tịch",
        "issuing_authority": pb.ISSUING_AUTHORITY_CHAIRMAN,
        "urgency": pb.URGENCY_NORMAL,
        "secrecy": pb.SECRECY_NORMAL,
        **more,
    }
    return pb.DirectiveInput(tasks=tasks, **values)


def create(*tasks: pb.TaskInput, **more: object) -> pb.CreateDirectiveRequest:
    """A request with an id of its own."""
    return pb.CreateDirectiveRequest(request_id=str(uuid4()), directive=directive(*tasks or (task(),), **more))


def publish(draft: pb.Directive) -> pb.PublishDirectiveRequest:
    """Of the draft as it stands."""
    return pb.PublishDirectiveRequest(request_id=str(uuid4()), id=draft.id, expected_version=draft.version)


def amend(published: pb.Directive, *tasks: pb.TaskAmendment, **more: object) -> pb.AmendDirectiveRequest:
    """By a decision of the same day, of the document as it stands."""
    values = {"tasks": tasks, "reason": "Theo đề nghị của Sở.", "document": changed_by(), **more}
    return pb.AmendDirectiveRequest(request_id=str(uuid4()), id=published.id, expected_version=published.version, **values)


def changed_by(issue_date: Date | None = None) -> pb.ChangingDocument:
    """The document that changes another."""
    return pb.ChangingDocument(code="75/QĐ-UBND", issue_date=issue_date or day(2025, 4, 24), signer="Nguyễn Văn Phương")


async def published(stack: Stack, stub: object, *tasks: pb.TaskInput, **more: object) -> pb.Directive:
    """Entered and published by An."""
    draft = await stack.call(stub.CreateDirective, create(*tasks, **more), AN)  # type: ignore[attr-defined]
    return await stack.call(stub.PublishDirective, publish(draft), AN)  # type: ignore[attr-defined]
