"""The life of a document: entered, published, and for some amended, superseded, revoked, found secret."""

from datetime import timedelta
from typing import Any

from ykcd.directive.v1 import directive_pb2 as pb

from e2e.client import Browser
from e2e.demo.entry import enter_and_publish
from e2e.year.life import Life
from e2e.year.plan import DEPARTMENTS, Day, DocumentPlan, TaskPlan
from e2e.year.simulation import AFTERNOON, MORNING, at
from e2e.year.world import CLERK, LEADER, SPECIALISTS, World, from_date, to_date

ROLES = {"LEAD": pb.ASSIGNMENT_ROLE_LEAD, "COORDINATING": pb.ASSIGNMENT_ROLE_COORDINATING, "AGGREGATING": pb.ASSIGNMENT_ROLE_AGGREGATING}


class Document:
    def __init__(self, world: World, plan: DocumentPlan) -> None:
        self.world, self.plan = world, plan
        self.rng = world.rng("document", plan.key)
        self.id = ""

    async def run(self) -> None:
        world, plan = self.world, self.plan
        await world.sim.until(plan.enter_on, MORNING)
        if plan.web and not any(task.phases for task in plan.tasks):
            await self._by_web()
        else:
            made = await self._enter()
            if plan.fate == "draft":
                return
            request = pb.PublishDirectiveRequest(id=made.id, expected_version=made.version)
            await world.call(self._clerk(), world.directives.PublishDirective, request)
        published = await self._get()
        world.published.append((published.id, plan.issue_date))
        world.did["published"] += 1
        await self._reached()
        self._start_lives(published)
        if plan.fate != "publish":
            await world.sim.until(world.days.after(world.today, self.rng.randint(4, 18)), MORNING)
            await getattr(self, f"_{plan.fate}")()

    async def _reached(self) -> None:
        """Until the units have it: in the afternoon, or, of what came in on a day off, on the next working day."""
        if self.world.sim.now < at(self.world.today, AFTERNOON):
            await self.world.sim.until(self.world.today)
        else:
            await self.world.wait(1)

    def _clerk(self) -> str:
        return self.rng.choice((CLERK, *SPECIALISTS))

    async def _get(self) -> pb.Directive:
        return await self.world.call(LEADER, self.world.directives.GetDirective, pb.GetDirectiveRequest(id=self.id))

    async def _enter(self) -> pb.Directive:
        """Some are corrected before they are published."""
        world, clerk = self.world, self._clerk()
        made = await world.call(clerk, world.directives.CreateDirective, pb.CreateDirectiveRequest(directive=self._input()))
        self.id = made.id
        if self.rng.random() < 0.15:
            request = pb.UpdateDirectiveRequest(id=made.id, expected_version=made.version, directive=self._input(" (đã rà soát)"))
            made = await world.call(clerk, world.directives.UpdateDirective, request)
        return made

    def _input(self, more: str = "") -> pb.DirectiveInput:
        plan = self.plan
        return pb.DirectiveInput(
            number=plan.number,
            symbol=plan.symbol,
            document_type=pb.DocumentType.Value(f"DOCUMENT_TYPE_{plan.type}"),
            abstract=f"V/v {plan.subject}{more}",
            issue_date=from_date(plan.issue_date),
            signer="Nguyễn Văn Phương",
            signer_position="Chủ tịch",
            issuing_authority=pb.ISSUING_AUTHORITY_PRIME_MINISTER if plan.national else pb.ISSUING_AUTHORITY_CHAIRMAN,
            urgency=pb.Urgency.Value(f"URGENCY_{plan.urgency}"),
            secrecy=pb.SECRECY_NORMAL,
            regime=pb.REGIME_NATIONAL if plan.national else pb.REGIME_PROVINCIAL,
            tasks=[self._task(task) for task in plan.tasks],
        )

    def _task(self, task: TaskPlan) -> pb.TaskInput:
        world = self.world
        return pb.TaskInput(
            content=task.content,
            task_class=pb.TaskClass(has_deadline=task.due is not None, must_report=task.must_report),
            deadline_kind=pb.DEADLINE_KIND_REPORT if task.due else pb.DEADLINE_KIND_UNSPECIFIED,
            deliverable="Báo cáo" if task.must_report else "",
            field_id=world.field_ids[task.field],
            paper_report_required=task.paper,
            assignments=[pb.PlannedAssignmentInput(unit_id=world.unit_ids[part.unit], role=ROLES[part.role]) for part in task.parts],
            phases=[
                pb.PhaseInput(name=f"Giai đoạn {number}", due_date=from_date(phase.day), due_exclusive=phase.exclusive)
                for number, phase in enumerate(task.phases, start=1)
            ],
            **_due(task.due),
        )

    async def _by_web(self) -> None:
        """As a specialist types it."""
        plan, world = self.plan, self.world
        record: dict[str, Any] = {
            "number": plan.number,
            "symbol": plan.symbol,
            "document_type": plan.type,
            "abstract": f"V/v {plan.subject}",
            "issue_date": plan.issue_date.isoformat(),
            "signer": "Nguyễn Văn Phương",
            "signer_position": "Chủ tịch",
            "issuing_authority": "CHAIRMAN",
            "submitting_unit": "",
            "urgency": plan.urgency,
            "tasks": [_record(task) for task in plan.tasks],
        }
        async with Browser(world.platform.urls.web, "an.nguyen", world.platform.password) as browser:
            self.id = await enter_and_publish(browser, record, world.unit_ids, world.field_ids)
        world.did["entered by web"] += 1

    def _start_lives(self, document: pb.Directive) -> None:
        """Of every part that has none yet."""
        world = self.world
        for task in document.tasks:
            for part in task.assignments:
                if part.id in world.keys or part.withdrawn:
                    continue
                key = f"{self.plan.key}/{task.ordinal}/{world.unit_codes[part.unit_id]}/{part.role}/{part.phase}"
                world.sim.start(f"life {key}", Life(world, part.id, key).run())

    def _by(self) -> pb.ChangingDocument:
        return pb.ChangingDocument(
            code=f"{self.rng.randint(1, 900)}/QĐ-UBND", issue_date=from_date(self.world.today), signer="Nguyễn Văn Phương"
        )

    async def _amend(self) -> None:
        """Another wording, another day, one unit less and one more."""
        document = await self._get()
        tasks = []
        for task in document.tasks:
            change = pb.TaskAmendment(task_id=task.id, content=f"{task.content} (sửa đổi)")
            for number, part in enumerate(task.assignments):
                later = part.HasField("due_date") and not part.phase and number == 0
                gone = number and number == len(task.assignments) - 1 and part.role == pb.ASSIGNMENT_ROLE_COORDINATING
                if later:
                    due = from_date(to_date(part.due_date) + timedelta(days=10))
                    change.assignments.append(pb.AssignmentAmendment(assignment_id=part.id, due_date=due))
                elif gone:
                    change.assignments.append(pb.AssignmentAmendment(assignment_id=part.id, withdrawn=True))
            tasks.append(change)
        taken = {part.unit_id for part in document.tasks[0].assignments}
        unit = next(self.world.unit_ids[code] for code in DEPARTMENTS if self.world.unit_ids[code] not in taken)
        first = document.tasks[0]
        joining = pb.PlannedAssignmentInput(unit_id=unit, role=pb.ASSIGNMENT_ROLE_COORDINATING)
        if first.task_class.has_deadline:
            joining.due_date.CopyFrom(from_date(self.world.today + timedelta(days=20)))
        tasks[0].added.append(joining)
        request = pb.AmendDirectiveRequest(
            id=document.id, expected_version=document.version, reason="Điều chỉnh cho phù hợp thực tế.", document=self._by(), tasks=tasks
        )
        amended = await self.world.call(self._clerk(), self.world.directives.AmendDirective, request)
        await self._reached()
        self._start_lives(amended)

    async def _supersede(self) -> None:
        document = await self._get()
        later = next(id for id, issued in reversed(self.world.published) if id != self.id and issued >= self.plan.issue_date)
        request = pb.SupersedeDirectiveRequest(
            id=document.id, expected_version=document.version, reason="Có văn bản thay thế.", superseding_id=later
        )
        await self.world.call(LEADER, self.world.directives.SupersedeDirective, request)

    async def _revoke(self) -> None:
        document = await self._get()
        request = pb.RevokeDirectiveRequest(
            id=document.id, expected_version=document.version, reason="Không còn phù hợp.", document=self._by()
        )
        await self.world.call(LEADER, self.world.directives.RevokeDirective, request)

    async def _purge(self) -> None:
        """D14: when the year is over, since nothing of it can be verified afterwards."""


async def refuse_secret(world: World, number: int) -> None:
    """Đ5: at the door."""
    told = pb.DirectiveInput(
        number=str(9000 + number),
        symbol="UBND-M",
        document_type=pb.DOCUMENT_TYPE_OFFICIAL_LETTER,
        abstract="V/v nội dung kiểm thử",
        issue_date=from_date(world.today),
        signer="Nguyễn Văn Phương",
        signer_position="Chủ tịch",
        issuing_authority=pb.ISSUING_AUTHORITY_CHAIRMAN,
        urgency=pb.URGENCY_NORMAL,
        secrecy=pb.SECRECY_CONFIDENTIAL + number % 3,
        regime=pb.REGIME_PROVINCIAL,
    )
    request = pb.CreateDirectiveRequest(directive=told)
    await world.refused(CLERK, world.directives.CreateDirective, request, "SECRET_DOCUMENT_REFUSED")


def _due(due: Day | None) -> dict[str, Any]:
    return {"due_date": from_date(due.day), "due_exclusive": due.exclusive} if due else {}


def _record(task: TaskPlan) -> dict[str, Any]:
    """As e2e.demo.entry wants it; the web form asks for the last day."""
    units = lambda role: [part.unit for part in task.parts if part.role == role]  # noqa: E731
    return {
        "content": task.content,
        "has_deadline": task.due is not None,
        "must_report": task.must_report,
        "deadline_kind": "REPORT" if task.due else None,
        "field": task.field,
        "lead_units": units("LEAD"),
        "coordinating_units": units("COORDINATING"),
        "aggregating_unit": next(iter(units("AGGREGATING")), None),
        "due_date": task.due.last.isoformat() if task.due else None,
    }
