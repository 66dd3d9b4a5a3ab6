"""Every SELECT of the service. Rows start from visible_to(actor); counts of the whole province are open to all and hold no content."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Row, Select, case, cast, exists, false, func, literal, select, tuple_, union_all
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.reporting.v1 import reporting_pb2

from kit.identity import UNIT_ROLES, Actor
from kit.law import article
from services.reporting import annex
from services.reporting.filters import conditions_of
from services.reporting.model import READER_ROLES, Assignment, Participation, Unit
from services.reporting.timeliness import Today, timeliness


@dataclass(frozen=True)
class Order:
    """A total order of the rows, and how its key is read back from a page token."""

    key: tuple[ColumnElement[Any], ...]
    parsers: tuple[Callable[[str], Any], ...]
    descending: bool = False


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
    listed = _filtered(actor, filter, today).with_only_columns(*annex.PART, maintain_column_froms=True).distinct().subquery()
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
async def counts(session: AsyncSession, *, today: Today, issue_from: date | None, issue_to: date | None) -> Sequence[Row[Any]]:
    """One row a unit, in the order of their names, and last the province's (unit_id None).

    Đ2.1, D13: everybody sees these of all units. So this one query starts not from visible_to() and runs as the worker role, which
    row-level security lets read all rows; it gives back nothing but numbers and the units' names.
    """
    issued = Assignment.directive_issue_date
    part = annex.parts(today, *([issued >= issue_from] if issue_from else []), *([issued <= issue_to] if issue_to else [])).cte("part")
    statement = (
        select(
            part.c.unit_id,
            case((func.grouping(part.c.unit_id) == 0, func.max(Unit.name)), else_="").label("unit_name"),
            # Apart: DISTINCT among the counts would have all parts sorted.
            select(func.count()).select_from(select(part.c.task_id).distinct().subquery()).scalar_subquery().label("task_count"),
            func.count(part.c.task_id).label("part_count"),
            func.coalesce(cast(func.sum(part.c.urging_notices), BigInteger), 0).label("urging_notices"),
            *(func.count().filter(condition).label(annex.field(column)) for column, condition in annex.columns(part).items()),
        )
        .select_from(part)
        .outerjoin(Unit, Unit.id == part.c.unit_id)
        .group_by(func.grouping_sets(part.c.unit_id, tuple_()))
        .order_by(func.grouping(part.c.unit_id), func.max(_UNIT_NAME), part.c.unit_id)
    )
    return (await session.execute(statement)).all()


async def rows_of_tasks(session: AsyncSession, task_ids: Collection[UUID]) -> Sequence[UUID]:
    """All assignments of these tasks, forwarded ones too; for the handlers, which act for nobody."""
    return (await session.scalars(select(Assignment.id).where(Assignment.task_id.in_(task_ids)))).all()


@article("D14")
async def assignments_of(session: AsyncSession, ids: Collection[UUID]) -> set[UUID]:
    """The assignments of these documents or tasks, for purging."""
    mine = Assignment.directive_id.in_(ids) | Assignment.task_id.in_(ids)
    return set((await session.scalars(select(Assignment.id).where(mine))).all())
