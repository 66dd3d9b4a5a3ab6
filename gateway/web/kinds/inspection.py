"""Inspections: the Office's of units, and a unit's own."""

import asyncio
from typing import Any

from ykcd.assignment.v1 import inspection_pb2

from gateway.web.fields import Field, enum, many
from gateway.web.forms import read_date
from gateway.web.records import Act, Filter, Kind, having
from gateway.web.tasks_found import asked, assignments_found, named_assignments, named_tasks, tasks_found
from gateway.web.words import iso_date


async def _choices(visit: Any) -> dict[str, Any]:
    """Assignments of the unit to be inspected, for the plan."""
    return {"q": asked(visit, "q"), "found": await assignments_found(visit, asked(visit, "unit_id"))}


async def _named(visit: Any, inspection: inspection_pb2.Inspection) -> dict[str, Any]:
    """What it looks at, what followed from it, and what may be named as following from it."""
    concluded = inspection.state == inspection_pb2.INSPECTION_STATE_CONCLUDED
    assignments, tasks, found = await asyncio.gather(
        named_assignments(visit, inspection.assignment_ids),
        named_tasks(visit, inspection.follow_up_task_ids),
        tasks_found(visit),
    )
    return {"assignments": assignments, "tasks": tasks, "q": asked(visit, "q"), "found": found if concluded else []}


_DECISION = (Field("decision_number", "Số quyết định", path="decision.number"),
             Field("decision_signer", "Người ký", path="decision.signer"))  # fmt: skip

INSPECTIONS = Kind(
    slug="kiem-tra",
    title="Kiểm tra",
    article="Điểm c khoản 1, khoản 2 Điều 8",
    group="Vướng mắc, kiểm tra",
    service=inspection_pb2.DESCRIPTOR.services_by_name["InspectionService"],
    list_rpc="ListInspections",
    get_rpc="GetInspection",
    macros="inspection",
    columns=(("unit", "Đơn vị được kiểm tra"), ("kind", "Loại"), ("days", "Thời gian"), ("state", "Trạng thái")),
    filters=(
        Filter("state", "Trạng thái", "states", "enum", "InspectionState"),
        Filter("unit", "Đơn vị", "unit_id", "unit"),
    ),
    create=Act(
        "plan",
        "PlanInspection",
        "Lập kế hoạch kiểm tra",
        "Điểm c khoản 1, khoản 2 Điều 8",
        "calendar",
        "Đã lập kế hoạch kiểm tra.",
        (
            Field("kind", read=enum("InspectionKind")),
            Field("unit_id"),
            Field("title", "Tên cuộc kiểm tra"),
            Field("plan", "Nội dung, kế hoạch"),
            Field("visit_from", "Từ ngày", read_date),
            Field("visit_to", "Đến ngày", read_date),
            *_DECISION,
            Field("assignment_ids", read=many),
        ),
        more=_choices,
    ),
    acts=(
        Act(
            "record",
            "RecordFindings",
            "Ghi kết quả kiểm tra",
            "Điểm c khoản 1 Điều 8",
            "draft",
            "Đã ghi kết quả kiểm tra.",
            (Field("visited_on", "Ngày kiểm tra", read_date), Field("findings", "Kết quả kiểm tra")),
            start=lambda found: {"visited_on": [iso_date(found.visited_on)], "findings": [found.findings]},
        ),
        Act(
            "conclude",
            "ConcludeInspection",
            "Ghi kết luận",
            "Điểm c khoản 1 Điều 8",
            "report",
            "Đã ghi kết luận kiểm tra; đơn vị thấy ngay bây giờ.",
            (Field("conclusions", "Kết luận"), Field("evaluation", read=enum("Evaluation")), *_DECISION),
        ),
        Act(
            "close",
            "CloseInspection",
            "Kết thúc",
            "Điểm c khoản 1 Điều 8",
            "verified",
            "Đã kết thúc cuộc kiểm tra.",
            (Field("follow_up_task_ids", read=many), Field("note", "Ghi chú")),
        ),
        Act(
            "cancel",
            "CancelInspection",
            "Hủy cuộc kiểm tra",
            "Điểm c khoản 1 Điều 8",
            "trash",
            "Đã hủy cuộc kiểm tra.",
            (Field("reason", "Lý do"),),
            careful=True,
        ),
    ),
    empty="Kế hoạch kiểm tra định kỳ, đột xuất của Văn phòng và kiểm tra nội bộ của đơn vị sẽ ở đây.",
    may_see=having("specialist", "office_leader", "chairman", "clerk", "focal_point", "unit_leader", "officer"),
    may_create=having("specialist", "office_leader", "unit_leader"),
    more=_named,
)
