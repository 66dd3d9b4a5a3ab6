"""The Office's part: entering documents with their tasks and publishing them."""

import re
from typing import Any

from e2e.client import Browser, Unexpected
from e2e.demo_data import Record

CONFLICT = 409
PERFORMANCES = 100


def form_fields(document: Record, unit_ids: dict[str, str], field_ids: dict[str, str]) -> dict[str, str | list[str]]:
    """The document as the entry form wants it."""
    fields: dict[str, Any] = {
        "secrecy": "normal",
        "regime": "provincial",
        "urgency": document["urgency"].lower(),
        "document_type": document["document_type"].lower(),
        "issuing_authority": document["issuing_authority"].lower(),
        "tasks-count": str(len(document["tasks"])),
        "action": "check",
    }
    for name in ("number", "symbol", "abstract", "issue_date", "signer", "signer_position", "submitting_unit"):
        fields[name] = document.get(name) or ""
    for place, task in enumerate(document["tasks"]):
        fields |= {f"tasks-{place}-{name}": value for name, value in _task_fields(task, unit_ids, field_ids).items()}
    return fields


def _task_fields(task: Record, unit_ids: dict[str, str], field_ids: dict[str, str]) -> dict[str, str | list[str]]:
    aggregating = task["aggregating_unit"]
    return {
        "content": task["content"],
        "has_deadline": "yes" if task["has_deadline"] else "no",
        "must_report": "yes" if task["must_report"] else "no",
        "due_date": task["due_date"] or "",
        "deadline_kind": (task["deadline_kind"] or "").lower(),
        "field": field_ids[task["field"]],
        "lead": [unit_ids[code] for code in task["lead_units"]],
        "coordinating": [unit_ids[code] for code in task["coordinating_units"]],
        "aggregating": [unit_ids[aggregating]] if aggregating else [],
    }


async def enter_and_publish(office: Browser, document: Record, unit_ids: dict[str, str], field_ids: dict[str, str]) -> str:
    """Types, checks the answers, publishes. The directive's id; "" where a document of this number was entered before."""
    typed = form_fields(document, unit_ids, field_ids)
    try:
        saved = await office.submit("/directives/new", "/directives/new", typed)
    except Unexpected as answer:
        if answer.status == CONFLICT:
            return ""
        raise
    found = re.search(r"/directives/([0-9a-f-]{36})", saved.headers["location"])
    if found is None:
        raise Unexpected(f"no directive in {saved.headers['location']}")
    id = found[1]
    await office.submit(f"/directives/{id}/check", f"/directives/{id}/publish", {})
    return id


async def enter_anew(office: Browser, document: Record, unit_ids: dict[str, str], field_ids: dict[str, str]) -> Record:
    """A demonstration may be given again, and a document is entered once: the next time it bears the number of the performance."""
    for performance in range(1, PERFORMANCES):
        number = document["number"] if performance == 1 else f"{document['number']}-L{performance}"
        again = {**document, "number": number}
        id = await enter_and_publish(office, again, unit_ids, field_ids)
        if id:
            return again | {"id": id}
    raise Unexpected(f"{document['number']} was entered {PERFORMANCES} times")
