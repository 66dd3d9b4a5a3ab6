"""From the model to the proto."""

from collections.abc import Mapping
from typing import Any

from ykcd.assignment.v1 import inquiry_pb2 as pb

from kit.dates import from_date, from_time
from kit.identity import Actor
from services.assignment.inquiry.model import KINDS, Inquiry, UnitRegulation
from services.assignment.matter import ANSWER_BYTES, SNAPSHOT_BYTES, with_history


def summary(inquiry: Inquiry, actor: Actor | None) -> pb.Inquiry:
    """Without history; actor None stands for an event, which allows nothing."""
    return pb.Inquiry(
        id=str(inquiry.id),
        version=inquiry.version,
        kind=inquiry.kind,
        state=inquiry.state,
        unit_id=str(inquiry.unit_id),
        author_id=str(inquiry.author_id),
        author_name=inquiry.author_name,
        subject=inquiry.subject,
        body=inquiry.body,
        assignment_id=str(inquiry.assignment_id or ""),
        answer=inquiry.answer,
        answered_by_name=inquiry.answered_by_name,
        create_time=from_time(inquiry.create_time),
        answer_time=from_time(inquiry.answer_time),
        solve_time=from_time(inquiry.solve_time),
        update_time=from_time(inquiry.update_time),
        allowed_verbs=inquiry.allowed_verbs(actor) if actor else [],
    )


def whole(inquiry: Inquiry, actor: Actor) -> pb.Inquiry:
    """As its reader sees it."""
    return with_history(summary(inquiry, actor), inquiry, ANSWER_BYTES)


def snapshot(inquiry: Inquiry) -> pb.Inquiry:
    """For an event."""
    return with_history(summary(inquiry, None), inquiry, SNAPSHOT_BYTES)


def statistics_to_proto(figures: Mapping[int, Any]) -> pb.InquiryStatistics:
    """Every kind, those that nobody used as well."""
    nothing = (0, 0, 0, 0, None, None)
    return pb.InquiryStatistics(kinds=[_counts(kind, *figures.get(kind, nothing)) for kind in KINDS])


def _counts(kind: int, total: int, open: int, answered: int, solved: int, answer_seconds: Any, solve_seconds: Any) -> pb.InquiryCounts:
    shown = pb.InquiryCounts(kind=kind, total=total, open=open, answered=answered, solved=solved)
    if answer_seconds is not None:
        shown.mean_answer_seconds = round(answer_seconds)
    if solve_seconds is not None:
        shown.mean_solve_seconds = round(solve_seconds)
    return shown


def regulation_to_proto(regulation: UnitRegulation) -> pb.UnitRegulation:
    """Its particulars, without the file."""
    return pb.UnitRegulation(
        id=str(regulation.id),
        unit_id=str(regulation.unit_id),
        number=regulation.number,
        issue_date=from_date(regulation.issue_date),
        title=regulation.title,
        file_name=regulation.file_name,
        sha256=regulation.sha256,
        create_time=from_time(regulation.create_time),
        replace_time=from_time(regulation.replace_time),
    )
