"""Every SELECT of the evaluation. The formula's versions are open to all; everything else is read as the worker, as of a time, for those
whom the service lets see it (D13, Đ2.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Row, Select, Subquery, Uuid, cast, column, func, inspect, or_, select, text, true, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from ykcd.assignment.v1.assignment_pb2 import AssignmentState
from ykcd.assignment.v1.inspection_pb2 import InspectionState
from ykcd.assignment.v1.obstacle_pb2 import ObstacleState
from ykcd.reporting.v1 import evaluation_pb2 as pb
from ykcd.reporting.v1 import reporting_pb2

from kit.clock import ZONE
from kit.law import article
from services.reporting import annex
from services.reporting.evaluation.model import EvaluationFormula, Kind
from services.reporting.history import in_force, obstacle_told, task_told, units_as_of, urging_notice_told
from services.reporting.model import Assignment
from services.reporting.periodic.compose import Known
from services.reporting.periodic.model import Cited
from services.reporting.periodic.periods import Period
from services.reporting.periodic.sources import among, cited
from services.reporting.timeliness import counted, timeliness

# In the order of one long list.
Place = tuple[date, UUID]


@dataclass(frozen=True)
class Whose:
    """A unit's parts; or those of a person whom its delegations name: as the leader of a phase of the part at least, or only as officer."""

    unit_id: UUID
    person_id: UUID | None = None
    leads: bool = False


_HOLD = text("SELECT pg_advisory_xact_lock(hashtextextended('evaluation_formula', 0))")


async def formulas(session: AsyncSession) -> Sequence[EvaluationFormula]:
    """Newest first."""
    return (await session.scalars(select(EvaluationFormula).order_by(EvaluationFormula.version.desc()))).all()


async def newest_formula(session: AsyncSession) -> EvaluationFormula:
    """Whoever asks holds the next version's place until his transaction ends."""
    await session.execute(_HOLD)
    return (await session.scalars(select(EvaluationFormula).order_by(EvaluationFormula.version.desc()).limit(1))).one()


@article("Đ12.2")
async def formula_on(session: AsyncSession, day: date, *, known_at: datetime) -> EvaluationFormula:
    """In force on `day` by what had been made by `known_at`; before there was any, the first."""
    effect, version = EvaluationFormula.effective_from, EvaluationFormula.version
    made = (effect <= day) & (EvaluationFormula.create_time <= known_at)
    wanted = select(EvaluationFormula).where(or_(made, version == 1)).order_by(effect.desc(), version.desc()).limit(1)
    return (await session.scalars(wanted)).one()


def _parts(known: Known, period: Period, *conditions: ColumnElement[bool]) -> Select[Any]:
    """All units' parts in the period."""
    source = known.source
    return annex.parts(known.today, annex.in_period(source, period.first, period.last), *conditions, source=source)


@article("Đ12.2", "Đ8.2.1")
def _people_parts(known: Known, period: Period, *conditions: ColumnElement[bool]) -> Select[Any]:
    """One row a part and person whom the delegations of it name, of the phases for which they do; the first of each is its leader."""
    named = func.unnest(known.source.delegates).table_valued(column("id", Uuid), with_ordinality="place").render_derived(name="named")
    leads = func.bool_or(named.c.place == 1).label("leads")
    return _parts(known, period, *conditions).add_columns(named.c.id.label("person_id"), leads).join(named, true()).group_by(named.c.id)


@article("Đ12.2", "§6.25")
async def by_person(session: AsyncSession, known: Known, period: Period) -> Sequence[Row[Any]]:
    """(unit_id, person_id, leads), and that person's figures in the columns of Annex V."""
    part = _people_parts(known, period).cte("part")
    c = part.c
    whose = (c.unit_id, c.person_id, c.leads)
    statement = select(
        *whose,
        func.coalesce(cast(func.sum(c.urging_notices), BigInteger), 0).label("urging_notices"),
        *(func.count().filter(condition).label(annex.field(number)) for number, condition in annex.columns(part).items()),
    )
    return (await session.execute(statement.group_by(*whose))).all()


def _counted_by(part: Subquery, measure: int) -> ColumnElement[bool]:
    """Which of parts() a figure of a score counts."""
    columns = annex.columns(part)
    by_column = {
        pb.EVALUATION_MEASURE_COMPLETION: reporting_pb2.SUMMARY_COLUMN_DONE,
        pb.EVALUATION_MEASURE_ON_TIME: reporting_pb2.SUMMARY_COLUMN_DONE_ON_TIME,
        pb.EVALUATION_MEASURE_LATE_UPDATES: reporting_pb2.SUMMARY_COLUMN_LATE_UPDATES,
        pb.EVALUATION_MEASURE_MISSED_OBLIGATIONS: reporting_pb2.SUMMARY_COLUMN_OBLIGATIONS_MISSED,
        pb.EVALUATION_MEASURE_ESCALATIONS: reporting_pb2.SUMMARY_COLUMN_ESCALATED,
    }
    if measure == pb.EVALUATION_MEASURE_NOTICES:
        return part.c.urging_notices > 0
    if measure == pb.EVALUATION_MEASURE_DUE:
        return or_(columns[reporting_pb2.SUMMARY_COLUMN_DONE], columns[reporting_pb2.SUMMARY_COLUMN_OPEN_OVERDUE])
    return columns[by_column[measure]]


def _listed(known: Known, period: Period, measure: int, whose: Whose) -> list[ColumnElement[bool]]:
    """Of the source: all phases of the parts that the figure counts, of a person's those that were given to him."""
    source = known.source
    mine = source.unit_id == whose.unit_id
    if whose.person_id:
        given = source.delegates.contains([whose.person_id])
        part = _people_parts(known, period, mine, given).subquery()
        wanted = (part.c.person_id == whose.person_id, part.c.leads == whose.leads)
    else:
        given, part, wanted = true(), _parts(known, period, mine).subquery(), ()
    found = select(part.c.task_id, part.c.unit_id, part.c.role).where(_counted_by(part, measure), *wanted)
    return [counted(source), mine, given, tuple_(*annex.key(source)).in_(found)]


@article("Đ12.2", "D13")
async def tasks(
    session: AsyncSession, known: Known, period: Period, *, measure: int, whose: Whose, after: Place | None, limit: int
) -> tuple[Sequence[Row[Any]], int, int]:
    """Rows (assignment, unit_name, timeliness) behind a figure of a score; of how many, and how many parts they are."""
    source, conditions = known.source, _listed(known, period, measure, whose)
    place = tuple_(source.due_order, source.id)
    statement = _rows(known).where(*conditions).order_by(source.due_order, source.id).limit(limit)
    if after:
        statement = statement.where(place > after)
    totals = (await session.execute(_totals(known, conditions))).one()
    return (await session.execute(statement)).all(), totals.rows, totals.parts


def _rows(known: Known) -> Select[Any]:
    source, unit = known.source, units_as_of(known.time)
    # The same rows, by the name by which convert.row_to_proto finds them.
    found = aliased(Assignment, inspect(source).selectable, name="Assignment", adapt_on_names=True)
    more = (func.coalesce(unit.name, "").label("unit_name"), timeliness(known.today, source).label("timeliness"))
    return select(found, *more).outerjoin(unit, unit.id == source.unit_id)


def _totals(known: Known, conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
    rows = select(*annex.key(known.source)).where(*conditions).subquery()
    return select(func.count().label("rows"), func.count(tuple_(rows.c.task_id, rows.c.unit_id, rows.c.role).distinct()).label("parts"))


def _reported(known: Known, person_id: UUID | None = None) -> list[ColumnElement[bool]]:
    source = known.source
    whose = source.specialist_id == person_id if person_id else source.specialist_id.is_not(None)
    return [counted(source), source.state == AssignmentState.ASSIGNMENT_STATE_REPORTED, whose]


async def awaiting(session: AsyncSession, known: Known) -> dict[UUID, int]:
    """How many results wait for each specialist's verification."""
    whose = known.source.specialist_id
    statement = select(whose, func.count().label("times")).where(*_reported(known)).group_by(whose)
    return {row.specialist_id: row.times for row in await session.execute(statement)}


async def awaiting_tasks(
    session: AsyncSession, known: Known, *, person_id: UUID, after: Place | None, limit: int
) -> tuple[Sequence[Row[Any]], int]:
    """These, as tasks() gives them."""
    source, conditions = known.source, _reported(known, person_id)
    statement = _rows(known).where(*conditions).order_by(source.due_order, source.id).limit(limit)
    if after:
        statement = statement.where(tuple_(source.due_order, source.id) > after)
    totals = (await session.execute(_totals(known, conditions))).one()
    return (await session.execute(statement)).all(), totals.rows


async def rows_by_id(session: AsyncSession, known: Known, ids: Sequence[UUID]) -> dict[UUID, Row[Any]]:
    """These assignments, as tasks() gives them."""
    found = (await session.execute(_rows(known).where(known.source.id == among(ids)))).all()
    return {row.Assignment.id: row for row in found}


def _acts(kind: int, time: datetime, period: Period) -> Select[Any]:
    """(id, facts) of what happened on a day of the period, each once."""
    day = Cited.facts["day"].astext
    known = (Cited.kind == kind, Cited.told_time <= time, day >= period.first.isoformat(), day <= period.last.isoformat())
    return select(Cited.id, Cited.version, Cited.facts).where(*known)


@article("Đ7.1")
async def entries(session: AsyncSession, time: datetime, period: Period) -> Sequence[Row[Any]]:
    """(person, late in working days, times) of the documents whose tasks reached the units in the period."""
    act = _acts(Kind.ENTRY, time, period).subquery()
    person, late = act.c.facts["person"].astext.label("person"), act.c.facts["late"].as_integer().label("late")
    return (await session.execute(select(person, late, func.count().label("times")).group_by(person, late))).all()


@article("Đ12.2", "Đ8.1.a")
async def verifications(session: AsyncSession, time: datetime, period: Period) -> Sequence[Row[Any]]:
    """(person, reported, day, times) of the verifications in the period."""
    act = _acts(Kind.VERIFICATION, time, period).subquery()
    names = [act.c.facts[name].astext.label(name) for name in ("person", "reported", "day")]
    return (await session.execute(select(*names, func.count().label("times")).group_by(*names))).all()


async def acts_of(session: AsyncSession, time: datetime, period: Period, *, kind: int, person_id: UUID) -> Sequence[Row[Any]]:
    """(id, version, facts) of a specialist's entries or verifications, oldest first."""
    statement = _acts(kind, time, period).where(Cited.facts["person"].astext == str(person_id))
    return (await session.execute(statement.order_by(Cited.facts["day"].astext, Cited.id, Cited.version))).all()


async def documents(session: AsyncSession, time: datetime, ids: Sequence[UUID]) -> dict[UUID, Row[Any]]:
    """(directive_id, directive_code, directive_abstract, directive_issue_date) of each."""
    told = task_told.c
    columns = (told.directive_id, told.directive_code, told.directive_abstract, told.directive_issue_date)
    statement = select(*columns).where(told.directive_id == among(ids), told.version > 0, in_force(task_told, time))
    return {row.directive_id: row for row in await session.execute(statement)}


@dataclass(frozen=True)
class Around:
    """Of the yearly report (Đ11.1.c): what happened in the period around the tasks."""

    notices_issued: int
    obstacles_raised: int
    obstacles_open: int
    inspections: int
    inspections_concluded: int
    secret_refusals: int


@article("Đ11.1.c", "Đ8.1.b", "Đ8.1.c", "Đ8.1.e", "Đ5")
async def around(session: AsyncSession, time: datetime, period: Period) -> Around:
    """Counts alone."""
    begin, end = (datetime.combine(day, datetime.min.time(), ZONE) for day in (period.first, period.last + timedelta(days=1)))
    notices = select(func.count()).where(
        in_force(urging_notice_told, time), urging_notice_told.c.issued_on.between(period.first, period.last)
    )
    first = select(func.min(obstacle_told.c.told_time).label("time")).where(obstacle_told.c.told_time <= time).group_by(obstacle_told.c.id)
    raised = first.subquery()
    unsolved = (ObstacleState.OBSTACLE_STATE_RAISED, ObstacleState.OBSTACLE_STATE_PROPOSED, ObstacleState.OBSTACLE_STATE_DIRECTED)
    left = select(func.count()).where(
        in_force(obstacle_told, min(time, end - timedelta(microseconds=1))), obstacle_told.c.state.in_(unsolved)
    )
    visit = cited(Kind.INSPECTION, time).subquery()
    day, state = visit.c.facts["day"].astext, visit.c.facts["state"].as_integer()
    concluded = state.in_((InspectionState.INSPECTION_STATE_CONCLUDED, InspectionState.INSPECTION_STATE_CLOSED))
    visited = (day >= period.first.isoformat(), day <= period.last.isoformat(), state != InspectionState.INSPECTION_STATE_CANCELLED)
    refused = _acts(Kind.SECRET_REFUSAL, time, period).subquery()
    counts = (
        notices,
        select(func.count()).select_from(raised).where(raised.c.time >= begin, raised.c.time < end),
        left,
        select(func.count()).select_from(visit).where(*visited),
        select(func.count()).select_from(visit).where(*visited, concluded),
        select(func.count(refused.c.id.distinct())),
    )
    return Around(*(await session.execute(select(*(count.scalar_subquery() for count in counts)))).one())


@article("Đ8.1.d", "Đ9.1", "Đ13")
async def inquiries(session: AsyncSession, time: datetime) -> list[dict[str, Any]]:
    """The facts of each, as last told."""
    return [row.facts for row in await session.execute(cited(Kind.INQUIRY, time))]


@article("Đ11.2")
async def units_with_regulation(session: AsyncSession, time: datetime) -> set[UUID]:
    """Those that had told of one."""
    return {UUID(row.facts["unit"]) for row in await session.execute(cited(Kind.UNIT_REGULATION, time))}
