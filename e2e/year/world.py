"""What all lives share: time, people, ids, and how a part is looked at and acted on."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from random import Random
from typing import Any

from google.protobuf.message import Message
from google.type.date_pb2 import Date
from ykcd.assignment.v1 import assignment_pb2 as pb
from ykcd.assignment.v1 import assignment_pb2_grpc, inquiry_pb2_grpc, inspection_pb2_grpc, obstacle_pb2_grpc
from ykcd.deadline.v1 import deadline_pb2_grpc, urging_pb2_grpc
from ykcd.directive.v1 import directive_pb2_grpc, people_pb2_grpc, registry_pb2_grpc

from e2e.demo_data import read_seed
from e2e.harness.platform import Platform
from e2e.year.days import Days, known_on
from e2e.year.people import Crowd, Error
from e2e.year.plan import DISSOLVED, LAST_DAY
from e2e.year.simulation import AFTERNOON, Simulation

# Reads whatever there is to be read: lives look at their part with the Office's eyes.
READER = LEADER = "thuan.phan"
CHAIRMAN, EVALUATOR, ADMINISTRATOR, CLERK = "khai.tran", "nga.ha", "quan.bui", "van.ngo"
SPECIALISTS = ("an.nguyen", "binh.tran", "chi.le", "dung.pham", "giang.hoang")
TRIES = 8


class Over(Exception):
    """The part has ended otherwise: cancelled, or its document was."""


class Moved(Exception):
    """Another unit has it now (Đ7.2.d, D12); the argument is the new part's id."""


def to_date(value: Date) -> date:
    return date(value.year, value.month, value.day)


def from_date(value: date) -> Date:
    return Date(year=value.year, month=value.month, day=value.day)


class World:
    """`seed` decides everything but the ids, which the platform mints."""

    def __init__(self, platform: Platform, simulation: Simulation, seed: str) -> None:
        self.platform, self.sim, self.seed, self.crowd = platform, simulation, seed, Crowd(platform)
        self.unit_ids = {unit["code"]: unit["id"] for unit in platform.units()}
        self.unit_codes = {id: code for code, id in self.unit_ids.items()}
        self.field_ids = {row["code"]: row["id"] for row in read_seed("fields")}
        # Where a part stands in the plan, by its id.
        self.keys: dict[str, str] = {}
        self.decisions = 0
        # Published documents in their order: (id, issue date).
        self.published: list[tuple[str, date]] = []
        self.did: Counter[str] = Counter()
        # Parts as they were seen last.
        self.seen: dict[str, pb.Assignment] = {}
        stub = self.crowd.stub
        self.assignments = stub(assignment_pb2_grpc.AssignmentServiceStub)
        self.obstacles = stub(obstacle_pb2_grpc.ObstacleServiceStub)
        self.inspections = stub(inspection_pb2_grpc.InspectionServiceStub)
        self.inquiries = stub(inquiry_pb2_grpc.InquiryServiceStub)
        self.deadlines = stub(deadline_pb2_grpc.DeadlineServiceStub)
        self.urging = stub(urging_pb2_grpc.UrgingServiceStub)
        self.directives = stub(directive_pb2_grpc.DirectiveServiceStub)
        self.registry = stub(registry_pb2_grpc.RegistryServiceStub)
        self.people = stub(people_pb2_grpc.PeopleServiceStub)

    @property
    def today(self) -> date:
        return self.sim.today

    @property
    def days(self) -> Days:
        """The calendar as it is known today."""
        return known_on(self.today)

    def rng(self, *key: object) -> Random:
        return Random(" ".join(map(str, (self.seed, *key))))

    def decision(self) -> pb.Decision:
        """The leaders' next paper."""
        self.decisions += 1
        return pb.Decision(number=f"{self.decisions}/QĐ-UBND", signer="Nguyễn Văn Phương")

    async def call(self, username: str, method: Any, request: Message) -> Any:
        """By the person, or by the deputy on days of absence."""
        return await self.crowd.call(self.crowd.acting(username, self.today), method, request)

    async def refused(self, username: str, method: Any, request: Message, *reasons: str) -> None:
        """What must not succeed, and for which reasons."""
        try:
            await self.crowd.call(username, method, request)
        except Error as error:
            if error.reason not in reasons:
                raise AssertionError(f"refused as {error.reason} rather than {reasons}") from error
            self.did["refused as it must be"] += 1
        else:
            raise AssertionError(f"{username} wasn't refused: {reasons}")

    def exists(self, unit: str) -> bool:
        """D12: two of them end within the year."""
        return unit not in DISSOLVED or self.today <= LAST_DAY

    def leader(self, unit: str) -> str:
        return self.crowd.of(unit, "unit_leader").username

    def focal(self, unit: str, *, software: bool = False) -> str:
        return self.crowd.of(unit, "focal_point", kind="SERVICE" if software else "PERSON").username

    def officer(self, unit: str) -> str:
        return self.crowd.of(unit, "officer", "focal_point").username

    def follower(self, specialist_id: str) -> str:
        """Đ8.1.đ: the specialist, or the Office's leaders where there is none."""
        person = self.crowd.by_id.get(specialist_id)
        return person.username if person else LEADER

    async def wait(self, working_days: int) -> None:
        """Until the afternoon of that working day."""
        await self.sim.until(self.days.after(self.today, working_days), AFTERNOON)

    async def look(self, id: str, *, anew: bool = False) -> pb.Assignment:
        """As it was seen last, or as it stands; Over or Moved where it stands no more."""
        if anew or id not in self.seen:
            self.seen[id] = await self.crowd.call(READER, self.assignments.GetAssignment, pb.GetAssignmentRequest(id=id))
        found = self.seen[id]
        if found.state in (pb.ASSIGNMENT_STATE_FORWARDED, pb.ASSIGNMENT_STATE_SUCCEEDED):
            raise Moved(found.forwarded_to_id)
        if found.state == pb.ASSIGNMENT_STATE_CANCELLED:
            raise Over(id)
        return found

    async def act(self, id: str, username: str | Callable[[pb.Assignment], str], method: Any, request: type[Message], **words: Any) -> Any:
        """One act on the part as it stands; another's act in between (a new version, another state) is looked at anew."""
        error: Error | None = None
        for attempt in range(TRIES):
            found = await self.look(id, anew=attempt > 0)
            who = username(found) if callable(username) else username
            try:
                answer = await self.call(who, method, request(id=id, expected_version=found.version, **words))
                self.seen[answer.id] = answer
                if answer.id != id:
                    self.seen.pop(id)
                return answer
            except Error as refusal:
                error = refusal
                # Somebody did something meanwhile, or ended it?
                if attempt and refusal.reason not in ("STALE_VERSION", "CONCURRENT_UPDATE"):
                    await self.look(id, anew=True)
                    raise
        assert error
        raise error
