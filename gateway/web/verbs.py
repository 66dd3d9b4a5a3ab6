"""The acts on an assignment, one row each, in the order in which a page offers them. A new one is its row in VERBS and a macro of the same
name in templates/macros/acts.html."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from google.protobuf.message_factory import GetMessageClass
from ykcd.assignment.v1 import assignment_pb2 as pb

from . import words
from .fields import Field, FormOfFields, Values, files, flag, many_but, plan_steps, report_kind, yes_no
from .forms import Form, read_date

_RPCS = pb.DESCRIPTOR.services_by_name["AssignmentService"].methods_by_name


def _nothing(_: pb.Assignment) -> Values:
    return {}


@dataclass(frozen=True)
class Verb(FormOfFields):
    """`article`: the rule that it carries out, as officials cite it. `done`: what the next page says. `careful`: it takes something back.
    `start`: what its form holds before anything is typed.

    Its form sends request_id, id and expected_version besides `fields`.
    """

    action: int
    rpc: str
    label: str
    article: str
    icon: str
    done: str
    fields: tuple[Field, ...] = ()
    careful: bool = False
    start: Callable[[pb.Assignment], Values] = _nothing

    @property
    def name(self) -> str:
        """ "request_return": of its macro; the action's name in lower case."""
        return pb.Action.Name(self.action).removeprefix("ACTION_").lower()

    def form(self, assignment: pb.Assignment) -> Form:
        """Untouched."""
        return Form(self.start(assignment))

    def request(self, form: Form, **known: Any) -> tuple[Any, dict[str, str]]:
        """The RPC's request, and the fields that couldn't be read. What a field must hold is for `assignment` to say."""
        request = GetMessageClass(_RPCS[self.rpc].input_type)(**known)
        return request, self.fill(request, form)


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
        Verb(pb.ACTION_ACCEPT, "AcceptAssignment", "Tiếp nhận", "Điểm a khoản 2 Điều 7", "check", "Đã tiếp nhận nhiệm vụ."),
        Verb(
            pb.ACTION_REPORT_PROGRESS, "ReportProgress", "Cập nhật tình hình", "Điểm b khoản 2 Điều 7", "progress",
            "Đã cập nhật tình hình thực hiện.",
            (Field("kind", read=report_kind), Field("content", "Tình hình thực hiện")),
            start=lambda _: {"kind": ["periodic"]},
        ),
        Verb(
            pb.ACTION_REPORT_DONE, "ReportDone", "Báo cáo kết quả", "Điểm c khoản 2 Điều 7", "report", "Đã báo cáo kết quả.", _RESULT,
            start=_draft,
        ),
        Verb(
            pb.ACTION_DRAFT_REPORT, "DraftReport", "Lưu dự thảo báo cáo", "Điểm b khoản 2 Điều 7", "draft",
            "Đã lưu dự thảo báo cáo; Văn phòng UBND tỉnh chưa thấy.", _RESULT, start=_draft,
        ),
        Verb(
            pb.ACTION_DELEGATE, "DelegateAssignment", "Phân công", "Khoản 2 Điều 8", "people", "Đã phân công.",
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
            pb.ACTION_SET_PLAN, "SetPlan", "Lập kế hoạch thực hiện", "Khoản 2 Điều 2", "calendar", "Đã lưu kế hoạch thực hiện.",
            (Field("steps", "Bước thực hiện", plan_steps, rows=True),), start=_plan,
        ),
        Verb(
            pb.ACTION_CONFIRM_AGGREGATOR, "ConfirmAggregator", "Xác nhận đơn vị tổng hợp", "Điểm h khoản 1 Điều 6", "sum",
            "Đã xác nhận đơn vị tổng hợp báo cáo.", (Field("aggregating_unit_id"),),
            start=lambda assignment: {"aggregating_unit_id": [assignment.aggregating_unit_id]},
        ),
        Verb(
            pb.ACTION_RECORD_PAPER_REPORT, "RecordPaperReport", "Ghi nhận báo cáo giấy", "Khoản 1 Điều 6", "file",
            "Đã ghi nhận báo cáo bằng văn bản giấy.", _DOCUMENT,
        ),
        Verb(
            pb.ACTION_REQUEST_EXTENSION, "RequestExtension", "Đề nghị gia hạn", "Điểm đ khoản 1 Điều 6", "clock", "Đã gửi đề nghị gia hạn.",
            (Field("new_due_date", "Thời hạn đề nghị", read_date), _REASON, Field("late", read=flag)),
        ),
        Verb(
            pb.ACTION_WITHDRAW_EXTENSION, "WithdrawExtension", "Rút đề nghị gia hạn", "Điểm đ khoản 1 Điều 6", "return",
            "Đã rút đề nghị gia hạn.", (_REASON,), careful=True,
        ),
        Verb(
            pb.ACTION_WITHDRAW_REPORT, "WithdrawReport", "Rút báo cáo kết quả", "Điểm b khoản 2 Điều 7", "return",
            "Đã rút báo cáo kết quả.", (_REASON,), careful=True,
        ),
        Verb(
            pb.ACTION_REQUEST_RETURN, "RequestReturn", "Đề nghị chuyển lại", "Điểm d khoản 2 Điều 7", "return",
            "Đã gửi đề nghị chuyển lại.", (_REASON,), careful=True,
        ),
        # Of the Office.
        Verb(
            pb.ACTION_VERIFY, "VerifyAssignment", "Xác nhận kết quả", "Điểm a khoản 1 Điều 8", "verified", "Đã xác nhận kết quả.",
            (Field("completed_on", "Ngày hoàn thành đúng", read_date), Field("reason", "Lý do sửa ngày")),
        ),
        Verb(
            pb.ACTION_SEND_BACK, "SendBackAssignment", "Yêu cầu thực hiện lại", "Điểm a khoản 1 Điều 8", "return",
            "Đã yêu cầu thực hiện lại.", (_REASON,), careful=True,
        ),
        Verb(
            pb.ACTION_REVIEW_REPORT, "ReviewReport", "Xem xét báo cáo", "Điểm a khoản 1 Điều 8", "search", "Đã ghi ý kiến về báo cáo.",
            (Field("report_id"), Field("accepted", read=yes_no), _REASON),
        ),
        Verb(
            pb.ACTION_ADJUST, "AdjustAssignment", "Điều chỉnh nhiệm vụ", "Điểm d khoản 2 Điều 7", "draft",
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
            pb.ACTION_FORWARD, "ForwardAssignment", "Chuyển đơn vị khác", "Điểm d khoản 2 Điều 7", "right",
            "Đã chuyển nhiệm vụ cho đơn vị khác.",
            (Field("unit_id"), Field("field_id"), Field("specialist_id"), _REASON), careful=True,
        ),
        Verb(
            pb.ACTION_DENY_RETURN, "DenyReturn", "Không đồng ý chuyển lại", "Điểm d khoản 2 Điều 7", "return",
            "Đã trả lời: đơn vị tiếp tục thực hiện.", (_REASON,), careful=True,
        ),
        Verb(
            pb.ACTION_DECIDE_EXTENSION, "DecideExtension", "Ghi quyết định gia hạn", "Điểm đ khoản 1 Điều 6", "clock",
            "Đã ghi quyết định về đề nghị gia hạn.",
            (Field("approved", read=yes_no), *_DECISION, Field("new_due_date", "Thời hạn được quyết định", read_date), _REASON),
        ),
        Verb(
            pb.ACTION_NAME_SPECIALIST, "NameSpecialist", "Giao chuyên viên theo dõi", "Điểm đ khoản 1 Điều 8", "user",
            "Đã giao chuyên viên theo dõi.", (Field("specialist_id"), _REASON),
        ),
        Verb(
            pb.ACTION_REOPEN, "ReopenAssignment", "Mở lại nhiệm vụ", "Điểm a khoản 1 Điều 8", "return", "Đã mở lại nhiệm vụ.",
            (_REASON, *_DECISION), careful=True,
        ),
        Verb(
            pb.ACTION_CANCEL, "CancelAssignment", "Hủy nhiệm vụ", "Khoản 7 Điều 2", "trash", "Đã hủy nhiệm vụ.",
            (_REASON, *_DECISION), careful=True,
        ),
    )
}  # fmt: skip
