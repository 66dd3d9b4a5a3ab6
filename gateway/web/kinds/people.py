"""Who stands in for whom, who follows what, who keeps an eye on the system."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from ykcd.directive.v1 import people_pb2
from ykcd.directive.v1.registry_pb2 import ListMembersRequest, Me, Member

from gateway.web.fields import Field
from gateway.web.forms import read_date
from gateway.web.records import Act, Filter, Kind, everybody, having
from gateway.web.tasks_found import asked
from gateway.web.words import to_date

_SERVICE = people_pb2.DESCRIPTOR.services_by_name["PeopleService"]
_GROUP = "Danh mục"
PEOPLE_OF_A_UNIT = 1000
_OFFICE = ("specialist", "office_leader", "chairman", "clerk")
administers = having("administrator")
leads = having("unit_leader", "office_leader")
_keeps_annex = having("office_leader", "administrator")


def _not_over(day: Any, today: dt.date) -> bool:
    last = to_date(day)
    return last is None or last >= today


def _cancellable(absence: people_pb2.Absence, me: Me, today: dt.date) -> Iterator[str]:
    # A deputy has the absent person's roles too, but doesn't end by them what he has them by.
    gives = administers(me) or me.member.person_id == absence.person_id or (leads(me) and me.member.person_id != absence.deputy_id)
    if gives and not absence.cancelled and _not_over(absence.last_day, today):
        yield "cancel"


async def _people(visit: Any) -> Sequence[Member]:
    """The people of the unit that the administrator chose in the address; of the reader's own for everybody else."""
    frame, unit_id = await visit.frame(), asked(visit, "unit_id")
    if not (administers(frame.me) and unit_id):
        return frame.members
    # Not from the names kept for everybody: only the Office may ask for any unit.
    found = await visit.call(visit.services.registry.ListMembers, ListMembersRequest(unit_id=unit_id, page_size=PEOPLE_OF_A_UNIT))
    return found.members


ABSENCES = Kind(
    slug="uy-quyen",
    title="Ủy quyền khi vắng mặt",
    article="Điểm đ khoản 1 Điều 8",
    group=_GROUP,
    service=_SERVICE,
    list_rpc="ListAbsences",
    macros="absence",
    columns=(("deputy", "Người thay"), ("days", "Thời gian"), ("state", "Tình trạng")),
    filters=(Filter("current", "Chỉ những việc còn hiệu lực", "current", "check"),),
    create=Act(
        "put",
        "PutAbsence",
        "Ủy quyền",
        "Điểm đ khoản 1 Điều 8",
        "people",
        "Đã ghi ủy quyền. Người thay có quyền của người vắng trong những ngày đó.",
        (
            Field("unit_id"),
            Field("person_id"),
            Field("deputy_id"),
            Field("first_day", "Ngày đầu", read_date),
            Field("last_day", "Ngày cuối", read_date),
            Field("reason", "Lý do"),
        ),
        more=_people,
    ),
    acts=(
        Act(
            "cancel",
            "CancelAbsence",
            "Hủy ủy quyền",
            "Điểm đ khoản 1 Điều 8",
            "return",
            "Đã hủy ủy quyền; quyền của người thay hết ngay.",
            careful=True,
        ),
    ),
    empty="Khi vắng mặt, một người khác trong đơn vị nhận thông báo và xử lý thay; việc đó được ghi ở đây.",
    heading="Người vắng mặt",
    may_create=everybody,
    allowed=_cancellable,
)


def _endable(rule: people_pb2.SpecialistRule, me: Me, today: dt.date) -> Iterator[str]:
    if _keeps_annex(me) and _not_over(rule.valid_to if rule.HasField("valid_to") else None, today):
        yield "end"


ANNEX = Kind(
    slug="phu-luc-i",
    title="Phụ lục I: phân công chuyên viên",
    article="Điểm đ khoản 1 Điều 8",
    group=_GROUP,
    service=_SERVICE,
    list_rpc="ListSpecialistRules",
    whole=(("ended", "1"),),
    macros="annex1",
    columns=(
        ("specialist", "Chuyên viên"),
        ("leader", "Lãnh đạo Văn phòng"),
        ("deputy", "Dự phòng"),
        ("days", "Thời gian"),
        ("note", "Ghi chú"),
    ),
    filters=(
        Filter("field", "Lĩnh vực", "field_id", "field"),
        Filter("ended", "Cả những dòng đã kết thúc", "include_ended", "check"),
    ),
    create=Act(
        "put",
        "PutSpecialistRule",
        "Thêm dòng",
        "Điểm đ khoản 1 Điều 8",
        "plus",
        "Đã thêm dòng; dòng trước của cùng lĩnh vực và đơn vị kết thúc vào ngày liền trước.",
        (
            Field("field_id"),
            Field("unit_id"),
            Field("specialist_id"),
            Field("office_leader_id"),
            Field("deputy_id"),
            Field("valid_from", "Từ ngày", read_date),
            Field("note", "Ghi chú"),
        ),
    ),
    acts=(
        Act(
            "end",
            "EndSpecialistRule",
            "Kết thúc phân công",
            "Điểm đ khoản 1 Điều 8",
            "return",
            "Đã ghi ngày kết thúc.",
            (Field("valid_to", "Ngày cuối", read_date),),
            careful=True,
        ),
    ),
    empty="Chưa có dòng nào: nhiệm vụ của lĩnh vực này vào hàng chờ của lãnh đạo Văn phòng.",
    heading="Lĩnh vực, đơn vị",
    may_see=having(*_OFFICE, "administrator"),
    may_create=_keeps_annex,
    allowed=_endable,
)

FOLLOWERS = Kind(
    slug="lanh-dao-theo-doi",
    title="Lãnh đạo theo dõi hệ thống",
    article="Khoản 2 Điều 8",
    group=_GROUP,
    service=_SERVICE,
    list_rpc="ListFollowers",
    macros="follower",
    columns=(("person", "Lãnh đạo"), ("since", "Từ ngày"), ("seen", "Truy cập gần nhất")),
    create=Act(
        "name_follower",
        "NameFollower",
        "Cử lãnh đạo theo dõi",
        "Khoản 2 Điều 8",
        "user",
        "Đã cử lãnh đạo theo dõi hệ thống của đơn vị.",
        (Field("person_id"),),
    ),
    empty="Chưa có đơn vị nào.",
    heading="Đơn vị",
    id_field="unit_id",
    has_page=False,
    may_create=leads,
)
