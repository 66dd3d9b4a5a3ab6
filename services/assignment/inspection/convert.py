"""From the model to the proto."""

from ykcd.assignment.v1 import inspection_pb2 as pb

from kit.dates import from_date, from_time
from kit.identity import Actor
from services.assignment.inspection.model import Inspection
from services.assignment.matter import ANSWER_BYTES, SNAPSHOT_BYTES, decision_to_proto, with_history


def summary(inspection: Inspection, actor: Actor | None) -> pb.Inspection:
    """Without history; actor None stands for an event, which allows nothing."""
    return pb.Inspection(
        id=str(inspection.id),
        version=inspection.version,
        state=inspection.state,
        kind=inspection.kind,
        owner_unit_id=str(inspection.owner_unit_id),
        unit_id=str(inspection.unit_id),
        title=inspection.title,
        plan=inspection.plan,
        visit_from=from_date(inspection.visit_from),
        visit_to=from_date(inspection.visit_to),
        decision=decision_to_proto(inspection.decision_number, inspection.decision_signer),
        assignment_ids=[str(id) for id in inspection.assignment_ids],
        findings=inspection.findings,
        visited_on=from_date(inspection.visited_on),
        conclusions=inspection.conclusions,
        evaluation=inspection.evaluation,
        conclusion_decision=decision_to_proto(inspection.conclusion_number, inspection.conclusion_signer),
        follow_up_task_ids=[str(id) for id in inspection.follow_up_task_ids],
        closing_note=inspection.closing_note,
        create_time=from_time(inspection.create_time),
        update_time=from_time(inspection.update_time),
        allowed_verbs=inspection.allowed_verbs(actor) if actor else [],
    )


def whole(inspection: Inspection, actor: Actor) -> pb.Inspection:
    """As its reader sees it."""
    return with_history(summary(inspection, actor), inspection, ANSWER_BYTES)


def snapshot(inspection: Inspection) -> pb.Inspection:
    """For an event."""
    return with_history(summary(inspection, None), inspection, SNAPSHOT_BYTES)
