"""The registry of units, and what becomes of them."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from google.protobuf.message import Message
from ykcd.assignment.v1.assignment_pb2 import PreviewSuccessionRequest, PreviewSuccessionResponse
from ykcd.directive.v1 import people_pb2, registry_pb2
from ykcd.directive.v1.registry_pb2 import Me, Successor

from gateway.web.enums import short
from gateway.web.fields import Field, enum, lines
from gateway.web.forms import Form, read_date
from gateway.web.kinds.people import administers
from gateway.web.records import Act, Kind, having
from gateway.web.words import iso_date, to_date

_SERVICE = people_pb2.DESCRIPTOR.services_by_name["PeopleService"]
_GROUP = "Danh mục"
_FIELDS = (
    Field("code", "Mã"),
    Field("name", "Tên"),
    Field("kind", read=enum("UnitKind")),
    Field("abbreviations", "Tên viết tắt", lines),
    Field("valid_from", "Từ ngày", read_date),
)
_decides = having("office_leader")
# Who may see how many tasks would go where.
_previews = having("administrator", "office_leader")


def _changeable(_unit: registry_pb2.Unit, me: Me, _today: dt.date) -> Iterator[str]:
    if administers(me):
        yield "change"


def _as_entered(unit: registry_pb2.Unit) -> dict[str, list[str]]:
    return {
        "code": [unit.code],
        "name": [unit.name],
        "kind": [short(unit.kind, "UnitKind").lower()],
        "abbreviations": ["\n".join(unit.abbreviations)],
        "valid_from": [iso_date(unit.valid_from)],
    }


UNITS = Kind(
    slug="don-vi",
    title="Cơ quan, đơn vị",
    article="Điểm d khoản 1 Điều 8",
    group=_GROUP,
    service=registry_pb2.DESCRIPTOR.services_by_name["RegistryService"],
    beside=_SERVICE,
    list_rpc="ListUnits",
    macros="unit",
    columns=(("kind", "Loại"), ("names", "Viết tắt"), ("days", "Hoạt động")),
    create=Act("put", "PutUnit", "Thêm đơn vị", "Điểm d khoản 1 Điều 8", "plus", "Đã thêm đơn vị.", _FIELDS),
    acts=(Act("change", "PutUnit", "Sửa đơn vị", "Điểm d khoản 1 Điều 8", "draft", "Đã sửa đơn vị.", _FIELDS, start=_as_entered),),
    empty="Chưa có đơn vị nào.",
    heading="Đơn vị",
    may_create=administers,
    allowed=_changeable,
)


def successors(form: Form, name: str, _errors: dict[str, str]) -> list[Successor]:
    """One per row."""
    return [Successor(unit_id=form.value(f"{row}unit_id"), field_id=form.value(f"{row}field_id")) for row in form.rows(name)]


def _decidable(dissolution: people_pb2.UnitDissolution, me: Me, today: dt.date) -> Iterator[str]:
    if dissolution.state != people_pb2.DISSOLUTION_STATE_PROPOSED:
        return
    last = to_date(dissolution.valid_to)
    if _decides(me) and last and today > last:
        yield "confirm"
    if _previews(me):
        yield "withdraw"


async def succession(visit: Any, told: Message) -> PreviewSuccessionResponse | None:
    """What would go where. `told`: a UnitDissolution or the request for one. None where `assignment` is away or the reader may not know."""
    if not _previews((await visit.frame()).me):
        return None
    request = PreviewSuccessionRequest(unit_id=told.unit_id, successors=told.successors)  # type: ignore[attr-defined]
    return await visit.optional(visit.services.assignment.PreviewSuccession, request)


async def _preview(visit: Any, dissolution: people_pb2.UnitDissolution) -> PreviewSuccessionResponse | None:
    return await succession(visit, dissolution) if dissolution.state == people_pb2.DISSOLUTION_STATE_PROPOSED else None


DISSOLUTIONS = Kind(
    slug="sap-xep-don-vi",
    title="Sắp xếp, sáp nhập đơn vị",
    article="Điểm d khoản 1 Điều 8",
    group=_GROUP,
    service=_SERVICE,
    list_rpc="ListDissolutions",
    macros="dissolution",
    columns=(("last", "Ngày hoạt động cuối"), ("decision", "Văn bản"), ("state", "Trạng thái")),
    create=Act(
        "propose",
        "ProposeDissolution",
        "Đề nghị sắp xếp đơn vị",
        "Điểm d khoản 1 Điều 8",
        "people",
        "Đã ghi đề nghị; lãnh đạo Văn phòng xác nhận sau ngày hoạt động cuối của đơn vị.",
        (
            Field("unit_id"),
            Field("valid_to", "Ngày hoạt động cuối", read_date),
            Field("decision_number", "Văn bản"),
            Field("successors", read=successors, rows=True),
        ),
        preview="xem-truoc",
    ),
    acts=(
        Act(
            "confirm",
            "ConfirmDissolution",
            "Xác nhận",
            "Điểm d khoản 1 Điều 8",
            "verified",
            "Đã xác nhận: các nhiệm vụ còn mở chuyển sang đơn vị kế thừa ngay bây giờ.",
            careful=True,
        ),
        Act("withdraw", "WithdrawDissolution", "Rút đề nghị", "Điểm d khoản 1 Điều 8", "return", "Đã rút đề nghị.", careful=True),
    ),
    empty="Chưa có đơn vị nào được đề nghị sắp xếp, sáp nhập.",
    heading="Đơn vị",
    may_see=having("specialist", "office_leader", "chairman", "clerk", "administrator"),
    may_create=administers,
    allowed=_decidable,
    more=_preview,
)
