"""The yearly work programme of the People's Committee."""

import asyncio
import datetime as dt
from collections.abc import Iterator
from typing import Any

from ykcd.directive.v1 import programme_pb2
from ykcd.directive.v1.registry_pb2 import Me

from gateway.web.fields import Field, enum, many, number
from gateway.web.forms import read_date
from gateway.web.records import Act, Filter, Kind, everybody, having
from gateway.web.tasks_found import asked, named_tasks, tasks_found

_enters = having("specialist", "office_leader", "clerk")
_leads_a_unit = having("unit_leader")


def _allowed(item: programme_pb2.ProgrammeItem, me: Me, _today: dt.date) -> Iterator[str]:
    """As `directive` has it: the Office corrects a result too, the lead unit tells it once."""
    is_open = item.state == programme_pb2.PROGRAMME_ITEM_STATE_OPEN
    if _enters(me):
        yield "record"
        if is_open:
            yield from ("link", "change")
    elif is_open and _leads_a_unit(me) and item.lead_unit_id == me.unit.id:
        yield "record"


async def _tasks(visit: Any, item: programme_pb2.ProgrammeItem) -> dict[str, Any]:
    """Those that carry it out, and those to choose from."""
    linked, found = await asyncio.gather(named_tasks(visit, item.task_ids), tasks_found(visit))
    return {"linked": linked, "q": asked(visit, "q"), "found": found}


def _as_entered(item: programme_pb2.ProgrammeItem) -> dict[str, list[str]]:
    values = {name: [str(getattr(item, name))] for name in ("year", "month", "ordinal", "content", "lead_unit_id", "submitted_to")}
    return values | {"coordinating_unit_ids": list(item.coordinating_unit_ids)}


_FIELDS = (
    Field("year", read=number),
    Field("month", read=number),
    Field("ordinal", read=number),
    Field("content", "Nội dung"),
    Field("lead_unit_id"),
    Field("coordinating_unit_ids", read=many),
    Field("submitted_to", "Trình"),
)

PROGRAMME = Kind(
    slug="chuong-trinh",
    title="Chương trình công tác",
    article="Khoản 4 Điều 2, khoản 2 Điều 9",
    group="Danh mục",
    service=programme_pb2.DESCRIPTOR.services_by_name["ProgrammeService"],
    list_rpc="ListProgrammeItems",
    get_rpc="GetProgrammeItem",
    macros="programme",
    columns=(("month", "Tháng"), ("lead", "Chủ trì"), ("tasks", "Nhiệm vụ"), ("state", "Kết quả")),
    filters=(
        Filter("year", "Năm", "year", "number", default=lambda today: str(today.year)),
        Filter("month", "Tháng", "month", "number"),
        Filter("unit", "Đơn vị chủ trì", "lead_unit_id", "unit"),
    ),
    create=Act("put", "PutProgrammeItem", "Thêm mục", "Khoản 4 Điều 2", "plus", "Đã thêm mục vào chương trình công tác.", _FIELDS),
    acts=(
        Act(
            "record",
            "RecordProgrammeResult",
            "Ghi kết quả",
            "Khoản 2 Điều 9",
            "verified",
            "Đã ghi kết quả.",
            (
                Field("state", read=enum("ProgrammeItemState")),
                Field("result", "Kết quả"),
                Field("completed_on", "Ngày hoàn thành", read_date),
            ),
        ),
        Act(
            "link",
            "LinkProgrammeItem",
            "Gắn nhiệm vụ",
            "Khoản 4 Điều 2",
            "inbox",
            "Đã lưu các nhiệm vụ của mục này.",
            (Field("task_ids", read=many),),
            start=lambda item: {"task_ids": list(item.task_ids)},
        ),
        Act("change", "PutProgrammeItem", "Sửa mục", "Khoản 4 Điều 2", "draft", "Đã sửa.", _FIELDS, start=_as_entered),
    ),
    empty="Chương trình công tác của UBND tỉnh theo tháng của năm này chưa có mục nào.",
    may_see=everybody,
    may_create=_enters,
    allowed=_allowed,
    more=_tasks,
)
