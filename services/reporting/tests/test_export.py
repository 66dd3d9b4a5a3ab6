"""Whole lists, row after row."""

from contextlib import aclosing
from datetime import date

import grpc
import pytest
from ykcd.directive.v1 import directive_pb2 as d
from ykcd.event.v1.envelope_pb2 import AccessDenied
from ykcd.reporting.v1 import reporting_pb2 as pb

from kit.errors import from_rpc
from kit.testing.stack import Stack
from services.reporting import export
from services.reporting.tests import factories as make
from services.reporting.tests.factories import ADMINISTRATOR, AN, EVALUATOR, OPERATOR, PHU_LOC_POINT, STNMT_LEADER, SYT_LEADER

F = pb.AssignmentFilter


async def exported(stub, person, order: int = 0, **filter) -> tuple[int, list[pb.AssignmentRow]]:
    """What was announced, and what came."""
    header, *parts = [part async for part in stub.ExportAssignments(asking(order, **filter), metadata=person.metadata if person else ())]
    return header.header.total_count, [row for part in parts for row in part.batch.rows]


def asking(order: int = 0, **filter) -> pb.ExportAssignmentsRequest:
    return pb.ExportAssignmentsRequest(filter=F(**filter), order=order)


async def refusal(stub, person, request: pb.ExportAssignmentsRequest | None = None) -> tuple[grpc.StatusCode, str, list[str]]:
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        async for _part in stub.ExportAssignments(request or asking(), metadata=person.metadata if person else ()):
            pass
    error = from_rpc(raised.value)
    return raised.value.code(), error.reason, [violation.path for violation in error.violations]


async def test_a_stranger_is_refused(stub) -> None:
    assert await refusal(stub, None) == (grpc.StatusCode.UNAUTHENTICATED, "TOKEN_MISSING", [])


@pytest.mark.parametrize("person", [OPERATOR, ADMINISTRATOR], ids=["operator", "administrator"])
async def test_who_runs_the_platform_takes_nothing_out_and_the_denial_is_told(stack: Stack, stub, person) -> None:
    assert await refusal(stub, person) == (grpc.StatusCode.PERMISSION_DENIED, "ROLE_REQUIRED", [])
    ((_envelope, denied),) = await stack.events(AccessDenied)
    assert denied.method == "ExportAssignments"


@pytest.mark.article("D13")
async def test_everybody_gets_what_his_list_shows(stack: Stack, stub) -> None:
    both = make.task(make.part(make.STNMT), make.part(make.PHU_LOC, "COORDINATING"))
    await make.publish(stack, make.directive(both, make.task(make.part(make.SYT))))
    seen = {person.name: await exported(stub, person) for person in (STNMT_LEADER, PHU_LOC_POINT, SYT_LEADER, AN, EVALUATOR)}
    assert [(total, len(rows)) for total, rows in seen.values()] == [(2, 2), (2, 2), (1, 1), (3, 3), (3, 3)]
    assert await exported(stub, SYT_LEADER, unit_ids=[str(make.STNMT)]) == (0, [])


@pytest.mark.article("§6.28")
@pytest.mark.parametrize("order", pb.AssignmentOrder.values())
async def test_an_export_is_the_list_whole_and_in_its_order(stack: Stack, stub, monkeypatch, order: int) -> None:
    monkeypatch.setattr(export, "PAGE_ROWS", 4)
    monkeypatch.setattr(export, "BATCH_ROWS", 3)
    parts = [make.part((make.STNMT, make.PHU_LOC)[n % 2], due=make.day(2025, 6, 1 + n // 2) if n % 5 else None) for n in range(12)]
    await make.publish(stack, make.directive(*(make.task(part) for part in parts)))
    await make.assign(stack, role="COORDINATING")
    lead = [d.ASSIGNMENT_ROLE_LEAD]
    request = pb.SearchAssignmentsRequest(filter=F(roles=lead), order=order)
    shown = await stack.call(stub.SearchAssignments, request, AN)
    total, rows = await exported(stub, AN, order, roles=lead)
    assert (total, rows) == (shown.total_count, list(shown.rows))


async def test_what_happens_meanwhile_is_in_neither_the_count_nor_the_rows(stack: Stack, stub, monkeypatch) -> None:
    """All statements see the moment of the first one."""
    monkeypatch.setattr(export, "PAGE_ROWS", 2)
    ids = [await make.assign(stack, due=date(2025, 6, 1 + n)) for n in range(5)]
    call = stub.ExportAssignments(asking(), metadata=AN.metadata)
    async with aclosing(aiter(call)) as parts:
        assert (await anext(parts)).header.total_count == 5
        first = (await anext(parts)).batch.rows
        await make.assign(stack, due=date(2025, 6, 30))
        rows = [*first, *[row async for part in parts for row in part.batch.rows]]
    assert [row.id for row in rows] == ids


async def test_what_cannot_be_read_is_named(stub) -> None:
    wrong = asking(due_to=make.day(2025, 2, 30))
    assert await refusal(stub, AN, wrong) == (grpc.StatusCode.INVALID_ARGUMENT, "DATE_INVALID", ["filter.due_to"])


async def test_two_at_once_hold_connections_and_a_third_waits_its_turn(stack: Stack, stub) -> None:
    await make.assign(stack)
    calls = [stub.ExportAssignments(asking(), metadata=AN.metadata) for _ in range(5)]
    assert [(await anext(aiter(call))).header.total_count for call in reversed(calls[:2])] == [1, 1]
    for call in calls:
        assert len([part async for part in call]) <= 2
