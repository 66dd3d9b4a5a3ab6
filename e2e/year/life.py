"""The life of one part, from its sending to its verification or another end, as its fate has it."""

from datetime import date, timedelta
from typing import Any

from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.directive.v1 import registry_pb2

from e2e.year.days import ONE_DAY
from e2e.year.fates import fate_of
from e2e.year.part import Part
from e2e.year.plan import DEPARTMENTS
from e2e.year.simulation import MORNING
from e2e.year.world import CHAIRMAN, LEADER, Moved, Over, World, from_date, to_date

REPORT_DAYS = 3


class Life(Part):
    """`fate`: another than the one that is drawn."""

    def __init__(self, world: World, id: str, key: str, *, fate: str = "") -> None:
        super().__init__(world, id, key)
        self._wanted = fate

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
                    if str(moved) in self.world.keys:
                        return
                    self.id, self.key, self._wanted = str(moved), f"{self.key}>", "in_time" if self._dated else "quarterly"
                    self.world.keys[self.id] = self.key
                    # The new unit hears of it in its own time.
                    await self.world.wait(1)
        except Over:
            return

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
