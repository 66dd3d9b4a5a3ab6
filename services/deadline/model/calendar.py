"""Calendars as they were published, and what people announced over the official days (regulation §3)."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column
from ykcd.deadline.v1.deadline_pb2 import Calendar, CalendarDay, DayChange, DayKind, ImportCalendarRequest

from kit.dates import to_date
from kit.errors import FailedPrecondition, InvalidArgument, Violation
from kit.workdays import SATURDAY
from services.deadline.model.base import Base

# For days that were announced without a name.
_NAMES = {
    DayKind.DAY_KIND_HOLIDAY: "Nghỉ lễ",
    DayKind.DAY_KIND_COMPENSATORY: "Nghỉ bù",
    DayKind.DAY_KIND_SWAP_OFF: "Nghỉ hoán đổi",
    DayKind.DAY_KIND_SWAP_WORK: "Ngày làm bù",
    DayKind.DAY_KIND_LOCAL_OFF: "Nghỉ do thiên tai",
}


class CalendarRelease(Base):
    """A calendar as it was published; the days in force are also in kit's calendar_day, for counting."""

    __tablename__ = "calendar_release"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    # A serialized ykcd.deadline.v1.Calendar.
    calendar: Mapped[bytes]
    create_time: Mapped[datetime]
    # A serialized ImportCalendarRequest: what was changed by hand; None where the official days changed.
    imported: Mapped[bytes | None]
    author_name: Mapped[str]

    @property
    def days(self) -> Calendar:
        """All of it."""
        return Calendar.FromString(self.calendar)

    @property
    def changes(self) -> ImportCalendarRequest:
        """What was changed by hand; empty where nothing was."""
        return ImportCalendarRequest.FromString(self.imported or b"")


def overlaid(calendar: Calendar, imports: Iterable[ImportCalendarRequest]) -> Calendar:
    """The calendar with the imports over it, the later over the earlier: what a person announced wins over what the package knows."""
    days = {to_date(day.date, "date"): day for day in calendar.days}
    provisional = set(calendar.provisional_years)
    for each in imports:
        provisional -= set(each.settled_years)
        for change in each.days:
            day = to_date(change.date, "date")
            if change.kind:
                days[day] = CalendarDay(date=change.date, kind=change.kind, name=change.name.strip() or _NAMES[change.kind])
            else:
                days.pop(day, None)
    return Calendar(source=calendar.source, days=[days[day] for day in sorted(days)], provisional_years=sorted(provisional))


def same_days(one: Calendar, other: Calendar) -> bool:
    """Where the days come from may change without a new version: a new release of the package isn't one of the calendar."""
    return list(one.days) == list(other.days) and list(one.provisional_years) == list(other.provisional_years)


def unchanged() -> FailedPrecondition:
    """What was imported is in force already."""
    return FailedPrecondition(reason="CALENDAR_UNCHANGED", message="Các ngày này đã đúng như lịch đang áp dụng.")


def require_sound(changes: Iterable[DayChange]) -> None:
    """InvalidArgument for a day named twice, a weekday "worked instead", a weekend day "swapped off"."""
    seen = set()
    problems = []
    for index, change in enumerate(changes):
        day = to_date(change.date, f"days[{index}].date")
        weekend = day.weekday() >= SATURDAY
        if day in seen:
            problems.append(Violation(f"days[{index}].date", "DAY_REPEATED", "Ngày này đã có trong danh sách."))
        elif change.kind == DayKind.DAY_KIND_SWAP_WORK and not weekend:
            problems.append(Violation(f"days[{index}].kind", "DAY_NOT_WEEKEND", "Chỉ thứ Bảy, Chủ nhật mới là ngày làm bù."))
        elif change.kind == DayKind.DAY_KIND_SWAP_OFF and weekend:
            problems.append(Violation(f"days[{index}].kind", "DAY_NOT_WEEKDAY", "Thứ Bảy, Chủ nhật không phải là ngày nghỉ hoán đổi."))
        seen.add(day)
    if problems:
        raise InvalidArgument.fields(problems)
