"""What a report says, from what was known at a time: the same request gives the same bytes, whenever and in whatever order events came.

The data is JSON, so that it can be kept: days as 2025-04-24, ids as texts. Everything is made by the worker, who reads it all; a unit's
report by its unit's id alone.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession
from ykcd.directive.v1.programme_pb2 import ProgrammeItemState

from kit.clock import local_date
from kit.errors import InvalidArgument
from kit.law import article
from services.reporting import annex, service
from services.reporting.annex import FORMULA
from services.reporting.periodic import sources
from services.reporting.periodic.corrections import corrections
from services.reporting.periodic.known import Data, Known, Question, iso
from services.reporting.periodic.model import IV, NOTE_FIELDS, VI, Kind, V
from services.reporting.periodic.periods import Period
from services.reporting.queries import data_begin

MOST_NOTICES = 3
_SUMS = {
    "coordinating": ("coordinating_done", "coordinating_in_time", "coordinating_overdue", "coordinating_undated"),
    # In one direction only: what is dated and what isn't was carried over or issued.
    "lead": ("carried_over", "issued"),
}


def canonical(data: Data) -> bytes:
    """The one way of writing it down: sorted keys, no blanks, UTF-8."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def digest(snapshot: bytes) -> str:
    """Hex."""
    return hashlib.sha256(snapshot).hexdigest()


@article("Đ9.2")
async def require_answerable(session: AsyncSession, question: Question, *, now: datetime) -> None:
    """InvalidArgument for a time of which nothing can be said."""
    begin, problem = await data_begin(session), None
    if question.as_of > now:
        problem = ("AS_OF_IN_FUTURE", "Thời điểm lấy số liệu không được sau thời điểm hiện tại.")
    elif local_date(question.as_of) < question.period.first:
        problem = ("AS_OF_BEFORE_PERIOD", "Thời điểm lấy số liệu phải sau ngày đầu kỳ báo cáo.")
    elif begin is None or question.as_of < begin:
        problem = ("AS_OF_BEFORE_DATA", "Tại thời điểm này hệ thống chưa có số liệu.")
    if problem:
        raise InvalidArgument.field("as_of_time", *problem)


@article("Đ9.2", "Đ10.1", "D13")
async def compose(session: AsyncSession, question: Question) -> Data:
    """The data without what people write; its columns add up, or it isn't made."""
    known = await Known.at(session, question.as_of, question.period)
    data: Data = {
        "formula": FORMULA,
        "form": question.form,
        "period": {"kind": question.period.kind, "first_day": iso(question.period.first), "last_day": iso(question.period.last)},
        "as_of_time": question.as_of.astimezone(UTC).isoformat(timespec="microseconds"),
        "day": iso(known.today.day),
        "unit": _unit(known, question.unit_id),
        **await figures(session, known, question),
        "rows": await _rows(session, known, question),
        "programme": await _programme(session, known, question),
        "corrections": await corrections(session, known, question),
    }
    return data


@article("Đ10.1", "Đ10.2")
def with_texts(data: Data, *, general_text: str, notes: Mapping[str, Sequence[str]]) -> Data:
    """With what people wrote: in general, and beside rows instead of what stood there."""
    rows = [{**row, **_note(notes[row["assignment_id"]])} if row["assignment_id"] in notes else row for row in data["rows"]]
    return {**data, "general_text": general_text, "rows": rows}


def named(data: Data) -> set[str]:
    """The ids of the assignments of which it speaks."""
    corrected = data["corrections"]["rows"] if data["corrections"] else []
    return {row["assignment_id"] for row in (*data["rows"], *corrected)} - {""}


@article("D14")
def without(data: Data, gone: Collection[str]) -> Data:
    """With a mark for each row that is about what was purged, and how many there are; the figures stay."""
    corrections = data["corrections"]
    if corrections:
        corrections = {**corrections, "rows": _marked(corrections["rows"], gone)}
    rows = _marked(data["rows"], gone)
    count = sum("purged" in row for row in (*rows, *(corrections["rows"] if corrections else ())))
    return {**data, "rows": rows, "corrections": corrections, "purged": count}


def _marked(rows: Iterable[Data], gone: Collection[str]) -> list[Data]:
    return [{"assignment_id": "", "purged": True} if row["assignment_id"] in gone else row for row in rows]


def _note(texts: Sequence[str]) -> dict[str, str]:
    return dict(zip(NOTE_FIELDS, texts, strict=True))


def _unit(known: Known, unit_id: UUID | None) -> Data | None:
    if unit_id is None:
        return None
    unit = known.units.get(unit_id)
    return {"id": str(unit_id), "name": unit.name if unit else "", "code": unit.code if unit else ""}


@article("Đ9.2", "Đ10.1", "§6.12", "§6.27")
async def figures(session: AsyncSession, known: Known, question: Question) -> Data:
    """All units that existed, and any other that had a part; ranked among each other."""
    period, unit_id = question.period, question.unit_id
    rows, whole = await sources.figures(session, known.source, today=known.today, period=period, unit_id=unit_id)
    counts = {row.unit_id: _counts(row) for row in rows}
    zero = dict.fromkeys(_counts(whole), 0)
    acts = _acts(await sources.handled(session, known.time, unit_id=unit_id), period)
    owing = [unit_id] if unit_id else [unit.id for unit in known.units.values() if unit.owes]
    shown = known.ordered({*counts, *owing})
    units = [{"unit_id": str(id), "unit_name": known.name(id), **counts.get(id, zero), **_acts_of(acts, id)} for id in shown]
    total = {"unit_id": "", "unit_name": "", **_counts(whole), **_summed(units, ("extensions", "returns"))}
    for row in (*units, total):
        _check(row)
    for name in zero:
        if total[name] != sum(unit[name] for unit in units):
            raise RuntimeError(f"{name} of all isn't the sum of the units'")
    ranks = annex.ranks(units)
    return {
        "units": [_rated(unit) | {"rank": rank} for unit, rank in zip(units, ranks, strict=True)],
        "total": _rated(total) | {"rank": 0},
        "task_count": whole.task_count,
        "part_count": whole.part_count,
    }


def _counts(row: Row[Any]) -> dict[str, int]:
    return {name: value for name, value in row._mapping.items() if name not in ("unit_id", "task_count", "part_count")}


def _acts(rows: Iterable[Row[Any]], period: Period) -> dict[UUID, dict[str, int]]:
    """By unit, how many extensions were approved and returns requested within the period."""
    found: dict[UUID, dict[str, int]] = {}
    for row in rows:
        of = found.setdefault(row.unit_id, {"extensions": 0, "returns": 0})
        for name in of:
            of[name] += sum(iso(period.first) <= day <= iso(period.last) for day in row.facts[name])  # type: ignore[operator]
    return found


def _acts_of(acts: Mapping[UUID, dict[str, int]], id: UUID) -> dict[str, int]:
    return acts.get(id, {"extensions": 0, "returns": 0})


def _summed(units: Sequence[Mapping[str, Any]], names: Iterable[str]) -> dict[str, int]:
    return {name: sum(unit[name] for unit in units) for name in names}


@article("Đ9.2")
def _check(row: Mapping[str, Any]) -> None:
    """A table whose columns don't add up is a defect, and isn't shown to anybody."""
    service.check_sums(row)
    whole = {"coordinating": row["coordinating"], "lead": row["total"] + row["without_deadline"]}
    for name, parts in _SUMS.items():
        if whole[name] != sum(row[part] for part in parts):
            raise RuntimeError(f"{name} isn't the sum of {', '.join(parts)}")


def _rated(row: Data) -> Data:
    completion, on_time = annex.rates(row)
    return {**row, "completion": [completion.part, completion.whole], "on_time": [on_time.part, on_time.whole]}


async def _rows(session: AsyncSession, known: Known, question: Question) -> list[Data]:
    asked = {"time": known.time, "today": known.today, "period": question.period}
    if question.form == VI:
        rows = await sources.overdue_rows(session, known.source, **asked)
    elif question.form == IV and question.unit_id:
        rows = await sources.unit_rows(session, known.source, unit_id=question.unit_id, **asked)
    else:
        return []
    around = await _Around.of(session, known, rows, whole=question.form == VI)
    return [_row(row, known, around, question.form) for row in rows]


@dataclass(frozen=True)
class _Around:
    """What else the rows cite."""

    obstacles: Mapping[UUID, list[Any]]
    notices: Mapping[UUID, list[Any]]
    escalations: Mapping[UUID, list[Any]]
    coordinators: Mapping[UUID, list[str]]
    people: Mapping[UUID, str]

    @classmethod
    async def of(cls, session: AsyncSession, known: Known, rows: Sequence[Row[Any]], *, whole: bool) -> "_Around":
        """`whole`: notices, escalations, coordinators and specialists too (VI)."""
        ids = [row.id for row in rows]
        obstacles = await sources.cited_around(session, Kind.OBSTACLE, known.time, ids)
        if not whole:
            return cls(obstacles, {}, {}, {}, {})
        people = {row.specialist_id for row in rows if row.specialist_id}
        return cls(
            obstacles,
            await sources.cited_around(session, Kind.NOTICE, known.time, ids),
            await sources.cited_around(session, Kind.ESCALATION, known.time, ids),
            await sources.coordinators(session, known.time, {row.task_id for row in rows}),
            await sources.names_of(session, known.time, people),
        )


@article("Đ9.2", "Đ10.2", "D5")
def _row(row: Row[Any], known: Known, around: _Around, form: int) -> Data:
    until = row.completed_on or known.today.day
    due = row.effective_due_date
    late = max((until - due).days, 0) if due else 0
    return {
        "assignment_id": str(row.id),
        "unit_id": str(row.unit_id),
        "unit_name": row.unit_name,
        "directive_code": row.directive_code,
        "directive_issue_date": iso(row.directive_issue_date),
        "directive_abstract": row.directive_abstract,
        "content": row.content,
        "phase_name": row.phase_name,
        "role": row.role,
        "execution": row.execution,
        "timeliness": row.timeliness,
        "original_due_date": iso(row.original_due_date),
        "due_date": iso(due),
        "completed_on": iso(row.completed_on),
        "coordinator_names": around.coordinators.get(row.task_id, []),
        "specialist_name": around.people.get(row.specialist_id, ""),
        "days_overdue": late,
        "working_days_overdue": known.calendar.between(due, until) if late else 0,
        "notices": _notices(around.notices.get(row.id, []), row.deadline_cycle),
        **_told_of(around.obstacles.get(row.id, []), around.escalations.get(row.id, []), form),
    }


@article("Đ8.1.e", "D4")
def _notices(told: Iterable[Any], cycle: int) -> list[Data]:
    """Those issued in the present cycle, the first first."""
    mine = (facts for facts in told if facts["deadline_cycle"] == cycle and facts["issue_date"])
    ordered = sorted(mine, key=lambda facts: (facts["ordinal"], facts["issue_date"], facts["number"]))
    return [{"number": facts["number"], "issue_date": facts["issue_date"]} for facts in ordered[:MOST_NOTICES]]


# Withdrawn by the unit itself.
_WITHDRAWN = 5


@article("Đ9.3", "Đ10.2", "Đ8.1.e")
def _told_of(obstacles: Iterable[Any], escalations: Iterable[Any], form: int) -> Data:
    """What the unit said last of difficulty, cause and proposal; in VI, instead of its proposal, what was directed or else proposed."""
    raised = [facts for facts in obstacles if facts["state"] != _WITHDRAWN]
    last = raised[-1] if raised else {}
    reported = [facts for facts in escalations if facts["report_date"]]
    directed = [facts["direction_text"] for facts in reported if facts["direction_text"]]
    answers = [*directed[-1:], *(last.get(name) for name in ("direction", "office_proposal", "proposal"))]
    handling = next((answer for answer in answers if answer), "")
    return {
        "difficulty": last.get("difficulty", ""),
        "cause": last.get("cause", ""),
        "proposal": handling if form == VI else last.get("proposal", ""),
        "escalated_on": reported[-1]["report_date"] if reported else None,
    }


_DONE, _DROPPED = ProgrammeItemState.PROGRAMME_ITEM_STATE_DONE, ProgrammeItemState.PROGRAMME_ITEM_STATE_DROPPED


@article("Đ9.2", "Đ2.4")
async def _programme(session: AsyncSession, known: Known, question: Question) -> list[Data]:
    """The work programme in a section of its own."""
    if question.form != V:
        return []
    items = await sources.programme(session, known.time, question.period)
    return [
        {
            **{name: item[name] for name in ("year", "month", "ordinal", "content", "submitted_to")},
            "lead_unit_name": known.name(item["lead_unit_id"]),
            **_came_to(item, known.today.day),
        }
        for item in items
    ]


def _came_to(item: Mapping[str, Any], day: date) -> Data:
    """On that day: what was done later was open on it; what wasn't done by its month's end is overdue."""
    done = item["state"] == _DONE and item["completed_on"] <= day.isoformat()
    if done or item["state"] == _DROPPED:
        return {"state": "DONE" if done else "DROPPED", "result": item["result"], "completed_on": item["completed_on"] if done else None}
    over = (item["year"], item["month"]) < (day.year, day.month)
    return {"state": "OVERDUE" if over else "OPEN", "result": "", "completed_on": None}
