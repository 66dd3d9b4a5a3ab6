"""People and assignments for this service's tests."""

from uuid import UUID, uuid4

from google.type.date_pb2 import Date
from ykcd.assignment.v1 import assignment_pb2, event_pb2
from ykcd.assignment.v1.assignment_pb2 import Assignment, Delegation
from ykcd.directive.v1 import people_pb2
from ykcd.directive.v1.event_pb2 import AbsenceChanged

from kit.testing.stack import Person, Stack

OFFICE, STNMT, SYT = (uuid4() for _ in range(3))
AN = Person(OFFICE, ["specialist"], "Nguyễn Văn An")
OFFICE_LEADER = Person(OFFICE, ["office_leader"], "Phan Đức Thuận")
STNMT_LEADER = Person(STNMT, ["unit_leader"], "Lê Quang")
STNMT_FOCAL = Person(STNMT, ["focal_point"], "Hồ Đầu Mối")
STNMT_DEPUTY = Person(STNMT, ["unit_leader"], "Trần Phó")
STNMT_OFFICER = Person(STNMT, ["officer"], "Bùi Cán Bộ")
SYT_LEADER = Person(SYT, ["unit_leader"], "Đỗ Hà")
SYT_OFFICER = Person(SYT, ["officer"], "Ngô Cán Bộ")
CHI = Person(OFFICE, ["specialist"], "Lê Thị Chi")
CHAIRMAN = Person(OFFICE, ["chairman"], "Nguyễn Chủ Tịch")
CLERK = Person(OFFICE, ["clerk"], "Võ Thị Thư")
ADMINISTRATOR = Person(OFFICE, ["administrator"], "Cao Quản")
PEOPLE = (
    AN,
    CHI,
    OFFICE_LEADER,
    CHAIRMAN,
    CLERK,
    ADMINISTRATOR,
    STNMT_LEADER,
    STNMT_FOCAL,
    STNMT_DEPUTY,
    STNMT_OFFICER,
    SYT_LEADER,
    SYT_OFFICER,
)

CONTENT = (
    "Rà soát, thống kê toàn bộ quỹ đất công trên địa bàn tỉnh, đề xuất phương án quản lý, khai thác hiệu quả và báo cáo kết quả thực hiện."
)


def assignment(version: int = 1, **more: object) -> Assignment:
    """Sở TNMT's, followed by An."""
    values = {
        "id": str(uuid4()),
        "unit_id": str(STNMT),
        "specialist_id": str(AN.id),
        "content": CONTENT,
        "directive_code": "5425/UBND-KGVX",
        "state": assignment_pb2.ASSIGNMENT_STATE_SENT,
        **more,
    }
    return Assignment(version=version, **values)


def delegation() -> Delegation:
    """To the deputy head and one officer."""
    return Delegation(leader_id=str(STNMT_DEPUTY.id), officer_ids=[str(STNMT_OFFICER.id)])


def absence(absent: Person, deputy: Person, first: Date, last: Date, **more: object) -> AbsenceChanged:
    """`deputy` stands in for `absent` in his unit."""
    who = {"unit_id": str(absent.unit_id), "person_id": str(absent.id), "person_name": absent.name, "deputy_id": str(deputy.id)}
    values = {"id": str(uuid4()), "version": 1, "first_day": first, "last_day": last, **who, **more}
    return AbsenceChanged(absence=people_pb2.Absence(**values))


async def send(stack: Stack, count: int = 1) -> UUID:
    """`count` new assignments of Sở TNMT; the id of the last one's event."""
    for _ in range(count):
        told = assignment()
        event_id = await stack.deliver(event_pb2.AssignmentSent(assignment=told), told.id)
    return event_id
