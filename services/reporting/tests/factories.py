"""Events and people for this service's tests."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from google.protobuf.message import Message
from google.type.date_pb2 import Date
from ykcd.assignment.v1 import assignment_pb2 as a
from ykcd.assignment.v1 import event_pb2 as told
from ykcd.assignment.v1 import obstacle_pb2
from ykcd.deadline.v1 import deadline_pb2, urging_pb2
from ykcd.deadline.v1 import event_pb2 as clock
from ykcd.directive.v1 import directive_pb2 as d
from ykcd.directive.v1 import event_pb2 as published
from ykcd.directive.v1 import people_pb2, registry_pb2

from kit.clock import local_date
from kit.dates import from_date, from_time
from kit.testing.stack import Person, Stack

OFFICE, STNMT, PHU_LOC, SYT, SNV = (uuid4() for _ in range(5))
LAND, HEALTH = uuid4(), uuid4()
NAMES = {
    OFFICE: ("vpub", "Văn phòng UBND tỉnh"),
    STNMT: ("stnmt", "Sở Tài nguyên và Môi trường"),
    PHU_LOC: ("phuloc", "UBND huyện Phú Lộc"),
    SYT: ("syt", "Sở Y tế"),
    SNV: ("snv", "Sở Nội vụ"),
}

AN = Person(OFFICE, ["specialist"], "Nguyễn Văn An")
BINH = Person(OFFICE, ["specialist"], "Trần Thị Bình")
OFFICE_LEADER = Person(OFFICE, ["office_leader"], "Phan Đức Thuận")
CHAIRMAN = Person(OFFICE, ["chairman"], "Lê Trường Lưu")
CLERK = Person(OFFICE, ["clerk"], "Võ Thị Thư")
STNMT_LEADER = Person(STNMT, ["unit_leader"], "Lê Quang")
STNMT_OFFICER = Person(STNMT, ["officer"], "Hồ Văn Bé")
PHU_LOC_POINT = Person(PHU_LOC, ["focal_point"], "Trần Lộc")
SYT_LEADER = Person(SYT, ["unit_leader"], "Đỗ Hà")
EVALUATOR = Person(SNV, ["evaluator"], "Mai Hòa")
OPERATOR = Person(OFFICE, ["operator"], "Hồ Kỹ")
ADMINISTRATOR = Person(OFFICE, ["administrator"], "Cao Quản")
PEOPLE = (
    AN,
    BINH,
    OFFICE_LEADER,
    CHAIRMAN,
    CLERK,
    STNMT_LEADER,
    STNMT_OFFICER,
    PHU_LOC_POINT,
    SYT_LEADER,
    EVALUATOR,
    OPERATOR,
    ADMINISTRATOR,
)


def day(year: int, month: int, number: int) -> Date:
    """A proto date."""
    return Date(year=year, month=month, day=number)


async def fill(stack: Stack) -> None:
    """The people and the units."""
    await stack.add(*PEOPLE)
    for id, (code, name) in NAMES.items():
        unit = registry_pb2.Unit(id=str(id), code=code, name=name, abbreviations=[code.upper()], version=1)
        await stack.deliver(published.UnitChanged(unit=unit), id)


def part(unit: UUID, role: str = "LEAD", due: Date | None = None, **more: Any) -> d.PlannedAssignment:
    """One unit's part."""
    value = d.AssignmentRole.Value(f"ASSIGNMENT_ROLE_{role}")
    return d.PlannedAssignment(id=str(uuid4()), unit_id=str(unit), role=value, due_date=due, **more)


def task(*parts: d.PlannedAssignment, content: str = "Rà soát quỹ đất công.", field: UUID = LAND) -> d.Task:
    """A task that need not be submitted."""
    dated = any(part.HasField("due_date") for part in parts)
    chosen = d.TaskClass(has_deadline=dated, must_report=False)
    return d.Task(id=str(uuid4()), ordinal=1, content=content, task_class=chosen, field_id=str(field), assignments=parts)


def directive(*tasks: d.Task, **more: Any) -> d.Directive:
    """A letter issued on Monday 21/04/2025."""
    values = {
        "id": str(uuid4()),
        "version": 2,
        "state": d.DIRECTIVE_STATE_PUBLISHED,
        "number": "5425",
        "symbol": "UBND-KGVX",
        "document_type": d.DOCUMENT_TYPE_OFFICIAL_LETTER,
        "abstract": "V/v rà soát quỹ đất công",
        "issue_date": day(2025, 4, 21),
        **more,
    }
    return d.Directive(tasks=tasks, **values)


async def publish(stack: Stack, document: d.Directive) -> d.Directive:
    """Delivers DirectivePublished."""
    await stack.deliver(published.DirectivePublished(directive=document), document.id, document.version)
    return document


def snapshot(document: d.Directive, task: d.Task, part: d.PlannedAssignment, **more: Any) -> a.Assignment:
    """The part as `assignment` tells it, at version 1, sent."""
    values = {
        "id": part.id,
        "state": a.ASSIGNMENT_STATE_SENT,
        "task_id": task.id,
        "directive_id": document.id,
        "unit_id": part.unit_id,
        "role": part.role,
        "content": task.content,
        "task_class": task.task_class,
        "field_id": task.field_id,
        "specialist_id": part.specialist_id,
        "directive_code": f"{document.number}/{document.symbol}",
        "directive_abstract": document.abstract,
        "directive_issue_date": document.issue_date,
        "execution": a.EXECUTION_NOT_STARTED,
        "phase": part.phase,
        "phase_name": part.phase_name,
        "deadline_cycle": 1,
        **more,
    }
    if part.HasField("due_date"):
        values = {"due_date": part.due_date, "effective_due_date": part.due_date} | values
    return a.Assignment(**values)


async def tell(stack: Stack, event: type[Message], snapshot: a.Assignment, version: int = 1) -> None:
    """Delivers an event of `assignment`, told now."""
    snapshot.version = version
    snapshot.update_time.CopyFrom(from_time(stack.runtime.clock()))
    await stack.deliver(event(assignment=snapshot), snapshot.id, version)


async def set_deadline(stack: Stack, part: d.PlannedAssignment, effective: Date, version: int = 1) -> None:
    """Delivers DeadlineSet, reckoned from the part's own due date."""
    deadline = deadline_pb2.Deadline(assignment_id=part.id, due_date=part.due_date, effective_due_date=effective, unit_id=part.unit_id)
    await stack.deliver(clock.DeadlineSet(deadline=deadline), part.id, version)


async def tell_notice(stack: Stack, assignment_id: str, version: int = 1, *, id: str = "", **more: Any) -> str:
    """Delivers UrgingNoticeIssued (or …Ended with a later version), of the first cycle and counting unless told else; the notice's id."""
    issued = from_time(stack.runtime.clock())
    values = {"id": id or str(uuid4()), "assignment_id": assignment_id, "deadline_cycle": 1, "counts": True, "issue_time": issued, **more}
    event = clock.UrgingNoticeIssued if version == 1 else clock.UrgingNoticeEnded
    await stack.deliver(event(notice=urging_pb2.UrgingNotice(**values)), values["id"], version)
    return values["id"]


async def tell_escalation(stack: Stack, assignment_id: str, state: str = "DUE", version: int = 1, *, id: str = "") -> str:
    """Delivers one of an escalation's events; its id."""
    value = urging_pb2.EscalationState.Value(f"ESCALATION_STATE_{state}")
    told = urging_pb2.Escalation(id=id or str(uuid4()), assignment_id=assignment_id, state=value)
    event = clock.EscalationDue if state == "DUE" else clock.EscalationClosed
    await stack.deliver(event(escalation=told), told.id, version)
    return told.id


async def tell_obligation(stack: Stack, assignment_id: str, state: str, period_end: Date, version: int = 1, *, id: str = "") -> str:
    """Delivers one of an obligation's events; its id."""
    value = urging_pb2.ObligationState.Value(f"OBLIGATION_STATE_{state}")
    told = urging_pb2.Obligation(id=id or str(uuid4()), assignment_id=assignment_id, state=value, period_end=period_end)
    await stack.deliver(clock.ObligationFulfilled(obligation=told), told.id, version)
    return told.id


async def stand_in(stack: Stack, absent: Person, deputy: Person, first: Date, last: Date) -> None:
    """Delivers AbsenceChanged."""
    who = {"unit_id": str(absent.unit_id), "person_id": str(absent.id), "deputy_id": str(deputy.id)}
    absence = people_pb2.Absence(id=str(uuid4()), version=1, first_day=first, last_day=last, **who)
    await stack.deliver(published.AbsenceChanged(absence=absence), absence.id)


async def tell_obstacle(stack: Stack, assignment_id: str, state: str = "RAISED", version: int = 1, *, id: str = "") -> str:
    """Delivers ObstacleChanged; the obstacle's id."""
    value = obstacle_pb2.ObstacleState.Value(f"OBSTACLE_STATE_{state}")
    obstacle = obstacle_pb2.Obstacle(id=id or str(uuid4()), assignment_id=assignment_id, state=value)
    await stack.deliver(told.ObstacleChanged(obstacle=obstacle), obstacle.id, version)
    return obstacle.id


async def assign(
    stack: Stack,
    unit: UUID = STNMT,
    *,
    state: str = "SENT",
    role: str = "LEAD",
    due: date | None = date(2025, 6, 30),
    completed: date | None = None,
    content: str = "Rà soát quỹ đất công.",
    specialist: Person | None = AN,
    delegates: tuple[Person, ...] = (),
    late_update: bool | None = None,
    reported: datetime | None = None,
    issued: Date | None = None,
    **also: Any,
) -> str:
    """One document with one task for one unit, in the given state; `also`: more of its snapshot. The assignment's id."""
    planned = part(unit, role, from_date(due), specialist_id=str(specialist.id) if specialist else "")
    document = await publish(stack, directive(task(planned, content=content), issue_date=issued or day(2025, 4, 21)))
    more: dict[str, Any] = {"state": a.AssignmentState.Value(f"ASSIGNMENT_STATE_{state}"), "execution": EXECUTIONS[state], **also}
    if completed:
        more["completed_on"] = from_date(completed)
    if late_update is not None:
        more["late_update"] = late_update
    if reported:
        more["last_report_on"] = from_date(local_date(reported))
    if delegates:
        leader, *officers = [str(person.id) for person in delegates]
        more["delegation"] = a.Delegation(leader_id=leader, officer_ids=officers)
    await tell(stack, told.AssignmentSent, snapshot(document, document.tasks[0], planned, **more))
    return planned.id


EXECUTIONS = {
    "SENT": a.EXECUTION_NOT_STARTED,
    "ACCEPTED": a.EXECUTION_NOT_STARTED,
    "RETURN_REQUESTED": a.EXECUTION_NOT_STARTED,
    "IN_PROGRESS": a.EXECUTION_IN_PROGRESS,
    "REPORTED": a.EXECUTION_DONE,
    "VERIFIED": a.EXECUTION_DONE,
    "FORWARDED": a.EXECUTION_UNSPECIFIED,
    "CANCELLED": a.EXECUTION_UNSPECIFIED,
    "SUCCEEDED": a.EXECUTION_UNSPECIFIED,
}
