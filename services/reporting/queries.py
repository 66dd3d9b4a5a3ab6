"""Every SELECT of the service. Rows start from visible_to(actor); counts of the whole province are open to all and hold no content."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Subquery, exists, false, func, literal, select, tuple_, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.reporting.v1 import reporting_pb2

from kit.identity import UNIT_ROLES, Actor
from kit.law import article
from kit.workdays import WorkingCalendar
from services.reporting import annex, tally
from services.reporting.filters import conditions_of
from services.reporting.history import assignment_told, calendar_told, task_told, unit_told
from services.reporting.model import READER_ROLES, Assignment, Participation, Unit
from services.reporting.timeliness import Today, timeliness


@dataclass(frozen=True)
class Order:
    """A total order of the rows, and how its key is read back from a page token."""

    key: tuple[ColumnElement[Any], ...]
    parsers: tuple[Callable[[str], Any], ...]
    descending: bool = False


@dataclass(frozen=True)
class Scope:
    """What is counted, as of when, and by which day."""

    today: Today
    source: type[Assignment] = Assignment
    unit: type[Unit] = Unit
    conditions: tuple[ColumnElement[bool], ...] = ()


_UNIT_NAME = func.coalesce(Unit.sort_key, "")
ORDERS = {
    reporting_pb2.ASSIGNMENT_ORDER_UNSPECIFIED: Order((Assignment.due_order, Assignment.id), (date.fromisoformat, UUID)),
    reporting_pb2.ASSIGNMENT_ORDER_ISSUE_DATE_DESC: Order(
        (Assignment.directive_issue_date, Assignment.id), (date.fromisoformat, UUID), descending=True
    ),
    reporting_pb2.ASSIGNMENT_ORDER_UPDATE_TIME_DESC: Order(
        (Assignment.update_time, Assignment.id), (datetime.fromisoformat, UUID), descending=True
    ),
    reporting_pb2.ASSIGNMENT_ORDER_UNIT: Order((_UNIT_NAME, Assignment.due_order, Assignment.id), (str, date.fromisoformat, UUID)),
}


@article("D13")
def visible_to(actor: Actor) -> Select[tuple[Assignment]]:
    """D13: the Office and the evaluator see all, a unit's people the tasks in which their unit takes part."""
    if actor.has(*READER_ROLES):
        return select(Assignment)
    takes_part = exists().where(Participation.unit_id == actor.unit_id, Participation.task_id == Assignment.task_id)
    return select(Assignment).where(takes_part if actor.has(*UNIT_ROLES) else false())


def _filtered(actor: Actor, filter: reporting_pb2.AssignmentFilter, today: Today) -> Select[tuple[Assignment]]:
    return visible_to(actor).where(*conditions_of(filter, actor, today))


async def assignments(
    session: AsyncSession,
    actor: Actor,
    *,
    filter: reporting_pb2.AssignmentFilter,
    order: Order = ORDERS[0],
    today: Today,
    after: Sequence[Any] | None = None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Rows (Assignment, unit_name, timeliness, then the order's key)."""
    extra = (Unit.name.label("unit_name"), timeliness(today).label("timeliness"))
    directed = [column.desc() if order.descending else column for column in order.key]
    statement = (
        _filtered(actor, filter, today)
        .add_columns(*extra, *(column.label(f"key_{place}") for place, column in enumerate(order.key)))
        .outerjoin(Unit, Unit.id == Assignment.unit_id)
        .order_by(*directed)
        .limit(limit)
    )
    if after is not None:
        key, bound = tuple_(*order.key), tuple_(*(literal(part) for part in after))
        statement = statement.where(key < bound if order.descending else key > bound)
    return (await session.execute(statement)).all()


async def count(session: AsyncSession, actor: Actor, *, filter: reporting_pb2.AssignmentFilter, today: Today) -> int:
    """How many rows the filter lists."""
    return await session.scalar(_filtered(actor, filter, today).with_only_columns(func.count(), maintain_column_froms=True)) or 0


async def part_count(session: AsyncSession, actor: Actor, *, filter: reporting_pb2.AssignmentFilter, today: Today) -> int:
    """How many parts these rows are, of which the phases of one are several."""
    listed = _filtered(actor, filter, today).with_only_columns(*annex.key(), maintain_column_froms=True).distinct().subquery()
    return await session.scalar(select(func.count()).select_from(listed)) or 0


async def versions(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, int]:
    """How far each aggregate (an assignment, or a directive) is projected, as far as the caller may see it."""
    wanted = list(ids)
    own = select(Assignment.id, Assignment.version).where(Assignment.id.in_(wanted))
    documents = (
        select(Assignment.directive_id, func.max(Assignment.directive_version))
        .where(Assignment.directive_id.in_(wanted))
        .group_by(Assignment.directive_id)
    )
    return {row.id: row.version for row in await session.execute(union_all(own, documents))}


@article("Đ2.1", "D13")
async def counts(
    session: AsyncSession, scope: Scope, *conditions: ColumnElement[bool], months: tally.Range | None = None
) -> Sequence[Row[Any]]:
    """One row a unit, in the order of their names, and last the province's (unit_id None).

    Đ2.1, D13: everybody sees these of all units. So this one query starts not from visible_to() and runs as the worker role, which
    row-level security lets read all rows; it gives back nothing but numbers and the units' names. `months`: as in figures().
    """
    found = await _counted(session, scope, conditions, levels=("unit_id",), months=months)
    unit = scope.unit
    counted = (*tally.COLUMNS, "urging_notices", "part_count", "task_count")
    statement = (
        select(found.c.unit_id, func.coalesce(unit.name, "").label("unit_name"), *(found.c[name] for name in counted))
        .outerjoin(unit, unit.id == found.c.unit_id)
        .order_by(found.c.level == tally.ALL, func.coalesce(unit.sort_key, ""), found.c.unit_id)
    )
    return (await session.execute(statement)).all()


@article("Đ2.1", "D13")
async def figures(
    session: AsyncSession,
    scope: Scope,
    *conditions: ColumnElement[bool],
    ages: Sequence[tuple[int, int]],
    months: tally.Range | None = None,
) -> Sequence[Row[Any]]:
    """For dashboards: one row for all parts, and one for each unit, field, authority, month of issue and month of completion (which of them
    it is says `level`). As counts(): for the worker's session, numbers alone. `ages` (at most tally.LONG_DAYS): counted in columns age_0, …

    `months`: the conditions say no more than that the document was issued in this range. If it is of whole months, what is kept is read.
    """
    found = await _counted(session, scope, conditions, levels=tally.KEYS, ages=ages, months=months)
    return (await session.execute(select(found))).all()


async def _counted(
    session: AsyncSession, scope: Scope, conditions: Sequence[ColumnElement[bool]], *, months: tally.Range | None, **asked: Any
) -> Subquery:
    kept = await tally.asked(session, months) if months and scope.source is Assignment else None
    return tally.counts(scope.today, *scope.conditions, *conditions, source=scope.source, kept=kept, **asked)


async def unit_names(session: AsyncSession, scope: Scope) -> Sequence[Row[Any]]:
    """(id, name) of all units, in the order of their names."""
    unit = scope.unit
    return (await session.execute(select(unit.id, unit.name).order_by(unit.sort_key, unit.id))).all()


async def calendar_as_of(session: AsyncSession, time: datetime) -> WorkingCalendar:
    """The calendar that was in force at `time`; before there was one, plain Monday to Friday. For the worker's session."""
    days = calendar_told.c
    known = select(days.off, days.worked, days.version).where(days.told_time <= time).order_by(days.version.desc()).limit(1)
    found = (await session.execute(known)).one_or_none()
    return WorkingCalendar(frozenset(found.off), frozenset(found.worked), found.version) if found else WorkingCalendar()


async def data_begin(session: AsyncSession) -> datetime | None:
    """When this service was first told anything; units come before their tasks. For the worker's session."""
    return await session.scalar(select(func.min(unit_told.c.told_time)))


async def rows_of_tasks(session: AsyncSession, task_ids: Collection[UUID]) -> Sequence[UUID]:
    """All assignments of these tasks, forwarded ones too; for the handlers, which act for nobody."""
    ids = select(assignment_told.c.id).where(assignment_told.c.task_id.in_(task_ids)).distinct()
    return (await session.scalars(ids)).all()


async def planned(session: AsyncSession) -> Sequence[UUID]:
    """Those of which `assignment` hasn't told yet; for the handlers."""
    return (await session.scalars(select(Assignment.id).where(Assignment.version == 0))).all()


@article("D14")
async def assignments_of(session: AsyncSession, ids: Collection[UUID]) -> set[UUID]:
    """The assignments of these documents or tasks, for purging."""
    known = assignment_told.c
    mine = known.task_id.in_(ids) | known.task_id.in_(select(task_told.c.task_id).where(task_told.c.directive_id.in_(ids)))
    return set((await session.scalars(select(known.id).where(mine))).all())
