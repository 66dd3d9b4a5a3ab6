"""Dashboards (Đ2.1, Đ9): the figures of Annex V's total in several views, each with the filter that lists what it counts."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.reporting.v1 import reporting_pb2 as pb

from kit.dates import from_date
from kit.identity import Actor
from kit.law import article
from services.reporting import annex, queries
from services.reporting.convert import rate_to_proto
from services.reporting.model import READER_ROLES
from services.reporting.queries import Scope
from services.reporting.tally import ALL, AUTHORITY, DONE, FIELD, ISSUED, UNIT, month_after

# Calendar days overdue, from and to; 0: no end.
AGES = ((1, 7), (8, 15), (16, 30), (31, 60), (61, 0))
WORST, MONTHS = 10, 12
LISTED_BY = {
    "total": pb.SUMMARY_COLUMN_TOTAL,
    "done_on_time": pb.SUMMARY_COLUMN_DONE_ON_TIME,
    "done_late": pb.SUMMARY_COLUMN_DONE_LATE,
    "open_in_time": pb.SUMMARY_COLUMN_OPEN_IN_TIME,
    "open_overdue": pb.SUMMARY_COLUMN_OPEN_OVERDUE,
}
Counts = Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """Which parts: of one unit, of what one specialist follows, of documents issued in a period; None: of all."""

    unit_id: UUID | None = None
    specialist_id: UUID | None = None
    issue_from: date | None = None
    issue_to: date | None = None

    def conditions(self, scope: Scope) -> list[ColumnElement[bool]]:
        """For annex.parts()."""
        source, found = scope.source, []
        if self.unit_id:
            found.append(source.unit_id == self.unit_id)
        if self.specialist_id:
            # All phases of a part in which he follows one, as the lists have it.
            same = annex.again(source)
            found.append(tuple_(*annex.key(source)).in_(select(*annex.key(same)).where(same.specialist_id == self.specialist_id)))
        if self.issue_from:
            found.append(source.directive_issue_date >= self.issue_from)
        if self.issue_to:
            found.append(source.directive_issue_date <= self.issue_to)
        return found

    def filter(self, **more: Any) -> pb.AssignmentFilter:
        """What lists them; `more` narrows it."""
        asked = {
            "unit_ids": [str(self.unit_id)] if self.unit_id else [],
            "specialist_id": str(self.specialist_id or ""),
            "issue_from": from_date(self.issue_from),
            "issue_to": from_date(self.issue_to),
        }
        return pb.AssignmentFilter(**asked | more)

    def issued_within(self, month: date) -> dict[str, Any]:
        """Narrows filter() to a month."""
        first, last = max(month, self.issue_from or month), min(_end(month), self.issue_to or date.max)
        return {"issue_from": from_date(first), "issue_to": from_date(last)}


@dataclass(frozen=True)
class _View:
    """Turns counts into figures. `listable`: whether the reader's lists hold what is counted of a unit (None: of all)."""

    asked: Asked
    listable: Callable[[UUID | None], bool]

    def figure(self, count: int, *, unit_id: UUID | None = None, **narrower: Any) -> pb.Figure:
        of = unit_id or self.asked.unit_id
        if not self.listable(of):
            return pb.Figure(count=count)
        return pb.Figure(count=count, filter=self.asked.filter(**({"unit_ids": [str(of)]} if of else {}), **narrower))

    @article("§6.25", "§6.26")
    def figures(self, row: Counts, *, unlisted: bool = False, **narrower: Any) -> pb.Figures:
        total, on_time, late, in_time, overdue = (
            pb.Figure(count=row[name]) if unlisted else self.figure(row[name], column=column, **narrower)
            for name, column in LISTED_BY.items()
        )
        completion, punctual = map(rate_to_proto, annex.rates(_rated(row)))
        return pb.Figures(
            total=total, done_on_time=on_time, done_late=late, in_time=in_time, overdue=overdue, completion=completion, on_time=punctual
        )


def _rated(row: Counts) -> Counts:
    """As annex.rates wants it."""
    return {"done": row["done"], "done_on_time": row["done_on_time"], "doing_overdue": row["open_overdue"], "not_started_overdue": 0}


@article("Đ2.1", "Đ9.1", "D13")
async def view(session: AsyncSession, actor: Actor, scope: Scope, asked: Asked, *, present: bool) -> pb.Dashboard:
    """Counts are open to all (`session` is the worker's); a figure's list is given where the reader's own list would be the same: of the
    present, and of what he may read."""
    months = None if asked.unit_id or asked.specialist_id else (asked.issue_from, asked.issue_to)
    rows = await queries.figures(session, scope, *asked.conditions(scope), ages=AGES, months=months)
    names = {row.id: row.name for row in await queries.unit_names(session, scope)}
    every = {level: [row._mapping for row in rows if row.level == level] for level in (ALL, UNIT, FIELD, AUTHORITY, ISSUED, DONE)}
    (whole,) = every[ALL]
    _require_sums(every)
    reads_all = actor.has(*READER_ROLES)
    seen = _View(asked, lambda unit_id: present and (reads_all or unit_id == actor.unit_id))
    units = _units(seen, every[UNIT], names)
    return pb.Dashboard(
        all=seen.figures(whole),
        units=units,
        worst=_worst(units),
        fields=[_field(seen, row) for row in _counted(every[FIELD], "field_id")],
        authorities=[
            pb.AuthorityFigures(
                issuing_authority=row["issuing_authority"], figures=seen.figures(row, issuing_authorities=[row["issuing_authority"]])
            )
            for row in _counted(every[AUTHORITY], "issuing_authority")
        ],
        months=_months(seen, scope.today.day, every[ISSUED], every[DONE]),
        ages=[_age(seen, place, whole) for place in range(len(AGES))],
        without_deadline=seen.figure(whole["without_deadline"], column=pb.SUMMARY_COLUMN_WITHOUT_DEADLINE),
        coordinating=seen.figure(whole["coordinating"], column=pb.SUMMARY_COLUMN_COORDINATING),
    )


def _require_sums(every: Mapping[int, Sequence[Counts]]) -> None:
    """A view whose numbers don't add up is a defect, and isn't shown to anybody."""
    (whole,) = every[ALL]
    for rows in every.values():
        for row in rows:
            if (
                row["total"] != row["done"] + row["open_in_time"] + row["open_overdue"]
                or row["done"] != row["done_on_time"] + row["done_late"]
            ):
                raise RuntimeError("total isn't the sum of done and open")
    for level in (UNIT, FIELD, AUTHORITY, ISSUED, DONE):
        if sum(row["total"] for row in every[level]) != whole["total"]:
            raise RuntimeError("a view's rows aren't all")
    if sum(whole[f"age_{place}"] for place in range(len(AGES))) != whole["open_overdue"]:
        raise RuntimeError("the ages aren't all that is overdue")


def _counted(rows: Iterable[Counts], key: str) -> list[Counts]:
    """Those with something in the total, the largest first."""
    return sorted((row for row in rows if row["total"]), key=lambda row: (-row["total"], str(row[key])))


@article("§6.27")
def _units(seen: _View, rows: Sequence[Counts], names: Mapping[UUID, str]) -> list[pb.UnitFigures]:
    place = {id: number for number, id in enumerate(names)}
    counted = sorted(_counted(rows, "unit_id"), key=lambda row: place.get(row["unit_id"], len(place)))
    ranks = annex.ranks([_rated(row) for row in counted])
    return [
        pb.UnitFigures(
            unit_id=str(row["unit_id"]),
            unit_name=names.get(row["unit_id"], ""),
            figures=seen.figures(row, unit_id=row["unit_id"]),
            rank=rank,
        )
        for row, rank in zip(counted, ranks, strict=True)
    ]


def _worst(units: Iterable[pb.UnitFigures]) -> list[pb.UnitFigures]:
    late = [unit for unit in units if unit.figures.overdue.count]
    return sorted(late, key=lambda unit: (-unit.rank, -unit.figures.overdue.count))[:WORST]


def _field(seen: _View, row: Counts) -> pb.FieldFigures:
    id = row["field_id"]
    # No list finds what is of no field.
    return pb.FieldFigures(field_id=str(id or ""), figures=seen.figures(row, unlisted=id is None, field_id=str(id or "")))


def _months(seen: _View, today: date, issued: Iterable[Counts], done: Iterable[Counts]) -> list[pb.MonthFigures]:
    """The last twelve until today, or those of the period."""
    asked = seen.asked
    month, months = min(today, asked.issue_to or today).replace(day=1), list[date]()
    while len(months) < MONTHS and (not asked.issue_from or _end(month) >= asked.issue_from):
        months.insert(0, month)
        month = (month - timedelta(days=1)).replace(day=1)
    by_issue = {row["issued_on_month"]: row for row in issued}
    by_end = {row["done_on_month"]: row["done"] for row in done}
    nothing = dict.fromkeys((*LISTED_BY, "done"), 0)
    return [
        pb.MonthFigures(
            month=from_date(month),
            figures=seen.figures(by_issue.get(month, nothing), **asked.issued_within(month)),
            done_within=seen.figure(
                by_end.get(month, 0), column=pb.SUMMARY_COLUMN_DONE, done_from=from_date(month), done_to=from_date(_end(month))
            ),
        )
        for month in months
    ]


def _age(seen: _View, place: int, whole: Counts) -> pb.AgeFigure:
    days_from, days_to = AGES[place]
    bounds = {"overdue_days_from": days_from, "overdue_days_to": days_to}
    parts = seen.figure(whole[f"age_{place}"], column=pb.SUMMARY_COLUMN_OPEN_OVERDUE, **bounds)
    return pb.AgeFigure(days_from=days_from, days_to=days_to, parts=parts)


def _end(month: date) -> date:
    return month_after(month) - timedelta(days=1)
