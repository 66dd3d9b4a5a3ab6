"""The Office's desk each working morning: phiếu báo that the schedule proposes, escalations, what follows of them."""

from datetime import date, timedelta
from typing import Any

from google.protobuf.message import Message
from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.deadline.v1 import urging_pb2

from e2e.year.days import ONE_DAY, scheduled
from e2e.year.fates import DIRECTIONS
from e2e.year.life import Life
from e2e.year.people import Error
from e2e.year.plan import DEPARTMENTS
from e2e.year.simulation import MORNING
from e2e.year.world import CHAIRMAN, LEADER, World, from_date

PAGE = 200


def served(day: date) -> date:
    """`day`, or the first after the outage."""
    while not scheduled(day):
        day += ONE_DAY
    return day


class Desk:
    def __init__(self, world: World) -> None:
        self.world = world
        self._escalations: set[str] = set()
        self._directed = 0

    async def morning(self) -> None:
        """Looks at what waits and starts what is to be done about it."""
        notices = sorted(await self._notices(urging_pb2.URGING_NOTICE_STATE_PROPOSED), key=self._place)
        for notice in notices:
            rng = self.world.rng("issue", *self._place(notice))
            wish, today = rng.random(), self.world.rng("issue", *self._place(notice), self.world.today).random()
            # Some are issued late, some never: the unit is asked by telephone.
            if wish < 0.9 and today < 0.85:
                self.world.sim.start(f"issue {self._place(notice)}", self._issue(notice, rng.random()))
        for escalation in sorted(await self._due(), key=lambda each: self.world.keys.get(each.assignment_id, each.assignment_id)):
            if escalation.id not in self._escalations:
                self._escalations.add(escalation.id)
                direction = DIRECTIONS[self._directed % len(DIRECTIONS)]
                self._directed += 1
                self.world.sim.start(f"escalation {escalation.assignment_id}", self._escalate(escalation, direction))

    async def on_a_day_off(self) -> None:
        """Nothing may be issued (Đ8.1.e)."""
        for notice in (await self._notices(urging_pb2.URGING_NOTICE_STATE_PROPOSED))[:1]:
            request = urging_pb2.IssueUrgingNoticeRequest(id=notice.id, expected_version=notice.version)
            who = self.world.crowd.acting(self.world.follower(notice.specialist_id), self.world.today)
            await self.world.refused(who, self.world.urging.IssueUrgingNotice, request, "NOT_A_WORKING_DAY")

    def _place(self, notice: urging_pb2.UrgingNotice) -> tuple[str, int, int]:
        return self.world.keys.get(notice.assignment_id, ""), notice.deadline_cycle, notice.ordinal

    async def _notices(self, state: int) -> list[urging_pb2.UrgingNotice]:
        found: list[urging_pb2.UrgingNotice] = []
        token = ""
        while True:
            asked = urging_pb2.ListUrgingNoticesRequest(states=[state], page_size=PAGE, page_token=token)
            answer = await self.world.call(LEADER, self.world.urging.ListUrgingNotices, asked)
            found += answer.notices
            token = answer.next_page_token
            if not token:
                return found

    async def _due(self) -> list[urging_pb2.Escalation]:
        asked = urging_pb2.ListEscalationsRequest(states=[urging_pb2.ESCALATION_STATE_DUE], page_size=PAGE)
        return list((await self.world.call(LEADER, self.world.urging.ListEscalations, asked)).escalations)

    async def _issue(self, notice: urging_pb2.UrgingNotice, chance: float) -> None:
        """Đ8.1.e, and what the unit answers."""
        world, words = self.world, {"id": notice.id, "expected_version": notice.version}
        issued = await self._unless_overtaken(
            world.follower(notice.specialist_id), world.urging.IssueUrgingNotice, urging_pb2.IssueUrgingNoticeRequest(**words)
        )
        if issued is None:
            return
        world.did["IssueUrgingNotice"] += 1
        if chance > 0.55:
            return
        await world.wait(1)
        await world.sim.until(served(world.today))
        found = await world.call(LEADER, world.urging.GetUrgingNotice, urging_pb2.GetUrgingNoticeRequest(id=issued.id))
        unit = world.unit_codes[issued.unit_id]
        if found.state == urging_pb2.URGING_NOTICE_STATE_ISSUED and world.exists(unit):
            words = {"id": found.id, "expected_version": found.version, "answer": "Đơn vị đang hoàn thiện."}
            request = urging_pb2.AcknowledgeUrgingNoticeRequest(**words)
            await self._unless_overtaken(world.focal(unit), world.urging.AcknowledgeUrgingNotice, request)

    async def _unless_overtaken(self, username: str, method: Any, request: Message) -> Any:
        """None where the part moved at this very moment; tomorrow's desk sees what became of it."""
        try:
            return await self.world.call(username, method, request)
        except Error as error:
            if error.reason not in ("STALE_VERSION", "RESULT_PENDING", "NOT_URGEABLE", "WRONG_STATE"):
                raise
            self.world.did["notices overtaken by the unit"] += 1
            return None

    async def _escalate(self, escalation: urging_pb2.Escalation, direction: str) -> None:
        """Reported to the Chairman, directed, carried out, closed."""
        world = self.world
        rng = world.rng("escalation", world.keys.get(escalation.assignment_id, ""))
        await world.sim.until(world.days.after(world.today, rng.randint(0, 2)), MORNING)
        if (found := await self._still(escalation.id, urging_pb2.ESCALATION_STATE_DUE)) is None:
            return
        report = urging_pb2.ReportEscalationRequest(
            id=found.id, expected_version=found.version, report_number=f"{rng.randint(1, 99)}/BC-VP"
        )
        report.report_date.CopyFrom(from_date(world.today))
        await self._unless_overtaken(world.follower(found.specialist_id), world.urging.ReportEscalation, report)
        await world.sim.until(world.days.after(world.today, rng.randint(1, 4)), MORNING)
        if (found := await self._still(escalation.id, urging_pb2.ESCALATION_STATE_REPORTED)) is None:
            return
        if (told := await self._direct(found, direction, rng.random())) is None:
            return
        await world.wait(1)
        world.sim.tell(("directed", told.assignment_id), direction)
        if direction == "REASSIGN":
            await self._follow(told.assignment_id)
        await world.wait(rng.randint(4, 12))
        # The others end by themselves when `assignment` has carried them out.
        if direction in ("URGE_IN_PERSON", "DISCIPLINE"):
            await self._close(told)
        world.did[f"escalation {direction}"] += 1

    async def _close(self, told: urging_pb2.Escalation) -> None:
        world = self.world
        if (found := await self._still(told.id, urging_pb2.ESCALATION_STATE_DIRECTED)) is None:
            return
        closing = urging_pb2.CloseEscalationRequest(id=found.id, expected_version=found.version, note="Đã thực hiện theo chỉ đạo.")
        await world.call(LEADER, world.urging.CloseEscalation, closing)

    async def _still(self, id: str, state: int) -> urging_pb2.Escalation | None:
        """None where the matter has settled itself: the result came, or another deadline."""
        await self.world.sim.until(served(self.world.today), MORNING)
        found = await self.world.call(LEADER, self.world.urging.GetEscalation, urging_pb2.GetEscalationRequest(id=id))
        return found if found.state == state else None

    async def _direct(self, told: urging_pb2.Escalation, direction: str, chance: float) -> urging_pb2.Escalation | None:
        world = self.world
        request = urging_pb2.DirectEscalationRequest(
            id=told.id,
            expected_version=told.version,
            direction=urging_pb2.EscalationDirection.Value(f"ESCALATION_DIRECTION_{direction}"),
            text="Chỉ đạo của Chủ tịch UBND tỉnh.",
            decision=world.decision(),
        )
        if direction == "EXTEND":
            request.new_due_date.CopyFrom(from_date(world.today + timedelta(days=20)))
        if direction == "REASSIGN":
            task = await self._task_of(told.assignment_id)
            taken = {each.unit_id for each in task.assignments}
            request.new_unit_id = next(world.unit_ids[unit] for unit in DEPARTMENTS if world.unit_ids[unit] not in taken)
        return await self._unless_overtaken(CHAIRMAN if chance < 0.5 else LEADER, world.urging.DirectEscalation, request)

    async def _task_of(self, assignment_id: str) -> pb.TaskStatus:
        world = self.world
        found = await world.crowd.call(LEADER, world.assignments.GetAssignment, pb.GetAssignmentRequest(id=assignment_id))
        return await world.call(LEADER, world.assignments.GetTask, pb.GetTaskRequest(task_id=found.task_id))

    async def _follow(self, assignment_id: str) -> None:
        """The new unit's part begins its life, unless the old one's goes on there."""
        world = self.world
        found = await world.crowd.call(LEADER, world.assignments.GetAssignment, pb.GetAssignmentRequest(id=assignment_id))
        if found.state == pb.ASSIGNMENT_STATE_FORWARDED and found.forwarded_to_id not in world.keys:
            # An heir's part whose own life had ended before has no place in the plan.
            key = f"{world.keys.get(assignment_id, '')}>>"
            world.sim.start(f"life {key}", Life(world, found.forwarded_to_id, key, fate="late").run())
