"""SELECTs of reports: they start from visible_to(actor). What reports are composed of is read in sources."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Uuid,
    and_,
    false,
    literal,
    or_,
    select,
    text,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer, selectinload

from kit.errors import not_found
from kit.identity import OFFICE_ROLES, UNIT_ROLES, Actor
from kit.law import article
from services.reporting.model import Unit
from services.reporting.periodic.model import FINAL, IV, Report, ReportWatermark
from services.reporting.periodic.periods import AD_HOC, Period


@article("Đ9.2", "Đ9.4", "Đ10.1", "Đ12.2")
def visible_to(actor: Actor) -> Select[tuple[Report]]:
    """A unit its own; the Office its own and what units have sent; the evaluator what is sent or issued."""
    if actor.has(*OFFICE_ROLES):
        seen: ColumnElement[bool] = or_(Report.form != IV, Report.state.in_(FINAL))
    elif actor.has("evaluator"):
        seen = Report.state.in_(FINAL)
    else:
        seen = false()
    own = Report.unit_id == actor.unit_id if actor.has(*UNIT_ROLES) else false()
    return select(Report).where(or_(seen, own))


async def report(session: AsyncSession, actor: Actor, id: UUID, *, lock: bool = False) -> Report:
    """Whole; NotFound for the missing and the foreign."""
    return await _one(session, visible_to(actor).where(Report.id == id), lock=lock)


@article("Đ9.4")
async def owed(session: AsyncSession, actor: Actor, id: UUID) -> Report:
    """Whole and locked, sent or not: the Office may know that it isn't, and urges."""
    wanted = select(Report).where(Report.form == IV, Report.id == id)
    return await _one(session, wanted if actor.has(*OFFICE_ROLES) else wanted.where(false()), lock=True)


async def _one(session: AsyncSession, statement: Select[tuple[Report]], *, lock: bool) -> Report:
    statement = statement.options(selectinload(Report.history))
    found = await session.scalar(statement.with_for_update(of=Report) if lock else statement)
    if found is None:
        raise not_found("Không tìm thấy báo cáo.")
    return found


_LIGHT = defer(Report.snapshot, raiseload=True)


async def reports(
    session: AsyncSession,
    actor: Actor,
    *,
    forms: Collection[int],
    states: Collection[int],
    unit_id: UUID | None,
    after: tuple[Any, ...] | None,
    limit: int,
) -> Sequence[Report]:
    """Latest period first; without history and snapshot."""
    statement = visible_to(actor).options(_LIGHT).order_by(Report.last_day.desc(), Report.id.desc()).limit(limit)
    if forms:
        statement = statement.where(Report.form.in_(forms))
    if states:
        statement = statement.where(Report.state.in_(states))
    if unit_id:
        statement = statement.where(Report.unit_id == unit_id)
    if after:
        statement = statement.where(tuple_(Report.last_day, Report.id) < tuple_(literal(after[0]), literal(after[1])))
    return (await session.scalars(statement)).all()


def _of_period(period: Period) -> ColumnElement[bool]:
    return and_(Report.period_kind == period.kind, Report.first_day == period.first, Report.last_day == period.last)


_HOLD = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")


async def existing(session: AsyncSession, *, form: int, period: Period, unit_id: UUID | None) -> Report | None:
    """The period's report, without history, if there is one; whoever asks holds its place until his transaction ends."""
    await session.execute(_HOLD, {"key": f"{form} {period.kind} {period.first} {period.last} {unit_id}"})
    wanted = (_of_period(period), Report.form == form, Report.unit_id.is_not_distinct_from(unit_id))
    return await session.scalar(select(Report).where(*wanted))


@article("Đ9.2")
async def earlier(session: AsyncSession, report: Report) -> tuple[UUID, datetime] | None:
    """(id, as_of_time) of the last one of its form, kind of period and unit that was sent or issued for an earlier period; ad hoc ranges
    follow on none."""
    if report.period_kind == AD_HOC:
        return None
    same = (Report.form == report.form, Report.period_kind == report.period_kind, Report.unit_id.is_not_distinct_from(report.unit_id))
    before = select(Report.id, Report.as_of_time).where(*same, Report.state.in_(FINAL), Report.last_day < report.last_day)
    row = (await session.execute(before.order_by(Report.last_day.desc()).limit(1))).one_or_none()
    return (row.id, row.as_of_time) if row else None


async def present_names(session: AsyncSession) -> dict[UUID | None, str]:
    """The units' (Đ2.1: no secret inside the platform)."""
    return {row.id: row.name for row in await session.execute(select(Unit.id, Unit.name))}


@article("Đ9.4", "Đ10.1")
async def states_of(session: AsyncSession, period: Period) -> Sequence[Report]:
    """Every unit's report for the period, for the Office's and the evaluator's list of who has sent: of drafts, only that they are."""
    return (await session.scalars(select(Report).options(_LIGHT).where(_of_period(period), Report.form == IV))).all()


async def period_of(session: AsyncSession, id: UUID) -> Period:
    """Of a report that another one corrects."""
    columns = (Report.period_kind, Report.first_day, Report.last_day)
    return Period(*(await session.execute(select(*columns).where(Report.id == id))).one())


async def watermark(session: AsyncSession, job: str) -> ReportWatermark | None:
    """Locked for this transaction; None while another replica holds it."""
    return await session.get(ReportWatermark, job, with_for_update={"skip_locked": True})


@article("D14")
async def naming(session: AsyncSession, ids: Collection[UUID]) -> Sequence[Report]:
    """Whole and locked: those that speak of one of these assignments; for the platform itself."""
    named = Report.assignment_ids.overlap(literal(list(ids), ARRAY(Uuid)))
    statement = select(Report).where(named).options(selectinload(Report.history)).order_by(Report.id)
    return (await session.scalars(statement.with_for_update(of=Report))).all()
