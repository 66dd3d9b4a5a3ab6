"""People and assignments for this service's tests."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from ykcd.assignment.v1 import assignment_pb2, event_pb2
from ykcd.assignment.v1.assignment_pb2 import Assignment
from ykcd.deadline.v1.deadline_pb2 import DAY_KIND_LOCAL_OFF, DayChange, ImportCalendarRequest
from ykcd.directive.v1.directive_pb2 import AssignmentRole, TaskClass
from ykcd.directive.v1.event_pb2 import UnitChanged
from ykcd.directive.v1.registry_pb2 import Unit

from kit.dates import from_date, from_time
from kit.identity import Actor
from kit.testing.stack import Person, Stack

OFFICE, STNMT, SYT, SNV = (uuid4() for _ in range(4))
AN = Person(OFFICE, ["specialist"], "Nguyễn Văn An")
BINH = Person(OFFICE, ["specialist"], "Trần Thị Bình")
OFFICE_LEADER = Person(OFFICE, ["office_leader"], "Phan Đức Thuận")
CHAIRMAN = Person(OFFICE, ["chairman"], "Nguyễn Văn Phương")
CLERK = Person(OFFICE, ["clerk"], "Võ Thị Lan")
ADMINISTRATOR = Person(OFFICE, ["administrator"], "Trương Quản")
STNMT_LEADER = Person(STNMT, ["unit_leader"], "Lê Quang")
STNMT_OFFICER = Person(STNMT, ["officer"], "Lê Thị Hoa")
STNMT_ADMIN = Person(STNMT, ["administrator"], "Võ Trị")
SYT_LEADER = Person(SYT, ["unit_leader"], "Đỗ Hà")
EVALUATOR = Person(SNV, ["evaluator"], "Mai Hòa")
OPERATOR = Person(OFFICE, ["operator"], "Hồ Kỹ")
OFFICE_PEOPLE = (AN, BINH, OFFICE_LEADER, CHAIRMAN, CLERK, ADMINISTRATOR, OPERATOR)
PEOPLE = (*OFFICE_PEOPLE, STNMT_LEADER, STNMT_OFFICER, STNMT_ADMIN, SYT_LEADER, EVALUATOR)


def actor(person: Person) -> Actor:
    """As kit.identity finds him."""
    return Actor(person.id, person.unit_id, frozenset(person.roles), person.name)


def morning(year: int, month: int, day: int) -> datetime:
    """09:00 in Huế."""
    return datetime(year, month, day, 2, tzinfo=UTC)


def assignment(
    due: date | None = date(2025, 4, 30), state: str = "SENT", version: int = 1, role: str = "LEAD", **more: object
) -> Assignment:
    """Sở TNMT's, followed by An, due on a holiday unless told otherwise."""
    values = {
        "id": str(uuid4()),
        "task_id": str(uuid4()),
        "directive_id": str(uuid4()),
        "unit_id": str(STNMT),
        "specialist_id": str(AN.id),
        "role": AssignmentRole.Value(f"ASSIGNMENT_ROLE_{role}"),
        "task_class": TaskClass(has_deadline=due is not None),
        "content": "Rà soát quỹ đất công.",
        "directive_code": "5425/UBND-KGVX",
        "deadline_cycle": 1,
        "create_time": from_time(morning(2025, 2, 10)),
        **more,
    }
    values.setdefault("update_time", values["create_time"])
    state_number = assignment_pb2.AssignmentState.Value(f"ASSIGNMENT_STATE_{state}")
    return Assignment(due_date=from_date(due), state=state_number, version=version, **values)


def later(told: Assignment, state: str = "", **more: object) -> Assignment:
    """The same assignment, one version on."""
    changed = Assignment()
    changed.CopyFrom(told)
    changed.version += 1
    if state:
        changed.state = assignment_pb2.AssignmentState.Value(f"ASSIGNMENT_STATE_{state}")
    changed.MergeFrom(Assignment(**more))
    return changed


def update(on: datetime, kind: str = "PROGRESS", state: str = "SUBMITTED") -> assignment_pb2.Report:
    """One report of the unit."""
    kinds = {
        "kind": assignment_pb2.ReportKind.Value(f"REPORT_KIND_{kind}"),
        "state": assignment_pb2.ReportState.Value(f"REPORT_STATE_{state}"),
    }
    return assignment_pb2.Report(id=str(uuid4()), create_time=from_time(on), **kinds)


def sent(told: Assignment) -> event_pb2.AssignmentSent:
    """As `assignment` tells it."""
    return event_pb2.AssignmentSent(assignment=told)


async def hear(stack: Stack, told: Assignment) -> Assignment:
    """Delivers a snapshot; which event it comes by doesn't matter."""
    await stack.deliver(event_pb2.AssignmentProgressed(assignment=told), told.id, told.version)
    return told


async def exist(stack: Stack, unit_id: UUID, until: date | None = None, version: int = 1) -> None:
    """The service hears of a unit, and of its last day."""
    told = Unit(id=str(unit_id), version=version, name="Sở", valid_from=from_date(date(2016, 1, 1)), valid_to=from_date(until))
    await stack.deliver(UnitChanged(unit=told), told.id, version)


def storm(*days: date, version: int = 1, **more: object) -> ImportCalendarRequest:
    """Offices in Huế are closed on these days."""
    changes = [DayChange(date=from_date(day), kind=DAY_KIND_LOCAL_OFF, name="Bão số 6") for day in days]
    return ImportCalendarRequest(
        request_id=str(uuid4()), expected_version=version, source="88/CĐ-UBND ngày 24/4/2025", days=changes, **more
    )
