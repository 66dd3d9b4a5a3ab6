"""Whom each event concerns, and nobody else: one row for each rule."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from google.protobuf.message import Message
from google.type.date_pb2 import Date
from ykcd.assignment.v1 import event_pb2 as a
from ykcd.assignment.v1 import inquiry_pb2, inspection_pb2, obstacle_pb2
from ykcd.assignment.v1.assignment_pb2 import Assignment
from ykcd.deadline.v1 import event_pb2 as c
from ykcd.deadline.v1 import urging_pb2
from ykcd.deadline.v1.deadline_pb2 import Deadline, MovedDeadline
from ykcd.directive.v1 import event_pb2 as d
from ykcd.directive.v1 import people_pb2
from ykcd.notification.v1 import notification_pb2 as n
from ykcd.reporting.v1 import report_pb2
from ykcd.reporting.v1.event_pb2 import PeriodicReportChanged

from kit.testing.stack import Person
from services.notification.rules import Key
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
NOTICE, ESCALATION, OBSTACLE, INSPECTION, INQUIRY, REPORT = (
    n.NOTIFICATION_SUBJECT_URGING_NOTICE,
    n.NOTIFICATION_SUBJECT_ESCALATION,
    n.NOTIFICATION_SUBJECT_OBSTACLE,
    n.NOTIFICATION_SUBJECT_INSPECTION,
    n.NOTIFICATION_SUBJECT_INQUIRY,
    n.NOTIFICATION_SUBJECT_PERIODIC_REPORT,
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


def periodic(verb: str, title: str, unit: object = make.STNMT, by: object = make.OFFICE) -> Case:
    act = report_pb2.ReportAct(verb=report_pb2.ReportVerb.Value(f"REPORT_VERB_{verb}"), actor_unit_id=str(by))
    told = report_pb2.Report(id=ID, unit_id=str(unit), period_name="tháng 4/2025", due_date=day(5, 8), history=[act])
    return Case(lambda _about: PeriodicReportChanged(report=told, verb=act.verb), DESK, title, REPORT, assigned=False)


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
    (PeriodicReportChanged, report_pb2.REPORT_VERB_OPEN): periodic("OPEN", "Đến kỳ báo cáo kết quả thực hiện nhiệm vụ tháng 4/2025"),
    (PeriodicReportChanged, report_pb2.REPORT_VERB_URGE): periodic("URGE", "Văn phòng UBND tỉnh đôn đốc gửi báo cáo tháng 4/2025"),
    (PeriodicReportChanged, report_pb2.REPORT_VERB_GIVE_BACK): periodic(
        "GIVE_BACK", "Văn phòng UBND tỉnh đề nghị bổ sung báo cáo tháng 4/2025"
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
