"""Others' events, projected: what each owner told is kept (`history`); the present is what all of it says, in whatever order it came."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    ColumnElement,
    Table,
    Text,
    Uuid,
    any_,
    cast,
    column,
    func,
    literal,
    literal_column,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.deadline.v1 import event_pb2 as deadline
from ykcd.directive.v1 import event_pb2 as directive
from ykcd.event.v1.envelope_pb2 import Envelope

from kit import copies
from kit.events import Handler, Handlers
from services.reporting import convert, queries, tally
from services.reporting.history import EVER, as_of, assignment_told, task_told, until
from services.reporting.model import Assignment, Participation, Unit
from services.reporting.told import ROWS, Row

# What the history tells; due_order follows by itself.
COLUMNS = [column.name for column in Assignment.__table__.c if column.computed is None]


async def on_told(session: AsyncSession, event: Any, envelope: Envelope) -> None:
    """Keeps what was told, and brings the assignments that it is about up to date. Kept also while an assignment isn't known yet."""
    rows: dict[Table, list[Row]] = defaultdict(list)
    for table, row in ROWS[type(event)](event, envelope):
        rows[table].append(row)
    tasks = {row["task_id"]: row["version"] for row in rows.get(task_told, ())}
    await _lock(session, tasks)
    about = {row.get("assignment_id") or row["id"] for table in rows if table is not task_told for row in rows[table]}
    # What `assignment` repeats of a task (version 0) is of one assignment.
    about |= set(await queries.rows_of_tasks(session, {id for id, version in tasks.items() if version}))
    await _lock(session, about)
    for table, told in rows.items():
        await keep(session, table, told)
    await _open_to(session, rows.get(assignment_told, ()))
    await refresh(session, about)


def beside(handler: Handler) -> Handler:
    """Of what isn't about assignments: kept, and copied by `handler` for the present."""

    async def on_both(session: AsyncSession, event: Any, envelope: Envelope) -> None:
        for table, row in ROWS[type(event)](event, envelope):
            await keep(session, table, [row])
        await handler(session, event, envelope)

    return on_both


async def keep(session: AsyncSession, table: Table, rows: list[Row]) -> None:
    """Each version once, in force until a later one was told."""
    await put(session, table, rows)
    key = table.primary_key.columns[0]
    await end_older(session, table, key == any_(literal([row[key.name] for row in rows], ARRAY(Uuid))))


async def put(session: AsyncSession, table: Table, rows: list[Row]) -> None:
    """Any number of rows in one statement. A part is planned by each version of its document, and what was told first counts."""
    names, key = table.c.keys(), table.primary_key.columns.keys()
    given = func.json_populate_recordset(literal_column(f"NULL::{table.name}"), cast(literal(json.dumps(rows, default=str), Text), JSON))
    told = given.table_valued(*(column(each.name, each.type) for each in table.c)).c
    # Of the inbox: when it was received.
    time = next(name for name in names if name.endswith("_time"))
    first = select(*(told[name] for name in names)).order_by(*(told[name] for name in (*key, time)))
    statement = upsert(table).from_select(names, first.ext(distinct_on(*(told[name] for name in key))))
    changed = {name: statement.excluded[name] for name in names if name not in key}
    earlier = statement.excluded[time] < table.c[time]
    await session.execute(statement.on_conflict_do_update(index_elements=key, set_=changed, where=earlier))


async def end_older(session: AsyncSession, table: Table, *about: ColumnElement[bool]) -> None:
    """Each version is in force until a later one was told."""
    key, version = table.primary_key.columns
    mine = select(key.label("key"), version.label("version"), until(table).label("until_time")).where(*about).subquery()
    same = (key == mine.c.key, version == mine.c.version, table.c.until_time != mine.c.until_time)
    await session.execute(update(table).where(*about, *same).values(until_time=mine.c.until_time))


async def refresh(session: AsyncSession, ids: Collection[UUID] | None) -> None:
    """These assignments (None: all) as they are by all that was told."""
    await tally.mark(session, ids)
    present = as_of(EVER, ids=None if ids is None else sorted(ids))
    statement = upsert(Assignment).from_select(COLUMNS, select(*(getattr(present, name) for name in COLUMNS)))
    told = {name: statement.excluded[name] for name in COLUMNS if name != "id"}
    changed = tuple_(*(getattr(Assignment, name) for name in told)).is_distinct_from(tuple_(*told.values()))
    await session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=told, where=changed))
    await tally.mark(session, ids)


async def on_unit_changed(session: AsyncSession, event: directive.UnitChanged, envelope: Envelope) -> None:
    """Names are joined on reading: a renamed unit's rows needn't be touched."""
    row = convert.unit_row(event.unit, envelope)
    statement = upsert(Unit.__table__).values(row)
    older = Unit.version < envelope.aggregate_version
    await session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=row, where=older))


async def on_calendar_published(session: AsyncSession, event: deadline.CalendarPublished, envelope: Envelope) -> None:
    """Plans roll by it until their clocks are told."""
    await copies.on_calendar_published(session, event, envelope)
    planned = set(await queries.planned(session))
    await _lock(session, planned)
    await refresh(session, planned)


_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(id, 0)) FROM unnest(CAST(:ids AS text[])) AS id")


async def _lock(session: AsyncSession, ids: Iterable[UUID]) -> None:
    """Three streams tell of one task and its assignments at the same time, each in its own transaction: one of them at a time, first the
    tasks, then the assignments, in the order of ids."""
    await session.execute(_LOCK, {"ids": [str(id) for id in sorted(ids)]})


async def _open_to(session: AsyncSession, told: Iterable[Row]) -> None:
    """Whoever took part once may read on: nothing is taken away here."""
    rows = [{"unit_id": row["unit_id"], "task_id": row["task_id"]} for row in told]
    if rows:
        await session.execute(upsert(Participation.__table__).on_conflict_do_nothing(), rows)


HANDLERS: Handlers = {
    **dict.fromkeys(ROWS, on_told),
    directive.UnitChanged: beside(on_unit_changed),
    directive.MembershipChanged: beside(copies.on_membership_changed),
    directive.AbsenceChanged: copies.on_absence_changed,
    deadline.CalendarPublished: beside(on_calendar_published),
}
