"""Row-level security alone: what the database itself gives to a request that forgot to ask whose it is."""

import pytest
from sqlalchemy import text
from ykcd.assignment.v1 import assignment_pb2 as pb

from kit import db
from kit.testing.stack import Person, Stack
from services.assignment.tests import factories as make
from services.assignment.tests.beside import enter, forbidden, rows_seen
from services.assignment.tests.factories import AN, EVALUATOR, LEADER, OFFICER, OPERATOR, PHU_LOC_LEADER, SYT_LEADER, ask

TABLES = ("assignment", "participation", "delegation", "plan", "report", "extension", "transition", "evidence", "upload")


@pytest.fixture(autouse=True)
async def lived(stack: Stack, stub) -> None:
    """Sở TNMT leads: it has delegated, planned, reported, drafted, asked for time, uploaded. Sở Y tế coordinates; Phú Lộc has no part."""
    id = await make.sent(stack, make.part(), make.part(make.SYT, "COORDINATING"))
    await stack.call(stub.AcceptAssignment, ask(pb.AcceptAssignmentRequest, id), LEADER)
    await stack.call(stub.DelegateAssignment, ask(pb.DelegateAssignmentRequest, id, 2, leader_id=str(LEADER.id)), LEADER)
    await stack.call(stub.ReportProgress, ask(pb.ReportProgressRequest, id, 3, content="Đang làm."), LEADER)
    await stack.call(stub.DraftReport, ask(pb.DraftReportRequest, id, 4, content="Dự thảo."), OFFICER)
    await stack.call(stub.SetPlan, ask(pb.SetPlanRequest, id, 5, steps=[pb.PlanStep(content="Khảo sát")]), OFFICER)
    later = ask(pb.RequestExtensionRequest, id, 6, new_due_date=make.day(2025, 5, 30), reason="Chờ số liệu.")
    await stack.call(stub.RequestExtension, later, LEADER)
    await stack.call(stub.UploadEvidence, make.messages(make.header(id)), LEADER)


@pytest.mark.article("D13")
@pytest.mark.parametrize(
    ("person", "counts"),
    [
        # The Office doesn't see the draft.
        (AN, (2, 2, 1, 1, 1, 1, 8, 1, 0)),
        (OFFICER, (2, 1, 1, 1, 2, 1, 7, 1, 0)),
        (SYT_LEADER, (2, 1, 0, 0, 0, 0, 1, 0, 0)),
        (PHU_LOC_LEADER, (0, 0, 0, 0, 0, 0, 0, 0, 0)),
        (EVALUATOR, (0, 0, 0, 0, 0, 0, 0, 0, 0)),
        (OPERATOR, (0, 0, 0, 0, 0, 0, 0, 0, 0)),
    ],
    ids=["office", "own unit", "co-unit", "another unit", "evaluator", "operator"],
)
async def test_the_database_gives_each_his_own(stack: Stack, person: Person, counts: tuple[int, ...]) -> None:
    """D13, example 29."""
    assert tuple(await rows_seen(stack, person, *TABLES)) == counts


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE assignment SET state = 5",
        "UPDATE assignment SET unit_id = (SELECT actor_unit())",
        "UPDATE assignment SET due_date = NULL",
        "DELETE FROM assignment",
        "UPDATE report SET content = ''",
        "DELETE FROM transition",
        "INSERT INTO participation SELECT actor_unit(), gen_random_uuid()",
        "INSERT INTO assignment SELECT (jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid()))).* FROM assignment a LIMIT 1",
        "DELETE FROM extension",
        "DELETE FROM plan",
    ],
)
async def test_the_database_refuses_a_co_unit_and_every_rewriting_of_the_past(stack: Stack, statement: str) -> None:
    await forbidden(stack, SYT_LEADER, statement, r"row-level security|permission denied")


async def test_only_a_draft_is_thrown_away(stack: Stack) -> None:
    """By its unit; the Office doesn't even see it."""
    for person, gone in ((AN, 0), (SYT_LEADER, 0), (LEADER, 1), (LEADER, 0)):
        async with db.transaction(stack.runtime.api) as session:
            await enter(session, person)
            assert (await session.execute(text("DELETE FROM report"))).rowcount == gone
