"""The form of templates/directive_amend.html as a message (Đ2.7).

Names: reason, changing_code, changing_date, changing_signer, abstract; of the document's own task at place N (from 0) amend-N- followed by
content, deliverable, lead, coordinating, aggregating (ids of units that join, each may come more than once), due_date and due_before (of
those that join); of each part part-<assignment id>- followed by due_date, due_before, withdrawn ("1"); and whole further tasks as in
directive_form.py.
"""

import re
from collections.abc import Iterable

from ykcd.directive.v1 import directive_pb2 as pb

from . import directive_form
from .forms import Form, read_date

# The form's names for the request's own fields; directive_end.html has some of them too.
NAMES = {"document": "changing_code", "document.code": "changing_code", "document.issue_date": "changing_date",
         "document.signer": "changing_signer", "reason": "reason", "abstract": "abstract", "superseding_id": "superseding_id"}  # fmt: skip


def from_directive(directive: pb.Directive) -> dict[str, list[str]]:
    """What the form shows at first: the words as they stand."""
    values = {"abstract": [directive.abstract], "tasks-count": ["0"]}
    for place, task in enumerate(directive.tasks):
        values |= {f"amend-{place}-content": [task.content], f"amend-{place}-deliverable": [task.deliverable]}
    return values


def to_request(directive: pb.Directive, form: Form) -> tuple[pb.AmendDirectiveRequest, dict[str, str]]:
    """What differs from `directive`, and the fields that couldn't be read."""
    errors: dict[str, str] = {}
    document = pb.ChangingDocument(
        code=form.value("changing_code").strip(),
        issue_date=read_date(form, "changing_date", errors),
        signer=form.value("changing_signer").strip(),
    )
    abstract = form.value("abstract").strip()
    changed = (_amendment(form, f"amend-{place}-", task, errors) for place, task in enumerate(directive.tasks))
    return pb.AmendDirectiveRequest(
        id=directive.id,
        reason=form.value("reason").strip(),
        document=document,
        abstract="" if abstract == directive.abstract else abstract,
        tasks=[task for task in changed if len(task.ListFields()) > 1],
        added_tasks=directive_form.to_tasks(form, errors),
    ), errors


def _amendment(form: Form, prefix: str, task: pb.Task, errors: dict[str, str]) -> pb.TaskAmendment:
    """With the task's id alone where it stays as it is."""
    texts = {name: form.value(prefix + name).strip() for name in ("content", "deliverable")}
    return pb.TaskAmendment(
        task_id=task.id,
        **{name: text for name, text in texts.items() if text != getattr(task, name)},
        assignments=_changed_parts(form, task, errors),
        added=_joining(form, prefix, errors),
    )


def _changed_parts(form: Form, task: pb.Task, errors: dict[str, str]) -> Iterable[pb.AssignmentAmendment]:
    for part in task.assignments:
        row = f"part-{part.id}-"
        due_date, withdrawn = read_date(form, row + "due_date", errors), form.value(row + "withdrawn") == "1"
        if due_date or withdrawn:
            before = form.value(row + "due_before") == "1"
            yield pb.AssignmentAmendment(assignment_id=part.id, due_date=due_date, due_exclusive=before, withdrawn=withdrawn)


def _joining(form: Form, prefix: str, errors: dict[str, str]) -> Iterable[pb.PlannedAssignmentInput]:
    due_date = read_date(form, prefix + "due_date", errors)
    before = due_date is not None and form.value(prefix + "due_before") == "1"
    for name, role in directive_form.ROLES.items():
        for unit_id in filter(None, form.many(prefix + name)):
            yield pb.PlannedAssignmentInput(unit_id=unit_id, role=role, due_date=due_date, due_exclusive=before)


def touched(directive: pb.Directive, request: pb.AmendDirectiveRequest) -> set[str]:
    """The assignments that it changes or takes away."""
    tasks = {task.id: task for task in directive.tasks}
    if request.abstract:
        return {part.id for task in tasks.values() for part in task.assignments if not part.withdrawn}
    found = {part.assignment_id for change in request.tasks for part in change.assignments}
    whole = [tasks[change.task_id] for change in request.tasks if change.content or change.deliverable]
    return found | {part.id for task in whole for part in task.assignments if not part.withdrawn}


def field_of(directive: pb.Directive, request: pb.AmendDirectiveRequest, path: str) -> str:
    """The form's name for a field named in an error; "" where it has none."""
    if path.startswith("added_tasks["):
        return directive_form.field_of(path.removeprefix("added_"))
    found = re.fullmatch(r"tasks\[(\d+)\](?:\.(\w+)(?:\[(\d+)\](?:\.(\w+))?)?.*)?", path)
    if not found or int(found[1]) >= len(request.tasks):
        return NAMES.get(path, "")
    change = request.tasks[int(found[1])]
    if found[2] == "assignments" and found[3]:
        return f"part-{change.assignments[int(found[3])].assignment_id}-{'withdrawn' if found[4] == 'withdrawn' else 'due_date'}"
    place = next(place for place, task in enumerate(directive.tasks) if task.id == change.task_id)
    return f"amend-{place}-{_OWN.get(found[2] or '', 'content') if not found[3] else _OWN.get(found[4] or '', 'lead')}"


_OWN = {"content": "content", "deliverable": "deliverable", "due_date": "due_date", "added": "lead", "assignments": "lead"}
