"""The filter of the task list in its address, so that each count can link to the very list that it counts.

Names in the query: state, timeliness, execution, obstacle, authority, unit, role (each may come more than once), column, regime, field,
specialist, directive, q, due_from, due_to, issue_from, issue_to, done_from, done_to, overdue_from, overdue_to (days), has_deadline, phased
(each yes or no), no_specialist, following, mine, due_soon, extension_pending, obstacle_open, urged, escalated, obligation_missed,
report_to_review (each "1"), sort, page_token.
"""

from collections.abc import Iterable
from urllib.parse import urlencode

from ykcd.reporting.v1.reporting_pb2 import AssignmentFilter

from . import filter_words, labels, words
from .forms import BAD_DATE, parse_date

# Each: the name in the query, then the filter's own, and of which enum its value is.
_MANY = {
    "state": ("states", "AssignmentState"),
    "timeliness": ("timeliness", "Timeliness"),
    "execution": ("execution", "Execution"),
    "obstacle": ("obstacle_states", "ObstacleState"),
    "role": ("roles", "AssignmentRole"),
    "authority": ("issuing_authorities", "IssuingAuthority"),
}
_ONE = {"column": "SummaryColumn", "regime": "Regime"}
_TEXT = {"field": "field_id", "specialist": "specialist_id", "directive": "directive_id", "q": "query"}
_FLAGS = {
    "no_specialist": "without_specialist",
    "following": "followed_by_me",
    "mine": "delegated_to_me",
    **{name: name for name in ("due_soon", "extension_pending", "obstacle_open", "urged", "escalated", "obligation_missed")},
    "report_to_review": "report_to_review",
}
_DATES = ("due_from", "due_to", "issue_from", "issue_to", "done_from", "done_to")
_NUMBERS = {"overdue_from": "overdue_days_from", "overdue_to": "overdue_days_to"}
_EITHER = ("has_deadline", "phased")
_YES_NO = {"yes": True, "no": False}


# (name, words) of each flag.
FLAGS = [(name, filter_words.FLAGS[attribute]) for name, attribute in _FLAGS.items()]


def to_pairs(chosen: AssignmentFilter, order: int = 0) -> list[tuple[str, str]]:
    pairs = [(name, labels.short(value, enum).lower()) for name, (attribute, enum) in _MANY.items() for value in getattr(chosen, attribute)]
    pairs += [("unit", unit_id) for unit_id in chosen.unit_ids]
    pairs += [(name, labels.short(getattr(chosen, name), enum).lower()) for name, enum in _ONE.items() if getattr(chosen, name)]
    pairs += [(name, getattr(chosen, attribute)) for name, attribute in _TEXT.items() if getattr(chosen, attribute)]
    pairs += [(name, "1") for name, attribute in _FLAGS.items() if getattr(chosen, attribute)]
    pairs += [(name, str(getattr(chosen, attribute))) for name, attribute in _NUMBERS.items() if getattr(chosen, attribute)]
    pairs += [(name, words.iso_date(getattr(chosen, name))) for name in _DATES if chosen.HasField(name)]
    pairs += [(name, "yes" if getattr(chosen, name) else "no") for name in _EITHER if chosen.HasField(name)]
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
    if name in _MANY:
        attribute, enum = _MANY[name]
        getattr(chosen, attribute).append(labels.number(value, enum))
    elif name in _ONE:
        setattr(chosen, name, labels.number(value, _ONE[name]))
    elif name in _TEXT:
        setattr(chosen, _TEXT[name], value)
    elif name in _FLAGS:
        setattr(chosen, _FLAGS[name], value == "1")
    elif name == "unit":
        chosen.unit_ids.append(value)
    elif name in _NUMBERS:
        setattr(chosen, _NUMBERS[name], int(value))
    elif name in _DATES:
        getattr(chosen, name).CopyFrom(parse_date(value))
    elif name in _EITHER:
        setattr(chosen, name, _YES_NO[value])
