"""Whom each event concerns, and nobody else: one row for each rule."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from google.protobuf.message import Message
from google.type.date_pb2 import Date
from sqlalchemy import select
from ykcd.assignment.v1 import event_pb2 as a
from ykcd.assignment.v1 import inquiry_pb2, inspection_pb2, obstacle_pb2
from ykcd.assignment.v1.assignment_pb2 import Assignment
from ykcd.deadline.v1 import event_pb2 as c
from ykcd.deadline.v1 import urging_pb2
from ykcd.deadline.v1.deadline_pb2 import Deadline, MovedDeadline
from ykcd.directive.v1 import event_pb2 as d
from ykcd.directive.v1 import people_pb2
from ykcd.notification.v1 import notification_pb2 as n

from kit.events import Retry, carrying
from kit.testing.stack import Person, Stack
from services.notification.__main__ import app
from services.notification.handlers import HANDLERS
from services.notification.model import Notification
from services.notification.rules import RULES, Key, excerpt, rule_of
from services.notification.tests import factories as make
from services.notification.tests.factories import (
    ADMINISTRATOR,
    AN,
    CHAIRMAN,
    CHI,
    CLERK,
    OFFICE_LEADER,
    STNMT_DEPUTY,
    STNMT_FOCAL,
    STNMT_LEADER,
    STNMT_OFFICER,
    SYT_LEADER,
    SYT_OFFICER,
)

LEADERS = (STNMT_LEADER, STNMT_DEPUTY)
DESK = (*LEADERS, STNMT_FOCAL)
DELEGATES = (STNMT_DEPUTY, STNMT_OFFICER)
NOTICE, ESCALATION, OBSTACLE, INSPECTION, INQUIRY = (
    n.NOTIFICATION_SUBJECT_URGING_NOTICE,
    n.NOTIFICATION_SUBJECT_ESCALATION,
    n.NOTIFICATION_SUBJECT_OBSTACLE,
    n.NOTIFICATION_SUBJECT_INSPECTION,
    n.NOTIFICATION_SUBJECT_INQUIRY,
)
ID = str(uuid4())
CODE = "5425/UBND-KGVX"


def day(month: int, number: int) -> Date:
    return Date(year=2025, month=month, day=number)


@dataclass(frozen=True)
class Case:
    """An event about `about`, who must be told (nobody else), its title, where it leads."""

    make: Callable[[Assignment], Message]
    wanted: tuple[Person, ...]
    title: str
    subject: int = 0
    # Whether it is about the assignment at all.
    assigned: bool = True


def whole(event: type[Message], wanted: tuple[Person, ...], title: str) -> Case:
    return Case(lambda about: event(assignment=about), wanted, title)


def notice(event: type[Message], state: str, wanted: tuple[Person, ...], title: str) -> Case:
    value = urging_pb2.UrgingNoticeState.Value(f"URGING_NOTICE_STATE_{state}")
    more = {"id": ID, "state": value, "unit_id": str(make.STNMT), "ordinal": 2, "number": 0 if state == "PROPOSED" else 12}
    return Case(lambda about: event(notice=urging_pb2.UrgingNotice(assignment_id=about.id, **more)), wanted, title, NOTICE)


def escalation(event: type[Message], wanted: tuple[Person, ...], title: str) -> Case:
    return Case(lambda about: event(escalation=urging_pb2.Escalation(id=ID, assignment_id=about.id)), wanted, title, ESCALATION)


def obligation(event: type[Message], about: Assignment, **more: object) -> Message:
    values = {"id": ID, "assignment_id": about.id, "unit_id": about.unit_id, "year": 2025, "quarter": 2, "period_end": day(6, 30), **more}
    return event(obligation=urging_pb2.Obligation(**values))


def obstacle(state: str, wanted: tuple[Person, ...], title: str) -> Case:
    value = obstacle_pb2.ObstacleState.Value(f"OBSTACLE_STATE_{state}")
    told = {"id": ID, "state": value, "unit_id": str(make.STNMT)}
    return Case(lambda about: a.ObstacleChanged(obstacle=obstacle_pb2.Obstacle(assignment_id=about.id, **told)), wanted, title, OBSTACLE)


def inspection(state: str, title: str) -> Case:
    value = inspection_pb2.InspectionState.Value(f"INSPECTION_STATE_{state}")
    told = {"id": ID, "state": value, "unit_id": str(make.STNMT), "owner_unit_id": str(make.OFFICE), "title": "Kiểm tra đất công"}
    visit = {"visit_from": day(5, 12), "visit_to": day(5, 14)}
    event = a.InspectionChanged(inspection=inspection_pb2.Inspection(**told, **visit))
    return Case(lambda _about: event, LEADERS, title, INSPECTION, assigned=False)


def inquiry(kind: str, wanted: tuple[Person, ...], title: str, state: str = "OPEN") -> Case:
    told = {
        "id": ID,
        "kind": inquiry_pb2.InquiryKind.Value(f"INQUIRY_KIND_{kind}"),
        "state": inquiry_pb2.InquiryState.Value(f"INQUIRY_STATE_{state}"),
        "unit_id": str(make.SYT),
        "author_id": str(SYT_OFFICER.id),
        "subject": "Không mở được tệp",
    }
    return Case(
        lambda about: a.InquiryChanged(inquiry=inquiry_pb2.Inquiry(assignment_id=about.id, **told)), wanted, title, INQUIRY, assigned=False
    )


CASES: dict[Key, Case] = {
    (a.AssignmentSent,): whole(a.AssignmentSent, (*DESK, AN), f"Nhiệm vụ mới theo {CODE}"),
    (a.AssignmentAccepted,): whole(a.AssignmentAccepted, (AN,), f"Đơn vị đã tiếp nhận nhiệm vụ theo {CODE}"),
    (a.AssignmentDelegated,): whole(a.AssignmentDelegated, DELEGATES, f"Bạn được phân công nhiệm vụ theo {CODE}"),
    (a.AssignmentReported,): whole(a.AssignmentReported, (AN,), f"Đơn vị báo cáo kết quả nhiệm vụ theo {CODE}"),
    (a.AssignmentVerified,): whole(a.AssignmentVerified, (*LEADERS, STNMT_OFFICER), f"Kết quả nhiệm vụ theo {CODE} đã được xác nhận"),
    (a.AssignmentSentBack,): whole(a.AssignmentSentBack, (*LEADERS, STNMT_OFFICER), f"Kết quả nhiệm vụ theo {CODE} chưa được chấp nhận"),
    (a.AssignmentReopened,): whole(
        a.AssignmentReopened, (*DESK, STNMT_OFFICER, AN), f"Nhiệm vụ theo {CODE} được mở lại để tiếp tục thực hiện"
    ),
    (a.AssignmentReturnRequested,): whole(a.AssignmentReturnRequested, (AN,), f"Đơn vị đề nghị trả lại nhiệm vụ theo {CODE}"),
    (a.AssignmentAdjusted,): whole(
        a.AssignmentAdjusted, (*DESK, STNMT_OFFICER), f"Nhiệm vụ theo {CODE} đã được điều chỉnh sau đề nghị trả lại"
    ),
    (a.AssignmentReturnDenied,): whole(
        a.AssignmentReturnDenied, (*DESK, STNMT_OFFICER), f"Đề nghị trả lại nhiệm vụ theo {CODE} không được chấp nhận"
    ),
    (a.AssignmentForwarded,): whole(a.AssignmentForwarded, LEADERS, f"Nhiệm vụ theo {CODE} đã được chuyển cho đơn vị khác"),
    (a.AssignmentAmended,): whole(a.AssignmentAmended, (*DESK, STNMT_OFFICER, AN), f"Nhiệm vụ theo {CODE} đã được sửa đổi, bổ sung"),
    (a.AssignmentCancelled,): whole(a.AssignmentCancelled, (*DESK, STNMT_OFFICER, AN), f"Nhiệm vụ theo {CODE} đã bị hủy"),
    (a.AssignmentSucceeded,): whole(
        a.AssignmentSucceeded, (*DESK, STNMT_OFFICER, AN), f"Nhiệm vụ theo {CODE} đã chuyển cho đơn vị kế thừa"
    ),
    (a.AssignmentSpecialistNamed,): whole(a.AssignmentSpecialistNamed, (AN,), f"Bạn được phân công theo dõi nhiệm vụ theo {CODE}"),
    (a.AssignmentExtensionRequested,): whole(
        a.AssignmentExtensionRequested, (AN, OFFICE_LEADER), f"Đơn vị đề nghị gia hạn nhiệm vụ theo {CODE}"
    ),
    (a.AssignmentExtensionWithdrawn,): whole(
        a.AssignmentExtensionWithdrawn, (AN, OFFICE_LEADER), f"Đơn vị rút đề nghị gia hạn nhiệm vụ theo {CODE}"
    ),
    (a.AssignmentExtensionApproved,): whole(a.AssignmentExtensionApproved, (*LEADERS, STNMT_OFFICER), f"Nhiệm vụ theo {CODE} được gia hạn"),
    (a.AssignmentExtensionRejected,): whole(
        a.AssignmentExtensionRejected, (*LEADERS, STNMT_OFFICER), f"Đề nghị gia hạn nhiệm vụ theo {CODE} không được chấp nhận"
    ),
    (a.AssignmentReportDrafted,): whole(a.AssignmentReportDrafted, LEADERS, f"Dự thảo báo cáo nhiệm vụ theo {CODE} chờ bạn xem"),
    (a.AssignmentReportWithdrawn,): whole(a.AssignmentReportWithdrawn, (AN,), f"Đơn vị rút lại báo cáo nhiệm vụ theo {CODE}"),
    (a.AssignmentReportReviewed,): whole(
        a.AssignmentReportReviewed, (*LEADERS, STNMT_OFFICER), f"Văn phòng đã xem xét báo cáo nhiệm vụ theo {CODE}"
    ),
    (a.AssignmentPaperReportRecorded,): whole(a.AssignmentPaperReportRecorded, (AN,), f"Đã ghi nhận báo cáo giấy của nhiệm vụ theo {CODE}"),
    (a.AssignmentAggregatorConfirmed,): whole(
        a.AssignmentAggregatorConfirmed, (AN,), f"Đơn vị đã xác nhận cơ quan tổng hợp của nhiệm vụ theo {CODE}"
    ),
    (c.DeadlineMissed,): Case(
        lambda about: c.DeadlineMissed(deadline=Deadline(assignment_id=about.id)),
        (*DESK, STNMT_OFFICER, AN),
        f"Quá hạn nhiệm vụ theo {CODE}",
    ),
    (c.UrgingNoticeProposed,): notice(
        c.UrgingNoticeProposed, "PROPOSED", (AN,), f"Đề xuất phát hành phiếu báo lần 2: nhiệm vụ theo {CODE}"
    ),
    (c.UrgingNoticeIssued,): notice(
        c.UrgingNoticeIssued, "ISSUED", (*DESK, STNMT_OFFICER), f"Phiếu báo số 12/PB-VPUB (lần 2): nhiệm vụ theo {CODE}"
    ),
    (c.UrgingNoticeAcknowledged,): notice(
        c.UrgingNoticeAcknowledged, "ACKNOWLEDGED", (AN,), f"Đơn vị đã trả lời phiếu báo số 12/PB-VPUB: nhiệm vụ theo {CODE}"
    ),
    (c.UrgingNoticeEnded, urging_pb2.URGING_NOTICE_STATE_ELAPSED): notice(
        c.UrgingNoticeEnded, "ELAPSED", (AN,), f"Chưa có kết quả sau phiếu báo số 12/PB-VPUB: nhiệm vụ theo {CODE}"
    ),
    (c.EscalationDue,): escalation(c.EscalationDue, (AN, OFFICE_LEADER), f"Cần báo cáo Chủ tịch UBND tỉnh về nhiệm vụ theo {CODE}"),
    (c.EscalationReported,): escalation(
        c.EscalationReported, (CHAIRMAN, OFFICE_LEADER), f"Chờ ý kiến xử lý của Chủ tịch UBND tỉnh: nhiệm vụ theo {CODE}"
    ),
    (c.EscalationDirected,): escalation(c.EscalationDirected, (*LEADERS, AN), f"Ý kiến xử lý của Chủ tịch UBND tỉnh: nhiệm vụ theo {CODE}"),
    (c.ObligationOpened,): Case(
        lambda about: obligation(c.ObligationOpened, about),
        DESK,
        "Cập nhật tình hình các nhiệm vụ không thời hạn quý II/2025",
        assigned=False,
    ),
    (c.ObligationMissed,): Case(
        lambda about: obligation(c.ObligationMissed, about), (*DESK, AN), f"Chưa cập nhật tình hình quý II/2025: nhiệm vụ theo {CODE}"
    ),
    (a.ObstacleChanged, obstacle_pb2.OBSTACLE_STATE_RAISED): obstacle(
        "RAISED", (AN,), f"Đơn vị báo cáo khó khăn, vướng mắc: nhiệm vụ theo {CODE}"
    ),
    (a.ObstacleChanged, obstacle_pb2.OBSTACLE_STATE_PROPOSED): obstacle(
        "PROPOSED", (OFFICE_LEADER,), f"Đề xuất xử lý khó khăn, vướng mắc, chờ chỉ đạo: nhiệm vụ theo {CODE}"
    ),
    (a.ObstacleChanged, obstacle_pb2.OBSTACLE_STATE_DIRECTED): obstacle(
        "DIRECTED", (*LEADERS, STNMT_OFFICER, AN), f"Ý kiến chỉ đạo về khó khăn, vướng mắc: nhiệm vụ theo {CODE}"
    ),
    (a.InspectionChanged, inspection_pb2.INSPECTION_STATE_PLANNED): inspection(
        "PLANNED", "Kế hoạch kiểm tra việc thực hiện nhiệm vụ từ ngày 12/05/2025 đến ngày 14/05/2025"
    ),
    (a.InspectionChanged, inspection_pb2.INSPECTION_STATE_CONCLUDED): inspection("CONCLUDED", "Kết luận kiểm tra việc thực hiện nhiệm vụ"),
    (a.InspectionChanged, inspection_pb2.INSPECTION_STATE_CANCELLED): inspection(
        "CANCELLED", "Hủy kế hoạch kiểm tra việc thực hiện nhiệm vụ từ ngày 12/05/2025 đến ngày 14/05/2025"
    ),
    (a.InquiryChanged, inquiry_pb2.INQUIRY_STATE_OPEN, inquiry_pb2.INQUIRY_KIND_SUPPORT): inquiry(
        "SUPPORT", (ADMINISTRATOR,), "Đề nghị hỗ trợ kỹ thuật"
    ),
    (a.InquiryChanged, inquiry_pb2.INQUIRY_STATE_OPEN, inquiry_pb2.INQUIRY_KIND_SOFTWARE_FEEDBACK): inquiry(
        "SOFTWARE_FEEDBACK", (ADMINISTRATOR,), "Góp ý về phần mềm"
    ),
    (a.InquiryChanged, inquiry_pb2.INQUIRY_STATE_OPEN, inquiry_pb2.INQUIRY_KIND_INFORMATION): inquiry(
        "INFORMATION", (OFFICE_LEADER, AN), "Đề nghị cung cấp thông tin"
    ),
    (a.InquiryChanged, inquiry_pb2.INQUIRY_STATE_OPEN, inquiry_pb2.INQUIRY_KIND_REGULATION_FEEDBACK): inquiry(
        "REGULATION_FEEDBACK", (OFFICE_LEADER,), "Phản ánh, góp ý về Quy chế"
    ),
    (a.InquiryChanged, inquiry_pb2.INQUIRY_STATE_ANSWERED): inquiry(
        "SUPPORT", (SYT_OFFICER,), "Câu hỏi của bạn đã được trả lời", "ANSWERED"
    ),
    (c.DeadlinesMoved,): Case(
        lambda about: c.DeadlinesMoved(unit_id=about.unit_id, source="Thông báo 6150/TB-BLĐTBXH", moved=[MovedDeadline()] * 3),
        DESK,
        "Lịch làm việc mới thay đổi hạn của 3 nhiệm vụ",
        assigned=False,
    ),
    (c.SecretReportDue,): Case(
        lambda _about: c.SecretReportDue(period="quý II/2025", period_end=day(6, 30)),
        (*DESK, SYT_LEADER, OFFICE_LEADER, AN, CHI, CLERK),
        "Đến kỳ báo cáo giấy theo chế độ mật quý II/2025",
        assigned=False,
    ),
    (d.AbsenceChanged, False): Case(
        lambda _about: make.absence(AN, CHI, day(5, 1), day(5, 9)),
        (CHI,),
        "Bạn thay Nguyễn Văn An từ ngày 01/05/2025 đến ngày 09/05/2025",
        assigned=False,
    ),
    (d.AbsenceChanged, True): Case(
        lambda _about: make.absence(AN, CHI, day(5, 1), day(5, 9), cancelled=True),
        (CHI,),
        "Bạn không còn thay Nguyễn Văn An từ ngày 01/05/2025 đến ngày 09/05/2025",
        assigned=False,
    ),
    (d.UnitDissolved,): Case(
        lambda about: d.UnitDissolved(dissolution=people_pb2.UnitDissolution(unit_id=about.unit_id, decision_number="75/2025/NQ-HĐND")),
        (OFFICE_LEADER,),
        "Đơn vị được sắp xếp lại theo 75/2025/NQ-HĐND",
        assigned=False,
    ),
}


def name(key: Key) -> str:
    event, *facets = key
    return "-".join([event.DESCRIPTOR.name, *map(str, facets)])


@pytest.fixture
async def stack(serve) -> Stack:
    made = await serve(app)
    await made.add(*make.PEOPLE)
    return made


async def told(stack: Stack, *event_ids: UUID) -> list[Notification]:
    """All, or those of these events."""
    statement = select(Notification).order_by(Notification.create_time, Notification.id)
    async with stack.session() as session:
        return list(await session.scalars(statement.where(Notification.event_id.in_(event_ids)) if event_ids else statement))


def names(rows: list[Notification]) -> list[str]:
    known = {person.id: person.name for person in make.PEOPLE}
    return sorted(known[row.person_id] for row in rows)


async def follow(stack: Stack, **more: object) -> Assignment:
    """An assignment that the service knows, delegated; nobody was told of it."""
    about = make.assignment(version=2, delegation=make.delegation(), **more)
    await stack.deliver(a.AssignmentProgressed(assignment=about), about.id, 2)
    return about


def test_every_rule_has_its_row_here_and_a_handler() -> None:
    assert set(CASES) == set(RULES)
    assert {key[0] for key in RULES} <= set(HANDLERS)


@pytest.mark.article("Đ6.2", "Đ7.2.a", "Đ7.2.c.2", "Đ7.2.d", "Đ8.1.b", "Đ8.1.c", "Đ8.1.d", "Đ8.1.e", "Đ8.2.1", "Đ9.1", "D12")
@pytest.mark.parametrize("key", CASES, ids=name)
async def test_whom_an_event_concerns_is_told_once_and_nobody_else(stack: Stack, key: Key) -> None:
    case = CASES[key]
    about = await follow(stack)
    event = case.make(about)
    event_id = await stack.deliver(event, about.id, 3)
    await stack.deliver(event, about.id, 3, event_id=event_id)
    rows = await told(stack)
    assert names(rows) == sorted(person.name for person in case.wanted)
    assert {(row.title, row.kind) for row in rows} == {(case.title, RULES[key].kind)}
    assert {row.assignment_id for row in rows} == {UUID(about.id) if case.assigned else None}
    assert {(row.subject_kind, row.subject_id) for row in rows} == {(case.subject, UUID(ID) if case.subject else None)}
    assert all(row.mail_time is None and row.read_time is None for row in rows)


SILENT = {
    "progress": a.AssignmentProgressed(assignment=make.assignment()),
    "a plan": a.AssignmentPlanSet(assignment=make.assignment()),
    "satisfied": c.UrgingNoticeEnded(notice=urging_pb2.UrgingNotice(id=ID, state=urging_pb2.URGING_NOTICE_STATE_SATISFIED)),
    "dropped": c.UrgingNoticeEnded(notice=urging_pb2.UrgingNotice(id=ID, state=urging_pb2.URGING_NOTICE_STATE_DROPPED)),
    "escalation closed": c.EscalationClosed(escalation=urging_pb2.Escalation(id=ID)),
    "obligation fulfilled": c.ObligationFulfilled(obligation=urging_pb2.Obligation(id=ID, quarter=1)),
    "obligation ended": c.ObligationEnded(obligation=urging_pb2.Obligation(id=ID, quarter=1)),
    "obstacle closed": a.ObstacleChanged(obstacle=obstacle_pb2.Obstacle(id=ID, state=obstacle_pb2.OBSTACLE_STATE_CLOSED)),
}


@pytest.mark.parametrize("silent", SILENT)
async def test_what_ends_by_itself_is_told_to_nobody_and_waits_for_nothing(stack: Stack, silent: str) -> None:
    """Their assignment isn't known here: without a rule that is no reason to wait."""
    await stack.deliver(SILENT[silent], uuid4())
    assert await told(stack) == []


def test_whatever_tells_of_an_assignment_is_heard() -> None:
    heard = {
        event
        for module, field in ((a, "assignment"), (c, "notice"), (c, "escalation"), (c, "obligation"))
        for event in carrying(module, field)
    }
    assert heard <= set(HANDLERS)


def test_a_rule_of_a_state_doesnt_speak_for_another() -> None:
    assert rule_of(a.ObstacleChanged, obstacle_pb2.OBSTACLE_STATE_WITHDRAWN) is None
    assert rule_of(a.AssignmentSent, 1) is RULES[(a.AssignmentSent,)]


@pytest.mark.parametrize(
    "event",
    [
        c.UrgingNoticeIssued(notice=urging_pb2.UrgingNotice(id=ID, assignment_id=ID)),
        c.EscalationDue(escalation=urging_pb2.Escalation(id=ID, assignment_id=ID)),
        a.ObstacleChanged(obstacle=obstacle_pb2.Obstacle(id=ID, assignment_id=ID, state=obstacle_pb2.OBSTACLE_STATE_RAISED)),
    ],
    ids=lambda event: event.DESCRIPTOR.name,
)
async def test_what_is_told_of_an_unknown_assignment_waits_for_it(stack: Stack, event: Message) -> None:
    with pytest.raises(Retry):
        await stack.deliver(event, ID)
    assert await told(stack) == []


@pytest.mark.article("Đ7.2.c.2")
async def test_a_units_obligations_of_a_quarter_are_one_digest(stack: Stack) -> None:
    """Đ7.2.c: however many tasks; the next quarter and another unit have their own."""
    for about in (make.assignment(), make.assignment()):
        await stack.deliver(obligation(c.ObligationOpened, about), about.id)
    assert names(await told(stack)) == sorted(person.name for person in DESK)
    assert {row.body for row in await told(stack)} == {"Hạn cập nhật: hết ngày 30/06/2025."}
    await stack.deliver(obligation(c.ObligationOpened, make.assignment(), quarter=3, period_end=day(9, 30)), ID)
    await stack.deliver(obligation(c.ObligationOpened, make.assignment(unit_id=str(make.SYT))), ID)
    assert len(await told(stack)) == 2 * len(DESK) + 1


@pytest.mark.article("Đ6.2")
async def test_a_reminder_of_the_secret_report_has_no_content_and_leads_nowhere(stack: Stack) -> None:
    """Đ6.2."""
    await stack.deliver(c.SecretReportDue(period="năm 2025", period_end=day(12, 31)), ID)
    assert {row.body for row in await told(stack)} == {"Báo cáo bằng văn bản theo chế độ mật; không nhập vào hệ thống này."}


@pytest.mark.article("Đ3.4", "§6.14")
async def test_a_phase_is_named(stack: Stack) -> None:
    """Example 14: the notice cites phase 2."""
    about = await follow(stack, phase=2, phase_name="Trình đề án")
    await stack.deliver(CASES[(c.UrgingNoticeIssued,)].make(about), ID)
    assert {row.body for row in await told(stack)} == {excerpt(f"Giai đoạn 2 (Trình đề án): {make.CONTENT}")}


@pytest.mark.article("Đ8.1.đ", "§6.9")
async def test_while_the_owner_is_away_his_deputy_is_told_too(stack: Stack, clock) -> None:
    """Example 9, Đ8.1.đ: today is 24/04. An stays the owner and is told as well."""
    away = make.absence(AN, CHI, day(4, 25), day(4, 25))
    await stack.deliver(away, away.absence.id)
    sent = []
    for _ in range(3):
        about = make.assignment()
        sent.append(await stack.deliver(a.AssignmentReported(assignment=about), about.id))
        clock.advance(days=1)
    assert [names(await told(stack, event_id)) for event_id in sent] == [[AN.name], [CHI.name, AN.name], [AN.name]]
    cancelled = make.absence(AN, CHI, day(4, 1), day(4, 30), cancelled=True)
    await stack.deliver(cancelled, cancelled.absence.id)
    about = make.assignment()
    assert names(await told(stack, await stack.deliver(a.AssignmentReported(assignment=about), about.id))) == [AN.name]


async def test_a_deputy_of_the_absent_officer_is_told_in_that_unit_only_and_not_of_deputyships(stack: Stack) -> None:
    """Not the deputy of another of his memberships; and what makes one person a deputy is said to that person alone."""
    elsewhere = Person(make.SYT, ["officer"], STNMT_OFFICER.name, id=STNMT_OFFICER.id)
    await stack.add(elsewhere)
    for away in (make.absence(elsewhere, SYT_OFFICER, day(4, 1), day(4, 30)), make.absence(CHI, OFFICE_LEADER, day(4, 1), day(4, 30))):
        await stack.deliver(away, away.absence.id)
    before = len(await told(stack))
    about = make.assignment(delegation=make.delegation())
    event_id = await stack.deliver(a.AssignmentDelegated(assignment=about), about.id)
    assert names(await told(stack, event_id)) == sorted(person.name for person in DELEGATES)
    deputy = make.absence(AN, CHI, day(4, 1), day(4, 30))
    event_id = await stack.deliver(deputy, deputy.absence.id)
    assert names(await told(stack, event_id)) == [CHI.name]
    assert len(await told(stack)) == before + len(DELEGATES) + 1
