"""Annex II: phiếu báo, on one page (Đ8.1.e; regulation §5)."""

from dataclasses import dataclass
from datetime import date

from services.reporting.forms.paper import Column, Form, Head, Paper, Paragraph, Row, Table
from services.reporting.forms.text import shown_day


@dataclass(frozen=True)
class Notice:
    """What a phiếu báo cites; `document`: type, number and symbol of the directive. The answer is empty until the unit has given it."""

    unit: str
    ordinal: int
    document: str
    document_date: date | None
    document_abstract: str
    signer: str
    content: str
    original_due_date: date | None
    due_date: date | None
    days_overdue: int
    working_days_overdue: int
    earlier: tuple[int, ...]
    answer_due_date: date | None
    specialist: str
    answer: str = ""
    answered_by: str = ""
    answered_on: date | None = None


ANSWER = (Column("measure", "Nội dung", width=30), Column("words", "Đơn vị trả lời", width=70))


def annex_ii(head: Head, notice: Notice) -> Paper:
    """`head` is addressed to the unit and has its page's address."""
    extended = notice.due_date and notice.due_date != notice.original_due_date
    due = f"{shown_day(notice.original_due_date)}{f'; gia hạn đến {shown_day(notice.due_date)}' if extended else ''}."
    earlier = ", ".join(f"số {number:02}/PB-VPUB" for number in notice.earlier) or "không có"
    signed = f"; người ký: {notice.signer}" if notice.signer else ""
    asked = f" trước ngày {shown_day(notice.answer_due_date)}" if notice.answer_due_date else ""
    return head.paper(
        Form.II,
        Paragraph(
            "opening",
            f"Văn phòng UBND tỉnh thông báo: nhiệm vụ sau đây giao {notice.unit} đã quá thời hạn nhưng chưa có kết quả thực hiện.",
        ),
        Paragraph(
            "document",
            f"{notice.document} ngày {shown_day(notice.document_date)}, {notice.document_abstract.rstrip('.')}{signed}.",
            label="Văn bản giao:",
        ),
        Paragraph("content", notice.content, label="Nội dung nhiệm vụ:"),
        Paragraph("due", due, label="Thời hạn:"),
        Paragraph("overdue", f"{notice.days_overdue} ngày ({notice.working_days_overdue} ngày làm việc).", label="Quá hạn:"),
        Paragraph("earlier", f"{earlier}.", label="Phiếu báo trước trong kỳ hạn này:"),
        Paragraph(
            "request",
            f"{notice.unit} khẩn trương thực hiện và báo cáo kết quả, nêu rõ nguyên nhân chậm{asked}.",
            label="Yêu cầu:",
        ),
        Paragraph("specialist", f"{notice.specialist}." if notice.specialist else "", label="Chuyên viên theo dõi:"),
        title="Phiếu báo",
        abstract=f"Đôn đốc thực hiện nhiệm vụ quá hạn (lần thứ {notice.ordinal})",
        after=(Table("answer", ANSWER, _answer(notice), label="PHẦN TRẢ LỜI CỦA ĐƠN VỊ"),),
    )


def _answer(notice: Notice) -> list[Row]:
    by = ", ".join(filter(None, (notice.answered_by, shown_day(notice.answered_on))))
    return [
        ("Kết quả thực hiện, nguyên nhân chậm", notice.answer or "\n\n\n"),
        ("Người trả lời, ngày trả lời", by or "\n\n"),
    ]
