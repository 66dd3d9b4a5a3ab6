"""People and assignments for this service's tests."""

from uuid import UUID, uuid4

from ykcd.assignment.v1 import assignment_pb2, event_pb2
from ykcd.assignment.v1.assignment_pb2 import Assignment, Delegation

from kit.testing.stack import Person, Stack

OFFICE, STNMT, SYT = (uuid4() for _ in range(3))
AN = Person(OFFICE, ["specialist"], "Nguyễn Văn An")
OFFICE_LEADER = Person(OFFICE, ["office_leader"], "Phan Đức Thuận")
STNMT_LEADER = Person(STNMT, ["unit_leader"], "Lê Quang")
STNMT_FOCAL = Person(STNMT, ["focal_point"], "Hồ Đầu Mối")
STNMT_DEPUTY = Person(STNMT, ["unit_leader"], "Trần Phó")
STNMT_OFFICER = Person(STNMT, ["officer"], "Bùi Cán Bộ")
SYT_LEADER = Person(SYT, ["unit_leader"], "Đỗ Hà")
PEOPLE = (AN, OFFICE_LEADER, STNMT_LEADER, STNMT_FOCAL, STNMT_DEPUTY, STNMT_OFFICER, SYT_LEADER)

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


async def send(stack: Stack, count: int = 1) -> UUID:
    """`count` new assignments of Sở TNMT; the id of the last one's event."""
    for _ in range(count):
        told = assignment()
        event_id = await stack.deliver(event_pb2.AssignmentSent(assignment=told), told.id)
    return event_id
