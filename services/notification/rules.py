"""Who is told what: one table, and what it speaks of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from uuid import UUID

from google.protobuf.message import Message
from ykcd.assignment.v1 import event_pb2 as a
from ykcd.assignment.v1.inquiry_pb2 import InquiryKind, InquiryState
from ykcd.assignment.v1.inspection_pb2 import InspectionState
from ykcd.assignment.v1.obstacle_pb2 import ObstacleState
from ykcd.deadline.v1 import event_pb2 as c
from ykcd.deadline.v1.urging_pb2 import UrgingNoticeState
from ykcd.directive.v1 import event_pb2 as d
from ykcd.notification.v1 import notification_pb2 as n
from ykcd.reporting.v1 import event_pb2 as r
from ykcd.reporting.v1.report_pb2 import ReportVerb

from kit.law import article

# So much of a task's content goes into a notification, and so into a mail, and no more.
EXCERPT = 120


def excerpt(content: str) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(content.split())
    return line if len(line) <= EXCERPT else line[: EXCERPT - 1] + "…"


class Audience(Enum):
    """Groups of people around what is told."""

    # The unit's focal points and leaders.
    UNIT_DESK = auto()
    UNIT_LEADERS = auto()
    # The leader and the officers to whom the unit gave it (Đ8.2).
    DELEGATES = auto()
    SPECIALIST = auto()
    # Where there is no specialist, the Office leaders' queue (Đ8.1.đ): nothing is dropped.
    SPECIALIST_OR_OFFICE_LEADERS = auto()
    OFFICE_LEADERS = auto()
    # Those at the Office who work on tasks: leaders, specialists, clerks.
    OFFICE = auto()
    CHAIRMAN = auto()
    ADMINISTRATORS = auto()
    # Of every unit.
    ALL_DESKS = auto()
    # Who asked.
    AUTHOR = auto()
    # Who was named to stand in; his own deputy isn't told of that.
    DEPUTY = auto()


@dataclass(frozen=True)
class About:
    """What a notification speaks of, and around whom its audiences stand. `words`: those of the title."""

    body: str
    words: Mapping[str, object] = field(default_factory=dict)
    unit_id: UUID | None = None
    specialist_id: UUID | None = None
    delegate_ids: tuple[UUID, ...] = ()
    # The author, or the deputy.
    person_id: UUID | None = None
    assignment_id: UUID | None = None
    # A NotificationSubject and its id: where the notification leads rather than to the assignment.
    subject: tuple[int, UUID] | None = None


@dataclass(frozen=True)
class Rule:
    """What an event says, and to whom."""

    kind: int
    title: str
    audiences: tuple[Audience, ...]


# The event, and where not all of its kind are told alike, what tells them apart: a state, then a kind.
Key = tuple[type[Message] | int, ...]

_DESK, _LEADERS, _DELEGATES = Audience.UNIT_DESK, Audience.UNIT_LEADERS, Audience.DELEGATES
_SPECIALIST, _OFFICE_LEADERS, _FOLLOWER = Audience.SPECIALIST, Audience.OFFICE_LEADERS, Audience.SPECIALIST_OR_OFFICE_LEADERS
_CHAIRMAN = Audience.CHAIRMAN

RULES: Mapping[Key, Rule] = {
    # Đ7.2.a: to the unit at once; Đ8.1.đ: and to who follows it.
    (a.AssignmentSent,): Rule(n.NOTIFICATION_KIND_TASK_ASSIGNED, "Nhiệm vụ mới theo {code}", (_DESK, _FOLLOWER)),
    (a.AssignmentAccepted,): Rule(n.NOTIFICATION_KIND_ACCEPTED, "Đơn vị đã tiếp nhận nhiệm vụ theo {code}", (_SPECIALIST,)),
    (a.AssignmentDelegated,): Rule(n.NOTIFICATION_KIND_DELEGATED, "Bạn được phân công nhiệm vụ theo {code}", (_DELEGATES,)),
    (a.AssignmentReported,): Rule(n.NOTIFICATION_KIND_REPORTED, "Đơn vị báo cáo kết quả nhiệm vụ theo {code}", (_FOLLOWER,)),
    (a.AssignmentVerified,): Rule(n.NOTIFICATION_KIND_VERIFIED, "Kết quả nhiệm vụ theo {code} đã được xác nhận", (_LEADERS, _DELEGATES)),
    (a.AssignmentSentBack,): Rule(
        n.NOTIFICATION_KIND_SENT_BACK, "Kết quả nhiệm vụ theo {code} chưa được chấp nhận", (_LEADERS, _DELEGATES)
    ),
    (a.AssignmentReopened,): Rule(
        n.NOTIFICATION_KIND_CHANGED, "Nhiệm vụ theo {code} được mở lại để tiếp tục thực hiện", (_DESK, _DELEGATES, _SPECIALIST)
    ),
    # Đ7.2.d.
    (a.AssignmentReturnRequested,): Rule(n.NOTIFICATION_KIND_RETURN_REQUESTED, "Đơn vị đề nghị trả lại nhiệm vụ theo {code}", (_FOLLOWER,)),
    (a.AssignmentAdjusted,): Rule(
        n.NOTIFICATION_KIND_RETURN_ANSWERED, "Nhiệm vụ theo {code} đã được điều chỉnh sau đề nghị trả lại", (_DESK, _DELEGATES)
    ),
    (a.AssignmentReturnDenied,): Rule(
        n.NOTIFICATION_KIND_RETURN_ANSWERED, "Đề nghị trả lại nhiệm vụ theo {code} không được chấp nhận", (_DESK, _DELEGATES)
    ),
    (a.AssignmentForwarded,): Rule(n.NOTIFICATION_KIND_CHANGED, "Nhiệm vụ theo {code} đã được chuyển cho đơn vị khác", (_LEADERS,)),
    # Đ2.7: nothing changes in silence.
    (a.AssignmentAmended,): Rule(
        n.NOTIFICATION_KIND_CHANGED, "Nhiệm vụ theo {code} đã được sửa đổi, bổ sung", (_DESK, _DELEGATES, _SPECIALIST)
    ),
    (a.AssignmentCancelled,): Rule(n.NOTIFICATION_KIND_CHANGED, "Nhiệm vụ theo {code} đã bị hủy", (_DESK, _DELEGATES, _SPECIALIST)),
    # D12.
    (a.AssignmentSucceeded,): Rule(
        n.NOTIFICATION_KIND_CHANGED, "Nhiệm vụ theo {code} đã chuyển cho đơn vị kế thừa", (_DESK, _DELEGATES, _SPECIALIST)
    ),
    (a.AssignmentSpecialistNamed,): Rule(n.NOTIFICATION_KIND_CHANGED, "Bạn được phân công theo dõi nhiệm vụ theo {code}", (_SPECIALIST,)),
    (a.AssignmentExtensionRequested,): Rule(
        n.NOTIFICATION_KIND_EXTENSION, "Đơn vị đề nghị gia hạn nhiệm vụ theo {code}", (_SPECIALIST, _OFFICE_LEADERS)
    ),
    (a.AssignmentExtensionWithdrawn,): Rule(
        n.NOTIFICATION_KIND_EXTENSION, "Đơn vị rút đề nghị gia hạn nhiệm vụ theo {code}", (_SPECIALIST, _OFFICE_LEADERS)
    ),
    (a.AssignmentExtensionApproved,): Rule(n.NOTIFICATION_KIND_EXTENSION, "Nhiệm vụ theo {code} được gia hạn", (_LEADERS, _DELEGATES)),
    (a.AssignmentExtensionRejected,): Rule(
        n.NOTIFICATION_KIND_EXTENSION, "Đề nghị gia hạn nhiệm vụ theo {code} không được chấp nhận", (_LEADERS, _DELEGATES)
    ),
    # Inside the unit: the Office doesn't see drafts.
    (a.AssignmentReportDrafted,): Rule(n.NOTIFICATION_KIND_REPORT, "Dự thảo báo cáo nhiệm vụ theo {code} chờ bạn xem", (_LEADERS,)),
    (a.AssignmentReportWithdrawn,): Rule(n.NOTIFICATION_KIND_REPORT, "Đơn vị rút lại báo cáo nhiệm vụ theo {code}", (_FOLLOWER,)),
    (a.AssignmentReportReviewed,): Rule(
        n.NOTIFICATION_KIND_REPORT, "Văn phòng đã xem xét báo cáo nhiệm vụ theo {code}", (_LEADERS, _DELEGATES)
    ),
    (a.AssignmentPaperReportRecorded,): Rule(
        n.NOTIFICATION_KIND_REPORT, "Đã ghi nhận báo cáo giấy của nhiệm vụ theo {code}", (_SPECIALIST,)
    ),
    # Đ6.1.h.
    (a.AssignmentAggregatorConfirmed,): Rule(
        n.NOTIFICATION_KIND_REPORT, "Đơn vị đã xác nhận cơ quan tổng hợp của nhiệm vụ theo {code}", (_SPECIALIST,)
    ),
    (c.DeadlineMissed,): Rule(n.NOTIFICATION_KIND_OVERDUE, "Quá hạn nhiệm vụ theo {code}", (_DESK, _DELEGATES, _FOLLOWER)),
    # Đ8.1.e.
    (c.UrgingNoticeProposed,): Rule(
        n.NOTIFICATION_KIND_URGING_NOTICE, "Đề xuất phát hành phiếu báo lần {ordinal}: nhiệm vụ theo {code}", (_FOLLOWER,)
    ),
    (c.UrgingNoticeIssued,): Rule(
        n.NOTIFICATION_KIND_URGING_NOTICE, "Phiếu báo số {number}/PB-VPUB (lần {ordinal}): nhiệm vụ theo {code}", (_DESK, _DELEGATES)
    ),
    (c.UrgingNoticeAcknowledged,): Rule(
        n.NOTIFICATION_KIND_URGING_NOTICE, "Đơn vị đã trả lời phiếu báo số {number}/PB-VPUB: nhiệm vụ theo {code}", (_FOLLOWER,)
    ),
    (c.UrgingNoticeEnded, UrgingNoticeState.URGING_NOTICE_STATE_ELAPSED): Rule(
        n.NOTIFICATION_KIND_URGING_NOTICE, "Chưa có kết quả sau phiếu báo số {number}/PB-VPUB: nhiệm vụ theo {code}", (_FOLLOWER,)
    ),
    (c.EscalationDue,): Rule(
        n.NOTIFICATION_KIND_ESCALATION, "Cần báo cáo Chủ tịch UBND tỉnh về nhiệm vụ theo {code}", (_SPECIALIST, _OFFICE_LEADERS)
    ),
    (c.EscalationReported,): Rule(
        n.NOTIFICATION_KIND_ESCALATION, "Chờ ý kiến xử lý của Chủ tịch UBND tỉnh: nhiệm vụ theo {code}", (_CHAIRMAN, _OFFICE_LEADERS)
    ),
    (c.EscalationDirected,): Rule(
        n.NOTIFICATION_KIND_ESCALATION, "Ý kiến xử lý của Chủ tịch UBND tỉnh: nhiệm vụ theo {code}", (_LEADERS, _SPECIALIST)
    ),
    # Đ7.2.c.
    (c.ObligationOpened,): Rule(n.NOTIFICATION_KIND_OBLIGATION, "Cập nhật tình hình các nhiệm vụ không thời hạn {period}", (_DESK,)),
    (c.ObligationMissed,): Rule(
        n.NOTIFICATION_KIND_OBLIGATION, "Chưa cập nhật tình hình {period}: nhiệm vụ theo {code}", (_DESK, _FOLLOWER)
    ),
    # Đ8.1.b, Đ9.3, Đ10.2.
    (a.ObstacleChanged, ObstacleState.OBSTACLE_STATE_RAISED): Rule(
        n.NOTIFICATION_KIND_OBSTACLE, "Đơn vị báo cáo khó khăn, vướng mắc: nhiệm vụ theo {code}", (_FOLLOWER,)
    ),
    (a.ObstacleChanged, ObstacleState.OBSTACLE_STATE_PROPOSED): Rule(
        n.NOTIFICATION_KIND_OBSTACLE, "Đề xuất xử lý khó khăn, vướng mắc, chờ chỉ đạo: nhiệm vụ theo {code}", (_OFFICE_LEADERS,)
    ),
    (a.ObstacleChanged, ObstacleState.OBSTACLE_STATE_DIRECTED): Rule(
        n.NOTIFICATION_KIND_OBSTACLE, "Ý kiến chỉ đạo về khó khăn, vướng mắc: nhiệm vụ theo {code}", (_LEADERS, _DELEGATES, _SPECIALIST)
    ),
    # Đ8.1.c.
    (a.InspectionChanged, InspectionState.INSPECTION_STATE_PLANNED): Rule(
        n.NOTIFICATION_KIND_INSPECTION, "Kế hoạch kiểm tra việc thực hiện nhiệm vụ {period}", (_LEADERS,)
    ),
    (a.InspectionChanged, InspectionState.INSPECTION_STATE_CONCLUDED): Rule(
        n.NOTIFICATION_KIND_INSPECTION, "Kết luận kiểm tra việc thực hiện nhiệm vụ", (_LEADERS,)
    ),
    (a.InspectionChanged, InspectionState.INSPECTION_STATE_CANCELLED): Rule(
        n.NOTIFICATION_KIND_INSPECTION, "Hủy kế hoạch kiểm tra việc thực hiện nhiệm vụ {period}", (_LEADERS,)
    ),
    # Đ8.1.d, Đ9.1, Đ13.
    (a.InquiryChanged, InquiryState.INQUIRY_STATE_OPEN, InquiryKind.INQUIRY_KIND_SUPPORT): Rule(
        n.NOTIFICATION_KIND_INQUIRY, "Đề nghị hỗ trợ kỹ thuật", (Audience.ADMINISTRATORS,)
    ),
    (a.InquiryChanged, InquiryState.INQUIRY_STATE_OPEN, InquiryKind.INQUIRY_KIND_SOFTWARE_FEEDBACK): Rule(
        n.NOTIFICATION_KIND_INQUIRY, "Góp ý về phần mềm", (Audience.ADMINISTRATORS,)
    ),
    (a.InquiryChanged, InquiryState.INQUIRY_STATE_OPEN, InquiryKind.INQUIRY_KIND_INFORMATION): Rule(
        n.NOTIFICATION_KIND_INQUIRY, "Đề nghị cung cấp thông tin", (_OFFICE_LEADERS, _SPECIALIST)
    ),
    (a.InquiryChanged, InquiryState.INQUIRY_STATE_OPEN, InquiryKind.INQUIRY_KIND_REGULATION_FEEDBACK): Rule(
        n.NOTIFICATION_KIND_INQUIRY, "Phản ánh, góp ý về Quy chế", (_OFFICE_LEADERS,)
    ),
    (a.InquiryChanged, InquiryState.INQUIRY_STATE_ANSWERED): Rule(
        n.NOTIFICATION_KIND_INQUIRY, "Câu hỏi của bạn đã được trả lời", (Audience.AUTHOR,)
    ),
    # Regulation §3: one to a desk, however many dates moved.
    (c.DeadlinesMoved,): Rule(n.NOTIFICATION_KIND_CALENDAR, "Lịch làm việc mới thay đổi hạn của {count} nhiệm vụ", (_DESK,)),
    # Đ6.2: no content, only that it is time.
    (c.SecretReportDue,): Rule(
        n.NOTIFICATION_KIND_SECRET_REPORT, "Đến kỳ báo cáo giấy theo chế độ mật {period}", (Audience.ALL_DESKS, Audience.OFFICE)
    ),
    # Đ10.1, Đ9.4: a unit's own; the Office's name no unit.
    (r.PeriodicReportChanged, ReportVerb.REPORT_VERB_OPEN): Rule(
        n.NOTIFICATION_KIND_PERIODIC_REPORT, "Đến kỳ báo cáo kết quả thực hiện nhiệm vụ {period}", (_DESK,)
    ),
    (r.PeriodicReportChanged, ReportVerb.REPORT_VERB_URGE): Rule(
        n.NOTIFICATION_KIND_PERIODIC_REPORT, "Văn phòng UBND tỉnh đôn đốc gửi báo cáo {period}", (_DESK,)
    ),
    (r.PeriodicReportChanged, ReportVerb.REPORT_VERB_GIVE_BACK): Rule(
        n.NOTIFICATION_KIND_PERIODIC_REPORT, "Văn phòng UBND tỉnh đề nghị bổ sung báo cáo {period}", (_DESK,)
    ),
    # Đ8.1.đ.
    (d.AbsenceChanged, False): Rule(
        n.NOTIFICATION_KIND_ABSENCE, "Bạn thay {name} từ ngày {first_day} đến ngày {last_day}", (Audience.DEPUTY,)
    ),
    (d.AbsenceChanged, True): Rule(
        n.NOTIFICATION_KIND_ABSENCE, "Bạn không còn thay {name} từ ngày {first_day} đến ngày {last_day}", (Audience.DEPUTY,)
    ),
    # D12.
    (d.UnitDissolved,): Rule(n.NOTIFICATION_KIND_UNIT, "Đơn vị được sắp xếp lại theo {number}", (_OFFICE_LEADERS,)),
}


@article("Đ7.2.a", "Đ8.1.đ", "Đ8.1.e", "Đ8.1.b")
def rule_of(event: type[Message], *facets: int) -> Rule | None:
    """The one that fits most closely; None: it concerns nobody by itself."""
    keys = ((event, *facets[:count]) for count in range(len(facets), -1, -1))
    return next((RULES[key] for key in keys if key in RULES), None)
