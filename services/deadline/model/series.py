"""When notices may be proposed and issued, when the Chairman must be told, when what was urged comes to its end (Đ8.1.e, D1 to D4, D15)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ykcd.assignment.v1.assignment_pb2 import Timeliness

from kit import db
from kit.clock import local_date
from kit.errors import FailedPrecondition
from kit.law import article
from kit.workdays import WorkingCalendar
from services.deadline.model import assignment_copy, escalation, notice
from services.deadline.model.assignment_copy import AssignmentCopy
from services.deadline.model.clock import Deadline
from services.deadline.model.escalation import Escalation
from services.deadline.model.notice import UrgingNotice

DAYS_BETWEEN = 3
LIMIT = 3


@article("D1", "Đ8.1.e")
def next_day(issued_on: date, calendar: WorkingCalendar, *, basis: str) -> date:
    """D1: the earliest day of what follows a notice, 3 days after it and a working day. `basis`: "calendar" or "working" days."""
    if basis == "working":
        return calendar.add(issued_on, DAYS_BETWEEN)
    return calendar.roll(issued_on + timedelta(days=DAYS_BETWEEN))


@dataclass
class Series:
    """All that was urged of one assignment, of every cycle; on one day."""

    copy: AssignmentCopy
    clock: Deadline
    notices: Sequence[UrgingNotice]
    escalations: Sequence[Escalation]
    calendar: WorkingCalendar
    now: datetime

    @property
    def today(self) -> date:
        """In Huế."""
        return local_date(self.now)

    @property
    @article("D3", "Đ8.1.e")
    def overdue(self) -> bool:
        """The day on which it fell due has passed without a result, and its unit is one that answers for the task (D3)."""
        late = self.clock.running and self.clock.effective_due_date < self.today
        return late and self.copy.role in assignment_copy.ANSWERING

    @property
    @article("D4")
    def issued(self) -> list[UrgingNotice]:
        """Of the present cycle, the first first: a later due date begins a series of its own (D4)."""
        own = [each for each in self.notices if each.deadline_cycle == self.clock.deadline_cycle and each.number is not None]
        return sorted(own, key=lambda each: each.ordinal)

    def days_overdue(self) -> tuple[int, int]:
        """Calendar days and working days since the effective due date."""
        due = self.clock.effective_due_date
        return (self.today - due).days, self.calendar.between(due, self.today)

    def settle(self) -> list[UrgingNotice | Escalation]:
        """Ends what the assignment's latest snapshot, or a moved due date, has made moot. What changed."""
        on_time = self.copy.assignment.timeliness == Timeliness.TIMELINESS_DONE_ON_TIME
        current = self.issued
        changed: list[UrgingNotice | Escalation] = []
        for each in self.notices:
            # D15: what proves to have been on time counts for nothing.
            counts = not on_time if each in current else each.counts
            if each.become(self._state_of(each), counts=counts):
                changed.append(each)
        over = self.copy.state in assignment_copy.OVER
        for matter in self.escalations:
            if matter.settles(over=over, cycle=self.clock.deadline_cycle):
                matter.lapse(self.now, note="Nhiệm vụ đã kết thúc." if over else "Nhiệm vụ đã có thời hạn mới.")
                changed.append(matter)
        return changed

    @article("Đ8.1.e", "D15")
    def _state_of(self, each: UrgingNotice) -> int:
        if each.state == notice.PROPOSED and not (self.overdue and each.deadline_cycle == self.clock.deadline_cycle):
            return notice.DROPPED
        if each.state in notice.PENDING and self.copy.state in assignment_copy.DONE:
            return notice.SATISFIED
        return each.state

    def advance(self) -> list[UrgingNotice | Escalation]:
        """What this day brings, at the latest of the days on which it was due: the end of a notice's window, the next one, the Chairman."""
        if not self.calendar.is_working(self.today):
            return []
        elapsed = [each for each in self.notices if self._has_elapsed(each)]
        for each in elapsed:
            each.become(notice.ELAPSED, counts=each.counts)
        following = self._following()
        return [*elapsed, following] if following else [*elapsed]

    def _has_elapsed(self, each: UrgingNotice) -> bool:
        return each.state in notice.PENDING and each.answer_due_date is not None and each.answer_due_date <= self.today

    @article("D2", "D3", "Đ8.1.e", "§6.22")
    def _following(self) -> UrgingNotice | Escalation | None:
        if not self.overdue or self._proposed or self._open_matters or self._told_chairman or self._wait_until:
            return None
        made = {"id": db.new_id(), "version": 1, "assignment_id": self.copy.assignment_id, "unit_id": self.copy.unit_id, "copy": self.copy}
        made["deadline_cycle"] = self.clock.deadline_cycle
        numbers = [each.number for each in self.issued]
        if len(numbers) < LIMIT:
            state = {"state": notice.PROPOSED, "ordinal": len(numbers) + 1, "earlier_numbers": numbers}
            return UrgingNotice(propose_date=self.today, **state, **made)
        state = {"state": escalation.DUE, "due_on": self.today, "notice_numbers": numbers}
        return Escalation(create_time=self.now, update_time=self.now, **state, **made)

    @property
    def _proposed(self) -> bool:
        return any(each.state == notice.PROPOSED for each in self.notices)

    @property
    def _open_matters(self) -> list[Escalation]:
        return [matter for matter in self.escalations if matter.state != escalation.DONE]

    @property
    def _told_chairman(self) -> bool:
        return any(matter.deadline_cycle == self.clock.deadline_cycle for matter in self.escalations)

    @property
    @article("D1")
    def _wait_until(self) -> date | None:
        """The day before which nothing follows the last notice; None when it has come."""
        earliest = self.issued[-1].answer_due_date if self.issued else None
        return self.calendar.roll(earliest) if earliest and earliest > self.today else None

    @article("Đ8.1.e", "D1", "D2", "D3")
    def require_issuable(self, wanted: UrgingNotice) -> None:
        """FailedPrecondition with the reason why this notice may not be issued now."""
        if wanted.number is not None:
            raise _refused("ALREADY_ISSUED", f"Phiếu báo đã được phát hành, số {wanted.number}/{notice.SERIES}.", number=str(wanted.number))
        if wanted.ordinal > LIMIT or len(self.issued) >= LIMIT:
            raise _refused("URGE_LIMIT_REACHED", "Đã đủ 03 phiếu báo; phải báo cáo Chủ tịch UBND tỉnh (Điều 8 khoản 1 điểm e).")
        if self.copy.state == assignment_copy.REPORTED:
            raise _refused("RESULT_PENDING", "Đơn vị đã báo cáo kết quả, đang chờ xác nhận.")
        stands = wanted.state == notice.PROPOSED and wanted.deadline_cycle == self.clock.deadline_cycle
        if not stands or not self.overdue:
            raise _refused("NOT_URGEABLE", "Nhiệm vụ không còn thuộc diện phát hành phiếu báo.")
        if self._open_matters:
            raise _refused("ESCALATION_OPEN", "Đang chờ xử lý báo cáo Chủ tịch UBND tỉnh; chưa phát hành phiếu báo mới.")
        if not self.calendar.is_working(self.today):
            earliest = self.calendar.roll(self.today).isoformat()
            raise _refused("NOT_A_WORKING_DAY", "Phiếu báo chỉ phát hành vào ngày làm việc.", earliest=earliest)
        if earliest := self._wait_until:
            message = f"Mỗi phiếu báo cách nhau 03 ngày; sớm nhất là ngày {earliest:%d/%m/%Y} (Điều 8 khoản 1 điểm e)."
            raise _refused("URGE_TOO_SOON", message, earliest=earliest.isoformat())


def _refused(reason: str, message: str, **facts: str) -> FailedPrecondition:
    return FailedPrecondition(reason=reason, message=message, metadata=facts)
