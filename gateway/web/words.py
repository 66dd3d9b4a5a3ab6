"""Dates, times and counts as Vietnamese officials write them."""

import datetime as dt
from zoneinfo import ZoneInfo

from google.protobuf.timestamp_pb2 import Timestamp
from google.type.date_pb2 import Date

HUE_TIME = ZoneInfo("Asia/Ho_Chi_Minh")


def to_date(value: Date | dt.date | None) -> dt.date | None:
    """None where the message's date is absent or isn't one full day."""
    if value is None or isinstance(value, dt.date):
        return value
    if not (value.year and value.month and value.day):
        return None
    return dt.date(value.year, value.month, value.day)


def date(value: Date | dt.date | None) -> str:
    """ "05/04/2025", or "" where absent."""
    day = to_date(value)
    return f"{day.day:02}/{day.month:02}/{day.year:04}" if day else ""


def iso_date(value: Date | dt.date | None) -> str:
    day = to_date(value)
    return day.isoformat() if day else ""


def typed_date(text: str) -> str:
    """A date field's content: "2025-04-05" as "05/04/2025"; whatever else was typed stays as it is."""
    try:
        return date(dt.date.fromisoformat(text))
    except ValueError:
        return text


def to_datetime(value: Timestamp | dt.datetime | None) -> dt.datetime | None:
    if isinstance(value, Timestamp):
        if not (value.seconds or value.nanos):
            return None
        value = value.ToDatetime(tzinfo=dt.UTC)
    return value.astimezone(HUE_TIME) if value else None


def datetime(value: Timestamp | dt.datetime | None) -> str:
    """ "16:30 05/04/2025" in Asia/Ho_Chi_Minh, or "" where absent."""
    time = to_datetime(value)
    return f"{time.hour:02}:{time.minute:02} {date(time.date())}" if time else ""


def iso_datetime(value: Timestamp | dt.datetime | None) -> str:
    time = to_datetime(value)
    return time.isoformat(timespec="seconds") if time else ""


def days_until(value: Date | dt.date | None, today: dt.date) -> str:
    """Calendar days to a due date: "còn 5 ngày", "hôm nay", "đã qua 3 ngày"."""
    day = to_date(value)
    if not day:
        return ""
    left = (day - today).days
    if left == 0:
        return "hôm nay"
    return f"còn {left} ngày" if left > 0 else f"đã qua {-left} ngày"


def working_days_left(preview) -> str:
    """A DueDatePreview in words: "còn 5 ngày làm việc"."""
    if preview.days_left < 0:
        return f"đã quá hạn {abs(preview.working_days_left)} ngày làm việc"
    if preview.days_left == 0:
        return "đến hạn hôm nay"
    if preview.working_days_left == 0:
        return "không còn ngày làm việc nào"
    return f"còn {preview.working_days_left} ngày làm việc"


def ago(value: Timestamp | dt.datetime | None, now: dt.datetime) -> str:
    """How long ago, for things of the last week; older things get their date."""
    time = to_datetime(value)
    if not time:
        return ""
    minutes = int((now - time).total_seconds() // 60)
    if minutes < 1:
        return "vừa xong"
    if minutes < 60:
        return f"{minutes} phút trước"
    if minutes < 24 * 60:
        return f"{minutes // 60} giờ trước"
    if minutes < 7 * 24 * 60:
        return f"{minutes // (24 * 60)} ngày trước"
    return date(time.date())


def duration(seconds: int) -> str:
    """ "2 ngày 3 giờ", "5 giờ 20 phút", "0 phút"."""
    minutes = seconds // 60
    days, hours, rest = minutes // (24 * 60), minutes // 60 % 24, minutes % 60
    parts = [(days, "ngày"), (hours, "giờ")] if days else [(hours, "giờ"), (rest, "phút")]
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 phút"


def count(value: int) -> str:
    """ "12.345": thousands are set off by dots."""
    return f"{value:,}".replace(",", ".")


def rate(figures, name: str) -> str:
    """ "87,50 %" of a message's Rate; "–" where nothing was due."""
    if not figures.HasField(name):
        return "–"
    found = getattr(figures, name)
    hundredths = (20000 * found.part + found.whole) // (2 * found.whole)
    return f"{hundredths // 100},{hundredths % 100:02} %"


def file_size(value: int) -> str:
    """ "1,4 MB": the decimal sign is a comma."""
    for unit, step in (("MB", 1024 * 1024), ("KB", 1024)):
        if value >= step:
            return f"{value / step:.1f} {unit}".replace(".", ",")
    return f"{value} byte"


def lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
