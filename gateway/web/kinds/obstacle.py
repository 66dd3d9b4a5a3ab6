"""What hinders units: their report, the Office's proposal, the leaders' direction."""

from ykcd.assignment.v1 import obstacle_pb2
from ykcd.assignment.v1.assignment_pb2 import Assignment
from ykcd.directive.v1.registry_pb2 import Me

from gateway.web.fields import Field
from gateway.web.records import Act, Filter, Kind, having
from gateway.web.tasks_found import OPEN, own_open

_in_a_unit = having("focal_point", "unit_leader", "officer")


def may_raise(assignment: Assignment, me: Me) -> bool:
    """Whether the reader may tell of an obstacle to it; `assignment` has the last word."""
    return assignment.unit_id == me.unit.id and assignment.state in OPEN and _in_a_unit(me)


OBSTACLES = Kind(
    slug="vuong-mac",
    title="Khó khăn, vướng mắc",
    article="Điểm b khoản 1 Điều 8, khoản 3 Điều 9, khoản 2 Điều 10",
    group="Vướng mắc, kiểm tra",
    service=obstacle_pb2.DESCRIPTOR.services_by_name["ObstacleService"],
    list_rpc="ListObstacles",
    get_rpc="GetObstacle",
    macros="obstacle",
    columns=(("unit", "Đơn vị"), ("told", "Báo cáo"), ("state", "Trạng thái")),
    filters=(
        Filter("state", "Trạng thái", "states", "enum", "ObstacleState"),
        Filter("unit", "Đơn vị", "unit_id", "unit"),
        Filter("assignment", "Trong một nhiệm vụ", "assignment_id", "kept"),
    ),
    create=Act(
        "raise",
        "RaiseObstacle",
        "Báo cáo vướng mắc",
        "Khoản 2 Điều 10",
        "flag",
        "Đã báo cáo vướng mắc. Văn phòng UBND tỉnh thấy ngay bây giờ.",
        (
            Field("assignment_id"),
            Field("difficulty", "Khó khăn, vướng mắc"),
            Field("cause", "Nguyên nhân"),
            Field("proposal", "Đề xuất, kiến nghị"),
        ),
        more=own_open,
    ),
    acts=(
        Act(
            "propose",
            "ProposeSolution",
            "Đề xuất xử lý",
            "Điểm b khoản 1 Điều 8",
            "draft",
            "Đã ghi đề xuất xử lý của Văn phòng.",
            (Field("office_proposal", "Đề xuất xử lý"),),
        ),
        Act(
            "direct",
            "DirectObstacle",
            "Ghi ý kiến chỉ đạo",
            "Khoản 3 Điều 9",
            "flag",
            "Đã ghi ý kiến chỉ đạo; đơn vị thấy ngay bây giờ.",
            (
                Field("direction", "Ý kiến chỉ đạo"),
                Field("decision_number", "Số văn bản", path="decision.number"),
                Field("decision_signer", "Người ký", path="decision.signer"),
            ),
        ),
        Act(
            "close",
            "CloseObstacle",
            "Kết thúc",
            "Khoản 2 Điều 10",
            "verified",
            "Đã kết thúc vướng mắc.",
            (Field("note", "Kết quả xử lý"),),
        ),
        Act(
            "withdraw",
            "WithdrawObstacle",
            "Rút báo cáo",
            "Khoản 2 Điều 10",
            "return",
            "Đã rút báo cáo vướng mắc.",
            (Field("reason", "Lý do"),),
            careful=True,
        ),
    ),
    empty="Vướng mắc do đơn vị báo cáo khi thực hiện nhiệm vụ, đề xuất của Văn phòng và ý kiến chỉ đạo sẽ ở đây.",
    may_see=having("specialist", "office_leader", "chairman", "clerk", "focal_point", "unit_leader", "officer"),
    may_create=_in_a_unit,
)
