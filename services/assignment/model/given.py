"""What is asked of the words and days that come with an act."""

from datetime import date, datetime

from kit.clock import local_date
from kit.errors import InvalidArgument, Violation
from kit.law import article
from services.assignment.records import Decision


def given(reason: str) -> str:
    """Blanks are no reason."""
    if not reason.strip():
        raise InvalidArgument.field("reason", "REASON_REQUIRED", "Bắt buộc nêu lý do.")
    return reason.strip()


def decided(decision: Decision | None) -> Decision:
    """By which decision: number and signer both."""
    if decision is None or not decision.number.strip() or not decision.signer.strip():
        raise InvalidArgument.field("decision", "DECISION_REQUIRED", "Nhập số văn bản và người ký quyết định.")
    return Decision(decision.number.strip(), decision.signer.strip())


@article("§6.17")
def completion_problems(completed_on: date, issued: date, now: datetime) -> list[Violation]:
    """Example 17: neither in the future, nor before the document that gave the task."""
    if completed_on > local_date(now):
        return [Violation("completed_on", "COMPLETED_IN_FUTURE", "Ngày hoàn thành không được sau ngày hôm nay.")]
    if completed_on < issued:
        return [Violation("completed_on", "COMPLETED_BEFORE_ISSUE", "Ngày hoàn thành không được trước ngày ban hành văn bản giao.")]
    return []


@article("Đ4.1", "Đ4.2")
def document_problems(number: str, issue_date: date | None, now: datetime, *, required: bool) -> list[Violation]:
    """Of a document that the unit handed in: number and date (Đ4)."""
    found = []
    if required and not number:
        found.append(Violation("document.number", "DOCUMENT_NUMBER_MISSING", "Nhập số, ký hiệu văn bản báo cáo (Điều 4)."))
    if required and issue_date is None:
        found.append(Violation("document.issue_date", "DOCUMENT_DATE_MISSING", "Nhập ngày ban hành văn bản báo cáo (Điều 4)."))
    if issue_date and issue_date > local_date(now):
        found.append(Violation("document.issue_date", "DOCUMENT_IN_FUTURE", "Ngày văn bản không được sau ngày hôm nay."))
    return found
