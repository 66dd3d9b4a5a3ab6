"""Inquiries by their own door: what units ask, who answers, how long it took."""

from uuid import uuid4

import grpc
import pytest
from ykcd.assignment.v1 import event_pb2, inquiry_pb2_grpc
from ykcd.assignment.v1 import inquiry_pb2 as pb

from kit.testing.stack import Person, Stack
from services.assignment.tests import factories as make
from services.assignment.tests.beside import ADMINISTRATOR, CHAIRMAN, denied, forbidden, lines, refused_elsewhere, rows_seen
from services.assignment.tests.factories import (
    AN,
    BINH,
    CLERK,
    EVALUATOR,
    FOCAL,
    LEADER,
    OFFICE_LEADER,
    OFFICER,
    OPERATOR,
    SYT_LEADER,
    ask,
    day,
)

SUPPORT, INFORMATION, SOFTWARE, REGULATION = (
    pb.INQUIRY_KIND_SUPPORT,
    pb.INQUIRY_KIND_INFORMATION,
    pb.INQUIRY_KIND_SOFTWARE_FEEDBACK,
    pb.INQUIRY_KIND_REGULATION_FEEDBACK,
)
OPEN, ANSWERED, SOLVED = pb.INQUIRY_STATE_OPEN, pb.INQUIRY_STATE_ANSWERED, pb.INQUIRY_STATE_SOLVED
WAYS = {OPEN: [], ANSWERED: ["AnswerInquiry"], SOLVED: ["AnswerInquiry", "SolveInquiry"]}
FROM = {"AnswerInquiry": {OPEN}, "SolveInquiry": {OPEN, ANSWERED}, "ReopenInquiry": {ANSWERED, SOLVED}}
RIGHT = {"AnswerInquiry": AN, "SolveInquiry": OFFICER, "ReopenInquiry": OFFICER}


@pytest.fixture
def stub(stack: Stack) -> inquiry_pb2_grpc.InquiryServiceStub:
    return inquiry_pb2_grpc.InquiryServiceStub(stack.channel)


def question(kind: int = SUPPORT, **more: str) -> pb.OpenInquiryRequest:
    told = {"subject": "Không đính kèm được tệp", "body": "Báo lỗi khi tải tệp PDF.", **more}
    return pb.OpenInquiryRequest(request_id=str(uuid4()), kind=kind, **told)


def writes(id: str, version: int = 1) -> dict[str, object]:
    return {
        "AnswerInquiry": ask(pb.AnswerInquiryRequest, id, version, answer="Tệp phải nhỏ hơn 50 MB."),
        "SolveInquiry": ask(pb.SolveInquiryRequest, id, version, note="Đã được."),
        "ReopenInquiry": ask(pb.ReopenInquiryRequest, id, version, reason="Vẫn lỗi."),
    }


def all_requests(id: str) -> dict[str, object]:
    """Those of regulations are tried in test_regulation."""
    reads = {
        "GetInquiry": pb.GetInquiryRequest(id=id),
        "ListInquiries": pb.ListInquiriesRequest(),
        "GetInquiryStatistics": pb.GetInquiryStatisticsRequest(),
    }
    return {"OpenInquiry": question(), **writes(id), **reads}


async def asked(stack: Stack, stub, *names: str, kind: int = SUPPORT, person: Person = OFFICER) -> pb.Inquiry:
    """A new inquiry after these acts."""
    current = await stack.call(stub.OpenInquiry, question(kind), person)
    for name in names:
        current = await stack.call(getattr(stub, name), writes(current.id, current.version)[name], RIGHT[name])
    return current


def test_every_rpc_is_tried() -> None:
    methods = {method.name for method in pb.DESCRIPTOR.services_by_name["InquiryService"].methods}
    assert methods - set(all_requests("")) == {"PutUnitRegulation", "GetUnitRegulationFile", "ListUnitRegulations"}


@pytest.mark.parametrize("name", all_requests(""))
async def test_a_stranger_is_refused(stack: Stack, stub, name: str) -> None:
    await denied(stack, getattr(stub, name), all_requests(str(uuid4()))[name], None, "TOKEN_MISSING")


@pytest.mark.article("Đ8.1.d")
async def test_asked_answered_reopened_and_solved(stack: Stack, stub, clock) -> None:
    """Đ8.1.d: the first answer's time counts, and the last solution's."""
    current = await asked(stack, stub)
    assert (current.state, current.unit_id, current.author_id) == (OPEN, str(make.STNMT), str(OFFICER.id))
    assert (current.author_name, current.allowed_verbs) == (OFFICER.name, ["solve"])
    for version, name in enumerate(("AnswerInquiry", "ReopenInquiry", "AnswerInquiry", "SolveInquiry"), start=1):
        clock.advance(hours=1)
        current = await stack.call(getattr(stub, name), writes(current.id, version)[name], RIGHT[name])
    assert (current.state, current.answer, current.answered_by_name) == (SOLVED, "Tệp phải nhỏ hơn 50 MB.", AN.name)
    opened = current.create_time.seconds
    assert (current.answer_time.seconds - opened, current.solve_time.seconds - opened) == (3600, 4 * 3600)
    assert current.update_time == current.solve_time
    assert lines(current) == [
        ("open", "Báo lỗi khi tải tệp PDF.", OFFICER.name, 1),
        ("answer", "Tệp phải nhỏ hơn 50 MB.", AN.name, 2),
        ("reopen", "Vẫn lỗi.", OFFICER.name, 3),
        ("answer", "Tệp phải nhỏ hơn 50 MB.", AN.name, 4),
        ("solve", "Đã được.", OFFICER.name, 5),
    ]
    assert current.allowed_verbs == ["reopen"]
    told = await stack.events(event_pb2.InquiryChanged)
    assert [(envelope.aggregate_id, envelope.aggregate_version) for envelope, _ in told] == [(current.id, v) for v in range(1, 6)]
    del current.allowed_verbs[:]
    assert told[-1][1].inquiry == current
    again = await stack.call(stub.ReopenInquiry, writes(current.id, 5)["ReopenInquiry"], OFFICER)
    assert not again.HasField("solve_time")


@pytest.mark.article("Đ8.1.d", "Đ9.1", "Đ13")
@pytest.mark.parametrize("kind", [SUPPORT, INFORMATION, SOFTWARE, REGULATION])
async def test_anybody_of_a_unit_asks_and_nobody_else(stack: Stack, stub, kind: int) -> None:
    for person in (LEADER, FOCAL, OFFICER, SYT_LEADER):
        assert (await stack.call(stub.OpenInquiry, question(kind), person)).kind == kind
    for person in (AN, OFFICE_LEADER, CHAIRMAN, CLERK, EVALUATOR, OPERATOR, ADMINISTRATOR):
        await denied(stack, stub.OpenInquiry, question(kind), person, "ROLE_REQUIRED")


@pytest.mark.article("Đ8.1.d", "Đ9.1", "Đ13")
@pytest.mark.parametrize(("kind", "technical"), [(SUPPORT, True), (INFORMATION, False), (SOFTWARE, True), (REGULATION, False)])
async def test_the_office_answers_all_and_the_administrator_what_is_technical(stack: Stack, stub, kind: int, technical: bool) -> None:
    inquiry = await asked(stack, stub, kind=kind)
    request = writes(inquiry.id)["AnswerInquiry"]
    for person in (LEADER, OFFICER, CHAIRMAN, CLERK, EVALUATOR, OPERATOR):
        await denied(stack, stub.AnswerInquiry, request, person, "ROLE_REQUIRED")
    if not technical:
        await denied(stack, stub.AnswerInquiry, request, ADMINISTRATOR, "OTHER_KIND")
    answered = await stack.call(stub.AnswerInquiry, request, ADMINISTRATOR if technical else BINH)
    assert (answered.state, answered.allowed_verbs) == (ANSWERED, ["solve"])
    assert (await stack.call(stub.SolveInquiry, writes(inquiry.id, 2)["SolveInquiry"], OFFICE_LEADER)).state == SOLVED


@pytest.mark.article("Đ8.1.d")
async def test_only_the_one_who_asked_reopens_and_the_office_solves_nothing_unanswered(stack: Stack, stub) -> None:
    inquiry = await asked(stack, stub)
    solving = writes(inquiry.id)["SolveInquiry"]
    await denied(stack, stub.SolveInquiry, solving, LEADER, "OTHER_AUTHOR")
    await denied(stack, stub.SolveInquiry, solving, SYT_LEADER, "NOT_FOUND")
    assert (await stack.refused(stub.SolveInquiry, solving, AN)).reason == "WRONG_STATE"
    await stack.call(stub.AnswerInquiry, writes(inquiry.id)["AnswerInquiry"], AN)
    reopening = writes(inquiry.id, 2)["ReopenInquiry"]
    await denied(stack, stub.ReopenInquiry, reopening, LEADER, "OTHER_AUTHOR")
    await denied(stack, stub.ReopenInquiry, reopening, AN, "ROLE_REQUIRED")
    assert (await stack.call(stub.ReopenInquiry, reopening, OFFICER)).state == OPEN


@pytest.mark.article("Đ9.1")
async def test_an_inquiry_may_be_about_a_task_that_the_unit_takes_part_in(stack: Stack, stub) -> None:
    id = await make.sent(stack, make.part(), make.part(make.SYT, "COORDINATING"))
    for person in (LEADER, SYT_LEADER):
        assert (await stack.call(stub.OpenInquiry, question(INFORMATION, assignment_id=id), person)).assignment_id == id
    for foreign in (id, str(uuid4())):
        error = await stack.refused(stub.OpenInquiry, question(INFORMATION, assignment_id=foreign), make.PHU_LOC_LEADER)
        assert (error.reason, error.fields) == ("ASSIGNMENT_UNKNOWN", ["assignment_id"])


@pytest.mark.parametrize("state", WAYS)
async def test_in_each_state_what_isnt_allowed_is_refused(stack: Stack, stub, state: int) -> None:
    current = await asked(stack, stub, *WAYS[state])
    assert current.state == state
    await refused_elsewhere(stack, stub, current, FROM, writes, RIGHT)


@pytest.mark.parametrize("name", FROM)
async def test_a_stale_version_is_refused_and_a_repeated_request_has_one_effect(stack: Stack, stub, name: str) -> None:
    current = await asked(stack, stub, *([] if name == "AnswerInquiry" else ["AnswerInquiry"]))
    error = await stack.refused(getattr(stub, name), writes(current.id, current.version + 1)[name], RIGHT[name])
    assert (error.code, error.reason) == (grpc.StatusCode.ABORTED, "STALE_VERSION")
    request = writes(current.id, current.version)[name]
    first, second = [await stack.call(getattr(stub, name), request, RIGHT[name]) for _ in range(2)]
    assert first == second
    assert len(await stack.events(event_pb2.InquiryChanged)) == current.version + 1


async def test_the_same_question_sent_twice_is_one(stack: Stack, stub) -> None:
    request = question()
    first, second = [await stack.call(stub.OpenInquiry, request, OFFICER) for _ in range(2)]
    assert first == second
    assert len((await stack.call(stub.ListInquiries, pb.ListInquiriesRequest(), OFFICER)).inquiries) == 1


@pytest.mark.parametrize(
    ("name", "request_", "fields"),
    [
        ("OpenInquiry", question(0), ["kind"]),
        ("OpenInquiry", question(subject="", body="x" * 5001), ["subject", "body"]),
        ("OpenInquiry", question(body="   "), ["body"]),
        ("AnswerInquiry", ask(pb.AnswerInquiryRequest, str(uuid4()), answer=""), ["answer"]),
        ("ReopenInquiry", ask(pb.ReopenInquiryRequest, str(uuid4()), reason=" "), ["reason"]),
        (
            "GetInquiryStatistics",
            pb.GetInquiryStatisticsRequest(first_day=day(2025, 4, 2), last_day=day(2025, 4, 1)),
            ["last_day"],
        ),
    ],
)
async def test_wrong_fields_are_named(stack: Stack, stub, name: str, request_, fields: list[str]) -> None:
    error = await stack.refused(getattr(stub, name), request_, OFFICER)
    assert (error.code, error.fields) == (grpc.StatusCode.INVALID_ARGUMENT, fields)


@pytest.mark.article("D13", "Đ8.1.d")
async def test_a_unit_sees_its_own_the_office_and_the_administrator_all(stack: Stack, stub) -> None:
    mine = await asked(stack, stub)
    for person in (LEADER, OFFICER, AN, CLERK, CHAIRMAN, OFFICE_LEADER, ADMINISTRATOR):
        assert (await stack.call(stub.GetInquiry, pb.GetInquiryRequest(id=mine.id), person)).history == mine.history
        (listed,) = (await stack.call(stub.ListInquiries, pb.ListInquiriesRequest(), person)).inquiries
        assert (listed.id, len(listed.history)) == (mine.id, 0)
    for person in (SYT_LEADER, EVALUATOR, OPERATOR):
        await denied(stack, stub.GetInquiry, pb.GetInquiryRequest(id=mine.id), person, "NOT_FOUND")
        assert not (await stack.call(stub.ListInquiries, pb.ListInquiriesRequest(), person)).inquiries


async def test_lists_are_paged_newest_change_first_and_filters_hold(stack: Stack, stub, clock) -> None:
    made = []
    for kind in (SUPPORT, INFORMATION, SUPPORT):
        made.append(await asked(stack, stub, kind=kind))
        clock.advance(seconds=1)
    await stack.call(stub.AnswerInquiry, writes(made[0].id)["AnswerInquiry"], AN)
    first = await stack.call(stub.ListInquiries, pb.ListInquiriesRequest(page_size=2), AN)
    again = pb.ListInquiriesRequest(page_size=2, page_token=first.next_page_token)
    second = await stack.call(stub.ListInquiries, again, AN)
    assert [item.id for item in (*first.inquiries, *second.inquiries)] == [made[0].id, made[2].id, made[1].id]
    assert not second.next_page_token
    for query, ids in (
        (pb.ListInquiriesRequest(kinds=[INFORMATION]), [made[1].id]),
        (pb.ListInquiriesRequest(kinds=[SUPPORT], states=[OPEN]), [made[2].id]),
    ):
        assert [item.id for item in (await stack.call(stub.ListInquiries, query, AN)).inquiries] == ids


@pytest.mark.article("Đ8.1.d", "Đ13")
async def test_mean_times_count_what_was_answered_and_solved(stack: Stack, stub, clock) -> None:
    """Đ8.1.d, Đ13: two of three support requests answered after 10 and 20 minutes, one of them solved after 40."""
    first, second, _third = [await asked(stack, stub) for _ in range(3)]
    await asked(stack, stub, kind=REGULATION, person=SYT_LEADER)
    clock.advance(minutes=10)
    await stack.call(stub.AnswerInquiry, writes(first.id)["AnswerInquiry"], AN)
    clock.advance(minutes=10)
    await stack.call(stub.AnswerInquiry, writes(second.id)["AnswerInquiry"], ADMINISTRATOR)
    clock.advance(minutes=20)
    await stack.call(stub.SolveInquiry, writes(first.id, 2)["SolveInquiry"], OFFICER)

    async def counts(person: Person, **span: object) -> dict[int, tuple[object, ...]]:
        answer = await stack.call(stub.GetInquiryStatistics, pb.GetInquiryStatisticsRequest(**span), person)
        means = ("mean_answer_seconds", "mean_solve_seconds")
        return {
            row.kind: (
                row.total,
                row.open,
                row.answered,
                row.solved,
                *[getattr(row, name) if row.HasField(name) else None for name in means],
            )
            for row in answer.kinds
        }

    nothing = (0, 0, 0, 0, None, None)
    support, fed_back = (3, 1, 1, 1, 900, 2400), (1, 1, 0, 0, None, None)
    everything = {SUPPORT: support, INFORMATION: nothing, SOFTWARE: nothing, REGULATION: fed_back}
    for person in (AN, CHAIRMAN, OFFICE_LEADER, ADMINISTRATOR):
        assert await counts(person) == everything
    assert await counts(LEADER) == {**everything, REGULATION: nothing}
    assert await counts(EVALUATOR) == dict.fromkeys(everything, nothing)
    today = day(2025, 4, 24)
    assert await counts(AN, first_day=today, last_day=today) == everything
    assert await counts(AN, last_day=day(2025, 4, 23)) == await counts(AN, first_day=day(2025, 4, 25)) == dict.fromkeys(everything, nothing)


@pytest.mark.article("D13")
async def test_the_database_alone_gives_each_his_own_and_keeps_what_was_asked(stack: Stack, stub) -> None:
    await asked(stack, stub)
    for person, count in ((AN, 1), (ADMINISTRATOR, 1), (LEADER, 1), (SYT_LEADER, 0), (EVALUATOR, 0), (OPERATOR, 0)):
        assert (person.name, await rows_seen(stack, person, "inquiry", "act")) == (person.name, [count, count])
    for statement in ("UPDATE inquiry SET body = ''", "UPDATE inquiry SET create_time = now()", "DELETE FROM inquiry"):
        await forbidden(stack, AN, statement)
