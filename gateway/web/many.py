"""Which acts may be done to many assignments at once, from the task list; those that ask for nothing."""

from collections.abc import Iterable
from dataclasses import dataclass

from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.directive.v1.registry_pb2 import UNIT_KIND_OFFICE, Me
from ykcd.reporting.v1.reporting_pb2 import AssignmentRow

from .verbs import VERBS, Verb

ACCEPT, VERIFY = VERBS[pb.ACTION_ACCEPT], VERBS[pb.ACTION_VERIFY]
MANY = (ACCEPT, VERIFY)


@dataclass(frozen=True)
class Choice:
    """`ids`: of the assignments that may be chosen. `label`: of the button."""

    verb: Verb
    label: str
    ids: frozenset[str]


def choice(me: Me, rows: Iterable[AssignmentRow]) -> Choice:
    """A unit accepts what was sent to it; the Office confirms what was reported, a specialist what he follows. `assignment` has the last
    word."""
    roles, own = set(me.member.roles), me.member.person_id
    if me.unit.kind == UNIT_KIND_OFFICE:
        mine = [row.id for row in rows if "office_leader" in roles or ("specialist" in roles and row.specialist_id == own)]
        reported = {row.id for row in rows if row.state == pb.ASSIGNMENT_STATE_REPORTED}
        return Choice(VERIFY, "Xác nhận các kết quả đã chọn", reported.intersection(mine))
    sent = {row.id for row in rows if row.state == pb.ASSIGNMENT_STATE_SENT and row.unit_id == me.unit.id}
    return Choice(ACCEPT, "Tiếp nhận các nhiệm vụ đã chọn", frozenset(sent) if roles & {"focal_point", "unit_leader"} else frozenset())
