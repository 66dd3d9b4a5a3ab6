"""Clocks, calendars, urging, obligations, the scheduler's watermarks."""

from services.deadline.model.assignment_copy import AssignmentCopy
from services.deadline.model.base import Base, ScheduleWatermark
from services.deadline.model.calendar import CalendarRelease
from services.deadline.model.clock import Deadline
from services.deadline.model.escalation import Escalation
from services.deadline.model.notice import UrgingNotice, UrgingNumber
from services.deadline.model.obligation import Obligation
from services.deadline.model.unit import Unit

__all__ = [
    "AssignmentCopy",
    "Base",
    "CalendarRelease",
    "Deadline",
    "Escalation",
    "Obligation",
    "ScheduleWatermark",
    "Unit",
    "UrgingNotice",
    "UrgingNumber",
]
