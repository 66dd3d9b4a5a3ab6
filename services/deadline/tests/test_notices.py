"""Who sees notices and answers them; lists page by page."""

from datetime import date
from uuid import uuid4

import grpc
import pytest
from sqlalchemy import event, text
from ykcd.deadline.v1 import urging_pb2 as pb
from ykcd.deadline.v1.event_pb2 import UrgingNoticeAcknowledged
from ykcd.event.v1.envelope_pb2 import AccessDenied

from kit.testing.stack import Person
from services.deadline.tests import factories as make
from services.deadline.tests.office import Office, issue

DUE = date(2016, 12, 1)
FIRST = date(2016, 12, 2)
OUTSIDERS = [make.BINH, make.CLERK, make.ADMINISTRATOR, make.OPERATOR, make.SYT_LEADER, make.STNMT_ADMIN, make.EVALUATOR]


@pytest.fixture
async def wanted(office: Office) -> pb.UrgingNotice:
    await office.assign(DUE)
    (found,) = await office.morning(FIRST)
    return found


def acknowledge(notice: pb.UrgingNotice, answer: str = "Đang hoàn thiện.") -> pb.AcknowledgeUrgingNoticeRequest:
    return pb.AcknowledgeUrgingNoticeRequest(request_id=str(uuid4()), id=notice.id, expected_version=notice.version, answer=answer)


async def sees(office: Office, notice: pb.UrgingNotice, person: Person) -> bool:
    """Both ways of reading agree."""
    listed = await office.notices(person=person)
    request = pb.GetUrgingNoticeRequest(id=notice.id)
    if listed.total_count:
        await office.deadline.call(office.urging.GetUrgingNotice, request, person)
        return [each.id for each in listed.notices] == [notice.id]
    assert (await office.deadline.refused(office.urging.GetUrgingNotice, request, person)).reason == "NOT_FOUND"
    return False


@pytest.mark.article("D13", "Đ8.1.e")
async def test_a_unit_sees_a_notice_from_its_issue_on_and_outsiders_never(office: Office, wanted: pb.UrgingNotice) -> None:
    for person in (make.AN, make.OFFICE_LEADER, make.CHAIRMAN):
        assert await sees(office, wanted, person)
    for person in (make.STNMT_LEADER, make.STNMT_OFFICER, *OUTSIDERS):
        assert not await sees(office, wanted, person)
    await office.issue(wanted)
    for person in (make.AN, make.OFFICE_LEADER, make.CHAIRMAN, make.STNMT_LEADER, make.STNMT_OFFICER):
        assert await sees(office, wanted, person)
    for person in OUTSIDERS:
        assert not await sees(office, wanted, person)


@pytest.mark.article("Đ8.1.e")
@pytest.mark.parametrize(
    "person", [make.CHAIRMAN, make.CLERK, make.ADMINISTRATOR, make.STNMT_LEADER, make.EVALUATOR], ids=lambda p: p.roles[0]
)
async def test_others_may_not_issue(office: Office, wanted: pb.UrgingNotice, person: Person) -> None:
    told = await office.deadline.refused(office.urging.IssueUrgingNotice, issue(wanted), person)
    assert (told.code, told.reason) == (grpc.StatusCode.PERMISSION_DENIED, "ROLE_REQUIRED")


async def test_another_fields_specialist_finds_nothing_to_issue(office: Office, wanted: pb.UrgingNotice) -> None:
    told = await office.deadline.refused(office.urging.IssueUrgingNotice, issue(wanted), make.BINH)
    assert told.reason == "NOT_FOUND"
    assert [denied.method for _, denied in await office.deadline.events(AccessDenied)] == ["IssueUrgingNotice"]


@pytest.mark.article("Đ8.1.đ")
async def test_of_a_part_that_nobody_follows_the_leaders_issue(office: Office) -> None:
    """The Office leaders' queue."""
    id = await office.assign(DUE)
    told = make.later(make.assignment(DUE, id=id, version=1), specialist_id="")
    told.specialist_id = ""
    await make.hear(office.deadline, told)
    (found,) = await office.morning(FIRST)
    assert not await sees(office, found, make.AN)
    assert list(found.allowed_verbs) == ["issue"]


@pytest.mark.article("Đ8.1.e")
async def test_the_unit_answers_once(office: Office, wanted: pb.UrgingNotice) -> None:
    made = await office.issue(wanted)
    seen = (await office.notices(person=make.STNMT_LEADER)).notices[0]
    assert list(seen.allowed_verbs) == ["acknowledge"]
    answered = await office.deadline.call(office.urging.AcknowledgeUrgingNotice, acknowledge(made), make.STNMT_LEADER)
    assert (answered.state, answered.answer) == (pb.URGING_NOTICE_STATE_ACKNOWLEDGED, "Đang hoàn thiện.")
    assert (answered.acknowledged_by_name, list(answered.allowed_verbs)) == (make.STNMT_LEADER.name, [])
    ((envelope, told),) = await office.deadline.events(UrgingNoticeAcknowledged)
    assert (envelope.aggregate_version, told.notice.answer) == (3, "Đang hoàn thiện.")
    again = await office.deadline.refused(office.urging.AcknowledgeUrgingNotice, acknowledge(answered), make.STNMT_LEADER)
    assert (again.reason, again.error.metadata) == ("WRONG_STATE", {"state": "ACKNOWLEDGED"})


@pytest.mark.parametrize(
    ("person", "reason"),
    [(make.STNMT_OFFICER, "ROLE_REQUIRED"), (make.AN, "ROLE_REQUIRED"), (make.SYT_LEADER, "NOT_FOUND")],
    ids=["an officer", "the Office", "another unit"],
)
async def test_others_may_not_answer(office: Office, wanted: pb.UrgingNotice, person: Person, reason: str) -> None:
    made = await office.issue(wanted)
    assert (await office.deadline.refused(office.urging.AcknowledgeUrgingNotice, acknowledge(made), person)).reason == reason


@pytest.mark.article("Đ8.1.e")
async def test_who_sees_it_for_the_office_does_not_answer_for_the_unit(office: Office, wanted: pb.UrgingNotice) -> None:
    """Whoever leads the Office follows all that is urged, and is the leader of a unit of its own."""
    both = Person(make.OFFICE, ["office_leader", "unit_leader"], "Phan Thiên Định")
    await office.deadline.add(both)
    made = await office.issue(wanted)
    told = await office.deadline.refused(office.urging.AcknowledgeUrgingNotice, acknowledge(made), both)
    assert (told.code, told.reason) == (grpc.StatusCode.PERMISSION_DENIED, "OTHER_UNIT")
    ((seen,),) = [(await office.notices(person=both)).notices]
    assert (seen.state, list(seen.allowed_verbs)) == (pb.URGING_NOTICE_STATE_ISSUED, [])


async def test_an_answer_to_an_older_version_is_refused(office: Office, wanted: pb.UrgingNotice) -> None:
    made = await office.issue(wanted)
    made.version = 1
    assert (
        await office.deadline.refused(office.urging.AcknowledgeUrgingNotice, acknowledge(made), make.STNMT_LEADER)
    ).reason == "STALE_VERSION"


async def test_lists_are_filtered_and_paged(office: Office) -> None:
    ids = [await office.assign(DUE) for _ in range(3)]
    found = await office.morning(FIRST)
    await office.issue(found[0])
    seen, token = [], ""
    while True:
        page = await office.notices(page_size=2, page_token=token)
        assert page.total_count == 3
        seen += [notice.id for notice in page.notices]
        token = page.next_page_token
        if not token:
            break
    assert seen == sorted((notice.id for notice in found), reverse=True)
    assert (await office.notices(pb.URGING_NOTICE_STATE_ISSUED)).total_count == 1
    assert [each.assignment_id for each in (await office.notices(assignment_id=ids[1])).notices] == [ids[1]]
    counts = {"unit_id": (make.STNMT, make.SYT), "specialist_id": (make.AN.id, make.BINH.id)}
    for field, (one, none) in counts.items():
        assert (await office.notices(**{field: str(one)})).total_count == 3
        assert (await office.notices(**{field: str(none)})).total_count == 0
    wrong = pb.ListUrgingNoticesRequest(page_token="x", assignment_id="1")
    assert (await office.deadline.refused(office.urging.ListUrgingNotices, wrong, make.AN)).fields == ["assignment_id"]


async def test_requests_read_and_change_no_other_units_notices(office: Office, wanted: pb.UrgingNotice) -> None:
    """Row-level security behind visible_notices: the api role by itself."""
    enter = text("SELECT set_config('ykcd.unit', :unit, true), set_config('ykcd.roles', :roles, true)")

    async def counts(unit: object, roles: str) -> list[int]:
        async with office.deadline.runtime.api.connect() as connection:
            await connection.execute(enter, {"unit": str(unit), "roles": roles})
            tables = ("urging_notice", "assignment_copy", "escalation", "obligation", "urging_number")
            return [(await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one() for table in tables]

    assert await counts(make.STNMT, "unit_leader") == [0, 1, 0, 0, 0], "a proposal isn't the unit's to see"
    await office.issue(wanted)
    assert await counts(make.STNMT, "unit_leader") == [1, 1, 0, 0, 0]
    assert await counts(make.OFFICE, "specialist") == [1, 1, 0, 0, 1]
    for unit, roles in ((make.SYT, "unit_leader"), (make.STNMT, "operator"), (make.OFFICE, "administrator"), ("", "")):
        assert await counts(unit, roles) == [0] * 5
    async with office.deadline.runtime.api.connect() as connection:
        verbs = ("DELETE FROM urging_notice", "UPDATE obligation SET state = 2", "UPDATE assignment_copy SET state = 5")
        for verb in (*verbs, "DELETE FROM urging_number", "INSERT INTO escalation DEFAULT VALUES"):
            with pytest.raises(Exception, match="permission denied"):
                await connection.execute(text(verb))
            await connection.rollback()


async def test_a_list_costs_the_same_statements_however_long_it_is(office: Office) -> None:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    counts = []
    event.listen(office.deadline.runtime.api.sync_engine, "before_cursor_execute", note)
    for number in (1, 4):
        for _ in range(number):
            await office.assign(DUE)
        await office.morning(FIRST)
        seen.clear()
        assert (await office.notices(person=make.AN)).total_count >= number
        counts.append(len(seen))
    event.remove(office.deadline.runtime.api.sync_engine, "before_cursor_execute", note)
    assert counts[0] == counts[1]
