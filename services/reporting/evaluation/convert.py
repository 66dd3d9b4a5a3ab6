"""Between protos and what the evaluation is."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from ykcd.reporting.v1 import evaluation_pb2 as pb
from ykcd.reporting.v1 import reporting_pb2

from kit.dates import from_date, from_time
from services.reporting.convert import row_to_proto
from services.reporting.evaluation.model import NUMBERS, EvaluationFormula
from services.reporting.evaluation.scoring import DEDUCTIONS, Deduction, Parameters


def parameters_of(told: pb.EvaluationParameters) -> Parameters:
    """From a request."""
    taken = {name: Deduction(getattr(told, name).each, getattr(told, name).cap) for name, _ in DEDUCTIONS.values()}
    return Parameters(**{name: getattr(told, name) for name in NUMBERS}, **taken)


def formula_to_proto(formula: EvaluationFormula) -> pb.EvaluationFormula:
    """A version."""
    parameters = formula.parameters
    taken = {name: getattr(parameters, name) for name, _ in DEDUCTIONS.values()}
    return pb.EvaluationFormula(
        version=formula.version,
        parameters=pb.EvaluationParameters(
            **{name: getattr(parameters, name) for name in NUMBERS},
            **{name: pb.Deduction(each=each.each, cap=each.cap) for name, each in taken.items()},
        ),
        effective_from=from_date(formula.effective_from),
        reason=formula.reason,
        created_by_name=formula.created_by_name,
        create_time=from_time(formula.create_time),
    )


def task(row: Row[Any] | None, day: str = "", days: int = 0) -> pb.EvaluationTask:
    """None: purged since (D14)."""
    shown = row_to_proto(row) if row else reporting_pb2.AssignmentRow()
    return pb.EvaluationTask(row=shown, act_date=_day(day), working_days=days)


def entry(row: Row[Any] | None, id: UUID, day: str, days: int) -> pb.EvaluationTask:
    """A document that was entered."""
    shown = reporting_pb2.AssignmentRow(directive_id=str(id))
    if row:
        shown.directive_code, shown.directive_abstract = row.directive_code, row.directive_abstract
        shown.directive_issue_date.CopyFrom(from_date(row.directive_issue_date))
    return pb.EvaluationTask(row=shown, act_date=_day(day), working_days=days)


def _day(told: str) -> Any:
    return from_date(date.fromisoformat(told)) if told else None
