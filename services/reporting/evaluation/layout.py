"""The evaluation and the yearly report's figures as papers (forms.paper)."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

from ykcd.assignment.v1 import inquiry_pb2
from ykcd.reporting.v1 import evaluation_pb2 as pb

from kit.clock import ZONE, local_date
from kit.law import article
from services.reporting.annex import Rate
from services.reporting.evaluation import scoring
from services.reporting.evaluation.scoring import DEDUCTIONS, Score
from services.reporting.evaluation.service import Evaluated, PersonResult, Regulation, SpecialistResult, Subject, UnitResult
from services.reporting.forms.office import office_head
from services.reporting.forms.paper import Column, Form, Kind, Paper, Paragraph, Row, Signature, Table
from services.reporting.forms.text import points

_WORDS = {
    pb.EVALUATION_MEASURE_LATE_UPDATES: "Cập nhật trễ",
    pb.EVALUATION_MEASURE_NOTICES: "Phiếu báo",
    pb.EVALUATION_MEASURE_MISSED_OBLIGATIONS: "Không cập nhật quý",
    pb.EVALUATION_MEASURE_ESCALATIONS: "Báo cáo Chủ tịch",
}
_INQUIRIES = {
    inquiry_pb2.INQUIRY_KIND_SUPPORT: "Yêu cầu hỗ trợ kỹ thuật",
    inquiry_pb2.INQUIRY_KIND_INFORMATION: "Yêu cầu cung cấp thông tin",
    inquiry_pb2.INQUIRY_KIND_SOFTWARE_FEEDBACK: "Góp ý về phần mềm",
    inquiry_pb2.INQUIRY_KIND_REGULATION_FEEDBACK: "Góp ý về Quy chế",
}


def _titled(*columns: tuple[str, str], kind: Kind = Kind.NUMBER, width: int = 9, groups: tuple[str, ...] = ()) -> tuple[Column, ...]:
    return tuple(Column(key, title, kind, width, groups) for key, title in columns)


_TT = Column("tt", "TT", Kind.NUMBER, width=5)
_RATES = _titled(("completion", "Hoàn thành"), ("on_time", "Đúng hạn"), kind=Kind.PERCENT, width=11, groups=("Tỷ lệ",))
_TAKEN = tuple(Column(f"less_{measure}", _WORDS[measure], Kind.POINTS, 10, ("Điểm trừ",)) for measure in DEDUCTIONS)
_GIVEN = _titled(("by_completion", "Hoàn thành"), ("by_on_time", "Đúng hạn"), kind=Kind.POINTS, width=10, groups=("Điểm theo tỷ lệ",))
_SCORE = (*_GIVEN, *_TAKEN, Column("score", "Điểm", Kind.POINTS, width=9))
UNITS = (_TT, Column("unit", "Cơ quan, đơn vị", width=30), *_RATES, *_SCORE, *_titled(("rank", "Xếp hạng")))
PEOPLE = (
    _TT,
    *_titled(("unit", "Cơ quan, đơn vị"), ("name", "Họ và tên"), kind=Kind.TEXT, width=22),
    *_titled(("part", "Vai trò"), kind=Kind.TEXT, width=14),
    *_titled(("total", "Số nhiệm vụ"), width=9),
    *_SCORE,
)
SPECIALISTS = (
    _TT,
    *_titled(("name", "Chuyên viên"), kind=Kind.TEXT, width=28),
    *_titled(("entered", "Số văn bản"), width=10, groups=("Cập nhật văn bản",)),
    *_titled(("entered_rate", "Tỷ lệ đúng hạn"), kind=Kind.PERCENT, width=12, groups=("Cập nhật văn bản",)),
    *_titled(("verified", "Số kết quả"), width=10, groups=("Xác nhận kết quả",)),
    *_titled(("verified_rate", "Tỷ lệ đúng hạn"), kind=Kind.PERCENT, width=12, groups=("Xác nhận kết quả",)),
    *_titled(("median", "Trung vị (ngày làm việc)"), kind=Kind.POINTS, width=12, groups=("Xác nhận kết quả",)),
    *_titled(("awaiting", "Đang chờ"), width=10, groups=("Xác nhận kết quả",)),
)
_MEASURES = (_TT, Column("measure", "Chỉ tiêu", width=60), *_titled(("count", "Số lượng"), width=14))
_ASKED = (_TT, Column("kind", "Loại yêu cầu", width=40), *_titled(("opened", "Nhận"), ("answered", "Trả lời"), ("solved", "Giải quyết")))
_NAMES = (_TT, Column("unit", "Cơ quan, đơn vị", width=60))


@article("Đ12.2", "Đ12.3")
def ranking(found: Evaluated) -> Paper:
    """Units, whose scores are their heads' too, and the Office's specialists."""
    subject = found.subject
    return _evaluation(
        subject,
        Table("units", UNITS, _numbered(found.units, _unit), label="I. Các cơ quan, đơn vị và người đứng đầu"),
        Table("specialists", SPECIALISTS, _numbered(found.specialists, _specialist_of(subject)), label="II. Chuyên viên theo dõi"),
    )


@article("Đ12.2")
def people(found: Evaluated) -> Paper:
    """A list that may be long: apart."""
    named = [(unit, person) for unit in found.units for person in unit.people]
    label = "Lãnh đạo phụ trách và cán bộ được phân công"
    return _evaluation(found.subject, Table("people", PEOPLE, _numbered(named, _person), label=label))


def _evaluation(subject: Subject, *tables: Table) -> Paper:
    return _paper(
        subject,
        *tables,
        Paragraph("formula", _formula(subject), label="Cách tính:"),
        title="Bảng đánh giá",
        abstract=f"Kết quả thực hiện Quy chế theo dõi, đôn đốc, kiểm tra nhiệm vụ {subject.period.name}",
        landscape=True,
    )


def _paper(subject: Subject, *blocks: Paragraph | Table, **more: Any) -> Paper:
    time = subject.known.time.astimezone(ZONE)
    basis = f"Số liệu tính đến hết ngày {subject.known.today.day:%d/%m/%Y}, theo thông tin đã cập nhật đến {time:%H:%M ngày %d/%m/%Y}."
    head = office_head(local_date(subject.known.time), signature=Signature(("Lãnh đạo Văn phòng",)), recipients=("Sở Nội vụ", "Lưu: VT"))
    return head.paper(Form.OTHER, *blocks, Paragraph("basis", basis), **more)


def _numbered(items: Iterable[Any], row: Callable[[Any], Row]) -> list[Row]:
    return [(place, *row(item)) for place, item in enumerate(items, 1)]


def _hundredths(number: int) -> Fraction:
    return Fraction(number, 100)


def _fraction(rate: Rate) -> Fraction | None:
    return Fraction(rate.part, rate.whole) if rate.whole else None


def _unit(unit: UnitResult) -> Row:
    rates = tuple(_fraction(each.rate) for each in unit.score.components if each.rate) if unit.score else (None, None)
    return (unit.name, *rates, *_score(unit.score), unit.rank or None)


def _score(score: Score | None) -> Row:
    """In the order of _SCORE."""
    if score is None:
        return (None,) * len(_SCORE)
    return (*(_hundredths(each.points) for each in score.components), _hundredths(score.points))


def _person(of: tuple[UnitResult, PersonResult]) -> Row:
    unit, person = of
    part = "Lãnh đạo phụ trách" if person.leads else "Cán bộ"
    return (unit.name, person.name, part, person.figures["total"], *_score(person.score))


def _specialist_of(subject: Subject) -> Callable[[SpecialistResult], Row]:
    def row(each: SpecialistResult) -> Row:
        verified = each.verifications_in_time(subject.formula.verification_working_days)
        median = _hundredths(scoring.median(each.verified)) if verified.whole else None
        return (each.name, each.entered, _fraction(each.entries_in_time), verified.whole, _fraction(verified), median, each.awaiting)

    return row


def _formula(subject: Subject) -> str:
    """In words, so that anybody can reckon again."""
    formula, parameters = subject.formula, subject.formula.parameters
    taken = "; ".join(
        f"{_within(_WORDS[measure])} {points(_hundredths(each.each))} điểm mỗi trường hợp (tối đa {points(_hundredths(each.cap))})"
        for measure, each in ((measure, getattr(parameters, name)) for measure, (name, _) in DEDUCTIONS.items())
    )
    return (
        f"Công thức phiên bản {formula.version}, hiệu lực từ ngày {formula.effective_from:%d/%m/%Y}: "
        f"{points(_hundredths(parameters.completion_weight))} × tỷ lệ hoàn thành + "
        f"{points(_hundredths(parameters.on_time_weight))} × tỷ lệ đúng hạn; trừ {taken}. "
        f"Chuyên viên xác nhận đúng hạn trong {parameters.verification_working_days} ngày làm việc."
    )


def _within(words: str) -> str:
    """As they stand in a sentence; what is always written large stays."""
    return words[0].lower() + words[1:]


@article("Đ11.1.c")
def regulation(found: Regulation) -> Paper:
    """Its figures; what the Office says of them it writes itself."""
    subject = found.subject
    inquiries = [(_INQUIRIES[kind], *counts) for kind, counts in found.inquiries.items()]
    return _paper(
        subject,
        Table("measures", _MEASURES, _numbered(_measures(found), tuple), label="I. Kết quả thực hiện"),
        Table("inquiries", _ASKED, _numbered(inquiries, tuple), label="II. Hỗ trợ, cung cấp thông tin, góp ý"),
        Table(
            "units",
            _NAMES,
            _numbered(found.without_regulation, lambda unit: (unit[1],)),
            label="III. Đơn vị chưa có quy chế nội bộ",
        ),
        title="Báo cáo",
        abstract=f"Tình hình thực hiện Quy chế theo dõi, đôn đốc, kiểm tra nhiệm vụ {subject.period.name}",
    )


def _measures(found: Regulation) -> Sequence[tuple[str, int]]:
    figures, around = found.figures, found.around
    return (
        ("Văn bản đã cập nhật", found.entries.whole),
        ("Văn bản cập nhật đúng thời gian quy định", found.entries.part),
        ("Văn bản cập nhật trễ", found.entries.whole - found.entries.part),
        ("Nhiệm vụ", found.task_count),
        ("Lượt giao cho các đơn vị (kể cả phối hợp, tổng hợp)", found.part_count),
        ("Nhiệm vụ có thời hạn", figures["total"]),
        ("Đã thực hiện đúng hạn", figures["done_on_time"]),
        ("Đã thực hiện trễ hạn", figures["done_late"]),
        ("Chưa xong, trong hạn", figures["open_in_time"]),
        ("Chưa xong, quá hạn", figures["open_overdue"]),
        ("Nhiệm vụ không thời hạn", figures["without_deadline"]),
        ("Cập nhật kết quả trễ", figures["late_updates"]),
        ("Gia hạn", figures["extensions"]),
        ("Đề nghị trả lại", figures["returns"]),
        ("Phiếu báo đã phát hành", around.notices_issued),
        ("Nhiệm vụ phải báo cáo Chủ tịch", figures["escalated"]),
        ("Vướng mắc mới phát sinh", around.obstacles_raised),
        ("Vướng mắc chưa giải quyết xong", around.obstacles_open),
        ("Cuộc kiểm tra", around.inspections),
        ("Cuộc kiểm tra đã có kết luận", around.inspections_concluded),
        ("Văn bản mật bị từ chối", around.secret_refusals),
    )
