"""The look of the web product: one Jinja environment, its filters, and what every page needs."""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from ykcd.assignment.v1 import assignment_pb2
from ykcd.directive.v1.registry_pb2 import PERSON_KIND_SERVICE, UNIT_KIND_OFFICE, Me, Member

from kit.law import article, cited

from . import filters, labels, menu, words
from .forms import Form
from .kinds import leads_to
from .many import choice
from .verbs import VERBS

HERE = Path(__file__).parent
STATIC = HERE / "static"
VENDOR = HERE / "vendor"

# No inline script or style, no eval; `data:` only for the little pictures inside Bootstrap's style sheet.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@article("Đ7.1")
def may_enter(me: Me) -> bool:
    """Đ7.1: the Office enters documents; whether what is sent may be is for `directive` to say."""
    return me.unit.kind == UNIT_KIND_OFFICE and not {"specialist", "office_leader", "clerk"}.isdisjoint(me.member.roles)


@article("Đ2.7")
def may_end(me: Me) -> bool:
    """Đ2.7: that another document takes one's place, or that it binds no longer, is for the Office's leaders to record."""
    return me.unit.kind == UNIT_KIND_OFFICE and "office_leader" in me.member.roles


@dataclass(frozen=True)
class Page:
    """What the frame around every page needs; `me` is None for those who aren't known, `csrf_token` "" for those who aren't signed in."""

    path: str
    now: dt.datetime
    csrf_token: str = ""
    me: Me | None = None
    unread_count: int = 0
    # The reader has several units.
    may_change_unit: bool = False
    # One sentence about what the last request did, shown once.
    flash: str = ""
    # The read side hasn't caught up with the caller's own write: "đang cập nhật".
    stale: bool = False

    @property
    def today(self) -> dt.date:
        return self.now.astimezone(words.HUE_TIME).date()

    @property
    def is_office(self) -> bool:
        return self.me is not None and self.me.unit.kind == UNIT_KIND_OFFICE

    @property
    def may_enter(self) -> bool:
        return self.me is not None and may_enter(self.me)

    @property
    def menu(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """(group, [(address, title)]) of the navigation, as far as it is the reader's."""
        return menu.groups(self.me) if self.me else []

    @property
    def may_end(self) -> bool:
        return self.me is not None and may_end(self.me)

    @property
    def tasks_address(self) -> str:
        """The task list as its reader wants it first: the Office all, a unit its own part of each task."""
        return "/tasks" if self.is_office or self.me is None else f"/tasks?unit={self.me.unit.id}"


def context(
    page: Page, *, unit_name: Callable[[str], str], person_name: Callable[[str], str], field_name: Callable[[str], str]
) -> dict[str, object]:
    """The part of a context that all templates share. A lookup gives "" for an id that it doesn't know."""
    return {"page": page, "unit_name": unit_name, "person_name": person_name, "field_name": field_name}


def _people(members: Iterable[Member]) -> list[tuple[str, str]]:
    """(person's id, name) of those to whom work may be given: a unit's software isn't one of them."""
    return [(member.person_id, member.name) for member in members if member.kind != PERSON_KIND_SERVICE]


def _reviewable(found: assignment_pb2.Assignment) -> list[tuple[str, str]]:
    """(report's id, its words) of what was told on the way and waits for the specialist's opinion (Đ8.1.a)."""
    return [
        (report.id, f"{labels.label(report.kind, 'ReportKind')}, {report.author_name}, {words.datetime(report.create_time)}")
        for report in found.reports
        if report.state == assignment_pb2.REPORT_STATE_SUBMITTED and report.kind != assignment_pb2.REPORT_KIND_DONE
    ]


def _drafted(found: assignment_pb2.Assignment) -> bool:
    """A result waits to be handed in by the unit's leader."""
    return any(report.state == assignment_pb2.REPORT_STATE_DRAFT for report in found.reports)


@cache
def asset(name: str) -> str:
    """The address of a file of static/ or vendor/, with its content's hash: it may be cached for ever."""
    folder = VENDOR if (VENDOR / name).is_file() else STATIC
    digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()[:10]
    return f"/{folder.name}/{name}?v={digest}"


@cache
def environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {
        "date": words.date,
        "iso_date": words.iso_date,
        "typed_date": words.typed_date,
        "datetime": words.datetime,
        "iso_datetime": words.iso_datetime,
        "days_until": words.days_until,
        "working_days_left": words.working_days_left,
        "ago": words.ago,
        "duration": words.duration,
        "count": words.count,
        "rate": words.rate,
        "file_size": words.file_size,
        "lower_first": words.lower_first,
        "label": labels.label,
        "short": labels.short,
        "roles": labels.roles,
        "people": _people,
        "leaders": lambda members: _people(m for m in members if "unit_leader" in m.roles),
        "office_leaders": lambda members: _people(m for m in members if "office_leader" in m.roles),
        "specialists": lambda members: _people(m for m in members if "specialist" in m.roles),
        "choice": choice,
        "reviewable": _reviewable,
        "drafted": _drafted,
        "leads_to": leads_to,
        "pairs": lambda things: [(thing.id, thing.name) for thing in things],
    }
    env.globals |= labels.ENUMS
    env.globals |= {
        "asset": asset,
        "choices": labels.choices,
        "error_title": labels.error_title,
        "tasks_url": filters.tasks_url,
        "FLAGS": filters.FLAGS,
        "blank_form": Form,
        "cited": cited,
        "VERBS": VERBS,
        "BADGES": labels.BADGES,
        "CHANGED": labels.CHANGED,
        "SECTION_ICONS": labels.SECTION_ICONS,
        "NOTIFICATION_ICONS": labels.NOTIFICATION_ICONS,
    }
    # Globals, not imports: a block that is rendered alone (jinja2-fragments) doesn't see what its template imported.
    for name, file in (("ui", "macros/ui.html"), ("f", "macros/form.html")):
        env.globals[name] = env.get_template(file).module
    return env
