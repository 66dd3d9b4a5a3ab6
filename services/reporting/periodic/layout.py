"""From what a report says to the paper of its form."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

from kit.clock import ZONE, local_date
from kit.errors import FailedPrecondition
from kit.law import article
from services.reporting.forms import annex_iv, annex_v, annex_vi, labels
from services.reporting.forms.office import office_head, unit_head
from services.reporting.forms.paper import Head, Paper, Paragraph, Signature, Table
from services.reporting.periodic.compose import Data
from services.reporting.periodic.convert import day
from services.reporting.periodic.model import FINAL, IV, Report, V

PURGED = "(Nội dung đã bị xóa theo quy định)"
_PROGRAMME = {"DONE": "Đã hoàn thành", "DROPPED": "Đưa ra khỏi chương trình", "OPEN": "Đang thực hiện", "OVERDUE": "Quá hạn"}
# The words of Annex V's columns, for what is corrected.
MEASURES = {
    "total": "(1) Tổng số có thời hạn",
    "done": "(2) Đã thực hiện",
    "done_on_time": "(3) Đã thực hiện đúng hạn",
    "done_late": "(4) Đã thực hiện trễ hạn",
    "doing": "(5) Đang thực hiện",
    "doing_in_time": "(6) Đang thực hiện trong hạn",
    "doing_overdue": "(7) Đang thực hiện quá hạn",
    "not_started": "(8) Chưa thực hiện",
    "not_started_in_time": "(9) Chưa thực hiện trong hạn",
    "not_started_overdue": "(10) Chưa thực hiện quá hạn",
    "without_deadline": "(11) Không thời hạn",
    "without_deadline_done": "(11) Không thời hạn đã thực hiện",
    "late_updates": "(16) Cập nhật trễ",
}


@article("Đ9.2", "Đ10.1")
def paper(report: Report, data: Data) -> tuple[Paper, str]:
    """The paper, and the file's name without its ending. A draft has neither number nor name; what isn't composed can't be printed."""
    if not data:
        raise FailedPrecondition(reason="NOT_COMPOSED", message="Báo cáo chưa được lập số liệu.")
    texts = {"general": data["general_text"], "basis": _basis(report, data)}
    name = report.period.name
    if report.form == IV:
        made = annex_iv.annex_iv(_head(report, data), name, _unit_figures(data["units"][0]), _unit_items(data["rows"]), **texts)
    elif report.form == V:
        made = annex_v.annex_v(_head(report, data), name, _figures(data), **texts)
    else:
        made = annex_vi.annex_vi(_head(report, data), name, _overdue_items(data["rows"]), **texts)
    form = made.form.name
    unit = f"-{data['unit']['code']}" if data["unit"] and data["unit"]["code"] else ""
    return _with_corrections(made, data), f"phu-luc-{form}{unit}-{report.first_day:%Y%m%d}-{report.last_day:%Y%m%d}"


def _head(report: Report, data: Data) -> Head:
    issued = report.issue_date or local_date(report.sign_time or _time(data["as_of_time"]))
    common: dict[str, Any] = {"number": report.number or None}
    if report.form == IV:
        code = data["unit"]["code"].upper()
        return unit_head(
            data["unit"]["name"],
            issued,
            symbol=f"BC-{code}" if code else "BC",
            addressees=("UBND tỉnh (qua Văn phòng UBND tỉnh)",),
            signature=Signature(("Thủ trưởng đơn vị",), report.signer_name),
            recipients=("Như trên", "Lưu: VT"),
            **common,
        )
    return office_head(
        issued,
        symbol="BC-VPUB",
        addressees=("UBND tỉnh, Chủ tịch UBND tỉnh",),
        signature=Signature(("Lãnh đạo Văn phòng",), report.signer_name),
        recipients=("Như trên", "Các sở, ban, ngành và địa phương", "Lưu: VT"),
        **common,
    )


def _time(told: str) -> datetime:
    return datetime.fromisoformat(told).astimezone(UTC)


def _basis(report: Report, data: Data) -> str:
    """What makes it possible to find the same figures again."""
    time = _time(data["as_of_time"]).astimezone(ZONE)
    state = "" if report.state in FINAL else " Dự thảo."
    return (
        f"Số liệu tính đến hết ngày {day(data['day']):%d/%m/%Y}, theo thông tin đã cập nhật đến {time:%H:%M ngày %d/%m/%Y}; "
        f"công thức phiên bản {data['formula']}; mã kiểm tra SHA-256 {report.sha256}.{state}"
    )


def _unit_figures(unit: Mapping[str, Any]) -> annex_iv.Figures:
    return annex_iv.Figures(
        undated_done=unit["without_deadline_done"],
        undated_updated=unit["obligations_fulfilled"],
        undated_missed=unit["obligations_missed"],
        undated_open=unit["obligations_open"],
        **{field.name: unit[field.name] for field in fields(annex_iv.Figures) if not field.name.startswith("undated_")},
    )


def _unit_items(rows: Iterable[Mapping[str, Any]]) -> list[annex_iv.Item]:
    return [
        annex_iv.Item(
            directive=_directive(row),
            content=_content(row),
            role=labels.ROLES.get(row["role"], ""),
            due_date=day(row["due_date"]),
            completed_on=day(row["completed_on"]),
            state=labels.state(row["execution"], row["timeliness"]),
            difficulty=row["difficulty"],
            cause=row["cause"],
            proposal=row["proposal"],
        )
        if not row.get("purged")
        else annex_iv.Item("", PURGED, "", None, None, "")
        for row in rows
    ]


def _directive(row: Mapping[str, Any]) -> str:
    return f"{row['directive_code']} ngày {day(row['directive_issue_date']):%d/%m/%Y}"


def _content(row: Mapping[str, Any]) -> str:
    return f"{row['content']}\n({row['phase_name']})" if row["phase_name"] else row["content"]


def _overdue_items(rows: Iterable[Mapping[str, Any]]) -> list[annex_vi.Item]:
    return [
        annex_vi.Item(
            unit=row["unit_name"],
            directive=_directive(row),
            content=_content(row),
            coordinators="; ".join(row["coordinator_names"]),
            specialist=row["specialist_name"],
            original_due_date=day(row["original_due_date"]),
            due_date=day(row["due_date"]) if row["due_date"] != row["original_due_date"] else None,
            completed_on=day(row["completed_on"]),
            days_overdue=row["days_overdue"],
            working_days_overdue=row["working_days_overdue"],
            notices=tuple(annex_vi.Notice(told["number"], date.fromisoformat(told["issue_date"])) for told in row["notices"]),
            escalated_on=day(row["escalated_on"]),
            cause=row["cause"],
            proposal=row["proposal"],
        )
        if not row.get("purged")
        else annex_vi.Item("", "", PURGED, "", "", None, None, None, 0, 0)
        for row in rows
    ]


@article("Đ9.2")
def _figures(data: Data) -> annex_v.Figures:
    return annex_v.Figures(
        lines=[_line(unit, unit["unit_name"]) for unit in data["units"]],
        province=_line(data["total"], "Toàn tỉnh"),
        coordination=[_coordination(unit, unit["unit_name"]) for unit in data["units"] if unit["coordinating"]],
        coordination_total=_coordination(data["total"], "Toàn tỉnh"),
        tasks=data["task_count"],
        parts=data["part_count"],
        programme=[
            annex_v.Programme(
                month=item["month"],
                content=item["content"],
                unit=item["lead_unit_name"],
                submitted_to=item["submitted_to"],
                state=_PROGRAMME[item["state"]],
                result=item["result"],
                completed_on=day(item["completed_on"]),
            )
            for item in data["programme"]
        ],
    )


def _line(row: Mapping[str, Any], name: str) -> annex_v.Line:
    told = {
        "unit": name,
        "undated": row["without_deadline"],
        "undated_done": row["without_deadline_done"],
        "undated_updated": row["obligations_fulfilled"],
        "undated_missed": row["obligations_missed"],
        "undated_open": row["obligations_open"],
        "notices": row["urging_notices"],
        "completion_rate": _rate(row["completion"]),
        "on_time_rate": _rate(row["on_time"]),
        "rank": row["rank"] or None,
    }
    return annex_v.Line(**{field.name: told.get(field.name, row.get(field.name)) for field in fields(annex_v.Line)})


def _rate(told: list[int]) -> Fraction | None:
    part, whole = told
    return Fraction(part, whole) if whole else None


def _coordination(row: Mapping[str, Any], name: str) -> annex_v.Coordination:
    own = {field: row[f"coordinating_{field}"] for field in ("done", "in_time", "overdue", "undated")}
    return annex_v.Coordination(unit=name, total=row["coordinating"], **own)


@article("Đ9.2")
def _with_corrections(made: Paper, data: Data) -> Paper:
    """Before the last line: what was back-dated into the report before, in a section of its own."""
    told = data["corrections"]
    if not told or not (told["figures"] or told["rows"]):
        return made
    figures = [(line["unit_name"], MEASURES[line["column"]], line["before"], line["after"]) for line in told["figures"]]
    rows = [
        (row["unit_name"], row["directive_code"], row["content"], day(row["completed_before"]), day(row["completed_after"]))
        if not row.get("purged")
        else ("", "", PURGED, None, None)
        for row in told["rows"]
    ]
    section = (
        Table("corrections", annex_v.CORRECTIONS, figures, label="Điều chỉnh số liệu của kỳ báo cáo trước"),
        Table("corrected", annex_v.CORRECTED, rows, label="Nhiệm vụ được điều chỉnh ngày hoàn thành"),
    )
    *blocks, basis = made.blocks
    assert isinstance(basis, Paragraph), "the last line says of when the figures are"
    return replace(made, blocks=(*blocks, *section, basis))
