"""What may be done to an assignment, by whom, in which state: the one table that the guards and `allowed_actions` both read."""

from dataclasses import dataclass

from ykcd.assignment.v1 import assignment_pb2 as pb

from kit.identity import UNIT_ROLES

SENT, ACCEPTED, IN_PROGRESS, REPORTED, VERIFIED, RETURN_REQUESTED = (
    pb.ASSIGNMENT_STATE_SENT,
    pb.ASSIGNMENT_STATE_ACCEPTED,
    pb.ASSIGNMENT_STATE_IN_PROGRESS,
    pb.ASSIGNMENT_STATE_REPORTED,
    pb.ASSIGNMENT_STATE_VERIFIED,
    pb.ASSIGNMENT_STATE_RETURN_REQUESTED,
)


@dataclass(frozen=True)
class Rule:
    """One row: `by_unit` says whose act it is, the assigned unit's or the Office's."""

    roles: tuple[str, ...]
    from_states: tuple[int, ...]
    to_state: int
    by_unit: bool = True


ACTIONS: dict[int, Rule] = {
    pb.ACTION_ACCEPT: Rule(("focal_point", "unit_leader"), (SENT,), ACCEPTED),
    pb.ACTION_REQUEST_RETURN: Rule(("unit_leader",), (SENT, ACCEPTED, IN_PROGRESS), RETURN_REQUESTED),
    pb.ACTION_DELEGATE: Rule(("unit_leader",), (ACCEPTED, IN_PROGRESS), IN_PROGRESS),
    pb.ACTION_REPORT_PROGRESS: Rule(UNIT_ROLES, (ACCEPTED, IN_PROGRESS), IN_PROGRESS),
    pb.ACTION_REPORT_DONE: Rule(("unit_leader",), (ACCEPTED, IN_PROGRESS), REPORTED),
    pb.ACTION_VERIFY: Rule(("specialist", "office_leader"), (REPORTED,), VERIFIED, by_unit=False),
    pb.ACTION_SEND_BACK: Rule(("specialist", "office_leader"), (REPORTED,), IN_PROGRESS, by_unit=False),
}
