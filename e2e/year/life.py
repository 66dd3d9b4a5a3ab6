"""The life of one part, from its sending to its verification or another end, as its fate has it."""

from datetime import date, timedelta
from functools import partial
from hashlib import sha256
from typing import Any
from uuid import uuid4

from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.directive.v1 import registry_pb2

from e2e.demo.work import PDF
from e2e.year import beside
from e2e.year.days import ONE_DAY
from e2e.year.fates import Fate, fate_of
from e2e.year.people import Error
from e2e.year.plan import DEPARTMENTS, LAST_DAY
from e2e.year.simulation import MORNING
from e2e.year.web import Web
from e2e.year.world import CHAIRMAN, EVALUATOR, LEADER, SPECIALISTS, Moved, Over, World, from_date, to_date

SENT, ACCEPTED, IN_PROGRESS, REPORTED = (
    pb.ASSIGNMENT_STATE_SENT,
    pb.ASSIGNMENT_STATE_ACCEPTED,
    pb.ASSIGNMENT_STATE_IN_PROGRESS,
    pb.ASSIGNMENT_STATE_REPORTED,
)
REPORT_DAYS = 3


class Life:
    """`key` is the part's place in the plan; it decides the fate."""

    def __init__(self, world: World, id: str, key: str, *, fate: str = "") -> None:
        self.world, self.id, self.key = world, id, key
        self._wanted = fate
        self.unit = ""
        self.fate: Fate
        world.keys[id] = key

    async def run(self) -> None:
        """To its end; where another unit gets the part, on with that one."""
        try:
            while True:
                try:
                    found = await self.world.look(self.id)
                    self.unit = self.world.unit_codes[found.unit_id]
                    dated, helps = found.HasField("due_date"), found.role == 2
                    self.fate = fate_of(self.world.seed, self.key, dated=dated, coordinating=helps)
                    self.fate.name = self._wanted or self.fate.name
                    await getattr(self, f"_{self.fate.name}")()
                    return
                except Moved as moved:
                    self.id, self.key, self._wanted = str(moved), f"{self.key}>", "in_time" if self._dated else "quarterly"
                    self.world.keys[self.id] = self.key
                    # The new unit hears of it in its own time.
                    await self.world.wait(1)
        except Over:
            return

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

    # The unit's beginning

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
            await self._act(self._leader, "ConfirmAggregator", pb.ConfirmAggregatorRequest, aggregating_unit_id=found.aggregating_unit_id)
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

    def _person(self, username: str) -> str:
        return self.world.crowd.people[username].id

    async def _delegate(self) -> None:
        found = await self._look()
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

    # The result

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

    # Fates

    async def _in_time(self) -> None:
        await self._begin()
        due, today, days = await self._due(), self.world.today, self.world.days
        ahead = days.between(today, due)
        completed = due if self.fate.rng.random() < 0.1 else days.after(today, self.fate.rng.randint(0, max(0, ahead)))
        await self._done(min(completed, max(due, today)), days.after(completed, self.fate.rng.randint(0, REPORT_DAYS)))
        await self._verified()

    async def _late_update(self) -> None:
        await self._begin()
        due, days = await self._due(), self.world.days
        completed = max(self.world.today, days.after(due, -self.fate.rng.randint(0, 2)))
        await self._done(completed, days.after(completed, REPORT_DAYS + self.fate.rng.randint(1, 4)))
        await self._verified()

    async def _late(self) -> None:
        await self._begin()
        due, days, rng = await self._due(), self.world.days, self.fate.rng
        completed = days.after(max(due, self.world.today), rng.randint(1, 12))
        if rng.random() < 0.4:
            await self.world.sim.until(days.after(due, rng.randint(1, 2)))
            if to_date((await self._look()).effective_due_date) == due:
                await self._progress()
        await self._done(completed, days.after(completed, rng.randint(0, 4)))
        await self._verified()

    async def _silent(self) -> None:
        """Until the Chairman has directed (Đ8.1.e)."""
        await self._begin()
        direction = await self.world.sim.news(("directed", self.id))
        if direction == "REASSIGN":
            return
        await self.world.wait(self.fate.rng.randint(2, 6))
        await self._done(self.world.today, self.world.today)
        await self._verified()

    async def _never(self) -> None:
        if self.fate.rng.random() < 0.7:
            await self._begin()

    async def _no_word(self) -> None:
        await self._begin()

    async def _return(self) -> None:
        await self.world.wait(self.fate.rng.choice((0, 1, 2)))
        if self.fate.rng.random() < 0.5:
            await self._act(lambda a: self.world.focal(self.world.unit_codes[a.unit_id]), "AcceptAssignment", pb.AcceptAssignmentRequest)
        await self._act(
            self._leader, "RequestReturn", pb.RequestReturnRequest, reason="Nội dung không thuộc chức năng, nhiệm vụ của đơn vị."
        )
        await self.world.sim.until(self.world.days.after(self.world.today, self.fate.rng.randint(1, 3)), MORNING)

    async def _return_adjust(self) -> None:
        await self._return()
        words: dict[str, Any] = {"content": "Phối hợp tổ chức thực hiện, báo cáo kết quả theo phạm vi được phân công."}
        if self._dated and self.fate.rng.random() < 0.5:
            words["due_date"] = from_date(to_date((await self._look()).due_date) + timedelta(days=self.fate.rng.randint(3, 10)))
        # A later day is for the Office's leaders.
        await self._act(
            LEADER if "due_date" in words else self._follower,
            "AdjustAssignment",
            pb.AdjustAssignmentRequest,
            reason="Điều chỉnh theo đề nghị của đơn vị.",
            **words,
        )
        await self._in_time()

    async def _return_deny(self) -> None:
        await self._return()
        await self._act(self._follower, "DenyReturn", pb.DenyReturnRequest, reason="Nhiệm vụ thuộc chức năng của đơn vị.")
        await self._in_time()

    async def _return_forward(self) -> None:
        await self._return()
        found = await self._look()
        unit = await self._another_unit(found)
        asked = registry_pb2.ProposeSpecialistRequest(field_id=found.field_id, unit_id=self.world.unit_ids[unit])
        proposed = await self.world.call(self._follower(found), self.world.registry.ProposeSpecialist, asked)
        words = {"unit_id": self.world.unit_ids[unit], "specialist_id": proposed.specialist_id, "reason": "Chuyển đúng đơn vị chức năng."}
        await self._act(self._follower, "ForwardAssignment", pb.ForwardAssignmentRequest, **words)
        await self._look()

    async def _another_unit(self, found: pb.Assignment) -> str:
        """One that doesn't take part in the task yet."""
        task = await self.world.call(LEADER, self.world.assignments.GetTask, pb.GetTaskRequest(task_id=found.task_id))
        taken = {self.world.unit_codes[each.unit_id] for each in task.assignments}
        return self.fate.rng.choice([unit for unit in DEPARTMENTS if unit not in taken])

    async def _extension(self, *, late: bool = False) -> date:
        """Asked for some days before the due date, or after it."""
        due, rng = await self._due(), self.fate.rng
        await self.world.sim.until(
            self.world.days.after(due, rng.randint(1, 3)) if late else max(self.world.today, due - timedelta(days=rng.randint(1, 6)))
        )
        due = await self._due()
        new = max(due, self.world.today) + timedelta(days=rng.randint(8, 25))
        words = {"new_due_date": from_date(new), "reason": "Cần thêm thời gian lấy ý kiến các cơ quan.", "late": self.world.today > due}
        await self._act(self._leader, "RequestExtension", pb.RequestExtensionRequest, **words)
        await self.world.sim.until(self.world.days.after(self.world.today, rng.randint(1, 3)), MORNING)
        return new

    async def _decide(self, **words: Any) -> None:
        who = CHAIRMAN if self.fate.rng.random() < 0.3 else LEADER
        await self._act(who, "DecideExtension", pb.DecideExtensionRequest, **words)

    async def _extend_approved(self, *, late: bool = False) -> None:
        await self._begin()
        await self._extension(late=late)
        await self._decide(approved=True, decision=self.world.decision())
        await self._in_time()

    async def _extend_late(self) -> None:
        await self._extend_approved(late=True)

    async def _extend_rejected(self) -> None:
        await self._begin()
        await self._extension()
        await self._decide(approved=False, reason="Nhiệm vụ cấp bách, không gia hạn.")
        await self._late()

    async def _extend_withdrawn(self) -> None:
        await self._begin()
        await self._extension()
        await self._act(self._leader, "WithdrawExtension", pb.WithdrawExtensionRequest, reason="Đã có đủ ý kiến.")
        await self._in_time()

    async def _sent_back(self) -> None:
        await self._begin()
        due = await self._due()
        await self._done(self.world.today, min(due, self.world.days.after(self.world.today, 5)))
        await self.world.sim.until(self.world.days.after(self.world.today, 2), MORNING)
        await self._act(self._follower, "SendBackAssignment", pb.SendBackAssignmentRequest, reason="Chưa đủ nội dung theo yêu cầu.")
        await self.world.wait(self.fate.rng.randint(2, 6))
        await self._done(self.world.today, self.world.today)
        await self._verified()

    async def _withdrawn(self) -> None:
        await self._begin()
        await self._done(self.world.today, self.world.days.after(self.world.today, 3))
        await self._act(self._leader, "WithdrawReport", pb.WithdrawReportRequest, reason="Bổ sung số liệu.")
        await self.world.wait(self.fate.rng.randint(1, 4))
        await self._done(self.world.today, self.world.today)
        await self._verified()

    async def _cancelled(self) -> None:
        if self.fate.rng.random() < 0.7:
            await self._begin()
        await self.world.sim.until(self.world.days.after(self.world.today, self.fate.rng.randint(1, 8)), MORNING)
        words = {"reason": "Nhiệm vụ không còn phù hợp.", "decision": self.world.decision()}
        await self._act(LEADER, "CancelAssignment", pb.CancelAssignmentRequest, **words)

    async def _reopened(self) -> None:
        await self._in_time()
        await self.world.sim.until(self.world.days.after(self.world.today, self.fate.rng.randint(3, 15)), MORNING)
        words = {"reason": "Kết quả kiểm tra cho thấy chưa hoàn thành.", "decision": self.world.decision()}
        await self._act(LEADER, "ReopenAssignment", pb.ReopenAssignmentRequest, **words)
        await self.world.wait(self.fate.rng.randint(2, 8))
        await self._done(self.world.today, self.world.today)
        await self._verified()

    async def _quarterly(self, quarters: int = 4) -> None:
        """Đ7.2.c: an update in most quarters, some forgotten."""
        await self._begin()
        rng, world = self.fate.rng, self.world
        kinds = (pb.REPORT_KIND_PERIODIC, pb.REPORT_KIND_NO_CHANGE, pb.REPORT_KIND_PROGRESS)
        year, quarter = world.today.year, (world.today.month - 1) // 3
        for number in range(quarters):
            place = quarter + number
            first, last = _quarter(year, place)
            day, said, kind = first + (last - first) * rng.random(), rng.random() < 0.68, rng.choice(kinds)
            if said:
                await world.sim.until(world.days.rolled(max(world.today, day)))
                await self._progress(kind)

    async def _quarterly_done(self) -> None:
        await self._quarterly(self.fate.rng.randint(1, 2))
        await self.world.wait(self.fate.rng.randint(3, 40))
        await self._done(self.world.today, self.world.today)
        await self._verified()


def _quarter(year: int, place: int) -> tuple[date, date]:
    """First and last day; place 0 is the year's first quarter."""
    year, quarter = year + place // 4, place % 4
    first = date(year, quarter * 3 + 1, 1)
    following = date(year + (quarter == 3), (quarter * 3 + 3) % 12 + 1, 1)
    return first, following - ONE_DAY


__all__ = ["LAST_DAY", "Life"]
