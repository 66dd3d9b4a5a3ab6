"""The documents that the demonstration enters, all in one shape.

A document: number, symbol, document_type, abstract, issue_date, effective_date, signer, signer_position,
issuing_authority, submitting_unit, urgency, tasks. A task: article, content, has_deadline, must_report,
deadline_kind, field, lead_units, coordinating_units, aggregating_unit, due_date. Dates are ISO strings or null.
A task has a due date exactly when it has a deadline, and then says what is due (deadline_kind).

Decision 71/2016 names no calendar date for any duty (its times are all relative, such as "02 ngày làm việc"),
so all its tasks are of Đ4.2: without a deadline. In the files a unit is its code, or a group of units by its name;
`resolve` turns groups into codes.
"""

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SEED = HERE.parents[1] / "infra" / "seed"

Record = dict[str, Any]


def read_seed(name: str) -> list[Record]:
    return json.loads((SEED / f"{name}.json").read_text(encoding="utf-8"))


def load_decision_71(units: list[Record], groups: list[Record], limit: int | None = None) -> Record:
    return resolve(_read("decision-71.json"), units, groups, limit)


def load_own(units: list[Record], groups: list[Record], limit: int | None = None) -> list[Record]:
    return [resolve(document, units, groups, limit) for document in _read("own_directives.json")]


def expand(names: list[str], units: list[Record], groups: list[Record], limit: int | None = None) -> list[str]:
    """Unit codes for codes and group names, each once, in order; at most `limit` members of a group."""
    kinds_of = {group["name"]: group["kinds"] for group in groups}
    codes: dict[str, None] = {}
    for name in names:
        if name in kinds_of:
            members = [unit["code"] for unit in units if unit["kind"] in kinds_of[name]]
            codes.update(dict.fromkeys(members[:limit]))
        else:
            codes[name] = None
    return list(codes)


def resolve(document: Record, units: list[Record], groups: list[Record], limit: int | None = None) -> Record:
    return {**document, "tasks": [_resolve_task(task, units, groups, limit) for task in document["tasks"]]}


def _resolve_task(task: Record, units: list[Record], groups: list[Record], limit: int | None) -> Record:
    leads = expand(task["lead_units"], units, groups, limit)
    coordinating = expand(task["coordinating_units"], units, groups, limit)
    return {**task, **roles(leads, coordinating, task["aggregating_unit"])}


def roles(leads: list[str], coordinating: list[str], aggregating: str | None) -> Record:
    """A unit keeps its weightiest role only: a lead that is also in a coordinating group needs no second duty."""
    aggregating = None if aggregating in leads else aggregating
    others = [code for code in coordinating if code not in leads and code != aggregating]
    return {"lead_units": leads, "coordinating_units": others, "aggregating_unit": aggregating}


def _read(name: str) -> Any:
    return json.loads((HERE / name).read_text(encoding="utf-8"))
