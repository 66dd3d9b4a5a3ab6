"""What units ask of the Office, and the internal regulation that each of them has."""

from ykcd.assignment.v1 import inquiry_pb2

from gateway.web.fields import Field, enum, one_file
from gateway.web.forms import read_date
from gateway.web.records import Act, Filter, Kind, having
from gateway.web.tasks_found import own_open

_SERVICE = inquiry_pb2.DESCRIPTOR.services_by_name["InquiryService"]
_GROUP = "Vướng mắc, kiểm tra"
_UNIT = ("focal_point", "unit_leader", "officer")
_OFFICE = ("specialist", "office_leader", "chairman", "clerk")

INQUIRIES = Kind(
    slug="yeu-cau",
    title="Yêu cầu, góp ý",
    article="Điểm d khoản 1 Điều 8, khoản 1 Điều 9, Điều 13",
    group=_GROUP,
    service=_SERVICE,
    list_rpc="ListInquiries",
    get_rpc="GetInquiry",
    macros="inquiry",
    columns=(("kind", "Loại"), ("unit", "Đơn vị"), ("asked", "Gửi lúc"), ("state", "Trạng thái")),
    filters=(
        Filter("kind", "Loại", "kinds", "enum", "InquiryKind"),
        Filter("state", "Trạng thái", "states", "enum", "InquiryState"),
    ),
    create=Act(
        "open",
        "OpenInquiry",
        "Gửi yêu cầu, góp ý",
        "Điểm d khoản 1 Điều 8, khoản 1 Điều 9, Điều 13",
        "report",
        "Đã gửi đến Văn phòng UBND tỉnh.",
        (
            Field("kind", read=enum("InquiryKind")),
            Field("subject", "Tiêu đề"),
            Field("body", "Nội dung"),
            Field("assignment_id"),
        ),
        more=own_open,
    ),
    acts=(
        Act(
            "answer",
            "AnswerInquiry",
            "Trả lời",
            "Điểm d khoản 1 Điều 8, Điều 13",
            "draft",
            "Đã trả lời đơn vị.",
            (Field("answer", "Trả lời"),),
        ),
        Act(
            "solve",
            "SolveInquiry",
            "Đã giải quyết xong",
            "Điểm d khoản 1 Điều 8",
            "verified",
            "Đã ghi nhận: giải quyết xong.",
            (Field("note", "Ghi chú"),),
        ),
        Act(
            "reopen",
            "ReopenInquiry",
            "Chưa được, hỏi lại",
            "Điểm d khoản 1 Điều 8",
            "return",
            "Đã gửi lại đến Văn phòng UBND tỉnh.",
            (Field("reason", "Còn vướng điều gì"),),
        ),
    ),
    empty="Yêu cầu hỗ trợ, cung cấp thông tin, góp ý về phần mềm và về Quy chế sẽ ở đây.",
    may_see=having(*_OFFICE, *_UNIT, "administrator"),
    may_create=having(*_UNIT),
)

REGULATIONS = Kind(
    slug="quy-che-don-vi",
    title="Quy chế nội bộ của đơn vị",
    article="Khoản 2 Điều 11",
    group=_GROUP,
    service=_SERVICE,
    list_rpc="ListUnitRegulations",
    macros="regulation",
    columns=(("unit", "Đơn vị"), ("number", "Số, ngày"), ("force", "Hiệu lực")),
    create=Act(
        "put",
        "PutUnitRegulation",
        "Gửi quy chế",
        "Khoản 2 Điều 11",
        "file",
        "Đã ghi quy chế của đơn vị; bản trước (nếu có) được thay thế.",
        (
            Field("number", "Số, ký hiệu"),
            Field("issue_date", "Ngày ban hành", read_date),
            Field("title", "Trích yếu"),
            Field("evidence", read=one_file, path="file"),
            Field("evidence", read=one_file, path="file_name"),
        ),
    ),
    empty="Mỗi đơn vị ban hành quy chế của mình về theo dõi, đôn đốc, kiểm tra và gửi ở đây.",
    has_page=False,
    may_see=having(*_OFFICE, *_UNIT),
    may_create=having("unit_leader", "focal_point"),
)
