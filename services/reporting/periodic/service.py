"""Use cases: a report is opened or composed, edited, signed, sent or issued; units that haven't sent are urged."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.reporting.v1 import event_pb2

from kit import db
from kit.clock import local_date
from kit.copies import working_calendar
from kit.errors import AlreadyExists, FailedPrecondition, InvalidArgument
from kit.events import emit
from kit.identity import OFFICE_ROLES, Actor
from kit.law import article
from kit.runtime import Runtime
from services.reporting.periodic import compose, convert, model, queries, sources
from services.reporting.periodic.compose import Data, Question
from services.reporting.periodic.model import BEGINNERS, IV, Report
from services.reporting.periodic.periods import Period


@article("Đ9.2", "Đ10.1")
async def begin(
    runtime: Runtime, session: AsyncSession, actor: Actor, *, form: int, period: Period, as_of: datetime | None, now: datetime
) -> Report:
    """The period's draft, composed at once; of IV for the actor's own unit."""
    actor.require(*BEGINNERS[form])
    period.require_begun(local_date(now))
    unit_id = actor.unit_id if form == IV else None
    found = await queries.existing(session, form=form, period=period, unit_id=unit_id)
    if found and not found.as_of_time:
        return await recompose(runtime, session, actor, id=found.id, expected_version=found.version, as_of=as_of, now=now)
    if found:
        raise AlreadyExists(reason="ALREADY_EXISTS", message="Báo cáo của kỳ này đã được lập.", metadata={"id": str(found.id)})
    due = await due_date(session, runtime, period) if form == IV else None
    made = Report.begun(model.COMPOSE, actor, now, form=form, period=period, unit_id=unit_id, due_date=due)
    await _fill(runtime, session, made, as_of=as_of or now, now=now)
    session.add(made)
    return await _told(session, made)


async def recompose(
    runtime: Runtime, session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, as_of: datetime | None, now: datetime
) -> Report:
    """Figures and rows from what is known now; what people wrote stays."""
    found = await _opened(session, actor, model.RECOMPOSE, id, expected_version)
    await _fill(runtime, session, found, as_of=as_of or now, now=now)
    found.recompose(actor, now)
    return await _told(session, found)


async def edit(
    runtime: Runtime,
    session: AsyncSession,
    actor: Actor,
    *,
    id: UUID,
    expected_version: int,
    general_text: str | None,
    notes: Mapping[str, list[str]],
    now: datetime,
) -> Report:
    """What people write, in the snapshot too."""
    found = await _opened(session, actor, model.EDIT, id, expected_version)
    data = await content(runtime, found)
    known = {row["assignment_id"] for row in data["rows"]}
    found.edit(actor, now, general_text=general_text, notes=notes, known=known)
    _freeze(found, _written(found, data))
    return await _told(session, found)


@article("Đ9.2", "Đ10.1")
async def sign(runtime: Runtime, session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, now: datetime) -> Report:
    """Frozen as it is; unless something that had been told before it was composed has arrived since: then nobody has seen that."""
    found = await _opened(session, actor, model.SIGN, id, expected_version)
    found.sign(actor, now)
    if not found.purge_count and compose.digest(await recomputed(runtime, found)) != found.sha256:
        raise FailedPrecondition(
            reason="REPORT_OUTDATED", message="Số liệu tại thời điểm lập báo cáo vừa được bổ sung. Vui lòng lập lại số liệu trước khi ký."
        )
    return await _told(session, found)


async def send(session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, number: int, now: datetime) -> Report:
    """Đ10.1: to the Office."""
    found = await _opened(session, actor, model.SEND, id, expected_version)
    found.send(actor, now, number=number)
    return await _told(session, found)


async def give_back(session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, reason: str, now: datetime) -> Report:
    """By the Office to the unit; or before it has gone out by whoever signed it."""
    found = await _opened(session, actor, model.GIVE_BACK, id, expected_version)
    found.give_back(actor, now, reason=reason)
    return await _told(session, found)


async def issue(
    session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, number: int, issue_date: date, now: datetime
) -> Report:
    """Đ9.2: with number and date."""
    found = await _opened(session, actor, model.ISSUE, id, expected_version)
    found.issue(actor, now, number=number, issue_date=issue_date)
    return await _told(session, found)


@article("Đ9.4")
async def urge(session: AsyncSession, actor: Actor, *, id: UUID, expected_version: int, text: str, now: datetime) -> Report:
    """A unit that hasn't sent."""
    actor.require(*model.ASKERS)
    found = await queries.owed(session, actor, id)
    found.require(actor, model.URGE, expected_version)
    found.urge(actor, now, text=text)
    return await _told(session, found)


@dataclass(frozen=True)
class Standing:
    """Of one unit for a period: its report, if it is open, and by when it is owed."""

    unit_id: UUID
    unit_name: str
    report: Report | None
    due_date: date
    late: bool

    @classmethod
    def of(cls, unit: sources.KnownUnit, report: Report | None, due: date, today: date) -> "Standing":
        """`due`: of the period, for whom no report is open."""
        if report is None:
            return cls(unit.id, unit.name, None, due, today > due)
        return cls(unit.id, unit.name, report, report.due_date or due, report.late(today))


@article("Đ9.4", "Đ10.1")
async def standings(runtime: Runtime, actor: Actor, *, period: Period, now: datetime) -> list[Standing]:
    """Each unit that owes a report for the period or has one, by name."""
    actor.require(*OFFICE_ROLES, "evaluator")
    today = local_date(now)
    period.require_begun(today)
    async with runtime.unattended() as session:
        reports = {report.unit_id: report for report in await queries.states_of(session, period)}
        units = await sources.units(session, now, period)
        due = await due_date(session, runtime, period)
    return [Standing.of(unit, reports.get(unit.id), due, today) for unit in units if unit.owes or unit.id in reports]


async def standing_of(session: AsyncSession, report: Report, *, now: datetime) -> Standing:
    """Of a unit's report that is open."""
    assert report.unit_id, "a unit's own"
    assert report.due_date, "a unit's own"
    names = await queries.present_names(session)
    return Standing(report.unit_id, names.get(report.unit_id, ""), report, report.due_date, report.late(local_date(now)))


@article("Đ10.1", "Đ9.4")
async def ask(
    runtime: Runtime,
    session: AsyncSession,
    actor: Actor,
    *,
    period: Period,
    unit_ids: Collection[UUID],
    due: date | None,
    now: datetime,
) -> list[Standing]:
    """The Office asks units for their report, an ad hoc one too; who has it open keeps it. They compose it themselves."""
    actor.require(*model.ASKERS)
    today = local_date(now)
    period.require_begun(today)
    if due and due < today:
        raise InvalidArgument.field("due_date", "DUE_DATE_PAST", "Hạn gửi báo cáo không được trước ngày hôm nay.")
    async with runtime.unattended() as worker:
        units = {unit.id: unit for unit in await sources.units(worker, now, period) if unit.owes}
        due = due or await due_date(worker, runtime, period)
    unknown = [place for place, id in enumerate(unit_ids) if id not in units]
    if unknown:
        raise InvalidArgument.field(f"unit_ids[{unknown[0]}]", "UNIT_UNKNOWN", "Không tìm thấy đơn vị phải báo cáo này.")
    wanted = [unit for id, unit in units.items() if not unit_ids or id in unit_ids]
    opened = await open_for(session, wanted, actor=actor, period=period, due=due, now=now)
    by_unit = {report.unit_id: report for report in opened}
    return [Standing.of(unit, by_unit[unit.id], due, today) for unit in wanted if unit.id in by_unit]


@article("Đ10.1")
async def open_for(
    session: AsyncSession, units: Iterable[sources.KnownUnit], *, actor: Actor | None, period: Period, due: date, now: datetime
) -> list[Report]:
    """An empty draft for each of these units that has none; the unit is told."""
    made = []
    for unit in units:
        if await queries.existing(session, form=IV, period=period, unit_id=unit.id):
            continue
        report = Report.begun(model.OPEN, actor, now, form=IV, period=period, unit_id=unit.id, due_date=due)
        session.add(report)
        made.append(await _told(session, report))
    return made


async def open_for_office(runtime: Runtime, session: AsyncSession, *, form: int, period: Period, now: datetime) -> None:
    """The Office's draft of the period, unless it has one."""
    if await queries.existing(session, form=form, period=period, unit_id=None):
        return
    made = Report.begun(model.OPEN, None, now, form=form, period=period, unit_id=None, due_date=None)
    await _fill(runtime, session, made, as_of=now, now=now)
    session.add(made)
    await _told(session, made)


@article("Đ10.1")
async def due_date(session: AsyncSession, runtime: Runtime, period: Period) -> date:
    """So many working days after the period's end."""
    return (await working_calendar(session)).add(period.last, runtime.settings.report_working_days)  # type: ignore[attr-defined]


async def content(runtime: Runtime, report: Report) -> Data:
    """What it says, nothing before it is composed; made anew where the snapshot is missing, and only if that gives what it was."""
    if report.as_of_time is None:
        return {}
    snapshot = report.snapshot
    if snapshot is None:
        snapshot = await recomputed(runtime, report)
        if compose.digest(snapshot) != report.sha256:
            raise FailedPrecondition(reason="SNAPSHOT_DIFFERS", message="Không lập lại được đúng số liệu của báo cáo này.")
    return json.loads(snapshot)


@article("Đ9.2")
async def recomputed(runtime: Runtime, report: Report) -> bytes:
    """The snapshot's bytes from what history tells as of the report's time, and from what people wrote; of one that was composed."""
    async with runtime.unattended() as session:
        data = await compose.compose(session, await _question(session, report))
    return compose.canonical(_written(report, data))


async def _question(session: AsyncSession, report: Report) -> Question:
    corrects = None
    if report.corrects_id and report.corrects_as_of_time:
        period = await queries.period_of(session, report.corrects_id)
        corrects = (report.corrects_id, period, report.corrects_as_of_time)
    assert report.as_of_time, "nothing was composed yet"
    return Question(report.form, report.period, report.as_of_time, report.unit_id, corrects)


async def _fill(runtime: Runtime, session: AsyncSession, report: Report, *, as_of: datetime, now: datetime) -> None:
    before = await queries.earlier(session, report)
    report.corrects_id, report.corrects_as_of_time = before or (None, None)
    report.as_of_time, report.formula, report.purge_count = as_of, compose.FORMULA, 0
    async with runtime.unattended() as worker:
        question = await _question(worker, report)
        await compose.require_answerable(worker, question, now=now)
        data = await compose.compose(worker, question)
    _freeze(report, _written(report, data))


def _written(report: Report, data: Data) -> Data:
    return compose.with_texts(data, general_text=report.general_text, notes=report.notes)


def _freeze(report: Report, data: Data) -> None:
    snapshot = compose.canonical(data)
    report.frozen(snapshot, compose.digest(snapshot), compose.named(data))


async def _opened(session: AsyncSession, actor: Actor, verb: int, id: UUID, expected_version: int) -> Report:
    """Locked; refused in this order: the role, the sight, whose it is, the version, the state."""
    actor.require(*dict.fromkeys(role for step in model.STEPS if step.verb == verb for role in step.roles))
    found = await queries.report(session, actor, id, lock=True)
    found.require(actor, verb, expected_version)
    return found


async def _told(session: AsyncSession, report: Report) -> Report:
    await session.flush()
    data = json.loads(report.snapshot) if report.snapshot else {}
    event = event_pb2.PeriodicReportChanged(report=convert.told(report, data), verb=report.history[-1].verb)
    await emit(session, report.id, report.version, event)
    return report


@article("D14")
async def forget(session: AsyncSession, ids: frozenset[UUID]) -> None:
    """Of what is purged a report keeps the figures, and that something was there; its rows and texts go."""
    gone = {str(id) for id in ids}
    for report in await queries.naming(session, ids):
        report.redact(db.work(session).now, gone=gone)
        if report.snapshot is not None:
            _freeze(report, compose.without(json.loads(report.snapshot), gone))
        await _told(session, report)
