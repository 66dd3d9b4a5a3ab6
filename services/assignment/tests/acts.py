"""The acts by their RPCs: who may, by which way to each state, and one well-formed request for each."""

from uuid import uuid4

from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.directive.v1.registry_pb2 import Successor

from kit.testing.stack import Stack
from services.assignment.actions import ACTIONS
from services.assignment.service import told
from services.assignment.tests import factories as make
from services.assignment.tests.factories import AN, BINH, LEADER, OFFICE_LEADER, OFFICER, ask

RPCS = {
    pb.ACTION_ACCEPT: "AcceptAssignment",
    pb.ACTION_REQUEST_RETURN: "RequestReturn",
    pb.ACTION_DELEGATE: "DelegateAssignment",
    pb.ACTION_SET_PLAN: "SetPlan",
    pb.ACTION_CONFIRM_AGGREGATOR: "ConfirmAggregator",
    pb.ACTION_REPORT_PROGRESS: "ReportProgress",
    pb.ACTION_DRAFT_REPORT: "DraftReport",
    pb.ACTION_REPORT_DONE: "ReportDone",
    pb.ACTION_WITHDRAW_REPORT: "WithdrawReport",
    pb.ACTION_RECORD_PAPER_REPORT: "RecordPaperReport",
    pb.ACTION_REQUEST_EXTENSION: "RequestExtension",
    pb.ACTION_WITHDRAW_EXTENSION: "WithdrawExtension",
    pb.ACTION_DECIDE_EXTENSION: "DecideExtension",
    pb.ACTION_REVIEW_REPORT: "ReviewReport",
    pb.ACTION_VERIFY: "VerifyAssignment",
    pb.ACTION_SEND_BACK: "SendBackAssignment",
    pb.ACTION_ADJUST: "AdjustAssignment",
    pb.ACTION_FORWARD: "ForwardAssignment",
    pb.ACTION_DENY_RETURN: "DenyReturn",
    pb.ACTION_NAME_SPECIALIST: "NameSpecialist",
    pb.ACTION_CANCEL: "CancelAssignment",
    pb.ACTION_REOPEN: "ReopenAssignment",
}
UNITS = [name for action, name in RPCS.items() if ACTIONS[action].by_unit]
FOLLOWING = [name for action, name in RPCS.items() if "specialist" in ACTIONS[action].roles]
LEADERS = [name for name in RPCS.values() if name not in (*UNITS, *FOLLOWING)]
# Somebody who holds a role of the right kind, for each act.
RIGHT = {**dict.fromkeys(UNITS, LEADER), **dict.fromkeys(FOLLOWING, AN), **dict.fromkeys(LEADERS, OFFICE_LEADER)}
EVENTS = {name: told.EVENTS[action] for action, name in RPCS.items()}
# The shortest way to each state.
WAYS = {
    pb.ASSIGNMENT_STATE_SENT: [],
    pb.ASSIGNMENT_STATE_ACCEPTED: ["AcceptAssignment"],
    pb.ASSIGNMENT_STATE_IN_PROGRESS: ["AcceptAssignment", "ReportProgress"],
    pb.ASSIGNMENT_STATE_REPORTED: ["AcceptAssignment", "ReportDone"],
    pb.ASSIGNMENT_STATE_VERIFIED: ["AcceptAssignment", "ReportDone", "VerifyAssignment"],
    pb.ASSIGNMENT_STATE_RETURN_REQUESTED: ["RequestReturn"],
    pb.ASSIGNMENT_STATE_FORWARDED: ["RequestReturn", "ForwardAssignment"],
    pb.ASSIGNMENT_STATE_CANCELLED: ["CancelAssignment"],
}
# What comes before an act so that it works, where that isn't an acceptance.
BEFORE = {
    "AcceptAssignment": [],
    "RequestReturn": [],
    "WithdrawReport": ["AcceptAssignment", "ReportDone"],
    "WithdrawExtension": ["RequestExtension"],
    "DecideExtension": ["RequestExtension"],
    "ReviewReport": ["AcceptAssignment", "ReportProgress"],
    "VerifyAssignment": ["AcceptAssignment", "ReportDone"],
    "SendBackAssignment": ["AcceptAssignment", "ReportDone"],
    "AdjustAssignment": ["RequestReturn"],
    "ForwardAssignment": ["RequestReturn"],
    "DenyReturn": ["RequestReturn"],
    "ReopenAssignment": ["AcceptAssignment", "ReportDone", "VerifyAssignment"],
}


def writes(id: str, version: int = 1, report_id: str = "") -> dict[str, object]:
    """One well-formed request for each act."""
    reason, decision = "Theo chỉ đạo.", make.DECISION
    return {
        "AcceptAssignment": ask(pb.AcceptAssignmentRequest, id, version),
        "RequestReturn": ask(pb.RequestReturnRequest, id, version, reason="Không thuộc chức năng."),
        "DelegateAssignment": ask(pb.DelegateAssignmentRequest, id, version, leader_id=str(LEADER.id), officer_ids=[str(OFFICER.id)]),
        "SetPlan": ask(pb.SetPlanRequest, id, version, steps=[pb.PlanStep(content="Khảo sát", person_id=str(OFFICER.id))]),
        "ConfirmAggregator": ask(pb.ConfirmAggregatorRequest, id, version, aggregating_unit_id=str(make.SYT)),
        "ReportProgress": ask(pb.ReportProgressRequest, id, version, content="Đang rà soát."),
        "DraftReport": ask(pb.DraftReportRequest, id, version, content="Dự thảo."),
        "ReportDone": make.done(id, version),
        "WithdrawReport": ask(pb.WithdrawReportRequest, id, version, reason=reason),
        "RecordPaperReport": ask(pb.RecordPaperReportRequest, id, version, document=make.paper()),
        "RequestExtension": ask(pb.RequestExtensionRequest, id, version, new_due_date=make.day(2025, 5, 30), reason=reason),
        "WithdrawExtension": ask(pb.WithdrawExtensionRequest, id, version),
        "DecideExtension": ask(pb.DecideExtensionRequest, id, version, approved=True, decision=decision),
        "ReviewReport": ask(pb.ReviewReportRequest, id, version, report_id=report_id or str(uuid4()), accepted=True),
        "VerifyAssignment": ask(pb.VerifyAssignmentRequest, id, version),
        "SendBackAssignment": ask(pb.SendBackAssignmentRequest, id, version, reason="Thiếu phụ lục."),
        "AdjustAssignment": ask(pb.AdjustAssignmentRequest, id, version, content="Rà soát đất công ích.", reason=reason),
        "ForwardAssignment": ask(pb.ForwardAssignmentRequest, id, version, unit_id=str(make.SYT), reason=reason),
        "DenyReturn": ask(pb.DenyReturnRequest, id, version, reason=reason),
        "NameSpecialist": ask(pb.NameSpecialistRequest, id, version, specialist_id=str(BINH.id)),
        "CancelAssignment": ask(pb.CancelAssignmentRequest, id, version, reason=reason, decision=decision),
        "ReopenAssignment": ask(pb.ReopenAssignmentRequest, id, version, reason=reason, decision=decision),
    }


def reads(id: str) -> dict[str, object]:
    """One well-formed request for each unary read."""
    return {
        "GetAssignment": pb.GetAssignmentRequest(id=id),
        "GetTask": pb.GetTaskRequest(task_id=id),
        "ListAssignments": pb.ListAssignmentsRequest(),
        "PreviewSuccession": pb.PreviewSuccessionRequest(unit_id=id, successors=[Successor(unit_id=str(make.SYT))]),
        "CheckUrgeable": pb.CheckUrgeableRequest(id=id, expected_version=1),
    }


async def bring(stack: Stack, stub, *names: str, **more: object) -> pb.Assignment:
    """A new assignment after these acts."""
    id = await make.sent(stack, **more)
    current = await stack.call(stub.GetAssignment, pb.GetAssignmentRequest(id=id), LEADER)
    for name in names:
        current = await stack.call(getattr(stub, name), writes(id, current.version)[name], RIGHT[name])
    return current


async def ready(stack: Stack, stub, name: str) -> tuple[pb.Assignment, object]:
    """An assignment that this act can be done to, and the request."""
    current = await bring(stack, stub, *BEFORE.get(name, ["AcceptAssignment"]), paper=name == "RecordPaperReport")
    if name == "ConfirmAggregator":
        id = await make.sent(stack, make.part(), make.part(make.SYT, "AGGREGATING"))
        current = await stack.call(stub.GetAssignment, pb.GetAssignmentRequest(id=id), LEADER)
    report_id = current.reports[-1].id if current.reports else ""
    return current, writes(current.id, current.version, report_id)[name]
