"""From others' events to the rows that `history` keeps of them."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from google.protobuf.message import Message
from sqlalchemy import Table
from ykcd.assignment.v1 import event_pb2 as assignment
from ykcd.deadline.v1 import event_pb2 as deadline
from ykcd.deadline.v1.deadline_pb2 import DayKind
from ykcd.deadline.v1.urging_pb2 import EscalationState
from ykcd.directive.v1 import event_pb2 as directive
from ykcd.event.v1.envelope_pb2 import Envelope

from kit.clock import local_date
from kit.dates import optional_date, to_date, to_time
from kit.events import carrying
from kit.law import article
from services.reporting import convert
from services.reporting.history import (
    ENDLESS,
    assignment_told,
    calendar_told,
    deadline_told,
    escalation_told,
    member_told,
    obligation_told,
    obstacle_told,
    task_told,
    unit_told,
    urging_notice_told,
)

Row = dict[str, Any]
Rows = Iterator[tuple[Table, Row]]


def _stamp(envelope: Envelope, version: int | None = None) -> Row:
    version = envelope.aggregate_version if version is None else version
    return {"version": version, "told_time": to_time(envelope.time), "until_time": ENDLESS}


@article("Đ2.7")
def _directive(event: Any, envelope: Envelope) -> Rows:
    """The facts of all its tasks, and each part as planned: whoever published sees them without waiting for `assignment`."""
    for task in event.directive.tasks:
        yield task_told, convert.task_facts(event.directive, task) | _stamp(envelope)
        for row in convert.planned_rows(task, envelope):
            yield assignment_told, row | _stamp(envelope, 0)


def _assignment(event: Any, envelope: Envelope) -> Rows:
    told = event.assignment
    yield assignment_told, convert.assignment_state(told, envelope) | _stamp(envelope)
    yield task_told, convert.assignment_facts(told) | _stamp(envelope, 0)


def _deadline(event: Any, envelope: Envelope) -> Rows:
    told = event.deadline
    dates = {name: optional_date(told, name) for name in ("due_date", "effective_due_date")}
    yield deadline_told, {"assignment_id": UUID(told.assignment_id), **dates} | _stamp(envelope)


def _about(told: Any, envelope: Envelope) -> Row:
    return {"id": UUID(told.id), "assignment_id": UUID(told.assignment_id)} | _stamp(envelope)


@article("Đ8.1.b")
def _obstacle(event: Any, envelope: Envelope) -> Rows:
    yield obstacle_told, _about(event.obstacle, envelope) | {"state": event.obstacle.state}


@article("Đ8.1.e", "D15")
def _notice(event: Any, envelope: Envelope) -> Rows:
    """Whether it counts against the unit is settled when it ends (D15)."""
    told = event.notice
    issued_on = local_date(to_time(told.issue_time)) if told.HasField("issue_time") else None
    counts = issued_on is not None and told.counts
    yield urging_notice_told, _about(told, envelope) | {"deadline_cycle": told.deadline_cycle, "issued_on": issued_on, "counts": counts}


@article("Đ8.1.e")
def _escalation(event: Any, envelope: Envelope) -> Rows:
    told = event.escalation
    still = told.state != EscalationState.ESCALATION_STATE_DONE
    yield escalation_told, _about(told, envelope) | {"open": still, "due_on": optional_date(told, "due_on")}


@article("Đ7.2.c.2")
def _obligation(event: Any, envelope: Envelope) -> Rows:
    told = event.obligation
    yield obligation_told, _about(told, envelope) | {"period_end": to_date(told.period_end, "period_end"), "state": told.state}


def _unit(event: directive.UnitChanged, envelope: Envelope) -> Rows:
    yield unit_told, convert.unit_row(event.unit, envelope) | _stamp(envelope)


def _member(event: directive.MembershipChanged, envelope: Envelope) -> Rows:
    told = event.member
    person = {"id": UUID(told.id), "person_id": UUID(told.person_id), "unit_id": UUID(told.unit_id)}
    yield member_told, person | {"name": told.name, "roles": list(told.roles), "active": event.active} | _stamp(envelope)


def _calendar(event: deadline.CalendarPublished, envelope: Envelope) -> Rows:
    days = [(to_date(day.date, "date"), day.kind == DayKind.DAY_KIND_SWAP_WORK) for day in event.calendar.days]
    off, worked = ([day for day, works in days if works is wanted] for wanted in (False, True))
    # Its version, which decides, is the calendar's own.
    stamp = _stamp(envelope, event.calendar.version)
    yield calendar_told, {"id": UUID(envelope.aggregate_id), "off": off, "worked": worked} | stamp


# A draft is the Office's alone, and binds nobody.
_DIRECTIVE = (directive.DirectivePublished, directive.DirectiveAmended, directive.DirectiveSuperseded, directive.DirectiveRevoked)
ROWS: dict[type[Message], Callable[[Any, Envelope], Rows]] = {
    **dict.fromkeys(_DIRECTIVE, _directive),
    directive.UnitChanged: _unit,
    directive.MembershipChanged: _member,
    **dict.fromkeys(carrying(assignment, "assignment"), _assignment),
    **dict.fromkeys(carrying(assignment, "obstacle"), _obstacle),
    **dict.fromkeys(carrying(deadline, "deadline"), _deadline),
    **dict.fromkeys(carrying(deadline, "notice"), _notice),
    **dict.fromkeys(carrying(deadline, "escalation"), _escalation),
    **dict.fromkeys(carrying(deadline, "obligation"), _obligation),
    deadline.CalendarPublished: _calendar,
}
