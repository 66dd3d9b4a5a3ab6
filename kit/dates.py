"""Between protobuf's dates and times and Python's."""

from datetime import UTC, date, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from google.type.date_pb2 import Date

from kit.errors import InvalidArgument

# What a document of the province may plausibly bear; everything else is a slip of the keyboard.
FIRST_YEAR, LAST_YEAR = 1945, 2200


def to_date(value: Date, field: str) -> date:
    """A full date; InvalidArgument names `field` when it isn't one."""
    try:
        if not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise ValueError(value.year)
        return date(value.year, value.month, value.day)
    except ValueError:
        raise InvalidArgument.field(field, "DATE_INVALID", "Ngày không hợp lệ.") from None


def optional_date(message: object, field: str, path: str | None = None) -> date | None:
    """The date in `message.field`, None where it's absent."""
    if not message.HasField(field):  # type: ignore[attr-defined]
        return None
    return to_date(getattr(message, field), path or field)


def from_date(value: date | None) -> Date | None:
    """None stays None, so that the field stays absent."""
    return None if value is None else Date(year=value.year, month=value.month, day=value.day)


def from_time(value: datetime | None) -> Timestamp | None:
    """None stays None, so that the field stays absent."""
    if value is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(value)
    return stamp


def to_time(value: Timestamp) -> datetime:
    """An aware time in UTC."""
    return value.ToDatetime(tzinfo=UTC)
