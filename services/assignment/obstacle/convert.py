"""From the model to the proto."""

from ykcd.assignment.v1 import obstacle_pb2 as pb

from kit.dates import from_time
from kit.identity import Actor
from services.assignment.matter import ANSWER_BYTES, SNAPSHOT_BYTES, decision_to_proto, with_history
from services.assignment.obstacle.model import Obstacle


def summary(obstacle: Obstacle, actor: Actor | None) -> pb.Obstacle:
    """Without history; actor None stands for an event, which allows nothing."""
    assignment = obstacle.assignment
    return pb.Obstacle(
        id=str(obstacle.id),
        version=obstacle.version,
        state=obstacle.state,
        assignment_id=str(assignment.id),
        unit_id=str(obstacle.unit_id),
        specialist_id=str(assignment.specialist_id or ""),
        directive_code=assignment.directive_code,
        task_content=assignment.content,
        difficulty=obstacle.difficulty,
        cause=obstacle.cause,
        proposal=obstacle.proposal,
        office_proposal=obstacle.office_proposal,
        direction=obstacle.direction,
        decision=decision_to_proto(obstacle.decision_number, obstacle.decision_signer),
        closing_note=obstacle.closing_note,
        create_time=from_time(obstacle.create_time),
        update_time=from_time(obstacle.update_time),
        allowed_verbs=obstacle.allowed_verbs(actor) if actor else [],
    )


def whole(obstacle: Obstacle, actor: Actor) -> pb.Obstacle:
    """As its reader sees it."""
    return with_history(summary(obstacle, actor), obstacle, ANSWER_BYTES)


def snapshot(obstacle: Obstacle) -> pb.Obstacle:
    """For an event."""
    return with_history(summary(obstacle, None), obstacle, SNAPSHOT_BYTES)
