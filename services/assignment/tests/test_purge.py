"""D14: of what was found to be secret no assignment, report, file, obstacle, inquiry or inspection is left; who else holds it is told."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.assignment.v1 import (
    assignment_pb2_grpc,
    event_pb2,
    inquiry_pb2,
    inquiry_pb2_grpc,
    inspection_pb2,
    inspection_pb2_grpc,
    obstacle_pb2,
    obstacle_pb2_grpc,
)
from ykcd.directive.v1.event_pb2 import DirectivePublished, DirectivePurged, DirectiveSuperseded

from kit.events import Retry
from kit.testing.stack import Stack
from services.assignment import purge
from services.assignment.__main__ import app
from services.assignment.model import Assignment
from services.assignment.records import Base
from services.assignment.tests import factories as make
from services.assignment.tests.elsewhere import changed, get
from services.assignment.tests.factories import DECISION, LEADER, OFFICE_LEADER, SYT_LEADER, ask, day

CANARY = "chimhoangyen"
pytestmark = pytest.mark.article("D14")


def document(words: str) -> DirectivePublished:
    """One task for Sở TNMT and Sở Y tế."""
    task = make.task(make.part(), make.part(make.SYT), content=words, deliverable=words)
    event = make.published(task)
    event.directive.number = event.directive.abstract = words
    return event


def purged(event: DirectivePublished) -> DirectivePurged:
    """As `directive`, which knows what was planned, tells it."""
    ids = [part.id for task in event.directive.tasks for part in task.assignments]
    return DirectivePurged(directive_id=event.directive.id, task_ids=[task.id for task in event.directive.tasks], assignment_ids=ids)


async def inspected(stack: Stack, *assignment_ids: str) -> inspection_pb2.Inspection:
    stub = inspection_pb2_grpc.InspectionServiceStub(stack.channel)
    values = {"kind": inspection_pb2.INSPECTION_KIND_AD_HOC, "unit_id": str(make.STNMT), "title": CANARY, "plan": CANARY}
    values |= {"visit_from": day(2025, 4, 28), "visit_to": day(2025, 4, 29), "decision": DECISION, "assignment_ids": assignment_ids}
    return await stack.call(stub.PlanInspection, inspection_pb2.PlanInspectionRequest(request_id=str(uuid4()), **values), OFFICE_LEADER)


async def lived(stack: Stack) -> tuple[DirectivePublished, str, str]:
    """Everything that may hang on a document: parts, one handed on, a report, a file, what lies beside. The heir's and the file's id."""
    event = document(CANARY)
    await stack.deliver(event, event.directive.id, 2)
    mine, theirs = (part.id for part in event.directive.tasks[0].assignments)
    stub = assignment_pb2_grpc.AssignmentServiceStub(stack.channel)
    await stack.call(stub.AcceptAssignment, ask(pb.AcceptAssignmentRequest, mine), LEADER)
    await stack.call(stub.ReportProgress, ask(pb.ReportProgressRequest, mine, 2, content=CANARY), LEADER)
    head = make.header(mine, file_name=f"{CANARY}.pdf")
    file = await stack.call(stub.UploadEvidence, make.messages(head), LEADER)
    forward = ask(pb.ForwardAssignmentRequest, theirs, unit_id=str(make.PHU_LOC), reason=CANARY)
    heir = (await stack.call(stub.ForwardAssignment, forward, OFFICE_LEADER)).forwarded_to_id
    told = {"difficulty": CANARY, "cause": CANARY, "proposal": CANARY}
    difficulty = obstacle_pb2.RaiseObstacleRequest(request_id=str(uuid4()), assignment_id=mine, **told)
    await stack.call(obstacle_pb2_grpc.ObstacleServiceStub(stack.channel).RaiseObstacle, difficulty, LEADER)
    asked = {"kind": inquiry_pb2.INQUIRY_KIND_INFORMATION, "subject": CANARY, "body": CANARY}
    question = inquiry_pb2.OpenInquiryRequest(request_id=str(uuid4()), assignment_id=mine, **asked)
    await stack.call(inquiry_pb2_grpc.InquiryServiceStub(stack.channel).OpenInquiry, question, LEADER)
    await inspected(stack, mine)
    return event, heir, file.id


async def hear(stack: Stack, event: DirectivePurged) -> None:
    """And then its own word of what went with it."""
    await stack.deliver(event, event.directive_id, 3)
    for envelope, told in await stack.events(event_pb2.AssignmentsPurged):
        await stack.deliver(told, envelope.aggregate_id, source="assignment")


async def contents(stack: Stack) -> list[list[str]]:
    async with stack.session() as session:
        return [sorted(map(str, (await session.execute(select(table))).all())) for table in Base.metadata.sorted_tables]


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_every_table_and_the_file_store_are_emptied_of_it_and_of_nothing_else(stack: Stack, folder: Path) -> None:
    other = document("khác")
    await stack.deliver(other, other.directive.id, 2)
    before = await contents(stack)
    event, heir, file = await lived(stack)
    held = {"assignment", "report", "evidence", "transition", "obstacle", "inquiry", "inspection", "act", "outbox", "idempotency"}
    assert await stack.tables_holding(CANARY) == held
    assert [path.name for path in files_in(folder)] == [file]
    await hear(stack, purged(event))
    assert await stack.tables_holding(CANARY) == set()
    assert await contents(stack) == before
    assert files_in(folder) == []
    ((envelope, told),) = await stack.events(event_pb2.AssignmentsPurged)
    assert {heir, file} < set(told.ids)
    assert not set(told.ids) & {part.id for part in event.directive.tasks[0].assignments}
    assert (envelope.aggregate_id, envelope.aggregate_version) == (event.directive.id, 1)


async def test_what_comes_late_or_once_more_brings_nothing_back(stack: Stack) -> None:
    event, _, _ = await lived(stack)
    await hear(stack, purged(event))
    told = await stack.events()
    await hear(stack, purged(event))
    await stack.deliver(event, event.directive.id, 2)
    assert await stack.events() == told
    assert await stack.tables_holding(CANARY) == set()


async def test_nobody_finds_it_any_more(stack: Stack) -> None:
    event, _, _ = await lived(stack)
    await hear(stack, purged(event))
    stub = assignment_pb2_grpc.AssignmentServiceStub(stack.channel)
    get = pb.GetAssignmentRequest(id=event.directive.tasks[0].assignments[0].id)
    for person in (LEADER, OFFICE_LEADER, SYT_LEADER):
        assert (await stack.refused(stub.GetAssignment, get, person)).reason == "NOT_FOUND"


async def test_an_inspection_of_other_tasks_too_stays_and_names_it_no_more(stack: Stack) -> None:
    event, other = document(CANARY), document("khác")
    for each in (event, other):
        await stack.deliver(each, each.directive.id, 2)
    kept = other.directive.tasks[0].assignments[0].id
    inspection = await inspected(stack, event.directive.tasks[0].assignments[0].id, kept)
    await hear(stack, purged(event))
    ((envelope, told),) = await stack.events(event_pb2.InspectionChanged)
    assert (told.inspection.id, list(told.inspection.assignment_ids)) == (inspection.id, [kept])
    assert (envelope.aggregate_version, told.inspection.version) == (2, 2)


async def test_while_the_file_store_is_away_nothing_is_half_done(stack: Stack, folder: Path) -> None:
    event, _, file = await lived(stack)
    (stored,) = files_in(folder)
    stored.unlink()
    stored.mkdir()
    with pytest.raises(Retry):
        await stack.deliver(purged(event), event.directive.id, 3)
    async with stack.session() as session:
        mine = Assignment.directive_id == UUID(event.directive.id)
        assert await session.scalar(select(func.count()).where(mine)) == 3
    stored.rmdir()
    await stack.deliver(purged(event), event.directive.id, 3)
    assert await stack.tables_holding(file) <= {"outbox", "purged"}


async def test_the_history_of_what_it_had_ended_cites_it_no_more(stack: Stack, stub) -> None:
    """Also where an extension lapsed with it; another document's end, and another decision, stay as they were."""
    secret, other = document(CANARY), document("khác")
    ended = [document("Việc một"), document("Việc hai")]
    for event in (secret, other, *ended):
        await stack.deliver(event, event.directive.id, 2)
    ids = [event.directive.tasks[0].assignments[0].id for event in ended]
    wanted = ask(pb.RequestExtensionRequest, ids[0], new_due_date=day(2025, 5, 30), reason="Chờ số liệu.")
    await stack.call(stub.RequestExtension, wanted, LEADER)
    for event, by in zip(ended, (secret, other), strict=True):
        event.directive.superseded_by_id = by.directive.id
        told = changed(event.directive, DirectiveSuperseded, f"Thay bằng {by.directive.number}.")
        told.directive.changes[-1].document.code = by.directive.number
        await stack.deliver(told, told.directive.id, 3)
    kept = await get(stack, stub, ids[1])
    await hear(stack, purged(secret))
    assert await stack.tables_holding(CANARY) == set()
    seen, last = await get(stack, stub, ids[0]), "Văn bản thay thế được xác định là văn bản mật và đã xóa khỏi hệ thống."
    assert (seen.state, seen.version, seen.extensions[0].decision_reason) == (pb.ASSIGNMENT_STATE_CANCELLED, 4, last)
    line = seen.history[-1]
    assert (line.action, line.reason, line.HasField("decision"), line.deciding_directive_id) == (pb.ACTION_CANCEL, last, False, "")
    assert await get(stack, stub, ids[1]) == kept
    assert (kept.history[-1].decision.number, kept.history[-1].reason) == ("khác", "Thay bằng khác.")
    # What was told of it named the document and is emptied; so it is told anew.
    redacted = await stack.events(event_pb2.AssignmentRedacted)
    assert ids[0] in {envelope.aggregate_id for envelope, _ in redacted}
    assert all(envelope.aggregate_version == told.assignment.version for envelope, told in redacted)
    await hear(stack, purged(secret))
    assert await stack.events(event_pb2.AssignmentRedacted) == redacted


def test_every_table_is_thought_of() -> None:
    assert set(app.metadata.tables) == purge.ERASED | purge.FREE
