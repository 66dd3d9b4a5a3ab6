"""Obstacles by their own door: each RPC as a stranger, as another unit, as the right role, in each wrong state."""

from collections import Counter
from uuid import uuid4

import grpc
import pytest
from sqlalchemy import event as sql_event
from ykcd.assignment.v1 import assignment_pb2, assignment_pb2_grpc, event_pb2, obstacle_pb2_grpc
from ykcd.assignment.v1 import obstacle_pb2 as pb
from ykcd.directive.v1.event_pb2 import AbsenceChanged
from ykcd.directive.v1.people_pb2 import Absence

from kit.testing.stack import Person, Stack
from services.assignment.tests import factories as make
from services.assignment.tests.beside import ADMINISTRATOR, CHAIRMAN, denied, forbidden, lines, refused_elsewhere, rows_seen
from services.assignment.tests.factories import AN, BINH, CLERK, EVALUATOR, FOCAL, LEADER, OFFICE_LEADER, OFFICER, OPERATOR, SYT_LEADER, ask

RAISED, PROPOSED, DIRECTED, CLOSED, WITHDRAWN = (
    pb.OBSTACLE_STATE_RAISED,
    pb.OBSTACLE_STATE_PROPOSED,
    pb.OBSTACLE_STATE_DIRECTED,
    pb.OBSTACLE_STATE_CLOSED,
    pb.OBSTACLE_STATE_WITHDRAWN,
)
DECISION = assignment_pb2.Decision(number="15/TB-UBND", signer="Nguyễn Văn Chủ")
WAYS = {
    RAISED: [],
    PROPOSED: ["ProposeSolution"],
    DIRECTED: ["ProposeSolution", "DirectObstacle"],
    CLOSED: ["CloseObstacle"],
    WITHDRAWN: ["WithdrawObstacle"],
}
FROM = {
    "ProposeSolution": {RAISED},
    "DirectObstacle": {PROPOSED},
    "CloseObstacle": {RAISED, PROPOSED, DIRECTED},
    "WithdrawObstacle": {RAISED, PROPOSED},
}
RIGHT = {"ProposeSolution": AN, "DirectObstacle": OFFICE_LEADER, "CloseObstacle": LEADER, "WithdrawObstacle": LEADER}
TOLD = {"difficulty": "Chưa có bản đồ nền.", "cause": "Đơn vị đo đạc chậm.", "proposal": "Cho lùi thời hạn một tháng."}


@pytest.fixture
def stub(stack: Stack) -> obstacle_pb2_grpc.ObstacleServiceStub:
    return obstacle_pb2_grpc.ObstacleServiceStub(stack.channel)


def raising(assignment_id: str, **more: str) -> pb.RaiseObstacleRequest:
    return pb.RaiseObstacleRequest(request_id=str(uuid4()), assignment_id=assignment_id, **{**TOLD, **more})


def writes(id: str, version: int = 1) -> dict[str, object]:
    return {
        "ProposeSolution": ask(pb.ProposeSolutionRequest, id, version, office_proposal="Giao Sở Tài chính ứng kinh phí."),
        "DirectObstacle": ask(pb.DirectObstacleRequest, id, version, direction="Đồng ý như đề xuất.", decision=DECISION),
        "CloseObstacle": ask(pb.CloseObstacleRequest, id, version, note="Đã có bản đồ."),
        "WithdrawObstacle": ask(pb.WithdrawObstacleRequest, id, version, reason="Đã tự xử lý."),
    }


def all_requests(id: str) -> dict[str, object]:
    reads = {"GetObstacle": pb.GetObstacleRequest(id=id), "ListObstacles": pb.ListObstaclesRequest()}
    return {"RaiseObstacle": raising(id), **writes(id), **reads}


async def raised(stack: Stack, stub, *names: str, person: Person = LEADER) -> pb.Obstacle:
    """A new obstacle to a new assignment, after these acts."""
    current = await stack.call(stub.RaiseObstacle, raising(await make.sent(stack)), person)
    for name in names:
        current = await stack.call(getattr(stub, name), writes(current.id, current.version)[name], RIGHT[name])
    return current


def test_every_rpc_is_tried() -> None:
    methods = pb.DESCRIPTOR.services_by_name["ObstacleService"].methods
    assert sorted(method.name for method in methods) == sorted(all_requests(""))


@pytest.mark.parametrize("name", all_requests(""))
async def test_a_stranger_is_refused(stack: Stack, stub, name: str) -> None:
    await denied(stack, getattr(stub, name), all_requests(str(uuid4()))[name], None, "TOKEN_MISSING")


@pytest.mark.article("Đ10.2", "Đ8.1.b", "Đ9.3")
async def test_from_the_units_difficulty_to_the_leaders_direction(stack: Stack, stub, clock) -> None:
    """Đ10.2, Đ8.1.b, Đ9.3: each step is one version, one act, one full snapshot."""
    current = await raised(stack, stub)
    assert (current.state, current.unit_id, current.specialist_id) == (RAISED, str(make.STNMT), str(AN.id))
    assert (current.difficulty, current.cause, current.proposal) == tuple(TOLD.values())
    assert (current.directive_code, current.task_content) == ("5425/UBND-KGVX", "Rà soát quỹ đất công trên địa bàn.")
    for version, name in enumerate(("ProposeSolution", "DirectObstacle", "CloseObstacle"), start=1):
        clock.advance(hours=1)
        current = await stack.call(getattr(stub, name), writes(current.id, version)[name], RIGHT[name])
    assert (current.state, current.office_proposal) == (CLOSED, "Giao Sở Tài chính ứng kinh phí.")
    assert (current.direction, current.decision, current.closing_note) == ("Đồng ý như đề xuất.", DECISION, "Đã có bản đồ.")
    assert lines(current) == [
        ("raise", TOLD["difficulty"], LEADER.name, 1),
        ("propose", "Giao Sở Tài chính ứng kinh phí.", AN.name, 2),
        ("direct", "Đồng ý như đề xuất.", OFFICE_LEADER.name, 3),
        ("close", "Đã có bản đồ.", LEADER.name, 4),
    ]
    told = await stack.events(event_pb2.ObstacleChanged)
    assert [(envelope.aggregate_id, envelope.aggregate_version) for envelope, _ in told] == [(current.id, v) for v in (1, 2, 3, 4)]
    assert told[-1][1].obstacle == current


@pytest.mark.parametrize("person", [LEADER, FOCAL, OFFICER], ids=["leader", "focal point", "officer"])
async def test_anybody_of_the_unit_tells_of_a_difficulty(stack: Stack, stub, person: Person) -> None:
    assert (await raised(stack, stub, person=person)).allowed_verbs == ["close", "withdraw"]


@pytest.mark.article("Đ10.2")
async def test_only_the_unit_that_has_the_task_tells_of_a_difficulty(stack: Stack, stub) -> None:
    id = await make.sent(stack, make.part(), make.part(make.PHU_LOC, "COORDINATING"))
    await denied(stack, stub.RaiseObstacle, raising(id), SYT_LEADER, "NOT_FOUND")
    await denied(stack, stub.RaiseObstacle, raising(id), make.PHU_LOC_LEADER, "OTHER_UNIT")
    for person in (AN, OFFICE_LEADER, CHAIRMAN, CLERK, EVALUATOR, OPERATOR, ADMINISTRATOR):
        await denied(stack, stub.RaiseObstacle, raising(id), person, "ROLE_REQUIRED")


@pytest.mark.article("Đ10.2")
async def test_a_task_that_is_done_has_no_obstacle_left(stack: Stack, stub) -> None:
    id = await make.sent(stack)
    assignments = assignment_pb2_grpc.AssignmentServiceStub(stack.channel)
    await stack.call(assignments.AcceptAssignment, ask(assignment_pb2.AcceptAssignmentRequest, id), LEADER)
    await stack.call(assignments.ReportDone, make.done(id), LEADER)
    await stack.call(assignments.VerifyAssignment, ask(assignment_pb2.VerifyAssignmentRequest, id, 3), AN)
    error = await stack.refused(stub.RaiseObstacle, raising(id), LEADER)
    assert (error.code, error.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "ASSIGNMENT_CLOSED")


@pytest.mark.article("Đ8.1.b", "Đ9.3", "D16")
async def test_the_offices_steps_are_its_specialists_and_leaders(stack: Stack, stub) -> None:
    """D16: the specialist of this very part."""
    obstacle = await raised(stack, stub)
    request = writes(obstacle.id)["ProposeSolution"]
    await denied(stack, stub.ProposeSolution, request, BINH, "OTHER_SPECIALIST")
    for person in (LEADER, CHAIRMAN, CLERK, EVALUATOR, OPERATOR, ADMINISTRATOR):
        await denied(stack, stub.ProposeSolution, request, person, "ROLE_REQUIRED")
    proposed = await stack.call(stub.ProposeSolution, request, AN)
    direct = writes(obstacle.id, proposed.version)["DirectObstacle"]
    for person in (AN, LEADER, CHAIRMAN, CLERK, EVALUATOR, OPERATOR, ADMINISTRATOR):
        await denied(stack, stub.DirectObstacle, direct, person, "ROLE_REQUIRED")
    assert (await stack.call(stub.DirectObstacle, direct, OFFICE_LEADER)).allowed_verbs == ["close"]


@pytest.mark.article("Đ8.1.b", "Đ8.1.đ", "§6.9")
async def test_the_absent_specialists_deputy_proposes_and_he_stays_the_owner(stack: Stack, stub) -> None:
    obstacle = await raised(stack, stub)
    away = {"first_day": make.day(2025, 4, 24), "last_day": make.day(2025, 4, 25), "unit_id": str(make.OFFICE)}
    absence = Absence(id=str(uuid4()), version=1, person_id=str(AN.id), deputy_id=str(BINH.id), **away)
    await stack.deliver(AbsenceChanged(absence=absence), absence.id)
    proposed = await stack.call(stub.ProposeSolution, writes(obstacle.id)["ProposeSolution"], BINH)
    assert (proposed.specialist_id, proposed.history[-1].actor_name) == (str(AN.id), BINH.name)


@pytest.mark.article("Đ10.2")
async def test_the_unit_takes_its_own_back_and_the_specialist_may_close(stack: Stack, stub) -> None:
    obstacle = await raised(stack, stub)
    request = writes(obstacle.id)["WithdrawObstacle"]
    await denied(stack, stub.WithdrawObstacle, request, SYT_LEADER, "NOT_FOUND")
    await denied(stack, stub.WithdrawObstacle, request, AN, "ROLE_REQUIRED")
    await denied(stack, stub.CloseObstacle, writes(obstacle.id)["CloseObstacle"], BINH, "OTHER_SPECIALIST")
    assert (await stack.call(stub.CloseObstacle, writes(obstacle.id)["CloseObstacle"], AN)).state == CLOSED


@pytest.mark.parametrize("state", WAYS)
async def test_in_each_state_what_isnt_allowed_is_refused(stack: Stack, stub, state: int) -> None:
    current = await raised(stack, stub, *WAYS[state])
    assert current.state == state
    await refused_elsewhere(stack, stub, current, FROM, writes, RIGHT)


@pytest.mark.parametrize("name", FROM)
async def test_a_stale_version_is_refused_and_a_repeated_request_has_one_effect(stack: Stack, stub, name: str) -> None:
    current = await raised(stack, stub, *(["ProposeSolution"] if name == "DirectObstacle" else []))
    error = await stack.refused(getattr(stub, name), writes(current.id, current.version + 1)[name], RIGHT[name])
    assert (error.code, error.reason, error.error.metadata) == (
        grpc.StatusCode.ABORTED,
        "STALE_VERSION",
        {"version": str(current.version)},
    )
    request = writes(current.id, current.version)[name]
    first, second = [await stack.call(getattr(stub, name), request, RIGHT[name]) for _ in range(2)]
    assert first == second
    assert len(await stack.events(event_pb2.ObstacleChanged)) == current.version + 1


async def test_the_same_obstacle_raised_twice_by_one_request_is_one(stack: Stack, stub) -> None:
    request = raising(await make.sent(stack))
    first, second = [await stack.call(stub.RaiseObstacle, request, LEADER) for _ in range(2)]
    assert first == second
    assert len((await stack.call(stub.ListObstacles, pb.ListObstaclesRequest(), LEADER)).obstacles) == 1


@pytest.mark.parametrize(
    ("name", "request_", "fields"),
    [
        ("RaiseObstacle", raising(str(uuid4()), cause=""), ["cause"]),
        ("RaiseObstacle", raising(str(uuid4()), proposal="  "), ["proposal"]),
        ("DirectObstacle", ask(pb.DirectObstacleRequest, str(uuid4()), direction="Đồng ý."), ["decision"]),
        (
            "DirectObstacle",
            ask(pb.DirectObstacleRequest, str(uuid4()), direction="Đồng ý.", decision=assignment_pb2.Decision(number=" ", signer="A")),
            ["decision.number"],
        ),
        ("CloseObstacle", ask(pb.CloseObstacleRequest, str(uuid4()), note=""), ["note"]),
    ],
)
async def test_wrong_fields_are_named(stack: Stack, stub, name: str, request_, fields: list[str]) -> None:
    error = await stack.refused(getattr(stub, name), request_, LEADER)
    assert (error.code, error.fields) == (grpc.StatusCode.INVALID_ARGUMENT, fields)


@pytest.mark.article("D13")
async def test_a_unit_sees_its_own_the_office_all_and_others_nothing(stack: Stack, stub) -> None:
    """D13, example 29; a unit that takes part in the same task doesn't see it either."""
    id = await make.sent(stack, make.part(), make.part(make.SYT, "COORDINATING"))
    mine = await stack.call(stub.RaiseObstacle, raising(id), LEADER)
    for person in (LEADER, OFFICER, AN, BINH, CLERK, CHAIRMAN, OFFICE_LEADER):
        assert (await stack.call(stub.GetObstacle, pb.GetObstacleRequest(id=mine.id), person)).history == mine.history
        (listed,) = (await stack.call(stub.ListObstacles, pb.ListObstaclesRequest(), person)).obstacles
        assert (listed.id, len(listed.history)) == (mine.id, 0)
    for person in (SYT_LEADER, EVALUATOR, OPERATOR, ADMINISTRATOR):
        await denied(stack, stub.GetObstacle, pb.GetObstacleRequest(id=mine.id), person, "NOT_FOUND")
        assert not (await stack.call(stub.ListObstacles, pb.ListObstaclesRequest(), person)).obstacles


async def test_lists_are_paged_newest_change_first_and_filters_hold(stack: Stack, stub, clock) -> None:
    made = []
    for _ in range(3):
        made.append(await raised(stack, stub))
        clock.advance(seconds=1)
    await stack.call(stub.ProposeSolution, writes(made[0].id)["ProposeSolution"], AN)
    first = await stack.call(stub.ListObstacles, pb.ListObstaclesRequest(page_size=2), AN)
    again = pb.ListObstaclesRequest(page_size=2, page_token=first.next_page_token)
    second = await stack.call(stub.ListObstacles, again, AN)
    assert [item.id for item in (*first.obstacles, *second.obstacles)] == [made[0].id, made[2].id, made[1].id]
    assert not second.next_page_token
    assert (await stack.refused(stub.ListObstacles, again, BINH)).reason == "PAGE_TOKEN_INVALID"
    for query, ids in (
        (pb.ListObstaclesRequest(states=[PROPOSED]), [made[0].id]),
        (pb.ListObstaclesRequest(assignment_id=made[1].assignment_id), [made[1].id]),
        (pb.ListObstaclesRequest(unit_id=str(make.SYT)), []),
    ):
        assert [item.id for item in (await stack.call(stub.ListObstacles, query, AN)).obstacles] == ids


async def test_a_list_costs_the_same_number_of_queries_however_long(stack: Stack, stub) -> None:
    statements: Counter = Counter()
    sql_event.listen(stack.runtime.api.sync_engine, "before_cursor_execute", lambda *_: statements.update(["now"]))
    seen = []
    for size in (1, 8):
        for _ in range(size):
            await raised(stack, stub)
        statements.clear()
        await stack.call(stub.ListObstacles, pb.ListObstaclesRequest(), LEADER)
        seen.append(statements["now"])
    assert seen[0] == seen[1] <= 3


async def test_a_page_that_would_outgrow_an_answer_ends_earlier(stack: Stack, stub) -> None:
    long = dict.fromkeys(TOLD, "ờ" * 5000)
    for _ in range(75):
        await stack.call(stub.RaiseObstacle, raising(await make.sent(stack), **long), LEADER)
    first = await stack.call(stub.ListObstacles, pb.ListObstaclesRequest(page_size=200), AN)
    assert 0 < len(first.obstacles) < 75
    second = await stack.call(stub.ListObstacles, pb.ListObstaclesRequest(page_size=200, page_token=first.next_page_token), AN)
    assert len({item.id for item in (*first.obstacles, *second.obstacles)}) == 75
    assert not second.next_page_token


@pytest.mark.article("D13")
async def test_the_database_alone_gives_each_his_own_and_keeps_what_was_said(stack: Stack, stub) -> None:
    """D13: for a request that forgot to ask whose it is."""
    await raised(stack, stub)
    for person, count in ((AN, 1), (OFFICER, 1), (SYT_LEADER, 0), (EVALUATOR, 0), (OPERATOR, 0), (ADMINISTRATOR, 0)):
        assert (person.name, await rows_seen(stack, person, "obstacle", "act")) == (person.name, [count, count])
    for statement in ("UPDATE act SET text = ''", "DELETE FROM act", "UPDATE obstacle SET difficulty = ''", "DELETE FROM obstacle"):
        await forbidden(stack, AN, statement)
