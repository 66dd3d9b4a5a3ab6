"""The acts on an assignment, one row each, in the order in which a page offers them. A new one is its row in VERBS and a macro of the same
name in templates/macros/acts.html."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from google.protobuf.message_factory import GetMessageClass
from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.directive.v1.registry_pb2 import ProposeSpecialistRequest

from kit.law import article

from . import words
from .fields import Field, FormOfFields, Values, enum, files, flag, many_but, plan_steps, yes_no
from .forms import Form, read_date

_RPCS = pb.DESCRIPTOR.services_by_name["AssignmentService"].methods_by_name


@dataclass(frozen=True)
class Verb(FormOfFields):
    """Its form sends request_id, id and expected_version besides `fields`. `name`: its Action's, in lower case. `complete`: asks others for
    what the form leaves open, awaited with the visit and the request."""

    complete: Callable[[Any, Any], Awaitable[None]] | None = None

    @property
    def action(self) -> int:
        return pb.Action.Value(f"ACTION_{self.name.upper()}")

    def request(self, form: Form, **known: Any) -> tuple[Any, dict[str, str]]:
        """The RPC's request, and the fields that couldn't be read. What a field must hold is for `assignment` to say."""
        request = GetMessageClass(_RPCS[self.rpc].input_type)(**known)
        return request, self.fill(request, form)


@article("Đ8.1.đ", "D16")
async def _by_annex1(visit: Any, request: pb.ForwardAssignmentRequest) -> None:
    """Who follows the new unit's part by Annex I; nobody where none does, or the form says too little to ask."""
    if request.specialist_id or not request.unit_id:
        return
    field_id = request.field_id
    if not field_id:
        field_id = (await visit.call(visit.services.assignment.GetAssignment, pb.GetAssignmentRequest(id=request.id))).field_id
    if field_id:
        asked = ProposeSpecialistRequest(field_id=field_id, unit_id=request.unit_id)
        request.specialist_id = (await visit.call(visit.services.registry.ProposeSpecialist, asked)).specialist_id


def _draft(assignment: pb.Assignment) -> Values:
    """Of the result that an officer prepared for the unit's leader."""
    draft = next((report for report in assignment.reports if report.state == pb.REPORT_STATE_DRAFT), pb.Report())
    return {
        "completed_on": [words.iso_date(draft.completed_on)],
        "content": [draft.content],
        "document_number": [draft.document.number],
        "document_date": [words.iso_date(draft.document.issue_date)],
        "evidence_ids": [each.id for each in draft.evidence],
        "evidence_names": [each.file_name for each in draft.evidence],
    }


def _delegation(assignment: pb.Assignment) -> Values:
    given = assignment.delegation
    return {
        "leader_id": [given.leader_id],
        "officer_ids": list(given.officer_ids),
        "internal_due_date": [words.iso_date(given.internal_due_date)],
        "note": [given.note],
    }


def _plan(assignment: pb.Assignment) -> Values:
    return {
        f"steps-{n}-{name}": [value]
        for n, step in enumerate(assignment.plan)
        for name, value in (
            ("content", step.content),
            ("due_date", words.iso_date(step.due_date)),
            ("person_id", step.person_id),
            ("done_on", words.iso_date(step.done_on)),
        )
    }


_REASON = Field("reason", "Lý do")
_DECISION = (Field("decision_number", "Số quyết định", path="decision.number"), Field("signer", "Người ký", path="decision.signer"))
_DOCUMENT = (Field("document_number", "Số văn bản", path="document.number"),
             Field("document_date", "Ngày văn bản", read_date, "document.issue_date"))  # fmt: skip
_RESULT = (
    Field("completed_on", "Ngày hoàn thành", read_date),
    Field("content", "Kết quả thực hiện"),
    *_DOCUMENT,
    Field("evidence", read=files, path="evidence_ids"),
)
VERBS = {
    verb.action: verb
    for verb in (
        # Of the unit.
        Verb("accept", "AcceptAssignment", "Tiếp nhận", "Điểm a khoản 2 Điều 7", "check", "Đã tiếp nhận nhiệm vụ."),
        Verb(
            "report_progress", "ReportProgress", "Cập nhật tình hình", "Điểm b khoản 2 Điều 7", "progress",
            "Đã cập nhật tình hình thực hiện.",
            (Field("kind", read=enum("ReportKind")), Field("content", "Tình hình thực hiện")),
            start=lambda _: {"kind": ["periodic"]},
        ),
        Verb(
            "report_done", "ReportDone", "Báo cáo kết quả", "Điểm c khoản 2 Điều 7", "report", "Đã báo cáo kết quả.", _RESULT,
            start=_draft,
        ),
        Verb(
            "draft_report", "DraftReport", "Lưu dự thảo báo cáo", "Điểm b khoản 2 Điều 7", "draft",
            "Đã lưu dự thảo báo cáo; Văn phòng UBND tỉnh chưa thấy.", _RESULT, start=_draft,
        ),
        Verb(
            "delegate", "DelegateAssignment", "Phân công", "Khoản 2 Điều 8", "people", "Đã phân công.",
            (
                Field("leader_id"),
                # The leader may stand in both lists; he is in charge either way.
                Field("officer_ids", read=many_but("leader_id")),
                Field("internal_due_date", "Thời hạn nội bộ", read_date),
                Field("note", "Ghi chú"),
            ),
            start=_delegation,
        ),
        Verb(
            "set_plan", "SetPlan", "Lập kế hoạch thực hiện", "Khoản 2 Điều 2", "calendar", "Đã lưu kế hoạch thực hiện.",
            (Field("steps", "Bước thực hiện", plan_steps, rows=True),), start=_plan,
        ),
        Verb(
            "confirm_aggregator", "ConfirmAggregator", "Xác nhận đơn vị tổng hợp", "Điểm h khoản 1 Điều 6", "sum",
            "Đã xác nhận đơn vị tổng hợp báo cáo.", (Field("aggregating_unit_id"),),
            start=lambda assignment: {"aggregating_unit_id": [assignment.aggregating_unit_id]},
        ),
        Verb(
            "record_paper_report", "RecordPaperReport", "Ghi nhận báo cáo giấy", "Khoản 1 Điều 6", "file",
            "Đã ghi nhận báo cáo bằng văn bản giấy.", _DOCUMENT,
        ),
        Verb(
            "request_extension", "RequestExtension", "Đề nghị gia hạn", "Điểm đ khoản 1 Điều 6", "clock", "Đã gửi đề nghị gia hạn.",
            (Field("new_due_date", "Thời hạn đề nghị", read_date), _REASON, Field("late", read=flag)),
        ),
        Verb(
            "withdraw_extension", "WithdrawExtension", "Rút đề nghị gia hạn", "Điểm đ khoản 1 Điều 6", "return",
            "Đã rút đề nghị gia hạn.", (_REASON,), careful=True,
        ),
        Verb(
            "withdraw_report", "WithdrawReport", "Rút báo cáo kết quả", "Điểm b khoản 2 Điều 7", "return",
            "Đã rút báo cáo kết quả.", (_REASON,), careful=True,
        ),
        Verb(
            "request_return", "RequestReturn", "Đề nghị chuyển lại", "Điểm d khoản 2 Điều 7", "return",
            "Đã gửi đề nghị chuyển lại.", (_REASON,), careful=True,
        ),
        # Of the Office.
        Verb(
            "verify", "VerifyAssignment", "Xác nhận kết quả", "Điểm a khoản 1 Điều 8", "verified", "Đã xác nhận kết quả.",
            (Field("completed_on", "Ngày hoàn thành đúng", read_date), Field("reason", "Lý do sửa ngày")),
        ),
        Verb(
            "send_back", "SendBackAssignment", "Yêu cầu thực hiện lại", "Điểm a khoản 1 Điều 8", "return",
            "Đã yêu cầu thực hiện lại.", (_REASON,), careful=True,
        ),
        Verb(
            "review_report", "ReviewReport", "Xem xét báo cáo", "Điểm a khoản 1 Điều 8", "search", "Đã ghi ý kiến về báo cáo.",
            (Field("report_id"), Field("accepted", read=yes_no), _REASON),
        ),
        Verb(
            "adjust", "AdjustAssignment", "Điều chỉnh nhiệm vụ", "Điểm d khoản 2 Điều 7", "draft",
            "Đã điều chỉnh; đơn vị nhận lại nhiệm vụ.",
            (
                Field("content", "Nội dung nhiệm vụ"),
                Field("due_date", "Thời hạn mới", read_date),
                Field("due_exclusive", read=flag),
                _REASON,
            ),
            start=lambda assignment: {"content": [assignment.content]},
        ),
        Verb(
            "forward", "ForwardAssignment", "Chuyển đơn vị khác", "Điểm d khoản 2 Điều 7", "right",
            "Đã chuyển nhiệm vụ cho đơn vị khác.",
            (Field("unit_id"), Field("field_id"), Field("specialist_id"), _REASON), careful=True, complete=_by_annex1,
        ),
        Verb(
            "deny_return", "DenyReturn", "Không đồng ý chuyển lại", "Điểm d khoản 2 Điều 7", "return",
            "Đã trả lời: đơn vị tiếp tục thực hiện.", (_REASON,), careful=True,
        ),
        Verb(
            "decide_extension", "DecideExtension", "Ghi quyết định gia hạn", "Điểm đ khoản 1 Điều 6", "clock",
            "Đã ghi quyết định về đề nghị gia hạn.",
            (Field("approved", read=yes_no), *_DECISION, Field("new_due_date", "Thời hạn được quyết định", read_date), _REASON),
        ),
        Verb(
            "name_specialist", "NameSpecialist", "Giao chuyên viên theo dõi", "Điểm đ khoản 1 Điều 8", "user",
            "Đã giao chuyên viên theo dõi.", (Field("specialist_id"), _REASON),
        ),
        Verb(
            "reopen", "ReopenAssignment", "Mở lại nhiệm vụ", "Điểm a khoản 1 Điều 8", "return", "Đã mở lại nhiệm vụ.",
            (_REASON, *_DECISION), careful=True,
        ),
        Verb(
            "cancel", "CancelAssignment", "Hủy nhiệm vụ", "Khoản 7 Điều 2", "trash", "Đã hủy nhiệm vụ.",
            (_REASON, *_DECISION), careful=True,
        ),
    )
}  # fmt: skip
