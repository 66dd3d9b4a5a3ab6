"""The filter of the task list in its address, so that each count can link to the very list that it counts.

Names in the query: state, timeliness, unit, role (each may come more than once), field, specialist, directive, q, due_from, due_to,
has_deadline (yes, no), no_specialist, mine, due_soon (each "1"), sort, page_token.
"""

from collections.abc import Iterable
from urllib.parse import urlencode

from ykcd.reporting.v1.reporting_pb2 import AssignmentFilter

from . import labels, words
from .forms import BAD_DATE, parse_date

_MANY = (("state", "states", "AssignmentState"), ("timeliness", "timeliness", "Timeliness"), ("role", "roles", "AssignmentRole"))
_TEXT = (("field", "field_id"), ("specialist", "specialist_id"), ("directive", "directive_id"), ("q", "query"))
_FLAGS = (("no_specialist", "without_specialist"), ("mine", "delegated_to_me"), ("due_soon", "due_soon"))
_DATES = ("due_from", "due_to")
_YES_NO = {"yes": True, "no": False}


def to_pairs(chosen: AssignmentFilter, order: int = 0) -> list[tuple[str, str]]:
    pairs = [(name, labels.short(value, enum).lower()) for name, attribute, enum in _MANY for value in getattr(chosen, attribute)]
    pairs += [("unit", unit_id) for unit_id in chosen.unit_ids]
    pairs += [(name, getattr(chosen, attribute)) for name, attribute in _TEXT if getattr(chosen, attribute)]
    pairs += [(name, "1") for name, attribute in _FLAGS if getattr(chosen, attribute)]
    pairs += [(name, words.iso_date(getattr(chosen, name))) for name in _DATES if chosen.HasField(name)]
    if chosen.HasField("has_deadline"):
        pairs.append(("has_deadline", "yes" if chosen.has_deadline else "no"))
    if order:
        pairs.append(("sort", labels.short(order, "AssignmentOrder").lower()))
    return pairs


def tasks_url(chosen: AssignmentFilter, order: int = 0, page_token: str = "") -> str:
    pairs = to_pairs(chosen, order) + ([("page_token", page_token)] if page_token else [])
    return "/tasks" + ("?" + urlencode(pairs) if pairs else "")


def parse(pairs: Iterable[tuple[str, str]]) -> tuple[AssignmentFilter, int, dict[str, str]]:
    """The filter, the order and what couldn't be read (name → message). Empty values are as if absent; other names are left alone."""
    chosen, order, errors = AssignmentFilter(), 0, {}
    for name, value in pairs:
        if not value.strip():
            continue
        try:
            if name == "sort":
                order = labels.number(value, "AssignmentOrder")
            else:
                _read(chosen, name, value.strip())
        except (ValueError, KeyError):
            errors[name] = BAD_DATE if name in _DATES else f"Giá trị lọc “{value[:40]}” không có."
    return chosen, order, errors


def _read(chosen: AssignmentFilter, name: str, value: str) -> None:
    for known, attribute, enum in _MANY:
        if name == known:
            getattr(chosen, attribute).append(labels.number(value, enum))
    for known, attribute in _TEXT:
        if name == known:
            setattr(chosen, attribute, value)
    for known, attribute in _FLAGS:
        if name == known:
            setattr(chosen, attribute, value == "1")
    if name == "unit":
        chosen.unit_ids.append(value)
    if name in _DATES:
        getattr(chosen, name).CopyFrom(parse_date(value))
    if name == "has_deadline":
        chosen.has_deadline = _YES_NO[value]
