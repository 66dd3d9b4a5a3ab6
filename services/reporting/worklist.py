""" "Việc của tôi": what waits for a person, by role. Each heading is a filter, so that its list shows exactly what was counted."""

from collections.abc import Iterator

from ykcd.assignment.v1 import assignment_pb2 as a
from ykcd.reporting.v1.reporting_pb2 import AssignmentFilter, WorklistSection

from kit.identity import Actor

S = WorklistSection
Heading = tuple[WorklistSection, AssignmentFilter]

# Annex V's "overdue": the days of "chờ cập nhật" included, for the person who owes the report.
PAST_DUE = (a.TIMELINESS_OVERDUE, a.TIMELINESS_AWAITING_UPDATE)
OPEN_STATES = (
    a.ASSIGNMENT_STATE_SENT,
    a.ASSIGNMENT_STATE_ACCEPTED,
    a.ASSIGNMENT_STATE_IN_PROGRESS,
    a.ASSIGNMENT_STATE_RETURN_REQUESTED,
    a.ASSIGNMENT_STATE_REPORTED,
)
UNDER_WAY = (a.ASSIGNMENT_STATE_ACCEPTED, a.ASSIGNMENT_STATE_IN_PROGRESS)


def headings(actor: Actor) -> list[Heading]:
    """In the order of the page; a person of several roles has them all, each once."""
    found: list[Heading] = []
    for heading in (*_unit(actor), *_specialist(actor), *_leaders(actor)):
        if heading not in found:
            found.append(heading)
    return found


def _unit(actor: Actor) -> Iterator[Heading]:
    """A unit's leader and focal point answer for all of its tasks, an officer for those that name him (Đ8.2)."""
    mine = {"unit_ids": [str(actor.unit_id)]}
    if actor.has("unit_leader", "focal_point"):
        yield from _pressing(**mine)
        yield S.WORKLIST_SECTION_AWAITING_ME, AssignmentFilter(states=[a.ASSIGNMENT_STATE_SENT], **mine)
    elif actor.has("officer"):
        mine["delegated_to_me"] = True
        yield from _pressing(**mine)
    else:
        return
    yield S.WORKLIST_SECTION_IN_PROGRESS, AssignmentFilter(states=UNDER_WAY, **mine)


def _specialist(actor: Actor) -> Iterator[Heading]:
    """Đ8.1.a: the tasks that he follows, and the results and returns that he must decide on."""
    if not actor.has("specialist"):
        return
    mine = {"specialist_id": str(actor.person_id)}
    yield from _pressing(**mine)
    decide = (a.ASSIGNMENT_STATE_REPORTED, a.ASSIGNMENT_STATE_RETURN_REQUESTED)
    yield S.WORKLIST_SECTION_AWAITING_ME, AssignmentFilter(states=decide, **mine)
    yield S.WORKLIST_SECTION_IN_PROGRESS, AssignmentFilter(states=UNDER_WAY, **mine)


def _leaders(actor: Actor) -> Iterator[Heading]:
    """Đ8.1.đ: whom nobody follows, and what units want to give back (Đ7.2.d), waits for the Office's leaders."""
    if actor.has("office_leader"):
        yield S.WORKLIST_SECTION_AWAITING_ME, AssignmentFilter(without_specialist=True, states=OPEN_STATES)
        yield S.WORKLIST_SECTION_RETURN_REQUESTED, AssignmentFilter(states=[a.ASSIGNMENT_STATE_RETURN_REQUESTED])
    if actor.has("office_leader", "chairman"):
        yield S.WORKLIST_SECTION_OVERDUE, AssignmentFilter(timeliness=PAST_DUE)


def _pressing(**mine: object) -> Iterator[Heading]:
    yield S.WORKLIST_SECTION_OVERDUE, AssignmentFilter(timeliness=PAST_DUE, **mine)
    yield S.WORKLIST_SECTION_DUE_SOON, AssignmentFilter(due_soon=True, **mine)
