"""Of a secret document that was refused only the count, the time and the sender are known (Đ6.2)."""

import pytest
from sqlalchemy import insert, select
from ykcd.directive.v1 import directive_pb2 as pb
from ykcd.directive.v1 import event_pb2, programme_pb2

from kit import db
from kit.dates import from_time
from kit.testing.stack import Person, Stack
from services.directive.model import SecretRefusal
from services.directive.tests import factories as make
from services.directive.tests.factories import ADMINISTRATOR, AN, BINH, CHAIRMAN, EVALUATOR, OFFICE_LEADER, OPERATOR, STNMT_LEADER

LIST = pb.ListSecretRefusalsRequest(page_size=1)


@pytest.mark.article("Đ5", "Đ6.2")
async def test_refusals_are_counted_with_time_and_sender(stack: Stack, stub, clock) -> None:
    for person in (AN, STNMT_LEADER):
        await stack.refused(stub.CreateDirective, make.create(secrecy=pb.SECRECY_SECRET), person)
        clock.advance(minutes=1)
    first = await stack.call(stub.ListSecretRefusals, LIST, OFFICE_LEADER)
    assert (first.total_count, [row.sender_name for row in first.refusals]) == (2, [STNMT_LEADER.name])
    second = await stack.call(
        stub.ListSecretRefusals, pb.ListSecretRefusalsRequest(page_size=1, page_token=first.next_page_token), OFFICE_LEADER
    )
    ((envelope, told), _) = await stack.events(event_pb2.SecretRefused)
    assert list(second.refusals) == [told.refusal]
    assert (told.refusal.sender_unit_id, told.refusal.time) == (str(AN.unit_id), envelope.time)


@pytest.mark.article("Đ6.2")
@pytest.mark.parametrize("person", [OFFICE_LEADER, ADMINISTRATOR, CHAIRMAN], ids=lambda person: person.roles[0])
async def test_who_leads_the_office_sees_the_refusals(stack: Stack, stub, person: Person) -> None:
    assert (await stack.call(stub.ListSecretRefusals, LIST, person)).total_count == 0


@pytest.mark.parametrize("person", [AN, STNMT_LEADER, EVALUATOR, OPERATOR], ids=lambda person: person.roles[0])
async def test_nobody_else_sees_the_refusals(stack: Stack, stub, person: Person) -> None:
    assert (await stack.refused(stub.ListSecretRefusals, LIST, person)).reason == "ROLE_REQUIRED"


@pytest.mark.article("Đ6.2")
async def test_somebody_of_no_unit_is_counted_too(stack: Stack, stub) -> None:
    await stack.refused(stub.CreateDirective, make.create(secrecy=pb.SECRECY_TOP_SECRET), Person(make.SYT, ["officer"]))
    (row,) = (await stack.call(stub.ListSecretRefusals, LIST, OFFICE_LEADER)).refusals
    assert (row.sender_name, row.sender_unit_id, row.time) == ("", "", from_time(stack.runtime.clock()))


@pytest.mark.article("Đ5")
async def test_what_changes_a_document_or_enters_the_programme_is_screened_too(stack: Stack, stub, programme) -> None:
    published = await make.published(stack, stub)
    amendment = make.amend(published, pb.TaskAmendment(task_id=published.tasks[0].id, content="Kế hoạch\nTUYỆT MẬT"))
    words = {"year": 2025, "month": 5, "ordinal": 1, "content": "MẬT", "lead_unit_id": str(make.SYT)}
    item = programme_pb2.PutProgrammeItemRequest(request_id=published.id, **words)
    for method, request in ((stub.AmendDirective, amendment), (programme.PutProgrammeItem, item)):
        assert (await stack.refused(method, request, AN)).reason == "SECRET_DOCUMENT_REFUSED"
    assert len(await stack.events(event_pb2.SecretRefused)) == 2


@pytest.mark.article("Đ6.2")
async def test_nobody_counts_a_refusal_under_another_name(stack: Stack) -> None:
    """By the database itself."""
    async with stack.session() as session:
        await session.execute(insert(SecretRefusal).values(id=db.new_id(), time=stack.runtime.clock(), sender_id=BINH.id, sender_name="B"))
    async with db.transaction(stack.runtime.api) as session:
        assert (await session.scalars(select(SecretRefusal))).all() == []
        row = insert(SecretRefusal).values(id=db.new_id(), time=stack.runtime.clock(), sender_id=BINH.id, sender_name="B")
        with pytest.raises(Exception, match="row-level security"):
            await session.execute(row)
