"""People and assignments for this service's tests."""

from datetime import date
from uuid import uuid4

from ykcd.assignment.v1 import assignment_pb2, event_pb2
from ykcd.assignment.v1.assignment_pb2 import Assignment

from kit.dates import from_date
from kit.testing.stack import Person

OFFICE, STNMT, SYT, SNV = (uuid4() for _ in range(4))
AN = Person(OFFICE, ["specialist"], "Nguyễn Văn An")
STNMT_LEADER = Person(STNMT, ["unit_leader"], "Lê Quang")
STNMT_ADMIN = Person(STNMT, ["administrator"], "Võ Trị")
SYT_LEADER = Person(SYT, ["unit_leader"], "Đỗ Hà")
EVALUATOR = Person(SNV, ["evaluator"], "Mai Hòa")
OPERATOR = Person(OFFICE, ["operator"], "Hồ Kỹ")
PEOPLE = (AN, STNMT_LEADER, STNMT_ADMIN, SYT_LEADER, EVALUATOR, OPERATOR)


def assignment(due: date | None = date(2025, 4, 30), state: str = "SENT", version: int = 1, **more: object) -> Assignment:
    """Sở TNMT's, due on a holiday unless told otherwise."""
    values = {"id": str(uuid4()), "unit_id": str(STNMT), "content": "Rà soát quỹ đất công.", "directive_code": "5425/UBND-KGVX", **more}
    state_number = assignment_pb2.AssignmentState.Value(f"ASSIGNMENT_STATE_{state}")
    return Assignment(due_date=from_date(due), state=state_number, version=version, **values)


def later(told: Assignment, state: str) -> Assignment:
    """The same assignment, one version on."""
    changed = Assignment()
    changed.CopyFrom(told)
    changed.version += 1
    changed.state = assignment_pb2.AssignmentState.Value(f"ASSIGNMENT_STATE_{state}")
    return changed


def sent(told: Assignment) -> event_pb2.AssignmentSent:
    """As `assignment` tells it."""
    return event_pb2.AssignmentSent(assignment=told)
