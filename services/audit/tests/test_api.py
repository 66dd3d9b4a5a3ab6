"""The service by its own door: each RPC as a stranger, as another unit, as the right role."""

from uuid import uuid4

import grpc
import psycopg
import pytest
from sqlalchemy import select
from ykcd.audit.v1 import audit_pb2 as pb
from ykcd.audit.v1 import audit_pb2_grpc
from ykcd.event.v1.envelope_pb2 import AccessDenied

from kit.testing.stack import Stack
from services.audit import queries
from services.audit.__main__ import app
from services.audit.model import EntryContent
from services.audit.tests import factories as make
from services.audit.tests.factories import (
    ADMINISTRATOR,
    AN,
    EVALUATOR,
    OFFICE_LEADER,
    OPERATOR,
    STNMT_LEADER,
    STNMT_OFFICER,
    SYT_LEADER,
)

REQUESTS = {"ListEntries": pb.ListEntriesRequest(), "VerifyLog": pb.VerifyLogRequest()}


@pytest.fixture
async def stack(serve) -> Stack:
    made = await serve(app)
    await made.add(*make.PEOPLE)
    return made


@pytest.fixture
def stub(stack: Stack) -> audit_pb2_grpc.AuditServiceStub:
    return audit_pb2_grpc.AuditServiceStub(stack.channel)


async def listed(stack: Stack, stub, person, **request) -> list[pb.Entry]:
    return list((await stack.call(stub.ListEntries, pb.ListEntriesRequest(**request), person)).entries)


async def fill(stack: Stack) -> None:
    """1 by the Office, 2 and 3 by Sở TNMT, 4 by Sở Y tế (a denial), 5 by the platform itself."""
    await make.log(stack, make.unit_changed(), AN)
    await make.log(stack, make.unit_changed(), STNMT_LEADER)
    await make.log(stack, make.unit_changed(), STNMT_OFFICER)
    await make.log(stack, make.denied(), SYT_LEADER)
    await make.log(stack, make.unit_changed())


def test_every_rpc_is_tried_as_a_stranger() -> None:
    assert sorted(REQUESTS) == sorted(m.name for s in pb.DESCRIPTOR.services_by_name.values() for m in s.methods)


@pytest.mark.parametrize("name", REQUESTS)
async def test_a_stranger_is_refused(stack: Stack, stub, name: str) -> None:
    error = await stack.refused(getattr(stub, name), REQUESTS[name])
    assert (error.code, error.reason) == (grpc.StatusCode.UNAUTHENTICATED, "TOKEN_MISSING")


@pytest.mark.parametrize(
    ("name", "person"),
    [("ListEntries", OPERATOR), ("ListEntries", EVALUATOR), ("VerifyLog", AN), ("VerifyLog", STNMT_LEADER), ("VerifyLog", EVALUATOR)],
    ids=lambda value: value if isinstance(value, str) else value.roles[0],
)
async def test_who_has_no_business_with_it_is_refused_and_the_denial_is_told(stack: Stack, stub, name: str, person) -> None:
    error = await stack.refused(getattr(stub, name), REQUESTS[name], person)
    assert (error.code, error.reason) == (grpc.StatusCode.PERMISSION_DENIED, "ROLE_REQUIRED")
    ((envelope, denied),) = await stack.events(AccessDenied)
    assert (denied.method, envelope.actor.person_id) == (name, str(person.id))


@pytest.mark.parametrize(
    ("person", "sequences"),
    [(OFFICE_LEADER, [5, 4, 3, 2, 1]), (ADMINISTRATOR, [5, 4, 3, 2, 1]), (AN, [1]), (STNMT_OFFICER, [3, 2]), (SYT_LEADER, [4])],
    ids=["office leader", "administrator", "specialist", "a unit", "another unit"],
)
async def test_each_reads_what_the_own_unit_did_and_the_leaders_all(stack: Stack, stub, person, sequences: list[int]) -> None:
    await fill(stack)
    assert [entry.sequence for entry in await listed(stack, stub, person)] == sequences


async def test_row_level_security_holds_where_a_query_forgets_its_condition(stack: Stack, stub, monkeypatch) -> None:
    """Architecture, tenancy: the database refuses by itself."""
    await fill(stack)
    monkeypatch.setattr(queries, "visible_to", lambda _actor: select(queries.Entry))
    assert [entry.sequence for entry in await listed(stack, stub, SYT_LEADER)] == [4]


async def test_an_entry_names_who_did_what_when_and_its_place_in_the_chain(stack: Stack, stub) -> None:
    aggregate = uuid4()
    event_id = await make.log(stack, make.denied(), STNMT_LEADER, aggregate, traceparent="00-ab-cd-01")
    (entry,) = await listed(stack, stub, OFFICE_LEADER)
    assert (entry.event_id, entry.event_type, entry.source) == (str(event_id), "ykcd.event.v1.AccessDenied", "directive")
    assert (entry.aggregate_id, entry.aggregate_version, entry.traceparent) == (str(aggregate), 1, "00-ab-cd-01")
    assert (entry.actor_id, entry.actor_name, entry.actor_unit_id) == (str(STNMT_LEADER.id), "Lê Quang", str(make.STNMT))
    assert (entry.denied_method, entry.denied_reason) == ("GetDirective", "NOT_FOUND")
    assert entry.event_time == entry.log_time
    assert len(entry.leaf_hash) == len(entry.chain_hash) == 64


async def test_an_erased_name_is_empty_and_the_entry_stays(stack: Stack, stub) -> None:
    """D14."""
    await fill(stack)
    async with stack.session() as session:
        await session.execute(EntryContent.__table__.delete())
    assert [(entry.sequence, entry.actor_name) for entry in await listed(stack, stub, SYT_LEADER)] == [(4, "")]


async def test_entries_of_one_thing_and_denials_alone(stack: Stack, stub) -> None:
    await fill(stack)
    aggregate = uuid4()
    await make.log(stack, make.unit_changed(), AN, aggregate)
    assert [entry.sequence for entry in await listed(stack, stub, OFFICE_LEADER, aggregate_id=str(aggregate))] == [6]
    assert [entry.sequence for entry in await listed(stack, stub, OFFICE_LEADER, denials_only=True)] == [4]
    assert await listed(stack, stub, SYT_LEADER, aggregate_id=str(aggregate)) == []


async def test_pages_follow_each_other_and_foreign_tokens_are_refused(stack: Stack, stub) -> None:
    await fill(stack)
    seen, token = [], ""
    while True:
        request = pb.ListEntriesRequest(page_size=2, page_token=token)
        answer = await stack.call(stub.ListEntries, request, OFFICE_LEADER)
        seen += [entry.sequence for entry in answer.entries]
        if not answer.next_page_token:
            break
        token = answer.next_page_token
    assert seen == [5, 4, 3, 2, 1]
    for person, request in (
        (ADMINISTRATOR, pb.ListEntriesRequest(page_token=token)),
        (OFFICE_LEADER, pb.ListEntriesRequest(page_token=token, denials_only=True)),
        (OFFICE_LEADER, pb.ListEntriesRequest(page_token="nonsense")),
    ):
        assert (await stack.refused(stub.ListEntries, request, person)).fields == ["page_token"]


async def test_each_wrong_field_is_named(stack: Stack, stub) -> None:
    error = await stack.refused(stub.ListEntries, pb.ListEntriesRequest(page_size=-1, aggregate_id="x"), OFFICE_LEADER)
    assert set(error.fields) == {"page_size", "aggregate_id"}


@pytest.mark.parametrize("person", [OFFICE_LEADER, ADMINISTRATOR, OPERATOR], ids=["office leader", "administrator", "operator"])
async def test_whether_the_log_holds_is_told_without_its_content(stack: Stack, stub, postgres, person) -> None:
    await fill(stack)
    answer = await stack.call(stub.VerifyLog, pb.VerifyLogRequest(), person)
    (last, *_) = await listed(stack, stub, OFFICE_LEADER)
    assert (answer.intact, answer.entry_count, answer.first_bad_sequence) == (True, 5, 0)
    assert answer.chain_hash == last.chain_hash
    with psycopg.connect(postgres.dsn("audit")) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE entry SET denied_reason = '' WHERE sequence = 4")
    answer = await stack.call(stub.VerifyLog, pb.VerifyLogRequest(), person)
    assert (answer.intact, answer.entry_count, answer.first_bad_sequence, answer.problem) == (False, 5, 4, "ENTRY_CHANGED")
