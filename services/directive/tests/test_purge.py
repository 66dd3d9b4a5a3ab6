"""What is found to be secret after it was entered is purged, and leaves a tombstone and the record of its purge (D14)."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, select
from ykcd.directive.v1 import directive_pb2 as pb
from ykcd.directive.v1 import event_pb2, programme_pb2
from ykcd.event.v1.envelope_pb2 import Purged

from kit.dates import from_time
from kit.tables import outbox, purged
from kit.testing.stack import Person, Stack
from services.directive.model import Directive, SecretRefusal
from services.directive.tests import factories as make
from services.directive.tests.factories import AN, BINH, EVALUATOR, OFFICE_LEADER, OPERATOR, STNMT_LEADER, SYT_LEADER

CANARY = "chimhoangyen"
pytestmark = pytest.mark.article("D14", "Đ5", "Đ6.2")


def purge(of: pb.Directive) -> pb.PurgeDirectiveRequest:
    return pb.PurgeDirectiveRequest(request_id=str(uuid4()), id=of.id, expected_version=of.version)


def secret(**more: object) -> dict[str, object]:
    return {"number": CANARY, "abstract": CANARY, "signer": CANARY, "submitting_unit": CANARY, **more}


async def entered(stack: Stack, stub, *, amended: bool = True) -> pb.Directive:
    """Published, and amended."""
    task = make.task(content=CANARY, deliverable=CANARY)
    published = await make.published(stack, stub, task, **secret())
    if not amended:
        return published
    change = pb.TaskAmendment(task_id=published.tasks[0].id, content=f"{CANARY} nữa")
    return await stack.call(stub.AmendDirective, make.amend(published, change, reason=CANARY), AN)


async def hear(stack: Stack) -> None:
    """Its own word of the purge, as the stream brings it."""
    envelope, event = (await stack.events(event_pb2.DirectivePurged))[-1]
    await stack.deliver(event, envelope.aggregate_id, envelope.aggregate_version)


async def test_a_published_document_is_gone_from_every_table(stack: Stack, stub) -> None:
    held = await entered(stack, stub)
    assert await stack.tables_holding(CANARY) == {"directive", "directive_change", "idempotency", "outbox", "task"}
    done = await stack.call(stub.PurgeDirective, purge(held), OFFICE_LEADER)
    assert await stack.tables_holding(CANARY) == {"idempotency", "outbox"}
    await hear(stack)
    assert await stack.tables_holding(CANARY) == set()
    # Of what was told, versions, times and who acted stay.
    told = [(envelope.aggregate_version, type(event)) for envelope, event in await stack.events() if envelope.aggregate_id == held.id]
    assert told == [(1, Purged), (2, Purged), (3, Purged), (4, event_pb2.DirectivePurged)]
    times = {"create_time": held.create_time, "publish_time": held.publish_time}
    assert done == pb.Directive(id=held.id, version=4, state=pb.DIRECTIVE_STATE_REFUSED_SECRET, **times)


async def test_a_draft_is_purged_too(stack: Stack, stub) -> None:
    draft = await stack.call(stub.CreateDirective, make.create(make.task(content=CANARY), **secret()), AN)
    done = await stack.call(stub.PurgeDirective, purge(draft), OFFICE_LEADER)
    await hear(stack)
    assert (done.state, await stack.tables_holding(CANARY)) == (pb.DIRECTIVE_STATE_REFUSED_SECRET, set())


async def test_everybody_is_told_the_ids_and_nothing_else(stack: Stack, stub) -> None:
    held = await entered(stack, stub)
    await stack.call(stub.PurgeDirective, purge(held), OFFICE_LEADER)
    ((envelope, told),) = await stack.events(event_pb2.DirectivePurged)
    assert told == event_pb2.DirectivePurged(
        directive_id=held.id, task_ids=[held.tasks[0].id], assignment_ids=[held.tasks[0].assignments[0].id]
    )
    assert (envelope.aggregate_id, envelope.aggregate_version, envelope.actor.person_id) == (held.id, 4, str(OFFICE_LEADER.id))


async def test_the_record_says_who_entered_it_and_until_when_backups_may_hold_it(stack: Stack, stub) -> None:
    held = await entered(stack, stub)
    await stack.call(stub.PurgeDirective, purge(held), OFFICE_LEADER)
    (row,) = (await stack.call(stub.ListSecretRefusals, pb.ListSecretRefusalsRequest(), OFFICE_LEADER)).refusals
    now = stack.runtime.clock()
    assert (row.directive_id, row.sender_name, row.sender_unit_id) == (held.id, AN.name, str(AN.unit_id))
    assert (row.time, row.backup_end_time) == (from_time(now), from_time(now + timedelta(days=35)))
    ((_, told),) = await stack.events(event_pb2.SecretRefused)
    assert told.refusal == row


@pytest.mark.parametrize("person", [AN, BINH, STNMT_LEADER, SYT_LEADER, EVALUATOR, OPERATOR], ids=lambda person: person.name)
async def test_only_a_leader_of_the_office_purges(stack: Stack, stub, person: Person) -> None:
    held = await entered(stack, stub, amended=False)
    assert (await stack.refused(stub.PurgeDirective, purge(held), person)).reason == "ROLE_REQUIRED"
    assert (await stack.call(stub.GetDirective, pb.GetDirectiveRequest(id=held.id), AN)).abstract == CANARY


async def test_it_is_purged_as_it_stands_and_once(stack: Stack, stub) -> None:
    held = await entered(stack, stub)
    stale = pb.PurgeDirectiveRequest(request_id=str(uuid4()), id=held.id, expected_version=held.version - 1)
    assert (await stack.refused(stub.PurgeDirective, stale, OFFICE_LEADER)).reason == "STALE_VERSION"
    request = purge(held)
    done = await stack.call(stub.PurgeDirective, request, OFFICE_LEADER)
    await hear(stack)
    assert await stack.call(stub.PurgeDirective, request, OFFICE_LEADER) == done
    assert (await stack.refused(stub.PurgeDirective, purge(done), OFFICE_LEADER)).reason == "DIRECTIVE_PURGED"
    assert len(await stack.events(event_pb2.DirectivePurged)) == 1


async def test_a_request_that_made_it_is_not_answered_again(stack: Stack, stub) -> None:
    request = make.create(make.task(content=CANARY), **secret())
    draft = await stack.call(stub.CreateDirective, request, AN)
    await stack.call(stub.PurgeDirective, purge(draft), OFFICE_LEADER)
    await hear(stack)
    assert (await stack.refused(stub.CreateDirective, request, AN)).reason == "NOT_FOUND"
    assert await stack.tables_holding(CANARY) == set()


async def test_a_second_delivery_changes_nothing(stack: Stack, stub) -> None:
    held, other = await entered(stack, stub), await make.published(stack, stub)
    await stack.call(stub.PurgeDirective, purge(held), OFFICE_LEADER)
    await hear(stack)
    before = await stack.events()
    await hear(stack)
    assert await stack.events() == before
    assert (await stack.call(stub.GetDirective, pb.GetDirectiveRequest(id=other.id), STNMT_LEADER)).tasks == other.tasks


async def test_of_a_tombstone_nothing_is_listed_seen_by_units_or_in_the_way(stack: Stack, stub) -> None:
    held = await entered(stack, stub)
    done = await stack.call(stub.PurgeDirective, purge(held), OFFICE_LEADER)
    get = pb.GetDirectiveRequest(id=held.id)
    assert (await stack.refused(stub.GetDirective, get, STNMT_LEADER)).reason == "NOT_FOUND"
    assert await stack.call(stub.GetDirective, get, AN) == done
    assert not (await stack.call(stub.ListDirectives, pb.ListDirectivesRequest(), AN)).directives
    listed = await stack.call(stub.ListDirectives, pb.ListDirectivesRequest(state=pb.DIRECTIVE_STATE_REFUSED_SECRET), AN)
    assert list(listed.directives) == [done]
    for method, request in (
        (stub.PublishDirective, make.publish(done)),
        (
            stub.UpdateDirective,
            pb.UpdateDirectiveRequest(request_id=str(uuid4()), id=done.id, expected_version=4, directive=make.directive()),
        ),
        (stub.AmendDirective, make.amend(done, abstract="Khác")),
    ):
        assert (await stack.refused(method, request, AN)).code.name == "FAILED_PRECONDITION"
    # Its number is free, for whatever it really belongs to; and so often as need be.
    again = await entered(stack, stub)
    await stack.call(stub.PurgeDirective, purge(again), OFFICE_LEADER)


async def test_a_document_whose_place_it_took_forgets_it(stack: Stack, stub) -> None:
    old, new = await make.published(stack, stub), await entered(stack, stub, amended=False)
    supersede = pb.SupersedeDirectiveRequest(
        request_id=str(uuid4()), id=old.id, expected_version=old.version, reason=f"Thay bằng {CANARY}", superseding_id=new.id
    )
    superseded = await stack.call(stub.SupersedeDirective, supersede, OFFICE_LEADER)
    await stack.call(stub.PurgeDirective, purge(new), OFFICE_LEADER)
    await hear(stack)
    assert await stack.tables_holding(CANARY) == set()
    seen = await stack.call(stub.GetDirective, pb.GetDirectiveRequest(id=old.id), AN)
    assert (seen.state, seen.version, seen.superseded_by_id) == (pb.DIRECTIVE_STATE_SUPERSEDED, superseded.version + 1, "")
    assert "văn bản mật" in seen.changes[0].reason
    ((envelope, told),) = await stack.events(event_pb2.DirectiveSuperseded)
    assert (told.directive, envelope.aggregate_version) == (seen, seen.version)


async def test_the_programme_names_its_tasks_no_more(stack: Stack, stub, programme) -> None:
    held, kept = await entered(stack, stub, amended=False), await make.published(stack, stub)
    words = {"year": 2025, "month": 5, "ordinal": 1, "content": "Đề án", "lead_unit_id": str(make.SYT)}
    item = await stack.call(programme.PutProgrammeItem, programme_pb2.PutProgrammeItemRequest(request_id=str(uuid4()), **words), AN)
    link = programme_pb2.LinkProgrammeItemRequest(request_id=str(uuid4()), id=item.id, expected_version=item.version)
    link.task_ids.extend([held.tasks[0].id, kept.tasks[0].id])
    await stack.call(programme.LinkProgrammeItem, link, AN)
    await stack.call(stub.PurgeDirective, purge(held), OFFICE_LEADER)
    await hear(stack)
    envelope, told = (await stack.events(event_pb2.ProgrammeItemChanged))[-1]
    assert (list(told.item.task_ids), told.item.content, envelope.aggregate_version) == ([kept.tasks[0].id], "Đề án", 3)


async def test_in_a_database_restored_from_before_it_is_purged_again(stack: Stack, stub) -> None:
    held = await entered(stack, stub)
    ids = [held.id, held.tasks[0].id, held.tasks[0].assignments[0].id]
    restored = event_pb2.DirectivePurged(directive_id=ids[0], task_ids=ids[1:2], assignment_ids=ids[2:])
    await stack.deliver(restored, held.id, 9)
    assert await stack.tables_holding(CANARY) == set()
    async with stack.session() as session:
        row, refusal = (await session.scalars(select(Directive))).one(), (await session.scalars(select(SecretRefusal))).one()
    assert (row.state, row.version, refusal.directive_id) == (pb.DIRECTIVE_STATE_REFUSED_SECRET, 4, UUID(held.id))
    assert len(await stack.events(event_pb2.DirectivePurged)) == 1


async def test_by_the_database_itself_no_request_touches_what_is_purged_behind_it(stack: Stack) -> None:
    for table in (outbox, purged):
        with pytest.raises(Exception, match="permission denied"):
            async with stack.runtime.api.begin() as connection:
                await connection.execute(delete(table))
