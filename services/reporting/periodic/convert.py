"""From reports and what they say to protos."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from ykcd.reporting.v1 import report_pb2 as pb
from ykcd.reporting.v1 import reporting_pb2

from kit.dates import from_date, from_time
from kit.identity import Actor
from services.reporting.periodic.compose import Data
from services.reporting.periodic.model import IV, NOTE_FIELDS, Report
from services.reporting.periodic.periods import AD_HOC, Period

# Below the 512 KB of an event, and gRPC's 4 MB.
SNAPSHOT_BYTES = 400 * 1024
ANSWER_BYTES = 3 * 1024 * 1024
_RATES = ("completion", "on_time")
_COUNTS = frozenset(field.name for field in reporting_pb2.UnitCounts.DESCRIPTOR.fields).difference(_RATES)
_OWN_FIGURES = tuple(field.name for field in pb.ReportFigures.DESCRIPTOR.fields if field.name != "counts")


def day(told: str | None) -> date | None:
    """From the data's writing."""
    return date.fromisoformat(told) if told else None


def _proto_day(told: str | None) -> Any:
    return from_date(day(told))


def period_to_proto(period: Period) -> pb.ReportPeriod:
    """With its days, whatever its kind."""
    days = {"first_day": from_date(period.first), "last_day": from_date(period.last)}
    year = 0 if period.kind == AD_HOC else period.first.year
    return pb.ReportPeriod(kind=period.kind, year=year, number=period.number, **days)


def summary(report: Report, *, unit_name: str = "") -> pb.Report:
    """Without figures and history."""
    return pb.Report(
        id=str(report.id),
        version=report.version,
        form=report.form,
        period=period_to_proto(report.period),
        period_name=report.period.name,
        unit_id=str(report.unit_id or ""),
        unit_name=unit_name,
        state=report.state,
        as_of_time=from_time(report.as_of_time),
        formula=report.formula,
        sha256=report.sha256,
        general_text=report.general_text,
        number=report.number,
        issue_date=from_date(report.issue_date),
        signer_name=report.signer_name,
        sign_time=from_time(report.sign_time),
        send_time=from_time(report.send_time),
        due_date=from_date(report.due_date),
        purge_count=report.purge_count,
        create_time=from_time(report.create_time),
        update_time=from_time(report.update_time),
    )


def whole(report: Report, data: Data, actor: Actor) -> pb.Report:
    """As its reader sees it; past 3 MB the corrections' rows are left out."""
    shown = _full(report, data)
    shown.allowed_verbs.extend(report.allowed_verbs(actor))
    if shown.ByteSize() > ANSWER_BYTES:
        del shown.corrections.rows[:]
    return shown


def told(report: Report, data: Data) -> pb.Report:
    """For an event: with what people wrote; what can be made anew goes first where it's too large."""
    shown = _full(report, data)
    shown.notes.extend(pb.ReportNote(assignment_id=id, **_note(note)) for id, note in sorted(report.notes.items()))
    for rows in (shown.corrections.rows if shown.HasField("corrections") else [], shown.notes, shown.programme, shown.history):
        while shown.ByteSize() > SNAPSHOT_BYTES and rows:
            del rows[: max(len(rows) // 10, 1)]
    return shown


def _note(texts: list[str]) -> dict[str, str]:
    return dict(zip(NOTE_FIELDS, texts, strict=True))


def _full(report: Report, data: Data) -> pb.Report:
    shown = summary(report, unit_name=(data.get("unit") or {}).get("name", ""))
    shown.history.extend(
        pb.ReportAct(
            verb=act.verb,
            text=act.text,
            actor_name=act.actor_name,
            actor_unit_id=str(act.actor_unit_id or ""),
            time=from_time(act.time),
            version=act.version,
        )
        for act in report.history
    )
    if data:
        _add_figures(shown, data)
    return shown


def _add_figures(shown: pb.Report, data: Data) -> None:
    shown.day.CopyFrom(_proto_day(data["day"]))
    shown.units.extend(figures_to_proto(unit) for unit in data["units"])
    if data["form"] != IV:
        shown.total.CopyFrom(figures_to_proto(data["total"]))
    shown.task_count, shown.part_count, shown.row_count = data["task_count"], data["part_count"], len(data["rows"])
    shown.programme.extend(
        pb.ReportProgrammeItem(**{**item, "completed_on": _proto_day(item["completed_on"])}) for item in data["programme"]
    )
    if data["corrections"]:
        shown.corrections.CopyFrom(_corrections(data["corrections"]))


def figures_to_proto(row: Mapping[str, Any]) -> pb.ReportFigures:
    """One unit's, or the province's."""
    rates = {name: reporting_pb2.Rate(part=row[name][0], whole=row[name][1]) for name in _RATES if row[name][1]}
    counts = reporting_pb2.UnitCounts(**{name: value for name, value in row.items() if name in _COUNTS}, **rates)
    return pb.ReportFigures(counts=counts, **{name: row[name] for name in _OWN_FIGURES})


def _corrections(data: Mapping[str, Any]) -> pb.ReportCorrections:
    period = data["period"]
    then = Period(period["kind"], date.fromisoformat(period["first_day"]), date.fromisoformat(period["last_day"]))
    return pb.ReportCorrections(
        report_id=data["report_id"],
        period=period_to_proto(then),
        as_of_time=from_time(datetime.fromisoformat(data["as_of_time"])),
        figures=[pb.CorrectedFigure(**{**line, "column": f"SUMMARY_COLUMN_{line['column'].upper()}"}) for line in data["figures"]],
        rows=[
            pb.CorrectedRow(
                **{
                    **row,
                    "completed_before": _proto_day(row.get("completed_before")),
                    "completed_after": _proto_day(row.get("completed_after")),
                }
            )
            for row in data["rows"]
        ],
    )


_DAYS = ("directive_issue_date", "original_due_date", "due_date", "completed_on", "escalated_on")


def row_to_proto(row: Mapping[str, Any]) -> pb.ReportRow:
    """One row of the list."""
    if row.get("purged"):
        return pb.ReportRow(purged=True)
    note = pb.ReportNote(assignment_id=row["assignment_id"], **{name: row[name] for name in NOTE_FIELDS})
    days = {name: _proto_day(row[name]) for name in _DAYS}
    notices = [pb.CitedNotice(number=notice["number"], issue_date=_proto_day(notice["issue_date"])) for notice in row["notices"]]
    plain = {name: value for name, value in row.items() if name not in (*NOTE_FIELDS, *_DAYS, "notices")}
    return pb.ReportRow(note=note, notices=notices, **days, **plain)
