"""`deadline` beside the real `assignment`, which it asks: what happens to one task from day to day."""

import importlib
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import uuid4

from ykcd.assignment.v1 import assignment_pb2
from ykcd.assignment.v1.assignment_pb2_grpc import AssignmentServiceStub
from ykcd.deadline.v1 import urging_pb2 as pb
from ykcd.deadline.v1.urging_pb2_grpc import UrgingServiceStub
from ykcd.directive.v1 import directive_pb2
from ykcd.directive.v1.event_pb2 import DirectivePublished

from kit.dates import from_date, to_date
from kit.testing.fixtures import FakeClock, Serve
from kit.testing.stack import Person, Stack
from services.deadline import schedule
from services.deadline.__main__ import app
from services.deadline.tests import factories as make


@dataclass
class Office:
    """`assignment` and `deadline`, on one clock; events go from one to the other when `spread` says so."""

    clock: FakeClock
    assignment: Stack
    deadline: Stack
    _told: set[str] = field(default_factory=set)

    @property
    def tasks(self) -> AssignmentServiceStub:
        """The unit's and the specialist's door."""
        return AssignmentServiceStub(self.assignment.channel)

    @property
    def urging(self) -> UrgingServiceStub:
        """The door under test."""
        return UrgingServiceStub(self.deadline.channel)

    async def spread(self) -> None:
        """Brings what each has told to the other."""
        for sender, receiver in ((self.assignment, self.deadline), (self.deadline, self.assignment)):
            for envelope, event in await sender.events():
                if envelope.event_id not in self._told and type(event) in receiver.app.handlers:
                    await receiver.deliver(event, envelope.aggregate_id, envelope.aggregate_version, source=envelope.source)
                self._told.add(envelope.event_id)

    async def assign(self, due: date | None, *, specialist: Person = make.AN, **more: object) -> str:
        """A task for Sở TNMT, given today; the assignment's id."""
        part = directive_pb2.PlannedAssignment(
            id=str(uuid4()), unit_id=str(make.STNMT), role=1, due_date=from_date(due), specialist_id=str(specialist.id), **more
        )
        of = directive_pb2.TaskClass(has_deadline=due is not None, must_report=False)
        task = directive_pb2.Task(id=str(uuid4()), ordinal=1, content="Rà soát quỹ đất công.", task_class=of, assignments=[part])
        about = {"number": "5425", "symbol": "UBND-KGVX", "abstract": "V/v rà soát quỹ đất công", "state": 2, "version": 2}
        document = directive_pb2.Directive(id=str(uuid4()), issue_date=from_date(self.clock().date()), tasks=[task], **about)
        await self.assignment.deliver(DirectivePublished(directive=document), document.id, 2)
        await self.spread()
        return part.id

    async def act(self, verb: str, kind: type, id: str, person: Person, **more: object) -> assignment_pb2.Assignment:
        """One act on the assignment as it stands."""
        now = await self.assignment.call(self.tasks.GetAssignment, assignment_pb2.GetAssignmentRequest(id=id), make.OFFICE_LEADER)
        request = kind(request_id=str(uuid4()), id=id, expected_version=now.version, **more)
        return await self.assignment.call(getattr(self.tasks, verb), request, person)

    async def report_done(self, id: str, on: date) -> assignment_pb2.Assignment:
        """Sở TNMT takes the task on, if it hasn't, and says that it was done on that day."""
        now = await self.assignment.call(self.tasks.GetAssignment, assignment_pb2.GetAssignmentRequest(id=id), make.OFFICE_LEADER)
        if now.state == assignment_pb2.ASSIGNMENT_STATE_SENT:
            await self.act("AcceptAssignment", assignment_pb2.AcceptAssignmentRequest, id, make.STNMT_LEADER)
        about = {"completed_on": from_date(on), "content": "Đã rà soát xong."}
        return await self.act("ReportDone", assignment_pb2.ReportDoneRequest, id, make.STNMT_LEADER, **about)

    async def morning(self, day: date) -> list[pb.UrgingNotice]:
        """09:00: events have come, the scheduler has run. What is proposed."""
        self.clock.set(make.morning(day.year, day.month, day.day))
        await self.spread()
        await schedule.tell_all_missed(self.deadline.runtime)
        await schedule.urge(self.deadline.runtime)
        return list((await self.notices(pb.URGING_NOTICE_STATE_PROPOSED)).notices)

    async def notices(self, *states: int, person: Person = make.OFFICE_LEADER, **more: object) -> pb.ListUrgingNoticesResponse:
        """Newest first."""
        return await self.deadline.call(self.urging.ListUrgingNotices, pb.ListUrgingNoticesRequest(states=states, **more), person)

    async def escalations(self, person: Person = make.OFFICE_LEADER) -> list[pb.Escalation]:
        """Newest first."""
        return list((await self.deadline.call(self.urging.ListEscalations, pb.ListEscalationsRequest(), person)).escalations)

    async def issue(self, wanted: pb.UrgingNotice, person: Person = make.AN) -> pb.UrgingNotice:
        """Presses the button."""
        return await self.deadline.call(self.urging.IssueUrgingNotice, issue(wanted), person)

    async def run(self, first: date, last: date) -> list[date]:
        """Day by day; each notice is issued the day it is proposed. Those days, and those on which the Chairman is to be told."""
        known, days, day = len(await self.escalations()), [], first
        while day <= last:
            days += [to_date((await self.issue(wanted)).propose_date, "day") for wanted in await self.morning(day)]
            found = await self.escalations()
            days += [to_date(matter.due_on, "day") for matter in found[: len(found) - known]]
            known = len(found)
            day += timedelta(days=1)
        return days


def issue(wanted: pb.UrgingNotice) -> pb.IssueUrgingNoticeRequest:
    """A request with an id of its own."""
    return pb.IssueUrgingNoticeRequest(request_id=str(uuid4()), id=wanted.id, expected_version=wanted.version)


async def open_office(serve: Serve, clock: FakeClock, files_url: str, **settings: object) -> Office:
    """With their people, on the morning of Friday 25/11/2016, the calendar in force."""
    clock.set(make.morning(2016, 11, 25))
    assignment = await serve(importlib.import_module("services.assignment.__main__").app, files_url=files_url)
    deadline = await serve(app, assignment_address=assignment.address, **settings)
    made = Office(clock, assignment, deadline)
    for stack in (assignment, deadline):
        await stack.add(*make.PEOPLE)
    await schedule.publish_calendar(deadline.runtime)
    await made.spread()
    return made
