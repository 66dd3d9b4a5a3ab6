"""What the lists' files hold: the columns of the screen, with dates as dates."""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from html import unescape
from typing import Any

from ykcd.directive.v1.directive_pb2 import Directive
from ykcd.reporting.v1.reporting_pb2 import AssignmentRow

from . import words
from .labels import label
from .records import Filter, Kind
from .sheets import Cell

TASKS = (
    ("Nhiệm vụ", 60),
    ("Văn bản", 18),
    ("Ngày văn bản", 12),
    ("Giai đoạn", 20),
    ("Đơn vị", 34),
    ("Vai trò", 11),
    ("Hạn", 12),
    ("Hạn theo văn bản", 12),
    ("Hạn ban đầu", 12),
    ("Thực hiện", 15),
    ("Thời hạn", 15),
    ("Trạng thái", 18),
)
DIRECTIVES = (
    ("Số, ký hiệu", 20),
    ("Loại văn bản", 18),
    ("Trích yếu", 70),
    ("Ngày ban hành", 12),
    ("Độ khẩn", 12),
    ("Số nhiệm vụ", 11),
    ("Trạng thái", 18),
)


def task(row: AssignmentRow) -> list[Cell]:
    """By TASKS."""
    return [
        row.content,
        row.directive_code,
        words.to_date(row.directive_issue_date),
        f"{row.phase}: {row.phase_name}" if row.phase else None,
        row.unit_name,
        label(row.role, "AssignmentRole"),
        _date(row, "effective_due_date") or "Không thời hạn",
        _date(row, "due_date"),
        _date(row, "original_due_date"),
        label(row.execution, "Execution") if row.execution else None,
        label(row.timeliness, "Timeliness"),
        label(row.state, "AssignmentState"),
    ]


def directive(found: Directive) -> list[Cell]:
    """By DIRECTIVES."""
    return [
        f"{found.number}/{found.symbol}" if found.number else None,
        label(found.document_type, "DocumentType") if found.document_type else None,
        found.abstract,
        _date(found, "issue_date"),
        label(found.urgency, "Urgency") if found.urgency else None,
        len(found.tasks),
        label(found.state, "DirectiveState"),
    ]


def _date(message: Any, field: str) -> dt.date | None:
    return words.to_date(getattr(message, field)) if message.HasField(field) else None


def record_columns(kind: Kind) -> list[tuple[str, int]]:
    """The list's own, and one for what stands there in small print."""
    return [(kind.heading, 50), *((heading, 24) for _, heading in kind.columns), ("Ghi chú", 50)]


def records(kind: Kind, module: Any, found: Iterable[Any]) -> list[list[Cell]]:
    """By record_columns(). `module`: the kind's macros, which write the list's cells."""
    return [_record(kind, module, record) for record in found]


def _record(kind: Kind, module: Any, record: Any) -> list[Cell]:
    cells, notes = list[Cell](), lines(module.under(record))
    for name, heading in (("title", kind.heading), *((f"col_{name}", heading) for name, heading in kind.columns)):
        html = getattr(module, name)(record)
        first, *others = lines(html) or [""]
        cells.append(typed(first))
        notes += [f"{heading}: {other}" for other in others]
    return [*cells, "; ".join(notes)]


_BREAK = re.compile(r"<br\s*/?>|</(?:li|p|div)>")
_TAG = re.compile(r"<[^>]*>")


def lines(html: str) -> list[str]:
    """What a cell's HTML reads as."""
    texts = (" ".join(unescape(_TAG.sub("", part)).split()) for part in _BREAK.split(str(html)))
    return [text for text in texts if text]


_DATE = re.compile(r"(\d\d)/(\d\d)/(\d{4})")
_TIME = re.compile(r"(\d\d):(\d\d) (\d\d)/(\d\d)/(\d{4})")


def typed(text: str) -> Cell:
    """A date or time as words.date and words.datetime write them, a whole number, or the text."""
    if found := _DATE.fullmatch(text):
        return dt.date(int(found[3]), int(found[2]), int(found[1]))
    if found := _TIME.fullmatch(text):
        hour, minute, day, month, year = map(int, found.groups())
        return dt.datetime(year, month, day, hour, minute, tzinfo=words.HUE_TIME)
    return int(text) if re.fullmatch(r"0|[1-9]\d{0,8}", text) else text


def record_conditions(kind: Kind, values: Callable[[str], Sequence[str]], names: Callable[[str], str]) -> list[str]:
    """The list's conditions in words. `values`: of a condition's name; `names`: of an id's owner, whatever that is."""
    given = [(each, [value for value in values(each.name) if value]) for each in kind.filters]
    return [_in_words(each, chosen, names) for each, chosen in given if chosen]


def _in_words(condition: Filter, chosen: Iterable[str], names: Callable[[str], str]) -> str:
    if condition.control in ("mine", "check", "kept"):
        return condition.label
    if condition.control == "enum":
        texts = [label(condition.read(value), condition.enum) for value in chosen]
    else:
        texts = [names(value) or words.typed_date(value) for value in chosen]
    return f"{condition.label}: " + ", ".join(texts)
