""" "Việc của tôi": what waits for a person, by role. Each heading is a filter, so that its list shows exactly what was counted."""

from collections.abc import Iterator

from ykcd.assignment.v1 import assignment_pb2 as a
from ykcd.assignment.v1 import obstacle_pb2 as o
from ykcd.reporting.v1.reporting_pb2 import AssignmentFilter, WorklistSection

from kit.identity import Actor
from kit.law import article
from services.reporting.model import OPEN_STATES

S = WorklistSection
Heading = tuple[WorklistSection, AssignmentFilter]

# Annex V's "overdue": the days of "chờ cập nhật" included, for the person who owes the report.
PAST_DUE = (a.TIMELINESS_OVERDUE, a.TIMELINESS_AWAITING_UPDATE)
UNDER_WAY = (a.ASSIGNMENT_STATE_ACCEPTED, a.ASSIGNMENT_STATE_IN_PROGRESS)


def headings(actor: Actor) -> list[Heading]:
    """In the order of the page; a person of several roles has them all, each once."""
    found: list[Heading] = []
    for heading in (*_unit(actor), *_specialist(actor), *_leaders(actor)):
        if heading not in found:
            found.append(heading)
    return found


@article("Đ8.2.1")
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


@article("Đ8.1.a", "Đ8.1.b")
def _specialist(actor: Actor) -> Iterator[Heading]:
    """Đ8.1.a: the tasks that he follows, his own and those of whom he stands in for; what he must decide on, answer or look at."""
    if not actor.has("specialist"):
        return
    mine = {"followed_by_me": True}
    yield from _pressing(**mine)
    decide = (a.ASSIGNMENT_STATE_REPORTED, a.ASSIGNMENT_STATE_RETURN_REQUESTED)
    yield S.WORKLIST_SECTION_AWAITING_ME, AssignmentFilter(states=decide, **mine)
    yield S.WORKLIST_SECTION_EXTENSIONS, AssignmentFilter(extension_pending=True, **mine)
    yield S.WORKLIST_SECTION_OBSTACLES, AssignmentFilter(obstacle_states=[o.OBSTACLE_STATE_RAISED], **mine)
    yield S.WORKLIST_SECTION_REPORTS_TO_REVIEW, AssignmentFilter(report_to_review=True, **mine)
    yield S.WORKLIST_SECTION_IN_PROGRESS, AssignmentFilter(states=UNDER_WAY, **mine)


@article("Đ8.1.đ", "Đ7.2.d", "Đ9.3")
def _leaders(actor: Actor) -> Iterator[Heading]:
    """Đ8.1.đ: for leaders waits what nobody follows, what units want to give back (Đ7.2.d), what hinders them (Đ9.3), what they ask for."""
    if actor.has("office_leader"):
        yield S.WORKLIST_SECTION_AWAITING_ME, AssignmentFilter(without_specialist=True, states=OPEN_STATES)
        yield S.WORKLIST_SECTION_RETURN_REQUESTED, AssignmentFilter(states=[a.ASSIGNMENT_STATE_RETURN_REQUESTED])
        unanswered = (o.OBSTACLE_STATE_RAISED, o.OBSTACLE_STATE_PROPOSED)
        yield S.WORKLIST_SECTION_OBSTACLES, AssignmentFilter(obstacle_states=unanswered)
    if actor.has("office_leader", "chairman"):
        yield S.WORKLIST_SECTION_EXTENSIONS, AssignmentFilter(extension_pending=True)
        yield S.WORKLIST_SECTION_OVERDUE, AssignmentFilter(timeliness=PAST_DUE)


def _pressing(**mine: object) -> Iterator[Heading]:
    yield S.WORKLIST_SECTION_OVERDUE, AssignmentFilter(timeliness=PAST_DUE, **mine)
    yield S.WORKLIST_SECTION_DUE_SOON, AssignmentFilter(due_soon=True, **mine)
