"""What was known when: each source's snapshots, one row a version, and what an assignment was at a time (`as_of`).

The present (`Assignment`) is what they say in the end. Nothing here depends on the order in which events came: a version is in force from
the time at which its owner told it until he told a later one.
"""

from collections.abc import Collection
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Index,
    Integer,
    ScalarSelect,
    Subquery,
    Table,
    Text,
    Uuid,
    and_,
    any_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    true,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import ARRAY, array_agg, distinct_on
from sqlalchemy.orm import aliased
from ykcd.assignment.v1.assignment_pb2 import AssignmentState
from ykcd.assignment.v1.obstacle_pb2 import ObstacleState
from ykcd.deadline.v1.urging_pb2 import ObligationState

from kit.law import article
from services.reporting.model import Assignment, Base, Unit

# As until_time: in force still. As a time: whatever was ever told.
ENDLESS = datetime(9999, 12, 30, tzinfo=UTC)
EVER = datetime(9999, 12, 29, tzinfo=UTC)
# A holiday with the weekends around it ends within these.
LONGEST_BREAK_DAYS = 30

FACTS = (
    *("directive_id", "directive_code", "directive_abstract", "directive_issue_date", "directive_state", "document_type", "regime"),
    *("issuing_authority", "content", "field_id", "has_deadline", "must_report", "search_text"),
)
STATE = (
    *("task_id", "unit_id", "role", "state", "execution", "specialist_id", "due_date", "effective_due_date", "completed_on"),
    *("last_report_on", "late_update", "delegates", "phase", "phase_name", "original_due_date", "deadline_cycle", "extension_pending"),
    *("report_to_review", "forwarded_from_id", "update_time"),
)


def _kept(name: str, key: str, *columns: Column[Any] | Index) -> Table:
    time = DateTime(timezone=True)
    version = Column("version", Integer, primary_key=True)
    told, until = Column("told_time", time, nullable=False), Column("until_time", time, nullable=False)
    return Table(name, Base.metadata, Column(key, Uuid, primary_key=True), version, told, until, *columns)


def _as_in(model: type[Base], names: Collection[str]) -> list[Column[Any]]:
    columns = model.__table__.c
    return [Column(name, columns[name].type, nullable=columns[name].nullable) for name in names]


def _matter(name: str, *columns: Column[Any]) -> Table:
    """Something of its own about an assignment; it may be told before the assignment itself."""
    return _kept(name, "id", Column("assignment_id", Uuid, nullable=False, index=True), *columns)


# By `assignment`; version 0 by `directive`, whose plan a part is until `assignment` has told of it (Đ2.7: it binds from publication).
assignment_told = _kept(
    "assignment_told",
    "id",
    *_as_in(Assignment, STATE),
    # Of a plan: its due date isn't moved to a working day (D7).
    Column("due_exact", Boolean, nullable=False),
    Index("assignment_told_task_idx", "task_id", "until_time"),
    Index("assignment_told_period_idx", "completed_on", "until_time"),
)
Index("assignment_told_phased_idx", assignment_told.c.task_id, postgresql_where=assignment_told.c.phase > 0)
# Of each task by `directive`; version 0 as `assignment` repeats it.
task_told = _kept("task_told", "task_id", *_as_in(Assignment, FACTS), Index("task_told_directive_idx", "directive_id"))
# The clock, and the due date that it was reckoned from: after an extension an older one no longer counts.
deadline_told = _kept("deadline_told", "assignment_id", Column("due_date", Date), Column("effective_due_date", Date))
# Đ8.1.b.
obstacle_told = _matter("obstacle_told", Column("state", Integer, nullable=False))
# Đ8.1.e. A proposal isn't issued; whether it counts against the unit is settled when it ends (D15).
urging_notice_told = _matter(
    "urging_notice_told",
    Column("deadline_cycle", Integer, nullable=False),
    Column("issued_on", Date),
    Column("counts", Boolean, nullable=False),
)
# Đ8.1.e: a report to the Chairman, open until what he directed has happened.
escalation_told = _matter("escalation_told", Column("open", Boolean, nullable=False), Column("due_on", Date))
# Đ7.2.c: one quarter's update.
obligation_told = _matter("obligation_told", Column("period_end", Date, nullable=False), Column("state", Integer, nullable=False))
unit_told = _kept("unit_told", "id", *_as_in(Unit, ("name", "sort_key", "search_text")))
# Of each membership: who people were, with which roles, in which unit.
member_told = _kept(
    "member_told",
    "id",
    Column("person_id", Uuid, nullable=False, index=True),
    Column("unit_id", Uuid, nullable=False),
    Column("name", Text, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("active", Boolean, nullable=False),
)
# Days that differ from plain Monday to Friday.
calendar_told = _kept("calendar_told", "id", Column("off", ARRAY(Date), nullable=False), Column("worked", ARRAY(Date), nullable=False))
MATTERS = (obstacle_told, urging_notice_told, escalation_told, obligation_told)
TABLES = (assignment_told, task_told, deadline_told, *MATTERS, unit_told, member_told, calendar_told)


def in_force(table: Table, time: datetime) -> ColumnElement[bool]:
    """The version that was the last one at `time`."""
    return and_(table.c.told_time <= time, table.c.until_time > time)


def until(table: Table) -> ColumnElement[datetime]:
    """When a later version than each was first told."""
    key, version = table.primary_key.columns
    later = func.min(table.c.told_time).over(partition_by=key, order_by=version.desc(), rows=(None, -1))
    return func.coalesce(later, ENDLESS)


@article("Đ9.2", "Đ9.4")
def as_of(time: datetime, first: date | None = None, last: date | None = None, *, ids: Collection[UUID] | None = None) -> type[Assignment]:
    """The assignments as they were known at `time`, with all columns of Assignment; EVER: as they are.

    Notices and escalations are counted from `first` to `last`, quarters that ended until `last`; None: all. `ids`: only these.
    For the worker's session: requests can't read what isn't summed up.
    """
    told, facts, clock = assignment_told.c, task_told.c, deadline_told.c
    notices, escalations = _notices(time, first, last, ids).c, _escalations(time, first, last, ids).c
    obligations, obstacles = _obligations(time, last, ids).c, _obstacles(time, ids).c
    planned = case((and_(told.version == 0, ~told.due_exact), _rolled(time)), else_=told.effective_due_date)
    # The owner of the calendar has the last word on the date, if it reckoned from this very due date; but what is verified was judged by
    # the calendar of its day, and no later one moves it (regulation §3).
    reckoned = and_(
        clock.assignment_id == told.id,
        in_force(deadline_told, time),
        clock.due_date.is_not_distinct_from(told.due_date),
        told.state != AssignmentState.ASSIGNMENT_STATE_VERIFIED,
    )
    effective = case((clock.assignment_id.is_not(None), clock.effective_due_date), else_=planned)
    columns = {
        **{name: told[name] for name in STATE},
        **{name: facts[name] for name in FACTS},
        "id": told.id,
        "version": told.version,
        "directive_version": facts.version,
        "effective_due_date": effective,
        "due_order": func.coalesce(effective, date(9999, 12, 31)),
        "obstacle_states": func.coalesce(obstacles.states, cast([], ARRAY(Integer))),
        "cycle_notices": _cycle_notices(time),
        "urging_notices": func.coalesce(notices.count, 0),
        "escalations": func.coalesce(escalations.count, 0),
        "escalation_open": func.coalesce(escalations.open, False),
        "obligation_state": func.coalesce(obligations.state, 0),
        "obligation_period_end": obligations.period_end,
    }
    source = assignment_told.join(task_told, and_(facts.task_id == told.task_id, in_force(task_told, time)))
    source = source.outerjoin(deadline_told, reckoned)
    for matter in (notices, escalations, obligations, obstacles):
        source = source.outerjoin(matter.assignment_id.table, matter.assignment_id == told.id)
    known = select(*(column.label(name) for name, column in columns.items())).select_from(source)
    known = known.where(in_force(assignment_told, time), _among(told.id, ids))
    return aliased(Assignment, known.subquery(), adapt_on_names=True)


def units_as_of(time: datetime) -> type[Unit]:
    """The units with the names that they had at `time`, with all columns of Unit; a unit that is gone keeps its last (D12)."""
    known = select(*(unit_told.c[column.name] for column in Unit.__table__.c)).where(in_force(unit_told, time))
    return aliased(Unit, known.subquery(), adapt_on_names=True)


def _among(column: ColumnElement[Any], ids: Collection[UUID] | None) -> ColumnElement[bool]:
    return true() if ids is None else column == any_(literal(list(ids), ARRAY(Uuid)))


def _within(column: ColumnElement[Any], first: date | None, last: date | None) -> ColumnElement[bool]:
    """A day that wasn't told is in every period."""
    bounds = [*([column >= first] if first else []), *([column <= last] if last else [])]
    return or_(column.is_(None), and_(*bounds)) if bounds else true()


@article("D15")
def _notices(time: datetime, first: date | None, last: date | None, ids: Collection[UUID] | None) -> Subquery:
    """Those that count against the unit."""
    c = urging_notice_told.c
    known = (in_force(urging_notice_told, time), _among(c.assignment_id, ids), c.counts, _within(c.issued_on, first, last))
    return select(c.assignment_id, cast(func.count(), Integer).label("count")).where(*known).group_by(c.assignment_id).subquery()


def _cycle_notices(time: datetime) -> ScalarSelect[int]:
    """Those issued in the assignment's present cycle (D4)."""
    c = urging_notice_told.c
    same = (c.assignment_id == assignment_told.c.id, c.deadline_cycle == assignment_told.c.deadline_cycle, c.issued_on.is_not(None))
    count = select(cast(func.count(), Integer)).where(*same, in_force(urging_notice_told, time))
    return count.correlate(assignment_told).scalar_subquery()


@article("Đ8.1.e")
def _escalations(time: datetime, first: date | None, last: date | None, ids: Collection[UUID] | None) -> Subquery:
    c = escalation_told.c
    known = (in_force(escalation_told, time), _among(c.assignment_id, ids), _within(c.due_on, first, last))
    counts = (cast(func.count(), Integer).label("count"), func.bool_or(c.open).label("open"))
    return select(c.assignment_id, *counts).where(*known).group_by(c.assignment_id).subquery()


@article("Đ7.2.c.2", "§6.23")
def _obligations(time: datetime, last: date | None, ids: Collection[UUID] | None) -> Subquery:
    """Of the last quarter that was decided, else of the one that was open."""
    c = obligation_told.c
    known = (in_force(obligation_told, time), _among(c.assignment_id, ids), _within(c.period_end, None, last))
    undecided = c.state == ObligationState.OBLIGATION_STATE_OPEN
    return (
        select(c.assignment_id, c.state, c.period_end)
        .where(*known, c.state != ObligationState.OBLIGATION_STATE_ENDED)
        .ext(distinct_on(c.assignment_id))
        .order_by(c.assignment_id, undecided, c.period_end.desc())
        .subquery()
    )


@article("Đ8.1.b")
def _obstacles(time: datetime, ids: Collection[UUID] | None) -> Subquery:
    """The states of those that weren't closed, each once."""
    c = obstacle_told.c
    unsolved = (ObstacleState.OBSTACLE_STATE_RAISED, ObstacleState.OBSTACLE_STATE_PROPOSED, ObstacleState.OBSTACLE_STATE_DIRECTED)
    states = type_coerce(array_agg(c.state.distinct()), ARRAY(Integer)).label("states")
    known = (in_force(obstacle_told, time), _among(c.assignment_id, ids), c.state.in_(unsolved))
    return select(c.assignment_id, states).where(*known).group_by(c.assignment_id).subquery()


@article("D6")
def _rolled(time: datetime) -> ScalarSelect[date]:
    """A planned due date moved to a working day by the calendar of the time; plain Monday to Friday before there was one."""
    days = calendar_told.c
    calendar = select(days.off, days.worked).where(days.told_time <= time).order_by(days.version.desc()).limit(1).subquery()
    due = assignment_told.c.due_date
    day = func.generate_series(due, due + LONGEST_BREAK_DAYS, func.make_interval(0, 0, 0, 1)).table_valued("day").render_derived()
    that = cast(day.c.day, Date)
    worked = func.coalesce(that == any_(calendar.c.worked), False)
    off = func.coalesce(that == any_(calendar.c.off), False)
    weekday = func.extract("isodow", that) <= 5
    rolled = select(func.min(that)).select_from(day.outerjoin(calendar, true())).where(worked | (weekday & ~off))
    return rolled.correlate(assignment_told).scalar_subquery()
