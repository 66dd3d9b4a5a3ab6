"""The evaluation by its own door (Đ12): who sees what of it, exact figures, and what each figure counts."""

from datetime import date
from typing import Any

import pytest
from ykcd.assignment.v1 import event_pb2 as told
from ykcd.event.v1.envelope_pb2 import AccessDenied
from ykcd.reporting.v1 import evaluation_pb2 as pb
from ykcd.reporting.v1 import evaluation_pb2_grpc, event_pb2, form_pb2, form_pb2_grpc, report_pb2_grpc, reporting_pb2, reporting_pb2_grpc
from ykcd.reporting.v1.form_pb2 import DESCRIPTOR as FORMS
from ykcd.reporting.v1.report_pb2 import DESCRIPTOR as REPORTS

from kit.dates import from_date, from_time
from kit.testing.stack import Person, Stack
from services.reporting.__main__ import app
from services.reporting.tests import factories as make
from services.reporting.tests import reports, test_reports
from services.reporting.tests.factories import (
    ADMINISTRATOR,
    AN,
    BINH,
    EVALUATOR,
    OFFICE_LEADER,
    OPERATOR,
    PHU_LOC_POINT,
    STNMT_LEADER,
    STNMT_OFFICER,
    SYT_LEADER,
)
from services.reporting.tests.reports import MARCH, YEAR, at, rid

M = pb.EvaluationMeasure
PARAMETERS = pb.EvaluationParameters(
    completion_weight=5000,
    on_time_weight=5000,
    late_update=pb.Deduction(each=10, cap=100),
    notice=pb.Deduction(),
    missed_obligation=pb.Deduction(),
    escalation=pb.Deduction(),
    verification_working_days=1,
)
REQUESTS = {
    "GetEvaluation": pb.GetEvaluationRequest(period=YEAR),
    "ListEvaluationTasks": pb.ListEvaluationTasksRequest(period=YEAR, measure=1, unit_id=str(make.STNMT)),
    "GetRegulationSummary": pb.GetRegulationSummaryRequest(period=YEAR),
    "GetEvaluationFile": pb.GetEvaluationFileRequest(period=YEAR, paper=1, format=form_pb2.FILE_FORMAT_XLSX),
    "ListFormulas": pb.ListFormulasRequest(),
    "CreateFormula": pb.CreateFormulaRequest(
        request_id=rid(), expected_version=1, parameters=PARAMETERS, effective_from=make.day(2025, 5, 5), reason="x"
    ),
}
UNARY = sorted(set(REQUESTS) - {"GetEvaluationFile"})


@pytest.fixture
async def stack(serve, clock) -> Stack:
    """All units and people are known since Thursday 02/01/2025."""
    clock.set(at(1, 2))
    made = await serve(app)
    await make.fill(made)
    await reports.name_people(made)
    return made


@pytest.fixture
async def stub(stack: Stack, clock) -> evaluation_pb2_grpc.EvaluationServiceStub:
    """It is Monday 05/05/2025. Example 25 is Sở TNMT's; Sở Y tế and Phú Lộc are equal; Sở Nội vụ has nothing due."""
    clock.set(at(5, 5))
    await reports.fill(stack)
    march = {"issued": make.day(2025, 3, 3), "due": date(2025, 3, 31)}
    both = {"delegates": (STNMT_LEADER, STNMT_OFFICER)}
    for number in range(6):
        mine = both if number < 2 else {}
        await make.assign(stack, state="VERIFIED", completed=date(2025, 3, 28), content=f"Đúng hạn {number}", **march, **mine)
    await make.assign(stack, state="VERIFIED", completed=date(2025, 4, 1), late_update=True, content="Trễ hạn", **march, **both)
    overdue = await make.assign(stack, state="IN_PROGRESS", content="Quá hạn", delegates=(STNMT_OFFICER,), **march)
    await make.tell_notice(stack, overdue)
    await make.tell_notice(stack, overdue)
    await make.tell_escalation(stack, overdue)
    for _ in range(2):
        await make.assign(stack, state="IN_PROGRESS", due=date(2025, 12, 31))
    owing = await make.assign(stack, due=None, content="Không thời hạn", issued=make.day(2025, 1, 6))
    await make.tell_obligation(stack, owing, "MISSED", make.day(2025, 3, 31))
    for unit in (make.SYT, make.PHU_LOC):
        await make.assign(stack, unit, state="VERIFIED", completed=date(2025, 3, 28), **march)
    return evaluation_pb2_grpc.EvaluationServiceStub(stack.channel)


async def evaluated(stack: Stack, stub: Any, person: Person, period: Any = YEAR, **more: Any) -> pb.Evaluation:
    return await stack.call(stub.GetEvaluation, pb.GetEvaluationRequest(period=period, **more), person)


def of_unit(found: pb.Evaluation, unit: Any) -> pb.UnitScore:
    return next(each for each in found.units if each.unit_id == str(unit))


async def listed(stack: Stack, stub: Any, person: Person, measure: int, **more: Any) -> pb.ListEvaluationTasksResponse:
    return await stack.call(stub.ListEvaluationTasks, pb.ListEvaluationTasksRequest(period=YEAR, measure=measure, **more), person)


async def create(stack: Stack, stub: Any, **more: Any) -> pb.EvaluationFormula:
    told = {"expected_version": 1, "parameters": PARAMETERS, "effective_from": make.day(2025, 5, 5), "reason": "Kết luận số 9"}
    return await stack.call(stub.CreateFormula, pb.CreateFormulaRequest(request_id=rid(), **told | more), ADMINISTRATOR)


def test_every_rpc_is_tried_as_a_stranger() -> None:
    assert sorted(REQUESTS) == sorted(method.name for method in pb.DESCRIPTOR.services_by_name["EvaluationService"].methods)


async def test_a_stranger_and_the_operator_are_refused_and_the_denial_is_told(stack: Stack, stub) -> None:
    for name in UNARY:
        assert (await stack.refused(getattr(stub, name), REQUESTS[name])).reason == "TOKEN_MISSING"
        assert (await stack.refused(getattr(stub, name), REQUESTS[name], OPERATOR)).reason == "ROLE_REQUIRED"
    file = REQUESTS["GetEvaluationFile"]
    assert (await test_reports.failed(stub, "GetEvaluationFile", file)).name == "UNAUTHENTICATED"
    for person in (OPERATOR, ADMINISTRATOR, STNMT_LEADER):
        assert (await test_reports.failed(stub, "GetEvaluationFile", file, person)).name == "PERMISSION_DENIED"
    assert {denied.method for _, denied in await stack.events(AccessDenied)} == set(REQUESTS)


@pytest.mark.article("Đ12.3", "§6.29")
async def test_the_evaluator_reads_all_and_writes_nothing_anywhere(stack: Stack, stub) -> None:
    """Of every RPC of this service that changes something; its neighbours refuse him in their own tests."""
    forms = {
        "UploadFormTemplate": form_pb2.UploadFormTemplateRequest(request_id=rid(), form=form_pb2.FORM_V, content=b"x"),
        "UseFormTemplate": form_pb2.UseFormTemplateRequest(request_id=rid(), form=form_pb2.FORM_V),
    }
    services = [
        (stub, pb.DESCRIPTOR.services_by_name["EvaluationService"], REQUESTS),
        (report_pb2_grpc.ReportServiceStub(stack.channel), REPORTS.services_by_name["ReportService"], test_reports.REQUESTS),
        (form_pb2_grpc.FormServiceStub(stack.channel), FORMS.services_by_name["FormService"], forms),
        (
            reporting_pb2_grpc.ReportingServiceStub(stack.channel),
            reporting_pb2.DESCRIPTOR.services_by_name["ReportingService"],
            {},
        ),
    ]
    tried = []
    for door, service, requests in services:
        for method in service.methods:
            if "request_id" in method.input_type.fields_by_name:
                refused = await stack.refused(getattr(door, method.name), requests[method.name], EVALUATOR)
                assert (refused.code.name, refused.reason) == ("PERMISSION_DENIED", "ROLE_REQUIRED"), method.name
                tried.append(method.name)
    assert len(tried) >= 12
    assert not await stack.events(event_pb2.EvaluationFormulaCreated)
    whole = await evaluated(stack, stub, EVALUATOR)
    assert whole == await evaluated(stack, stub, OFFICE_LEADER)
    assert [bool(of_unit(whole, unit).counts.unit_id) for unit in (make.STNMT, make.SYT)] == [True, True]


@pytest.mark.article("Đ12.2", "§6.25")
async def test_example_25_with_its_deductions_to_the_hundredth(stack: Stack, stub) -> None:
    """52.50 + 30.00 − one late update, two phiếu báo, one quarter, one report to the Chairman."""
    mine = of_unit(await evaluated(stack, stub, EVALUATOR), make.STNMT)
    assert (mine.counts.total, mine.counts.completion, mine.counts.on_time) == (
        10,
        reporting_pb2.Rate(part=7, whole=8),
        reporting_pb2.Rate(part=6, whole=8),
    )
    assert [(each.measure, each.count, each.points) for each in mine.score.components] == [
        (M.EVALUATION_MEASURE_COMPLETION, 7, 5250),
        (M.EVALUATION_MEASURE_ON_TIME, 6, 3000),
        (M.EVALUATION_MEASURE_LATE_UPDATES, 1, -50),
        (M.EVALUATION_MEASURE_NOTICES, 2, -100),
        (M.EVALUATION_MEASURE_MISSED_OBLIGATIONS, 1, -100),
        (M.EVALUATION_MEASURE_ESCALATIONS, 1, -200),
    ]
    assert mine.score.points == 5250 + 3000 - 450


@pytest.mark.article("§6.27")
async def test_equal_units_share_a_rank_and_who_had_nothing_due_has_none(stack: Stack, stub) -> None:
    found = await evaluated(stack, stub, AN)
    assert [(unit.unit_name, unit.rank, unit.score.points) for unit in found.units[:3]] == [
        ("Sở Y tế", 1, 10000),
        ("UBND huyện Phú Lộc", 1, 10000),
        ("Sở Tài nguyên và Môi trường", 3, 7800),
    ]
    nothing = of_unit(found, make.SNV)
    assert (nothing.rank, nothing.HasField("score"), nothing.counts.total) == (0, False, 0)


@pytest.mark.article("Đ2.1", "D13")
async def test_a_units_people_see_all_ranks_and_their_own_score_and_its_leader_their_peoples(stack: Stack, stub) -> None:
    whole = await evaluated(stack, stub, AN)
    for person, people in ((STNMT_LEADER, 3), (STNMT_OFFICER, 0)):
        found = await evaluated(stack, stub, person)
        assert [(unit.unit_id, unit.rank) for unit in found.units] == [(unit.unit_id, unit.rank) for unit in whole.units]
        seen = [unit.unit_id for unit in found.units if unit.HasField("score") or unit.HasField("counts")]
        assert (seen, list(found.specialists)) == ([str(make.STNMT)], [])
        assert [len(unit.people) for unit in found.units if unit.people] == ([people] if people else [])
    (refused,) = [await stack.refused(stub.GetEvaluation, REQUESTS["GetEvaluation"], ADMINISTRATOR)]
    assert refused.reason == "ROLE_REQUIRED"


@pytest.mark.article("Đ12.2", "Đ8.2.1")
async def test_leaders_and_officers_answer_for_the_parts_that_were_delegated_to_them(stack: Stack, stub) -> None:
    people = of_unit(await evaluated(stack, stub, STNMT_LEADER), make.STNMT).people
    # As leader two on time and one late with a late update: 60 + 40 × 2/3 − 0.50; the officer led the overdue one, with what came of it.
    assert [(each.name, each.part, each.total, each.score.points) for each in people] == [
        ("Hồ Văn Bé", pb.EVALUATION_PART_LEADER, 1, 0),
        ("Lê Quang", pb.EVALUATION_PART_LEADER, 3, 6000 + 2667 - 50),
        ("Hồ Văn Bé", pb.EVALUATION_PART_OFFICER, 3, 6000 + 2667 - 50),
    ]


@pytest.mark.article("Đ12.2", "Đ2.1")
async def test_every_component_opens_to_exactly_what_it_counts(stack: Stack, stub) -> None:
    units = {each.unit_id: each for each in (await evaluated(stack, stub, EVALUATOR)).units}
    search = reporting_pb2_grpc.ReportingServiceStub(stack.channel).SearchAssignments
    filters = 0
    for unit in units.values():
        for each in unit.score.components:
            found = await listed(stack, stub, EVALUATOR, each.measure, unit_id=unit.unit_id)
            expected = 1 if each.measure == M.EVALUATION_MEASURE_NOTICES and each.count else each.count
            assert (found.part_count, len(found.tasks)) == (expected, found.total_count), (unit.unit_name, each.measure)
            if each.HasField("filter"):
                same = await stack.call(search, reporting_pb2.SearchAssignmentsRequest(filter=each.filter), EVALUATOR)
                assert {row.id for row in same.rows} == {task.row.id for task in found.tasks}
                assert same.part_count == each.count
                filters += 1
        for person in unit.people:
            for each in person.score.components:
                whose = {"unit_id": unit.unit_id, "person_id": person.person_id, "part": person.part}
                found = await listed(stack, stub, EVALUATOR, each.measure, **whose)
                assert found.part_count == (min(each.count, 1) if each.measure == M.EVALUATION_MEASURE_NOTICES else each.count)
    assert filters == 9
    due = await listed(stack, stub, EVALUATOR, M.EVALUATION_MEASURE_DUE, unit_id=str(make.STNMT))
    assert due.part_count == 8
    (overdue,) = (await listed(stack, stub, STNMT_LEADER, M.EVALUATION_MEASURE_NOTICES, unit_id=str(make.STNMT))).tasks
    assert (overdue.row.content, overdue.row.unit_name) == ("Quá hạn", "Sở Tài nguyên và Môi trường")


async def test_the_list_is_paged(stack: Stack, stub) -> None:
    asked = {"measure": M.EVALUATION_MEASURE_COMPLETION, "unit_id": str(make.STNMT), "page_size": 3}
    seen, token = [], ""
    for size in (3, 3, 1):
        page = await listed(stack, stub, AN, **asked, page_token=token)
        assert (len(page.tasks), page.total_count) == (size, 7)
        seen += [task.row.id for task in page.tasks]
        token = page.next_page_token
    assert (len(set(seen)), token) == (7, "")


@pytest.mark.article("D13", "§6.29")
async def test_another_units_tasks_are_as_if_missing_and_peoples_only_the_leaders(stack: Stack, stub) -> None:
    asked = pb.ListEvaluationTasksRequest(period=YEAR, measure=M.EVALUATION_MEASURE_COMPLETION, unit_id=str(make.STNMT))
    assert (await stack.refused(stub.ListEvaluationTasks, asked, SYT_LEADER)).reason == "NOT_FOUND"
    asked.person_id, asked.part = str(STNMT_LEADER.id), pb.EVALUATION_PART_LEADER
    assert (await stack.refused(stub.ListEvaluationTasks, asked, STNMT_OFFICER)).reason == "ROLE_REQUIRED"
    assert (await stack.refused(stub.ListEvaluationTasks, asked, PHU_LOC_POINT)).reason == "NOT_FOUND"
    assert (await stack.call(stub.ListEvaluationTasks, asked, STNMT_LEADER)).part_count == 3
    entries = pb.ListEvaluationTasksRequest(period=YEAR, measure=M.EVALUATION_MEASURE_ENTRIES, person_id=str(AN.id))
    assert (await stack.refused(stub.ListEvaluationTasks, entries, STNMT_LEADER)).reason == "ROLE_REQUIRED"
    assert (await stack.refused(stub.GetRegulationSummary, REQUESTS["GetRegulationSummary"], STNMT_LEADER)).reason == "ROLE_REQUIRED"


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ({"measure": M.EVALUATION_MEASURE_COMPLETION}, "unit_id"),
        ({"measure": M.EVALUATION_MEASURE_COMPLETION, "unit_id": str(make.STNMT), "part": 1}, "person_id"),
        ({"measure": M.EVALUATION_MEASURE_COMPLETION, "unit_id": str(make.STNMT), "person_id": str(AN.id)}, "part"),
        ({"measure": M.EVALUATION_MEASURE_AWAITING}, "person_id"),
    ],
)
async def test_a_list_of_nobody_is_refused(stack: Stack, stub, asked, path) -> None:
    refused = await stack.refused(stub.ListEvaluationTasks, pb.ListEvaluationTasksRequest(period=YEAR, **asked), AN)
    assert refused.fields == [path]


@pytest.mark.article("Đ12.2", "Đ9.2")
async def test_an_evaluation_as_of_a_time_stands_whatever_comes_later(stack: Stack, stub, clock) -> None:
    """Also for a period that is over: what was completed in April is open at March's end."""
    then = from_time(at(5, 5))
    before = await evaluated(stack, stub, EVALUATOR, as_of_time=then)
    march = await evaluated(stack, stub, EVALUATOR, MARCH, as_of_time=then)
    assert (of_unit(march, make.STNMT).counts.done_on_time, of_unit(march, make.STNMT).counts.done_late) == (6, 0)
    assert (march.day, march.period_name) == (make.day(2025, 3, 31), "tháng 3/2025")
    clock.set(at(5, 6))
    await make.assign(stack, make.SNV, state="IN_PROGRESS", due=date(2025, 3, 31), issued=make.day(2025, 3, 3))
    await create(stack, stub, effective_from=make.day(2025, 5, 6))
    assert of_unit(await evaluated(stack, stub, EVALUATOR), make.SNV).rank == 4
    assert await evaluated(stack, stub, EVALUATOR, as_of_time=then) == before
    assert await evaluated(stack, stub, EVALUATOR, MARCH, as_of_time=then) == march
    again = await listed(stack, stub, EVALUATOR, M.EVALUATION_MEASURE_DUE, unit_id=str(make.SNV), as_of_time=then)
    assert again.total_count == 0


@pytest.mark.parametrize(
    ("period", "time", "reason"),
    [
        (reports.pb.ReportPeriod(kind=reports.pb.PERIOD_KIND_YEAR, year=2026), None, "PERIOD_IN_FUTURE"),
        (YEAR, at(12, 1), "AS_OF_IN_FUTURE"),
        (YEAR, at(1, 1), "AS_OF_BEFORE_DATA"),
    ],
)
async def test_of_what_cannot_be_known_nothing_is_said(stack: Stack, stub, period, time, reason) -> None:
    request = pb.GetEvaluationRequest(period=period, as_of_time=from_time(time))
    assert (await stack.refused(stub.GetEvaluation, request, AN)).reason == reason


@pytest.mark.article("Đ12.2", "Đ8.1.d")
async def test_a_formula_counts_from_its_day_and_never_for_what_is_over(stack: Stack, stub, clock) -> None:
    made = await create(stack, stub, effective_from=make.day(2025, 6, 1))
    assert (made.version, made.created_by_name, made.parameters) == (2, "Cao Quản", PARAMETERS)
    assert (await evaluated(stack, stub, AN)).formula.version == 1
    clock.set(at(6, 2))
    now = await evaluated(stack, stub, AN)
    assert (now.formula.version, of_unit(now, make.STNMT).score.points) == (2, 4375 + 3750 - 10)
    assert (await evaluated(stack, stub, AN, MARCH)).formula.version == 1
    assert (await evaluated(stack, stub, AN, as_of_time=from_time(at(5, 5)))).formula.version == 1
    # Of two from the same day the later; the versions stay as they were.
    third = await create(stack, stub, expected_version=2, effective_from=make.day(2025, 6, 2), reason="Sửa lại")
    assert (await evaluated(stack, stub, AN)).formula == third
    assert (await evaluated(stack, stub, AN, as_of_time=from_time(at(6, 1)))).formula == made
    for person in (AN, EVALUATOR, STNMT_OFFICER, ADMINISTRATOR):
        kept = (await stack.call(stub.ListFormulas, pb.ListFormulasRequest(), person)).formulas
        assert ([each.version for each in kept], kept[1]) == ([3, 2, 1], made)
    assert [event.formula for _, event in await stack.events(event_pb2.EvaluationFormulaCreated)] == [made, third]


@pytest.mark.article("Đ12.2", "Đ8.1.d")
async def test_only_the_administrator_makes_a_formula_and_the_same_request_makes_one(stack: Stack, stub) -> None:
    request = REQUESTS["CreateFormula"]
    for person in (AN, OFFICE_LEADER, EVALUATOR, STNMT_LEADER):
        assert (await stack.refused(stub.CreateFormula, request, person)).reason == "ROLE_REQUIRED"
    first, again = [await stack.call(stub.CreateFormula, request, ADMINISTRATOR) for _ in range(2)]
    assert first == again
    late = pb.CreateFormulaRequest()
    late.CopyFrom(request)
    late.request_id = rid()
    assert (await stack.refused(stub.CreateFormula, late, ADMINISTRATOR)).reason == "STALE_VERSION"
    late.expected_version, late.effective_from.day = 2, 4
    assert (await stack.refused(stub.CreateFormula, late, ADMINISTRATOR)).fields == ["effective_from"]
    assert len(await stack.events(event_pb2.EvaluationFormulaCreated)) == 1


@pytest.mark.article("Đ7.1", "Đ12.2", "Đ8.1.a")
async def test_specialists_are_measured_on_entry_and_verification(stack: Stack, stub, clock) -> None:
    for late in (0, 0, 1):
        letter = make.directive(make.task(make.part(make.SYT)), entered_by=str(AN.id), entry_working_days_late=late, number=f"9{late}")
        letter.publish_time.CopyFrom(from_time(at(5, 5)))
        await make.publish(stack, letter)
    # Reported on Friday 02/05: 0, 1 and 4 working days until Friday, Monday and Thursday.
    for day in (2, 5, 8):
        planned = make.part(make.STNMT, due=make.day(2025, 5, 30), specialist_id=str(AN.id))
        work = make.task(planned)
        letter = make.directive(work)
        done = {"state": 5, "execution": 3, "completed_on": from_date(date(2025, 5, 2)), "report_time": from_time(at(5, 2))}
        clock.set(at(5, day))
        await make.publish(stack, letter)
        await make.tell(stack, told.AssignmentVerified, make.snapshot(letter, work, planned, **done), 4)
    await make.assign(stack, make.SYT, state="REPORTED", completed=date(2025, 5, 2), specialist=BINH)
    found = {each.name: each for each in (await evaluated(stack, stub, EVALUATOR)).specialists}
    an, binh = found["Nguyễn Văn An"], found["Trần Thị Bình"]
    assert an.entries_in_time == reporting_pb2.Rate(part=2, whole=3)
    assert (an.verifications_in_time, an.verification_median, an.awaiting) == (reporting_pb2.Rate(part=2, whole=3), 100, 0)
    assert (binh.HasField("entries_in_time"), binh.HasField("verifications_in_time"), binh.awaiting) == (False, False, 1)
    whose = {"person_id": str(AN.id)}
    (entry,) = (await listed(stack, stub, AN, M.EVALUATION_MEASURE_ENTRIES_LATE, **whose)).tasks
    assert (entry.row.directive_code, entry.working_days, entry.act_date) == ("91/UBND-KGVX", 1, make.day(2025, 5, 5))
    assert (await listed(stack, stub, AN, M.EVALUATION_MEASURE_ENTRIES, **whose)).total_count == 3
    (slow,) = (await listed(stack, stub, EVALUATOR, M.EVALUATION_MEASURE_VERIFICATIONS_LATE, **whose)).tasks
    assert (slow.working_days, slow.act_date, slow.row.unit_id) == (4, make.day(2025, 5, 8), str(make.STNMT))
    assert (await listed(stack, stub, AN, M.EVALUATION_MEASURE_VERIFICATIONS, **whose)).total_count == 3
    (waiting,) = (await listed(stack, stub, AN, M.EVALUATION_MEASURE_AWAITING, person_id=str(BINH.id))).tasks
    assert waiting.row.specialist_id == str(BINH.id)
