"""Use cases: the evaluation, what its figures count, the yearly report's figures, and the formula's versions."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.assignment.v1.inquiry_pb2 import InquiryKind
from ykcd.reporting.v1 import event_pb2

from kit.clock import local_date
from kit.events import emit
from kit.identity import UNIT_ROLES, Actor
from kit.law import article
from kit.workdays import WorkingCalendar
from services.reporting import service as counting
from services.reporting.annex import Rate
from services.reporting.evaluation import convert, queries, scoring
from services.reporting.evaluation.model import EvaluationFormula
from services.reporting.evaluation.queries import Around
from services.reporting.evaluation.scoring import Parameters, Score
from services.reporting.model import READER_ROLES
from services.reporting.periodic import compose
from services.reporting.periodic.compose import Known, Question
from services.reporting.periodic.model import V
from services.reporting.periodic.periods import Period
from services.reporting.periodic.sources import names_of

Figures = Mapping[str, Any]


@dataclass(frozen=True)
class Sight:
    """Đ2.1, D13: the Office and the evaluator see all; a unit's people every rank and its own score, its leader its people's too."""

    whole: bool
    unit_id: UUID
    leads: bool

    @classmethod
    @article("Đ2.1", "Đ12.3", "D13")
    def of(cls, actor: Actor) -> "Sight":
        """PermissionDenied for whoever has nothing to do with tasks."""
        actor.require(*READER_ROLES, *UNIT_ROLES)
        return cls(actor.has(*READER_ROLES), actor.unit_id, actor.has("unit_leader"))

    def score(self, unit_id: UUID) -> bool:
        """Whether the unit's score is to be seen."""
        return self.whole or unit_id == self.unit_id

    def people(self, unit_id: UUID) -> bool:
        """Whether its people's are."""
        return self.whole or (self.leads and unit_id == self.unit_id)


@dataclass(frozen=True)
class Subject:
    """What is evaluated: a period, by what was known at a time, by the formula in force on the day of reckoning."""

    period: Period
    known: Known
    formula: EvaluationFormula
    # Of now: the lists of the present may hold the same.
    present: bool

    @classmethod
    async def of(cls, session: AsyncSession, period: Period, *, as_of: datetime | None, now: datetime) -> "Subject":
        """`session` is the worker's. InvalidArgument for a time or period of which nothing can be said."""
        period.require_begun(local_date(now))
        question = Question(V, period, as_of or now)
        await compose.require_answerable(session, question, now=now)
        known = await Known.at(session, question.as_of, period)
        formula = await queries.formula_on(session, known.today.day, known_at=known.time)
        return cls(period, known, formula, as_of is None and period.last >= known.today.day)

    @property
    def question(self) -> Question:
        """As periodic reports ask it."""
        return Question(V, self.period, self.known.time)


@dataclass(frozen=True)
class PersonResult:
    """Of what a unit's delegations gave to one person, as leader or as officer."""

    person_id: UUID
    name: str
    leads: bool
    figures: Figures
    score: Score | None


@dataclass(frozen=True)
class UnitResult:
    """`score` is the head's too (Đ12.2); without one there is no rank (0)."""

    unit_id: UUID
    name: str
    figures: Figures
    score: Score | None
    rank: int
    people: Sequence[PersonResult] = ()


@dataclass
class SpecialistResult:
    """The Office's own work within the period; `verified`: how often each number of working days."""

    person_id: UUID
    name: str = ""
    entered: int = 0
    entered_late: int = 0
    verified: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    awaiting: int = 0

    @property
    @article("Đ7.1")
    def entries_in_time(self) -> Rate:
        """Of all documents that he entered."""
        return Rate(self.entered - self.entered_late, self.entered)

    @article("Đ12.2", "Đ8.1.a")
    def verifications_in_time(self, limit: int) -> Rate:
        """Of all results that he verified, those within so many working days."""
        return Rate(sum(times for days, times in self.verified.items() if days <= limit), sum(self.verified.values()))


@dataclass(frozen=True)
class Evaluated:
    """Units by rank, then those without, by name; people and specialists where they were asked for."""

    subject: Subject
    units: Sequence[UnitResult]
    specialists: Sequence[SpecialistResult]


@article("Đ12.1", "Đ12.2", "Đ12.3", "§6.27")
async def evaluate(session: AsyncSession, subject: Subject, sight: Sight) -> Evaluated:
    """Everybody's rank; people and specialists where they are to be seen. `session` is the worker's."""
    rows = (await compose.figures(session, subject.known, subject.question))["units"]
    scores = [scoring.score(subject.formula.parameters, row) for row in rows]
    people = await _people(session, subject) if sight.whole or sight.leads else {}
    units = [
        UnitResult(UUID(row["unit_id"]), row["unit_name"], row, score, rank, people.get(UUID(row["unit_id"]), ()))
        for row, score, rank in zip(rows, scores, scoring.ranks(scores), strict=True)
    ]
    specialists = await _specialists(session, subject) if sight.whole else ()
    return Evaluated(subject, sorted(units, key=lambda unit: (not unit.rank, unit.rank)), specialists)


@article("Đ12.2", "Đ8.2.1")
async def _people(session: AsyncSession, subject: Subject) -> dict[UUID, list[PersonResult]]:
    known, found = subject.known, defaultdict[UUID, list[PersonResult]](list)
    rows = await queries.by_person(session, known, subject.period)
    names = await names_of(session, known.time, {row.person_id for row in rows})
    for row in rows:
        figures = row._mapping
        counting.check_sums(figures)
        score = scoring.score(subject.formula.parameters, figures)
        found[row.unit_id].append(PersonResult(row.person_id, names.get(row.person_id, ""), row.leads, figures, score))
    return {unit_id: sorted(those, key=lambda one: (not one.leads, one.name, one.person_id)) for unit_id, those in found.items()}


@article("Đ12.2", "Đ7.1", "Đ8.1.a")
async def _specialists(session: AsyncSession, subject: Subject) -> list[SpecialistResult]:
    known, found = subject.known, dict[UUID, SpecialistResult]()

    def of(person: str | UUID) -> SpecialistResult:
        id = UUID(str(person))
        return found.setdefault(id, SpecialistResult(id))

    for row in await queries.entries(session, known.time, subject.period):
        if row.person:
            of(row.person).entered += row.times
            of(row.person).entered_late += row.times if row.late else 0
    for row in await queries.verifications(session, known.time, subject.period):
        of(row.person).verified[working_days(known.calendar, row.reported, row.day)] += row.times
    for person, count in (await queries.awaiting(session, known)).items():
        of(person).awaiting = count
    names = await names_of(session, known.time, found.keys())
    for person, result in found.items():
        result.name = names.get(person, "")
    return sorted(found.values(), key=lambda one: (one.name, one.person_id))


def working_days(calendar: WorkingCalendar, reported: str, verified: str) -> int:
    """From the unit's report to its verification; 0 on the same day."""
    return max(calendar.between(date.fromisoformat(reported), date.fromisoformat(verified)), 0)


@dataclass(frozen=True)
class Regulation:
    """Đ11.1.c: the province's figures with all that happened around the tasks. `inquiries`: by kind, opened, answered and solved."""

    subject: Subject
    entries: Rate
    figures: Figures
    task_count: int
    part_count: int
    around: Around
    inquiries: Mapping[int, tuple[int, int, int]]
    without_regulation: Sequence[tuple[UUID, str]]


@article("Đ11.1.c")
async def regulation(session: AsyncSession, subject: Subject) -> Regulation:
    """How the regulation was carried out in the period. `session` is the worker's."""
    known, period = subject.known, subject.period
    entries = await queries.entries(session, known.time, period)
    figures = await compose.figures(session, known, subject.question)
    have = await queries.units_with_regulation(session, known.time)
    return Regulation(
        subject,
        Rate(sum(row.times for row in entries if not row.late), sum(row.times for row in entries)),
        figures["total"],
        figures["task_count"],
        figures["part_count"],
        await queries.around(session, known.time, period),
        _by_kind(await queries.inquiries(session, known.time), period),
        [(unit.id, unit.name) for unit in known.units.values() if unit.owes and unit.id not in have],
    )


@article("Đ8.1.d", "Đ9.1", "Đ13")
def _by_kind(inquiries: Iterable[Figures], period: Period) -> dict[int, tuple[int, int, int]]:
    """Of every kind, how many were opened, answered and solved in the period."""
    found = {kind: [0, 0, 0] for kind in InquiryKind.values() if kind}
    first, last = period.first.isoformat(), period.last.isoformat()
    for facts in inquiries:
        for place, name in enumerate(("create", "answer", "solve")):
            found[facts["kind"]][place] += bool(facts[name]) and first <= facts[name] <= last
    return {kind: (opened, answered, solved) for kind, (opened, answered, solved) in found.items()}


@article("Đ12.2", "Đ8.1.d")
async def create_formula(
    session: AsyncSession,
    actor: Actor,
    *,
    expected_version: int,
    parameters: Parameters,
    effective_from: date,
    reason: str,
    now: datetime,
) -> EvaluationFormula:
    """The next version, by the administrator."""
    actor.require("administrator")
    newest = await queries.newest_formula(session)
    told: dict[str, Any] = {"parameters": parameters, "effective_from": effective_from, "reason": reason}
    made = newest.followed_by(actor, now, expected_version=expected_version, **told)
    session.add(made)
    await session.flush()
    await emit(session, made.id, 1, event_pb2.EvaluationFormulaCreated(formula=convert.formula_to_proto(made)))
    return made
