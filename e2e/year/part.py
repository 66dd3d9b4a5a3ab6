"""What is done to one part, by its unit and by the Office, as people do it."""

from datetime import date, timedelta
from functools import partial
from hashlib import sha256
from typing import Any
from uuid import uuid4

from ykcd.assignment.v1 import assignment_pb2 as pb

from e2e.demo.work import PDF
from e2e.year import beside
from e2e.year.days import ONE_DAY
from e2e.year.fates import Fate
from e2e.year.people import Error
from e2e.year.plan import DEPARTMENTS
from e2e.year.simulation import MORNING
from e2e.year.web import Web
from e2e.year.world import EVALUATOR, LEADER, SPECIALISTS, World, from_date, to_date

SENT, ACCEPTED, IN_PROGRESS, REPORTED = (
    pb.ASSIGNMENT_STATE_SENT,
    pb.ASSIGNMENT_STATE_ACCEPTED,
    pb.ASSIGNMENT_STATE_IN_PROGRESS,
    pb.ASSIGNMENT_STATE_REPORTED,
)


class Part:
    """`key` is its place in the plan; what it does by chance is drawn from its fate."""

    def __init__(self, world: World, id: str, key: str) -> None:
        self.world, self.id, self.key = world, id, key
        self.unit = ""
        self.fate: Fate
        world.keys[id] = key

    _dated = True

    async def _act(self, username: Any, verb: str, request: type, **words: Any) -> pb.Assignment:
        answer = await self.world.act(self.id, username, getattr(self.world.assignments, verb), request, **words)
        self.world.did[verb] += 1
        return answer

    async def _look(self) -> pb.Assignment:
        found = await self.world.look(self.id)
        self.unit = self.world.unit_codes[found.unit_id]
        self._dated = found.HasField("due_date")
        return found

    def _follower(self, found: pb.Assignment) -> str:
        return self.world.follower(found.specialist_id)

    def _leader(self, found: pb.Assignment) -> str:
        return self.world.leader(self.world.unit_codes[found.unit_id])

    async def _begin(self) -> None:
        """Accepted, given to people, and what a unit says on the way."""
        rng, world = self.fate.rng, self.world
        found = await self._look()
        if found.state == SENT:
            await world.wait(rng.choice((0, 0, 1, 2)))
            if rng.random() < 0.02:
                await self._try_what_isnt_allowed(found)
            await self._act(
                lambda a: world.focal(world.unit_codes[a.unit_id], software=self.fate.by_software),
                "AcceptAssignment",
                pb.AcceptAssignmentRequest,
            )
        if not found.specialist_id and rng.random() < 0.6:
            await self._act(LEADER, "NameSpecialist", pb.NameSpecialistRequest, specialist_id=self._person(rng.choice(SPECIALISTS)))
        if found.aggregating_unit_id and not found.aggregator_confirmed and found.role == 1 and rng.random() < 0.8:
            await self._confirm(found.aggregating_unit_id)
        if self.fate.plan:
            await self._plan()
        await world.wait(rng.choice((0, 0, 1, 1, 3)))
        await self._delegate()
        if self.fate.obstacle:
            world.sim.start(f"obstacle {self.key}", beside.obstacle(world, self.id, rng.random()))
        if self.fate.inquiry:
            world.sim.start(f"inquiry {self.key}", beside.inquiry(world, self.id, self.unit, rng.random()))
        if rng.random() < 0.3:
            await world.wait(1)
            await self._progress()

    async def _confirm(self, unit_id: str) -> None:
        """Đ6.1.h; too late where the aggregating part has ended meanwhile."""
        try:
            await self._act(self._leader, "ConfirmAggregator", pb.ConfirmAggregatorRequest, aggregating_unit_id=unit_id)
        except Error as error:
            if error.reason != "NO_AGGREGATOR_TO_CONFIRM":
                raise

    def _person(self, username: str) -> str:
        return self.world.crowd.people[username].id

    async def _delegate(self) -> None:
        found = await self.world.look(self.id, anew=True)
        leader, officer = self.world.leader(self.unit), self.world.officer(self.unit)
        if self.fate.by_web and not self.world.crowd.absences.get(leader):
            await Web(self.world, leader).delegate(self.id, self._person(leader))
            return
        words: dict[str, Any] = {
            "leader_id": self._person(leader),
            "officer_ids": [self._person(officer)],
            "note": "Khẩn trương thực hiện.",
        }
        if self._dated and (due := to_date(found.due_date) - timedelta(days=2)) > self.world.today:
            words["internal_due_date"] = from_date(due)
        await self._act(self._leader, "DelegateAssignment", pb.DelegateAssignmentRequest, **words)

    async def _plan(self) -> None:
        officer = lambda a: self.world.officer(self.world.unit_codes[a.unit_id])  # noqa: E731
        steps = [pb.PlanStep(content=content) for content in ("Xây dựng dự thảo", "Lấy ý kiến", "Hoàn thiện, trình ký")]
        await self._act(officer, "SetPlan", pb.SetPlanRequest, steps=steps)

    async def _progress(self, kind: int = pb.REPORT_KIND_PROGRESS) -> None:
        """Đ7.2.b; sometimes the specialist looks at it."""
        rng = self.fate.rng
        told = "" if kind == pb.REPORT_KIND_NO_CHANGE else "Đã triển khai theo kế hoạch; đang tổng hợp số liệu."
        reporter = lambda a: self.world.officer(self.world.unit_codes[a.unit_id])  # noqa: E731
        answer = await self._act(reporter, "ReportProgress", pb.ReportProgressRequest, content=told, kind=kind)
        if not (self.fate.rejected_report or rng.random() < 0.3):
            return
        report = max(answer.reports, key=lambda report: (report.create_time.seconds, report.create_time.nanos, report.id)).id
        await self.world.sim.until(self.world.days.after(self.world.today, 1), MORNING)
        accepted, self.fate.rejected_report = not self.fate.rejected_report, False
        reason = "" if accepted else "Chưa nêu số liệu, tiến độ cụ thể."
        await self._act(self._follower, "ReviewReport", pb.ReviewReportRequest, report_id=report, accepted=accepted, reason=reason)

    async def _try_what_isnt_allowed(self, found: pb.Assignment) -> None:
        """A stranger, a reader, somebody who decided on an older version."""
        world, asked = self.world, partial(pb.AcceptAssignmentRequest, id=self.id)
        strangers = [unit for unit in DEPARTMENTS if unit != self.unit]
        other = world.leader(self.fate.rng.choice(strangers))
        accept = world.assignments.AcceptAssignment
        await world.refused(other, accept, asked(expected_version=found.version), "NOT_FOUND", "OTHER_UNIT")
        await world.refused(EVALUATOR, accept, asked(expected_version=found.version), "NOT_FOUND", "ROLE_REQUIRED")
        await world.refused(
            world.crowd.acting(world.focal(self.unit), world.today), accept, asked(expected_version=found.version + 7), "STALE_VERSION"
        )

    async def _done(self, completed_on: date, report_on: date) -> None:
        """Reported on a working day from `report_on` on, as completed that day or, where that lies ahead, then."""
        world = self.world
        if self.fate.draft:
            await self._draft()
        await world.sim.until(world.days.rolled(report_on))
        found = await self._look()
        issued = to_date(found.directive_issue_date)
        completed_on = max(issued, min(completed_on, world.today))
        if found.state == SENT:
            await self._begin()
        if self.fate.by_web and not found.task_class.must_report and not world.crowd.absences.get(self._leader(found)):
            await Web(world, self._leader(found)).report_done(self.id, completed_on)
        else:
            await self._report_done(found, completed_on)
        if found.paper_report_required and not found.HasField("paper_report"):
            document = pb.ResultDocument(number=f"{self.fate.rng.randint(1, 900)}/BC", issue_date=from_date(completed_on))
            await self._act(self._leader, "RecordPaperReport", pb.RecordPaperReportRequest, document=document)

    async def _report_done(self, found: pb.Assignment, completed_on: date) -> None:
        words: dict[str, Any] = {"completed_on": from_date(completed_on), "content": "Đã hoàn thành nhiệm vụ được giao."}
        if found.task_class.must_report:
            document = pb.ResultDocument(number=f"{self.fate.rng.randint(1, 900)}/BC", issue_date=from_date(completed_on))
            words |= {"document": document, "evidence_ids": [await self._upload()]}
        await self._act(self._leader, "ReportDone", pb.ReportDoneRequest, **words)

    async def _upload(self) -> str:
        content = PDF + f"%{self.id} {uuid4()}\n".encode()
        header = pb.EvidenceHeader(request_id=str(uuid4()), assignment_id=self.id, file_name="bao-cao.pdf", size=len(content))
        header.sha256 = sha256(content).hexdigest()
        parts = [pb.UploadEvidenceRequest(header=header), pb.UploadEvidenceRequest(chunk=content)]
        leader = self.world.crowd.acting(self.world.leader(self.unit), self.world.today)
        try:
            return (await self.world.crowd.upload(leader, self.world.assignments.UploadEvidence, parts)).id
        except Error:
            await self.world.look(self.id, anew=True)
            raise

    async def _draft(self) -> None:
        await self.world.wait(0)
        found = await self._look()
        if found.state in (ACCEPTED, IN_PROGRESS):
            officer = self.world.officer(self.unit)
            await self._act(officer, "DraftReport", pb.DraftReportRequest, content="Dự thảo báo cáo kết quả.")

    async def _verified(self) -> None:
        """Đ8.1.a, some days later, by whoever follows it."""
        world, rng = self.world, self.fate.rng
        await world.sim.until(world.days.after(world.today, rng.choice((1, 1, 2, 4))), MORNING)
        found = await self._look()
        if found.state != REPORTED:
            return
        words: dict[str, Any] = {}
        if self.fate.corrected and to_date(found.completed_on) + ONE_DAY <= world.today:
            words = {"completed_on": from_date(to_date(found.completed_on) + ONE_DAY), "reason": "Theo ngày ký văn bản gửi kèm."}
        follower = self._follower(found)
        if self.fate.by_web and not words and not world.crowd.absences.get(follower):
            await Web(world, follower).verify(self.id)
        else:
            await self._act(self._follower, "VerifyAssignment", pb.VerifyAssignmentRequest, **words)

    async def _due(self) -> date:
        found = await self._look()
        return to_date(found.effective_due_date) if self._dated else self.world.today + timedelta(days=45)
