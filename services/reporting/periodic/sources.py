"""SELECTs of what reports are composed of, as it was known at a time: for the worker's session, which reads all of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Row,
    Select,
    Uuid,
    any_,
    case,
    cast,
    false,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.assignment.v1.assignment_pb2 import Execution, Timeliness
from ykcd.directive.v1.directive_pb2 import AssignmentRole
from ykcd.directive.v1.registry_pb2 import UnitKind

from kit.law import article
from services.reporting import annex, history
from services.reporting.history import assignment_told, in_force, member_told
from services.reporting.periodic.model import Cited, Kind
from services.reporting.periodic.periods import Period
from services.reporting.timeliness import Source, Today, counted, done, timeliness


def cited(kind: int, time: datetime) -> Select[Any]:
    """(id, around, facts): the last version of each that was told by then."""
    known = select(Cited.id, Cited.around, Cited.facts).where(Cited.kind == kind, Cited.told_time <= time)
    return known.ext(distinct_on(Cited.id)).order_by(Cited.id, Cited.version.desc())


@dataclass(frozen=True)
class KnownUnit:
    """As it was known at a time. `owes`: whether it existed within the period and reports to the Office."""

    id: UUID
    name: str
    sort_key: str
    code: str
    owes: bool


@article("Đ10.1", "D12")
async def units(session: AsyncSession, time: datetime, period: Period) -> list[KnownUnit]:
    """All that were ever known, by name; the Office itself owes none."""
    unit, facts = history.units_as_of(time), cited(Kind.UNIT, time).subquery()
    statement = select(unit.id, unit.name, unit.sort_key, facts.c.facts).outerjoin(facts, facts.c.id == unit.id)
    rows = (await session.execute(statement.order_by(unit.sort_key, unit.id))).all()
    return [KnownUnit(row.id, row.name, row.sort_key, (row.facts or {}).get("code", ""), _owes(row.facts or {}, period)) for row in rows]


def _owes(facts: Mapping[str, Any], period: Period) -> bool:
    begun = not facts.get("valid_from") or facts["valid_from"] <= period.last.isoformat()
    still = not facts.get("valid_to") or facts["valid_to"] >= period.last.isoformat()
    return begun and still and facts.get("kind") != UnitKind.UNIT_KIND_OFFICE


@article("Đ9.2", "Đ10.1", "§6.12", "§6.25")
async def figures(
    session: AsyncSession, source: Source, *, today: Today, period: Period, unit_id: UUID | None = None
) -> tuple[Sequence[Row[Any]], Row[Any]]:
    """One row a unit that has a part in the period, in the columns of Annex V and those of IV; and one of all, with distinct tasks."""
    within = [annex.in_period(source, period.first, period.last), *([source.unit_id == unit_id] if unit_id else [])]
    part = annex.parts(today, *within, source=source).cte("part")
    c = part.c
    lead = c.role == AssignmentRole.ASSIGNMENT_ROLE_LEAD
    more = {
        "carried_over": lead & (c.issued_on < period.first),
        "issued": lead & (c.issued_on >= period.first),
        "coordinating_done": ~lead & c.done,
        "coordinating_in_time": ~lead & ~c.done & c.dated & ~c.overdue,
        "coordinating_overdue": ~lead & ~c.done & c.dated & c.overdue,
        "coordinating_undated": ~lead & ~c.done & ~c.dated,
    }
    conditions = {annex.field(column): condition for column, condition in annex.columns(part).items()} | more
    statement = (
        select(
            c.unit_id,
            # Apart: DISTINCT among the counts would have all parts sorted.
            select(func.count()).select_from(select(c.task_id).distinct().subquery()).scalar_subquery().label("task_count"),
            func.count(c.task_id).label("part_count"),
            func.coalesce(cast(func.sum(c.urging_notices), BigInteger), 0).label("urging_notices"),
            *(func.count().filter(condition).label(name) for name, condition in conditions.items()),
        )
        .group_by(func.grouping_sets(c.unit_id, tuple_()))
        .order_by(func.grouping(c.unit_id), c.unit_id)
    )
    *rows, whole = (await session.execute(statement)).all()
    return rows, whole


@article("Đ10.1")
async def handled(session: AsyncSession, time: datetime, *, unit_id: UUID | None = None) -> Sequence[Row[Any]]:
    """(unit_id, facts) of each assignment that had an extension or a return."""
    facts = cited(Kind.HANDLING, time).subquery()
    known = assignment_told.c
    mine = [known.unit_id == unit_id] if unit_id else []
    statement = select(known.unit_id, facts.c.facts).join(facts, facts.c.id == known.id).where(in_force(assignment_told, time), *mine)
    return (await session.execute(statement)).all()


_OVERDUE = (Timeliness.TIMELINESS_OVERDUE, Timeliness.TIMELINESS_AWAITING_UPDATE, Timeliness.TIMELINESS_DONE_LATE)


def _listed(source: Source, time: datetime, today: Today, period: Period) -> Select[Any]:
    """What the period's lists choose from: without phases that were done before it."""
    unit = history.units_as_of(time)
    value = timeliness(today, source)
    finished = done(today, source)
    before = finished & func.coalesce(source.completed_on < period.first, false())
    # What was done after the day was being done on it.
    under_way = (source.execution == Execution.EXECUTION_DONE) & ~finished
    columns = (
        *(source.id, source.task_id, source.unit_id, source.role, source.directive_code, source.directive_abstract),
        *(source.directive_issue_date, source.content, source.phase_name, source.original_due_date, source.effective_due_date),
        *(source.specialist_id, source.deadline_cycle),
    )
    return (
        select(
            *columns,
            value.label("timeliness"),
            case((under_way, Execution.EXECUTION_IN_PROGRESS), else_=source.execution).label("execution"),
            case((finished, source.completed_on)).label("completed_on"),
            func.coalesce(unit.name, "").label("unit_name"),
        )
        .outerjoin(unit, unit.id == source.unit_id)
        .where(counted(source), ~before, annex.in_period(source, period.first, period.last))
        .order_by(func.coalesce(unit.sort_key, ""), source.due_order, source.id)
    )


@article("Đ10.1")
async def unit_rows(
    session: AsyncSession, source: Source, *, time: datetime, today: Today, period: Period, unit_id: UUID
) -> Sequence[Row[Any]]:
    """The unit's assignments of the period, in every role."""
    return (await session.execute(_listed(source, time, today, period).where(source.unit_id == unit_id))).all()


@article("Đ9.2", "Đ8.1.e")
async def overdue_rows(session: AsyncSession, source: Source, *, time: datetime, today: Today, period: Period) -> Sequence[Row[Any]]:
    """The lead units' assignments that are overdue on the day, or were done late in the period."""
    lead = source.role == AssignmentRole.ASSIGNMENT_ROLE_LEAD
    return (await session.execute(_listed(source, time, today, period).where(lead, timeliness(today, source).in_(_OVERDUE)))).all()


async def coordinators(session: AsyncSession, time: datetime, task_ids: Collection[UUID]) -> dict[UUID, list[str]]:
    """The names of each task's coordinating and aggregating units, in their order."""
    unit, known = history.units_as_of(time), assignment_told.c
    others = (known.role != AssignmentRole.ASSIGNMENT_ROLE_LEAD, known.execution != 0, in_force(assignment_told, time))
    statement = select(known.task_id, unit.name).join(unit, unit.id == known.unit_id).where(known.task_id == among(task_ids), *others)
    found: dict[UUID, list[str]] = {}
    for row in await session.execute(statement.order_by(unit.sort_key, unit.id)):
        names = found.setdefault(row.task_id, [])
        if row.name not in names:
            names.append(row.name)
    return found


async def cited_around(session: AsyncSession, kind: int, time: datetime, assignment_ids: Collection[UUID]) -> dict[UUID, list[Any]]:
    """By assignment, the facts of each, oldest first."""
    known = cited(kind, time).where(Cited.around == among(assignment_ids)).subquery()
    found: dict[UUID, list[Any]] = {}
    for row in await session.execute(select(known.c.around, known.c.facts).order_by(known.c.id)):
        found.setdefault(row.around, []).append(row.facts)
    return found


async def names_of(session: AsyncSession, time: datetime, person_ids: Collection[UUID]) -> dict[UUID, str]:
    """Of people, as they were called then."""
    known = member_told.c
    statement = select(known.person_id, known.name).where(known.person_id == among(person_ids), in_force(member_told, time))
    return {row.person_id: row.name for row in await session.execute(statement.order_by(known.id))}


@article("Đ9.2", "Đ2.4")
async def programme(session: AsyncSession, time: datetime, period: Period) -> list[dict[str, Any]]:
    """The items of the year's work programme for the period's months, in its order; without those of no such month."""
    months = set(period.months())
    rows = [row.facts for row in await session.execute(cited(Kind.PROGRAMME_ITEM, time))]
    mine = (facts for facts in rows if (facts["year"], facts["month"]) in months)
    return sorted(mine, key=lambda facts: (facts["year"], facts["month"], facts["ordinal"], facts["content"]))


@article("Đ9.2")
async def redated(
    session: AsyncSession, before: Source, after: Source, *, was: Today, now: Today, period: Period, unit_id: UUID | None
) -> Sequence[Row[Any]]:
    """The assignments that by the period's last day were done by what is known `after` and not by what was known `before`, or on another
    day, or the other way round. Columns: id, task_id, unit_id, directive_code, content, completed_before, completed_after."""
    then, later = _verdicts(before, was, period), _verdicts(after, now, period)
    either = {name: func.coalesce(later.c[name], then.c[name]).label(name) for name in _REDATED}
    statement = (
        select(
            func.coalesce(later.c.id, then.c.id).label("id"),
            *either.values(),
            then.c.completed_on.label("completed_before"),
            later.c.completed_on.label("completed_after"),
        )
        .select_from(then.join(later, later.c.id == then.c.id, full=True))
        .where(or_(then.c.id.is_(None), later.c.id.is_(None), then.c.completed_on.is_distinct_from(later.c.completed_on)))
        .order_by(either["unit_id"], func.coalesce(later.c.id, then.c.id))
    )
    if unit_id:
        statement = statement.where(either["unit_id"] == unit_id)
    return (await session.execute(statement)).all()


_REDATED = ("task_id", "unit_id", "directive_code", "content")


def _verdicts(source: Source, today: Today, period: Period) -> Any:
    """What was done within the period, by the day on which it ends."""
    within = (counted(source), done(today, source), func.coalesce(source.completed_on >= period.first, true()))
    columns = (source.id, source.completed_on, *(getattr(source, name) for name in _REDATED))
    return select(*columns).where(*within, source.directive_issue_date <= period.last).subquery()


async def parts_around(session: AsyncSession, ids: Collection[UUID]) -> Sequence[UUID]:
    """All assignments of the same parts (task, unit, role) as these: what a figure counts once."""
    known, same = assignment_told.alias(), assignment_told.alias()
    key = (known.c.task_id, known.c.unit_id, known.c.role)
    wanted = select(same.c.task_id, same.c.unit_id, same.c.role).where(same.c.id == among(ids))
    return (await session.scalars(select(known.c.id).where(tuple_(*key).in_(wanted)).distinct())).all()


def among(ids: Collection[UUID]) -> Any:
    """For a comparison with one of them, however many they are."""
    return any_(literal(list(ids), ARRAY(Uuid)))
