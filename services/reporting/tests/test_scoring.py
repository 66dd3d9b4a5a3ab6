"""The formula (Đ12.2): exact to the hundredth, and fair whatever the figures."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ykcd.reporting.v1 import evaluation_pb2 as pb

from kit.errors import Aborted, InvalidArgument
from kit.identity import Actor
from services.reporting.evaluation import scoring
from services.reporting.evaluation.model import EvaluationFormula
from services.reporting.evaluation.scoring import WHOLE, Deduction, Parameters, median, ranks, score

FORMULA = Parameters(6000, 4000, Deduction(50, 500), Deduction(50, 1000), Deduction(100, 1000), Deduction(200, 1000), 3)
NOW = datetime(2025, 4, 24, 2, tzinfo=UTC)
ADMINISTRATOR = Actor(uuid4(), uuid4(), frozenset({"administrator"}), "Cao Quản")
pytestmark = pytest.mark.article("Đ12.2")


def figures(on_time=0, late=0, overdue=0, **more):
    """Of a unit; what isn't told is 0."""
    figure = dict.fromkeys(("late_updates", "urging_notices", "obligations_missed", "escalated"), 0)
    done = {"done": on_time + late, "done_on_time": on_time, "doing_overdue": overdue, "not_started_overdue": 0}
    return figure | done | more


def by_measure(found) -> dict[int, tuple[int, int, bool]]:
    return {each.measure: (each.count, each.points, each.capped) for each in found.components}


@pytest.mark.article("§6.25")
def test_example_25_is_worth_82_50() -> None:
    """60 × 7/8 + 40 × 6/8."""
    found = score(FORMULA, figures(on_time=6, late=1, overdue=1))
    assert found.points == 8250
    assert by_measure(found)[pb.EVALUATION_MEASURE_COMPLETION] == (7, 5250, False)
    assert by_measure(found)[pb.EVALUATION_MEASURE_ON_TIME] == (6, 3000, False)


@pytest.mark.article("§6.26")
def test_example_26_is_worth_93_76() -> None:
    """60 × 16,051/16,274 = 59.1778…, 40 × 14,068/16,274 = 34.5778…: each rounded by itself."""
    found = score(FORMULA, figures(on_time=14068, late=1983, overdue=223))
    assert [each.points for each in found.components[:2]] == [5918, 3458]
    assert found.points == 9376


@pytest.mark.article("Đ7.2.c.1", "Đ7.2.c.2", "Đ8.1.e")
def test_each_occurrence_takes_away_until_the_cap() -> None:
    found = score(FORMULA, figures(on_time=1, late_updates=11, urging_notices=3, obligations_missed=10, escalated=1))
    assert by_measure(found) == {
        pb.EVALUATION_MEASURE_COMPLETION: (1, 6000, False),
        pb.EVALUATION_MEASURE_ON_TIME: (1, 4000, False),
        pb.EVALUATION_MEASURE_LATE_UPDATES: (11, -500, True),
        pb.EVALUATION_MEASURE_NOTICES: (3, -150, False),
        pb.EVALUATION_MEASURE_MISSED_OBLIGATIONS: (10, -1000, False),
        pb.EVALUATION_MEASURE_ESCALATIONS: (1, -200, False),
    }
    assert found.points == 10000 - 500 - 150 - 1000 - 200


def test_halves_are_rounded_upwards_and_nothing_goes_below_zero() -> None:
    # 60 × 1/16 = 3.75, 40 × 1/16 = 2.5; 0.01 × 1/2 = 0.005.
    assert [each.points for each in score(FORMULA, figures(on_time=1, overdue=15)).components[:2]] == [375, 250]
    odd = replace(FORMULA, completion_weight=1, on_time_weight=9999)
    assert score(odd, figures(late=1, overdue=1)).points == 1
    assert score(FORMULA, figures(overdue=1, escalated=5)).points == 0


@pytest.mark.article("§6.27")
def test_who_had_nothing_due_has_no_score_and_no_rank() -> None:
    assert score(FORMULA, figures(obligations_missed=3)) is None
    scores = [score(FORMULA, each) for each in (figures(on_time=2), figures(), figures(on_time=9), figures(on_time=1, overdue=1))]
    assert ranks(scores) == [1, 0, 1, 3]


COUNTS = st.integers(0, 5000)
PARAMETERS = st.builds(
    lambda weight, taken: Parameters(weight, WHOLE - weight, *(Deduction(min(pair), max(pair)) for pair in taken), 3),
    st.integers(0, WHOLE),
    st.lists(st.tuples(st.integers(0, WHOLE), st.integers(0, WHOLE)), min_size=4, max_size=4),
)
ROWS = st.builds(figures, COUNTS, COUNTS, COUNTS, late_updates=COUNTS, urging_notices=COUNTS, obligations_missed=COUNTS, escalated=COUNTS)


@given(PARAMETERS, ROWS)
def test_a_score_is_within_0_and_100_and_no_component_beyond_its_weight_or_cap(parameters, row) -> None:
    parameters.require_sound()
    found = score(parameters, row)
    if found is None:
        assert row["done"] + row["doing_overdue"] == 0
        return
    assert 0 <= found.points <= WHOLE
    completion, on_time, *taken = [each.points for each in found.components]
    assert 0 <= completion <= parameters.completion_weight
    assert 0 <= on_time <= parameters.on_time_weight
    caps = [getattr(parameters, name).cap for name, _ in scoring.DEDUCTIONS.values()]
    assert all(-cap <= points <= 0 for points, cap in zip(taken, caps, strict=True))


@given(PARAMETERS, ROWS)
def test_who_does_one_more_on_time_and_none_worse_has_no_less(parameters, row) -> None:
    before, after = score(parameters, row), score(parameters, row | {"done": row["done"] + 1, "done_on_time": row["done_on_time"] + 1})
    assert before is None or after.points >= before.points


@pytest.mark.article("§6.27")
@given(st.lists(ROWS, max_size=12))
def test_ranks_are_shared_and_skipped_as_in_a_competition(rows) -> None:
    scores = [score(FORMULA, row) for row in rows]
    found = ranks(scores)
    for place, mine in zip(found, scores, strict=True):
        assert place == (1 + sum(other is not None and other.points > mine.points for other in scores) if mine else 0)
    ranked = sorted(place for place in found if place)
    assert not ranked or ranked[0] == 1


@pytest.mark.parametrize(
    ("days", "expected"), [({}, 0), ({2: 1}, 200), ({0: 1, 3: 1}, 150), ({1: 2, 4: 1}, 100), ({1: 1, 2: 1, 9: 2}, 550)]
)
def test_the_median_of_an_even_number_is_between_the_two_in_the_middle(days, expected) -> None:
    assert median(days) == expected


def first_version() -> EvaluationFormula:
    return EvaluationFormula(version=1, effective_from=date(2016, 10, 10), create_time=NOW)


def follow(**more) -> EvaluationFormula:
    told = {"expected_version": 1, "parameters": FORMULA, "effective_from": date(2025, 4, 24), "reason": "Theo kết luận họp"}
    return first_version().followed_by(ADMINISTRATOR, NOW, **told | more)


def test_the_next_version_has_the_numbers_that_it_was_given() -> None:
    made = follow()
    assert (made.version, made.parameters, made.created_by_name) == (2, FORMULA, "Cao Quản")


@pytest.mark.parametrize(
    ("wrong", "reason", "path"),
    [
        ({"parameters": replace(FORMULA, on_time_weight=4001)}, "WEIGHTS_NOT_WHOLE", "parameters.completion_weight"),
        ({"parameters": replace(FORMULA, notice=Deduction(50, 49))}, "CAP_TOO_SMALL", "parameters.notice.cap"),
        ({"effective_from": date(2025, 4, 23)}, "EFFECT_IN_PAST", "effective_from"),
        ({"reason": ""}, "REASON_MISSING", "reason"),
    ],
)
def test_what_is_no_formula_is_refused(wrong, reason, path) -> None:
    with pytest.raises(InvalidArgument) as refused:
        follow(**wrong)
    assert (refused.value.reason, [each.path for each in refused.value.violations]) == (reason, [path])


def test_who_decided_on_an_older_version_is_refused() -> None:
    with pytest.raises(Aborted) as refused:
        follow(expected_version=2)
    assert refused.value.reason == "STALE_VERSION"
