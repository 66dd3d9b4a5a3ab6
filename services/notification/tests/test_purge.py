"""D14: of what was found to be secret no inbox holds anything, and no mail is sent any more."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from ykcd.assignment.v1 import inquiry_pb2
from ykcd.assignment.v1.event_pb2 import AssignmentSent, AssignmentsPurged, InquiryChanged
from ykcd.directive.v1.event_pb2 import DirectivePurged

from kit.testing.stack import Stack
from services.notification import mail, purge
from services.notification.__main__ import app
from services.notification.model import Notification
from services.notification.tests import factories as make
from services.notification.tests.smtp import SmtpServer

CANARY = "chimhoangyen"
pytestmark = pytest.mark.article("D14")


async def told(stack: Stack) -> tuple[DirectivePurged, AssignmentsPurged, list[tuple[object, str]]]:
    """An assignment, one that follows it, and an answered inquiry about it."""
    parts = [make.assignment(content=CANARY, directive_code=CANARY) for _ in range(2)]
    inquiry = inquiry_pb2.Inquiry(id=str(uuid4()), subject=CANARY, assignment_id=parts[0].id, author_id=str(make.STNMT_OFFICER.id))
    inquiry.kind, inquiry.state = inquiry_pb2.INQUIRY_KIND_INFORMATION, inquiry_pb2.INQUIRY_STATE_OPEN
    came = [(AssignmentSent(assignment=part), part.id) for part in parts] + [(InquiryChanged(inquiry=inquiry), inquiry.id)]
    for event, aggregate in came:
        await stack.deliver(event, aggregate)
    purged = DirectivePurged(directive_id=str(uuid4()), assignment_ids=[parts[0].id])
    return purged, AssignmentsPurged(ids=[parts[1].id, inquiry.id]), came


async def rows(stack: Stack) -> list[UUID | None]:
    async with stack.session() as session:
        return sorted((await session.scalars(select(Notification.assignment_id))).all(), key=str)


async def test_inboxes_hold_it_no_more_and_keep_the_rest(stack: Stack) -> None:
    await make.send(stack)
    before = await rows(stack)
    purged, more, came = await told(stack)
    assert await stack.tables_holding(CANARY) == {"assignment_copy", "notification"}
    for _ in range(2):
        await stack.deliver(purged, purged.directive_id, 3)
        await stack.deliver(more, purged.directive_id)
        assert await stack.tables_holding(CANARY) == set()
        assert await rows(stack) == before
    for event, aggregate in came:
        await stack.deliver(event, aggregate, 9)
    assert (await stack.tables_holding(CANARY), await rows(stack)) == (set(), before)


async def test_a_mail_that_was_owed_is_not_sent(serve) -> None:
    smtp = SmtpServer()
    await smtp.start()
    stack = await serve(app, smtp_port=smtp.port)
    await stack.add(*make.PEOPLE)
    purged, more, _ = await told(stack)
    await stack.deliver(purged, purged.directive_id, 3)
    await stack.deliver(more, purged.directive_id)
    await make.send(stack)
    for person in make.PEOPLE:
        await mail.send_owed(stack.runtime, person.id)
    await smtp.stop()
    assert smtp.attempts > 0
    while not smtp.mails.empty():
        assert CANARY not in smtp.mails.get_nowait().get_content()


def test_every_table_is_thought_of() -> None:
    assert set(app.metadata.tables) == purge.ERASED | purge.FREE
