"""Assignments without a database, and one way to do each act."""

from datetime import UTC, date, datetime
from uuid import uuid4

from ykcd.assignment.v1 import assignment_pb2 as pb

from kit.copies import make_calendar
from kit.identity import Actor
from services.assignment import timeliness
from services.assignment.actions import IN_PROGRESS, RETURN_REQUESTED, SENT
from services.assignment.model import Assignment, Result
from services.assignment.records import Decision, Delegation, Extension, Report, Transition
from services.assignment.tests.factories import DAYS

CALENDAR = make_calendar(DAYS, 1)
NOW = datetime(2025, 4, 24, 2, tzinfo=UTC)
UNIT, OTHER_UNIT, OFFICE = uuid4(), uuid4(), uuid4()
DECISION = Decision("812/QĐ-UBND", "Nguyễn Văn Phương")


def actor(*roles: str, unit=UNIT, **more: object) -> Actor:
    return Actor(uuid4(), unit, frozenset(roles), "Lê Quang", **more)


LEADER, SPECIALIST, OFFICE_LEADER = actor("unit_leader"), actor("specialist", unit=OFFICE), actor("office_leader", unit=OFFICE)


def assignment(state: int = SENT, **more: object) -> Assignment:
    """A lead's part, due Thursday 24/04/2025, followed by SPECIALIST."""
    values = {
        "id": uuid4(),
        "version": 1,
        "state": state,
        "task_id": uuid4(),
        "directive_id": uuid4(),
        "unit_id": UNIT,
        "role": timeliness.LEAD,
        "phase": 0,
        "phase_name": "",
        "content": "Rà soát quỹ đất công.",
        "deliverable": "",
        "note": "",
        "has_deadline": True,
        "must_report": False,
        "deadline_kind": 0,
        "regime": 1,
        "specialist_id": SPECIALIST.person_id,
        "directive_code": "5425/UBND-KGVX",
        "directive_abstract": "V/v rà soát quỹ đất công",
        "directive_issue_date": date(2025, 4, 21),
        "planned": {},
        "due_date": date(2025, 4, 24),
        "due_exact": False,
        "original_due_date": date(2025, 4, 24),
        "deadline_cycle": 1,
        "paper_report_required": False,
        "paper_report_number": "",
        "aggregator_confirmed": False,
        "create_time": NOW,
        "update_time": NOW,
        **more,
    }
    made = Assignment(**values)
    if state == RETURN_REQUESTED:
        made.history = [Transition(action=pb.ACTION_REQUEST_RETURN, from_state=IN_PROGRESS, reason="Không thuộc chức năng.")]
    return made


def result(on: date = date(2025, 4, 23)) -> Result:
    return Result(completed_on=on, content="Đã xong.")


def asked() -> Extension:
    """An extension that waits."""
    days = {"previous_due_date": date(2025, 4, 24), "new_due_date": date(2025, 5, 15)}
    return Extension(id=uuid4(), state=pb.EXTENSION_STATE_REQUESTED, reason="Chờ số liệu.", **days)


def told(kind: int = pb.REPORT_KIND_PROGRESS, state: int = pb.REPORT_STATE_SUBMITTED) -> Report:
    """A report."""
    return Report(id=uuid4(), kind=kind, state=state, content="Đang làm.", create_time=NOW)


def steps(**more: object) -> list[dict]:
    """A plan of one step."""
    return [{"content": "Khảo sát", "due_date": "2025-04-22", "person_id": None, "done_on": None, **more}]


# By a person `who`; what an act is about is there wherever it may be done.
ACTS = {
    pb.ACTION_ACCEPT: lambda item, who: item.accept(who, NOW),
    pb.ACTION_REQUEST_RETURN: lambda item, who: item.request_return(who, NOW, reason="Không thuộc chức năng."),
    pb.ACTION_DELEGATE: lambda item, who: item.delegate(who, NOW, to=Delegation(leader_id=who.person_id, officer_ids=[], note="")),
    pb.ACTION_SET_PLAN: lambda item, who: item.set_plan(who, NOW, steps=steps()),
    pb.ACTION_CONFIRM_AGGREGATOR: lambda item, who: item.confirm_aggregator(who, NOW, unit_id=OTHER_UNIT),
    pb.ACTION_REPORT_PROGRESS: lambda item, who: item.report_progress(who, NOW, content="Đang làm."),
    pb.ACTION_DRAFT_REPORT: lambda item, who: item.draft_report(who, NOW, result=result()),
    pb.ACTION_REPORT_DONE: lambda item, who: item.report_done(who, NOW, result=result()),
    pb.ACTION_WITHDRAW_REPORT: lambda item, who: item.withdraw_report(who, NOW, reason="Thiếu phụ lục."),
    pb.ACTION_RECORD_PAPER_REPORT: lambda item, who: item.record_paper_report(who, NOW, number="12/BC", issue_date=date(2025, 4, 23)),
    pb.ACTION_REQUEST_EXTENSION: lambda item, who: item.request_extension(
        who, NOW, CALENDAR, new_due_date=date(2025, 5, 15), reason="Chờ số liệu.", late=False
    ),
    pb.ACTION_WITHDRAW_EXTENSION: lambda item, who: item.withdraw_extension(who, NOW, reason=""),
    pb.ACTION_DECIDE_EXTENSION: lambda item, who: item.approve_extension(who, NOW, decision=DECISION),
    pb.ACTION_REVIEW_REPORT: lambda item, who: item.review_report(
        who, NOW, report_id=(item.reports_in_review or [told()])[0].id, accepted=True, reason=""
    ),
    pb.ACTION_VERIFY: lambda item, who: item.verify(who, NOW, CALENDAR),
    pb.ACTION_SEND_BACK: lambda item, who: item.send_back(who, NOW, reason="Chưa đủ."),
    pb.ACTION_REOPEN: lambda item, who: item.reopen(who, NOW, reason="Số liệu sai.", decision=DECISION),
    pb.ACTION_ADJUST: lambda item, who: item.adjust(who, NOW, reason="Sửa nội dung.", content="Rà soát đất công ích."),
    pb.ACTION_FORWARD: lambda item, who: item.forward(who, NOW, unit_id=OTHER_UNIT, specialist_id=None, reason="Đúng chức năng."),
    pb.ACTION_DENY_RETURN: lambda item, who: item.deny_return(who, NOW, reason="Đúng chức năng."),
    pb.ACTION_NAME_SPECIALIST: lambda item, who: item.name_specialist(who, NOW, specialist_id=uuid4(), reason=""),
    pb.ACTION_CANCEL: lambda item, who: item.cancel(who, NOW, reason="Không còn cần.", decision=DECISION),
    pb.ACTION_AMEND: lambda item, who: item.amend(who, NOW, planned={"content": "Khác."}, reason="Sửa đổi.", decision=DECISION),
    pb.ACTION_SUCCEED: lambda item, who: item.succeed(who, NOW, unit_id=OTHER_UNIT, decision=DECISION),
}
