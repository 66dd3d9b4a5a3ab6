"""The yearly work programme: items by month and lead unit, the tasks that carry them out, what became of them (Đ2.4, Đ9.2)."""

from uuid import UUID, uuid4

import grpc
import pytest
from ykcd.directive.v1 import event_pb2, programme_pb2
from ykcd.directive.v1 import programme_pb2 as pb

from kit.testing.stack import Person, Stack
from services.directive.tests import factories as make
from services.directive.tests.factories import ADMINISTRATOR, AN, CHAIRMAN, EVALUATOR, OFFICE_LEADER, OPERATOR, STNMT_LEADER, SYT_LEADER

TODAY = make.day(2025, 4, 24)
LIST = pb.ListProgrammeItemsRequest(year=2025)


def item(month: int = 6, ordinal: int = 1, lead: UUID = make.STNMT, **more: object) -> pb.PutProgrammeItemRequest:
    values = {"year": 2025, "content": "Đề án quản lý quỹ đất công", "submitted_to": "Chủ tịch UBND tỉnh", **more}
    return pb.PutProgrammeItemRequest(request_id=str(uuid4()), month=month, ordinal=ordinal, lead_unit_id=str(lead), **values)


def changed(of: pb.ProgrammeItem, **more: object) -> pb.PutProgrammeItemRequest:
    return item(of.month, of.ordinal, UUID(of.lead_unit_id), id=of.id, expected_version=of.version, **more)


def link(of: pb.ProgrammeItem, *tasks: str) -> pb.LinkProgrammeItemRequest:
    return pb.LinkProgrammeItemRequest(request_id=str(uuid4()), id=of.id, expected_version=of.version, task_ids=tasks)


def result(of: pb.ProgrammeItem, state: str = "DONE", **more: object) -> pb.RecordProgrammeResultRequest:
    values = {"state": pb.ProgrammeItemState.Value(f"PROGRAMME_ITEM_STATE_{state}"), "result": "Đã trình.", **more}
    if state == "DONE":
        values = {"completed_on": TODAY, **values}
    return pb.RecordProgrammeResultRequest(request_id=str(uuid4()), id=of.id, expected_version=of.version, **values)


def requests() -> dict[str, object]:
    known = pb.ProgrammeItem(id=str(uuid4()), version=1)
    return {
        "PutProgrammeItem": item(),
        "LinkProgrammeItem": link(known),
        "RecordProgrammeResult": result(known),
        "GetProgrammeItem": pb.GetProgrammeItemRequest(id=known.id),
        "ListProgrammeItems": LIST,
    }


def test_every_rpc_is_tried_as_a_stranger() -> None:
    assert {method.name for method in programme_pb2.DESCRIPTOR.services_by_name["ProgrammeService"].methods} == set(requests())


@pytest.mark.parametrize("name", requests())
async def test_a_stranger_is_refused(stack: Stack, programme, name: str) -> None:
    error = await stack.refused(getattr(programme, name), requests()[name])
    assert (error.code, error.reason) == (grpc.StatusCode.UNAUTHENTICATED, "TOKEN_MISSING")


@pytest.mark.article("Đ2.1", "Đ2.4")
async def test_the_programme_is_open_to_all_by_month_and_place(stack: Stack, programme) -> None:
    for month, ordinal, lead in ((6, 2, make.SYT), (6, 1, make.STNMT), (3, 1, make.STNMT)):
        await stack.call(programme.PutProgrammeItem, item(month, ordinal, lead), AN)
    await stack.call(programme.PutProgrammeItem, item(year=2026), OFFICE_LEADER)
    for person in (make.STNMT_OFFICER, SYT_LEADER, EVALUATOR, ADMINISTRATOR, CHAIRMAN):
        rows = (await stack.call(programme.ListProgrammeItems, LIST, person)).items
        assert [(row.month, row.ordinal) for row in rows] == [(3, 1), (6, 1), (6, 2)]
    first = await stack.call(programme.ListProgrammeItems, pb.ListProgrammeItemsRequest(year=2025, page_size=2), EVALUATOR)
    rest = pb.ListProgrammeItemsRequest(year=2025, page_size=2, page_token=first.next_page_token)
    assert [row.lead_unit_id for row in (await stack.call(programme.ListProgrammeItems, rest, EVALUATOR)).items] == [str(make.SYT)]
    assert await stack.call(programme.GetProgrammeItem, pb.GetProgrammeItemRequest(id=rows[0].id), SYT_LEADER) == rows[0]
    missing = await stack.refused(programme.GetProgrammeItem, pb.GetProgrammeItemRequest(id=str(uuid4())), AN)
    assert missing.code == grpc.StatusCode.NOT_FOUND
    of_one = pb.ListProgrammeItemsRequest(year=2025, lead_unit_id=str(make.STNMT))
    assert len((await stack.call(programme.ListProgrammeItems, of_one, EVALUATOR)).items) == 2
    of_june = pb.ListProgrammeItemsRequest(year=2025, month=6)
    assert [row.ordinal for row in (await stack.call(programme.ListProgrammeItems, of_june, EVALUATOR)).items] == [1, 2]


@pytest.mark.article("Đ2.4")
async def test_the_office_enters_and_changes_an_item(stack: Stack, programme) -> None:
    made = await stack.call(programme.PutProgrammeItem, item(coordinating_unit_ids=[str(make.PHU_LOC)]), AN)
    assert (made.version, made.state) == (1, pb.PROGRAMME_ITEM_STATE_OPEN)
    moved = await stack.call(programme.PutProgrammeItem, changed(made, content="Đề án khác"), make.BINH)
    assert (moved.version, moved.content, list(moved.coordinating_unit_ids)) == (2, "Đề án khác", [])
    assert (await stack.refused(programme.PutProgrammeItem, changed(made), AN)).reason == "STALE_VERSION"
    told = await stack.events(event_pb2.ProgrammeItemChanged)
    assert [(envelope.aggregate_version, event.item) for envelope, event in told] == [(1, made), (2, moved)]


@pytest.mark.article("Đ2.4")
@pytest.mark.parametrize(
    ("request_", "field", "reason"),
    [
        (item(lead=uuid4()), "lead_unit_id", "UNIT_UNKNOWN"),
        (item(coordinating_unit_ids=[str(uuid4())]), "coordinating_unit_ids[0]", "UNIT_UNKNOWN"),
        (item(coordinating_unit_ids=[str(make.STNMT)]), "coordinating_unit_ids", "UNIT_REPEATED"),
    ],
    ids=["unknown lead", "unknown coordinator", "lead and coordinator"],
)
async def test_an_item_that_cant_be_is_named(stack: Stack, programme, request_, field: str, reason: str) -> None:
    error = await stack.refused(programme.PutProgrammeItem, request_, AN)
    assert [(v.path, v.reason) for v in error.error.violations] == [(field, reason)]


@pytest.mark.article("Đ2.4")
@pytest.mark.parametrize("person", [STNMT_LEADER, CHAIRMAN, ADMINISTRATOR, EVALUATOR, OPERATOR], ids=lambda person: person.roles[0])
async def test_nobody_else_enters_or_links(stack: Stack, programme, person: Person) -> None:
    made = await stack.call(programme.PutProgrammeItem, item(), AN)
    for method, request in ((programme.PutProgrammeItem, changed(made)), (programme.LinkProgrammeItem, link(made))):
        assert (await stack.refused(method, request, person)).reason == "ROLE_REQUIRED"


@pytest.mark.article("Đ2.4")
async def test_tasks_of_published_documents_carry_an_item_out(stack: Stack, stub, programme) -> None:
    made = await stack.call(programme.PutProgrammeItem, item(), AN)
    draft = await stack.call(stub.CreateDirective, make.create(number="2"), AN)
    error = await stack.refused(programme.LinkProgrammeItem, link(made, draft.tasks[0].id, str(uuid4())), AN)
    assert error.fields == ["task_ids[0]", "task_ids[1]"]
    task = (await stack.call(stub.PublishDirective, make.publish(draft), AN)).tasks[0].id
    linked = await stack.call(programme.LinkProgrammeItem, link(made, task), AN)
    assert (list(linked.task_ids), linked.version) == ([task], 2)
    assert not (await stack.call(programme.LinkProgrammeItem, link(linked), OFFICE_LEADER)).task_ids


@pytest.mark.article("Đ2.4", "Đ9.2")
async def test_the_lead_units_leader_or_the_office_records_what_became_of_it(stack: Stack, programme) -> None:
    made = await stack.call(programme.PutProgrammeItem, item(), AN)
    for person in (make.STNMT_OFFICER, SYT_LEADER, CHAIRMAN, EVALUATOR):
        assert (await stack.refused(programme.RecordProgrammeResult, result(made), person)).reason == "ROLE_REQUIRED"
    done = await stack.call(programme.RecordProgrammeResult, result(made), STNMT_LEADER)
    assert (done.state, done.completed_on, done.result) == (pb.PROGRAMME_ITEM_STATE_DONE, TODAY, "Đã trình.")
    for method, request, person in (
        (programme.RecordProgrammeResult, result(done), STNMT_LEADER),
        (programme.PutProgrammeItem, changed(done), AN),
        (programme.LinkProgrammeItem, link(done), AN),
    ):
        assert (await stack.refused(method, request, person)).reason == "PROGRAMME_ITEM_CLOSED"
    dropped = await stack.call(programme.RecordProgrammeResult, result(done, "DROPPED", result="Chuyển sang năm 2026."), AN)
    assert (dropped.state, dropped.HasField("completed_on"), dropped.version) == (pb.PROGRAMME_ITEM_STATE_DROPPED, False, 3)
    assert [event.item for _, event in await stack.events(event_pb2.ProgrammeItemChanged)] == [made, done, dropped]


@pytest.mark.article("Đ2.4", "Đ9.2")
@pytest.mark.parametrize(
    ("state", "more", "reason"),
    [
        ("DONE", {"completed_on": make.day(2025, 4, 25)}, "COMPLETED_IN_FUTURE"),
        ("DONE", {"completed_on": None}, "COMPLETED_ON_MISMATCH"),
        ("DROPPED", {"completed_on": TODAY}, "COMPLETED_ON_MISMATCH"),
    ],
    ids=["tomorrow", "no day", "dropped on a day"],
)
async def test_a_result_that_cant_be_is_named(stack: Stack, programme, state: str, more: dict, reason: str) -> None:
    made = await stack.call(programme.PutProgrammeItem, item(), AN)
    error = await stack.refused(programme.RecordProgrammeResult, result(made, state, **more), AN)
    assert (error.reason, error.fields) == (reason, ["completed_on"])
