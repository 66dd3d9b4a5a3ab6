"""After three notices: the report to the Chairman, his decision, its end (Đ8.1.e)."""

from datetime import date
from typing import Any
from uuid import uuid4

import grpc
import pytest
from ykcd.assignment.v1 import assignment_pb2
from ykcd.deadline.v1 import urging_pb2 as pb
from ykcd.deadline.v1.event_pb2 import EscalationClosed, EscalationDirected, EscalationDue, EscalationReported

from kit.dates import from_date
from kit.testing.stack import Person
from services.deadline import schedule
from services.deadline.tests import factories as make
from services.deadline.tests.office import Office

DUE = date(2016, 12, 1)
DECISION = assignment_pb2.Decision(number="12/TB-UBND", signer="Nguyễn Văn Phương")
TODAY = from_date(date(2016, 12, 12))
IN_PERSON = {"direction": pb.ESCALATION_DIRECTION_URGE_IN_PERSON, "text": "Làm việc với Sở.", "decision": DECISION}
REQUESTS = {
    "ReportEscalation": pb.ReportEscalationRequest(report_number="5/BC-VPUB", report_date=TODAY, note="Quá 03 phiếu báo."),
    "DirectEscalation": pb.DirectEscalationRequest(**IN_PERSON),
    "CloseEscalation": pb.CloseEscalationRequest(note="Đã làm việc với Sở."),
}


@pytest.fixture
async def matter(office: Office) -> pb.Escalation:
    await office.assign(DUE)
    await office.run(date(2016, 12, 2), date(2016, 12, 12))
    (found,) = await office.escalations()
    return found


def request(verb: str, matter: pb.Escalation, **more: Any) -> Any:
    made = type(REQUESTS[verb])()
    made.CopyFrom(REQUESTS[verb])
    made.MergeFrom(type(made)(request_id=str(uuid4()), id=matter.id, expected_version=matter.version, **more))
    return made


async def act(office: Office, verb: str, matter: pb.Escalation, person: Person = make.OFFICE_LEADER, **more: Any) -> pb.Escalation:
    return await office.deadline.call(getattr(office.urging, verb), request(verb, matter, **more), person)


async def refused(office: Office, verb: str, matter: pb.Escalation, person: Person = make.OFFICE_LEADER, **more: Any) -> Any:
    return await office.deadline.refused(getattr(office.urging, verb), request(verb, matter, **more), person)


async def granted_later(office: Office, id: str) -> None:
    """The unit asks for 20/12/2016 and gets it: another cycle, of which both services hear."""
    later = {"new_due_date": from_date(date(2016, 12, 20)), "reason": "Chờ số liệu.", "late": True}
    await office.act("RequestExtension", assignment_pb2.RequestExtensionRequest, id, make.STNMT_LEADER, **later)
    approval = {"approved": True, "decision": DECISION}
    await office.act("DecideExtension", assignment_pb2.DecideExtensionRequest, id, make.OFFICE_LEADER, **approval)
    for _ in range(2):
        await office.spread()


@pytest.mark.article("Đ8.1.e")
async def test_a_matter_goes_to_the_chairman_and_comes_to_its_end(office: Office, matter: pb.Escalation) -> None:
    (due,) = await office.escalations(make.AN)
    assert (due.state, due.due_on, list(due.allowed_verbs)) == (pb.ESCALATION_STATE_DUE, from_date(date(2016, 12, 12)), ["report"])
    assert (list(due.notice_numbers), due.assignment.directive_code) == ([1, 2, 3], "5425/UBND-KGVX")
    reported = await act(office, "ReportEscalation", due, make.AN)
    assert (reported.state, reported.report_number, list(reported.allowed_verbs)) == (pb.ESCALATION_STATE_REPORTED, "5/BC-VPUB", [])
    directed = await act(office, "DirectEscalation", reported, make.CHAIRMAN)
    assert (directed.state, directed.decision, directed.direction_text) == (pb.ESCALATION_STATE_DIRECTED, DECISION, "Làm việc với Sở.")
    done = await act(office, "CloseEscalation", directed, make.AN)
    assert (done.state, done.closing_note) == (pb.ESCALATION_STATE_DONE, "Đã làm việc với Sở.")
    kinds = (EscalationDue, EscalationReported, EscalationDirected, EscalationClosed)
    told = [(await office.deadline.events(kind))[0] for kind in kinds]
    assert [envelope.aggregate_version for envelope, _ in told] == [1, 2, 3, 4]
    assert [envelope.actor.name for envelope, _ in told] == ["", make.AN.name, make.CHAIRMAN.name, make.AN.name]


@pytest.mark.article("Đ8.1.e", "D4")
async def test_the_directed_extension_ends_the_matter_and_opens_a_cycle_that_is_urged(office: Office, matter: pb.Escalation) -> None:
    """`assignment` hears of it, and carries it out; until that is heard of nobody says that it has happened."""
    reported = await act(office, "ReportEscalation", matter)
    extend = {"direction": pb.ESCALATION_DIRECTION_EXTEND, "new_due_date": from_date(date(2016, 12, 15))}
    directed = await act(office, "DirectEscalation", reported, **extend)
    assert list(directed.allowed_verbs) == ["direct"]
    assert (await refused(office, "CloseEscalation", directed)).reason == "DIRECTION_PENDING"
    await office.spread()
    await office.spread()
    (seen,) = await office.escalations()
    assert (seen.state, seen.closing_note, list(seen.allowed_verbs)) == (pb.ESCALATION_STATE_DONE, "Nhiệm vụ đã có thời hạn mới.", [])
    assert (seen.assignment.deadline_cycle, seen.assignment.due_date) == (2, from_date(date(2016, 12, 15)))
    assert await office.run(date(2016, 12, 13), date(2016, 12, 16)) == [date(2016, 12, 16)]


@pytest.mark.article("Đ8.1.e")
async def test_what_could_not_be_carried_out_is_directed_anew(office: Office, matter: pb.Escalation) -> None:
    """`assignment` left it, or hasn't heard of it yet."""
    reported = await act(office, "ReportEscalation", matter)
    extend = {"direction": pb.ESCALATION_DIRECTION_EXTEND, "new_due_date": from_date(date(2016, 12, 15))}
    directed = await act(office, "DirectEscalation", reported, **extend)
    again = await act(office, "DirectEscalation", directed, make.CHAIRMAN)
    assert (again.state, again.version, again.direction) == (pb.ESCALATION_STATE_DIRECTED, 4, pb.ESCALATION_DIRECTION_URGE_IN_PERSON)
    assert not again.HasField("new_due_date")
    assert (await refused(office, "DirectEscalation", again)).reason == "WRONG_STATE"
    assert (await act(office, "CloseEscalation", again)).state == pb.ESCALATION_STATE_DONE


@pytest.mark.article("Đ8.1.e", "D4")
@pytest.mark.parametrize("direction", [pb.ESCALATION_DIRECTION_REASSIGN, pb.ESCALATION_DIRECTION_CLOSE], ids=["reassign", "close"])
async def test_what_another_deadline_overtook_is_directed_anew(office: Office, matter: pb.Escalation, direction: int) -> None:
    """Directed in view of the first deadline, it isn't carried out on the second; the matter stays open until it is."""
    await make.exist(office.deadline, make.SYT)
    await make.exist(office.assignment, make.SYT)
    reported = await act(office, "ReportEscalation", matter)
    how = {"direction": direction, "new_unit_id": str(make.SYT) if direction == pb.ESCALATION_DIRECTION_REASSIGN else ""}
    directed = await act(office, "DirectEscalation", reported, **how)
    await granted_later(office, matter.assignment_id)
    (open_,) = await office.escalations(make.CHAIRMAN)
    assert (open_.state, open_.assignment.deadline_cycle, open_.directed_cycle) == (pb.ESCALATION_STATE_DIRECTED, 2, 1)
    assert open_.version == directed.version
    assert list(open_.allowed_verbs) == ["direct"]
    again = await act(office, "DirectEscalation", open_, make.CHAIRMAN, **how)
    assert (again.directed_cycle, again.deadline_cycle) == (2, 1)
    for _ in range(2):
        await office.spread()
    (done,) = await office.escalations()
    assert (done.state, done.closing_note) == (pb.ESCALATION_STATE_DONE, "Nhiệm vụ đã kết thúc.")


@pytest.mark.article("Đ8.1.e", "D4")
async def test_an_extension_directed_anew_ends_the_matter_once_it_is_carried_out(office: Office, matter: pb.Escalation) -> None:
    reported = await act(office, "ReportEscalation", matter)
    directed = await act(office, "DirectEscalation", reported, direction=pb.ESCALATION_DIRECTION_CLOSE)
    await granted_later(office, matter.assignment_id)
    extend = {"direction": pb.ESCALATION_DIRECTION_EXTEND, "new_due_date": from_date(date(2016, 12, 30))}
    await act(office, "DirectEscalation", directed, **extend)
    await office.act("AcceptAssignment", assignment_pb2.AcceptAssignmentRequest, matter.assignment_id, make.STNMT_LEADER)
    # The acceptance is heard of before the extension is.
    envelope, event = (await office.assignment.events())[-1]
    await office.deadline.deliver(event, envelope.aggregate_id, envelope.aggregate_version)
    assert (await office.escalations())[0].state == pb.ESCALATION_STATE_DIRECTED
    for _ in range(2):
        await office.spread()
    (done,) = await office.escalations()
    assert (done.state, done.closing_note) == (pb.ESCALATION_STATE_DONE, "Nhiệm vụ đã có thời hạn mới.")


@pytest.mark.article("Đ8.1.e", "Đ8.1.a")
async def test_of_a_reported_result_nothing_is_directed_but_a_talk(office: Office, matter: pb.Escalation) -> None:
    reported = await act(office, "ReportEscalation", matter)
    await make.exist(office.deadline, make.SYT)
    await office.report_done(matter.assignment_id, date(2016, 12, 12))
    await office.spread()
    for more in (
        {"direction": pb.ESCALATION_DIRECTION_EXTEND, "new_due_date": from_date(date(2016, 12, 30))},
        {"direction": pb.ESCALATION_DIRECTION_REASSIGN, "new_unit_id": str(make.SYT)},
        {"direction": pb.ESCALATION_DIRECTION_CLOSE},
    ):
        told = await refused(office, "DirectEscalation", reported, **more)
        assert (told.code, told.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "RESULT_PENDING")
    assert (await act(office, "DirectEscalation", reported)).state == pb.ESCALATION_STATE_DIRECTED


@pytest.mark.article("Đ8.1.e", "Đ8.1.đ", "D12")
async def test_who_is_to_go_on_must_exist(office: Office, matter: pb.Escalation) -> None:
    reported = await act(office, "ReportEscalation", matter)
    reassign = {"direction": pb.ESCALATION_DIRECTION_REASSIGN, "new_unit_id": str(make.SYT)}

    async def reason(**more: str) -> tuple[str, list[str]]:
        told = await refused(office, "DirectEscalation", reported, **reassign, **more)
        return told.reason, told.fields

    assert await reason() == ("UNIT_UNKNOWN", ["new_unit_id"])
    await make.exist(office.deadline, make.SYT, version=2)
    for nobody in (uuid4(), make.STNMT_LEADER.id):
        assert await reason(new_specialist_id=str(nobody)) == ("SPECIALIST_UNKNOWN", ["new_specialist_id"])
    await make.exist(office.deadline, make.SYT, date(2016, 12, 11), version=3)
    await make.exist(office.deadline, make.SYT, version=2)
    assert await reason() == ("UNIT_UNKNOWN", ["new_unit_id"]), "its last day was yesterday; what comes late changes nothing"


@pytest.mark.article("Đ8.1.đ", "Đ8.1.e")
async def test_who_only_reads_it_neither_reports_nor_closes(office: Office, matter: pb.Escalation) -> None:
    """The Chairman, were he a specialist too: he sees all, and follows another part."""
    reader = Person(make.OFFICE, ["chairman", "specialist"], "Lê Trường Lưu")
    await office.deadline.add(reader)
    assert [list(each.allowed_verbs) for each in await office.escalations(reader)] == [[]]
    told = await refused(office, "ReportEscalation", matter, reader)
    assert (told.code, told.reason) == (grpc.StatusCode.PERMISSION_DENIED, "OTHER_SPECIALIST")
    directed = await act(office, "DirectEscalation", await act(office, "ReportEscalation", matter), reader)
    assert list(directed.allowed_verbs) == []
    assert (await refused(office, "CloseEscalation", directed, reader)).reason == "OTHER_SPECIALIST"


@pytest.mark.article("Đ8.1.e")
async def test_what_is_directed_names_what_it_needs(office: Office, matter: pb.Escalation) -> None:
    reported = await act(office, "ReportEscalation", matter)
    past, later = from_date(date(2016, 12, 12)), from_date(date(2016, 12, 30))
    cases = [
        ({"direction": pb.ESCALATION_DIRECTION_EXTEND}, "new_due_date", "NEW_DUE_DATE_MISPLACED"),
        ({"direction": pb.ESCALATION_DIRECTION_EXTEND, "new_due_date": past}, "new_due_date", "EXTENSION_NOT_LATER"),
        ({"new_due_date": later}, "new_due_date", "NEW_DUE_DATE_MISPLACED"),
        ({"direction": pb.ESCALATION_DIRECTION_REASSIGN}, "new_unit_id", "NEW_UNIT_MISPLACED"),
        ({"direction": pb.ESCALATION_DIRECTION_REASSIGN, "new_unit_id": str(make.STNMT)}, "new_unit_id", "SAME_UNIT"),
        ({"text": " "}, "text", "TEXT_MISSING"),
    ]
    for more, field, reason in cases:
        told = await refused(office, "DirectEscalation", reported, **more)
        assert (told.fields, told.reason) == ([field], reason)
    await make.exist(office.deadline, make.SYT)
    reassign = {"direction": pb.ESCALATION_DIRECTION_REASSIGN, "new_unit_id": str(make.SYT), "new_specialist_id": str(make.BINH.id)}
    assert (await act(office, "DirectEscalation", reported, **reassign)).new_unit_id == str(make.SYT)
    ((_, event),) = await office.deadline.events(EscalationDirected)
    assert event.new_specialist_id == str(make.BINH.id)


@pytest.mark.article("Đ8.1.e")
async def test_each_step_follows_the_one_before(office: Office, matter: pb.Escalation) -> None:
    for verb in ("DirectEscalation", "CloseEscalation"):
        told = await refused(office, verb, matter)
        assert (told.code, told.reason, told.error.metadata) == (grpc.StatusCode.FAILED_PRECONDITION, "WRONG_STATE", {"state": "DUE"})
    future = await refused(office, "ReportEscalation", matter, report_date=from_date(date(2016, 12, 13)))
    assert (future.fields, future.reason) == (["report_date"], "REPORT_IN_FUTURE")
    await act(office, "ReportEscalation", matter)
    assert (await refused(office, "ReportEscalation", matter)).reason == "STALE_VERSION"


@pytest.mark.article("Đ8.1.e", "D13")
async def test_units_and_outsiders_see_none_and_do_nothing(office: Office, matter: pb.Escalation) -> None:
    for person in (make.BINH, make.CLERK, make.ADMINISTRATOR, make.STNMT_LEADER, make.SYT_LEADER, make.EVALUATOR):
        assert await office.escalations(person) == []
        get = pb.GetEscalationRequest(id=matter.id)
        assert (await office.deadline.refused(office.urging.GetEscalation, get, person)).reason == "NOT_FOUND"
    for person in (make.AN, make.OFFICE_LEADER, make.CHAIRMAN):
        seen = await office.deadline.call(office.urging.GetEscalation, pb.GetEscalationRequest(id=matter.id), person)
        assert [seen] == await office.escalations(person)
    may = {"ReportEscalation": {"specialist", "office_leader"}, "DirectEscalation": {"office_leader", "chairman"}}
    for verb, roles in {**may, "CloseEscalation": may["ReportEscalation"]}.items():
        for person in (make.AN, make.CHAIRMAN, make.CLERK, make.ADMINISTRATOR, make.STNMT_LEADER, make.EVALUATOR):
            if roles.isdisjoint(person.roles):
                assert (await refused(office, verb, matter, person)).reason == "ROLE_REQUIRED"
        if "specialist" in roles:
            assert (await refused(office, verb, matter, make.BINH)).reason == "NOT_FOUND"


@pytest.mark.article("Đ8.1.e")
async def test_a_verified_result_closes_a_matter_that_is_not_decided(office: Office, matter: pb.Escalation) -> None:
    await office.report_done(matter.assignment_id, date(2016, 12, 12))
    await office.spread()
    assert (await office.escalations())[0].state == pb.ESCALATION_STATE_DUE, "it may be sent back"
    await office.act("VerifyAssignment", assignment_pb2.VerifyAssignmentRequest, matter.assignment_id, make.AN)
    await office.spread()
    closed = (await office.escalations())[0]
    assert (closed.state, closed.closing_note) == (pb.ESCALATION_STATE_DONE, "Nhiệm vụ đã kết thúc.")
    assert await schedule.urge(office.deadline.runtime) == 0


async def test_lists_are_filtered(office: Office, matter: pb.Escalation) -> None:
    for states, count in (([pb.ESCALATION_STATE_DUE], 1), ([pb.ESCALATION_STATE_DONE], 0)):
        request = pb.ListEscalationsRequest(states=states, assignment_id=matter.assignment_id, page_size=1)
        found = await office.deadline.call(office.urging.ListEscalations, request, make.AN)
        assert (found.total_count, len(found.escalations), found.next_page_token) == (count, count, "")
