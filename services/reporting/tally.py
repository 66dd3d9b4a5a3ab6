"""Counts of the present kept by month of issue, so that a dashboard needn't read ten years of parts.

A month is kept whole or not at all: whoever changes one of its assignments notes in the same transaction that it is due (`mark`), and until
it has been tallied anew (`fill`) its parts are counted one by one. So what is kept may be absent, and never wrong.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Date,
    FromClause,
    Identity,
    Integer,
    Select,
    Subquery,
    Table,
    Uuid,
    all_,
    and_,
    any_,
    case,
    cast,
    delete,
    false,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.reporting.v1.reporting_pb2 import SummaryColumn

from kit.clock import local_date
from kit.copies import working_calendar
from kit.runtime import Runtime
from services.reporting import annex
from services.reporting.model import Assignment, Base
from services.reporting.timeliness import Source, Today, still_open

# What a row of counts is of, as SQL's grouping() of these says it; ALL: of everything.
KEYS = ("unit_id", "field_id", "issuing_authority", "issued_on_month", "done_on_month")
ALL, UNIT, FIELD, AUTHORITY, ISSUED, DONE = 0b11111, 0b01111, 0b10111, 0b11011, 0b11101, 0b11110
# All of what is kept is by month of issue.
_GROUPS = tuple(name for name in KEYS if name != "issued_on_month")
_BITS = {name: 1 << place for place, name in enumerate(reversed(KEYS))}
COLUMNS = {annex.field(column): column for column in SummaryColumn.values() if column}
# What follows from the day: of these a part is kept with the date by which it is one or the other.
_BY_DAY = {
    "doing": ("doing_in_time", "doing_overdue"),
    "not_started": ("not_started_in_time", "not_started_overdue"),
    "open": ("open_in_time", "open_overdue"),
}
_DAILY = frozenset(name for names in _BY_DAY.values() for name in names)
_KEPT = (*(name for name in COLUMNS if name not in _DAILY), "urging_notices", "part_count", "task_count")
# Months at once, newest first: the processor is shared with readers.
BATCH = 6
TICK_SECONDS = 2.0
# What has been overdue for longer is kept as of one date: by no age that is asked for does it differ any more.
LONG_DAYS, LONG_AGO = 100, date(1900, 1, 1)
# Any fixed number, the same in each service's own database.
LOCK = 7_120_161_013

tally = Table(
    "tally",
    Base.metadata,
    Column("month", Date, nullable=False, index=True),
    Column("level", Integer, nullable=False),
    *(Column(name, Assignment.__table__.c[name].type) for name in KEYS[:3]),
    Column("done_on_month", Date),
    # The earliest one of its open phases; LONG_AGO.
    Column("due", Date),
    *(Column(name, Integer, nullable=False) for name in _KEPT),
)
tally_due = Table(
    "tally_due",
    Base.metadata,
    Column("seq", BigInteger, Identity(always=True), primary_key=True),
    Column("month", Date, nullable=False),
)
Range = tuple[date | None, date | None]


def part_of(today: Today, *conditions: ColumnElement[bool], source: Source = Assignment) -> Select[Any]:
    """annex.parts() with the keys by which they are counted."""
    about = (func.any_value(source.field_id).label("field_id"), func.any_value(source.issuing_authority).label("issuing_authority"))
    due = func.min(source.effective_due_date).filter(still_open(today, source)).label("due")
    found = annex.parts(today, *conditions, source=source).add_columns(*about, due).subquery()
    months = (_month(found.c[name]).label(f"{name}_month") for name in ("issued_on", "done_on"))
    return select(found, *months)


def month_after(month: date) -> date:
    """Its first day; `month` is the first day of one."""
    return (month + timedelta(days=31)).replace(day=1)


def _month(day: ColumnElement[Any]) -> ColumnElement[date]:
    return cast(func.date_trunc("month", day), Date)


@dataclass(frozen=True)
class Asked:
    """How far what is kept answers: of documents issued in a range of whole months, but for those that are due."""

    range: Range
    due: Sequence[date]

    def uncounted(self) -> ColumnElement[bool]:
        """What must be counted one by one: assignments of the months that are due."""
        issued, spans = Assignment.directive_issue_date, _spans(self.due)
        return or_(false(), *(and_(issued >= first, issued < after) for first, after in spans))

    def kept(self, today: Today, ages: Sequence[tuple[int, int]]) -> Subquery:
        """Rows of keys, level and counts."""
        c, (first, last) = tally.c, self.range
        overdue = func.coalesce(c.due < today.day, false())
        total = {"doing": c.doing, "not_started": c.not_started, "open": c.doing + c.not_started}
        counts: dict[str, ColumnElement[Any]] = {name: c[name] for name in _KEPT}
        for name, (in_time, late) in _BY_DAY.items():
            counts |= {in_time: case((overdue, 0), else_=total[name]), late: case((overdue, total[name]), else_=0)}
        for place, (least, most) in enumerate(ages):
            counts[f"age_{place}"] = case((and_(overdue, *aged(c.due, today, least, most)), total["open"]), else_=0)
        within = [c.month != all_(literal(list(self.due), ARRAY(Date)))]
        within += [*([c.month >= first] if first else []), *([c.month <= last] if last else [])]
        keys = [c[name] for name in (*_GROUPS, "month", "level")]
        return select(*keys, *(count.label(name) for name, count in counts.items())).where(*within).subquery()


def aged(since: ColumnElement[Any], today: Today, least: int, most: int) -> list[ColumnElement[bool]]:
    """Overdue since then for so many calendar days; 0: no bound."""
    bounds = [since <= today.day - timedelta(days=least)] if least else []
    return [*bounds, *([since >= today.day - timedelta(days=most)] if most else [])]


def _spans(months: Sequence[date]) -> list[tuple[date, date]]:
    """From a month's first day to the first one after it, neighbours together."""
    spans: list[tuple[date, date]] = []
    for month in sorted(months):
        after = month_after(month)
        if spans and spans[-1][1] == month:
            spans[-1] = (spans[-1][0], after)
        else:
            spans.append((month, after))
    return spans


async def asked(session: AsyncSession, range: Range) -> Asked | None:
    """None where the range isn't of whole months."""
    first, last = range
    if (first and first.day != 1) or (last and (last + timedelta(days=1)).day != 1):
        return None
    return Asked(range, (await session.scalars(select(tally_due.c.month).distinct())).all())


def counts(
    today: Today,
    *conditions: ColumnElement[bool],
    source: Source,
    levels: Sequence[str],
    ages: Sequence[tuple[int, int]] = (),
    kept: Asked | None = None,
) -> Subquery:
    """One row for ALL, and one for each value of each of the KEYS in `levels`: keys, level, every column of Annex V, urging_notices,
    part_count, of ALL task_count, and of what is overdue the `ages` in age_0, … `kept`: read what is kept, and count the rest."""
    part = part_of(today, *conditions, *([kept.uncounted()] if kept else []), source=source).cte("part")
    level = _level(part, levels)
    overdue = annex.columns(part)[SummaryColumn.SUMMARY_COLUMN_OPEN_OVERDUE]
    old = [func.count().filter(overdue, *aged(part.c.overdue_since, today, *age)) for age in ages]
    # Apart: DISTINCT among the counts would have all parts sorted.
    tasks = select(func.count()).select_from(select(part.c.task_id).distinct().subquery()).scalar_subquery()
    given = {
        **{name: part.c[name] if name in levels else null() for name in KEYS},
        "level": level,
        **_counted(part, [*COLUMNS, "urging_notices", "part_count"]),
        **{f"age_{place}": count for place, count in enumerate(old)},
        "task_count": case((level == ALL, tasks), else_=0),
    }
    found = select(*(each.label(name) for name, each in given.items()))
    found = found.group_by(func.grouping_sets(tuple_(), *(part.c[name] for name in levels)))
    return _with_kept(found, kept.kept(today, ages), levels, list(given)).subquery() if kept else found.subquery()


def _with_kept(found: Select[Any], kept: Subquery, levels: Sequence[str], names: Sequence[str]) -> Select[Any]:
    no_month: dict[str, ColumnElement[Any]] = {"issued_on_month": null()}
    wanted = kept.c.level.in_([ALL, *(ALL ^ bit for name, bit in _BITS.items() if name in levels)])
    parts = [found, select(*(no_month[name] if name in no_month else kept.c[name] for name in names)).where(wanted)]
    if "issued_on_month" in levels:
        # What is kept of all is kept by month.
        whole = {"issued_on_month": kept.c.month, "level": literal(ISSUED), "task_count": literal(0)}
        parts.append(select(*(whole.get(name, kept.c.get(name)).label(name) for name in names)).where(kept.c.level == ALL))
    rows = union_all(*parts).subquery()
    keys = [rows.c[name] for name in (*KEYS, "level")]
    summed = (cast(func.sum(rows.c[name]), BigInteger).label(name) for name in names if name not in (*KEYS, "level"))
    return select(*keys, *summed).group_by(*keys)


def _level(part: FromClause, levels: Sequence[str]) -> ColumnElement[int]:
    """As grouping() of all the KEYS says it."""
    asked = [func.grouping(part.c[name]) * bit for name, bit in _BITS.items() if name in levels]
    return sum(asked, literal(sum(bit for name, bit in _BITS.items() if name not in levels)))


def _counted(part: FromClause, names: Iterable[str]) -> dict[str, ColumnElement[Any]]:
    """Parts in each column; notices, and how many parts there are."""
    columns = annex.columns(part)
    more = {"urging_notices": func.coalesce(cast(func.sum(part.c.urging_notices), BigInteger), 0), "part_count": func.count()}
    return {name: more[name] if name in more else func.count().filter(columns[COLUMNS[name]]) for name in names}


async def mark(session: AsyncSession, ids: Collection[UUID] | None) -> None:
    """The months of these assignments (None: all months) are due. To be called before and after they change."""
    month = _month(Assignment.directive_issue_date).label("month")
    months = select(month).where(Assignment.id == any_(literal(list(ids), ARRAY(Uuid)))) if ids is not None else select(month)
    # Where everything is made anew: a month that is no more, too.
    also = [] if ids is not None else [select(tally.c.month)]
    await session.execute(insert(tally_due).from_select(["month"], months.union(*also) if also else months.distinct()))


async def keep_tallies(runtime: Runtime) -> None:
    """For ever: what is due, soon after it changed."""
    async for now in runtime.ticks(TICK_SECONDS):
        months = BATCH
        while months == BATCH:
            async with runtime.unattended() as session:
                months = await fill(session, Today.of(local_date(now), await working_calendar(session)))


async def fill(session: AsyncSession, today: Today) -> int:
    """Tallies what is due, the newest first and not too much at once. How many months; 0 also when another replica is at it."""
    if not await session.scalar(select(func.pg_try_advisory_xact_lock(LOCK))):
        return 0
    newest = select(tally_due.c.month).distinct().order_by(tally_due.c.month.desc()).limit(BATCH)
    noted = (await session.execute(select(tally_due.c.seq, tally_due.c.month).where(tally_due.c.month.in_(newest)))).all()
    months = {row.month for row in noted}
    if not months:
        return 0
    await session.execute(delete(tally).where(tally.c.month.in_(months)))
    part = part_of(today, Asked((None, None), list(months)).uncounted()).cte("part")
    long_ago = part.c.due < today.day - timedelta(days=LONG_DAYS)
    month, due, groups = part.c.issued_on_month, case((long_ago, LONG_AGO), else_=part.c.due), [part.c[name] for name in _GROUPS]
    kept = _counted(part, [name for name in _KEPT if name != "task_count"])
    given = {
        "month": month,
        "due": due,
        "level": _level(part, _GROUPS),
        **{each.name: each for each in groups},
        **kept,
        "task_count": literal(0),
    }
    sets = func.grouping_sets(tuple_(month, due), *(tuple_(month, due, each) for each in groups))
    await session.execute(insert(tally).from_select(list(given), select(*given.values()).group_by(sets)))
    none = dict.fromkeys(kept, literal(0))
    tasks = {"month": month, "level": literal(ALL), **none, "task_count": func.count(part.c.task_id.distinct())}
    await session.execute(insert(tally).from_select(list(tasks), select(*tasks.values()).group_by(month)))
    # What was noted since then stays.
    await session.execute(delete(tally_due).where(tally_due.c.seq == any_(literal([row.seq for row in noted], ARRAY(BigInteger)))))
    return len(months)
