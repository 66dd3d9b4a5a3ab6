"""The form of templates/directive_edit.html as messages, and back.

Names: number, symbol, document_type, abstract, issue_date, issue_time, signer, signer_position, issuing_authority, submitting_unit,
urgency, secrecy, regime; tasks-count; and for the task at place N (from 0) tasks-N- followed by content, has_deadline and must_report
("yes", "no"), due_date, due_before ("1": "trước ngày", D7; it holds for the units' own dates too), deadline_kind, deliverable, note, field,
paper_report ("1"), lead, coordinating, aggregating (unit ids, each may come more than once), due-<unit id> (a unit's own due date), and of
its phase at place M (Đ3.4) phases-M- followed by name, due_date, due_before.
Enums go by their short names in lower case ("official_letter").
"""

import datetime as dt
import re
from collections.abc import Mapping, Sequence

from google.type.date_pb2 import Date
from ykcd.directive.v1 import directive_pb2 as pb

from kit.law import article

from . import words
from .enums import number_or_zero, short
from .forms import Form, read_date, without_empty_rows

Values = Mapping[str, Sequence[str]]

_TEXT = ("number", "symbol", "abstract", "signer", "signer_position", "submitting_unit")
_ENUMS = {
    "document_type": "DocumentType",
    "issuing_authority": "IssuingAuthority",
    "urgency": "Urgency",
    "secrecy": "Secrecy",
    "regime": "Regime",
}
SECRET_LEVELS = ("confidential", "secret", "top_secret")
ROLES = {"lead": pb.ASSIGNMENT_ROLE_LEAD, "coordinating": pb.ASSIGNMENT_ROLE_COORDINATING, "aggregating": pb.ASSIGNMENT_ROLE_AGGREGATING}
MAX_TASKS = 200


def new_values() -> dict[str, list[str]]:
    """An empty document with one empty task. The level of secrecy isn't filled in: it must be stated (Đ5)."""
    return {"urgency": ["normal"], "regime": ["provincial"], "tasks-count": ["1"]}


@article("Đ5")
def is_secret(values: Values) -> bool:
    """Đ5: such a form is shown to nobody again."""
    return any(level in SECRET_LEVELS for level in values.get("secrecy", ()))


def task_count(values: Values) -> int:
    text = values.get("tasks-count", ["0"])[0]
    return min(int(text), MAX_TASKS) if text.isdecimal() and len(text) <= len(str(MAX_TASKS)) else 0


def tidied(values: Values) -> Values:
    """The phases of each task numbered as the request counts them."""
    for place in range(task_count(values)):
        values = without_empty_rows(values, f"tasks-{place}-phases")
    return values


def change_tasks(values: Values, action: str) -> tuple[dict[str, list[str]], str]:
    """What the buttons "add_task" and "remove_task:N" do: the new values, and the name of the field to go to."""
    count = task_count(values)
    kept = {name: list(given) for name, given in values.items()}
    if action == "add_task":
        kept["tasks-count"] = [str(min(count + 1, MAX_TASKS))]
        return kept, f"tasks-{min(count, MAX_TASKS - 1)}-content"
    gone = int(action.removeprefix("remove_task:"))
    if not 0 <= gone < count:
        return kept, ""
    kept = {}
    for name, given in values.items():
        prefix, place, rest = _split(name)
        if place == gone:
            continue
        kept[f"{prefix}-{place - 1}-{rest}" if place > gone else name] = list(given)
    kept["tasks-count"] = [str(count - 1)]
    return kept, f"tasks-{max(gone - 1, 0)}-content" if count > 1 else ""


def _split(name: str) -> tuple[str, int, str]:
    found = re.fullmatch(r"(tasks)-(\d+)-(.+)", name)
    return (found[1], int(found[2]), found[3]) if found else ("", -1, name)


def from_directive(directive: pb.Directive) -> dict[str, list[str]]:
    """What the form shows for a stored draft; a draft is never secret (Đ5)."""
    values = {name: [getattr(directive, name)] for name in _TEXT}
    values |= {name: [short(getattr(directive, name), enum).lower()] for name, enum in _ENUMS.items() if name != "secrecy"}
    values["secrecy"] = ["normal"]
    values["issue_date"] = [words.iso_date(directive.issue_date)]
    issued = words.to_datetime(directive.issue_time)
    values["issue_time"] = [issued.strftime("%H:%M") if issued and (issued.hour or issued.minute) else ""]
    values["tasks-count"] = [str(len(directive.tasks))]
    for place, task in enumerate(directive.tasks):
        values |= {f"tasks-{place}-{name}": given for name, given in _from_task(task).items()}
    return values


def _from_task(task: pb.Task) -> dict[str, list[str]]:
    values = {"content": [task.content], "deliverable": [task.deliverable], "note": [task.note], "field": [task.field_id]}
    values["deadline_kind"] = [short(task.deadline_kind, "DeadlineKind").lower()]
    for name in ("has_deadline", "must_report"):
        if task.task_class.HasField(name):
            values[name] = ["yes" if getattr(task.task_class, name) else "no"]
    if task.paper_report_required:
        values["paper_report"] = ["1"]
    for name, role in ROLES.items():
        values[name] = list(dict.fromkeys(part.unit_id for part in task.assignments if part.role == role))
    if any(part.phase for part in task.assignments):
        return values | _phases(task)
    # Shown in the document's words: "trước ngày X", where X-1 is kept (D7).
    before = any(part.due_exact for part in task.assignments)
    if before:
        values["due_before"] = ["1"]
    shown = {part.unit_id: _shown(part.due_date, before=before) for part in task.assignments if part.HasField("due_date")}
    due = list(shown.values())
    common = max(due, key=due.count) if due else ""
    values["due_date"] = [common]
    for part in task.assignments:
        own = shown.get(part.unit_id, "")
        if own and own != common:
            values[f"due-{part.unit_id}"] = [own]
    return values


@article("Đ3.4")
def _phases(task: pb.Task) -> dict[str, list[str]]:
    """Đ3.4: every unit has the same."""
    values: dict[str, list[str]] = {}
    for part in task.assignments:
        row = f"phases-{part.phase - 1}-"
        values[row + "name"] = [part.phase_name]
        values[row + "due_date"] = [_shown(part.due_date, before=part.due_exact)]
        values[row + "due_before"] = ["1"] if part.due_exact else []
    return values


def _shown(last_day: Date, *, before: bool) -> str:
    day = words.to_date(last_day)
    assert day
    return (day + dt.timedelta(days=1) if before else day).isoformat()


def to_input(values: Values) -> tuple[pb.DirectiveInput, dict[str, str]]:
    """The message to send, and the fields that couldn't be read at all. What a field must hold is for `directive` to say."""
    form, errors = Form(values), {}
    directive = pb.DirectiveInput(**{name: form.value(name).strip() for name in _TEXT}, issue_date=read_date(form, "issue_date", errors))
    for name, enum in _ENUMS.items():
        setattr(directive, name, number_or_zero(form.value(name), enum))
    if directive.HasField("issue_date") and form.value("issue_time").strip():
        _issue_time(directive, form, errors)
    directive.tasks.extend(to_tasks(form, errors))
    return directive, errors


def to_tasks(form: Form, errors: dict[str, str]) -> list[pb.TaskInput]:
    """The form's tasks alone."""
    return [_to_task(form, f"tasks-{place}-", errors) for place in range(task_count(form.values))]


def _issue_time(directive: pb.DirectiveInput, form: Form, errors: dict[str, str]) -> None:
    try:
        time = dt.datetime.strptime(form.value("issue_time").strip(), "%H:%M").time()
        directive.issue_time.FromDatetime(dt.datetime.combine(words.to_date(directive.issue_date), time, words.HUE_TIME))
    except (ValueError, OverflowError):
        errors["issue_time"] = "Giờ chưa đúng. Nhập theo dạng giờ:phút, ví dụ 16:30."


def _to_task(form: Form, prefix: str, errors: dict[str, str]) -> pb.TaskInput:
    task = pb.TaskInput(
        content=form.value(prefix + "content").strip(),
        deadline_kind=number_or_zero(form.value(prefix + "deadline_kind"), "DeadlineKind"),
        deliverable=form.value(prefix + "deliverable").strip(),
        note=form.value(prefix + "note").strip(),
        field_id=form.value(prefix + "field"),
        paper_report_required=form.value(prefix + "paper_report") == "1",
        due_date=read_date(form, prefix + "due_date", errors),
        due_exclusive=form.value(prefix + "due_before") == "1",
    )
    for name in ("has_deadline", "must_report"):
        answer = form.value(prefix + name)
        if answer in ("yes", "no"):
            setattr(task.task_class, name, answer == "yes")
    for name, role in ROLES.items():
        for unit_id in form.many(prefix + name):
            due_date = read_date(form, f"{prefix}due-{unit_id}", errors)
            task.assignments.add(unit_id=unit_id, role=role, due_date=due_date, due_exclusive=task.due_exclusive)
    for row in form.rows(prefix + "phases"):
        due_date = read_date(form, row + "due_date", errors)
        task.phases.add(name=form.value(row + "name").strip(), due_date=due_date, due_exclusive=form.value(row + "due_before") == "1")
    return task


_FIELDS = {
    "field_id": "field",
    "paper_report_required": "paper_report",
    "assignments": "lead",
    "task_class": "has_deadline",
    "phases": "has_deadline",
}


def field_of(path: str) -> str:
    """The form's name for a field named in an error: "directive.tasks[0].task_class.must_report" is "tasks-0-must_report"."""
    path = path.removeprefix("directive.")
    found = re.fullmatch(r"tasks\[(\d+)\](?:\.(.+))?", path)
    if not found:
        return path.split(".")[0]
    name = (found[2] or "content").removeprefix("task_class.")
    if phase := re.fullmatch(r"phases\[(\d+)\]\.(name|due_date)", name):
        return f"tasks-{found[1]}-phases-{phase[1]}-{phase[2]}"
    name = re.split(r"[.\[]", name)[0]
    return f"tasks-{found[1]}-{_FIELDS.get(name, name)}"
