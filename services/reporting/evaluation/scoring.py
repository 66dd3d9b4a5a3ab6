"""What a unit's or person's figures are worth (Đ12.2). Points are whole hundredths, so that nothing is lost in reckoning."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ykcd.reporting.v1 import evaluation_pb2 as pb

from kit.errors import InvalidArgument
from kit.law import article
from services.reporting import annex

# Hundredths of a point.
WHOLE = 10_000
COMPLETION, ON_TIME = pb.EVALUATION_MEASURE_COMPLETION, pb.EVALUATION_MEASURE_ON_TIME
# What takes points away: its parameter, and the figure of Annex V of which there are so many.
DEDUCTIONS = {
    pb.EVALUATION_MEASURE_LATE_UPDATES: ("late_update", "late_updates"),
    pb.EVALUATION_MEASURE_NOTICES: ("notice", "urging_notices"),
    pb.EVALUATION_MEASURE_MISSED_OBLIGATIONS: ("missed_obligation", "obligations_missed"),
    pb.EVALUATION_MEASURE_ESCALATIONS: ("escalation", "escalated"),
}


@dataclass(frozen=True)
class Deduction:
    """So many points less for each, at most `cap` in all."""

    each: int
    cap: int

    def of(self, count: int) -> tuple[int, bool]:
        """How many, and whether the cap held."""
        return min(self.each * count, self.cap), self.each * count > self.cap


@dataclass(frozen=True)
class Parameters:
    """One version's numbers; weights and deductions in hundredths of a point."""

    completion_weight: int
    on_time_weight: int
    late_update: Deduction
    notice: Deduction
    missed_obligation: Deduction
    escalation: Deduction
    verification_working_days: int

    @article("Đ12.2")
    def require_sound(self) -> None:
        """InvalidArgument where a unit without fault couldn't have 100, or a deduction couldn't be made even once."""
        if self.completion_weight + self.on_time_weight != WHOLE:
            raise InvalidArgument.field("parameters.completion_weight", "WEIGHTS_NOT_WHOLE", "Tổng trọng số của hai tỷ lệ phải bằng 100.")
        for name, _ in DEDUCTIONS.values():
            if getattr(self, name).cap < getattr(self, name).each:
                raise InvalidArgument.field(f"parameters.{name}.cap", "CAP_TOO_SMALL", "Mức trừ tối đa phải không nhỏ hơn mức trừ mỗi lần.")


@dataclass(frozen=True)
class Component:
    """One line of a score. `points` is below 0 where it takes away; `rate` of the two rates alone."""

    measure: int
    count: int
    points: int
    rate: annex.Rate | None = None
    capped: bool = False


@dataclass(frozen=True)
class Score:
    """Its points are the sum of its components', and never less than 0."""

    components: tuple[Component, ...]

    @property
    @article("Đ12.2")
    def points(self) -> int:
        """0 to 10000."""
        return max(sum(component.points for component in self.components), 0)


@article("Đ12.2", "Đ9.2", "§6.25", "§6.26", "§6.27")
def score(parameters: Parameters, row: Mapping[str, Any]) -> Score | None:
    """`row`: figures in the columns of Annex V. None: nothing was due."""
    completion, on_time = annex.rates(row)
    if not completion.whole:
        return None
    weighed = ((COMPLETION, completion, parameters.completion_weight), (ON_TIME, on_time, parameters.on_time_weight))
    rates = (Component(measure, rate.part, _share(weight, rate), rate) for measure, rate, weight in weighed)
    return Score((*rates, *(_less(parameters, measure, row) for measure in DEDUCTIONS)))


def _share(weight: int, rate: annex.Rate) -> int:
    """Rounded, a half upwards."""
    return (2 * weight * rate.part + rate.whole) // (2 * rate.whole)


@article("Đ7.2.c.1", "Đ7.2.c.2", "Đ8.1.e", "D15")
def _less(parameters: Parameters, measure: int, row: Mapping[str, Any]) -> Component:
    name, figure = DEDUCTIONS[measure]
    taken, capped = getattr(parameters, name).of(row[figure])
    return Component(measure, row[figure], -taken, capped=capped)


@article("Đ12.2", "§6.27")
def ranks(scores: list[Score | None]) -> list[int]:
    """Each one's place by its points: equal ones share it and the next is skipped; 0: nothing was due."""
    return annex.places([(score.points,) if score else () for score in scores])


@article("Đ12.2", "Đ7.1")
def median(days: Mapping[int, int]) -> int:
    """In hundredths; `days`: how often each number of days came. Of an even number of them, the mean of the two in the middle."""
    ordered = [day for day, times in sorted(days.items()) for _ in range(times)]
    middle = len(ordered) // 2
    if not ordered:
        return 0
    return 100 * ordered[middle] if len(ordered) % 2 else 50 * (ordered[middle - 1] + ordered[middle])
