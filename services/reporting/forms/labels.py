"""What the law calls states and roles."""

from collections.abc import Mapping

from ykcd.assignment.v1.assignment_pb2 import AssignmentState, Execution, Timeliness
from ykcd.directive.v1.directive_pb2 import AssignmentRole, DocumentType

ROLES: Mapping[int, str] = {
    AssignmentRole.ASSIGNMENT_ROLE_LEAD: "Chủ trì",
    AssignmentRole.ASSIGNMENT_ROLE_COORDINATING: "Phối hợp",
    AssignmentRole.ASSIGNMENT_ROLE_AGGREGATING: "Tổng hợp",
}
EXECUTIONS: Mapping[int, str] = {
    Execution.EXECUTION_NOT_STARTED: "Chưa thực hiện",
    Execution.EXECUTION_IN_PROGRESS: "Đang thực hiện",
    Execution.EXECUTION_DONE: "Đã thực hiện",
}
TIMELINESS: Mapping[int, str] = {
    Timeliness.TIMELINESS_IN_TIME: "trong hạn",
    Timeliness.TIMELINESS_OVERDUE: "quá hạn",
    Timeliness.TIMELINESS_DONE_ON_TIME: "đúng hạn",
    Timeliness.TIMELINESS_DONE_LATE: "trễ hạn",
    Timeliness.TIMELINESS_AWAITING_UPDATE: "chờ cập nhật",
}
DOCUMENT_TYPES: Mapping[int, str] = {
    DocumentType.DOCUMENT_TYPE_DECISION: "Quyết định",
    DocumentType.DOCUMENT_TYPE_INSTRUCTION: "Chỉ thị",
    DocumentType.DOCUMENT_TYPE_OFFICIAL_LETTER: "Công văn",
    DocumentType.DOCUMENT_TYPE_TELEGRAM: "Công điện",
    DocumentType.DOCUMENT_TYPE_REPORT: "Báo cáo",
    DocumentType.DOCUMENT_TYPE_PLAN: "Kế hoạch",
    DocumentType.DOCUMENT_TYPE_PROGRAMME: "Chương trình",
    DocumentType.DOCUMENT_TYPE_SCHEME: "Đề án",
    DocumentType.DOCUMENT_TYPE_PROJECT: "Dự án",
    DocumentType.DOCUMENT_TYPE_CONCLUSION_NOTICE: "Thông báo kết luận",
    DocumentType.DOCUMENT_TYPE_OPINION: "Ý kiến chỉ đạo",
}
# What is no longer the unit's to do.
GONE: Mapping[int, str] = {
    AssignmentState.ASSIGNMENT_STATE_FORWARDED: "Đã chuyển đơn vị khác",
    AssignmentState.ASSIGNMENT_STATE_CANCELLED: "Đã hủy",
    AssignmentState.ASSIGNMENT_STATE_SUCCEEDED: "Đã chuyển đơn vị kế thừa",
}


def state(execution: int, timeliness: int) -> str:
    """Đ6.1.g: "Đang thực hiện – quá hạn"."""
    return " – ".join(filter(None, (EXECUTIONS.get(execution, ""), TIMELINESS.get(timeliness, ""))))
