"""The protos' enums by name: in addresses and forms their values go by their short names in lower case ("in_progress")."""

from ykcd.assignment.v1 import assignment_pb2 as a
from ykcd.assignment.v1 import inquiry_pb2 as q
from ykcd.assignment.v1 import inspection_pb2 as i
from ykcd.assignment.v1 import obstacle_pb2 as o
from ykcd.deadline.v1 import deadline_pb2 as dl
from ykcd.deadline.v1 import urging_pb2 as u
from ykcd.directive.v1 import directive_pb2 as d
from ykcd.directive.v1 import people_pb2 as p
from ykcd.directive.v1 import programme_pb2 as pr
from ykcd.directive.v1 import registry_pb2 as reg
from ykcd.notification.v1 import notification_pb2 as n
from ykcd.reporting.v1 import form_pb2 as f
from ykcd.reporting.v1 import report_pb2 as rep
from ykcd.reporting.v1 import reporting_pb2 as r

# Every enum that a page may show, by the name under which templates use it.
ENUMS = {
    enum.DESCRIPTOR.name: enum
    for enum in (
        a.AssignmentState, a.Execution, a.Timeliness, a.ReportKind, a.ReportState, a.ExtensionState, a.Action, a.TaskState,
        d.DocumentType, d.IssuingAuthority, d.Urgency, d.Secrecy, d.Regime, d.DirectiveState, d.DeadlineKind, d.AssignmentRole,
        dl.DayKind, u.UrgingNoticeState, u.EscalationState, u.EscalationDirection, u.ObligationState,
        reg.UnitKind, reg.PersonKind, n.NotificationKind, r.AssignmentOrder, r.WorklistSection, r.SummaryColumn, o.ObstacleState,
        i.InspectionKind, i.InspectionState, i.Evaluation, q.InquiryKind, q.InquiryState, pr.ProgrammeItemState, p.DissolutionState, f.Form,
        rep.ReportForm, rep.PeriodKind, rep.ReportVerb,
    )
}  # fmt: skip
# `assignment` has another of this name.
ENUMS["PeriodicReportState"] = rep.ReportState


def _prefix(enum: str) -> str:
    name = ENUMS[enum].DESCRIPTOR.name
    return "".join("_" + c if c.isupper() and i else c for i, c in enumerate(name)).upper() + "_"


def short(value: int, enum: str) -> str:
    """A value's name without its enum's prefix: 1 of AssignmentState is "SENT"; a number of tomorrow's protos is ""."""
    wrapper = ENUMS[enum]
    return wrapper.Name(value).removeprefix(_prefix(enum)) if value in wrapper.values() else ""


def number(name: str, enum: str) -> int:
    """The value named "SENT" or "sent"; ValueError where there is none."""
    return ENUMS[enum].Value(_prefix(enum) + name.upper())


def number_or_zero(name: str, enum: str) -> int:
    """As `number`, but 0 where there is none."""
    try:
        return number(name, enum)
    except ValueError:
        return 0
