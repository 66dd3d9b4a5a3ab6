"""From what was evaluated to protos, as far as its reader may see it."""

from datetime import date
from typing import Any
from uuid import UUID

from ykcd.reporting.v1 import evaluation_pb2 as pb
from ykcd.reporting.v1 import reporting_pb2

from kit.dates import from_date, from_time
from kit.law import article
from services.reporting.convert import rate_to_proto
from services.reporting.evaluation import scoring
from services.reporting.evaluation.convert import formula_to_proto
from services.reporting.evaluation.scoring import Component, Score
from services.reporting.evaluation.service import Evaluated, PersonResult, Regulation, Sight, SpecialistResult, Subject, UnitResult
from services.reporting.periodic.convert import figures_to_proto, period_to_proto

# What the lists of the present can tell of a period that isn't over: what was done since its first day, and what is owed now.
_LISTED_SINCE = {
    scoring.COMPLETION: reporting_pb2.SUMMARY_COLUMN_DONE,
    scoring.ON_TIME: reporting_pb2.SUMMARY_COLUMN_DONE_ON_TIME,
}
_LISTED_NOW = {pb.EVALUATION_MEASURE_MISSED_OBLIGATIONS: reporting_pb2.SUMMARY_COLUMN_OBLIGATIONS_MISSED}


@article("Đ12.3", "Đ2.1", "§6.27")
def evaluation(found: Evaluated, sight: Sight) -> pb.Evaluation:
    """Every unit's rank, and the rest where it's to be seen."""
    subject = found.subject
    return pb.Evaluation(
        **_heading(subject),
        formula=formula_to_proto(subject.formula),
        units=[_unit(subject, unit, sight) for unit in found.units],
        specialists=[_specialist(each, subject.formula.verification_working_days) for each in found.specialists],
    )


def _heading(subject: Subject) -> dict[str, Any]:
    period, known = subject.period, subject.known
    return {
        "period": period_to_proto(period),
        "period_name": period.name,
        "as_of_time": from_time(known.time),
        "day": from_date(known.today.day),
    }


def _unit(subject: Subject, unit: UnitResult, sight: Sight) -> pb.UnitScore:
    shown = pb.UnitScore(unit_id=str(unit.unit_id), unit_name=unit.name, rank=unit.rank)
    if sight.score(unit.unit_id):
        shown.counts.CopyFrom(figures_to_proto({**unit.figures, "rank": 0}).counts)
        if unit.score:
            shown.score.CopyFrom(_score(unit.score, lambda measure: _filter(subject, unit.unit_id, measure)))
    if sight.people(unit.unit_id):
        shown.people.extend(_person(person) for person in unit.people)
    return shown


def _score(score: Score, filter_of: Any = None) -> pb.Score:
    return pb.Score(points=score.points, components=[_component(each, filter_of) for each in score.components])


def _component(each: Component, filter_of: Any) -> pb.ScoreComponent:
    return pb.ScoreComponent(
        measure=each.measure,
        count=each.count,
        rate=rate_to_proto(each.rate) if each.rate else None,
        points=each.points,
        capped=each.capped,
        filter=filter_of(each.measure) if filter_of else None,
    )


def _filter(subject: Subject, unit_id: UUID, measure: int) -> reporting_pb2.AssignmentFilter | None:
    if not subject.present or measure not in (*_LISTED_SINCE, *_LISTED_NOW):
        return None
    if measure in _LISTED_NOW:
        return reporting_pb2.AssignmentFilter(unit_ids=[str(unit_id)], column=_LISTED_NOW[measure])
    since: date = subject.period.first
    return reporting_pb2.AssignmentFilter(unit_ids=[str(unit_id)], column=_LISTED_SINCE[measure], done_from=from_date(since))


def _person(person: PersonResult) -> pb.PersonScore:
    return pb.PersonScore(
        person_id=str(person.person_id),
        name=person.name,
        part=pb.EVALUATION_PART_LEADER if person.leads else pb.EVALUATION_PART_OFFICER,
        total=person.figures["total"],
        without_deadline=person.figures["without_deadline"],
        score=_score(person.score) if person.score else None,
    )


def _specialist(each: SpecialistResult, limit: int) -> pb.SpecialistResult:
    return pb.SpecialistResult(
        person_id=str(each.person_id),
        name=each.name,
        entries_in_time=rate_to_proto(each.entries_in_time),
        verifications_in_time=rate_to_proto(each.verifications_in_time(limit)),
        verification_median=scoring.median(each.verified),
        awaiting=each.awaiting,
    )


@article("Đ11.1.c")
def regulation(found: Regulation) -> pb.RegulationSummary:
    """Counts and the names of units."""
    figures = figures_to_proto({**found.figures, "rank": 0})
    return pb.RegulationSummary(
        **_heading(found.subject),
        entries_in_time=rate_to_proto(found.entries),
        counts=figures.counts,
        task_count=found.task_count,
        part_count=found.part_count,
        extensions=figures.extensions,
        returns=figures.returns,
        **vars(found.around),
        inquiries=[
            pb.InquiryCounts(kind=kind, opened=opened, answered=answered, solved=solved)
            for kind, (opened, answered, solved) in found.inquiries.items()
        ],
        units_without_regulation=[pb.UnitName(unit_id=str(id), unit_name=name) for id, name in found.without_regulation],
    )
